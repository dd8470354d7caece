"""Scores of forecasts against values worked out by hand."""

import numpy as np
import pytest

from regionlift.forecast.scores import auc, average_precision, coverage, crps


def test_crps_by_hand() -> None:
    # members 0 and 2, observed 1: mean distance 1, mean distance between members 1 (fair: 2)
    draws, observed = np.array([[0.0], [2.0]]), np.array([1.0])
    assert crps(draws, observed, fair=False) == pytest.approx([0.5])
    assert crps(draws, observed, fair=True) == pytest.approx([0.0])


def test_a_certain_forecast_is_scored_by_its_error() -> None:
    draws = np.full((50, 2), 3.0)
    assert crps(draws, np.array([3.0, 7.0])) == pytest.approx([0.0, 4.0])


def test_coverage_counts_what_the_interval_holds() -> None:
    draws = np.tile(np.arange(101.0)[:, None], (1, 4))
    assert coverage(draws, np.array([1.0, 50.0, 94.0, 99.0])) == 0.5


def test_ranking_by_hand() -> None:
    truth, score = np.array([1, 0, 1, 0]), np.array([4.0, 3.0, 2.0, 1.0])
    assert average_precision(truth, score) == pytest.approx((1 + 2 / 3) / 2)
    assert auc(truth, score) == pytest.approx(0.75)
