// Draws Laps: the losses of all lanes over steps or seconds, smoothed as far as one likes, and under them the rates.

import { drawAxes, format, inside, scale } from "./axes.js";
import { tag } from "./curve.js";
import { row } from "./decode.js";
import { element } from "./dom.js";
import { endOf, ghostList, ghostPen } from "./ghosts.js";
import { laneColour, laneName } from "./lanes.js";
import { palette } from "./palette.js";
import { place, surface } from "./surface.js";

const MARGIN = { left: 50, right: 14, top: 10, bottom: 26 };
const LEAST_SPAN = 4; // the highest loss on a logarithmic axis is so many times the lowest, at least
const EARLIEST = 10; // steps that the axis holds from the start
const STRONGEST = 0.98;

export function lapsPanel(body, head, stage) {
  const { words, view } = stage;
  let picture = null;
  let hover = null;
  const redraw = () => { drawing.request(); rates.request(); };
  view.smooth ??= 0.75;
  const smooth = element("input", { type: "range", min: 0, max: 100, value: 100 * view.smooth, "aria-label": words.laps_smooth });
  smooth.addEventListener("input", () => { view.smooth = Number(smooth.value) / 100; redraw(); });
  const smoothing = element("label", { class: "switch laps-smooth" }, words.laps_smooth, smooth);
  head.append(
    smoothing,
    stage.toggle("seconds", words.laps_seconds, false, redraw, words.laps_seconds_help),
    stage.toggle("log", words.log_scale, true, redraw, words.log_help),
  );
  const legend = element("div", { class: "legend" });
  body.append(legend);
  const drawing = surface(body, "plot laps", paintLosses);
  const caption = element("p", { class: "hint laps-caption", text: words.laps_rates });
  body.append(caption);
  const rates = surface(body, "plot rates", paintRates);
  const ghosts = ghostList(body, stage, "laps", redraw, endOf(words, "leader"));
  for (const one of [drawing, rates]) {
    one.canvas.addEventListener("pointermove", (event) => { hover = place(event, one.canvas)[0]; redraw(); });
    one.canvas.addEventListener("pointerleave", () => { hover = null; redraw(); });
  }

  /** On a closed-form surface there is no noise to smooth away. */
  const isExact = () => stage.state.pictures.landscape?.at !== undefined;

  /** What has been raced so far, where the rest is known already. */
  const walked = (values) => (picture.now === undefined ? values : values.subarray(0, Math.floor(picture.now / picture.stride) + 1));

  /** What a lane has on x: the steps at the middle of its bins, or the seconds that its part of the work has taken. */
  function xsOf(i, laps = picture) {
    if (view.seconds) return row(laps.seconds, i);
    return Float32Array.from({ length: laps.losses.shape[1] }, (_, bin) => bin * laps.stride);
  }
  function xRange() {
    let last = view.seconds ? 1e-4 : EARLIEST;
    for (const { laps } of raced()) {
      if (view.seconds) for (const value of laps.seconds) last = Math.max(last, value);
      else last = Math.max(last, laps.steps, laps.stride);
    }
    return [0, last];
  }
  /** This race and the earlier ones over the same ground, each with the lanes that are drawn of it. */
  function raced() {
    const all = (laps) => laps.slots.map((_, i) => i);
    const earlier = ghosts.runs(stage.state.config.work).map(({ line: laps, isPointed }, age) => ({ laps, isPointed, lanes: age === 0 || isPointed ? all(laps) : [winner(laps)] }));
    return [{ laps: picture, lanes: all(picture) }, ...earlier];
  }
  function smoothed(values, laps = picture) {
    if (isExact()) return values;
    const keep = Math.min(STRONGEST, view.smooth) ** Math.max(1, laps.stride / 2);
    let [mean, weight] = [0, 0];
    return values.map((value) => {
      if (value < 0) { [mean, weight] = [0, 0]; return -1; }
      mean = keep * mean + (1 - keep) * value;
      weight = keep * weight + (1 - keep);
      return mean / weight;
    });
  }
  function yRange() {
    let [low, high] = [Infinity, 0];
    for (const { laps, lanes } of raced()) {
      for (const value of lanes.flatMap((i) => Array.from(smoothed(row(laps.losses, i), laps)))) {
        if (value < 0) continue;
        low = Math.min(low, Math.max(value, 1e-9));
        high = Math.max(high, value);
      }
    }
    if (!(high > 0)) return view.log ? [0.01, 1] : [0, 1];
    const first = Math.max(...raced().flatMap(({ laps, lanes }) => lanes.map((i) => laps.losses[i * laps.losses.shape[1]] ?? 0)));
    if (first > 0) high = Math.min(high, 20 * first); // one that explodes must not press the others flat
    low = Math.max(low, high * 1e-9);
    if (view.log && high < LEAST_SPAN * low) [low, high] = [low / Math.sqrt(LEAST_SPAN), high * Math.sqrt(LEAST_SPAN)];
    return view.log ? [low * 0.7, high * 1.4] : [0, high * 1.06];
  }

  function paintLosses(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
    const x = scale(xRange(), [box.left, box.right]);
    const y = scale(yRange(), [box.bottom, box.top], view.log);
    drawAxes(context, box, x, y, c);
    inside(context, box, () => {
      drawEarlier(context, x, y);
      if (picture.low) picture.slots.forEach((slot, i) => band(context, x, y, xsOf(i), smoothed(row(picture.low, i)), smoothed(row(picture.high, i)), laneColour(slot, 0.16)));
      else if (view.smooth > 0.1) picture.slots.forEach((slot, i) => line(context, x, y, xsOf(i), row(picture.losses, i), laneColour(slot, 0.16), 1));
      if (picture.now !== undefined) picture.slots.forEach((slot, i) => line(context, x, y, xsOf(i), row(picture.losses, i), laneColour(slot, 0.4), 1.25));
      picture.slots.forEach((slot, i) => line(context, x, y, xsOf(i), walked(smoothed(row(picture.losses, i))), laneColour(slot), 2.25));
      picture.slots.forEach((slot, i) => end(context, x, y, box, i, slot, c));
    });
    if (hover !== null && hover > box.left && hover < box.right && picture.steps) read(context, box, x, y, c);
  }

  /** All lanes of the last race, so that what changed since stands beside its new line; the best lane of older ones. */
  function drawEarlier(context, x, y) {
    for (const { laps, lanes, isPointed } of raced().slice(1).reverse()) {
      for (const i of lanes) line(context, x, y, xsOf(i, laps), smoothed(row(laps.losses, i), laps), ghostPen(isPointed)[0], isPointed ? 2 : 1.25);
    }
  }

  /** A cross where a lane diverged. */
  function end(context, x, y, box, i, slot, c) {
    if (picture.died[i] < 0) return;
    const xs = xsOf(i);
    const bin = Math.min(xs.length - 1, Math.floor(picture.died[i] / picture.stride));
    const at = [x.to(xs[bin]), box.top + 10 + 3 * (slot % 3)];
    for (const [colour, wide] of [[c.halo, 6], [laneColour(slot), 2.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.beginPath();
      for (const sign of [-1, 1]) { context.moveTo(at[0] - 5, at[1] - 5 * sign); context.lineTo(at[0] + 5, at[1] + 5 * sign); }
      context.stroke();
    }
  }

  function read(context, box, x, y, c) {
    context.strokeStyle = c.axis;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(hover, box.top);
    context.lineTo(hover, box.bottom);
    context.stroke();
    const value = x.from(hover);
    const texts = [];
    picture.slots.forEach((slot, i) => {
      const [xs, ys] = [xsOf(i), smoothed(row(picture.losses, i))];
      let bin = xs.findIndex((at) => at >= value);
      if (bin < 0) bin = xs.length - 1;
      if (!(ys[bin] >= 0)) return;
      context.fillStyle = laneColour(slot);
      context.beginPath();
      context.arc(x.to(xs[bin]), y.to(ys[bin]), 4, 0, 7);
      context.fill();
      texts.push(format(Number(ys[bin].toPrecision(3))));
    });
    tag(context, box, [hover, box.top + 30], `${view.seconds ? format(Number(value.toPrecision(2))) : Math.round(value)}: ${texts.join(" · ")}`, c);
  }

  function paintRates(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: MARGIN.left, right: width - MARGIN.right, top: 6, bottom: height - MARGIN.bottom };
    const sound = [...picture.rates].filter((value) => value > 0);
    const [low, high] = sound.length ? [Math.min(...sound), Math.max(...sound)] : [1e-3, 1e-1];
    const x = scale(xRange(), [box.left, box.right]);
    let [bottom, top] = [Math.floor(Math.log10(Math.max(low, high * 1e-5)) - 0.05), Math.ceil(Math.log10(high) + 0.05)];
    if (top - bottom < 2) [bottom, top] = Math.log10(low) - bottom < 0.5 ? [top - 2, top] : [bottom, bottom + 2];
    const y = scale([10 ** bottom, 10 ** top], [box.bottom, box.top], true);
    drawAxes(context, box, x, y, c);
    inside(context, box, () => picture.slots.forEach((slot, i) => line(context, x, y, xsOf(i), row(picture.rates, i), laneColour(slot), 2)));
  }

  return {
    draw(next, state) {
      picture = next;
      ghosts.follow(state, { [state.config.work]: next }); // each work has its own scale
      smoothing.hidden = isExact();
      legend.replaceChildren(...next.slots.map((slot) => element("span", {}, element("i", { style: `background:${laneColour(slot)}` }), laneName(stage, slot))));
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("laps"));
      rates.canvas.setAttribute("aria-label", words.laps_rates);
      redraw();
    },
    repaint: redraw,
  };
}

/** The lane that ends lowest among those that have not diverged. */
function winner(laps) {
  const bins = laps.losses.shape[1];
  const ends = laps.slots.map((_, i) => (laps.died[i] < 0 && bins ? laps.losses[(i + 1) * bins - 1] : Infinity));
  return ends.indexOf(Math.min(...ends));
}

/** A polyline that breaks where a value is missing. */
function line(context, x, y, xs, ys, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  let isDown = false;
  for (let i = 0; i < ys.length; i += 1) {
    if (ys[i] >= 0 && xs[i] >= 0) context[isDown ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(ys[i]));
    isDown = ys[i] >= 0 && xs[i] >= 0;
  }
  context.stroke();
  if (ys.length !== 1 || !(ys[0] >= 0)) return;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x.to(xs[0]), y.to(ys[0]), width + 1, 0, 7);
  context.fill();
}

function band(context, x, y, xs, low, high, colour) {
  context.fillStyle = colour;
  context.beginPath();
  const kept = Array.from(xs.keys()).filter((i) => low[i] >= 0 && high[i] >= 0);
  kept.forEach((i, n) => context[n ? "lineTo" : "moveTo"](x.to(xs[i]), y.to(high[i])));
  kept.reverse().forEach((i) => context.lineTo(x.to(xs[i]), y.to(low[i])));
  context.fill();
}
