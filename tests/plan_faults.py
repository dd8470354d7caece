"""A plan over the synthetic province with one known fault of every kind that the lint knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import xlsxwriter

from regionlift.data.contract import contract
from regionlift.data.synthetic.policy import MEASURES, OWNERS
from regionlift.evidence.verdict import Truth
from regionlift.plan.context import Context

Row = dict[str, Any]

#: Nodes of the province (seed 0) whose gap gets no money, and one that gets money without a gap.
UNFUNDED, FUNDED, NO_GAP = "N31", ("N19", "N22"), "N08"
OTHER_NON_GAPS = ("N11", "N24", "N36")

#: Texts beside those of the generator, so that no two are alike.
MORE = (
    "Foundry test rig", "Welding school", "Spindle repair line", "Export desk", "Gear library",
    "Furnace retrofit audits", "Casting simulation service", "Night shift exchange",
    "Patent pool for drives", "Vibration data bank", "Tool steel stock", "Weekend laboratories",
)  # fmt: skip


def sound(number: int) -> Row:
    """A measure that lacks nothing."""
    named = [*MEASURES, *((text, "users a year", "b5") for text in MORE)]
    text, indicator, link = named[number - 1]
    return {
        "measure_id": f"M{number:02d}", "text": text, "owner": OWNERS[0],
        "partners": "university; institute", "start": 2024, "end": 2026 + number % 3,
        "cost": 10.0 + number, "cost_basis": "median of 5 projects", "indicator": indicator,
        "baseline": 20 + number, "target": 40 + 2 * number, "source": "survey of the office",
        "link": link if link != "b4" else "b6", "stop_rule": "below half of the target in 2025",
        "measure": None, "industry": None, "technology": None, "node": None,
    }  # fmt: skip


def faulty(context: Context) -> tuple[list[Row], Context, set[tuple[str, str]]]:
    """Rows, the evidence they are held against, and every fault as (kind, what it is about)."""
    rows = {n: sound(n) for n in range(1, 30)}
    held = context.specialities["industry"]
    half = len(held.neighbours) / 2
    copy = next(i for i in sorted(held.known - held.own)
                if sum(i in s for s in held.neighbours.values()) >= half)  # fmt: skip
    own = sorted(held.own)
    plant: dict[int, tuple[str, Row]] = {
        1: ("no_owner", {"owner": None}),
        2: ("no_partners", {"partners": None}),
        3: ("no_start", {"start": None}),
        4: ("no_end", {"end": None}),
        5: ("end_before_start", {"start": 2027, "end": 2025}),
        6: ("no_cost", {"cost": None}),
        7: ("no_cost_basis", {"cost_basis": None}),
        8: ("no_indicator", dict.fromkeys(("indicator", "baseline", "target", "source"))),
        9: ("no_baseline", {"baseline": None}),
        10: ("no_target", {"target": None}),
        11: ("no_source", {"source": None}),
        12: ("no_stop_rule", {"stop_rule": None}),
        13: ("unreadable", {"cost": "about 20"}),
        15: ("same_text", {"text": "test equipment: SHARE"}),
        16: ("target_not_above_baseline", {"target": 12, "baseline": 30}),
        17: ("target_never_reached", {"measure": "value_added_ratio", "baseline": 0.25,
                                      "target": 0.9, "end": 2027}),
        18: ("unknown_measure", {"measure": "value_aded_ratio"}),
        19: ("structure_too_soon", {"indicator": "high-tech share", "end": 2025}),
        20: ("structure_unpaved", {"link": "a7", "start": 2020, "end": 2032}),
        21: ("no_link", {"link": None}),
        22: ("unknown_link", {"link": "b44"}),
        23: ("link_not_broken", {"link": "b4"}),
        24: ("unknown_node", {"node": "N99"}),
        25: ("copied_priority", {"industry": f"{copy};{own[0]}"}),
    }  # fmt: skip
    for number, (_, cells) in plant.items():
        rows[number].update(cells)
    rows[26].update(node=";".join(FUNDED))
    rows[27].update(industry=";".join(own), technology="G05B;B23Q;F16C;H02K")
    listed = list(rows.values())
    listed.append({**sound(30), "measure_id": "M28"})
    known = {(kind, f"M{n:02d}") for n, (kind, _) in plant.items()} | {
        ("same_id", "M28"), ("first_broken_idle", "b3"), ("unfunded_gap", UNFUNDED),
        ("funded_non_gap", NO_GAP), ("too_many_priorities", ""), ("one_owner", OWNERS[0]),
    }  # fmt: skip
    money = {n: m for n, m in (context.money or {}).items() if n not in OTHER_NON_GAPS}
    own_tech = context.specialities["technology"]
    calm = replace(own_tech, own=own_tech.known)
    against = replace(
        context, money=money, links={"b3": Truth.NOT_MET, "b4": Truth.MET},
        specialities={**context.specialities, "technology": calm},
    )  # fmt: skip
    return listed, against, known


def write_plan(
    path: Path, rows: list[Row], *, chinese: bool = False, title: str = "", first: str = "",
    merged: str = "", others: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """A workbook of a plan.

    ``title`` stands merged above the header, ``merged`` is a column that holds the first row's
    value over all rows, ``first`` names the sheet and ``others`` are sheets without a plan.
    """
    columns = [c for c in contract()["plan"].columns if any(c.name in row for row in rows)]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(first or "Sheet1")
        top = 0
        if title:
            sheet.merge_range(0, 0, 0, max(1, len(columns) - 1), title)
            top = 1
        for m, column in enumerate(columns):
            sheet.write(top, m, column.title_zh if chinese else column.title)
            for n, row in enumerate(rows, start=top + 1):
                value = row.get(column.name)
                if value is not None and column.name != merged:
                    sheet.write(n, m, value)
            if column.name == merged:
                sheet.merge_range(top + 1, m, top + len(rows), m, rows[0][merged])
        for name in others:
            book.add_worksheet(name).write(0, 0, "notes of the meeting")
