// Queues: how full they are, and what may be done about it.

import { segment } from "../api.js";
import { announce } from "../announce.js";
import { confirm } from "../dialogs.js";
import { h, patch } from "../dom.js";
import { shape } from "../icons.js";
import { count, counted } from "../numbers.js";
import { link } from "../router.js";
import { empty, loading, table } from "../table.js";
import { cut, visible } from "../text.js";
import { duration } from "../time.js";

/** @typedef {import("../documents.js").Queue} Queue */
/** @typedef {import("../documents.js").QueueList} QueueList */
/** @typedef {import("../main.js").Page} Page */

/**
 * @param {Page} page
 * @returns {import("../main.js").View}
 */
export function queues(page) {
  let list = /** @type {Queue[] | null} */ (null);

  function draw() {
    patch(page.root, h("div", { class: "row head" }, h("h1", null, "Queues")), list ? body(list) : loading());
  }

  /** @param {Queue[]} rows */
  function body(rows) {
    if (!rows.length) return empty("The deployment has no queues.", "Each folder with a worker.toml has one; ", h("code", null, "celeriac new-worker NAME"), " makes such a folder.");
    return h("div", { class: "panel flush" }, table({ label: "Queues", columns: columns(page, (changed) => merge(changed)), rows, key: (queue) => queue.name }));
  }

  /** @param {Queue | undefined} changed */
  function merge(changed) {
    if (changed && list) list = list.map((queue) => (queue.name === changed.name ? changed : queue));
    draw();
    page.live.refresh();
  }

  draw();
  page.live.watch({
    every_s: 5,
    ask: (signal) => /** @type {Promise<QueueList>} */ (page.api.get("queues", {}, signal)),
    show: (document) => {
      list = document.queues;
      draw();
    },
  });
  return { title: "Queues" };
}

/**
 * @param {Page} page
 * @param {(changed?: Queue) => void} then
 * @returns {import("../table.js").Column<Queue>[]}
 */
function columns(page, then) {
  return [
    { head: "Queue", kind: "main", cell: (queue) => h("a", { href: link("tasks", "", { queue: queue.name }), "data-open": true, class: "mono" }, visible(queue.name)) },
    { head: "State", cell: reading },
    { head: "Waiting", kind: "number", cell: (queue) => count(queue.waiting) },
    { head: "In flight", kind: "number", cell: (queue) => count(queue.in_flight) },
    { head: "Not due yet", kind: "number", cell: (queue) => count(queue.delayed) },
    { head: "Oldest", kind: "number", cell: (queue) => duration(queue.oldest_s) },
    { head: "Dead letters", kind: "number", cell: (queue) => h("span", { class: queue.dead ? "error strong" : "" }, count(queue.dead)) },
    ...(page.context.read_only ? [] : [{ head: "Actions", kind: /** @type {const} */ ("actions"), cell: (/** @type {Queue} */ queue) => h("div", { class: "row" }, buttons(queue, page, then)) }]),
  ];
}

/** @param {Queue} queue */
function reading({ paused, exists }) {
  if (exists === false) return h("span", { class: "badge tone-bad", title: "Somebody has deleted this queue" }, shape("FAILURE"), "deleted");
  if (paused === null) return h("span", { class: "badge tone-quiet", title: "No function reads this queue" }, shape("OTHER"), "no reader");
  return h("span", { class: `badge tone-${paused ? "warn" : "good"}` }, shape(paused ? "REVOKED" : "STARTED"), paused ? "paused" : "reading");
}

/**
 * @param {Queue} queue
 * @param {Page} page
 * @param {(changed?: Queue) => void} then
 */
function buttons(queue, page, then) {
  const name = cut(queue.name, 80);
  const path = `queues/${segment(queue.name)}`;
  const send = (/** @type {string} */ act) => page.api.change("POST", `${path}/${act}`);

  const pause = {
    title: `Pause ${name}?`,
    says: ["Its worker reads it no more; what runs goes on to its end. Messages are taken and kept, and ETAs that come due wait with them.", "Lambda takes up to a minute."],
    verb: "Pause",
    act: async () => {
      then(/** @type {Queue} */ (await send("pause")));
      announce(`${name} is paused.`);
    },
  };
  const resume = {
    title: `Resume ${name}?`,
    says: [`Its worker reads it again: ${counted(queue.waiting, "message")} ${queue.waiting === 1 ? "waits" : "wait"}.`, "Lambda takes up to a minute."],
    verb: "Resume",
    act: async () => {
      then(/** @type {Queue} */ (await send("resume")));
      announce(`${name} is read again.`);
    },
  };
  const redrive = {
    title: `Redrive ${name}?`,
    says: [`Its ${counted(queue.dead ?? 0, "dead letter")} ${queue.dead === 1 ? "goes" : "go"} back into the queue and ${queue.dead === 1 ? "is" : "are"} tried again.`, "What the table has recorded as a failure is not among them: that is retried as a task."],
    verb: "Redrive",
    act: async () => {
      const moved = /** @type {import("../documents.js").Moved} */ (await send("redrive"));
      announce(`${counted(moved.moved, "dead letter")} of ${name} ${moved.moved === 1 ? "was" : "were"} sent again${moved.done ? "" : " so far; SQS goes on"}.`);
      then();
    },
  };
  const purge = {
    title: `Purge ${name}?`,
    says: [`All that waits in it is deleted for good: about ${counted(queue.waiting + queue.delayed, "message")}.`, "What is purged has no outcome, ever: its tasks stay PENDING, and a chord that loses a member does not end."],
    verb: "Purge",
    isGrave: true,
    typed: queue.name,
    act: async () => {
      const { purged } = /** @type {import("../documents.js").Purged} */ (await send("purge"));
      announce(`About ${counted(purged, "message")} of ${name} ${purged === 1 ? "was" : "were"} deleted.`);
      then();
    },
  };
  return [
    queue.paused === null ? null : queue.paused ? button(resume, name) : button(pause, name),
    queue.dead ? button(redrive, name) : null,
    button(purge, name),
  ];
}

/**
 * @param {import("../dialogs.js").Question} question
 * @param {string} name
 */
function button(question, name) {
  const { verb, isGrave } = question;
  return h("button", { type: "button", "data-key": verb, class: isGrave ? "grave" : "", "aria-label": `${verb} ${name}`, onclick: () => confirm(question) }, verb);
}
