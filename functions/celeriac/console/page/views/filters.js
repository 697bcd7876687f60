// The filters of a list of tasks, each of which is a part of the address.

import { h } from "../dom.js";
import { go, link } from "../router.js";
import { LISTED_STATES } from "../states.js";
import { cut } from "../text.js";

/** @typedef {import("../router.js").Route} Route */

/**
 * @param {{view: string, route: Route, known: {queues: string[], names: string[]}, since: string[], usual: string, withStates?: boolean}} options
 */
export function filters({ view, route, known, since, usual, withStates = false }) {
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => {
    const { next: _, ...rest } = route.query;
    go(link(view, "", { ...rest, [name]: value }));
  };
  const chosen = Object.keys(route.query).filter((name) => name !== "next");
  return h(
    "div",
    { class: "filters", role: "group", "aria-label": "Filters" },
    withStates ? choice("State", "Any", LISTED_STATES, route.query.state, set("state")) : null,
    choice("Name", "Any", known.names, route.query.name, set("name")),
    choice("Queue", "Any", known.queues, route.query.queue, set("queue")),
    choice("Since", usual, since.filter((one) => one !== usual), route.query.since, set("since")),
    chosen.length ? h("a", { class: "button", "data-key": "clear", href: link(view) }, "Clear") : null,
  );
}

/**
 * @param {string} label
 * @param {string} any
 * @param {string[]} values
 * @param {string | undefined} chosen
 * @param {(value: string) => void} set
 */
function choice(label, any, values, chosen, set) {
  const all = [...new Set([...values, ...(chosen ? [chosen] : [])])].sort(label === "Since" || label === "State" ? () => 0 : undefined);
  const select = h(
    "select",
    { "data-key": label, onchange: (/** @type {Event} */ event) => set(/** @type {HTMLSelectElement} */ (event.currentTarget).value) },
    h("option", { value: "", "data-key": "any" }, any),
    all.map((value) => h("option", { value, "data-key": `v ${value}`, selected: value === chosen }, cut(value, 80))),
  );
  return h("label", { class: "field", "data-key": label }, h("span", null, label), select);
}
