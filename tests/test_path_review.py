"""Faults once found in the core of the method, each held by what must not come back."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import INDUSTRIES, REGIONS
from path_readings import Said, known, said, small
from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.data.manifest import Break
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status, to_frame
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth, negate
from regionlift.forecast.tested.cases import Grid, change, grids_of, slopes
from regionlift.measures.network.own import own_shares, partners_only, record_of
from regionlift.measures.pathway.actors import outstanding_firms
from regionlift.measures.pathway.chain import able_suppliers
from regionlift.measures.position import place
from regionlift.paths.evaluate import judge, judge_path
from regionlift.paths.figure import causal
from regionlift.paths.load import shipped, thresholds
from regionlift.paths.order import DATA, deciding, order_of
from regionlift.paths.robust import robustness
from regionlift.paths.rules import parse, truth
from regionlift.plan.actions import candidates
from regionlift.study.paths import RegionReadings
from regionlift.study.scenarios import _cut

YES, NO, OPEN = Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL
NAMES = ("a", "b", "c")
YEARS = range(2010, 2021)
DEFAULTS = settings({}, thresholds(shipped()))

RULES = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} and {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
        inner.map(lambda p: f"(not {p})"),
    ),
    max_leaves=6,
)  # fmt: skip


def panel(regions: tuple[str, ...] = REGIONS, breaks: tuple[Break, ...] = ()) -> Dataset:
    rows = [
        {"region": r, "industry": i, "year": y, "value_added": 25.0 * n + 50 + m + y - 2010,
         "employment": 50.0 + m}
        for n, r in enumerate(regions) for m, i in enumerate(INDUSTRIES) for y in YEARS
    ]  # fmt: skip
    return from_frames({"panel": pl.DataFrame(rows)}, scope="gbt4754-2017", currency="CNY",
                       breaks=breaks)  # fmt: skip


def numbers(measure: str, values: dict[tuple[str, int], float], unit: str) -> pl.DataFrame:
    return to_frame([Quantity(measure, s, str(y), v, unit) for (s, y), v in values.items()])


# Conditions ---------------------------------------------------------------------------------------


@given(rule=RULES, given_=st.tuples(*[st.sampled_from([YES, NO, OPEN])] * len(NAMES)))
def test_what_keeps_a_rule_back_would_free_it_if_it_were_otherwise(
    rule: str, given_: tuple[Truth, ...]
) -> None:
    """Also under NOT, where a name keeps it back by being met: the reason was empty there."""
    node, truths = parse(rule, NAMES), dict(zip(NAMES, given_, strict=True))
    found = deciding(node, truths)
    if truth(node, truths) is not NO:
        assert found == ()
        return
    assert len(set(found)) == len(found) and all(truths[n] is not OPEN for n in found)
    if rule.count("a") - rule.count("and") <= 1 and max(map(rule.count, "bc")) <= 1:
        # where no name stands twice, each alone would do, or all together
        one = [truth(node, {**truths, n: negate(truths[n])}) is not NO for n in found]
        every = {**truths, **{n: negate(truths[n]) for n in found}}
        assert found and (all(one) or truth(node, every) is not NO)


def test_a_clause_under_not_is_named_as_what_keeps_it_back() -> None:
    node = parse("A1 and not A3", ("A1", "A3"))
    assert deciding(node, {"A1": YES, "A3": YES}) == ("A3",)
    assert deciding(node, {"A1": NO, "A3": YES}) == ("A1", "A3")


def test_a_house_value_says_why_the_peers_were_not_asked() -> None:
    """Two of twelve peers have it is not the same as no peer has it."""
    c = next(c for p in shipped() for c in p.clauses if c.id == "A0_repeat")
    why = "2 of 12 peers have it, 5 are needed"
    few = Quantity("peer_percentile", f"Beijiang|{c.measure}", "2023", None, "percentile",
                   status=Status.TOO_FEW, reason=why, settles="more")  # fmt: skip
    level = known(0.5, c.measure)
    found = judge(c, Said({(c.measure, "", "value"): level, (c.measure, "", "peers"): few}),
                  DEFAULTS)  # fmt: skip
    assert found.alone and found.truth is YES
    assert why in found.reason and "No peers have this number" not in found.reason


def test_a_link_that_leads_into_its_own_start_is_a_circle() -> None:
    link = small(links=1).links[0]
    same = link.model_copy(update={"start": (link.end,)})
    with pytest.raises(ValueError, match="circle"):
        causal([same])
    assert causal([same.model_copy(update={"feedback": True})]) == ()


@pytest.mark.parametrize("c", [c for p in shipped() for c in p.comparisons], ids=lambda c: c.id)
def test_a_source_speaks_of_peers_only_where_they_are_asked(c: Any) -> None:
    """A threshold of the house is not sold as one of the peers."""
    if "peer median" in c.source or "quartile of the peers" in c.source:
        assert c.against == "peers"
    assert "peers replace it" not in c.source


# Numbers ------------------------------------------------------------------------------------------


def test_a_firm_without_research_does_not_stand_out_where_hardly_any_firm_has_it() -> None:
    """The 95th percentile of research is zero there, and every firm was at or above it."""
    n = 100
    orgs = pl.DataFrame({
        "org_id": [f"E{i}" for i in range(n)], "name": [f"Firm {i}" for i in range(n)],
        "type": ["enterprise"] * n, "region": ["A" if i < 50 else "B" for i in range(n)],
        "rd_spend": [5.0 if i in (0, 60) else 0.0 for i in range(n)],
    })  # fmt: skip
    dataset = from_frames({"orgs": orgs}, scope="gbt4754-2017", currency="CNY")
    told = outstanding_firms(dataset, "A", 2020)
    assert told.value == 1 and told.rows.count == 1


def test_a_part_is_read_as_that_part_also_where_all_regions_have_the_measure() -> None:
    """The whole region's number once stood in for its part, among the whole of the peers."""
    measure = "location_quotient_value_added"
    whole = {(r, 2020): 0.1 for r in REGIONS}
    part = {(f"{r}|34", 2020): 0.02 * n for n, r in enumerate(REGIONS)}
    frames = {measure: numbers(measure, {**whole, **part}, "ratio")}
    peers: Any = SimpleNamespace(members=REGIONS[:2] + REGIONS[3:], second=())
    own = RegionReadings(panel(), frames, REGIONS[2], peers, settings({"minimum_peers": 5}), None,
                         {})  # fmt: skip
    assert own.read(measure, "", "value").value == 0.1
    at = own.read(measure, "34", "value")
    assert at.value == pytest.approx(0.04) and at.subject == f"{REGIONS[2]}|34"
    assert own.read(measure, "34", "peers").value == pytest.approx(40)
    assert own.read(measure, "35", "value").value is None


def test_prices_alone_are_no_bottleneck() -> None:
    """Where R&D at current prices rises by 4% everywhere and inventions stay, nothing is worse."""
    measure = "inventions_per_rd"
    values = {(r, y): (2 + n) / 1.04 ** (y - 2010) for n, r in enumerate(REGIONS) for y in YEARS}
    at = place(measure, numbers(measure, values, "inventions per million CNY"), panel(), REGIONS[0],
               REGIONS[1:], (), settings({"minimum_peers": 5}), None)  # fmt: skip
    assert at.trend.value == pytest.approx(0, abs=1e-9)


# Conditions against all regions -------------------------------------------------------------------


def test_a_slope_is_of_logs_region_by_region() -> None:
    """One region with a zero once turned the slopes of all into another unit."""
    years = tuple(range(2010, 2016))
    rows = np.array([100 * 1.05 ** np.arange(6), [0, 1, 2, 3, 4, 5], 7 * 0.9 ** np.arange(6)])
    found = slopes(Grid(("a", "b", "c"), years, rows), 2015, 5, 5)
    assert found[[0, 2]] == pytest.approx(100 * np.log([1.05, 0.9])) and np.isnan(found[1])
    apart = slopes(Grid(("a", "b", "c"), years, rows), 2015, 5, 5, relative=True)
    middle = 100 * np.log([1.05, 0.9]).mean()
    assert apart[[0, 2]] == pytest.approx(100 * np.log([1.05, 0.9]) - middle)


def test_no_change_and_no_trend_is_read_across_a_break() -> None:
    years = tuple(range(2010, 2021))
    rows = np.array([np.where(np.arange(11) < 6, 1.0, 3.0) * 1.02 ** np.arange(11)] * 2)
    grid = Grid(("a", "b"), years, rows, ((2016,), ()))
    moved = change(grid, 5)
    crossing = [n for n, y in enumerate(years) if y < 2016 <= y + 5 and y + 5 in years]
    assert np.isnan(moved[0, crossing]).all() and np.isfinite(moved[1, crossing]).all()
    assert np.isfinite(moved[0, 0])
    told = slopes(grid, 2020, 5, 5)
    assert told[0] == pytest.approx(100 * np.log(1.02)) and told[1] > 10
    assert np.isnan(slopes(grid, 2018, 5, 5)[0])


def test_breaks_of_the_manifest_reach_the_cases_region_by_region() -> None:
    cut = Break(table="panel", columns=("value_added",), year=2016, reason="survey",
                regions=(REGIONS[1],))  # fmt: skip
    dataset = panel(breaks=(cut,))
    measure = "high_tech_share_value_added"
    values = {(r, y): 0.2 + 0.01 * (y - 2010) for r in REGIONS for y in YEARS}
    grid = grids_of({measure: numbers(measure, values, "share")}, REGIONS, dataset)[measure]
    assert grid.breaks[1] == (2016,) and grid.breaks[0] == ()
    moved = change(grid, 5)
    assert np.isnan(moved[1, YEARS.index(2012)]) and np.isfinite(moved[0, YEARS.index(2012)])


# What if ------------------------------------------------------------------------------------------


def test_a_cut_counts_the_actions_there_were_and_names_those_in_their_place() -> None:
    """With 10 the first path's link is taken on; with 7 only the other's: one action each time."""
    def candidate(id: str, path: str, cost: float) -> Any:
        return SimpleNamespace(
            id=id, path=path, judged=SimpleNamespace(id=f"{path}1"), prepares=False, years=1,
            earliest=0, cost=SimpleNamespace(median=cost), after=(),
            action=SimpleNamespace(title=id), target=SimpleNamespace(name="here"),
        )  # fmt: skip

    plan: Any = SimpleNamespace(
        candidates=(candidate("dear", "p", 10), candidate("cheap", "q", 6)),
        ranks={"p1": 0, "q1": 0}, budget=(10.0,), cost=10.0,
        program=SimpleNamespace(best=SimpleNamespace(start={"dear": 0})),
    )  # fmt: skip
    cut = _cut(plan)
    assert cut is not None and cut.before == 1 and set(cut.program.best.start) == {"cheap"}
    assert cut.lost == ("dear (here)",) and cut.instead == ("cheap (here)",)


# Actions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stage", "ids"), [("value", {"steer_money"}), ("factor", set())])
def test_a_path_the_stage_speaks_against_has_no_action_while_data_are_awaited(
    stage: str, ids: set[str]
) -> None:
    """Met or not told, it is not for this stage: page 15 said so while the roadmap acted on it."""
    (path,) = (p for p in shipped() if p.id == "chain")
    step = {">=": 0.01, ">": 0.01, "<=": -0.01, "<": -0.01}
    values = {c.id: c.threshold + step[c.compare] for c in path.comparisons}
    del values["B1_cores"], values["b2"]  # one number
    judged = judge_path(path, said({**values, "b1": 0.0}, path), DEFAULTS)
    robust = robustness([judged], 200, np.random.default_rng(0))
    order = order_of([judged], robust, (), (stage,))
    assert order.standings[0].disposition == DATA
    assert {c.id for c in candidates(panel(), [judged], order, {})} == ids


def test_a_supplier_of_which_one_mark_is_not_told_may_be_able() -> None:
    """Neither certified nor known to research is no certain no."""
    orgs = pl.DataFrame({
        "org_id": ["a", "b", "c", "d"], "name": list("ABCD"), "type": ["enterprise"] * 4,
        "region": ["R"] * 4, "rd_spend": [1.0, None, 0.0, None],
        "certified": ["none", "none", "none", None],
    })  # fmt: skip
    dataset = from_frames({"orgs": orgs}, scope="gbt4754-2017", currency="CNY")
    told = able_suppliers(dataset, ["a", "b", "c", "d"])
    assert (told.value, told.bounds, told.n) == (1 / 3, (1 / 3, 2 / 3), 3)
    assert able_suppliers(dataset, ["a", "c"]).bounds is None


# Peers that are partners --------------------------------------------------------------------------


def _projects(with_own: int, apart: int) -> Dataset:
    """Six regions of two organisations: projects with A's, and of each pair by itself."""
    homes = tuple("ABCDEF")
    orgs = [{"org_id": f"{r}{n}", "name": f"{r}{n}", "type": "enterprise", "region": r}
            for r in homes for n in (1, 2)]  # fmt: skip
    events = [(f"{r}-with-{k}", ("A1", f"{r}1", f"{r}2")) for r in homes[1:]
              for k in range(with_own)]  # fmt: skip
    events += [(f"{r}-apart-{k}", (f"{r}1", f"{r}2")) for r in homes[1:] for k in range(apart)]
    return from_frames({
        "panel": pl.DataFrame([{"region": r, "industry": "34", "year": 2020, "value_added": 1.0}
                               for r in homes]),
        "orgs": pl.DataFrame(orgs),
        "projects": pl.DataFrame([{"project_id": e, "start_year": 2020, "end_year": 2020}
                                  for e, _ in events]),
        "members": pl.DataFrame([{"project_id": e, "org_id": o} for e, some in events
                                 for o in some]),
    }, scope="gbt4754-2017", currency="CNY")  # fmt: skip


@pytest.mark.parametrize(("apart", "placed"), [(0, False), (2, False), (3, True), (9, True)])
def test_peers_known_only_as_partners_of_the_region_are_no_peers(apart: int, placed: bool) -> None:
    """One province's own projects once made it the busiest of all: p100 among its partners."""
    dataset, chosen = _projects(3, apart), settings({"minimum_peers": 5})
    measure = "active_organisations"
    frame = {measure: registry()[measure](dataset, chosen)}  # type: ignore[operator]
    peers: Any = SimpleNamespace(members=tuple("BCDEF"), second=tuple("BCDEF"))
    at = RegionReadings(dataset, frame, "A", peers, chosen, None, {}).read(measure, "", "peers")
    assert (at.value is not None) is placed
    if not placed:
        assert at.reason.startswith("5 of 5 peers are in these tables mostly as partners of A")
        assert at.settles == "joint projects and co-patents of the peers among themselves"
    level = RegionReadings(dataset, frame, "A", peers, chosen, None, {}).read(measure, "", "value")
    assert level.value == 1


def test_the_share_of_events_apart_is_the_one_counted_by_hand() -> None:
    dataset, chosen = _projects(3, 1), settings({})
    assert own_shares(dataset, chosen, "A", "joint") == dict.fromkeys("BCDEF", 0.25)
    assert own_shares(dataset, chosen, "A", "patents") == {}
    bare = replace(dataset, tables={k: v for k, v in dataset.tables.items() if k != "orgs"})
    assert own_shares(bare, chosen, "A", "joint") == {}
    moved = settings({"own_events": 0.25})
    assert partners_only({"B": 0.25, "C": 0.24}, ("B", "C"), moved["own_events"]) == ["C"]


def test_numbers_of_the_panel_ask_for_no_events() -> None:
    records = {m: record_of(registry()[m]) for m in
               ("active_organisations", "invention_share", "block_value_added")}  # fmt: skip
    assert list(records.values()) == ["joint", "patents", ""]
