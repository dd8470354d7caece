"""Needs against resources: the assignment of a year, and what to do about what it leaves unmet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.evidence.settings import Settings
from regionlift.measures.panel import quoted
from regionlift.measures.platform.distance import Distances, class_of, classed
from regionlift.measures.platform.matching import TINY, Floats, transport
from regionlift.measures.platform.sources import TYPES, Source

REALLOCATE, DEVELOP, INTRODUCE, OPEN = "reallocate", "develop", "introduce", "cannot tell"
#: Steps from a need to a resource: its own, on a platform, of another organisation here.
STEPS = {"own": 0, "platform": 1, "other": 2}
#: Types of resource that serve in any technology: a unit of money is as good in each.
ANY_TECHNOLOGY = ("financial",)
#: A project with more members makes no tie between two of them.
LARGEST = 50
#: Names printed with an action.
SHOWN = 3


@dataclass(frozen=True)
class Given:
    """An amount of a resource assigned to a need."""

    need: str
    resource: str
    type: str
    amount: float
    distance: float
    read_from: str
    location: str


@dataclass(frozen=True)
class Price:
    """Scarcity of a resource, in units of unmet need: 1 is a need unmet now, 0 not scarce.

    ``gain`` is what one unit more saves, ``loss`` what one unit less costs (None of no capacity);
    ``dual`` is the solver's, between the two.
    """

    resource: str
    type: str
    technology: str
    capacity: float
    idle: float
    gain: float
    dual: float
    loss: float | None


@dataclass(frozen=True)
class Unmet:
    """A part of a need that was not served, or that no assignment meets: what to do, by what rule.

    ``part`` is the amount the action is for, ``left`` what the assignment leaves unmet of the
    whole need; ``served`` whether it was served in fact.
    """

    need: str
    type: str
    technology: str
    org: str
    node: str
    amount: float
    left: float
    part: float
    served: bool | None
    action: str
    rule: str
    who: tuple[str, ...]


@dataclass(frozen=True)
class Matching:
    """The needs of one year against the resources of the region.

    ``asked`` and ``left`` are amounts by type, ``scarcity`` the mean gain by type; ``untold``
    counts rows without an amount. How much of a type is left is the same in every cheapest
    assignment, which need it falls on is not.
    """

    year: int
    needs: pl.DataFrame
    asked: Mapping[str, float]
    left: Mapping[str, float]
    given: tuple[Given, ...]
    prices: tuple[Price, ...]
    scarcity: Mapping[str, float]
    unmet: tuple[Unmet, ...]
    untold: int

    @property
    def count(self) -> dict[str, int]:
        """Needs by type."""
        return {k: int((self.needs["type"] == k).sum()) for k in self.asked}

    @property
    def whole(self) -> float:
        """Share left unmet of a need's type, mean over the needs."""
        told = {k: self.left[k] / a if a > 0 else 0.0 for k, a in self.asked.items()}
        return sum(told[k] * n for k, n in self.count.items()) / self.needs.height

    @property
    def scarcest(self) -> str:
        """The type of which one unit more would meet most; "" where none is scarce."""
        if not self.scarcity or max(self.scarcity.values()) <= 0:
            return ""
        return max(self.scarcity, key=lambda t: (self.scarcity[t], t))


def needs_sql(source: Source, year: int, kind: str = "") -> str:
    """The needs of a year with an amount, those of no year among them; of a type, or of all."""
    told = f"amount IS NOT NULL AND type IS NOT NULL AND coalesce(year, {year}) = {year}"
    return source.sql("needs", told + (f" AND type = {quoted(kind)}" if kind else ""))


def matching(source: Source, year: int, last: int, settings: Settings) -> Matching | None:
    """Assign the resources of the region to the needs of a year; None without any need.

    A resource serves needs of its own type whose technology is within ``match_reach``; money has
    no technology and serves every need of money. The cost
    of a unit is the distance of the technologies plus ``match_step`` for each step: own, on a
    platform, of another organisation; and one step where the need was not served in fact, so that
    nobody loses what he has where that changes nothing else.

    Parameters
    ----------
    year : of the needs
    last : last year of the patents that technologies are compared by
    """
    needs = source.read(needs_sql(source, year))
    if needs.is_empty():
        return None
    held = source.read(source.sql("resources", "capacity IS NOT NULL AND type IS NOT NULL"))
    bare = source.rows(source.sql("needs", "amount IS NULL OR type IS NULL")).count
    needs, held = (_with_class(f) for f in (needs, held))
    first = last - settings.whole("technology_years") + 1
    patents = classed(source.dataset, first, last)
    apart = Distances([*needs["cls"], *held["cls"]], patents)
    found = [_of_type(k, needs, held, apart, settings) for k in TYPES
             if (needs["type"] == k).any()]  # fmt: skip
    given = tuple(g for part in found for g in part.given)
    prices = tuple(p for part in found for p in part.prices)
    left = {id: v for part in found for id, v in part.left.items()}
    by_type = needs.group_by("type").agg(pl.col("amount").sum())
    asked = {k: v for k in TYPES for t, v in by_type.iter_rows() if t == k}
    missing = {k: sum(left[i] for i in needs.filter(pl.col("type") == k)["need_id"]) for k in asked}
    decide = Deciding(source, patents, apart, settings)
    free, adapted = _at(given), _at(g for part in found for g in part.adapted)
    unmet = [
        line for row in needs.iter_rows(named=True)
        for id in [row["need_id"]]
        for line in decide.lines(row, left[id], free.get(id, []), adapted.get(id, []))
    ]  # fmt: skip
    return Matching(year, needs, asked, missing, given, prices,
                    {k: _scarcity(k, prices) for k in asked},
                    tuple(sorted(unmet, key=lambda u: (-u.left, u.need, -u.part))),
                    bare)  # fmt: skip


def _with_class(rows: pl.DataFrame) -> pl.DataFrame:
    """With column ``cls``, empty where no technology is named or the type asks for none."""
    named = pl.col("technology").map_elements(class_of, pl.String).fill_null("")
    asks = ~pl.col("type").is_in(ANY_TECHNOLOGY)
    return rows.with_columns(cls=pl.when(asks).then(named).otherwise(pl.lit("")))


def _at(given: Iterable[Given]) -> dict[str, list[Given]]:
    """What is given to each need, most first."""
    found: dict[str, list[Given]] = {}
    for g in sorted(given, key=lambda g: (-g.amount, g.resource)):
        found.setdefault(g.need, []).append(g)
    return found


@dataclass(frozen=True)
class _Type:
    """The assignment of one type; ``adapted`` is what idles, given to what is left, any class."""

    given: list[Given]
    prices: list[Price]
    left: dict[str, float]
    adapted: list[Given]


def _of_type(
    kind: str, needs: pl.DataFrame, held: pl.DataFrame, apart: Distances, settings: Settings
) -> _Type:
    """Assignment of one type: types never serve each other, so each is a problem of its own."""
    own = needs.filter(pl.col("type") == kind).to_dicts()
    stock = held.filter(pl.col("type") == kind).to_dicts()
    far = _far([n["cls"] for n in own], [r["cls"] for r in stock], apart)
    steps = np.array([[STEPS[location(n, r)] for r in stock] for n in own]).reshape(far.shape)
    waits = np.array([n["served"] is not True for n in own])
    any_class = far + settings["match_step"] * (steps + waits[:, None])
    cost = np.where(far <= settings["match_reach"] + 1e-12, any_class, np.inf)
    penalty = settings["match_penalty"]
    done = transport([n["amount"] for n in own], [r["capacity"] for r in stock], cost, penalty)
    second = transport(done.unmet, done.idle, any_class, penalty)

    def given(flow: Floats) -> list[Given]:
        return [
            Given(own[i]["need_id"], stock[j]["resource_id"], kind, float(flow[i, j]),
                  float(far[i, j]), "none: any technology" if kind in ANY_TECHNOLOGY
                  else apart.told(own[i]["cls"], stock[j]["cls"]),
                  location(own[i], stock[j]))
            for i, j in zip(*np.nonzero(flow), strict=True)
        ]  # fmt: skip

    prices = [
        Price(r["resource_id"], kind, r["cls"], r["capacity"], float(done.idle[j]),
              float(done.gain[j]) / penalty, float(done.price[j]) / penalty,
              float(done.loss[j]) / penalty if np.isfinite(done.loss[j]) else None)
        for j, r in enumerate(stock)
    ]  # fmt: skip
    left = {n["need_id"]: float(v) for n, v in zip(own, done.unmet, strict=True)}
    return _Type(given(done.flow), prices, left, given(second.flow))


def _far(asked: Sequence[str], held: Sequence[str], apart: Distances) -> Floats:
    """Distances of every need and resource, (needs, resources); each pair of classes once."""
    rows, columns = sorted(set(asked)), sorted(set(held))
    each = np.array([[apart.of(a, b) for b in columns] for a in rows])
    each = each.reshape(len(rows), len(columns))
    at = [rows.index(a) for a in asked], [columns.index(b) for b in held]
    return np.asarray(each[np.ix_(*at)])


def location(need: Mapping[str, object], resource: Mapping[str, object]) -> str:
    """Where a resource lies as seen from a need."""
    if need["org_id"] is not None and need["org_id"] == resource["org_id"]:
        return "own"
    return "platform" if resource["platform_id"] is not None else "other"


def _scarcity(kind: str, prices: tuple[Price, ...]) -> float:
    """Mean gain over units held; where none of the type is held, one unit more meets one."""
    own = [p for p in prices if p.type == kind]
    whole = sum(p.capacity for p in own)
    if whole > 0:
        return sum(p.gain * p.capacity for p in own) / whole
    return sum(p.gain for p in own) / len(own) if own else 1.0


class Deciding:
    """Reallocate, develop or introduce: the first rule that holds (item 91)."""

    def __init__(
        self, source: Source, patents: pl.DataFrame, apart: Distances, settings: Settings
    ) -> None:
        """``patents`` are (patent_id, class) of the years that count."""
        self._apart, self._reach = apart, settings["match_reach"]
        self._known: dict[tuple[str, str], tuple[str, str, list[str]]] = {}
        self._least = settings.whole("holders_needed")
        self._filed = _filed(source, patents)
        self._ties = _ties(source)
        orgs = source.dataset.tables.get("orgs")
        self._finance: list[tuple[str, bool]] = []
        if orgs is not None and {"org_id", "type", "region"} <= set(orgs.columns):
            some = orgs.filter(pl.col("type") == "finance").sort("org_id")
            self._finance = [(i, r == source.region)
                             for i, r in some.select("org_id", "region").iter_rows()]  # fmt: skip
        self._outside = pl.DataFrame()
        if source.dataset.has("resources"):
            self._outside = source.read(source.sql("resources", "capacity > 0", elsewhere=True))

    def lines(
        self, need: Mapping[str, object], left: float, given: list[Given], adapted: list[Given]
    ) -> Iterator[Unmet]:
        """What to do about one need: what is held and free, what can be adapted, and the rest."""
        kind, klass = str(need["type"]), str(need["cls"])

        def line(part: float, action: str, rule: str, who: Iterable[str]) -> Unmet:
            served = None if need["served"] is None else bool(need["served"])
            return Unmet(
                str(need["need_id"]), kind, klass, str(need["org_id"] or ""),
                str(need["node"] or ""), float(str(need["amount"])), left, part, served, action,
                rule, tuple(dict.fromkeys(who))[:SHOWN],
            )  # fmt: skip

        free = sum(g.amount for g in given)
        if need["served"] is False and free > 0:
            where = "" if kind in ANY_TECHNOLOGY else " in a technology that serves,"
            yield line(free, REALLOCATE, f"held here{where} and free beside all other needs: "
                       "allocate it", (g.resource for g in given))  # fmt: skip
        idle = sum(g.amount for g in adapted)
        if idle > 0:
            yield line(idle, REALLOCATE, "held here, idle, in another technology: adapt it",
                       (g.resource for g in adapted))  # fmt: skip
        if left - idle > TINY * max(left, 1.0):
            if (kind, klass) not in self._known:
                self._known[kind, klass] = self._elsewhere(kind, klass)
            yield line(left - idle, *self._known[kind, klass])

    def _elsewhere(self, kind: str, klass: str) -> tuple[str, str, list[str]]:
        here, there, what = self._able(kind, klass)
        if len(here) >= self._least:
            return DEVELOP, f"nothing idle; {len(here)} {what} here: build it up with them", here
        if there:
            known = sum(bool(self._ties.get(i)) for i in there)
            return (INTRODUCE, f"nobody able here; {len(there)} {what} elsewhere, {known} of them "
                    "with ties here, which come first", there)  # fmt: skip
        return OPEN, "no holder in the tables, here or elsewhere", []

    def _able(self, kind: str, klass: str) -> tuple[list[str], list[str], str]:
        """Who could: here, elsewhere (most ties first), and what makes them able."""
        if kind == "financial":
            at_home, away = ([i for i, own in self._finance if own is x] for x in (True, False))
            return at_home, self._tied(away, {}), "financing organisations"
        near = [c for c in self._filed if klass and self._apart.of(klass, c) <= self._reach]
        here: list[str] = []
        weight: dict[str, int] = {}
        for c in sorted(near, key=lambda c: (self._apart.of(klass, c), c)):
            for org, inside, patents in self._filed[c]:
                if inside and org not in here:
                    here.append(org)
                elif not inside:
                    weight[org] = weight.get(org, 0) + patents
        if self._outside.height:
            some = self._outside.filter(pl.col("type") == kind).drop_nulls("org_id")
            for org, code in some.select("org_id", "technology").iter_rows():
                if self._apart.of(klass, class_of(code)) <= self._reach:
                    weight.setdefault(org, 0)
        return here, self._tied(list(weight), weight), f"holders of {klass} or what is close to it"

    def _tied(self, orgs: list[str], weight: Mapping[str, int]) -> list[str]:
        return sorted(orgs, key=lambda i: (-len(self._ties.get(i, ())), -weight.get(i, 0), i))


def _filed(source: Source, patents: pl.DataFrame) -> dict[str, list[tuple[str, bool, int]]]:
    """Class -> (organisation, whether of the region, patents), the most patents first."""
    dataset = source.dataset
    if patents.is_empty() or dataset.lacks({"applicants": ("patent_id", "org_id"),
                                            "orgs": ("org_id", "region")}):  # fmt: skip
        return {}
    home = dataset.tables["orgs"].select("org_id", "region")
    pairs = dataset.tables["applicants"].select("patent_id", "org_id").unique()
    counted = (
        patents.join(pairs, on="patent_id").join(home, on="org_id")
        .group_by("class", "org_id", "region").len()
        .sort(["class", "len", "org_id"], descending=[False, True, False])
    )  # fmt: skip
    found: dict[str, list[tuple[str, bool, int]]] = {}
    for klass, org, region, count in counted.iter_rows():
        found.setdefault(klass, []).append((org, region == source.region, count))
    return found


def _ties(source: Source) -> dict[str, Set[str]]:
    """Organisation of elsewhere -> those of the region it had a joint project or patent with."""
    dataset = source.dataset
    if not dataset.has("orgs", "org_id", "region"):
        return {}
    own = set(dataset.tables["orgs"].filter(pl.col("region") == source.region)["org_id"])
    found: dict[str, set[str]] = {}
    for table, event in (("members", "project_id"), ("applicants", "patent_id")):
        if not dataset.has(table, event, "org_id"):
            continue
        for team in dataset.tables[table].group_by(event).agg("org_id")["org_id"].to_list():
            inside = own.intersection(team)
            if inside and len(team) <= LARGEST:
                for org in set(team) - own:
                    found.setdefault(org, set()).update(inside)
    return dict(found)
