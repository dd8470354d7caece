"""The forecast inside a run: what is shown, what is said against it, and that it can be off."""

from __future__ import annotations

import json

import numpy as np
import pytest

from recompute import payload_of
from regionlift.evidence.quantity import Provenance, Status
from regionlift.forecast.hindcast import NOT_BETTER, PERSISTENCE, SIMULATION
from regionlift.forecast.levers import LoseOrganisation
from regionlift.output.payload import Page
from regionlift.run import Run
from regionlift.study import NetworkStudy
from regionlift.study.outlook import AHEAD, levers, outlook


@pytest.fixture(scope="module")
def net(beijiang: Run) -> NetworkStudy:
    found = beijiang.study.network
    assert found is not None and not found.outlook.reason
    return found


def words(page: Page) -> str:
    return json.dumps(page, ensure_ascii=False)


def test_the_model_shown_is_the_one_past_years_speak_for(net: NetworkStudy) -> None:
    ahead = net.outlook
    assert ahead.hindcast is not None and len(ahead.hindcast.origins) == 3
    for count, fan in ahead.fans.items():
        stood = ahead.hindcast.standing(count)
        assert fan.model == (PERSISTENCE if stood.better is False else SIMULATION)
        assert fan.said == stood.text
        assert (fan.low <= fan.median).all() and (fan.median <= fan.high).all()
        assert all(w.factor >= 1 for w in fan.widening.values())


def test_persistence_keeps_the_last_count_in_the_middle(net: NetworkStudy) -> None:
    kept = [f for f in net.outlook.fans.values() if f.model == PERSISTENCE]
    assert kept, "in the invented province the simulation loses somewhere"
    for fan in kept:
        assert fan.median == pytest.approx(np.repeat(fan.past[-1], len(fan.median)), rel=0.1, abs=2)


def test_the_report_says_where_the_simulation_loses(beijiang: Run, net: NetworkStudy) -> None:
    pages = {p["id"]: words(p) for p in payload_of(beijiang.out / "report.html")["pages"]}
    worse = any(f.model == PERSISTENCE for f in net.outlook.fans.values())
    assert (NOT_BETTER in pages["network"]) == worse
    for gate in net.outlook.gates:
        assert gate.achieved in pages["hindcast"]
    assert "no effect" in pages["network"].lower()


def test_every_forecast_has_its_interval_and_rows(net: NetworkStudy) -> None:
    own = [q for q in net.outlook.quantities if q.measure in AHEAD.values()]
    assert len(own) == len(AHEAD) * len(net.outlook.years)
    for q in own:
        assert q.status is Status.KNOWN and q.provenance is Provenance.DERIVED
        assert q.low is not None and q.high is not None and q.value is not None
        assert q.low <= q.value <= q.high and q.rows > 0


def test_likely_ties_are_new_and_touch_the_region(net: NetworkStudy) -> None:
    ranking = net.outlook.ranking
    assert ranking is not None and ranking.kind == "new" and ranking.pairs
    place = {i: v for v, i in enumerate(net.affiliations.ids)}
    i, j, _ = net.affiliations.ties()
    met = set(zip(i.tolist(), j.tolist(), strict=True))
    for pair in ranking.pairs:
        a, b = sorted((place[pair.first], place[pair.second]))
        assert (a, b) not in met
        assert net.affiliations.inside[a] or net.affiliations.inside[b]


def test_the_protocol_lies_beside_the_exchange_files(beijiang: Run) -> None:
    text = (beijiang.out / "network" / "odd.md").read_text("utf-8")
    for number in range(1, 8):
        assert f"## {number}. " in text


def test_a_core_enterprise_can_be_lost_by_name(net: NetworkStudy) -> None:
    core = net.structure.organisations.row(0, named=True)
    pulled = levers(net.outlook.years, (core["org_id"],))
    assert isinstance(pulled[-1], LoseOrganisation)
    assert not any(isinstance(x, LoseOrganisation) for x in levers(net.outlook.years))
    said = net.outlook.scenarios[-1].text
    assert core["name"] in said and f"{core['org_id']} leaves" not in said


def test_without_years_or_organisations_there_is_none_and_a_reason(
    beijiang: Run, net: NetworkStudy
) -> None:
    from regionlift.evidence.settings import settings

    dataset = beijiang.study.dataset
    off = settings({**dataset.manifest.settings, "forecast_years": 0})
    none = outlook(dataset, off, net.region, net.affiliations, net.begins, net.last)
    assert "forecast_years is 0" in none.reason and not none.quantities
    few = net.affiliations.among(np.arange(net.affiliations.organisations) < 12)
    on = settings(dataset.manifest.settings)
    small = outlook(dataset, on, net.region, few, net.begins, net.last)
    assert "20 organisations in joint events are needed" in small.reason


def test_more_money_means_more_ties_in_the_simulation(net: NetworkStudy) -> None:
    more = next(s for s in net.outlook.scenarios if s.text.startswith("Funding volume"))
    assert more.change["ties"][0] > 0
