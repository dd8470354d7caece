// What figure and conditions share: a number against a threshold that the reader may move.

const SLIDER_WORDS = {
  atLeast: "at least",
  above: "above",
  atMost: "at most",
  below: "below",
  sliderLabel: "Threshold of {id}",
  sliderRun: "in the run {t}",
  sliderHere: "here {v}",
  sliderOff: "Cannot be moved: there is no number yet to compare with it.",
  sliderAlone: "Cannot be moved: no peers have this number, so it is compared with a house value.",
  sliderReset: "Reset",
  wasInRun: "was {verdict}",
  flipsAtValue: "The verdict flips at {v}.",
  flipsNowhere: "The verdict is the same over the whole range.",
  holdsIn: "Verdict unchanged in {share} of settings",
  resetAll: "Reset all",
};
for (const [name, text] of Object.entries(SLIDER_WORDS)) words[name] ??= text;

const COMPARE_WORDS = { ">=": "atLeast", ">": "above", "<=": "atMost", "<": "below" };

/** What is asked for, in words: "at least 0.5". */
const askedAt = (item, threshold) => `${words[COMPARE_WORDS[item.compare]]} ${inUnit(item, threshold)}`;

const verdictWord = (verdict) => words[(LAMPS[verdict] ?? LAMPS["cannot tell"])[1]];

/** A share as the tables of the run print it: halves go to the even number. */
function shareText(share) {
  const percent = share * 100;
  const half = Math.abs(percent - Math.floor(percent) - 0.5) < 1e-9;
  return `${half ? 2 * Math.round(percent / 2) : Math.round(percent)}%`;
}

/** A threshold or a value in the unit of the item: p50, 0.25, 2, 0.5% a year. */
function inUnit({ unit }, value) {
  if (unit === "percentile") return `p${Number(value.toFixed(1))}`;
  const digits = Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
  if (["count", "ratio", "index", "share", "correlation", ""].includes(unit)) return digits;
  return digits + (unit.startsWith("%") ? "" : " ") + unit;
}

/** A step of 1, 2 or 5 that has at least a hundred places in the range and meets the run's threshold. */
function sliderStep({ low, high, threshold, unit }) {
  const whole = unit === "count" || unit === "percentile";
  const rough = Math.max(high - low, Number.EPSILON) / 100;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = whole ? 1 : [5, 2, 1].map((n) => n * power).find((n) => n <= rough * (1 + 1e-9)) ?? power;
  const meets = (t) => Math.abs((t - low) / step - Math.round((t - low) / step)) < 1e-6;
  return meets(threshold) && meets(high) ? String(Number(step.toPrecision(1))) : "any";
}

let sliders = 0;

/**
 * A slider between low and high with marks at the run's threshold and at the value itself.
 * @param {Object} item a link or clause
 * @param {(threshold: number) => void} moved
 * @returns {{node: HTMLElement, set: (threshold: number) => void}}
 */
function thresholdSlider(item, threshold, moved) {
  sliders += 1;
  const id = `slider-${sliders}`;
  const { fixed } = item;
  // a value that stands in is on another scale than the range
  const [low, high] = fixed && (threshold < item.low || threshold > item.high) ? [threshold - 1, threshold + 1] : [item.low, item.high];
  const input = make("input", { type: "range", id, class: "threshold", min: low, max: high, step: sliderStep(item), value: threshold, disabled: fixed, "data-item": item.id, "aria-label": say("sliderLabel", { id: item.id }) });
  const output = make("output", { for: id, class: "slider-at" });
  const show = (at) => {
    output.textContent = askedAt(item, at);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => { show(Number(input.value)); moved(Number(input.value)); });
  const set = (at) => { if (Number(input.value) !== at) input.value = at; show(at); };
  show(threshold);
  if (fixed) return { set: () => {}, node: make("div", { class: "slider-row fixed" }, make("div", { class: "slider-head" }, output), input, make("p", { class: "note" }, item.value === null ? words.sliderOff : words.sliderAlone)) };
  const track = make("div", { class: "slider-track" }, input, sliderMark("run", item, item.threshold), sliderMark("here", item, item.value));
  const ends = make("div", { class: "slider-ends" }, make("span", {}, inUnit(item, low)), make("span", {}, inUnit(item, high)));
  const key = make("p", { class: "note slider-key" }, make("i", { class: "key run" }), ` ${say("sliderRun", { t: inUnit(item, item.threshold) })} `, make("i", { class: "key here" }), ` ${say("sliderHere", { v: inUnit(item, item.value) })}`);
  return { set, node: make("div", { class: "slider-row" }, make("div", { class: "slider-head" }, output), track, ends, key) };
}

/** A mark at a value; none where the value lies outside the range. */
function sliderMark(kind, { low, high }, value) {
  if (value < low || value > high || high <= low) return null;
  const mark = make("span", { class: `slider-mark ${kind}`, "aria-hidden": "true" });
  mark.style.setProperty("--at", (value - low) / (high - low));
  return mark;
}

/** Where the verdict turns, in words. */
function flipText(item) {
  if (item.fixed) return null;
  return item.low <= item.value && item.value <= item.high ? say("flipsAtValue", { v: inUnit(item, item.value) }) : words.flipsNowhere;
}

/** A lamp that can change, and says what it was in the run. */
function liveLamp(verdict) {
  const node = make("span", { class: "live-lamp" });
  const draw = (now) => {
    node.replaceChildren(lamp(now), ...(now === verdict ? [] : [make("small", { class: "was" }, say("wasInRun", { verdict: verdictWord(verdict) }))]));
    node.classList.toggle("flipped", now !== verdict);
  };
  draw(verdict);
  return { node, draw };
}

/** A button that takes everything back to the run; it stays in place, so that it keeps the focus. */
function resetButton(label, onclick) {
  const node = button(label, onclick, { class: "tool reset" });
  return { node, able: (can) => node.setAttribute("aria-disabled", String(!can)) };
}
