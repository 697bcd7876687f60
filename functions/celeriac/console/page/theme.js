// Light, dark, or as the system says; kept in this browser. It runs before anything is painted.

import { remember, remembered } from "./memory.js";

const KEY = "celeriac.theme";
/** @type {readonly ["system", "light", "dark"]} */
const THEMES = ["system", "light", "dark"];

/** The theme that was chosen. */
export function theme() {
  return THEMES.find((name) => name === remembered(KEY)) ?? "system";
}

/** Choose the theme after the present one; returns its name. */
export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? "system";
  remember(KEY, next);
  apply(next);
  return next;
}

/** @param {string} name */
function apply(name) {
  document.documentElement.dataset.theme = name;
}

apply(theme());
