"""Where the network of one region is going: forecast, its past failures, likely new ties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.forecast.ahead import StockAhead, stock_ahead
from regionlift.forecast.baselines import baseline
from regionlift.forecast.calibrate import Calibration, calibrate
from regionlift.forecast.ensemble import Ensemble, simulate
from regionlift.forecast.hindcast import COUNTED, SIMULATION, Gate, Hindcast, hindcast, past_origins
from regionlift.forecast.levers import (
    Alliances,
    BringIn,
    FundingVolume,
    Lever,
    LoseOrganisation,
    NewcomerQuota,
    SearchCost,
    SizeMix,
)
from regionlift.forecast.links import LinkScore, Ranking, evaluate_links, rank
from regionlift.forecast.odd import odd
from regionlift.forecast.state import Floats, observe, observed_counts
from regionlift.forecast.widen import Widening, widen
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.numbers import Rows, of_estimate, registered_unit, rows_of
from regionlift.measures.network.readings import Estimate

#: Counts shown ahead -> the registered number.
AHEAD = {
    "active": "forecast_active", "entries": "forecast_entries", "exits": "forecast_exits",
    "ties": "forecast_ties", "new_ties": "forecast_new_ties",
}  # fmt: skip

#: Organisations below which a simulation has nothing to draw on.
LEAST = 20


@dataclass(frozen=True)
class Fan:
    """One count ahead, by the model that past years give most reason to show.

    Parameters
    ----------
    model : ``"simulation"`` or ``"persistence"``
    said : why this one
    widening : stretch of each year ahead
    median, low, high : (h,)
    past : (n,) the count in the years of the record up to the origin
    """

    count: str
    model: str
    said: str
    widening: dict[int, Widening]
    median: Floats
    low: Floats
    high: Floats
    past: Floats

    @property
    def calibrated(self) -> bool:
        """Whether every year ahead rests on enough past origins."""
        return all(w.status == "calibrated" for w in self.widening.values())


@dataclass(frozen=True)
class Scenario:
    """What one lever moves in the last year ahead, against the same futures without it.

    Parameters
    ----------
    text : the lever in words
    change : count -> median, lower and upper end of the difference
    """

    text: str
    change: dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Outlook:
    """Forecast from the last year, with everything that speaks against it.

    Parameters
    ----------
    reason : why there is none; then the rest is empty
    origin, years, record : last year seen, years ahead, years of the record
    fans : a fan a count
    hindcast, gates : past forecasts and what was asked of them
    calibration : what was fitted, and which summaries it does not reproduce
    ranking : pairs most likely to meet
    stock : where the active stock is going; None where it cannot be read
    scenarios : what the levers of a government move in the network
    protocol : the simulation in ODD form, as Markdown
    """

    reason: str
    origin: int
    years: tuple[int, ...] = ()
    record: tuple[int, ...] = ()
    fans: dict[str, Fan] = field(default_factory=dict)
    hindcast: Hindcast | None = None
    gates: tuple[Gate, ...] = ()
    calibration: Calibration | None = None
    ranking: Ranking | None = None
    stock: StockAhead | None = None
    scenarios: tuple[Scenario, ...] = ()
    protocol: str = ""
    quantities: tuple[Quantity, ...] = ()


def outlook(
    dataset: Dataset, settings: Settings, region: str, events: Affiliations, begins: int,
    last: int, cores: tuple[str, ...] = (),
) -> Outlook:  # fmt: skip
    """Forecast the region's own network and rank the ties it may form.

    The simulation holds the region's organisations and what they do together; likely ties are
    ranked with the organisations of elsewhere as well.

    Parameters
    ----------
    events : events with a member of the region that begin by ``last``, with all members
    begins : first year of the record
    cores : identifiers of core enterprises, the best connected first
    """
    horizon = settings.whole("forecast_years")
    home = events.among(events.inside)
    if not horizon:
        return Outlook("the setting forecast_years is 0", last)
    if home.organisations < LEAST:
        reason = f"{LEAST} organisations in joint events are needed, there are {home.organisations}"
        return Outlook(reason, last)
    back = _reach(home, horizon, last)
    origins = past_origins(home, back, last=last)
    seed = np.random.SeedSequence([settings.whole("seed"), 11])
    seeds = seed.spawn(4)
    level = settings["confidence"]
    replicates = settings.whole("forecast_replicates")
    try:
        past = None
        if origins:
            past = hindcast(home, origins, back, last=last, level=level, links=False, seed=seeds[0],
                            workers=2)  # fmt: skip
            past = replace(past, links=_links(events, origins, seeds[0]))
        fitted = calibrate(home, last, simulations=400, nearest=0.06, seed=seeds[1], workers=2)
        future = simulate(
            home, last, horizon, fitted, replicates=replicates, seed=seeds[2], workers=2
        )
    except ValueError as error:
        return Outlook(str(error), last)
    record = tuple(range(begins, last + 1))
    counts = {k: v.astype(float) for k, v in observed_counts(home, record).items()}
    years = tuple(range(last + 1, last + horizon + 1))
    fans = {}
    drawn: Floats | None = None
    for place, count in enumerate(AHEAD):
        shown = past.shown(count) if past else SIMULATION
        draws = future.draws(count)
        if shown != SIMULATION:
            as_before = baseline(
                "persistence", counts[count], horizon, replicates=replicates,
                seed=seeds[3].spawn(len(AHEAD))[place], kind=COUNTED[count],
            )  # fmt: skip
            draws = draws if as_before is None else as_before
        said = past.standing(count).text if past else "uncalibrated: no past origin"
        stretch = past.widenings(count, range(1, horizon + 1), shown) if past else _unstretched(
            horizon
        )  # fmt: skip
        wide = widen(draws, [stretch[h].factor for h in range(1, horizon + 1)])
        tails = (1 - level) / 2
        low, middle, high = np.quantile(wide, [tails, 0.5, 1 - tails], axis=0)
        fans[count] = Fan(count, shown, said, stretch, middle, low, high, counts[count])
        if count == "active":
            drawn = wide
    ranking = rank(events, last, min(3, horizon), top=100, seed=seeds[3])
    stock = None
    if drawn is not None and horizon >= 3 and counts["active"][-1] > 0:
        stock = stock_ahead(counts["active"][1:], drawn)
    found = Outlook(
        "", last, years, record, fans, past, past.gates() if past else (), fitted, ranking, stock,
        _scenarios(home, last, horizon, fitted, cores, seeds[2], level),
        odd(fitted, start=observe(home, last), horizon=horizon, replicates=replicates),
    )  # fmt: skip
    numbers = tuple(_quantities(found, dataset, settings, region, home))
    return Outlook(**{**found.__dict__, "quantities": numbers})


def levers(years: tuple[int, ...], cores: tuple[str, ...] = ()) -> tuple[Lever, ...]:
    """One of each lever a government has, of a size that is easy to picture."""
    first = years[0]
    pulled: tuple[Lever, ...] = (
        FundingVolume(1.25), SizeMix(0.5), SizeMix(-0.5), Alliances(0.3), SearchCost(0.5, 2.0),
        NewcomerQuota(0.3), BringIn(10, "enterprise", first),
    )  # fmt: skip
    return (*pulled, LoseOrganisation(cores[0], first)) if cores else pulled


def _scenarios(
    home: Affiliations, last: int, horizon: int, fitted: Calibration, cores: tuple[str, ...],
    seed: np.random.SeedSequence, level: float, replicates: int = 200,
) -> tuple[Scenario, ...]:  # fmt: skip
    """Common random numbers: the same projects, volumes and yearly shocks with and without."""
    tails = [0.5, (1 - level) / 2, (1 + level) / 2]

    def run(pulled: tuple[Lever, ...]) -> Ensemble:
        return simulate(
            home, last, horizon, fitted, replicates=replicates, seed=seed, levers=pulled, workers=2
        )

    base = run(())
    found = []
    years = tuple(range(last + 1, last + horizon + 1))
    for lever in levers(years, cores):
        moved = run((lever,))
        change = {
            count: tuple(
                np.quantile(moved.draws(count)[:, -1] - base.draws(count)[:, -1], tails).tolist()
            )
            for count in ("active", "entries", "ties", "repeat_share")
        }
        said = lever.describe()
        if isinstance(lever, LoseOrganisation):
            said = said.replace(lever.organisation, home.names[home.ids.index(lever.organisation)])
        found.append(Scenario(said, change))
    return tuple(found)


def _links(
    events: Affiliations, origins: tuple[int, ...], seed: np.random.SeedSequence
) -> tuple[LinkScore, ...]:
    """Rankings of pairs with an end inside the region at each past origin, one year ahead."""
    return tuple(
        score
        for origin in origins
        for score in evaluate_links(
            events.where(events.start <= origin + 1), origin, 1, local=True, near=100_000,
            far=50_000, seed=np.random.SeedSequence([*_words(seed), origin]),
        )
    )  # fmt: skip


def _words(seed: np.random.SeedSequence) -> list[int]:
    entropy = seed.entropy
    first = entropy if isinstance(entropy, int) else list(entropy or ())
    return [*([first] if isinstance(first, int) else first), *seed.spawn_key]


def _reach(home: Affiliations, horizon: int, last: int) -> int:
    """Years ahead that three past origins can be checked on; else as many as one can."""
    for reach in range(horizon, 0, -1):
        if len(past_origins(home, reach, last=last)) >= 3:
            return reach
    return 1


def _unstretched(horizon: int) -> dict[int, Widening]:
    none = Widening(1.0, "uncalibrated", "no past origin", 0, 0, False, None, None, 0.0)
    return dict.fromkeys(range(1, horizon + 1), none)


def _quantities(
    found: Outlook, dataset: Dataset, settings: Settings, region: str, home: Affiliations
) -> Iterator[Quantity]:
    active = rows_of(dataset, settings, region, home, found.origin, found.origin, ties=False)
    inside = rows_of(dataset, settings, region, home, found.origin, found.origin, ties=True)
    for count, fan in found.fans.items():
        measure = AHEAD[count]
        rows: Rows = inside if "ties" in count else active
        for h, year in enumerate(found.years):
            yield Quantity(
                measure, region, str(year), float(fan.median[h]), registered_unit(measure),
                float(fan.low[h]), float(fan.high[h]), settings.whole("forecast_replicates"),
                provenance=Provenance.DERIVED, sql=rows.sql, rows=rows.count,
            )  # fmt: skip
        if found.hindcast is not None:
            stood = found.hindcast.standing(count)
            skill = Estimate(stood.skill, stood.origins, reason="persistence made no error")
            period = f"{found.hindcast.origins[0]}-{found.hindcast.origins[-1]}"
            yield of_estimate("forecast_skill", f"{region}|{count}", period, skill, rows)
    if found.stock is not None:
        n = settings.whole("forecast_replicates")
        period = f"{found.years[0]}-{found.years[2]}"
        for word, value in found.stock.shares.items():
            yield Quantity(
                "forecast_stock", f"{region}|{word}", period, value,
                registered_unit("forecast_stock"), n=n, provenance=Provenance.DERIVED,
                sql=active.sql, rows=active.count,
            )  # fmt: skip
