// Draws the net: every neuron a miniature of what it computes, every edge a weight that can be read and set by hand.

import { format } from "./axes.js";
import { row } from "./decode.js";
import { element, fill, throttle } from "./dom.js";
import { weightEditor } from "./editor.js";
import { css, palette, signedColour } from "./palette.js";
import { place, surface } from "./surface.js";

const PAD = { left: 52, right: 44, top: 40, bottom: 14 };
const MOST_LAYERS = 8;
const MOST_WIDTH = 16;
const EDGE_REACH = 7; // pixels around an edge that count as the edge
const PULSE = 750; // milliseconds that a wave takes through the net in slow motion
const MOST_PULSES = 260; // edges beyond which the wave is not drawn
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export function networkPanel(body, head, stage) {
  const { words } = stage;
  let net = null;
  let map = null; // where everything stands: {nodes: [[{x, y, size}]], edges: [...]}
  let hover = null; // {layer, unit} or {layer, unit, source} or with source null for a bias
  let pulse = { stage: "", began: 0 };
  const stepper = layerStepper(head, stage, () => net);
  const drawing = surface(body, "plot network", paint);
  const canvas = drawing.canvas;
  canvas.tabIndex = 0;
  const controls = element("div", { class: "neuron-controls" });
  const tip = element("div", { class: "tip", hidden: true });
  body.append(controls, tip);
  const editor = weightEditor(body, stage);
  const focus = throttle((value) => stage.send({ kind: "probe", name: "focus", value }), 60);
  const sheet = document.createElement("canvas");

  function paint(context, width, height) {
    if (!net) return;
    const c = palette();
    map = layout(net, width, height);
    drawEdges(context, map, net, hover, c, stage.state);
    if (performance.now() - pulse.began < PULSE && map.edges.length <= MOST_PULSES && !calm.matches) {
      drawPulse(context, map, c, pulse, (performance.now() - pulse.began) / PULSE);
      setTimeout(drawing.request, 16);
    }
    if (net.side) fillSheet(sheet, net, c);
    map.nodes.forEach((column, layer) => column.forEach((node, unit) => drawNode(context, node, layer, unit, net, hover, c, sheet)));
    drawNames(context, map, net, c);
  }

  function pointAt(found, at) {
    const before = JSON.stringify(hover);
    hover = found;
    if (JSON.stringify(hover) === before) return;
    const isNeuron = found && found.source === undefined;
    focus(isNeuron ? [found.layer, found.unit] : null);
    canvas.style.cursor = found ? "pointer" : "default";
    showTip(found, at);
    drawing.request();
  }

  function showTip(found, at) {
    tip.hidden = !found;
    if (!found) return;
    tip.replaceChildren(...describe(found, net, words).map((text) => element("span", { text })));
    tip.style.left = `${Math.min(at[0] + 14, canvas.clientWidth - 150)}px`;
    tip.style.top = `${at[1] + canvas.offsetTop + 16}px`;
  }

  function open(found, at) {
    if (found && found.source !== undefined) editor.open(found, valueOf(net, found), at, canvas);
  }

  canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && pointAt(find(map, place(event, canvas)), place(event, canvas)));
  canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && pointAt(null));
  canvas.addEventListener("click", (event) => {
    const at = place(event, canvas);
    const found = find(map, at);
    pointAt(found, at);
    open(found, at);
  });
  canvas.addEventListener("keydown", (event) => {
    const next = neighbour(hover, event.key, net);
    if (next) {
      const node = map.nodes[next.layer][next.unit];
      pointAt(next, [node.x, node.y]);
      event.preventDefault();
    } else if (event.key === "Enter" && hover?.layer > 0) {
      const node = map.nodes[hover.layer][hover.unit];
      open({ layer: hover.layer, unit: hover.unit, source: null }, [node.x, node.y]);
    } else if (event.key === "Escape") pointAt(null);
    if (["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", " "].includes(event.key)) event.stopPropagation();
  });
  canvas.addEventListener("blur", () => pointAt(null));

  return {
    draw(next, state, renewed) {
      const widths = net?.widths.join();
      net = next;
      if (net.widths.join() !== widths) {
        layerControls(controls, net, stage);
        hover = null;
        tip.hidden = true;
        editor.close();
        canvas.style.height = `${Math.max(330, Math.min(560, Math.max(...net.widths) * 31 + 60))}px`;
      }
      stepper();
      if (state.stage !== pulse.stage || state.step !== pulse.step) {
        pulse = { stage: state.stage, step: state.step, began: state.stage ? performance.now() : 0 };
      }
      if (renewed) editor.close();
      if (hover && !tip.hidden) tip.replaceChildren(...describe(hover, net, words).map((text) => element("span", { text })));
      canvas.setAttribute("aria-label", fill(words.network_label, { widths: net.widths.join(" – ") }));
      drawing.request();
    },
    repaint: drawing.request,
  };
}

/** Where each neuron and each edge is drawn. */
function layout(net, width, height) {
  const { widths } = net;
  const [w, h] = [width - PAD.left - PAD.right, height - PAD.top - PAD.bottom];
  const gap = w / (widths.length - 1);
  const size = Math.max(11, Math.min(42, (h / Math.max(...widths)) * 0.8, gap * 0.5));
  const nodes = widths.map((count, layer) => {
    const pitch = Math.min(h / count, size * 1.9);
    return Array.from({ length: count }, (_, unit) => ({ x: PAD.left + layer * gap, y: PAD.top + h / 2 + (unit - (count - 1) / 2) * pitch, size }));
  });
  let largest = 0.5;
  net.weights.forEach((weights) => weights.forEach((value) => { if (Math.abs(value) > largest) largest = Math.abs(value); }));
  const edges = [];
  net.weights.forEach((weights, i) => {
    const [outs, ins] = weights.shape;
    for (let unit = 0; unit < outs; unit += 1) {
      for (let source = 0; source < ins; source += 1) {
        const [from, to] = [nodes[i][source], nodes[i + 1][unit]];
        const place = { x1: from.x + from.size / 2, y1: from.y, x2: to.x - to.size / 2, y2: to.y };
        edges.push({ layer: i + 1, unit, source, value: weights[unit * ins + source], ...place });
      }
    }
  });
  return { nodes, edges, largest };
}

function path(context, edge) {
  const middle = (edge.x1 + edge.x2) / 2;
  context.beginPath();
  context.moveTo(edge.x1, edge.y1);
  context.bezierCurveTo(middle, edge.y1, middle, edge.y2, edge.x2, edge.y2);
}

function along(edge, t) {
  const middle = (edge.x1 + edge.x2) / 2;
  const s = 1 - t;
  const x = s ** 3 * edge.x1 + 3 * s * s * t * middle + 3 * s * t * t * middle + t ** 3 * edge.x2;
  const y = s ** 3 * edge.y1 + 3 * s * s * t * edge.y1 + 3 * s * t * t * edge.y2 + t ** 3 * edge.y2;
  return [x, y];
}

function drawEdges(context, map, net, hover, c, state) {
  const showGradients = state?.stage === "backward" && net.gradients?.length;
  const source = showGradients ? net.gradients : net.weights;
  let largest = showGradients ? 1e-9 : map.largest;
  if (showGradients) source.forEach((values) => values.forEach((value) => { if (Math.abs(value) > largest) largest = Math.abs(value); }));
  const moving = state?.playing && state.speed !== "slow" && map.edges.length < 400 && !calm.matches;
  for (const edge of map.edges) {
    const value = source[edge.layer - 1][edge.unit * net.widths[edge.layer - 1] + edge.source];
    const strength = Math.min(1, Math.abs(value) / largest);
    const chosen = hover && isAt(edge, hover);
    context.strokeStyle = signedColour(c, value, chosen ? 1 : strength);
    context.lineWidth = 0.6 + 4.2 * strength + (chosen ? 1.5 : 0);
    context.globalAlpha = hover && !chosen ? 0.25 : 1;
    context.setLineDash(moving && strength > 0.15 ? [9, 3] : []);
    context.lineDashOffset = moving ? -(performance.now() / 45) % 12 : 0;
    path(context, edge);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Whether an edge belongs to what is pointed at: itself, or the neuron at one of its ends. */
function isAt(edge, hover) {
  if (hover.source !== undefined) return edge.layer === hover.layer && edge.unit === hover.unit && edge.source === hover.source;
  return (edge.layer === hover.layer && edge.unit === hover.unit) || (edge.layer === hover.layer + 1 && edge.source === hover.unit);
}

function drawPulse(context, map, c, pulse, share) {
  if (pulse.stage !== "forward" && pulse.stage !== "backward") return;
  const depth = map.nodes.length - 1;
  const front = (pulse.stage === "forward" ? share : 1 - share) * depth;
  context.fillStyle = c.ink;
  for (const edge of map.edges) {
    const t = front - (edge.layer - 1);
    if (t <= 0 || t >= 1) continue;
    const [x, y] = along(edge, t);
    context.beginPath();
    context.arc(x, y, 2.4, 0, 7);
    context.fill();
  }
}

/** All surfaces of the net side by side on one sheet: a single upload for any number of neurons. */
function fillSheet(sheet, net, c) {
  const { side } = net;
  const count = net.widths.reduce((sum, width) => sum + width, 0);
  if (sheet.width !== side * count || sheet.height !== side) [sheet.width, sheet.height] = [side * count, side];
  const image = new ImageData(side * count, side);
  const words = new Uint32Array(image.data.buffer);
  let slot = 0;
  for (const glimpses of net.glimpses) {
    for (let unit = 0; unit < glimpses.shape[0]; unit += 1, slot += 1) {
      const values = row(glimpses, unit);
      for (let i = 0; i < values.length; i += 1) words[Math.floor(i / side) * side * count + slot * side + (i % side)] = c.signed[values[i]];
    }
  }
  sheet.getContext("2d").putImageData(image, 0, 0);
}

function isSilent(values) {
  return values.every((value) => Math.abs(value - values[0]) < 2);
}

function drawNode(context, node, layer, unit, net, hover, c, sheet) {
  const { x, y, size } = node;
  const [left, top] = [x - size / 2, y - size / 2];
  const values = row(net.glimpses[layer], unit);
  const silent = layer > 0 && isSilent(values);
  const chosen = hover && hover.source === undefined && hover.layer === layer && hover.unit === unit;
  const tile = new Path2D();
  tile.roundRect(left, top, size, size, Math.min(8, size / 4));
  context.save();
  context.fillStyle = c.panel;
  context.fill(tile);
  context.save();
  context.clip(tile);
  if (net.side) {
    const slot = net.widths.slice(0, layer).reduce((sum, width) => sum + width, 0) + unit;
    context.drawImage(sheet, slot * net.side, 0, net.side, net.side, left, top, size, size);
  } else drawCurve(context, values, left, top, size, c);
  context.restore();
  context.lineWidth = chosen ? 2.5 : 1.25;
  context.strokeStyle = chosen ? c.ink : silent ? c.grid : c.axis;
  if (silent) context.setLineDash([3, 3]);
  context.stroke(tile);
  context.restore();
  if (layer > 0) drawBias(context, node, net.biases[layer - 1][unit], hover, layer, unit, c);
}

function drawCurve(context, values, left, top, size, c) {
  const y = (value) => top + size / 2 - ((value - 128) / 127) * size * 0.4;
  context.strokeStyle = c.grid;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left, y(128));
  context.lineTo(left + size, y(128));
  context.stroke();
  context.strokeStyle = c.ink;
  context.lineWidth = size > 24 ? 1.75 : 1.25;
  context.beginPath();
  values.forEach((value, i) => context[i ? "lineTo" : "moveTo"](left + (i / (values.length - 1)) * size, y(value)));
  context.stroke();
}

const biasPlace = (node) => [node.x - node.size / 2, node.y + node.size / 2];

function drawBias(context, node, value, hover, layer, unit, c) {
  const [x, y] = biasPlace(node);
  const chosen = hover && hover.source === null && hover.layer === layer && hover.unit === unit;
  context.beginPath();
  context.arc(x, y, chosen ? 6 : Math.min(4.5, node.size / 5), 0, 7);
  context.fillStyle = signedColour(c, value, Math.min(1, 0.25 + Math.abs(value)));
  context.strokeStyle = c.panel;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

function drawNames(context, map, net, c) {
  context.fillStyle = c.ink;
  context.font = "600 13px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "right";
  map.nodes[0].forEach((node, i) => context.fillText(net.inputs[i], node.x - node.size / 2 - 7, node.y));
  context.textAlign = "left";
  map.nodes.at(-1).forEach((node, i) => context.fillText(net.outputs[i], node.x + node.size / 2 + 7, node.y));
}

/** What lies under the pointer: a bias, a neuron or the nearest edge. */
function find(map, at) {
  if (!map) return null;
  for (let layer = 0; layer < map.nodes.length; layer += 1) {
    for (let unit = 0; unit < map.nodes[layer].length; unit += 1) {
      const node = map.nodes[layer][unit];
      const [bx, by] = biasPlace(node);
      if (layer > 0 && Math.hypot(at[0] - bx, at[1] - by) < Math.min(8, node.size / 3)) return { layer, unit, source: null };
      if (Math.abs(at[0] - node.x) <= node.size / 2 && Math.abs(at[1] - node.y) <= node.size / 2) return { layer, unit };
    }
  }
  let best = null;
  let distance = EDGE_REACH;
  for (const edge of map.edges) {
    if (at[0] < edge.x1 || at[0] > edge.x2) continue;
    for (let t = 0.05; t < 1; t += 0.05) {
      const [x, y] = along(edge, t);
      const d = Math.hypot(at[0] - x, at[1] - y);
      if (d < distance) [best, distance] = [edge, d];
    }
  }
  return best && { layer: best.layer, unit: best.unit, source: best.source };
}

function valueOf(net, { layer, unit, source }) {
  return source === null ? net.biases[layer - 1][unit] : net.weights[layer - 1][unit * net.widths[layer - 1] + source];
}

function describe(found, net, words) {
  const { layer, unit, source } = found;
  const last = net.widths.length - 1;
  const name = layer === 0 ? net.inputs[unit] : layer === last ? net.outputs[unit] : `${layer}.${unit + 1}`;
  if (source === undefined) {
    const kind = layer === 0 ? words.input : layer === last ? words.output : words.neuron;
    const silent = layer > 0 && isSilent(row(net.glimpses[layer], unit));
    return [`${kind} ${name}`, ...(silent ? [`${words.silent}: ${words.silent_help}`] : [])];
  }
  const lines = [`${source === null ? words.bias : words.weight} ${format(Number(valueOf(net, found).toPrecision(3)))}`];
  if (source !== null && net.gradients?.length) {
    const gradient = net.gradients[layer - 1][unit * net.widths[layer - 1] + source];
    lines.push(`${words.gradient} ${format(Number(gradient.toPrecision(3)))}`);
  }
  return [...lines, words.edit_help];
}

function neighbour(hover, key, net) {
  const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!move || !net) return null;
  if (!hover) return { layer: 1, unit: 0 };
  const layer = Math.min(net.widths.length - 1, Math.max(0, hover.layer + move[0]));
  const unit = Math.min(net.widths[layer] - 1, Math.max(0, hover.unit + move[1]));
  return { layer, unit };
}

function stepButtons(minus, plus) {
  const make = (text, { label, ...rest }) => element("button", { type: "button", text, "aria-label": label, title: label, ...rest });
  return [make("−", minus), make("+", plus)];
}

/** − and + over each hidden layer. */
function layerControls(parent, net, stage) {
  const hidden = net.widths.slice(1, -1);
  const resize = (layer, by) => stage.send({ kind: "set", values: { layers: hidden.map((width, i) => (i === layer ? width + by : width)) } });
  parent.replaceChildren(
    ...hidden.map((width, i) => {
      const facts = { layer: i + 1 };
      const [minus, plus] = stepButtons(
        { label: fill(stage.words.remove_neuron, facts), disabled: width <= 1, onclick: () => resize(i, -1) },
        { label: fill(stage.words.add_neuron, facts), disabled: width >= MOST_WIDTH, onclick: () => resize(i, 1) },
      );
      const share = (i + 1) / (net.widths.length - 1);
      const left = `left:calc(${PAD.left}px + (100% - ${PAD.left + PAD.right}px) * ${share})`;
      return element("div", { style: left, class: hidden.length > 4 ? "tight" : "" }, minus, element("b", { text: width }), plus);
    }),
  );
}

/** "Hidden layers − 2 +" in the head of the panel. */
function layerStepper(head, stage, current) {
  const change = (layers) => stage.send({ kind: "set", values: { layers } });
  const hidden = () => current().widths.slice(1, -1);
  const [minus, plus] = stepButtons(
    { label: stage.words.remove_layer, onclick: () => change(hidden().slice(0, -1)) },
    { label: stage.words.add_layer, onclick: () => change([...hidden(), hidden().at(-1) ?? 4]) },
  );
  const count = element("b");
  head.append(element("div", { class: "stepper" }, element("span", { text: stage.words.layers }), minus, count, plus));
  return () => {
    count.textContent = hidden().length;
    minus.disabled = hidden().length === 0;
    plus.disabled = hidden().length >= MOST_LAYERS;
  };
}
