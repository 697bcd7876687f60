// Tasks: what is listed, by state, name, queue and time; each filter is in the address.

import { h, patch } from "../dom.js";
import { go, link } from "../router.js";
import { badge } from "../states.js";
import { empty, loading, table } from "../table.js";
import { cut, named, shortId, visible } from "../text.js";
import { between, duration, moment } from "../time.js";
import { filters } from "./filters.js";
import { Listing, pages } from "./listing.js";
import { SINCE, sinceOf } from "./since.js";

/** @typedef {import("../documents.js").TaskPage} TaskPage */
/** @typedef {import("../documents.js").TaskSummary} TaskSummary */
/** @typedef {import("../router.js").Route} Route */

const A_PAGE = 50;
const USUAL = "24 h"; // further back, each look asks the table for every day and state

/**
 * @param {import("../main.js").Page} page
 * @returns {import("../main.js").View}
 */
export function tasks(page) {
  let route = page.route;
  const shown = new Listing(page, draw);

  function draw() {
    const { list, trouble, known } = shown;
    patch(
      page.root,
      h("div", { class: "row head" }, h("h1", null, "Tasks"), h("span", { class: "spring" }), find()),
      filters({ view: "tasks", route, known, since: SINCE, usual: USUAL, withStates: true }),
      trouble ? h("p", { class: "trouble", role: "alert" }, trouble) : null,
      list ? rows(list) : loading(),
    );
  }

  /** @param {TaskPage} list */
  function rows({ tasks: found, next, listed }) {
    const says = found.length || route.query.next ? "" : nothing(route, listed);
    const body = says
      ? empty(says, "Only failures and what runs are listed; ", h("code", null, "list_tasks = true"), " in worker.toml lists all.")
      : h("div", { class: "panel flush" }, table({ label: "Tasks", columns: COLUMNS, rows: found, key: (task) => task.id, isBusy: shown.isBusy }));
    return [h("div", { "data-key": "rows" }, body), pages("tasks", route.query, next, "That is all.")];
  }

  function ask() {
    const { state, name, queue, since, next } = route.query;
    shown.watch({ state, name, queue, since: sinceOf(since || USUAL), next, limit: String(A_PAGE) });
  }

  draw();
  ask();
  return {
    title: "Tasks",
    turn: (next) => {
      [route, shown.isBusy] = [next, true];
      draw();
      ask();
    },
  };
}

/** @type {import("../table.js").Column<TaskSummary>[]} */
const COLUMNS = [
  { head: "Task", kind: "main", cell: (task) => h("a", { href: link("task", task.id), "data-open": true, class: "mono" }, named(task.task ?? "(unknown)", 120)) },
  { head: "State", cell: (task) => badge(task.state) },
  { head: "Id", cell: (task) => shortId(task.id) },
  { head: "Queue", cell: (task) => visible(task.queue ?? "") },
  { head: "Attempt", kind: "number", cell: (task) => String(task.attempt + 1) },
  { head: "Began", cell: (task) => moment(task.started_at) },
  { head: "Took", kind: "number", cell: (task) => duration(between(task.started_at, task.done_at)) },
  { head: "Error", kind: "wide", cell: (task) => (task.error ? h("span", { class: "error line" }, `${cut(task.error.type, 80)}: ${cut(task.error.message, 240)}`) : null) },
];

/** A field that goes to the task of an id. */
function find() {
  const field = h("input", { type: "search", "data-search": true, "data-key": "find", "aria-label": "Find a task by its id", placeholder: "Find by id", autocomplete: "off", spellcheck: "false" });
  return h(
    "form",
    {
      class: "find",
      role: "search",
      "data-key": "find",
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const id = /** @type {HTMLInputElement} */ (form.querySelector("input")).value.trim();
        if (id) go(link("task", id));
      },
    },
    field,
  );
}

/**
 * @param {Route} route
 * @param {string[] | null | undefined} listed
 */
function nothing(route, listed) {
  const isFiltered = Object.keys(route.query).length > 0;
  const says = isFiltered ? "Nothing is listed that fits these filters." : "No tasks are listed.";
  return listed?.length ? `${says} All tasks are listed of ${listed.map((name) => cut(name, 60)).join(", ")}.` : says;
}
