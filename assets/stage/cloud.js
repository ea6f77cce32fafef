// Draws a Cloud: thousands of points in ten colours, flat or solid, that glide from frame to frame.

import { camera, steer } from "./camera.js";
import { tag } from "./curve.js";
import { element, fill, throttle } from "./dom.js";
import { dotPainter } from "./dots.js";
import { colourOf, drawBox, drawName, sprite } from "./marks.js";
import { isDark, palette } from "./palette.js";
import { place, surface } from "./surface.js";

const GLIDE = 150; // milliseconds from one frame's places to the next
const PAINT_EVERY = 28; // milliseconds between two pictures of a glide
const NEAR = 12; // pixels around a point that count as the point
const ASK_EVERY = 90;
const MANY = 1500; // points from which on they are painted pixel by pixel
const LAYERS = 48; // depths that are told apart when nearer points cover farther ones
const STILL = 0.003; // of its size is what the view may be off before it stops following
const SPIN = 0.16; // radians a second
const FINGER = 22; // pixels around a point that a finger means
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Options: `glide`, how long points travel to their new places; `spin`, whether a solid cloud turns until it is touched;
 * `hold(canvas, eye)`, which may take a pointer before the camera does; `tap(index, place)` for a press on the cloud;
 * `describe(context, index, at, c)` beside the point under the pointer; `decorate(context, project, c, xyz)` over all points.
 * With a long `glide` the camera follows the points as they are seen, not as they will be. */
export function cloudPanel(body, head, stage, name, options = {}) {
  const glide = options.glide ?? GLIDE;
  const { words, view } = stage;
  let picture = null;
  let from = null; // where each point stood when the newest frame came
  let since = 0;
  let painted = 0;
  let shown = null; // the classes that are shown; null for all
  let hover = null;
  let found = -1;
  let spinning = Boolean(options.spin);
  let inView = true;
  const paintDots = dotPainter();
  let sprites = { key: "" };
  let spots = new Float32Array(0); // pixel x, pixel y, depth of each point
  const eye = camera();
  stage.view[`eye_${name}`] = eye.view; // for a saved figure
  const back = element("button", { type: "button", class: "cloud-home", text: words.cloud_home, title: words.cloud_help, onclick: () => { eye.home(); spinning = Boolean(options.spin); moved(); } });
  head.append(back, stage.toggle("digits", words.cloud_digits, false, () => drawing.request(), words.cloud_digits_help));
  const legend = element("div", { class: "cloud-legend", role: "group", "aria-label": words.cloud_legend });
  body.append(legend);
  const wait = element("p", { class: "hint", text: words.cloud_wait });
  const drawing = surface(body, "cloud", paint);
  body.append(wait);
  const { canvas } = drawing;
  canvas.tabIndex = 0;
  canvas.hidden = true;
  canvas.setAttribute("role", "img");
  const ask = throttle((value) => stage.send({ kind: "probe", name: "point", value }), ASK_EVERY);
  const isSolid = () => picture?.xyz.shape[1] === 3;
  canvas.addEventListener("pointerdown", () => { spinning = false; }); // before anyone who may keep the event
  options.hold?.(canvas, eye);
  const hand = steer(canvas, eye, isSolid, () => { spinning = false; moved(); }, tapped);
  canvas.addEventListener("pointermove", (event) => { hover = place(event, canvas); drawing.request(); });
  canvas.addEventListener("pointerleave", () => { hover = null; drawing.request(); });
  if (options.spin) new IntersectionObserver(([entry]) => { inView = entry.isIntersecting; drawing.request(); }).observe(canvas);

  function tapped(at, isFinger) {
    if (!options.tap || !picture) return;
    const before = hover;
    hover = at;
    options.tap(nearest(picture.xyz.shape[0], isFinger ? FINGER : NEAR), at);
    hover = isFinger ? null : before;
    drawing.request();
  }
  const turns = () => spinning && inView && !hover && !calm.matches && isSolid();

  function moved() {
    back.disabled = spinning || eye.isHome();
    drawing.request();
  }
  /** All → only this one → more and fewer → none is all again. */
  function filter(label) {
    if (!shown) shown = new Set([label]);
    else if (!shown.delete(label)) shown.add(label);
    if (!shown.size || shown.size === legend.children.length) shown = null;
    mark();
    drawing.request();
  }
  function mark() {
    for (const button of legend.children) {
      button.setAttribute("aria-pressed", String(!shown || shown.has(Number(button.dataset.label))));
      button.style.setProperty("--dot", colourOf(Number(button.dataset.label)));
    }
  }
  function listClasses() {
    const labels = [...new Set(picture.label)].sort((a, b) => a - b);
    if (legend.dataset.labels === labels.join()) return;
    legend.dataset.labels = labels.join();
    legend.replaceChildren(...labels.map((label) => element("button", { type: "button", "data-label": label, onclick: () => filter(label) }, element("i"), String(label))));
    mark();
  }

  /** How far the glide has come, 0..1. */
  const progress = () => (calm.matches || !from ? 1 : Math.min(1, (performance.now() - since) / glide));
  function positions() {
    const share = progress();
    if (share >= 1) return picture.xyz;
    const now = Object.assign(new Float32Array(from.length), { shape: picture.xyz.shape });
    for (let i = 0; i < now.length; i += 1) now[i] = from[i] + (picture.xyz[i] - from[i]) * share;
    return now;
  }

  function paint(context, width, height) {
    if (!picture) return;
    const now = performance.now();
    if (turns()) eye.view.yaw += (SPIN * Math.min(100, now - painted)) / 1000;
    painted = now;
    const c = palette();
    const xyz = positions();
    const isFollowing = options.glide && eye.follow(xyz) > STILL;
    const [count, axes] = picture.xyz.shape;
    const project = eye.projection(width, height);
    if (spots.length !== 3 * count) spots = new Float32Array(3 * count);
    const out = [0, 0, 0];
    const sums = Array.from({ length: 10 }, () => [0, 0, 0]);
    for (let i = 0; i < count; i += 1) {
      project(xyz[axes * i], xyz[axes * i + 1], axes > 2 ? xyz[axes * i + 2] : 0, out);
      spots.set(out, 3 * i);
      const sum = sums[picture.label[i] % 10];
      sum[0] += out[0];
      sum[1] += out[1];
      sum[2] += 1;
    }
    if (axes > 2) drawBox(context, eye, project, c);
    if (count > MANY && !view.digits) drawDots(context, width, height, count, c);
    else drawAll(context, count, axes);
    sums.forEach(([x, y, n], label) => n > 4 && (!shown || shown.has(label)) && drawName(context, x / n, y / n, label, c));
    options.decorate?.(context, project, c, xyz);
    found = hover && !hand.isDragging() ? pointed(count) : -1;
    if (found >= 0) drawFound(context, width, c);
    canvas.style.cursor = hand.isDragging() ? "grabbing" : found >= 0 ? "pointer" : "grab";
    if (progress() < 1 || isFollowing || turns()) setTimeout(drawing.request, Math.max(0, PAINT_EVERY - (performance.now() - painted)));
  }

  function drawDots(context, width, height, count, c) {
    const paper = [1, 3, 5].map((at) => parseInt(c.panel.slice(at, at + 2), 16));
    const isShown = (label) => !shown || shown.has(label);
    paintDots(context, width, height, { spots, label: picture.label, count, isShown, radius: radiusOf(count), paper });
  }
  const radiusOf = (count) => (count > 2500 ? 2.3 : count > 900 ? 2.9 : 3.6) * Math.min(1.6, Math.sqrt(eye.view.zoom));

  function drawAll(context, count, axes) {
    refreshSprites(radiusOf(count));
    const half = sprites.size / 2;
    const draw = (i) => {
      const label = picture.label[i];
      if (!shown || shown.has(label)) context.drawImage(sprites[label % 10], spots[3 * i] - half, spots[3 * i + 1] - half, sprites.size, sprites.size);
    };
    if (axes < 3) {
      for (let i = 0; i < count; i += 1) draw(i);
      return;
    }
    const layers = Array.from({ length: LAYERS }, () => []);
    for (let i = 0; i < count; i += 1) layers[Math.min(LAYERS - 1, Math.floor(spots[3 * i + 2] * LAYERS))].push(i);
    for (let layer = LAYERS - 1; layer >= 0; layer -= 1) {
      context.globalAlpha = 1 - 0.6 * (layer / LAYERS); // what is farther away is fainter
      layers[layer].forEach(draw);
    }
    context.globalAlpha = 1;
  }

  function refreshSprites(radius) {
    const density = window.devicePixelRatio || 1;
    const key = [radius.toFixed(1), density, isDark(), view.digits].join();
    if (sprites.key === key) return;
    const size = 2 * radius + (view.digits ? 8 : 2);
    sprites = { key, size };
    for (let label = 0; label < 10; label += 1) sprites[label] = sprite(label, radius, size, density, view.digits);
  }

  function pointed(count) {
    const best = nearest(count, NEAR);
    if (options.describe && best >= 0 && best !== found) ask(best);
    return best;
  }
  function nearest(count, reach) {
    let [best, distance] = [-1, reach ** 2];
    for (let i = 0; i < count; i += 1) {
      if (shown && !shown.has(picture.label[i])) continue;
      const d = (spots[3 * i] - hover[0]) ** 2 + (spots[3 * i + 1] - hover[1]) ** 2 + 20 * spots[3 * i + 2];
      if (d < distance) [best, distance] = [i, d];
    }
    return best;
  }

  function drawFound(context, width, c) {
    const [x, y] = [spots[3 * found], spots[3 * found + 1]];
    context.strokeStyle = c.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 6.5, 0, 7);
    context.stroke();
    if (options.describe) options.describe(context, found, [x, y], c);
    else tag(context, { left: 0, right: width, top: 0 }, [x, y], fill(words.cloud_point, { digit: picture.label[found], index: found }), c);
  }

  return {
    draw(next, state, renewed) {
      if (renewed && options.glide) {
        eye.forget();
        picture = null; // another net: its points have not come from where the old ones stood
      }
      const isNew = next && next.xyz !== picture?.xyz;
      if (isNew) {
        from = picture && picture.xyz.length === next.xyz.length && picture.xyz.shape[1] === next.xyz.shape[1] ? positions() : null;
        since = performance.now();
        if (!options.glide || !picture) eye.follow(next.xyz);
      }
      picture = next ?? null;
      canvas.hidden = legend.hidden = !picture;
      back.hidden = !picture;
      wait.hidden = Boolean(picture);
      if (!picture) return;
      listClasses();
      canvas.setAttribute("aria-label", `${stage.pictureLabel(name)}. ${words.cloud_help}`);
      moved();
    },
    repaint() { mark(); drawing.request(); },
  };
}

/** A cloud that is made on request, in the background. */
export function embeddingPanel(body, head, stage, name) {
  const { words } = stage;
  const start = element("button", { type: "button", class: "plain", text: words.cloud_tsne, onclick: () => stage.send({ kind: "probe", name: "tsne" }) });
  const note = element("p", { class: "hint", text: words.cloud_tsne_help });
  const cloud = element("div", { hidden: true });
  const panel = cloudPanel(cloud, cloud, stage, name);
  body.append(start, note, cloud);
  return {
    draw(picture, state, renewed) {
      start.disabled = state.busy;
      start.textContent = state.busy ? words.cloud_tsne_busy : words.cloud_tsne;
      note.hidden = Boolean(picture);
      cloud.hidden = !picture;
      if (picture) panel.draw(picture, state, renewed);
    },
    repaint: panel.repaint,
  };
}
