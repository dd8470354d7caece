// The chain map: nodes in columns, flows between them, a card for the node that was clicked.

const CHAIN_WORDS = {
  chainHelp: "Click a link of the chain for its card. The bar in a box is the part of local demand that local output could meet; a dashed box is made by nobody here; a flow is as wide as its value.",
  chainCritical: "critical",
  chainInside: "Here",
  chainOutside: "Elsewhere",
  chainInputs: "Buys from",
  chainUses: "Sells to",
  chainAll: "All links as a list",
  chainNone: "none in the chain",
};
for (const [name, text] of Object.entries(CHAIN_WORDS)) words[name] ??= text;

/** Colour and sign of each class: told apart without colour by the sign, in grey by lightness. */
const CHAIN_KINDS = {
  supplement: ["#b3261e", "+"], strengthen: ["#e07b00", "↑"], extend: ["#5b3a8c", "→"],
  stabilise: ["#8a6d00", "!"], buy_from_neighbour: ["#56a9dc", "⇄"], strong: ["#1f4e79", "✓"],
  ordinary: ["#1f4e79", "✓"], unasked: ["#737d87", "–"], user: ["#737d87", "·"], unknown: ["#737d87", "?"],
};
const CHAIN_BOX = { width: 178, height: 40, gapX: 88, gapY: 12, top: 34, side: 6 };

function chainSvg(tag, properties = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function chainBlock(block) {
  const model = chainModel(block);
  const card = make("aside", { class: "chain-card", hidden: true, "aria-live": "polite" });
  const state = { chosen: -1 };
  const flows = block.edges.map((edge) => chainFlow(block, model, edge));
  const boxes = block.nodes.map((node, place) => chainBox(model, node, place, choose));

  function choose(place) {
    state.chosen = state.chosen === place ? -1 : place;
    paint(state.chosen);
    card.hidden = state.chosen < 0;
    if (state.chosen >= 0) card.replaceChildren(...chainCard(block, model, state.chosen, choose));
  }

  /** The chosen node with what it buys and sells stands out. */
  function paint(place) {
    const near = new Set(place < 0 ? [] : [place, ...model.inputs[place].map((e) => e.a), ...model.uses[place].map((e) => e.b)]);
    boxes.forEach((box, i) => {
      box.classList.toggle("far", place >= 0 && !near.has(i));
      box.classList.toggle("chosen", i === place);
      box.setAttribute("aria-pressed", String(i === place));
    });
    flows.forEach((flow, e) => {
      const edge = block.edges[e];
      flow.classList.toggle("near", place >= 0 && (edge.a === place || edge.b === place));
      flow.classList.toggle("far", place >= 0 && edge.a !== place && edge.b !== place);
    });
  }

  const heads = block.columns.map((title, column) => chainSvg("text", { x: model.x(column) + CHAIN_BOX.width / 2, y: 16, "text-anchor": "middle", class: "chain-head" }, title));
  const picture = chainSvg("svg", { class: "chain-picture", viewBox: `0 0 ${model.width} ${model.height}`, role: "group", "aria-label": `${block.title}. ${block.finding}` }, ...heads, ...flows, ...boxes);
  picture.style.maxWidth = `${model.width * 1.1}px`;
  picture.style.minWidth = `${Math.min(832, model.width * 0.8)}px`;
  const [toggle, list] = disclosure(words.chainAll, () => tableView(block.table, block.id, block.title), `${block.id}-list`);
  return make("section", { class: "block chain", id: `block-${block.id}` },
    make("h2", {}, block.title),
    make("p", { class: "chart-finding" }, marked(block.finding)),
    make("ul", { class: "chain-legend" }, block.legend.map(chainLegend)),
    make("div", { class: "chain-stage", tabindex: "0", role: "region", "aria-label": block.title }, picture),
    card,
    make("p", { class: "note" }, words.chainHelp), make("p", { class: "note" }, marked(block.note)),
    make("div", { class: "tools strip" }, toggle), list);
}

function chainModel({ nodes, edges, columns }) {
  const { width, height, gapX, gapY, top, side } = CHAIN_BOX;
  const rows = columns.map((_, column) => nodes.filter((node) => node.column === column).length);
  const most = Math.max(1, ...rows);
  const tall = top + most * (height + gapY);
  const x = (column) => side + column * (width + gapX);
  const y = ({ column, row }) => top + (tall - top) * ((row + 0.5) / Math.max(1, rows[column])) - height / 2;
  return {
    x, y, width: x(columns.length - 1) + width + side, height: tall,
    inputs: nodes.map((_, i) => edges.filter((edge) => edge.b === i)),
    uses: nodes.map((_, i) => edges.filter((edge) => edge.a === i)),
  };
}

function chainFlow(block, model, edge) {
  const [from, to] = [block.nodes[edge.a], block.nodes[edge.b]];
  const forward = to.column > from.column;
  const [x1, y1] = [model.x(from.column) + (forward ? CHAIN_BOX.width : CHAIN_BOX.width / 2), model.y(from) + CHAIN_BOX.height / 2];
  const [x2, y2] = [model.x(to.column) + (forward ? 0 : CHAIN_BOX.width / 2), model.y(to) + CHAIN_BOX.height / 2];
  const bend = forward ? Math.max(30, (x2 - x1) / 2) : 60;
  const path = chainSvg("path", { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, class: "chain-flow", "stroke-width": (1 + 7 * edge.width).toFixed(1) });
  path.append(chainSvg("title", {}, `${from.name} → ${to.name}: ${edge.text}`));
  return path;
}

function chainBox(model, node, place, choose) {
  const [colour, sign] = CHAIN_KINDS[node.kind] ?? CHAIN_KINDS.unknown;
  const { width, height } = CHAIN_BOX;
  const missing = node.share === 0;
  const keys = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(place);
  };
  return chainSvg("g", { transform: `translate(${model.x(node.column)},${model.y(node)})`, class: "chain-node", tabindex: "0", role: "button", "aria-pressed": "false", "aria-label": `${node.name}: ${node.title}`, onclick: () => choose(place), onkeydown: keys },
    chainSvg("title", {}, `${node.name}: ${node.title}`),
    chainSvg("rect", { width, height, rx: 3, fill: "white", stroke: colour, "stroke-width": node.critical ? 2.5 : 1.4, "stroke-dasharray": missing ? "5 3" : null }),
    chainSvg("rect", { width: 22, height, rx: 3, fill: colour }),
    chainSvg("text", { x: 11, y: height / 2 + 5, "text-anchor": "middle", class: "chain-sign" }, sign),
    chainSvg("text", { x: 28, y: 17, class: "chain-name" }, chainShort(node.name, 22)),
    node.zh ? chainSvg("text", { x: 28, y: 30, class: "chain-zh" }, chainShort(node.zh, 12)) : null,
    node.share === null ? null : chainSvg("rect", { x: 28, y: height - 7, width: width - 36, height: 3, fill: "#d5dade" }),
    node.share === null ? null : chainSvg("rect", { x: 28, y: height - 7, width: (width - 36) * node.share, height: 3, fill: colour }));
}

function chainShort(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function chainLegend({ kind, title, zh }) {
  const [colour, sign] = CHAIN_KINDS[kind] ?? CHAIN_KINDS.unknown;
  const mark = make("span", { class: "chain-mark", "aria-hidden": "true" }, sign);
  mark.style.background = colour;
  return make("li", {}, mark, title, zh ? ` ${zh}` : null);
}

function chainCard(block, model, place, choose) {
  const { name, zh, title, critical, card } = block.nodes[place];
  const others = (edges, end) => (edges.length
    ? joined(edges.map((edge) => [button(block.nodes[edge[end]].name, () => choose(edge[end]), { class: "plain-link" }), ` ${edge.text}`]), ", ")
    : [words.chainNone]);
  const pairs = [
    ...card.fields.map(({ label, cell }) => [label, cellContent(cell)]),
    [words.chainInputs, others(model.inputs[place], "a")], [words.chainUses, others(model.uses[place], "b")],
    [words.chainInside, card.inside], [words.chainOutside, card.outside],
  ].filter(([, content]) => content && content.length !== 0);
  return [
    make("header", {}, make("h3", {}, name, zh ? ` ${zh}` : null), button(words.close, () => choose(place), { class: "close" })),
    make("p", { class: "chain-class" }, title, critical ? ` · ${words.chainCritical}` : null),
    make("p", {}, marked(card.says)),
    card.settles ? make("p", { class: "note" }, make("b", {}, `${words.settledBy}: `), marked(card.settles)) : null,
    make("dl", { class: "pairs" }, pairs.flatMap(([label, content]) => [make("dt", {}, label), make("dd", {}, content)])),
  ].filter(Boolean);
}
