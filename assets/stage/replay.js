// The replay memory as a picture: what it holds over the plane of states, and how full the ring is.

import { drawAxes, inside, scale } from "./axes.js";
import { element, fill } from "./dom.js";
import { nameAxes } from "./qmap.js";
import { css, palette } from "./palette.js";
import { surface } from "./surface.js";

const BOX = { left: 42, right: 10, top: 8, bottom: 26 };

export function replayPanel(body, head, stage) {
  const { words } = stage;
  let picture = null;
  const ring = surface(element("span", { class: "replay-ring" }), "", paintRing);
  const count = element("span", { class: "hint" });
  head.append(count, ring.canvas.parentNode);
  const drawing = surface(body, "plot qmap", paint);
  body.append(element("p", { class: "hint", text: words.replay_hint }));

  function paint(context, width, height) {
    if (!picture) return;
    const c = palette();
    const box = { left: BOX.left, right: width - BOX.right, top: BOX.top, bottom: height - BOX.bottom };
    const x = scale(picture.x_range, [box.left, box.right]);
    const y = scale(picture.y_range, [box.bottom, box.top]);
    drawAxes(context, box, x, y, c);
    const { places, colours } = picture;
    inside(context, box, () => {
      for (let i = 0; i < colours.length; i += 1) {
        const age = i / colours.length; // 0 the oldest
        const value = (colours[i] - 128) / 127;
        context.fillStyle = css(value < 0 ? c.minus : c.plus, (0.12 + 0.75 * age) * (0.35 + 0.65 * Math.min(1, Math.abs(value) * 1.4)));
        context.beginPath();
        context.arc(box.left + (places[2 * i] / 255) * (box.right - box.left), box.bottom - (places[2 * i + 1] / 255) * (box.bottom - box.top), 1.8 + 1.4 * age, 0, 7);
        context.fill();
      }
    });
    nameAxes(context, box, words, stage.state.config.world, c);
  }

  /** A ring: the part in use, and the place that is written next. */
  function paintRing(context, width, height) {
    if (!picture) return;
    const c = palette();
    const [x, y, radius] = [width / 2, height / 2, Math.min(width, height) / 2 - 4];
    const top = -Math.PI / 2;
    context.lineWidth = 5;
    context.strokeStyle = c.grid;
    arc(context, x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = css(c.plus);
    arc(context, x, y, radius, top, top + 2 * Math.PI * (picture.size / picture.capacity));
    const angle = top + 2 * Math.PI * (picture.head / picture.capacity);
    context.fillStyle = css(c.minus);
    context.beginPath();
    context.arc(x + radius * Math.cos(angle), y + radius * Math.sin(angle), 4, 0, 7);
    context.fill();
  }

  return {
    draw(next) {
      picture = next;
      const text = fill(words.replay_count, { size: next.size.toLocaleString("en"), capacity: next.capacity.toLocaleString("en") });
      if (count.textContent !== text) count.textContent = text;
      drawing.canvas.setAttribute("aria-label", stage.pictureLabel("replay"));
      drawing.request();
      ring.request();
    },
    repaint() { drawing.request(); ring.request(); },
  };
}

function arc(context, x, y, radius, from, to) {
  context.beginPath();
  context.arc(x, y, radius, from, to);
  context.stroke();
}
