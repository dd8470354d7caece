"""What reopens the choice of a path: clauses, stage, first broken links, cores, key technologies.

Item 45 of the paper: "mutual connection, dynamic adjustment and spiral rise".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from regionlift.evidence.verdict import Truth
from regionlift.plan.vintage import Vintage


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing that reopens the choice: what it was, what it is."""

    kind: str
    what: str
    old: str
    new: str


def stage_reading(run: Vintage) -> str:
    """The stage whose gauge leads clearly, from its verdicts."""
    found = run.table("verdicts")
    leads = {
        clause.split(".")[1]: verdict
        for clause, verdict in found.select("clause", "verdict").iter_rows()
        if clause.startswith("stage.") and clause.endswith(".leads")
    }
    met = [stage for stage, verdict in leads.items() if verdict == Truth.MET]
    if met:
        return f"{met[0]} upgrading"
    return "cannot tell" if Truth.CANNOT_TELL in leads.values() else "no stage leads clearly"


def first_broken(run: Vintage) -> dict[str, str]:
    """Path -> its first link that is not met, in the ledger's order; empty where none is."""
    links = run.table("path_links")
    if not {"path", "id", "verdict"} <= set(links.columns):
        return {}
    if "feedback" in links.columns:
        links = links.filter(~pl.col("feedback").fill_null(False))
    found = dict.fromkeys(links["path"], "")
    for path, id, verdict in links.select("path", "id", "verdict").iter_rows():
        if verdict == Truth.NOT_MET and not found[path]:
            found[path] = id
    return found


def changes_of(old: pl.DataFrame, new: pl.DataFrame, key: list[str], value: str) -> pl.DataFrame:
    """Rows whose value differs: key, old, new; a missing one is empty."""
    if not {*key, value} <= set(old.columns) or not {*key, value} <= set(new.columns):
        kinds = {**dict.fromkeys(key, pl.String()), "old": pl.String(), "new": pl.String()}
        return pl.DataFrame(schema=kinds)
    a = old.select(*key, pl.col(value).cast(pl.String).alias("old"))
    b = new.select(*key, pl.col(value).cast(pl.String).alias("new"))
    both = a.join(b, on=key, how="full", coalesce=True)
    return both.filter(pl.col("old").ne_missing(pl.col("new"))).sort(key)


def core_changes(old: Vintage, new: Vintage) -> pl.DataFrame:
    """Organisations that came, left, became or ceased to be core enterprises."""
    kinds = {"org_id": pl.String(), "name": pl.String(), "change": pl.String(),
             "core before": pl.Boolean(), "core now": pl.Boolean()}  # fmt: skip
    a, b = old.table("network_structure"), new.table("network_structure")
    if a.is_empty() or b.is_empty():
        return pl.DataFrame(schema=kinds)
    was = {id: (name, core) for id, name, core in
           a.select("org_id", "name", "core_enterprise").iter_rows()}  # fmt: skip
    now = {id: (name, core) for id, name, core in
           b.select("org_id", "name", "core_enterprise").iter_rows()}  # fmt: skip
    rows = []
    for id in sorted({*was, *now}):
        before, after = was.get(id), now.get(id)
        name = (after or before or ("", False))[0]
        if before is None:
            change = "entered the network"
        elif after is None:
            change = "left the network"
        elif bool(before[1]) != bool(after[1]):
            change = "became a core enterprise" if after[1] else "is no core enterprise any more"
        else:
            continue
        rows.append([id, name, change, bool(before and before[1]), bool(after and after[1])])
    return pl.DataFrame(rows, schema=kinds, orient="row")


def key_technologies(run: Vintage) -> frozenset[str]:
    """Technologies named as both common and key."""
    found = run.table("technologies")
    if found.is_empty():
        return frozenset()
    return frozenset(found.filter(pl.col("named"))["technology"])


def triggers(
    old: Vintage, new: Vintage, clauses: pl.DataFrame, network: pl.DataFrame
) -> tuple[Trigger, ...]:
    """Everything that reopens the choice of a path; ``clauses`` are verdicts that differ."""
    return tuple(_triggers(old, new, clauses, network))


def _triggers(
    old: Vintage, new: Vintage, clauses: pl.DataFrame, network: pl.DataFrame
) -> Iterator[Trigger]:
    before, after = stage_reading(old), stage_reading(new)
    if before != after:
        yield Trigger("stage reading", old.region, before, after)
    for clause, was, now in clauses.select("clause", "old", "new").iter_rows():
        if not clause.endswith(".leads"):
            yield Trigger("clause", clause, was or "not asked", now or "not asked")
    broken, since = first_broken(old), first_broken(new)
    for path in sorted(broken.keys() & since.keys()):
        if broken[path] != since[path]:
            yield Trigger("first broken link", path, broken[path] or "none", since[path] or "none")
    for id, name, change, was_core, _ in network.iter_rows():
        if was_core:
            yield Trigger("core enterprise", f"{name} ({id})", "core enterprise", change)
    was_key, is_key = key_technologies(old), key_technologies(new)
    for code in sorted(was_key ^ is_key):
        left = code in was_key
        yield Trigger("key technology", code, "key" if left else "not key",
                      "not key" if left else "key")  # fmt: skip
