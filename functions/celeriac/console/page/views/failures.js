// Failures: what failed in the last fourteen days, to be sent again or struck off, one or many.

import { h, patch } from "../dom.js";
import { counted } from "../numbers.js";
import { link } from "../router.js";
import { badge } from "../states.js";
import { empty, loading, table } from "../table.js";
import { cut, named, shortId, visible } from "../text.js";
import { moment } from "../time.js";
import { bulk } from "./bulk.js";
import { filters } from "./filters.js";
import { Listing, pages } from "./listing.js";
import { SINCE, sinceOf } from "./since.js";

/** @typedef {import("../documents.js").TaskPage} TaskPage */
/** @typedef {import("../documents.js").TaskSummary} TaskSummary */

const A_PAGE = 100;

/**
 * @param {import("../main.js").Page} page
 * @returns {import("../main.js").View}
 */
export function failures(page) {
  let route = page.route;
  const shown = new Listing(page, draw);
  const selected = /** @type {Map<string, TaskSummary>} */ (new Map());

  function draw() {
    const { list, trouble, known } = shown;
    patch(
      page.root,
      h("div", { class: "row head" }, h("h1", null, "Failures")),
      filters({ view: "failures", route, known, since: SINCE, usual: "14 d" }),
      page.context.read_only || !list?.tasks.length ? null : choice(list.tasks),
      trouble ? h("p", { class: "trouble", role: "alert" }, trouble) : null,
      list ? rows(list) : loading(),
    );
  }

  /** @param {TaskSummary[]} tasks */
  function choice(tasks) {
    const isAll = tasks.every((task) => selected.has(task.id));
    const all = () => {
      for (const task of tasks) isAll ? selected.delete(task.id) : selected.set(task.id, task);
      draw();
    };
    const act = (/** @type {"retry" | "drop"} */ name, /** @type {string} */ verb) =>
      h("button", { type: "button", class: name === "drop" ? "grave" : "", "data-key": name, disabled: selected.size === 0, onclick: () => bulk(name, [...selected.values()], page.api, afterwards) }, verb);
    return h(
      "div",
      { class: "row choice", "data-key": "choice" },
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: isAll, onchange: all }), `All ${counted(tasks.length, "failure")} of this page`),
      h("span", { class: "spring" }),
      h("span", { role: "status", class: "quiet" }, `${selected.size} selected`),
      act("retry", "Retry selected"),
      act("drop", "Drop selected"),
    );
  }

  /** @param {Set<string>} done what was retried or dropped */
  function afterwards(done) {
    for (const id of done) selected.delete(id);
    draw();
    page.live.refresh();
  }

  /** @param {TaskPage} list */
  function rows({ tasks, next }) {
    const { next: here, ...rest } = route.query;
    const nothing = Object.keys(rest).length ? "Nothing has failed that fits these filters." : "Nothing has failed in the last fourteen days.";
    const body = tasks.length
      ? h("div", { class: "panel flush" }, table({ label: "Failures", columns: columns(), rows: tasks, key: (task) => task.id, isBusy: shown.isBusy }))
      : empty(here ? "There are no more." : nothing, "What a task raises is listed here, and what dies in a queue, too.");
    return [h("div", { "data-key": "rows" }, body), pages("failures", route.query, next)];
  }

  /** @returns {import("../table.js").Column<TaskSummary>[]} */
  function columns() {
    const pick = (/** @type {TaskSummary} */ task) => () => {
      if (!selected.delete(task.id)) selected.set(task.id, task);
      draw();
    };
    return [
      ...(page.context.read_only ? [] : [{ head: "Select", kind: /** @type {const} */ ("select"), cell: (/** @type {TaskSummary} */ task) => h("input", { type: "checkbox", "aria-label": `Select ${cut(task.task ?? task.id, 80)} ${task.id.slice(0, 8)}`, checked: selected.has(task.id), onchange: pick(task) }) }]),
      { head: "Task", kind: "main", cell: (task) => h("a", { href: link("task", task.id), "data-open": true, class: "mono" }, named(task.task ?? "(unreadable)", 120)) },
      { head: "Error", kind: "wide", cell: (task) => (task.error ? h("span", { class: "error line" }, h("strong", null, cut(task.error.type, 80)), ` ${cut(task.error.message, 300)}`) : h("span", null, badge(task.state), h("span", { class: "quiet" }, " was sent again"))) },
      { head: "Queue", cell: (task) => visible(task.queue ?? "") },
      { head: "Attempt", kind: "number", cell: (task) => String(task.attempt + 1) },
      { head: "Failed", cell: (task) => moment(task.done_at) },
      { head: "Id", cell: (task) => shortId(task.id) },
    ];
  }

  function ask() {
    const { name, queue, since, next } = route.query;
    shown.watch({ state: "FAILURE", name, queue, since: sinceOf(since), next, limit: String(A_PAGE) });
  }

  draw();
  ask();
  return {
    title: "Failures",
    turn: (next) => {
      [route, shown.isBusy] = [next, true];
      selected.clear();
      draw();
      ask();
    },
  };
}
