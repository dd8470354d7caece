// The conditions of the paths: every clause with its slider, judged again while a slider moves.

const CONDITION_WORDS = {
  condReadings: "Read together",
  condDecides: "decides",
  condMembership: "Membership in the run",
  condBinds: "decided by {title}",
  condRule: "Rule",
  condAnd: "and",
  condOr: "or",
  condNot: "not",
  condFlips: "{n} verdicts flip",
  condFlip: "1 verdict flips",
  condNoFlip: "No verdict flips: every threshold is as in the run.",
  condNoFlipMoved: "No verdict flips at these thresholds.",
  condFlipsBy: "clauses {clauses}, conditions {conditions}, readings {readings}",
  condList: "All clauses as a list",
};
for (const [name, text] of Object.entries(CONDITION_WORDS)) words[name] ??= text;

function conditionsBlock(block) {
  const clauses = new Map(block.clauses.map((clause) => [clause.id, clause]));
  const run = judgedPaths(block, {});
  const state = { thresholds: {} };
  const live = { clauses: [], conditions: [], readings: [] };
  const sliderOf = [];
  const count = make("output", { class: "cond-count", "aria-live": "polite" });
  const reset = resetButton(words.resetAll, () => { state.thresholds = {}; draw(); });

  function move(clause, threshold) {
    if (threshold === clause.threshold) delete state.thresholds[clause.id];
    else state.thresholds[clause.id] = threshold;
    draw();
  }

  /** Keep a lamp, to be drawn again with the verdict of its id. */
  function keep(kind, id, verdict) {
    const made = liveLamp(verdict);
    live[kind].push([id, made.draw]);
    return made.node;
  }

  function draw() {
    const now = judgedPaths(block, state.thresholds);
    const flips = {};
    for (const kind of Object.keys(live)) {
      flips[kind] = Object.keys(now[kind]).filter((id) => now[kind][id] !== run[kind][id]).length;
      for (const [id, paint] of live[kind]) paint(now[kind][id]);
    }
    for (const [clause, slider] of sliderOf) slider.set(state.thresholds[clause.id] ?? clause.threshold);
    const moved = Object.keys(state.thresholds).length > 0;
    count.replaceChildren(...conditionFlips(flips, moved));
    count.classList.toggle("moved", moved);
    reset.able(moved);
  }

  const parts = { clauses, keep, row: (clause) => {
    const slider = thresholdSlider(clause, clause.threshold, (at) => move(clause, at));
    sliderOf.push([clause, slider]);
    return clauseRow(clause, keep("clauses", clause.id, clause.verdict), slider);
  } };
  const paths = block.paths.map((path) => conditionsPath(path, parts));
  draw();
  const [toggle, list] = disclosure(words.condList, () => tableView(block.table, block.id, block.title), `${block.id}-list`);
  return make("section", { class: "block conditions", id: `block-${block.id}` },
    make("h2", {}, block.title), make("p", { class: "note" }, marked(block.note)),
    make("div", { class: "cond-bar" }, count, reset.node), paths,
    make("div", { class: "tools strip" }, toggle), list);
}

function conditionFlips(flips, moved) {
  const n = flips.clauses + flips.conditions + flips.readings;
  if (n === 0) return [moved ? words.condNoFlipMoved : words.condNoFlip];
  return [make("b", {}, n === 1 ? words.condFlip : say("condFlips", { n })), `: ${say("condFlipsBy", flips)}`];
}

function conditionsPath(path, parts) {
  const heads = new Map(path.conditions.map((condition) => [condition.id, condition]));
  const readings = path.readings.map((reading, n) => make("li", { class: "cond-reading" },
    parts.keep("readings", `${path.id}.${reading.id}`, reading.verdict),
    make("div", {},
      make("p", { class: "clause" }, marked(reading.title), n === 0 ? make("span", { class: "decides" }, words.condDecides) : null),
      make("p", {}, ruleRuns(reading.tree, heads, true)),
      make("p", { class: "note" }, say("holdsIn", { share: shareText(reading.holds) }), reading.source ? ["; ", marked(reading.source)] : null))));
  return make("section", { class: "cond-path", "data-path": path.id }, make("h3", {}, path.title),
    make("h4", {}, words.condReadings), make("ul", { class: "cond-readings" }, readings),
    path.conditions.map((condition) => conditionBox(path, condition, parts)));
}

function conditionBox(path, condition, parts) {
  const { id, title, zh, quote, tree, membership, binds, holds } = condition;
  const decided = parts.clauses.get(binds);
  return make("article", { class: "condition", "data-condition": id },
    make("header", {}, make("h4", {}, `${id} ${title}`, zh ? make("span", { class: "zh", lang: "zh" }, ` ${zh}`) : null),
      parts.keep("conditions", `${path.id}.${id}`, condition.verdict)),
    quote ? make("blockquote", {}, `“${quote}”`) : null,
    make("p", { class: "cond-rule" }, make("b", {}, `${words.condRule}: `), ruleRuns(tree, parts.clauses)),
    make("p", { class: "note" }, `${words.condMembership} ${membership}`, decided ? `, ${say("condBinds", { title: `${binds} (${clauseTitle(decided)})` })}` : null, `. ${say("holdsIn", { share: shareText(holds) })}.`),
    make("ul", { class: "cond-clauses" }, condition.clauses.map((name) => parts.row(parts.clauses.get(name)))));
}

function clauseRow(clause, lampNode, slider) {
  return make("li", { class: "cond-clause", "data-clause": clause.id }, lampNode,
    make("div", { class: "verdict-text" },
      make("p", { class: "clause" }, clauseTitle(clause), " ", make("small", {}, clause.id)),
      make("p", { class: "why" }, marked(clause.reason)),
      clause.settles ? make("p", { class: "note" }, make("b", {}, `${words.settledBy}: `), marked(clause.settles)) : null,
      clause.evidence.length ? make("p", { class: "note behind" }, `${words.evidence}: `, joined(clause.evidence.map(verdictEvidence), " · ")) : null,
      clause.source ? make("p", { class: "note" }, `${words.source}: ${clause.source}. ${say("holdsIn", { share: shareText(clause.holds) })}.`) : null),
    slider.node);
}

/** A title that goes on from the clause before it stands by itself here. */
function clauseTitle({ title }) {
  const alone = title.replace(/^(and|or|but) /, "");
  return alone.charAt(0).toUpperCase() + alone.slice(1);
}

/** A rule with its names as titles in frames, so that an "or" of a title is none of the rule. */
function ruleRuns(tree, named, short = false, inner = false) {
  if (typeof tree === "string") {
    const item = named.get(tree);
    return [make("span", { class: "rule-name", title: item.title }, short ? `${tree} ${item.title}` : clauseTitle(item))];
  }
  const [kind, ...rest] = tree;
  if (kind === "not") return [make("b", { class: "rule-word" }, ` ${words.condNot} `), ...ruleRuns(rest[0], named, short, true)];
  const word = make("b", { class: "rule-word" }, ` ${kind === "and" ? words.condAnd : words.condOr} `);
  const runs_ = joined(rest.map((part) => ruleRuns(part, named, short, true)), null)
    .map((run) => run ?? word.cloneNode(true));
  return inner ? ["(", ...runs_, ")"] : runs_;
}
