// What up to four nets read in one drawing: ten bars each, and the winner in large. Built once, then only moved.

import { element } from "./dom.js";

const PAIR = ["shipped", "live"];
const SIDE_BY_SIDE = ["cnn", "lstm", "mlp"];
const SURE = 0.5;
const SPOKEN_AFTER = 700; // milliseconds of calm before a screen reader is told

const percent = (value) => `${(100 * Math.min(value, 0.999)).toFixed(1)} %`;

export function readers(parent, words) {
  const cards = Object.fromEntries([...PAIR, ...SIDE_BY_SIDE].map((name) => [name, readerCard(words[`pad_reader_${name}`])]));
  const grid = element("div", { class: "readers" }, ...Object.values(cards).map((card) => card.node));
  const spoken = element("p", { class: "unseen", role: "status" });
  parent.append(grid, spoken);
  let shown = PAIR;
  let timer = null;
  arrange();

  function arrange() {
    for (const [name, card] of Object.entries(cards)) card.node.hidden = !shown.includes(name);
    grid.dataset.count = shown.length;
  }
  function speak() {
    timer = null;
    const text = shown.map((name) => cards[name].sentence()).filter(Boolean).join("; ");
    if (spoken.textContent !== text) spoken.textContent = text;
  }

  return {
    /** Bars that a frame lacks fall to nothing; the cards stay where they are, so that nothing jumps. */
    draw(pictures) {
      const found = SIDE_BY_SIDE.filter((name) => pictures[`bars_${name}`]);
      const isPair = PAIR.some((name) => pictures[`bars_${name}`]);
      let next = shown;
      if (found.length) next = [...PAIR.filter((name) => pictures[`bars_${name}`]), ...found].slice(0, 4);
      else if (isPair) next = PAIR;
      if (next.join() !== shown.join()) {
        shown = next;
        arrange();
      }
      let changed = false;
      for (const name of shown) changed = cards[name].draw(pictures[`bars_${name}`]) || changed;
      if (!changed) return;
      clearTimeout(timer);
      timer = setTimeout(speak, SPOKEN_AFTER);
    },
  };

  function readerCard(title) {
    const digit = element("b", { class: "digit", text: "–" });
    const share = element("span", { class: "share" });
    const bars = Array.from({ length: 10 }, (_, i) => {
      const level = element("i");
      return { level, node: element("li", {}, element("span", {}, level), element("em", { text: String(i) })) };
    });
    const node = element("section", { class: "reader", "aria-label": title },
      element("h4", { text: title, title }), element("div", { class: "verdict" }, digit, share),
      element("ol", { class: "ten", "aria-hidden": "true" }, ...bars.map((bar) => bar.node)));
    let said = "";

    function draw(picture) {
      const values = picture ? Array.from(picture.values).slice(0, 10) : [];
      const best = values.indexOf(Math.max(...values));
      const sure = best >= 0 && values[best] >= SURE;
      bars.forEach(({ level, node: bar }, i) => {
        level.style.transform = `translateY(${(100 - 100 * (values[i] || 0)).toFixed(1)}%)`;
        bar.classList.toggle("best", i === best);
      });
      node.classList.toggle("sure", sure);
      node.classList.toggle("unsure", best >= 0 && !sure);
      const text = best < 0 ? "–" : sure ? String(picture.names?.[best] ?? best) : words.pad_not_sure;
      if (digit.textContent !== text) digit.textContent = text;
      const number = best < 0 ? "" : percent(values[best]);
      if (share.textContent !== number) share.textContent = number;
      const now = best < 0 ? "" : sure ? `${title}: ${text}, ${Math.round(100 * values[best])} %` : `${title}: ${text}`;
      const changed = now !== said;
      said = now;
      return changed;
    }
    return { node, draw, sentence: () => said };
  }
}
