// A task's attempts as a timeline, made of what its log says.

import { h, s } from "../dom.js";
import { now } from "../now.js";
import { badge, toneOf } from "../states.js";
import { cut } from "../text.js";
import { between, duration, moment } from "../time.js";

/** @typedef {import("../documents.js").LogLine} LogLine */
/** @typedef {import("../documents.js").TaskDocument} TaskDocument */
/** @typedef {{attempt: number, state: string, began: number | null, ended: number | null, receives: number | null, error: string}} Attempt */

/**
 * @param {LogLine[]} lines
 * @param {TaskDocument} task
 */
export function timeline(lines, task) {
  const attempts = attemptsOf(lines, task);
  if (!attempts.length) return h("p", { class: "quiet" }, "It has not begun yet, as far as is known.");
  const times = attempts.flatMap(({ began, ended }) => [began, ended]).filter((time) => time !== null);
  const [first, last] = [Math.min(...times), Math.max(...times, task.done_at ? 0 : now())];
  return h(
    "ol",
    { class: "timeline" },
    attempts.map((one, index) => {
      const before = attempts[index - 1]?.ended;
      const waited_s = before && one.began ? (one.began - before) / 1000 : 0;
      return [waited_s > 0.5 ? h("li", { class: "wait quiet", "data-key": `w${one.attempt}` }, `${duration(waited_s)} until the next attempt`) : null, attemptItem(one, first, last)];
    }).flat(),
  );
}

/**
 * @param {Attempt} one
 * @param {number} first
 * @param {number} last
 */
function attemptItem(one, first, last) {
  const { began, ended } = one;
  const took_s = began !== null && ended !== null ? (ended - began) / 1000 : null;
  return h(
    "li",
    { class: `tone-${toneOf(one.state)}`, "data-key": `a${one.attempt}` },
    h("div", { class: "row" }, h("strong", null, `Attempt ${one.attempt + 1}`), badge(one.state), h("span", { class: "spring" }), began ? moment(new Date(began).toISOString()) : null, took_s === null ? null : h("span", { class: "quiet" }, `took ${duration(took_s)}`)),
    bar(began ?? first, ended ?? last, first, last),
    one.receives && one.receives > 1 ? h("p", { class: "quiet" }, `Delivered ${one.receives} times`) : null,
    one.error ? h("p", { class: "error line" }, cut(one.error, 400)) : null,
  );
}

/**
 * Where an attempt lies in the task's whole time.
 * @param {number} began
 * @param {number} ended
 * @param {number} first
 * @param {number} last
 */
function bar(began, ended, first, last) {
  const whole = Math.max(1, last - first);
  const x = ((began - first) / whole) * 100;
  const width = Math.max(1.2, ((ended - began) / whole) * 100);
  return s("svg", { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, s("rect", { class: "under", width: 100, height: 4 }), s("rect", { class: "over", x: Math.min(x, 98.8), width, height: 4 }));
}

/**
 * The attempts, in their order; of the present one, what the row says is added.
 * @param {LogLine[]} lines
 * @param {TaskDocument} task
 */
function attemptsOf(lines, task) {
  /** @type {Map<number, Attempt>} */
  const attempts = new Map();
  for (const line of lines) {
    if (line.state === null || line.attempt === null) continue;
    const ended = new Date(line.at).getTime();
    const began = line.duration_s === null ? null : ended - line.duration_s * 1000;
    attempts.set(line.attempt, { attempt: line.attempt, state: line.state, began, ended, receives: line.receives, error: errorOf(line.fields.error) });
  }
  const isWaiting = task.state === "RETRY" || !task.started_at;
  if (!isWaiting && !attempts.has(task.attempt)) {
    const error = task.error ? `${task.error.type}: ${task.error.message}` : "";
    const [began, took_s] = [new Date(task.started_at ?? 0).getTime(), between(task.started_at, task.done_at)];
    attempts.set(task.attempt, { attempt: task.attempt, state: task.state, began, ended: took_s === null ? null : began + took_s * 1000, receives: null, error });
  }
  return [...attempts.values()].sort((one, other) => one.attempt - other.attempt);
}

/**
 * An error as a line of the log has it.
 * @param {any} error
 */
function errorOf(error) {
  if (!error) return "";
  if (typeof error === "string") return error;
  const [type, message] = [error.exc_type ?? error.type ?? "Exception", error.exc_message ?? error.message ?? ""];
  return `${written(type)}: ${[message].flat().map(written).join(", ")}`;
}

/** @param {unknown} value of JSON, of which an object may say that it has no text */
function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
