// Finds the contour lines of a map.

const CONTOURS = 11;

/** Each value with a part of its neighbours': the levels come in 256 steps, and contours would show them. */
export function softened(levels) {
  const [rows, columns] = levels.shape;
  const soft = new Float32Array(levels.length);
  const at = (r, q) => levels[Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, q))];
  for (let r = 0; r < rows; r += 1) {
    for (let q = 0; q < columns; q += 1) {
      let sum = 0;
      for (let i = -1; i < 2; i += 1) for (let j = -1; j < 2; j += 1) sum += at(r + i, q + j) * (2 - Math.abs(i)) * (2 - Math.abs(j));
      soft[r * columns + q] = sum / 16;
    }
  }
  soft.shape = levels.shape;
  return soft;
}

/** Marching squares: line pieces (x1, y1, x2, y2, …) in units of cells, at evenly spaced levels. */
export function contours(levels) {
  const [rows, columns] = levels.shape;
  const found = [];
  for (let n = 1; n < CONTOURS; n += 1) {
    const level = (255 * n) / CONTOURS;
    for (let r = 0; r + 1 < rows; r += 1) {
      for (let q = 0; q + 1 < columns; q += 1) {
        const corners = [levels[r * columns + q], levels[r * columns + q + 1], levels[(r + 1) * columns + q + 1], levels[(r + 1) * columns + q]];
        const spots = [[q, r], [q + 1, r], [q + 1, r + 1], [q, r + 1]];
        const cuts = [];
        for (let e = 0; e < 4; e += 1) {
          const [a, b] = [corners[e], corners[(e + 1) % 4]];
          if (a < level === b < level) continue;
          const t = (level - a) / (b - a);
          const [from, to] = [spots[e], spots[(e + 1) % 4]];
          cuts.push(from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1]));
        }
        for (let i = 0; i + 3 < cuts.length; i += 4) found.push(cuts[i], cuts[i + 1], cuts[i + 2], cuts[i + 3]);
      }
    }
  }
  return Float32Array.from(found);
}
