// The time as the deployment has it. A browser's clock may be wrong by hours, and all that failed would fail in the future.

const TOLERATED_MS = 10_000; // answers tell whole seconds, and take a while to come

let ahead_ms = 0;

/** The present moment, in milliseconds. */
export function now() {
  return Date.now() + ahead_ms;
}

/**
 * Set the clock by the `Date` of an answer that was made just now, if it has one.
 * @param {string | null} date
 */
export function set(date) {
  const away_ms = date ? Date.parse(date) - Date.now() : 0;
  if (date && !Number.isNaN(away_ms)) ahead_ms = Math.abs(away_ms) > TOLERATED_MS ? away_ms : 0;
}
