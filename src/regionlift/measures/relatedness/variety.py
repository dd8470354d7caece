"""Variety, coherence, and how easily technologies recombine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.specialisation import checked, divided, shares


def variety(table: Floats, groups: Sequence[str]) -> tuple[Floats, Floats]:
    r"""Unrelated and related variety of each region, in bits; their sum is the entropy.

    .. math:: UV_r = -\sum_g s_{rg} \log_2 s_{rg}, \quad
              RV_r = \sum_g s_{rg} \Big[-\sum_{c \in g} \frac{s_{rc}}{s_{rg}}
              \log_2 \frac{s_{rc}}{s_{rg}}\Big]

    Source: Frenken, Van Oort & Verburg 2007, Regional Studies 41, 685-697.
    """
    s = shares(checked(table))
    if len(groups) != s.shape[1]:
        raise ValueError(f"{s.shape[1]} activities but {len(groups)} groups")
    names = sorted(set(groups))
    member = np.array([[g == name for name in names] for g in groups], dtype=np.float64)
    whole = s @ member
    unrelated, every = _bits(whole), _bits(s)
    return unrelated, every - unrelated


def _bits(s: Floats) -> Floats:
    return np.asarray(-(s * np.log2(np.where(s > 0, s, 1.0))).sum(axis=1))


def coherence(table: Floats, related: Floats) -> tuple[Floats, Floats]:
    r"""Mean relatedness of each activity to the rest of a region, and of the region as a whole.

    .. math:: WAR_{rc} = \frac{\sum_{j \ne c} x_{rj} \tau_{jc}}{\sum_{j \ne c} x_{rj}}, \quad
              C_r = \sum_c WAR_{rc} \, x_{rc} / x_r

    Not a number where a region has no other activity. Shapes (regions, n) and (regions,).

    Source: Teece, Rumelt, Dosi & Winter 1994, JEBO 23, 1-30.
    """
    x = checked(table)
    tau = np.array(related, dtype=np.float64)
    np.fill_diagonal(tau, 0)
    each = divided(x @ tau, x.sum(axis=1, keepdims=True) - x)
    share = shares(x)
    whole = np.where(np.isfinite(each), each * share, 0.0).sum(axis=1)
    alone = (np.isfinite(each) & (x > 0)).sum(axis=1) == 0
    return each, np.where(alone, np.nan, whole)


def ease_of_recombination(incidence: Floats) -> Floats:
    r"""How many other classes a class has been combined with, for each of its patents.

    .. math:: E_i = |\{j \ne i: C_{ij} > 0\}| / n_i

    ``incidence`` is (classes, patents); the result can exceed 1, and is 0 for a class without
    patents. To be read at the end of a window of years: the source counts earlier patents only.

    Source: Fleming & Sorenson 2001, Research Policy 30, 1019-1039.
    """
    m = np.asarray(incidence, dtype=np.float64) > 0
    both = (m.astype(np.float64) @ m.T) > 0
    np.fill_diagonal(both, False)
    return np.nan_to_num(divided(both.sum(axis=1).astype(float), m.sum(axis=1).astype(float)))


def modular_complexity(incidence: Floats, ease: Floats | None = None) -> tuple[Floats, Floats]:
    r"""Interdependence of each patent and its mean over the patents of each class.

    .. math:: K_l = n_l / \sum_{i \in l} E_i

    0 where no class of the patent has ever been combined. ``ease`` may come from earlier patents.

    Source: Fleming & Sorenson 2001, Research Policy 30, 1019-1039.
    """
    m = np.asarray(incidence, dtype=np.float64) > 0
    e = ease_of_recombination(incidence) if ease is None else np.asarray(ease)
    patents = np.nan_to_num(divided(m.sum(axis=0).astype(float), e @ m))
    classes = np.nan_to_num(divided(m @ patents, m.sum(axis=1).astype(float)))
    return patents, classes


def recombination_by_year(
    incidence: Floats, years: Sequence[int], window: int
) -> dict[int, tuple[Floats, Floats]]:
    """Ease of each class, and interdependence of each patent of the year, as of each year.

    Ease is read from the ``window`` years before a year, as the source does: what a patent itself
    combines does not make it easy. Patents of the year come in the order of ``years``. The first
    year has nothing before it and is left out.

    Raises
    ------
    ValueError
        If the window is not positive, or there is not a year a patent.
    """
    m, t = np.asarray(incidence), np.asarray(years)
    if window < 1 or len(t) != m.shape[1]:
        raise ValueError(f"a window of {window} years, {len(t)} years for {m.shape[1]} patents")
    found = {}
    for year in np.unique(t)[1:].tolist():
        before = (t >= year - window) & (t < year)
        ease = ease_of_recombination(m[:, before])
        found[int(year)] = ease, modular_complexity(m[:, t == year], ease)[0]
    return found
