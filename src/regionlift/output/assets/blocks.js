// Blocks: paragraphs, gauges, verdicts and the stage reading. Tables, charts, the network and the chain have their own files.

const BLOCKS = {
  text: textBlock,
  gauges: gaugesBlock,
  table: tableBlock,
  chart: chartBlock,
  verdicts: verdictsBlock,
  reading: readingBlock,
  network: networkBlock,
  chain: chainBlock,
  path: pathBlock,
  conditions: conditionsBlock,
};

const glossary = Object.keys(payload.glossary).length ? glossaryPattern(Object.keys(payload.glossary)) : null;

/** Longest terms first; whole words where the script has blanks between words. */
function glossaryPattern(terms) {
  const escaped = [...terms].sort((a, b) => b.length - a.length).map((term) => {
    const plain = term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return /^[\p{Script=Latin}\d]/u.test(term) ? `(?<![\\p{L}\\p{N}])${plain}s?(?![\\p{L}\\p{N}])` : plain;
  });
  return new RegExp(escaped.join("|"), "giu");
}

function meaningOf(found) {
  const wanted = found.toLocaleLowerCase();
  const terms = Object.entries(payload.glossary);
  const [, meaning] = terms.find(([term]) => term.toLocaleLowerCase() === wanted)
    ?? terms.find(([term]) => `${term.toLocaleLowerCase()}s` === wanted) ?? [];
  return meaning;
}

/** Text with its glossary terms explained on hover and on focus. */
function marked(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const match of glossary ? text.matchAll(glossary) : []) {
    const meaning = meaningOf(match[0]);
    if (!meaning) continue;
    parts.append(text.slice(from, match.index), make("dfn", { title: meaning, tabindex: "0" }, match[0]));
    from = match.index + match[0].length;
  }
  parts.append(text.slice(from));
  return parts;
}

/** Runs: plain text, and numbers that open their evidence. */
function runs(text) {
  return text.map((run) => (typeof run === "string" ? marked(run) : evidenceLink(run.text, run.evidence)));
}

function textBlock(block) {
  const paragraph = make("p", {}, runs(block.text));
  return block.title ? make("section", { class: "block" }, make("h2", {}, marked(block.title)), paragraph) : paragraph;
}

function tableBlock(block) {
  return make("section", { class: "block", id: `block-${block.id}` },
    make("h2", {}, block.title),
    block.note ? make("p", { class: "note" }, marked(block.note)) : null,
    tableView(block, block.id, block.title));
}

function gaugesBlock(block) {
  return make("section", { class: "gauges" }, make("p", { class: "note" }, words.peers), block.items.map(gauge));
}

function gauge(item) {
  const known = item.percentile !== null;
  const text = known ? `p${Math.round(item.percentile)}${gaugeInterval(item)}` : words.cannotTell;
  return make("article", { class: "gauge" },
    make("div", { class: "gauge-name" }, make("h3", {}, marked(item.title)), make("p", { class: "note" }, marked(item.marker))),
    make("div", { class: "gauge-scale" }, known ? gaugeTrack(item, text) : make("div", { class: "track unknown" })),
    make("p", { class: "gauge-value" }, evidenceLink(text, item.evidence, known ? "known" : "not_collected")),
    make("p", { class: "gauge-text" }, runs(item.level_text), item.direction ? [" ", make("span", { class: "direction" }, item.direction)] : null),
    item.note ? make("p", { class: "note gauge-note" }, marked(item.note)) : null);
}

function gaugeInterval({ low, high }) {
  return low === null || high === null ? "" : ` (${Math.round(low)}–${Math.round(high)})`;
}

function gaugeTrack(item, text) {
  const track = make("div", { class: "track", role: "img", "aria-label": text }, make("span", { class: "middle", title: words.median }));
  if (item.low !== null && item.high !== null) {
    const band = make("span", { class: "band" });
    band.style.left = `${item.low}%`;
    band.style.width = `${item.high - item.low}%`;
    track.append(band);
  }
  const point = make("span", { class: "point" });
  point.style.left = `${item.percentile}%`;
  track.append(point);
  return track;
}

const LAMPS = { met: ["✓", "met"], "not met": ["✕", "notMet"], "cannot tell": ["?", "cannotTell"] };
/** Of clauses that are bad news where they are met: no tick. */
const WARNING_LAMPS = { ...LAMPS, met: ["!", "so"], "not met": ["–", "notSo"] };

function lamp(verdict, lamps = LAMPS) {
  const [sign, word] = lamps[verdict] ?? lamps["cannot tell"];
  return make("span", { class: `lamp ${word}` }, make("span", { "aria-hidden": "true" }, sign), ` ${words[word]}`);
}

function verdictsBlock(block) {
  const rows = block.items.map((item) => make("li", { class: "verdict" },
    lamp(item.verdict, item.warns ? WARNING_LAMPS : LAMPS),
    make("div", { class: "verdict-text" },
      make("p", { class: "clause" }, marked(item.clause)),
      make("p", { class: "why" }, marked(item.reason)),
      item.settles ? make("p", { class: "note" }, make("b", {}, `${words.settledBy}: `), marked(item.settles)) : null,
      item.evidence.length ? make("p", { class: "note behind" }, `${words.evidence}: `, joined(item.evidence.map(verdictEvidence), " · ")) : null)));
  return make("section", { class: "block" }, block.title ? make("h2", {}, marked(block.title)) : null, make("ul", { class: "verdicts" }, rows));
}

function verdictEvidence(id) {
  const { title, text, short, period, status, subject, about } = payload.evidence[id];
  // one title may stand for several parts of the region: a phase, a series
  const part = about ?? subject?.split("|")[1]?.replaceAll("_", " ");
  return [`${title}${part ? ` (${part})` : ""}${period ? `, ${period}` : ""}: `, evidenceLink(short || text, id, status)];
}

function joined(parts, between) {
  return parts.flatMap((part, index) => (index ? [between, ...part] : part));
}

/** The shares of the stages as bars, and a slider that shows at which threshold the label flips. */
function readingBlock(block) {
  const known = block.shares.filter(({ share }) => share !== null);
  const leader = known.reduce((best, next) => (best === null || next.share > best.share ? next : best), null);
  const [low, high] = block.range;
  const slider = make("input", { type: "range", id: "threshold", min: low, max: high, step: "0.01", value: block.threshold, class: "threshold" });
  const output = make("output", { class: "would-be", for: "threshold", "aria-live": "polite" });
  const marks = [];
  const draw = () => {
    const threshold = Number(slider.value);
    output.textContent = labelAt(threshold, leader);
    output.classList.toggle("labelled", leader !== null && leader.share >= threshold);
    slider.setAttribute("aria-valuetext", threshold.toFixed(2));
    for (const mark of marks) mark.style.left = `${threshold * 100}%`;
  };
  slider.addEventListener("input", draw);
  const bars = make("ul", { class: "shares" }, block.shares.map((share) => shareBar(share, leader, marks)));
  const reset = button(say("reset", { t: block.threshold.toFixed(2) }), () => { slider.value = block.threshold; draw(); }, { class: "tool" });
  draw();
  return make("section", { class: "block reading" },
    make("h2", {}, words.readingTitle),
    make("p", { class: "printed" }, say("readingPrinted", { label: block.label })),
    make("p", { class: "note" }, words.shareLead), bars,
    make("div", { class: "slider" }, make("label", { for: "threshold" }, words.threshold),
      make("div", { class: "slider-line" }, make("span", {}, low.toFixed(2)), slider, make("span", {}, high.toFixed(2)), reset)),
    output, make("p", { class: "note" }, flipsAt(leader, low, high)));
}

function labelAt(threshold, leader) {
  const t = threshold.toFixed(2);
  if (leader === null) return say("wouldUnknown", { t });
  const values = { t, stage: leader.stage, share: leader.share.toFixed(2) };
  return say(leader.share >= threshold ? "wouldBe" : "wouldNot", values);
}

function flipsAt(leader, low, high) {
  if (leader !== null && leader.share >= low && leader.share < high) return say("flips", { share: leader.share.toFixed(2) });
  return say("sameEverywhere", { low: low.toFixed(2), high: high.toFixed(2) });
}

function shareBar({ stage, share, evidence }, leader, marks) {
  const track = make("span", { class: `bar${share === null ? " unknown" : ""}` });
  if (share !== null) {
    const fill = make("span", { class: `fill${leader?.stage === stage ? " leads" : ""}` });
    fill.style.width = `${share * 100}%`;
    const mark = make("span", { class: "mark" });
    marks.push(mark);
    track.append(fill, mark);
  }
  const text = share === null ? words.cannotTell : share.toFixed(2);
  return make("li", {}, make("span", { class: "stage" }, marked(stage)), track,
    make("span", { class: "share" }, evidenceLink(text, evidence, share === null ? "not_collected" : "known")));
}
