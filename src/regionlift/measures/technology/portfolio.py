"""What a region's technologies are together: how many, how complex, how varied, how coherent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.cooccurrence import related
from regionlift.measures.relatedness.nearness import outlook
from regionlift.measures.relatedness.variety import coherence, variety


@dataclass(frozen=True)
class Portfolios:
    """Measures of every region's technologies, (regions,) each; not a number where untold.

    ``diversity`` classes of advantage; ``complexity`` the economic complexity index of the region;
    ``outlook`` complexity of what it lacks, weighed by nearness; ``related`` and ``unrelated``
    variety in bits, within and between sections; ``coherence`` mean association of its classes with
    one another, 1 being chance.
    """

    regions: tuple[str, ...]
    measures: Mapping[str, Floats]

    def place(self, measure: str, region: str) -> tuple[float, int, int]:
        """Value of a region, its place from the highest, and of how many that are told."""
        values = self.measures[measure]
        own = float(values[self.regions.index(region)])
        told = values[np.isfinite(values)]
        return own, 1 + int((told > own).sum()), len(told)


def portfolios(
    regions: tuple[str, ...], table: Floats, classes: tuple[str, ...], held: NDArray[np.bool_],
    near: Floats, complexity: tuple[Floats, Floats],
) -> Portfolios:  # fmt: skip
    """Measures of all regions over the same classes.

    Parameters
    ----------
    table : (regions, classes) patents
    held, near : (regions, classes) advantage, relatedness density
    complexity : (regions,) and (classes,) of one decomposition

    Sources: Hidalgo & Hausmann 2009; Hausmann et al. 2014 (outlook); Frenken, Van Oort & Verburg
    2007 (variety); Teece, Rumelt, Dosi & Winter 1994 (coherence).
    """
    files = table.sum(axis=1) > 0
    unrelated, within = variety(table, [c[0] for c in classes])
    of_regions, of_classes = complexity
    whole = coherence(table, related(held, "association", "occurrence").values)[1]
    measures = {
        "diversity": held.sum(axis=1).astype(np.float64), "complexity": of_regions,
        "outlook": outlook(held, near, of_classes), "related variety": within,
        "unrelated variety": unrelated, "coherence": whole,
    }  # fmt: skip
    return Portfolios(regions, {k: np.where(files, v, np.nan) for k, v in measures.items()})
