// Sliders under a map of hills: they bend all trajectories at once.

import { format } from "./axes.js";
import { element, throttle } from "./dom.js";
import { changeLanes } from "./lanes.js";

const SEND_EVERY = 90; // milliseconds between two trajectories while a hand drags
const WIDEST = 25; // how far the slider multiplies or divides all rates

/** Two sliders that bend all trajectories at once: a factor on all rates, and the momentum of those that have one. */
export function hillSliders(stage) {
  const { words } = stage;
  let base = null; // the lanes as they were when the hand took hold
  const factorBox = element("output", { text: "×1" });
  const factor = element("input", { type: "range", min: -100, max: 100, value: 0, "aria-label": words.landscape_rates });
  const momentumBox = element("output");
  const momentum = element("input", { type: "range", min: 0, max: 99, "aria-label": words.landscape_momentum });
  const send = throttle((change) => changeLanes(stage, change), SEND_EVERY);
  const bounded = (value) => Number(Math.min(100, Math.max(1e-6, value)).toPrecision(3));
  const hold = () => { base = stage.state.config.lanes; };
  factor.addEventListener("input", () => {
    base ??= stage.state.config.lanes;
    const by = WIDEST ** (Number(factor.value) / 100);
    factorBox.textContent = `×${format(Number(by.toPrecision(2)))}`;
    const rates = new Map(base.map((spec) => [spec.slot, bounded(spec.lr * by)]));
    send((spec) => (rates.has(spec.slot) ? { ...spec, lr: rates.get(spec.slot) } : spec));
  });
  factor.addEventListener("pointerdown", hold);
  factor.addEventListener("change", () => { base = null; factor.value = 0; factorBox.textContent = "×1"; });
  const hasMomentum = (spec) => ["momentum", "nesterov"].includes(spec.kind);
  momentum.addEventListener("input", () => {
    const value = Number(momentum.value) / 100;
    momentumBox.textContent = value.toFixed(2);
    send((spec) => (hasMomentum(spec) ? { ...spec, options: [...spec.options.filter(([name]) => name !== "momentum"), ["momentum", value]] } : spec));
  });
  const momentumRow = element("label", {}, element("span", { text: words.landscape_momentum }), momentum, momentumBox);
  const node = element("div", { class: "hill", hidden: true }, element("label", {}, element("span", { text: words.landscape_rates }), factor, factorBox), momentumRow);
  return {
    node,
    draw(isShown) {
      node.hidden = !isShown;
      const spec = stage.state.config.lanes.find(hasMomentum);
      momentumRow.hidden = !spec;
      if (!spec || momentum.matches(":active")) return;
      const value = Object.fromEntries(spec.options).momentum ?? 0.9;
      momentum.value = 100 * value;
      momentumBox.textContent = value.toFixed(2);
    },
  };
}
