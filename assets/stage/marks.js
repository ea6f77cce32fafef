// How the points of a cloud look: ten colours, a dot or a digit each, and the names of the classes.

import { element } from "./dom.js";
import { css, isDark } from "./palette.js";

// Okabe and Ito's eight and two of Tol's, apart in hue or at least in lightness; the digits stand beside them all the same.
const LIGHT = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#45aee6", "#d55e00", "#a89a00", "#4b2e9e", "#882255", "#76808c"];
const DARK = ["#3d9be0", "#f0ad1e", "#19b88a", "#e08fbd", "#86d0f7", "#ee6f2a", "#e6d93c", "#8f78f0", "#c9487f", "#a3adba"];

export const colourOf = (label) => (isDark() ? DARK : LIGHT)[label % 10];

/** One point of a class, drawn once and then only copied. */
export function sprite(label, radius, size, density, asDigit) {
  const node = element("canvas", { width: Math.ceil(size * density), height: Math.ceil(size * density) });
  const context = node.getContext("2d");
  context.scale(node.width / size, node.height / size);
  context.fillStyle = colourOf(label);
  if (asDigit) {
    context.font = `700 ${Math.round(radius * 2 + 6)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(label), size / 2, size / 2 + 0.5);
    return node;
  }
  context.strokeStyle = css(isDark() ? [15, 22, 38] : [255, 255, 255], 0.8);
  context.lineWidth = 0.8;
  context.beginPath();
  context.arc(size / 2, size / 2, radius, 0, 7);
  context.fill();
  context.stroke();
  return node;
}

/** A class's name in the middle of its points. */
export function drawName(context, x, y, label, c) {
  context.font = "800 19px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 5;
  context.strokeStyle = c.panel;
  context.strokeText(String(label), x, y);
  context.fillStyle = c.ink;
  context.fillText(String(label), x, y);
}

/** The edges of the box around a solid cloud, which show how it is turned. */
export function drawBox(context, eye, project, c) {
  const pixels = eye.corners().map(([x, y, z]) => { const out = [0, 0, 0]; project(x, y, z, out); return out; });
  context.strokeStyle = c.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 0; i < 8; i += 1) for (const bit of [1, 2, 4]) {
    if (i & bit) continue;
    context.moveTo(pixels[i][0], pixels[i][1]);
    context.lineTo(pixels[i | bit][0], pixels[i | bit][1]);
  }
  context.stroke();
}
