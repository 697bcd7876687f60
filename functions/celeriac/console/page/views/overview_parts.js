// The parts of the overview around its charts: tiles, what failed last, what runs.

import { h } from "../dom.js";
import { count, counted } from "../numbers.js";
import { go, link } from "../router.js";
import { badge } from "../states.js";
import { empty, loading } from "../table.js";
import { cut, named } from "../text.js";
import { distance, duration } from "../time.js";

/** @typedef {import("../documents.js").Queue} Queue */
/** @typedef {import("../documents.js").TaskPage} TaskPage */
/** @typedef {import("../documents.js").TaskSummary} TaskSummary */
/** @typedef {import("../dom.js").Child} Child */
/** @typedef {import("../router.js").Route} Route */

/** How far back one may look: the API's periods are a minute, five minutes and an hour. */
export const RANGES = new Map([["1 h", 3600], ["3 h", 10_800], ["24 h", 86_400], ["7 d", 604_800], ["14 d", 1_209_600]]);
export const USUAL = "3 h";

/**
 * Whose figures, and of what time.
 * @param {import("../router.js").Route} route
 * @param {string[]} workers
 */
export function choices(route, workers) {
  const [range, worker] = [route.query.range ?? USUAL, route.query.worker ?? ""];
  const known = worker && !workers.includes(worker) ? [...workers, worker] : workers;
  const select = h(
    "select",
    { "aria-label": "Worker", "data-search": true, "data-key": "worker", onchange: (/** @type {Event} */ event) => go(changed(route, { worker: /** @type {HTMLSelectElement} */ (event.currentTarget).value })) },
    h("option", { value: "", "data-key": "" }, "All workers"),
    known.map((name) => h("option", { value: name, "data-key": `w ${name}`, selected: name === worker }, cut(name, 60))),
  );
  return [
    select,
    h("div", { class: "segments", role: "group", "aria-label": "Time" }, [...RANGES.keys()].map((name) => h("a", { "data-key": name, href: changed(route, { range: name }), "aria-current": name === range ? "true" : null }, name))),
  ];
}

/**
 * A list of tasks without those of other workers.
 * @param {TaskPage} list
 * @param {string} worker or "", for all
 * @returns {TaskPage}
 */
export function of(list, worker) {
  return worker ? { ...list, tasks: list.tasks.filter(({ queue, task }) => (queue ?? task ?? "").split(".")[0] === worker) } : list;
}

/**
 * The figures of this moment.
 * @param {Queue[] | undefined} queues
 * @param {TaskPage | undefined} failures
 * @param {string} all the address of all failures
 */
export function tiles(queues, failures, all) {
  const sum = (/** @type {(queue: Queue) => number | null} */ of) => queues?.reduce((total, queue) => total + (of(queue) ?? 0), 0);
  const oldest = [...(queues ?? [])].sort((one, other) => (other.oldest_s ?? -1) - (one.oldest_s ?? -1))[0];
  const paused = queues?.filter((queue) => queue.paused) ?? [];
  const dead = sum((queue) => queue.dead);
  const failed = failures?.tasks.filter((task) => isToday(task.done_at)).length;
  const isMore = failures?.next && failed === failures.tasks.length;
  const delayed = sum((queue) => queue.delayed);
  return [
    tile("Waiting", count(sum((queue) => queue.waiting)), link("queues"), paused.length ? `${counted(paused.length, "queue")} paused` : delayed ? `and ${count(delayed)} not due yet` : "", paused.length ? "warn" : ""),
    tile("In flight", count(sum((queue) => queue.in_flight)), link("queues"), "in workers’ hands"),
    tile("Oldest", queues ? duration(oldest?.oldest_s) : "–", link("queues"), oldest?.oldest_s ? `in ${cut(oldest.name, 30)}` : ""),
    tile("Dead letters", count(dead), link("queues"), dead ? "redrive them, or look why" : "", dead ? "bad" : ""),
    tile("Failures today", failed === undefined ? "–" : `${count(failed)}${isMore ? "+" : ""}`, all, "since midnight", failed ? "bad" : ""),
  ];
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} href
 * @param {string} about
 * @param {string} [tone]
 */
function tile(name, value, href, about, tone = "") {
  return h("a", { class: `tile ${tone && `tone-${tone}`}`, href, "data-key": name }, h("span", { class: "name" }, name), h("strong", null, value), h("span", { class: "quiet" }, about || "\u00a0"));
}

/** @param {string | null} moment */
function isToday(moment) {
  return moment !== null && new Date(moment).toDateString() === new Date().toDateString();
}

/**
 * @param {TaskPage | undefined} page
 * @param {string} all the address of all of them
 */
export function latestFailures(page, all) {
  return panel("Latest failures", all, page, "Nothing has failed in the last 24 hours.", (task) => [
    h("div", { class: "row" }, opening(task), h("span", { class: "spring" }), distance(task.done_at)),
    h("p", { class: "error line" }, task.error ? `${cut(task.error.type, 60)}: ${cut(task.error.message, 200)}` : task.state),
  ]);
}

/**
 * @param {TaskPage | undefined} page
 * @param {string} all the address of all of them
 */
export function runningNow(page, all) {
  const says = "Nothing is known to run. Only tasks with track_started, or with a progress of their own, tell that they have begun.";
  return panel("Running now", all, page, says, (task) => [
    h("div", { class: "row" }, opening(task), badge(task.state), h("span", { class: "spring" }), distance(task.started_at)),
  ]);
}

/** @param {TaskSummary} task */
function opening(task) {
  return h("a", { href: link("task", task.id), "data-open": true, class: "mono" }, named(task.task ?? task.id, 70));
}

/**
 * @param {string} title
 * @param {string} href
 * @param {TaskPage | undefined} page
 * @param {string} nothing
 * @param {(task: TaskSummary) => Child[]} row
 */
function panel(title, href, page, nothing, row) {
  const list = page?.tasks.slice(0, 6).map((task) => h("li", { "data-key": task.id, "data-row": true }, ...row(task)));
  const body = !list ? loading() : list.length ? h("ul", { class: "list" }, list) : empty(nothing);
  return h("section", { class: "panel", "data-key": title, "aria-label": title }, h("div", { class: "row" }, h("h2", null, title), h("span", { class: "spring" }), h("a", { href }, "All")), body);
}

/**
 * The overview's address with another range or worker.
 * @param {Route} route
 * @param {Record<string, string>} changes
 */
function changed(route, changes) {
  return link("overview", "", { ...route.query, ...changes });
}
