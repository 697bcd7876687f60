// What this browser keeps of its reader's choices. One that keeps nothing knows them until the page is loaded again.

const told = /** @type {Map<string, string>} */ (new Map());

/**
 * What was chosen, or nothing.
 * @param {string} key
 */
export function remembered(key) {
  try {
    return localStorage.getItem(key) ?? told.get(key) ?? "";
  } catch {
    return told.get(key) ?? "";
  }
}

/**
 * Keep a choice.
 * @param {string} key
 * @param {string} choice
 */
export function remember(key, choice) {
  told.set(key, choice);
  try {
    localStorage.setItem(key, choice);
  } catch {
    // as above
  }
}
