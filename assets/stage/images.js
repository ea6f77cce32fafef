// Draws Images: a grid of small pictures such as digits, filters and feature maps.

import { element, fill, throttle } from "./dom.js";
import { palette } from "./palette.js";
import { patchView } from "./patch.js";
import { place, surface } from "./surface.js";
import { CAPTION, drawTile, fillSheet, GAP, layOut } from "./tiles.js";

const LOUPE = 168; // pixels of the enlarged image
const ASK_EVERY = 80; // milliseconds between two questions about the pixel under the pointer

/** A grid of images. On panels named maps… the pointer also asks how the pixel under it came about.
 * Options: a `title` for a grid that is no panel of its own, what to say while `waiting`, the `largest` side of a tile. */
export function imagesPanel(body, head, stage, name, { title, waiting, largest } = {}) {
  const { words } = stage;
  const isMap = /^maps/.test(name);
  const sheet = document.createElement("canvas");
  let picture = null;
  let grid = null;
  let at = null; // {index, x, y}: the tile and the pixel pointed at
  const drawing = surface(body, "images-grid", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.hidden = true;
  canvas.setAttribute("role", "img");
  const wait = element("p", { class: "hint", text: waiting ?? (isMap ? words.images_wait_map : words.images_wait) });
  const loupe = element("div", { class: "images-loupe", hidden: true });
  const lens = surface(loupe, "", paintLens);
  const caption = element("p");
  loupe.append(caption);
  body.append(wait, loupe);
  const patch = isMap ? patchView(body, stage, name) : null;
  const ask = throttle((value) => stage.send({ kind: "probe", name: "map", value }), ASK_EVERY);
  new ResizeObserver(() => fitHeight()).observe(body);

  function fitHeight() {
    if (!picture || !body.clientWidth) return;
    const [count, h, w] = picture.values.shape;
    grid = layOut(count, [w, h], body.clientWidth, picture.columns, Boolean(picture.labels), largest);
    const height = `${Math.ceil(grid.height)}px`;
    if (canvas.style.height !== height) canvas.style.height = height;
  }
  const corner = (index) => [grid.left + (index % grid.columns) * (grid.side + GAP), Math.floor(index / grid.columns) * grid.line];

  function point(next) {
    if (!next && !at) return;
    if (next && at && next.index === at.index && next.x === at.x && next.y === at.y) return;
    at = next;
    if (isMap) ask(at && { panel: name, ...at });
    patch?.follow(at && fill(words.images_pixel, { map: at.index + 1, x: at.x, y: at.y }));
    showLoupe();
    drawing.request();
  }
  function find(event) {
    if (!grid || !picture) return null;
    const [px, py] = place(event, canvas);
    const [count, h, w] = picture.values.shape;
    const column = Math.floor((px - grid.left) / (grid.side + GAP));
    const index = Math.floor(py / grid.line) * grid.columns + column;
    if (column < 0 || column >= grid.columns || index < 0 || index >= count) return null;
    const [left, top] = corner(index);
    const [x, y] = [Math.floor(((px - left) / grid.side) * w), Math.floor(((py - top) / grid.high) * h)];
    return x < w && y < h ? { index, x, y } : null;
  }
  canvas.addEventListener("pointermove", (event) => point(find(event)));
  canvas.addEventListener("pointerdown", (event) => point(find(event)));
  canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") point(null);
    if (!step || !picture || !grid) return;
    event.preventDefault();
    event.stopPropagation();
    const [count, h, w] = picture.values.shape;
    const now = at ?? { index: 0, x: w >> 1, y: h >> 1 };
    const within = (value, end) => Math.min(end - 1, Math.max(0, value));
    if (!at) point(now);
    else if (event.shiftKey) point({ ...now, x: within(now.x + step[0], w), y: within(now.y + step[1], h) });
    else point({ ...now, index: within(now.index + step[0] + step[1] * grid.columns, count) });
  });

  function showLoupe() {
    const visible = Boolean(at && picture && !isMap && grid.side < LOUPE);
    loupe.hidden = !visible;
    if (!visible) return;
    const [left, top] = corner(at.index);
    const box = loupe.getBoundingClientRect();
    const above = canvas.getBoundingClientRect().top + top > box.height + 16;
    loupe.style.left = `${Math.max(0, Math.min(left + grid.side / 2 - box.width / 2, body.clientWidth - box.width))}px`;
    loupe.style.top = `${canvas.offsetTop + (above ? top - box.height - 6 : top + grid.line + 4)}px`;
    caption.textContent = picture.labels?.[at.index] ?? `#${at.index + 1}`;
    lens.request();
  }
  function paintLens(context, width, height) {
    if (!at || !picture || at.index >= picture.values.shape[0]) return;
    context.imageSmoothingEnabled = false;
    drawTile(context, sheet, picture, at.index, 0, 0, width, height);
  }

  function paint(context) {
    if (!picture || !grid) return;
    const c = palette();
    const style = getComputedStyle(canvas);
    const verdicts = [c.faint, style.getPropertyValue("--good"), style.getPropertyValue("--bad")];
    const [count, h, w] = picture.values.shape;
    fillSheet(sheet, picture);
    context.imageSmoothingEnabled = (grid.side * (window.devicePixelRatio || 1)) / w < 1.9; // uneven pixels look worse than soft ones
    context.font = "600 11.5px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < count; i += 1) {
      const [left, top] = corner(i);
      context.save();
      context.beginPath();
      context.roundRect(left, top, grid.side, grid.high, 4);
      context.clip();
      drawTile(context, sheet, picture, i, left, top, grid.side, grid.high);
      context.restore();
      const mark = picture.marks?.[i] ?? 0;
      frame(context, left, top, at?.index === i ? c.ink : mark === 2 ? verdicts[2] : c.grid, at?.index === i || mark === 2 ? 1.75 : 1);
      if (!picture.labels) continue;
      context.fillStyle = verdicts[mark];
      const sign = grid.side > 44 ? ["", "✓ ", "✗ "][mark] : "";
      context.fillText(sign + (picture.labels[i] ?? ""), left + grid.side / 2, top + grid.high + CAPTION / 2 + 1, grid.side + GAP - 2);
    }
    if (isMap && at && at.index < count) showPixel(context, c, w, h);
  }
  function frame(context, left, top, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.roundRect(left + 0.5, top + 0.5, grid.side - 1, grid.high - 1, 4);
    context.stroke();
  }
  function showPixel(context, c, w, h) {
    const [left, top] = corner(at.index);
    const cell = Math.max(4, grid.side / w);
    context.strokeStyle = c.ink;
    context.lineWidth = 1.5;
    context.strokeRect(left + (at.x / w) * grid.side - 0.75, top + (at.y / h) * grid.high - 0.75, cell + 1.5, cell + 1.5);
  }

  return {
    draw(next) {
      picture = next?.values.shape[0] ? next : null;
      canvas.hidden = !picture;
      wait.hidden = Boolean(picture);
      if (!picture) { loupe.hidden = true; patch?.draw(null); return; }
      if (at && at.index >= picture.values.shape[0]) at = null;
      canvas.setAttribute("aria-label", title ?? stage.pictureLabel(name));
      fitHeight();
      drawing.request();
      if (at) showLoupe();
      patch?.draw(stage.state?.pictures.patch);
    },
    repaint() { drawing.request(); lens.request(); patch?.repaint(); },
  };
}

/** The images behind one cell of the confusion matrix: `cell` [truth, read] of the picture, or the one that was clicked. */
export function wrongPanel(body, head, stage, name) {
  const { words } = stage;
  const text = element("p", { class: "hint" });
  body.append(text);
  const grid = imagesPanel(body, head, stage, name, { waiting: "" });
  return {
    draw(picture) {
      const cell = picture?.cell ?? stage.view.cell;
      const [truth, read] = cell ?? [];
      text.textContent = !cell ? words.images_cell_wait : fill(truth === read ? words.images_cell_right : words.images_cell, { truth, read });
      if (picture && !picture.values.shape[0]) text.textContent = words.images_cell_none;
      grid.draw(picture);
    },
    repaint: grid.repaint,
  };
}
