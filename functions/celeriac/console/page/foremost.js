// Which lines of a chart have a colour and a name: there are six colours, and nobody reads forty names.

/** @typedef {import("./chart.js").Series} Series */

export const COLOURS = 6;

/**
 * All lines, if there are colours for them; else those that reach highest, each in a colour of its own, and the others. Lines
 * that share a colour stay together.
 * @param {Series[]} series
 * @returns {{named: Series[], others: Series[]}}
 */
export function foremost(series) {
  const peaks = /** @type {Map<number, number>} */ (new Map());
  for (const { colour, values } of series) peaks.set(colour, values.reduce((/** @type {number} */ most, value) => Math.max(most, value ?? 0), peaks.get(colour) ?? 0));
  if (peaks.size <= COLOURS) return { named: series, others: [] };
  const first = [...peaks].sort(([, one], [, other]) => other - one).slice(0, COLOURS);
  const ranks = new Map(first.map(([colour], rank) => [colour, rank]));
  const named = series.filter(({ colour }) => ranks.has(colour)).map((one) => ({ ...one, colour: ranks.get(one.colour) ?? 0 }));
  return { named: named.sort((one, other) => one.colour - other.colour), others: series.filter(({ colour }) => !ranks.has(colour)) };
}
