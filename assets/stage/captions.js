// The numbers and sentences that lie over a world in motion: the steps, why it waits, how an episode ended.

import { element, fill, put } from "./dom.js";
import { WORLDS } from "./physics.js";

export function captions(frame, words) {
  const number = element("b");
  const label = element("span");
  const banner = element("p", { class: "scene-banner", hidden: true });
  const count = element("span");
  const progress = element("progress", { max: 1 });
  const filling = element("div", { class: "scene-filling", hidden: true }, count, progress);
  frame.append(element("div", { class: "scene-counter" }, number, label), banner, filling);

  function sentence({ world, mode, view, waits, isLocal }, isHeadless) {
    if (waits) return mode === "you" ? words.scene_start : words.scene_wait;
    if (isLocal && view.isOver) return fill(isGood(world, view) ? words.scene_done : words.scene_fell, { steps: view.steps });
    return isHeadless ? words.scene_headless : "";
  }

  return {
    tell(scene) {
      const { world, mode, view, filled, state } = scene;
      const isLearner = mode === "learner";
      put(number, String(Math.round(view.steps)));
      put(label, isLearner ? fill(words.scene_episode, { episode: view.episode }) : fill(words.scene_of, { most: WORLDS[world].mostSteps }));
      const isHeadless = isLearner && state.speed === "headless" && state.playing;
      frame.classList.toggle("headless", isHeadless);
      const text = sentence(scene, isHeadless);
      banner.hidden = !text;
      put(banner, text);
      filling.hidden = !(isLearner && filled < 1 && state.step > 0);
      if (filling.hidden) return;
      const all = state.config.prefill;
      put(count, fill(words.scene_filling, { count: Math.round(filled * all).toLocaleString("en"), all: all.toLocaleString("en") }));
      progress.value = filled;
    },
  };
}

function isGood(world, { steps }) {
  const most = WORLDS[world].mostSteps;
  return world === "cartpole" ? steps >= most : steps < most;
}
