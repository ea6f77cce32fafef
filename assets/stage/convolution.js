// The convolution calculator: five sliders, the formula with its numbers, and the kernel on its way over the input.

import { element, fill } from "./dom.js";
import { ink, LAYERS, placesOf, response } from "./kernel.js";
import { palette } from "./palette.js";
import { place, surface } from "./surface.js";

const KNOBS = { size: ["n", 3, 16, 7], kernel: ["k", 1, 7, 3], stride: ["s", 1, 4, 1], padding: ["p", 0, 4, 1], dilation: ["d", 1, 3, 1] };
const START = { conv: { k: 3, s: 1, p: 1, d: 1 }, max: { k: 2, s: 2, p: 0, d: 1 }, avg: { k: 2, s: 2, p: 0, d: 1 } };
const ROUND = 14000; // milliseconds that a whole output may take
const PACE = [70, 450]; // fastest and slowest step
const CELL = 30;
const GAP = 44; // room for the arrow
const HEAD = 20;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function convolutionPanel(body, head, stage) {
  const { words } = stage;
  const v = { kind: "conv", ...Object.fromEntries(Object.values(KNOBS).map(([letter, , , value]) => [letter, value])) };
  let at = 0; // the place of the output that is being computed
  let playing = !calm.matches;
  let visible = false;
  let timer = null;
  let spot = null; // how the drawing lies on the canvas
  const showKnobs = [];
  const sliders = Object.entries(KNOBS).map(([name, [letter, least, most]]) => {
    const number = element("output", { text: String(v[letter]) });
    const input = element("input", { type: "range", min: least, max: most, step: 1, value: v[letter], "aria-label": words[`conv_${name}`] });
    input.addEventListener("input", () => { v[letter] = Number(input.value); number.textContent = input.value; renew(); });
    const label = element("label", { class: "conv-knob" }, element("span", {}, element("i", { text: letter }), words[`conv_${name}`]), number, input);
    showKnobs.push(() => {
      number.textContent = input.value = v[letter];
      label.hidden = letter === "d" && v.kind === "avg";
    });
    return label;
  });
  const kinds = element("select", { "aria-label": words.conv_kind }, ...Object.keys(LAYERS).map((name) => element("option", { value: name, text: words[`conv_${name}`] })));
  kinds.addEventListener("input", () => {
    Object.assign(v, START[kinds.value], { kind: kinds.value });
    for (const showKnob of showKnobs) showKnob();
    renew();
  });
  const formula = element("p", { class: "conv-formula" });
  const verdict = element("p", { class: "conv-verdict", role: "status" });
  const play = element("button", { type: "button", onclick: toggle });
  const step = element("button", { type: "button", text: words.conv_step, onclick: () => { playing = false; advance(1); show(); } });
  head.append(element("div", { class: "conv-buttons" }, play, step));
  const shapes = element("dl", { class: "conv-shapes" });
  const picture = element("div", { class: "conv-picture" });
  const drawing = surface(picture, "", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  body.append(element("div", { class: "conv-room" }, element("div", { class: "conv" }, element("div", { class: "conv-knobs" }, kinds, ...sliders), picture,
    element("div", { class: "conv-facts" }, formula, verdict, shapes))));
  new IntersectionObserver(([entry]) => { visible = entry.isIntersecting; run(); }).observe(canvas);
  new ResizeObserver(fitHeight).observe(picture);
  canvas.addEventListener("pointermove", (event) => pick(place(event, canvas)));
  canvas.addEventListener("pointerdown", (event) => pick(place(event, canvas)));
  canvas.addEventListener("keydown", (event) => {
    const side = placesOf(v);
    const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side }[event.key];
    if (move === undefined || side < 1) return;
    event.preventDefault();
    event.stopPropagation();
    playing = false;
    advance(move);
    show();
  });
  renew();

  function toggle() {
    playing = !playing;
    show();
  }
  function show() {
    play.textContent = playing ? words.conv_pause : words.conv_play;
    run();
    drawing.request();
  }
  function advance(steps) {
    const total = Math.max(1, placesOf(v) ** 2);
    at = (at + steps + total) % total;
    drawing.request();
  }
  function run() {
    clearTimeout(timer);
    const total = placesOf(v) ** 2;
    if (!playing || !visible || placesOf(v) < 1) return;
    const pace = Math.min(PACE[1], Math.max(PACE[0], ROUND / total));
    timer = setTimeout(() => { advance(1); run(); }, at === total - 1 ? 1400 : pace);
  }
  /** Pointing at a place of the output stops there. */
  function pick([px, py]) {
    if (!spot || px < spot.right) return;
    const [column, row] = [Math.floor((px - spot.right) / spot.cell), Math.floor((py - spot.top) / spot.cell)];
    if (column < 0 || row < 0 || column >= spot.side || row >= spot.side) return;
    playing = false;
    at = row * spot.side + column;
    show();
  }

  function renew() {
    const side = placesOf(v);
    const { n, k, s, p, d } = v;
    at = calm.matches && side > 0 ? side * side - 1 : 0;
    const isPool = v.kind !== "conv";
    const possible = side >= 1 && !(isPool && 2 * p > d * (k - 1) + 1);
    formula.replaceChildren(
      element("span", { text: "⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1" }),
      element("span", {}, `= ⌊(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = `, element("b", { text: possible ? String(side) : "–" })));
    const left = possible ? (n + 2 * p - d * (k - 1) - 1) % s : 0;
    const facts = { reach: d * (k - 1) + 1, size: n + 2 * p, side, left };
    verdict.textContent = side >= 1 && !possible ? words.conv_half : !possible ? fill(words.conv_impossible, facts) : left ? fill(words.conv_left, facts) : side === n ? words.conv_same : fill(words.conv_result, facts);
    verdict.classList.toggle("bad", !possible);
    shapes.hidden = !possible;
    shapes.replaceChildren(...[1, 2, 3].flatMap((axes) => [
      element("dt", { text: `${LAYERS[v.kind]}${axes}d` }),
      element("dd", {}, `(${isPool ? 16 : 1}, ${Array(axes).fill(n).join(", ")}) → (16, `, element("b", { text: Array(axes).fill(side).join(", ") }), ")"),
    ]));
    canvas.setAttribute("aria-label", `${words.conv_label} ${verdict.textContent}`);
    step.disabled = play.disabled = !possible;
    fitHeight();
    show();
  }

  function measure(width) {
    const whole = v.n + 2 * v.p;
    const side = Math.max(0, placesOf(v));
    const cell = Math.min(CELL, Math.floor((width - GAP) / (whole + Math.max(side, 1))), Math.floor(340 / whole));
    const left = Math.max(0, (width - (whole + Math.max(side, 1)) * cell - GAP) / 2);
    return { whole, side, cell, left, right: left + whole * cell + GAP, top: HEAD + Math.max(0, ((whole - side) * cell) / 2), height: HEAD + whole * cell + 2 };
  }
  function fitHeight() {
    if (!picture.clientWidth) return;
    const height = `${measure(picture.clientWidth).height}px`;
    if (canvas.style.height !== height) canvas.style.height = height;
  }

  function paint(context, width) {
    const c = palette();
    spot = measure(width);
    const { whole, side, cell, left, right, top } = spot;
    const { n, k, s, p, d } = v;
    const input = (row, column) => ink((row - p + 0.5) / n, (column - p + 0.5) / n);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "11.5px system-ui, sans-serif";
    context.fillStyle = c.faint;
    context.fillText(`${words.conv_input} ${n} × ${n}`, left + (whole * cell) / 2, HEAD / 2 - 2);
    for (let row = 0; row < whole; row += 1) for (let column = 0; column < whole; column += 1) {
      const isPadding = row < p || column < p || row >= n + p || column >= n + p;
      square(context, left + column * cell, HEAD + row * cell, cell, isPadding ? null : shade(c, input(row, column)), c);
    }
    if (side < 1) return;
    context.fillStyle = c.faint;
    context.fillText(`${words.conv_output} ${side} × ${side}`, Math.min(right + (side * cell) / 2, width - 42), Math.max(HEAD / 2 - 2, top - 12));
    context.font = "20px system-ui, sans-serif";
    context.fillText("→", right - GAP / 2, HEAD + (whole * cell) / 2);
    const [row, column] = [Math.floor(at / side), at % side];
    for (let i = 0; i < side * side; i += 1) {
      const [r, q] = [Math.floor(i / side), i % side];
      const x = right + q * cell;
      const y = top + r * cell;
      square(context, x, y, cell, i <= at ? shade(c, response(r * s, q * s, v, input)) : null, c);
    }
    const accent = getComputedStyle(canvas).getPropertyValue("--warm");
    context.strokeStyle = context.fillStyle = accent;
    const reach = (d * (k - 1) + 1) * cell;
    const corner = [left + column * s * cell, HEAD + row * s * cell];
    for (let a = 0; a < k; a += 1) for (let b = 0; b < k; b += 1) {
      const [x, y] = [corner[0] + b * d * cell, corner[1] + a * d * cell];
      context.globalAlpha = 0.16;
      context.fillRect(x, y, cell - 1, cell - 1);
      context.globalAlpha = 1;
      context.lineWidth = 1.5;
      context.strokeRect(x + 0.5, y + 0.5, cell - 2, cell - 2);
    }
    context.lineWidth = 2.5;
    context.strokeRect(corner[0] - 0.5, corner[1] - 0.5, reach, reach);
    context.strokeRect(right + column * cell - 0.5, top + row * cell - 0.5, cell, cell);
  }

  return { draw() { drawing.request(); }, repaint: drawing.request };
}

function shade(c, value) {
  const word = c.signed[Math.round(127.5 + 127.5 * value)];
  return `rgb(${word & 255},${(word >> 8) & 255},${(word >> 16) & 255})`;
}

function square(context, x, y, cell, colour, c) {
  if (colour) {
    context.fillStyle = colour;
    context.fillRect(x, y, cell - 1, cell - 1);
    return;
  }
  context.strokeStyle = c.axis;
  context.lineWidth = 1;
  context.setLineDash(cell > 9 ? [2, 2] : []);
  context.strokeRect(x + 0.5, y + 0.5, cell - 2, cell - 2);
  context.setLineDash([]);
}
