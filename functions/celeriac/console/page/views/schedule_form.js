// The form of a schedule, new or changed: what the API says is wrong stands at the field that it is about.

import { Refusal, segment } from "../api.js";
import { announce } from "../announce.js";
import { form } from "../dialogs.js";
import { h, patch } from "../dom.js";
import { cut } from "../text.js";

/** @typedef {import("../documents.js").Schedule} Schedule */
/** @typedef {{label: string, about: string, input: HTMLInputElement | HTMLTextAreaElement, fault: HTMLElement, read: (text: string) => unknown}} Field */

/**
 * @param {{api: import("../api.js").Api, names: string[], then: () => void, schedule?: Schedule}} options
 */
export function scheduleForm({ api, names, then, schedule }) {
  const tasks = h("datalist", { id: "task-names" }, names.map((name) => h("option", { value: name })));
  const zones = h("datalist", { id: "zone-names" }, Intl.supportedValuesOf("timeZone").map((zone) => h("option", { value: zone })));
  const fields = fieldsOf(schedule);
  const enabled = h("input", { type: "checkbox", checked: schedule?.enabled ?? true });
  const shown = Object.entries(fields).filter(([name]) => !(schedule && name === "name"));
  form({
    title: schedule ? `Edit ${cut(schedule.name, 80)}` : "New schedule",
    body: [...shown.map(([, field]) => drawn(field)), h("label", { class: "check" }, enabled, "It fires (without this, it is paused)"), tasks, zones],
    button: h("button", { type: "submit", class: "primary" }, schedule ? "Save" : "Create"),
    explain: (refusal) => explain(refusal, fields),
    act: async () => {
      for (const field of Object.values(fields)) patch(field.fault);
      const body = { ...read(Object.fromEntries(shown)), enabled: enabled.checked };
      const name = schedule?.name ?? fields.name?.input.value ?? "";
      await (schedule ? api.change("PATCH", `schedules/${segment(name)}`, body) : api.change("POST", "schedules", body));
      announce(`${cut(name, 80)} was ${schedule ? "changed" : "created"}.`);
      then();
    },
  });
}

/**
 * @param {Schedule | undefined} schedule
 * @returns {Record<string, Field>}
 */
function fieldsOf(schedule) {
  const line = (/** @type {Record<string, unknown>} */ more) => h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...more });
  const block = (/** @type {unknown} */ value) => h("textarea", { rows: "2", spellcheck: "false", value: JSON.stringify(value) });
  return {
    name: field("Name", "", line({ value: "", required: true })),
    task: field("Task", "such as notify.send_email", line({ value: schedule?.task ?? "", list: "task-names" })),
    schedule: field("When", "a crontab (30 7 * * mon-fri), rate(5 minutes), cron(…), at(…), or seconds", line({ value: schedule ? writable(schedule.schedule) : "" }), whenOf),
    timezone: field("Time zone", "such as Europe/Berlin", line({ value: schedule?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, list: "zone-names" }), (text) => text || null),
    args: field("args", "JSON, a list", block(schedule?.args ?? []), JSON.parse),
    kwargs: field("kwargs", "JSON, an object", block(schedule?.kwargs ?? {}), JSON.parse),
    options: field("Options", "JSON, as of apply_async: queue, expires, …", block(schedule?.options ?? {}), JSON.parse),
  };
}

/**
 * @param {string} label
 * @param {string} about
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {(text: string) => unknown} [read]
 * @returns {Field}
 */
function field(label, about, input, read = (text) => text) {
  const fault = h("span", { class: "fault", id: `fault-${label.toLowerCase().replace(" ", "-")}` });
  input.setAttribute("aria-describedby", fault.id);
  return { label, about, input, fault, read };
}

/** @param {Field} field */
function drawn({ label, about, input, fault }) {
  return h("label", { class: "field" }, h("span", null, label, about && ` · ${about}`), input, fault);
}

/**
 * The values of the fields; what is no JSON is told at its field, too.
 * @param {Record<string, Field>} fields
 */
function read(fields) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const [name, { label, input, fault, read }] of Object.entries(fields)) {
    try {
      values[name] = read(input.value.trim());
    } catch (error) {
      patch(fault, error instanceof Error ? error.message : "This is not JSON.");
      throw new Error(`${label} is not JSON.`);
    }
  }
  return values;
}

/**
 * @param {Refusal} refusal
 * @param {Record<string, Field>} fields
 */
function explain(refusal, fields) {
  for (const { pointer, detail } of refusal.faults) {
    const field = fields[(pointer ?? "").split("/")[1] ?? ""];
    if (field) patch(field.fault, detail);
  }
}

/**
 * A number is seconds; all else is text.
 * @param {string} text
 */
function whenOf(text) {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** @param {Record<string, unknown>} schedule */
function writable(schedule) {
  return String(schedule.crontab ?? schedule.every_s ?? schedule.expression ?? "");
}
