"""Relatedness and complexity of large complete tables in one call, proximities with them.

For tables with unknown cells see ``landscape``: this one asks for every cell and keeps time and
room small, with proximity and density in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.complexity import Complexity, complexity
from regionlift.measures.relatedness.nearness import fast_density
from regionlift.measures.relatedness.specialisation import specialised

Flags = NDArray[np.bool_]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """Location quotient and presence (regions, n), complexity, proximity (n, n), density.

    Proximity and density (regions, n) are float32, about seven digits; presence is exact.
    """

    quotient: Floats
    present: Flags
    complexity: Complexity
    proximity: Singles
    density: Singles


def space(table: Floats, scale: str = "regions", ddof: int = 0) -> Space:
    """The whole of a table; the formulas are those of the functions it calls."""
    quotient, present = specialised(table)
    return Space(quotient, present, complexity(present, scale, ddof), *fast_density(present))


def spaces(tables: Sequence[Floats], threads: int = 1) -> list[Space]:
    """The same for each of several tables, such as years, ``threads`` of them side by side.

    The products then take one thread each: a pool of threads that waits for another gains nothing.
    """
    if threads == 1 or len(tables) == 1:
        return [space(table) for table in tables]
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(space, tables))
