// What stands behind a number: links to it, and the panel that shows it.

/** A status that says there is no value. */
function isUnknown(status) {
  return Boolean(status) && status !== "known";
}

/** What to print for a value: its text, or "cannot tell" in words; never blank, never 0. */
function printed(text, status) {
  if (!isUnknown(status)) return text;
  return /\p{L}{2}/u.test(text ?? "") ? text : words.cannotTell;
}

/** A number that opens its evidence, or plain text where there is none. */
function evidenceLink(text, id, status = payload.evidence[id]?.status) {
  const shown = printed(text, status);
  const kind = isUnknown(status) ? " unknown" : "";
  if (!id) return make("span", { class: `plain${kind}` }, shown);
  const label = `${shown}: ${words.evidence}`;
  return button(shown, () => openEvidence(id), { class: `number${kind}`, "aria-haspopup": "dialog", "aria-label": label, "data-evidence": id });
}

function openEvidence(id) {
  const panel = document.getElementById("panel");
  panel.replaceChildren(...panelParts(id, payload.evidence[id]));
  panel.setAttribute("aria-labelledby", "panel-title");
  panel.showModal();
  panel.scrollTop = 0;
}

function panelParts(id, evidence) {
  const head = make("header", { class: "panel-head" },
    make("h2", { id: "panel-title" }, evidence.title),
    button(words.close, closeEvidence, { class: "close" }));
  return [head, headline(evidence), panelFacts(id, evidence), code(words.formula, evidence.formula, false),
    code(words.sql, evidence.sql), code(words.query, evidence.query), firstRows(evidence), code(words.command, traceCommand(id))]
    .filter(Boolean);
}

function closeEvidence() {
  document.getElementById("panel").close();
}

function headline(evidence) {
  const unknown = isUnknown(evidence.status);
  const value = make("p", { class: `headline${unknown ? " unknown" : ""}` }, printed(evidence.text, evidence.status) || words.cannotTell);
  const why = unknown && evidence.reason ? make("p", { class: "why" }, evidence.reason) : null;
  return make("div", {}, value, why);
}

function panelFacts(id, evidence) {
  const unknown = isUnknown(evidence.status);
  const facts = [
    [words.interval, evidence.interval], [words.unit, evidence.unit], [words.subject, evidence.subject],
    [words.period, evidence.period], [words.observations, evidence.n],
    [words.status, words[evidence.status] ?? evidence.status],
    [words.provenance, words[evidence.provenance] ?? evidence.provenance],
    [words.reason, unknown ? null : evidence.reason], [words.settledBy, evidence.settles],
    [words.measure, evidence.measure], [words.source, evidence.source], [words.number, id],
  ];
  return definitionList(facts);
}

/** Label and value pairs; pairs without a value are left out. */
function definitionList(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", { class: "pairs" }, known.map(([label, value]) => [make("dt", {}, label), make("dd", {}, String(value))]).flat());
}

function code(title, text, copyable = true) {
  if (!text) return null;
  const copy = copyable ? button(words.copy, () => copyText(text), { class: "tool", "aria-label": `${words.copy}: ${title}` }) : null;
  return make("section", { class: "code" },
    make("div", { class: "code-head" }, make("h3", {}, title), copy),
    make("pre", { tabindex: "0" }, make("code", {}, text)));
}

function firstRows(evidence) {
  const rows = evidence.first ?? [];
  const total = evidence.rows ?? rows.length;
  if (rows.length === 0) return evidence.rows ? definitionList([[words.rowsBehind, total]]) : null;
  const head = make("tr", {}, evidence.columns.map((name) => make("th", { scope: "col" }, name)));
  const body = rows.map((row) => make("tr", {}, row.map((cell) => make("td", {}, rawCell(cell)))));
  const title = say("firstRows", { shown: rows.length, n: total.toLocaleString("en") });
  return make("section", { class: "first-rows" },
    make("h3", {}, `${words.rowsBehind}: ${total.toLocaleString("en")}`), make("p", { class: "note" }, title),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.rowsBehind },
      make("table", {}, make("thead", {}, head), make("tbody", {}, body))));
}

function rawCell(cell) {
  return cell === null || cell === "" ? make("span", { class: "muted" }, words.empty) : String(cell);
}

function traceCommand(id) {
  const pattern = payload.trace ?? "regionlift trace {id} --out OUT";
  return pattern.replace("{id}", () => quoted(id));
}

/** An id as one word of a command line. */
function quoted(id) {
  return /^[\w./:-]+$/.test(id) ? id : `"${id.replace(/[\\"$`]/g, "\\$&")}"`;
}

document.getElementById("panel").addEventListener("click", (event) => {
  if (event.target === event.currentTarget) closeEvidence();
});
