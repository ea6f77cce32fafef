// Your own drawing in the cloud: a sheet to draw on, how the net rebuilds it, and whose codes it lands beside.

import { element } from "./dom.js";
import { imagesPanel } from "./images.js";
import { sketchPad } from "./sketch.js";
import { stripsView } from "./strips.js";

const SEND_EVERY = 80; // milliseconds
const BRUSH = 18; // pixels on a pad of SIDE

export function dropPanel(body, head, stage) {
  const { words } = stage;
  const board = element("div", { class: "pad-board" });
  const ask = (name, value) => stage.send({ kind: "probe", name, value });
  const here = element("button", { type: "button", text: words.drop_cursor, title: words.drop_cursor_help, onclick: () => ask("cursor", "drawing") });
  const from = element("button", { type: "button", text: words.drop_walk, title: words.drop_walk_help, onclick: () => stage.walk({ a: "drawing" }) });
  const { pad, undo, clear, refresh, again } = sketchPad(board, words, {
    every: SEND_EVERY,
    brush: () => BRUSH,
    tell: (drawing) => ask("draw", drawing && { ...drawing, normalise: true }),
    refreshed(empty) {
      here.disabled = empty;
      from.disabled = empty;
      results.classList.toggle("empty", empty);
    },
  });
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
  refresh();

  return {
    draw(_, state, renewed) {
      if (renewed) again(); // a seat that was made anew has not seen the drawing
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
