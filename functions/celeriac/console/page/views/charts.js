// The overview's charts, out of the API's figures.

import { Chart } from "../chart.js";
import { h, patch } from "../dom.js";
import { percent, short } from "../numbers.js";
import { durationTicks, wholeTicks } from "../scale.js";
import { duration, local } from "../time.js";

/** @typedef {import("../documents.js").Figures} Figures */
/** @typedef {import("../documents.js").WorkerFigures} WorkerFigures */
/** @typedef {import("../documents.js").Values} Values */
/** @typedef {import("../chart.js").Series} Series */

const SECONDS = { write: duration, ticks: durationTicks };

/** The charts; `show` draws figures into them, all workers' or, by task, one worker's. */
export function charts() {
  const depth = new Chart("Waiting", "Messages that wait, by queue", { write: short, ticks: wholeTicks });
  const age = new Chart("Age of the oldest", "How long the oldest message has waited, by queue", SECONDS);
  const throughput = new Chart("Throughput, a minute", "Tasks that ended well, a minute", { write: short });
  const failing = new Chart("Failure rate", "Failures among what has ended", { write: percent });
  const lasting = new Chart("Duration", "How long an attempt takes: half of them less than p50 (dashed), 95 of 100 less than p95", SECONDS);
  const queueing = new Chart("Time in queue", "How long 95 of 100 tasks wait beyond the time that they are due", SECONDS);
  const all = [depth, age, throughput, failing, lasting, queueing];
  const trouble = h("div", { class: "trouble wide", role: "status" });
  const until = h("p", { class: "quiet wide until" });
  const element = h("div", { class: "charts" }, trouble, all.map((chart) => chart.element), until);

  /**
   * @param {Figures} figures
   * @param {string} worker
   */
  function show(figures, worker) {
    element.removeAttribute("aria-busy");
    patch(trouble);
    patch(until, `Figures until ${local(new Date(figures.until), false)}`);
    const { times } = figures;
    const queues = figures.queues.filter((queue) => !worker || workerOf(queue.name) === worker).sort(lanesLast);
    const lines = figures.workers.filter((one) => (worker ? one.task !== null : one.task === null));
    const workers = lines.length ? lines : figures.workers;
    depth.show({ times, series: queues.map((queue, colour) => ({ name: queue.name, values: queue.waiting, colour })) });
    age.show({ times, series: queues.map((queue, colour) => ({ name: queue.name, values: queue.oldest_s, colour })) });
    const minutes = figures.period_s / 60;
    throughput.show({ times, series: each(workers, (one) => one.succeeded.map((value) => (value === null ? null : value / minutes))) });
    failing.show({ times, series: each(workers, failureRate) });
    const halves = each(workers, (one) => one.duration_p50_s).map((one) => ({ ...one, name: `${one.name} p50`, isDashed: true }));
    const most = each(workers, (one) => one.duration_p95_s).map((one) => ({ ...one, name: `${one.name} p95` }));
    lasting.show({ times, series: most.flatMap((one, index) => [one, ...halves.slice(index, index + 1)]) });
    queueing.show({ times, series: each(workers, (one) => one.time_in_queue_p95_s) });
  }

  /** @param {string} why there are no figures */
  function refuse(why) {
    element.removeAttribute("aria-busy");
    for (const chart of all) chart.show({ times: [], series: [] });
    patch(until);
    patch(trouble, h("p", null, `There are no figures: ${why}`));
  }

  /** Have charts without figures not go on as if some were on their way. */
  function miss() {
    element.removeAttribute("aria-busy");
    for (const chart of all) chart.miss();
  }

  /** Say that other figures are on their way. */
  function wait() {
    element.setAttribute("aria-busy", "true");
  }

  return { element, show, refuse, miss, wait };
}

/**
 * The order in which a worker's own queue has its worker's colour.
 * @param {{name: string}} one
 * @param {{name: string}} other
 */
function lanesLast(one, other) {
  return Number(one.name.includes(".")) - Number(other.name.includes(".")) || (one.name < other.name ? -1 : 1);
}

/** @param {string} queue */
function workerOf(queue) {
  return queue.split(".")[0];
}

/**
 * @param {WorkerFigures[]} workers
 * @param {(one: WorkerFigures) => Values} values
 * @returns {Series[]}
 */
function each(workers, values) {
  return workers.map((one, colour) => ({ name: one.task ?? one.worker, values: values(one), colour }));
}

/**
 * Failures among what has ended; nothing where nothing has.
 * @param {WorkerFigures} one
 * @returns {Values}
 */
function failureRate(one) {
  return one.failed.map((failed, index) => {
    const ended = (failed ?? 0) + (one.succeeded[index] ?? 0);
    return ended ? (failed ?? 0) / ended : null;
  });
}
