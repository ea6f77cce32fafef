// Draws a Mosaic: the whole plane of codes as what the decoder paints at each place, with the cursor to drag over it.

import { element, throttle } from "./dom.js";
import { css, isDark, palette } from "./palette.js";
import { place, surface } from "./surface.js";
import { fillSheet } from "./tiles.js";

const SEND_EVERY = 50; // milliseconds
const STEP = 0.02; // of the plane, for an arrow key

export function planePanel(body, head, stage, name) {
  const { words } = stage;
  const sheet = document.createElement("canvas");
  const whole = document.createElement("canvas");
  let picture = null;
  let ahead = null; // shares of the plane where the pointer has put the cursor
  const drawing = surface(body, "plane", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  body.append(element("p", { class: "hint", text: words.plane_help }));
  const send = throttle((value) => stage.send({ kind: "probe", name: "cursor", value }), SEND_EVERY);

  /** Shares 0..1 from the left and the top: tiles stand around their codes, so half of one sticks out on each side. */
  const toCode = ([u, v]) => {
    const n = picture.values.shape[0];
    const inner = (share) => (share * n - 0.5) / (n - 1);
    const [[x0, x1], [y0, y1]] = [picture.x_range, picture.y_range];
    return [x0 + inner(u) * (x1 - x0), y1 - inner(v) * (y1 - y0)].map((value) => Number(value.toPrecision(6)));
  };
  const toShares = ([x, y]) => {
    const n = picture.values.shape[0];
    const outer = (share) => (share * (n - 1) + 0.5) / n;
    const [[x0, x1], [y0, y1]] = [picture.x_range, picture.y_range];
    return [outer((x - x0) / (x1 - x0 || 1)), outer((y1 - y) / (y1 - y0 || 1))];
  };
  function put(shares) {
    ahead = shares.map((share) => Math.min(1, Math.max(0, share)));
    send(toCode(ahead));
    drawing.request();
  }
  const follow = (event) => {
    const [x, y] = place(event, canvas);
    put([x / canvas.clientWidth, y / canvas.clientHeight]);
  };
  let pen = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (!picture || event.button !== 0) return;
    pen = event.pointerId;
    canvas.setPointerCapture(pen);
    follow(event);
  });
  canvas.addEventListener("pointermove", (event) => event.pointerId === pen && follow(event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { pen = null; });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step || !picture) return;
    event.preventDefault();
    event.stopPropagation();
    const now = ahead ?? toShares(picture.cursor);
    put(now.map((share, axis) => share + STEP * step[axis]));
  });

  /** All tiles side by side on one canvas, so that a repaint only copies it. */
  function assemble() {
    const [rows, columns, h, w] = picture.values.shape;
    const flat = { values: Object.assign(picture.values.subarray(0), { shape: [rows * columns, h, w] }), signed: false };
    fillSheet(sheet, flat);
    if (whole.width !== columns * w || whole.height !== rows * h) [whole.width, whole.height] = [columns * w, rows * h];
    const context = whole.getContext("2d");
    for (let i = 0; i < rows * columns; i += 1) context.drawImage(sheet, 0, i * h, w, h, (i % columns) * w, Math.floor(i / columns) * h, w, h);
    whole.dataset.theme = isDark();
  }
  function paint(context, width, height) {
    if (!picture) return;
    if (whole.dataset.theme !== String(isDark())) assemble();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(whole, 0, 0, width, height);
    const c = palette();
    const [u, v] = ahead ?? toShares(picture.cursor);
    const [x, y] = [u * width, v * height];
    for (const [colour, line] of [[c.halo, 6], [css(c.minus), 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.beginPath();
      context.arc(x, y, 12, 0, 7);
      context.stroke();
    }
  }

  return {
    draw(next) {
      picture = next ?? null;
      if (!picture) return;
      if (pen === null) ahead = null;
      canvas.setAttribute("aria-label", stage.pictureLabel(name));
      assemble();
      drawing.request();
    },
    repaint() { drawing.request(); },
  };
}
