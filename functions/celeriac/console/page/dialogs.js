// Questions before something changes, in a <dialog>: the browser keeps the focus in it and gives it back, if what had it is still there.

import { h } from "./dom.js";
import { Refusal } from "./api.js";

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {(Node | string)[]} says what will happen
 * @property {string} verb on the button that does it
 * @property {boolean} [isGrave] it cannot be undone
 * @property {string} [typed] what must be typed first
 * @property {() => Promise<void>} act called on the verb; a refusal is shown in the dialog
 */

/**
 * Ask, and act if the answer is yes.
 * @param {Question} question
 */
export function confirm({ title, says, verb, isGrave = false, typed, act }) {
  const button = h("button", { type: "submit", class: isGrave ? "grave" : "primary" }, verb);
  const field = typed ? typedField(typed, button) : null;
  return form({ title, body: [...says.map(paragraph), ...(field ? [field] : [])], button, act });
}

/**
 * Show a form; `act` is called when it is sent, and the dialog closes when that has gone well.
 * @param {{title: string, body: (Node | string)[], button: HTMLButtonElement, act: () => Promise<void>, explain?: (refusal: Refusal) => void}} options
 */
export function form({ title, body, button, act, explain }) {
  const trouble = h("p", { class: "trouble", role: "alert" });
  const content = h(
    "form",
    { method: "dialog", novalidate: true },
    h("h2", { id: "dialog-title" }, title),
    ...body,
    trouble,
    h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), button),
  );
  const dialog = show(content);
  content.onsubmit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    dialog.setAttribute("aria-busy", "true");
    try {
      await act();
      dialog.close();
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      if (error instanceof Refusal) explain?.(error);
    } finally {
      button.disabled = false;
      dialog.removeAttribute("aria-busy");
    }
  };
  return dialog;
}

/**
 * Open a dialog around its content, whose heading has the id `dialog-title`; it leaves the page when it closes.
 * @param {HTMLElement} content
 * @param {string} [kind] a class
 */
export function show(content, kind = "") {
  const dialog = h("dialog", { class: kind, "aria-labelledby": "dialog-title" }, content);
  const openers = [...ancestors(document.activeElement)];
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (document.activeElement === document.body) focusNear(openers);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Close what is open: the page goes to where the dialog is not about. */
export function closeAll() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

/**
 * Focus the nearest to where the dialog was opened, whose own button its act has changed into another.
 * @param {Element[]} openers
 */
function focusNear(openers) {
  const there = openers.filter((element) => element.isConnected).map((element) => element.querySelector("a, button:enabled, input"));
  const near = there.find((element) => element !== null);
  if (near instanceof HTMLElement) near.focus();
}

/**
 * An element and all that it is in, from the inside out.
 * @param {Element | null} element
 */
function* ancestors(element) {
  for (let one = element; one && one !== document.body; one = one.parentElement) yield one;
}

/** @param {Node | string} text */
function paragraph(text) {
  return typeof text === "string" ? h("p", null, text) : text;
}

/**
 * A field that keeps the button from being pressed until it has the text.
 * @param {string} text
 * @param {HTMLButtonElement} button
 */
function typedField(text, button) {
  button.disabled = true;
  const input = h("input", { type: "text", autocomplete: "off", spellcheck: "false", autofocus: true });
  input.oninput = () => {
    button.disabled = input.value !== text;
  };
  return h("label", { class: "field" }, h("span", null, "Type ", h("code", null, text), " to go on"), input);
}
