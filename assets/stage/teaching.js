// Correcting a wrong guess, the drawings corrected so far, and what learning from them brought and cost.

import { element, fill } from "./dom.js";
import { imagesPanel } from "./images.js";

const CALM = 0.005; // a change below half a point is no change

export function teaching(parent, stage) {
  const { words } = stage;
  let chosen = null;
  let open = false;
  const digits = Array.from({ length: 10 }, (_, i) =>
    element("button", { type: "button", text: String(i), disabled: true, "aria-pressed": "false", "aria-label": fill(words.pad_was_digit, { digit: i }), onclick: () => correct(i) }));
  const count = element("p", { class: "hint" });
  const teach = element("button", { type: "button", class: "teach", disabled: true, text: words.pad_teach, title: words.pad_teach_help, onclick: () => stage.send({ kind: "probe", name: "teach", value: true }) });
  const thumbs = element("div", { class: "pad-hand", hidden: true });
  const grid = imagesPanel(thumbs, null, stage, "hand", { title: words.pad_hand, largest: 42 });
  const result = element("div", { class: "pad-taught", "aria-live": "polite", hidden: true });
  parent.append(
    element("div", { class: "pad-correct", role: "group", "aria-label": words.pad_was }, element("span", { text: words.pad_was }), element("div", {}, ...digits)),
    element("div", { class: "pad-lesson" }, teach, count), thumbs, result,
  );
  let drawn = "";

  function correct(digit) {
    chosen = digit;
    show();
    stage.send({ kind: "probe", name: "correct", value: digit });
  }
  function show() {
    digits.forEach((button, i) => {
      button.disabled = !open;
      button.setAttribute("aria-pressed", String(open && i === chosen));
    });
  }

  return {
    /** The drawing has changed: whatever was said about the last one no longer counts. */
    renew(hasInk) {
      if (open === hasInk && chosen === null) return;
      [open, chosen] = [hasInk, null];
      show();
    },
    draw({ hand, taught }) {
      const number = hand?.values.shape[0] ?? 0;
      const text = number ? fill(number === 1 ? words.pad_hand_one : words.pad_hand_count, { count: number }) : words.pad_hand_none;
      if (count.textContent !== text) count.textContent = text;
      teach.disabled = !number;
      thumbs.hidden = !number;
      if (number) grid.draw(hand);
      const key = taught ? Array.from(taught.values).join() : "";
      if (key === drawn) return;
      drawn = key;
      result.hidden = !taught;
      if (taught) result.replaceChildren(table(taught, words));
    },
    repaint: grid.repaint,
  };
}

function table({ values, rows }, words) {
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  const lines = ["hand", "mnist"].map((name, i) => {
    const [before, after] = [values[2 * i], values[2 * i + 1]];
    const gain = after - before;
    const trend = Math.abs(gain) < CALM ? "same" : gain > 0 ? "up" : "down";
    return element("tr", {}, element("th", { scope: "row", text: words[`pad_taught_${name}`] ?? rows[i] }),
      element("td", { text: percent(before) }),
      element("td", { class: trend }, element("b", { text: percent(after) }), element("small", { text: { up: "▲", down: "▼", same: "=" }[trend] })));
  });
  const top = ["", words.pad_before, words.pad_after].map((text) => element("th", { scope: "col", text }));
  return element("table", {}, element("caption", { class: "unseen", text: words.pad_taught }), element("tr", {}, ...top), ...lines);
}
