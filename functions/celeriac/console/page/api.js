// The calls of the API, and what goes wrong with them, in words.

import { set } from "./now.js";

/** @typedef {import("./documents.js").Fault} Fault */

const PATIENCE_MS = 30_000; // the gateway gives up at 29 s

/** What the API, or the way to it, refused: `status` is 0 where there was no answer at all. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {Fault[]} [faults]
   */
  constructor(status, message, faults = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }

  /** Whether to ask again may help. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  /**
   * @param {string} base below which the API's paths are
   * @param {(refused?: string) => Promise<string | null>} [token] of a deployment that asks for one; another, if that was refused
   */
  constructor(base, token = async () => null) {
    this.base = base;
    this.token = token;
  }

  /**
   * Read a document.
   * @template T
   * @param {string} path
   * @param {Record<string, string | null | undefined>} [query]
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  get(path, query, signal) {
    return this.#call("GET", path + queryOf(query), undefined, signal);
  }

  /**
   * Change something.
   * @template T
   * @param {"POST" | "PATCH" | "DELETE"} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<T>}
   */
  change(method, path, body) {
    return this.#call(method, path, body);
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async #call(method, path, body, signal) {
    const token = await this.#signed();
    let response = await this.#sent(method, path, body, token, signal);
    const other = response.status === 401 && token ? await this.#signed(token) : token;
    if (other !== token) response = await this.#sent(method, path, body, other, signal);
    const document = await response.json().catch(() => null);
    if (response.ok && document !== null) return document;
    if (response.ok) throw new Refusal(0, "The API’s answer broke off, or is no JSON.");
    throw refusalOf(response, method, document);
  }

  /** @param {string} [refused] */
  #signed(refused) {
    return this.token(refused).catch(() => {
      throw new Refusal(0, "Who you signed in with does not answer.");
    });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {string | null} token
   * @param {AbortSignal} [signal]
   */
  async #sent(method, path, body, token, signal) {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${this.base}/${path}`, {
      method,
      headers: headersOf(method, body, token),
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    }).catch((error) => {
      if (signal?.aborted) throw error;
      const reason = patience.aborted ? `no answer within ${PATIENCE_MS / 1000} seconds` : "there is no connection to it";
      throw new Refusal(0, `The API does not answer: ${reason}.`);
    });
    set(response.headers.get("date"));
    return response;
  }
}

/**
 * A part of a path, of any text.
 * @param {string} text
 */
export function segment(text) {
  return encodeURIComponent(text);
}

/** @param {Record<string, string | null | undefined>} [query] */
function queryOf(query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value);
  const text = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return text && `?${text}`;
}

/**
 * @param {string} method
 * @param {unknown} body
 * @param {string | null} token
 * @returns {Record<string, string>}
 */
function headersOf(method, body, token) {
  return {
    accept: "application/json",
    ...(method === "GET" ? {} : { "X-Celeriac-Console": "1" }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
}

/**
 * @param {Response} response
 * @param {string} method
 * @param {any} document problem JSON, or what the gateway says itself
 */
function refusalOf(response, method, document) {
  const told = document?.detail ?? document?.message ?? document?.Message;
  const detail = typeof told === "string" ? told : `The API answered ${response.status} ${response.statusText}.`;
  const isOfGateway = document?.type === undefined; // which refuses before anybody asks for a permission by name
  const lack = response.status === 403 && isOfGateway ? `This needs the permission “${method === "GET" ? "read" : "operate"}”. ` : "";
  return new Refusal(response.status, lack + detail, Array.isArray(document?.errors) ? document.errors : []);
}
