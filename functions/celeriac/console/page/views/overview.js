// Overview: what waits, what fails, and how it has been going.

import { patch, h } from "../dom.js";
import { now } from "../now.js";
import { link } from "../router.js";
import { charts } from "./charts.js";
import { RANGES, USUAL, choices, latestFailures, of, runningNow, tiles } from "./overview_parts.js";

/** @typedef {import("../documents.js").QueueList} QueueList */
/** @typedef {import("../documents.js").TaskPage} TaskPage */
/** @typedef {import("../documents.js").Figures} Figures */
/** @typedef {import("../router.js").Route} Route */

const DAY_MS = 86_400_000;

/**
 * @param {import("../main.js").Page} page
 * @returns {import("../main.js").View}
 */
export function overview(page) {
  const figures = charts();
  const [head, tileRow, lists] = [h("div", { class: "row head" }), h("div", { class: "tiles" }), h("div", { class: "panels" })];
  page.root.append(head, tileRow, figures.element, lists);
  const seen = /** @type {{queues?: QueueList, failures?: TaskPage, running?: TaskPage, workers: string[]}} */ ({ workers: [] });
  let route = page.route;

  function draw() {
    const worker = route.query.worker ?? "";
    patch(head, h("h1", null, "Overview"), h("span", { class: "spring" }), choices(route, seen.workers));
    const queues = seen.queues?.queues.filter((queue) => !worker || queue.worker === worker);
    const [failed, running] = [seen.failures, seen.running].map((list) => list && of(list, worker));
    const own = worker && queues?.length === 1 ? { queue: queues[0]?.name } : {}; // a list can be of one queue, not of two
    patch(tileRow, tiles(queues, failed, link("failures", "", own)));
    patch(lists, latestFailures(failed, link("failures", "", own)), runningNow(running, link("tasks", "", { state: "STARTED", ...own })));
  }

  function ask() {
    const { api, live } = page;
    figures.wait();
    const range_s = RANGES.get(route.query.range ?? USUAL) ?? RANGES.get(USUAL) ?? 0;
    live.watch({
      every_s: 5,
      ask: (signal) => /** @type {Promise<QueueList>} */ (api.get("queues", {}, signal)),
      show: (document) => {
        seen.queues = document;
        seen.workers = [...new Set([...seen.workers, ...document.queues.map((queue) => queue.worker)])].sort();
        draw();
      },
    });
    live.watch({
      every_s: 10,
      ask: (signal) => /** @type {Promise<TaskPage>} */ (api.get("tasks", { state: "FAILURE", since: new Date(now() - DAY_MS).toISOString(), limit: "100" }, signal)),
      show: (document) => ((seen.failures = document), draw()),
    });
    live.watch({
      every_s: 5,
      ask: (signal) => /** @type {Promise<TaskPage>} */ (api.get("tasks", { state: "STARTED", limit: route.query.worker ? "100" : "10" }, signal)),
      show: (document) => ((seen.running = document), draw()),
    });
    live.watch({
      every_s: 60,
      ask: (signal) => {
        const since = new Date(now() - range_s * 1000).toISOString();
        return /** @type {Promise<Figures>} */ (api.get("metrics", { since, worker: route.query.worker }, signal));
      },
      show: (document) => figures.show(document, route.query.worker ?? ""),
      refused: (refusal) => (refusal.isPassing ? figures.miss() : figures.refuse(refusal.message), !refusal.isPassing),
    });
  }

  draw();
  ask();
  return {
    title: "Overview",
    turn: (next) => {
      route = next;
      draw();
      ask();
    },
  };
}
