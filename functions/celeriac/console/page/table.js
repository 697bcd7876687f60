// Tables that become cards where there is no room for columns. Their roles are written out, for a table that is not laid out
// as one would lose them.

import { h } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */
/**
 * @template Row
 * @typedef {{head: string, cell: (row: Row) => Child | Child[], kind?: "number" | "main" | "wide" | "span" | "actions" | "select"}} Column
 */

/**
 * @template Row
 * @param {{label: string, columns: Column<Row>[], rows: Row[], key: (row: Row) => string, isBusy?: boolean}} options
 */
export function table({ label, columns, rows, key, isBusy = false }) {
  return h(
    "table",
    { role: "table", "aria-label": label, "aria-busy": isBusy ? "true" : null, class: "cards" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map(heading))),
    h("tbody", { role: "rowgroup" }, rows.map((row) => h("tr", { role: "row", "data-row": true, "data-key": key(row) }, columns.map((column) => cell(column, row))))),
  );
}

/** @param {Column<any>} column */
function heading({ head, kind }) {
  const isSilent = kind === "actions" || kind === "select";
  return h("th", { role: "columnheader", scope: "col", class: kind }, isSilent ? h("span", { class: "unseen" }, head) : head);
}

/**
 * @template Row
 * @param {Column<Row>} column
 * @param {Row} row
 */
function cell({ head, kind, cell }, row) {
  return h("td", { role: "cell", class: kind, "data-label": head }, cell(row));
}

/**
 * What stands where there is nothing to list: what that means, and what to do next.
 * @param {string} says
 * @param {...Child} next
 */
export function empty(says, ...next) {
  return h("div", { class: "empty" }, h("p", null, says), next.length ? h("p", { class: "quiet" }, ...next) : null);
}

/** What stands where something is on its way, or, while the banner says why, does not come. */
export function loading() {
  return h("p", { class: "empty quiet", "aria-busy": "true" }, h("span", { class: "asking" }, "Asking…"), h("span", { class: "nothing" }, "Nothing has come yet."));
}
