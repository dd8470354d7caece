"""Kernels: loops over arrays, compiled by numba, interpreted where it cannot be installed.

The source is one and the same, and random numbers come from a ``numpy.random.Generator`` that is
handed in, so that both give the same digits.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: Whether kernels run compiled.
COMPILED = find_spec("numba") is not None


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over arrays at its first call; it holds no lock, so threads run side by side.

    The uncompiled function is ``interpreted(function)``.
    """
    if not COMPILED:
        return function
    from numba import njit

    done: Callable[P, R] = njit(cache=True, nogil=True)(function)
    return done


def interpreted(function: Callable[P, R]) -> Callable[P, R]:
    """The same kernel as plain Python over NumPy arrays."""
    plain: Callable[P, R] = getattr(function, "py_func", function)
    return plain
