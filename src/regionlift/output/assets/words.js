"use strict";
// The payload, the words of the page itself, and the few helpers that everything else uses.

const payload = JSON.parse(document.getElementById("payload").textContent);

const ENGLISH = {
  skip: "Skip to the page",
  contents: "Contents",
  pageNumber: "page {n}",
  numbersStay: "Pages stand by question. A page keeps its number in every report, so numbers do not run on.",
  start: "The short answer",
  annex: "Annex",
  glossary: "Words used",
  glossaryFinding: "What the terms in this report mean.",
  synthetic: "Synthetic data",
  syntheticNote: "Every name and number here is invented to show the method. Nothing on this page describes a real place.",
  previous: "Previous",
  next: "Next",
  print: "Print or save as PDF",
  offline: "One file, made without a network and read without one.",
  cannotTell: "cannot tell",
  empty: "(empty)",
  filter: "Filter rows",
  showAll: "Show all {n} rows",
  showFirst: "Show the first {n} rows",
  shown: "{shown} of {n} rows",
  shownOne: "{shown} of 1 row",
  noRows: "No rows.",
  sortBy: "Sort by {title}",
  csv: "CSV",
  svg: "SVG",
  png: "PNG",
  copyLink: "Copy link",
  copy: "Copy",
  copied: "Copied",
  notCopied: "Copying is not allowed here; select the text instead",
  saved: "Saved {file}",
  save: "Save as",
  tableBehind: "Table behind it",
  howComputed: "How computed",
  settings: "Settings in force",
  chartFailed: "This chart could not be drawn: {reason}. Its table is below.",
  formula: "Formula",
  source: "Source",
  years: "Years",
  peers: "Percentile among the peers, 0 to 100; the band is the interval, the middle line the median peer",
  median: "median",
  verdict: "Verdict",
  clause: "Clause",
  reason: "Reason",
  evidence: "Evidence",
  settledBy: "What would settle it",
  met: "met",
  notMet: "not met",
  so: "yes, this is so",
  notSo: "no, not so",
  readingTitle: "Stage reading",
  readingPrinted: "The report prints: {label}",
  shareLead: "Share of resamples in which each stage leads",
  threshold: "Share a stage must reach before it is named",
  wouldBe: "At {t} the label would be: {stage}.",
  wouldNot: "At {t} no label would be printed: {stage} leads in a share of {share} only.",
  wouldUnknown: "At {t} no label would be printed: the shares are not known.",
  flips: "The answer changes at {share}.",
  sameEverywhere: "The answer is the same at every threshold from {low} to {high}.",
  reset: "Back to {t}",
  close: "Close",
  value: "Value",
  interval: "Interval",
  unit: "Unit",
  status: "Status",
  provenance: "Provenance",
  subject: "Subject",
  period: "Period",
  observations: "Observations (n)",
  measure: "Measure",
  number: "Number",
  rowsBehind: "Rows behind it",
  firstRows: "First {shown} of {n} rows",
  sql: "SQL that selects the rows",
  query: "Query that was run",
  command: "Command that prints this again",
  known: "known",
  suppressed: "suppressed: the source holds the number back",
  not_collected: "not collected",
  not_applicable: "not applicable",
  too_few: "too few observations",
  observed: "observed: counted in the source tables",
  derived: "derived: modelled from something else",
  claimed: "claimed: a signed human judgement",
};

const words = { ...ENGLISH, ...payload.words };

/** A word of the page with its {placeholders} filled. */
function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/**
 * Make an element. Properties starting with "on" are listeners; text is set as text, never as HTML.
 * @param {string} tag
 * @param {Object} properties attributes; `false`, `null` and `undefined` leave one out
 * @param {...(Node|string|null|false)} children
 */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

function button(label, onclick, properties = {}) {
  return make("button", { type: "button", onclick, ...properties }, label);
}

/** Say something briefly at the foot of the window, and to a screen reader. */
function toast(message) {
  const place = document.getElementById("toast");
  place.textContent = message;
  place.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.classList.remove("shown"), 2500);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(words.copied);
  } catch {
    toast(copyBySelection(text) ? words.copied : words.notCopied);
  }
}

/** The old way, for browsers that keep the clipboard from a file opened by double click. */
function copyBySelection(text) {
  const area = make("textarea", { class: "offscreen", "aria-hidden": "true" });
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** Name of a file to save: readable, and marked where the data are invented. */
function fileName(id, extension) {
  const plain = `${payload.region}-${id}`.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${payload.synthetic ? "SYNTHETIC-" : ""}${plain}.${extension}`;
}

function saveUrl(url, name) {
  make("a", { href: url, download: name }).click();
  toast(say("saved", { file: name }));
}

function saveText(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  saveUrl(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
