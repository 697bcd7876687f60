// A task's whole story: what was asked, what was tried, what came of it, and who its parents and children are.

import { ACTS, actButton, actsOn } from "../acts.js";
import { segment } from "../api.js";
import { announce } from "../announce.js";
import { h, patch } from "../dom.js";
import { graph } from "../graph.js";
import { icon } from "../icons.js";
import { go, link } from "../router.js";
import { READY_STATES, badge } from "../states.js";
import { empty, loading } from "../table.js";
import { cut, visible } from "../text.js";
import { facts, logLines, message, outcome } from "./task_parts.js";
import { timeline } from "./timeline.js";

/** @typedef {import("../api.js").Refusal} Refusal */
/** @typedef {import("../documents.js").Story} Story */
/** @typedef {import("../documents.js").TaskLog} TaskLog */
/** @typedef {import("../documents.js").TaskDocument} TaskDocument */

const NARROW = matchMedia("(max-width: 47.5rem)");

/**
 * @param {import("../main.js").Page} page
 * @returns {import("../main.js").View}
 */
export function task(page) {
  const { id } = page.route;
  let story = /** @type {Story | null} */ (null);
  let log = /** @type {TaskLog | null} */ (null);
  let refused = /** @type {Refusal | null} */ (null);
  let [logTrouble, isInView] = ["", false];
  const unfolded = /** @type {Set<string>} */ (new Set());

  function draw() {
    patch(page.root, story ? whole(story) : refused ? missing(refused) : [heading(null), loading()]);
    if (!isInView) showCurrent();
  }

  /** Once, have a wide family begin where the task is. */
  function showCurrent() {
    const [scroller, node] = [page.root.querySelector(".family"), page.root.querySelector(".node[aria-current]")];
    if (!scroller || !node) return;
    isInView = true;
    const [frame, box] = [scroller.getBoundingClientRect(), node.getBoundingClientRect()];
    scroller.scrollTo(box.x - frame.x - (frame.width - box.width) / 2, box.y - frame.y - (frame.height - box.height) / 2);
  }

  /** @param {Story} told */
  function whole(told) {
    const about = told.task;
    return [
      heading(about),
      h("section", { class: "panel", "aria-label": "Facts", "data-key": "facts" }, facts(about)),
      h(
        "div",
        { class: "panels", "data-key": "panels" },
        h("div", { class: "column" }, panel(about.error ? "Error" : "Result", outcome(about)), panel("Message", message(told))),
        h("div", { class: "column" }, panel("Attempts", timeline(log?.lines ?? [], about)), panel("Log", logLines(log, logTrouble))),
      ),
      panel("Parents and children", family(told)),
    ];
  }

  /** @param {Story} told */
  function family(told) {
    if (told.family.length < 2) return h("p", { class: "quiet" }, "It has no parent, and no children are known.");
    const unfold = (/** @type {string} */ key) => {
      unfolded.add(key);
      draw();
    };
    const cutOff = told.family_is_cut ? h("p", { class: "quiet" }, "There are more; these are the nearest.") : null;
    return [graph(told.family, { current: id, isNarrow: NARROW.matches, unfolded, unfold }), cutOff];
  }

  /** @param {TaskDocument | null} about */
  function heading(about) {
    const some = { id, task: about?.task ?? null, state: about?.state ?? "" };
    return h(
      "div",
      { class: "head", "data-key": "head" },
      h("div", { class: "row" }, h("h1", { class: "mono" }, about ? cut(about.task ?? "(not known yet)", 200) : "Task"), about ? badge(about.state) : null, h("span", { class: "spring" }), about && !page.context.read_only ? actsOn(about.state).map((name) => actButton(name, some, page.api, done(name))) : null),
      h("div", { class: "row" }, h("span", { class: "id quiet" }, visible(id)), h("button", { type: "button", class: "plain", "aria-label": "Copy the id", title: "Copy the id", onclick: copy }, icon("copy"))),
    );
  }

  /** @param {Refusal} refusal */
  function missing({ status, message: why }) {
    if (status !== 404) return [heading(null), empty(why)];
    const act = page.context.read_only ? null : actButton("revoke", { id, task: null, state: "" }, page.api, () => page.live.refresh());
    return [heading(null), empty(why, "A task that a program sent is known once it tells of itself: at the latest when it has ended. "), act ? h("p", { class: "row center" }, "It can be revoked before it comes: ", act) : null];
  }

  /** @param {keyof typeof ACTS} name */
  function done(name) {
    return () => (name === "drop" ? go(link("failures")) : page.live.refresh());
  }

  function copy() {
    navigator.clipboard.writeText(id).then(
      () => announce("The id was copied."),
      () => announce("The browser did not let the id be copied.", "bad"),
    );
  }

  draw();
  NARROW.addEventListener("change", draw);
  const isAtWork = () => !story || !READY_STATES.has(story.task.state);
  page.live.watch({
    every_s: () => (isAtWork() ? 3 : 20),
    ask: (signal) => /** @type {Promise<Story>} */ (page.api.get(`stories/${segment(id)}`, {}, signal)),
    show: (document) => {
      [story, refused] = [document, null];
      draw();
    },
    refused: (refusal) => {
      if (refusal.isPassing || story) return false;
      refused = refusal;
      draw();
      return true;
    },
  });
  page.live.watch({
    every_s: () => (isAtWork() ? 10 : 60),
    ask: (signal) => /** @type {Promise<TaskLog>} */ (page.api.get(`logs/${segment(id)}`, {}, signal)),
    show: (document) => {
      [log, logTrouble] = [document, ""];
      draw();
    },
    refused: (refusal) => {
      logTrouble = refusal.message;
      draw();
      return true;
    },
  });
  return { title: "Task", leave: () => NARROW.removeEventListener("change", draw) };
}

/**
 * @param {string} title
 * @param {import("../dom.js").Child | import("../dom.js").Child[]} body
 */
function panel(title, body) {
  return h("section", { class: "panel", "aria-label": title, "data-key": title }, h("h2", null, title), ...[body].flat());
}
