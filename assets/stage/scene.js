// The world in motion: who acts in it can be chosen, and everybody can be pushed.

import { best, brain, shippedBrain } from "./brain.js";
import { cartPlaces, drawCart } from "./cart.js";
import { element, fill } from "./dom.js";
import { WORLDS } from "./physics.js";
import { game, greedy, stream } from "./player.js";
import { css, isDark, palette } from "./palette.js";
import { boards } from "./scores.js";
import { place, surface } from "./surface.js";
import { drawLinks, drawValley } from "./valleys.js";

const DRAW = { cartpole: drawCart, acrobot: drawLinks, mountaincar: drawValley };
const MODES = ["shipped", "learner", "test", "you"];
const RIPPLE = 0.5; // seconds that a push is seen
const FLICK = 130; // pixels of a drag that push as hard as one can
const TAP = 0.6; // the strength of a click or a key
const PACES = [0.25, 0.5, 1];
const SIDES = { ArrowLeft: -1, ArrowRight: 1 };

export function scenePanel(body, head, stage, name) {
  const { words } = stage;
  const isMain = name === "scene";
  const moments = stream();
  let picture = null;
  let mode = ""; // shipped, learner, test or you
  let chosen = null;
  let shipped = null; // the shipped net of this world
  let thinks = null; // the net that is being tested
  let local = null; // the game that is played here
  let view = null;
  let pushes = [];
  let drag = null;
  let clock = 0;
  let held = 0; // the side that the visitor holds
  let world = "";
  let isBegun = false;
  let speed = 0.5;
  let values = [];

  const tabs = MODES.map((key) => element("button", { type: "button", "data-mode": key, text: words[`scene_${key}`], onclick: () => choose(key) }));
  if (isMain) head.append(element("div", { class: "speeds scene-modes", role: "group", "aria-label": words.scene_modes }, ...tabs));
  const frame = element("div", { class: isMain ? "scene" : "scene small" });
  body.append(frame);
  const drawing = surface(frame, "scene-canvas", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const counter = element("div", { class: "scene-counter" }, element("b"), element("span"));
  const banner = element("p", { class: "scene-banner", hidden: true });
  const filling = element("div", { class: "scene-filling", hidden: true }, element("span"), element("progress", { max: 1 }));
  frame.append(counter, banner, filling);
  const scores = isMain ? boards(words) : null;
  const bars = element("div", { class: "scene-values" });
  const hint = element("p", { class: "hint" });
  const controls = element("div", { class: "scene-controls" });
  const room = element("div", { class: "scene-below" }, bars, element("div", { class: "scene-side" }, controls, hint));
  body.append(room);
  if (scores) body.append(scores.node);
  const buttons = [-1, 1].map((side) => sideButton(side));
  const paces = element("div", { class: "speeds", role: "group", "aria-label": words.scene_pace },
    ...PACES.map((pace) => element("button", { type: "button", "data-pace": pace, text: `${pace}×`, onclick: () => { speed = pace; showControls(); } })));
  controls.append(...buttons, paces);

  function sideButton(side) {
    const node = element("button", { type: "button", class: "scene-push", "data-side": side, "aria-label": side < 0 ? words.scene_left : words.scene_right, text: side < 0 ? "◀" : "▶" });
    const down = (event) => { event.preventDefault(); node.setPointerCapture?.(event.pointerId); act(side); };
    node.addEventListener("pointerdown", down);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) node.addEventListener(kind, () => release(side));
    node.addEventListener("click", (event) => { if (event.detail === 0) { act(side); setTimeout(() => release(side), 150); } });
    return node;
  }

  /** A side is pressed: the visitor plays, or the pole gets a push. */
  function act(side) {
    if (mode === "you") {
      held = side;
      isBegun = true;
    } else push(side * TAP);
  }
  function release(side) {
    if (held === side) held = 0;
  }
  function push(strength) {
    if (!view || !picture) return;
    pushes.push({ strength, age: 0 });
    if (local) local.push(strength);
    else if (isMain) stage.send({ kind: "probe", name: "push", value: Number(strength.toFixed(3)) });
    drawing.request();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (mode === "you") return;
    drag = { from: place(event, canvas), to: place(event, canvas) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => { if (drag) drag.to = place(event, canvas); });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("pointerup", () => {
    if (!drag) return;
    const way = drag.to[0] - drag.from[0];
    const strength = Math.abs(way) > 8 ? Math.max(-1, Math.min(1, way / FLICK)) : TAP * sideOf(drag.from);
    drag = null;
    push(strength);
  });
  /** A click beside the pole pushes it away from the finger. */
  function sideOf([px, py]) {
    if (world !== "cartpole") return px < canvas.clientWidth / 2 ? 1 : -1;
    const { axle, tip } = cartPlaces(view.state, canvas.clientWidth, canvas.clientHeight);
    const share = Math.max(0, Math.min(1, (axle.y - py) / (axle.y - tip.y || 1)));
    return px < axle.x + share * (tip.x - axle.x) ? 1 : -1;
  }

  canvas.addEventListener("keydown", (event) => {
    if (mode !== "you" && SIDES[event.key] && !event.repeat) {
      event.preventDefault();
      event.stopPropagation();
      push(TAP * SIDES[event.key]);
    }
  });
  if (isMain) {
    // While one plays, the arrow keys are the game's, wherever on the page the focus is.
    document.addEventListener("keydown", (event) => {
      if (mode !== "you" || !canvas.clientWidth || !SIDES[event.key] || ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName)) return;
      event.preventDefault();
      event.stopPropagation();
      act(SIDES[event.key]);
    }, true);
    document.addEventListener("keyup", (event) => SIDES[event.key] && release(SIDES[event.key]));
    window.addEventListener("blur", () => { held = 0; });
  }

  function choose(key) {
    chosen = key;
    settle();
    if (key === "you") canvas.focus({ preventScroll: true });
  }

  /** Who acts now: whom the visitor chose, else the shipped net until something learns. */
  function settle() {
    const isFresh = stage.state.step === 0 && !stage.state.playing;
    let next = !isMain ? "learner" : chosen ?? (isFresh && shipped ? "shipped" : "learner");
    if (next === "shipped" && !shipped) next = "learner";
    if (next === mode && (local || mode === "learner")) return;
    if (isMain && mode && (next === "test") !== (mode === "test")) stage.send({ kind: "probe", name: "watch", value: next === "test" });
    mode = next;
    begin();
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.mode === mode)));
    showControls();
  }
  function begin() {
    const seed = (performance.now() * 1000) >>> 0;
    [pushes, held, isBegun] = [[], 0, false];
    if (mode === "shipped") local = game(world, greedy(shipped), seed);
    else if (mode === "test") local = game(world, (seen) => (thinks ? best(thinks(seen)) : 0), seed);
    else if (mode === "you") local = game(world, (_, step) => actionOf(held, step), seed);
    else local = null;
  }
  /** The visitor's side as an action of this world. */
  function actionOf(side, step) {
    if (!side) return WORLDS[world].idle(step);
    return side < 0 ? 0 : WORLDS[world].actions - 1;
  }
  function showControls() {
    paces.hidden = mode !== "you";
    hint.textContent = isMain ? words[`scene_${mode}_hint`] : words[`rival_${stage.state.config.rival}`];
    controls.hidden = !isMain;
    bars.hidden = mode === "you";
    buttons.forEach((button) => button.classList.toggle("large", mode === "you"));
    for (const node of paces.children) node.setAttribute("aria-pressed", String(Number(node.dataset.pace) === speed));
    canvas.setAttribute("aria-label", fill(words.scene_label, { who: words[`scene_${mode}`] }));
    canvas.style.cursor = mode === "you" ? "default" : "pointer";
  }

  function paint(context, width, height) {
    const now = performance.now();
    const seconds = Math.min(0.1, (now - (clock || now)) / 1000);
    clock = now;
    if (picture) {
      const waits = (mode === "you" && !isBegun) || (mode === "test" && !thinks);
      view = local ? local.advance(seconds, mode === "you" ? speed : 1, waits) : moments.advance(seconds);
      if (view) drawView(context, width, height, seconds, waits);
    }
    drawing.request();
  }
  function drawView(context, width, height, seconds, waits) {
    const base = palette();
    const c = { ...base, cartLight: isDark() ? "#5b6d92" : "#46587c", cartDark: isDark() ? "#3a4766" : "#2b3958" };
    const isStill = waits || (!local && !stage.state.playing);
    DRAW[world](context, width, height, { ...view, isStill }, c);
    pushes = pushes.filter((one) => (one.age += seconds) < RIPPLE);
    const at = reach(width, height);
    for (const one of pushes) drawPush(context, at, one, c);
    if (drag && Math.abs(drag.to[0] - drag.from[0]) > 8) drawPush(context, at, { strength: Math.max(-1, Math.min(1, (drag.to[0] - drag.from[0]) / FLICK)), age: 0 }, c);
    tell(waits);
    const think = mode === "shipped" ? shipped : mode === "test" ? thinks : null;
    values = think ? think(view.state) : mode === "learner" ? picture.values : [];
    drawBars(c);
    if (isMain) stage.view.watched = { mode, world, state: view.state, trace: view.trace, think, isOver: view.isOver };
  }
  function reach(width, height) {
    if (world !== "cartpole") return [width / 2, height * 0.2];
    const { tip } = cartPlaces(view.state, width, height);
    return [tip.x, tip.y];
  }

  /** The numbers and sentences that lie over the picture. */
  function tell(waits) {
    const [number, label] = counter.children;
    const limit = WORLDS[world].mostSteps;
    put(number, String(Math.round(view.steps)));
    put(label, mode === "learner" ? fill(words.scene_episode, { episode: view.episode }) : fill(words.scene_of, { most: limit }));
    let text = "";
    if (waits && mode === "you") text = words.scene_start;
    else if (waits) text = words.scene_wait;
    else if (local && view.isOver) text = fill(isGood() ? words.scene_done : words.scene_fell, { steps: view.steps });
    else if (mode === "learner" && stage.state.speed === "headless" && stage.state.playing) text = words.scene_headless;
    banner.hidden = !text;
    put(banner, text);
    const isFilling = mode === "learner" && picture.filled < 1 && stage.state.step > 0;
    filling.hidden = !isFilling;
    if (isFilling) {
      put(filling.firstChild, fill(words.scene_filling, { count: Math.round(picture.filled * stage.state.config.prefill).toLocaleString("en"), all: stage.state.config.prefill.toLocaleString("en") }));
      filling.lastChild.value = picture.filled;
    }
    if (mode === "you") scores?.you(local.ended);
    if (mode === "test") scores?.test(local.ended);
  }
  const isGood = () => (world === "cartpole" ? view.steps >= WORLDS.cartpole.mostSteps : view.steps < WORLDS[world].mostSteps);

  /** What the net expects of each action, from zero to the right or, below zero, to the left; the best in full colour. */
  function drawBars(c) {
    if (bars.hidden || !values.length) return;
    if (bars.children.length !== values.length) {
      const names = values.length === 2 ? ["left", "right"] : ["left", "none", "right"];
      bars.replaceChildren(...names.map((side) => element("div", { class: "scene-value", "data-action": side },
        element("b", { text: { left: "←", none: "·", right: "→" }[side] }), element("span", { class: "bar-room" }, element("i")), element("output"))));
    }
    const list = [...values];
    const [low, high] = [Math.min(0, ...list), Math.max(0, ...list)];
    const span = high - low || 1;
    const winner = best(list);
    list.forEach((value, i) => {
      const row = bars.children[i];
      const side = i === 0 ? c.minus : i === list.length - 1 ? c.plus : [130, 142, 160];
      const fillNode = row.children[1].firstChild;
      const [from, to] = [(Math.min(0, value) - low) / span, (Math.max(0, value) - low) / span];
      fillNode.style.transform = `translateX(${(100 * from).toFixed(1)}%) scaleX(${(to - from).toFixed(3)})`;
      fillNode.style.background = css(side, i === winner ? 1 : 0.4);
      row.classList.toggle("best", i === winner);
      put(row.lastChild, value.toFixed(Math.abs(value) < 10 ? 3 : 1).replace("-", "−"));
    });
  }

  return {
    draw(next, state, renewed) {
      if (!next) return;
      picture = next;
      if (renewed) moments.clear();
      if (world !== next.world) {
        world = next.world;
        [shipped, local, thinks, chosen, mode] = [null, null, null, null, ""];
        if (isMain) shippedBrain(world).then((think) => { shipped = think; tabs[0].disabled = !think; scores.clear(); scores.shipped(think?.average); settle(); drawing.request(); });
      }
      if (next.layers.length) thinks = brain(next.layers, next.scale);
      moments.add(next.moments, performance.now());
      settle();
      scores?.learner(state.metrics);
      if (!isMain) showControls();
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A push: an arrow that flies off and a ring that fades. */
function drawPush(context, [x, y], { strength, age }, c) {
  const fade = 1 - age / RIPPLE;
  const side = Math.sign(strength);
  const colour = side > 0 ? c.plus : c.minus;
  context.strokeStyle = css(colour, fade);
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 4;
  context.lineCap = "round";
  const from = x - side * (64 * Math.abs(strength) + 14) * (1 - 0.3 * (1 - fade));
  const to = x - side * 13;
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to - side * 7, y);
  context.stroke();
  context.beginPath();
  context.moveTo(to, y);
  context.lineTo(to - side * 13, y - 9);
  context.lineTo(to - side * 13, y + 9);
  context.fill();
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 12 + 34 * (1 - fade), 0, 7);
  context.stroke();
}
