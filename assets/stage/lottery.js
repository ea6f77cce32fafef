// The seed lottery in the panel of the losses: a line for each seed, their middle half as a band, and what came of them.

import { drawLine } from "./axes.js";
import { row } from "./decode.js";
import { element, fill } from "./dom.js";
import { css, isDark } from "./palette.js";
import { shownNumber } from "./settings.js";

const REACH = 9; // pixels within which the pointer finds a line
const sound = () => (isDark() ? [172, 140, 250] : [128, 88, 200]);
const behind = () => (isDark() ? [255, 105, 120] : [214, 48, 74]);

export function lotteryPart(body, head, stage, request) {
  const { words, spec } = stage;
  let fan = null;
  let pointed = -1; // the place of the line that the pointer is at
  let shown = "";
  const send = (value) => stage.send({ kind: "lottery", value });
  const start = element("button", { type: "button", class: "lottery-start", title: words.lottery_help, text: fill(words.lottery, { seeds: spec.lottery.length }), onclick: () => send(isWorking() ? "stop" : "start") });
  head.insertBefore(start, head.children[1] ?? null);
  const said = element("p", { class: "lottery-said", "aria-live": "polite" });
  const seeds = element("div", { class: "lottery-seeds", role: "group", "aria-label": words.lottery_seeds });
  const table = element("table", { class: "lottery-table" });
  const close = element("button", { type: "button", class: "forget", text: "×", "aria-label": words.lottery_clear, title: words.lottery_clear, onclick: () => send("clear") });
  const node = element("div", { class: "lottery", hidden: true }, element("div", { class: "lottery-line" }, said, close), seeds, table);
  body.append(node);

  const isOn = () => Boolean(stage.state?.lottery);
  const isWorking = () => isOn() && stage.state.lottery.working;
  const choose = (seed) => stage.send({ kind: "set", values: { seed } });
  const colour = (i) => (fan.behind[i] || fan.diverged[i] ? behind() : sound());

  function show(state) {
    const done = fan?.done ?? 0;
    said.textContent = isWorking() ? fill(words.lottery_working, { done, seeds: spec.lottery.length }) : outcome();
    start.textContent = isWorking() ? words.lottery_stop : fill(words.lottery, { seeds: spec.lottery.length });
    seeds.replaceChildren(...spec.lottery.map((seed, i) => seedButton(seed, i, state)));
    const rows = done ? Object.entries(fan.span).filter(([, span]) => span.length) : [];
    table.hidden = !rows.length;
    const line = (cell, ...texts) => element("tr", {}, ...texts.map((text, i) => element(i ? cell : "th", { text })));
    table.replaceChildren(line("th", "", words.lottery_lowest, words.lottery_middle, words.lottery_highest),
      ...rows.map(([name, span]) => line("td", words[`metric_${name}`] ?? name, ...Array.from(span, (value) => told(name, value)))));
  }
  function outcome() {
    if (!fan?.done) return "";
    const late = fan.seeds.filter((_, i) => fan.behind[i] && !fan.diverged[i]);
    const lost = fan.seeds.filter((_, i) => fan.diverged[i]);
    const parts = [];
    if (lost.length) parts.push(fill(words.lottery_diverged, { count: lost.length, done: fan.done }));
    if (late.length) parts.push(fill(words.lottery_behind, { count: late.length, done: fan.done, bound: shownNumber(fan.bound) }));
    return parts.join(" ") || fill(words.lottery_alike, { done: fan.done });
  }
  function seedButton(seed, i, state) {
    const isDrawn = i < (fan?.seeds.length ?? 0);
    const said = !isDrawn ? words.lottery_seed_later : i >= fan.done ? words.lottery_seed_now : fan.diverged[i] ? words.lottery_seed_lost : words.lottery_seed;
    const title = fill(said, { seed, loss: isDrawn ? shownNumber(Object.values(fan.ends)[0][i]) : "" });
    const button = element("button", { type: "button", text: String(seed), title, "aria-label": title, "aria-pressed": String(seed === state.config.seed), "data-seed": seed, "data-done": String(i < (fan?.done ?? 0)), "data-behind": String(Boolean(fan?.behind[i])), onclick: () => choose(seed) });
    if (!isDrawn) return button;
    button.addEventListener("pointerenter", () => point(i));
    button.addEventListener("pointerleave", () => point(-1));
    return button;
  }
  function point(i) {
    if (i === pointed) return;
    pointed = i;
    for (const [place, button] of [...seeds.children].entries()) button.classList.toggle("pointed", place === i);
    request();
  }

  return {
    lines: () => (fan ? fan.seeds.map((_, i) => lineOf(fan, i)) : []),
    draw(context, x, y) {
      if (!fan) return;
      if (fan.done > 3) band(context, x, y, fan);
      const dim = pointed >= 0 ? 0.16 : 0.38;
      fan.seeds.forEach((_, i) => i !== pointed && strand(context, x, y, i, dim + (fan.behind[i] ? 0.3 : 0), 1.25));
      if (fan.done > 3) drawLine(context, x, y, fan.steps, fan.median, css(sound(), 0.95), 2.25);
      if (pointed >= 0 && pointed < fan.seeds.length) strand(context, x, y, pointed, 1, 3);
    },
    /** The seed whose line is nearest to a place on the plot is pointed at. */
    near(at, x, y) {
      let [best, least] = [-1, REACH];
      fan?.seeds.forEach((_, i) => {
        const line = row(fan.lines, i);
        for (let k = 0; k < line.length; k += 1) {
          if (Number.isNaN(line[k])) break;
          const far = Math.hypot(x.to(fan.steps[k]) - at[0], y.to(line[k]) - at[1]);
          if (far < least) [best, least] = [i, far];
        }
      });
      point(best);
      return best < 0 ? null : fan.seeds[best];
    },
    leave: () => point(-1),
    choose,
    label: () => (pointed < 0 || !fan ? "" : seeds.children[pointed]?.title ?? ""),
    update(state) {
      fan = state.lottery?.fan ?? null;
      if (!fan || pointed >= fan.seeds.length) pointed = -1;
      node.hidden = !isOn();
      start.setAttribute("aria-pressed", String(isOn()));
      const seen = JSON.stringify([isOn(), isWorking(), fan?.done, fan?.seeds.length, state.config.seed]);
      if (seen !== shown) show(state);
      shown = seen;
    },
  };

  function strand(context, x, y, i, alpha, width) {
    const line = lineOf(fan, i);
    drawLine(context, x, y, row(line, 0), row(line, 1), css(colour(i), alpha), width);
  }
}

/** The losses of one seed as (2, n), as far as it came. */
function lineOf(fan, i) {
  const values = row(fan.lines, i);
  let count = values.findIndex((value) => Number.isNaN(value));
  if (count < 0) count = values.length;
  const line = new Float32Array(2 * count);
  line.set(fan.steps.subarray(0, count));
  line.set(values.subarray(0, count), count);
  line.shape = [2, count];
  return line;
}

/** The middle half of the seeds. */
function band(context, x, y, { steps, low, high }) {
  context.fillStyle = css(sound(), 0.16);
  context.beginPath();
  steps.forEach((step, k) => Number.isFinite(high[k]) && context.lineTo(x.to(step), y.to(high[k])));
  for (let k = steps.length - 1; k >= 0; k -= 1) if (Number.isFinite(low[k])) context.lineTo(x.to(steps[k]), y.to(low[k]));
  context.fill();
}

const told = (name, value) => (/accuracy/.test(name) ? `${(100 * value).toFixed(1)} %` : shownNumber(value));
