// Draws Strips: rows of small pictures one over the other, such as originals over reconstructions.

import { element } from "./dom.js";
import { palette } from "./palette.js";
import { place, surface } from "./surface.js";
import { drawTile, fillSheet } from "./tiles.js";

const GAP = 4;
const NAME = 82; // room for the name of a row, where there is room
const CAPTION = 18;

/** Options: the names of the rows, `onpick(column, count)` for a press on a picture, a `label` for those who cannot see it. */
export function stripsView(parent, { names = [], label = "", onpick } = {}) {
  const sheet = document.createElement("canvas");
  let picture = null;
  let fitted = "";
  let place01 = null; // a mark over the row, from 0 at its first picture to 1 at its last
  const drawing = surface(parent, "strips", paint);
  const { canvas } = drawing;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  canvas.hidden = true;
  new ResizeObserver(fitHeight).observe(parent);
  if (onpick) {
    canvas.classList.add("picks");
    canvas.addEventListener("click", (event) => {
      if (!picture) return;
      const { left, side, columns } = lay();
      const column = Math.floor((place(event, canvas)[0] - left) / (side + GAP));
      onpick(Math.min(columns - 1, Math.max(0, column)), columns);
    });
  }

  function lay() {
    const [rows, columns] = picture.values.shape;
    const width = parent.clientWidth;
    const left = names.length && width > 460 ? NAME : 0;
    const side = (width - left - GAP * (columns - 1)) / columns;
    return { rows, columns, left, side, height: rows * (side + GAP) - GAP + (picture.label ? CAPTION : 0) };
  }
  function fitHeight() {
    if (!picture || !parent.clientWidth) return;
    const height = `${Math.ceil(lay().height + 2)}px`;
    if (canvas.style.height !== height) canvas.style.height = height;
  }

  function paint(context) {
    if (!picture) return;
    const c = palette();
    const { rows, columns, left, side } = lay();
    const [, , h, w] = picture.values.shape;
    const flat = { values: Object.assign(picture.values.subarray(0), { shape: [rows * columns, h, w] }), signed: false };
    fillSheet(sheet, flat);
    context.imageSmoothingEnabled = true;
    context.textBaseline = "middle";
    for (let row = 0; row < rows; row += 1) {
      const top = row * (side + GAP);
      if (left) {
        context.font = "12px system-ui, sans-serif";
        context.fillStyle = c.faint;
        context.textAlign = "left";
        context.fillText(names[row] ?? "", 0, top + side / 2, NAME - 8);
      }
      for (let column = 0; column < columns; column += 1) {
        const x = left + column * (side + GAP);
        context.save();
        context.beginPath();
        context.roundRect(x, top, side, side, Math.min(5, side / 7));
        context.clip();
        drawTile(context, sheet, flat, row * columns + column, x, top, side, side);
        context.restore();
      }
    }
    drawLabels(context, c);
    if (place01 !== null) drawMark(context, c);
  }
  function drawLabels(context, c) {
    if (!picture.label) return;
    const { rows, left, side } = lay();
    context.font = "600 11.5px system-ui, sans-serif";
    context.fillStyle = c.faint;
    context.textAlign = "center";
    picture.label.forEach((label, column) => context.fillText(String(label), left + column * (side + GAP) + side / 2, rows * (side + GAP) + 7));
  }
  function drawMark(context, c) {
    const { left, side, columns } = lay();
    context.strokeStyle = `rgb(${c.minus.join()})`;
    context.lineWidth = 2.5;
    context.beginPath();
    context.roundRect(left + place01 * (columns - 1) * (side + GAP) + 1, 1, side - 2, side - 2, 5);
    context.stroke();
  }

  return {
    canvas,
    /** Puts the mark somewhere on the row, or takes it away. */
    mark(share) { place01 = share; drawing.request(); },
    draw(next) {
      const shape = next && [...next.values.shape, Boolean(next.label)].join();
      picture = next ?? null;
      canvas.hidden = !picture;
      if (!picture) return;
      if (shape !== fitted) fitHeight(); // reading a width makes the browser lay out the page
      fitted = shape;
      drawing.request();
    },
    repaint: drawing.request,
  };
}

/** Originals over reconstructions, with what the net got to see between them where that differs. */
export function rebuiltPanel(body, head, stage, name) {
  const { words } = stage;
  const room = element("div");
  body.append(room);
  const three = [words.strip_in, words.strip_noisy, words.strip_out];
  const names = [];
  const view = stripsView(room, { names });
  return {
    draw(picture) {
      names.splice(0, 3, ...(picture?.values.shape[0] === 3 ? three : [three[0], three[2]]));
      view.canvas.setAttribute("aria-label", stage.pictureLabel(name));
      view.draw(picture);
    },
    repaint: view.repaint,
  };
}
