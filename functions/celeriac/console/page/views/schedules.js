// Schedules: what is sent again and again, when next, and in whose time zone.

import { segment } from "../api.js";
import { announce } from "../announce.js";
import { confirm } from "../dialogs.js";
import { h, patch } from "../dom.js";
import { shape } from "../icons.js";
import { link } from "../router.js";
import { empty, loading, table } from "../table.js";
import { cut, named, visible } from "../text.js";
import { distance, duration, shortMoment } from "../time.js";
import { scheduleForm } from "./schedule_form.js";

/** @typedef {import("../documents.js").Schedule} Schedule */
/** @typedef {import("../documents.js").ScheduleList} ScheduleList */
/** @typedef {import("../documents.js").WorkerList} WorkerList */
/** @typedef {import("../main.js").Page} Page */

/**
 * @param {Page} page
 * @returns {import("../main.js").View}
 */
export function schedules(page) {
  let list = /** @type {Schedule[] | null} */ (null);
  let names = /** @type {string[]} */ ([]);

  function draw() {
    const create = () => scheduleForm({ api: page.api, names, then: refresh });
    patch(
      page.root,
      h("div", { class: "row head" }, h("h1", null, "Schedules"), h("span", { class: "spring" }), page.context.read_only ? null : h("button", { type: "button", class: "primary", onclick: create }, "New schedule")),
      list ? body(list) : loading(),
    );
  }

  /** @param {Schedule[]} rows */
  function body(rows) {
    if (!rows.length) return empty("Nothing is scheduled.", "Create a schedule here, or declare it: ", h("code", null, "[schedules.NAME]"), " in worker.toml.");
    return h("div", { class: "panel flush" }, table({ label: "Schedules", columns: columns(), rows, key: (one) => `${one.declared_by ?? ""} ${one.name}` }));
  }

  /** @returns {import("../table.js").Column<Schedule>[]} */
  function columns() {
    return [
      { head: "Schedule", kind: "main", cell: (one) => [h("strong", null, cut(one.name, 200)), " ", one.enabled ? null : h("span", { class: "badge tone-warn" }, shape("REVOKED"), "paused")] },
      { head: "Task", kind: "wide", cell: (one) => h("a", { href: link("tasks", "", { name: one.task }), "data-open": true, class: "mono" }, named(one.task, 200)) },
      { head: "When", kind: "span", cell: (one) => h("code", { class: "when" }, cut(when(one.schedule), 60)) },
      { head: "Zone", kind: "span", cell: (one) => visible(one.timezone ?? "UTC") },
      { head: "Next runs", kind: "span", cell: nextRuns },
      { head: "Declared by", kind: "span", cell: (one) => (one.declared_by ? visible(one.declared_by) : h("span", { class: "quiet" }, "nobody")) },
      ...(page.context.read_only ? [] : [{ head: "Actions", kind: /** @type {const} */ ("actions"), cell: (/** @type {Schedule} */ one) => h("div", { class: "row" }, buttons(one)) }]),
    ];
  }

  /** @param {Schedule} one */
  function buttons(one) {
    const name = cut(one.name, 80);
    const path = `schedules/${segment(one.name)}`;
    const pause = { title: `Pause ${name}?`, says: ["It fires no more until it is resumed. What it misses is not made up for."], verb: "Pause", act: () => did(page.api.change("POST", `${path}/pause`), `${name} is paused.`) };
    const resume = { title: `Resume ${name}?`, says: ["It fires again from its next time on."], verb: "Resume", act: () => did(page.api.change("POST", `${path}/resume`), `${name} fires again.`) };
    const remove = { title: `Delete ${name}?`, says: [`${cut(one.task, 80)} is not sent by it any more. What it has sent goes on.`], verb: "Delete", isGrave: true, act: () => did(page.api.change("DELETE", path), `${name} was deleted.`) };
    const button = (/** @type {import("../dialogs.js").Question} */ question) => h("button", { type: "button", "data-key": question.verb, class: question.isGrave ? "grave" : "", "aria-label": `${question.verb} ${name}`, onclick: () => confirm(question) }, question.verb);
    const edit = h("button", { type: "button", "data-key": "Edit", "aria-label": `Edit ${name}`, onclick: () => scheduleForm({ api: page.api, names, then: refresh, schedule: one }) }, "Edit");
    // What a worker declares is changed there, or paused here.
    return [button(one.enabled ? pause : resume), ...(one.declared_by ? [] : [edit, button(remove)])];
  }

  /**
   * @param {Promise<unknown>} change
   * @param {string} says
   */
  async function did(change, says) {
    await change;
    announce(says);
    refresh();
  }

  function refresh() {
    page.live.refresh();
  }

  draw();
  page.live.watch({
    every_s: 10,
    ask: (signal) => /** @type {Promise<ScheduleList>} */ (page.api.get("schedules", {}, signal)),
    show: (document) => {
      list = document.schedules;
      draw();
    },
  });
  page.live.watch({
    every_s: 300,
    ask: (signal) => /** @type {Promise<WorkerList>} */ (page.api.get("workers", {}, signal)),
    show: ({ workers }) => {
      names = workers.flatMap((worker) => worker.tasks);
    },
    refused: () => true,
  });
  return { title: "Schedules" };
}

/**
 * A schedule as it is written: a crontab, a distance, or AWS's expression.
 * @param {Record<string, unknown>} schedule
 */
export function when(schedule) {
  if (typeof schedule.crontab === "string") return schedule.crontab;
  if (typeof schedule.every_s === "number") return `every ${duration(schedule.every_s)}`;
  if (Array.isArray(schedule.solar)) return `solar ${schedule.solar.join(", ")}`;
  return String(schedule.expression ?? JSON.stringify(schedule));
}

/** @param {Schedule} one */
function nextRuns({ next_runs: [first, ...others], enabled }) {
  if (!first) return h("span", { class: "quiet" }, enabled ? "none" : "paused");
  return h("span", { class: "runs" }, h("span", null, distance(first)), h("span", { class: "quiet" }, [first, ...others].map(shortMoment)));
}
