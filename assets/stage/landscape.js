// Draws a Landscape: the loss as a map with contour lines, and on it the trails of all lanes.

import { drawAxes, format, inside, scale } from "./axes.js";
import { contours, softened } from "./contours.js";
import { tag } from "./curve.js";
import { element, fill, throttle } from "./dom.js";
import { hillSliders } from "./hill.js";
import { laneColour, laneName } from "./lanes.js";
import { isDark, palette } from "./palette.js";
import { place, surface } from "./surface.js";

const BOX = { left: 40, right: 10, top: 8, bottom: 24 };
const COARSE = 60; // rows above which a map is fine enough to be softened as a whole
const START_EVERY = 90; // milliseconds between two start points while one is dragged
const MAPS = { light: [[250, 252, 255], [198, 211, 229], [140, 156, 184]], dark: [[13, 19, 34], [34, 46, 74], [76, 92, 130]] };
const INK = { light: "rgba(60,76,108,0.34)", dark: "rgba(190,206,240,0.26)" };

export function landscapePanel(body, head, stage) {
  const { words } = stage;
  let picture = null;
  let hover = null;
  let geometry = null;
  let map = { key: "" };
  const drawing = surface(body, "plot square landscape", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const note = element("p", { class: "hint" });
  const sliders = hillSliders(stage);
  body.append(note, sliders.node);

  const canMove = () => Boolean(picture?.start?.length);
  const send = throttle((x, y) => stage.send({ kind: "set", values: { start_x: x, start_y: y } }), START_EVERY);
  function drop(at) {
    const { x, y, box } = geometry;
    const round = (value) => Number(value.toPrecision(3)) || 0.001; // (0, 0) would stand for the usual start
    send(round(x.from(Math.max(box.left, Math.min(box.right, at[0])))), round(y.from(Math.max(box.top, Math.min(box.bottom, at[1])))));
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (!canMove() || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    drop(place(event, canvas));
  });
  canvas.addEventListener("pointermove", (event) => {
    hover = place(event, canvas);
    if (canMove() && event.buttons & 1 && canvas.hasPointerCapture(event.pointerId)) drop(hover);
    drawing.request();
  });
  canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step || !canMove()) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y, box } = geometry;
    const [sx, sy] = picture.start[0];
    drop([x.to(sx) + (step[0] * (box.right - box.left)) / 40, y.to(sy) + (step[1] * (box.bottom - box.top)) / 40]);
  });

  /** The map and its contours change rarely: they are kept until the numbers are others. */
  function chart() {
    const { levels } = picture;
    let sum = 0;
    for (let i = 0; i < levels.length; i += 1) sum = (sum * 31 + levels[i]) | 0;
    const key = `${sum}|${levels.shape}|${isDark()}`;
    if (map.key === key) return;
    const [rows, columns] = levels.shape;
    const smooth = rows > COARSE ? softened(softened(levels)) : softened(levels);
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [columns, rows];
    const image = new ImageData(columns, rows);
    const stops = MAPS[isDark() ? "dark" : "light"];
    for (let i = 0; i < levels.length; i += 1) {
      const share = (rows > COARSE ? smooth : levels)[i] / 255;
      const [a, b, t] = share < 0.5 ? [stops[0], stops[1], 2 * share] : [stops[1], stops[2], 2 * share - 1];
      image.data.set([...a.map((value, k) => value + (b[k] - value) * t), 255], 4 * i);
    }
    sheet.getContext("2d").putImageData(image, 0, 0);
    map = { key, sheet, lines: contours(smooth) };
  }

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    chart();
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = scale([picture.box[0], picture.box[1]], [box.left, box.right]);
    const y = scale([picture.box[2], picture.box[3]], [box.bottom, box.top]);
    geometry = { x, y, box };
    drawAxes(context, box, x, y, c);
    const [rows, columns] = picture.levels.shape;
    const [wide, high] = [(box.right - box.left) / (columns - 1), (box.bottom - box.top) / (rows - 1)];
    inside(context, box, () => {
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = "high";
      context.drawImage(map.sheet, box.left - wide / 2, box.top - high / 2, wide * columns, high * rows);
      context.strokeStyle = INK[isDark() ? "dark" : "light"];
      context.lineWidth = 1;
      context.beginPath();
      for (let i = 0; i < map.lines.length; i += 4) {
        context.moveTo(box.left + map.lines[i] * wide, box.top + map.lines[i + 1] * high);
        context.lineTo(box.left + map.lines[i + 2] * wide, box.top + map.lines[i + 3] * high);
      }
      context.stroke();
      for (const [px, py] of picture.lowest) star(context, x.to(px), y.to(py), c);
      for (const isHalo of [true, false]) picture.slots.forEach((slot, i) => trail(context, x, y, picture.tracks[i], slot, isHalo && c.halo));
      startRing(context, x, y, c);
      picture.slots.forEach((slot, i) => ball(context, x, y, picture.tracks[i], slot, c));
    });
    if (hover && hover[0] > box.left && hover[1] < box.bottom && hover[0] < box.right && hover[1] > box.top) read(context, box, c);
  }

  const headOf = (track) => (picture.at ?? track.length / 2 - 1);

  function trail(context, x, y, track, slot, halo) {
    const now = headOf(track);
    const draw = (from, to, colour, wide) => {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.lineJoin = "round";
      context.beginPath();
      for (let i = from; i <= to; i += 1) context[i > from ? "lineTo" : "moveTo"](x.to(track[2 * i]), y.to(track[2 * i + 1]));
      context.stroke();
    };
    if (halo) {
      if (now) draw(0, now, halo, 4);
      return;
    }
    if (picture.at !== undefined) draw(now, track.length / 2 - 1, laneColour(slot, now ? 0.3 : 0.75), now ? 1.5 : 2);
    if (now) draw(0, now, laneColour(slot), 2.25);
  }

  function ball(context, x, y, track, slot, c) {
    const now = headOf(track);
    context.beginPath();
    context.arc(x.to(track[2 * now]), y.to(track[2 * now + 1]), 6, 0, 7);
    context.fillStyle = laneColour(slot);
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = c.halo;
    context.stroke();
  }

  function startRing(context, x, y, c) {
    const [sx, sy] = picture.start?.[0] ?? [picture.tracks[0][0], picture.tracks[0][1]];
    context.lineWidth = 2;
    context.strokeStyle = c.ink;
    context.beginPath();
    context.arc(x.to(sx), y.to(sy), 9, 0, 7);
    context.stroke();
  }

  /** The loss under the pointer, or the lane whose ball is there. */
  function read(context, box, c) {
    const { x, y } = geometry;
    const near = picture.slots.findIndex((_, i) => {
      const now = headOf(picture.tracks[i]);
      return Math.hypot(x.to(picture.tracks[i][2 * now]) - hover[0], y.to(picture.tracks[i][2 * now + 1]) - hover[1]) < 9;
    });
    const [rows, columns] = picture.levels.shape;
    const column = Math.round(((hover[0] - box.left) / (box.right - box.left)) * (columns - 1));
    const line = Math.round(((hover[1] - box.top) / (box.bottom - box.top)) * (rows - 1));
    const [low, high] = picture.span;
    const loss = 10 ** (low + ((high - low) * picture.levels[line * columns + column]) / 255) - (picture.floor ?? 0);
    const text = near < 0 ? fill(words.landscape_loss, { loss: format(Number(Math.max(loss, 0).toPrecision(2))) }) : laneName(stage, picture.slots[near]);
    tag(context, box, hover, text, c);
  }

  return {
    draw(next, state) {
      picture = next;
      canvas.classList.toggle("movable", canMove());
      canvas.setAttribute("aria-label", canMove() ? `${stage.pictureLabel("landscape")} ${words.landscape_help}` : stage.pictureLabel("landscape"));
      const share = next.share?.[0] ?? next.share;
      const text = canMove() ? words.landscape_help : share > 0 && state.step ? fill(words.landscape_share, { share: Math.round(100 * share) }) : words.landscape_wait;
      const first = !canMove() && state.pictures.podium.seeds > 1 ? ` ${words.landscape_first}` : "";
      if (note.textContent !== text + first) note.textContent = text + first;
      sliders.draw(canMove());
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function star(context, px, py, c) {
  context.beginPath();
  for (let i = 0; i < 10; i += 1) {
    const radius = i % 2 ? 3.4 : 8;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    context[i ? "lineTo" : "moveTo"](px + radius * Math.cos(angle), py + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = c.ink;
  context.strokeStyle = c.halo;
  context.lineWidth = 1.5;
  context.stroke();
  context.fill();
}
