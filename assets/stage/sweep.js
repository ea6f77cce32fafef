// Draws a Sweep: how the loss of a lane answers a rate that rises step by step, and the rate that is suggested.

import { drawAxes, format, inside, scale, trace } from "./axes.js";
import { element, fill } from "./dom.js";
import { changeLanes, laneColour, laneName, specOf } from "./lanes.js";
import { palette } from "./palette.js";
import { surface } from "./surface.js";

const MARGIN = { left: 50, right: 14, top: 10, bottom: 26 };

export function sweepPanel(body, head, stage) {
  const { words } = stage;
  let picture = null;
  const text = element("p", { class: "hint" });
  const use = element("button", { type: "button", class: "fix sweep-use", onclick: take });
  const close = element("button", { type: "button", class: "sweep-close", text: "×", "aria-label": words.close, onclick: () => stage.send({ kind: "probe", name: "finder", value: null }) });
  head.append(close);
  const drawing = surface(body, "plot sweep", paint);
  body.append(element("div", { class: "sweep-foot" }, text, use));

  const suggested = () => Number(Number(picture.suggestion).toPrecision(2));
  const lowest = () => picture.rates[picture.losses.indexOf(Math.min(...picture.losses))];
  function take() {
    const lr = suggested();
    changeLanes(stage, (spec) => (spec.slot === picture.slot ? { ...spec, lr } : spec));
  }

  function paint(context, width, height) {
    if (!picture?.losses.length) return;
    const c = palette();
    const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
    const { rates, losses } = picture;
    const x = scale([rates[0], rates[rates.length - 1]], [box.left, box.right], true);
    const y = scale([Math.min(...losses) * 0.9, Math.max(...losses) * 1.05], [box.bottom, box.top], true);
    drawAxes(context, box, x, y, c);
    inside(context, box, () => {
      context.lineJoin = "round";
      context.lineWidth = 2.5;
      context.strokeStyle = laneColour(picture.slot);
      trace(context, x, y, rates, losses);
      upright(context, box, x.to(specOf(stage, picture.slot)?.lr ?? 0), c.faint, [4, 4]);
      if (suggested() > 0) upright(context, box, x.to(Number(picture.suggestion)), c.ink, []);
    });
  }

  return {
    draw(next) {
      picture = next;
      const lane = laneName(stage, next.slot);
      const rate = suggested();
      text.textContent = rate > 0 ? fill(words.sweep_found, { lane, rate: format(rate), lowest: format(Number(lowest().toPrecision(2))) }) : fill(words.sweep_none, { lane });
      use.hidden = !(rate > 0) || !specOf(stage, next.slot);
      use.textContent = fill(words.sweep_use, { rate: format(rate) });
      drawing.canvas.setAttribute("role", "img");
      drawing.canvas.setAttribute("aria-label", text.textContent);
      drawing.request();
    },
    repaint: drawing.request,
  };
}

function upright(context, box, px, colour, dash) {
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(px, box.top);
  context.lineTo(px, box.bottom);
  context.stroke();
  context.setLineDash([]);
}
