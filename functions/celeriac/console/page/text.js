// Text of strangers, made fit to be looked at: what would be invisible, or turn a line around, is written out.

import { h } from "./dom.js";

// Controls but tab and newline; marks of direction; what has no width.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * The text with every invisible character written as `\u202e`.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * The text, or its beginning.
 * @param {string} text
 * @param {number} length
 */
export function cut(text, length) {
  return visible(text.length > length ? `${text.slice(0, length)}…` : text);
}

/**
 * A name that may be broken behind its points and underscores.
 * @param {string} text
 * @param {number} length
 */
export function named(text, length) {
  return cut(text, length).split(/(?<=[._/])/).flatMap((part) => [part, h("wbr")]).slice(0, -1);
}

/**
 * An id, of which its beginning is enough to look at.
 * @param {string} id
 */
export function shortId(id) {
  return h("span", { class: "id", title: visible(id) }, id.length > 13 ? cut(id, 8) : visible(id));
}
