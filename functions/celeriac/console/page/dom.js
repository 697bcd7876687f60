// Elements out of data, and the page brought up to date with them. Text becomes text nodes, never markup, so nothing that
// a task is called or says can be more than text.

const SVG = "http://www.w3.org/2000/svg";
const KEPT = new Set(["open", "value"]); // what the reader has changed by hand

const HANDLERS = ["onclick", "onchange", "oninput", "onsubmit", "ontoggle", "onkeydown"];

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, unknown>} Attributes */

/**
 * An HTML element. Functions among the attributes are handlers (`onclick`), `true` is an attribute without a value, and
 * null, undefined or false none. `checked` and `disabled` are properties, as is `value`.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes | null} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes | null} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function s(tag, attributes, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes | null | undefined} attributes
 * @param {(Child | Child[])[]} children
 * @returns {E}
 */
function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function" || name === "checked" || name === "value") Reflect.set(element, name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/**
 * Give an element these children, with as little change as possible: what is there stays there, with its focus, its
 * selection and how far it is scrolled. A `data-key` says which element of a list is which.
 * @param {Element} parent
 * @param {(Child | Child[])[]} children
 */
export function patch(parent, ...children) {
  const focused = document.activeElement;
  reconcile(parent, [...furnish(document.createElement("div"), null, children).childNodes]);
  const isLost = (focused instanceof HTMLElement || focused instanceof SVGElement) && document.activeElement !== focused && focused.isConnected;
  if (isLost) focused.focus({ preventScroll: true });
}

/**
 * @param {Element} parent
 * @param {ChildNode[]} wanted
 */
function reconcile(parent, wanted) {
  const old = [...parent.childNodes];
  const keyed = new Map(old.filter(keyOf).map((node) => [keyOf(node), node]));
  const plain = old.filter((node) => !keyOf(node));
  const placed = wanted.map((node) => {
    const found = keyOf(node) ? keyed.get(keyOf(node)) : nextLike(node, plain);
    if (!found || found.nodeName !== node.nodeName) return node;
    renew(found, node);
    return found;
  });
  const staying = new Set(placed);
  for (const node of old) if (!staying.has(node)) node.remove();
  let next = parent.firstChild;
  for (const node of placed) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

/**
 * The next of the old nodes that is of the same kind; those before it have gone.
 * @param {Node} node
 * @param {ChildNode[]} plain
 */
function nextLike(node, plain) {
  const index = plain.findIndex((old) => old.nodeName === node.nodeName);
  return index < 0 ? undefined : plain.splice(0, index + 1).at(-1);
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof Element ? node.getAttribute("data-key") : null;
}

/**
 * @param {Node} old
 * @param {Node} wanted
 */
function renew(old, wanted) {
  if (!(old instanceof Element && wanted instanceof Element)) {
    if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!KEPT.has(name) && !wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (!KEPT.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const handler of HANDLERS) Reflect.set(old, handler, Reflect.get(wanted, handler));
  if (old instanceof HTMLInputElement && wanted instanceof HTMLInputElement) old.checked = wanted.checked;
  const chosen = wanted instanceof HTMLSelectElement ? wanted.value : null;
  reconcile(old, [...wanted.childNodes]);
  if (old instanceof HTMLSelectElement && chosen !== null && old.value !== chosen) old.value = chosen;
}

/**
 * The first element of the page that a selector finds; it must be there.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function the(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}
