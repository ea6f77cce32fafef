// Puts a lesson on the page: builds its panels once, then draws each frame that arrives.

import { whyCards } from "./cards.js";
import { challengeBanner } from "./challenge.js";
import { chartsPanel } from "./charts.js";
import { cloudPanel, embeddingPanel } from "./cloud.js";
import { convolutionPanel } from "./convolution.js";
import { criticPanel } from "./critic.js";
import { fitPanel, lossPanel } from "./curve.js";
import { decode } from "./decode.js";
import { element, fill } from "./dom.js";
import { dropPanel } from "./drop.js";
import { barsPanel, fieldPanel } from "./field.js";
import { figureMenu } from "./figure.js";
import { heatPanel } from "./heat.js";
import { imagesPanel, wrongPanel } from "./images.js";
import { keepBar } from "./keep.js";
import { latentPanel } from "./latent.js";
import { landscapePanel } from "./landscape.js";
import { lapsPanel } from "./laps.js";
import { answersPanel, fitsPanel, tilesPanel } from "./learnt.js";
import { qmapPanel } from "./qmap.js";
import { networkPanel } from "./network.js";
import { opinionsPanel, touchPanel } from "./opinions.js";
import { padPanel } from "./pad.js";
import { paintingsPanel } from "./paintings.js";
import { studioPanel } from "./studio.js";
import { passagePanel } from "./passage.js";
import { planePanel } from "./plane.js";
import { replayPanel } from "./replay.js";
import { returnsPanel } from "./returns.js";
import { scenePanel } from "./scene.js";
import { settingsPanel } from "./settings.js";
import { rebuiltPanel } from "./strips.js";
import { podiumPanel } from "./podium.js";
import { sweepPanel } from "./sweep.js";
import { cardsPanel, matrixPanel, printsPanel } from "./tables.js";
import { timelineBar } from "./timeline.js";
import { transport } from "./transport.js";

// Where each picture stands and who draws it; one that `waits` stands there before its picture comes.
const PANELS = {
  pad: { make: padPanel, column: "above", waits: true },
  network: { make: networkPanel, column: "left" },
  loss: { make: lossPanel, column: "left" },
  fit: { make: fitPanel, column: "right" },
  field: { make: (body, head, stage) => fieldPanel(body, head, stage, "field", true), column: "right" },
  field2: { make: (body, head, stage) => fieldPanel(body, head, stage, "field2", false), column: "right" },
  bars: { make: barsPanel, column: "left", waits: true },
  samples: { make: imagesPanel, column: "left" },
  confusion: { make: matrixPanel, column: "right" },
  wrong: { make: wrongPanel, column: "right", waits: true },
  cloud: { make: cloudPanel, column: "right" },
  filters: { make: imagesPanel, column: "left" },
  change: { make: imagesPanel, column: "left" },
  maps1: { make: imagesPanel, column: "below" },
  maps2: { make: imagesPanel, column: "below" },
  saliency: { make: imagesPanel, column: "left" },
  rows: { make: heatPanel, column: "left" },
  memory: { make: heatPanel, column: "below" },
  tsne: { make: embeddingPanel, column: "right", waits: true },
  convolution: { make: convolutionPanel, column: "below", waits: true },
  latent: { make: latentPanel, column: "above", waits: true },
  plane: { make: planePanel, column: "left" },
  rebuilt: { make: rebuiltPanel, column: "left" },
  passage: { make: passagePanel, column: "right" },
  drop: { make: dropPanel, column: "right", waits: true },
  cards: { make: cardsPanel, column: "below" },
  prints: { make: printsPanel, column: "below" },
  studio: { make: studioPanel, column: "above" },
  paintings: { make: paintingsPanel, column: "left" },
  critic: { make: criticPanel, column: "right" },
  balance: { make: chartsPanel, column: "left" },
  quality: { make: chartsPanel, column: "right" },
  opinion: { make: opinionsPanel, column: "left" },
  touch: { make: touchPanel, column: "right" },
  podium: { make: podiumPanel, column: "left" },
  laps: { make: lapsPanel, column: "left" },
  sweep: { make: sweepPanel, column: "left" },
  fits: { make: fitsPanel, column: "right" },
  tiles: { make: tilesPanel, column: "right" },
  answers: { make: answersPanel, column: "right" },
  landscape: { make: landscapePanel, column: "right" },
  scene: { make: scenePanel, column: "above" },
  rival: { make: scenePanel, column: "above" },
  returns: { make: returnsPanel, column: "left" },
  qmap: { make: qmapPanel, column: "right" },
  replay: { make: replayPanel, column: "right" },
};
const VISITED = "playground.visited";
const NOTICE_SECONDS = 10;
const ANSWER_WITHIN = 1500; // milliseconds
const LOADING_EVERY = 400; // milliseconds between two looks at something that is still on its way
const asked = new URLSearchParams(location.search); // the address as the visitor came; tabs that open later find it here
const opened = new Set();

/** Called by the page once for each tab that is opened. */
export function mount(root, props, trigger, watch, [act, playEvent]) {
  const box = root.querySelector(".stage") ?? root;
  const spec = JSON.parse(props.spec);
  const words = spec.text;
  const stage = { spec, words, state: null, view: { test: true }, repaint, notify, pictureLabel, toggle, send, play };
  const panels = new Map();
  let seat = "";
  let renewal = 0;
  let notices = 0;
  let newest = 0;
  let sent = 0;
  let missing = null; // asks again when an answer was overtaken on its way and dropped
  let waiting = ""; // the newest frame that has come since the last one was drawn

  /** Every message carries the configuration's link, so that a server that forgot this visitor can go on. */
  function send(action) {
    sent += 1;
    trigger(act, { ...action, number: sent, link: stage.state?.link });
    clearTimeout(missing);
    missing = setTimeout(() => { if (stage.state && stage.state.answered < sent) send({ kind: "look" }); }, ANSWER_WITHIN);
  }
  /** What must be done first goes along: of two messages the second may come first. */
  function play(first) {
    if (first) sent += 1;
    trigger(playEvent, { first: first && { ...first, number: sent }, link: stage.state?.link });
  }
  function pictureLabel(name) {
    return fill(words.picture_label, { title: spec.panels[name], step: stage.state?.step ?? 0 });
  }
  function repaint() {
    panels.forEach((panel) => panel.drawing?.repaint());
  }
  /** A switch that only changes how this browser draws. */
  function toggle(name, label, initial, onchange, title) {
    stage.view[name] ??= initial;
    const input = element("input", { type: "checkbox", onchange: () => { stage.view[name] = input.checked; onchange(); } });
    input.checked = stage.view[name];
    return element("label", { class: "switch", title }, input, label);
  }

  const toast = element("div", { class: "toast", role: "alert", hidden: true });
  let toastTimer = null;
  function notify(text) {
    toast.replaceChildren(element("p", { text }), element("button", { type: "button", text: "×", "aria-label": words.close, onclick: () => { toast.hidden = true; } }));
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, 1000 * NOTICE_SECONDS);
  }

  const bar = element("section", { class: "transport", "aria-label": words.play });
  const controls = transport(bar, stage);
  const timeline = timelineBar(bar, stage);
  const settingsBox = element("aside", { class: "settings", "aria-label": words.settings });
  const settings = settingsPanel(settingsBox, stage);
  const keep = keepBar(stage);
  const presets = presetBar(stage);
  const cards = whyCards(stage);
  const banner = challengeBanner(stage);
  const columns = { above: element("div", { class: "above" }), left: element("div", { class: "pillar" }), right: element("div", { class: "pillar right" }), below: element("div", { class: "below" }) };
  for (const [name, title] of Object.entries(spec.panels)) addPanel(name, title);
  box.replaceChildren(
    element("div", { class: "intro" }, element("p", { class: "lede", text: spec.lede }), keep.node), presets.node, banner.node, bar, toast,
    element("div", { class: "floor" }, settingsBox, element("div", { class: "board" }, columns.above, columns.left, columns.right, columns.below)),
    cards.node,
  );
  box.dataset.lesson = spec.lesson;
  box.stage = stage; // for the console, and for the tests
  document.documentElement.lang = spec.language;

  function addPanel(name, title) {
    const body = element("div", { class: "body" });
    const head = element("div", { class: "head" }, element("h3", { text: title }));
    const node = element("section", { class: "panel", "data-panel": name, "aria-label": title, hidden: true }, head, body);
    columns[PANELS[name].column].append(node);
    panels.set(name, { node, drawing: PANELS[name].make(body, head, stage, name), figure: figureMenu(head, stage, name) });
  }

  function draw() {
    if (!waiting) return;
    const state = decode(waiting);
    waiting = "";
    if (state.seat === seat && state.n <= newest) return; // a frame that was overtaken
    const renewed = state.seat !== seat || state.renewal !== renewal;
    ({ seat, n: newest, renewal } = state);
    stage.state = state;
    box.removeAttribute("aria-busy");
    for (const [name, { node, drawing, figure }] of panels) {
      const picture = state.pictures[name];
      node.hidden = !picture && !PANELS[name].waits;
      if (!node.hidden) drawing.draw(picture, state, renewed);
      figure.draw(picture, state);
    }
    controls.draw(state);
    timeline.draw(state);
    settings.draw(state);
    presets.draw(state);
    keep.draw(state);
    cards.draw(state, renewed);
    banner.draw(state);
    box.dataset.hide = state.task ? ["presets", ...state.task.hidden].join(" ") : "";
    if (state.notice.id !== notices && state.notice.text) notify(state.notice.text);
    notices = state.notice.id;
    box.dataset.step = state.step;
    box.dataset.playing = state.playing;
    box.dataset.reason = state.why.reason;
    box.dataset.stage = state.stage;
    showAddress();
    if ((state.why.reason === "loading" || state.busy) && !state.playing) setTimeout(() => send({ kind: "look" }), LOADING_EVERY);
  }

  function showAddress() {
    if (!box.clientWidth || !stage.state || !isAskedTabOpen()) return;
    const query = new URLSearchParams(stage.state.link);
    const theme = new URLSearchParams(location.search).get("__theme");
    if (theme) query.set("__theme", theme);
    if (location.search !== `?${query}`) history.replaceState(history.state, "", `?${query}`);
  }

  /** Until the tab that the address asks for is open, nothing may overwrite the address or play. */
  function isAskedTabOpen() {
    const tab = asked.get("tab");
    return !spec.lessons.includes(tab) || opened.has(tab);
  }

  let due = false;
  /** Frames of the stream and answers to actions come by different ways: the newest counts, not the last to come. */
  function take(text) {
    if (text && (!waiting || seatOf(text) !== seatOf(waiting) || numberOf(text) >= numberOf(waiting))) waiting = text;
  }
  watch("value", () => {
    take(props.value);
    if (due) return;
    due = true;
    const now = () => { due = false; draw(); };
    if (document.hidden) setTimeout(now, 0);
    else requestAnimationFrame(now);
  });
  new ResizeObserver(showAddress).observe(box);
  keyboard(box, controls);
  take(props.value);
  draw();
  send({ kind: "open", query: opened.has(spec.lesson) ? "" : asked.toString() });
  opened.add(spec.lesson);
  if (isAskedTabOpen()) greet(box, stage);
}

const seatOf = (text) => text.slice(0, 20);
const numberOf = (text) => Number(/"n":(\d+)/.exec(text)?.[1] ?? 0);

/** The first visit plays one short run by itself. */
function greet(box, stage) {
  try {
    if (localStorage.getItem(VISITED)) return;
    localStorage.setItem(VISITED, "1");
  } catch {
    return; // a browser that keeps nothing would see it at every visit
  }
  const wait = setInterval(() => {
    if (!stage.state || !box.clientWidth || stage.state.why.reason === "loading") return;
    clearInterval(wait);
    if (stage.state.step === 0 && !stage.state.playing) stage.play();
  }, 100);
}

function presetBar(stage) {
  const { spec, words } = stage;
  const chips = spec.presets.map(({ key, name }) =>
    element("button", { type: "button", "data-preset": key, onclick: () => stage.send({ kind: "preset", value: key }) },
      /^\d+[bc]?$/.test(key) ? element("b", { text: key.replace(/[bc]/, "") }) : null, name));
  const course = element("input", { type: "checkbox", onchange: () => stage.send({ kind: "course", value: course.checked }) });
  const note = element("p", { class: "note" });
  const node = element("div", { class: "presets" },
    element("div", { class: "starts" },
      element("div", { class: "chips", role: "group", "aria-label": words.presets }, ...chips),
      spec.gallery ? element("label", { class: "switch" }, course, words.course_colours) : null), note);
  return {
    node,
    draw(state) {
      chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.preset === state.preset)));
      const text = spec.presets.find((preset) => preset.key === state.preset)?.note ?? "";
      if (note.textContent !== text) note.textContent = text;
      course.checked = state.course;
    },
  };
}

/** Space plays and pauses, → steps, R resets: in the tab that is open, unless the reader types. */
function keyboard(box, controls) {
  // A button that was clicked gives its Space back to Play; one that was reached by keyboard keeps it.
  box.addEventListener("click", (event) => event.detail > 0 && event.target.closest("button")?.blur());
  document.addEventListener("keydown", (event) => {
    if (!box.clientWidth || event.ctrlKey || event.metaKey || event.altKey) return;
    const tag = event.target.tagName;
    if (["INPUT", "SELECT", "TEXTAREA"].includes(tag) && event.target.type !== "checkbox") return;
    if (event.target.getAttribute?.("role") === "tab" && event.key === "ArrowRight") return;
    const takesSpace = ["BUTTON", "SUMMARY", "A", "INPUT"].includes(tag);
    if (event.key === " " && !takesSpace) controls.toggle();
    else if (event.key === "ArrowRight") controls.step();
    else if (event.key === "r" || event.key === "R") controls.reset();
    else return;
    event.preventDefault();
  });
}
