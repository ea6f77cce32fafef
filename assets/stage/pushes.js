// Pushes by hand: a drag, a click or an arrow key on the canvas, and the arrow with which each of them is seen.

import { css } from "./palette.js";
import { place } from "./surface.js";

const RIPPLE = 0.5; // seconds that a push is seen
const FLICK = 130; // pixels of a drag that push as hard as one can
const SHORT = 8; // pixels: a drag below this is a click
export const TAP = 0.6; // the strength of a click or a key
export const SIDES = { ArrowLeft: -1, ArrowRight: 1 };

/** `isOn()` says whether pushes count now, `sideOf(point)` where a click pushes to; `onPush(strength)` hears of each. */
export function pushes(canvas, { isOn, sideOf, onPush }) {
  let shown = [];
  let drag = null;

  const way = () => drag.to[0] - drag.from[0];
  const isDragged = () => drag && Math.abs(way()) > SHORT;
  const strength = () => Math.max(-1, Math.min(1, way() / FLICK));

  canvas.addEventListener("pointerdown", (event) => {
    if (!isOn()) return;
    drag = { from: place(event, canvas), to: place(event, canvas) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => { if (drag) drag.to = place(event, canvas); });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("pointerup", () => {
    if (!drag) return;
    const found = isDragged() ? strength() : TAP * sideOf(drag.from);
    drag = null;
    onPush(found);
  });
  canvas.addEventListener("keydown", (event) => {
    if (!isOn() || !SIDES[event.key] || event.repeat) return;
    event.preventDefault();
    event.stopPropagation();
    onPush(TAP * SIDES[event.key]);
  });

  return {
    show(pushed) { shown.push({ strength: pushed, age: 0 }); },
    clear() { shown = []; },
    draw(context, at, seconds, c) {
      shown = shown.filter((one) => (one.age += seconds) < RIPPLE);
      for (const one of shown) drawPush(context, at, one, c);
      if (isDragged()) drawPush(context, at, { strength: strength(), age: 0 }, c);
    },
  };
}

/** An arrow that flies off and a ring that fades. */
function drawPush(context, [x, y], { strength, age }, c) {
  const fade = 1 - age / RIPPLE;
  const side = Math.sign(strength);
  context.strokeStyle = css(side > 0 ? c.plus : c.minus, fade);
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 4;
  context.lineCap = "round";
  const from = x - side * (64 * Math.abs(strength) + 14) * (1 - 0.3 * (1 - fade));
  const to = x - side * 13;
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to - side * 7, y);
  context.stroke();
  context.beginPath();
  context.moveTo(to, y);
  context.lineTo(to - side * 13, y - 9);
  context.lineTo(to - side * 13, y + 9);
  context.fill();
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 12 + 34 * (1 - fade), 0, 7);
  context.stroke();
}
