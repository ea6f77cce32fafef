// What a net expects of each action, as bars: from zero to the right or, below zero, to the left; the best in full colour.

import { best } from "./brain.js";
import { element, put } from "./dom.js";
import { css } from "./palette.js";

const SIGNS = { left: "←", none: "·", right: "→" };
const NEUTRAL = [130, 142, 160];

export function qbars() {
  const node = element("div", { class: "scene-values" });

  function bar(side) {
    const room = element("span", { class: "bar-room" }, element("i"));
    return element("div", { class: "scene-value", "data-action": side }, element("b", { text: SIGNS[side] }), room, element("output"));
  }

  function draw(values, c) {
    if (node.hidden || !values.length) return;
    if (node.children.length !== values.length) {
      const sides = values.length === 2 ? ["left", "right"] : ["left", "none", "right"];
      node.replaceChildren(...sides.map(bar));
    }
    const list = [...values];
    const low = Math.min(0, ...list);
    const span = Math.max(0, ...list) - low || 1;
    const winner = best(list);
    list.forEach((value, i) => {
      const row = node.children[i];
      const colour = i === 0 ? c.minus : i === list.length - 1 ? c.plus : NEUTRAL;
      const [from, to] = [(Math.min(0, value) - low) / span, (Math.max(0, value) - low) / span];
      const { style } = row.children[1].firstChild;
      style.transform = `translateX(${(100 * from).toFixed(1)}%) scaleX(${(to - from).toFixed(3)})`;
      style.background = css(colour, i === winner ? 1 : 0.4);
      row.classList.toggle("best", i === winner);
      put(row.lastChild, value.toFixed(Math.abs(value) < 10 ? 3 : 1).replace("-", "−"));
    });
  }
  return { node, draw };
}
