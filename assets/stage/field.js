// Draws a Field: what the net decides all over the plane, with the points that it learns from.

import { drawAxes, format, inside, scale } from "./axes.js";
import { frameOf, pointsOf } from "./curve.js";
import { element, throttle } from "./dom.js";
import { css, palette } from "./palette.js";
import { pointEditor, pointTools } from "./points.js";
import { place, surface } from "./surface.js";

const BOX = { left: 30, right: 8, top: 8, bottom: 24 };
const POINT_EVERY = 90; // milliseconds between two questions about the place under the pointer

/** The panel of a decision surface; `editable` gives it brushes and asks for the probabilities under the pointer. */
export function fieldPanel(body, head, stage, name, editable) {
  const { words, view } = stage;
  let picture = null;
  let geometry = null;
  const colours = () => palette(stage.state?.course);
  const sheet = document.createElement("canvas");
  const drawing = surface(body, "plot square", paint);
  let editor = null;
  let tools = null;
  if (editable) {
    head.append(stage.toggle("test", words.show_test, true, stage.repaint), stage.toggle("discretise", words.discretise, false, stage.repaint));
    tools = pointTools(words, colours, 5, () => editor.clear());
    body.append(tools.bar, element("p", { class: "hint", text: words.tool_help }));
    editor = pointEditor(drawing.canvas, tools, () => geometry, () => pointsOf(picture), stage.send, drawing.request);
    const ask = throttle((value) => stage.send({ kind: "probe", name: "point", value }), POINT_EVERY);
    drawing.canvas.addEventListener("pointermove", (event) => {
      const at = place(event, drawing.canvas);
      if (geometry?.inside(at) && !event.buttons) ask(geometry.toData(...at).map((value) => Number(value.toFixed(2))));
    });
  }

  function paint(context, width, height) {
    if (!picture) return;
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const c = colours();
    const x = scale(picture.x_range, [box.left, box.right]);
    const y = scale(picture.y_range, [box.bottom, box.top]);
    geometry = frameOf(x, y, box);
    drawAxes(context, box, x, y, c);
    fillSheet(sheet, picture, c, view.discretise);
    context.imageSmoothingEnabled = !view.discretise;
    context.drawImage(sheet, box.left, box.top, box.right - box.left, box.bottom - box.top);
    const points = editor ? editor.points() : pointsOf(picture);
    inside(context, box, () => drawPoints(context, x, y, points, picture, c, view.test, editor?.isAhead()));
    const at = stage.state?.pictures.bars?.at;
    if (at && editable) drawMark(context, x.to(at[0]), y.to(at[1]), c);
  }

  return {
    draw(next, state, renewed) {
      picture = next;
      editor?.settle(state.config, renewed);
      tools?.refresh();
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel(name));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function fillSheet(sheet, picture, c, discretise) {
  const values = picture.focus ?? picture.values;
  const [height, width] = values.shape;
  if (sheet.width !== width) [sheet.width, sheet.height] = [width, height];
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  const isPlain = picture.focus || picture.classes === 2;
  const ramp = picture.focus ? c.signed : picture.classes === 2 ? c.field : c.classField;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (!discretise) words[i] = ramp[value];
    else words[i] = ramp[isPlain ? (value > 127 ? 225 : 30) : (value & 224) | 28];
  }
  sheet.getContext("2d").putImageData(image, 0, 0);
}

function drawPoints(context, x, y, points, picture, c, showTest, ahead) {
  points.forEach(([px, py, label], i) => {
    const isTest = !ahead && picture.points.test[i];
    if (isTest && !showTest) return;
    context.beginPath();
    context.arc(x.to(px), y.to(py), isTest ? 4.2 : 3.9, 0, 7);
    context.fillStyle = css(c.classes[label]);
    context.fill();
    context.lineWidth = isTest ? 1.8 : 1.1;
    context.strokeStyle = isTest ? "#10192b" : "#ffffff";
    context.stroke();
  });
}

function drawMark(context, px, py, c) {
  context.strokeStyle = c.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(px, py, 8, 0, 7);
  context.moveTo(px - 12, py);
  context.lineTo(px + 12, py);
  context.moveTo(px, py - 12);
  context.lineTo(px, py + 12);
  context.stroke();
}

/** The panel of class probabilities at the place pointed at. */
export function barsPanel(body, head, stage) {
  const { words } = stage;
  const list = element("div", { class: "bars" });
  const where = element("p", { class: "hint" });
  body.append(list, where);
  return {
    draw(picture) {
      if (!picture) {
        where.textContent = words.point_hint;
        list.replaceChildren();
        return;
      }
      const c = palette(stage.state?.course);
      where.textContent = words.at.replace("{x}", format(picture.at[0])).replace("{y}", format(picture.at[1]));
      list.replaceChildren(
        ...picture.names.map((name, i) =>
          element("div", { class: "bar" }, element("b", { text: name }),
            element("span", {}, element("i", { style: `width:${100 * picture.values[i]}%;background:${css(c.classes[i])}` })),
            element("output", { text: `${(100 * picture.values[i]).toFixed(1)} %` })),
        ),
      );
    },
    repaint() {},
  };
}
