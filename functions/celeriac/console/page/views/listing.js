// What lists of tasks have in common: what they ask of the API, and the way from page to page.

import { h } from "../dom.js";
import { link } from "../router.js";

/** @typedef {import("../documents.js").TaskPage} TaskPage */
/** @typedef {import("../documents.js").WorkerList} WorkerList */

const EVERY_S = 5;
const OLDER_EVERY_S = 30; // what is not the newest page hardly changes
const NAMES_EVERY_S = 300;

/** A page of tasks as the API last told of it, why it told no more, and the names that a filter may have. */
export class Listing {
  list = /** @type {TaskPage | null} */ (null);
  trouble = "";
  isBusy = true;
  known = { queues: /** @type {string[]} */ ([]), names: /** @type {string[]} */ ([]) };

  /**
   * @param {import("../main.js").Page} page
   * @param {() => void} draw called after every answer
   */
  constructor(page, draw) {
    this.page = page;
    this.draw = draw;
  }

  /**
   * Ask for the tasks that a query finds, and for the names of all queues and tasks, again and again.
   * @param {Record<string, string | undefined>} query
   */
  watch(query) {
    const { api, live } = this.page;
    live.watch({
      every_s: query.next ? OLDER_EVERY_S : EVERY_S,
      ask: (signal) => /** @type {Promise<TaskPage>} */ (api.get("tasks", query, signal)),
      show: (document) => this.#told(document, ""),
      refused: (refusal) => {
        if (!refusal.isPassing) this.#told(this.list ?? { tasks: [], next: null }, refusal.message);
        return !refusal.isPassing;
      },
    });
    live.watch({
      every_s: NAMES_EVERY_S,
      ask: (signal) => /** @type {Promise<WorkerList>} */ (api.get("workers", {}, signal)),
      show: ({ workers }) => {
        this.known = { queues: workers.flatMap((worker) => worker.queues), names: workers.flatMap((worker) => worker.tasks) };
        this.draw();
      },
      refused: () => true,
    });
  }

  /**
   * @param {TaskPage} list
   * @param {string} trouble
   */
  #told(list, trouble) {
    [this.list, this.trouble, this.isBusy] = [list, trouble, false];
    this.draw();
  }
}

/**
 * The links to the newest and to the next page of a view, if there are any.
 * @param {string} view
 * @param {Record<string, string>} query of the page that is shown
 * @param {string | null} next
 * @param {string} [end] said on the last page
 */
export function pages(view, query, next, end) {
  const { next: here, ...rest } = query;
  if (!here && !next) return null;
  return h(
    "nav",
    { class: "row pages", "aria-label": "Pages", "data-key": "pages" },
    here ? h("a", { class: "button", "data-key": "first", href: link(view, "", rest) }, "Newest") : null,
    h("span", { class: "spring" }),
    next ? h("a", { class: "button", "data-key": "next", rel: "next", href: link(view, "", { ...rest, next }) }, "Older") : null,
    next || !end ? null : h("span", { class: "quiet" }, end),
  );
}
