// Numbers as people read them.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const FINE = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/**
 * A count, with separators.
 * @param {number | null | undefined} value
 */
export function count(value) {
  return value === null || value === undefined ? "–" : WHOLE.format(value);
}

/**
 * A figure in little room: 12.3K.
 * @param {number | null | undefined} value
 */
export function short(value) {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 10_000 ? SHORT.format(value) : FINE.format(value);
}

/**
 * A share, 0 to 1.
 * @param {number | null | undefined} value
 */
export function percent(value) {
  return value === null || value === undefined ? "–" : `${FINE.format(value * 100)} %`;
}

/**
 * A noun with its number: `1 task`, `3 tasks`.
 * @param {number} number
 * @param {string} noun
 * @param {string} [plural]
 */
export function counted(number, noun, plural = `${noun}s`) {
  return `${count(number)} ${number === 1 ? noun : plural}`;
}
