// Small drawings: of the views, of actions, and of states, whose shapes tell them apart without their colours.

import { s } from "./dom.js";

// Lines in a square of 16.
const PATHS = {
  overview: "M2 13.5h12 M3.5 11V8 M6.5 11V4 M9.5 11V6 M12.5 11V2.5",
  queues: "M2.5 3.5h11v2.6h-11z M2.5 6.1h11v3.8h-11z M2.5 9.9h11v2.6h-11z",
  tasks: "M6 4h8 M6 8h8 M6 12h8 M2.2 4l.8.8 1.5-1.6 M2.2 8l.8.8 1.5-1.6 M2.2 12l.8.8 1.5-1.6",
  failures: "M8 2.2l6.2 11.1H1.8z M8 6.5v3 M8 11.4v.1",
  schedules: "M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2z M8 4.8V8l2.3 1.6",
  workers: "M4 4h8v8H4z M6.5 4V1.8 M9.5 4V1.8 M6.5 14.2V12 M9.5 14.2V12 M4 6.5H1.8 M4 9.5H1.8 M14.2 6.5H12 M14.2 9.5H12",
  pause: "M5.5 3.5v9 M10.5 3.5v9",
  play: "M5 3l8 5-8 5z",
  theme: "M8 2a6 6 0 1 0 0 12z M8 2a6 6 0 1 1 0 12",
  help: "M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.8-1.1 1.6 M8 12.2v.1",
  copy: "M5.5 5.5h8v8h-8z M10.5 5.5v-3h-8v8h3",
};

// What a state looks like, filled or as lines.
const SHAPES = {
  SUCCESS: "M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8z M5.3 8.2l1.9 1.9 3.6-4",
  FAILURE: "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z M5.7 5.7l4.6 4.6 M10.3 5.7l-4.6 4.6",
  STARTED: "M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8z M6.5 5.2L10.8 8l-4.3 2.8z",
  RETRY: "M13.2 8A5.2 5.2 0 1 1 11.6 4.3 M13.4 1.6v3.2h-3.2",
  REVOKED: "M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8z M3.8 12.2l8.4-8.4",
  PENDING: "M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8z M8 4.8V8h2.6",
  OTHER: "M8 1.8L14.2 8 8 14.2 1.8 8z M8 6v4",
};

/** @typedef {keyof typeof PATHS} Icon */

/**
 * A drawing that says nothing to who hears the page.
 * @param {Icon} name
 */
export function icon(name) {
  return drawing(PATHS[name]);
}

/**
 * The shape of a state.
 * @param {string} state
 */
export function shape(state) {
  const known = Object.hasOwn(SHAPES, state) ? SHAPES[/** @type {keyof typeof SHAPES} */ (state)] : SHAPES.OTHER;
  return drawing(known);
}

/** @param {string} path */
function drawing(path) {
  return s("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: path }));
}
