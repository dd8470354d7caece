"""Whether plants of an industry, or of several, stand together (Ellison & Glaeser 1997)."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats


def ellison_glaeser(shares: Floats, reference: Floats, herfindahl: float) -> float:
    r"""Agglomeration beyond chance of one industry.

    .. math:: \gamma = \frac{G - (1 - \sum x_r^2) H}{(1 - \sum x_r^2)(1 - H)},
        \quad G = \sum_r (s_r - x_r)^2

    Parameters
    ----------
    shares, reference
        Shares of places in the industry and in all industry, each summing to 1.
    herfindahl
        Sum of squared shares of plants in the industry.

    Raises
    ------
    ValueError
        One plant, or one place: agglomeration has no meaning.
    """
    spread = 1 - float((reference**2).sum())
    if herfindahl >= 1 or spread <= 0:
        raise ValueError("with one plant or one place there is no agglomeration to measure")
    raw = float(((shares - reference) ** 2).sum())
    return (raw - spread * herfindahl) / (spread * (1 - herfindahl))


def litzenberger_sternberg(
    jobs: Floats, firms: Floats, area: Floats, people: Floats
) -> Floats:
    r"""Cluster index of each industry in each place, shape (n, places).

    .. math:: CI_{ij} = \frac{e_{ij}/a_j}{e_i/a} \cdot \frac{e_{ij}/p_j}{e_i/p}
              \Big/ \frac{e_{ij}/b_{ij}}{e_i/b_i}

    Density of jobs, specialisation, and the inverse of the size of firms, each against the whole
    (Litzenberger & Sternberg 2006). Not a number where there is no firm.

    Parameters
    ----------
    jobs, firms
        By industry and place, shape (n, places); their sums over places are the whole.
    area, people
        By place, shape (places,).
    """
    whole, all_firms = jobs.sum(axis=1, keepdims=True), firms.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = (jobs / area) / (whole / area.sum())
        special = (jobs / people) / (whole / people.sum())
        size = (jobs / firms) / (whole / all_firms)
        found = density * special / size
    return np.asarray(np.where(firms > 0, found, np.nan))


def coagglomeration(shares: Floats, reference: Floats) -> Floats:
    r"""Pairs of industries, shape (n, n): do they stand in the same places?

    .. math:: \gamma_{ij} = \frac{\sum_r (s_{ir} - x_r)(s_{jr} - x_r)}{1 - \sum_r x_r^2}

    Parameters
    ----------
    shares
        Shares of places by industry, shape (n, places). The diagonal is of no use.
    """
    away = shares - reference
    return np.asarray(away @ away.T / (1 - (reference**2).sum()))


def group_coagglomeration(shares: Floats, reference: Floats, weights: Floats) -> float:
    r"""Co-agglomeration of a group, from its pairs; weights are shares of jobs.

    .. math:: \gamma_c = \sum_{i \ne j} w_i w_j \gamma_{ij} / (1 - \sum w^2)
    """
    pairs = coagglomeration(shares, reference)
    np.fill_diagonal(pairs, 0)
    return float(weights @ pairs @ weights / (1 - (weights**2).sum()))
