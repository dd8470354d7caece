"""What a plan is held against: gaps and money of the chain, specialities, links that hold.

Everything comes from tables that a run leaves in its ledger, or a study has in memory; a part that
is not there is left out, and the lint says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import polars as pl

from regionlift.evidence.ledger import LEDGER
from regionlift.evidence.settings import Settings, settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.relatedness.specialisation import advantaged
from regionlift.plan.cells import Kind, actors_of, stages_by_link
from regionlift.plan.links import judged_links, known_links
from regionlift.plan.targets import realism

#: Kinds of priority, with the column of a plan's line that names them.
KINDS = {"industry": "industries", "technology": "technologies", "node": "nodes"}

#: File that a run leaves beside its ledger.
RECORD = "run.json"


class Reached(Protocol):
    """How often comparable regions reached a target."""

    @property
    def share(self) -> float | None:
        """Share of starts from which it was reached; None where it cannot be told."""

    @property
    def passed(self) -> float | None:
        """Share that was there at the end of any of the years."""

    @property
    def n(self) -> int:
        """Starts looked at."""

    @property
    def reason(self) -> str:
        """Why it cannot be told."""


class Reference(Protocol):
    """A reference class: ``plan.targets.realism``, or another of the same form."""

    def __call__(
        self, frames: Mapping[str, pl.DataFrame], measure: str, region: str, start_value: float,
        target: float, years: int, settings: Settings, /,
    ) -> Reached:  # fmt: skip
        """Share of comparable region-starts that reached the target in that time."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A link of the chain with the local demand nobody here meets; None where not known."""

    node: str
    name: str
    unmet: float | None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Specialities:
    """What a region and its neighbours are specialised in, of one kind; ``basis`` says by what."""

    own: frozenset[str]
    neighbours: Mapping[str, frozenset[str]]
    known: frozenset[str]
    basis: str


@dataclass(frozen=True)
class Context:
    """Evidence about one region; every part may be empty.

    ``unit`` is that of money and of gaps; ``links`` holds the verdict on each link of a path,
    ``order`` the links of each path in causal order, ``money`` what each node of the chain got;
    ``actors`` layer and type by id and name, ``stages`` the stages that the path of each link fits.
    """

    region: str = ""
    last_year: int | None = None
    settings: Settings = field(default_factory=settings)
    gaps: tuple[Gap, ...] = ()
    money: Mapping[str, float] | None = None
    money_years: str = ""
    specialities: Mapping[str, Specialities] = field(default_factory=dict)
    order: Mapping[str, tuple[str, ...]] = field(default_factory=known_links)
    links: Mapping[str, Truth] = field(default_factory=dict)
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    realism: Reference | None = None
    synthetic: bool = False
    actors: Mapping[str, Kind] = field(default_factory=dict)
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=stages_by_link)
    unit: str = "million"

    def first_broken(self, path: str) -> str:
        """The earliest link of a path that is not met; empty where none is."""
        return next((i for i in self.order[path] if self.links.get(i) is Truth.NOT_MET), "")


def context_of(
    region: str, tables: Mapping[str, pl.DataFrame], frames: Mapping[str, pl.DataFrame],
    chosen: Settings, neighbours: Sequence[str] = (), last_year: int | None = None,
) -> Context:  # fmt: skip
    """Context from tables of the contract and of the ledger.

    Parameters
    ----------
    tables : any of chain_links (node_id, name, value at stake), spend, orgs, applicants, codes,
        path_links (path, id, verdict)
    frames : quantities by measure
    neighbours : regions whose priorities are looked at
    """
    money, years = _money(tables)
    return Context(
        region, last_year, chosen, _gaps(tables), money, years,
        _specialities(region, tables, frames, neighbours, chosen.whole("minimum_peers")),
        judged_links(tables.get("path_links")), _links(tables), frames, realism,
        actors=actors_of(tables.get("orgs"), tables.get("platforms")),
        unit=_unit(frames.get("chain_unmet")),
    )  # fmt: skip


def context_from_run(out: Path | str, region: str = "", neighbours: Sequence[str] = ()) -> Context:
    """Context from the folder of a finished run.

    Raises
    ------
    FileNotFoundError
        If it is no such folder.
    LookupError
        If the run is about another region.
    """
    folder = Path(out)
    if not (folder / LEDGER).is_file() or not (folder / RECORD).is_file():
        raise FileNotFoundError(f"no finished run in {folder}: run `regionlift run` first")
    record: dict[str, Any] = json.loads((folder / RECORD).read_text("utf-8"))
    if region and region != record["region"]:
        raise LookupError(f'{folder} is a run of {record["region"]}, not of "{region}"')
    with duckdb.connect(str(folder / LEDGER), read_only=True) as ledger:
        names = {row[0] for row in ledger.execute("SHOW TABLES").fetchall()}
        wanted = ("chain_links", "spend", "orgs", "applicants", "codes", "path_links", "peers",
                  "platforms", "quantities", "thresholds")  # fmt: skip
        tables = {n: ledger.sql(f'SELECT * FROM "{n}"').pl() for n in wanted if n in names}
    quantities = tables.pop("quantities")
    subjects = set(quantities["subject"].str.split("|").list.first())
    if unknown := [name for name in neighbours if name not in subjects]:
        raise LookupError(f"no region {', '.join(unknown)} in {folder}")
    frames = {str(key[0]): frame for key, frame in quantities.group_by("measure")}
    chosen = _settings(tables.pop("thresholds"))
    found = context_of(record["region"], tables, frames, chosen,
                       neighbours or _peers(tables.get("peers")), record["year"])  # fmt: skip
    return replace(found, synthetic=bool(record.get("synthetic")))


def _unit(unmet: pl.DataFrame | None) -> str:
    """The unit of demand not met, as the run that computed it has it."""
    return "million" if unmet is None or unmet.is_empty() else str(unmet["unit"][0])


def _settings(rows: pl.DataFrame) -> Settings:
    """The run's own thresholds, as far as this version has them."""
    known = settings().thresholds
    moved = rows.filter(pl.col("origin") == "user", pl.col("name").is_in(list(known)))
    return settings(dict(moved.select("name", "value").iter_rows()))


def _peers(frame: pl.DataFrame | None) -> list[str]:
    if frame is None or not {"region", "peer"} <= set(frame.columns):
        return []
    return frame.filter(pl.col("peer"))["region"].to_list()


def _gaps(tables: Mapping[str, pl.DataFrame]) -> tuple[Gap, ...]:
    if "chain_links" not in tables:
        return ()
    rows = tables["chain_links"].select("node_id", "name", "value at stake", "evidence")
    found = [Gap(node, name or node, unmet, said or "") for node, name, unmet, said in
             rows.iter_rows()]  # fmt: skip
    return tuple(sorted(found, key=lambda g: (-(g.unmet or 0.0), g.node)))


def _money(tables: Mapping[str, pl.DataFrame]) -> tuple[dict[str, float] | None, str]:
    """Money of each node, all years together; None where spending does not name nodes."""
    spend = tables.get("spend")
    if spend is None or "node" not in spend.columns:
        return None, ""
    rows = spend.drop_nulls("node").group_by("node").agg(pl.col("amount").sum())
    years = spend["year"].drop_nulls()
    told = "–".join(str(int(y)) for y in sorted({*years})[:: max(1, years.n_unique() - 1)])
    return dict(rows.iter_rows()), told


def _links(tables: Mapping[str, pl.DataFrame]) -> dict[str, Truth]:
    found = tables.get("path_links")
    if found is None or not {"id", "verdict"} <= set(found.columns):
        return {}
    return {id: Truth(verdict) for id, verdict in found.select("id", "verdict").iter_rows()}


def _specialities(
    region: str, tables: Mapping[str, pl.DataFrame], frames: Mapping[str, pl.DataFrame],
    neighbours: Sequence[str], least: int,
) -> dict[str, Specialities]:  # fmt: skip
    """Location quotients of 1 and more, in three kinds; a kind of too few neighbours is left out.

    Technologies and nodes are counted over the organisations in the tables, which hold those of
    elsewhere only in part.
    """
    found = {}
    for kind, counted, basis in (
        ("industry", _industries(frames), "location quotients of industries"),
        ("technology", _technologies(tables), "patents of the applicants in the tables"),
        ("node", _makers(tables), "organisations in the tables by node of the chain"),
    ):
        if counted is None:
            continue
        others = {r: s for r, s in counted.items() if r in neighbours and r != region}
        if region not in counted or len(others) < min(least, max(1, len(neighbours))):
            continue
        every = frozenset().union(*counted.values())
        found[kind] = Specialities(counted[region], others, every, basis)
    return found


def _industries(frames: Mapping[str, pl.DataFrame]) -> dict[str, frozenset[str]] | None:
    """Specialities by the quotients of a run, last year that is known."""
    for measure in ("location_quotient_employment", "location_quotient_value_added"):
        known = frames.get(measure, pl.DataFrame({"value": []}, {"value": pl.Float64}))
        known = known.drop_nulls("value")
        if known.is_empty():
            continue
        ends = pl.col("subject").str.split_exact("|", 1)
        now = known.filter(pl.col("period") == known["period"].max()).with_columns(
            ends.struct[0].alias("region"), ends.struct[1].alias("item"))  # fmt: skip
        rows = now.drop_nulls("item").group_by("region").agg(
            pl.col("item").filter(pl.col("value") >= 1))  # fmt: skip
        return {r: frozenset(items) for r, items in rows.iter_rows()}
    return None


def _technologies(tables: Mapping[str, pl.DataFrame]) -> dict[str, frozenset[str]] | None:
    if not {"applicants", "codes", "orgs"} <= set(tables):
        return None
    if not {"org_id", "region"} <= set(tables["orgs"].columns):
        return None
    rows = tables["applicants"].join(tables["orgs"].select("org_id", "region"), on="org_id")
    rows = rows.join(tables["codes"], on="patent_id").with_columns(
        item=pl.col("code").str.head(4).str.to_uppercase())  # fmt: skip
    return _advantages(rows.select("region", "item", "patent_id").unique())


def _makers(tables: Mapping[str, pl.DataFrame]) -> dict[str, frozenset[str]] | None:
    orgs = tables.get("orgs")
    if orgs is None or not {"region", "chain_node"} <= set(orgs.columns):
        return None
    return _advantages(orgs.select("region", item=pl.col("chain_node")))


def _advantages(rows: pl.DataFrame) -> dict[str, frozenset[str]] | None:
    """Region -> items in which its location quotient over counted rows is at least 1."""
    rows = rows.drop_nulls(["region", "item"])
    if rows.is_empty():
        return None
    wide = rows.pivot("item", index="region", values="item", aggregate_function="len").fill_null(0)
    items = [c for c in wide.columns if c != "region"]
    held = advantaged(wide.select(items).to_numpy().astype(np.float64))
    return {
        region: frozenset(i for i, yes in zip(items, row, strict=True) if yes)
        for region, row in zip(wide["region"], held, strict=True)
    }
