// A small window in which one weight or bias is set by hand.

import { element, throttle } from "./dom.js";

const REACH = 5; // the slider's range; larger numbers can be typed

export function weightEditor(parent, stage) {
  const { words } = stage;
  let target = null;
  const send = throttle((value) => target && stage.send({ kind: "probe", name: "weight", value: { ...target, layer: target.layer - 1, value } }), 60);
  const title = element("b");
  const number = element("input", { type: "number", step: "0.01", "aria-label": words.weight });
  const slider = element("input", { type: "range", min: -REACH, max: REACH, step: 0.01, "aria-label": words.weight });
  const close = element("button", { type: "button", text: "×", "aria-label": words.close, onclick: () => hide() });
  const box = element("div", { class: "weight-editor", role: "dialog", hidden: true }, element("div", {}, title, number, close), slider);
  parent.append(box);

  function hide() {
    box.hidden = true;
    target = null;
  }
  number.addEventListener("input", () => {
    if (number.value === "" || Number.isNaN(number.valueAsNumber)) return;
    slider.value = number.value;
    send(number.valueAsNumber);
  });
  slider.addEventListener("input", () => {
    number.value = slider.value;
    send(Number(slider.value));
  });
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Enter") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.hidden && !box.contains(event.target)) hide();
  });

  return {
    /** found: {layer, unit, source}, at: where it was clicked on the canvas. */
    open(found, value, at, canvas) {
      target = found;
      const name = found.source === null ? words.bias : words.weight;
      title.textContent = name;
      box.setAttribute("aria-label", name);
      number.value = Number(value.toFixed(3));
      slider.value = value;
      box.hidden = false;
      box.style.left = `${Math.max(4, Math.min(at[0] - 100, canvas.clientWidth - 208))}px`;
      box.style.top = `${canvas.offsetTop + at[1] + 14}px`;
      number.focus();
      number.select();
    },
    close: hide,
  };
}
