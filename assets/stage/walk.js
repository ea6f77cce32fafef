// A walk on a straight line through the code: two ends, how far one has come, and what the decoder paints on the way.

import { element, fill, throttle } from "./dom.js";
import { stripsView } from "./strips.js";

const SEND_EVERY = 70; // milliseconds
const LAP = 7000; // milliseconds there and back
const ENDS = ["a", "b"];

/** `aim(what)` says what the next press on the cloud sets; `forget()` that the cursor goes where the walk says. */
export function walkDesk(parent, stage, { aim, forget }) {
  const { words } = stage;
  let going = null; // the moment at which the walk began
  let share = null; // how far the cursor has come; null while it does not stand on the line
  let chosen = null;
  const letter = (end) => words[`walk_${end}`];
  const picks = ENDS.map((end) => element("button", {
    type: "button", class: "walk-end", text: letter(end), title: fill(words.walk_pick, { end: letter(end) }),
    "aria-label": fill(words.walk_pick, { end: letter(end) }), "aria-pressed": "false", onclick: () => choose(chosen === end ? null : end),
  }));
  const slider = element("input", { type: "range", min: 0, max: 1, step: 0.005, value: 0, "aria-label": words.walk_slider, oninput: slide });
  const start = element("button", { type: "button", class: "walk-go", onclick: () => (going === null ? begin() : stop()) });
  const hint = element("p", { class: "hint", role: "status", text: words.walk_help });
  const strip = element("div", { class: "walk-strip" });
  const tiles = stripsView(strip, { label: words.walk_strip, onpick: (column, count) => { stop(); go(column / (count - 1)); } });
  parent.append(element("div", { class: "walk" },
    element("div", { class: "walk-head" }, element("h4", { text: words.walk }), start), strip,
    element("div", { class: "walk-line" }, picks[0], slider, picks[1]), hint));
  const send = throttle((value) => stage.send({ kind: "probe", name: "walk", value }), SEND_EVERY);
  show();

  function show() {
    start.textContent = going === null ? words.walk_go : words.walk_stop;
    picks.forEach((pick, i) => pick.setAttribute("aria-pressed", String(chosen === ENDS[i])));
    hint.textContent = chosen ? fill(words.walk_pick_now, { end: letter(chosen) }) : words.walk_help;
    if (share !== null && !slider.matches(":active")) slider.value = share;
    tiles.mark(share);
  }
  function choose(end) {
    chosen = end;
    aim(end ?? "cursor");
    show();
  }
  function go(next) {
    share = next;
    forget();
    send({ share: Number(next.toFixed(4)) });
    show();
  }
  function slide() {
    const next = Number(slider.value); // before anything puts the slider back to where the walk is
    going = null;
    go(next);
  }
  function begin() {
    going = performance.now() - LAP * ((share ?? 0) / 2);
    show();
    step();
  }
  function stop() {
    going = null;
    show();
  }
  /** There and back, until somebody stops it or the tab is left. */
  function step() {
    if (going === null) return;
    if (!parent.clientWidth || document.hidden) { stop(); return; }
    const phase = ((performance.now() - going) / LAP) % 1;
    go(phase < 0.5 ? 2 * phase : 2 - 2 * phase);
    setTimeout(step, SEND_EVERY);
  }

  return {
    /** A point or the drawing becomes an end; after A comes B, and then the walk begins. */
    set(end, value) {
      stage.send({ kind: "probe", name: "walk", value: { [end]: value } });
      if (end === "a") choose("b");
      else {
        choose(null);
        share = 0;
        begin();
      }
    },
    /** From somewhere to somewhere, at once. */
    between(value) {
      stage.send({ kind: "probe", name: "walk", value: { ...value, share: 0 } });
      share = 0;
      begin();
    },
    /** The cursor was moved off the line. */
    leave() {
      share = null;
      stop();
    },
    draw(state) {
      tiles.draw(state.pictures.walk);
    },
    repaint: tiles.repaint,
  };
}
