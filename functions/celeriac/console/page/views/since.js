// How far back a list goes.

import { now } from "../now.js";

const SECONDS = /** @type {Record<string, number>} */ ({ "15 min": 900, "1 h": 3600, "24 h": 86_400, "7 d": 604_800, "14 d": 1_209_600 });

/** What may be chosen. */
export const SINCE = Object.keys(SECONDS);

/**
 * The moment that a choice means; another text is a moment itself.
 * @param {string | undefined} chosen
 */
export function sinceOf(chosen) {
  if (!chosen) return undefined;
  const ago_s = Object.hasOwn(SECONDS, chosen) ? SECONDS[chosen] : undefined;
  return ago_s ? new Date(now() - ago_s * 1000).toISOString() : chosen;
}
