// Times as people read them: local ones to look at, UTC beside them, and durations with a unit that fits.

import { h } from "./dom.js";
import { now } from "./now.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const UNITS = /** @type {const} */ ([["d", 86_400], ["h", 3600], ["min", 60]]);

/**
 * A `<time>` with the local time; on hover, UTC.
 * @param {string | null | undefined} iso
 * @param {string} [absent] what stands where there is no time
 */
export function moment(iso, absent = "–") {
  const date = iso ? new Date(iso) : null;
  if (!date || Number.isNaN(date.getTime())) return h("span", { class: "quiet" }, absent);
  return h("time", { datetime: date.toISOString(), title: utc(date) }, local(date));
}

/**
 * A `<time>` without seconds where there are none, as of a timetable.
 * @param {string} iso
 */
export function shortMoment(iso) {
  const date = new Date(iso);
  return h("time", { datetime: iso, title: utc(date) }, local(date, date.getSeconds() > 0));
}

/**
 * A `<time>` with how long ago it is, or how long until it is; on hover, local time and UTC.
 * @param {string | null | undefined} iso
 */
export function distance(iso) {
  const date = iso ? new Date(iso) : null;
  if (!date || Number.isNaN(date.getTime())) return h("span", { class: "quiet" }, "–");
  const away_s = (date.getTime() - now()) / 1000;
  const text = Math.abs(away_s) < 2 ? "now" : away_s > 0 ? `in ${rough(away_s)}` : `${rough(-away_s)} ago`;
  return h("time", { datetime: date.toISOString(), title: `${local(date)} · ${utc(date)}` }, text);
}

/**
 * The local time, with the day if it is not today.
 * @param {Date} date
 * @param {boolean} [withSeconds]
 */
export function local(date, withSeconds = true) {
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock(date, withSeconds) : `${day(date)} ${clock(date, withSeconds)}`;
}

/**
 * The hour and minute, and the second if asked for.
 * @param {Date} date
 * @param {boolean} [withSeconds]
 */
export function clock(date, withSeconds = false) {
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/**
 * The day and month, and the year if it is another one.
 * @param {Date} date
 */
export function day(date) {
  const year = date.getFullYear() === new Date().getFullYear() ? "" : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${year}`;
}

/** @param {Date} date */
export function utc(date) {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/**
 * A duration: `340 ms`, `1.2 s`, `2 min 5 s`, `3 h 10 min`.
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 0.0005) return "0 s";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1).replace(/\.0$/, "") : Math.round(seconds)} s`;
  return whole(Math.round(seconds), 2);
}

/**
 * A duration by its largest unit.
 * @param {number} seconds
 */
export function rough(seconds) {
  return seconds < 59.5 ? `${Math.round(seconds)} s` : whole(Math.round(seconds), 1);
}

/**
 * @param {number} seconds
 * @param {number} most units
 */
function whole(seconds, most) {
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count || parts.length) parts.push(count ? `${count} ${unit}` : "");
    seconds -= count * size;
  }
  parts.push(seconds ? `${seconds} s` : "");
  return parts.slice(0, most).filter(Boolean).join(" ") || "0 s";
}

/**
 * Seconds between two moments, if both are known.
 * @param {string | null | undefined} from
 * @param {string | null | undefined} to
 */
export function between(from, to) {
  return from && to ? (new Date(to).getTime() - new Date(from).getTime()) / 1000 : null;
}
