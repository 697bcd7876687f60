// The page: who it is about, which view is shown, and what keeps it live.

import { connect } from "./context.js";
import { closeAll } from "./dialogs.js";
import { h, patch, the } from "./dom.js";
import { listen } from "./keyboard.js";
import { Live } from "./live.js";
import { routeOf } from "./router.js";
import { drawLive, drawNav, drawTop } from "./shell.js";
import { failures } from "./views/failures.js";
import { overview } from "./views/overview.js";
import { queues } from "./views/queues.js";
import { schedules } from "./views/schedules.js";
import { task } from "./views/task.js";
import { tasks } from "./views/tasks.js";
import { unknown } from "./views/unknown.js";
import { workers } from "./views/workers.js";

/** @typedef {import("./router.js").Route} Route */
/** @typedef {import("./documents.js").Context} Context */
/**
 * What a view is given: where to draw, what to ask, and what keeps asking.
 * @typedef {{root: HTMLElement, api: import("./api.js").Api, live: Live, context: Context, route: Route}} Page
 */
/** @typedef {{title: string, turn?: (route: Route) => void, leave?: () => void}} View */

/** @type {Record<string, (page: Page) => View>} */
const VIEWS = { overview, queues, tasks, task, failures, schedules, workers };

async function main() {
  const { context, api } = await connect();
  const live = new Live(() => {
    drawTop(context, live);
    drawLive(live);
  });
  let shown = /** @type {{route: Route, view: View} | null} */ (null);

  function turn() {
    const route = routeOf(location.hash);
    const isSame = shown?.route.view === route.view && shown.route.id === route.id;
    live.clear();
    closeAll();
    if (shown && isSame && shown.view.turn) {
      shown.view.turn(route);
      shown = { route, view: shown.view };
      return;
    }
    shown?.view.leave?.();
    shown = { route, view: open(route) };
    document.title = `${shown.view.title} · ${context.deployment}`;
    drawNav(route.view);
  }

  /** @param {Route} route */
  function open(route) {
    const root = h("div", { class: `view ${Object.hasOwn(VIEWS, route.view) ? route.view : "unknown"}` });
    const isFirst = !shown;
    the("#main").replaceChildren(root);
    const show = Object.hasOwn(VIEWS, route.view) ? VIEWS[route.view] : undefined;
    const view = (show ?? unknown)({ root, api, live, context, route });
    if (!isFirst) the("#main").focus({ preventScroll: true });
    scrollTo(0, 0);
    the("#main").scrollTop = 0; // on a phone that is what scrolls
    return view;
  }

  drawTop(context, live);
  drawNav("");
  drawLive(live);
  listen({ pause: () => live.pause(!live.condition.isPaused), refresh: () => live.refresh() }, () => {
    drawTop(context, live);
    drawNav(shown?.route.view ?? "");
    drawLive(live);
  });
  setInterval(() => live.condition.refusal && drawLive(live), 1000);
  the(".skip").onclick = (event) => {
    event.preventDefault(); // the address is the route
    the("#main").focus();
  };
  addEventListener("hashchange", turn);
  turn();
}

main().catch((error) => {
  patch(the("#main"), h("div", { class: "empty" }, h("h1", null, "The console cannot begin"), h("p", null, error instanceof Error ? error.message : String(error))));
});
