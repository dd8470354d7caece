"""Accepted merges of names applied to tables, and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from regionlift.data.contract import Column, Table, contract
from regionlift.data.joining import LINEAGE
from regionlift.data.parsing import STATUS
from regionlift.data.symbols import parse

#: The table of names: not one of the contract's tables, for it holds no facts but decisions.
NAMES = Table(
    name="names", title="Names to merge", title_zh="机构名称合并",
    about="One row a likeness of two organisations; accepted ones are merged.",
    key=("org_id", "merge_into"),
    columns=(
        Column(name="name", type="text", title="Name", title_zh="机构名称",
               description="Name as printed"),
        Column(name="org_id", type="code", required=True, title="Organisation id",
               title_zh="机构编号", description="The organisation that goes into another"),
        Column(name="merge_into", type="code", required=True, title="Merge into",
               title_zh="合并到", description="The organisation that stays",
               references="orgs.org_id"),
        Column(name="why", type="text", title="Why", title_zh="理由",
               description="What makes them alike"),
        Column(name="accept", type="boolean", required=True, title="Accept", title_zh="是否合并",
               description="yes merges them", gaps="not merged"),
    ),
)  # fmt: skip

#: Of the first so many applicants the order is printed.
TOP = 10


def moves(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Organisation -> the one it ends in, along chains; ``pairs`` are (goes, stays).

    Raises
    ------
    ValueError
        If they go round in a circle, which leaves nobody to merge into.

    Examples
    --------
    >>> moves([("a", "b"), ("b", "c")])
    {'a': 'c', 'b': 'c'}
    """
    end: dict[str, str] = {}

    def last(org: str) -> str:
        while org in end:
            org = end[org]
        return org

    into: dict[str, set[str]] = {}
    for goes, stays in pairs:
        if _leads(into, stays, goes):
            back = "" if goes in into.get(stays, ()) else ", by others,"
            raise ValueError(f"{goes} goes into {stays} and {stays}{back} into {goes}")
        into.setdefault(goes, set()).add(stays)
        one, other = last(goes), last(stays)
        if one != other:
            end[one] = other
    return {org: last(org) for org in end}


def _leads(into: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether decisions lead from one organisation to the other."""
    seen, left = {start}, [start]
    while left:
        here = left.pop()
        if here == goal:
            return True
        new = into.get(here, set()) - seen
        seen |= new
        left += new
    return False


def accepted(names: pl.DataFrame) -> list[tuple[str, str]]:
    """Pairs (goes, stays) of a table of names whose ``accept`` is yes."""
    yes = names.filter(pl.col("accept"))
    return [(goes, stays) for goes, stays in yes.select("org_id", "merge_into").iter_rows()]


def with_names(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with the accepted names of the table of names merged, and without that table."""
    found = {name: frame for name, frame in tables.items() if name != NAMES.name}
    if NAMES.name not in tables:
        return found
    return merged(found, moves(accepted(tables[NAMES.name])))


def merged(tables: Mapping[str, pl.DataFrame], end: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """The tables with every merged organisation's id replaced by that of the one it went into.

    Its row of orgs is left out: the row of the one that stays stands. Rows that come to have one
    key (both were applicants of a patent) become one: the first position, the sum of money.
    """
    found = dict(tables)
    if not end:
        return found
    for name, frame in tables.items():
        table = contract()[name]
        columns = [c.name for c in table.columns
                   if c.references == "orgs.org_id" and c.name in frame.columns]  # fmt: skip
        if name == "orgs":
            found[name] = frame.filter(~pl.col("org_id").is_in(list(end)))
        elif columns:
            found[name] = _once(table, frame.with_columns(pl.col(columns).replace(dict(end))))
        elif name == "platforms" and "members" in frame.columns:
            renamed = pl.col("members").str.split(";").list.eval(
                pl.element().str.strip_chars().replace(dict(end))
            )
            found[name] = frame.with_columns(
                renamed.list.unique(maintain_order=True).list.join(";").alias("members")
            )
    return found


def _once(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    key = [name for name in table.key if name in frame.columns]
    twice = pl.struct(key).is_duplicated()
    double = frame.filter(twice)
    if double.is_empty():
        return frame
    parts = []
    for name in frame.columns:
        cells = pl.col(name)
        if name == "position":
            parts.append(cells.min())
        elif name + STATUS in frame.columns:
            known = (pl.col(name + STATUS) == "known").all()
            parts.append(pl.when(known).then(cells.sum()).alias(name))
        elif name.endswith(STATUS):
            worst = cells.filter(cells != "known")
            parts.append(pl.coalesce(worst.first(), cells.first()).alias(name))
        elif name == LINEAGE:
            parts.append(cells.str.join(" "))
        elif name not in key:
            parts.append(cells.drop_nulls().first())
    if "position" in frame.columns and "position" + STATUS in frame.columns:
        position = pl.col("position" + STATUS).sort_by(pl.col("position"), nulls_last=True).first()
        parts = [p for p in parts if p.meta.output_name() != "position" + STATUS] + [position]
    one = double.group_by(key, maintain_order=True).agg(parts).select(frame.columns)
    return pl.concat([frame.filter(~twice), one]).sort(key, nulls_last=True)


def sensitivity(
    applicants: pl.DataFrame, codes: pl.DataFrame | None, names: Mapping[str, str],
    chosen: list[tuple[str, str]], proposed: list[tuple[str, str]],
) -> pl.DataFrame:  # fmt: skip
    """What changes with no merge, the accepted ones, and all that are proposed.

    Rows: organisations that filed, joint patents (two applicants or more), pairs of joint
    applicants, adopters (an organisation in a subclass in which it filed), the first applicants by
    whole count of patents, and how many of these are not where they stood without merges.
    """
    ways = {"none": {}, "accepted": moves(chosen), "all": moves(_forest([*chosen, *proposed]))}
    columns: dict[str, list[str]] = {}
    classes = None if codes is None else _subclasses(codes)
    orders: dict[str, list[str]] = {}
    filed = applicants.select("patent_id", "org_id").drop_nulls().unique()
    largest = filed.group_by("org_id").len().sort(["len", "org_id"], descending=[True, False])
    for way, end in ways.items():
        # by the applicant itself where it goes into a directory's id: its place is the same
        stand_in = _stand_ins(largest, end)
        to = {goes: stand_in.get(stays, stays) for goes, stays in end.items()}
        held = applicants.select("patent_id", pl.col("org_id").replace(to)).drop_nulls().unique()
        counts = _counts(held, classes)
        first = held.group_by("org_id").len().sort(["len", "org_id"], descending=[True, False])
        orders[way] = first["org_id"].head(TOP).to_list()
        shown = [f"{names.get(o, o)} ({n})" for o, n in first.head(TOP).iter_rows()]
        moved = _moved(orders["none"], orders[way])
        columns[way] = [*counts, str(moved), *shown, *[""] * (TOP - len(shown))]
    what = ["organisations", "joint patents", "pairs of joint applicants",
            "adopters (organisation in a subclass)", f"places among the first {TOP} that changed",
            *(f"applicant {n}" for n in range(1, TOP + 1))]  # fmt: skip
    return pl.DataFrame({"what": what, **columns})


def _forest(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs without those that would close a circle: "all" is never contradictory."""
    kept: list[tuple[str, str]] = []
    for goes, stays in dict.fromkeys(pairs):
        if goes != stays and (stays, goes) not in kept:
            kept.append((goes, stays))
    return kept


def _stand_ins(largest: pl.DataFrame, end: Mapping[str, str]) -> dict[str, str]:
    """Id of a directory -> the applicant with most patents that went into it.

    An applicant that gets the directory's id has another id and the same place.
    """
    known = largest["org_id"].to_list()
    here = set(known)
    found: dict[str, str] = {}
    for org in known:
        if end.get(org, org) not in here:
            found.setdefault(end[org], org)
    return found


def _moved(before: list[str], after: list[str]) -> int:
    return sum(a != b for a, b in zip(before, after, strict=False)) + abs(len(before) - len(after))


def _subclasses(codes: pl.DataFrame) -> pl.DataFrame:
    symbols = {text: parse(text) for text in codes["code"].drop_nulls().unique().to_list()}
    known = {text: s.at("subclass") for text, s in symbols.items() if s and s.at("subclass")}
    subclass = pl.col("code").replace_strict(known, default=None, return_dtype=pl.String)
    return codes.select("patent_id", subclass.alias("subclass")).drop_nulls().unique()


def _counts(held: pl.DataFrame, classes: pl.DataFrame | None) -> list[str]:
    sizes = held.group_by("patent_id").len()
    pairs = held.join(held, on="patent_id").filter(pl.col("org_id") < pl.col("org_id_right"))
    adopters = "cannot tell: no codes"
    if classes is not None:
        taken = held.join(classes, on="patent_id").select("org_id", "subclass").unique()
        adopters = str(taken.height)
    return [
        str(held["org_id"].n_unique()), str(sizes.filter(pl.col("len") > 1).height),
        str(pairs.select("org_id", "org_id_right").unique().height), adopters,
    ]  # fmt: skip
