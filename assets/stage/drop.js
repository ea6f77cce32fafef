// Your own drawing in the cloud: a sheet to draw on, how the net rebuilds it, and whose codes it lands beside.

import { element, throttle } from "./dom.js";
import { imagesPanel } from "./images.js";
import { stripsView } from "./strips.js";
import { SIDE, strokePad } from "./strokes.js";

const SEND_EVERY = 80; // milliseconds
const BRUSH = 18; // pixels on a pad of SIDE

export function dropPanel(body, head, stage) {
  const { words } = stage;
  let revision = 0;
  let told = 0;
  const board = element("div", { class: "pad-board" });
  const undo = element("button", { type: "button", text: words.pad_undo, title: words.pad_undo_help, onclick: () => pad.undo() });
  const clear = element("button", { type: "button", text: words.pad_clear, title: words.pad_clear_help, onclick: () => pad.clear() });
  const ask = (name, value) => stage.send({ kind: "probe", name, value });
  const here = element("button", { type: "button", text: words.drop_cursor, title: words.drop_cursor_help, onclick: () => ask("cursor", "drawing") });
  const from = element("button", { type: "button", text: words.drop_walk, title: words.drop_walk_help, onclick: () => stage.walk({ a: "drawing" }) });
  const tools = element("div", { class: "pad-tools", role: "toolbar", "aria-label": words.pad_tools }, undo, clear, here, from);
  const pair = element("div", { class: "drop-pair" });
  const near = element("div", { class: "drop-near" });
  const hint = element("p", { class: "hint", text: words.drop_help });
  const results = element("div", { class: "drop-results" }, hint, element("h4", { text: words.drop_pair }), pair,
    element("div", { class: "drop-names", "aria-hidden": "true" }, element("span", { text: words.drop_in }), element("span", { text: words.drop_out })),
    element("h4", { text: words.drop_near }), near);
  body.append(element("div", { class: "drop-room" }, element("div", { class: "drop" }, board, results, tools)));
  const rebuilt = stripsView(pair, { label: words.drop_pair });
  const neighbours = imagesPanel(near, null, stage, "neighbours", { title: words.drop_near, waiting: "", largest: 46 });
  const pad = strokePad(board, words, () => BRUSH, changed);
  const soon = throttle(tell, SEND_EVERY);
  refresh();

  function tell() {
    if (told === revision) return;
    told = revision;
    const strokes = pad.strokes();
    ask("draw", strokes.length ? { strokes, brush: Number((BRUSH / SIDE).toFixed(4)), normalise: true } : null);
  }
  function changed(ended) {
    revision += 1;
    refresh();
    if (ended) tell();
    else soon();
  }
  function refresh() {
    const empty = pad.isEmpty();
    if (empty && [undo, clear].includes(document.activeElement)) pad.canvas.focus({ preventScroll: true });
    for (const button of [undo, clear, here, from]) button.disabled = empty;
    results.classList.toggle("empty", empty);
  }

  return {
    draw(_, state, renewed) {
      if (renewed && !pad.isEmpty()) { revision += 1; tell(); } // a seat that was made anew has not seen the drawing
      rebuilt.draw(pad.isEmpty() ? null : state.pictures.redrawn);
      neighbours.draw(pad.isEmpty() ? null : state.pictures.neighbours);
    },
    repaint() {
      pad.request();
      rebuilt.repaint();
      neighbours.repaint();
    },
  };
}
