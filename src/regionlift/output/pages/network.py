"""Page 7: how many are in the innovation network, who enters, who leaves, what ties last."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.quantity import Quantity, Status, from_row
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.pages.law import law
from regionlift.output.pages.outlook import outlook
from regionlift.output.pages.turnover import turnover
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, level, listed
from regionlift.study import Study

#: Measure -> its name in the chart and the table of years.
SERIES = {
    "active_organisations": "Active",
    "network_entries": "Entered",
    "network_exits": "Left",
    "network_ties": "Ties inside",
    "new_ties": "New ties",
    "formed_ties": "Formed or repeated",
    "outside_ties": "Ties elsewhere",
}

CAVEAT = (
    "An organisation is active in a year if one of its joint events runs in it. At the beginning "
    "of the record everybody looks new, and at its end nobody is seen to return: read neither as "
    "a law. A programme that begins or ends inside the record bends every curve."
)


def network(study: Study, book: Book) -> Page:
    """Page 7: years of the network with every number's rows, and the organisations by name."""
    years = _years(study)
    if not years:
        found = study.find("active_organisations")
        finding = f"The network cannot be told: {found.reason}."
        return page("network", 7, "network", "Network over the years", finding,
                    [text(f"What would settle it: {found.settles}.")])  # fmt: skip
    last = years[-1]
    now = study.find("active_organisations", period=last)
    ties = study.find("network_ties", period=last)
    entered, left = (study.find(m, period=last) for m in ("network_entries", "network_exits"))
    finding = (
        f"Active in joint projects of {study.region} in {last}: "
        f"{counted(now.value or 0, 'organisation')}; {level(entered)} entered, {level(left)} left; "
        f"{counted(ties.value or 0, 'tie')} between them."
    )
    blocks: list[Block] = [text(CAVEAT), _curves(study, years), _ledger(study, book, years)]
    blocks += _names(study, last)
    if study.network is not None:
        net = study.network
        blocks += [*law(study, net, book), *turnover(net, book), *outlook(study, net, book)]
    return page("network", 7, "network", "Network over the years", finding, blocks)


def _rows(study: Study, measure: str) -> list[Quantity]:
    """Known numbers of this region up to the year looked at."""
    own = study.frames[measure].filter(
        pl.col("subject") == study.region, pl.col("status") == Status.KNOWN
    )
    if study.year is not None:
        own = own.filter(pl.col("period").cast(pl.Int64) <= study.year)
    return [from_row(row) for row in own.sort("period").iter_rows(named=True)]


def _years(study: Study) -> list[str]:
    return [q.period for q in _rows(study, "active_organisations")]


def _curves(study: Study, years: list[str]) -> Block:
    rows = [
        {"series": name, "year": int(q.period), "value": q.value}
        for measure, name in SERIES.items()
        if measure != "outside_ties"
        for q in _rows(study, measure)
    ]
    frame = pl.DataFrame(rows, schema={"series": pl.String, "year": pl.Int64, "value": pl.Float64})
    return chart(
        study, "network-years", "Organisations and ties by year",
        "Left: organisations active, entered and left. Right: ties inside the region that run, "
        "that are new, and that are formed or repeated.",
        charts.network_years(frame, ["Active", "Entered", "Left"]), plain(frame),
        "active_organisations", f"{years[0]}–{years[-1]}", ("tie_window", "largest_consortium"),
    )  # fmt: skip


def _ledger(study: Study, book: Book, years: list[str]) -> Block:
    found = {m: {q.period: q for q in _rows(study, m)} for m in SERIES}
    rows: list[list[Cell]] = [
        [year, *(book.cell(found[m][year]) if year in found[m] else "–" for m in SERIES)]
        for year in reversed(years)
    ]
    return table(
        "network-ledger", "Year by year", ["Year", *(f">{name}" for name in SERIES.values())], rows,
        "Every number opens its rows. Ties are pairs of organisations.", 12,
    )  # fmt: skip


def _names(study: Study, last: str) -> list[Block]:
    roster = study.roster
    blocks: list[Block] = []
    for state, title in (("entered", f"Entered in {last}"), ("left", f"Left in {last}")):
        some = roster.filter(pl.col("state") == state)
        names = some["name"].to_list()
        blocks.append(text(listed(names, 30) + "." if names else "None.", title=title))
    rows: list[list[Cell]] = [
        [r["name"], r["type"], str(r["first"]), str(r["last"]), _count(r["events"]),
         _count(r["led"]), _count(r["partners_inside"]), _count(r["partners_outside"]), r["state"]]
        for r in roster.head(200).iter_rows(named=True)
    ]  # fmt: skip
    heads = ["Organisation", "Type", "First year", "Last year", ">Joint events", ">Led",
             ">Partners inside", ">Partners elsewhere", f"In {last}"]  # fmt: skip
    note = f"{counted(roster.height, 'organisation')}; all are in lists.xlsx (network)."
    blocks.append(table("network-orgs", "Organisations, by partners", heads, rows, note, 15))
    return blocks


def _count(value: int) -> Cell:
    return {"text": f"{value:,}", "sort": value}
