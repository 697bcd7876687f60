// Where the nodes of a family go: parents before their children in layers, with as few crossings as a few sweeps can reach.
// Pure: ids and parents in, places out.

/** @typedef {{id: string, parents: string[]}} LayoutNode */
/** @typedef {{width: number, height: number, across: number, down: number}} Sizes of a node, and the room between two */
/** @typedef {{x: number, y: number}} Place */
/** @typedef {{places: Map<string, Place>, edges: [string, string][], width: number, height: number}} Layout */

const SWEEPS = 6;

/**
 * Layers from left to right.
 * @param {LayoutNode[]} nodes
 * @param {Sizes} sizes
 * @returns {Layout}
 */
export function layered(nodes, sizes) {
  const edges = edgesOf(nodes);
  const order = walk(nodes, edges);
  const depths = depthsOf(order, edges);
  /** @type {string[][]} */
  const layers = [];
  for (const id of order) (layers[depths.get(id) ?? 0] ??= []).push(id);
  const y = spread(layers, edges, sizes.height + sizes.down);
  const places = new Map(order.map((id) => [id, { x: (depths.get(id) ?? 0) * (sizes.width + sizes.across), y: y.get(id) ?? 0 }]));
  return framed(places, edges, sizes);
}

/**
 * One below the other, children a step to the right: for where there is no room.
 * @param {LayoutNode[]} nodes
 * @param {Sizes} sizes
 * @returns {Layout}
 */
export function indented(nodes, sizes) {
  const edges = edgesOf(nodes);
  const order = walk(nodes, edges);
  const depths = depthsOf(order, edges);
  const places = new Map(order.map((id, row) => [id, { x: Math.min(depths.get(id) ?? 0, 6) * sizes.across, y: row * (sizes.height + sizes.down) }]));
  return framed(places, edges, sizes);
}

/**
 * From parents to children; what leads to nowhere, or back to where it came from, is left out.
 * @param {LayoutNode[]} nodes
 */
function edgesOf(nodes) {
  const parents = new Map(nodes.map((node) => [node.id, node.parents]));
  const edges = /** @type {[string, string][]} */ ([]);
  /** @type {Map<string, string[]>} */
  const kept = new Map();
  for (const { id } of nodes) {
    for (const parent of new Set(parents.get(id))) {
      if (!parents.has(parent) || leadsTo(parent, id, kept)) continue;
      edges.push([parent, id]);
      kept.set(id, [...(kept.get(id) ?? []), parent]);
    }
  }
  return edges;
}

/**
 * Whether a node is another one, or below it.
 * @param {string} id
 * @param {string} above
 * @param {Map<string, string[]>} parents
 */
function leadsTo(id, above, parents) {
  const seen = new Set([id]);
  for (const one of seen) {
    if (one === above) return true;
    for (const parent of parents.get(one) ?? []) seen.add(parent);
  }
  return false;
}

/**
 * All ids, each after its first parent, the children of one beside each other.
 * @param {LayoutNode[]} nodes
 * @param {[string, string][]} edges
 */
function walk(nodes, edges) {
  const below = grouped(edges);
  const children = new Set(edges.map(([, child]) => child));
  const seen = /** @type {Set<string>} */ (new Set());
  const waiting = nodes.filter((node) => !children.has(node.id)).map((node) => node.id).reverse();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...[...(below.get(id) ?? [])].reverse());
  }
  return [...seen];
}

/**
 * How many steps each node is from the furthest of its roots.
 * @param {string[]} order
 * @param {[string, string][]} edges
 */
function depthsOf(order, edges) {
  const depths = new Map(order.map((id) => [id, 0]));
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    for (const [parent, child] of edges) {
      const depth = (depths.get(parent) ?? 0) + 1;
      if (depth > (depths.get(child) ?? 0)) {
        depths.set(child, depth);
        isMoving = true;
      }
    }
  }
  return depths;
}

/**
 * A height for each node: near its relatives, in the order of its layer, and clear of its neighbours.
 * @param {string[][]} layers whose order is made better, too
 * @param {[string, string][]} edges
 * @param {number} gap
 */
function spread(layers, edges, gap) {
  const [below, above] = [grouped(edges), grouped(edges.map(([parent, child]) => [child, parent]))];
  const y = new Map(layers.flatMap((layer) => layer.map((id, index) => [id, index * gap])));
  const mean = (/** @type {string[] | undefined} */ ids) => (ids?.length ? ids.reduce((sum, id) => sum + (y.get(id) ?? 0), 0) / ids.length : null);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isUp = sweep % 2 === 0;
    for (const layer of isUp ? [...layers].reverse() : layers) {
      const wanted = new Map(layer.map((id) => [id, mean((isUp ? below : above).get(id)) ?? y.get(id) ?? 0]));
      layer.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      const heights = apart(layer.map((id) => wanted.get(id) ?? 0), gap);
      layer.forEach((id, index) => y.set(id, heights[index] ?? 0));
    }
  }
  return y;
}

/**
 * The heights nearest to those wanted, in order, at least a gap apart: neighbours that are too near share their mean.
 * @param {number[]} wanted in order
 * @param {number} gap
 */
function apart(wanted, gap) {
  /** @type {{sum: number, count: number}[]} */
  const pools = [];
  wanted.forEach((height, index) => {
    pools.push({ sum: height - index * gap, count: 1 });
    for (;;) {
      const [before, last] = [pools.at(-2), pools.at(-1)];
      if (!before || !last || before.sum / before.count <= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  });
  const shifts = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  return shifts.map((shift, index) => shift + index * gap);
}

/**
 * The layout moved to where its corner is 0, 0, and its size.
 * @param {Map<string, Place>} places
 * @param {[string, string][]} edges
 * @param {Sizes} sizes
 */
function framed(places, edges, sizes) {
  const all = [...places.values()];
  const top = Math.min(...all.map((place) => place.y));
  for (const place of all) place.y -= top;
  return {
    places,
    edges,
    width: Math.max(0, ...all.map((place) => place.x)) + sizes.width,
    height: Math.max(0, ...all.map((place) => place.y)) + sizes.height,
  };
}

/** @param {[string, string][]} pairs */
function grouped(pairs) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const [from, to] of pairs) groups.set(from, [...(groups.get(from) ?? []), to]);
  return groups;
}
