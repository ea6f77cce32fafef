// You against the critic: a curve drawn by hand, what D makes of it while the pen moves, and who has won how often.

import { drawBand, drawPush, opinionColour, polyline, X_RANGE, Y_RANGE } from "./art.js";
import { drawAxes, inside, scale } from "./axes.js";
import { element, fill, throttle } from "./dom.js";
import { palette } from "./palette.js";
import { place, surface } from "./surface.js";

const BOX = { left: 30, right: 8, top: 8, bottom: 24 };
const SEND_EVERY = 60; // milliseconds
const ENOUGH = 11; // points that must be drawn before a curve counts as a round
const ADVICE = 100; // pixels of an arrow where D's logit would rise by 1 for 1 upwards
const CLOSE = 0.75; // of D's opinion of G's paintings
const NUDGE = 0.05; // by an arrow key

export function criticPanel(body, head, stage) {
  const { words } = stage;
  let picture = null;
  let plane = null;
  let heights = []; // the visitor's curve; a point not yet drawn is missing
  let pen = null;
  let last = null;
  let spot = null; // the point chosen by keyboard
  let revision = 0;
  let told = 0;
  const drawing = surface(body, "plot gan-critic", paint);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const bars = gauges(words);
  const tally = element("p", { class: "gan-tally" });
  const remark = element("p", { class: "gan-remark", role: "status" });
  const real = element("button", { type: "button", text: words.gan_real_one, title: words.gan_real_one_help, onclick: fillIn });
  const clear = element("button", { type: "button", text: words.gan_clear, onclick: wipe });
  head.append(stage.toggle("advice", words.gan_advice, true, () => drawing.request(), words.gan_advice_help));
  body.append(bars.node, element("div", { class: "gan-bench" }, tally, real, clear), remark);
  const soon = throttle(() => tell(false), SEND_EVERY);

  const count = () => picture?.x.length ?? 0;
  const drawn = () => heights.filter((height) => height !== undefined).length;
  /** The curve with its missing ends and gaps filled from the nearest drawn point. */
  function whole() {
    const known = [...heights.keys()].filter((i) => heights[i] !== undefined);
    return Array.from({ length: count() }, (_, i) => {
      if (heights[i] !== undefined) return heights[i];
      const near = known.reduce((best, at) => (Math.abs(at - i) < Math.abs(best - i) ? at : best), known[0]);
      return heights[near];
    });
  }
  /** The newest curve, once; a finished one does not wait for its turn. */
  function tell(done) {
    if (!done && told === revision) return;
    told = revision;
    const value = drawn() ? { heights: whole().map((height) => Number(height.toFixed(3))), done } : null;
    stage.send({ kind: "probe", name: "sketch", value });
  }
  function changed(done) {
    revision += 1;
    clear.disabled = !drawn();
    drawing.request();
    if (done) tell(drawn() >= ENOUGH);
    else soon();
  }
  function wipe() {
    heights = [];
    spot = null;
    revision += 1;
    tell(false);
    changed(false);
  }
  function fillIn() {
    const a = 1 + Math.random();
    heights = Array.from(picture.x, (value) => a * value * value + (a - 1));
    changed(false);
  }

  /** All points of the grid between two places of the pen, so that a quick hand leaves no gap. */
  function draw(from, to) {
    const xs = picture.x;
    const pitch = xs[1] - xs[0];
    const [left, right] = from[0] <= to[0] ? [from, to] : [to, from];
    for (let i = 0; i < xs.length; i += 1) {
      if (xs[i] < left[0] - pitch / 2 || xs[i] > right[0] + pitch / 2) continue;
      const share = right[0] - left[0] > 1e-9 ? Math.min(1, Math.max(0, (xs[i] - left[0]) / (right[0] - left[0]))) : 1;
      heights[i] = left[1] + share * (right[1] - left[1]);
    }
  }
  function at(event) {
    const [px, py] = place(event, canvas);
    const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
    return [clamp(plane.x.from(px), [-1, 1]), clamp(plane.y.from(py), Y_RANGE)];
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button !== 0 || !plane) return;
    pen = event.pointerId;
    try {
      canvas.setPointerCapture(pen);
    } catch {
      // a pointer that has already gone leaves one point
    }
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    if (drawn() >= ENOUGH && !event.shiftKey) heights = []; // a new stroke is a new curve
    spot = null;
    last = at(event);
    draw(last, last);
    changed(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const next = at(event);
    draw(last, next);
    last = next;
    changed(false);
  });
  const lift = (event) => {
    if (event.pointerId !== pen) return;
    pen = null;
    changed(true);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, NUDGE], ArrowDown: [0, -NUDGE] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") wipe();
    else if (event.key === "Enter" && drawn()) changed(true);
    else if (move && picture) nudge(move);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("blur", () => { spot = null; drawing.request(); });
  function nudge([along, up]) {
    if (!drawn()) heights = Array.from(picture.x, () => 1);
    else heights = whole();
    spot = Math.min(count() - 1, Math.max(0, (spot ?? Math.floor(count() / 2)) + along));
    heights[spot] = Math.min(Y_RANGE[1], Math.max(Y_RANGE[0], heights[spot] + up));
    changed(false);
  }

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = scale(X_RANGE, [box.left, box.right]);
    const y = scale(Y_RANGE, [box.bottom, box.top]);
    plane = { x, y };
    drawAxes(context, box, x, y, c);
    inside(context, box, () => {
      drawBand(context, x, y, picture, 0.75);
      if (drawn()) drawSketch(context, x, y, c);
      else drawInvitation(context, box, c);
    });
  }
  function drawInvitation(context, box, c) {
    context.fillStyle = c.faint;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 15px system-ui, sans-serif";
    context.fillText(words.gan_invite, (box.left + box.right) / 2, box.top + 0.09 * (box.bottom - box.top));
    context.font = "12.5px system-ui, sans-serif";
    context.fillText(words.gan_invite_more, (box.left + box.right) / 2, box.top + 0.09 * (box.bottom - box.top) + 21);
  }
  function drawSketch(context, x, y, c) {
    const ys = whole();
    const colour = picture.judged && stage.state.step ? opinionColour(c, picture.judged[0]) : c.ink;
    context.lineJoin = context.lineCap = "round";
    for (const [stroke, width] of [[c.panel, 7], [colour, 3.5]]) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      polyline(context, x, y, picture.x, ys);
      context.stroke();
    }
    context.fillStyle = c.panel;
    context.lineWidth = 1.75;
    ys.forEach((value, i) => {
      context.strokeStyle = i === spot ? c.ink : colour;
      context.globalAlpha = heights[i] === undefined ? 0.35 : 1;
      context.beginPath();
      context.arc(x.to(picture.x[i]), y.to(value), i === spot ? 6 : 3.5, 0, 7);
      context.fill();
      context.stroke();
    });
    context.globalAlpha = 1;
    if (stage.view.advice && picture.push && stage.state.step) drawPush(context, x, y, picture.x, ys, picture.push, ADVICE, 34, c.ink);
  }

  /** What the three bars mean just now, in one friendly sentence. */
  function comment(state) {
    if (!state.step) return words.gan_remark_start;
    if (!picture.judged) return words.gan_remark_empty;
    if (picture.judged[0] > picture.rival[0]) return words.gan_remark_ahead;
    return picture.judged[0] > CLOSE * picture.rival[0] ? words.gan_remark_close : words.gan_remark_behind;
  }

  return {
    draw(next, state, renewed) {
      picture = next;
      if (renewed && drawn()) { // a run that was made anew has not seen the curve
        revision += 1;
        soon();
      }
      bars.draw(picture, drawn() > 0);
      tally.textContent = fill(words.gan_tally, { you: picture.tally[0], rival: picture.tally[1] });
      clear.disabled = !drawn();
      const text = comment(state);
      if (remark.textContent !== text) remark.textContent = text;
      canvas.setAttribute("aria-label", words.gan_critic_label);
      drawing.request();
    },
    repaint: drawing.request,
  };
}

/** Three levels from 0 to 100 %, the balance of one half marked. */
function gauges(words) {
  const rows = [["judged", words.gan_yours], ["rival", words.gan_rivals], ["real", words.gan_real]].map(([name, text]) => {
    const level = element("i");
    const number = element("output");
    return { name, level, number, node: element("div", { class: "gan-gauge", "data-gauge": name }, element("span", { text }), element("div", {}, level), number) };
  });
  return {
    node: element("div", { class: "gan-gauges", role: "group", "aria-label": words.gan_gauges }, ...rows.map((row) => row.node)),
    draw(picture, isDrawn) {
      const c = palette();
      for (const { name, level, number } of rows) {
        const value = name === "judged" && !isDrawn ? undefined : picture[name]?.[0];
        level.style.transform = `scaleX(${value ?? 0})`;
        level.style.background = opinionColour(c, value ?? 0.5);
        number.textContent = value === undefined ? "–" : `${(100 * value).toFixed(1)} %`;
      }
    },
  };
}
