// The parts of a task's story: facts, what came of it, what was asked, and what it said.

import { h } from "../dom.js";
import { json, traceback, verbatim } from "../json.js";
import { counted } from "../numbers.js";
import { link } from "../router.js";
import { loading } from "../table.js";
import { cut, shortId, visible } from "../text.js";
import { between, clock, duration, moment, utc } from "../time.js";

/** @typedef {import("../documents.js").TaskDocument} TaskDocument */
/** @typedef {import("../documents.js").LogLine} LogLine */
/** @typedef {import("../documents.js").Story} Story */
/** @typedef {import("../documents.js").TaskLog} TaskLog */
/** @typedef {import("../dom.js").Child} Child */

// What is shown in places of its own.
const ELSEWHERE = new Set(["v", "id", "task", "args", "kwargs", "queue", "retries", "root_id", "parent_id", "group"]);
const MOMENTS = new Set(["eta", "expires", "slot"]);
const LINES_SHOWN = 300;
const LINE_CHARS = 600;
const UNTOLD = "The log says nothing of it: it has not begun, or its lines are still on their way.";
const UNREAD = "The log is too long to be searched to its end; CloudWatch has it.";

/** @param {TaskDocument} task */
export function facts(task) {
  const kin = (/** @type {string | null | undefined} */ id) => (id && id !== task.id ? h("a", { href: link("task", id) }, shortId(id)) : null);
  return h(
    "dl",
    { class: "facts" },
    fact("Queue", task.queue && h("a", { href: link("tasks", "", { queue: task.queue }) }, visible(task.queue))),
    fact("Attempt", String(task.attempt + 1)),
    fact("Began", task.started_at && moment(task.started_at)),
    fact("Ended", task.done_at && moment(task.done_at)),
    fact("Took", task.done_at && task.started_at && duration(between(task.started_at, task.done_at))),
    fact("Parent", kin(task.parent_id)),
    fact("Root", kin(task.root_id)),
    fact("Group", task.group_id && shortId(task.group_id)),
    fact("Children", task.children.length ? String(task.children.length) : null),
  );
}

/**
 * @param {string} name
 * @param {Child} value
 * @param {boolean} [isWide] it wants the whole row
 */
function fact(name, value, isWide = false) {
  return value ? h("div", { "data-key": name, class: isWide ? "whole" : null }, h("dt", null, name), h("dd", null, value)) : null;
}

/**
 * What came of it, or what it says of itself so far.
 * @param {TaskDocument} task
 * @returns {Child[]}
 */
export function outcome(task) {
  const told = task.meta === null || task.meta === undefined ? null : [h("h3", { "data-key": "so far" }, "What it tells of its progress"), json(task.meta, "Progress")];
  if (task.error) {
    const type = h("strong", null, cut(task.error.type, 200));
    return [h("div", { class: "error raised" }, type, long(task.error.message)), ...(task.traceback ? [h("h3", null, "Traceback"), traceback(task.traceback, "Traceback")] : []), ...(told ?? [])];
  }
  if (task.result_omitted) return [h("p", { class: "quiet" }, task.result_omitted)];
  if (task.state === "SUCCESS") return [json(task.result, "Result")];
  return told ?? [h("p", { class: "quiet" }, "There is no result yet.")];
}

/** @param {string} text */
function long(text) {
  return text.length > 2000 ? verbatim(text, "The whole error") : h("p", null, visible(text));
}

/**
 * What was asked: arguments, and the options that say something; text, where no worker could read it.
 * @param {Story} story
 * @returns {Child[]}
 */
export function message({ message: asked, message_omitted: why, task }) {
  if (typeof asked === "string") return [h("p", { class: "quiet" }, "No worker could read it:"), verbatim(asked, "The message as it came")];
  if (!asked) return [h("p", { class: "quiet" }, why ?? absent(task.state))];
  const options = Object.entries(asked).filter(([name, value]) => !ELSEWHERE.has(name) && value !== null);
  return [
    h("h3", null, "args"),
    json(asked.args ?? [], "Arguments"),
    h("h3", null, "kwargs"),
    json(asked.kwargs ?? {}, "Keyword arguments"),
    options.length ? h("h3", null, "Options") : null,
    options.length ? h("dl", { class: "facts options" }, options.map(([name, value]) => fact(visible(name), written(name, value), value instanceof Object))) : null,
  ];
}

/** @param {string} state */
function absent(state) {
  if (state === "FAILURE") return "Its message is not kept any more: it was dropped, or was never sent.";
  if (state === "STARTED") return "While a task runs, only a short message is kept, with track_started.";
  return "Only what failed, or is to be tried again, keeps its message; with result_extended a success does, too.";
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function written(name, value) {
  if (MOMENTS.has(name) && typeof value === "string") return moment(value);
  if (typeof value === "object") return json(value, name);
  return h("code", null, cut(String(value), 400));
}

/**
 * What the task, and the library about it, wrote to the log.
 * @param {TaskLog | null} log
 * @param {string} trouble
 */
export function logLines(log, trouble) {
  if (!log) return trouble ? h("p", { class: "quiet" }, trouble) : loading();
  const { lines, is_cut: isCut } = log;
  if (!lines.length) return h("p", { class: "quiet" }, isCut ? UNREAD : UNTOLD);
  const hidden = Math.max(0, lines.length - LINES_SHOWN);
  const before = hidden ? h("li", { class: "quiet" }, `… and ${counted(hidden, "line")} before these`) : null;
  const after = isCut ? h("li", { class: "quiet" }, "There may be more after these; CloudWatch has them all.") : null;
  return h("ol", { class: "log" }, before, lines.slice(hidden).map((line, index) => h("li", { "data-key": `${line.at} ${hidden + index}` }, logLine(line))), after);
}

/** @param {LogLine} line */
function logLine(line) {
  const date = new Date(line.at);
  const about = Object.fromEntries(Object.entries(line.fields).filter(([name]) => line.state === null && !["root_id", "logger"].includes(name)));
  const isLong = line.message.length > LINE_CHARS;
  const hasMore = isLong || line.traceback || Object.keys(about).length > 0;
  const tone = line.level === "WARNING" ? "level warn" : ["ERROR", "CRITICAL"].includes(line.level ?? "") ? "level error" : "quiet";
  const row = [
    h("time", { datetime: line.at, title: utc(date), class: "mono quiet" }, clock(date, true)),
    h("span", { class: `mono ${tone}` }, cut(line.level ?? "", 12)),
    line.attempt === null ? null : h("span", { class: "quiet", title: `Attempt ${line.attempt + 1}` }, `#${line.attempt + 1}`),
    h("span", { class: "says" }, cut(line.message, LINE_CHARS)),
  ];
  if (!hasMore) return h("div", { class: "row" }, row);
  const fields = Object.keys(about).length ? json(about, `Fields at ${clock(date, true)}`) : null;
  const all = isLong ? verbatim(line.message, `Message at ${clock(date, true)}`) : null;
  return h("details", null, h("summary", { class: "row" }, row), all, fields, line.traceback ? traceback(line.traceback, `Traceback at ${clock(date, true)}`) : null);
}
