// Draws the two other worlds: a car in a valley and two links on a pivot.

import { line } from "./cart.js";
import { css } from "./palette.js";

const VALLEY = [-1.2, 0.6];
const GOAL = 0.5;
const hill = (position) => 0.45 * Math.sin(3 * position) + 0.55; // Gymnasium's own picture of the valley

export function drawValley(context, width, height, { state, action, trace, isOver, isStill }, c) {
  const unit = Math.min((width - 40) / (VALLEY[1] - VALLEY[0]), (height - 54) / 1.25);
  const left = (width - unit * (VALLEY[1] - VALLEY[0])) / 2;
  const to = (position) => [left + (position - VALLEY[0]) * unit, height - 16 - hill(position) * unit];
  const ground = context.createLinearGradient(0, height * 0.2, 0, height);
  ground.addColorStop(0, css(c.plus, 0.2));
  ground.addColorStop(1, css(c.plus, 0.03));
  context.beginPath();
  for (let i = 0; i <= 120; i += 1) context.lineTo(...to(VALLEY[0] + ((VALLEY[1] - VALLEY[0]) * i) / 120));
  context.strokeStyle = c.axis;
  context.lineWidth = 4;
  context.stroke();
  context.lineTo(to(VALLEY[1])[0], height);
  context.lineTo(to(VALLEY[0])[0], height);
  context.fillStyle = ground;
  context.fill();
  drawFlag(context, to(GOAL), c, isOver);
  trace.slice(-40).forEach(([position], i, all) => {
    const [x, y] = to(position);
    context.fillStyle = css(c.plus, 0.28 * (i / all.length));
    context.beginPath();
    context.arc(x, y - 0.07 * unit, 3.5, 0, 7);
    context.fill();
  });
  const [x, y] = to(state[0]);
  context.save();
  context.translate(x, y);
  context.rotate(-Math.atan(1.35 * Math.cos(3 * state[0])));
  drawCar(context, Math.max(16, unit * 0.085), state[0] * unit, isStill ? 1 : action, c);
  context.restore();
}

function drawFlag(context, [x, y], c, isOver) {
  context.strokeStyle = c.faint;
  context.lineWidth = 2.5;
  line(context, x, y, x, y - 46);
  context.fillStyle = isOver ? css(c.plus) : css(c.minus);
  context.beginPath();
  context.moveTo(x, y - 46);
  context.lineTo(x + 24, y - 38);
  context.lineTo(x, y - 30);
  context.fill();
}

function drawCar(context, size, way, action, c) {
  context.fillStyle = c.cartLight;
  context.beginPath();
  context.roundRect(-size, -size * 1.15, 2 * size, size * 0.75, size * 0.25);
  context.fill();
  context.fillStyle = c.cartDark;
  context.beginPath();
  context.roundRect(-size * 0.55, -size * 1.65, size * 1.1, size * 0.62, size * 0.25);
  context.fill();
  for (const side of [-1, 1]) {
    context.fillStyle = c.ink;
    context.beginPath();
    context.arc(side * size * 0.55, -size * 0.34, size * 0.34, 0, 7);
    context.fill();
    context.strokeStyle = c.panel;
    context.lineWidth = 1.6;
    const turn = way / (size * 0.34);
    line(context, side * size * 0.55, -size * 0.34, side * size * 0.55 + size * 0.26 * Math.cos(turn), -size * 0.34 + size * 0.26 * Math.sin(turn));
  }
  if (action < 0 || action === 1) return;
  const side = action === 2 ? 1 : -1;
  context.fillStyle = css(side > 0 ? c.plus : c.minus, 0.9);
  context.beginPath();
  context.moveTo(side * size * 1.2, -size * 1.05);
  context.lineTo(side * size * 1.75, -size * 0.75);
  context.lineTo(side * size * 1.2, -size * 0.45);
  context.fill();
}

export function drawLinks(context, width, height, { state, action, trace, isOver, isStill }, c) {
  const unit = Math.min(height / 4.7, width / 5);
  const pivot = [width / 2, height / 2 + unit * 0.1];
  const ends = ([cos1, sin1, cos2, sin2]) => {
    const joint = [pivot[0] + unit * sin1, pivot[1] + unit * cos1];
    const [sin, cos] = [sin1 * cos2 + cos1 * sin2, cos1 * cos2 - sin1 * sin2];
    return [joint, [joint[0] + unit * sin, joint[1] + unit * cos]];
  };
  context.setLineDash([6, 6]);
  context.strokeStyle = isOver ? css(c.plus) : css(c.minus, 0.8);
  context.lineWidth = 2;
  line(context, width / 2 - 2.4 * unit, pivot[1] - unit, width / 2 + 2.4 * unit, pivot[1] - unit);
  context.setLineDash([]);
  context.lineCap = "round";
  let last = null;
  trace.slice(-30).forEach((past, i, all) => {
    const tip = ends(past)[1];
    context.strokeStyle = css(c.plus, 0.4 * (i / all.length) ** 1.5);
    context.lineWidth = 2;
    if (last) line(context, ...last, ...tip);
    last = tip;
  });
  const [joint, tip] = ends(state);
  for (const [from, to, colour] of [[pivot, joint, c.minus], [joint, tip, c.plus]]) {
    context.strokeStyle = c.halo;
    context.lineWidth = 17;
    line(context, ...from, ...to);
    context.strokeStyle = css(colour);
    context.lineWidth = 12;
    line(context, ...from, ...to);
  }
  for (const place of [pivot, joint]) {
    context.fillStyle = c.panel;
    context.beginPath();
    context.arc(...place, 5, 0, 7);
    context.fill();
  }
  if (action >= 0 && action !== 1 && !isStill) drawTorque(context, joint, action === 2 ? 1 : -1, c);
}

/** The turn that the motor in the joint gives. */
function drawTorque(context, [x, y], side, c) {
  context.strokeStyle = css(side > 0 ? c.plus : c.minus);
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 3;
  const [from, to] = side > 0 ? [-0.4 * Math.PI, 0.5 * Math.PI] : [1.4 * Math.PI, 0.5 * Math.PI];
  context.beginPath();
  context.arc(x, y, 17, from, to, side < 0);
  context.stroke();
  context.beginPath();
  context.moveTo(x - side * 8, y + 17);
  context.lineTo(x + side * 2, y + 10);
  context.lineTo(x + side * 2, y + 24);
  context.fill();
}
