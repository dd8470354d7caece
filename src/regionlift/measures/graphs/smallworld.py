"""Small worlds: clustering and path length against graphs of the same degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.measures.graphs.csr import Graph
from regionlift.measures.graphs.nulls import Comparison, compared, rewired
from regionlift.measures.graphs.paths import path_length
from regionlift.measures.graphs.triangles import mean_clustering, transitivity


@dataclass(frozen=True)
class SmallWorld:
    """Clustering, transitivity and path length, each against the null model.

    Parameters
    ----------
    quotient : Humphries and Gurney's (C / C_null) / (L / L_null) with C the transitivity and
        the means of the draws as the null; its draws are those of the null by the same formula,
        so that the interval tells what the quotient is where there is no small world. None where
        no draw has a triangle.
    """

    clustering: Comparison
    transitivity: Comparison
    path_length: Comparison
    quotient: Comparison | None


def small_world(
    graph: Graph,
    rng: np.random.Generator,
    draws: int = 99,
    sample: int | None = 200,
    swaps_per_tie: int = 10,
    levels: tuple[float, float] = (0.025, 0.975),
    threads: int = 1,
) -> SmallWorld | None:
    """Whether a graph is more clustered, at paths as short, than graphs of the same degrees.

    Humphries and Gurney (2008), with the degree-preserving null in place of G(n, p): heavy-tailed
    degrees make clusters and shorten paths by themselves. Ties read off events of many members
    are clustered by construction; see ``nulls.shuffled_memberships`` for that null. Path length
    is the mean in the largest component, from ``sample`` sources (all where None). None where
    the graph has no two-path.
    """

    def measured(drawn: Graph) -> tuple[float | None, float | None, float | None]:
        return (
            mean_clustering(drawn, threads),
            transitivity(drawn, threads),
            path_length(drawn, sample, rng, threads),
        )

    own = measured(graph)
    if own[0] is None or own[1] is None or own[2] is None:
        return None
    # a two-path is fixed by the degrees, so every draw has all three numbers
    found = np.array([measured(rewired(graph, rng, swaps_per_tie)) for _ in range(draws)], float)
    clustering, closed, length = (
        compared(v, found[:, k].tolist(), levels) for k, v in enumerate(own) if v is not None
    )
    quotient = None
    if closed.mean > 0:
        unit = closed.mean / length.mean
        quotient = compared(
            own[1] / own[2] / unit, (found[:, 1] / found[:, 2] / unit).tolist(), levels
        )
    return SmallWorld(clustering, closed, length, quotient)
