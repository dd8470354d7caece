"""What a region might turn to: classes it lacks, by relatedness density and complexity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.measures.relatedness.complexity import Complexity, complexity
from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.relatedness.nearness import density, outlook_gain
from regionlift.measures.relatedness.specialisation import advantaged, location_quotient
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.front import LEAST_REGIONS, by_region, counted
from regionlift.measures.technology.portfolio import Portfolios, portfolios

#: (near, complex) -> name of the quarter.
QUARTERS = {
    (True, True): "high road", (True, False): "slow road", (False, True): "casino",
    (False, False): "dead end",
}  # fmt: skip


@dataclass(frozen=True)
class Option:
    """A class without revealed advantage here; ``level`` is its location quotient.

    ``gain`` is what it would add to the region's outlook, in standard deviations of complexity.
    ``patents`` are whole ones, of all regions, ``local`` those with an applicant of this one.
    """

    klass: str
    level: float
    density: float
    complexity: float
    patents: int
    local: int
    quarter: str
    gain: float = float("nan")


@dataclass(frozen=True)
class Options:
    """Options with the two cut points: medians of the region's own options.

    ``reason`` says why there are none; ``regions`` is how many the relatedness is read from;
    ``portfolios`` are those of all regions over the same classes.
    """

    options: tuple[Option, ...]
    near: float
    complex: float
    regions: int
    found: Complexity | None
    reason: str = ""
    portfolios: Portfolios | None = None


def options_of(filings: Filings) -> Options:
    """Options of the region; none where under ten regions file, or complexity has no order.

    Sources: Balland, Boschma, Crespo & Rigby 2019, Regional Studies 53, 1252-1268 (the two axes).
    """
    names, table = by_region(filings, filings.incidence)
    nan = float("nan")
    if len(names) < LEAST_REGIONS:
        return Options((), nan, nan, len(names), None,
                       f"applicants of {len(names)} regions are told; {LEAST_REGIONS} are needed")
    count, local = (np.asarray(m.sum(axis=0)).ravel() for m in (
        filings.incidence, filings.incidence[filings.local]))  # fmt: skip
    enough = counted(filings)
    # Advantage is against all classes, as on every page; related are those with patents enough.
    held = advantaged(table)[:, enough]
    order = complexity(held, scale="each")
    if order.reason:
        return Options((), nan, nan, len(names), order, order.reason)
    own = names.index(filings.region)
    phi = proximity(held)
    every = density(held, phi)
    near = every[own]
    gain = outlook_gain(held, phi, order.activities)[own]
    level = location_quotient(table)[own, enough]
    places = np.flatnonzero(enough)
    open_ = np.flatnonzero(~held[own] & np.isfinite(near) & np.isfinite(order.activities))
    if len(open_) < 4:
        return Options((), nan, nan, len(names), order, "the region has nearly all classes")
    cut_near, cut_complex = float(np.median(near[open_])), float(
        np.median(order.activities[open_]))  # fmt: skip
    options = tuple(
        Option(
            filings.classes[places[n]], float(level[n]), float(near[n]), float(order.activities[n]),
            int(count[places[n]]), int(local[places[n]]),
            QUARTERS[bool(near[n] >= cut_near), bool(order.activities[n] >= cut_complex)],
            float(gain[n]),
        )
        for n in open_
    )  # fmt: skip
    ranked = sorted(options, key=lambda o: (list(QUARTERS.values()).index(o.quarter), -o.density))
    classes = tuple(filings.classes[n] for n in places)
    beside = portfolios(names, table[:, enough], classes, held, every,
                        (order.regions, order.activities))  # fmt: skip
    return Options(tuple(ranked), cut_near, cut_complex, len(names), order, "", beside)
