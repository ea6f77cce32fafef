// Earlier runs of this visit: their lines stay as grey ghosts behind the new ones, with what was set differently.

import { drawLine } from "./axes.js";
import { row } from "./decode.js";
import { element, fill } from "./dom.js";
import { css } from "./palette.js";
import { shownNumber } from "./settings.js";

const MOST = 5;
const MANY = 3; // differences: beyond that the name of a preset says more
const HOSTS = ["returns", "balance", "laps", "loss"]; // the panel that lists them: the first of these that a lesson has
const GREY = [130, 142, 160];
const stores = new WeakMap();

/** The earlier runs of a stage, for all of its panels: each run is {config, step, metrics, lines by their names}. */
function storeOf(stage) {
  if (!stores.has(stage)) stores.set(stage, { ghosts: [], living: null, views: new Set() });
  return stores.get(stage);
}

/** What a panel has of the earlier runs; end(run) is the text of what a run came to. */
export function ghostList(parent, stage, panel, onchange, end) {
  const { words, spec } = stage;
  const store = storeOf(stage);
  const knobs = new Map(spec.knobs.map((knob) => [knob.name, knob]));
  const isHost = HOSTS.find((name) => name in spec.panels) === panel;
  let shown = "";
  const list = element("ol", { class: "ghosts", hidden: true, "aria-label": words.ghosts });
  if (isHost) parent.append(list);
  store.views.add(() => { shown = ""; show(stage.state); onchange(); });

  /** Called with every frame by each panel: a run that is replaced becomes a ghost, if it had learnt anything. */
  function follow(state, lines) {
    if (state.timeline.past !== null && store.living) return; // what is looked back at is a part of the living run
    const { living } = store;
    const isNew = !living || living.seat !== state.seat || living.renewal !== state.renewal;
    if (isNew && living?.step > 0) {
      const key = keyOf(living.config);
      store.ghosts = [living, ...store.ghosts.filter((ghost) => keyOf(ghost.config) !== key)].slice(0, MOST);
    }
    const { config, preset } = isNew || state.step !== living.step ? state : living; // what is set afterwards, it never learnt under
    store.living = { seat: state.seat, renewal: state.renewal, config, preset, step: state.step, metrics: state.metrics, lines: { ...(isNew ? {} : living.lines), ...lines } };
    show(state);
  }
  function show(state) {
    if (!isHost) return;
    const seen = JSON.stringify([store.ghosts.map((ghost) => keyOf(ghost.config)), keyOf(state.config)]);
    if (seen === shown) return;
    shown = seen;
    list.hidden = !store.ghosts.length;
    list.replaceChildren(...store.ghosts.map((ghost) => {
      const changes = differences(ghost.config, state.config);
      const preset = spec.presets.find(({ key }) => key === ghost.preset)?.name;
      const text = !changes.length ? words.ghosts_same : changes.length > MANY && preset ? preset : changes.join(" · ");
      return element("li", {},
        element("button", { type: "button", class: "ghost", title: words.ghosts_help, onclick: () => stage.send({ kind: "set", values: ghost.config }) }, element("i"),
          element("span", { text }), element("b", { text: fill(words.ghosts_end, { step: ghost.step.toLocaleString("en"), loss: end(ghost) }) })),
        element("button", { type: "button", class: "forget", text: "×", "aria-label": words.ghosts_forget, title: words.ghosts_forget, onclick: () => forget(ghost) }));
    }));
  }
  function forget(ghost) {
    store.ghosts = store.ghosts.filter((other) => other !== ghost);
    store.views.forEach((refresh) => refresh());
  }
  function differences(config, now) {
    return [...knobs.keys()].filter((name) => JSON.stringify(config[name]) !== JSON.stringify(now[name]))
      .map((name) => `${knobs.get(name).label} ${told(knobs.get(name), config[name])}`);
  }
  function told(knob, value) {
    if (knob.options && typeof value === "string") return knob.options.find((option) => option.value === value)?.label ?? value;
    if (typeof value === "boolean") return value ? words.on : words.off;
    if (typeof value === "number") return String(value);
    if (knob.kind === "points") return value ? words.ghosts_own : words.off;
    if (knob.kind === "lanes") return value.map(({ kind, lr }) => `${knob.kinds.find((one) => one.value === kind).label} ${shownNumber(lr)}`).join(", ");
    return Array.isArray(value) ? value.join("-") : "…";
  }

  return {
    follow,
    /** The lines of a name: those of earlier runs, and while one looks back, all of the run that it is about. */
    lines(name) {
      const whole = stage.state.timeline.past === null || !store.living ? [] : [store.living];
      return [...store.ghosts, ...whole].map((run) => run.lines[name]).filter((line) => line?.shape[1] > 1);
    },
    draw(context, x, y, name) {
      for (const line of this.lines(name)) drawLine(context, x, y, row(line, 0), row(line, 1), css(GREY, 0.55), 1.5);
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

const keyOf = (config) => JSON.stringify(config);
