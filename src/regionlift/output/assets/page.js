// The page as a whole: contents, one hash per page, drawing on show, printing.

const GLOSSARY_PAGE = "words-used";
const pages = orderedPages();
const sections = new Map();

/** The answer first, then the pages under each question, then those without one. */
function orderedPages() {
  const answers = payload.pages.filter(isAnswer);
  const asked = payload.questions.flatMap(({ id }) => payload.pages.filter((page) => page.question === id));
  const annex = payload.pages.filter((page) => page.question === null && !isAnswer(page));
  const last = Object.keys(payload.glossary).length ? [glossaryPage()] : [];
  return [...answers, ...asked, ...annex, ...last];
}

function isAnswer(page) {
  return page.question === null && page.number === 1;
}

function glossaryPage() {
  const items = Object.entries(payload.glossary).sort(([a], [b]) => a.localeCompare(b));
  return { id: GLOSSARY_PAGE, number: null, question: null, title: words.glossary, finding: words.glossaryFinding, blocks: [], items };
}

function groups() {
  const asked = payload.questions.map(({ id, title }) => [title, pages.filter((page) => page.question === id)]);
  const all = [[null, pages.filter(isAnswer)], ...asked, [words.annex, pages.filter((page) => page.question === null && !isAnswer(page))]];
  return all.filter(([, members]) => members.length);
}

function questionOf(page) {
  return payload.questions.find(({ id }) => id === page.question)?.title ?? (isAnswer(page) ? words.start : words.annex);
}

const hashOf = (pageId, blockId) => `#/${[pageId, blockId].filter(Boolean).map(encodeURIComponent).join("/")}`;
const linkTo = (pageId, blockId) => location.href.replace(/#.*$/, "") + hashOf(pageId, blockId);

function fillRail() {
  const lists = groups().map(([title, members]) => make("div", { class: "group" },
    title ? make("h2", {}, title) : null,
    make("ul", {}, members.map((page) => make("li", {}, make("a", { href: hashOf(page.id), "data-page": page.id },
      page.number ? make("span", { class: "page-number" }, String(page.number), " ") : null, page.title))))));
  const why = make("p", { class: "note rail-note" }, words.numbersStay);
  const menu = make("details", { class: "menu" }, make("summary", {}, words.contents), lists, why);
  const wide = matchMedia("(min-width: 60rem)");
  const fit = () => { menu.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
  document.getElementById("rail").setAttribute("aria-label", words.contents);
  document.getElementById("rail").append(menu);
}

function fillFacts() {
  const facts = payload.facts.map(({ label, value }) => make("div", {}, make("dt", {}, label), make("dd", {}, value)));
  document.getElementById("facts").append(...facts);
  document.getElementById("imprint").append(
    make("p", {}, payload.facts.map(({ label, value }) => `${label}: ${value}`).join(" · ")),
    make("p", {}, words.offline),
    button(words.print, printAll, { class: "tool print" }));
}

function syntheticBanner() {
  return make("p", { class: "banner", role: "note" }, make("b", {}, words.synthetic), ` ${words.syntheticNote}`);
}

/** The section of a page; made when first asked for. */
function sectionOf(page) {
  if (!sections.has(page.id)) sections.set(page.id, makeSection(page));
  return sections.get(page.id);
}

function makeSection(page) {
  return make("section", { class: "page", "data-id": page.id, hidden: true },
    payload.synthetic ? syntheticBanner() : null,
    make("p", { class: "question" }, questionOf(page), page.number ? ` · ${say("pageNumber", { n: page.number })}` : null),
    make("h1", { tabindex: "-1" }, page.title),
    make("p", { class: "finding" }, marked(page.finding)),
    page.blocks.map((block) => BLOCKS[block.kind](block)),
    page.items ? glossaryList(page.items) : null,
    pager(page));
}

function glossaryList(items) {
  return make("dl", { class: "pairs glossary" }, items.flatMap(([term, meaning]) => [make("dt", {}, term), make("dd", {}, meaning)]));
}

function pager(page) {
  const at = pages.indexOf(page);
  const link = (other, label, kind) => other && make("a", { href: hashOf(other.id), class: kind, rel: kind },
    make("span", {}, label), make("b", {}, other.title));
  return make("nav", { class: "pager", "aria-label": `${words.previous}, ${words.next}` },
    link(pages[at - 1], words.previous, "prev"), link(pages[at + 1], words.next, "next"));
}

/** Where the address points: a page and, within it, a block. */
function target() {
  const [pageId, blockId] = location.hash.replace(/^#\//, "").split("/").map(decoded);
  return { page: pages.find(({ id }) => id === pageId) ?? pages[0], blockId };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function show(moveFocus) {
  const { page, blockId } = target();
  const main = document.getElementById("main");
  const section = sectionOf(page);
  for (const other of main.children) other.hidden = true;
  section.hidden = false;
  main.append(section);
  document.title = `${page.title} – ${payload.title}`;
  markCurrent(page);
  if (moveFocus) arrive(section);
  fitCharts();
  await drawCharts(section);
  document.getElementById(`block-${blockId}`)?.scrollIntoView();
}

function arrive(section) {
  if (!matchMedia("(min-width: 60rem)").matches) document.querySelector(".menu").open = false;
  section.querySelector("h1").focus({ preventScroll: true });
  const top = document.querySelector(".frame").offsetTop;
  if (scrollY > top) scrollTo({ top });
}

function markCurrent(page) {
  for (const link of document.querySelectorAll("[data-page]")) {
    if (link.dataset.page === page.id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Every page in order, with its charts, at the width of the paper. */
function layOutAll() {
  document.documentElement.classList.add("printing");
  const main = document.getElementById("main");
  main.append(...pages.map(sectionOf));
  fitCharts();
  return drawCharts(main);
}

function backToScreen() {
  document.documentElement.classList.remove("printing");
  fitCharts();
}

async function printAll() {
  await layOutAll();
  print();
}

function start() {
  const skip = document.getElementById("skip");
  skip.textContent = words.skip;
  skip.addEventListener("click", (event) => { event.preventDefault(); document.querySelector(".page:not([hidden]) h1").focus(); });
  fillRail();
  fillFacts();
  addEventListener("hashchange", () => show(true));
  addEventListener("beforeprint", layOutAll);
  addEventListener("afterprint", backToScreen);
  show(false);
}

start();
