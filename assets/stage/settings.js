// Draws a widget for each knob; what is allowed and what the words are comes from the server.

import { format } from "./axes.js";
import { element, throttle } from "./dom.js";
import { lanesWidget } from "./lanes.js";
import { css, palette } from "./palette.js";
import { surface } from "./surface.js";

const SEND_EVERY = 100; // milliseconds
const NOTCHES = 400;
const LARGEST_FILE = 1e6; // bytes; the server checks again

export function settingsPanel(parent, stage) {
  const { spec, words } = stage;
  const widgets = new Map();
  const rooms = []; // [group, its widgets]
  const change = (name, value) => stage.send({ kind: "set", values: { [name]: value } });
  const galleryPart = spec.gallery ? gallery(stage, change) : null;
  const wide = window.matchMedia("(min-width: 900px)").matches;
  for (const group of ["data", "net", "training", "run"]) {
    const body = element("div", { class: "knobs" });
    if (group === "data" && galleryPart) body.append(galleryPart.node);
    for (const knob of spec.knobs.filter((item) => item.group === group && item.name !== spec.gallery)) {
      const widget = MAKERS[knob.kind]?.(knob, (value) => change(knob.name, value), stage);
      if (!widget) continue;
      widgets.set(knob.name, { knob, ...widget });
      body.append(widget.node);
    }
    if (!body.children.length) continue;
    const open = wide && group !== "run";
    const room = element("details", { open, "data-group": group }, element("summary", { text: words[`group_${group}`] }), body);
    rooms.push([room, body]);
    parent.append(room);
  }

  return {
    draw(state) {
      const kept = new Set(state.task?.hidden);
      galleryPart?.draw(state, kept);
      for (const [name, widget] of widgets) {
        widget.set(state.config[name]);
        const condition = widget.knob.shown_if;
        widget.node.hidden = kept.has(name) || Boolean(condition && !condition[1].includes(state.config[condition[0]])) || (name === "classes" && state.config.own !== null) || (name === "balanced" && state.config.own === null);
      }
      for (const [room, body] of rooms) room.hidden = [...body.children].every((node) => node.hidden);
    },
  };
}

let ids = 0;
function labelled(knob, control, value) {
  ids += 1;
  const id = `knob-${knob.name}-${ids}`;
  control.id = id;
  const help = element("small", { id: `${id}-help`, text: knob.help });
  control.setAttribute("aria-describedby", help.id);
  const label = element("label", { for: id, text: knob.label });
  return element("div", { class: `knob ${knob.kind}`, "data-knob": knob.name }, element("div", { class: "line" }, label, value), control === value ? null : control, help);
}

const MAKERS = {
  lanes: lanesWidget,
  number(knob, change) {
    const [low, high] = knob.slider;
    const send = throttle(change, SEND_EVERY);
    const toValue = (notch) => {
      const share = notch / NOTCHES;
      if (knob.log) return Number((low * (high / low) ** share).toPrecision(2));
      const raw = low + (high - low) * share;
      return knob.integer ? Math.round(raw) : Number(raw.toPrecision(3));
    };
    const toNotch = (value) => NOTCHES * (knob.log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
    const box = element("input", { type: "text", inputmode: "decimal", "aria-label": knob.label, autocomplete: "off" });
    const slider = element("input", { type: "range", min: 0, max: NOTCHES, step: knob.integer ? Math.max(1, NOTCHES / (high - low)) : 1 });
    if (knob.integer && high - low < NOTCHES) slider.step = NOTCHES / (high - low);
    slider.addEventListener("input", () => {
      const value = toValue(Number(slider.value));
      box.value = value;
      slider.setAttribute("aria-valuetext", value);
      send(value);
    });
    box.addEventListener("change", () => {
      const typed = box.value.trim().replace(",", ".");
      change(typed !== "" && Number.isFinite(Number(typed)) ? Number(typed) : box.value);
    });
    box.addEventListener("keydown", (event) => event.key === "Enter" && box.blur());
    return {
      node: labelled(knob, slider, box),
      set(value) {
        slider.setAttribute("aria-valuetext", value);
        if (document.activeElement !== box) box.value = Number(value.toPrecision(6));
        if (!slider.matches(":active")) slider.value = Math.max(0, Math.min(NOTCHES, toNotch(value)));
      },
    };
  },
  choice(knob, change) {
    const select = element("select", { onchange: () => change(select.value) }, ...knob.options.map(({ value, label }) => element("option", { value, text: label })));
    return { node: labelled(knob, select, select), set: (value) => { select.value = value; } };
  },
  toggle(knob, change) {
    const box = element("input", { type: "checkbox", role: "switch", onchange: () => change(box.checked) });
    return { node: labelled(knob, box, box), set: (value) => { box.checked = value; } };
  },
  subset(knob, change) {
    const chips = knob.options.map(({ value, label }) => element("button", { type: "button", text: label, "data-value": value, onclick: () => flip(value) }));
    const group = element("div", { class: "chips", role: "group", "aria-label": knob.label }, ...chips);
    let chosen = [];
    function flip(value) {
      const next = chosen.includes(value) ? chosen.filter((item) => item !== value) : [...chosen, value];
      if (next.length) change(next);
    }
    return {
      node: labelled(knob, group, null),
      set(value) {
        chosen = value;
        chips.forEach((chip) => chip.setAttribute("aria-pressed", String(value.includes(chip.dataset.value))));
      },
    };
  },
};

/** The data sets as small pictures, the reader's own points, and the upload. */
function gallery(stage, change) {
  const { spec, words } = stage;
  const knob = spec.knobs.find((item) => item.name === spec.gallery);
  let state = null;
  const tiles = knob.options.map(({ value, label }) => {
    const button = element("button", { type: "button", "data-value": value, onclick: () => stage.send({ kind: "set", values: { [knob.name]: value, own: null } }) });
    const drawing = surface(button, "thumb", (context, w, h) => state && drawThumb(context, w, h, state.thumbnails[value], state));
    button.append(element("span", { text: label }));
    return { value, button, drawing };
  });
  const own = element("button", { type: "button", class: "own", onclick: () => change("own", []) }, element("i", { text: "✎" }), element("span", { text: words.own_start }));
  const grid = element("div", { class: "gallery", role: "group", "aria-label": knob.label }, ...tiles.map((tile) => tile.button), own);
  const node = element("div", { class: "knob" }, grid);
  if (spec.upload) node.append(upload(stage));
  let drawn = "";
  return {
    node,
    draw(next, kept) {
      state = next;
      node.hidden = kept.has(knob.name);
      own.hidden = kept.has("own");
      node.querySelector(".upload")?.toggleAttribute("hidden", kept.has("own"));
      const key = JSON.stringify(next.config, ["noise", "noise_kind", "outliers", "seed", "classes"]) + next.course;
      tiles.forEach(({ value, button, drawing }) => {
        button.setAttribute("aria-pressed", String(state.config.own === null && state.config[knob.name] === value));
        if (key !== drawn) drawing.request();
      });
      own.setAttribute("aria-pressed", String(state.config.own !== null));
      drawn = key;
    },
  };
}

function drawThumb(context, width, height, points, state) {
  if (!points) return;
  const c = palette(state.course);
  const { xy, label } = points;
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    [left, right] = [Math.min(left, xy[i]), Math.max(right, xy[i])];
    [low, high] = [Math.min(low, xy[i + 1]), Math.max(high, xy[i + 1])];
  }
  const isPlane = stageIsPlane(state);
  for (let i = 0; i < label.length; i += 1) {
    context.fillStyle = css(isPlane ? c.classes[label[i]] : c.points, 0.9);
    context.beginPath();
    const x = 6 + ((xy[2 * i] - left) / (right - left || 1)) * (width - 12);
    const y = height - 6 - ((xy[2 * i + 1] - low) / (high - low || 1)) * (height - 12);
    context.arc(x, y, 1.6, 0, 7);
    context.fill();
  }
}

const stageIsPlane = (state) => state.pictures.field !== undefined;

function upload(stage) {
  const { words } = stage;
  const input = element("input", { type: "file", accept: ".csv,.txt,.tsv,text/csv", class: "file", tabindex: -1, "aria-label": words.upload });
  input.addEventListener("change", async () => {
    const file = input.files[0];
    input.value = "";
    if (!file) return;
    if (file.size > LARGEST_FILE) {
      stage.notify(words.too_big.replace("{size}", (file.size / 1e6).toFixed(1)));
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    let raw = "";
    for (let i = 0; i < bytes.length; i += 8192) raw += String.fromCharCode(...bytes.subarray(i, i + 8192));
    stage.send({ kind: "csv", data: btoa(raw) });
  });
  return element("div", {}, element("button", { type: "button", class: "plain upload", text: words.upload, onclick: () => input.click() }), input);
}

export const shownNumber = (value) => (Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : format(Number(value.toPrecision(3))));
