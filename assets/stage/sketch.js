// A pad to draw on with Undo and Clear, which tells its newest drawing, at most so often while the pen moves.

import { element, throttle } from "./dom.js";
import { SIDE, strokePad } from "./strokes.js";

/** `tell` gets {strokes, brush} or null; `drawn()` follows the pen, `refreshed(empty)` whatever changes; call refresh once first. */
export function sketchPad(board, words, { every, brush, tell, refreshed, drawn = () => {} }) {
  let revision = 0;
  let told = 0;
  const undo = element("button", { type: "button", text: words.pad_undo, title: words.pad_undo_help, onclick: () => pad.undo() });
  const clear = element("button", { type: "button", text: words.pad_clear, title: words.pad_clear_help, onclick: () => pad.clear() });
  const pad = strokePad(board, words, brush, (ended) => { drawn(); renew(ended); });
  const soon = throttle(newest, every);

  function newest() {
    if (told === revision) return;
    told = revision;
    const strokes = pad.strokes();
    tell(strokes.length ? { strokes, brush: Number((brush() / SIDE).toFixed(4)) } : null);
  }
  /** There is another drawing; a finger that is lifted does not wait for the next turn. */
  function renew(ended) {
    revision += 1;
    refresh();
    if (ended) newest();
    else soon();
  }
  function refresh() {
    const empty = pad.isEmpty();
    if (empty && [undo, clear].includes(document.activeElement)) pad.canvas.focus({ preventScroll: true });
    undo.disabled = empty;
    clear.disabled = empty;
    refreshed(empty);
  }

  return {
    pad, undo, clear, renew, refresh,
    /** The same drawing once more: it is to be seen in another way, or by somebody who has not seen it. */
    again() {
      if (pad.isEmpty()) return;
      revision += 1;
      soon();
    },
  };
}
