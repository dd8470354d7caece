"""Levers move the network the way they say, and the protocol names what is in force."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from regionlift.forecast.calibrate import calibrate
from regionlift.forecast.ensemble import Comparison, compare, simulate
from regionlift.forecast.levers import (
    LEVERS,
    Alliances,
    BringIn,
    FundingVolume,
    Lever,
    LoseOrganisation,
    NewcomerQuota,
    SearchCost,
    SizeMix,
    settings,
)
from regionlift.forecast.odd import ELEMENTS, odd
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.state import COUNTS, observe
from regionlift.measures.network.affiliations import TYPES
from urns import grown

BASE = UrnParameters(theta=30, same_type=1.0, cognition=2.0)


def against(
    levers: Sequence[Lever], parameters: UrnParameters = BASE, years: int = 3
) -> Comparison:
    return compare(grown(), 2005, years, parameters, levers, replicates=40, seed=4)


def moved(found: Comparison, name: str) -> float:
    return float(found.difference(name).mean())


def busiest() -> str:
    start = observe(grown(), 2005)
    running = start.org[start.end[start.event] >= 2006]
    return start.ids[int(np.bincount(running).argmax())]


def every() -> list[Lever]:
    return [
        FundingVolume(1.5), SizeMix(1.0), Alliances(0.6), SearchCost(0.2, 4.0),
        NewcomerQuota(0.6), BringIn(30, "institute", 2006), LoseOrganisation(busiest(), 2006),
    ]  # fmt: skip


def test_more_funding_fills_more_seats_and_brings_more_newcomers_but_not_in_proportion() -> None:
    found = against([FundingVolume(1.5)])
    seats = found.scenario.counts["participations"] / found.baseline.counts["participations"]
    assert np.median(seats) == pytest.approx(1.5, abs=0.03)
    entries = found.scenario.counts["entries"].sum() / found.baseline.counts["entries"].sum()
    assert 1.1 < entries < 1.5
    low, _, high = found.interval("ties")
    assert (low[-1] > 0) and (high > low).all()


def test_larger_consortia_make_more_ties_of_the_same_seats() -> None:
    found = against([SizeMix(2.0)])
    assert moved(found, "projects") < 0 < moved(found, "formed_ties")
    assert moved(against([SizeMix(-2.0)]), "projects") > 0


def test_alliances_repeat_teams_and_raise_shared_knowledge() -> None:
    found = against([Alliances(0.8, 0.5)])
    assert moved(found, "repeat_share") > 0.05
    assert moved(found, "shared") > 0.05
    assert moved(found, "entries") < 0
    assert moved(against([Alliances(0.8, 0.0)]), "shared") < moved(found, "shared") / 2


def test_cheaper_search_brings_strangers_together() -> None:
    assert moved(against([SearchCost(0.0)], replace(BASE, trust=0.6)), "repeat_share") < -0.02


def test_a_quota_gives_seats_to_newcomers_and_one_below_entry_changes_nothing() -> None:
    assert moved(against([NewcomerQuota(0.8)]), "entries") > 20
    found = against([NewcomerQuota(0.0)])
    assert all((found.difference(n) == 0).all() for n in COUNTS)


def test_organisations_brought_in_appear_with_their_type() -> None:
    found = against([BringIn(30, "platform", 2006)])
    gained = found.scenario.by_type["platform"] - found.baseline.by_type["platform"]
    assert gained[:, 0].mean() == pytest.approx(30, abs=4)
    assert found.difference("entries")[:, 0].mean() == pytest.approx(30, abs=8)
    late = against([BringIn(30, "platform", 2008)])
    assert (late.difference("active")[:, :2] == 0).all()


def test_a_lost_organisation_takes_its_ties_along() -> None:
    lost = busiest()
    done = simulate(
        grown(), 2005, 3, BASE, replicates=5, levers=[LoseOrganisation(lost, 2007)], events=5
    )
    for history in done.events:
        who = history.ids.index(lost)
        assert (history.start[history.event[history.org == who]] < 2007).all()
    for r, history in enumerate(done.events):
        for h, year in enumerate(done.years):
            i, j, _ = history.active(year).ties()
            gone = (year >= 2007) & ((i == who) | (j == who))
            assert done.counts["ties"][r, h] == (~gone).sum()
    found = against([LoseOrganisation(lost, 2006)])
    assert found.difference("ties")[:, 0].mean() < 0


def test_scenarios_share_parameters_volumes_and_what_comes_before_the_lever() -> None:
    found = against([FundingVolume(2.0, first=2008), Alliances(1.0, first=2008),
                     NewcomerQuota(0.9, first=2008)])  # fmt: skip
    for name in COUNTS:
        assert (found.difference(name)[:, :2] == 0).all(), name
        assert (found.difference(name)[:, 2] != 0).any(), name
    assert found.text().count("from 2008 on") == 3


def test_every_lever_changes_the_network_and_says_what_it_is_set_to() -> None:
    assert {type(lever) for lever in every()} == set(LEVERS)
    for lever in every():
        found = against([lever], years=1)
        assert any((found.difference(n) != 0).any() for n in COUNTS), lever
        for value in settings(lever).values():
            shown = f"{value:.0%}" if isinstance(value, float) and value < 1 else f"{value}"
            said = lever.describe()
            assert value is None or shown in said or f"{value:g}" in said, (value, said)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: FundingVolume(0), "factor must be above 0"),
        (lambda: Alliances(1.2), "share must be from 0 to 1"),
        (lambda: Alliances(0.2, -1), "sharing must be from 0 to 1"),
        (lambda: SearchCost(2), "slope must be from 0 to 1"),
        (lambda: SearchCost(1, 0), "pool must be above 0"),
        (lambda: NewcomerQuota(-0.1), "share must be from 0 to 1"),
        (lambda: BringIn(0, "platform", 2006), "number must be above 0"),
        (lambda: BringIn(3, "plattform", 2006), "type must be one of enterprise"),
        (lambda: against([BringIn(3, "platform", 2030)]), "year 2030 is not simulated: 2006 to"),
        (lambda: against([LoseOrganisation("nobody", 2006)]), "'nobody' has no event before"),
        (lambda: against([FundingVolume(2, first=2030)]), "begins in 2030, the simulation ends"),
        (lambda: against([]), "a scenario needs a lever"),
    ],
)
def test_levers_that_make_no_sense_are_refused(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_the_protocol_has_the_seven_elements_and_names_every_parameter_and_lever() -> None:
    text = odd(BASE)
    assert [line[6:] for line in text.splitlines() if line.startswith("## ")] == list(ELEMENTS)
    for entry in fields(UrnParameters):
        assert f"`{entry.name}`" in text
        assert entry.metadata["says"] in text
    for kind in LEVERS:
        assert kind.__name__ in text
    assert all(name in text for name in (*COUNTS, *TYPES))
    assert "Levers pulled\n\nNone." in text


def test_any_changed_parameter_lever_or_size_changes_the_protocol() -> None:
    text = odd(BASE)
    for entry in fields(UrnParameters):
        value = getattr(BASE, entry.name)
        changed = {
            "learning": (0.3,) * (len(TYPES) + 1), "barter": True, "kinds": 7.0,
            "candidates": 9.0,
        }.get(entry.name, None if isinstance(value, tuple) else value * 0.5 + 0.31)  # fmt: skip
        assert odd(replace(BASE, **{entry.name: changed})) != text, entry.name
    seen = {odd(BASE, levers=[lever]) for lever in every()}
    assert len(seen) == len(every())
    assert odd(BASE, levers=[Alliances(0.6, 0.2)]) != odd(BASE, levers=[Alliances(0.6, 0.3)])
    assert "17 years" in odd(BASE, horizon=17)
    assert "321 replicates" in odd(BASE, replicates=321)
    start = observe(grown(), 2005)
    assert f"{start.organisations} organisations" in odd(BASE, start=start)


def test_the_protocol_of_a_calibration_tells_ranges_and_misfit() -> None:
    fitted = calibrate(grown(), 2005, simulations=40, nearest=0.2)
    text = odd(fitted)
    for name, middle, low, high in fitted.table():
        assert f"| `{name}` |" in text
        assert f"{middle:.3g} ({low:.3g} to {high:.3g}) | fitted" in text
    for misfit in fitted.misfit:
        assert f"| {misfit.name} | {misfit.observed:.3f} |" in text
    assert "8 posterior draws" in text
