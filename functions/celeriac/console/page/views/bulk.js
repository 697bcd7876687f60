// Retrying or dropping many failures: a few at a time, with their progress, and each refusal told.

import { ACTS } from "../acts.js";
import { announce } from "../announce.js";
import { Refusal } from "../api.js";
import { confirm, show } from "../dialogs.js";
import { h, patch } from "../dom.js";
import { counted } from "../numbers.js";
import { link } from "../router.js";
import { cut, named } from "../text.js";

/** @typedef {import("../documents.js").TaskSummary} TaskSummary */
/** @typedef {{task: TaskSummary, why: string}} Refused */

const SIDE_BY_SIDE = 4;
const NAMES_SHOWN = 5;
const DONE = { retry: "sent again", drop: "dropped" };

/**
 * Ask, then do it to each of the tasks; `afterwards` is told which it was done to.
 * @param {"retry" | "drop"} name
 * @param {TaskSummary[]} tasks
 * @param {import("../api.js").Api} api
 * @param {(done: Set<string>) => void} afterwards
 */
export function bulk(name, tasks, api, afterwards) {
  const act = ACTS[name];
  confirm({
    title: `${act.verb} ${counted(tasks.length, "failure")}?`,
    says: [names(tasks), (tasks.length > 1 && act.many) || act.says],
    verb: `${act.verb} ${tasks.length}`,
    isGrave: act.isGrave ?? false,
    act: async () => void run(name, tasks, api, afterwards),
  });
}

/**
 * @param {"retry" | "drop"} name
 * @param {TaskSummary[]} tasks
 * @param {import("../api.js").Api} api
 * @param {(done: Set<string>) => void} afterwards
 */
async function run(name, tasks, api, afterwards) {
  const content = h("div", { class: "bulk" });
  const dialog = show(content);
  const done = /** @type {Set<string>} */ (new Set());
  const refused = /** @type {Refused[]} */ ([]);
  let isStopped = false;
  dialog.addEventListener("close", () => (isStopped = true));

  function draw() {
    const ended = done.size + refused.length;
    const isOver = isStopped || ended === tasks.length;
    patch(
      content,
      h("h2", { id: "dialog-title" }, isOver ? `${counted(done.size, "failure")} ${DONE[name]}` : `${done.size + refused.length} of ${tasks.length}`),
      h("progress", { max: tasks.length, value: ended, "aria-label": "Progress" }),
      refused.length ? refusals(refused) : null,
      h("div", { class: "row end" }, h("button", { type: "button", class: isOver ? "primary" : "", onclick: () => dialog.close() }, isOver ? "Close" : "Stop")),
    );
    const bar = content.querySelector("progress");
    if (bar) bar.value = ended;
  }

  draw();
  const waiting = [...tasks];
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  draw();
  if (!refused.length) dialog.close();
  announce(`${counted(done.size, "failure")} ${DONE[name]}${refused.length ? `; ${refused.length} refused` : ""}.`, refused.length ? "bad" : "good");
  afterwards(done);

  async function work() {
    for (let task = waiting.shift(); task && !isStopped; task = waiting.shift()) {
      try {
        await ACTS[name].call(api, task.id);
        done.add(task.id);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.push({ task, why: error.message });
      }
      draw();
    }
  }
}

/**
 * Which tasks they are, by their names, the most frequent first.
 * @param {TaskSummary[]} tasks
 */
function names(tasks) {
  const counts = /** @type {Map<string, number>} */ (new Map());
  for (const { task } of tasks) counts.set(task ?? "(unreadable)", (counts.get(task ?? "(unreadable)") ?? 0) + 1);
  const all = [...counts].sort(([, one], [, other]) => other - one);
  const more = all.length - NAMES_SHOWN;
  return h("ul", null, all.slice(0, NAMES_SHOWN).map(([name, number]) => h("li", null, h("span", { class: "mono" }, named(name, 120)), number > 1 ? ` × ${number}` : null)), more > 0 ? h("li", { class: "quiet" }, `and ${counted(more, "other name")}`) : null);
}

/** @param {Refused[]} refused */
function refusals(refused) {
  return h(
    "section",
    { "aria-label": "Refused", "data-key": "refused" },
    h("h3", null, `${counted(refused.length, "refusal")}`),
    h("ul", { class: "list scroller", tabindex: "0" }, refused.map(({ task, why }) => h("li", { "data-key": task.id }, h("a", { href: link("task", task.id) }, cut(task.task ?? task.id, 80)), h("p", { class: "error" }, cut(why, 400))))),
  );
}
