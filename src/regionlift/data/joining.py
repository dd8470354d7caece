"""Parts of a table put together: sums of parts, sources side by side, contract order."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from regionlift.data.cells import ROW, Place
from regionlift.data.contract import Table
from regionlift.data.parsing import STATUS
from regionlift.data.problems import Problem, in_sheet
from regionlift.evidence.quantity import Status

#: Where each row came from: "source:row", sources numbered as in the manifest.
LINEAGE = "_rows"

#: Of two sources the one that says more is believed, whichever comes first in the manifest.
_TELLING = {"known": 0, "suppressed": 1, "not_applicable": 2, "not_collected": 3}

#: Of the parts of a sum the one that is known least decides, whichever row it is in.
_LACKING = {"suppressed": 0, "not_collected": 1, "not_applicable": 2}


def _rank(state: pl.Expr, order: dict[str, int]) -> pl.Expr:
    return state.replace_strict(order, default=len(order), return_dtype=pl.Int8)


def summed(
    table: Table, place: Place, key: list[str], frame: pl.DataFrame, number: int
) -> tuple[pl.DataFrame, list[Problem]]:
    """Sum number columns over equal keys; a part that is not known makes the sum not known.

    Text that differs among the parts belongs to none of them: it is left empty, with a warning.
    """
    numbers = [name for name in table.numbers() if name in frame.columns]
    rest = [n for n in table.names() if n in frame.columns and n not in (*numbers, *key)]
    parts: list[pl.Expr] = []
    for name in numbers:
        state = pl.col(name + STATUS)
        known = (state == Status.KNOWN).all()
        unknown = state.filter(state != Status.KNOWN)
        worst = unknown.sort_by(_rank(unknown, _LACKING)).first()
        parts += [
            pl.when(known).then(pl.col(name).sum()).alias(name),
            pl.when(known).then(pl.lit("known")).otherwise(worst).alias(name + STATUS),
        ]
    parts += [pl.when(pl.col(n).n_unique() == 1).then(pl.col(n).first()).alias(n) for n in rest]
    first, last, count = pl.col(ROW).min(), pl.col(ROW).max(), pl.len()
    rows = pl.format("{}:{}-{} ({} rows)", pl.lit(str(number)), first, last, count)
    mixed = [(pl.col(n).n_unique() > 1).alias(f"{n}__mixed") for n in rest]
    both = frame.group_by(key, maintain_order=True).agg(
        *parts, *mixed, rows.alias(LINEAGE), first.alias("_first")
    )
    problems = [
        place.problem(
            "sum-conflict", f"{hits.height} sums whose parts differ in {name}",
            "one text for all parts of a sum", f"{name} is left empty there; list its header "
            "under `ignore` if it is not needed.", row=hits["_first"][0], column=name,
            severity="warning",
        )
        for name in rest
        if not (hits := both.filter(pl.col(f"{name}__mixed"))).is_empty()
    ]  # fmt: skip
    return both.drop("_first", *(f"{n}__mixed" for n in rest)), problems


def overlaps(
    table: Table, key: list[str], frames: list[tuple[Place, pl.DataFrame]]
) -> list[Problem]:
    """A number that two sources give, or text they give differently: whichever is right."""
    problems = []
    numbers = set(table.numbers())
    for (earlier, left), (place, right) in combinations(frames, 2):
        shared = [
            n for n in table.names() if n in left.columns and n in right.columns and n not in key
        ]
        if not shared:
            continue
        both = left.join(right, on=key, nulls_equal=True, maintain_order="right")
        for name in shared:
            twin = f"{name}_right"
            if name in numbers:
                known = pl.col(name + STATUS) == "known"
                clash = both.filter(known & (pl.col(f"{name}{STATUS}_right") == "known"))
            else:
                clash = both.filter(pl.col(name) != pl.col(twin))
            if not clash.is_empty():
                problems.append(_two_sources(place, earlier, key, name, clash))
    return problems


def _two_sources(
    place: Place, earlier: Place, key: list[str], name: str, clash: pl.DataFrame
) -> Problem:
    row = clash.row(0, named=True)
    shown = ", ".join(f"{k}={row[k]}" for k in key)
    more = f" (and {clash.height - 1} more rows)" if clash.height > 1 else ""
    return place.problem(
        "two-sources",
        f"{name} = {row[f'{name}_right']} for {shown} here and {row[name]} in "
        f"{in_sheet(earlier.name, earlier.sheet)}{more}",
        "one source a number",
        "Take the column out of one of the two files' mappings, or list its header under "
        "`ignore`.",
        row=int(str(row[f"{LINEAGE}_right"]).split(":")[1].split("-")[0]), column=name,
    )  # fmt: skip


def join(left: pl.DataFrame, right: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Two sources side by side: the known value of each cell, else the more telling state."""
    both = left.join(right, on=key, how="full", coalesce=True, nulls_equal=True)
    merged: list[pl.Expr] = []
    for name in right.columns:
        twin = f"{name}_right"
        if twin not in both.columns:
            continue
        if name == LINEAGE:
            merged.append(pl.concat_str(name, twin, separator=" ", ignore_nulls=True).alias(name))
        elif name.endswith(STATUS):
            better = _rank(pl.col(name), _TELLING) <= _rank(pl.col(twin), _TELLING)
            merged.append(pl.when(better).then(name).otherwise(twin).alias(name))
        else:
            merged.append(pl.coalesce(name, twin).alias(name))
    return both.with_columns(merged).select(pl.exclude(r"^.*_right$"))


def finish(table: Table, frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Contract order, sorted by key; a number no source has for a row is not collected."""
    states = [name + STATUS for name in table.numbers() if name in frame.columns]
    frame = frame.with_columns(pl.col(s).fill_null(Status.NOT_COLLECTED.value) for s in states)
    ordered = [
        part
        for name in table.names()
        if name in frame.columns
        for part in ([name, name + STATUS] if name + STATUS in frame.columns else [name])
    ]
    return frame.select(*ordered, LINEAGE).sort(key, nulls_last=True)
