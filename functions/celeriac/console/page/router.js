// The address behind the `#`: which view, of what, and with which filters.

/** @typedef {{view: string, id: string, query: Record<string, string>}} Route */

/**
 * The route that an address's hash says; the overview where it says nothing.
 * @param {string} hash
 * @returns {Route}
 */
export function routeOf(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...rest] = path.split("/");
  return { view: view || "overview", id: decoded(rest.join("/")), query: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * The hash of a route; filters that say nothing are left out.
 * @param {string} view
 * @param {string} [id]
 * @param {Record<string, string | null | undefined>} [query]
 */
export function link(view, id = "", query = {}) {
  const given = Object.entries(query).filter(([, value]) => value);
  const text = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return `#/${view}${id && `/${encodeURIComponent(id)}`}${text && `?${text}`}`;
}

/**
 * Go to a route.
 * @param {string} hash
 */
export function go(hash) {
  location.hash = hash;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
