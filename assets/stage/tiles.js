// Turns stacks of small images into colours, and finds places for them in a grid.

import { isDark, palette } from "./palette.js";

export const GAP = 5;
export const CAPTION = 16;
const TILE = [30, 58, 116]; // least, liked and largest side of a tile
const PAPER = { light: [[243, 245, 249], [22, 30, 48]], dark: [[15, 22, 38], [236, 241, 250]] };

const inks = new Map();

/** 256 greys from paper to ink: dark ink in the light theme, light ink in the dark one. */
function inkRamp() {
  const name = isDark() ? "dark" : "light";
  if (!inks.has(name)) {
    const [paper, ink] = PAPER[name];
    inks.set(name, Uint32Array.from({ length: 256 }, (_, i) => {
      const [r, g, b] = paper.map((value, part) => Math.round(value + ((ink[part] - value) * i) / 255));
      return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    }));
  }
  return inks.get(name);
}

/** Paints all images of a picture onto one canvas, one under the other. */
export function fillSheet(sheet, picture) {
  const { values, signed } = picture;
  const [count, height, width] = values.shape;
  if (sheet.width !== width || sheet.height !== height * count) [sheet.width, sheet.height] = [width, Math.max(1, height * count)];
  const image = new ImageData(sheet.width, sheet.height);
  const words = new Uint32Array(image.data.buffer);
  const ramp = signed ? palette().signed : inkRamp();
  for (let i = 0; i < values.length; i += 1) words[i] = ramp[values[i]];
  sheet.getContext("2d").putImageData(image, 0, 0);
}

export function drawTile(context, sheet, picture, index, left, top, width, height) {
  const [, h, w] = picture.values.shape;
  context.drawImage(sheet, 0, index * h, w, h, left, top, width, height);
}

/** How many tiles of which size stand in a row: full rows and whole pixels where that costs little; captions like room. */
export function layOut(count, [w, h], room, asked, captions, largest = TILE[2]) {
  const liked = Math.min(TILE[1], largest);
  const fit = (columns) => Math.min(largest, (room - GAP * (columns - 1)) / columns);
  const most = Math.max(1, Math.floor((room + GAP) / (TILE[0] + GAP)));
  let columns = Math.min(asked || count, Math.max(1, Math.round((room + GAP) / (liked + GAP))));
  if (asked) columns = Math.min(asked, most);
  else if (count > columns) columns = (captions ? [0, -1, 1, -2, 2, 3] : [0, 1, 2, 3, -1, -2]).map((step) => columns + step).find((n) => n > 1 && n <= most && count % n === 0) ?? columns;
  let side = fit(columns);
  const density = window.devicePixelRatio || 1;
  const whole = (Math.floor((side * density) / w) * w) / density;
  if (whole > side * 0.86) side = whole;
  const high = (side * h) / w;
  const left = largest < TILE[2] ? 0 : Math.max(0, (room - columns * (side + GAP) + GAP) / 2);
  const line = high + GAP + (captions ? CAPTION : 0);
  return { columns, side, high, left, line, height: Math.ceil(count / columns) * line };
}
