// The program of the run, in a drawer beside the lesson: it follows what is done on the page.

import { element, fill } from "./dom.js";

const EVERY = 1000; // milliseconds between two looks while the run learns
const WORDS = "and as assert break class continue def del elif else except finally for from if import in is lambda None not or pass raise return True False try while with yield";
const TOKENS = new RegExp(`(#.*$)|("""[^]*?"""|[rf]*"(?:\\\\.|[^"\\\\])*"|[rf]*'(?:\\\\.|[^'\\\\])*')|\\b(${WORDS.replaceAll(" ", "|")})\\b|\\b(\\d[\\d_.]*(?:e[+-]?\\d+)?)\\b`, "gm");
const KINDS = ["", "comment", "text", "word", "number"];

export function codeDrawer(stage) {
  const { words } = stage;
  const lines = element("pre", { class: "code-lines", tabindex: 0, "aria-label": words.code_title });
  const note = element("p", { class: "code-note" });
  const copy = element("button", { type: "button", text: words.code_copy, onclick: take });
  const files = ["py", "ipynb"].map((form) => element("button", { type: "button", text: words[`code_${form}`], "data-form": form, onclick: () => stage.send({ kind: "code", form }) }));
  const close = element("button", { type: "button", class: "code-close", text: "×", "aria-label": words.close, onclick: () => show(false) });
  const drawer = element("aside", { class: "code", hidden: true, "aria-label": words.code_title },
    element("div", { class: "code-head" }, element("h3", { text: words.code_title }), close),
    element("div", { class: "code-tools" }, copy, ...files), note, lines);
  const button = element("button", { type: "button", text: words.code, title: words.code_help, "aria-expanded": "false", "data-keep": "code", onclick: () => show(drawer.hidden) });
  let program = "";
  let wanted = ""; // what the newest request was for
  let token = "";
  let asked = 0;
  let timer = null;

  document.addEventListener("keydown", (event) => event.key === "Escape" && !drawer.hidden && show(false));
  lines.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation()); // here the arrows scroll

  function show(isOpen) {
    if (!drawer.isConnected) button.closest(".stage").append(drawer);
    drawer.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      wanted = "";
      draw(stage.state);
      lines.focus();
    } else button.focus();
  }

  /** Asks for the program when the run is another one than that of the last request: at most once a second. */
  function draw(state) {
    if (drawer.hidden) return;
    if (state.code && state.code !== token) fetchProgram(state.code);
    const now = key(state);
    if (now === wanted || timer) return;
    timer = setTimeout(() => {
      timer = null;
      if (drawer.hidden) return;
      asked = performance.now();
      wanted = key(stage.state);
      stage.send({ kind: "code", form: "show" });
    }, Math.max(0, asked + EVERY - performance.now()));
  }

  async function fetchProgram(next) {
    token = next;
    const answer = await fetch(new URL(`playground/parcel/${next}`, document.baseURI));
    if (!answer.ok || token !== next) return;
    const before = new Set(program.split("\n"));
    program = await answer.text();
    const rows = program.trimEnd().split("\n");
    note.textContent = fill(words.code_lines, { count: rows.length });
    const at = lines.scrollTop;
    lines.replaceChildren(...paint(program.trimEnd(), (row) => before.size > 1 && !before.has(row)));
    lines.scrollTop = at;
    copy.textContent = words.code_copy;
  }

  async function take() {
    try {
      await navigator.clipboard.writeText(program);
    } catch {
      getSelection().selectAllChildren(lines);
      document.execCommand("copy"); // a page that came without TLS may not use the clipboard
    }
    copy.textContent = words.code_copied;
  }

  return { button, draw };
}

/** What a program depends on: another run or moment, other settings, data that have come. */
const key = ({ seat, renewal, step, config, why }) => `${seat} ${renewal} ${step} ${why.reason === "loading"} ${JSON.stringify(config)}`;

/** A line for each row of the program, coloured; `isNew` says which ones have just changed. */
function paint(program, isNew) {
  const rows = [[]];
  const add = (text, kind) => text.split("\n").forEach((part, i) => {
    if (i) rows.push([]);
    if (part) rows.at(-1).push(kind ? element("span", { class: `code-${kind}`, text: part }) : document.createTextNode(part));
  });
  let place = 0;
  for (const match of program.matchAll(TOKENS)) {
    add(program.slice(place, match.index), "");
    add(match[0], KINDS[match.slice(1).findIndex(Boolean) + 1]);
    place = match.index + match[0].length;
  }
  add(program.slice(place), "");
  const texts = program.split("\n");
  return rows.map((parts, i) => element("div", { class: isNew(texts[i]) ? "code-row new" : "code-row" }, ...(parts.length ? parts : [document.createTextNode("\u200b")])));
}
