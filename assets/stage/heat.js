// Draws Heat: numbers in rows and columns as colours, such as a hidden state row by row.

import { format } from "./axes.js";
import { tag } from "./curve.js";
import { element, fill } from "./dom.js";
import { palette } from "./palette.js";
import { place, surface } from "./surface.js";

const TALLEST = 380;
const CELL = [6, 24]; // least and largest height of a row
const LINE = 13; // room that a label of a row needs
const TOP = 18;

export function heatPanel(body, head, stage, name) {
  const { words } = stage;
  const sheet = document.createElement("canvas");
  const low = element("span");
  const high = element("span");
  const bar = surface(element("span", { class: "heat-bar" }), "", paintBar);
  const key = element("div", { class: "heat-key", hidden: true }, low, bar.canvas.parentNode, high);
  head?.append(key);
  let picture = null;
  let limit = 1;
  let box = null;
  let at = null; // [row, column]
  const wait = element("p", { class: "hint", text: words.heat_wait });
  const drawing = surface(body, "heat", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.hidden = true;
  canvas.setAttribute("role", "img");
  body.append(wait);

  function point(next) {
    at = next;
    drawing.request();
  }
  function find(event) {
    if (!box) return null;
    const [px, py] = place(event, canvas);
    const [rows, columns] = picture.values.shape;
    const [row, column] = [Math.floor((py - box.top) / box.high), Math.floor((px - box.left) / box.wide)];
    return row >= 0 && row < rows && column >= 0 && column < columns ? [row, column] : null;
  }
  canvas.addEventListener("pointermove", (event) => point(find(event)));
  canvas.addEventListener("pointerdown", (event) => point(find(event)));
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Escape") point(null);
    if (!step || !picture) return;
    event.preventDefault();
    event.stopPropagation();
    const ends = picture.values.shape;
    point(at ? at.map((value, i) => Math.min(ends[i] - 1, Math.max(0, value + step[i]))) : [0, 0]);
  });

  /** Signed values stand around 0; shares of a whole go up to 1, whatever the largest is just now. */
  function measure() {
    const { values, signed } = picture;
    let most = 0;
    for (const value of values) most = Math.max(most, Math.abs(value));
    const columns = values.shape[1];
    let first = 0;
    for (let i = 0; i < columns; i += 1) first += values[i];
    limit = !signed && Math.abs(first - 1) < 0.02 ? 1 : most || 1;
    low.textContent = signed ? `−${format(limit)}` : "0";
    high.textContent = format(limit);
  }

  function fillHeat(c) {
    const { values, signed } = picture;
    const [rows, columns] = values.shape;
    if (sheet.width !== columns || sheet.height !== rows) [sheet.width, sheet.height] = [columns, rows];
    const image = new ImageData(columns, rows);
    const words32 = new Uint32Array(image.data.buffer);
    for (let i = 0; i < values.length; i += 1) {
      const share = Math.max(-1, Math.min(1, values[i] / limit));
      words32[i] = c.signed[Math.round(127.5 + 127.5 * (signed ? share : Math.max(0, share)))];
    }
    sheet.getContext("2d").putImageData(image, 0, 0);
  }

  function paint(context, width) {
    if (!picture) return;
    const c = palette();
    const [names, titles] = [picture.rows, picture.columns].map((list) => (list?.length ? list : null));
    const [rows, columns] = picture.values.shape;
    context.font = "11px system-ui, sans-serif";
    const room = names ? Math.min(96, Math.max(...names.map((text) => context.measureText(text).width)) + 8) : 0;
    const top = titles ? TOP : 0;
    const high = rowHeight();
    box = { left: room, top, wide: (width - room) / columns, high, right: width };
    fillHeat(c);
    context.imageSmoothingEnabled = false;
    context.drawImage(sheet, room, top, width - room, high * rows);
    context.fillStyle = c.faint;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const skip = Math.ceil(LINE / high);
    names?.forEach((text, i) => i % skip === 0 && context.fillText(text, room - 6, top + (i + 0.5) * high, room - 6));
    context.textAlign = "center";
    const widest = titles ? Math.max(...titles.map((text) => context.measureText(text).width)) + 6 : 0;
    const every = Math.ceil(widest / box.wide);
    titles?.forEach((text, i) => i % every === 0 && context.fillText(text, room + (i + 0.5) * box.wide, top / 2 - 1));
    context.strokeStyle = c.panel;
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 1; high >= 9 && i < rows; i += 1) lineTo(context, room, top + i * high, width, top + i * high);
    for (let i = 1; box.wide >= 9 && i < columns; i += 1) lineTo(context, room + i * box.wide, top, room + i * box.wide, top + rows * high);
    context.stroke();
    if (!at || at[0] >= rows || at[1] >= columns) return;
    context.strokeStyle = c.ink;
    context.lineWidth = 1.75;
    context.strokeRect(room + at[1] * box.wide, top + at[0] * high, box.wide, high);
    const value = picture.values[at[0] * columns + at[1]];
    const facts = { row: names?.[at[0]] ?? at[0] + 1, column: titles?.[at[1]] ?? at[1] + 1, value: format(Number(value.toPrecision(3))) };
    tag(context, { left: room, right: width, top: 0 }, [room + at[1] * box.wide, top + at[0] * high], fill(words.heat_cell, facts), c);
  }
  function lineTo(context, x1, y1, x2, y2) {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
  function rowHeight() {
    const [rows, columns] = picture.values.shape;
    return Math.max(CELL[0], Math.min(CELL[1], TALLEST / rows, Math.max(9, (body.clientWidth / columns) * 1.4)));
  }
  function paintBar(context, width, height) {
    const c = palette();
    for (let i = 0; i < width; i += 1) {
      const share = picture?.signed ? i / (width - 1) : 0.5 + i / (width - 1) / 2;
      const word = c.signed[Math.round(255 * share)];
      context.fillStyle = `rgb(${word & 255},${(word >> 8) & 255},${(word >> 16) & 255})`;
      context.fillRect(i, 0, 1, height);
    }
  }
  function fitHeight() {
    if (!picture || !body.clientWidth) return;
    const height = `${Math.ceil(rowHeight() * picture.values.shape[0] + (picture.columns?.length ? TOP : 0) + 1)}px`;
    if (canvas.style.height !== height) canvas.style.height = height;
  }
  new ResizeObserver(fitHeight).observe(body);

  return {
    draw(next) {
      const isSame = picture && next && picture.signed === next.signed;
      picture = next?.values.length ? next : null;
      canvas.hidden = key.hidden = !picture;
      wait.hidden = Boolean(picture);
      if (!picture) return;
      canvas.setAttribute("aria-label", stage.pictureLabel(name));
      measure();
      fitHeight();
      drawing.request();
      if (!isSame) bar.request();
    },
    repaint() { drawing.request(); bar.request(); },
  };
}
