"""The numbers of the platform as evidence: each with the SQL of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.platform.actions import Matching, needs_sql
from regionlift.measures.platform.claims import Judged
from regionlift.measures.platform.functions import Coverage
from regionlift.measures.platform.income import Income
from regionlift.measures.platform.members import LATER, Kept, Stay
from regionlift.measures.platform.processes import Lost, Part, Service
from regionlift.measures.platform.sources import FUNCTIONS, TYPES, Source
from regionlift.study.numbers import Gap, Numbers

NOTHING = Rows("", 0)
#: Process -> what it is numbered as.
PROCESSES = {
    "collection": "platform_collection", "integration": "platform_integration",
    "allocation": "platform_allocation", "reinnovation": "platform_reinnovation",
}  # fmt: skip
SCENARIOS = ("constant rate", "constant sum")


def why_not(source: Source, measure: str, otherwise: Gap) -> Gap:
    """Which table or column a number lacks, else the given reason."""
    lacking = source.dataset.lacks(registry()[measure].needs)
    if lacking:
        return Gap(f"not in the dataset: {lacking}", f"add {lacking}")
    return otherwise


def _of(source: Source, part: str, period: str) -> Numbers:
    subject = f"{source.region}|{part}" if part else source.region
    return Numbers(source.dataset, subject, period)


def function_numbers(source: Source, found: Coverage | None, year: int) -> Iterator[Quantity]:
    """Functions covered, and the services given in each."""
    of = f"coalesce(year, {year}) = {year}"
    make = _of(source, "", str(year))
    gap = why_not(source, "platform_functions", Gap(f"no platform of {source.region} in the tables",
                                                    f"platforms of {source.region}"))  # fmt: skip
    if found is None:
        yield make.of("platform_functions", None, NOTHING, gap)
        return
    rows = Rows(source.sql("platforms", of), len(found.cells))
    yield make.of("platform_functions", len(found.covered), rows, gap, n=len(FUNCTIONS))
    for function in FUNCTIONS:
        cells = found.of(function)
        told = [c.services for c in cells if c.services is not None]
        whole = sum(told) if len(told) == len(cells) else None
        rows = Rows(source.sql("platforms", f"{of} AND function = {quoted(function)}"), len(cells))
        yield _of(source, function, str(year)).of(
            "platform_services", whole, rows,
            Gap("some sub-platforms do not tell how many", "services in platforms"), n=len(cells),
        )  # fmt: skip


def process_numbers(
    source: Source, parts: Mapping[str, Mapping[str, Part]], settings: Settings, last: int
) -> Iterator[Quantity]:
    """Four processes, all types together and each by itself."""
    since = last - settings.whole("platform_years") + 1
    first = last - settings.whole("technology_years") + 1
    periods = {"collection": str(last), "reinnovation": f"{first}-{last}"}
    none = {
        "collection": Gap("no resource of it is in the tables", "resources, with capacity"),
        "integration": Gap("no joint project counts, or nobody who holds a resource of it is in "
                           "one", "projects, members and the type of every organisation; org_id "
                           "in resources"),
        "allocation": Gap("no request for it is told to be served or not", "needs, with served"),
        "reinnovation": Gap("its circle has no patent in the tables, or nobody holds a resource "
                            "of it", "members in platforms; patents with applicants; org_id in "
                            "resources"),
    }  # fmt: skip
    for process, measure in PROCESSES.items():
        own = parts.get(process, {})
        gap = why_not(source, measure, none[process])
        for kind in ("", *TYPES):
            part = own.get(kind)
            make = _of(source, kind, periods.get(process, f"{since}-{last}"))
            if part is None or part.share is None:
                yield make.of(measure, None, NOTHING, gap)
            else:
                yield make.of(measure, part.share, part.rows, gap, n=part.n)


def service_numbers(
    source: Source, services: Mapping[str, Service], since: int, last: int
) -> Iterator[Quantity]:
    """Median days and requests waiting."""
    for kind in ("", *TYPES):
        one, make = services.get(kind), _of(source, kind, f"{since}-{last}")
        late = why_not(source, "platform_days", Gap("no served request tells its days",
                                                    "days in needs"))  # fmt: skip
        asks = why_not(source, "platform_queue", Gap("no request", "needs, with served"))
        yield make.of("platform_days", one.days if one else None, one.timed if one else NOTHING,
                      late, n=one.timed.count if one else None)  # fmt: skip
        yield make.of("platform_queue", one.waiting if one else None,
                      one.queue if one else NOTHING, asks)  # fmt: skip


def lost_numbers(
    source: Source, lost: Mapping[str, tuple[Lost, Rows]], since: int, last: int
) -> Iterator[Quantity]:
    """Where what was asked for of each type was lost; derived, by an account of our own."""
    for kind in TYPES:
        one = lost.get(kind)
        make = _of(source, kind, f"{since}-{last}")
        for cause in ("lack", "collection", "allocation"):
            measure = f"platform_lost_{cause}"
            gap = why_not(source, measure, Gap("nothing of it was asked for", "needs, with served"))
            share = one[0].shares.get(cause) if one else None
            yield make.of(measure, share, one[1] if one else NOTHING, gap,
                          provenance=Provenance.DERIVED)  # fmt: skip


def member_numbers(source: Source, found: Stay | None, year: int) -> Iterator[Quantity]:
    """Members still there, by kind, core enterprises and institutes; new kinds."""
    gap = why_not(source, "platform_persistence", Gap(
        f"no list of members is told both of a year and of {LATER} years later",
        "members in platforms, of four years or more"))  # fmt: skip
    named = f"members IS NOT NULL AND coalesce(year, {year}) <= {year}"
    rows = NOTHING if found is None else source.rows(source.sql("platforms", named))

    def kept(measure: str, part: str, one: Kept | None) -> Quantity:
        period = f"{found.first}-{found.last}" if found else str(year)
        share = one.share if one else None
        return _of(source, part, period).of(measure, share, rows, gap, n=one.pairs if one else None)

    yield kept("platform_persistence", "", found.every if found else None)
    yield kept("platform_persistence_core", "", found.core if found else None)
    for kind, one in (found.kinds if found else {}).items():
        yield kept("platform_persistence", kind or "not known", one)
    ends = f"{named} AND coalesce(year, {year}) IN ({year}, {year - LATER})"
    known = found is not None and found.known
    yield _of(source, "", f"{year - LATER}-{year}").of(
        "platform_new_types", len(found.new) if found and known else None,
        source.rows(source.sql("platforms", ends)) if known else NOTHING, gap,
    )  # fmt: skip


def income_numbers(
    source: Source, found: Income | None, settings: Settings, year: int
) -> Iterator[Quantity]:
    """Private share by year and its change, break-even, money needed, runway."""
    gap = why_not(source, "platform_private_share", Gap(
        "no year tells private and public income of every sub-platform",
        "income_private and income_public in platforms"))  # fmt: skip
    now = _of(source, "", str(year))
    few = Gap(f"fewer than {settings.whole('minimum_years')} years tell both incomes, or one "
              "without private income", "both incomes of more years")  # fmt: skip
    if found is None:
        for measure in ("platform_private_share", "platform_private_trend", "platform_shortfall",
                        "platform_runway"):  # fmt: skip
            yield now.of(measure, None, NOTHING, gap)
        for scenario in SCENARIOS:
            yield _of(source, scenario, str(year)).of("platform_break_even", None, NOTHING, gap)
        return
    for place, one in enumerate(found.years):
        rows = source.rows(source.sql("platforms", f"coalesce(year, {year}) = {one}"))
        yield _of(source, "", str(one)).of(
            "platform_private_share", found.share(place), rows,
            Gap("no income in the year", "income in platforms"))  # fmt: skip
    span = f"{found.years[0]}-{found.years[-1]}"
    listed = ", ".join(map(str, found.years))
    every = source.rows(source.sql("platforms", f"coalesce(year, {year}) IN ({listed})"))
    trend = found.trend
    yield _of(source, "", span).of("platform_private_trend", trend.value if trend else None, every,
                                   few, n=len(found.years),
                                   bounds=trend.ends if trend else None)  # fmt: skip
    ahead = {a.scenario: a for a in found.ahead}
    never = Gap("private income does not grow: on this trend there is no break-even", few.settles)
    for scenario in SCENARIOS:
        one_way = ahead.get(scenario)
        yield _of(source, scenario, span).of(
            "platform_break_even", one_way.years if one_way else None, every,
            never if one_way else few, n=len(found.years), provenance=Provenance.DERIVED,
            bounds=one_way.ends if one_way else None)  # fmt: skip
    yield _of(source, "", span).of("platform_shortfall", found.shortfall, every,
                                   never if ahead else few,
                                   provenance=Provenance.DERIVED)  # fmt: skip
    yield _of(source, "", span).of("platform_runway", *_runway(found, settings, every, few, never),
                                   provenance=Provenance.CLAIMED)  # fmt: skip


def _runway(
    found: Income, settings: Settings, rows: Rows, few: Gap, never: Gap
) -> tuple[float | None, Rows, Gap]:
    """Committed years less years to break-even; what is committed the user must say."""
    committed, needed = settings["platform_committed"], found.later
    if needed is None:
        return None, rows, never if found.ahead else few
    if needed == 0:
        return committed, rows, few
    if not committed:
        return None, rows, Gap(
            "how long public and alliance money is committed is not told; "
            f"{needed:.1f} years are needed", "the setting platform_committed, in years",
        )  # fmt: skip
    return committed - needed, rows, few


def governance_number(source: Source, items: Sequence[Judged], year: int) -> Quantity:
    """Checklist items met over items judged, claimed."""
    told = [j for j in items if j.truth is not Truth.CANNOT_TELL]
    ids = [j.newest.id for j in told if j.newest]
    sql = (f"SELECT * FROM claims WHERE claim_id IN ({', '.join(map(quoted, ids)) or 'NULL'}) "
           "ORDER BY claim_id")  # fmt: skip
    met = sum(j.truth is Truth.MET for j in told)
    gap = why_not(source, "platform_governance", Gap(
        "no signed claim on the checklist counts at the end of the year",
        "signed claims on " + ", ".join(j.item for j in items)))  # fmt: skip
    return Numbers(source.dataset, source.region, str(year), Provenance.CLAIMED).of(
        "platform_governance", met / len(told) if told else None,
        Rows(sql, len(ids)) if told else NOTHING, gap, n=len(told),
    )  # fmt: skip


def match_numbers(source: Source, found: Matching | None, year: int) -> Iterator[Quantity]:
    """Needs left unmet by the cheapest assignment, and scarcity by type."""
    gap = why_not(source, "needs_unmet", Gap("no need with an amount in the year", "needs"))
    make = _of(source, "", str(found.year if found else year))
    if found is None:
        yield make.of("needs_unmet", None, NOTHING, gap)
        yield make.of("needs_scarcest", None, NOTHING, gap)
        return
    rows = Rows(needs_sql(source, found.year), found.needs.height)
    yield make.of("needs_unmet", found.whole, rows, gap, n=found.needs.height,
                  provenance=Provenance.DERIVED)  # fmt: skip
    yield make.of("needs_scarcest", max(found.scarcity.values()), rows, gap,
                  provenance=Provenance.DERIVED)  # fmt: skip
    for kind, asked in found.asked.items():
        own = _of(source, kind, str(found.year))
        count = found.count[kind]
        rows = Rows(needs_sql(source, found.year, kind), count)
        yield own.of("needs_unmet", found.left[kind] / asked if asked else None, rows,
                     Gap("nothing is asked for", "amount in needs"), n=count,
                     provenance=Provenance.DERIVED)  # fmt: skip
        stock = f"capacity IS NOT NULL AND type = {quoted(kind)}"
        yield own.of("needs_scarcest", found.scarcity[kind],
                     source.rows(source.sql("resources", stock)), gap,
                     provenance=Provenance.DERIVED)  # fmt: skip


