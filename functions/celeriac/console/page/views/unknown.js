// An address that leads nowhere.

import { h, patch } from "../dom.js";
import { link } from "../router.js";

/**
 * @param {import("../main.js").Page} page
 * @returns {import("../main.js").View}
 */
export function unknown(page) {
  patch(page.root, h("h1", null, "Nothing is here"), h("p", null, "This page has no such view. ", h("a", { href: link("overview") }, "Go to the overview"), "."));
  return { title: "Nothing is here" };
}
