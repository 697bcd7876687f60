// Workers: each one's function, its queues and its tasks, and how it did in the last hour.

import { h, patch } from "../dom.js";
import { shape } from "../icons.js";
import { now } from "../now.js";
import { count, percent } from "../numbers.js";
import { link } from "../router.js";
import { latest } from "../scale.js";
import { empty, loading } from "../table.js";
import { visible } from "../text.js";
import { duration } from "../time.js";

/** @typedef {import("../documents.js").Worker} Worker */
/** @typedef {import("../documents.js").WorkerList} WorkerList */
/** @typedef {import("../documents.js").Figures} Figures */
/** @typedef {import("../documents.js").WorkerFigures} WorkerFigures */
/** @typedef {import("../dom.js").Child} Child */

/**
 * @param {import("../main.js").Page} page
 * @returns {import("../main.js").View}
 */
export function workers(page) {
  let list = /** @type {Worker[] | null} */ (null);
  let figures = /** @type {WorkerFigures[]} */ ([]);

  function draw() {
    const cards = list?.map((worker) => card(worker, figures.find((one) => one.worker === worker.name && one.task === null)));
    const body = !cards ? loading() : cards.length ? h("div", { class: "panels" }, cards) : empty("The deployment has no workers.", "A folder with a worker.toml is one: ", h("code", null, "celeriac new-worker NAME"), ".");
    patch(page.root, h("div", { class: "row head" }, h("h1", null, "Workers")), body);
  }

  draw();
  page.live.watch({
    every_s: 15,
    ask: (signal) => /** @type {Promise<WorkerList>} */ (page.api.get("workers", {}, signal)),
    show: (document) => {
      list = document.workers;
      draw();
    },
  });
  page.live.watch({
    every_s: 60,
    ask: (signal) => /** @type {Promise<Figures>} */ (page.api.get("metrics", { since: new Date(now() - 3_600_000).toISOString() }, signal)),
    show: (document) => {
      figures = document.workers;
      draw();
    },
    refused: (refusal) => !refusal.isPassing,
  });
  return { title: "Workers" };
}

/**
 * @param {Worker} worker
 * @param {WorkerFigures | undefined} figures
 */
function card(worker, figures) {
  const isStopped = worker.reserved_concurrency === 0;
  const tone = isStopped ? "bad" : worker.state === "Active" ? "good" : worker.state === "Failed" ? "bad" : worker.state ? "warn" : "quiet";
  return h(
    "section",
    { class: "panel worker", "data-key": worker.name, "data-row": true, "aria-label": worker.name },
    h(
      "div",
      { class: "row" },
      h("h2", { class: "mono" }, h("a", { href: link("overview", "", { worker: worker.name }), "data-open": true }, visible(worker.name))),
      h("span", { class: `badge tone-${tone}` }, shape(tone === "good" ? "SUCCESS" : tone === "bad" ? "FAILURE" : "OTHER"), isStopped ? "stopped: concurrency 0" : (worker.state ?? "no function")),
    ),
    h(
      "dl",
      { class: "facts" },
      fact("Memory", worker.memory_mb === null ? null : `${count(worker.memory_mb)} MB`),
      fact("Time-out", worker.timeout_s === null ? null : duration(worker.timeout_s)),
      fact("Side by side", worker.concurrency),
      fact("Python", worker.python && visible(worker.python)),
      fact("Celeriac", worker.library && visible(worker.library)),
    ),
    figures ? hour(figures) : null,
    h("div", null, h("h3", null, "Queues"), h("ul", { class: "tags" }, worker.queues.map((name) => h("li", null, h("a", { href: link("tasks", "", { queue: name }) }, visible(name)))))),
    h(
      "div",
      null,
      h("h3", null, "Tasks"),
      worker.tasks.length
        ? h("ul", { class: "tags" }, worker.tasks.map((name) => h("li", null, h("a", { href: link("tasks", "", { name }) }, visible(name)))))
        : h("p", { class: "quiet" }, "A worker tells of its tasks when it runs for the first time."),
    ),
  );
}

/** @param {WorkerFigures} one */
function hour(one) {
  const sum = (/** @type {(number | null)[]} */ values) => values.reduce((/** @type {number} */ total, value) => total + (value ?? 0), 0);
  const [succeeded, failed] = [sum(one.succeeded), sum(one.failed)];
  const p95 = latest(one.duration_p95_s);
  return h(
    "dl",
    { class: "facts hour" },
    fact("Done, last hour", count(succeeded)),
    fact("Failed", failed ? h("span", { class: "error" }, `${count(failed)} (${percent(failed / (succeeded + failed))})`) : "0"),
    fact("Retried", count(sum(one.retried))),
    fact("Duration p95", duration(p95?.value)),
  );
}

/**
 * @param {string} name
 * @param {Child} value
 */
function fact(name, value) {
  return h("div", null, h("dt", null, name), h("dd", null, value ?? h("span", { class: "quiet" }, "–")));
}
