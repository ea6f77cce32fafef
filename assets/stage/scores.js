// The score board under the scene: the visitor against the agents, each by the steps they keep going.

import { element } from "./dom.js";

export function boards(words) {
  const cell = (key) => element("div", { "data-score": key }, element("dt", { text: words[`score_${key}`] }), element("dd", { text: "–" }));
  const node = element("dl", { class: "scores", "aria-label": words.scores });
  const cells = Object.fromEntries(["you", "best", "learner", "test", "shipped"].map((key) => [key, cell(key)]));
  node.append(...Object.values(cells));
  const put = (key, text) => {
    const value = cells[key].lastChild;
    if (value.textContent !== text) value.textContent = text;
  };
  const shown = (value) => String(Math.round(value)).replace("-", "−");
  return {
    node,
    you(ended) {
      if (!ended.length) return;
      put("you", shown(ended.at(-1)));
      put("best", shown(Math.max(...ended)));
    },
    test(ended) {
      if (ended.length) put("test", shown(ended.at(-1)));
    },
    learner(metrics) {
      put("learner", "test_return" in metrics ? shown(metrics.test_return) : "–");
    },
    shipped(average) {
      put("shipped", average === undefined ? "–" : shown(average));
    },
    clear() {
      for (const key of Object.keys(cells)) put(key, "–");
    },
  };
}
