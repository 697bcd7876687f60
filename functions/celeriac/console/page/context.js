// The deployment that the page is about, and who signs its calls.

import { Api } from "./api.js";
import { signedIn } from "./login.js";

/** @typedef {import("./documents.js").Context} Context */

/**
 * Ask whoever serves the page what it is about.
 * @returns {Promise<{context: Context, api: Api}>}
 */
export async function connect() {
  const response = await fetch("context.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`The console's own server answered ${response.status}: start \`celeriac console\` again, and open the address that it prints.`);
  /** @type {Context} */
  const context = await response.json();
  const token = context.login ? await signedIn(context.login) : undefined;
  return { context, api: new Api(context.api, token) };
}
