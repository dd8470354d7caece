"""Page 7, turnover: who enters and leaves by type, which ties last, which technologies come."""

from __future__ import annotations

import polars as pl

from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import title_of
from regionlift.output.payload import Block, Cell, Run
from regionlift.output.words import listed, significant, span
from regionlift.study import NetworkStudy


def turnover(net: NetworkStudy, book: Book) -> list[Block]:
    """Entry and exit by type, survival, ties that last, hazards, technologies."""
    return [
        _by_type(net), _survival(net, book), _hazard(net), *_ties(net, book), _renewal(net, book),
        _technologies(net, book),
    ]  # fmt: skip


def _by_type(net: NetworkStudy) -> Block:
    last = net.dynamics.by_type.filter(pl.col("year") == net.last)
    rows: list[list[Cell]] = [
        [r["type"], *(_count(r[c]) for c in ("active", "entries", "returns", "stays", "exits"))]
        for r in last.sort("active", descending=True).iter_rows(named=True)
    ]
    note = (
        "Left: active the year before, not in this one; some return. Every year and type is in "
        "lists.xlsx (network turnover), with those whose entry or exit the record cannot show."
    )
    heads = ["Type", ">Active", ">Entered", ">Returned", ">Stayed", ">Left"]
    return table("turnover-type", f"Entry and exit by type, {net.last}", heads, rows, note)


def _survival(net: NetworkStudy, book: Book) -> Block:
    rows: list[list[Cell]] = []
    for kind, curve in net.dynamics.survival.items():
        q = net.find("organisation_survival", "" if kind == "all" else kind)
        median = curve.median
        rows.append(
            [kind, _count(curve.spells), book.cell(q), span(q),
             "–" if median is None else f"{median:.0f}"]
        )  # fmt: skip
    heads = ["Type", ">Spells", ">Still there", "Interval", ">Half are gone after (years)"]
    return table(
        "organisation-survival", "How long organisations stay", heads, rows,
        "Share of spells of activity that last longer than the horizon. Spells that the beginning "
        "of the record cuts are left out, those its end cuts are counted as far as seen.",
    )  # fmt: skip


def _hazard(net: NetworkStudy) -> Block:
    hazard = net.dynamics.hazard
    if hazard.reason:
        return text(f"What goes with leaving: cannot tell: {hazard.reason}.")
    names = {"age": "a year longer in the network", "log_degree": "partners (a log unit more)",
             "funded": "in an event with public money"}  # fmt: skip
    rows: list[list[Cell]] = [
        [names.get(r["covariate"], r["covariate"]), _number(r["ratio"]),
         f"{significant(r['low'])} to {significant(r['high'])}",
         "sooner" if r["low"] > 1 else "later" if r["high"] < 1 else "cannot tell"]
        for r in hazard.table.iter_rows(named=True)
    ]  # fmt: skip
    note = (
        f"Discrete-time hazard, {hazard.rows:,} years at risk, {hazard.events:,} exits, errors "
        f"clustered by organisation. An association, no effect. {'; '.join(hazard.left_out)}."
    )
    heads = ["With", ">Hazard ratio", "Interval", "Leaves"]
    return table("exit-hazard", "What goes with leaving the network", heads, rows, note)


def _ties(net: NetworkStudy, book: Book) -> list[Block]:
    rows: list[list[Cell]] = []
    by_id = net.by_id
    for r in net.dynamics.ties.sort("year", descending=True).iter_rows(named=True):
        row: list[Cell] = [str(r["year"]), _count(r["active"]), _count(r["formed"]),
                           "–" if r["new"] is None else _count(r["new"])]  # fmt: skip
        for name in ("tie_repeat_share", "tie_lasting_share"):
            q = by_id.get(f"{name}/{net.region}/{r['year']}")
            row.append("–" if q is None else book.cell(q))
        renewed = r["renewed_share"]
        row.append("–" if renewed is None else _share(renewed))
        rows.append(row)
    heads = ["Year", ">Ties", ">Formed", ">New", f">{title_of('tie_repeat_share')}",
             f">{title_of('tie_lasting_share')}", ">Meet again within 3 years"]  # fmt: skip
    ages = net.dynamics.ages
    old = ages.filter(pl.col("age") >= 5)["ties"].sum() if ages.height else 0
    total = ages["ties"].sum() if ages.height else 0
    note = (
        f"Of the ties of {net.last}, {old:,} of {total:,} are between partners who first met five "
        "years ago or earlier." if total else ""
    )  # fmt: skip
    return [table("tie-ledger", "Ties: repeated, lasting, renewed", heads, rows, note, 10)]


def _renewal(net: NetworkStudy, book: Book) -> Block:
    funded, other = (net.find("tie_outlives", part) for part in ("funded", "other"))
    runs: list[Run] = ["Pairs that had met again three years after their first event had ended: "]
    for q, name in ((funded, "where public money paid for it"), (other, "where it did not")):
        runs += (
            [book.link(q), f" ({span(q)}; {q.n:,} pairs) {name}"]
            if q.value is not None
            else [f"{name}, cannot tell ({q.reason})"]
        )
        runs.append("; " if q is funded else ". ")
    runs.append(
        f"{net.dynamics.renewal.unseen:,} ties whose event runs to the end of the record are not "
        "in it. The difference is an association: what is funded is chosen."
    )
    return text(*runs, title="Do ties outlive their funding?")


def _technologies(net: NetworkStudy, book: Book) -> Block:
    codes = net.dynamics.codes
    (a, b), (x, y) = net.dynamics.windows
    title = f"Technologies, {a}–{b} against {x}–{y}"
    if codes is None:
        return text(
            "Cannot tell: events carry no technology classes (codes of projects or patents), or "
            "the record is shorter than the two periods.", title=title,
        )  # fmt: skip
    runs: list[Run] = []
    for name, said in (("technology_new_share", "New"), ("technology_lost_share", "Gone")):
        q = net.find(name)
        some = codes.new if said == "New" else codes.lost
        runs += [f"{said}: ", book.link(q), f" ({span(q)})"]
        runs.append(f", {listed(some, 20)}. " if some else ". ")
    return text(*runs, title=title)


def _count(value: int | None) -> Cell:
    return "–" if value is None else {"text": f"{value:,}", "sort": value}


def _number(value: float | None) -> Cell:
    return "–" if value is None else {"text": significant(value), "sort": value}


def _share(value: float) -> Cell:
    return {"text": f"{significant(100 * value)}%", "sort": value}
