// What stands in a cloud beside its points: the cursor that can be grabbed, the ends of a walk, and the visitor's drawing.

import { css } from "./palette.js";
import { place } from "./surface.js";

/** Draws the marks and returns where they stand: {cursor, drawing, ends}, each in pixels. */
export function drawMarks(context, project, { cursor, ends, drawing, letters }, c) {
  const at = (code, axes) => { const out = [0, 0, 0]; project(code[0], code[1], axes > 2 ? code[2] : 0, out); return out; };
  const axes = cursor.length;
  const found = { cursor: at(cursor, axes), drawing: drawing ? at(drawing, axes) : null, ends: null };
  if (ends) {
    found.ends = ends.map((end) => at(end, axes));
    drawLine(context, ...found.ends, c);
    found.ends.forEach((end, i) => drawEnd(context, end, letters[i], c));
  }
  if (found.drawing) drawStar(context, found.drawing, c);
  drawCursor(context, found.cursor, c);
  return found;
}

function drawLine(context, [x1, y1], [x2, y2], c) {
  for (const [colour, width] of [[c.halo, 4.5], [c.ink, 1.75]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash([6, 5]);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  }
  context.setLineDash([]);
}

function drawEnd(context, [x, y], letter, c) {
  context.fillStyle = c.ink;
  context.strokeStyle = c.halo;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 10, 0, 7);
  context.fill();
  context.stroke();
  context.fillStyle = c.halo;
  context.font = "700 12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, x, y + 0.5);
}

function drawCursor(context, [x, y], c) {
  for (const [colour, width] of [[c.halo, 6], [css(c.minus), 3]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, 10, 0, 7);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 10 * dx, y + 10 * dy);
      context.lineTo(x + 16 * dx, y + 16 * dy);
    }
    context.stroke();
  }
}

/** A pen's star, unlike any point. */
function drawStar(context, [x, y], c) {
  context.beginPath();
  for (let i = 0; i < 10; i += 1) {
    const [radius, angle] = [i % 2 ? 6 : 14, (i * Math.PI) / 5 - Math.PI / 2];
    context[i ? "lineTo" : "moveTo"](x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = css(c.minus);
  context.strokeStyle = c.halo;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.stroke();
  context.fill();
  context.strokeStyle = c.ink;
  context.lineWidth = 1.25;
  context.stroke();
}

/** Lets a pointer that comes down near `at()` drag it: `move(dx, dy)`; whoever listened later hears nothing of it. */
export function handle(canvas, { at, reach, move }) {
  let held = null; // the pointer, and where it was
  const isNear = ([x, y], kind) => {
    const spot = at();
    return Boolean(spot) && Math.hypot(x - spot[0], y - spot[1]) <= (kind === "touch" ? reach.touch : reach.mouse);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (held || event.button !== 0 || !isNear(place(event, canvas), event.pointerType)) return;
    held = { id: event.pointerId, from: place(event, canvas) };
    canvas.setPointerCapture(event.pointerId);
    event.stopImmediatePropagation();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) {
      canvas.classList.toggle("grabs", isNear(place(event, canvas), event.pointerType));
      return;
    }
    if (event.pointerId !== held.id) return;
    const to = place(event, canvas);
    event.stopImmediatePropagation();
    move(to[0] - held.from[0], to[1] - held.from[1]);
    held.from = to;
  });
  const release = (event) => {
    if (event.pointerId !== held?.id) return;
    held = null;
    event.stopImmediatePropagation();
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  return { isNear };
}
