// The two nets at work, from an idea to a verdict: in slow motion the part whose turn it is stands in the light.

import { drawBand, green, opinionColour, PAINTED, polyline, X_RANGE, Y_RANGE } from "./art.js";
import { scale } from "./axes.js";
import { css, palette } from "./palette.js";
import { surface } from "./surface.js";

const DIM = 0.16;
// Which parts each stage is about.
const LIT = {
  artist: ["artist"],
  paint: ["idea", "painter", "painting"],
  judge: ["artist", "painting", "critic", "verdict"],
  learn_d: ["critic", "verdict"],
  learn_g: ["painter", "verdict"],
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
    const lit = LIT[stage.state.stage];
    const light = (...names) => { context.globalAlpha = !lit || names.some((name) => lit.includes(name)) ? 1 : DIM; };
    drawWires(context, spots, stage.state.stage, light, c);
    light("idea");
    drawIdea(context, spots.idea, c);
    light("painter");
    drawNet(context, spots.painter, sheets.painter, picture.painter, css(green()), c);
    light("painting");
    drawThumb(context, spots.painting, picture.painted, stage.state.pictures.paintings, PAINTED, c);
    light("artist");
    drawThumb(context, spots.artist, picture.real, stage.state.pictures.paintings, null, c);
    light("critic");
    drawNet(context, spots.critic, sheets.critic, picture.critic, css(c.plus), c);
    light("verdict");
    drawVerdict(context, spots.verdict, c);
    context.globalAlpha = 1;
    for (const name of ["idea", "painter", "painting", "artist", "critic"]) {
      light(name);
      caption(context, spots[name], words[`gan_part_${name}`], c);
    }
    context.globalAlpha = 1;
  }

  function drawIdea(context, { left, top, right, bottom }, c) {
    const count = picture.idea.length;
    const pitch = (right - left) / count;
    const middle = (top + bottom) / 2;
    context.strokeStyle = c.axis;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(left, middle);
    context.lineTo(right, middle);
    context.stroke();
    picture.idea.forEach((value, i) => {
      const tall = (Math.max(-3, Math.min(3, value)) / 3) * (bottom - top) * 0.48;
      context.fillStyle = css(value < 0 ? c.minus : c.plus);
      context.fillRect(left + i * pitch + pitch * 0.18, Math.min(middle, middle - tall), pitch * 0.64, Math.max(1, Math.abs(tall)));
    });
  }

  function drawVerdict(context, { left, top, right, bottom }, c) {
    const tall = (bottom - top - 6) / 2;
    [words.gan_verdict_real, words.gan_verdict_fake].forEach((name, i) => {
      const value = picture.judged[i];
      const y = top + i * (tall + 6);
      context.fillStyle = c.grid;
      context.beginPath();
      context.roundRect(left, y + 15, right - left, tall - 17, 4);
      context.fill();
      context.fillStyle = opinionColour(c, value);
      context.beginPath();
      context.roundRect(left, y + 15, Math.max(3, (right - left) * value), tall - 17, 4);
      context.fill();
      context.strokeStyle = c.ink;
      context.lineWidth = 1;
      context.setLineDash([3, 3]);
      context.beginPath();
      context.moveTo((left + right) / 2, y + 13);
      context.lineTo((left + right) / 2, y + tall);
      context.stroke();
      context.setLineDash([]);
      context.fillStyle = c.faint;
      context.font = "11.5px system-ui, sans-serif";
      context.textAlign = "left";
      context.textBaseline = "top";
      context.fillText(name, left, y);
      context.fillStyle = c.ink;
      context.textAlign = "right";
      context.fillText(`${Math.round(100 * value)} %`, right, y);
    });
  }

  return {
    draw(next) {
      picture = next;
      drawing.request();
    },
    repaint: drawing.request,
  };
}

/** Five columns: idea, G, the two paintings, D, the verdict. */
function layout(width, height) {
  const gap = Math.max(12, Math.min(46, width * 0.045));
  const weights = [0.62, 1.25, 0.95, 1.25, 1.1];
  const unit = (width - 4 * gap) / weights.reduce((sum, value) => sum + value, 0);
  const [first, last] = [16, height - 4];
  let x = 0;
  const columns = weights.map((weight) => {
    const left = x;
    x += weight * unit + gap;
    return { left, right: left + weight * unit };
  });
  const half = (last - first - 18) / 2;
  const upper = { top: first, bottom: first + half };
  const lower = { top: last - half, bottom: last };
  const middle = { top: (first + last) / 2 - half * 0.62, bottom: (first + last) / 2 + half * 0.72 };
  return {
    idea: { ...columns[0], ...lower }, painter: { ...columns[1], ...lower }, painting: { ...columns[2], ...lower },
    artist: { ...columns[2], ...upper }, critic: { ...columns[3], ...middle }, verdict: { ...columns[4], ...middle },
  };
}

function caption(context, { left, top }, text, c) {
  context.fillStyle = c.faint;
  context.font = "600 11.5px system-ui, sans-serif";
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText(text, left, top - 2);
}

function drawWires(context, spots, now, light, c) {
  const wire = (from, to, ...names) => {
    light(...names);
    const [x1, y1, x2, y2] = [from.right + 3, (from.top + from.bottom) / 2, to.left - 3, (to.top + to.bottom) / 2];
    const middle = (x1 + x2) / 2;
    context.strokeStyle = context.fillStyle = c.axis;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(middle, y1, middle, y2, x2 - 4, y2);
    context.stroke();
    context.beginPath();
    context.moveTo(x2 + 1, y2);
    context.lineTo(x2 - 6, y2 - 4);
    context.lineTo(x2 - 6, y2 + 4);
    context.fill();
  };
  wire(spots.idea, spots.painter, "idea");
  wire(spots.painter, spots.painting, "painting");
  wire(spots.painting, spots.critic, now === "paint" ? "" : "painting");
  wire(spots.artist, spots.critic, now === "artist" ? "" : "artist");
  wire(spots.critic, spots.verdict, "critic");
}

function drawThumb(context, { left, top, right, bottom }, ys, band, colour, c) {
  const x = scale(X_RANGE, [left, right]);
  const y = scale(Y_RANGE, [bottom, top]);
  context.save();
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 7);
  context.fillStyle = c.grid;
  const before = context.globalAlpha;
  context.globalAlpha = before * 0.5;
  context.fill();
  context.globalAlpha = before;
  context.clip();
  drawBand(context, x, y, band, 0.6 * before, 1.5);
  context.globalAlpha = before;
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = colour ? css(colour) : c.ink;
  context.lineWidth = 2.5;
  polyline(context, x, y, band.x, ys);
  context.stroke();
  context.restore();
}

/** Every weight a pixel: one row for each input or output, a column for each hidden unit. */
function drawNet(context, { left, top, right, bottom }, sheet, layers, colour, c) {
  const columns = layers[0].shape[1];
  const rows = layers.reduce((sum, layer) => sum + layer.shape[0], 0) + layers.length - 1;
  if (sheet.width !== columns || sheet.height !== rows) [sheet.width, sheet.height] = [columns, rows];
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  let line = 0;
  for (const layer of layers) {
    for (let i = 0; i < layer.shape[0]; i += 1, line += 1) {
      for (let j = 0; j < layer.shape[1]; j += 1) pixels[line * columns + j] = c.signed[layer[i * layer.shape[1] + j]];
    }
    line += 1;
  }
  sheet.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.save();
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 7);
  context.clip();
  context.fillStyle = c.panel;
  context.fill();
  context.drawImage(sheet, left, top, right - left, bottom - top);
  context.restore();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 7);
  context.stroke();
}
