// Draws a Curve: the fit over its points, or losses over the steps.

import { drawAxes, drawLine, format, inside, scale } from "./axes.js";
import { row } from "./decode.js";
import { element } from "./dom.js";
import { ghostList } from "./ghosts.js";
import { lotteryPart } from "./lottery.js";
import { css, palette } from "./palette.js";
import { pointEditor, pointTools } from "./points.js";
import { shownNumber } from "./settings.js";
import { place, surface } from "./surface.js";

const MARGIN = { left: 46, right: 14, top: 12, bottom: 28 };

const boxOf = (width, height) => ({ left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom });

/** The panel of a fit: data points that can be edited, the curve, and under it what each hidden unit contributes. */
export function fitPanel(body, head, stage) {
  const { words, view } = stage;
  let picture = null;
  let geometry = null;
  let hover = null;
  const colours = () => palette(stage.state?.course);
  const tools = pointTools(words, colours, 1, () => editor.clear());
  const units = stage.toggle("units", words.show_units, true, () => drawing.request());
  head.append(units);
  const drawing = surface(body, "plot tall", paint);
  body.append(tools.bar);
  const note = element("p", { class: "hint" });
  body.append(note);
  const editor = pointEditor(drawing.canvas, tools, () => geometry, () => pointsOf(picture), stage.send, drawing.request);
  drawing.canvas.addEventListener("pointermove", (event) => { hover = place(event, drawing.canvas); drawing.request(); });
  drawing.canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });

  function paint(context, width, height) {
    if (!picture) return;
    const box = boxOf(width, height);
    const x = scale(picture.x_range, [box.left, box.right]);
    const y = scale(picture.y_range, [box.bottom, box.top]);
    geometry = frameOf(x, y, box);
    const c = colours();
    drawAxes(context, box, x, y, c);
    const [xs, fit] = [row(picture.lines.fit, 0), row(picture.lines.fit, 1)];
    inside(context, box, () => {
      if (picture.parts && view.units) drawParts(context, x, y, xs, picture.parts, c);
      if (picture.lines.truth) {
        context.setLineDash([5, 5]);
        drawLine(context, x, y, row(picture.lines.truth, 0), row(picture.lines.truth, 1), css([130, 142, 160], 0.9), 1.5);
        context.setLineDash([]);
      }
      drawPoints(context, x, y, editor.points(), picture.points.test, c, view.test, editor.isAhead());
      drawLine(context, x, y, xs, fit, c.halo, 7);
      drawLine(context, x, y, xs, fit, css(c.fit), 4);
      if (picture.focus) drawFocus(context, x, box, xs, picture.focus, c);
    });
    if (hover && geometry.inside(hover)) readOut(context, box, x, y, xs, fit, hover, c);
  }

  return {
    draw(next, state, renewed) {
      picture = next;
      editor.settle(state.config, renewed);
      tools.refresh();
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("fit"));
      note.textContent = words.tool_help;
      drawing.request();
    },
    repaint: drawing.request,
  };
}

export function pointsOf(picture) {
  if (!picture) return [];
  const { xy, label } = picture.points;
  return Array.from(label, (name, i) => [xy[2 * i], xy[2 * i + 1], name]);
}

/** How pointers and data meet on a plot. */
export function frameOf(x, y, box) {
  const within = ([px, py]) => px >= box.left && px <= box.right && py >= box.top && py <= box.bottom;
  const clamp = ([px, py]) => [Math.min(box.right, Math.max(box.left, px)), Math.min(box.bottom, Math.max(box.top, py))];
  return { toPixel: (a, b) => [x.to(a), y.to(b)], toData: (px, py) => [x.from(px), y.from(py)], inside: within, clamp };
}

function drawParts(context, x, y, xs, parts, c) {
  for (let unit = 0; unit < parts.shape[0]; unit += 1) {
    const values = row(parts, unit);
    const rises = values[values.length - 1] + values[0] >= 0;
    drawLine(context, x, y, xs, values, css(rises ? c.plus : c.minus, 0.4), 1.25);
  }
}

/** The neuron pointed at, on its own scale in the height of the plot. */
function drawFocus(context, x, box, xs, values, c) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = Math.max((high - low) * 0.1, 1e-3);
  const y = scale([low - pad, high + pad], [box.bottom, box.top]);
  drawLine(context, x, y, xs, values, c.halo, 6);
  drawLine(context, x, y, xs, values, c.ink, 2.5);
}

function drawPoints(context, x, y, points, test, c, showTest, ahead) {
  context.lineWidth = 1;
  points.forEach(([px, py], i) => {
    const isTest = !ahead && test[i];
    if (isTest && !showTest) return;
    context.beginPath();
    context.arc(x.to(px), y.to(py), isTest ? 4 : 3.8, 0, 7);
    context.fillStyle = isTest ? c.panel : css(c.points, 0.85);
    context.strokeStyle = isTest ? c.ink : c.halo;
    context.lineWidth = isTest ? 1.5 : 1;
    context.fill();
    context.stroke();
  });
}

function readOut(context, box, x, y, xs, fit, at, c) {
  const value = x.from(at[0]);
  const i = Math.round(((value - xs[0]) / (xs[xs.length - 1] - xs[0])) * (xs.length - 1));
  if (fit[i] === undefined) return;
  context.fillStyle = css(c.fit);
  context.beginPath();
  context.arc(x.to(xs[i]), y.to(fit[i]), 5, 0, 7);
  context.fill();
  tag(context, box, at, `x ${format(Number(value.toPrecision(3)))} → ${format(Number(fit[i].toPrecision(3)))}`, c);
}

/** A small label beside the pointer that stays inside the box. */
export function tag(context, box, at, text, c) {
  context.font = "12px system-ui, sans-serif";
  const width = context.measureText(text).width + 14;
  const left = Math.min(at[0] + 12, box.right - width);
  const top = Math.max(at[1] - 30, box.top);
  context.fillStyle = c.ink;
  context.beginPath();
  context.roundRect(left, top, width, 22, 6);
  context.fill();
  context.fillStyle = c.panel;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + 7, top + 11.5);
}

/** The panel of losses over the steps. */
export function lossPanel(body, head, stage) {
  const { words, view } = stage;
  let picture = null;
  let hover = null;
  const legend = element("div", { class: "legend" });
  body.append(legend);
  head.append(stage.toggle("log", words.log_scale, true, () => drawing.request(), words.log_help));
  const drawing = surface(body, "plot low", paint);
  const lottery = stage.spec.lottery.length ? lotteryPart(body, head, stage, drawing.request) : null;
  const ghosts = ghostList(body, stage, "loss", drawing.request, ({ lines }) => shownNumber(lines.loss?.shape[1] ? row(lines.loss, 1).at(-1) : NaN));
  let scales = null;
  drawing.canvas.addEventListener("pointermove", (event) => {
    hover = place(event, drawing.canvas);
    const seed = scales && lottery?.near(hover, ...scales);
    drawing.canvas.style.cursor = seed ? "pointer" : "";
    drawing.request();
  });
  drawing.canvas.addEventListener("pointerleave", () => { hover = null; lottery?.leave(); drawing.request(); });
  drawing.canvas.addEventListener("click", (event) => {
    const seed = scales && lottery?.near(place(event, drawing.canvas), ...scales);
    if (seed) lottery.choose(seed);
  });

  function paint(context, width, height) {
    const c = palette();
    const box = boxOf(width, height);
    const lines = Object.values(picture?.lines ?? {});
    const [xRange, yRange] = lossRanges([...lines, ...ghosts.lines("loss"), ...(lottery?.lines() ?? [])], view.log);
    const x = scale(xRange, [box.left, box.right]);
    const y = scale(yRange, [box.bottom, box.top], view.log);
    scales = [x, y];
    drawAxes(context, box, x, y, c);
    inside(context, box, () => {
      lottery?.draw(context, x, y);
      ghosts.draw(context, x, y, "loss");
      ghosts.drawFork(context, x);
      lines.forEach((line, i) => {
        drawLine(context, x, y, row(line, 0), row(line, 1), css(c.series[i % c.series.length]), 2);
        if (line.shape[1] === 1) dot(context, x.to(line[0]), y.to(line[1]), css(c.series[i]));
      });
    });
    if (hover && lottery?.label()) tag(context, box, hover, lottery.label(), c);
    else if (hover && hover[0] > box.left && lines.length) readLosses(context, box, x, lines, hover, c);
  }

  return {
    draw(next, state) {
      const order = Object.keys(next.lines).sort((a, b) => (a.startsWith("test") ? 1 : 0) - (b.startsWith("test") ? 1 : 0));
      picture = { ...next, lines: Object.fromEntries(order.map((name) => [name, next.lines[name]])) };
      ghosts.follow(state, { loss: picture.lines[order[0]] });
      lottery?.update(state);
      const c = palette();
      legend.replaceChildren(
        ...Object.keys(picture.lines).map((name, i) => {
          const colour = css(c.series[i % c.series.length]);
          return element("span", {}, element("i", { style: `background:${colour}` }), words[`metric_${name}`] ?? name);
        }),
      );
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("loss"));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function dot(context, px, py, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(px, py, 3, 0, 7);
  context.fill();
}

/** Ranges that hold all lines; an empty chart shows its axes all the same. */
function lossRanges(lines, log) {
  let [last, low, high] = [1, Infinity, -Infinity];
  for (const line of lines) {
    last = Math.max(last, ...row(line, 0).slice(-1));
    for (const value of row(line, 1)) {
      if (value > high) high = value;
      if (value < low && (!log || value > 0)) low = value;
    }
  }
  if (!(high > 0)) [low, high] = [0.1, 1];
  if (log) return [[0, last], [Math.min(low, high) * 0.8, high * 1.25]];
  return [[0, last], [0, high * 1.08]];
}

function readLosses(context, box, x, lines, at, c) {
  const step = x.from(at[0]);
  const texts = lines.map((line) => {
    const [xs, ys] = [row(line, 0), row(line, 1)];
    let i = xs.findIndex((value) => value >= step);
    if (i < 0) i = xs.length - 1;
    return format(Number(ys[i].toPrecision(3)));
  });
  tag(context, box, at, `${Math.round(step)}: ${texts.join(" · ")}`, c);
}
