// Draws what is best read as a table or as text: the confusion matrix, mini-batch cards, programs and their prints.

import { format } from "./axes.js";
import { element, fill } from "./dom.js";
import { css, palette } from "./palette.js";

export function matrixPanel(body, head, stage) {
  const { words } = stage;
  let shown = "";
  function choose(truth, guess) {
    stage.view.cell = [truth, guess];
    stage.send({ kind: "probe", name: "cell", value: [truth, guess] });
  }
  return {
    draw(picture) {
      const key = picture.values.join() + (stage.state?.course ?? "") + document.body.className;
      if (key === shown) return; // rebuilding it each frame would take the focus away
      shown = key;
      const c = palette(stage.state?.course);
      const count = picture.rows.length;
      const headRow = element("tr", {}, element("td", { class: "corner", text: `${words.true_class} ↓ ${words.predicted_class} →` }),
        ...picture.columns.map((name) => element("th", { scope: "col", text: name })));
      const rows = picture.rows.map((name, i) => {
        const values = picture.values.subarray(i * count, (i + 1) * count);
        const total = values.reduce((sum, value) => sum + value, 0) || 1;
        const cells = Array.from(values, (value, j) => {
          const share = value / total;
          const colour = i === j ? c.plus : c.minus;
          const style = `background:${css(colour, share * 0.85)};color:${share > 0.55 ? "#fff" : "inherit"}`;
          const opens = stage.spec.panels.wrong ? { tabindex: 0, role: "button", onclick: () => choose(i, j), onkeydown: (event) => event.key === "Enter" && choose(i, j) } : {};
          return element("td", { style, text: String(value), ...opens });
        });
        return element("tr", {}, element("th", { scope: "row", text: name }), ...cells);
      });
      body.replaceChildren(element("table", { class: count > 5 ? "matrix small" : "matrix" }, headRow, ...rows));
    },
    repaint() {},
  };
}

export function cardsPanel(body, head, stage) {
  const { words } = stage;
  return {
    draw(picture) {
      const cards = picture.batches.map(([inputs, targets], i) => {
        const cells = (values) => Array.from(values, (value) => element("td", { text: format(value) }));
        const table = element("table", {},
          element("tr", {}, element("th", { text: "x" }), ...cells(inputs)),
          element("tr", {}, element("th", { text: "y" }), ...cells(targets)));
        const state = i + 1 === picture.current ? "current" : i + 1 < picture.current ? "past" : "coming";
        return element("div", { class: `card ${state}` }, element("h4", { text: fill(words.cards_batch, { number: i + 1 }) }), table);
      });
      body.replaceChildren(element("h4", { class: "epoch", text: fill(words.cards_epoch, { epoch: picture.epoch }) }), element("div", { class: "card-row" }, ...cards));
    },
    repaint() {},
  };
}

export function printsPanel(body) {
  let shown = "";
  return {
    draw(picture) {
      const key = picture.sources.join();
      if (key === shown) return;
      shown = key;
      body.replaceChildren(
        element("div", { class: "two-ways" }, ...picture.sources.map((source, i) =>
          element("div", {}, element("pre", { text: source, tabindex: 0 }), element("pre", { class: "printed", text: picture.outputs[i], tabindex: 0 })))),
      );
    },
    repaint() {},
  };
}
