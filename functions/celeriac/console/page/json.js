// JSON to look at: indented, with its kinds of values told apart; what is very long is shown in part until asked for.

import { h } from "./dom.js";
import { counted } from "./numbers.js";
import { visible } from "./text.js";

const SHOWN_CHARS = 6000;
const BRIEF_CHARS = 64; // what fits into a line stays in it
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;

/**
 * A value as JSON.
 * @param {unknown} value
 * @param {string} label what it is, for who hears the page
 */
export function json(value, label) {
  const brief = JSON.stringify(value) ?? "null";
  return long(brief.length <= BRIEF_CHARS ? brief : JSON.stringify(value, null, 2), `${label} as JSON`, coloured);
}

/**
 * Text as it is.
 * @param {string} text
 * @param {string} label
 */
export function verbatim(text, label) {
  return long(text, label, (shown) => [shown]);
}

/**
 * A traceback, whose lines are not broken, and whose end is what is shown of it: there it says what was raised, and where.
 * @param {string} text
 * @param {string} label
 */
export function traceback(text, label) {
  const end = text.slice(-SHOWN_CHARS);
  const shown = end.length < text.length ? `…${end.slice(end.indexOf("\n"))}` : end;
  return h("div", { class: "unbroken" }, long(text, label, (all) => [all], shown));
}

/**
 * @param {string} text
 * @param {string} label
 * @param {(shown: string) => (Node | string)[]} draw
 * @param {string} [part] what is shown of it, if it is too long to be shown
 */
function long(text, label, draw, part = text.slice(0, SHOWN_CHARS)) {
  const shown = h("pre", { tabindex: "0", role: "region", "aria-label": label }, draw(visible(part)));
  if (text.length <= SHOWN_CHARS) return shown;
  const whole = h("pre", { tabindex: "0", role: "region", "aria-label": `${label}, all of it` }, visible(text));
  return h("div", null, shown, h("details", { class: "rest" }, h("summary", null, `All of it: ${counted(text.length, "character")}`), whole));
}

/** @param {string} text */
function coloured(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(TOKENS)) {
    parts.push(text.slice(end, found.index), h("span", { class: kindOf(found) }, found[1] ?? found[0]), found[2] ?? "");
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

/** @param {RegExpMatchArray} found */
function kindOf(found) {
  if (found[2]) return "j-key";
  return found[1] ? "j-text" : "j-other";
}
