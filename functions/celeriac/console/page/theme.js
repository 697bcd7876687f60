// Light, dark, or as the system says; kept in this browser. It runs before anything is painted.

const KEY = "celeriac.theme";
/** @type {readonly ["system", "light", "dark"]} */
const THEMES = ["system", "light", "dark"];

/** The theme that was chosen. */
export function theme() {
  try {
    return THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system"; // a browser that keeps nothing
  }
}

/** Choose the theme after the present one; returns its name. */
export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? "system";
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // as above: it holds until the page is loaded again
  }
  apply(next);
  return next;
}

/** @param {string} name */
function apply(name) {
  document.documentElement.dataset.theme = name;
}

apply(theme());
