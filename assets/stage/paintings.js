// Many of G's paintings before the band of the real ones, and the numbers of one idea that can be turned by hand.

import { drawBand, drawMany, drawPush, green, opinionColour, PAINTED, polyline, X_RANGE, Y_RANGE } from "./art.js";
import { drawAxes, inside, scale } from "./axes.js";
import { element, fill, throttle } from "./dom.js";
import { css, palette } from "./palette.js";
import { surface } from "./surface.js";

const BOX = { left: 34, right: 10, top: 10, bottom: 26 };
const SEND_EVERY = 45; // milliseconds
const NOTCH = 0.05;
const REACH = 3; // standard deviations to which a slider goes
const PUSH = 34; // pixels of the longest arrow in slow motion

/** How strongly each group of lines is drawn, [real, painted, chosen]: in slow motion the stage is lit and the rest dimmed. */
const LIGHT = { artist: [0.5, 0.08, 0.15], paint: [0.08, 0.75, 1], judge: [0.55, 0.75, 1], learn_d: [0.55, 0.3, 0.3], learn_g: [0, 0.3, 1] };

export function paintingsPanel(body, head, stage) {
  const { words, view } = stage;
  let picture = null;
  head.append(
    stage.toggle("many", words.gan_many, true, () => drawing.request(), words.gan_many_help),
    stage.toggle("reals", words.gan_reals, false, () => drawing.request(), words.gan_reals_help),
    stage.toggle("verdicts", words.gan_verdicts, false, () => drawing.request(), words.gan_verdicts_help),
  );
  const drawing = surface(body, "plot gan-paintings", paint);
  drawing.canvas.setAttribute("role", "img");
  const desk = ideaDesk(body, stage);

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = scale(X_RANGE, [box.left, box.right]);
    const y = scale(Y_RANGE, [box.bottom, box.top]);
    const now = stage.state.stage;
    const [real, painted, chosen] = LIGHT[now] ?? [view.reals ? 0.4 : 0, view.many ? 0.42 : 0, 1];
    const judged = now === "judge" || (!now && view.verdicts);
    drawAxes(context, box, x, y, c);
    inside(context, box, () => {
      drawBand(context, x, y, picture, now && now !== "artist" ? 0.45 : 1);
      const colour = (opinions, plain, alpha) => (i) => (judged ? opinionColour(c, opinions[i], alpha) : css(plain, alpha));
      if (real) drawMany(context, x, y, picture.x, picture.real, colour(picture.real_judged, rgbOf(c.ink), real), 1.1);
      if (painted) drawMany(context, x, y, picture.x, picture.painted, colour(picture.painted_judged, green(), painted), 1.25);
      drawChosen(context, x, y, chosen, judged ? opinionColour(c, picture.chosen_judged[0]) : null, c);
      if (now === "learn_g" && picture.push) drawPush(context, x, y, picture.x, picture.chosen, picture.push, PUSH / steepest(picture.push), PUSH, c.ink);
      if (view.parabola) drawParabola(context, x, y, view.parabola, c);
    });
    drawReadings(context, box, stage, c);
  }

  function drawChosen(context, x, y, alpha, colour, c) {
    context.lineJoin = context.lineCap = "round";
    context.globalAlpha = alpha;
    for (const [stroke, width] of [[c.panel, 7], [colour ?? css(PAINTED), 4]]) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      polyline(context, x, y, picture.x, picture.chosen);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** The curve of the place pointed at on the map of D's opinions. */
  function drawParabola(context, x, y, [a, b], c) {
    context.strokeStyle = c.ink;
    context.lineWidth = 2;
    context.setLineDash([6, 4]);
    polyline(context, x, y, picture.x, Array.from(picture.x, (value) => a * value * value + b));
    context.stroke();
    context.setLineDash([]);
  }

  return {
    draw(next, state, renewed) {
      picture = next;
      desk.draw(state, renewed);
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("paintings"));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

const steepest = (push) => push.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
const rgbOf = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** The two sentences that stand in the course's figure. */
function drawReadings(context, box, { state, words }, c) {
  const { d_real: real, score } = state.metrics;
  const lines = [fill(words.gan_reading_real, { value: real.toFixed(2) }), fill(words.gan_reading_score, { value: score.toFixed(2).replace("-", "−") })];
  context.font = "12.5px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineWidth = 4;
  context.lineJoin = "round";
  lines.slice(0, state.config.game === "original" || state.config.game === "nonsaturating" ? 2 : 1).forEach((text, i) => {
    context.strokeStyle = c.panel;
    context.strokeText(text, (box.left + box.right) / 2, box.top + 6 + 18 * i);
    context.fillStyle = c.ink;
    context.fillText(text, (box.left + box.right) / 2, box.top + 6 + 18 * i);
  });
}

const bell = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** A slider for each number of the idea, a new idea at a click, and with labels the choice of what is asked for. */
function ideaDesk(parent, stage) {
  const { words } = stage;
  let chosen = null; // the visitor's idea; null while the lesson's own is shown
  let shown = []; // what the sliders say: the numbers, not the notches that they stand on
  let ask = "upper";
  const send = throttle((value) => stage.send({ kind: "probe", name: "idea", value }), SEND_EVERY);
  const sliders = element("div", { class: "gan-sliders" });
  const fresh = element("button", { type: "button", class: "gan-fresh", text: words.gan_new_idea, title: words.gan_new_idea_help, onclick: invent });
  const asks = ["upper", "lower"].map((name) =>
    element("button", { type: "button", text: words[`gan_ask_${name}`], "data-ask": name, onclick: () => askFor(name) }));
  const asking = element("div", { class: "gan-ask", role: "group", "aria-label": words.gan_ask, hidden: true }, element("span", { text: words.gan_ask }), ...asks);
  parent.append(element("div", { class: "gan-desk" }, element("div", { class: "gan-idea" }, element("b", { text: words.gan_idea, title: words.gan_idea_help }), fresh, asking), sliders));

  const inputs = () => [...sliders.querySelectorAll("input")];
  function take(values) {
    chosen = shown = values;
    inputs().forEach((input, i) => show(input, values[i]));
    send(values);
  }
  function invent() {
    take(inputs().map(() => NOTCH * Math.round(Math.max(-REACH, Math.min(REACH, bell())) / NOTCH)));
  }
  function show(input, value) {
    input.value = value;
    input.setAttribute("aria-valuetext", value.toFixed(2));
    input.nextSibling.textContent = value.toFixed(2).replace("-", "−");
  }
  function askFor(name) {
    ask = name;
    stage.send({ kind: "probe", name: "ask", value: name });
    mark();
  }
  const mark = () => asks.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.ask === ask)));
  function build(count) {
    sliders.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const input = element("input", { type: "range", min: -REACH, max: REACH, step: NOTCH, "aria-label": fill(words.gan_number, { number: i + 1 }) });
      input.addEventListener("input", () => take(shown.map((value, at) => (at === i ? Number(input.value) : value))));
      return element("label", { class: "gan-slider" }, input, element("output"));
    }));
  }
  mark();

  return {
    draw(state, renewed) {
      const { idea } = state.pictures.studio;
      if (sliders.children.length !== idea.length) {
        build(idea.length);
        chosen = null;
      }
      asking.hidden = !state.config.conditional;
      if (renewed && chosen) send(chosen); // a run that was made anew has not heard of the visitor's idea
      if (renewed && state.config.conditional && ask !== "upper") askFor(ask);
      if (chosen) return;
      shown = Array.from(idea);
      inputs().forEach((input, i) => show(input, idea[i]));
    },
  };
}
