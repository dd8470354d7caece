"""The innovation platform of one region: functions, processes, members, income, rules, needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.network.numbers import Rows
from regionlift.measures.platform.actions import Matching, matching
from regionlift.measures.platform.claims import CHECKLIST, Judged, judged
from regionlift.measures.platform.functions import Coverage, coverage
from regionlift.measures.platform.income import Income, income
from regionlift.measures.platform.members import Stay, stay
from regionlift.measures.platform.processes import (
    Lost,
    Part,
    Service,
    allocation,
    bottleneck,
    collection,
    integration,
    losses,
    reuse,
    service,
)
from regionlift.measures.platform.rubric import Scored, Value, scored, shipped
from regionlift.measures.platform.sources import TYPES, Source
from regionlift.study.platform_numbers import (
    function_numbers,
    governance_number,
    income_numbers,
    lost_numbers,
    match_numbers,
    member_numbers,
    process_numbers,
    service_numbers,
)
from regionlift.study.platform_verdicts import judge

_EMPTY = {"platform_id": pl.String, "year": pl.Int64, "members": pl.String,
          "income_private": pl.Float64, "income_public": pl.Float64}  # fmt: skip

#: Tables of the platform, any of which gives part of the answer.
TABLES = ("platforms", "resources", "needs")


@dataclass(frozen=True)
class PlatformStudy:
    """Everything about one region's platform; with none of its tables, ``reason`` says why.

    Parameters
    ----------
    year : last year told of, at whose end claims must count
    since : first year of requests and projects that count
    parts : process -> resource type -> share; "" all types together
    services : days to serve and queue by type; "" all
    lost : by type, where what was asked for was lost
    worst : process, type and share at which most of what was asked for is lost
    governance : items of the checklist with what signed claims say of them
    rubrics : official rubrics, each item scored by itself
    """

    region: str
    year: int
    since: int
    reason: str
    settles: str
    coverage: Coverage | None
    parts: Mapping[str, Mapping[str, Part]]
    services: Mapping[str, Service]
    lost: Mapping[str, tuple[Lost, Rows]]
    worst: tuple[str, str, float] | None
    stay: Stay | None
    income: Income | None
    governance: tuple[Judged, ...]
    rubrics: tuple[Scored, ...]
    matching: Matching | None
    quantities: tuple[Quantity, ...]
    verdicts: tuple[Verdict, ...]

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], Quantity]:
        return {(q.measure, q.subject): q for q in self.quantities}

    def find(self, measure: str, part: str = "") -> Quantity:
        """A number of the platform, or of a type, function or scenario; the last of several years.

        KeyError where there is none.
        """
        return self._numbers[measure, f"{self.region}|{part}" if part else self.region]


def platform_study(
    dataset: Dataset, region: str, settings: Settings, cores: Sequence[str] = (),
    year: int | None = None,
) -> PlatformStudy:  # fmt: skip
    """Study the platform of one region; ``cores`` are its core enterprises."""
    source = Source(dataset, region)
    platforms, at, last = _read(source, year)
    since = last - settings.whole("platform_years") + 1
    reason, settles = _why(source)
    parts = _parts(source, settings, since, last, at)
    asks = dataset.has("needs", "served")
    services = {k: service(source, since, last, k) for k in ("", *TYPES)} if asks else {}
    lost = losses(source, since, last) if asks and dataset.has("resources") else {}
    kinds = _kinds(dataset)
    level, least = settings["confidence"], settings.whole("minimum_years")
    stays = stay(platforms, at, kinds, set(cores), level)
    found = PlatformStudy(
        region, last, since, reason, settles,
        None if platforms.is_empty() else coverage(platforms, at), parts, services, lost,
        bottleneck(lost), stays, income(platforms, at, least, level),
        _claims(source, tuple(CHECKLIST), year or last), (),
        _matching(source, settings, last), (), (),
    )  # fmt: skip
    found = replace(found, rubrics=_rubrics(source, found, kinds))
    numbers = [
        *function_numbers(source, found.coverage, at),
        *process_numbers(source, parts, settings, last),
        *service_numbers(source, services, since, last),
        *lost_numbers(source, lost, since, last),
        *member_numbers(source, stays, at),
        *income_numbers(source, found.income, settings, at),
        governance_number(source, found.governance, year or last),
        *match_numbers(source, found.matching, last),
    ]  # fmt: skip
    found = replace(found, quantities=tuple(numbers))
    return replace(found, verdicts=judge(found, settings))


def _read(source: Source, year: int | None) -> tuple[pl.DataFrame, int, int]:
    """Rows of the platforms up to their last year, it, and the last year of rows or requests.

    Rows of no year are of the last one.
    """
    dataset, told = source.dataset, {}
    for table in ("platforms", "needs"):
        rows = source.read(source.sql(table)) if dataset.has(table) else pl.DataFrame(schema=_EMPTY)
        told[table] = [y for y in rows["year"].drop_nulls() if year is None or y <= year]
    last = max([*told["platforms"], *told["needs"]], default=year or _elsewhere(dataset))
    at = max(told["platforms"], default=last)
    if not dataset.has("platforms"):
        return pl.DataFrame(schema=_EMPTY), at, last
    every = source.read(source.sql("platforms")).with_columns(pl.col("year").fill_null(at))
    return every.filter(pl.col("year") <= at), at, last


def _elsewhere(dataset: Dataset) -> int:
    """Last year of joint projects, else of the panel, where the platform's tables have none."""
    for table, column in (("projects", "start_year"), ("panel", "year")):
        if dataset.has(table, column):
            found = dataset.tables[table][column].max()
            if found is not None:
                return int(str(found))
    return 0


def _why(source: Source) -> tuple[str, str]:
    """Why nothing of a platform can be told, where that is so."""
    there = [t for t in TABLES if source.dataset.has(t)]
    if not there:
        return ("the tables hold no platform, no shared resource and no request for one",
                "table platforms, resources or needs")  # fmt: skip
    if not any(source.rows(source.sql(t)).count for t in there):
        return (f"no row of {', '.join(there)} is of {source.region}",
                f"rows of {source.region} in {' or '.join(there)}")  # fmt: skip
    return "", ""


def _parts(
    source: Source, settings: Settings, since: int, last: int, at: int
) -> dict[str, dict[str, Part]]:
    """The four processes, as far as there are tables for them."""
    lacks, found = source.dataset.lacks, {}
    if not lacks({"resources": ("resource_id", "type", "capacity", "platform_id")}):
        found["collection"] = collection(source)
    if not lacks({"projects": ("project_id", "start_year"), "members": ("project_id", "org_id"),
                  "orgs": ("org_id", "type", "region")}):  # fmt: skip
        found["integration"] = integration(source, since, last)
    if not lacks({"needs": ("need_id", "type", "amount", "served")}):
        found["allocation"] = allocation(source, since, last)
    if not lacks({"platforms": ("members",), "patents": ("patent_id", "app_year"),
                  "applicants": ("patent_id", "org_id"),
                  "citations": ("citing", "cited")}):  # fmt: skip
        first = last - settings.whole("technology_years") + 1
        found["reinnovation"] = reuse(source, at, first, last)
    return found


def _kinds(dataset: Dataset) -> dict[str, str]:
    if not dataset.has("orgs", "org_id", "type"):
        return {}
    rows = dataset.tables["orgs"].select("org_id", pl.col("type").fill_null(""))
    return dict(rows.iter_rows())


def _claims(source: Source, items: tuple[str, ...], year: int) -> tuple[Judged, ...]:
    """Claims name no region: they are of the dataset's own, or of the only one studied."""
    if not source.dataset.has("claims") or source.home not in ("", source.region) or year < 1:
        return tuple(Judged(i, Truth.CANNOT_TELL, (), (), 0) for i in items)
    return judged(source.dataset.tables["claims"], items, year)


def _matching(source: Source, settings: Settings, last: int) -> Matching | None:
    """The needs of the last year that has any, against the resources."""
    if not (source.dataset.has("needs") and source.dataset.has("resources")):
        return None
    years = [y for y in source.read(source.sql("needs"))["year"].drop_nulls() if y <= last]
    return matching(source, max(years, default=last), last, settings)


def _rubrics(
    source: Source, found: PlatformStudy, kinds: Mapping[str, str]
) -> tuple[Scored, ...]:
    """The shipped rubrics, applied to the sub-platforms as one centre."""
    if found.reason:
        return ()
    values = {"alliance_kinds": _alliance(source, found, kinds), **_spending(source, found)}
    values["rd_staff_share"] = Value(None, "no table holds the staff of a platform")
    done = []
    for rubric in shipped():
        items = tuple(i.claim for i in rubric.items if i.claim)
        claims = {j.item: j for j in _claims(source, items, found.year)}
        done.append(scored(rubric, values, claims))
    return tuple(done)


def _alliance(source: Source, found: PlatformStudy, kinds: Mapping[str, str]) -> Value:
    members = {m for c in (found.coverage.cells if found.coverage else ()) for m in c.members}
    there = {kinds.get(m, "") for m in members}
    if not members:
        return Value(None, "the platform's members are not listed", "members in platforms")
    wanted = ("enterprise", "university", "institute")
    have = [k for k in wanted if k in there]
    if "" in there and len(have) < len(wanted):
        return Value(None, "the kind of some members is not known", "type in orgs")
    return Value(float(len(have)), evidence=(f"members of {found.year}: {', '.join(have)}",))


def _spending(source: Source, found: PlatformStudy) -> dict[str, Value]:
    """R&D of the platforms' own organisations, in yuan where the tables are in yuan."""
    names = sorted({c.platform for c in (found.coverage.cells if found.coverage else ())})
    settles = "the platforms as organisations in orgs, with rd_spend"
    gap = Value(None, "no platform stands in the table of organisations with its R&D", settles)
    if not source.dataset.has("orgs", "rd_spend"):
        return {"rd_spend": gap, "rd_cost_share": gap}
    own = source.dataset.tables["orgs"].filter(pl.col("org_id").is_in(names))
    if own["rd_spend"].drop_nulls().len() < len(names) or not names:
        return {"rd_spend": gap, "rd_cost_share": gap}
    money, currency = float(own["rd_spend"].sum()), source.dataset.manifest.dataset.currency
    said = (f"R&D of {', '.join(names)}",)
    yuan = currency.upper() in ("CNY", "RMB", "YUAN")
    return {
        "rd_spend": Value(money, evidence=said) if yuan else Value(
            None, f"the rule is in yuan, the tables are in {currency}", "tables in yuan"),
        "rd_cost_share": gap if found.income is None or not found.income.cost else Value(
            money / found.income.cost, evidence=(*said, "over the whole income")),
    }  # fmt: skip
