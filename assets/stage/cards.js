// "Why?" cards: a slim strip at the foot of the window says what goes wrong; opened, it says why and offers a fix.

import { element } from "./dom.js";

export function whyCards(stage) {
  const { words } = stage;
  const node = element("section", { class: "why-cards", "aria-live": "polite", hidden: true });
  const dismissed = new Set(); // for this run
  const opened = new Set();
  let shown = "";
  let told = false;

  function card(data) {
    const isOpen = opened.has(data.key);
    const id = `why-${stage.spec.lesson}-${data.key}`;
    const toggle = element("button", { type: "button", class: "why-line", "aria-expanded": String(isOpen), "aria-controls": id, title: words.card_open, onclick: () => flip(data.key) },
      element("b", { text: words.card_why }), element("span", { text: data.title }), element("i", { "aria-hidden": "true" }));
    const dismiss = element("button", { type: "button", class: "why-dismiss", text: "×", "aria-label": words.card_dismiss, title: words.card_dismiss, onclick: () => { dismissed.add(data.key); draw(stage.state, false); } });
    const more = element("div", { class: "why-more", id, hidden: !isOpen }, element("p", { text: data.text }), fix(data));
    return element("article", { class: "why-card", "data-card": data.key }, element("div", { class: "why-head" }, toggle, dismiss), more);
  }
  function fix(data) {
    if (data.fix) {
      return element("div", { class: "why-fix" },
        element("button", { type: "button", text: data.fix, onclick: () => stage.play({ kind: "fix", value: data.key }) }), element("small", { text: data.how }));
    }
    return data.seeking ? element("div", { class: "why-fix" }, element("small", { class: "seeking", text: words.card_seeking })) : null;
  }
  function flip(key) {
    if (!opened.delete(key)) opened.add(key);
    shown = "";
    draw(stage.state, false);
    node.querySelector(`[data-card="${key}"] .why-line`)?.focus();
  }
  function draw(state, renewed) {
    if (renewed) {
      dismissed.clear();
      opened.clear();
    }
    if (state.why.reason === "diverged" && !told) opened.add("diverged").add("runaway"); // the run is over: nothing is disturbed
    told = state.why.reason === "diverged";
    const cards = state.cards.filter(({ key }) => !dismissed.has(key));
    const now = JSON.stringify(cards);
    if (now === shown) return; // a button must not be replaced under the finger that presses it
    shown = now;
    node.hidden = !cards.length;
    node.replaceChildren(...cards.map(card));
  }
  return { node, draw };
}
