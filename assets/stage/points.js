// Lets the reader draw, drag and erase data points on a plot while the net learns from them.

import { element, throttle } from "./dom.js";
import { place } from "./surface.js";

const REACH = 14; // pixels around a point that count as the point
const SPACING = 16; // pixels between the points of one stroke
const MOST = 1000;
const SEND_EVERY = 80; // milliseconds

/** Buttons add / move / erase / clear, and a brush for each class. Returns {bar, tool(), brush(), showClasses(n)}. */
export function pointTools(words, colours, classes, onClear) {
  let tool = "draw";
  let brush = 0;
  const bar = element("div", { class: "tools", role: "toolbar", "aria-label": words.own });
  const buttons = {};
  for (const name of ["draw", "move", "erase"]) {
    buttons[name] = element("button", { type: "button", text: words[`tool_${name}`], title: words.tool_help, onclick: () => pick(name) });
    bar.append(buttons[name]);
  }
  bar.append(element("button", { type: "button", text: words.tool_clear, onclick: onClear }));
  const brushes = [];
  for (let i = 0; classes > 1 && i < classes; i += 1) {
    const label = `${words.class} ${"ABCDE"[i]}`;
    brushes.push(element("button", { type: "button", class: "brush", "aria-label": label, title: label, onclick: () => { brush = i; pick("draw"); } }));
  }
  if (brushes.length) bar.append(element("span", { class: "brushes" }, ...brushes));

  function pick(name) {
    tool = name;
    refresh();
  }
  function refresh() {
    for (const [name, button] of Object.entries(buttons)) button.setAttribute("aria-pressed", String(tool === name));
    brushes.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(tool === "draw" && brush === i));
      button.style.setProperty("--brush", `rgb(${colours().classes[i].join(",")})`);
    });
  }
  refresh();
  return { bar, tool: () => tool, brush: () => brush, refresh };
}

/** Follows the pointer on the canvas. `frame()` gives {toPixel, toData, inside}; `current()` the points as [x, y, class]. */
export function pointEditor(canvas, tools, frame, current, send, request) {
  let own = null; // the reader's points, ahead of the server's, until a frame brings them back
  let held = -1;
  let stroke = null;
  let sent = "";
  const flush = throttle((points) => send({ kind: "set", values: { own: points } }), SEND_EVERY);

  const points = () => own ?? current();
  const nearest = (at) => {
    let best = -1;
    let distance = REACH ** 2;
    points().forEach(([x, y], i) => {
      const [px, py] = frame().toPixel(x, y);
      const d = (px - at[0]) ** 2 + (py - at[1]) ** 2;
      if (d < distance) [best, distance] = [i, d];
    });
    return best;
  };

  function change(next) {
    own = next;
    sent = JSON.stringify(own);
    flush(own);
    request();
  }
  function add(at) {
    if (points().length >= MOST) return;
    const [x, y] = frame().toData(...at).map((value) => Math.round(value * 1e4) / 1e4);
    change([...points(), [x, y, tools.brush()]]);
  }
  function erase(index) {
    if (index >= 0) change(points().filter((_, i) => i !== index));
  }

  canvas.addEventListener("pointerdown", (event) => {
    const at = place(event, canvas);
    if (!frame() || !frame().inside(at)) return;
    const near = nearest(at);
    if (event.button === 2 || tools.tool() === "erase") erase(near);
    else if (event.button !== 0) return;
    else if (near >= 0) held = near;
    else if (tools.tool() === "draw") { add(at); stroke = at; }
    else return;
    if (held >= 0 || stroke || tools.tool() === "erase") canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = place(event, canvas);
    if (!frame()) return;
    if (held >= 0) {
      const label = points()[held][2];
      const moved = frame().toData(...frame().clamp(at)).map((value) => Math.round(value * 1e4) / 1e4);
      change(points().map((point, i) => (i === held ? [...moved, label] : point)));
    } else if (stroke && frame().inside(at) && Math.hypot(at[0] - stroke[0], at[1] - stroke[1]) > SPACING) {
      add(at);
      stroke = at;
    } else if (event.buttons === 1 && tools.tool() === "erase") erase(nearest(at));
    else canvas.style.cursor = nearest(at) >= 0 ? "grab" : frame().inside(at) && tools.tool() === "draw" ? "crosshair" : "default";
  });
  const release = () => { held = -1; stroke = null; };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  // A finger on a point or with a brush draws; elsewhere it scrolls the page.
  canvas.addEventListener("touchstart", (event) => {
    const touch = event.touches[0];
    const at = place(touch, canvas);
    if (frame() && frame().inside(at) && (tools.tool() !== "move" || nearest(at) >= 0)) event.preventDefault();
  }, { passive: false });

  return {
    points,
    /** A frame has come: once it holds what was sent, the server's points are shown again. */
    settle(config, renewed) {
      if (renewed || (own && held < 0 && !stroke && JSON.stringify(config.own) === sent)) own = null;
    },
    isAhead: () => own !== null,
    clear() { change([]); },
  };
}
