// Turns the server's one string a frame back into pictures with typed arrays.

function bytes(text) {
  const raw = atob(text);
  const array = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) array[i] = raw.charCodeAt(i);
  return array;
}

/** {f: base64 of float32} or {u: base64 of uint8} with its shape `n` → a typed array that carries `shape`. */
function unpack(value) {
  const array = value.f === undefined ? bytes(value.u) : new Float32Array(bytes(value.f).buffer);
  array.shape = value.n;
  return array;
}

function revive(_, value) {
  const isArray = value && typeof value === "object" && Array.isArray(value.n) && (value.f ?? value.u) !== undefined;
  return isArray ? unpack(value) : value;
}

export const decode = (text) => JSON.parse(text, revive);

/** Row i of a two-dimensional array, without a copy. */
export function row(array, i) {
  const length = array.length / array.shape[0];
  return array.subarray(i * length, (i + 1) * length);
}
