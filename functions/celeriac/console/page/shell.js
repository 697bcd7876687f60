// What is around every view: whose deployment this is, the way to the views, and how live the page is.

import { h, patch, the } from "./dom.js";
import { icon } from "./icons.js";
import { help, hint } from "./keyboard.js";
import { link } from "./router.js";
import { nextTheme, theme } from "./theme.js";
import { clock } from "./time.js";

/** @typedef {import("./documents.js").Context} Context */
/** @typedef {import("./live.js").Live} Live */
/** @typedef {import("./icons.js").Icon} Icon */

/** @type {[Icon, string][]} */
const VIEWS = [
  ["overview", "Overview"],
  ["queues", "Queues"],
  ["tasks", "Tasks"],
  ["failures", "Failures"],
  ["schedules", "Schedules"],
  ["workers", "Workers"],
];
const THEME_SAYS = { system: "as the system", light: "light", dark: "dark" };

/**
 * The head of the page.
 * @param {Context} context
 * @param {Live} live
 */
export function drawTop(context, live) {
  const where = context.endpoint ? `local · ${hostOf(context.endpoint)}` : context.region;
  const isCalm = !live.condition.isPaused;
  patch(
    the("#top"),
    h("a", { class: "brand", href: link("overview"), "aria-label": `${context.deployment}: overview` }, mark(), h("strong", null, context.deployment)),
    h("span", { class: "where", title: "Where the deployment is" }, where),
    context.read_only ? h("span", { class: "chip", title: "What changes something is hidden" }, "read-only") : null,
    h("span", { class: "spring" }),
    h("span", { id: "live", class: "live" }),
    h(
      "button",
      { type: "button", class: "plain", "aria-pressed": isCalm ? "false" : "true", "aria-label": "Pause the live updates", title: hint(`${isCalm ? "Pause" : "Go on with"} the live updates`, "p"), onclick: () => live.pause(!live.condition.isPaused) },
      icon(isCalm ? "pause" : "play"),
    ),
    h(
      "button",
      { type: "button", class: "plain", "aria-label": `Colours: ${THEME_SAYS[theme()]}`, title: `Colours: ${THEME_SAYS[theme()]}`, onclick: () => (nextTheme(), drawTop(context, live), drawLive(live)) },
      icon("theme"),
    ),
    h("button", { type: "button", class: "plain", "aria-label": "Help: keys", title: hint("Keys", "?"), onclick: help }, icon("help")),
  );
}

/**
 * The way to the views, with the present one marked.
 * @param {string} current
 */
export function drawNav(current) {
  const shown = current === "task" ? "tasks" : current;
  patch(
    the("#nav"),
    VIEWS.map(([view, name]) =>
      h("a", { "data-key": view, href: link(view), "aria-current": view === shown ? "page" : null, title: hint(name, `g ${view.charAt(0)}`) }, icon(view), h("span", null, name)),
    ),
  );
}

/**
 * How live the page is, and what is wrong if the API does not answer.
 * @param {Live} live
 */
export function drawLive(live) {
  const { isPaused, isHidden, updatedAt, refusal, hasCome, nextAt } = live.condition;
  const word = refusal ? (refusal.isPassing ? "no answer" : "refused") : isPaused ? "paused" : isHidden ? "resting" : "live";
  const at = updatedAt ? `updated ${clock(updatedAt, true)}` : "asking";
  patch(
    the("#live"),
    h("span", { class: `dot ${refusal ? "bad" : isPaused || isHidden ? "off" : "good"}` }),
    h("span", null, word),
    h("span", { class: "quiet updated" }, at),
  );
  the("#main").classList.toggle("unanswered", refusal !== null);
  const wait_s = Math.max(0, Math.ceil((nextAt - Date.now()) / 1000));
  patch(
    the("#banner"),
    refusal
      ? h(
          "div",
          { class: "banner" },
          icon("failures"),
          h("p", null, refusal.message, hasCome ? h("span", { class: "quiet" }, " What you see is from before.") : null, isPaused || !Number.isFinite(wait_s) ? null : h("span", { class: "quiet", "aria-hidden": "true" }, ` The page asks again in ${wait_s} s.`)),
          h("button", { type: "button", onclick: () => live.refresh() }, "Ask now"),
        )
      : null,
  );
}

function mark() {
  return h("img", { src: new URL("icon.svg", import.meta.url).href, alt: "", width: "22", height: "22" });
}

/** @param {string} url */
function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
