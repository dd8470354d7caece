"""A table read in one call: equal to its parts, nothing dropped in silence, bad tables refused."""

from __future__ import annotations

import numpy as np
import pytest

from regionlift.measures.relatedness.complexity import complexity
from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.relatedness.landscape import landscape
from regionlift.measures.relatedness.nearness import density
from regionlift.measures.relatedness.specialisation import (
    TableError,
    advantaged,
    location_quotient,
)


def _table(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(4, (20, 12)) + 1.0


def test_it_is_its_parts() -> None:
    x = _table()
    found, held = landscape(x), advantaged(x)
    np.testing.assert_allclose(found.quotient, location_quotient(x), rtol=1e-12)
    np.testing.assert_array_equal(found.present, held)
    np.testing.assert_allclose(found.density, density(held, proximity(held)), rtol=1e-12)
    np.testing.assert_array_equal(found.order.regions, complexity(held, "each").regions)


def test_what_is_lost_is_counted() -> None:
    x = _table()
    x[3] = 0
    x[:, 5] = 0
    x[0, 0] = np.nan
    found = landscape(x)
    assert found.quotient.shape == found.density.shape == x.shape
    assert list(found.order.empty_regions) == [3]
    assert list(found.order.empty_activities) == [5]
    assert np.isnan(found.order.regions[3])
    assert not found.present[0, 0]
    assert "1 of 240 cells not known; 1 regions and 1 activities without any" in found.text


def test_groups_without_a_common_activity_are_told() -> None:
    x = np.zeros((10, 8))
    x[:6, :5], x[6:, 5:] = _table(1)[:6, :5], _table(2)[:4, :3]
    found = landscape(x)
    assert found.order.components == 2
    assert "4 and 3 apart from the largest of 2 components" in found.text
    assert "doubt: 2 groups" in found.text


def test_an_unknown_cell_is_no_zero() -> None:
    """Zero makes the rest of the region weigh more; unknown leaves it as it was."""
    x = np.full((6, 4), 10.0)
    x[0, 0] = np.nan
    unknown = landscape(x).quotient[0, 1:]
    x[0, 0] = 0
    np.testing.assert_allclose(unknown, 1.0)
    assert (landscape(x).quotient[0, 1:] > 1.2).all()


@pytest.mark.parametrize(
    ("table", "said"),
    [(np.ones(3), "not 1 dimensions"), (-np.ones((3, 3)), r"cell \(0, 0\) is -1"),
     (np.full((3, 3), np.inf), r"cell \(0, 0\) is inf")],
)  # fmt: skip
def test_bad_tables(table: np.ndarray, said: str) -> None:
    with pytest.raises(TableError, match=said):
        landscape(table)


def test_no_order_is_said_and_not_hidden() -> None:
    assert "complexity cannot be told" in landscape(np.ones((2, 2))).text
