// The map of what a net expects: over a plane of states, with the path that the world takes through it.

import { drawAxes, format, inside, scale } from "./axes.js";
import { tag } from "./curve.js";
import { element } from "./dom.js";
import { palette } from "./palette.js";
import { place, surface } from "./surface.js";

const BOX = { left: 42, right: 10, top: 8, bottom: 26 };
const SIDE = 41;
const EVERY = 110; // milliseconds between two maps that are computed here
const PLANES = {
  cartpole: { x: [-0.26, 0.26], y: [-3, 3], take: (s) => [s[2], s[3]], put: (s, x, y) => [s[0], s[1], x, y] },
  acrobot: { x: [-Math.PI, Math.PI], y: [-Math.PI, Math.PI], take: (s) => [Math.atan2(s[1], s[0]), Math.atan2(s[3], s[2])], put: (s, x, y) => [Math.cos(x), Math.sin(x), Math.cos(y), Math.sin(y), s[4], s[5]] },
  mountaincar: { x: [-1.2, 0.6], y: [-0.07, 0.07], take: (s) => [s[0], s[1]], put: (_, x, y) => [x, y] },
};
export const planeOf = (world) => PLANES[world];

/** The same map as the server's, of a net that plays in this browser. */
function survey(think, world, state) {
  const plane = PLANES[world];
  const best = new Float32Array(SIDE * SIDE);
  const edge = new Float32Array(SIDE * SIDE);
  let [low, high, most] = [Infinity, -Infinity, 1e-9];
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const x = plane.x[0] + ((plane.x[1] - plane.x[0]) * column) / (SIDE - 1);
      const y = plane.y[1] - ((plane.y[1] - plane.y[0]) * row) / (SIDE - 1);
      const values = think(plane.put(state, x, y));
      const i = row * SIDE + column;
      best[i] = Math.max(...values);
      edge[i] = values[values.length - 1] - values[0];
      [low, high, most] = [Math.min(low, best[i]), Math.max(high, best[i]), Math.max(most, Math.abs(edge[i]))];
    }
  }
  const shape = [SIDE, SIDE];
  return {
    best: Object.assign(Uint8Array.from(best, (value) => (255 * (value - low)) / (high - low || 1)), { shape }),
    edge: Object.assign(Uint8Array.from(edge, (value) => Math.round((127 * value) / most + 128)), { shape }),
    span: [low, high, most], x_range: plane.x, y_range: plane.y,
  };
}

export function qmapPanel(body, head, stage) {
  const { words, view } = stage;
  let sent = null;
  let own = null;
  let made = 0;
  let hover = null;
  view.map ??= "edge";
  const tabs = ["edge", "best"].map((key) => element("button", { type: "button", "data-map": key, text: words[`map_${key}`], onclick: () => { view.map = key; show(); } }));
  head.append(element("div", { class: "speeds", role: "group", "aria-label": words.map_which }, ...tabs));
  const sheet = document.createElement("canvas");
  const drawing = surface(body, "plot qmap", paint);
  const note = element("p", { class: "hint" });
  body.append(note);
  drawing.canvas.addEventListener("pointermove", (event) => { hover = place(event, drawing.canvas); });
  drawing.canvas.addEventListener("pointerleave", () => { hover = null; });

  function show() {
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.map === view.map)));
    note.textContent = words[`map_${view.map}_hint`];
    drawing.request();
  }
  show();

  function paint(context, width, height) {
    const watched = view.watched;
    if (watched?.think && performance.now() - made > EVERY) {
      own = survey(watched.think, watched.world, watched.state);
      made = performance.now();
    }
    const picture = watched?.think ? own : sent;
    if (!picture || !watched) return;
    const c = palette();
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = scale(picture.x_range, [box.left, box.right]);
    const y = scale(picture.y_range, [box.bottom, box.top]);
    drawAxes(context, box, x, y, c);
    fillSheet(sheet, picture, view.map, c);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(sheet, 0, 0, sheet.width, sheet.height, box.left, box.top, box.right - box.left, box.bottom - box.top);
    inside(context, box, () => drawPath(context, x, y, watched, c));
    nameAxes(context, box, words, watched.world, c);
    if (hover && hover[0] > box.left && hover[1] < box.bottom) tag(context, box, hover, valueAt(picture, view.map, box, hover), c);
    drawing.request();
  }

  return {
    draw(next) {
      sent = next;
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("qmap"));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function fillSheet(sheet, picture, which, c) {
  const values = picture[which];
  const [height, width] = values.shape;
  if (sheet.width !== width) [sheet.width, sheet.height] = [width, height];
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  // One hue from poor to good: the upper half of the signed palette.
  for (let i = 0; i < values.length; i += 1) words[i] = c.signed[which === "edge" ? values[i] : 128 + (values[i] >> 1)];
  sheet.getContext("2d").putImageData(image, 0, 0);
}

function drawPath(context, x, y, { world, trace, state }, c) {
  const plane = PLANES[world];
  const places = [...trace, state].map((one) => plane.take(one));
  context.lineCap = "round";
  for (let i = 1; i < places.length; i += 1) {
    if (Math.abs(places[i][0] - places[i - 1][0]) > 3) continue; // an angle that wrapped around
    context.strokeStyle = c.ink;
    context.globalAlpha = (i / places.length) ** 1.5 * 0.75;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x.to(places[i - 1][0]), y.to(places[i - 1][1]));
    context.lineTo(x.to(places[i][0]), y.to(places[i][1]));
    context.stroke();
  }
  context.globalAlpha = 1;
  const [px, py] = places.at(-1);
  context.fillStyle = c.ink;
  context.strokeStyle = c.halo;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x.to(px), y.to(py), 6.5, 0, 7);
  context.fill();
  context.stroke();
}

/** The names of both axes, written into the corners of the map. */
export function nameAxes(context, box, words, world, c) {
  context.font = "600 11.5px system-ui, sans-serif";
  context.fillStyle = c.ink;
  context.globalAlpha = 0.75;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillText(`${words[`plane_${world}_x`]} →`, box.right - 6, box.bottom - 5);
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(`↑ ${words[`plane_${world}_y`]}`, box.left + 6, box.top + 6);
  context.globalAlpha = 1;
}

function valueAt({ best, edge, span }, which, box, [px, py]) {
  const [height, width] = best.shape;
  const column = Math.min(width - 1, Math.max(0, Math.round(((px - box.left) / (box.right - box.left)) * (width - 1))));
  const row = Math.min(height - 1, Math.max(0, Math.round(((py - box.top) / (box.bottom - box.top)) * (height - 1))));
  const i = row * width + column;
  const value = which === "edge" ? ((edge[i] - 128) / 127) * span[2] : span[0] + (best[i] / 255) * (span[1] - span[0]);
  return format(Number(value.toPrecision(3)));
}
