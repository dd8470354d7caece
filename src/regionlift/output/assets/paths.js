// Paths: the figure with a lamp on every arrow, and the conditions.

function pathBlock(block) {
  return make("section", { class: "block path", id: `block-${block.id}` },
    make("h2", {}, block.title),
    make("p", { class: "chart-finding" }, marked(block.finding)),
    tableView(block.table, block.id, block.title),
    make("p", { class: "note" }, marked(block.note)));
}

function conditionsBlock(block) {
  return make("section", { class: "block conditions", id: `block-${block.id}` },
    make("h2", {}, block.title),
    make("p", { class: "note" }, marked(block.note)),
    tableView(block.table, block.id, block.title));
}
