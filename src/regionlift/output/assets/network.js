// The network on the page: year slider, filters, search, the card of an organisation, saving, paper.

const NETWORK_WORDS = {
  networkYear: "Year",
  networkPlay: "Play the years",
  networkPause: "Pause",
  networkCount: "{year}: {active} active · {entered} entered · {returned} returned · {left} left · {ties} ties",
  networkFirst: "{year}: {active} active · {ties} ties · who entered, returned or left cannot be told in the first year",
  networkRest: "Rest of the world: {active} organisations, {ties} ties to the region",
  networkFiltered: "Only what the filters let through is counted.",
  networkSearch: "Find an organisation",
  networkFound: "{n} found",
  networkNone: "No organisation has this in its name.",
  networkType: "Type",
  networkLayer: "Layer",
  networkAll: "all",
  networkOutside: "Show the rest of the world",
  networkZoomIn: "Zoom in",
  networkZoomOut: "Zoom out",
  networkWhole: "Whole picture",
  networkStayed: "stayed: active, also the year before",
  networkEntered: "entered: active for the first time",
  networkReturned: "returned: active again after a pause",
  networkLeft: "left: active the year before, not now",
  networkOther: "other or type not known",
  networkTie: "tie within the region",
  networkOuterTie: "tie to the rest of the world",
  networkSize: "larger: more ties in the year; named: core organisations",
  networkHelp: "Click an organisation for its card. Drag to move, double click or Ctrl and wheel to zoom. On the keyboard: arrows go from one organisation to the next, + and − zoom, 0 shows the whole picture, Escape closes the card.",
  networkActive: "Active",
  networkNow: "In {year}",
  networkStatus1: "stayed",
  networkStatus2: "entered",
  networkStatus3: "left",
  networkStatus4: "returned",
  networkStatus0: "not active",
  networkTies: "Ties in {year}",
  networkPartners: "Strongest partners, {joint} in all years",
  networkNoPartner: "No tie to anyone in the picture.",
  networkOrganisations: "All organisations as a list",
  networkByYear: "Counts of every year",
};
for (const [name, text] of Object.entries(NETWORK_WORDS)) words[name] ??= text;

const PLAY_STEP = 1400;
const FADE = 500;
const counted = (number) => number.toLocaleString("en");

function networkBlock(block) {
  const model = networkModel(block);
  const last = block.years.length - 1;
  const state = { t: last, type: null, ring: null, outside: true, zoom: 1, dx: 0, dy: 0, pinned: -1, hovered: -1, grown: 1 };
  const canvas = make("canvas", { class: "network-canvas", tabindex: "0", role: "img", "aria-describedby": `${block.id}-help` });
  const card = make("aside", { class: "network-card", hidden: true });
  const stage = make("div", { class: "network-stage" }, canvas);
  const shown = { year: null, frame: null, places: null, ground: null };
  const counter = make("p", { class: "network-count", role: "status", "aria-live": "polite" });
  const rest = make("p", { class: "note network-rest" });
  const time = timeControls(block, state, counter, () => setYear());
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /** Everything anew: another year, filter, or size. */
  function redraw() {
    shown.year = networkYear(model, state);
    counter.textContent = countLine(block, state, shown.year.counts);
    rest.textContent = [restLine(state, shown.year.counts), state.type !== null || state.ring !== null ? words.networkFiltered : ""].filter(Boolean).join(". ");
    canvas.setAttribute("aria-label", `${block.title}. ${counter.textContent}`);
    reframe();
    fillCard();
  }

  /** The same year seen from elsewhere. */
  function reframe() {
    const width = stage.clientWidth;
    if (width === 0) return;
    const height = Math.round(Math.min(680, Math.max(width * 0.78, Math.min(width, 420))));
    const ratio = printing() ? 3 : Math.min(devicePixelRatio || 1, 2);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    canvas.style.touchAction = state.zoom > 1 ? "none" : "pan-y";
    shown.frame = networkFrame(width, height, state);
    shown.places = networkPlaces(model, shown.year, shown.frame, 1);
    const [ground, context] = sheet(width, height, ratio);
    drawGround(context, model, shown.year, shown.frame, shown.places);
    shown.ground = ground;
    paint();
  }

  /** Only the focus changed, or a fade goes on. */
  function paint() {
    if (!shown.ground) return;
    const context = canvas.getContext("2d");
    const ratio = canvas.width / shown.frame.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const places = state.grown < 1 ? networkPlaces(model, shown.year, shown.frame, state.grown) : shown.places;
    drawNetwork(context, model, shown.year, shown.frame, places, focus(), shown.ground);
  }

  const focus = () => (state.pinned >= 0 ? state.pinned : state.hovered);

  function setYear() {
    redraw();
    if (still.matches || printing()) return;
    const begun = performance.now();
    const step = (now) => {
      state.grown = Math.min(1, Math.max(0, (now - begun) / FADE));
      paint();
      if (state.grown < 1 && shown.fading === step) requestAnimationFrame(step);
    };
    shown.fading = step;
    requestAnimationFrame(step);
  }

  function choose(organisation, from = null) {
    state.pinned = organisation;
    state.hovered = -1;
    shown.from = from ?? shown.from;
    if (organisation >= 0 && !shown.year.shown[organisation]) clearFilters(organisation);
    if (organisation >= 0) bringIntoView(organisation);
    paint();
    fillCard();
  }

  function clearFilters(organisation) {
    Object.assign(state, { type: null, ring: null, outside: state.outside || model.outside[organisation] === 1 });
    filters.show();
    redraw();
  }

  function bringIntoView(organisation) {
    const { x, y } = shown.places ?? {};
    const { width, height } = shown.frame ?? {};
    if (!x || (x[organisation] > 10 && x[organisation] < width - 10 && y[organisation] > 10 && y[organisation] < height - 10)) return;
    state.dx += width / 2 - x[organisation];
    state.dy += height / 2 - y[organisation];
    reframe();
  }

  function close() {
    choose(-1);
    (shown.from ?? canvas).focus({ preventScroll: true });
    shown.from = null;
  }

  function fillCard() {
    const i = focus();
    card.hidden = i < 0 || printing();
    if (i < 0) return;
    card.classList.toggle("pinned", state.pinned >= 0);
    card.classList.toggle("at-left", shown.places ? shown.places.x[i] > shown.frame.width / 2 : false);
    card.setAttribute("aria-label", model.nodes.name[i]);
    card.replaceChildren(...cardParts(block, model, shown.year, state, i, choose, close));
  }

  function zoom(factor, x = shown.frame.width / 2, y = shown.frame.height / 2) {
    const next = Math.min(16, Math.max(1, state.zoom * factor));
    const middle = networkFrame(shown.frame.width, shown.frame.height, { zoom: 1, dx: 0, dy: 0 });
    const by = next / state.zoom;
    state.dx = next === 1 ? 0 : (x - middle.cx) * (1 - by) + state.dx * by;
    state.dy = next === 1 ? 0 : (y - middle.cy) * (1 - by) + state.dy * by;
    state.zoom = next;
    reframe();
  }

  function whole() {
    Object.assign(state, { zoom: 1, dx: 0, dy: 0 });
    reframe();
  }

  const filters = filterControls(block, model, state, redraw);
  const search = searchControl(block, model, (i, from) => {
    choose(i, from);
    card.querySelector("h3")?.focus({ preventScroll: true });
  });
  listenOnCanvas(canvas, { model, state, shown, paint, reframe, fillCard, choose, close, zoom, whole });
  const fit = () => {
    if (printing() !== Boolean(shown.onPaper)) turnToPaper();
    if (stage.clientWidth && (shown.frame?.width !== stage.clientWidth || printing())) redraw();
  };

  /** On paper: the last year, without filters; afterwards what was on the screen before. */
  function turnToPaper() {
    if (printing()) {
      time.stop();
      shown.onPaper = { ...state };
      Object.assign(state, { t: last, type: null, ring: null, outside: true, zoom: 1, dx: 0, dy: 0, pinned: -1, hovered: -1, grown: 1 });
    } else {
      Object.assign(state, shown.onPaper);
      shown.onPaper = null;
    }
    time.show();
    redraw();
  }
  addEventListener("resize", fit);

  stage.append(make("div", { class: "tools network-zoom" },
    button("+", () => zoom(1.6), { class: "tool", "aria-label": words.networkZoomIn, title: words.networkZoomIn }),
    button("−", () => zoom(1 / 1.6), { class: "tool", "aria-label": words.networkZoomOut, title: words.networkZoomOut }),
    button(words.networkWhole, whole, { class: "tool" })), card);
  const panels = [
    [words.networkOrganisations, () => tableView({ ...block.organisations, limit: 20 }, `${block.id}-organisations`, block.title), "organisations"],
    [words.networkByYear, () => tableView(block.table, `${block.id}-years`, block.title), "table"],
    [words.howComputed, () => howComputed(block.how), "how"],
    [words.settings, () => definitionList(block.settings.map(({ label, value }) => [label, value])), "settings"],
  ].map(([label, fill, name]) => disclosure(label, fill, `${block.id}-${name}`));
  const save = button(words.png, () => saveNetwork(block, model, state, counter.textContent), { class: "tool", "aria-label": `${words.save} ${words.png}: ${block.title}` });
  const link = button(words.copyLink, () => copyText(linkTo(stage.closest(".page").dataset.id, block.id)), { class: "tool", "aria-label": `${words.copyLink}: ${block.title}` });
  return make("figure", { class: "figure network", id: `block-${block.id}` },
    make("figcaption", {}, make("h2", {}, block.title), make("p", { class: "chart-finding" }, marked(block.finding))),
    time.element, counter, rest, make("div", { class: "network-controls" }, search, filters.element),
    networkLegend(block, model), stage,
    make("p", { class: "note network-help", id: `${block.id}-help` }, words.networkHelp),
    make("p", { class: "note" }, block.note),
    make("div", { class: "tools strip" }, panels.map(([toggle]) => toggle), make("span", { class: "gap" }), save, link),
    panels.map(([, panel]) => panel));
}

const printing = () => document.documentElement.classList.contains("printing");

function countLine({ years }, { t }, { active, entered, returned, left, ties }) {
  const values = { year: years[t], active: counted(active), entered: counted(entered), returned: counted(returned), left: counted(left), ties: counted(ties) };
  return say(t === 0 ? "networkFirst" : "networkCount", values);
}

function restLine({ outside }, { outside: active, outsideTies }) {
  return outside ? say("networkRest", { active: counted(active), ties: counted(outsideTies) }) : "";
}

/** The slider, and a button that walks it to the last year. */
function timeControls(block, state, counter, changed) {
  const id = `${block.id}-year`;
  const last = block.years.length - 1;
  const slider = make("input", { type: "range", class: "threshold", id, min: "0", max: String(last), step: "1", value: String(state.t) });
  const year = make("output", { class: "network-year", for: id });
  const play = button(words.networkPlay, toggle, { class: "tool network-play" });
  let timer = null;

  function show() {
    slider.value = String(state.t);
    year.textContent = String(block.years[state.t]);
    slider.setAttribute("aria-valuetext", year.textContent);
  }

  function to(t) {
    state.t = t;
    show();
    changed();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = words.networkPlay;
    // the line would be read out every second
    counter.setAttribute("aria-live", "polite");
  }

  function toggle() {
    if (timer !== null) return stop();
    counter.setAttribute("aria-live", "off");
    play.textContent = words.networkPause;
    timer = setInterval(forward, PLAY_STEP);
    return to(state.t === last ? 0 : state.t + 1);
  }

  function forward() {
    if (state.t === last || slider.closest("[hidden]")) return stop();
    return to(state.t + 1);
  }

  slider.addEventListener("input", () => { stop(); to(Number(slider.value)); });
  show();
  const element = make("div", { class: "slider network-time" },
    make("div", { class: "slider-line" }, play, make("label", { for: id }, words.networkYear), year,
      make("span", {}, String(block.years[0])), slider, make("span", {}, String(block.years[last]))));
  return { element, stop, show };
}

function filterControls(block, model, state, changed) {
  const options = (list, used) => [make("option", { value: "" }, words.networkAll),
    ...list.map((name, place) => [name, place]).filter(([, place]) => used.has(place)).map(([name, place]) => make("option", { value: String(place) }, name))];
  const pick = (key) => (event) => { state[key] = event.target.value === "" ? null : Number(event.target.value); changed(); };
  const rings = block.rings.slice(0, -1).map(({ name }) => name);
  const type = make("select", { class: "filter", onchange: pick("type") }, options(block.types, new Set(block.nodes.type)));
  const ring = make("select", { class: "filter", onchange: pick("ring") }, options(rings, new Set(block.nodes.ring)));
  const outside = make("input", { type: "checkbox", checked: true, onchange: (event) => { state.outside = event.target.checked; changed(); } });
  const show = () => {
    type.value = state.type ?? "";
    ring.value = state.ring ?? "";
    outside.checked = state.outside;
  };
  const world = model.outside.includes(1) ? make("label", { class: "network-outside" }, outside, ` ${words.networkOutside}`) : null;
  return { show, element: [make("label", {}, `${words.networkType} `, type), make("label", {}, `${words.networkLayer} `, ring), world] };
}

/** Names that hold what is typed; Enter takes the first, Tab goes through them. */
function searchControl(block, model, found) {
  const names = model.nodes.name.map((name) => name.toLocaleLowerCase());
  const list = make("ul", { class: "network-results", hidden: true });
  const input = make("input", { type: "search", class: "filter", "aria-label": words.networkSearch, placeholder: words.networkSearch, autocomplete: "off" });
  const said = make("span", { class: "offscreen", role: "status" });
  let matches = [];

  function take(i) {
    input.value = model.nodes.name[i];
    list.hidden = true;
    found(i, input);
  }

  function look() {
    const needle = input.value.trim().toLocaleLowerCase();
    matches = needle ? [...names.keys()].filter((i) => names[i].includes(needle)) : [];
    matches.sort((i, j) => names[j].startsWith(needle) - names[i].startsWith(needle) || model.partners[j].length - model.partners[i].length);
    list.replaceChildren(...matches.slice(0, 8).map((i) => make("li", {},
      button(model.nodes.name[i], () => take(i)), make("span", {}, block.rings[model.nodes.ring[i]].name))));
    if (needle && matches.length !== 1) list.append(make("li", { class: "note" }, matches.length ? say("networkFound", { n: counted(matches.length) }) : words.networkNone));
    said.textContent = needle ? say("networkFound", { n: counted(matches.length) }) : "";
    list.hidden = !needle;
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && matches.length) take(matches[0]);
    if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
  });
  const box = make("div", { class: "network-search" }, input, list, said);
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") { list.hidden = true; input.focus(); } });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) list.hidden = true; });
  return box;
}

function cardParts(block, model, year, state, i, choose, close) {
  const { nodes, ties, partners } = model;
  const spans = [];
  for (let s = 0; s < nodes.spans[i].length; s += 2) spans.push([...new Set(nodes.spans[i].slice(s, s + 2))].map((t) => block.years[t]).join("–"));
  const now = block.years[state.t];
  const strongest = [...partners[i]].sort((e, f) => ties.events[f] - ties.events[e] || e - f).slice(0, 5).map((e) => {
    const other = ties.a[e] === i ? ties.b[e] : ties.a[e];
    const name = state.pinned >= 0 ? button(nodes.name[other], () => choose(other), { class: "number" }) : nodes.name[other];
    return make("li", {}, make("span", {}, name), make("b", {}, counted(ties.events[e])));
  });
  return [
    make("h3", { tabindex: "-1" }, nodes.name[i]),
    make("p", { class: "note" }, `${block.types[nodes.type[i]]} · ${block.rings[nodes.ring[i]].name}`),
    definitionList([
      [words.networkActive, spans.join(", ")],
      [say("networkNow", { year: now }), state.t === 0 && year.status[i] === STAYED ? words.networkActive.toLocaleLowerCase() : words[`networkStatus${year.status[i]}`]],
      [say("networkTies", { year: now }), counted(year.degree[i])],
    ]),
    strongest.length ? make("p", { class: "note" }, say("networkPartners", { joint: block.joint })) : make("p", { class: "note" }, words.networkNoPartner),
    make("ol", {}, strongest),
    state.pinned >= 0 ? button(words.close, close, { class: "tool" }) : null,
  ].filter(Boolean);
}

/** Pointer and keys over the picture. */
function listenOnCanvas(canvas, view) {
  const { state, shown } = view;
  const at = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, moved: false }; });
  canvas.addEventListener("pointermove", (event) => {
    if (drag && event.buttons) {
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (!drag.moved && Math.hypot(dx, dy) < 4) return;
      if (!drag.moved) canvas.setPointerCapture(event.pointerId);
      drag = { x: event.clientX, y: event.clientY, moved: true };
      state.dx += dx;
      state.dy += dy;
      soon(shown, view.reframe);
      return;
    }
    const found = nearest(view, ...at(event));
    canvas.style.cursor = found >= 0 ? "pointer" : "grab";
    if (found === state.hovered) return;
    state.hovered = found;
    if (state.pinned < 0) { soon(shown, view.paint); view.fillCard(); }
  });
  canvas.addEventListener("pointerleave", () => { state.hovered = -1; if (state.pinned < 0) { view.paint(); view.fillCard(); } });
  canvas.addEventListener("click", (event) => {
    const dragged = drag?.moved;
    drag = null;
    view.choose(nearest(view, ...at(event)), canvas);
  });
  canvas.addEventListener("dblclick", (event) => view.zoom(1.8, ...at(event)));
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    view.zoom(Math.exp(-event.deltaY / 300), ...at(event));
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const act = {
      "+": () => view.zoom(1.6), "=": () => view.zoom(1.6), "-": () => view.zoom(1 / 1.6), 0: view.whole, Escape: view.close,
      ArrowLeft: () => stepTo(view, -1, 0), ArrowRight: () => stepTo(view, 1, 0), ArrowUp: () => stepTo(view, 0, -1), ArrowDown: () => stepTo(view, 0, 1),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}

/** At most once a frame. */
function soon(shown, act) {
  cancelAnimationFrame(shown.frameAsked);
  shown.frameAsked = requestAnimationFrame(act);
}

/** The organisation under the pointer, or -1. */
function nearest({ model, shown }, px, py) {
  let [best, least] = [-1, Infinity];
  for (let i = 0; shown.places && i < model.n; i++) {
    if (shown.year.status[i] === INACTIVE) continue;
    const distance = Math.hypot(shown.places.x[i] - px, shown.places.y[i] - py) - shown.places.r[i];
    if (distance < Math.min(least, 5)) [best, least] = [i, distance];
  }
  return best;
}

/** The next organisation in a direction; from nowhere, the best connected one. */
function stepTo({ model, state, shown, choose }, right, down) {
  const { year, places: { x, y } } = shown;
  const here = state.pinned;
  let [best, least] = [-1, Infinity];
  for (let i = 0; i < model.n; i++) {
    if (i === here || year.status[i] === INACTIVE) continue;
    const [dx, dy] = here < 0 ? [0, 0] : [x[i] - x[here], y[i] - y[here]];
    const ahead = dx * right + dy * down;
    const cost = here < 0 ? -year.degree[i] : ahead <= 0.5 ? Infinity : Math.hypot(dx, dy) + 2 * Math.abs(dx * down + dy * right);
    if (cost < least) [best, least] = [i, cost];
  }
  if (best >= 0) choose(best);
}

function networkLegend(block, model) {
  const used = new Set(model.nodes.type.map(shapeOf));
  const glyph = (shape, status) => {
    const [canvas, context] = sheet(16, 16, 3);
    canvas.setAttribute("aria-hidden", "true");
    context.beginPath();
    outline(context, shape, 8, 8, 5);
    finish(context, status);
    return canvas;
  };
  const entry = (shape, status, text) => make("li", {}, glyph(shape, status), text);
  return make("ul", { class: "network-legend" },
    entry("circle", STAYED, words.networkStayed), entry("circle", ENTERED, words.networkEntered), entry("circle", RETURNED, words.networkReturned), entry("circle", LEFT, words.networkLeft),
    SHAPES.map((shape, type) => used.has(shape) && entry(shape, STAYED, block.types[type])),
    used.has("triangle") && entry("triangle", STAYED, words.networkOther),
    model.outside.includes(1) && make("li", {}, make("span", { class: "network-line" }), words.networkTie),
    model.outside.includes(1) && make("li", {}, make("span", { class: "network-line outer" }), words.networkOuterTie),
    make("li", {}, words.networkSize));
}

/** A picture that can travel alone: title, year, counts and legend above it. */
function saveNetwork(block, model, state, counts) {
  const [width, top, height] = [1200, 132, 940];
  const [canvas, context] = sheet(width, top + height, 2);
  const [ground, below] = sheet(width, height, 2);
  const year = networkYear(model, state);
  const frame = networkFrame(width, height, { zoom: 1, dx: 0, dy: 0 });
  const places = networkPlaces(model, year, frame, 1);
  drawGround(below, model, year, frame, places);
  context.translate(0, top);
  drawNetwork(context, model, year, frame, places, -1, ground);
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.fillStyle = "white";
  context.fillRect(0, 0, width, top);
  const lines = [[`600 22px ${FONT}`, block.title], [`14px ${FONT}`, block.finding], [`600 15px ${FONT}`, counts],
    [`12px ${FONT}`, [payload.synthetic ? words.synthetic.toLocaleUpperCase() : "", payload.region, block.how.source].filter(Boolean).join(" · ")]];
  lines.forEach(([font, text], row) => {
    context.font = font;
    halo(context, shortened(text, 150), 16, 22 + 25 * row, "left", NETWORK_COLOURS.ink);
  });
  let x = 16;
  context.font = `12px ${FONT}`;
  const legend = [[STAYED, words.networkStayed], [ENTERED, words.networkEntered], [RETURNED, words.networkReturned], [LEFT, words.networkLeft]];
  for (const [status, text] of legend) {
    context.beginPath();
    outline(context, "circle", x + 6, 122, 5);
    finish(context, status);
    halo(context, text, x + 16, 122, "left", NETWORK_COLOURS.ink);
    x += 40 + context.measureText(text).width;
  }
  saveUrl(canvas.toDataURL("image/png"), fileName(`${block.id}-${block.years[state.t]}`, "png"));
}
