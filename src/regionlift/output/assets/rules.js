// Links, clauses and conditions judged again at other thresholds, as the run judged them.

const COMPARES = {
  ">=": (value, threshold) => value >= threshold, ">": (value, threshold) => value > threshold,
  "<=": (value, threshold) => value <= threshold, "<": (value, threshold) => value < threshold,
};
/** Worst first for AND, as in Kleene's strong logic. */
const TRUTHS = ["not met", "cannot tell", "met"];

/** The verdict at a threshold; what is unknown, or stood in for, stays as the run has it. */
function judgedAt(item, threshold) {
  if (item.fixed || item.value === null) return item.verdict;
  return COMPARES[item.compare](item.value, threshold) ? "met" : "not met";
}

/** A condition or reading: a name, or ["and" | "or" | "not", parts...]. */
function truthOf(tree, verdicts) {
  if (typeof tree === "string") return verdicts[tree];
  const [kind, ...parts] = tree;
  const ranks = parts.map((part) => TRUTHS.indexOf(truthOf(part, verdicts)));
  if (kind === "not") return TRUTHS[2 - ranks[0]];
  return TRUTHS[kind === "and" ? Math.min(...ranks) : Math.max(...ranks)];
}

/** Verdicts of clauses, and of the conditions and readings of every path, by id. */
function judgedPaths({ clauses, paths }, thresholds) {
  const told = Object.fromEntries(clauses.map((clause) => [clause.id, judgedAt(clause, thresholds[clause.id] ?? clause.threshold)]));
  const found = { clauses: told, conditions: {}, readings: {} };
  for (const path of paths) {
    const above = Object.fromEntries(path.conditions.map(({ id, tree }) => [id, truthOf(tree, told)]));
    for (const [id, verdict] of Object.entries(above)) found.conditions[`${path.id}.${id}`] = verdict;
    for (const { id, tree } of path.readings) found.readings[`${path.id}.${id}`] = truthOf(tree, above);
  }
  return found;
}

/** The earliest broken link at these thresholds, and those before it that cannot be told. */
function firstBroken(links, thresholds) {
  const open = [];
  for (const link of links) {
    const verdict = judgedAt(link, thresholds[link.id] ?? link.threshold);
    if (verdict === "not met") return { first: link, open };
    if (verdict === "cannot tell") open.push(link);
  }
  return { first: null, open };
}

/** Boxes from top to bottom: a box below all that lead into it, one without any just above its first end. */
function layersOf({ boxes, links }) {
  const forward = links.filter((link) => !link.feedback);
  const depth = Object.fromEntries(boxes.map(({ id }) => [id, 0]));
  for (let round = 0; round < boxes.length; round += 1) {
    for (const { start, end } of forward) depth[end] = Math.max(depth[end], ...start.map((id) => depth[id] + 1));
  }
  for (const { id } of boxes) {
    const ends = forward.filter((link) => link.start.includes(id)).map((link) => depth[link.end]);
    if (ends.length && !forward.some((link) => link.end === id)) depth[id] = Math.min(...ends) - 1;
  }
  const back = new Set(links.filter((link) => link.feedback).flatMap((link) => [...link.start, link.end]));
  const layers = [];
  // what a feedback arrow touches stands at the right, where the arrow runs
  for (const box of [...boxes].sort((a, b) => back.has(a.id) - back.has(b.id))) (layers[depth[box.id]] ??= []).push(box.id);
  return { layers, depth };
}

/**
 * Rows of the figure: boxes, then the links that lead into the next boxes. A link that starts
 * further up keeps a lane of its own in every row that it passes.
 */
function figureRows(block) {
  const { layers, depth } = layersOf(block);
  const forward = block.links.filter((link) => !link.feedback);
  const lanes = forward.flatMap(({ id, start, end }) => start.map((from) => ({ id, from, top: depth[from], end: depth[end] })));
  const place = {};
  const rows = [];
  layers.forEach((boxes, layer) => {
    const into = forward.filter((link) => depth[link.end] === layer);
    const passing = lanes.filter(({ top, end }) => top < layer && end > layer).map(({ id, from }) => ({ lane: `${id} ${from}`, at: [from] }));
    const below = (id) => into.filter(({ end }) => end === id).map((link) => `link ${link.id}`);
    if (layer > 0) rows.push(placed("links", [...into.map(({ id, start }) => ({ link: id, at: start })), ...passing], place));
    rows.push(placed("boxes", [...boxes.map((id) => ({ box: id, at: below(id) })), ...passing], place));
  });
  return rows;
}

/** A row with its parts below what leads into them; ``place`` keeps where each came to stand, 0 to 1. */
function placed(kind, parts, place) {
  const mean = (ids) => (ids.length ? ids.reduce((sum, id) => sum + (place[id] ?? 0.5), 0) / ids.length : 0.5);
  const ordered = parts.map((part, n) => ({ ...part, n, key: mean(part.at) })).sort((a, b) => a.key - b.key || a.n - b.n);
  ordered.forEach((part, n) => { place[part.box ?? (part.link ? `link ${part.link}` : part.lane)] = (n + 0.5) / ordered.length; });
  return { kind, parts: ordered };
}
