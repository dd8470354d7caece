"""Numbers of EconGeo 2.1 and R economiccomplexity 2.0.0, at the digits each of them keeps.

EconGeo rounds inside (0 to 4 decimals); where a package is wrong the test says how and the right
number stands beside it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.shared import shared_data

from regionlift.measures.relatedness import (
    change,
    complexity,
    cooccurrence,
    specialisation,
    variety,
)
from regionlift.measures.relatedness.nearness import (
    density,
    inside,
    outlook,
    outlook_gain,
    outside,
)

Matrix = np.ndarray


def folder() -> Path:
    return shared_data().parent / "reference" / "relatedness"


def numbers(path: Path) -> Matrix:
    """Cells of a CSV as floats; text columns and the row names are left out, NA is nan."""
    with path.open() as handle:
        rows = list(csv.reader(handle))[1:]

    def cell(text: str) -> float | None:
        if text in ("NA", "NaN"):
            return float("nan")
        try:
            return float(text)
        except ValueError:
            return None

    kept = [[v for v in map(cell, row[1:]) if v is not None] for row in rows]
    return np.array(kept)


def given(name: str) -> Matrix:
    return numbers(folder() / "inputs" / f"{name}.csv")


def econgeo(name: str) -> Matrix:
    found = numbers(folder() / "econgeo" / f"{name}.csv")
    return found.squeeze()


A, A0, B = "A_counts", "A0_counts_zero_row_col", "A_binary"


def near(ours: Matrix, theirs: Matrix, digits: int = 9) -> None:
    ours, theirs = np.asarray(ours).squeeze(), np.asarray(theirs).squeeze()
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=0.501 * 10.0**-digits)


def gini_of(x: Matrix) -> Matrix:
    return np.array([specialisation.gini(c) for c in x.T])


def _quotients(x: Matrix) -> Matrix:
    return np.nan_to_num(specialisation.location_quotient(x))


def _flags(x: Matrix) -> Matrix:
    return specialisation.advantaged(x).astype(float)


SPECIALISATION: dict[str, tuple[Callable[[Matrix], Matrix], int]] = {
    "location_quotient": (_quotients, 9),
    "location_quotient_binary": (_flags, 9),
    "rca": (_quotients, 2),
    "rca_binary": (_flags, 9),
    "diversity_rcaTRUE": (lambda x: specialisation.advantaged(x).sum(axis=1), 9),
    "ubiquity_rcaTRUE": (lambda x: specialisation.advantaged(x).sum(axis=0), 9),
    "location_quotient_avg": (specialisation.average_quotient, 9),
    "hachman": (specialisation.hachman, 9),
    "krugman_index": (specialisation.krugman, 9),
    "spec_coeff": (lambda x: specialisation.krugman(x) / 2, 9),
    "herfindahl": (specialisation.herfindahl, 9),
    "entropy": (specialisation.entropy, 3),
    "gini": (gini_of, 3),
    "locational_gini": (specialisation.locational_gini, 9),
    "hoover_index_equal": (specialisation.hoover, 2),
    "norm_ubiquity": (specialisation.ubiquity_normalised, 2),
}


@pytest.mark.parametrize("table", ["A", "A0"])
@pytest.mark.parametrize("name", SPECIALISATION)
def test_specialisation(name: str, table: str) -> None:
    theirs = econgeo(f"{table}__{name}")
    ours, digits = SPECIALISATION[name]
    mine = np.asarray(ours(given(A if table == "A" else A0)), dtype=float).squeeze()
    if table == "A0":
        told = np.isfinite(mine) & np.isfinite(theirs)
        assert told.any()
        mine, theirs = mine[told], theirs[told]
    near(mine, theirs, digits)


def test_population() -> None:
    p = given("A_pop").ravel()
    near(specialisation.hoover_gini(given(A), p), econgeo("A__hoover_gini_pop"), 3)
    near(specialisation.hoover(given(A), p), econgeo("A__hoover_index_pop"), 2)


def test_sophistication_is_not_taken_from_rounded_quotients() -> None:
    """EconGeo computes PRODY from quotients rounded to two digits: off by up to 0.03 here."""
    products, regions = specialisation.sophistication(given(A), given("A_gdp").ravel())
    near(products, numbers(folder() / "economiccomplexity/A__prody.csv"))
    near(regions, numbers(folder() / "economiccomplexity/A__expy.csv"))
    wrong = np.abs(products - econgeo("A__prody"))
    assert 0.005 < wrong.max() < 0.03


@pytest.mark.parametrize("kind", ["association", "probability", "cosine", "jaccard"])
@pytest.mark.parametrize("table", ["A_binary", "T"])
def test_relatedness(kind: cooccurrence.Kind, table: str) -> None:
    present = given(B) if table == "A_binary" else given("T_tech_patent").T
    short = {"probability": "prob"}.get(kind, kind)
    near(cooccurrence.related(present, kind).values, econgeo(f"{table}__relatedness_{short}"), 9)


def test_co_occurrence() -> None:
    near(cooccurrence.co_occurrence(given(B)), econgeo("A_binary__co_occurrence_ind"))
    near(cooccurrence.co_occurrence(given(B).T), econgeo("A_binary__co_occurrence_reg"))
    near(cooccurrence.co_occurrence(given("T_tech_patent").T), econgeo("T__co_occurrence"))


def test_z_score_of_an_activity_in_every_unit_is_no_relation() -> None:
    theirs = econgeo("T__z_score")
    ours = cooccurrence.related(given("T_tech_patent").T, "z-score").values
    off = ~np.eye(len(ours), dtype=bool) & np.isfinite(theirs)
    near(ours[off], theirs[off], 9)
    everywhere = given("T_tech_patent").T.copy()
    everywhere[:, 0] = 1
    found = cooccurrence.related(everywhere, "z-score").values
    assert np.isfinite(found).all()
    assert not found[0].any()


@pytest.mark.parametrize("kind", ["association", "probability", "cosine", "jaccard"])
def test_density(kind: cooccurrence.Kind) -> None:
    present = given(B)
    short = {"probability": "prob"}.get(kind, kind)
    related = cooccurrence.related(present, kind).values
    found = 100 * density(present, related)
    near(found, econgeo(f"A_binary__relatedness_density_{short}"), 2)
    for name, part in (("int", inside), ("ext", outside)):
        mine = part(present > 0, found)
        theirs = econgeo(f"A_binary__relatedness_density_{name}_{short}")
        assert (np.isnan(mine) == np.isnan(theirs)).all()
        near(mine[~np.isnan(mine)], theirs[~np.isnan(theirs)], 0)
        averages = econgeo(f"A_binary__relatedness_density_{name}_avg_{short}")
        near(np.nanmean(np.round(mine), axis=1), averages, 0)
    binary = 100 * density(present, (related >= 1).astype(float))
    if kind in ("association", "probability"):
        near(binary, econgeo(f"A_binary__relatedness_density_bin_{short}"), 2)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_reflections_raw(steps: int) -> None:
    regions, activities = complexity.reflections(given(B), steps)
    near(regions, econgeo(f"A_binary__morc_steps{steps}"), 9)
    near(activities, econgeo(f"A_binary__mort_steps{steps}"), 9)


@pytest.mark.parametrize("steps", [3, 10, 19, 20, 22])
def test_reflections_rescaled(steps: int) -> None:
    """From three steps on EconGeo rescales to 0-100."""
    for values, name in zip(complexity.reflections(given(B), steps), ("morc", "mort"), strict=True):
        scaled = 100 * (values - values.min()) / (values.max() - values.min())
        near(scaled, econgeo(f"A_binary__{name}_steps{steps}"), 6)


def test_complexity_up_to_scale() -> None:
    """EconGeo divides the eigenvector by its own sum: the order is ours, the scale arbitrary."""
    found = complexity.complexity(given(B))
    for ours, name in ((found.regions, "kci"), (found.activities, "tci")):
        theirs = econgeo(f"A_binary__{name}")
        assert abs(np.corrcoef(ours, theirs)[0, 1]) == pytest.approx(1, abs=1e-6)
    assert found.regions == pytest.approx(
        given(B) @ found.activities / given(B).sum(axis=1), abs=1e-12
    )


def test_signs_of_both_sides_are_one() -> None:
    """EconGeo and econcomplex orient activities by ubiquity alone: on A that reverses them."""
    found = complexity.complexity(given(B))
    ubiquity = given(B).sum(axis=0)
    own_sign = -np.corrcoef(found.activities, ubiquity)[0, 1]
    assert found.regions == pytest.approx(
        (given(B) @ found.activities) / given(B).sum(axis=1), abs=1e-12
    )
    assert own_sign < 0, "oriented by ubiquity, activities would have the opposite sign of regions"


def test_complexity_of_r_package() -> None:
    """Its regions are ours with one degree of freedom less; its activities are another vector.

    ``eigvec.col(1)`` takes the second of LAPACK's unsorted eigenvectors: on A its product index
    correlates 0.11 with the true one. Sorted, the regions agree.
    """
    theirs = numbers(folder() / "economiccomplexity/A__eigenvalues_country.csv").ravel()
    ours = complexity.complexity(given(B), scale="each", ddof=1)
    near(ours.regions, theirs, 6)


def test_fitness_uses_the_step_before() -> None:
    regions, activities = complexity.fitness(given(B), 19)  # its 20 counts the start as one
    near(regions, numbers(folder() / "economiccomplexity/A__fitness_country.csv"), 6)
    near(activities, numbers(folder() / "economiccomplexity/A__fitness_product.csv"), 6)


def test_proximity_and_density_with_and_without_the_diagonal() -> None:
    """R has 1 on the diagonal, which adds the activity's own presence to its density."""
    theirs = numbers(folder() / "economiccomplexity/A__proximity_product.csv")
    near(cooccurrence.related(given(B), diagonal=1.0).values, theirs, 9)
    with_own = density(given(B), theirs)
    near(with_own, numbers(folder() / "economiccomplexity/A__density.csv"), 9)
    ours = density(given(B), cooccurrence.proximity(given(B) > 0))
    held = given(B) > 0
    assert (with_own[held] >= ours[held]).all()
    assert with_own[held].mean() > ours[held].mean() + 0.1
    near(1 - with_own, numbers(folder() / "economiccomplexity/A__distance.csv"), 9)


def test_outlook_and_gain() -> None:
    """R weighs by the wrong product index: its second *unsorted* eigenvector.

    The outlook is linear in the index, so that the one it used can be solved for from its 8
    regions; it gives the package's gains too, and correlates 0.11 with the true index.
    """
    phi = numbers(folder() / "economiccomplexity/A__proximity_product.csv")
    held = given(B) > 0
    theirs = numbers(folder() / "economiccomplexity/A__coi.csv").ravel()
    near_them = density(held, phi)
    used, *_ = np.linalg.lstsq(near_them * ~held, theirs, rcond=None)
    near(outlook(held, near_them, used), theirs, 9)
    gain = np.nan_to_num(outlook_gain(held, phi, used))
    near(gain, numbers(folder() / "economiccomplexity/A__cog.csv"), 9)
    true = complexity.complexity(given(B)).activities
    assert abs(np.corrcoef(used, true)[0, 1]) == pytest.approx(0.11, abs=0.02)


def test_entry_exit_growth() -> None:
    first, second, third = (given(f"P_mat{n}_binary") > 0 for n in (1, 2, 3))
    for name, ours in (("entry", change.entries), ("exit", change.exits)):
        theirs = econgeo(f"P__{name}_mat")
        mine = ours(first, second)
        np.testing.assert_array_equal(mine, theirs)
    assert third.shape == first.shape
    mine = change.growth(given("G_mat1_counts"), given("G_mat2_counts"))
    theirs = econgeo("G__growth_mat")
    told = np.isfinite(mine) & np.isfinite(theirs)
    scale = 100 if np.nanmax(np.abs(theirs[told])) > 2 * np.nanmax(np.abs(mine[told])) else 1
    near(scale * mine[told], theirs[told], 2)


def test_recombination() -> None:
    """econcomplex counts the share of multi-class patents instead: 0.957 where 0.348 is right."""
    m = given("T_tech_patent")
    near(variety.ease_of_recombination(m), econgeo("T__ease_recombination"), 5)
    patents, classes = variety.modular_complexity(m)
    near(patents, econgeo("T__modular_complexity"), 5)
    near(classes, econgeo("T__modular_complexity_avg"), 2)
