// Play, pause, step, reset and speed, the counters beside them, and the reason why a run stands or goes.

import { element, icon } from "./dom.js";
import { shownNumber } from "./settings.js";

const MAIN_METRICS = [
  "loss", "test_loss", "accuracy", "test_accuracy", "softmax", "sigmoid", "softmax_test_loss", "sigmoid_test_loss", "softmax_accuracy", "sigmoid_accuracy",
  "cnn", "cnn_accuracy", "lstm", "lstm_accuracy", "mlp", "mlp_accuracy", "kl", "knn_accuracy", "full_loss", "full_knn_accuracy", "full_accuracy",
  "d_real", "score", "band_share",
  "leader",
  "acts", "return", "test_return", "epsilon", "rival",
];

export function transport(parent, stage) {
  const { words, spec } = stage;
  const button = (name, onclick, className = "") => {
    const node = element("button", { type: "button", class: className, "aria-label": words[name], title: words[`${name}_help`], onclick }, icon(name));
    node.dataset.action = name;
    return node;
  };
  const play = button("play", toggle, "play");
  const step = button("step", () => stage.send({ kind: "step" }));
  const reset = button("reset", () => stage.send({ kind: "reset" }));
  const speeds = spec.speeds.map((name) =>
    element("button", { type: "button", text: words[`speed_${name}`], "data-speed": name, onclick: () => stage.send({ kind: "speed", value: name }) }));
  const counters = element("dl", { class: "counters" });
  const reason = element("p", { class: "reason", role: "status" });
  const stages = element("ol", { class: "stages", hidden: true }, ...spec.stages.map((name) => element("li", { text: words[name], "data-stage": name })));
  const sentence = element("p", { class: "sentence" });
  parent.append(
    element("div", { class: "buttons" }, reset, play, step),
    element("div", { class: "speeds", role: "group", "aria-label": words.speed }, ...speeds),
    counters,
    element("div", { class: "why" }, reason),
    element("div", { class: "slow" }, stages, sentence),
  );
  let playing = false;

  function show(isPlaying) {
    playing = isPlaying;
    const name = playing ? "pause" : "play";
    if (play.dataset.action === name) return;
    play.dataset.action = name;
    play.setAttribute("aria-label", words[name]);
    play.replaceChildren(icon(name));
  }
  /** The button answers at once; the next frame says what the server made of it. */
  function toggle() {
    if (playing) stage.send({ kind: "pause" });
    else stage.play();
    show(!playing);
  }

  return {
    toggle,
    step: () => stage.send({ kind: "step" }),
    reset: () => stage.send({ kind: "reset" }),
    draw(state) {
      show(state.playing);
      speeds.forEach((node) => node.setAttribute("aria-pressed", String(node.dataset.speed === state.speed)));
      const entries = [["counter_step", state.step]];
      if (spec.has_epochs) entries.push(["counter_epoch", state.epoch]);
      for (const name of MAIN_METRICS) if (name in state.metrics) entries.push([`metric_${name}`, state.metrics[name]]);
      drawCounters(counters, entries, words);
      if (reason.textContent !== state.why.text) reason.textContent = state.why.text;
      reason.dataset.reason = state.why.reason;
      stages.hidden = state.speed !== "slow";
      sentence.hidden = stages.hidden;
      for (const item of stages.children) item.setAttribute("aria-current", item.dataset.stage === state.stage ? "step" : "false");
      const text = words[`${state.stage}_help`] ?? "";
      if (sentence.textContent !== text) sentence.textContent = text;
    },
  };
}

function drawCounters(list, entries, words) {
  if (list.children.length !== entries.length) {
    list.replaceChildren(...entries.map(() => element("div", {}, element("dt"), element("dd"))));
  }
  entries.forEach(([name, value], i) => {
    const [term, number] = list.children[i].children;
    if (term.textContent !== words[name]) term.textContent = words[name];
    const text = /accuracy|share/.test(name) ? `${(100 * value).toFixed(1)} %` : /^counter|_acts$/.test(name) ? value.toLocaleString("en") : shownNumber(value);
    if (number.textContent !== text) number.textContent = text;
    list.children[i].dataset.metric = name;
  });
}
