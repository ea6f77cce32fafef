// What all pictures of the GAN tab share: the course's colours, the plane of the paintings, the band of the real ones.

import { css, isDark } from "./palette.js";
import { row } from "./decode.js";

export const PAINTED = [74, 214, 49]; // #4AD631, the course's painting
export const UPPER = [116, 188, 255]; // #74BCFF, its upper bound
export const LOWER = [255, 147, 89]; // #FF9359, its lower bound
export const X_RANGE = [-1.06, 1.06];
export const Y_RANGE = [-0.75, 3.25];

/** The course's green, deep enough to be read as text or as a thin line on white. */
export const green = () => (isDark() ? PAINTED : [38, 158, 20]);

export function polyline(context, x, y, xs, ys) {
  context.beginPath();
  for (let i = 0; i < xs.length; i += 1) context[i ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(ys[i]));
}

/** Where the real paintings lie: filled softly, its bounds in the course's colours. */
export function drawBand(context, x, y, { x: xs, low, high }, alpha = 1, width = 3) {
  context.beginPath();
  for (let i = 0; i < xs.length; i += 1) context[i ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(high[i]));
  for (let i = xs.length - 1; i >= 0; i -= 1) context.lineTo(x.to(xs[i]), y.to(low[i]));
  const shade = context.createLinearGradient(0, y.to(2.6), 0, y.to(0));
  shade.addColorStop(0, css(UPPER, 0.3 * alpha));
  shade.addColorStop(1, css(LOWER, 0.26 * alpha));
  context.fillStyle = shade;
  context.fill();
  context.lineWidth = width;
  context.lineJoin = context.lineCap = "round";
  for (const [ys, colour] of [[high, UPPER], [low, LOWER]]) {
    context.strokeStyle = css(colour, alpha);
    polyline(context, x, y, xs, ys);
    context.stroke();
  }
}

/** Every row of a (n, p) array as a thin line; colour(i) is that of row i. */
export function drawMany(context, x, y, xs, many, colour, width) {
  context.lineWidth = width;
  context.lineJoin = "round";
  for (let i = 0; i < many.shape[0]; i += 1) {
    context.strokeStyle = colour(i);
    polyline(context, x, y, xs, row(many, i));
    context.stroke();
  }
}

/** D's opinion in 0..1 as a colour: orange for fake, grey for undecided, blue for real. */
export function opinionColour(c, opinion, alpha = 1) {
  const grey = isDark() ? [128, 138, 158] : [150, 158, 172];
  const end = opinion < 0.5 ? c.minus : c.plus;
  const share = Math.min(1, Math.abs(opinion - 0.5) * 2) ** 0.55;
  return css(grey.map((value, i) => Math.round(value + (end[i] - value) * share)), alpha);
}

/** Arrows up or down at each point of a line: `unit` pixels for a slope of 1, at most `reach` of them. */
export function drawPush(context, x, y, xs, ys, push, unit, reach, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 2;
  context.lineCap = "round";
  for (let i = 0; i < xs.length; i += 1) {
    const length = Math.max(-reach, Math.min(reach, unit * push[i]));
    if (Math.abs(length) < 3) continue;
    const [px, py, tip] = [x.to(xs[i]), y.to(ys[i]), y.to(ys[i]) - length];
    const back = Math.sign(length) * Math.min(5, Math.abs(length));
    context.beginPath();
    context.moveTo(px, py);
    context.lineTo(px, tip + back * 0.6);
    context.stroke();
    context.beginPath();
    context.moveTo(px, tip);
    context.lineTo(px - 3.5, tip + back);
    context.lineTo(px + 3.5, tip + back);
    context.fill();
  }
}
