// A challenge: the banner that says how it stands, and the part of the share dialog that makes one.

import { element, fill } from "./dom.js";

const SPARKS = 14;
const GROUPS = ["data", "net", "training", "run"];

export function challengeBanner(stage) {
  const { words } = stage;
  const tick = element("span", { class: "task-tick", "aria-hidden": "true" });
  const sentence = element("p", { class: "task-sentence" });
  const parts = element("ul", { class: "task-parts" });
  const met = element("p", { class: "task-met", role: "status" });
  const leave = element("button", { type: "button", class: "task-leave", text: words.task_leave, title: words.task_leave_help, onclick: () => stage.send({ kind: "leave" }) });
  const node = element("section", { class: "task", hidden: true }, tick, element("div", { class: "task-body" }, sentence, parts), met, leave);
  let wasMet = null; // null until the first frame: what was met before the page came is no news

  function drawParts(list) {
    if (parts.children.length !== list.length) parts.replaceChildren(...list.map(() => element("li", {}, element("span"), element("b"))));
    list.forEach(({ text, now, met: holds }, i) => {
      const [name, value] = parts.children[i].children;
      set(name, text);
      set(value, fill(words.task_now, { value: now }));
      parts.children[i].dataset.met = holds;
    });
  }
  function celebrate() {
    const sparks = Array.from({ length: SPARKS }, (_, i) => element("i", { style: `--turn:${(360 / SPARKS) * i}deg;--hue:${(i * 137) % 360}` }));
    tick.replaceChildren(...sparks);
    setTimeout(() => tick.replaceChildren(), 1500);
  }
  return {
    node,
    draw({ task }) {
      node.hidden = !task;
      if (!task) {
        wasMet = null;
        return;
      }
      const isMet = task.met_at !== null;
      set(sentence, task.sentence);
      drawParts(task.parts);
      set(met, isMet ? fill(words.task_met, { step: task.met_at.toLocaleString("en") }) : task.was_met ? words.task_was_met : "");
      node.dataset.met = isMet ? "now" : task.was_met ? "before" : "no";
      if (isMet && wasMet === false) celebrate();
      wasMet = isMet;
    },
  };
}

const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };

/** In the share dialog: what shall be reached, within which bounds, and which settings stay. */
export function taskPart(stage, onchange) {
  const { spec, words } = stage;
  const { metrics, neurons } = spec.challenge;
  const metric = element("select", { "aria-label": words.share_aim, onchange: choose }, ...metrics.map(({ name, label }) => element("option", { value: name, text: label })));
  const relation = element("select", { "aria-label": `${words.share_below} / ${words.share_above}`, onchange },
    element("option", { value: "lt", text: words.share_below }), element("option", { value: "gt", text: words.share_above }));
  const number = (label, text) => element("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": label, placeholder: text, oninput: onchange });
  const value = number(words.share_aim, "");
  const percent = element("span", { text: words.share_percent });
  const mostNeurons = number(words.share_neurons, words.share_optional);
  const mostSteps = number(words.share_steps, words.share_optional);
  const knobs = spec.knobs.map((knob) => ({ knob, box: element("input", { type: "checkbox", onchange }) }));
  const bound = (text, input) => element("label", { class: "task-bound" }, element("span", { text }), input);
  const rooms = GROUPS.map((group) => [group, knobs.filter(({ knob }) => knob.group === group)]).filter(([, room]) => room.length)
    .map(([group, room]) => element("fieldset", {}, element("legend", { text: words[`group_${group}`] }),
      ...room.map(({ knob, box }) => element("label", { class: "switch" }, box, knob.label))));
  const bad = element("p", { class: "task-bad", role: "alert", hidden: true, text: words.share_bad });
  const node = element("details", { class: "share-task", ontoggle: onchange },
    element("summary", { text: words.share_task }),
    element("p", { class: "hint", text: words.share_task_help }),
    element("div", { class: "task-aim" }, metric, relation, value, percent), bad,
    neurons ? bound(words.share_neurons, mostNeurons) : null, bound(words.share_steps, mostSteps),
    element("details", { class: "task-hide" }, element("summary", { text: words.share_hide }), element("p", { class: "hint", text: words.share_hide_help }), ...rooms));

  function choose() {
    const { relation: usual, share } = metrics.find(({ name }) => name === metric.value);
    relation.value = usual;
    percent.hidden = !share;
    onchange();
  }
  const whole = (input) => (/^\d{1,7}$/.test(input.value.trim()) ? input.value.trim() : "");

  return {
    node,
    /** A challenge that is under way is shared as it is. */
    open() {
      node.hidden = Boolean(stage.state.task);
      node.open = false;
      for (const { knob, box } of knobs) box.checked = knob.group === "data" || knob.name === "seed"; // the task itself
      const { relation: usual, share } = metrics.find(({ name }) => name === metric.value);
      relation.value = usual;
      percent.hidden = !share;
    },
    /** Its parts of the address, as [name, text]. */
    query() {
      if (!node.open || node.hidden) return [];
      const typed = Number(value.value.trim().replace(",", "."));
      bad.hidden = value.value.trim() === "" || Number.isFinite(typed);
      if (value.value.trim() === "" || !Number.isFinite(typed)) return [];
      const { share } = metrics.find(({ name }) => name === metric.value);
      const aim = Number((share ? typed / 100 : typed).toPrecision(12));
      const most = [["neurons", neurons ? whole(mostNeurons) : ""], ["steps", whole(mostSteps)]].filter(([, text]) => text).map(([name, text]) => `${name}.${text}`);
      const hide = knobs.filter(({ box }) => box.checked).map(({ knob }) => knob.name);
      return [["aim", `${metric.value}.${relation.value}.${aim}`], ["most", most.join("~")], ["hide", hide.join(".")]].filter(([, text]) => text);
    },
  };
}
