"""The innovation platform: planted truths, accounts by hand, rubrics, claims, bad input."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.data.synthetic import Truths, generate
from regionlift.evidence.quantity import Provenance
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.platform.claims import CHECKLIST, judged
from regionlift.measures.platform.functions import coverage
from regionlift.measures.platform.income import income
from regionlift.measures.platform.members import stay
from regionlift.measures.platform.processes import _causes
from regionlift.measures.platform.rubric import (
    RubricError,
    Value,
    linear,
    load_rubric,
    scored,
    shipped,
)
from regionlift.measures.platform.sources import FUNCTIONS, TYPES
from regionlift.run import Run
from regionlift.study.platform import PlatformStudy, platform_study
from sheets import sheet_rows

REGION = "Beijiang"
MET, NOT, OPEN = Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL
CLAUSES = {"platform.functions", "platform.allocation", "platform.governance",
           "platform.persistence", "platform.runway", "platform.needs"}  # fmt: skip


@cache
def province(seed: int) -> tuple[dict[str, pl.DataFrame], Truths]:
    made = generate(seed)
    return made.tables, made.truths


def dataset_of(tables: dict[str, pl.DataFrame], region: str = REGION) -> Dataset:
    return from_frames(tables, scope="gbt4754-2017", currency="CNY", base_year=2015, region=region)


def studied(
    tables: dict[str, pl.DataFrame], region: str = REGION, year: int | None = None, **moved: float
) -> PlatformStudy:
    cores = province(0)[1].network.core_firms
    return platform_study(dataset_of(tables), region, settings(moved), cores, year)


@cache
def base(seed: int) -> PlatformStudy:
    """The province as it is."""
    return studied(province(seed)[0])


def verdict(done: PlatformStudy, clause: str) -> Truth:
    return next(v.truth for v in done.verdicts if v.clause == clause)


@pytest.mark.parametrize("seed", range(3))
def test_the_planted_bottleneck_scarcity_and_empty_function_are_found(seed: int) -> None:
    done, planted = base(seed), province(seed)[1].platform
    assert done.worst is not None and done.coverage is not None and done.matching is not None
    assert done.worst[:2] == (planted.bottleneck_process, planted.bottleneck_resource)
    assert done.matching.scarcest == planted.scarce_resource
    assert done.coverage.empty == (planted.empty_function,) and not done.coverage.idle
    assert {k for k, v in done.matching.left.items() if v > 0} == {planted.scarce_resource}
    served = {k: done.find("platform_allocation", k).value for k in TYPES}
    assert min(served, key=lambda k: served[k] or 0) == planted.bottleneck_resource
    lost = {k: one.shares["lack"] for k, (one, _) in done.lost.items()}
    assert max(lost, key=lambda k: lost[k]) == planted.scarce_resource
    assert {v.clause for v in done.verdicts} == CLAUSES
    assert verdict(done, "platform.functions") is NOT and verdict(done, "platform.needs") is NOT


def test_every_id_other_files_read_is_there_and_rows_are_counted_right() -> None:
    dataset = dataset_of(province(0)[0])
    done = platform_study(dataset, REGION, settings())
    wanted = {
        "platform_functions", "platform_persistence", "platform_persistence_core",
        "platform_governance", "platform_collection", "platform_integration",
        "platform_allocation", "platform_reinnovation", "platform_private_share",
        "platform_runway", "platform_new_types", "needs_unmet", "needs_scarcest",
    }  # fmt: skip
    assert wanted <= {q.measure for q in done.quantities if q.subject == REGION}
    assert len({q.id for q in done.quantities}) == len(done.quantities)
    for q in done.quantities:
        if q.sql:
            counted = dataset.connection.sql(f"SELECT count(*) FROM ({q.sql})").fetchall()[0][0]
            assert counted == q.rows, q.id
        assert q.value is not None or (q.reason and q.settles), q.id


def test_causes_add_up_to_what_was_not_served() -> None:
    for one, _ in base(0).lost.values():
        assert one.lack + one.collection + one.allocation == pytest.approx(one.asked - one.served)


@pytest.mark.parametrize(
    ("cell", "causes"),
    [
        ((100, 20, 60, 50), (40, 10, 30)),
        ((100, 100, 60, 50), (0, 0, 0)),
        ((100, 90, 200, 0), (0, 10, 0)),
        ((100, 0, 0, 0), (100, 0, 0)),
        ((100, 20, 300, 300), (0, 0, 80)),
    ],
)
def test_lack_collection_and_allocation_by_hand(
    cell: tuple[float, float, float, float], causes: tuple[float, float, float]
) -> None:
    """Asked, served, held in the region, held on the platform."""
    assert tuple(v for _, v in _causes(*cell)) == causes


amounts = st.floats(0, 100)


@given(amounts, amounts, amounts, st.floats(0, 1), st.floats(0, 1))
def test_the_account_of_one_cell(a: float, c: float, _: float, s: float, p: float) -> None:
    served, platform = s * a, p * c
    found = dict(_causes(a, served, c, platform))
    assert all(v >= -1e-9 for v in found.values())
    assert sum(found.values()) == pytest.approx(a - served, abs=1e-9)
    assert c < a or found["lack"] == 0
    assert platform < min(a, c) or found["collection"] == pytest.approx(0)


# ------------------------------------------------------------------------- functions, members


def units(*rows: tuple[str, str, int, str, float | None]) -> pl.DataFrame:
    frame = pl.DataFrame(
        list(rows), orient="row",
        schema={"platform_id": pl.String, "function": pl.String, "year": pl.Int64,
                "members": pl.String, "services": pl.Float64},
    )  # fmt: skip
    none = pl.lit(None, pl.Float64)
    return frame.with_columns(name=pl.lit(None, pl.String), income_private=none, income_public=none)


def test_empty_idle_and_doubled_functions_by_hand() -> None:
    found = coverage(
        units(("A", "R&D", 2020, "x;y;z", 5), ("B", "R&D", 2020, "y;z; w", 0),
              ("B", "training", 2020, "", 0), ("A", "transformation", 2020, "x", None),
              ("A", "technical service", 2019, "x", 9)), 2020,
    )  # fmt: skip
    assert found.covered == ("R&D", "transformation")
    assert found.idle == ("training",)
    assert found.empty == ("technical service", "venture investment")
    assert [(o.function, o.first, o.second) for o in found.overlaps] == [("R&D", "A", "B")]
    assert found.overlaps[0].shared == pytest.approx(2 / 4)


def test_who_stays_by_hand() -> None:
    rows = units(
        ("A", "R&D", 2017, "c;i;e;g", 1), ("A", "training", 2017, "u", 1),
        ("A", "R&D", 2018, "c;i;f", 1), ("A", "R&D", 2020, "c;u;f;zz", 1),
        ("B", "R&D", 2018, "c;i", 1),
    )  # fmt: skip
    kinds = {"c": "enterprise", "i": "institute", "e": "enterprise", "g": "government",
             "u": "university", "f": "finance"}  # fmt: skip
    found = stay(rows, 2020, kinds, {"c"}, 0.9)
    assert found is not None
    # of 2017 in A: c, i, e, g, u; three years later c and u are there; B ends with 2018
    assert (found.every.pairs, found.every.still) == (5, 2)
    assert (found.core.pairs, found.core.still) == (2, 1)
    assert found.kinds["enterprise"].share == 0.5 and found.kinds["government"].share == 0
    assert found.new == ("finance",) and found.known and found.unlisted == 1
    # begun after the first list: f of 2018 and u, zz of 2020 (u came back); none left yet
    assert (found.curve.spells, found.curve.events) == (2, 0)


def test_core_enterprises_and_institutes_again() -> None:
    (tables, truths), done = province(0), base(0)
    kind = dict(tables["orgs"].select("org_id", "type").iter_rows())
    there: dict[tuple[str, int], set[str]] = {}
    for id, year, cell in tables["platforms"].select("platform_id", "year", "members").iter_rows():
        there.setdefault((id, year), set()).update(cell.split(";"))
    pairs = [
        m in there[p, y + 3]
        for (p, y), members in there.items() if (p, y + 3) in there
        for m in members if m in truths.network.core_firms or kind[m] == "institute"
    ]  # fmt: skip
    found = done.find("platform_persistence_core")
    assert (found.value, found.n) == (sum(pairs) / len(pairs), len(pairs))


def test_a_core_that_leaves_is_seen() -> None:
    tables, truths = province(0)
    gone = truths.network.core_firms[0]
    rows = tables["platforms"].with_columns(
        members=pl.when(pl.col("year") >= 2022)
        .then(pl.col("members").str.replace(f"{gone};", ""))
        .otherwise(pl.col("members"))
    )
    done = studied({**tables, "platforms": rows})
    was, now = (d.find("platform_persistence_core") for d in (base(0), done))
    assert was.n == now.n and was.value == 1
    # six sub-platforms, from 2019 to 2022 and from 2020 to 2023
    assert now.value == pytest.approx(1 - 12 / now.n)  # type: ignore[operator]
    assert verdict(studied({**tables, "platforms": rows}, platform_stay=0.8),
                   "platform.persistence") is NOT  # fmt: skip


# ------------------------------------------------------------------------------- income, runway


def money(private: list[float], public: list[float]) -> pl.DataFrame:
    years = list(range(2024 - len(private), 2024))
    return pl.DataFrame({"year": years, "income_private": private, "income_public": public})


def test_break_even_by_hand() -> None:
    found = income(money([10, 12, 14, 16, 18], [82, 82, 82, 82, 82]), 2023, 5, 0.9)
    assert found is not None and found.cost == 100
    rate, step = found.ahead
    assert step.years == pytest.approx(82 / 2) and step.ends == pytest.approx((41, 41))
    assert rate.years is not None and rate.years < 41 and found.later == pytest.approx(41)
    # 100 less 20, 22, ... , 100
    assert found.shortfall == pytest.approx(sum(80 - 2 * n for n in range(41)))
    doubling = income(money([1, 2, 4, 8, 16], [0, 0, 0, 0, 48]), 2023, 5, 0.9)
    assert doubling is not None and doubling.ahead[0].years == pytest.approx(2)


def test_a_falling_income_never_breaks_even_and_a_private_one_has() -> None:
    falls = income(money([18, 16, 14, 12, 10], [82] * 5), 2023, 5, 0.9)
    assert falls is not None and [a.years for a in falls.ahead] == [None, None]
    assert falls.later is None and falls.shortfall is None
    whole = income(money([5, 6, 7, 8, 9], [0] * 5), 2023, 5, 0.9)
    assert whole is not None and whole.later == 0 and whole.shortfall == 0
    few = income(money([5, 6], [1, 1]), 2023, 5, 0.9)
    assert few is not None and few.ahead == () and few.trend is None


def test_a_year_with_an_untold_income_is_left_out() -> None:
    frame = pl.concat([money([10, 12, 14, 16, 18], [82] * 5),
                       pl.DataFrame({"year": [2021], "income_private": [None],
                                     "income_public": [3.0]},
                                    schema_overrides={"income_private": pl.Float64})],
                      how="vertical_relaxed")  # fmt: skip
    found = income(frame, 2023, 4, 0.9)
    assert found is not None and found.left_out == (2021,) and 2021 not in found.years


@pytest.mark.parametrize(("committed", "truth"), [(0, OPEN), (5, NOT), (30, MET)])
def test_the_runway_needs_what_the_user_alone_knows(committed: float, truth: Truth) -> None:
    done = studied(province(0)[0], platform_committed=committed)
    assert verdict(done, "platform.runway") is truth
    runway, later = done.find("platform_runway"), done.find("platform_break_even", "constant sum")
    assert later.value is not None
    if committed:
        assert runway.value == pytest.approx(committed - later.value)
        assert runway.provenance is Provenance.CLAIMED
    else:
        assert "years are needed" in runway.reason and "platform_committed" in runway.settles


# ------------------------------------------------------------------------------------- claims


def claims(*rows: tuple[str, str, str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(f"C{n}", i, v, a, date.fromisoformat(d), date.fromisoformat(e) if e else None)
         for n, (i, v, a, d, e) in enumerate(rows)],
        schema={"claim_id": pl.String, "item": pl.String, "verdict": pl.String,
                "author": pl.String, "date": pl.Date, "expiry": pl.Date}, orient="row",
    )  # fmt: skip


def test_the_newest_claim_that_counts_at_the_end_of_the_year() -> None:
    rows = claims(
        ("a", "met", "X", "2020-01-01", None), ("a", "not met", "Y", "2022-05-01", None),
        ("a", "met", "X", "2024-01-01", None), ("b", "met", "X", "2021-01-01", "2023-12-30"),
        ("c", "met", "X", "2021-01-01", "2023-12-31"), ("d", "met", "X", "2023-01-01", None),
        ("d", "not met", "Y", "2023-01-01", None), ("a", "not met", "X", "2019-01-01", None),
    )  # fmt: skip
    a, b, c, d, e = judged(rows, ["a", "b", "c", "d", "e"], 2023)
    assert a.truth is NOT and a.newest is not None and a.newest.author == "Y"
    assert [(x.author, x.truth) for x in a.disputed] == [("X", MET)]
    assert (b.truth, b.lapsed, b.newest) == (OPEN, 1, None)
    assert c.truth is MET and not c.disputed
    assert d.truth is OPEN and len(d.disputed) == 1
    assert (e.truth, e.claims, e.lapsed) == (OPEN, (), 0)


def test_governance_is_claimed_and_never_of_another_region() -> None:
    tables, done = province(0)[0], base(0)
    found = done.find("platform_governance")
    told = [j for j in done.governance if j.truth is not OPEN]
    assert found.value == sum(j.truth is MET for j in told) / len(told)
    assert found.provenance is Provenance.CLAIMED and found.n == len(told)
    assert [j.item for j in done.governance] == list(CHECKLIST)
    other = studied(tables, "Nanling")
    assert other.find("platform_governance").value is None
    early = studied(tables, year=2021)
    assert early.find("platform_governance").value is None


# ------------------------------------------------------------------------------------- rubrics

EXAMPLE = """
id = "x"
title = "X"
source = "s"
[[items]]
id = "staff"
title = "Staff"
measure = "rd_staff_share"
claim = "rubric.staff"
zero = 0.1
full = 0.5
{points}
source = "s"
[[items]]
id = "top"
title = "Top"
claim = "rubric.top"
{points}
source = "s"
"""


def hunan() -> dict[str, float | None]:
    """A centre with 30% R&D staff, no university, 4 million of R&D; private capital claimed."""
    rubric = next(r for r in shipped() if r.id == "hunan-innovation-centre")
    values = {"rd_staff_share": Value(0.3), "alliance_kinds": Value(2.0), "rd_spend": Value(4.0)}
    rows = claims(("rubric.private_capital", "met", "X", "2023-01-01", None),
                  ("rubric.top_unit", "not met", "X", "2023-01-01", None),
                  ("rubric.rd_spend", "met", "X", "2023-01-01", None))  # fmt: skip
    items = [i.claim for i in rubric.items]
    done = scored(rubric, values, {j.item: j for j in judged(rows, items, 2023)})
    assert done.told is None and done.possible is None
    return {s.item.id: s.mark for s in done.scores}


def test_first_worked_example_hunan_item_by_item() -> None:
    """R&D staff of 30% lie halfway between 10% and 50%; 4 of 5 million give four fifths."""
    assert hunan() == {
        "rd_staff_share": pytest.approx(0.5), "alliance_mix": 0.0, "provincial_platforms": None,
        "top_unit": 0.0, "private_capital": 1.0, "rd_spend": pytest.approx(0.8),
    }  # fmt: skip


def test_second_worked_example_ends_of_the_scale() -> None:
    """Above 50% full marks, below 10% none (Hunan); above 30% and below 10% (another province)."""
    assert [linear(x, 0.1, 0.5) for x in (0.02, 0.1, 0.5, 0.9)] == [0, 0, 1, 1]
    other = next(r for r in shipped() if r.id == "provincial-rd-cost")
    marks = [scored(other, {"rd_cost_share": Value(x)}, {}).scores[0].mark
             for x in (0.05, 0.2, 0.31)]  # fmt: skip
    assert marks == [0, pytest.approx(0.5), 1]


def test_third_worked_example_stated_points_are_added_where_told(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(EXAMPLE.format(points="points = 20"), "utf-8")
    done = scored(load_rubric(file), {"rd_staff_share": Value(0.2)}, {})
    assert (done.told, done.possible) == (pytest.approx(5), 20)
    assert [s.status for s in done.scores] == ["observed", "missing"]
    assert done.scores[1].settles == "a signed claim rubric.top"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('measure = "rd_staff_share"', 'measure = "rd_staf_share"',
         'item "staff": no measure "rd_staf_share". Did you mean "rd_staff_share"'),
        ("full = 0.5", "full = 0.1", 'item "staff": zero and full are both 0.1'),
        ("full = 0.5", "", 'item "staff": a measure needs both zero and full'),
        ('id = "top"', 'id = "staff"', "there twice: staff"),
        ('claim = "rubric.top"', "", 'item "top": is read from nothing'),
        ('title = "Top"', "weight = 3", 'item "top", weight: Extra inputs are not permitted'),
        ('title = "Top"', "points = 3\ntitle = 'T'", "points are stated of some items and not of "
         "staff"),
        ("zero = 0.1", "zero = 'a'", 'item "staff", zero: Input should be a valid number'),
        ('title = "X"', "title = X", "not readable as TOML"),
    ],
)  # fmt: skip
def test_a_wrong_rubric_is_refused_by_item(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "r.toml"
    file.write_text(EXAMPLE.format(points="").replace(old, new, 1), "utf-8")
    with pytest.raises(RubricError) as caught:
        load_rubric(file)
    assert "r.toml" in str(caught.value) and said in str(caught.value)


def test_shipped_rubrics_state_no_points_and_say_where_each_line_is_from() -> None:
    for rubric in shipped():
        assert not rubric.weighted and "no total" in rubric.note
        assert all(i.source and (i.claim or i.measure) for i in rubric.items)


def test_the_alliance_of_the_province_is_observed_and_the_rest_is_missing() -> None:
    scores = {s.item.id: s for r in base(0).rubrics for s in r.scores}
    assert scores["alliance_mix"].mark == 1 and scores["alliance_mix"].status == "observed"
    assert scores["rd_spend"].status == "missing" and "rd_spend" in scores["rd_spend"].settles


# ----------------------------------------------------------------------- what is not in the tables


def test_no_table_of_a_platform_is_a_reason_not_a_crash() -> None:
    tables = {k: v for k, v in province(0)[0].items() if k not in ("platforms", "resources",
                                                                   "needs", "claims")}  # fmt: skip
    done = studied(tables)
    assert done.reason and done.settles
    assert all(v.truth is OPEN and v.settles for v in done.verdicts)
    assert all(q.value is None for q in done.quantities if q.measure != "platform_integration")


def test_another_region_has_no_platform() -> None:
    done = studied(province(0)[0], "Nanling")
    assert "is of Nanling" in done.reason
    assert all(v.truth is OPEN for v in done.verdicts)


@pytest.mark.parametrize(
    ("table", "column", "clause", "said"),
    [
        ("resources", "", "platform.needs", "table resources"),
        ("needs", "", "platform.allocation", "table needs"),
        ("needs", "served", "platform.allocation", "column served of table needs"),
        ("platforms", "", "platform.functions", "table platforms"),
        ("platforms", "members", "platform.persistence", "column members of table platforms"),
        ("platforms", "income_public", "platform.runway", "column income_public"),
        ("claims", "", "platform.governance", "table claims"),
    ],
)
def test_what_is_taken_away_is_named(table: str, column: str, clause: str, said: str) -> None:
    tables = dict(province(0)[0])
    left = tables.pop(table)
    if column:
        tables[table] = left.drop(column)
    done = studied(tables)
    found = next(v for v in done.verdicts if v.clause == clause)
    assert found.truth is OPEN and said in found.reason + found.settles
    assert verdict(done, "platform.functions") is (OPEN if table == "platforms" and not column
                                                   else NOT)  # fmt: skip


def test_needs_without_any_resource_are_all_unmet() -> None:
    tables, _ = province(0)
    far = tables["resources"].with_columns(
        platform_id=pl.lit(None, pl.String),
        org_id=pl.lit(tables["orgs"].filter(pl.col("region") != REGION)["org_id"][0]),
    )
    done = studied({**tables, "resources": far})
    assert done.find("needs_unmet").value == 1 and done.find("needs_scarcest").value == 1
    assert done.find("platform_collection").value is None
    assert {one.shares["lack"] for one, _ in done.lost.values()} != {0.0}


def test_members_the_organisations_do_not_list_are_counted_of_no_kind() -> None:
    tables, _ = province(0)
    # members that orgs do not have: the audit of files refuses none of them in a list column
    rows = tables["platforms"].with_columns(members=pl.lit("ZZ1;ZZ2"))
    done = studied({**tables, "platforms": rows})
    assert done.stay is not None and done.stay.unlisted == 2
    assert done.find("platform_persistence", "not known").value == 1
    assert done.find("platform_persistence_core").value is None
    score = next(s for r in done.rubrics for s in r.scores if s.item.id == "alliance_mix")
    assert score.mark is None and "kind of some members" in score.why


def test_a_platform_table_without_years_is_of_one_year() -> None:
    tables, _ = province(0)
    one = tables["platforms"].filter(pl.col("year") == 2023).drop("year")
    done = studied({**tables, "platforms": one})
    assert done.find("platform_functions").value == 4
    assert done.find("platform_persistence").value is None
    assert done.find("platform_private_share").value is not None


def test_an_earlier_year_knows_nothing_of_later_rows() -> None:
    tables, _ = province(0)
    early = studied(tables, year=2021)
    cut = {**tables, **{t: tables[t].filter(pl.col("year") <= 2021)
                        for t in ("platforms", "needs")}}  # fmt: skip
    again = studied(cut, year=2021)
    same = [(q.id, q.value, q.rows) for q in early.quantities]
    assert same == [(q.id, q.value, q.rows) for q in again.quantities]
    assert early.year == 2021 and early.find("platform_functions").period == "2021"


# ------------------------------------------------------------------------------------- outputs


def test_the_lists_carry_functions_processes_needs_and_prices(beijiang: Run) -> None:
    book = openpyxl.load_workbook(Path(beijiang.out) / "lists.xlsx")
    found = {}
    for name in ("platform functions", "platform processes", "platform governance",
                 "platform rubric", "needs unmet", "needs assignment",
                 "shadow prices"):  # fmt: skip
        found[name] = sheet_rows(book, name)
        assert found[name], name
    book.close()
    assert {r["function"] for r in found["platform functions"]} == set(FUNCTIONS)
    assert {r["action"] for r in found["needs unmet"]} <= {"reallocate", "develop", "introduce",
                                                           "cannot tell"}  # fmt: skip
    top = max(found["shadow prices"], key=lambda r: r["met by one unit more"])
    assert top["type"] == province(0)[1].platform.scarce_resource
    asked = sum(r["amount"] for r in found["needs assignment"])
    needs = province(0)[0]["needs"].filter(pl.col("year") == 2023)["amount"].sum()
    left = {r["need_id"]: r["unmet at best"] for r in found["needs unmet"]}
    assert asked + sum(left.values()) == pytest.approx(needs)
