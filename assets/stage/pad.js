// The drawing pad, what the nets make of the drawing while the pen still moves, and how to teach them a hand.

import { element, fill } from "./dom.js";
import { base64 } from "./keep.js";
import { palette } from "./palette.js";
import { readers } from "./readers.js";
import { sketchPad } from "./sketch.js";
import { surface } from "./surface.js";
import { teaching } from "./teaching.js";
import { drawTile, fillSheet } from "./tiles.js";

const SEND_EVERY = 70; // milliseconds
const BRUSH = [10, 18, 28]; // least, first, most: pixels on a pad of SIDE
const LARGEST_FILE = 5e6; // bytes that are sent
const LARGEST_PHOTO = 40e6; // bytes that the browser is asked to shrink
const LONGEST = 800; // pixels of a photo's longer side; a telephone's photo is shrunk to it before it travels

export function padPanel(body, head, stage) {
  const { words, view } = stage;
  view.brush ??= BRUSH[1];
  view.normalise ??= true;
  let photo = null; // base64 of the image that lies on the pad
  const sheet = document.createElement("canvas");

  const board = element("div", { class: "pad-board" });
  const tools = element("div", { class: "pad-tools", role: "toolbar", "aria-label": words.pad_tools });
  const results = element("div", { class: "pad-readers" });
  const seenBox = element("figure", { class: "pad-seen" });
  const lesson = element("div", { class: "pad-teach" });
  body.append(element("div", { class: "pad-room" }, element("div", { class: "pad" }, element("div", { class: "pad-desk" }, board, tools), results, seenBox, lesson)));

  const { pad, undo, clear, renew, refresh, again } = sketchPad(board, words, {
    every: SEND_EVERY, brush: () => view.brush, tell, refreshed, drawn: () => { photo = null; },
  });
  const seen = surface(seenBox, "pad-pixels", paintSeen);
  seen.canvas.setAttribute("role", "img");
  seen.canvas.setAttribute("aria-label", words.pad_seen);
  seenBox.append(element("figcaption", { text: words.pad_seen }),
    stage.toggle("normalise", words.pad_normalise, true, () => again(), words.pad_normalise_help));
  const bars = readers(results, words);
  const teacher = teaching(lesson, stage);
  const dot = element("i", { "aria-hidden": "true" });
  const slider = element("input", { type: "range", min: BRUSH[0], max: BRUSH[2], step: 1, value: view.brush, "aria-label": words.pad_brush, oninput: thicken });
  const file = element("input", { type: "file", accept: "image/*", class: "file", tabindex: -1, "aria-label": words.pad_upload, onchange: picked });
  const open = element("button", { type: "button", text: words.pad_upload, title: words.pad_upload_help, onclick: () => file.click() });
  tools.append(undo, clear, element("label", { class: "pad-brush", title: words.pad_brush }, element("span", {}, dot), slider), open, file);
  board.addEventListener("dragover", (event) => event.preventDefault());
  board.addEventListener("drop", (event) => { event.preventDefault(); upload(event.dataTransfer.files[0]); });
  thicken();
  refresh();

  function thicken() {
    view.brush = Number(slider.value);
    dot.style.width = dot.style.height = `${view.brush * 0.75}px`;
    pad.request();
    if (pad.strokes().length) again();
  }

  function tell(drawing) {
    const { normalise } = view;
    if (photo && !drawing) stage.send({ kind: "image", data: photo, normalise });
    else stage.send({ kind: "probe", name: "draw", value: drawing && { ...drawing, normalise } });
  }
  function refreshed(empty) {
    teacher.renew(!empty);
    if (!empty) return;
    bars.draw({}); // at once, not with the next frame
    seen.request();
  }

  function picked() {
    const chosen = file.files[0];
    file.value = "";
    upload(chosen);
  }
  async function upload(chosen) {
    if (!chosen) return;
    const image = chosen.size <= LARGEST_PHOTO ? await createImageBitmap(chosen).catch(() => null) : null;
    const blob = image && Math.max(image.width, image.height) > LONGEST ? await shrunk(image) : chosen;
    if (blob.size > LARGEST_FILE) {
      stage.notify(fill(words.pad_too_big, { size: (blob.size / 1e6).toFixed(1) }));
      return;
    }
    photo = await base64(blob);
    pad.show(image ?? {}); // what the browser cannot read, the server answers
    renew(true);
  }

  function paintSeen(context, width, height) {
    const picture = pad.isEmpty() ? null : stage.state?.pictures.seen;
    if (picture) {
      fillSheet(sheet, picture);
      context.imageSmoothingEnabled = false;
      drawTile(context, sheet, picture, 0, 0, 0, width, height);
    }
    const cells = picture?.values.shape[2] ?? 28;
    context.strokeStyle = palette().grid;
    context.globalAlpha = 0.55;
    context.lineWidth = 0.5;
    context.beginPath();
    for (let i = 1; i < cells; i += 1) {
      const at = (i * width) / cells;
      context.moveTo(at, 0);
      context.lineTo(at, height);
      context.moveTo(0, at);
      context.lineTo(width, at);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  return {
    draw(picture, state, renewed) {
      if (renewed) again(); // a seat that was made anew has not seen the drawing
      if (!pad.isEmpty()) bars.draw(state.pictures);
      teacher.draw(state.pictures);
      seen.request();
    },
    repaint() {
      pad.request();
      seen.request();
      teacher.repaint();
    },
  };
}

async function shrunk(image) {
  const factor = LONGEST / Math.max(image.width, image.height);
  const canvas = element("canvas", { width: Math.max(1, Math.round(image.width * factor)), height: Math.max(1, Math.round(image.height * factor)) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
