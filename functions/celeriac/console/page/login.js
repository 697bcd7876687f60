// Signing in where a deployment asks for tokens: OAuth's code with PKCE. The token stays in this tab's memory of the session.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html

/** @typedef {import("./documents.js").Login} Login */
/** @typedef {{token: string, at: number, until: number, refresh: string | null}} Session */

const SESSION = "celeriac.session";
const ERRAND = "celeriac.signing-in";
const EARLY_MS = 60_000; // a token is renewed before it ends
const NEW_MS = 60_000; // who is refused with a token as new as this would be with the next one

/**
 * What gives a token that is good, and another one if it is told that this one was refused; it may leave the page, to come
 * back signed in.
 * @param {Login} login
 * @returns {Promise<(refused?: string) => Promise<string | null>>}
 */
export async function signedIn(login) {
  const answer = new URLSearchParams(location.search);
  if (answer.has("code") || answer.has("error")) await arrive(login, answer);
  let renewing = /** @type {Promise<string | null> | null} */ (null);
  return async (refused) => {
    const session = kept();
    const isRefused = session?.token === refused && Date.now() - (session?.at ?? 0) > NEW_MS;
    if (session && !isRefused && session.until > Date.now() + EARLY_MS) return session.token;
    // Once for all calls that wait for it: a refresh token may be good for one use only.
    renewing ??= renew(login, session?.refresh).finally(() => (renewing = null));
    return renewing;
  };
}

/**
 * Go to sign in, and remember where to come back to.
 * @param {Login} login
 * @returns {Promise<never>}
 */
async function leave(login) {
  const verifier = random();
  const state = random();
  sessionStorage.setItem(ERRAND, JSON.stringify({ verifier, state, hash: location.hash }));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: login.client_id,
    redirect_uri: here(),
    scope: login.scopes.join(" "),
    state,
    code_challenge_method: "S256",
    code_challenge: base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))),
  });
  location.assign(`${login.authority}/oauth2/authorize?${query}`);
  return new Promise(() => {}); // the page ends here
}

/**
 * Come back with a code, or with the reason why there is none.
 * @param {Login} login
 * @param {URLSearchParams} answer
 */
async function arrive(login, answer) {
  const errand = JSON.parse(sessionStorage.getItem(ERRAND) ?? "{}");
  sessionStorage.removeItem(ERRAND);
  history.replaceState(null, "", here() + (typeof errand.hash === "string" ? errand.hash : ""));
  const code = answer.get("code");
  if (!code || !errand.state || answer.get("state") !== errand.state) {
    throw new Error(`Nobody is signed in: ${answer.get("error_description") ?? answer.get("error") ?? "the answer is not to this page’s question"}.`);
  }
  const told = await exchange(login, { grant_type: "authorization_code", code, redirect_uri: here(), code_verifier: errand.verifier });
  if (!told) throw new Error("Nobody is signed in: the code was not taken. Load the page again.");
}

/**
 * A token for the next while, or the way to sign in again.
 * @param {Login} login
 * @param {string | null | undefined} refresh
 */
async function renew(login, refresh) {
  const renewed = refresh ? await exchange(login, { grant_type: "refresh_token", refresh_token: refresh }) : null;
  return renewed ?? leave(login);
}

/**
 * Have a token for a grant, and keep it; null where it is refused.
 * @param {Login} login
 * @param {Record<string, string>} grant
 */
async function exchange(login, grant) {
  const body = new URLSearchParams({ ...grant, client_id: login.client_id });
  const response = await fetch(`${login.authority}/oauth2/token`, { method: "POST", body });
  if (!response.ok) {
    sessionStorage.removeItem(SESSION);
    return null;
  }
  const told = await response.json();
  const refresh = told.refresh_token ?? grant.refresh_token ?? null;
  /** @type {Session} */
  const session = { token: told.access_token, at: Date.now(), until: Date.now() + told.expires_in * 1000, refresh };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  return session.token;
}

/** @returns {Session | null} */
function kept() {
  return JSON.parse(sessionStorage.getItem(SESSION) ?? "null");
}

function here() {
  return location.origin + location.pathname;
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)).buffer);
}

/** @param {ArrayBuffer} bytes */
function base64url(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
