// Keys: `g` and a letter goes to a view, `j` and `k` through the rows, `?` tells of all of them. Who speaks to the computer, or
// presses keys unawares, can switch them off. Source: https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts

import { h } from "./dom.js";
import { show } from "./dialogs.js";
import { remember, remembered } from "./memory.js";
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
const KEY = "celeriac.keys";
const OFF = "off";

/** @typedef {{pause: () => void, refresh: () => void}} Commands */

let told = () => {};

/** Whether keys of one character do anything. */
export function areOn() {
  return remembered(KEY) !== OFF;
}

/**
 * The name of what a key does, with the key where keys do something.
 * @param {string} name
 * @param {string} keys
 */
export function hint(name, keys) {
  return areOn() ? `${name} (${keys})` : name;
}

/**
 * Listen to the keys of the whole page; `switched` is called when they are switched on or off.
 * @param {Commands} commands
 * @param {() => void} switched
 */
export function listen(commands, switched) {
  let wentAt = 0;
  told = switched;
  document.addEventListener("keydown", (event) => {
    if (!areOn() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
    const isSecond = Date.now() - wentAt < SECOND_KEY_MS;
    wentAt = event.key === "g" && !isSecond ? Date.now() : 0;
    const view = isSecond ? VIEWS[event.key] : undefined;
    const act = view ? () => go(link(view)) : wentAt ? () => {} : actions(commands)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Show what the keys do, and the switch that has them do nothing. */
export function help() {
  const keys = h("input", { type: "checkbox", role: "switch", checked: areOn(), "aria-describedby": "keys-about", onchange: () => (remember(KEY, keys.checked ? "" : OFF), told()) });
  const content = h(
    "div",
    null,
    h("h2", { id: "dialog-title" }, "Keys"),
    h("label", { class: "check" }, keys, "Keys of one character"),
    h("p", { id: "keys-about", class: "quiet" }, "Switch them off if you speak to your computer. Tab, Enter and Esc go on as ever, and the button of this help, too."),
    h("dl", { class: "keys" }, TOLD.map(([keys = "", does = ""]) => h("div", null, h("dt", null, keycaps(keys)), h("dd", null, does)))),
    h("form", { method: "dialog", class: "row end" }, h("button", { class: "primary", autofocus: true }, "Close")),
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
