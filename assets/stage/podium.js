// Draws the Podium: the lanes in the order of their losses, changing places as the race goes.

import { format } from "./axes.js";
import { element, fill } from "./dom.js";
import { laneColour, laneName } from "./lanes.js";

/** Three digits: the leaders are often close. */
const precise = (value) => (value >= 1e-3 && value < 1e4 ? String(Number(value.toPrecision(3))) : format(Number(value.toPrecision(3))));
const HIGH = 34; // pixels of a row

export function podiumPanel(body, head, stage) {
  const { words } = stage;
  const list = element("ol", { class: "podium" });
  const note = element("span", { class: "hint" });
  head.append(note);
  body.append(list);
  const rows = new Map();
  let picture = null;

  function make(slot) {
    const parts = { rank: element("b"), name: element("span", { class: "podium-name" }), bar: element("i"), value: element("output"), more: element("small") };
    const row = element("li", { "data-slot": slot }, parts.rank, parts.name, element("span", { class: "podium-bar" }, parts.bar), parts.value, parts.more);
    return { row, ...parts };
  }
  const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };

  function paint() {
    if (!picture) return;
    const { slots, loss, accuracy, wins, died, seeds } = picture;
    const first = Number(picture.first?.[0] ?? picture.first);
    const isOut = (i) => died[i] >= 0 || loss[i] < 0;
    const order = slots.map((_, i) => i).sort((a, b) => isOut(a) - isOut(b) || loss[a] - loss[b]);
    const far = slots.map((_, i) => (isOut(i) ? 0 : Math.max(0, Math.log10(first / Math.max(loss[i], 1e-9)))));
    const most = Math.max(0.5, ...far);
    for (const slot of [...rows.keys()]) if (!slots.includes(slot)) { rows.get(slot).row.remove(); rows.delete(slot); }
    list.style.height = `${HIGH * slots.length}px`;
    order.forEach((i, rank) => {
      const slot = slots[i];
      if (!rows.has(slot)) {
        rows.set(slot, make(slot));
        list.append(rows.get(slot).row);
      }
      const part = rows.get(slot);
      part.row.style.transform = `translateY(${HIGH * rank}px)`;
      part.row.style.setProperty("--lane", laneColour(slot));
      part.row.classList.toggle("out", isOut(i));
      part.row.dataset.rank = stage.state.step ? rank + 1 : 0;
      part.row.style.order = rank;
      set(part.rank, isOut(i) ? "–" : stage.state.step ? String(rank + 1) : "·");
      set(part.name, laneName(stage, slot));
      part.bar.style.transform = `scaleX(${far[i] / most})`;
      set(part.value, isOut(i) ? "" : precise(loss[i]));
      set(part.more, remark(i, isOut(i), { accuracy, wins, died, seeds }));
    });
    list.dataset.more = seeds > 1 ? "wins" : accuracy ? "share" : "none";
    const isHill = stage.state.pictures.landscape?.at !== undefined;
    const isExam = stage.state.config.work === "digits";
    set(note, seeds > 1 ? fill(words.podium_fan, { seeds }) : isHill ? words.podium_height : isExam ? words.podium_exam : words.podium_note);
  }

  function remark(i, isOut, { accuracy, wins, died, seeds }) {
    if (isOut) return fill(words.podium_out, { step: died[i] });
    if (seeds > 1) return fill(words.podium_wins, { wins: Math.round(wins[i]), seeds });
    return accuracy ? `${(100 * accuracy[i]).toFixed(1)} %` : "";
  }

  return {
    draw(next) {
      picture = next;
      paint();
    },
    repaint: paint,
  };
}
