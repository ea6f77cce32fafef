// Draws a pole on a cart: the track, the wheels that roll, the pole in the colour of its lean, and the pushes.

import { css } from "./palette.js";

const EDGE = 2.4; // where the track ends
const LEAN = (12 * 2 * Math.PI) / 360; // the pole counts as fallen
const blend = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * share));

/** Where the parts stand on a canvas: for drawing and for the hand that reaches for the pole. */
export function cartPlaces(state, width, height) {
  const unit = Math.min(width / (2 * EDGE + 0.9), height / 1.62); // pixels a metre
  const ground = height - Math.max(26, height * 0.13);
  const cart = { w: 0.56 * unit, h: 0.26 * unit };
  const wheel = 0.085 * unit;
  const x = width / 2 + state[0] * unit;
  const axle = { x, y: ground - 2 * wheel - cart.h * 0.86 };
  const tip = { x: axle.x + unit * Math.sin(state[2]), y: axle.y - unit * Math.cos(state[2]) };
  return { unit, ground, cart, wheel, x, axle, tip };
}

export function drawCart(context, width, height, view, c) {
  const { state, action } = view;
  const p = cartPlaces(state, width, height);
  drawTrack(context, width, p, c);
  drawLimits(context, p, c, Math.min(1, Math.abs(state[2]) / LEAN));
  drawGhosts(context, width, height, view, c);
  drawForce(context, p, action, view, c);
  drawBody(context, p, state, c);
  drawPole(context, p, state, c, view.isOver);
}

function drawTrack(context, width, p, c) {
  const left = width / 2 - EDGE * p.unit;
  const right = width / 2 + EDGE * p.unit;
  context.lineCap = "round";
  context.strokeStyle = c.axis;
  context.lineWidth = 4;
  line(context, left, p.ground + 2, right, p.ground + 2);
  context.fillStyle = c.grid;
  for (let mark = -2; mark <= 2; mark += 0.5) {
    const x = width / 2 + mark * p.unit;
    context.beginPath();
    context.arc(x, p.ground + 13, mark === 0 ? 3.2 : 1.8, 0, 7);
    context.fillStyle = mark === 0 ? c.faint : c.axis;
    context.fill();
  }
  for (const [x, side] of [[left, -1], [right, 1]]) {
    context.fillStyle = css(c.minus, 0.85);
    context.beginPath();
    context.roundRect(x - (side < 0 ? 9 : 0), p.ground - 0.2 * p.unit, 9, 0.2 * p.unit + 4, 4);
    context.fill();
  }
}

/** The cone that the pole must not leave, the fainter the safer. */
function drawLimits(context, p, c, danger) {
  const length = p.unit * 1.08;
  const glow = context.createRadialGradient(p.axle.x, p.axle.y, 0, p.axle.x, p.axle.y, length);
  const tint = blend(c.plus, c.minus, danger);
  glow.addColorStop(0, css(tint, 0.02 + 0.05 * danger));
  glow.addColorStop(1, css(tint, 0.1 + 0.14 * danger));
  context.fillStyle = glow;
  context.beginPath();
  context.moveTo(p.axle.x, p.axle.y);
  context.arc(p.axle.x, p.axle.y, length, -Math.PI / 2 - LEAN, -Math.PI / 2 + LEAN);
  context.closePath();
  context.fill();
  context.strokeStyle = css(tint, 0.35);
  context.lineWidth = 1;
  context.setLineDash([4, 5]);
  for (const side of [-1, 1]) line(context, p.axle.x, p.axle.y, p.axle.x + length * Math.sin(side * LEAN), p.axle.y - length * Math.cos(LEAN));
  context.setLineDash([]);
}

/** Where the pole has just been. */
function drawGhosts(context, width, height, { trace }, c) {
  if (trace.length < 3) return;
  const shown = trace.slice(-26);
  context.lineWidth = 2;
  context.lineCap = "round";
  let last = null;
  shown.forEach((state, i) => {
    const { tip } = cartPlaces(state, width, height);
    if (last) {
      context.strokeStyle = css(c.plus, 0.42 * (i / shown.length) ** 1.6);
      line(context, last.x, last.y, tip.x, tip.y);
    }
    last = tip;
  });
}

/** The force that the last action puts on the cart. */
function drawForce(context, p, action, view, c) {
  if (action < 0 || view.isOver || view.isStill) return;
  const side = action === 1 ? 1 : -1;
  const colour = side > 0 ? c.plus : c.minus;
  const from = p.x + side * (p.cart.w / 2 + 7);
  const y = p.ground - 2 * p.wheel - p.cart.h * 0.42;
  const length = 0.3 * p.unit;
  context.fillStyle = css(colour, 0.9);
  context.beginPath();
  context.moveTo(from, y - 4);
  context.lineTo(from + side * length * 0.6, y - 4);
  context.lineTo(from + side * length * 0.6, y - 10);
  context.lineTo(from + side * length, y);
  context.lineTo(from + side * length * 0.6, y + 10);
  context.lineTo(from + side * length * 0.6, y + 4);
  context.lineTo(from, y + 4);
  context.closePath();
  context.fill();
}

function drawBody(context, p, state, c) {
  const { x, cart, wheel, ground } = p;
  const top = ground - 2 * wheel - cart.h * 0.86;
  context.fillStyle = "rgb(10 20 40 / 12%)";
  context.beginPath();
  context.ellipse(x, ground + 5, cart.w * 0.56, 4, 0, 0, 7);
  context.fill();
  const paint = context.createLinearGradient(0, top, 0, top + cart.h);
  paint.addColorStop(0, c.cartLight);
  paint.addColorStop(1, c.cartDark);
  context.fillStyle = paint;
  context.beginPath();
  context.roundRect(x - cart.w / 2, top, cart.w, cart.h, Math.min(12, cart.h * 0.34));
  context.fill();
  context.fillStyle = "rgb(255 255 255 / 18%)";
  context.beginPath();
  context.roundRect(x - cart.w / 2 + 5, top + 4, cart.w - 10, cart.h * 0.22, 5);
  context.fill();
  for (const side of [-1, 1]) drawWheel(context, x + side * cart.w * 0.3, ground - wheel, wheel, state[0] * p.unit, c);
}

function drawWheel(context, x, y, radius, way, c) {
  context.fillStyle = c.ink;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
  context.strokeStyle = c.panel;
  context.lineWidth = Math.max(1.4, radius * 0.16);
  const turn = way / radius;
  for (let spoke = 0; spoke < 3; spoke += 1) {
    const angle = turn + (spoke * Math.PI) / 3;
    line(context, x - radius * 0.6 * Math.cos(angle), y - radius * 0.6 * Math.sin(angle), x + radius * 0.6 * Math.cos(angle), y + radius * 0.6 * Math.sin(angle));
  }
}

function drawPole(context, p, state, c, isOver) {
  const lean = Math.min(1, Math.abs(state[2]) / LEAN);
  const colour = blend(c.plus, c.minus, isOver ? 1 : lean ** 1.4);
  const thick = Math.max(7, 0.085 * p.unit);
  context.lineCap = "round";
  context.strokeStyle = c.halo;
  context.lineWidth = thick + 4;
  line(context, p.axle.x, p.axle.y, p.tip.x, p.tip.y);
  const paint = context.createLinearGradient(p.axle.x, p.axle.y, p.tip.x, p.tip.y);
  paint.addColorStop(0, css(blend(colour, [20, 30, 50], 0.25)));
  paint.addColorStop(1, css(colour));
  context.strokeStyle = paint;
  context.lineWidth = thick;
  line(context, p.axle.x, p.axle.y, p.tip.x, p.tip.y);
  context.fillStyle = c.panel;
  context.strokeStyle = css(colour);
  context.lineWidth = 3;
  context.beginPath();
  context.arc(p.tip.x, p.tip.y, thick * 0.72, 0, 7);
  context.fill();
  context.stroke();
  context.fillStyle = c.panel;
  context.beginPath();
  context.arc(p.axle.x, p.axle.y, thick * 0.42, 0, 7);
  context.fill();
}

export function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
