// Earlier runs of this visit: their losses stay as grey ghosts behind the new one, with what was set differently.

import { drawLine } from "./axes.js";
import { row } from "./decode.js";
import { element, fill } from "./dom.js";
import { css } from "./palette.js";
import { shownNumber } from "./settings.js";

const MOST = 5;

export function ghostList(parent, stage, onchange) {
  const { words, spec } = stage;
  const knobs = new Map(spec.knobs.map((knob) => [knob.name, knob]));
  let ghosts = [];
  let living = null; // the run on the page: {config, line, step, loss}
  let shown = "";
  const list = element("ol", { class: "ghosts", hidden: true, "aria-label": words.ghosts });
  parent.append(list);

  /** Called with every frame: a run that is replaced becomes a ghost, if it had learnt anything. */
  function follow(state, line, renewed) {
    if (state.timeline.past !== null && living) return; // what is looked back at is a part of the living run
    if (renewed && living?.step > 0) {
      const key = keyOf(living.config);
      ghosts = [living, ...ghosts.filter((ghost) => keyOf(ghost.config) !== key)].slice(0, MOST);
    }
    const config = renewed || !living || state.step !== living.step ? state.config : living.config; // what is set afterwards, it never learnt under
    living = { config, line, step: state.step, loss: line?.shape[1] ? row(line, 1).at(-1) : NaN };
    const seen = JSON.stringify([ghosts.map((ghost) => keyOf(ghost.config)), keyOf(state.config)]);
    if (seen !== shown) show(state);
    shown = seen;
  }
  function show(state) {
    list.hidden = !ghosts.length;
    list.replaceChildren(...ghosts.map((ghost) => {
      const changes = differences(ghost.config, state.config);
      const text = changes.length ? changes.join(" · ") : words.ghosts_same;
      return element("li", {},
        element("button", { type: "button", class: "ghost", title: words.ghosts_help, onclick: () => stage.send({ kind: "set", values: ghost.config }) }, element("i"),
          element("span", { text }), element("b", { text: fill(words.ghosts_end, { step: ghost.step.toLocaleString("en"), loss: shownNumber(ghost.loss) }) })),
        element("button", { type: "button", class: "forget", text: "×", "aria-label": words.ghosts_forget, title: words.ghosts_forget, onclick: () => forget(ghost) }));
    }));
  }
  function forget(ghost) {
    ghosts = ghosts.filter((other) => other !== ghost);
    shown = "";
    show(stage.state);
    onchange();
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
    return Array.isArray(value) ? value.join("-") : "…";
  }

  return {
    follow,
    /** Those of earlier runs, and while one looks back, all of the run that it is about. */
    lines: () => [...ghosts, ...(stage.state.timeline.past === null ? [] : [living])].map((run) => run?.line).filter((line) => line?.shape[1] > 1),
    draw(context, x, y) {
      for (const line of this.lines()) drawLine(context, x, y, row(line, 0), row(line, 1), css([130, 142, 160], 0.55), 1.5);
      const { fork } = stage.state.timeline;
      if (fork && ghosts.length) drawFork(context, x.to(fork));
    },
  };
}

/** Where the run on the page left an earlier one. */
function drawFork(context, place) {
  context.strokeStyle = css([130, 142, 160], 0.8);
  context.lineWidth = 1;
  context.setLineDash([3, 4]);
  context.beginPath();
  context.moveTo(place, 0);
  context.lineTo(place, context.canvas.clientHeight);
  context.stroke();
  context.setLineDash([]);
}

const keyOf = (config) => JSON.stringify(config);
