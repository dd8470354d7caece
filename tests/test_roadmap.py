"""The roadmap: the program against every schedule there is, and what it says of the province."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.verdict import Truth
from regionlift.paths.order import LATER, NOT, NOW
from regionlift.plan.actions import LEAST, NO_BASIS, NO_COST, Candidate, cost_basis
from regionlift.plan.lint import lint
from regionlift.plan.roadmap import (
    HORIZON,
    KEPT,
    PHASES,
    BudgetError,
    Roadmap,
    Task,
    achieved,
    checked_budget,
    phase_of,
    roadmap,
)
from regionlift.run import Run
from regionlift.study.paths import PathsStudy
from regionlift.study.roadmap import OWNERS, RoadmapStudy, roadmap_study, roadmap_table

NEVER = HORIZON


def task(
    id: str, path: str = "p", link: str = "l", rank: int = 0, years: int = 1, earliest: int = 0,
    cost: float = 0.0, after: tuple[str, ...] = (),
) -> Task:  # fmt: skip
    return Task(id, path, link, rank, years, earliest, cost, after)


def some(seed: int) -> tuple[list[Task], float | list[float] | None]:
    """Up to five actions on two paths, some of them waiting, with or without a budget."""
    rng = random.Random(seed)
    tasks = []
    for k in range(rng.randint(1, 5)):
        path, rank = rng.choice("pq"), rng.randrange(3)
        tasks.append(task(
            f"t{k}", path, f"{path}{rank}{rng.choice('xy') if not rank else ''}", rank,
            rng.choice([1, 2, 3, 5, 9]), rng.choice([0, 0, 1, 3]),
            float(rng.choice([0, 1, 2, 2, 5])),
            tuple(f"t{j}" for j in range(k) if rng.random() < 0.25),
        ))  # fmt: skip
    whole = sum(t.cost for t in tasks)
    if not whole or rng.random() < 0.3:
        return tasks, None
    if rng.random() < 0.5:
        return tasks, whole * rng.choice([0.3, 0.6, 1.0])
    return tasks, [float(rng.choice([0, 1, 2, 5])) for _ in PHASES[1:]] + [1.0]


def spent(tasks: Sequence[Task], start: dict[str, int], first: int, last: int) -> float:
    return sum(t.cost for t in tasks if t.id in start and first <= start[t.id] < last)


def before(tasks: Sequence[Task], t: Task) -> dict[str, list[str]]:
    """Nearest earlier links of its path that have actions -> their actions."""
    lower = [o.rank for o in tasks if o.path == t.path and o.rank < t.rank]
    found: dict[str, list[str]] = {}
    for o in tasks:
        if lower and o.path == t.path and o.rank == max(lower):
            found.setdefault(o.link, []).append(o.id)
    return found


def breaks(
    tasks: Sequence[Task], start: dict[str, int], budget: float | Sequence[float] | None
) -> str:
    """Which rule a schedule breaks; empty where none."""
    for t in tasks:
        if t.id not in start:
            continue
        if start[t.id] < t.earliest or start[t.id] + t.years > HORIZON:
            return f"{t.id} outside its years"
        for id in t.after:
            years = next(o.years for o in tasks if o.id == id)
            if id not in start or start[t.id] < start[id] + years:
                return f"{t.id} before {id} has ended"
        for link, ids in before(tasks, t).items():
            if min((start.get(i, NEVER) for i in ids), default=NEVER) > start[t.id]:
                return f"{t.id} before {link} is begun"
    if budget is None:
        return ""
    parts = budget if isinstance(budget, Sequence) else [budget]
    spans = PHASES if len(parts) > 1 else ((0, HORIZON),)
    over = [s for s, b in zip(spans, parts, strict=True) if spent(tasks, start, *s) > b + 1e-6]
    return f"money of {over}" if over else ""


def best_of_all(
    tasks: Sequence[Task], budget: float | Sequence[float] | None
) -> tuple[float, ...]:
    """The goals of the best schedule out of every one that there is, by arrays over all."""
    own = [np.array([*range(t.earliest, HORIZON - t.years + 1), NEVER]) for t in tasks]
    grid = [g.ravel() for g in np.meshgrid(*own, indexing="ij")]
    place = {t.id: k for k, t in enumerate(tasks)}
    done = [g < NEVER for g in grid]
    fine = np.ones(len(grid[0]), dtype=bool)
    for k, t in enumerate(tasks):
        for id in t.after:
            ended = grid[place[id]] + tasks[place[id]].years
            fine &= ~done[k] | (done[place[id]] & (grid[k] >= ended))
        for ids in before(tasks, t).values():
            fine &= ~done[k] | (np.min([grid[place[i]] for i in ids], axis=0) <= grid[k])
    parts = [] if budget is None else budget if isinstance(budget, Sequence) else [budget]
    spans = PHASES if len(parts) > 1 else ((0, HORIZON),)
    for (first, last), most in zip(spans, parts, strict=len(parts) > 0):
        money = sum(t.cost * ((g >= first) & (g < last)) for t, g in zip(tasks, grid, strict=True))
        fine &= money <= most + 1e-9
    links = {key: np.any([done[k] for k, t in enumerate(tasks) if (t.path, t.link) == key], axis=0)
             for key in dict.fromkeys((t.path, t.link) for t in tasks)}  # fmt: skip
    rank = {(t.path, t.link): t.rank for t in tasks}
    goals = [np.sum([v for key, v in links.items() if key[0] == p and not rank[key]], axis=0)
             * np.ones(len(fine)) for p in dict.fromkeys(t.path for t in tasks)]  # fmt: skip
    goals += [np.sum(list(links.values()), axis=0), np.sum(done, axis=0),
              -sum(t.cost * d for t, d in zip(tasks, done, strict=True)),
              -np.sum([np.where(d, g, 0) for d, g in zip(done, grid, strict=True)], axis=0)]
    found = []
    for goal in goals:
        top = goal[fine].max()
        fine &= goal >= top - 1e-9
        found.append(float(top))
    return (*found[:-2], -found[-2], -found[-1])


# the program


@pytest.mark.parametrize("block", range(10))
def test_the_program_is_the_best_of_every_schedule(block: int) -> None:
    for seed in range(10 * block, 10 * block + 10):
        tasks, budget = some(seed)
        found = roadmap(tasks, budget, alternatives=0).best
        assert breaks(tasks, dict(found.start), budget) == "", seed
        assert found.goals == pytest.approx(best_of_all(tasks, budget)), (seed, tasks, budget)


@examples(max_examples=60, deadline=None)
@given(st.integers(100, 10_000))
def test_no_rule_is_broken_and_no_reason_is_false(seed: int) -> None:
    tasks, budget = some(seed)
    found = roadmap(tasks, budget)
    for schedule in (found.best, *found.alternatives):
        assert breaks(tasks, dict(schedule.start), budget) == ""
        assert schedule.goals == achieved(tasks, schedule.start)
    assert set(found.left_out) == {t.id for t in tasks} - found.best.chosen
    held_to(tasks, budget, found)
    alike(tasks, found)


def held_to(
    tasks: Sequence[Task], budget: float | Sequence[float] | None, found: Roadmap
) -> None:
    """Every reason for leaving an action out is true."""
    of = {t.id: t for t in tasks}
    free = roadmap(tasks, None, alternatives=0).best.start
    for id, why in found.left_out.items():
        if why.startswith("waits for "):
            waits = why.removeprefix("waits for ").split(", ")
            assert set(waits) <= set(of[id].after) - found.best.chosen
        elif why.startswith("nothing is done yet about "):
            link = why.removeprefix("nothing is done yet about ").split(",")[0]
            assert not set(before(tasks, of[id])[link]) & found.best.chosen
        elif why.startswith("does not end"):
            assert id not in free  # not even with all the money there is
        elif why.startswith("the budget does not reach"):
            assert budget is not None and of[id].cost > 0 and id in free
        else:
            assert why == "the budget lets what comes first begin too late"
            assert budget is not None and of[id].cost == 0 and id in free


def alike(tasks: Sequence[Task], found: Roadmap) -> None:
    """Alternatives take on the same first links, nearly as much, and are each another choice."""
    first = {(t.path, t.link) for t in tasks if t.rank == 0 and t.id in found.best.start}
    links = {(t.path, t.link) for t in tasks if t.id in found.best.start}
    choices = [found.best.chosen]
    for other in found.alternatives:
        taken = {(t.path, t.link) for t in tasks if t.id in other.start}
        assert first <= taken
        assert len(taken) >= KEPT * len(links) - 1e-6
        assert len(other.chosen) >= KEPT * len(found.best.chosen) - 1e-6
        assert other.chosen not in choices
        choices.append(other.chosen)


def test_a_first_link_of_the_first_path_outweighs_all_the_rest() -> None:
    """One path with one first link against another with three, and five actions on later ones."""
    tasks = [task("a", "p", "p0", cost=10.0), *(task(f"b{k}", "q", f"q0{k}", cost=2.0)
                                                for k in range(3)),
             *(task(f"c{k}", "q", "q1", 1, cost=1.0) for k in range(4))]  # fmt: skip
    best = roadmap(tasks, 10.0, alternatives=0).best
    assert best.chosen == {"a"} and best.goals[:2] == (1.0, 0.0)
    assert roadmap(tasks, 9.0, alternatives=0).best.goals[:2] == (0.0, 3.0)


def test_money_comes_before_time_and_time_decides_where_money_is_the_same() -> None:
    """One of two can be paid: the cheaper, though later; of three as cheap the earliest."""
    late = [task("dear", cost=3.0), task("cheap", cost=2.0, earliest=2)]
    assert roadmap(late, 4.0).best.start == {"cheap": 2}
    same = [task(f"a{k}", cost=2.0, earliest=k) for k in (2, 0, 1)]
    assert roadmap(same, 3.0).best.start == {"a0": 0}


def test_an_alternative_keeps_the_first_links_and_says_what_else_could_be_done() -> None:
    """Six actions on one first link, money for five: which is left out is open."""
    tasks = [task(f"a{k}", cost=1.0) for k in range(6)]
    found = roadmap(tasks, 5.0)
    assert len(found.best.chosen) == 5 and len(found.alternatives) == 3
    # the one that was left out comes in, and all begin as early as they can
    assert set(found.left_out) <= found.alternatives[0].chosen
    assert all(set(s.start.values()) == {0} for s in found.alternatives)
    only = roadmap([task("a")])
    assert only.alternatives == () and only.best.start == {"a": 0}


def test_a_link_without_actions_does_not_free_those_after_it() -> None:
    """Links 0 and 2 have actions, 1 has none: 2 waits for 0."""
    tasks = [task("a", link="l0", earliest=3), task("b", link="l2", rank=2)]
    assert roadmap(tasks).best.start == {"a": 3, "b": 3}
    late = [task("a", link="l0", years=HORIZON + 1), task("b", link="l2", rank=2)]
    found = roadmap(late)
    assert found.best.start == {}
    assert found.left_out == {
        "a": f"does not end within {HORIZON} years after what comes first",
        "b": "nothing is done yet about l0, which comes before",
    }


def test_what_comes_first_has_ended() -> None:
    tasks = [task("a", years=3), task("b", years=2, after=("a",)), task("c", after=("b",))]
    assert roadmap(tasks).best.start == {"a": 0, "b": 3, "c": 5}
    assert roadmap([task("a", years=9), task("b", years=2, after=("a",))]).left_out == {
        "b": f"does not end within {HORIZON} years after what comes first"
    }


@pytest.mark.parametrize("most", [0.5, 3.0, 7.25])
def test_money_is_never_exceeded_in_total_or_in_a_phase(most: float) -> None:
    rng = random.Random(3)
    tasks = [task(f"t{k}", link=f"l{k % 4}", rank=k % 4, years=rng.randint(1, 4),
                  cost=round(rng.uniform(0.1, 2), 3)) for k in range(14)]  # fmt: skip
    whole = roadmap(tasks, most).best
    assert sum(t.cost for t in tasks if t.id in whole.start) <= most + 1e-6
    parts = [most / 4] * 4
    assert breaks(tasks, dict(roadmap(tasks, parts).best.start), parts) == ""


def test_phases_cover_the_years_and_structure_waits_for_the_third() -> None:
    assert [phase_of(y) for y in range(HORIZON)] == [
        (0, 1), (1, 3), (1, 3), (3, 5), (3, 5), *[(5, 10)] * 5
    ]  # fmt: skip
    assert PHASES[0][0] == 0 and PHASES[-1][1] == HORIZON
    assert all(a[1] == b[0] for a, b in pairwise(PHASES))


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        (0, "a budget of zero buys nothing"), ([0, 0, 0, 0], "a budget of zero buys nothing"),
        (-1, "a budget is not negative: -1"), ([5, 5, -2, 5], "not negative: 5, 5, -2, 5"),
        (float("nan"), "a budget is a number: nan"), (float("inf"), "a budget is a number: inf"),
        ([1, 2, 3], "one total, or 4 amounts, one a phase (0-1, 1-3, 3-5, 5-10 years); 3 were"),
        ([], "0 were given"),
    ],
)  # fmt: skip
def test_a_budget_that_cannot_be_used_is_refused(
    budget: float | list[float], says: str
) -> None:
    with pytest.raises(BudgetError) as error:
        roadmap([task("a", cost=1.0)], budget)
    assert says in str(error.value)


def test_budgets_that_can_be_used() -> None:
    assert checked_budget(None) is None
    assert checked_budget(3) == (3.0,)
    assert checked_budget([0, 0, 1, 0]) == (0.0, 0.0, 1.0, 0.0)


def test_tasks_that_cannot_be_are_refused_and_none_are_an_empty_roadmap() -> None:
    with pytest.raises(ValueError, match='action "b" comes after x, which is not there'):
        roadmap([task("b", after=("x",))])
    with pytest.raises(ValueError, match="actions wait for each other: "):
        roadmap([task("a", after=("b",)), task("b", after=("a",))])
    with pytest.raises(ValueError, match="an id is used by two actions"):
        roadmap([task("a"), task("a")])
    nothing = roadmap([], 5.0)
    assert (nothing.best.start, nothing.alternatives, nothing.left_out) == ({}, (), {})


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """HiGHS says on standard output when it solves again for variables that are not whole."""
    for seed in range(40):
        roadmap(*some(seed))
    rng = random.Random(1)
    tasks = [task(f"t{k}", f"p{k % 2}", f"l{k % 2}{k % 5}", k % 5, rng.randint(1, 4),
                  cost=round(rng.uniform(0, 9), 2)) for k in range(16)]  # fmt: skip
    roadmap(tasks, [10.0, 5.0, 15.0, 5.0])
    assert capfd.readouterr() == ("", "")


# the province


@dataclass(frozen=True)
class Case:
    run: Run
    dataset: Dataset
    done: RoadmapStudy

    def of(self, paths: PathsStudy, budget: float | Sequence[float] | None = None) -> RoadmapStudy:
        s = self.run.study
        return roadmap_study(s.dataset, s.frames, s.settings, paths, s.network, s.chain,
                             s.technology, s.platform, budget, 2023)  # fmt: skip


@pytest.fixture(scope="module")
def shown(beijiang: Run) -> Case:
    """The roadmap of the province as it is: conditions are worked on."""
    return Case(beijiang, beijiang.study.dataset, beijiang.study.roadmap)


@pytest.fixture(scope="module")
def every(beijiang: Run, shown: Case) -> Case:
    """Every link broken and every path for now: every action there is."""
    return Case(beijiang, shown.dataset, shown.of(broken(beijiang.study.paths)))


def broken(done: PathsStudy) -> PathsStudy:
    """The paths as if no link held and all were for now."""
    paths = tuple(
        replace(p, links=tuple(replace(j, truth=Truth.NOT_MET) for j in p.links))
        for p in done.paths
    )
    return replace(done, paths=paths, order=replace(done.order, standings=tuple(
        replace(s, disposition=NOW) for s in done.order.standings)))  # fmt: skip


@pytest.fixture(params=["shown", "every"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


def test_every_action_can_be_carried_out(case: Case) -> None:
    assert len(case.done.planned) >= (25 if len(case.done.ranks) > 20 else 4)
    for row in roadmap_table(case.done).iter_rows(named=True):
        assert row["indicator_id"] in registry()
        for column in ("owner", "partners", "indicator", "baseline", "baseline_period", "target",
                       "data_source", "realism", "risk", "stop_rule", "phase", "cost_basis",
                       "evidence"):  # fmt: skip
            assert row[column] not in (None, ""), (row["id"], column)
        assert 2024 <= row["start"] <= row["end"] <= 2033


def test_baseline_and_target_are_of_the_indicator_that_is_printed(case: Case) -> None:
    for p, row in zip(case.done.planned, roadmap_table(case.done).iter_rows(named=True),
                      strict=True):  # fmt: skip
        measure = row["evidence"].split("/")[0]
        assert measure == row["indicator_id"] == p.candidate.judged.level.measure
        assert row["data_source"] == ("; ".join(registry()[measure].needs)
                                      or "the tables of the dataset")  # fmt: skip
        own = p.candidate.action.indicator
        assert (row["watch_also"] == "") == (own == measure)


def test_the_lint_of_plans_finds_nothing_but_costs_without_a_basis(case: Case) -> None:
    table = roadmap_table(case.done)
    numbers = [p.candidate.judged for p in case.done.planned]
    plan = table.select(
        measure_id="id", text=pl.col("action") + ": " + pl.col("about"), owner="owner",
        partners="partners", start="start", end="end", cost="cost_median", cost_basis="cost_basis",
        indicator="indicator", source="data_source", link="link", stop_rule="stop_rule",
    ).with_columns(
        # against peers and for trends both are percentiles, or percent a year
        baseline=pl.Series([j.quantity.value for j in numbers], dtype=pl.Float64),
        target=pl.Series([j.threshold if p.goal_value is None else p.goal_value
                          for p, j in zip(case.done.planned, numbers, strict=True)],
                         dtype=pl.Float64),
        measure=pl.Series([j.level.measure for j in numbers], dtype=pl.String),
    )  # fmt: skip
    found = [f for f in lint(plan).findings if f.code not in ("no_link", "first_broken_idle")]
    if len(case.done.ranks) > 20:
        # links that hold were called broken for this: their numbers are beyond the target already
        found = [f for f in found if f.code not in ("target_not_above_baseline", "one_owner")]
        assert not lint(plan).of("structure_unpaved")
    assert {f.code for f in found} <= {"no_cost"}
    without = {p.candidate.id for p in case.done.planned if not p.candidate.cost.known}
    assert {f.measure for f in found} == without


def test_causal_order_precedence_and_structure(every: Case) -> None:
    done = every.done
    start = {p.candidate.id: p.start - 2024 for p in done.planned}
    end = {p.candidate.id: p.end - 2023 for p in done.planned}
    first: dict[tuple[str, str], int] = {}
    for p in done.planned:
        key = (p.candidate.path, p.candidate.judged.id)
        first[key] = min(first.get(key, HORIZON), start[p.candidate.id])
    order = {p.path.id: [link.id for link in (*p.path.ordered, *p.path.links) if
                         (p.path.id, link.id) in first] for p in every.run.study.paths.paths}
    for p in done.planned:
        c = p.candidate
        earlier = order[c.path][: order[c.path].index(c.link.id)]
        assert not earlier or first[c.path, earlier[-1]] <= start[c.id]
        assert all(start[c.id] >= end[i] for i in c.after)
        assert p.phase == phase_of(start[c.id])
        if c.action.structure:
            assert p.start >= 2027 and p.phase[0] >= 3
    assert any(p.candidate.action.structure for p in done.planned)
    ids = {c.action.id for c in done.candidates}
    for c in done.candidates:
        assert {i.split(".")[0] for i in c.after} == set(c.action.after) & ids


def names(dataset: Dataset) -> set[str]:
    told = set(dataset.tables["orgs"]["name"].drop_nulls())
    return told | set(dataset.tables["platforms"]["name"].drop_nulls())


def test_every_printed_name_is_in_the_tables(case: Case) -> None:
    known = names(case.dataset)
    closed = case.dataset.tables["orgs"].filter(pl.col("closed") <= 2023)
    here = set(case.dataset.tables["orgs"].filter(pl.col("region") == "Beijiang")["type"])
    fallback = {words for kind, words in OWNERS.items() if kind not in here}
    for p in case.done.planned:
        for name in (p.owner, *p.partners):
            assert name in known | fallback, (p.candidate.id, name)
        assert p.owner not in set(closed["name"]), p.owner
    for c in case.done.candidates:
        assert set(c.target.partners) <= known
        assert not c.target.owner or c.target.owner in known


def test_every_evidence_id_is_in_the_ledger(case: Case) -> None:
    with duckdb.connect(str(case.run.out / "evidence.duckdb"), read_only=True) as ledger:
        ids = set(ledger.sql("SELECT id FROM quantities").pl()["id"])
    asked = {c.target.evidence for c in case.done.candidates} - {""}
    assert asked <= ids and len(asked) >= 3
    assert {p.baseline.id for p in case.done.planned} <= ids


def test_targets_are_what_the_study_found_broken(every: Case) -> None:
    s, found = every.run.study, {}
    for c in every.done.candidates:
        found.setdefault(c.action.id, []).append(c)
    gaps = [*s.chain.of_kind("supplement"), *s.chain.of_kind("strengthen")]
    nodes = [c.target.evidence.split("|")[1].split("/")[0] for c in found["close_gap"]]
    assert set(nodes) <= set(gaps)
    unmet = [s.chain.facts[n].unmet or 0.0 for n in nodes]
    assert unmet == sorted(unmet, reverse=True)
    assert max(s.chain.facts[n].unmet or 0.0 for n in gaps) == unmet[0]
    rates = [s.chain.find("core_local_share", c.target.evidence.split("|")[1].split("/")[0]).value
             for c in found["meet_buyers"]]  # fmt: skip
    told = [r for r in rates if r is not None]
    assert told == sorted(told) == sorted(v.rate or 0.0 for v in s.chain.supplies
                                          if v.bought)[: len(told)]  # fmt: skip
    assert all(c.target.owner for c in found["meet_buyers"])


def test_a_budget_binds_the_province_and_reasons_are_true(shown: Case, beijiang: Run) -> None:
    paths = broken(beijiang.study.paths)
    free = shown.of(paths)
    assert free.cost > 0
    for budget in (free.cost / 2, [free.cost / 8] * 4):
        some = shown.of(paths, budget)
        assert some.budget == (tuple(budget) if isinstance(budget, list) else (budget,))
        tasks = [
            Task(c.id, c.path, c.judged.id, some.ranks[c.judged.id], c.years, c.earliest,
                 c.cost.median or 0.0, c.after) for c in some.candidates
        ]  # fmt: skip
        assert breaks(tasks, dict(some.program.best.start), budget) == ""
        held_to(tasks, budget, some.program)
        alike(tasks, some.program)
        assert some.cost <= free.cost / 2 + 1e-6
        assert len(some.planned) < len(free.planned)


def test_without_candidates_the_roadmap_is_empty_and_says_why(shown: Case, beijiang: Run) -> None:
    done = beijiang.study.paths
    whole = replace(done, paths=tuple(
        replace(p, links=tuple(replace(j, truth=Truth.MET) for j in p.links)) for p in done.paths
    ))  # fmt: skip

    def under(paths: PathsStudy, disposition: str) -> RoadmapStudy:
        standings = tuple(replace(s, disposition=disposition, waits=())
                          for s in paths.order.standings)  # fmt: skip
        return shown.of(replace(paths, order=replace(paths.order, standings=standings)))

    for found, says in ((under(whole, NOW), "no link of a path that may be taken is known to be"),
                        (under(done, LATER), "no path is for now"),
                        (under(done, NOT), "no path is for now")):  # fmt: skip
        assert found.planned == () and says in found.reason
        assert roadmap_table(found).is_empty()
    assert shown.done.reason == ""


def test_what_is_written_is_what_was_found(shown: Case) -> None:
    written = json.loads((shown.run.out / "roadmap.json").read_text("utf-8"))
    assert [a["id"] for a in written["actions"]] == [p.candidate.id for p in shown.done.planned]
    assert len(written["alternatives"]) == len(shown.done.program.alternatives)


def test_an_action_of_another_path_may_come_first(shown: Case, beijiang: Run) -> None:
    """What prepares one path waits for what another path does about a broken link."""
    done = beijiang.study.paths
    first, *rest = broken(done).order.standings
    by = {s.path: s for s in (first, *rest)}
    order = (by["technology"], replace(by["platform"], disposition=NOT, waits=("C1_leaders",)))
    paths = broken(done)
    only = tuple(
        replace(p, links=tuple(replace(j, truth=Truth.NOT_MET if j.id == "a2" else Truth.MET)
                               for j in p.links)) for p in paths.paths
    )  # fmt: skip
    found = shown.of(replace(paths, paths=only, order=replace(done.order, standings=order)))
    call = next(c for c in found.candidates if c.action.id == "call_key_technology")
    assert call.prepares and call.path == "platform" and call.after == ("share_elements",)


def test_costs_are_those_of_comparable_lines(every: Case) -> None:
    spend, projects = every.dataset.tables["spend"], every.dataset.tables["projects"]
    shifts = [c for c in every.done.candidates if c.action.shift]
    assert all(c.cost == NO_COST for c in shifts)
    known: list[Candidate] = [c for c in every.done.candidates
                              if c.cost.known and c not in shifts]  # fmt: skip
    assert known
    for c in known:
        named = [i.lower() for i in c.action.instruments]
        lines = spend.filter(pl.col("instrument").str.to_lowercase().is_in(named))["amount"]
        if lines.drop_nulls().len() >= LEAST:
            assert c.cost.median == pytest.approx(lines.drop_nulls().median())
            assert (c.cost.n, c.cost.low) == (lines.drop_nulls().len(), lines.min())
        else:
            assert "projects" in c.cost.basis and c.cost.n >= LEAST
        assert (c.cost.low or 0) <= (c.cost.median or 0) <= (c.cost.high or 0)
    bare = replace(every.dataset, tables={k: v for k, v in every.dataset.tables.items()
                                          if k not in ("spend", "projects")})  # fmt: skip
    assert projects.height and cost_basis(bare, known[0].action) == NO_BASIS
