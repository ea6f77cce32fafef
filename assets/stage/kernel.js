// The arithmetic of the convolution calculator: how many places there are, and what stands in them.

/** The classes of torch.nn by what is done at each place; average pooling knows no dilation. */
export const LAYERS = { conv: "Conv", max: "MaxPool", avg: "AvgPool" };

/** How many places the kernel has along one side; below 1 there are none. */
export const placesOf = ({ n, k, s, p, d }) => Math.floor((n + 2 * p - d * (k - 1) - 1) / s) + 1;

/** The input is a ring like a 0, so that the output shows what the kernel finds in it. */
export const ink = (y, x) => (y < 0 || x < 0 || y > 1 || x > 1 ? 0 : Math.exp(-(((Math.hypot((x - 0.5) * 1.25, y - 0.5) - 0.3) / 0.12) ** 2)));

/** What stands at a place: the answer of a kernel to edges between left and right (one of a single weight copies), the largest value, or the mean. */
export function response(row, column, { kind, n, k, p, d }, input) {
  let sum = 0;
  let largest = -1;
  for (let a = 0; a < k; a += 1) for (let b = 0; b < k; b += 1) {
    const [y, x] = [row + a * d, column + b * d];
    if (y < p || x < p || y >= n + p || x >= n + p) continue;
    largest = Math.max(largest, input(y, x));
    sum += input(y, x) * (k === 1 || kind === "avg" ? 1 : Math.sign(b - (k - 1) / 2));
  }
  if (kind === "max") return largest;
  if (kind === "avg") return sum / k ** 2; // padding counts as zeros, as in torch
  return Math.max(-1, Math.min(1, (sum * (k === 1 ? 1 : 1.6)) / k));
}
