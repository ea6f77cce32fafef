// Draws what the nets of a race have learnt: Fits over their data, Tiles of decision surfaces, Answers to test digits.

import { drawAxes, format, inside, scale } from "./axes.js";
import { tag } from "./curve.js";
import { element } from "./dom.js";
import { laneColour, laneName } from "./lanes.js";
import { css, palette } from "./palette.js";
import { place, surface } from "./surface.js";

const MARGIN = { left: 42, right: 12, top: 10, bottom: 26 };

export function fitsPanel(body, head, stage) {
  let picture = null;
  let hover = null;
  const drawing = surface(body, "plot fits", paint);
  drawing.canvas.addEventListener("pointermove", (event) => { hover = place(event, drawing.canvas); drawing.request(); });
  drawing.canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
    const x = scale(picture.x_range, [box.left, box.right]);
    const y = scale(picture.y_range, [box.bottom, box.top]);
    drawAxes(context, box, x, y, c);
    const out = stage.state.pictures.laps.died;
    inside(context, box, () => {
      const { xy } = picture.points;
      const size = xy.length > 600 ? 2 : 3.4;
      context.fillStyle = css(c.faint, xy.length > 600 ? 0.42 : 0.6);
      for (let i = 0; i < xy.length; i += 2) context.fillRect(x.to(xy[i]) - size / 2, y.to(xy[i + 1]) - size / 2, size, size);
      const [, seeds, count] = picture.values.shape;
      picture.slots.forEach((slot, lane) => {
        if (out[lane] >= 0) return;
        for (const [colour, wide] of seeds > 1 ? [[laneColour(slot, 0.4), 1]] : [[c.halo, 5.5], [laneColour(slot), 2.75]]) {
          for (let seed = 0; seed < seeds; seed += 1) {
            const start = (lane * seeds + seed) * count;
            curve(context, x, y, picture.x, picture.values.subarray(start, start + count), colour, wide);
          }
        }
      });
    });
    if (hover && hover[0] > box.left && hover[0] < box.right) read(context, box, x, y, c);
  }

  function read(context, box, x, y, c) {
    const [, seeds, count] = picture.values.shape;
    const value = x.from(hover[0]);
    const at = Math.max(0, Math.min(count - 1, Math.round(((value - picture.x[0]) / (picture.x[count - 1] - picture.x[0])) * (count - 1))));
    const texts = picture.slots.map((slot, lane) => format(Number(picture.values[lane * seeds * count + at].toPrecision(2))));
    tag(context, box, hover, `x ${format(Number(value.toPrecision(2)))} → ${texts.join(" · ")}`, c);
  }

  return {
    draw(next) {
      picture = next;
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("fits"));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function curve(context, x, y, xs, ys, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (let i = 0; i < ys.length; i += 1) context[i ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(ys[i]));
  context.stroke();
}

/** One small decision surface for each lane. */
export function tilesPanel(body, head, stage) {
  const grid = element("div", { class: "race-tiles" });
  body.append(grid);
  let picture = null;
  let tiles = [];

  function build() {
    tiles = picture.slots.map((slot, lane) => {
      const name = element("figcaption");
      const figure = element("figure", { "data-slot": slot }, name);
      const sheet = document.createElement("canvas");
      const drawing = surface(figure, "race-tile", (context, width, height) => paint(context, width, height, lane, sheet));
      drawing.canvas.setAttribute("role", "img");
      return { slot, name, figure, drawing };
    });
    grid.replaceChildren(...tiles.map((tile) => tile.figure));
  }

  function paint(context, width, height, lane, sheet) {
    const c = palette();
    const [, side] = picture.values.shape;
    if (lane >= picture.slots.length) return;
    if (sheet.width !== side) [sheet.width, sheet.height] = [side, side];
    const image = new ImageData(side, side);
    const pixels = new Uint32Array(image.data.buffer);
    const start = lane * side * side;
    for (let i = 0; i < side * side; i += 1) pixels[i] = c.field[picture.values[start + i]];
    sheet.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(sheet, 0, 0, width, height);
    const [low, high] = picture.range;
    const { xy, label } = picture.points;
    for (let i = 0; i < label.length; i += 1) {
      context.fillStyle = css(c.classes[label[i]]);
      context.strokeStyle = c.halo;
      context.lineWidth = 0.75;
      context.beginPath();
      context.arc(((xy[2 * i] - low) / (high - low)) * width, height - ((xy[2 * i + 1] - low) / (high - low)) * height, 2.2, 0, 7);
      context.fill();
      context.stroke();
    }
  }

  return {
    draw(next, state) {
      const isSame = picture && String(picture.slots) === String(next.slots);
      picture = next;
      if (!isSame) build();
      const { podium } = state.pictures;
      tiles.forEach((tile, lane) => {
        const share = podium.accuracy?.[lane];
        const text = `${laneName(stage, tile.slot)}${share >= 0 ? ` · ${(100 * share).toFixed(0)} %` : ""}`;
        if (tile.name.textContent !== text) tile.name.textContent = text;
        tile.figure.style.setProperty("--lane", laneColour(tile.slot));
        tile.figure.classList.toggle("out", podium.died[lane] >= 0);
        tile.drawing.canvas.setAttribute("aria-label", text);
        tile.drawing.request();
      });
    },
    repaint() { tiles.forEach((tile) => tile.drawing.request()); },
  };
}

/** Test digits across, lanes down, and what each lane reads. */
export function answersPanel(body, head, stage) {
  const table = element("table", { class: "race-answers" });
  body.append(element("div", { class: "race-scroll" }, table));
  let picture = null;
  let cells = [];
  let key = "";

  function build() {
    const [count, side] = picture.images.shape;
    const top = element("tr", {}, element("th"), ...Array.from({ length: count }, (_, i) => {
      const canvas = element("canvas", { width: side, height: side, role: "img", "aria-label": String(picture.truth[i]) });
      const image = new ImageData(side, side);
      for (let p = 0; p < side * side; p += 1) {
        const ink = picture.images[i * side * side + p];
        image.data.set([ink, ink, ink, 255], 4 * p);
      }
      canvas.getContext("2d").putImageData(image, 0, 0);
      return element("td", {}, canvas);
    }));
    cells = picture.slots.map((slot) => {
      const name = element("th", { scope: "row" });
      const row = Array.from({ length: count }, () => element("td"));
      return { slot, name, row, node: element("tr", { "data-slot": slot }, name, ...row) };
    });
    table.replaceChildren(top, ...cells.map((cell) => cell.node));
  }

  function paint() {
    if (!picture) return;
    const count = picture.truth.length;
    const out = stage.state.pictures.podium.died;
    cells.forEach(({ slot, name, row, node }, lane) => {
      node.style.setProperty("--lane", laneColour(slot));
      const text = laneName(stage, slot);
      if (name.textContent !== text) name.textContent = text;
      row.forEach((cell, i) => {
        const guess = picture.guess[lane * count + i];
        const shown = out[lane] >= 0 ? "–" : String(guess);
        if (cell.textContent !== shown) cell.textContent = shown;
        cell.className = out[lane] >= 0 ? "" : guess === picture.truth[i] ? "right" : "wrong";
      });
    });
  }

  return {
    draw(next) {
      picture = next;
      const now = `${next.slots}|${next.truth}`;
      if (now !== key) build();
      key = now;
      paint();
    },
    repaint: paint,
  };
}
