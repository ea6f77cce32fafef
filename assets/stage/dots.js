// Paints thousands of points pixel by pixel: many times faster than as many copies of an image, where no GPU helps.

import { colourOf } from "./marks.js";
import { isDark } from "./palette.js";

const LAYERS = 64; // depths that are told apart when nearer points cover farther ones
const FOGS = 16; // shades between a near point and a far one
const FOG = 0.66; // of the paper's colour is in the farthest point
const SHIFTS = 4; // places inside a pixel, along each side, so that a slow turn does not shiver
const RING = 0.75; // CSS pixels of paper around each point

export function dotPainter() {
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d");
  let image = null;
  let stamps = { key: "" };
  let order = new Uint32Array(0);

  /** Stamps for every place inside a pixel: offsets and coverage; and a colour for each class, shade and pixel. */
  function cut(radius, paper, labels) {
    const outer = radius + stamps.ring;
    const side = Math.ceil(2 * outer) + 2;
    stamps.side = side;
    stamps.masks = Array.from({ length: SHIFTS * SHIFTS }, (_, shift) => {
      const [cx, cy] = [side / 2 + (shift % SHIFTS) / SHIFTS, side / 2 + Math.floor(shift / SHIFTS) / SHIFTS];
      const mask = { x: [], y: [], alpha: [], fill: [] };
      for (let y = 0; y < side; y += 1) for (let x = 0; x < side; x += 1) {
        const away = Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
        const alpha = Math.round(255 * Math.min(1, Math.max(0, outer + 0.5 - away)));
        if (!alpha) continue;
        mask.x.push(x);
        mask.y.push(y);
        mask.alpha.push(alpha);
        mask.fill.push(Math.min(1, Math.max(0, radius + 0.5 - away)));
      }
      mask.inks = Array.from({ length: labels * FOGS }, (_, i) => Uint32Array.from(mask.fill, (fill, k) => {
        const fog = (FOG * (i % FOGS)) / (FOGS - 1);
        const rgb = channels(colourOf(Math.floor(i / FOGS))).map((value, j) => Math.round(paper[j] + (value + (paper[j] - value) * fog - paper[j]) * fill));
        return ((mask.alpha[k] << 24) | (rgb[2] << 16) | (rgb[1] << 8) | rgb[0]) >>> 0;
      }));
      return mask;
    });
  }

  /** Far ones first, by counting: sorting thousands of numbers each time would cost more than drawing them. */
  function sort(spots, count) {
    if (order.length !== count) order = new Uint32Array(count);
    const ends = new Uint32Array(LAYERS + 1);
    const layer = (i) => LAYERS - 1 - Math.min(LAYERS - 1, Math.floor(spots[3 * i + 2] * LAYERS));
    for (let i = 0; i < count; i += 1) ends[layer(i) + 1] += 1;
    for (let i = 0; i < LAYERS; i += 1) ends[i + 1] += ends[i];
    for (let i = 0; i < count; i += 1) { order[ends[layer(i)]] = i; ends[layer(i)] += 1; }
  }

  function stamp(buffer, wide, high, px, py, label, fog) {
    const { side, masks, labels } = stamps;
    const [fx, fy] = [px - side / 2, py - side / 2];
    const [left, top] = [Math.floor(fx), Math.floor(fy)];
    if (left < 0 || top < 0 || left + side > wide || top + side > high) return;
    const mask = masks[Math.floor((fy - top) * SHIFTS) * SHIFTS + Math.floor((fx - left) * SHIFTS)];
    const inks = mask.inks[(label % labels) * FOGS + fog];
    const base = top * wide + left;
    for (let k = 0; k < inks.length; k += 1) {
      const at = base + mask.y[k] * wide + mask.x[k];
      const under = buffer[at];
      const a = mask.alpha[k];
      if (a === 255 || !under) { buffer[at] = inks[k]; continue; }
      const over = inks[k];
      const rest = 255 - a;
      const redBlue = ((Math.imul(over & 0xff00ff, a) + Math.imul(under & 0xff00ff, rest)) >>> 8) & 0xff00ff;
      const green = ((((over >>> 8) & 0xff) * a + ((under >>> 8) & 0xff) * rest) >>> 8) << 8;
      const alpha = 255 - Math.round(((255 - (under >>> 24)) * rest) / 255);
      buffer[at] = ((alpha << 24) | green | redBlue) >>> 0;
    }
  }

  /** spots: pixel x, pixel y and depth 0..1 of each point; `isShown(label)`; the radius in CSS pixels. */
  return function draw(target, width, height, { spots, label, count, isShown, radius, paper }) {
    const density = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * density), Math.round(height * density)];
    if (sheet.width !== wide || sheet.height !== high || !image) {
      [sheet.width, sheet.height] = [wide, high];
      image = context.createImageData(wide, high);
    }
    const key = [radius.toFixed(1), density, isDark()].join();
    if (stamps.key !== key) {
      stamps = { key, ring: RING * density, labels: 10 };
      cut(radius * density, paper, 10);
    }
    const buffer = new Uint32Array(image.data.buffer);
    buffer.fill(0);
    sort(spots, count);
    for (let k = 0; k < count; k += 1) {
      const i = order[k];
      if (isShown(label[i])) stamp(buffer, wide, high, spots[3 * i] * density, spots[3 * i + 1] * density, label[i], Math.round(spots[3 * i + 2] * (FOGS - 1)));
    }
    context.putImageData(image, 0, 0);
    target.drawImage(sheet, 0, 0, width, height);
  };
}

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
