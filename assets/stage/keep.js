// Keeps what the visitor has made: saves the run or the net to a file and opens a run again.

import { codeDrawer } from "./code.js";
import { element, fill } from "./dom.js";
import { menuButton } from "./menu.js";
import { reportButton } from "./figure.js";
import { shareButton } from "./share.js";

const LARGEST = 64e6; // bytes of a file that is sent

export function keepBar(stage) {
  const { words, spec } = stage;
  const code = codeDrawer(stage);
  let fetched = null;
  const forms = [
    spec.keeps ? { name: "run", text: words.keep_run, help: words.keep_run_help } : null,
    { name: "weights", text: words.keep_weights, help: words.keep_weights_help },
    { name: "onnx", text: words.keep_onnx, help: words.keep_onnx_help },
  ].filter(Boolean);
  const save = menuButton({
    text: words.keep_save, title: words.keep_save_help, "data-keep": "save", label: words.keep_forms,
    items: forms, choose: (form) => stage.send({ kind: "save", form }),
  });
  const file = element("input", { type: "file", accept: ".safetensors", class: "file", tabindex: -1, "aria-label": words.keep_open, onchange: picked });
  const open = element("button", { type: "button", text: words.keep_open, title: words.keep_open_help, "data-keep": "open", onclick: () => file.click() });
  const report = reportButton(stage);
  const node = element("div", { class: "keep", role: "group", "aria-label": words.keep }, ...(spec.code ? [code.button] : []), shareButton(stage), report.node, save, ...(spec.keeps ? [open, file] : []));

  async function picked() {
    const chosen = file.files[0];
    file.value = "";
    if (!chosen) return;
    if (chosen.size > LARGEST) stage.notify(fill(words.keep_too_big, { size: (chosen.size / 1e6).toFixed(0) }));
    else stage.send({ kind: "run", data: await base64(chosen) });
  }

  return {
    node,
    /** A parcel that was packed since the last frame is fetched; what was packed before this page came is not. */
    draw(state) {
      const { parcel } = state;
      report.draw(state);
      if (fetched !== null && parcel.token && parcel.token !== fetched) {
        element("a", { href: new URL(`playground/parcel/${parcel.token}`, document.baseURI).href, download: parcel.name }).click();
      }
      fetched = parcel.token;
      code.draw(state);
    },
  };
}

/** The bytes of a file as text that JSON can carry. */
export async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let raw = "";
  for (let i = 0; i < bytes.length; i += 8192) raw += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(raw);
}
