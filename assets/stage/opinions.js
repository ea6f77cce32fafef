// D's opinion of all parabolas at once: each place of the map is one whole curve a·x² + b.

import { LOWER, opinionColour, PAINTED, UPPER } from "./art.js";
import { drawAxes, inside, scale } from "./axes.js";
import { tag } from "./curve.js";
import { element, fill } from "./dom.js";
import { heatPanel } from "./heat.js";
import { css, palette } from "./palette.js";
import { place, surface } from "./surface.js";

const BOX = { left: 34, right: 10, top: 10, bottom: 28 };

export function opinionsPanel(body, head, stage) {
  const { words, view } = stage;
  const sheet = document.createElement("canvas");
  let picture = null;
  let plane = null;
  let at = null; // [a, b] under the pointer
  head.append(element("div", { class: "gan-key" }, element("i", { "data-end": "fake" }), words.gan_fake, element("i", { "data-end": "real" }), words.gan_real_key));
  const drawing = surface(body, "plot gan-map", paint);
  const { canvas } = drawing;
  canvas.setAttribute("role", "img");
  canvas.tabIndex = 0;
  body.append(element("p", { class: "hint", text: words.gan_map_help }));

  function point(next) {
    at = next;
    view.parabola = next;
    stage.repaint();
  }
  const find = (event) => {
    if (!plane) return null;
    const [px, py] = place(event, canvas);
    const [a, b] = [plane.x.from(px), plane.y.from(py)];
    const isInside = a >= picture.x_range[0] && a <= picture.x_range[1] && b >= picture.y_range[0] && b <= picture.y_range[1];
    return isInside ? [a, b] : null;
  };
  canvas.addEventListener("pointermove", (event) => point(find(event)));
  canvas.addEventListener("pointerdown", (event) => point(find(event)));
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (event.key === "Escape") point(null);
    if (!move || !picture) return;
    const ranges = [picture.x_range, picture.y_range];
    point((at ?? [1.5, 0.5]).map((value, i) => Math.min(ranges[i][1], Math.max(ranges[i][0], value + (at ? move[i] : 0)))));
    event.preventDefault();
    event.stopPropagation();
  });

  function fillMap(c) {
    const { values } = picture;
    const [rows, columns] = values.shape;
    if (sheet.width !== columns) [sheet.width, sheet.height] = [columns, rows];
    const image = new ImageData(columns, rows);
    const words32 = new Uint32Array(image.data.buffer);
    for (let i = 0; i < values.length; i += 1) words32[i] = c.signed[values[i]];
    sheet.getContext("2d").putImageData(image, 0, 0);
  }

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = scale(picture.x_range, [box.left, box.right]);
    const y = scale(picture.y_range, [box.bottom, box.top]);
    plane = { x, y };
    drawAxes(context, box, x, y, c);
    fillMap(c);
    context.imageSmoothingEnabled = true;
    context.drawImage(sheet, box.left, box.top, box.right - box.left, box.bottom - box.top);
    inside(context, box, () => {
      drawReals(context, x, y, c);
      drawDots(context, x, y, c);
      const mine = stage.state.pictures.critic?.fitted;
      if (mine) drawMine(context, x.to(mine[0]), y.to(mine[1]), c);
    });
    drawNames(context, box, c);
    if (at) tag(context, box, [x.to(at[0]), y.to(at[1])], fill(words.gan_map_place, { a: at[0].toFixed(2), b: at[1].toFixed(2).replace("-", "−"), percent: percentAt() }), c);
  }
  function percentAt() {
    const [rows, columns] = picture.values.shape;
    const share = (value, [low, high]) => (value - low) / (high - low);
    const column = Math.min(columns - 1, Math.floor(columns * share(at[0], picture.x_range)));
    const line = Math.min(rows - 1, Math.floor(rows * (1 - share(at[1], picture.y_range))));
    return Math.round((100 * picture.values[line * columns + column]) / 255);
  }
  /** The real paintings lie on a line: from the lower bound to the upper one. */
  function drawReals(context, x, y, c) {
    const [a1, b1, a2, b2] = picture.line;
    context.lineCap = "round";
    const shade = context.createLinearGradient(x.to(a1), y.to(b1), x.to(a2), y.to(b2));
    shade.addColorStop(0, css(LOWER));
    shade.addColorStop(1, css(UPPER));
    for (const [stroke, width] of [[c.panel, 11], [shade, 7]]) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(x.to(a1), y.to(b1));
      context.lineTo(x.to(a2), y.to(b2));
      context.stroke();
    }
  }
  function drawDots(context, x, y, c) {
    const { dots, chosen } = picture;
    context.lineWidth = 1;
    for (let i = 0; i < dots.length; i += 2) dot(context, x.to(dots[i]), y.to(dots[i + 1]), 3.6, css(PAINTED, 0.9), c.ink);
    context.lineWidth = 2;
    dot(context, x.to(chosen[0]), y.to(chosen[1]), 6, css(PAINTED), c.ink);
  }
  function drawMine(context, px, py, c) {
    context.lineWidth = 2;
    context.fillStyle = c.ink;
    context.strokeStyle = c.panel;
    context.beginPath();
    for (const [dx, dy] of [[0, -8], [7, 0], [0, 8], [-7, 0]]) context.lineTo(px + dx, py + dy);
    context.closePath();
    context.fill();
    context.stroke();
  }
  function drawNames(context, box, c) {
    context.font = "italic 600 14px system-ui, sans-serif";
    context.lineWidth = 4;
    context.strokeStyle = c.panel;
    context.fillStyle = c.ink;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const [text, px, py] of [["a", box.right - 6, box.bottom - 11], ["b", box.left + 16, box.top + 12]]) {
      context.strokeText(text, px, py);
      context.fillText(text, px, py);
    }
  }

  return {
    draw(next) {
      picture = next;
      canvas.setAttribute("aria-label", `${stage.pictureLabel("opinion")} ${words.gan_map_help}`);
      const c = palette();
      head.querySelectorAll("[data-end]").forEach((key) => { key.style.background = opinionColour(c, key.dataset.end === "real" ? 1 : 0); });
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function dot(context, px, py, radius, fillStyle, strokeStyle) {
  context.beginPath();
  context.arc(px, py, radius, 0, 7);
  context.fillStyle = fillStyle;
  context.strokeStyle = strokeStyle;
  context.fill();
  context.stroke();
}

/** Where D looks: the surface over (a, x), with the sentence that says what it means. */
export function touchPanel(body, head, stage, name) {
  const panel = heatPanel(body, head, stage, name);
  body.append(element("p", { class: "hint", text: stage.words.gan_touch_help }));
  return panel;
}
