// The way back through a run: a slider over the moments that were kept, and the button that goes on from one of them.

import { element, fill, throttle } from "./dom.js";

const ASK_EVERY = 50; // milliseconds between two questions while the slider is dragged
const TRUST = 1500; // milliseconds for which the slider stays where the reader has put it, until its answer comes

export function timelineBar(parent, stage) {
  const { words, spec } = stage;
  let steps = [0]; // of the moments, that of the present last
  let wanted = null; // the step that was asked for last
  let since = 0;
  let isHeld = false;
  const slider = element("input", {
    type: "range", min: 0, max: 0, step: 1, value: 0, disabled: true, "aria-label": words.timeline, title: words.timeline_help,
    oninput: moved, onkeydown: pressed, onpointerdown: () => { isHeld = true; }, onpointerup: release, onpointercancel: release,
  });
  const fork = element("i", { class: "timeline-fork", title: words.timeline_fork, hidden: true });
  const place = element("span", { class: "timeline-place", "aria-hidden": "true" }); // the slider says it too
  const now = element("button", { type: "button", class: "timeline-now", text: words.timeline_now, title: words.timeline_now_help, onclick: () => stage.send({ kind: "rewind", step: steps.at(-1) }) });
  const branch = spec.keeps && element("button", { type: "button", class: "timeline-branch", text: words.timeline_branch, title: words.timeline_branch_help, onclick: () => stage.play() });
  const node = element("div", { class: "timeline", role: "group", "aria-label": words.timeline, "data-past": "false" },
    element("div", { class: "timeline-rail" }, slider, fork), place, element("div", { class: "timeline-buttons" }, now, branch));
  parent.append(node);

  const ask = throttle((step) => stage.send({ kind: "rewind", step }), ASK_EVERY);
  function moved() {
    wanted = steps[slider.value];
    since = performance.now();
    tell(wanted);
    ask(wanted);
  }
  /** Only now may the buttons come or go: they take room from the rail, which must not move under a finger. */
  function release() {
    isHeld = false;
    slider.blur(); // the keys are the page's again
    tell(steps[slider.value]);
  }
  function pressed(event) {
    if (event.key === "Escape") stage.send({ kind: "rewind", step: steps.at(-1) });
    else if (event.key === "Enter" && branch && !branch.disabled && node.dataset.past === "true") stage.play();
    else return;
    event.preventDefault();
  }
  function tell(step) {
    const last = Math.max(1, steps.length - 1);
    const [text, longest] = [step, steps.at(-1)].map((one) => fill(words.timeline_step, { step: one.toLocaleString("en"), now: steps.at(-1).toLocaleString("en") }));
    place.dataset.longest = longest;
    if (place.textContent !== text) place.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    slider.style.setProperty("--at", slider.value / last);
    node.dataset.past = String(step !== steps.at(-1));
    if (!isHeld) node.dataset.open = node.dataset.past;
  }

  return {
    draw(state) {
      const { now: newest, past, fork: forked, rewinding } = state.timeline;
      const shown = past ?? newest;
      if (wanted !== null && shown !== wanted && performance.now() - since < TRUST) return;
      wanted = null;
      steps = state.timeline.steps.at(-1) === newest ? state.timeline.steps : [...state.timeline.steps, newest];
      slider.disabled = steps.length < 2;
      slider.max = Math.max(1, steps.length - 1);
      slider.value = slider.disabled ? 1 : steps.indexOf(shown);
      fork.hidden = !forked || forked >= newest;
      if (!fork.hidden) fork.style.setProperty("--at", steps.findIndex((step) => step >= forked) / (steps.length - 1));
      now.disabled = past === null;
      if (branch) branch.disabled = past === null || rewinding;
      tell(shown);
    },
  };
}
