// A trained net at work in the browser: plain layers with ReLU between them, from a frame or from a shipped file.

/** Layers [[weight (out × in), bias], …] and what the state is multiplied by → a function from state to Q-values. */
export function brain(layers, scale) {
  const plan = layers.map(([weight, bias], i) => ({ weight, bias, width: weight.length / bias.length, last: i === layers.length - 1, out: new Float64Array(bias.length) }));
  const input = new Float64Array(scale.length);
  return (state) => {
    for (let i = 0; i < input.length; i += 1) input[i] = state[i] * scale[i];
    let values = input;
    for (const { weight, bias, width, last, out } of plan) {
      for (let unit = 0; unit < out.length; unit += 1) {
        let sum = bias[unit];
        for (let i = 0; i < width; i += 1) sum += weight[unit * width + i] * values[i];
        out[unit] = last || sum > 0 ? sum : 0;
      }
      values = out;
    }
    return values;
  };
}

/** The first of the largest values. */
export function best(values) {
  let place = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[place]) place = i;
  return place;
}

const shipped = new Map();

/** The shipped net of a world, fetched once: a promise of a function, or of null where none is shipped. */
export function shippedBrain(world) {
  if (!shipped.has(world)) shipped.set(world, load(new URL(`../agents/${world}.safetensors`, import.meta.url)).catch(() => null));
  return shipped.get(world);
}

/** A safetensors file: the length of the header, the header, and the numbers. */
async function load(address) {
  const answer = await fetch(address);
  if (!answer.ok) return null;
  const buffer = await answer.arrayBuffer();
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const read = (name) => new Float32Array(buffer.slice(8 + length + header[name].data_offsets[0], 8 + length + header[name].data_offsets[1]));
  const count = Object.keys(header).filter((name) => name.endsWith(".bias")).length;
  const layers = Array.from({ length: count }, (_, i) => [read(`${i}.weight`), read(`${i}.bias`)]);
  return Object.assign(brain(layers, read("scale")), { average: Number(header.__metadata__.average) });
}
