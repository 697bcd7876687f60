// A task's state as a badge: a colour, a shape and a word.

import { h } from "./dom.js";
import { shape } from "./icons.js";

/** In the order in which a list may be filtered by them. */
export const LISTED_STATES = ["FAILURE", "STARTED", "SUCCESS", "RETRY", "REVOKED"];
export const READY_STATES = new Set(["SUCCESS", "FAILURE", "REVOKED", "REJECTED", "IGNORED"]);
const TONES = /** @type {Record<string, string>} */ ({
  SUCCESS: "good",
  FAILURE: "bad",
  STARTED: "busy",
  PROGRESS: "busy",
  RETRY: "warn",
  REVOKED: "off",
  ABORTED: "off",
  REJECTED: "off",
});

/**
 * The badge of a state, custom ones included.
 * @param {string} state
 */
export function badge(state) {
  return h("span", { class: `badge tone-${toneOf(state)}` }, shape(state), h("span", null, state));
}

/**
 * The class of colours that a state has.
 * @param {string} state
 */
export function toneOf(state) {
  return Object.hasOwn(TONES, state) ? TONES[state] : "quiet";
}
