// The world in motion: who acts in it can be chosen, and everybody can be pushed.

import { best, brain, shippedBrain } from "./brain.js";
import { captions } from "./captions.js";
import { cartPlaces, drawCart } from "./cart.js";
import { element, fill, put } from "./dom.js";
import { WORLDS } from "./physics.js";
import { game, greedy, stream } from "./player.js";
import { isDark, palette } from "./palette.js";
import { SIDES, TAP, pushes as pushing } from "./pushes.js";
import { qbars } from "./qbars.js";
import { boards } from "./scores.js";
import { surface } from "./surface.js";
import { drawLinks, drawValley } from "./valleys.js";

const DRAW = { cartpole: drawCart, acrobot: drawLinks, mountaincar: drawValley };
const MODES = ["shipped", "learner", "test", "you"];
const PACES = [0.25, 0.5, 1];

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
  let clock = 0;
  let held = 0; // the side that the visitor holds
  let world = "";
  let isBegun = false;
  let speed = 0.5;

  const tabs = MODES.map((key) => element("button", { type: "button", "data-mode": key, text: words[`scene_${key}`], onclick: () => choose(key) }));
  if (isMain) head.append(element("div", { class: "speeds scene-modes", role: "group", "aria-label": words.scene_modes }, ...tabs));
  const frame = element("div", { class: isMain ? "scene" : "scene small" });
  body.append(frame);
  const drawing = surface(frame, "scene-canvas", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const caption = captions(frame, words);
  const scores = isMain ? boards(words) : null;
  const bars = qbars();
  const hint = element("p", { class: "hint" });
  const controls = element("div", { class: "scene-controls" });
  const room = element("div", { class: "scene-below" }, bars.node, element("div", { class: "scene-side" }, controls, hint));
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
    pushes.show(strength);
    if (local) local.push(strength);
    else if (isMain) stage.send({ kind: "probe", name: "push", value: Number(strength.toFixed(3)) });
    drawing.request();
  }

  /** A click beside the pole pushes it away from the finger. */
  function sideOf([px, py]) {
    if (world !== "cartpole" || !view) return px < canvas.clientWidth / 2 ? 1 : -1;
    const { axle, tip } = cartPlaces(view.state, canvas.clientWidth, canvas.clientHeight);
    const share = Math.max(0, Math.min(1, (axle.y - py) / (axle.y - tip.y || 1)));
    return px < axle.x + share * (tip.x - axle.x) ? 1 : -1;
  }

  const pushes = pushing(canvas, { isOn: () => mode !== "you", sideOf, onPush: push });
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
    [held, isBegun] = [0, false];
    pushes.clear();
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
    bars.node.hidden = mode === "you";
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
    pushes.draw(context, reach(width, height), seconds, c);
    caption.tell({ world, mode, view, waits, isLocal: Boolean(local), filled: picture.filled, state: stage.state });
    if (mode === "you") scores?.you(local.ended);
    if (mode === "test") scores?.test(local.ended);
    const think = mode === "shipped" ? shipped : mode === "test" ? thinks : null;
    bars.draw(think ? think(view.state) : mode === "learner" ? picture.values : [], c);
    if (isMain) stage.view.watched = { mode, world, state: view.state, trace: view.trace, think, isOver: view.isOver };
  }
  function reach(width, height) {
    if (world !== "cartpole") return [width / 2, height * 0.2];
    const { tip } = cartPlaces(view.state, width, height);
    return [tip.x, tip.y];
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
