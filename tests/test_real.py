"""Real tables, end to end: totals equal the source, reports open, unknowns stay unknown."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from browser import launched, visited
from regionlift import open_dataset
from regionlift.evidence.quantity import Status
from regionlift.evidence.verdict import Truth
from regionlift.run import Run, run_region
from shared import shared_data

ROOT = Path(__file__).resolve().parents[1]
US, EU = ROOT / "examples" / "us-states", ROOT / "examples" / "eu-nuts2"

pytestmark = pytest.mark.shared


def test_us_manufacturing_by_state_and_year_equals_the_source() -> None:
    """All 51 states and the nation, 1997-2020, to the unit the source prints."""
    raw = pl.read_parquet(shared_data() / "us-states" / "gdp_by_industry.parquet").filter(
        pl.col("line") == 12
    )
    panel = open_dataset(US).tables["panel"].filter(pl.col("industry") == "31-33")
    panel = panel.filter(pl.col("value_added").is_not_null())
    assert panel.height == raw.height == 52 * 24
    ours = panel.sort("year", "value_added")["value_added"].to_list()
    theirs = raw.sort("year", "gdp_musd")["gdp_musd"].to_list()
    assert ours == theirs
    michigan = panel.filter(pl.col("region") == "Michigan", pl.col("year") == 2012)
    assert michigan["value_added"].to_list() == [78323.9]


@pytest.mark.parametrize(
    ("country", "persons"), [("DE", 1_169_456), ("IT", 451_030), ("CZ", 124_822)]
)
def test_eu_machinery_employment_2014_equals_the_published_national_figure(
    country: str, persons: int
) -> None:
    panel = open_dataset(EU).tables["panel"].filter(
        pl.col("industry") == "C28", pl.col("year") == 2014,
        pl.col("region").str.starts_with(country),
    )  # fmt: skip
    assert panel["employment"].sum() == persons


def test_suppressed_cells_of_the_source_are_suppressed_here() -> None:
    raw = pl.read_parquet(shared_data() / "us-states" / "employment.parquet")
    areas = {"Far West", "Great Lakes", "Mideast", "New England", "Plains", "Rocky Mountain",
             "Southeast", "Southwest", "United States"}  # fmt: skip
    nulls = raw.filter(
        pl.col("LineCode") == 518, pl.col("emp").is_null(), ~pl.col("GeoName").is_in(list(areas))
    ).height
    panel = open_dataset(US).tables["panel"].filter(
        pl.col("industry") == "3361MV", pl.col("region") != "United States"
    )
    assert nulls == 272
    assert (panel["employment__status"] == Status.SUPPRESSED).sum() == nulls


@pytest.fixture(scope="module")
def reports(
    michigan: Run, ith5: Run, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Run]:
    out = tmp_path_factory.mktemp("reports")
    runs = {"Michigan": michigan, "ITH5": ith5}
    runs["Ohio"] = run_region(US, "Ohio", out / "Ohio")
    for region in ("DE11", "ES21"):
        runs[region] = run_region(EU, region, out / region)
    return runs


@pytest.mark.browser
@pytest.mark.parametrize("flags", [(), ("--disable-3d-apis",)], ids=["plain", "no-3d"])
def test_every_report_opens_from_disk_quietly_and_every_chart_has_marks(
    reports: dict[str, Run], flags: tuple[str, ...]
) -> None:
    with launched(*flags) as browser:
        for region, run in reports.items():
            with visited(browser, run.out / "report.html") as visit:
                drawn = 0
                for page in visit.pages():
                    visit.go(page)
                    for chart, marks in visit.marks().items():
                        assert marks > 0, f"{region}: nothing drawn in {chart}"
                        drawn += 1
                visit.assert_quiet()
                assert drawn >= 4, region


def test_what_these_tables_cannot_tell_is_not_told(reports: dict[str, Run]) -> None:
    for region, run in reports.items():
        profile = run.study.profile
        # neither source observes output by region: no value gauge, so no label
        assert profile.label == "", region
        assert not profile.gauges["value"].lead.known
        assert all(v.truth is Truth.CANNOT_TELL for v in profile.verdicts)
        assert profile.gauges["structure"].lead.known
        page = (run.out / "report.html").read_text("utf-8")
        assert "What we cannot tell" in page
        assert "What went against us" in page
        assert "will lead to" not in page
        assert "guarantee" not in page


def test_derived_output_is_shown_but_never_compared(michigan: Run) -> None:
    position = michigan.study.profile.gauges["value"].lead
    assert position.marker == "value_added_ratio"
    assert position.level.status is Status.KNOWN
    assert position.percentile.status is Status.NOT_APPLICABLE
    assert "derived" in position.percentile.reason


def test_a_suppressed_sub_industry_can_be_left_out(
    reports: dict[str, Run], tmp_path: Path
) -> None:
    """Stuttgart's block is not known whole after 2009; without one division it is."""
    whole = reports["DE11"].study.profile.gauges["structure"].lead.level
    narrowed = run_region(EU, "DE11", tmp_path / "out", without=("C30",)).study
    part = narrowed.profile.gauges["structure"].lead.level
    assert int(whole.period) < int(part.period)
    assert "without C30" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert narrowed.dataset.fingerprint != reports["DE11"].study.dataset.fingerprint


def test_fixed_peers_are_used_and_printed(tmp_path: Path) -> None:
    peers = ("Ohio", "Indiana", "Illinois", "Wisconsin", "Kentucky", "Tennessee")
    done = run_region(US, "Michigan", tmp_path / "out", peers=peers).study
    assert done.peers.members == peers
    assert done.peers.rule == "fixed by the user"
    with pytest.raises(LookupError, match='Did you mean "Ohio"'):
        run_region(US, "Michigan", tmp_path / "out2", peers=("Ohia",))
