"""Lists as workbooks: what people mail to each other. Text is always written as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from regionlift.data.problems import Problem
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.verdict import Truth
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import CLAUSES, answered
from regionlift.output.chain_lists import chain_sheets
from regionlift.output.headings import BY_UNIT, FORMATS, heading, kind_of, wide
from regionlift.output.laws_lists import laws_sheets
from regionlift.output.pages.common import placed
from regionlift.output.path_lists import path_sheets
from regionlift.output.plan_lists import plan_sheets
from regionlift.output.platform_lists import platform_sheets
from regionlift.output.policy_lists import policy_sheets
from regionlift.output.technology_lists import technology_sheets
from regionlift.study import NetworkStudy, Study
from regionlift.study.plan import lint_study

#: A fixed date, so that equal inputs give an equal workbook.
_CREATED = datetime(2020, 1, 1)

#: Excel's own limit on a cell, and a width that still fits a screen.
_CELL, _WIDTH = 32_000, 60

Rows = Sequence[Sequence[Any]]

SYNTHETIC = "SYNTHETIC: generated data, not about any real place"


def write_workbook(
    path: Path, sheets: Mapping[str, tuple[Sequence[str], Rows]], synthetic: bool = False,
    currency: str = "",
) -> None:  # fmt: skip
    """Write sheets of (machine names of columns, rows); the head is frozen and filterable.

    A head is read in words, English and Chinese; its machine name, as in the ledger and in JSON,
    is the comment of the cell. No cell is ever a formula or a link, whatever a name begins with.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _CREATED, "comments": "SYNTHETIC" if synthetic else ""})
        bold = book.add_format({"bold": True, "bg_color": "#e6eef5", "text_wrap": True,
                                "valign": "top"})  # fmt: skip
        warn = book.add_format({"bold": True, "font_color": "#9c1c1c"})
        formats = {k: book.add_format({"num_format": f}) for k, f in FORMATS.items()}
        for name, (heads, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            top = 1 if synthetic else 0
            if synthetic:
                sheet.write_string(0, 0, SYNTHETIC, warn)
            shown = [heading(name, head, currency) for head in heads]
            sheet.set_row(top, 48)
            for column, (head, words) in enumerate(zip(heads, shown, strict=True)):
                sheet.write_string(top, column, "\n".join(filter(None, (words.title, words.zh))),
                                   bold)  # fmt: skip
                sheet.write_comment(top, column, head, {"author": "regionlift"})
            unit = list(heads).index("unit") if "unit" in heads else -1
            for number, row in enumerate(rows, start=top + 1):
                beside = str(row[unit]) if unit >= 0 else ""
                for column, value in enumerate(row):
                    own = beside if heads[column] in BY_UNIT else ""
                    _write(sheet, number, column, value, formats, shown[column].kind, own)
            sheet.freeze_panes(top + 1, 0)
            if rows:
                sheet.autofilter(top, 0, top + len(rows), len(heads) - 1)
            for column, words in enumerate(shown):
                longest = max([wide(words.title) // 2, wide(words.zh), 8,
                               *(wide(_printed(r[column])) for r in rows[:200])])  # fmt: skip
                sheet.set_column(column, column, min(longest + 2, _WIDTH))


def _printed(value: Any) -> str:
    """About what a cell shows: a float is cut to the digits of its format."""
    return f"{value:,.3f}" if isinstance(value, float) else str(value)


def _write(
    sheet: Any, row: int, column: int, value: Any, formats: Mapping[str, Any], kind: str, unit: str
) -> None:
    if value is None:
        sheet.write_blank(row, column, None)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, formats[kind_of(value, kind, unit)])
    else:
        sheet.write_string(row, column, str(value)[:_CELL])


def problem_rows(problems: Iterable[Problem]) -> tuple[Sequence[str], Rows]:
    """Audit findings as a sheet."""
    heads = [
        "severity", "code", "table", "file", "sheet", "row", "column", "header", "found",
        "expected", "fix",
    ]  # fmt: skip
    rows = [[getattr(p, head) for head in heads] for p in problems]
    return heads, rows


def write_problems(path: Path, problems: Sequence[Problem]) -> None:
    """The audit as a workbook."""
    write_workbook(path, {"problems": problem_rows(problems)})


def write_lists(path: Path, study: Study) -> None:
    """``lists.xlsx`` of one region."""
    sheets: dict[str, tuple[Sequence[str], Rows]] = {
        "read me": _read_me(study),
        "stage markers": _markers(study),
        "sub-industries": _sub_industries(study),
        "peers": _frame(study.peers.table),
        "balance": _frame(study.peers.balance),
        "verdicts": _verdicts(study),
        "base rates": _frame(study.rates.matrix),
        "network": _frame(study.roster),
        **_network(study),
        **chain_sheets(study),
        **technology_sheets(study),
        **platform_sheets(study),
        **policy_sheets(study),
        **path_sheets(study),
        **laws_sheets(study),
        **plan_sheets(lint_study(study)),
        "cannot tell": _unknown(study),
        "data issues": problem_rows(study.dataset.warnings),
        "thresholds": _thresholds(study),
        "sources": _sources(study),
    }
    identity = study.dataset.manifest.dataset
    write_workbook(path, sheets, identity.synthetic, identity.currency)


def _network(study: Study) -> dict[str, tuple[Sequence[str], Rows]]:
    """Core enterprises, contradicted layers, structure and turnover; none without a network."""
    net = study.network
    if net is None:
        return {}
    shape = net.structure
    heads = ["org_id", "name", "declared", "suggested", "both fits", "ties", "k-core", "share of "
             "ties to the inner core", "participations", "in words"]  # fmt: skip
    rows = [
        [d.org_id, d.name, d.declared, d.suggested, d.firm, d.ties, d.core_number, d.to_core,
         d.participations, d.says]
        for d in shape.check.disagreements
    ]  # fmt: skip
    cores = shape.organisations.filter(pl.col("core_enterprise"))
    return {
        "core enterprises": _frame(cores.drop("core_enterprise")),
        "layers to check": (heads, rows),
        "network structure": _frame(shape.organisations),
        "network mixing": _frame(shape.mixing),
        "network turnover": _frame(net.dynamics.by_type),
        "network ties": _frame(net.dynamics.ties),
        "likely ties": _likely(net),
        "network hindcast": _hindcast(net),
    }


def _likely(net: NetworkStudy) -> tuple[Sequence[str], Rows]:
    heads = ["first", "first name", "second", "second name", "chance", "score", "shared partners"]
    names = dict(zip(net.affiliations.ids, net.affiliations.names, strict=True))
    pairs = net.outlook.ranking.pairs if net.outlook.ranking else ()
    rows = [
        [p.first, names[p.first], p.second, names[p.second], p.chance, p.score, p.shared]
        for p in pairs
    ]
    return heads, rows


def _hindcast(net: NetworkStudy) -> tuple[Sequence[str], Rows]:
    heads = ["origin", "years ahead", "count", "model", "CRPS", "observed", "median", "low", "high",
             "covered"]  # fmt: skip
    past = net.outlook.hindcast
    rows = [
        [r.origin, r.horizon, r.count, r.model, r.crps, r.observed, r.median, r.low, r.high,
         r.covered]
        for r in (past.rows if past else ())
    ]  # fmt: skip
    return heads, rows


def _read_me(study: Study) -> tuple[Sequence[str], Rows]:
    identity = study.dataset.manifest.dataset
    rows = [
        ["region", study.region],
        ["dataset", identity.title],
        ["scope", study.dataset.scope.title],
        ["sub-industries", ", ".join(f"{i.code} {i.name}" for i in study.dataset.block)],
        ["peers", study.peers.rule],
        ["reading", study.profile.sentence],
        ["numbers", "an empty value is not zero: its status and reason stand beside it"],
        ["trace", "regionlift trace ID --out . shows the rows behind any id"],
        ["results hash", study.result_hash],
        ["source", identity.source],
        ["licence", identity.licence],
        ["note", identity.note],
    ]
    return ["item", "text"], rows


_QUANTITY = ["value", "low", "high", "unit", "n", "status", "provenance", "reason", "settles", "id"]


def _numbers(q: Quantity) -> list[Any]:
    return [
        q.value, q.low, q.high, q.unit, q.n, q.status.value, q.provenance.value, q.reason,
        q.settles, q.id,
    ]  # fmt: skip


def _markers(study: Study) -> tuple[Sequence[str], Rows]:
    heads = ["gauge", "marker", "year", "percentile", "p low", "p high", "second choice",
             "direction", "trend % a year", *_QUANTITY, "id of percentile"]  # fmt: skip
    rows = [
        [TITLES[name], registry()[p.marker].title, p.level.period, p.percentile.value,
         p.percentile.low, p.percentile.high, p.second.value, p.direction, p.trend.value,
         *_numbers(p.level), p.percentile.id]
        for name, p in placed(study)
    ]  # fmt: skip
    return heads, rows


def _sub_industries(study: Study) -> tuple[Sequence[str], Rows]:
    """Location quotients of every sub-industry, every year."""
    names = {i.code: i for i in study.dataset.block}
    heads = ["code", "name", "中文名称", "tier", "measure", "year", *_QUANTITY]
    rows = []
    for measure in ("location_quotient_employment", "location_quotient_value_added"):
        own = study.frames[measure].filter(
            pl.col("subject").str.starts_with(study.region + "|"), pl.col("period") != ""
        )
        for row in own.sort("subject", "period").iter_rows(named=True):
            industry = names[row["subject"].rpartition("|")[2]]
            rows.append(
                [industry.code, industry.name, industry.name_zh, industry.tier,
                 registry()[measure].title, row["period"], *(row[c] for c in _QUANTITY)]
            )  # fmt: skip
    return heads, rows


def _frame(frame: pl.DataFrame) -> tuple[Sequence[str], Rows]:
    return frame.columns or ["none"], [list(row) for row in frame.iter_rows()]


def _verdicts(study: Study) -> tuple[Sequence[str], Rows]:
    heads = ["clause", "question", "verdict", "reason", "what would settle it", "evidence"]
    rows = [
        [v.clause, CLAUSES[v.clause], answered(v), v.reason, v.settles, "; ".join(v.evidence)]
        for v in study.verdicts
    ]
    return heads, rows


def _unknown(study: Study) -> tuple[Sequence[str], Rows]:
    rows = [
        [CLAUSES[v.clause], v.reason, v.settles, v.id]
        for v in study.verdicts
        if v.truth is Truth.CANNOT_TELL
    ]
    rows += [
        [registry()[q.measure].title + f" ({q.subject.rpartition('|')[2]})", q.reason, q.settles,
         q.id]
        for _, p in placed(study)
        for q in (p.percentile, p.trend)
        if q.value is None
    ]  # fmt: skip
    return ["what", "why", "what would settle it", "id"], rows


def _thresholds(study: Study) -> tuple[Sequence[str], Rows]:
    rows = [
        [t.name, t.value, t.low, t.high, t.meaning, t.source, t.origin]
        for t in study.settings.thresholds.values()
    ]
    return ["name", "value", "from", "to", "meaning", "source", "whose"], rows


def _sources(study: Study) -> tuple[Sequence[str], Rows]:
    rows = [
        [s.table, s.file, s.sheet, s.rows, s.source, s.licence, s.sha256]
        for s in study.dataset.sources
    ]
    return ["table", "file", "sheet", "rows", "source", "licence", "sha256"], rows
