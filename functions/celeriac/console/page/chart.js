// A chart of lines over time: the values under the pointer stand in its legend, and a table has them for readers.

import { h, patch, s } from "./dom.js";
import { foremost } from "./foremost.js";
import { counted } from "./numbers.js";
import { latest, linePath, moments, ticks } from "./scale.js";
import { clock, day } from "./time.js";
import { cut } from "./text.js";

/** @typedef {import("./scale.js").Values} Values */
/** @typedef {{name: string, values: Values, colour: number, isDashed?: boolean}} Series */
/** @typedef {{times: string[], series: Series[]}} Shown */
/** @typedef {{write: (value: number | null) => string, ticks?: (most: number) => number[]}} Measure how values are written, and where the axis has its marks */

const HEIGHT = 132;
const EDGE = { left: 46, right: 8, top: 8, bottom: 20 };
const TABLE_ROWS = 60;
const LONG_MS = 36 * 3_600_000;

export class Chart {
  /** @type {Shown} */
  #shown = { times: [], series: [] };
  #named = /** @type {Series[]} */ ([]);
  #others = /** @type {Series[]} */ ([]);
  #times = /** @type {Date[]} */ ([]);
  #at = /** @type {number | null} */ (null);
  #width = 0;
  #nothing = "Asking…";

  /**
   * @param {string} title
   * @param {string} about what exactly is shown
   * @param {Measure} measure
   */
  constructor(title, about, measure) {
    this.title = title;
    this.about = about;
    this.write = measure.write;
    this.ticks = measure.ticks ?? ticks;
    this.legend = h("div", { class: "legend" });
    this.when = h("span", { class: "when quiet" });
    this.plot = s("svg", { class: "plot", role: "img", height: `${HEIGHT / 16}rem` });
    this.table = h("details", { class: "figures", ontoggle: () => this.#drawTable() }, h("summary", { "aria-label": `${title} as a table` }, "Table"));
    this.element = h(
      "section",
      { class: "panel chart", "aria-label": title },
      h("div", { class: "row" }, h("h2", { title: about }, title), h("span", { class: "spring" }), this.when),
      this.legend,
      this.plot,
      this.table,
    );
    this.plot.addEventListener("pointermove", (event) => this.#point(event));
    this.plot.addEventListener("pointerleave", () => this.#look(null));
    new ResizeObserver(() => this.#resize()).observe(this.element);
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    ({ named: this.#named, others: this.#others } = foremost(shown.series));
    this.#nothing = shown.times.length ? "Nothing in this time" : "No figures";
    this.#times = shown.times.map((time) => new Date(time));
    if (this.#at !== null && this.#at >= this.#times.length) this.#at = null;
    this.#draw();
    this.#drawTable();
  }

  /** Say that nothing came, if nothing ever did. */
  miss() {
    if (!this.#times.length) this.show({ times: [], series: [] });
  }

  #resize() {
    const width = (this.plot.clientWidth || this.element.clientWidth - 24) / this.#scale;
    if (width > 0 && width !== this.#width) {
      this.#width = width;
      this.#draw();
    }
  }

  /** How much larger than usual the reader has letters. */
  get #scale() {
    return this.plot.clientHeight / HEIGHT || 1;
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const place = (event.offsetX / this.#scale - EDGE.left) / (this.#width - EDGE.left - EDGE.right);
    const index = Math.round(place * (this.#times.length - 1));
    this.#look(Math.max(0, Math.min(this.#times.length - 1, index)));
  }

  /** @param {number | null} index */
  #look(index) {
    if (index === this.#at || !this.#times.length) return;
    this.#at = index;
    this.#draw();
  }

  #draw() {
    const { series } = this.#shown;
    const values = series.flatMap((one) => one.values).filter((value) => value !== null);
    this.#drawLegend();
    this.plot.setAttribute("aria-label", this.#says());
    if (!this.#width) return;
    this.plot.setAttribute("viewBox", `0 0 ${this.#width} ${HEIGHT}`);
    if (!values.length) {
      patch(this.plot, s("text", { class: "none", x: this.#width / 2, y: HEIGHT / 2, "text-anchor": "middle" }, this.#nothing));
      return;
    }
    const marks = this.ticks(Math.max(...values));
    const top = marks.at(-1) ?? 1;
    const y = (/** @type {number} */ value) => HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.bottom - EDGE.top);
    patch(this.plot, this.#grid(marks, y), this.#axis(), this.#others.map((one) => this.#other(one, y)), this.#named.map((one) => this.#line(one, y, series.length === 1)), this.#cross(y));
  }

  /** @param {number} index */
  #x(index) {
    const room = this.#width - EDGE.left - EDGE.right;
    return EDGE.left + (this.#times.length > 1 ? (index / (this.#times.length - 1)) * room : room / 2);
  }

  /**
   * @param {number[]} marks
   * @param {(value: number) => number} y
   */
  #grid(marks, y) {
    return marks.map((mark) =>
      s(
        "g",
        { class: "grid", "data-key": `y${mark}` },
        s("line", { x1: EDGE.left, x2: this.#width - EDGE.right, y1: y(mark), y2: y(mark) }),
        s("text", { x: EDGE.left - 6, y: y(mark) + 3.5, "text-anchor": "end" }, this.write(mark)),
      ),
    );
  }

  #axis() {
    const [first, last] = [this.#times.at(0)?.getTime() ?? 0, this.#times.at(-1)?.getTime() ?? 0];
    const room = this.#width - EDGE.left - EDGE.right;
    return moments(first, last, Math.max(2, Math.floor(room / 70))).map((moment) => {
      const x = EDGE.left + ((moment - first) / Math.max(1, last - first)) * room;
      const anchor = x > this.#width - 24 ? "end" : "middle";
      const place = { x: anchor === "end" ? this.#width - 2 : x, y: HEIGHT - 5, "text-anchor": anchor };
      return s("text", { class: "tick", "data-key": `x${moment}`, ...place }, written(new Date(moment), last - first));
    });
  }

  /**
   * @param {Series} one
   * @param {(value: number) => number} y
   * @param {boolean} isOnly
   */
  #line({ name, values, colour, isDashed }, y, isOnly) {
    const line = linePath(values, (index) => this.#x(index), y);
    const known = values.every((value) => value !== null);
    const area = isOnly && known ? `${line}L${this.#x(values.length - 1)} ${y(0)}L${this.#x(0)} ${y(0)}z` : "";
    return s(
      "g",
      { class: `series c${colour}`, "data-key": `s ${name}` },
      s("path", { class: "area", d: area }),
      s("path", { class: isDashed ? "line dashed" : "line", d: line }),
    );
  }

  /**
   * A line without a name of its own.
   * @param {Series} one
   * @param {(value: number) => number} y
   */
  #other({ name, values }, y) {
    return s("path", { class: "line other", "data-key": `o ${name}`, d: linePath(values, (index) => this.#x(index), y) });
  }

  /** @param {(value: number) => number} y */
  #cross(y) {
    const index = this.#at;
    if (index === null) return [];
    const x = this.#x(index);
    return s(
      "g",
      { class: "cross", "data-key": "cross" },
      s("line", { x1: x, x2: x, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }),
      this.#named.map(({ values, colour }) => {
        const value = values[index] ?? null;
        return value === null ? null : s("circle", { class: `c${colour}`, cx: x, cy: y(value), r: 3 });
      }),
    );
  }

  #drawLegend() {
    const at = this.#at;
    this.when.textContent = at === null ? "" : written(this.#times[at] ?? new Date(), LONG_MS, true);
    patch(
      this.legend,
      this.#named.map((one) =>
        h(
          "span",
          { class: "entry", "data-key": one.name },
          s("svg", { class: `swatch c${one.colour}`, viewBox: "0 0 14 4", "aria-hidden": "true" }, s("path", { class: one.isDashed ? "line dashed" : "line", d: "M0 2h14" })),
          h("span", { class: "name" }, cut(one.name, 40)),
          h("span", { class: "value" }, this.write(at === null ? (latest(one.values)?.value ?? null) : (one.values[at] ?? null))),
        ),
      ),
      this.#others.length ? h("span", { class: "quiet", "data-key": "others" }, `and ${this.#beside()} in the table`) : null,
    );
  }

  #beside() {
    return counted(this.#others.length, "other line");
  }

  /** The chart in a sentence: the latest values. */
  #says() {
    const told = this.#named.map((one) => {
      const last = latest(one.values);
      const time = last && this.#times[last.index];
      return last && time ? `${cut(one.name, 40)} ${this.write(last.value)} at ${clock(time)}` : `${cut(one.name, 40)} nothing`;
    });
    const others = this.#others.length ? `; and ${this.#beside()}` : "";
    return `${this.title}, latest: ${told.join("; ") || "nothing is known"}${others}`;
  }

  #drawTable() {
    const summary = this.table.firstElementChild;
    if (!this.table.open || !summary) return;
    const { series } = this.#shown;
    const rows = this.#times.map((time, index) => ({ time, index })).reverse().slice(0, TABLE_ROWS);
    const body = rows.map(({ time, index }) =>
      h("tr", { "data-key": time.toISOString() }, h("th", { scope: "row" }, written(time, LONG_MS, true)), series.map((one) => h("td", { class: "number" }, this.write(one.values[index] ?? null)))),
    );
    const head = h("tr", null, h("th", { scope: "col" }, "Time"), series.map((one) => h("th", { scope: "col", class: "number" }, cut(one.name, 40))));
    const scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": `${this.title}: the figures` }, h("table", null, h("caption", { class: "quiet" }, this.about), h("thead", null, head), h("tbody", null, body)));
    patch(this.table, summary.cloneNode(true), scroller);
  }
}

/**
 * A moment on an axis that spans so many milliseconds.
 * @param {Date} date
 * @param {number} span_ms
 * @param {boolean} [isWhole]
 */
function written(date, span_ms, isWhole = false) {
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (isWhole) return date.toDateString() === new Date().toDateString() ? clock(date) : `${day(date)} ${clock(date)}`;
  return span_ms > LONG_MS || isMidnight ? day(date) : clock(date);
}
