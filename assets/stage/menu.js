// A button with a short menu: arrow keys move in it, Enter chooses, Escape goes back to the button.

import { element } from "./dom.js";

const MARGIN = 12; // pixels that stay free at the sides of the page

/** items: [{ name, text, help }, …]; `label` names the menu, `choose` gets the name of the item. */
export function menuButton({ label, items, choose, ...attributes }) {
  const button = element("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...attributes, onclick: () => (list.hidden ? open(0) : close()) });
  const rows = items.map(({ name, text, help }) =>
    element("button", { type: "button", role: "menuitem", tabindex: -1, "aria-label": text, "aria-description": help, "data-choice": name, onclick: () => { close(); choose(name); } },
      element("b", { text }), element("span", { text: help })));
  const list = element("div", { class: "menu-list", role: "menu", "aria-label": label, hidden: true }, ...rows);
  const node = element("div", { class: "menu", onkeydown: steer, onfocusout: leave }, button, list);

  function open(place) {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    list.style.translate = "none";
    const { left, right } = list.getBoundingClientRect();
    const room = document.documentElement.clientWidth - MARGIN;
    list.style.translate = `${Math.max(MARGIN - left, Math.min(0, room - right))}px`;
    document.addEventListener("pointerdown", outside);
    rows.at(place).focus();
  }
  function close() {
    if (list.hidden) return;
    const isInside = list.contains(document.activeElement);
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    if (isInside) button.focus();
  }
  function outside(event) {
    if (!node.contains(event.target)) close();
  }
  /** Tab goes on and leaves nothing open behind it. */
  function leave(event) {
    if (event.relatedTarget && !node.contains(event.relatedTarget)) close();
  }
  function steer(event) {
    if (list.hidden && !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const place = rows.indexOf(document.activeElement);
    const goals = { ArrowDown: place + 1, ArrowUp: place < 0 ? -1 : place - 1, Home: 0, End: -1 };
    event.stopPropagation(); // the letters and arrows of the page rest meanwhile
    if (event.key === "Escape") close();
    else if (!(event.key in goals)) return;
    else if (list.hidden) open(goals[event.key]);
    else rows.at(goals[event.key] % rows.length).focus();
    event.preventDefault();
  }
  return node;
}
