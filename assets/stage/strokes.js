// The sheet to draw on: strokes by mouse, finger or pen, kept as numbers so that they can be drawn again at any size.

import { drawHint } from "./copybook.js";
import { isDark, palette } from "./palette.js";
import { place, surface } from "./surface.js";

const MOST_STROKES = 200;
const MOST_POINTS = 5000;
const THIN = 0.004; // points closer than this add nothing that a net could see
const KEYS = "keys"; // the pointer that the arrow keys are
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MOVE = 0.04; // of the pad, with one press of an arrow key
const SHORT_MOVE = 0.015; // with Shift
export const SIDE = 280; // the pixels that brush widths are told in

const short = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;

/** A square canvas; `brush()` gives its pen width on a pad of SIDE pixels, `onchange(ended)` follows every change. */
export function strokePad(parent, words, brush, onchange) {
  let strokes = [];
  let count = 0;
  let pen = null; // the pointer that draws; all others are ignored, so that a resting palm leaves no mark
  let over = null;
  let cursor = null; // where the keyboard's pen is
  let backdrop = null;
  const ink = document.createElement("canvas"); // what is drawn already, so that a long drawing costs no more than a short one
  let laid = { key: "", stroke: 0, joint: 1 };
  const { canvas, request } = surface(parent, "pad-canvas", paint);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.pad_label);
  canvas.setAttribute("aria-keyshortcuts", "ArrowUp ArrowDown ArrowLeft ArrowRight Enter z Delete Backspace");

  function add(event, first) {
    const [px, py] = place(event, canvas);
    addPoint(short(px / canvas.clientWidth), short(py / canvas.clientHeight), first);
  }
  function addPoint(x, y, first) {
    if (count >= MOST_POINTS) return;
    if (first) strokes.push([]);
    const stroke = strokes.at(-1);
    const last = stroke.at(-1);
    if (last && Math.hypot(x - last[0], y - last[1]) < THIN) return;
    stroke.push([x, y]);
    count += 1;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button !== 0 || strokes.length >= MOST_STROKES) return;
    pen = event.pointerId;
    try {
      canvas.setPointerCapture(pen);
    } catch {
      // a pointer that has already gone leaves a dot
    }
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    backdrop = null;
    add(event, true);
    request();
    onchange(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    over = event.pointerType === "touch" ? null : place(event, canvas);
    request();
    if (event.pointerId !== pen) return;
    const before = count;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) add(step, false);
    if (count !== before) onchange(false);
  });
  const lift = (event) => {
    if (event.pointerId !== pen) return;
    pen = null;
    request();
    onchange(true);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("lostpointercapture", lift);
  canvas.addEventListener("pointerleave", () => { over = null; request(); });
  canvas.addEventListener("mousedown", (event) => event.preventDefault());
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move) moveCursor(move, event.shiftKey ? SHORT_MOVE : MOVE);
    else if (event.key === "Enter") lowerOrLift();
    else if (event.key === "z" || event.key === "Z") undo();
    else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  canvas.addEventListener("blur", () => {
    if (pen === KEYS) lowerOrLift();
    cursor = null;
    request();
  });
  function moveCursor([dx, dy], length) {
    const [x, y] = cursor ?? [0.5, 0.5];
    cursor = [short(x + dx * length), short(y + dy * length)];
    if (pen === KEYS) {
      addPoint(...cursor, false);
      onchange(false);
    }
    request();
  }
  /** Enter puts the pen on the paper and takes it off again. */
  function lowerOrLift() {
    if (pen !== null && pen !== KEYS) return;
    cursor ??= [0.5, 0.5];
    const lowers = pen === null;
    if (lowers && strokes.length >= MOST_STROKES) return;
    pen = lowers ? KEYS : null;
    if (lowers) {
      backdrop = null;
      addPoint(...cursor, true);
    }
    request();
    onchange(!lowers);
  }

  function replace(next, image) {
    [strokes, backdrop, pen] = [next, image, null];
    laid.key = "";
    count = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    request();
    onchange(true);
  }
  function undo() {
    if (!isEmpty()) replace(strokes.slice(0, -1), null);
  }
  function clear() {
    if (!isEmpty()) replace([], null);
  }
  const isEmpty = () => !strokes.length && !backdrop;

  function paint(context, width, height) {
    const c = palette();
    if (backdrop?.width) drawContained(context, backdrop, width, height);
    if (isEmpty()) drawHint(context, width, height, words, c);
    layInk(width, height, c);
    if (strokes.length) context.drawImage(ink, 0, 0, width, height);
    useBrush(context, width, c);
    if (pen !== null && strokes.length) drawPiece(context, strokes.at(-1), Math.max(1, strokes.at(-1).length - 1), true, width, height);
    if (cursor) drawCursor(context, [cursor[0] * width, cursor[1] * height], pen === KEYS);
    if (!over || pen !== null) return;
    context.lineWidth = 1;
    context.globalAlpha = 0.45;
    context.beginPath();
    context.arc(over[0], over[1], ((brush() / SIDE) * width) / 2, 0, 7);
    context.stroke();
    context.globalAlpha = 1;
  }

  function useBrush(context, width, c) {
    context.strokeStyle = context.fillStyle = c.ink;
    context.lineWidth = (brush() / SIDE) * width;
    context.lineCap = context.lineJoin = "round";
  }
  /** Adds to the ink what has come since the last time. */
  function layInk(width, height, c) {
    const density = window.devicePixelRatio || 1;
    const key = [width, height, density, brush(), isDark()].join();
    const context = ink.getContext("2d");
    if (laid.key !== key) {
      [ink.width, ink.height] = [Math.round(width * density), Math.round(height * density)];
      context.setTransform(density, 0, 0, density, 0, 0);
      useBrush(context, width, c);
      laid = { key, stroke: 0, joint: 1 };
    }
    while (laid.stroke < strokes.length) {
      const stroke = strokes[laid.stroke];
      const ended = pen === null || laid.stroke < strokes.length - 1;
      drawPiece(context, stroke, laid.joint, ended, width, height);
      laid.joint = ended ? 1 : Math.max(1, stroke.length - 1);
      if (!ended) return;
      laid.stroke += 1;
    }
  }

  return {
    canvas, request, undo, clear, isEmpty,
    strokes: () => strokes,
    /** Puts an image on the sheet in place of all strokes; it tells no one. */
    show(image) { [strokes, count, backdrop, laid.key] = [[], 0, image, ""]; request(); },
  };
}

/** Where the keyboard's pen is: a cross while it hovers, a ring while it writes. */
function drawCursor(context, [x, y], isDown) {
  context.save();
  context.strokeStyle = getComputedStyle(context.canvas).getPropertyValue("--accent");
  context.lineWidth = 2;
  context.beginPath();
  if (isDown) context.arc(x, y, 9, 0, 7);
  else for (const [dx, dy] of [[1, 0], [0, 1]]) {
    context.moveTo(x - 9 * dx, y - 9 * dy);
    context.lineTo(x + 9 * dx, y + 9 * dy);
  }
  context.stroke();
  context.restore();
}

/** A smooth line through the middles between the points, from a joint on, which hides the corners of a quick hand. */
function drawPiece(context, stroke, joint, toEnd, width, height) {
  const at = (i) => [stroke[i][0] * width, stroke[i][1] * height];
  const middle = (i) => [((stroke[i][0] + stroke[i + 1][0]) / 2) * width, ((stroke[i][1] + stroke[i + 1][1]) / 2) * height];
  const last = stroke.length - 1;
  context.beginPath();
  if (last === 0) {
    if (toEnd) context.arc(...at(0), context.lineWidth / 2, 0, 7);
    context.fill();
    return;
  }
  context.moveTo(...(joint === 1 ? at(0) : middle(joint - 1)));
  for (let i = joint; i < last; i += 1) context.quadraticCurveTo(...at(i), ...middle(i));
  if (toEnd) context.lineTo(...at(last));
  context.stroke();
}

function drawContained(context, image, width, height) {
  const factor = Math.min(width / image.width, height / image.height);
  const [w, h] = [image.width * factor, image.height * factor];
  context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
}
