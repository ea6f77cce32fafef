// Draws how each episode went: a dot for its return, a line for their moving average, a mark for each greedy test.

import { drawAxes, format, inside, scale, trace } from "./axes.js";
import { row } from "./decode.js";
import { element } from "./dom.js";
import { endOf, ghostList } from "./ghosts.js";
import { css, palette } from "./palette.js";
import { tag } from "./curve.js";
import { place, surface } from "./surface.js";

const MARGIN = { left: 46, right: 14, top: 12, bottom: 28 };

export function returnsPanel(body, head, stage) {
  const { words } = stage;
  let picture = null;
  let hover = null;
  const legend = element("div", { class: "legend" });
  body.append(legend);
  const drawing = surface(body, "plot returns", paint);
  const ghosts = ghostList(body, stage, "returns", drawing.request, endOf(words, "return"));
  drawing.canvas.addEventListener("pointermove", (event) => { hover = place(event, drawing.canvas); drawing.request(); });
  drawing.canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
    const [xRange, yRange] = ranges(picture, ghosts.lines(stage.state.config.world));
    const x = scale(xRange, [box.left, box.right]);
    const y = scale(yRange, [box.bottom, box.top]);
    drawAxes(context, box, x, y, c);
    inside(context, box, () => {
      ghosts.draw(context, x, y, stage.state.config.world);
      drawGoal(context, box, y.to(goalOf(stage.state.config.world)), c);
      for (const [prefix, colour] of [["rival_", c.minus], ["", c.plus]]) drawAgent(context, x, y, picture.lines, prefix, colour, c);
    });
    if (hover && hover[0] > box.left) readOut(context, box, x, picture.lines, hover, c);
  }

  return {
    draw(next, state) {
      picture = next;
      ghosts.follow(state, next.lines.average ? { [state.config.world]: next.lines.average } : {}); // each world has its own scale
      const c = palette();
      const rival = Boolean(next.lines.rival_return);
      const item = (className, colour, text) => element("span", {}, element("i", { class: className, style: `--mark:${css(colour)}` }), text);
      const items = [item("dots", c.plus, words.returns_episode), item("", c.plus, words.returns_average), item("diamond", c.plus, words.returns_test), item("dashes", [19, 150, 110], words.returns_goal)];
      if (rival) items.push(item("", c.minus, words.returns_rival));
      legend.replaceChildren(...items);
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("returns"));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

const goalOf = (world) => ({ cartpole: 475, acrobot: -100, mountaincar: -110 })[world];

function ranges({ lines, y_range: [low, high] }, ghosts) {
  let [last, top, bottom] = [10, -Infinity, Infinity];
  for (const line of [...Object.values(lines), ...ghosts]) {
    const [xs, ys] = [row(line, 0), row(line, 1)];
    if (!xs.length) continue;
    last = Math.max(last, xs[xs.length - 1]);
    for (const value of ys) [top, bottom] = [Math.max(top, value), Math.min(bottom, value)];
  }
  if (low === 0) return [[0, last * 1.02], [0, Math.max(60, Math.min(520, top * 1.15))]];
  return [[0, last * 1.02], [Math.min(low, bottom) - 10, 0]];
}

function drawGoal(context, box, height, c) {
  context.strokeStyle = css([19, 150, 110], 0.8);
  context.lineWidth = 1.5;
  context.setLineDash([7, 6]);
  context.beginPath();
  context.moveTo(box.left, height);
  context.lineTo(box.right, height);
  context.stroke();
  context.setLineDash([]);
}

function drawAgent(context, x, y, lines, prefix, colour, c) {
  const [dots, average, tests] = ["return", "average", "test"].map((name) => lines[prefix + name]);
  if (!dots) return;
  context.fillStyle = css(colour, 0.32);
  for (let i = 0; i < dots.shape[1]; i += 1) {
    context.beginPath();
    context.arc(x.to(dots[i]), y.to(dots[dots.shape[1] + i]), 2.4, 0, 7);
    context.fill();
  }
  context.lineJoin = "round";
  for (const [stroke, wide] of [[c.halo, 5.5], [css(colour), 3]]) {
    context.strokeStyle = stroke;
    context.lineWidth = wide;
    trace(context, x, y, row(average, 0), row(average, 1));
  }
  for (let i = 0; i < tests.shape[1]; i += 1) diamond(context, x.to(tests[i]), y.to(tests[tests.shape[1] + i]), css(colour), c);
}

function diamond(context, x, y, colour, c) {
  context.fillStyle = c.panel;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x + 5, y);
  context.lineTo(x, y + 5);
  context.lineTo(x - 5, y);
  context.closePath();
  context.fill();
  context.stroke();
}

function readOut(context, box, x, lines, at, c) {
  const episode = x.from(at[0]);
  const texts = ["average", "rival_average"].filter((name) => lines[name]?.shape[1]).map((name) => {
    const xs = row(lines[name], 0);
    let i = xs.findIndex((value) => value >= episode);
    if (i < 0) i = xs.length - 1;
    return format(Number(lines[name][xs.length + i].toPrecision(3)));
  });
  if (texts.length) tag(context, box, at, `${Math.round(episode)}: ${texts.join(" · ")}`, c);
}
