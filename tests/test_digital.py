"""Item 3 of the paper: networking and intelligence, as patents with a digital class."""

from __future__ import annotations

import re
from collections import defaultdict

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regionlift.data.symbols import parse
from regionlift.data.synthetic import generate
from regionlift.evidence.measure import registry
from regionlift.evidence.settings import settings
from regionlift.measures.events import DIGITAL
from regionlift.run import Run
from test_policy import dataset_of

#: One symbol in the spellings that are read.
SPELLINGS = (
    "{s}{c}{b} {m}/{g}", "{s}{c}{b}{m}/{g}", "{s}{c}{b}  {m}/{g}(2006.01)", "{s}{c}{b}-00{m}/{g}",
    "Int.Cl.7 {s}{c}{b} {m}/{g}", "IPC(7): {s}{c}{b} {m}/{g}", "INT. CL. 8 {s}{c}{b}{m}/{g}",
    " {s}{c}{b}", "{s}{c}{b}000{m}{g}0000",
)  # fmt: skip


@given(
    st.sampled_from("ABCDEFGH"), st.sampled_from(["05", "06", "04", "25", "01", "23"]),
    st.sampled_from("ABJQ"), st.sampled_from(SPELLINGS), st.booleans(),
)  # fmt: skip
def test_every_spelling_is_told_as_the_parsed_symbol(
    s: str, c: str, b: str, spelling: str, small: bool
) -> None:
    text = spelling.format(s=s, c=c, b=b, m=1, g="70")
    text = text.lower() if small else text
    symbol = parse(text)
    assert symbol is not None and symbol.at("subclass") == f"{s}{c}{b}"
    wanted = symbol.at("class") in ("G06", "H04") or symbol.at("subclass") in ("G05B", "B25J")
    assert bool(re.match(DIGITAL, text)) == wanted
    said = duckdb.execute("SELECT regexp_matches(?, ?)", [text, DIGITAL]).fetchone()
    assert said == (wanted,)


def test_the_share_of_every_region_and_year_by_loops() -> None:
    tables = generate(0).tables
    dataset = dataset_of(tables)
    found = registry()["digital_share"](dataset, settings())  # type: ignore[operator]
    home = dict(tables["orgs"].select("org_id", "region").iter_rows())
    classes: dict[str, list[str]] = defaultdict(list)
    for patent, code in tables["codes"].select("patent_id", "code").iter_rows():
        classes[patent].append(code)
    year = dict(tables["patents"].select("patent_id", "app_year").iter_rows())
    told: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for patent, org, at in (
        tables["applicants"].select("patent_id", "org_id", "position").iter_rows()
    ):
        if at == 1 and classes[patent]:
            told[home[org], str(year[patent])].append(
                any(re.match("G05B|G06|H04|B25J", c) for c in classes[patent])
            )
    known = {(r["subject"], r["period"]): r for r in found.to_dicts() if r["value"] is not None}
    assert set(known) == {k for k in told if k[0] in dataset.regions()}
    for key, row in known.items():
        assert row["value"] == pytest.approx(sum(told[key]) / len(told[key]))
        assert row["n"] == row["rows"] == len(told[key])
    assert 0 < known["Beijiang", "2023"]["value"] < 1


def test_without_classes_it_says_what_is_missing() -> None:
    tables = {k: v for k, v in generate(0).tables.items() if k != "codes"}
    found = registry()["digital_share"](dataset_of(tables), settings())  # type: ignore[operator]
    assert set(found["status"]) == {"not_collected"}
    assert all("codes" in text for text in found["settles"])


def test_the_query_gives_the_rows_it_claims(beijiang: Run) -> None:
    q = beijiang.study.find("digital_share")
    assert q.value is not None
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        rows = ledger.sql(q.sql).pl()
    assert rows.height == q.rows == q.n
    digital = [any(re.match(DIGITAL, c) for c in codes.split("; ")) for codes in rows["codes"]]
    assert sum(digital) / len(digital) == pytest.approx(q.value)
