// Earlier runs of this visit: their lines stay as grey ghosts behind the new ones, and a list leads back to each.

import { drawLine } from "./axes.js";
import { row } from "./decode.js";
import { element, fill } from "./dom.js";
import { css } from "./palette.js";
import { shownNumber } from "./settings.js";

const MANY = 3; // differences: beyond that the name of a preset says more
const HOSTS = ["returns", "balance", "laps", "loss"]; // the panel that lists them: the first of these that a lesson has
const GREY = [130, 142, 160];
const stores = new WeakMap();

/**
 * The runs of a stage as its panels have seen them: each is {run, config, step, metrics, lines by their names}. Which of
 * them the server still holds, it says with every frame: those are the ghosts.
 */
function storeOf(stage) {
  if (!stores.has(stage)) stores.set(stage, { seen: new Map(), ghosts: [], living: null, pointed: null, views: new Set() });
  return stores.get(stage);
}

/** What a panel has of the earlier runs; end(run) is the text of what a run came to. */
export function ghostList(parent, stage, panel, onchange, end) {
  const { words, spec } = stage;
  const store = storeOf(stage);
  const knobs = new Map(spec.knobs.map((knob) => [knob.name, knob]));
  const isHost = HOSTS.find((name) => name in spec.panels) === panel;
  let shown = "";
  const list = element("ol", { "aria-label": words.ghosts });
  const box = element("div", { class: "ghosts", hidden: true }, element("p", { class: "hint" }, element("b", { text: words.ghosts }), ` ${words.ghosts_hint}`), list);
  if (isHost) parent.append(box);
  store.views.add(onchange);

  /** Called with every frame by each panel: a run that is replaced becomes a ghost, if it had learnt anything. */
  function follow(state, lines) {
    if (state.timeline.past !== null && store.living) return; // what is looked back at is a part of the living run
    const { living } = store;
    const isNew = !living || living.seat !== state.seat || living.run !== state.run;
    if (living && living.seat !== state.seat) store.seen.clear(); // a server that forgot the visitor counts anew
    else if (living && isNew) store.seen.set(living.run, living);
    store.ghosts = state.earlier.flatMap(({ run, step }) => (store.seen.has(run) ? { ...store.seen.get(run), step } : []));
    if (isNew) store.seen = new Map(store.ghosts.map((ghost) => [ghost.run, ghost]));
    const { config, preset } = isNew || state.step !== living.step ? state : living; // what is set afterwards, it never learnt under
    store.living = { seat: state.seat, run: state.run, config, preset, step: state.step, metrics: state.metrics, lines: { ...(isNew ? {} : living.lines), ...lines } };
    show(state);
  }
  function show(state) {
    if (!isHost) return;
    const seen = JSON.stringify([store.ghosts.map(({ run, step }) => [run, step]), state.config]);
    if (seen === shown) return;
    shown = seen;
    box.hidden = !store.ghosts.length;
    list.replaceChildren(...store.ghosts.map((ghost) => {
      const changes = differences(ghost.config, state.config);
      const preset = spec.presets.find(({ key }) => key === ghost.preset)?.name;
      const text = !changes.length ? words.ghosts_same : changes.length > MANY && preset ? preset : changes.join(" · ");
      const [point, leave] = [() => pointAt(ghost.run), () => pointAt(null)];
      return element("li", { onpointerenter: point, onpointerleave: leave, onfocusin: point, onfocusout: leave },
        element("button", { type: "button", class: "ghost", title: words.ghosts_help, onclick: () => stage.send({ kind: "return", run: ghost.run }) }, element("i"),
          element("span", { text }), element("b", { text: fill(words.ghosts_end, { step: ghost.step.toLocaleString("en"), loss: end(ghost) }) })),
        element("button", { type: "button", class: "forget", text: "×", "aria-label": words.ghosts_forget, title: words.ghosts_forget, onclick: () => stage.send({ kind: "forget", run: ghost.run }) }));
    }));
  }
  /** The run in the list that a pointer or the keyboard is on stands out in the charts. */
  function pointAt(run) {
    store.pointed = run;
    store.views.forEach((repaint) => repaint());
  }
  function differences(config, now) {
    return [...knobs.keys()].filter((name) => JSON.stringify(config[name]) !== JSON.stringify(now[name]))
      .map((name) => `${knobs.get(name).label} ${told(knobs.get(name), config[name], now[name])}`);
  }
  function told(knob, value, now) {
    if (knob.options && typeof value === "string") return knob.options.find((option) => option.value === value)?.label ?? value;
    if (typeof value === "boolean") return value ? words.on : words.off;
    if (typeof value === "number") return String(value);
    if (knob.kind === "points") return value ? words.ghosts_own : words.off;
    if (knob.kind === "lanes") return changed(value, now).map(({ kind, lr }) => `${knob.kinds.find((one) => one.value === kind).label} ${shownNumber(lr)}`).join(", ");
    return Array.isArray(value) ? value.join("-") : "…";
  }
  /** The lanes that are different now; all of them where some were added since. */
  function changed(lanes, now) {
    const texts = now.map((lane) => JSON.stringify(lane));
    const different = lanes.filter((lane) => !texts.includes(JSON.stringify(lane)));
    return different.length ? different : lanes;
  }

  return {
    follow,
    /** Those that have something of a name, the newest first; while one looks back, all of the run that it is about. */
    runs(name) {
      const whole = stage.state.timeline.past === null || !store.living ? [] : [store.living];
      return [...whole, ...store.ghosts].filter((run) => run.lines[name]).map((run) => ({ line: run.lines[name], isPointed: run.run === store.pointed }));
    },
    lines(name) {
      return this.runs(name).map(({ line }) => line).filter((line) => line.shape[1] > 1);
    },
    draw(context, x, y, name) {
      for (const { line, isPointed } of this.runs(name)) drawLine(context, x, y, row(line, 0), row(line, 1), ...ghostPen(isPointed));
    },
    /** Where the run on the page left an earlier one. */
    drawFork(context, x) {
      const { fork } = stage.state.timeline;
      if (!fork || !store.ghosts.length) return;
      context.strokeStyle = css(GREY, 0.8);
      context.lineWidth = 1;
      context.setLineDash([3, 4]);
      context.beginPath();
      context.moveTo(x.to(fork), 0);
      context.lineTo(x.to(fork), context.canvas.clientHeight);
      context.stroke();
      context.setLineDash([]);
    },
  };
}

/** The text of a metric that a run came to, with its name. */
export const endOf = (words, name) => ({ metrics }) => {
  if (!(name in metrics)) return "–";
  return `${words[`metric_${name}`]} ${/share|accuracy/.test(name) ? `${(100 * metrics[name]).toFixed(1)} %` : shownNumber(metrics[name])}`;
};

/** Colour and width of an earlier run's line. */
export const ghostPen = (isPointed) => (isPointed ? [css(GREY), 3] : [css(GREY, 0.55), 1.5]);
