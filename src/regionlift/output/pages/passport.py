"""Page 2: which tables, which years, how complete, how old."""

from __future__ import annotations

import polars as pl

from regionlift.data.assemble import STATUS
from regionlift.data.dataset import number_columns, years_of
from regionlift.data.problems import in_sheet
from regionlift.evidence.quantity import Status
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import (
    page,
    title_of,
)
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, listed
from regionlift.study import Study


def passport(study: Study, book: Book) -> Page:
    """Page 2: which tables, which years, how complete, how old."""
    dataset = study.dataset
    rows: list[list[Cell]] = []
    for name, frame in dataset.tables.items():
        span_of = years_of(frame)
        files = [s for s in dataset.sources if s.table == name]
        rows.append(
            [
                name, {"text": f"{frame.height:,}", "sort": frame.height},
                f"{span_of[0]}–{span_of[1]}" if span_of else "–",
                listed([in_sheet(s.file, s.sheet) for s in files]),
                listed(sorted({s.source for s in files if s.source})),
                listed(sorted({s.licence for s in files if s.licence})),
            ]
        )  # fmt: skip
    cover = _coverage(study)
    breaks: list[list[Cell]] = [
        [b.table, listed(list(b.columns)), str(b.year), b.reason, "yes" if b.bridged else "no"]
        for b in dataset.manifest.breaks
    ]
    counts: dict[tuple[str, str, str, str], list[str]] = {}
    for p in dataset.warnings:
        counts.setdefault((p.table or p.file, p.sheet, p.column, p.code), []).append(str(p))
    warnings: list[list[Cell]] = [
        [where, column, {"text": str(len(texts)), "sort": len(texts)}, texts[0]]
        for (where, _, column, _), texts in counts.items()
    ]
    seen = (f for name, f in dataset.tables.items() if name not in ("plan", "claims"))
    last = max((y[1] for f in seen if (y := years_of(f))), default=None)
    finding = (
        f"{len(dataset.tables)} tables, {sum(f.height for f in dataset.tables.values()):,} rows, "
        f"the newest of {last}; {counted(len(dataset.warnings), 'warning')}."
    )
    blocks: list[Block] = [
        table("tables", "Tables", ["Table", ">Rows", "Years", "Files", "Source", "Licence"], rows)
    ]
    if dataset.manifest.dataset.note:
        blocks.insert(0, text(dataset.manifest.dataset.note, title="Note of the dataset"))
    if cover.height:
        drawn = chart(
            study, "coverage", f"Cells of the block in {study.region}",
            "A column is known in a year only where every sub-industry of the block is.",
            charts.coverage(cover), plain(cover), "peer_percentile", "all",
        )  # fmt: skip
        drawn["how"] = {
            "formula": "worst state among the block's sub-industries; known: how many are known",
            "source": "the tables themselves", "years": "all",
        }  # fmt: skip
        blocks.append(drawn)
    blocks.append(_lights(study))
    blocks.append(
        table("breaks", "Series breaks", ["Table", "Columns", "Year", "Reason", "Bridged"], breaks)
        if breaks
        else text("None is declared.", title="Series breaks")
    )
    blocks.append(
        table(
            "warnings", "Warnings of the audit", ["Where", "Column", ">Times", "The first of them"],
            warnings, "Nothing was repaired; every warning is in lists.xlsx.", 15,
        )
        if warnings
        else text("None.", title="Warnings of the audit")
    )
    return page("data", 2, "have", "Data passport", finding, blocks)


def _coverage(study: Study) -> pl.DataFrame:
    """Worst state of the block's cells by number column and year, for this region."""
    schema = {"column": pl.String, "year": pl.Int64, "state": pl.String, "known": pl.String}
    if "panel" not in study.dataset.tables:
        return pl.DataFrame(schema=schema)
    panel = study.dataset.tables["panel"]
    codes = [i.code for i in study.dataset.block]
    own = panel.filter(pl.col("region") == study.region, pl.col("industry").is_in(codes))
    order = [Status.KNOWN, Status.NOT_APPLICABLE, Status.SUPPRESSED, Status.NOT_COLLECTED]
    rank = {s.value: i for i, s in enumerate(order)}
    rows = []
    for column in number_columns("panel", panel):
        for (year,), part in own.group_by("year", maintain_order=True):
            states = part[column + STATUS].to_list()
            if len(states) < len(codes):
                states.append(Status.NOT_COLLECTED.value)
            worst = max(states, key=rank.__getitem__)
            known = f"{states.count('known')} of {len(codes)}"
            rows.append((column, year, worst.replace("_", " "), known))
    return pl.DataFrame(rows, schema=schema, orient="row").sort("column", "year")


#: Chapter of the report -> measures it stands on.
_CHAPTERS = {
    "Position": ("location_quotient_employment", "location_quotient_value_added",
                 "new_product_share"),
    "Stage: factor gauge": ("value_added_per_employee", "value_added_per_employee_current",
                            "compensation_per_employee", "rd_intensity"),
    "Stage: value gauge": ("value_added_ratio", "producer_service_share",
                           "non_production_share", "service_revenue_share"),
    "Stage: structure gauge": ("high_tech_share_value_added", "high_tech_share_employment",
                               "nav_employment", "theil_rationalisation"),
    "Drivers": ("growth_from_tfp", "growth_from_employment", "shift_share_within",
                "shift_share_within_current"),
}  # fmt: skip


def _lights(study: Study) -> Block:
    """How much of each chapter can be told."""
    rows: list[list[Cell]] = []
    for chapter, ids in _CHAPTERS.items():
        found = [study.find(id) for id in ids]
        known = [q for q in found if q.status is Status.KNOWN]
        light = "green" if len(known) == len(found) else "amber" if known else "red"
        lacking = listed([title_of(q.measure) for q in found if q not in known]) or "–"
        rows.append([chapter, light, f"{len(known)} of {len(found)}", lacking])
    return table(
        "lights", "What each chapter stands on",
        ["Chapter", "Light", "Measures known", "Not known"], rows,
        "green: all known; amber: some; red: none",
    )  # fmt: skip
