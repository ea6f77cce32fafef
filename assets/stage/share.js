// Shows the address of exactly this configuration, to copy and as a QR code for a class.

import { taskPart } from "./challenge.js";
import { element, fill } from "./dom.js";

const LONGEST = 2000; // characters of a code that a telephone reads from a wall

export function shareButton(stage) {
  const { words } = stage;
  const address = element("input", { type: "text", readonly: true, class: "share-address", "aria-label": words.share_address, onclick: () => address.select() });
  const code = element("img", { class: "share-code", alt: words.share_code, width: 240, height: 240 });
  const note = element("p", { class: "share-note" });
  const task = taskPart(stage, show);
  const atStep = element("input", { type: "checkbox", onchange: show });
  const stepName = element("span");
  const step = element("label", { class: "switch share-step" }, atStep, stepName);
  const copy = element("button", { type: "button", class: "share-copy", text: words.share_copy, onclick: take });
  const close = element("button", { type: "button", text: "×", class: "share-close", "aria-label": words.close, onclick: () => dialog.close() });
  const dialog = element("dialog", { class: "share", "aria-label": words.share },
    element("h3", { text: words.share_title }), close, code, element("div", { class: "share-line" }, address, copy), step, task.node, note);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  const button = element("button", { type: "button", text: words.share, title: words.share_help, "data-keep": "share", onclick: open });

  let reached = 0; // the step at which the dialog was opened: a run may go on behind it
  function open() {
    const { replay } = stage.state;
    step.hidden = !replay;
    atStep.checked = false;
    stepName.textContent = fill(words.share_at_step, { step: replay.toLocaleString("en") });
    reached = replay;
    task.open();
    button.closest(".stage").append(dialog);
    dialog.showModal();
    show();
    address.select();
  }
  function show() {
    const link = new URL(location.href);
    const query = new URLSearchParams(stage.state.link);
    if (atStep.checked) query.set("step", reached);
    for (const [name, value] of task.query()) query.set(name, value);
    link.search = query;
    link.hash = "";
    address.value = link.href;
    copy.textContent = words.share_copy;
    code.hidden = link.href.length > LONGEST;
    if (!code.hidden) code.src = new URL(`playground/qr?${new URLSearchParams({ text: link.href })}`, document.baseURI).href;
    const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(link.hostname);
    note.textContent = code.hidden ? words.share_long : isHere ? words.share_here : words.share_exact;
  }
  async function take() {
    address.select();
    try {
      await navigator.clipboard.writeText(address.value);
    } catch {
      document.execCommand("copy"); // a page that came without TLS may not use the clipboard
    }
    copy.textContent = words.share_copied;
  }
  return button;
}
