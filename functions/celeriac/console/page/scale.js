// From figures to places on a chart: round numbers for the axes, and paths that stop where nothing is known.

/** @typedef {(number | null)[]} Values */

const DAY_S = 86_400;
const HOUR_MS = 3_600_000;
// Of which no small multiple needs two units, as 90 s does: an axis has room for one.
const ROUND_S = [1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 14_400, 28_800, DAY_S, 2 * DAY_S, 4 * DAY_S, 7 * DAY_S];
const STEPS_S = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY_S, 2 * DAY_S, 7 * DAY_S];

/**
 * Round numbers from 0 up to at least the largest value, about as many as asked for.
 * @param {number} most
 * @param {number} [steps]
 */
export function ticks(most, steps = 3) {
  const rough = (most > 0 ? most : 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (/** @type {number[]} */ ([1, 2, 2.5, 5, 10]).find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  return Array.from({ length: Math.max(2, Math.ceil(most / step - 1e-9) + 1) }, (_, index) => index * step);
}

/**
 * Whole numbers from 0 up to at least the largest count: there is no half of a message.
 * @param {number} most
 */
export function wholeTicks(most) {
  const step = Math.ceil(ticks(Math.max(1, most))[1] ?? 1);
  return Array.from({ length: Math.max(2, Math.ceil(most / step) + 1) }, (_, index) => index * step);
}

/**
 * Round durations from 0 up to at least the longest, in seconds: 30 s, 5 min, 2 h.
 * @param {number} most
 */
export function durationTicks(most) {
  const step = ROUND_S.find((step_s) => most > 1 && most <= 3 * step_s);
  return step ? Array.from({ length: Math.max(2, Math.ceil(most / step) + 1) }, (_, index) => index * step) : ticks(most);
}

/**
 * Round moments of local time between two, in milliseconds, at most so many.
 * @param {number} from
 * @param {number} to
 * @param {number} most
 */
export function moments(from, to, most) {
  const span_s = (to - from) / 1000;
  const step = (STEPS_S.find((step_s) => span_s / step_s <= most) ?? 14 * DAY_S) * 1000;
  const offset = offsetOf(from);
  const first = Math.ceil((from - offset) / step) * step + offset;
  const even = Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
  if (step <= HOUR_MS) return even; // round on either side of a change of the clocks
  return even.map((moment) => moment + offsetOf(moment) - offset).filter((moment) => from <= moment && moment <= to);
}

/** @param {number} moment */
function offsetOf(moment) {
  return new Date(moment).getTimezoneOffset() * 60_000;
}

/**
 * The path of a line; a gap where a value is not known, and a point for a value that is alone.
 * @param {Values} values
 * @param {(index: number) => number} x
 * @param {(value: number) => number} y
 */
export function linePath(values, x, y) {
  let path = "";
  values.forEach((value, index) => {
    if (value === null) return;
    const isNew = index === 0 || values[index - 1] === null;
    const isAlone = isNew && (values[index + 1] ?? null) === null;
    path += `${isNew ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}${isAlone ? "h.01" : ""}`;
  });
  return path;
}

/**
 * The last value that is known, and where it is.
 * @param {Values} values
 * @returns {{value: number, index: number} | null}
 */
export function latest(values) {
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index];
    if (value !== null && value !== undefined) return { value, index };
  }
  return null;
}
