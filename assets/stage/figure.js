// Saves what the page shows as figures: a quiet menu in the head of each panel, and the report of the whole run.

import { element, icon } from "./dom.js";

const FORMATS = ["png", "svg", "pdf"];

/** What the switches of the page say, and from where a cloud is looked at: a figure shall look the same. */
function viewOf(stage, name) {
  const { view } = stage;
  const plain = Object.entries(view).filter(([, value]) => typeof value === "boolean" || typeof value === "number");
  const { yaw, pitch } = view[`eye_${name}`] ?? {};
  return { ...Object.fromEntries(plain), best: view.map === "best", yaw, pitch };
}

/** Busy from a click until its file or a refusal has come. */
function waiter(onchange) {
  let before = null;
  return {
    begin(state) { before = state; onchange(true); },
    follow(state) {
      if (!before || (state.parcel.token === before.parcel.token && state.notice.id === before.notice.id)) return;
      before = null;
      onchange(false);
    },
    isBusy: () => before !== null,
  };
}

export function figureMenu(head, stage, name) {
  const { words, spec } = stage;
  const label = `${words.figure_save}: ${spec.panels[name]}`;
  const summary = element("summary", { "aria-label": label, title: words.figure_save_help }, icon("save"));
  const choices = FORMATS.map((format) =>
    element("button", { type: "button", "data-format": format, text: format.toUpperCase(), onclick: () => choose(format) }));
  const menu = element("details", { class: "figure-menu", hidden: true }, summary, element("div", { role: "group", "aria-label": label }, ...choices));
  const wait = waiter((isBusy) => menu.classList.toggle("busy", isBusy));
  head.append(menu);

  function choose(format) {
    menu.open = false;
    if (wait.isBusy()) return;
    wait.begin(stage.state);
    stage.send({ kind: "figure", panel: name, format, view: viewOf(stage, name) });
  }
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });

  return {
    draw(picture, state) {
      const isHidden = !spec.figures.includes(picture?.kind);
      if (menu.hidden !== isHidden) menu.hidden = isHidden;
      wait.follow(state);
    },
  };
}

export function reportButton(stage) {
  const { words } = stage;
  const node = element("button", { type: "button", text: words.report, title: words.report_help, "data-keep": "report", onclick: ask });
  const wait = waiter((isBusy) => {
    node.textContent = isBusy ? words.report_busy : words.report;
    node.disabled = isBusy;
  });
  function ask() {
    wait.begin(stage.state);
    stage.send({ kind: "report", view: viewOf(stage, "latent"), home: `${location.origin}${location.pathname}` });
  }
  return { node, draw: wait.follow };
}
