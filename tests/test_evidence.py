"""Quantities, verdicts, settings, the registry, and the ledger from which all can be checked."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

import regionlift.measures  # noqa: F401  (registers every measure)
from panels import grid, light, opened, random_rows, studied, with_total
from regionlift.evidence.ledger import LEDGER, trace, write_ledger
from regionlift.evidence.measure import measures, register, registry, to_rows
from regionlift.evidence.quantity import (
    QUANTITY_SCHEMA,
    Provenance,
    Quantity,
    Status,
    from_row,
    to_frame,
)
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth, Verdict, all_of, any_of, negate
from regionlift.evidence.verdict import to_frame as verdict_frame
from regionlift.measures.panel import KERNELS
from regionlift.measures.stage import BESIDE, LEADS
from regionlift.output.files import ledger_tables
from regionlift.study import Study

T, U, F = Truth.MET, Truth.CANNOT_TELL, Truth.NOT_MET
TRUTHS = st.sampled_from(Truth)
few = effort(max_examples=60, deadline=None)

# verdicts


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [(T, T, T, T), (T, U, U, T), (T, F, F, T), (U, U, U, U), (U, F, F, U), (F, F, F, F)],
)
def test_kleene_tables(one: Truth, other: Truth, both: Truth, either: Truth) -> None:
    assert all_of([one, other]) is all_of([other, one]) is both
    assert any_of([one, other]) is any_of([other, one]) is either


def test_negation_and_the_empty_lists() -> None:
    assert [negate(t) for t in (T, U, F)] == [F, U, T]
    assert all_of([]) is T and any_of([]) is F


@few
@given(st.lists(TRUTHS, max_size=6))
def test_de_morgan(truths: list[Truth]) -> None:
    assert negate(all_of(truths)) is any_of(negate(t) for t in truths)
    assert negate(any_of(truths)) is all_of(negate(t) for t in truths)


@few
@given(st.lists(TRUTHS, min_size=1, max_size=5), st.data())
def test_knowing_more_never_turns_an_answer_over(truths: list[Truth], data: st.DataObject) -> None:
    """Whatever an unknown turns out to be, an answer already given stands."""
    settled = [data.draw(st.sampled_from([T, F])) if t is U else t for t in truths]
    for operation in (all_of, any_of):
        before = operation(truths)
        assert before is U or operation(settled) is before


@few
@given(TRUTHS, TRUTHS, TRUTHS)
def test_and_distributes_over_or(a: Truth, b: Truth, c: Truth) -> None:
    assert all_of([a, any_of([b, c])]) is any_of([all_of([a, b]), all_of([a, c])])


def test_a_verdict_needs_a_reason_and_an_unknown_a_way_out() -> None:
    with pytest.raises(ValueError, match=r"a/b: a verdict needs a reason"):
        Verdict("a", "b", T, "")
    with pytest.raises(ValueError, match=r"a/b: 'cannot tell' needs to say what would settle it"):
        Verdict("a", "b", U, "no data")
    frame = verdict_frame([Verdict("a", "b", U, "no data", "data", ("x", "y"))])
    assert frame.row(0) == ("a/b", "a", "b", "cannot tell", "no data", "data", "x;y")
    assert verdict_frame([]).height == 0 and verdict_frame([]).columns == frame.columns


# quantities


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.KNOWN])
def test_an_unknown_has_no_value_and_has_a_reason(status: Status) -> None:
    with pytest.raises(ValueError, match="any other has none"):
        Quantity("m", "r", "2017", 1.0, "share", status=status, reason="why")
    with pytest.raises(ValueError, match="needs a reason"):
        Quantity("m", "r", "2017", None, "share", status=status)
    assert Quantity("m", "r", "2017", None, "share", status=status, reason="why").value is None


def test_a_known_quantity_has_a_value_and_zero_is_one() -> None:
    with pytest.raises(ValueError, match="a known quantity has a value"):
        Quantity("m", "r", "2017", None, "share")
    assert Quantity("m", "r", "2017", 0.0, "share").value == 0


@pytest.mark.parametrize("name", ["value", "low", "high"])
def test_a_known_quantity_is_never_nan(name: str) -> None:
    with pytest.raises(ValueError):
        Quantity("m", "r", "2017", **{"value": 1.0, name: float("nan")}, unit="share")  # type: ignore[arg-type]


NUMBERS = st.floats(-1e9, 1e9)
WORDS = st.text(max_size=20)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    status = draw(st.sampled_from(Status))
    known = status is Status.KNOWN
    return Quantity(
        draw(WORDS), draw(WORDS), draw(WORDS), draw(NUMBERS) if known else None, draw(WORDS),
        draw(st.none() | NUMBERS), draw(st.none() | NUMBERS), draw(st.none() | st.integers(0, 9)),
        status, draw(st.sampled_from(Provenance)), draw(WORDS) if known else "why",
        draw(WORDS), draw(WORDS), draw(WORDS), draw(st.integers(0, 9)),
    )  # fmt: skip


@few
@given(st.lists(quantities(), max_size=4))
def test_quantities_come_back_from_a_frame_as_they_went_in(given_: list[Quantity]) -> None:
    frame = to_frame(given_)
    assert dict(frame.schema) == QUANTITY_SCHEMA
    assert [from_row(row) for row in frame.iter_rows(named=True)] == given_
    assert frame["id"].to_list() == [q.id for q in given_]


# settings


def test_a_users_setting_is_marked_as_such_and_nothing_else_moves() -> None:
    chosen, default = settings({"label_share": "0.7"}), settings()
    assert chosen["label_share"] == 0.7 and chosen.changed == ["label_share"]
    assert chosen.thresholds["label_share"].source == "the user"
    assert default.changed == []
    rest = set(default.thresholds) - {"label_share"}
    assert all(chosen.thresholds[n] == default.thresholds[n] for n in rest)


@pytest.mark.parametrize("name", sorted(settings().thresholds))
def test_every_setting_takes_its_ends_and_nothing_beyond(name: str) -> None:
    t = settings().thresholds[name]
    assert t.low <= t.value <= t.high and t.meaning and t.source
    assert settings({name: t.low})[name] == t.low and settings({name: t.high})[name] == t.high
    step = max(abs(t.high), 1) * 0.01
    for value in (t.low - step, t.high + step, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=rf"setting {name} = .*expected .* to "):
            settings({name: value})


def test_a_misspelt_setting_names_the_near_one_and_all() -> None:
    with pytest.raises(ValueError, match=r'"lable_share"\. Did you mean "label_share"\?'):
        settings({"lable_share": 0.8})
    with pytest.raises(ValueError, match=r'no setting "zzz"\. Settings: label_share, window'):
        settings({"zzz": 1})
    with pytest.raises(ValueError, match='setting window = "five": expected a number'):
        settings({"window": "five"})


def test_a_setting_that_counts_refuses_a_fraction() -> None:
    with pytest.raises(ValueError):
        settings({"window": 4.5})


def test_tails_follow_the_confidence() -> None:
    assert settings({"confidence": 0.8}).tails == pytest.approx((0.1, 0.9))


# registry


@pytest.mark.parametrize("id", sorted(registry()))
def test_every_definition_is_whole(id: str) -> None:
    d = registry()[id]
    assert d.id == id == id.lower() and " " not in id
    assert d.title and d.title_zh and d.unit and d.formula and d.source and d.interval
    assert any("\u4e00" <= letter <= "\u9fff" for letter in d.title_zh)
    assert d.items and all(1 <= item <= 93 for item in d.items)
    assert d.direction in ("up", "down", "none") and d.minimum_n >= 1


def test_titles_are_distinct() -> None:
    for title in ("title", "title_zh"):
        names = [getattr(d, title) for d in registry().values()]
        assert len(set(names)) == len(names)


def test_an_id_cannot_be_taken_twice() -> None:
    before = dict(registry())
    taken = before["trend"]
    with pytest.raises(ValueError, match='two measures with the id "trend"'):
        register(taken)
    assert registry() == before


def test_markers_of_the_stage_are_measures_and_leads_have_kernels() -> None:
    ids = {m.id for m in measures()}
    leads = [marker for markers in LEADS.values() for marker in markers]
    assert set(leads) <= set(KERNELS) and len(set(leads)) == len(leads)
    assert {marker for markers in BESIDE.values() for marker in markers} <= ids
    assert set(KERNELS) <= ids
    # a lead is a level: its replicates are of one year
    assert not any(KERNELS[marker].change for marker in leads)


def test_needs_name_what_the_contract_has() -> None:
    from regionlift.data.contract import contract

    for measure in measures():
        for table, columns in measure.needs.items():
            assert set(columns) <= set(contract()[table].names()), measure.id
    assert len(to_rows(registry().values())) == len(registry())


def test_a_missing_table_or_column_gives_one_unknown_a_region_that_names_it(
    tmp_path: Path,
) -> None:
    rows = grid(["A", "B"], [2015, 2016], lambda *_: {"value_added": 1.0})
    dataset = opened(tmp_path, rows)
    for measure in measures():
        frame = measure(dataset, light())
        if measure.needs.keys() == {"panel"} and set(measure.needs["panel"]) <= set(rows[0]):
            continue
        assert frame["subject"].to_list() == ["A", "B"], measure.id
        assert set(frame["status"]) == {"not_collected"}
        assert any(table in frame["reason"][0] for table in measure.needs)
        assert frame["settles"][0].startswith("add ")


# the ledger


def record(done: Study, folder: Path) -> None:
    """Write the ledger of a study, data and numbers."""
    write_ledger(folder / LEDGER, {**done.dataset.tables, **ledger_tables(done)})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    """A study with its ledger, of a region whose name is an attack."""
    rows = random_rows(2, regions=8)
    names = {"R00": "O'Brien; DROP TABLE panel", "R01": 'Quote"d, comma', "R02": "a|b/c"}
    for row in rows:
        row["region"] = names.get(row["region"], row["region"])
    folder = tmp_path_factory.mktemp("small")
    done = studied(opened(folder / "data", rows), names["R00"])
    record(done, folder)
    return done, folder


def test_a_number_is_traced_to_the_rows_it_was_computed_from(small: tuple[Study, Path]) -> None:
    done, folder = small
    id = "value_added_per_employee/O'Brien; DROP TABLE panel/2015"
    found = trace(folder, id)
    assert found.rows == found.first.height == found.quantity.rows == 3
    assert found.definition["title"] == registry()["value_added_per_employee"].title
    again = found.first.select(
        1000 * pl.col("value_added_real").sum() / pl.col("employment").sum()
    ).item()
    assert found.quantity.value == pytest.approx(again)
    assert found.sources["file"].to_list() == ["panel.csv"]
    assert trace(folder / LEDGER, id, first=2).first.height == 2
    assert found.quantity == done.find("value_added_per_employee", period="2015")


def test_hostile_names_are_only_names(small: tuple[Study, Path]) -> None:
    done, folder = small
    for name in ("O'Brien; DROP TABLE panel", 'Quote"d, comma', "a|b/c"):
        found = trace(folder, f"value_added_ratio/{name}/2020")
        assert found.rows == 3 and set(found.first["region"]) == {name}
        quotient = trace(folder, f"location_quotient_employment/{name}|h/2020")
        assert quotient.rows == 2 and set(quotient.first["region"]) == {name}
    with duckdb.connect(str(folder / LEDGER), read_only=True) as ledger:
        rows = ledger.sql("SELECT count(*) FROM panel").fetchall()
    assert rows == [(done.dataset.tables["panel"].height,)]
    percentile = trace(folder, "peer_percentile/O'Brien; DROP TABLE panel|value_added_ratio/2020")
    assert percentile.quantity.value is not None and percentile.rows == 8


def test_an_unknown_id_names_the_nearest(small: tuple[Study, Path]) -> None:
    _, folder = small
    with pytest.raises(LookupError) as caught:
        trace(folder, "value_added_ratio/R05/2019x")
    assert 'no number with the id "value_added_ratio/R05/2019x"' in str(caught.value)
    assert "value_added_ratio/R05/2019" in str(caught.value).split("nearest: ")[1].split(", ")
    with pytest.raises(LookupError):
        trace(folder, "'; DROP TABLE quantities; --")
    with pytest.raises(FileNotFoundError, match="no ledger at"):
        trace(folder / "nowhere", "x")


def test_ids_are_distinct_and_readable(small: tuple[Study, Path]) -> None:
    frame = small[0].quantities
    assert frame["id"].n_unique() == frame.height
    # a name with a slash in it is still in its id
    made = frame.select(
        pl.concat_str("measure", "subject", pl.col("period").replace("", None), separator="/",
                      ignore_nulls=True)
    )  # fmt: skip
    assert made.to_series().to_list() == frame["id"].to_list()


def _counts(done: Study, folder: Path, *measures_: str) -> list[str]:
    """Ids of numbers whose query does not give as many rows as they say."""
    chosen = done.quantities.filter(pl.col("sql") != "")
    part = chosen.filter(pl.col("measure").is_in(measures_) if measures_ else pl.lit(True))
    part = pl.concat([frame.head(6) for _, frame in part.group_by("measure", "status")])
    with duckdb.connect(str(folder / LEDGER), read_only=True) as ledger:
        return [
            id
            for id, sql, rows in part.select("id", "sql", "rows").iter_rows()
            if ledger.sql(f"SELECT count(*) FROM ({sql})").fetchall() != [(rows,)]
        ]


def test_every_query_gives_the_rows_that_are_claimed(small: tuple[Study, Path]) -> None:
    done, folder = small
    wrong = [id for id in _counts(done, folder) if not id.startswith("base_rate_skill")]
    assert wrong == []


def test_the_query_of_the_hindcast_gives_the_rows_it_claims(tmp_path: Path) -> None:
    done = studied(opened(tmp_path / "data", random_rows(1)), "R00")
    assert done.rates.skill.value is not None
    record(done, tmp_path)
    assert _counts(done, tmp_path, "base_rate_skill") == []


def test_no_number_of_a_run_is_nan(small: tuple[Study, Path]) -> None:
    frame = small[0].quantities
    for name in ("value", "low", "high"):
        assert not frame[name].is_nan().any(), name


def test_every_number_of_a_run_keeps_the_law_of_states(small: tuple[Study, Path]) -> None:
    frame = small[0].quantities
    known = pl.col("status") == "known"
    assert frame.filter(known & pl.col("value").is_null()).is_empty()
    assert frame.filter(~known & pl.col("value").is_not_null()).is_empty()
    assert frame.filter(~known & ((pl.col("reason") == "") | (pl.col("settles") == ""))).is_empty()
    assert frame["status"].is_in([s.value for s in Status]).all()
    assert set(frame["measure"]) <= set(registry())


def test_totals_do_not_enter_the_block(tmp_path: Path) -> None:
    """The row of all industries is read by the location quotient alone."""
    rows = grid(["A", "B"], [2015], lambda *_: {"value_added": 2.0, "output": 4.0})
    bare = opened(tmp_path / "bare", rows)
    full = opened(tmp_path / "full", with_total(rows, times=9))
    ratio = next(m for m in measures() if m.id == "value_added_ratio")
    assert ratio(bare, light()).equals(ratio(full, light()))
