"""Technologies and entry on real tables: what docs/technology.md prints is what is computed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from regionlift.forecast.entry import DEFINITIONS
from regionlift.measures.relatedness.landscape import Landscape, landscape
from technology_real import (
    BANDS,
    BLOCK,
    DOC,
    HALVES,
    LEAST,
    NAMED,
    Entries,
    Places,
    Sample,
    Stability,
    entries,
    entry_block,
    europe,
    looks,
    marked,
    metro_block,
    metros,
    percentiles,
    predictor_block,
    put,
    same,
    sample,
    stability,
    stability_block,
)

pytestmark = pytest.mark.shared

MAIN = "2010 to 2014"


@pytest.fixture(scope="module", name="found")
def found_(shared_data: Path) -> Entries:
    return entries()


@pytest.fixture(scope="module", name="places")
def places_(shared_data: Path) -> Places:
    return metros(shared_data)


@pytest.fixture(scope="module", name="read")
def read_(places: Places) -> tuple[Landscape, Landscape]:
    """Withheld kept apart, and read as zero."""
    return landscape(places.table), landscape(np.nan_to_num(places.table))


@pytest.fixture(scope="module", name="patents")
def patents_(shared_data: Path) -> Sample:
    return sample(shared_data)


@pytest.fixture(scope="module", name="ranks")
def ranks_(patents: Sample) -> dict[int, dict[str, Stability]]:
    return stability(patents)


def _printed(name: str) -> str:
    return marked(DOC.read_text("utf-8"), name)


def test_the_page_prints_what_is_computed(
    found: Entries, places: Places, patents: Sample, ranks: dict
) -> None:
    """Made again with: python benchmarks/technology_real.py --write."""
    computed = {
        "entry": entry_block(found), "predictors": predictor_block(found),
        "metro": metro_block(places), "stability": stability_block(patents, ranks),
    }  # fmt: skip
    for name, block in computed.items():
        assert same(_printed(name), block), name


def test_a_wrong_number_on_the_page_is_seen() -> None:
    printed = _printed("entry")
    assert same(printed, printed)
    assert not same(printed.replace("838", "839"), printed)
    assert not same(printed.replace("0.385", "0.395"), printed)
    assert same(printed.replace("0.385", "0.386"), printed)
    text = "<!-- begin a -->\nx\n<!-- end a -->\nx"
    assert put(text, "a", "y") == "<!-- begin a -->\ny\n<!-- end a -->\nx"


# entry of industries


def test_density_of_entrants_is_above_that_of_the_others(found: Entries) -> None:
    """For crossings and strengthenings; of new entries it cannot be told."""
    of = {t.definition: t for t in found.tests[MAIN]}
    for name in ("crossing", "strengthening"):
        assert of[name].apart[1] > 0
        assert of[name].entrants - of[name].others == pytest.approx(of[name].apart[0])
    assert of["new"].apart[1] < 0 < of["new"].apart[2]


def test_the_present_level_wins_where_it_is_near_the_line_and_nothing_does_for_the_new(
    found: Entries,
) -> None:
    for tests in found.tests.values():
        winners = {t.definition: t.winner for t in tests}
        assert winners == {"crossing": "level", "strengthening": "level", "new": ""}
        for t in (t for t in tests if not t.reason):
            at = {s.predictor: s for s in t.scores}
            assert at["level"].auc[0] > at["density"].auc[0] > 0.49
    looked = {s.predictor for s in found.tests["2011 to 2014, 2008 before"][0].scores}
    assert {"persistence", "fit", "fit and density"} <= looked


def test_entries_are_counted_by_hand(found: Entries) -> None:
    """Quotients over what is known in each region, cell by cell."""
    divisions, (before, after) = looks(europe(), (2010, 2014))

    def quotient(table: np.ndarray, r: int) -> np.ndarray:
        inside, whole = np.isfinite(table[r]), np.nansum(table, axis=0)
        return (table[r] / table[r, inside].sum()) / (whole / whole[inside].sum())

    options = {name: 0 for name in DEFINITIONS}
    came, block = dict(options), dict(options)
    for r in range(len(before)):
        levels, later = quotient(before, r), quotient(after, r)
        for c in np.flatnonzero(np.isfinite(before[r]) & np.isfinite(after[r])):
            for name, (low, high) in DEFINITIONS.items():
                if low <= levels[c] < high - 1e-9:
                    entered = bool(later[c] >= 1 - 1e-9)
                    options[name] += 1
                    came[name] += entered
                    block[name] += entered and divisions[c] in BLOCK
    for t in found.tests[MAIN]:
        assert (t.options, t.entries) == (options[t.definition], came[t.definition])
    assert {d: k for d, (_, k) in found.in_block.items()} == block


def test_suppressed_read_as_zero_invents_options_and_entries(found: Entries) -> None:
    """The 0.36 against 0.33 of a quick count is that of suppressed cells taken for zero."""
    true = found.tests[MAIN][0]
    assert found.zero.options > 1.2 * true.options
    assert found.zero.entries > 1.2 * true.entries
    assert (found.zero.entrants, found.zero.others) == pytest.approx((0.36, 0.33), abs=0.005)
    assert true.entrants > found.zero.entrants + 0.01


# places by industry


def test_the_order_of_places_is_what_complexity_says_it_is(read: tuple) -> None:
    """A place is the mean of its industries, up to scale; neither side is empty or apart."""
    for found in read:
        order, held = found.order, found.present.astype(float)
        assert not order.reason
        assert order.components == 1
        assert held.any(axis=0).all()
        assert held.any(axis=1).all()
        mean = held @ order.activities / held.sum(axis=1)
        assert np.corrcoef(mean, order.regions)[0, 1] == pytest.approx(1, abs=1e-9)
        assert order.regions.mean() == pytest.approx(0, abs=1e-9)
        assert order.regions.std() == pytest.approx(1)
        assert np.corrcoef(order.regions, held.sum(axis=1))[0, 1] == pytest.approx(
            order.sign_strength)  # fmt: skip


def test_quotients_and_densities_keep_their_bounds(places: Places, read: tuple) -> None:
    for found, table in zip(read, (places.table, np.nan_to_num(places.table)), strict=True):
        np.testing.assert_array_equal(np.isfinite(found.quotient), np.isfinite(table))
        told = np.isfinite(found.density)
        assert (found.density[told] >= 0).all()
        assert (found.density[told] <= 1 + 1e-12).all()
        assert np.nanmean(found.density[found.present]) > np.nanmean(
            found.density[found.known & ~found.present])  # fmt: skip
    # with everything known the mean quotient of a place, weighed by the whole, is 1
    whole = np.nansum(places.table, axis=0)
    np.testing.assert_allclose(read[1].quotient @ (whole / whole.sum()), 1, rtol=1e-9)


def test_withheld_cells_are_told_from_empty_ones(places: Places) -> None:
    assert places.table.shape == (933, 288)
    withheld = np.isnan(places.table).sum(axis=1)
    size = np.argsort(-np.nansum(places.table, axis=1))
    # the smaller a place, the more is withheld
    assert withheld[size[:50]].mean() < 60
    assert withheld[size[-200:]].mean() > 150


def test_larger_places_are_more_complex(places: Places, read: tuple) -> None:
    for found in read:
        steps = percentiles(places, found)
        assert len(steps) == len(BANDS)
        assert all(a > b for a, b in pairwise(steps))


@pytest.mark.parametrize(
    ("place", "industry"),
    [("19820", "3361"), ("41940", "3341"), ("21140", "3362"), ("48620", "3364"),
     ("19140", "3141"), ("33260", "2131")],
)  # fmt: skip
def test_well_known_places_lead_in_what_they_are_known_for(
    place: str, industry: str, places: Places, read: tuple
) -> None:
    """Cars, computers, caravans, aircraft, carpets, oil: withheld cells read either way."""
    assert place in NAMED
    for found in read:
        assert industry in places.leading(found, place, 2)


# classes of patents


def test_the_sample_is_whole(patents: Sample) -> None:
    assert patents.incidence.nnz == 250_752
    assert patents.incidence.shape == (121_907, 638)


def test_betweenness_is_not_more_stable_than_plain_generality_here(ranks: dict) -> None:
    """An earlier trial on patents of one field said the opposite: it is not repeated."""
    for of in ranks.values():
        assert of["generality, plain"].first[1] > of["betweenness"].first[2]
        assert of["betweenness"].first[0] < 0.5
        assert of["generality, plain"].first[0] > 0.8


def test_corrected_generality_of_small_classes_is_chance(ranks: dict) -> None:
    """Shrinking does not mend it; a least number of patents does."""
    every, large = ranks[1], ranks[LEAST]
    for name in ("generality, corrected", "generality, shrunk"):
        assert every[name].first[0] < 0.4
        assert large[name].first[0] > every[name].first[0] + 0.2


def test_what_is_stable_repeats_the_counts(ranks: dict) -> None:
    of = ranks[LEAST]
    for name in ("patents", "adopters", "betweenness, length 1 / joint patents"):
        assert of[name].first[0] > 0.85
        assert of[name].shared >= 8
    assert of["betweenness"].shared <= 3
    assert of["adopters"].with_count > 0.9
    assert of["patents"].with_count == pytest.approx(1)
    assert HALVES == 10
