"""Classes counted together in DuckDB against the incidence matrix: two routes, one number."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.data.dataset import Dataset
from regionlift.data.manifest import Manifest
from regionlift.data.scope import load_scope
from regionlift.measures.technology import filings as filed
from regionlift.measures.technology import together as pairs
from regionlift.measures.technology.commonness import joint
from regionlift.measures.technology.filings import NoPatentsError, filings
from regionlift.measures.technology.together import together

#: Two are one subclass, one reaches no group, two are no symbol.
SYMBOLS = ("B23Q1/70", "B23Q 3/00", "H01L21/02", "G05B", "G06F17/50", "rubbish", "")


def dataset(
    codes: list[tuple[str, str | None]], years: dict[str, int | None], owners: dict[str, str]
) -> Dataset:
    text, number = pl.String, pl.Int64
    tables = {
        "codes": pl.DataFrame(codes, {"patent_id": text, "code": text}, orient="row"),
        "patents": pl.DataFrame(
            list(years.items()), {"patent_id": text, "app_year": number}, orient="row"
        ),
        "applicants": pl.DataFrame(
            list(owners.items()), {"patent_id": text, "org_id": text}, orient="row"
        ),
        "orgs": pl.DataFrame({"org_id": ["A", "B"], "region": ["north", "south"]}),
    }
    manifest = Manifest.model_validate(
        {"dataset": {"title": "t", "scope": "gbt4754-2017", "currency": "CNY"}, "tables": {}}
    )
    return Dataset(Path(), manifest, load_scope("gbt4754-2017"), tables, (), (), {})


def drawn(seed: int, patents: int = 30) -> Dataset:
    """Patents with and without a year, a known applicant, a symbol; symbols told twice."""
    rng = np.random.default_rng(seed)
    ids = [f"P{n}" for n in range(patents)]
    codes: list[tuple[str, str | None]] = [
        (p, str(rng.choice(SYMBOLS)) if rng.random() < 0.95 else None)
        for p in [*ids, "nowhere"] for _ in range(rng.integers(0, 6))
    ]  # fmt: skip
    years = {p: int(rng.integers(2008, 2014)) if rng.random() < 0.9 else None for p in ids}
    owners = {p: str(rng.choice(["A", "B", "unknown"])) for p in ids if rng.random() < 0.9}
    # one that surely counts for both routes
    return dataset([*codes, ("Z", "B23Q1/70"), ("Z", "H01L21/02")], {**years, "Z": 2010},
                   {**owners, "Z": "A"})  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["section", "subclass", "group"]))
def test_the_table_and_the_matrix_count_the_same(seed: int, level: filed.Level) -> None:
    data = drawn(seed)
    found = together(data, 2009, 2012, level)
    plain = filings(data, "north", 2009, 2012, level)
    assert found.classes == plain.classes
    np.testing.assert_array_equal(
        found.patents.toarray(), joint(plain.incidence, np.ones(len(plain.ids)))
    )


def test_counts_by_hand() -> None:
    codes = [("P1", "B23Q1/70"), ("P1", "B23Q3/00"), ("P1", "H01L21/02"), ("P2", "H01L21/02"),
             ("P3", "B23Q1/70"), ("P3", "H01L21/02")]  # fmt: skip
    data = dataset(list(codes), dict.fromkeys(("P1", "P2", "P3"), 2010),
                   {"P1": "A", "P2": "B", "P3": "A"})  # fmt: skip
    found = together(data, 2010, 2010)
    assert found.classes == ("B23Q", "H01L")
    assert found.patents.toarray().tolist() == [[2, 2], [2, 3]]


def test_a_patent_of_too_many_classes_relates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = drawn(3, 60)
    whole = together(data, 2008, 2013, "group").patents.sum()
    for module in (filed, pairs):
        monkeypatch.setattr(module, "MOST_CLASSES", 2)
    found = together(data, 2008, 2013, "group")
    plain = filings(data, "north", 2008, 2013, "group")
    assert found.patents.sum() < whole
    np.testing.assert_array_equal(
        found.patents.toarray(), joint(plain.incidence, np.ones(len(plain.ids)))
    )


def test_pairs_are_those_of_the_rows() -> None:
    """Against a loop over patents, without either route's arrays."""
    data = drawn(11, 80)
    tables = data.tables
    dated = {p for p, y in tables["patents"].iter_rows() if y is not None and 2009 <= y <= 2012}
    owned = {p for p, o in tables["applicants"].iter_rows() if o in ("A", "B")}
    own: dict[str, set[str]] = defaultdict(set)
    cut = filed.symbol_of("subclass")
    for patent, code in tables["codes"].iter_rows():
        if patent in dated & owned and code and cut(code):
            own[patent].add(cut(code))
    counted = Counter(
        pair for held in own.values() for pair in combinations_with_replacement(sorted(held), 2)
    )
    found = together(data, 2009, 2012)
    m = found.patents.toarray()
    assert (m == m.T).all()
    assert counted == {
        (found.classes[i], found.classes[j]): m[i, j] for i, j in np.argwhere(np.triu(m)).tolist()
    }


def test_without_patents_it_says_what_would_settle_it() -> None:
    with pytest.raises(NoPatentsError, match="no patent of 1990-1991"):
        together(drawn(1), 1990, 1991)
    data = drawn(1)
    bare = Dataset(data.folder, data.manifest, data.scope, {"codes": data.tables["codes"]},
                   (), (), {})  # fmt: skip
    with pytest.raises(NoPatentsError, match="table patents"):
        together(bare, 2009, 2012)
