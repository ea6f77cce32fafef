// The lanes of a race: their names and colours, and the table in the settings that edits them.

import { element, fill, icon, throttle } from "./dom.js";
import { css, palette } from "./palette.js";

const SEND_EVERY = 100; // milliseconds
const NOTCHES = 400;

export const laneColour = (slot, alpha = 1) => css(palette().lanes[slot], alpha);

const cardOf = (stage) => stage.spec.knobs.find((knob) => knob.kind === "lanes");
export const specOf = (stage, slot) => stage.state?.config.lanes.find((spec) => spec.slot === slot);
const short = (value) => String(Number(value.toPrecision(3)));

/** A lane in one word, with what tells it from another of its kind. */
export function laneName(stage, slot) {
  const card = cardOf(stage);
  const spec = specOf(stage, slot);
  if (!spec) return "";
  const name = card.kinds.find((kind) => kind.value === spec.kind).label;
  const twins = stage.state.config.lanes.filter((other) => other.kind === spec.kind);
  if (twins.length < 2) return name;
  const schedule = card.schedules.find((item) => item.value === spec.schedule).label;
  const parts = [];
  if (new Set(twins.map((other) => other.lr)).size > 1) parts.push(short(spec.lr));
  if (new Set(twins.map((other) => other.schedule)).size > 1) parts.push(schedule);
  return parts.length ? `${name} · ${parts.join(" · ")}` : name;
}

/** Send the lanes with one of them changed: change(spec) → the new spec, or null to drop it. */
export function changeLanes(stage, change) {
  const lanes = stage.state.config.lanes.map(change).filter(Boolean);
  stage.send({ kind: "set", values: { lanes } });
}

function slider(low, high, log, integer, label, onvalue) {
  const toValue = (notch) => {
    const share = notch / NOTCHES;
    const raw = log ? low * (high / low) ** share : low + (high - low) * share;
    return integer ? Math.round(raw) : Number(raw.toPrecision(log ? 2 : 3));
  };
  const toNotch = (value) => NOTCHES * (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const range = element("input", { type: "range", min: 0, max: NOTCHES, "aria-label": label });
  const box = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": label });
  const send = throttle(onvalue, SEND_EVERY);
  range.addEventListener("input", () => {
    const value = toValue(Number(range.value));
    box.value = value;
    range.setAttribute("aria-valuetext", value);
    send(value);
  });
  box.addEventListener("change", () => {
    const typed = box.value.trim().replace(",", ".");
    onvalue(typed !== "" && Number.isFinite(Number(typed)) ? Number(typed) : box.value);
  });
  box.addEventListener("keydown", (event) => event.key === "Enter" && box.blur());
  return {
    range, box,
    set(value) {
      range.setAttribute("aria-valuetext", value);
      if (document.activeElement !== box) box.value = Number(value.toPrecision(6));
      if (!range.matches(":active")) range.value = Math.max(0, Math.min(NOTCHES, toNotch(value)));
    },
  };
}

/** The widget of the knob `lanes`. */
export function lanesWidget(knob, change, stage) {
  const { words } = stage;
  const rows = element("div", { class: "lanes" });
  const add = element("button", { type: "button", class: "plain lane-add", text: words.lane_add, title: words.lane_add_help, onclick: addLane });
  const node = element("div", { class: "knob lanes-knob", "data-knob": knob.name }, element("div", { class: "line" }, element("label", { text: knob.label })), rows, add, element("small", { text: knob.help }));
  const open = new Set(); // the slots whose options are shown
  let lanes = [];
  let drawn = "";
  let parts = new Map();

  const submit = (next) => { lanes = next; change(next); };
  const alter = (slot, values) => submit(lanes.map((spec) => (spec.slot === slot ? { ...spec, ...values } : spec)));

  function addLane() {
    const taken = new Set(lanes.map((spec) => spec.slot));
    const slot = Array.from({ length: knob.most }, (_, i) => i).find((i) => !taken.has(i));
    const used = new Set(lanes.map((spec) => spec.kind));
    const kind = knob.kinds.find((item) => !used.has(item.value) && item.value !== "muon") ?? knob.kinds[0];
    submit([...lanes, { slot, kind: kind.value, lr: kind.rate, schedule: "constant", options: [] }]);
  }

  function build(spec) {
    const kind = knob.kinds.find((item) => item.value === spec.kind);
    const name = kind.label;
    const choose = (list, value, label, onpick) => {
      const select = element("select", { "aria-label": label }, ...list.map((item) => element("option", { value: item.value, text: item.label })));
      select.value = value;
      select.addEventListener("change", () => onpick(select.value));
      return select;
    };
    const kinds = choose(knob.kinds, spec.kind, words.lane_kind, (value) => {
      const next = knob.kinds.find((item) => item.value === value);
      alter(spec.slot, { kind: value, lr: next.rate, options: [] });
    });
    kinds.className = "lane-kind";
    const schedules = choose(knob.schedules, spec.schedule, fill(words.lane_schedule, { lane: name }), (value) => alter(spec.slot, { schedule: value }));
    const rate = slider(knob.slider[0], knob.slider[1], true, false, fill(words.lane_rate, { lane: name }), (value) => alter(spec.slot, { lr: value }));
    const find = element("button", { type: "button", class: "lane-find", title: words.lane_find, "aria-label": fill(words.lane_find_label, { lane: name }), onclick: () => stage.send({ kind: "probe", name: "finder", value: spec.slot }) }, icon("aim"));
    const drop = element("button", { type: "button", class: "lane-drop", text: "×", title: words.lane_drop_help, "aria-label": fill(words.lane_drop, { lane: name }), onclick: () => submit(lanes.filter((other) => other.slot !== spec.slot)) });
    const options = kind.options.map((option) => {
      const dial = slider(option.low, option.high, false, option.integer, `${name}: ${option.label}`, (value) =>
        alter(spec.slot, { options: [...lanes.find((other) => other.slot === spec.slot).options.filter(([key]) => key !== option.name), [option.name, value]] }));
      return { option, dial, row: element("div", { class: "lane-option" }, element("span", { text: option.label }), dial.range, dial.box) };
    });
    const drawer = element("div", { class: "lane-drawer", hidden: !open.has(spec.slot) }, ...options.map((item) => item.row));
    const more = element("button", { type: "button", class: "lane-more", text: words.lane_options, "aria-expanded": String(open.has(spec.slot)), onclick: () => {
      if (!open.delete(spec.slot)) open.add(spec.slot);
      drawer.hidden = !open.has(spec.slot);
      more.setAttribute("aria-expanded", String(!drawer.hidden));
    } });
    const row = element("div", { class: "lane", "data-slot": spec.slot },
      element("div", { class: "lane-top" }, element("i", { class: "lane-dot" }), kinds, find, drop),
      element("div", { class: "lane-option" }, element("span", { text: words.lane_lr }), rate.range, rate.box),
      element("div", { class: "lane-top" }, schedules, more), drawer);
    return { row, kinds, schedules, rate, options, find, drop };
  }

  function rebuild() {
    parts = new Map(lanes.map((spec) => [spec.slot, build(spec)]));
    rows.replaceChildren(...[...parts.values()].map((part) => part.row));
  }

  return {
    node,
    set(value) {
      lanes = value;
      const key = JSON.stringify(value.map((spec) => [spec.slot, spec.kind]));
      if (key !== drawn) rebuild();
      drawn = key;
      const isNet = stage.state?.config.depth !== undefined && stage.state.pictures.landscape?.at === undefined;
      for (const spec of value) {
        const part = parts.get(spec.slot);
        part.row.style.setProperty("--lane", laneColour(spec.slot));
        part.kinds.value = spec.kind;
        if (document.activeElement !== part.schedules) part.schedules.value = spec.schedule;
        part.rate.set(spec.lr);
        const given = Object.fromEntries(spec.options);
        for (const { option, dial } of part.options) dial.set(given[option.name] ?? option.default);
        part.find.hidden = !isNet;
        part.drop.disabled = value.length <= knob.least;
      }
      add.disabled = value.length >= knob.most;
    },
  };
}
