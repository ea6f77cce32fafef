// The latent room: the cloud of codes, a cursor that is dragged through it, and what the decoder paints there.

import { cloudPanel } from "./cloud.js";
import { element, fill, throttle } from "./dom.js";
import { drawMarks, handle } from "./handles.js";
import { colourOf } from "./marks.js";
import { place, surface } from "./surface.js";
import { drawTile, fillSheet } from "./tiles.js";
import { walkDesk } from "./walk.js";

const SEND_EVERY = 50; // milliseconds between two places of a cursor that is dragged
const GLIDE = 600; // the net sends new codes about every two thirds of a second
const NEAR = { mouse: 14, touch: 26 }; // pixels around the cursor that grab it
const NOTCHES = 1000;
const CARD = { side: 68, gap: 6, edge: 8, line: 20 };
const HELD = 1500; // milliseconds that a place shown in advance waits for its frame
const AXES = ["x", "y", "z"];

export function latentPanel(body, head, stage, name) {
  const { words } = stage;
  let state = null;
  let ahead = null; // {code, until}: where the cursor was put, until a frame says so too
  let aim = "cursor"; // what a press on the cloud sets: the cursor, or an end of the walk
  const view = element("div", { class: "latent-view" });
  const desk = element("div", { class: "latent-desk" });
  body.append(element("div", { class: "latent-room" }, element("div", { class: "latent" }, view, desk)));

  const sheet = document.createElement("canvas");
  const marks = { cursor: null, drawing: null, ends: null }; // pixels of this paint
  let shown = null; // where the cursor was painted
  let scene = null; // the canvas and its camera
  const cloud = cloudPanel(view, head, stage, name, { glide: GLIDE, spin: true, hold, tap, describe, decorate });
  const note = element("p", { class: "hint latent-help", text: words.latent_help });
  view.append(note);

  const easel = element("div", { class: "latent-easel" });
  const painting = surface(easel, "latent-painting", (context, width, height) => paintTile(context, "drawn", width, height));
  const origin = element("figure", { class: "latent-origin", hidden: true });
  const source = surface(origin, "latent-source", (context, width, height) => paintTile(context, "source", width, height));
  origin.append(element("figcaption", { text: words.latent_original }));
  easel.append(origin);
  for (const [drawing, label] of [[painting, words.latent_painting], [source, words.latent_original]]) {
    drawing.canvas.setAttribute("role", "img");
    drawing.canvas.setAttribute("aria-label", label);
  }
  const sliders = element("div", { class: "latent-sliders", role: "group", "aria-label": words.latent_sliders });
  desk.append(element("h4", { text: words.latent_painting }), easel, sliders);
  const walk = walkDesk(desk, stage, { aim: (next) => { aim = next; }, forget: () => { ahead = null; } });

  stage.walk = (ends) => { ahead = null; walk.between(ends); }; // for the panel of one's own drawing
  const send = throttle((value) => stage.send({ kind: "probe", name: "cursor", value }), SEND_EVERY);
  const code = () => ahead?.code ?? [...(state?.pictures.passage.code ?? [])];

  /** The cursor goes to these numbers: shown at once, painted by the net with the next frame. */
  function put(next) {
    const rounded = next.map((value) => Number(value.toPrecision(6)));
    ahead = { code: rounded, until: performance.now() + HELD };
    walk.leave();
    cloud.repaint();
    showSliders();
    send(rounded);
  }

  /** A pointer that comes down on the cursor drags it; the camera never hears of it. */
  function hold(canvas, eye) {
    scene = { canvas, eye };
    const drag = handle(canvas, {
      at: () => marks.cursor, reach: NEAR,
      move(dx, dy) { put(eye.shifted(shown ?? code(), dx, dy, canvas.clientWidth, canvas.clientHeight)); },
    });
    canvas.addEventListener("touchstart", (event) => {
      if (event.touches.length > 1 || drag.isNear(place(event.touches[0], canvas), "touch")) event.preventDefault();
    }, { passive: false });
  }
  function tap(index) {
    if (index < 0 && !isNearDrawing()) return;
    const value = index < 0 ? "drawing" : index;
    ahead = null;
    if (aim === "cursor") {
      walk.leave();
      stage.send({ kind: "probe", name: "cursor", value });
    } else walk.set(aim, value);
  }
  const isNearDrawing = () => marks.drawing && scene.last && Math.hypot(scene.last[0] - marks.drawing[0], scene.last[1] - marks.drawing[1]) < NEAR.touch;
  view.addEventListener("pointerdown", (event) => { scene.last = place(event, scene.canvas); }, true);

  /** A mark that stands at a point moves with the point that is seen, whatever the net says already. */
  function decorate(context, project, c, xyz) {
    const picture = state?.pictures.latent;
    if (!picture) return;
    const axes = picture.xyz.shape[1];
    const seen = (i, code) => { const at = picture.spots[i]; return at < 0 ? code : xyz.subarray(at * axes, (at + 1) * axes); };
    shown = [...(ahead?.code ?? seen(0, picture.cursor))];
    const ends = picture.ends && [0, 1].map((i) => seen(i + 1, picture.ends.subarray(i * axes, (i + 1) * axes)));
    Object.assign(marks, drawMarks(context, project, { cursor: shown, ends, drawing: picture.drawing, letters: [words.walk_a, words.walk_b] }, c));
  }

  /** Beside the point under the pointer: its picture, and what the net makes of it. */
  function describe(context, index, [x, y], c) {
    const picture = state?.pictures.latent;
    const shown = state?.pictures.pointed?.at === index ? state.pictures.pointed : null;
    const { side, gap, edge, line } = CARD;
    const [width, height] = [2 * side + gap + 2 * edge, side + line + 2 * edge];
    const { clientWidth, clientHeight } = scene.canvas;
    const left = x + 16 + width < clientWidth ? x + 16 : Math.max(0, x - 16 - width);
    const top = Math.min(Math.max(0, y - height / 2), clientHeight - height);
    context.fillStyle = c.panel;
    context.strokeStyle = colourOf(picture.label[index]);
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(left, top, width, height, 12);
    context.fill();
    context.stroke();
    context.fillStyle = c.ink;
    context.font = "600 12.5px system-ui, sans-serif";
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(fill(words.cloud_point, { digit: picture.label[index], index }), left + edge + 2, top + edge + 6, width - 2 * edge);
    if (!shown) return;
    const flat = { values: shown.values, signed: false };
    flat.values = Object.assign(shown.values.subarray(0), { shape: [2, ...shown.values.shape.slice(2)] });
    fillSheet(sheet, flat);
    context.imageSmoothingEnabled = true;
    for (const i of [0, 1]) drawTile(context, sheet, flat, i, left + edge + i * (side + gap), top + edge + line, side, side);
  }

  function paintTile(context, which, width, height) {
    const values = state?.pictures.passage?.[which];
    if (!values) return;
    const picture = { values: Object.assign(values.subarray(0), { shape: [1, ...values.shape] }), signed: false };
    fillSheet(sheet, picture);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    drawTile(context, sheet, picture, 0, 0, 0, width, height);
  }

  // -- the sliders, one for each number of the code
  let ranges = [];
  function makeSliders(count) {
    if (sliders.children.length === count) return;
    sliders.replaceChildren(...Array.from({ length: count }, (_, axis) => {
      const input = element("input", { type: "range", min: 0, max: NOTCHES, step: 1, "aria-label": fill(words.latent_axis, { axis: AXES[axis] }) });
      input.addEventListener("input", () => {
        const [low, high] = ranges[axis];
        put(code().map((value, i) => (i === axis ? low + ((high - low) * input.value) / NOTCHES : value)));
      });
      return element("label", {}, element("i", { text: AXES[axis] }), input, element("output"));
    }));
  }
  /** A slider reaches as far as the cloud does, and as far as the cursor went. */
  function measure(picture, now) {
    if (sliders.matches(":active") && ranges.length === now.length) return;
    ranges = now.map((value, axis) => {
      let [low, high] = [Math.min(value, -0.5), Math.max(value, 0.5)];
      if (picture) for (let i = axis; i < picture.xyz.length; i += now.length) [low, high] = [Math.min(low, picture.xyz[i]), Math.max(high, picture.xyz[i])];
      return [low, high];
    });
  }
  function showSliders() {
    code().forEach((value, axis) => {
      const [input, output] = sliders.children[axis].querySelectorAll("input, output");
      const [low, high] = ranges[axis];
      const text = value.toFixed(2).replace("-", "−");
      if (output.textContent !== text) output.textContent = text;
      if (input.matches(":active")) return;
      input.value = (NOTCHES * (value - low)) / (high - low);
      input.setAttribute("aria-valuetext", text);
    });
  }
  function settle(now) {
    if (!ahead) return;
    const same = ahead.code.length === now.length && now.every((value, i) => Math.abs(value - ahead.code[i]) < 1e-3 * (1 + Math.abs(value)));
    if (same || performance.now() > ahead.until || ahead.code.length !== now.length) ahead = null;
  }

  return {
    draw(picture, next, renewed) {
      state = next;
      const now = [...next.pictures.passage.code];
      if (renewed) ahead = null;
      settle(now);
      makeSliders(now.length);
      measure(picture, now);
      showSliders();
      origin.hidden = !next.pictures.passage.source;
      note.hidden = !picture;
      cloud.draw(picture, next, renewed);
      walk.draw(next);
      painting.request();
      source.request();
    },
    repaint() {
      cloud.repaint();
      walk.repaint();
      painting.request();
      source.request();
    },
  };
}
