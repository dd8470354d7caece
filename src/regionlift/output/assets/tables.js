// Tables: sorted by a click on the head, filtered, saved as CSV.

const FILTER_FROM = 15;

const cellText = (cell) => (typeof cell === "string" ? cell : printed(cell.text, cell.status));

/**
 * @param {{columns: Array, rows: Array, limit?: number|null}} data
 * @param {string} id names the saved file
 * @param {string} label what the table shows, for a screen reader
 */
function tableView(data, id, label) {
  const state = { sort: null, descending: false, filter: "", limit: data.limit ?? Infinity };
  const body = make("tbody");
  const heads = data.columns.map((column, index) => headCell(column, () => sortBy(index)));
  const count = make("span", { class: "count", role: "status" });
  const more = button("", toggleLimit, { class: "tool more" });

  function sortBy(index) {
    state.descending = state.sort === index ? !state.descending : false;
    state.sort = index;
    draw();
  }

  function toggleLimit() {
    state.limit = state.limit === Infinity ? data.limit : Infinity;
    draw();
  }

  function draw() {
    const kept = sorted(filtered(data.rows, state.filter), state);
    const rows = kept.slice(0, state.limit);
    body.replaceChildren(...(rows.length ? rows.map((row) => bodyRow(row, data.columns)) : [emptyRow(data.columns.length)]));
    heads.forEach((head, index) => markSorted(head, index === state.sort, state.descending));
    count.textContent = say(data.rows.length === 1 ? "shownOne" : "shown", { shown: rows.length, n: data.rows.length });
    count.classList.toggle("partial", rows.length < data.rows.length);
    more.hidden = data.limit === null || data.limit === undefined || kept.length <= data.limit;
    more.textContent = state.limit === Infinity ? say("showFirst", { n: data.limit }) : say("showAll", { n: kept.length });
  }

  const filter = data.rows.length > FILTER_FROM && make("input", {
    type: "search", class: "filter", placeholder: words.filter, "aria-label": `${words.filter}: ${label}`,
    oninput: (event) => { state.filter = event.target.value; draw(); },
  });
  const save = button(words.csv, () => saveCsv(data, id), { class: "tool csv", "aria-label": `${words.save} ${words.csv}: ${label}` });
  draw();
  return make("div", { class: "table-view" },
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
      make("table", {}, make("thead", {}, make("tr", {}, heads)), body)),
    make("div", { class: "tools" }, filter, more, count, save));
}

function headCell(column, onclick) {
  const sort = button(column.title, onclick, { class: "sort", title: say("sortBy", { title: column.title }) });
  return make("th", { scope: "col", class: column.align === "right" ? "right" : "left" }, sort);
}

function markSorted(head, isSorted, descending) {
  if (isSorted) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  else head.removeAttribute("aria-sort");
}

function bodyRow(row, columns) {
  return make("tr", {}, row.map((cell, index) =>
    make("td", { class: columns[index].align === "right" ? "right" : "left" }, cellContent(cell))));
}

function cellContent(cell) {
  if (typeof cell === "string") return marked(cell);
  return evidenceLink(cell.text, cell.evidence, cell.status ?? payload.evidence[cell.evidence]?.status);
}

function emptyRow(width) {
  return make("tr", {}, make("td", { colspan: width, class: "muted" }, words.noRows));
}

function filtered(rows, wanted) {
  const needle = wanted.trim().toLocaleLowerCase();
  return needle ? rows.filter((row) => row.some((cell) => cellText(cell).toLocaleLowerCase().includes(needle))) : rows;
}

/** Rows in the order of one column: numbers as numbers, words as words, unknown always last. */
function sorted(rows, { sort, descending }) {
  if (sort === null) return rows;
  const keyed = rows.map((row) => ({ row, key: sortKey(row[sort]) }));
  const asNumbers = keyed.every(({ key }) => key === null || typeof key === "number");
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
    return sign * (asNumbers ? a.key - b.key : cellText(a.row[sort]).localeCompare(cellText(b.row[sort]), undefined, { numeric: true }));
  });
  return keyed.map(({ row }) => row);
}

/** Number where the cell holds one, text otherwise, null where the value is unknown. */
function sortKey(cell) {
  if (typeof cell !== "string") {
    if (isUnknown(cell.status ?? payload.evidence[cell.evidence]?.status)) return null;
    if (typeof cell.sort === "number") return cell.sort;
  }
  const text = cellText(cell);
  if (text === "" || text === words.cannotTell) return null;
  return numberIn(text) ?? text;
}

/** "1,234", "−3.5 %", "62%" as numbers; anything else is none. */
function numberIn(text) {
  const plain = text.replace(/\u2212/g, "-").replace(/[,\s\u00a0\u2009\u202f]/g, "").replace(/%$/, "");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

function saveCsv(data, id) {
  saveText(csvOf(data), fileName(id, "csv"), "text/csv;charset=utf-8");
}

/** Exactly the table, with the mark that lets Excel read it as UTF-8. */
function csvOf(data) {
  const lines = [data.columns.map((column) => column.title), ...data.rows.map((row) => row.map(cellText))];
  return "\ufeff" + lines.map((line) => line.map(csvCell).join(",") + "\r\n").join("");
}

/** One cell: a number stays a number; text that Excel would run as a formula gets an apostrophe. */
function csvCell(text) {
  const safe = numberIn(text) !== null ? text.replace(/^\u2212/, "-") : text.replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
