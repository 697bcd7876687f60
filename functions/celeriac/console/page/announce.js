// What came of an action, said once to who looks and to who listens.

import { h, the } from "./dom.js";

const SHOWN_MS = 8000;

/**
 * Tell of an outcome; it stays for some seconds, and what went wrong until it is closed.
 * @param {string} text
 * @param {"good" | "bad"} [tone]
 */
export function announce(text, tone = "good") {
  const note = h(
    "div",
    { class: `note tone-${tone}` },
    h("p", null, text),
    h("button", { type: "button", class: "plain", "aria-label": "Close this note", onclick: () => note.remove() }, "×"),
  );
  the("#notes").append(note);
  if (tone === "good") setTimeout(() => note.remove(), SHOWN_MS);
}
