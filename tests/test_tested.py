"""Conditions held against all regions of a panel: a planted truth is found, chance is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from regionlift.evidence.quantity import QUANTITY_SCHEMA
from regionlift.evidence.settings import settings
from regionlift.forecast.tested import LEAST_REGIONS, PathTest, conditions_tested, reduced
from regionlift.forecast.tested.sets import CUTS
from regionlift.measures.configuration.sets import covers, numbers
from regionlift.paths.model import Path
from regionlift.paths.rules import parse
from regionlift.run import Run

OUTCOME = "high_tech_share_value_added"
YEARS = range(2000, 2016)


def clause(id: str, measure: str, expected: str = "present") -> dict[str, object]:
    return {
        "id": id, "title": id, "measure": measure, "compare": ">=", "against": "peers",
        "threshold": 50, "low": 40, "high": 60, "source": "test", "items": [1], "quote": "q",
        "anchors": [20, 50, 80], "anchors_source": "test", "anchors_status": "provisional",
        "expected": expected,
    }  # fmt: skip


def a_path(*more: dict[str, object], rule: str = "X and Z") -> Path:
    clauses = [clause("X", "location_quotient_value_added"), clause("Z", "patents_per_thousand"),
               *more]  # fmt: skip
    return Path.model_validate({
        "id": "p", "title": "P", "form": "point", "place": 1, "about": "a", "source": "s",
        "boxes": [{"id": "u", "title": "U"}, {"id": "v", "title": "V"}],
        "links": [{"id": "l1", "title": "L", "from": ["u"], "to": "v", "items": [1],
                   "measure": OUTCOME, "compare": ">=", "threshold": 0, "low": 0, "high": 1,
                   "source": "test"}],
        "clauses": clauses,
        "conditions": [{"id": "C", "title": "C", "quote": "q", "items": [1], "rule": rule}],
        "readings": [{"id": "all", "title": "All", "rule": "C", "source": "test"}],
    })  # fmt: skip


def frame(measure: str, table: np.ndarray, provenance: str = "observed") -> pl.DataFrame:
    rows = [
        {"id": f"{measure}/R{r}/{y}", "measure": measure, "subject": f"R{r}", "period": str(y),
         "value": float(table[r, n]), "low": None, "high": None, "n": 1, "unit": "share",
         "status": "known", "provenance": provenance, "reason": "", "settles": "", "sql": "",
         "query": "", "rows": 1}
        for r in range(len(table)) for n, y in enumerate(YEARS)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=QUANTITY_SCHEMA)


def panel(
    seed: int, effect: float = 1.0, regions: int = 40
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Two traits of regions; the outcome rises by ``effect`` a year where both are high."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, regions))
    both = (x > np.median(x)) & (z > np.median(z))
    steps = rng.normal(0, 0.3, (regions, len(YEARS))) + effect * both[:, None]
    level = 0.3 + np.cumsum(steps, axis=1) / 1000
    wide = np.ones((1, len(YEARS)))
    frames = {
        "location_quotient_value_added": frame("location_quotient_value_added",
                                               np.exp(x)[:, None] * wide),
        "patents_per_thousand": frame("patents_per_thousand", np.exp(z)[:, None] * wide),
        OUTCOME: frame(OUTCOME, level),
    }  # fmt: skip
    return frames, [f"R{r}" for r in range(regions)]


def a_test(seed: int, path: Path, effect: float = 1.0, regions: int = 40) -> PathTest:
    frames, names = panel(seed, effect, regions)
    done = conditions_tested(frames, names, [path], settings({"resamples": 200}))
    (only,) = done.tests
    return only


def test_a_planted_condition_is_found_with_its_combination() -> None:
    found = a_test(0, a_path())
    assert found.verdict.startswith("goes with later rise more often than chance")
    assert found.theory is not None and found.theory.sufficient.incl_s > 0.8
    assert found.solved.analysis is not None
    assert found.solved.analysis.parsimonious.spelled_models == (("X*Z",),)
    assert found.regression is not None and found.regression.low > 0
    # the absence of the outcome is analysed apart, and there the combination has no place
    assert found.theory.sufficient_absent.incl_s < 0.5
    if found.solved_absent.analysis is not None:
        assert ("X*Z",) not in found.solved_absent.analysis.parsimonious.spelled_models


def test_every_positive_row_is_covered_and_no_negative_one() -> None:
    for seed in range(5):
        found = a_test(seed, a_path(), effect=0.5)
        for solved in (found.solved, found.solved_absent):
            if solved.analysis is None or solved.table is None:
                continue
            solution = solved.analysis.parsimonious
            for model in range(len(solution.models)):
                hit = covers(solution.terms(model), solved.table.rows).any(axis=0)
                rows = numbers(solved.table.rows, solved.table.levels)
                assert set(solved.table.positive) <= set(rows[hit])
                assert not {n for n, o in zip(rows, solved.table.out, strict=True)
                            if o in ("0", "C")} & set(rows[hit])  # fmt: skip


def test_chance_is_seldom_taken_for_more() -> None:
    """Without an effect the sentence says so in nine of ten panels at least."""
    said = [a_test(seed, a_path(), effect=0.0).verdict for seed in range(100, 140)]
    assert sum(v.startswith("goes with later rise more") for v in said) <= 4


def test_what_goes_with_the_past_as_well_is_shown_as_placebo() -> None:
    """Traits that never change go with earlier rise as much as with later rise."""
    found = a_test(1, a_path())
    assert found.theory is not None and found.theory.placebo is not None
    assert found.theory.placebo.incl_s > 0.7


def test_clauses_that_cannot_be_tested_are_left_out_by_name() -> None:
    more = clause("W", "alliance_share")
    found = a_test(0, a_path(more, rule="X and Z and W"))
    assert found.left_out == ("W",) and found.rule == "[X and Z]"


def test_modelled_numbers_are_not_compared() -> None:
    frames, names = panel(0)
    frames["patents_per_thousand"] = frames["patents_per_thousand"].with_columns(
        provenance=pl.lit("derived")
    )
    (found,) = conditions_tested(frames, names, [a_path()], settings()).tests
    assert found.left_out == ("Z",)


def test_too_few_regions_cannot_be_told() -> None:
    frames, names = panel(0, regions=LEAST_REGIONS - 1)
    done = conditions_tested(frames, names, [a_path()], settings())
    assert done.tests == () and f"{LEAST_REGIONS} regions" in done.reason


def test_expected_directions_bound_the_intermediate_solution() -> None:
    found = a_test(0, a_path())
    assert found.solved.analysis is not None
    inner = {i.solution.spelled_models for i in found.solved.analysis.intermediate}
    assert inner == {(("X*Z",),)}


@pytest.mark.parametrize(
    ("rule", "known", "left"),
    [("a and b", "a", "a"), ("a or (b and c)", "bc", "b and c"), ("not a", "b", None)],
)
def test_reduced_rules(rule: str, known: str, left: str | None) -> None:
    found = reduced(parse(rule, "abc"), frozenset(known))
    assert found == (None if left is None else parse(left, "abc"))


def test_the_report_of_the_province_prints_every_test(beijiang: Run) -> None:
    done = beijiang.study.tested
    assert len(done.tests) == 3 * len(done.outcomes) and CUTS.pri == 0.5
    page = (beijiang.out / "report.html").read_text("utf-8")
    for test in done.tests:
        if not test.reason:
            assert test.verdict.partition(":")[0] in page


def test_the_american_states_do_not_confirm_the_conditions(michigan: Run) -> None:
    """As measured before: specialisation says nothing of later rise, and the report says so."""
    told = [t for t in michigan.study.tested.tests if not t.reason]
    assert told and not any(t.verdict.startswith("goes with later rise more") for t in told)
    long = next(t for t in told if t.outcome == OUTCOME)
    assert long.regions == 51 and long.cases > 900
    assert long.regression is not None and long.regression.start < 0  # back to the mean
