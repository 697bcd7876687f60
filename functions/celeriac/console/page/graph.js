// A family of tasks, drawn: each one a link with its state, many alike folded into one until asked for.

import { h, s } from "./dom.js";
import { shape } from "./icons.js";
import { indented, layered } from "./layout.js";
import { link } from "./router.js";
import { toneOf } from "./states.js";
import { cut, visible } from "./text.js";
import { between, duration } from "./time.js";

/** @typedef {import("./documents.js").Relative} Relative */
/** @typedef {{id: string, parents: string[], task: string, state: string, about: string, count: number}} Drawn */

const WIDE = { width: 196, height: 42, across: 44, down: 10 };
const NARROW = { width: 210, height: 42, across: 18, down: 8 };
const EDGE = 6;
const SHOWN_ALIKE = 4;

/**
 * @param {Relative[]} family
 * @param {{current: string, isNarrow: boolean, unfolded: Set<string>, unfold: (id: string) => void}} options
 */
export function graph(family, { current, isNarrow, unfolded, unfold }) {
  const nodes = folded(family, current, unfolded);
  const sizes = isNarrow ? NARROW : WIDE;
  const { places, edges, width, height } = (isNarrow ? indented : layered)(nodes, sizes);
  const at = (/** @type {string} */ id) => places.get(id) ?? { x: 0, y: 0 };
  const lines = edges.map(([from, to]) => s("path", { class: "edge", "data-key": `e ${from} ${to}`, d: isNarrow ? elbow(at(from), at(to)) : curve(at(from), at(to)) }));
  const [w, t] = [width + 2 * EDGE, height + 2 * EDGE];
  const drawing = s(
    "svg",
    { class: "graph", width: `${w / 16}rem`, height: `${t / 16}rem`, viewBox: `${-EDGE} ${-EDGE} ${w} ${t}` },
    lines,
    nodes.map((node) => drawn(node, at(node.id), node.id === current, sizes.width, unfold)),
  );
  return h("div", { class: "scroller family", tabindex: "0", role: "region", "aria-label": `Parents and children: ${family.length} tasks` }, drawing);
}

/**
 * @param {Drawn} node
 * @param {import("./layout.js").Place} place
 * @param {boolean} isCurrent
 * @param {number} width
 * @param {(id: string) => void} unfold
 */
function drawn(node, { x, y }, isCurrent, width, unfold) {
  const isFold = node.count > 1;
  const brief = `${isFold ? `${node.count} more ` : ""}${node.task.slice(node.task.lastIndexOf(".") + 1)}`;
  const [name, about] = [cut(brief, 21), cut(`${node.state.toLowerCase()}${node.about && ` · ${node.about}`}`, 27)];
  const open = () => unfold(node.id);
  const how = isFold
    ? { role: "button", tabindex: "0", onclick: open, onkeydown: (/** @type {KeyboardEvent} */ event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), open()) }
    : { href: link("task", node.id), "aria-current": isCurrent ? "true" : null };
  const mark = shape(node.state);
  for (const [attribute, value] of Object.entries({ x: 9, y: 13, width: 16, height: 16 })) mark.setAttribute(attribute, String(value));
  return s(
    isFold ? "g" : "a",
    { ...how, class: `node tone-${toneOf(node.state)}`, "data-key": node.id, transform: `translate(${x} ${y})` },
    isFold ? s("rect", { class: "under", x: 4, y: 4, width, height: WIDE.height, rx: 7 }) : null,
    s("rect", { class: "box", width, height: WIDE.height, rx: 7 }, s("title", null, `${visible(node.task)}\n${isFold ? "Show them" : visible(node.id)}`)),
    mark,
    s("text", { class: "name", x: 32, y: 18 }, name),
    s("text", { class: "about", x: 32, y: 33 }, about),
  );
}

/**
 * The family with leaves that are alike (parent, name and state) in one node each, beyond the first few.
 * @param {Relative[]} family
 * @param {string} current
 * @param {Set<string>} unfolded
 * @returns {Drawn[]}
 */
function folded(family, current, unfolded) {
  const parents = new Set(family.map((one) => one.parent_id));
  /** @type {Map<string, Relative[]>} */
  const alike = new Map();
  const nodes = /** @type {Drawn[]} */ ([]);
  for (const one of family) {
    const key = `fold ${JSON.stringify([one.parent_id, one.task, one.state])}`;
    const group = alike.get(key) ?? [];
    alike.set(key, group);
    const isAlone = parents.has(one.id) || one.id === current || unfolded.has(key) || group.push(one) <= SHOWN_ALIKE;
    if (isAlone) nodes.push(nodeOf(one, one.id, 1));
  }
  for (const [key, group] of alike) {
    const [first, ...others] = group.slice(SHOWN_ALIKE);
    if (first && !others.length) nodes.push(nodeOf(first, first.id, 1));
    else if (first) nodes.push({ ...nodeOf(first, key, group.length - SHOWN_ALIKE), about: "" });
  }
  return nodes;
}

/**
 * @param {Relative} one
 * @param {string} id
 * @param {number} count
 * @returns {Drawn}
 */
function nodeOf(one, id, count) {
  const took = between(one.started_at, one.done_at);
  return { id, count, task: one.task ?? "(not known yet)", state: one.state, about: took === null ? "" : duration(took), parents: one.parent_id ? [one.parent_id] : [] };
}

/**
 * @param {import("./layout.js").Place} from
 * @param {import("./layout.js").Place} to
 */
function curve(from, to) {
  const [x1, y1, x2, y2] = [from.x + WIDE.width, from.y + WIDE.height / 2, to.x, to.y + WIDE.height / 2];
  const half = (x1 + x2) / 2;
  return `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`;
}

/**
 * @param {import("./layout.js").Place} from
 * @param {import("./layout.js").Place} to
 */
function elbow(from, to) {
  const [x, y] = [from.x + 9, to.y + NARROW.height / 2];
  return `M${x} ${from.y + NARROW.height}V${y}H${to.x}`;
}
