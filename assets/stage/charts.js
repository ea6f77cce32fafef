// Small charts side by side: each with its lines, its newest values and the value that they should come to.

import { format, inside, scale } from "./axes.js";
import { green } from "./art.js";
import { tag } from "./curve.js";
import { row } from "./decode.js";
import { element, fill } from "./dom.js";
import { endOf, ghostList } from "./ghosts.js";
import { css, palette } from "./palette.js";
import { place, surface } from "./surface.js";

const BOX = { left: 34, right: 8, top: 8, bottom: 18 };
const GREENS = ["d_fake", "g_loss", "band_share", "roughness", "distance"]; // what tells of G's paintings

export function chartsPanel(body, head, stage, name) {
  const { words } = stage;
  const grid = element("div", { class: "charts" });
  body.append(grid);
  const ghosts = ghostList(body, stage, name, () => charts.forEach((chart) => chart.repaint()), endOf(words, "band_share"));
  let charts = [];

  function build(plots) {
    charts = plots.map((plot) => smallChart(grid, plot, stage));
    grid.replaceChildren(...charts.map((chart) => chart.node));
  }
  return {
    draw(picture, state) {
      const key = picture.charts.map(({ plot }) => JSON.stringify(plot)).join();
      if (grid.dataset.key !== key) {
        grid.dataset.key = key;
        build(picture.charts.map(({ plot }) => plot));
      }
      ghosts.follow(state, Object.assign({}, ...picture.charts.map((chart) => chart.lines)));
      charts.forEach((chart, i) => chart.draw(picture.charts[i].lines));
      grid.setAttribute("aria-label", stage.pictureLabel(name));
    },
    repaint() { charts.forEach((chart) => chart.repaint()); },
  };

  function smallChart(parent, plot) {
    let lines = {};
    let hover = null;
    const legend = element("p", { class: "chart-legend" });
    const node = element("figure", { class: "chart", "data-chart": plot.name },
      element("figcaption", { text: words[`chart_${plot.name}`], title: words[`chart_${plot.name}_help`] }), legend);
    const drawing = surface(node, "plot chart-plot", paint);
    drawing.canvas.setAttribute("role", "img");
    drawing.canvas.setAttribute("aria-label", words[`chart_${plot.name}_help`]);
    drawing.canvas.addEventListener("pointermove", (event) => { hover = place(event, drawing.canvas); drawing.request(); });
    drawing.canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });
    const colourOf = (metric, c) => (GREENS.includes(metric) ? green() : c.plus);

    function paint(context, width, height) {
      const c = palette();
      const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
      const shown = Object.entries(lines);
      const all = [...shown, ...plot.metrics.flatMap((metric) => ghosts.lines(metric).map((line) => [metric, line]))];
      const x = scale([0, Math.max(1, ...all.map(([, line]) => row(line, 0).at(-1)))], [box.left, box.right]);
      const y = scale(rangeOf(plot, all), [box.bottom, box.top], plot.log);
      drawFrame(context, box, x, y, c);
      inside(context, box, () => {
        for (const metric of plot.metrics) ghosts.draw(context, x, y, metric);
        ghosts.drawFork(context, x);
        if (plot.aim !== null) drawAim(context, box, y, c);
        for (const [metric, line] of shown) drawLine(context, x, y, line, css(colourOf(metric, c)));
      });
      if (plot.aim !== null) nameAim(context, box, y, c);
      if (hover && hover[0] > box.left) readAt(context, box, x, shown, c);
    }
    function drawAim(context, box, y, c) {
      context.strokeStyle = c.ink;
      context.lineWidth = 1.5;
      context.setLineDash([5, 4]);
      context.beginPath();
      context.moveTo(box.left, y.to(plot.aim));
      context.lineTo(box.right, y.to(plot.aim));
      context.stroke();
      context.setLineDash([]);
    }
    function nameAim(context, box, y, c) {
      const text = format(Number(plot.aim.toFixed(2)));
      context.font = "600 11px system-ui, sans-serif";
      context.textAlign = "right";
      context.textBaseline = "middle";
      const py = Math.min(box.bottom - 7, Math.max(box.top + 7, y.to(plot.aim) - 8));
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeStyle = c.panel;
      context.strokeText(text, box.right - 3, py);
      context.fillStyle = c.ink;
      context.fillText(text, box.right - 3, py);
    }
    function readAt(context, box, x, shown, c) {
      const step = x.from(hover[0]);
      const values = shown.map(([, line]) => {
        const [xs, ys] = [row(line, 0), row(line, 1)];
        let i = xs.findIndex((value) => value >= step);
        if (i < 0) i = xs.length - 1;
        return format(Number(ys[i].toPrecision(3)));
      });
      tag(context, box, hover, `${Math.max(0, Math.round(step))}: ${values.join(" · ")}`, c);
    }

    return {
      node,
      draw(next) {
        lines = next;
        const c = palette();
        const entries = Object.entries(lines);
        if (legend.children.length !== entries.length) legend.replaceChildren(...entries.map(() => element("span", {}, element("i"), element("em"), element("b"))));
        entries.forEach(([metric, line], i) => {
          const [key, label, value] = legend.children[i].children;
          key.style.background = css(colourOf(metric, c));
          label.textContent = entries.length > 1 ? words[`line_${metric}`] : "";
          value.textContent = format(Number(row(line, 1).at(-1).toPrecision(3)));
        });
        drawing.request();
      },
      repaint: drawing.request,
    };
  }
}

/** A range that holds all values and the aim, with a little air. */
function rangeOf(plot, shown) {
  if (plot.y_range) return [plot.y_range[0] - 0.04 * (plot.y_range[1] - plot.y_range[0]), plot.y_range[1] + 0.06 * (plot.y_range[1] - plot.y_range[0])];
  let [low, high] = plot.aim === null ? [Infinity, -Infinity] : [plot.aim, plot.aim];
  for (const [, line] of shown) {
    for (const value of row(line, 1)) {
      if (plot.log && value <= 0) continue;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  if (!(high >= low)) [low, high] = plot.log ? [0.5, 2] : [0, 1];
  if (plot.log) return [low * 0.8, Math.max(high, 2 * low) * 1.25];
  const air = 0.12 * Math.max(high - low, 0.05);
  return [low - air, high + air];
}

function drawFrame(context, box, x, y, c) {
  context.font = "10.5px system-ui, sans-serif";
  context.lineWidth = 1;
  context.fillStyle = c.faint;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [value, label] of y.marks(3)) {
    const py = Math.round(y.to(value)) + 0.5;
    if (py < box.top - 1 || py > box.bottom + 1) continue;
    context.strokeStyle = c.grid;
    context.beginPath();
    context.moveTo(box.left, py);
    context.lineTo(box.right, py);
    context.stroke();
    context.fillText(label, box.left - 5, py);
  }
  context.textBaseline = "top";
  const marks = x.marks(2);
  for (const [value, label] of marks) {
    context.textAlign = x.to(value) > box.right - 12 ? "right" : "center";
    context.fillText(label, Math.min(box.right, x.to(value)), box.bottom + 4);
  }
  context.strokeStyle = c.axis;
  context.strokeRect(box.left - 0.5, box.top - 0.5, box.right - box.left + 1, box.bottom - box.top + 1);
}

function drawLine(context, x, y, line, colour) {
  const [xs, ys] = [row(line, 0), row(line, 1)];
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.75;
  context.lineJoin = "round";
  context.beginPath();
  for (let i = 0; i < ys.length; i += 1) context[i ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(ys[i]));
  context.stroke();
  if (ys.length > 1) return;
  context.beginPath();
  context.arc(x.to(xs[0]), y.to(ys[0]), 3, 0, 7);
  context.fill();
}
