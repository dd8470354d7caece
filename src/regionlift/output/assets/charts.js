// Charts: the strip that goes with every chart, drawing on show, and what can be saved.

const FONT = '"Segoe UI", system-ui, -apple-system, "Noto Sans", "Liberation Sans", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** Colours that colour-blind readers can tell apart (Okabe and Ito, darkened for white paper). */
const COLOURS = ["#1f4e79", "#c4570a", "#1b7f6b", "#8c5a99", "#b58900", "#5f6b76", "#3d8fc4", "#9c2f45"];

/** House style of charts; whatever a specification says itself goes first. */
const CHART_STYLE = {
  background: "transparent",
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: "#3d4751", titleColor: "#3d4751", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
    domainColor: "#8a949e", tickColor: "#8a949e", gridColor: "#e4e7ea", labelLimit: 220, titlePadding: 8,
  },
  axisX: { labelOverlap: "parity", labelSeparation: 6 },
  legend: { labelColor: "#3d4751", titleColor: "#3d4751", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: 260 },
  header: { labelColor: "#3d4751", titleColor: "#3d4751", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
  title: { anchor: "start", color: "#1b2127", fontSize: 15, subtitleColor: "#3d4751", subtitleFontSize: 12, subtitlePadding: 6, offset: 14 },
  range: { category: COLOURS },
  mark: { color: COLOURS[0] },
  circle: { opacity: 0.9 },
  point: { opacity: 0.9 },
  line: { strokeWidth: 2 },
  text: { fontSize: 12, color: "#1b2127" },
};

const EMBED = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, config: CHART_STYLE, tooltip: { theme: "custom" } };

/** Charts that wait to be drawn until their page is shown. */
const waiting = new Map();

function chartBlock(block) {
  const place = make("div", { class: "chart", id: `chart-${block.id}` });
  const panels = [
    [words.tableBehind, () => tableView(block.table, block.id, block.title), "table"],
    [words.howComputed, () => howComputed(block.how), "how"],
    [words.settings, () => definitionList(block.settings.map(({ label, value }) => [label, value])), "settings"],
  ].map(([label, fill, name]) => disclosure(label, fill, `${block.id}-${name}`));
  const figure = make("figure", { class: "figure", id: `block-${block.id}` },
    make("figcaption", {}, make("h2", {}, block.title), make("p", { class: "chart-finding" }, marked(block.finding))),
    place,
    make("div", { class: "tools strip" }, panels.map(([toggle]) => toggle), make("span", { class: "gap" }), exportTools(block, place)),
    panels.map(([, panel]) => panel));
  waiting.set(place, () => drawChart(place, block, panels[0][0]));
  return figure;
}

/** A button and the panel that it opens; the panel is filled when first opened. */
function disclosure(label, fill, id) {
  const panel = make("div", { class: "disclosed", id, hidden: true });
  const toggle = button(label, () => {
    if (!panel.hasChildNodes()) panel.append(fill());
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
  }, { class: "tool toggle", "aria-expanded": "false", "aria-controls": id });
  return [toggle, panel];
}

function howComputed(how) {
  return definitionList([[words.formula, how.formula], [words.source, how.source], [words.years, how.years]]);
}

function exportTools(block, place) {
  const named = (format) => ({ class: "tool", "aria-label": `${words.save} ${format}: ${block.title}` });
  return [
    button(words.svg, () => savePicture(block, place, "svg"), named(words.svg)),
    button(words.png, () => savePicture(block, place, "png"), named(words.png)),
    button(words.csv, () => saveCsv(block.table, block.id), named(words.csv)),
    button(words.copyLink, () => copyText(linkTo(place.closest(".page").dataset.id, block.id)), { class: "tool", "aria-label": `${words.copyLink}: ${block.title}` }),
  ];
}

/** Draw the charts inside a part of the page that have not been drawn yet. */
function drawCharts(part) {
  return Promise.all([...part.querySelectorAll(".chart")].map((place) => {
    const draw = waiting.get(place);
    waiting.delete(place);
    return draw?.();
  }));
}

/** Charts take their width from the window's resize; hidden ones have none, so a change of page is one too. */
function fitCharts() {
  window.dispatchEvent(new Event("resize"));
}

/** A specification of its own to draw: Vega-Embed must not change the payload's. */
function chartSpec(block, extra = {}) {
  return { description: block.finding, ...structuredClone(block.spec), ...extra };
}

async function drawChart(place, block, tableToggle) {
  try {
    await window.vegaEmbed(place, chartSpec(block), EMBED);
  } catch (error) {
    place.replaceChildren(make("p", { class: "failed", role: "alert" }, say("chartFailed", { reason: error.message })));
    tableToggle.click();
    console.error(error);
  }
}

/** Save a chart with its title, its finding, and where the numbers come from, so that it can travel alone. */
async function savePicture(block, place, format) {
  const width = Math.max(place.clientWidth, 480);
  const stage = make("div", { class: "offscreen", "aria-hidden": "true", style: `width:${width}px` });
  document.body.append(stage);
  const spec = chartSpec(block, { title: caption(block, width), background: "white", padding: 16 });
  const { view, finalize } = await window.vegaEmbed(stage, spec, EMBED);
  const name = fileName(block.id, format);
  saveUrl(await view.toImageURL(format, format === "png" ? 2 : 1), name);
  finalize();
  stage.remove();
}

function caption(block, width) {
  const source = [payload.region, block.how.years, block.how.source].filter(Boolean).join(" · ");
  const lines = [block.finding, source].flatMap((text) => wrapped(text, Math.floor(width / 6.6)));
  if (payload.synthetic) lines.unshift(words.synthetic.toLocaleUpperCase());
  return { text: block.title, subtitle: lines };
}

/** Lines of at most so many characters, broken at blanks. */
function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter(Boolean);
}
