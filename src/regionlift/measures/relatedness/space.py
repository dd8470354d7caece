"""Relatedness and complexity of large complete tables in one call, proximities with them.

For tables with unknown cells see ``landscape``: this one asks for every cell and keeps time and
room small, with proximity and density in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.complexity import Complexity, complexity
from regionlift.measures.relatedness.cooccurrence import single_proximity
from regionlift.measures.relatedness.nearness import single_density
from regionlift.measures.relatedness.specialisation import summed

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


def space(table: Floats, scale: str = "regions", ddof: int = 0, threads: int = 1) -> Space:
    """The whole of a table; the formulas are those of the functions it calls.

    With more ``threads`` the search for the complexities runs beside all it does not need, and
    each takes a part of the product.
    """
    sums = summed(table)
    present = sums.advantages()

    def beside() -> tuple[Floats, Singles]:
        return sums.quotients(), single_proximity(present)

    if threads == 1:
        order, (quotient, phi) = complexity(present, scale, ddof), beside()
        return Space(quotient, present, order, phi, single_density(present, phi))
    with _ALONE, ThreadPoolExecutor(1) as pool:
        other = pool.submit(complexity, present, scale, ddof)
        quotient, phi = beside()
        order = other.result()
        return Space(quotient, present, order, phi, single_density(present, phi, threads))


def spaces(tables: Sequence[Floats], threads: int = 1) -> list[Space]:
    """The same for each of several tables, such as years, ``threads`` of them side by side."""
    if threads == 1 or len(tables) == 1:
        return [space(table, threads=threads) for table in tables]
    with _ALONE, ThreadPoolExecutor(threads) as pool:
        return list(pool.map(space, tables))


class _Alone:
    """Products of one thread each: a pool of threads that waits for another gains nothing.

    The limit holds for the whole process: the first caller sets it, the last takes it away.
    """

    def __init__(self) -> None:
        self._lock, self._callers, self._limit = Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._callers:
                self._limit.enter_context(_libraries().limit(limits=1, user_api="blas"))
            self._callers += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._callers -= 1
            if not self._callers:
                self._limit.close()


@cache
def _libraries() -> ThreadpoolController:
    """Looked up once, since that takes longer than some tables."""
    return ThreadpoolController()


_ALONE = _Alone()
