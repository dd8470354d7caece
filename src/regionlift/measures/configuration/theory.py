"""Theory evaluation: what a solution found in cases says of a condition written down before.

A theory is an expression said in advance, such as the conditions under which a path is said to
apply; a model is the solution the cases give. Where both agree, the theory is supported; where
the model goes beyond, it may be widened; where the theory alone applies, it is not supported.

Sources: Schneider & Wagemann 2012, ch. 11; Ragin 1987, The Comparative Method, ch. 7; Oana,
Schneider & Thomann 2021, Qualitative Comparative Analysis Using R, ch. 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regionlift.measures.configuration.fit import Sufficiency, sufficiency, within
from regionlift.measures.configuration.sets import Whole
from regionlift.measures.cube import Floats

Area = Literal["model and theory", "model alone", "theory alone", "neither"]


@dataclass(frozen=True)
class Intersection:
    """One of the four intersections: its fit as sufficient for the outcome, and its cases.

    ``with_outcome`` and ``without`` are places of cases in the intersection (above one half) that
    are in the outcome (above one half) or out of it (below).
    """

    area: Area
    meaning: str
    membership: Floats
    fit: Sufficiency
    with_outcome: Whole
    without: Whole


@dataclass(frozen=True)
class Evaluation:
    """The four intersections of model and theory, and the fit of each of the two alone."""

    model: Sufficiency
    theory: Sufficiency
    areas: tuple[Intersection, ...]

    def __getitem__(self, area: Area) -> Intersection:
        return next(a for a in self.areas if a.area == area)


_MEANING: tuple[tuple[Area, str], ...] = (
    ("model and theory", "expected and found: supports the theory where the outcome is there"),
    ("model alone", "found and not expected: the theory may be too narrow"),
    ("theory alone", "expected and not found: with the outcome, the model misses cases; without, "
     "the theory is not supported"),
    ("neither", "neither expected nor found: with the outcome, something else is at work"),
)  # fmt: skip


def evaluate(model: Floats, theory: Floats, outcome: Floats) -> Evaluation:
    """Four intersections of a model and a theory.

    ``min(m, t)``, ``min(m, 1-t)``, ``min(1-m, t)`` and ``min(1-m, 1-t)``, each as sufficient for
    the outcome. A case at exactly one half of model or theory is in none.

    Parameters
    ----------
    model, theory, outcome : (cases,) memberships
    """
    m, t, y = within(model, "model"), within(theory, "theory"), within(outcome, "outcome")
    each = (np.minimum(m, t), np.minimum(m, 1 - t), np.minimum(1 - m, t), np.minimum(1 - m, 1 - t))
    areas = tuple(
        Intersection(
            area, meaning, x, sufficiency(x, y), np.flatnonzero((x > 0.5) & (y > 0.5)),
            np.flatnonzero((x > 0.5) & (y < 0.5)),
        )
        for (area, meaning), x in zip(_MEANING, each, strict=True)
    )  # fmt: skip
    return Evaluation(sufficiency(m, y), sufficiency(t, y), areas)
