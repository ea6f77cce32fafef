// Shows how one pixel of a feature map came about: the patch under the kernel, the kernel, their products and the sum.

import { element } from "./dom.js";
import { css, palette } from "./palette.js";
import { surface } from "./surface.js";

const SIGN = 16; // room for × and =
const TITLE = 18;
const READABLE = 26; // pixels of a cell that a number fits in
const CELL = 34; // the largest cell

const number = (value) => value.toFixed(Math.abs(value) >= 10 ? 1 : 2).replace("-", "−");

/** `name` is the panel that it stands in: several may ask about a pixel, and each keeps its own last answer. */
export function patchView(parent, stage, name) {
  const { words } = stage;
  let picture = null;
  let pointing = false;
  const box = element("div", { class: "images-patch", hidden: true });
  const hint = element("p", { class: "hint", text: words.images_patch_hint });
  const drawing = surface(box, "", paint);
  drawing.canvas.setAttribute("role", "img");
  drawing.canvas.setAttribute("aria-label", words.images_patch);
  const sum = element("p", { class: "sum", role: "status" });
  const note = element("p", { class: "hint" });
  box.append(sum, note);
  parent.append(hint, box);
  new ResizeObserver(fitHeight).observe(parent);

  function grids() {
    const products = picture.patch.map((value, i) => value * picture.kernel[i]);
    const all = [[words.images_patch_pixels, picture.patch, ""], [words.images_patch_kernel, picture.kernel, "×"], [words.images_patch_product, products, "="]];
    return parent.clientWidth < 400 ? all.slice(0, 2) : all;
  }
  function cellSize(count) {
    return Math.min(CELL, Math.floor((parent.clientWidth - SIGN * (count - 1)) / (count * picture.kernel.shape[0])));
  }
  function fitHeight() {
    if (!picture || !parent.clientWidth) return;
    const height = `${cellSize(grids().length) * picture.kernel.shape[0] + TITLE + 2}px`;
    if (drawing.canvas.style.height !== height) drawing.canvas.style.height = height;
  }

  function paint(context, width) {
    if (!picture) return;
    const c = palette();
    const size = picture.kernel.shape[0];
    const list = grids();
    const cell = cellSize(list.length);
    const side = cell * size;
    let left = Math.max(0, (width - list.length * side - SIGN * (list.length - 1)) / 2);
    context.textAlign = "center";
    context.textBaseline = "middle";
    list.forEach(([title, values, sign], i) => {
      context.fillStyle = c.faint;
      context.font = "15px system-ui, sans-serif";
      if (sign) context.fillText(sign, left - SIGN / 2, TITLE + side / 2);
      context.font = "11.5px system-ui, sans-serif";
      context.fillText(title, left + side / 2, TITLE / 2 - 1, side + SIGN);
      drawNumbers(context, values, size, left, TITLE, cell, c);
      left += side + SIGN;
    });
  }

  return {
    /** What is pointed at, in words; null once the pointer has left, and the last answer stays where it is. */
    follow(text) {
      pointing = Boolean(text);
      if (text) hint.textContent = text;
    },
    draw(next) {
      const isOurs = pointing && next && (next.panel ?? name) === name;
      picture = isOurs ? next : picture;
      box.hidden = !picture;
      if (!picture) return;
      fitHeight();
      const total = picture.sum + picture.bias;
      const text = `Σ = ${number(picture.sum)} ${picture.bias < 0 ? "−" : "+"} ${number(Math.abs(picture.bias))} (${words.bias}) = ${number(total)}`;
      if (sum.textContent !== text) sum.textContent = text;
      const here = picture.patch.reduce((value, part, i) => value + part * picture.kernel[i], 0);
      const isPart = Math.abs(here - picture.sum) > 0.01 * Math.max(1, Math.abs(picture.sum));
      note.textContent = isPart ? words.images_patch_channel.replace("{part}", number(here)) : "";
      drawing.request();
    },
    repaint: drawing.request,
  };
}

/** A square of numbers as signed colours, each on the scale of its own largest. */
export function drawNumbers(context, values, size, left, top, cell, c) {
  const most = Math.max(...Array.from(values, Math.abs), 1e-9);
  context.font = `${cell >= 32 ? 11 : 10}px system-ui, sans-serif`;
  values.forEach((value, i) => {
    const strength = Math.abs(value) / most;
    const [x, y] = [left + (i % size) * cell, top + Math.floor(i / size) * cell];
    context.fillStyle = css(c.zero);
    context.fillRect(x, y, cell - 1, cell - 1);
    context.fillStyle = css(value < 0 ? c.minus : c.plus, 0.9 * strength);
    context.fillRect(x, y, cell - 1, cell - 1);
    if (cell < READABLE) return;
    context.fillStyle = strength > 0.6 ? "#ffffff" : c.ink;
    context.fillText(number(value), x + (cell - 1) / 2, y + cell / 2, cell - 2);
  });
}
