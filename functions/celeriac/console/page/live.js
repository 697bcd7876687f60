// Asking again and again, while somebody looks: nothing is asked while the tab is hidden or the reader has paused, and less
// and less while the API does not answer, or takes long to.

import { Refusal } from "./api.js";

const LONGEST_MS = 60_000;
const RESTS = 3; // times as long as an answer takes: what takes long is asked for less often
const SOON_MS = 50; // so that what asks at the same time is counted as one

/**
 * @template T
 * @typedef {{every_s: number | (() => number), ask: (signal: AbortSignal) => Promise<T>, show: (document: T) => void, refused?: (refusal: Refusal) => boolean}} Watched
 */
/** @typedef {Watched<any> & {timer: number, due: number, isAsking: boolean, isWantedAgain: boolean, hasCome: boolean, failures: number, refusal: Refusal | null}} Watch */
/** `refusal` is what one of the watches got last and did not show itself; `hasCome` is whether there is anything to look at. */
/** @typedef {{isPaused: boolean, isHidden: boolean, updatedAt: Date | null, refusal: Refusal | null, hasCome: boolean, nextAt: number}} Condition */

export class Live {
  #watches = /** @type {Watch[]} */ ([]);
  #abort = new AbortController();
  #isPaused = false;
  #updatedAt = /** @type {Date | null} */ (null);
  #refusal = /** @type {Refusal | null} */ (null);

  /** @param {(condition: Condition) => void} told of every change of the condition */
  constructor(told) {
    this.told = told;
    document.addEventListener("visibilitychange", () => this.#arrange());
    addEventListener("online", () => this.#askAnew());
  }

  /** @returns {Condition} */
  get condition() {
    const nextAt = Math.min(...this.#watches.map((watch) => watch.due));
    const hasCome = this.#watches.some((watch) => watch.hasCome);
    return { isPaused: this.#isPaused, isHidden: document.hidden, updatedAt: this.#updatedAt, refusal: this.#refusal, hasCome, nextAt };
  }

  /**
   * Ask now, and then every so often; `refused` answers whether it has shown a refusal in its own way.
   * @template T
   * @param {Watched<T>} watched
   */
  watch(watched) {
    const watch = { ...watched, timer: 0, due: 0, isAsking: false, isWantedAgain: false, hasCome: false, failures: 0, refusal: null };
    this.#watches.push(watch);
    void this.#ask(watch);
  }

  /** Ask for everything again at once, whether paused or not; what is being asked for is asked for once more, as it may be older. */
  refresh() {
    for (const watch of this.#watches) {
      watch.isWantedAgain = watch.isAsking;
      void this.#ask(watch);
    }
  }

  /** Forget what is watched; answers that are under way are dropped. */
  clear() {
    this.#abort.abort();
    this.#abort = new AbortController();
    for (const watch of this.#watches) clearTimeout(watch.timer);
    this.#watches = [];
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#arrange();
  }

  /** Ask at once for what was not answered: there is a network again. */
  #askAnew() {
    for (const watch of this.#watches) if (watch.failures) watch.due = 0;
    this.#arrange();
  }

  /**
   * @param {Watch} watch
   * @param {Refusal} refusal
   */
  #note(watch, refusal) {
    const isShown = watch.refused?.(refusal) ?? false;
    watch.refusal = isShown ? null : refusal;
    watch.failures = isShown && !refusal.isPassing ? 0 : Math.min(watch.failures + 1, 5);
  }

  #arrange() {
    for (const watch of this.#watches) this.#schedule(watch);
    this.told(this.condition);
  }

  /** @param {Watch} watch */
  #schedule(watch) {
    clearTimeout(watch.timer);
    if (this.#isPaused || document.hidden || watch.isAsking) return;
    watch.timer = setTimeout(() => void this.#ask(watch), Math.max(SOON_MS, watch.due - Date.now()));
  }

  /** @param {Watch} watch */
  async #ask(watch) {
    if (watch.isAsking) return;
    clearTimeout(watch.timer);
    watch.isAsking = true;
    const askedAt = Date.now();
    const { signal } = this.#abort;
    try {
      const document = await watch.ask(signal);
      if (signal.aborted) return;
      Object.assign(watch, { hasCome: true, failures: 0, refusal: null });
      this.#updatedAt = new Date();
      watch.show(document);
    } catch (error) {
      if (signal.aborted) return;
      this.#note(watch, error instanceof Refusal ? error : notUnderstood(error));
    } finally {
      watch.isAsking = false;
      const every_ms = 1000 * (typeof watch.every_s === "function" ? watch.every_s() : watch.every_s);
      const rest_ms = Math.max(every_ms * 2 ** watch.failures, RESTS * (Date.now() - askedAt));
      watch.due = Date.now() + Math.min(Math.max(LONGEST_MS, every_ms), rest_ms);
      if (!signal.aborted) this.#refusal = this.#watches.find((one) => one.refusal)?.refusal ?? null;
      if (!signal.aborted) this.#arrange();
      if (!signal.aborted && watch.isWantedAgain) {
        watch.isWantedAgain = false;
        void this.#ask(watch);
      }
    }
  }
}

/**
 * What to say of an answer that a view could not draw; the browser's log has the rest.
 * @param {unknown} error
 */
function notUnderstood(error) {
  console.error(error);
  return new Refusal(0, "The page does not understand the API’s answer: the two may be of different versions.");
}
