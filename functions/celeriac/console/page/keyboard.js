// Keys: `g` and a letter goes to a view, `j` and `k` through the rows, `?` tells of all of them.

import { h } from "./dom.js";
import { show } from "./dialogs.js";
import { go, link } from "./router.js";

const VIEWS = /** @type {Record<string, string>} */ ({
  o: "overview",
  q: "queues",
  t: "tasks",
  f: "failures",
  s: "schedules",
  w: "workers",
});
const TOLD = [
  ["g o", "Overview"],
  ["g q", "Queues"],
  ["g t", "Tasks"],
  ["g f", "Failures"],
  ["g s", "Schedules"],
  ["g w", "Workers"],
  ["/", "Filter or search"],
  ["j  k", "Next row, row before"],
  ["Enter", "Open the row"],
  ["x", "Select the row (failures)"],
  ["p", "Pause the live updates, or go on"],
  ["r", "Ask for everything again"],
  ["Esc", "Close a dialog"],
  ["?", "This help"],
];
const SECOND_KEY_MS = 1500;

/** @typedef {{pause: () => void, refresh: () => void}} Commands */

/**
 * Listen to the keys of the whole page.
 * @param {Commands} commands
 */
export function listen(commands) {
  let wentAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
    const isSecond = Date.now() - wentAt < SECOND_KEY_MS;
    wentAt = event.key === "g" && !isSecond ? Date.now() : 0;
    const view = isSecond ? VIEWS[event.key] : undefined;
    const act = view ? () => go(link(view)) : wentAt ? () => {} : actions(commands)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Show what the keys do. */
export function help() {
  const content = h(
    "div",
    null,
    h("h2", { id: "dialog-title" }, "Keys"),
    h("dl", { class: "keys" }, TOLD.map(([keys = "", does = ""]) => h("div", null, h("dt", null, keycaps(keys)), h("dd", null, does)))),
    h("form", { method: "dialog", class: "row end" }, h("button", { class: "primary" }, "Close")),
  );
  show(content, "narrow");
}

/**
 * @param {Commands} commands
 * @returns {Record<string, () => void>}
 */
function actions(commands) {
  return {
    "?": help,
    "/": () => /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus(),
    j: () => step(1),
    k: () => step(-1),
    x: () => /** @type {HTMLElement | null} */ (rowOf(document.activeElement)?.querySelector("input[type=checkbox]"))?.click(),
    p: commands.pause,
    r: commands.refresh,
  };
}

/**
 * Go to the link of the next row, or the one before.
 * @param {number} by
 */
function step(by) {
  const rows = [...document.querySelectorAll("main [data-row]")];
  const row = rowOf(document.activeElement);
  const at = row ? rows.indexOf(row) + by : by > 0 ? 0 : rows.length - 1;
  const next = rows[Math.max(0, Math.min(rows.length - 1, at))];
  const target = next?.querySelector("[data-open]") ?? next?.querySelector("a, button");
  if (target instanceof HTMLElement) {
    target.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
}

/** @param {Element | null} element */
function rowOf(element) {
  return element?.closest("main [data-row]") ?? null;
}

/**
 * Whether keys belong to what has the focus: a field, or a dialog.
 * @param {EventTarget | null} target
 */
function isBusy(target) {
  if (document.querySelector("dialog[open]")) return true;
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

/** @param {string} keys */
function keycaps(keys) {
  return keys.split(/\s+/).map((key) => h("kbd", null, key));
}
