// The figure of a path: boxes from top to bottom, a lamp on every arrow, a card for the arrow that was clicked.

const PATH_WORDS = {
  pathHint: "Click an arrow to see its number, its threshold, and what would settle it or mend it.",
  pathLamps: "What the lamps say",
  pathFirst: "First broken link",
  pathNow: "As in the run.",
  pathNowHolds: "As in the run; the first broken link stays the same in {share} of settings of the thresholds.",
  pathWould: "With your thresholds the first broken link would be {id}, {title}.",
  pathWouldNone: "With your thresholds no link would be known to be broken.",
  pathOpen: " Cannot be told before it: {ids}.",
  pathOpenNone: " Cannot be told: {ids}.",
  pathFlips: " {n} of {all} lamps flip.",
  pathFrom: "From",
  pathTo: "To",
  pathActions: "Actions on it",
  pathNoActions: "none in the library",
  pathList: "All links as a list",
  pathFeedback: "feedback",
  against_value: "the number itself",
  against_peers: "its percentile among the peers",
  against_trend: "its yearly trend",
  pathAlone: "a house value: no peers have this number",
  comparedIs: "Compared",
  askedFor: "Asked for",
  tryThreshold: "Try another threshold",
};
for (const [name, text] of Object.entries(PATH_WORDS)) words[name] ??= text;

function pathBlock(block) {
  const state = { thresholds: {}, chosen: null };
  const figure = pathFigure(block, choose);
  const [card, rest] = [make("div", { class: "path-body" }), make("div", { class: "path-rest" })];
  const now = make("output", { class: "path-now", "aria-live": "polite" });
  const reset = resetButton(words.sliderReset, () => { state.thresholds = {}; fill(state.chosen); });
  const aside = make("aside", { class: "path-card", "aria-label": block.title }, card, make("div", { class: "path-foot" }, now, reset.node), rest);
  let live = null;

  function choose(link) {
    state.chosen = state.chosen === link ? null : link;
    fill(state.chosen);
    if (!state.chosen) return;
    if (matchMedia("(max-width: 60rem)").matches) figure.chips.get(link.id).node.scrollIntoView({ block: "start" });
    card.querySelector("h3").focus({ preventScroll: true });
  }

  function close() {
    const link = state.chosen;
    choose(link);
    figure.chips.get(link.id).node.focus();
  }

  function fill(link) {
    live = link ? liveLamp(link.verdict) : null;
    aside.classList.toggle("open", Boolean(link));
    card.replaceChildren(...(link ? pathCard(link, live, state.thresholds[link.id] ?? link.threshold, move, close) : pathHint()));
    rest.replaceChildren(...(link ? [pathFacts(block, link)] : []));
    draw();
  }

  function move(link, threshold) {
    if (threshold === link.threshold) delete state.thresholds[link.id];
    else state.thresholds[link.id] = threshold;
    draw();
  }

  function draw() {
    const { first, open } = firstBroken(block.links, state.thresholds);
    let flips = 0;
    for (const link of block.links) {
      const verdict = judgedAt(link, state.thresholds[link.id] ?? link.threshold);
      flips += verdict !== link.verdict;
      figure.chips.get(link.id).draw(verdict, link === first, link === state.chosen);
      if (link === state.chosen) live.draw(verdict);
    }
    const moved = Object.keys(state.thresholds).length > 0;
    now.textContent = moved ? pathWould(block, first, open, flips) : pathAsRun(block);
    now.classList.toggle("moved", moved);
    reset.able(moved);
    figure.lines();
  }

  aside.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.chosen) close(); });
  fill(null);
  const [toggle, list] = disclosure(words.pathList, () => tableView(block.table, block.id, block.title), `${block.id}-list`);
  return make("section", { class: "block path", id: `block-${block.id}` },
    make("h2", {}, block.title),
    make("p", { class: "chart-finding" }, marked(block.finding)),
    make("div", { class: "path-stage" }, figure.node, aside),
    make("p", { class: "note" }, marked(block.note)),
    make("div", { class: "tools strip" }, toggle), list);
}

function pathAsRun(block) {
  return block.first === null ? words.pathNow : say("pathNowHolds", { share: shareText(block.first_holds) });
}

function pathWould(block, first, open, flips) {
  const ids = open.map(({ id }) => id).join(", ");
  const said = first ? say("pathWould", { id: first.id, title: first.title }) : words.pathWouldNone;
  const before = ids ? say(first ? "pathOpen" : "pathOpenNone", { ids }) : "";
  return said + before + say("pathFlips", { n: flips, all: block.links.length });
}

function pathHint() {
  const lamps = Object.keys(LAMPS).map((verdict) => make("li", {}, lamp(verdict)));
  return [make("p", { class: "note path-hint" }, words.pathHint), make("ul", { class: "path-lamps", "aria-label": words.pathLamps }, lamps)];
}

/** Boxes and arrows: elements in rows, lines measured and drawn behind them. */
function pathFigure(block, choose) {
  const boxes = new Map(block.boxes.map((box) => [box.id, pathBox(box)]));
  const chips = new Map(block.links.map((link) => [link.id, pathChip(block, link, choose)]));
  const lanes = new Map();
  const rows = figureRows(block).map(({ kind, parts }) => make("div", { class: `path-row ${kind}` }, parts.map((part) => {
    if (part.box) return boxes.get(part.box);
    if (part.link) return chips.get(part.link).node;
    const lane = make("span", { class: "path-lane" });
    lanes.set(part.lane, [...(lanes.get(part.lane) ?? []), lane]);
    return lane;
  })));
  const back = block.links.filter((link) => link.feedback);
  const side = back.map((link) => make("div", { class: "path-back" }, chips.get(link.id).node));
  const svg = chainSvg("svg", { class: "path-lines", "aria-hidden": "true" });
  const node = make("div", { class: "path-figure", role: "group", "aria-label": `${block.title}. ${block.finding}` }, svg, make("div", { class: "path-rows" }, rows), side);
  const lines = () => { if (node.offsetWidth) svg.replaceChildren(...pathLines(block, node, { boxes, chips, lanes })); };
  new ResizeObserver(lines).observe(node);
  return { node, chips, lines };
}

function pathBox({ title, zh, parts }) {
  return make("div", { class: "path-box" }, make("b", {}, title), zh ? make("span", { class: "zh", lang: "zh" }, zh) : null,
    parts.length ? make("span", { class: "parts" }, parts.join(" · ")) : null);
}

/** The button on an arrow: lamp, id, title; the first broken one says so. */
function pathChip(block, link, choose) {
  const node = button("", () => choose(link), { class: "path-chip", "data-link": link.id });
  const draw = (verdict, first, chosen) => {
    const flipped = verdict !== link.verdict;
    node.className = `path-chip ${LAMPS[verdict][1]}${first ? " first" : ""}${flipped ? " flipped" : ""}`;
    node.setAttribute("aria-expanded", String(chosen));
    node.replaceChildren(...[
      first ? make("span", { class: "flag" }, words.pathFirst) : null,
      lamp(verdict), flipped ? make("small", { class: "was" }, say("wasInRun", { verdict: verdictWord(link.verdict) })) : null,
      make("span", { class: "what" }, make("b", {}, link.id), ` ${link.title}`, link.feedback ? ` (${words.pathFeedback})` : null),
    ].filter(Boolean));
  };
  draw(link.verdict, link.id === block.first, false);
  return { node, draw };
}

/** Lines from every start through the button to the end, in the colour and dash of the verdict. */
function pathLines(block, node, { boxes, chips, lanes }) {
  const base = node.getBoundingClientRect();
  const at = (element) => {
    const r = element.getBoundingClientRect();
    return { left: r.left - base.left, right: r.right - base.left, top: r.top - base.top, bottom: r.bottom - base.top, x: (r.left + r.right) / 2 - base.left, y: (r.top + r.bottom) / 2 - base.top };
  };
  return block.links.flatMap((link) => {
    const chip = chips.get(link.id).node;
    const kind = `path-line ${["met", "notMet", "cannotTell"].find((name) => chip.classList.contains(name))}`;
    const [through, end] = [at(chip), at(boxes.get(link.end))];
    if (link.feedback) return pathBack(link.start.map((id) => at(boxes.get(id))), kind, through, end);
    const ways = link.start.map((id) => pathWay(at(boxes.get(id)), (lanes.get(`${link.id} ${id}`) ?? []).map(at), through));
    const into = within(end, through.x);
    return [...ways.map((d) => chainSvg("path", { class: kind, d })),
      chainSvg("path", { class: kind, d: `M${through.x},${through.bottom} L${into},${end.top - 5}` }), pathHead(into, end.top, "down", kind)];
  });
}

/** A place along a box, off its corners. */
const within = (box, x) => Math.max(box.left + 12, Math.min(box.right - 12, x));

/** From the foot of a box, down its lanes, to the top of the button; straight where the button hangs below. */
function pathWay(box, lanes, chip) {
  let [x, y] = [within(box, lanes[0]?.x ?? chip.x), box.bottom];
  let d = `M${x},${y}`;
  for (const lane of lanes) {
    d += ` C${x},${(y + lane.top) / 2} ${lane.x},${(y + lane.top) / 2} ${lane.x},${lane.top} L${lane.x},${lane.bottom}`;
    [x, y] = [lane.x, lane.bottom];
  }
  return `${d} L${within(chip, x)},${chip.top}`;
}

/** Out at the right of a box, up through the button at the side, back into the box it returns to. */
function pathBack(starts, kind, chip, end) {
  const edge = (y) => (y > chip.y ? chip.bottom : chip.top);
  return [...starts.map((start) => chainSvg("path", { class: kind, d: `M${start.right},${start.y} L${chip.x},${start.y} L${chip.x},${edge(start.y)}` })),
    chainSvg("path", { class: kind, d: `M${chip.x},${edge(end.y)} L${chip.x},${end.y} L${end.right + 5},${end.y}` }), pathHead(end.right, end.y, "left", kind)];
}

function pathHead(x, y, towards, kind) {
  const points = towards === "down" ? `${x - 5},${y - 8} ${x + 5},${y - 8} ${x},${y}` : `${x + 8},${y - 5} ${x + 8},${y + 5} ${x},${y}`;
  return chainSvg("polygon", { class: `${kind} head`, points });
}

function pathCard(link, live, threshold, move, close) {
  const slider = thresholdSlider(link, threshold, (at) => move(link, at));
  const held = [flipText(link), `${say("holdsIn", { share: shareText(link.holds) })}.`].filter(Boolean).join(" ");
  return [
    make("header", {}, make("h3", { tabindex: "-1" }, `${link.id} ${link.title}`, link.zh ? make("span", { class: "zh", lang: "zh" }, ` ${link.zh}`) : null), button(words.close, close, { class: "close" })),
    make("p", { class: "path-verdict" }, live.node),
    make("p", {}, marked(link.reason)),
    link.settles ? make("p", { class: "note" }, make("b", {}, `${words.settledBy}: `), marked(link.settles)) : null,
    make("div", { class: "path-try" }, make("h4", {}, words.tryThreshold), slider.node, make("p", { class: "note" }, held)),
  ].filter(Boolean);
}

function pathFacts(block, link) {
  const title = Object.fromEntries(block.boxes.map((box) => [box.id, box.title]));
  const alone = link.fixed && link.value !== null;
  const pairs = [
    [words.pathFrom, link.start.map((id) => title[id]).join("; ")], [words.pathTo, title[link.end]],
    [words.evidence, link.evidence.length ? joined(link.evidence.map(verdictEvidence), " · ") : null],
    [words.comparedIs, alone && link.against !== "value" ? words.pathAlone : words[`against_${link.against}`]],
    [words.askedFor, askedAt(link, link.threshold)],
    [words.source, link.source],
    [words.pathActions, link.actions.length ? make("ul", { class: "path-actions" }, link.actions.map((action) => make("li", {}, action))) : words.pathNoActions],
  ].filter(([, content]) => content);
  return make("dl", { class: "pairs" }, pairs.flatMap(([label, content]) => [make("dt", {}, label), make("dd", {}, content)]));
}
