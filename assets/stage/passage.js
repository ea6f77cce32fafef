// Draws a Passage: a picture on its way down to the narrow code and up again, every neuron a cell of colour.

import { tag } from "./curve.js";
import { element, fill } from "./dom.js";
import { css, palette } from "./palette.js";
import { place, surface } from "./surface.js";
import { drawTile, fillSheet } from "./tiles.js";

const GAP = 1;
const TALLEST = 0.84; // of the panel's height, for the widest layer
const LABEL = 20;

export function passagePanel(body, head, stage, name) {
  const { words } = stage;
  const sheet = document.createElement("canvas");
  let picture = null;
  let hover = null;
  let cells = []; // [left, top, side, value, layer, unit] of this paint
  const drawing = surface(body, "passage", paint);
  const { canvas } = drawing;
  canvas.setAttribute("role", "img");
  body.append(element("p", { class: "hint", text: words.passage_help }));
  canvas.addEventListener("pointermove", (event) => { hover = place(event, canvas); drawing.request(); });
  canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });

  const widest = () => Math.max(...picture.up.map((layer) => layer.length));
  /** How tall a layer stands: by the logarithm of its width, so that 12 beside 128 can still be seen. */
  const tall = (count, height) => height * TALLEST * (0.16 + 0.84 * (Math.log(1 + count) / Math.log(1 + widest())));

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    cells = [];
    const room = height - LABEL;
    const side = Math.min(room * 0.62, width * 0.17);
    const down = picture.source ? picture.down : picture.up.map((layer) => new Uint8Array(layer.length).fill(128)).reverse();
    const layers = [...down, picture.code, ...picture.up];
    const step = (width - 2 * side) / (layers.length + 1);
    const at = (i) => side + step * (i + 1);
    const middle = room / 2;
    drawFunnel(context, c, [[side, side], ...layers.map((layer, i) => [at(i), i === down.length ? room * 0.2 : tall(layer.length, room)]), [width - side, side]], middle);
    if (picture.source) drawPixels(context, c, picture.source, 0, middle - side / 2, side);
    else drawEmpty(context, c, 0, middle - side / 2, side);
    drawPixels(context, c, picture.drawn, width - side, middle - side / 2, side);
    layers.forEach((layer, i) => {
      if (i === down.length) drawCode(context, c, layer, at(i), middle, room, step);
      else drawLayer(context, c, layer, at(i), middle, tall(layer.length, room), step * 0.62, i, i < down.length && !picture.source);
    });
    context.fillStyle = c.faint;
    context.font = "11.5px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    [[side / 2, 784], ...layers.map((layer, i) => [at(i), layer.length]), [width - side / 2, 784]].forEach(([x, count]) => context.fillText(String(count), x, height - LABEL / 2));
    showCell(context, width, c);
  }

  function drawFunnel(context, c, profile, middle) {
    context.beginPath();
    profile.forEach(([x, tallness], i) => context[i ? "lineTo" : "moveTo"](x, middle - tallness / 2));
    [...profile].reverse().forEach(([x, tallness]) => context.lineTo(x, middle + tallness / 2));
    context.closePath();
    context.fillStyle = css(c.zero, 0.55);
    context.fill();
  }
  function drawPixels(context, c, values, left, top, side) {
    const flat = { values: Object.assign(values.subarray(0), { shape: [1, ...values.shape] }), signed: false };
    fillSheet(sheet, flat);
    context.save();
    context.beginPath();
    context.roundRect(left, top, side, side, 7);
    context.clip();
    context.imageSmoothingEnabled = true;
    drawTile(context, sheet, flat, 0, left, top, side, side);
    context.restore();
    outline(context, c, left, top, side);
  }
  function drawEmpty(context, c, left, top, side) {
    outline(context, c, left, top, side);
    context.fillStyle = c.faint;
    context.font = `600 ${Math.round(side / 2.6)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("?", left + side / 2, top + side / 2);
  }
  function outline(context, c, left, top, side) {
    context.strokeStyle = c.axis;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(left + 0.5, top + 0.5, side - 1, side - 1, 7);
    context.stroke();
  }

  /** Cells in as many columns as keep them square enough. */
  function drawLayer(context, c, layer, x, middle, height, width, index, isIdle) {
    const count = layer.length;
    const columns = Math.max(1, Math.min(count, Math.round(Math.sqrt((count * width) / height))));
    const rows = Math.ceil(count / columns);
    const cell = Math.min(height / rows, width / columns, 15);
    const [left, top] = [x - (columns * cell) / 2, middle - (rows * cell) / 2];
    const inner = Math.max(1, cell - (cell > 4 ? GAP : 0.3));
    context.globalAlpha = isIdle ? 0.35 : 1;
    for (let i = 0; i < count; i += 1) {
      const word = c.signed[layer[i]];
      context.fillStyle = `rgb(${word & 255},${(word >> 8) & 255},${(word >> 16) & 255})`;
      const [cx, cy] = [left + Math.floor(i / rows) * cell, top + (i % rows) * cell];
      context.fillRect(cx, cy, inner, inner);
      if (!isIdle) cells.push([cx, cy, cell, (layer[i] - 128) / 127, index, i]);
    }
    context.globalAlpha = 1;
  }
  function drawCode(context, c, code, x, middle, room, step) {
    const line = Math.min(34, (room * 0.8) / code.length);
    const radius = Math.min(line * 0.46, step * 0.46, 15);
    code.forEach((value, i) => {
      const y = middle + (i - (code.length - 1) / 2) * line;
      context.fillStyle = css(value < 0 ? c.minus : c.plus, 0.25 + 0.75 * Math.min(1, Math.abs(value) / 2));
      context.beginPath();
      context.arc(x, y, radius, 0, 7);
      context.fill();
      context.strokeStyle = c.ink;
      context.lineWidth = 1.25;
      context.stroke();
      if (radius > 9) {
        context.fillStyle = c.ink;
        context.font = `600 ${radius > 13 ? 10.5 : 8.5}px system-ui, sans-serif`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(value.toFixed(1).replace("-", "−"), x, y + 0.5);
      }
    });
  }
  function showCell(context, width, c) {
    const cell = hover && cells.find(([x, y, size]) => hover[0] >= x && hover[0] < x + size && hover[1] >= y && hover[1] < y + size);
    if (!cell) return;
    const [x, y, size, value, , unit] = cell;
    context.strokeStyle = c.ink;
    context.lineWidth = 1.5;
    context.strokeRect(x - 0.5, y - 0.5, size, size);
    tag(context, { left: 0, right: width, top: 0 }, [x, y], fill(words.passage_cell, { unit: unit + 1, value: value.toFixed(2).replace("-", "−") }), c);
  }

  return {
    draw(next) {
      picture = next;
      canvas.setAttribute("aria-label", stage.pictureLabel(name));
      drawing.request();
    },
    repaint: drawing.request,
  };
}
