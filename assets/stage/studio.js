// The two nets at work: an idea becomes a painting, and D judges it beside a real one. In slow motion whose turn it is
// stands in the light.

import { drawBand, green, opinionColour, PAINTED, polyline, X_RANGE, Y_RANGE } from "./art.js";
import { scale } from "./axes.js";
import { css, palette } from "./palette.js";
import { surface } from "./surface.js";

const DIM = 0.16;
const PARTS = ["idea", "painter", "painting", "critic", "artist"]; // from left to right
const SHARES = [0.62, 1.3, 1.05, 1.3, 1.05]; // of the width
const CAPTION = 17;
const VERDICT = 24;
const NARROWEST = 24; // pixels of a verdict's bar
// Which parts each stage is about.
const LIT = {
  artist: ["artist"],
  paint: ["idea", "painter", "painting"],
  judge: ["painting", "critic", "artist", "verdict"],
  learn_d: ["critic", "verdict"],
  learn_g: ["painter", "blame"],
};

export function studioPanel(body, head, stage) {
  const { words } = stage;
  let picture = null;
  const sheets = { painter: document.createElement("canvas"), critic: document.createElement("canvas") };
  const drawing = surface(body, "plot gan-studio", paint);
  drawing.canvas.setAttribute("role", "img");
  drawing.canvas.setAttribute("aria-label", words.gan_studio_label);

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const spots = layout(width, height);
    const now = stage.state.stage;
    const light = (name) => { context.globalAlpha = !LIT[now] || LIT[now].includes(name) ? 1 : DIM; };
    const band = stage.state.pictures.paintings;
    const draw = {
      idea: (spot) => drawIdea(context, spot, picture.idea, c),
      painter: (spot) => drawNet(context, spot, sheets.painter, picture.painter, css(green()), c),
      painting: (spot) => drawThumb(context, spot, picture.painted, band, css(PAINTED), c),
      critic: (spot) => drawNet(context, spot, sheets.critic, picture.critic, css(c.plus), c),
      artist: (spot) => drawThumb(context, spot, picture.real, band, c.ink, c),
    };
    for (const name of PARTS) {
      light(name);
      draw[name](spots[name]);
      drawCaption(context, spots[name], words[`gan_part_${name}`], c);
    }
    light("verdict");
    drawVerdict(context, spots.painting, picture.judged[1], c);
    drawVerdict(context, spots.artist, picture.judged[0], c);
    light("painter");
    drawWire(context, spots.idea.right, spots.painter.left, spots.middle, c);
    drawWire(context, spots.painter.right, spots.painting.left, spots.middle, c);
    light("critic");
    drawWire(context, spots.painting.right, spots.critic.left, spots.middle, c);
    drawWire(context, spots.artist.left, spots.critic.right, spots.middle, c);
    context.globalAlpha = 1;
    if (now === "learn_g") drawBlame(context, spots, c);
  }

  return {
    draw(next) {
      picture = next;
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function layout(width, height) {
  const gap = Math.max(14, Math.min(58, width * 0.05));
  const unit = (width - 4 - 4 * gap) / SHARES.reduce((sum, share) => sum + share, 0);
  const [top, bottom] = [CAPTION, height - VERDICT];
  const spots = { middle: (top + bottom) / 2, end: height };
  let left = 2;
  PARTS.forEach((name, i) => {
    spots[name] = { left, right: left + SHARES[i] * unit, top, bottom };
    left += SHARES[i] * unit + gap;
  });
  return spots;
}

function drawCaption(context, { left, right, top }, text, c) {
  context.fillStyle = c.faint;
  const isNarrow = right - left < 70;
  context.font = `600 ${isNarrow ? 10 : 11.5}px system-ui, sans-serif`;
  context.textAlign = isNarrow ? "center" : "left";
  context.textBaseline = "bottom";
  const [short] = text.split(/[,，]/);
  context.fillText(context.measureText(text).width > right - left + 12 ? short : text, isNarrow ? (left + right) / 2 : left, top - 3);
}

function drawIdea(context, { left, top, right, bottom }, idea, c) {
  const pitch = (right - left) / idea.length;
  const middle = (top + bottom) / 2;
  context.strokeStyle = c.axis;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left, middle);
  context.lineTo(right, middle);
  context.stroke();
  idea.forEach((value, i) => {
    const tall = (Math.max(-3, Math.min(3, value)) / 3) * (bottom - top) * 0.5;
    context.fillStyle = css(value < 0 ? c.minus : c.plus);
    context.fillRect(left + i * pitch + pitch * 0.18, Math.min(middle, middle - tall), pitch * 0.64, Math.max(1, Math.abs(tall)));
  });
}

/** A painting before the band, on a small ground. */
function drawThumb(context, { left, top, right, bottom }, ys, band, colour, c) {
  const x = scale(X_RANGE, [left, right]);
  const y = scale(Y_RANGE, [bottom, top]);
  const alpha = context.globalAlpha;
  context.save();
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 7);
  context.globalAlpha = alpha * 0.5;
  context.fillStyle = c.grid;
  context.fill();
  context.clip();
  context.globalAlpha = alpha;
  drawBand(context, x, y, band, 0.6, 1.5);
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  polyline(context, x, y, band.x, ys);
  context.stroke();
  context.restore();
}

/** How real D finds the painting above: a bar from 0 to 100 % with its middle marked. */
function drawVerdict(context, { left, right, bottom }, value, c) {
  const [top, tall] = [bottom + 7, 13];
  const text = `${Math.round(100 * value)} %`;
  context.font = "600 12px system-ui, sans-serif";
  const end = right - context.measureText("100 %").width - 6;
  context.fillStyle = c.ink;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillText(text, right, top + tall / 2 + 0.5);
  if (end - left < NARROWEST) return;
  context.fillStyle = c.grid;
  context.beginPath();
  context.roundRect(left, top, end - left, tall, 4);
  context.fill();
  context.fillStyle = opinionColour(c, value);
  context.beginPath();
  context.roundRect(left, top, Math.max(3, (end - left) * value), tall, 4);
  context.fill();
  context.strokeStyle = c.ink;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo((left + end) / 2, top - 2);
  context.lineTo((left + end) / 2, top + tall + 2);
  context.stroke();
  context.setLineDash([]);
}

function drawWire(context, from, to, y, c) {
  const way = Math.sign(to - from);
  const [start, tip] = [from + 4 * way, to - 4 * way];
  context.strokeStyle = context.fillStyle = c.axis;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(start, y);
  context.lineTo(tip - 6 * way, y);
  context.stroke();
  context.beginPath();
  context.moveTo(tip, y);
  context.lineTo(tip - 8 * way, y - 4.5);
  context.lineTo(tip - 8 * way, y + 4.5);
  context.fill();
}

/** What D thought goes back through D and the painting to G: that is how G learns. */
function drawBlame(context, spots, c) {
  const y = spots.end - 7;
  const [from, to] = [(spots.critic.left + spots.critic.right) / 2, (spots.painter.left + spots.painter.right) / 2];
  context.strokeStyle = context.fillStyle = css(green());
  context.lineWidth = 2.5;
  context.setLineDash([7, 4]);
  context.beginPath();
  context.moveTo(from, spots.critic.bottom + 3);
  context.lineTo(from, y);
  context.lineTo(to, y);
  context.lineTo(to, spots.painter.bottom + 11);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(to, spots.painter.bottom + 3);
  context.lineTo(to - 5, spots.painter.bottom + 12);
  context.lineTo(to + 5, spots.painter.bottom + 12);
  context.fill();
}

/** Every weight a pixel: one row for each input or output, a column for each hidden unit. */
function drawNet(context, { left, top, right, bottom }, sheet, layers, colour, c) {
  const columns = layers[0].shape[1];
  const rows = layers.reduce((sum, layer) => sum + layer.shape[0], layers.length - 1);
  if (sheet.width !== columns || sheet.height !== rows) [sheet.width, sheet.height] = [columns, rows];
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  let first = 0;
  for (const layer of layers) {
    layer.forEach((value, i) => { pixels[first + i] = c.signed[value]; });
    first += layer.length + columns; // an empty row parts the layers
  }
  sheet.getContext("2d").putImageData(image, 0, 0);
  context.save();
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 7);
  context.clip();
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet, left, top, right - left, bottom - top);
  context.restore();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 7);
  context.stroke();
}
