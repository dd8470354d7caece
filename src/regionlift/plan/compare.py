"""Two runs of one region side by side: what was revised, what really changed, what was set anew.

Items 45 and 93 of the paper: the yearly repetition. The movement of a measure is split so that the
parts add up: old + revision + settings + real change = new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from regionlift.plan.causes import Cause, Classifier, Row, Why
from regionlift.plan.triggers import Trigger, changes_of, core_changes, stage_reading, triggers
from regionlift.plan.vintage import Vintage, end_year, open_vintage, refuse_unlike

_TEXT, _NUMBER = pl.String(), pl.Float64()

QUANTITIES = {
    "id": _TEXT, "measure": _TEXT, "subject": _TEXT, "period": _TEXT, "class": _TEXT,
    "old": _NUMBER, "new": _NUMBER, "old status": _TEXT, "new status": _TEXT, "why": _TEXT,
}  # fmt: skip
MOVEMENTS = {
    "measure": _TEXT, "subject": _TEXT, "old period": _TEXT, "old": _NUMBER, "new period": _TEXT,
    "new": _NUMBER, "change": _NUMBER, "data revision": _NUMBER, "settings": _NUMBER,
    "real change": _NUMBER, "cannot tell": _NUMBER, "note": _TEXT,
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    ``quantities`` holds every number that is not the same, with its class; ``counts`` all numbers
    of either run by class, unchanged ones included. ``movements`` are the region's own measures
    from the last known period of the one run to that of the other.
    """

    region: str
    old: str
    new: str
    counts: Mapping[str, int]
    quantities: pl.DataFrame
    movements: pl.DataFrame
    verdicts: pl.DataFrame
    settings: pl.DataFrame
    inputs: pl.DataFrame
    gaps: pl.DataFrame
    network: pl.DataFrame
    paths: pl.DataFrame
    stage: tuple[str, str]
    triggers: tuple[Trigger, ...]
    synthetic: bool = False

    @property
    def reopened(self) -> bool:
        """Whether the choice of a path is to be looked at again."""
        return bool(self.triggers)


def compare_runs(old: Path | str, new: Path | str) -> Comparison:
    """Compare two finished runs of one region.

    Parameters
    ----------
    old, new : folders of the earlier and of the later run

    Raises
    ------
    FileNotFoundError
        If one of them is no finished run.
    ValueError
        If they are of different regions, scopes or blocks.
    """
    before = open_vintage(old)
    with closing(before.ledger):
        after = open_vintage(new)
        with closing(after.ledger):
            refuse_unlike(before, after)
            return _compared(before, after)


def _compared(old: Vintage, new: Vintage) -> Comparison:
    moved = _settings(old, new)
    sides = [_by_id(run) for run in (old, new)]
    classes = Classifier(old, new, sides[0], sides[1], bool(moved.height))
    ids = sorted({*sides[0], *sides[1]})
    found = {id: classes.why(id) for id in ids}
    counts = Counter(why.cause for why in found.values())
    network = core_changes(old, new)
    verdicts = _verdicts(old, new, found, bool(moved.height))
    paths = _paths(old, new)
    flips = pl.concat([verdicts.select("clause", "old", "new"),
                       paths.filter(pl.col("kind") == "clause").select(
                           clause=pl.col("id"), old=pl.col("old"), new=pl.col("new"))])  # fmt: skip
    return Comparison(
        new.region, str(old.folder), str(new.folder), {c.value: counts[c] for c in Cause},
        _quantities(found, *sides), _movements(classes, new.region), verdicts, moved,
        _inputs(old, new), _gaps(old, new), network, paths,
        (stage_reading(old), stage_reading(new)),
        triggers(old, new, flips.unique(maintain_order=True), network),
        bool(new.record.get("synthetic")),
    )  # fmt: skip


def _by_id(run: Vintage) -> dict[str, Row]:
    rows = run.table("quantities").select(
        "id", "measure", "subject", "period", "value", "low", "high", "status", "sql"
    )
    return {row["id"]: row for row in rows.iter_rows(named=True)}


def _settings(old: Vintage, new: Vintage) -> pl.DataFrame:
    """Thresholds, choices and versions that differ."""
    rows = []
    for kind, key in (("threshold", "settings"), ("version", "versions")):
        a, b = old.record.get(key, {}), new.record.get(key, {})
        # a threshold that only one version has moved nothing by itself: the version is said
        rows += [[kind, n, _choice(a[n]), _choice(b[n])] for n in a if n in b and a[n] != b[n]]
    for name in ("year", "peers"):
        a, b = _choice(old.record.get(name)), _choice(new.record.get(name))
        if a != b:
            rows.append(["choice", name, a, b])
    if old.files == new.files and old.record["inputs_sha256"] != new.record["inputs_sha256"]:
        rows.append(["choice", "manifest", "files the same", "regionlift.toml or scope edited"])
    kinds = {"kind": _TEXT, "name": _TEXT, "old": _TEXT, "new": _TEXT}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _choice(value: Any) -> str:
    """A choice as it is printed; matched peers follow from the data, fixed ones are a choice."""
    if isinstance(value, dict):
        fixed = value.get("rule") == "fixed by the user"
        return ", ".join(value["members"]) if fixed else "matched"
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else str(value)


def _inputs(old: Vintage, new: Vintage) -> pl.DataFrame:
    """Tables whose files differ."""
    rows = []
    for name in sorted({*old.files, *new.files}):
        a, b = old.files.get(name), new.files.get(name)
        if a != b:
            change = "added" if a is None else "gone" if b is None else "other content"
            rows.append([name, change, *(_height(run, name) for run in (old, new))])
    kinds = {"table": _TEXT, "change": _TEXT, "old rows": pl.Int64(), "new rows": pl.Int64()}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _height(run: Vintage, name: str) -> int:
    return sum(s["rows"] for s in run.record["inputs"] if s["table"] == name)


def _quantities(
    found: Mapping[str, Why], before: Mapping[str, Row], after: Mapping[str, Row]
) -> pl.DataFrame:
    rows = []
    for id, why in found.items():
        if why.cause is Cause.UNCHANGED:
            continue
        a, b = before.get(id), after.get(id)
        one = b or a or {}
        rows.append([id, one["measure"], one["subject"], one["period"], why.cause.value,
                     a and a["value"], b and b["value"], a and a["status"], b and b["status"],
                     why.reason])  # fmt: skip
    return pl.DataFrame(rows, schema=QUANTITIES, orient="row")


def _movements(classes: Classifier, region: str) -> pl.DataFrame:
    rows = list(_moved(classes, region))
    return pl.DataFrame(rows, schema=MOVEMENTS, orient="row")


def _moved(classes: Classifier, region: str) -> Iterator[list[object]]:
    """A row for each of the region's measures whose last known number is another."""
    first, last = _latest(classes.before, region), _latest(classes.after, region)
    for key in sorted(first.keys() & last.keys()):
        a, b = first[key], last[key]
        if a["id"] == b["id"] and classes.why(a["id"]).cause is Cause.UNCHANGED:
            continue
        total = b["value"] - a["value"]
        parts = dict.fromkeys((Cause.REVISION, Cause.SETTINGS, Cause.REAL, Cause.UNTOLD), 0.0)
        again = classes.after.get(a["id"])
        note = ""
        if again is None or again["value"] is None:
            parts[Cause.REAL] = total
            note = f"{a['period']} is not in the later run: a revision cannot be split off"
            if classes.why(a["id"]).cause is Cause.SETTINGS:
                parts = {**parts, Cause.REAL: 0.0, Cause.SETTINGS: total}
        else:
            cause = classes.why(a["id"]).cause
            if cause is not Cause.UNCHANGED:
                parts[cause] += again["value"] - a["value"]
            parts[Cause.REAL] += b["value"] - again["value"]
        yield [*key, a["period"], a["value"], b["period"], b["value"], total,
               *parts.values(), note]  # fmt: skip


def _latest(rows: Mapping[str, Row], region: str) -> dict[tuple[str, str], Row]:
    """Measure and subject -> its last known number, for the region and its parts."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows.values():
        own = row["subject"] == region or row["subject"].startswith(region + "|")
        if not own or row["value"] is None:
            continue
        key = (row["measure"], row["subject"])
        year = end_year(row["period"]) or 0
        if key not in found or year >= (end_year(found[key]["period"]) or 0):
            found[key] = row
    return found


def _verdicts(
    old: Vintage, new: Vintage, found: Mapping[str, Why], moved: bool
) -> pl.DataFrame:
    """Verdicts that differ, with the class of the numbers they were read from."""
    a, b = old.table("verdicts"), new.table("verdicts")
    flips = changes_of(a, b, ["clause"], "verdict")
    said = {c: e for c, e in a.select("clause", "evidence").iter_rows()}
    says = {c: (e, r) for c, e, r in b.select("clause", "evidence", "reason").iter_rows()}
    rows = []
    for clause, was, now in flips.iter_rows():
        evidence, reason = says.get(clause, ("", ""))
        ids = {*said.get(clause, "").split(";"), *evidence.split(";")} - {""}
        causes = {found[i].cause for i in ids if i in found} - {Cause.UNCHANGED}
        rows.append([clause, was, now, _class(causes, moved), reason, "; ".join(sorted(ids))])
    kinds = dict.fromkeys(("clause", "old", "new", "class", "reason", "evidence"), _TEXT)
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _class(causes: set[Cause], moved: bool) -> str:
    """Class of a flip: that of its evidence; several are all named."""
    if causes:
        return " and ".join(c.value for c in Cause if c in causes)
    return Cause.SETTINGS.value if moved else Cause.UNTOLD.value


def _gaps(old: Vintage, new: Vintage) -> pl.DataFrame:
    """Links of the chain whose class differs."""
    a, b = old.table("chain_links"), new.table("chain_links")
    return changes_of(a, b, ["node_id", "name"], "class")


def _paths(old: Vintage, new: Vintage) -> pl.DataFrame:
    """Links and clauses of the paths whose verdict differs; their order."""
    kinds = {"kind": _TEXT, "path": _TEXT, "id": _TEXT, "old": _TEXT, "new": _TEXT}
    frames = [pl.DataFrame(schema=kinds)]
    for kind, name in (("link", "path_links"), ("clause", "path_clauses")):
        found = changes_of(old.table(name), new.table(name), ["path", "id"], "verdict")
        frames.append(found.select(pl.lit(kind).alias("kind"), "path", "id", "old", "new"))
    for value in ("place", "disposition"):
        found = changes_of(old.table("path_order"), new.table("path_order"), ["path"], value)
        frames.append(found.select(pl.lit("order").alias("kind"), "path",
                                   pl.lit(value).alias("id"), "old", "new"))  # fmt: skip
    return pl.concat(frames)
