// What is done to one task, and what each act tells before it does it.

import { segment } from "./api.js";
import { announce } from "./announce.js";
import { confirm } from "./dialogs.js";
import { h } from "./dom.js";
import { cut, visible } from "./text.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {{id: string, task: string | null, state: string}} Some */
/** @typedef {{verb: string, says: string, many?: string, isGrave?: boolean, done: string, call: (api: Api, id: string) => Promise<unknown>}} Act */

/** @type {Record<"retry" | "drop" | "revoke" | "terminate", Act>} */
export const ACTS = {
  retry: {
    verb: "Retry",
    says: "Its message is sent again to the queue where it failed, as one attempt more. What failed with it, later in its canvas, waits again.",
    many: "Their messages are sent again to the queues where they failed, each as one attempt more. What failed with them, later in their canvases, waits again.",
    done: "was sent again",
    call: (api, id) => api.change("POST", `tasks/${segment(id)}/retry`),
  },
  drop: {
    verb: "Drop",
    says: "It is struck off the list of failures, and its message is deleted: it cannot be retried after that. Its row goes on to say FAILURE until it expires.",
    many: "They are struck off the list of failures, and their messages are deleted: they cannot be retried after that. Their rows go on to say FAILURE until they expire.",
    isGrave: true,
    done: "was dropped",
    call: (api, id) => api.change("POST", `tasks/${segment(id)}/drop`),
  },
  revoke: {
    verb: "Revoke",
    says: "It does not begin, nor does a retry of it. If it runs already, it goes on, and its result is kept.",
    isGrave: true,
    done: "was revoked",
    call: (api, id) => api.change("DELETE", `tasks/${segment(id)}`),
  },
  terminate: {
    verb: "Terminate",
    says: "It does not begin; if it runs, it is ended when it next tells of its progress. A task that never does goes on to its end.",
    isGrave: true,
    done: "is to be ended",
    call: (api, id) => api.change("DELETE", `tasks/${segment(id)}?terminate=true`),
  },
};

/**
 * Which acts a task's state allows.
 * @param {string} state
 * @returns {(keyof typeof ACTS)[]}
 */
export function actsOn(state) {
  if (state === "FAILURE") return ["retry", "drop"];
  if (["SUCCESS", "REVOKED", "REJECTED", "IGNORED"].includes(state)) return [];
  return ["revoke", "terminate"];
}

/**
 * The button of an act, which asks first; `then` is called when it was done.
 * @param {keyof typeof ACTS} name
 * @param {Some} task
 * @param {Api} api
 * @param {() => void} then
 */
export function actButton(name, task, api, then) {
  const act = ACTS[name];
  const ask = () =>
    confirm({
      title: `${act.verb} ${cut(task.task ?? "this task", 80)}?`,
      says: [h("p", { class: "quiet mono" }, visible(task.id)), act.says],
      verb: act.verb,
      isGrave: act.isGrave ?? false,
      act: async () => {
        await act.call(api, task.id);
        announce(`${cut(task.task ?? task.id, 80)} ${act.done}.`);
        then();
      },
    });
  return h("button", { type: "button", "data-key": name, class: act.isGrave ? "grave" : "", onclick: ask }, act.verb);
}
