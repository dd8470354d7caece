"""Measure: a named function from a dataset to quantities, and the registry of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import polars as pl

from regionlift.evidence.quantity import QUANTITY_SCHEMA, Quantity, Status, to_frame
from regionlift.evidence.settings import Settings

Direction = Literal["up", "down", "none"]


class Tables(Protocol):
    """What a measure needs to know of a dataset before it looks at any number."""

    def lacks(self, needs: Mapping[str, tuple[str, ...]]) -> str:
        """Which of the needed tables and columns are not there, in words."""

    def regions(self) -> list[str]:
        """The regions quantities are given for."""

    def unit(self, pattern: str) -> str:
        """A unit with this dataset's currency and base year filled in."""


@dataclass(frozen=True)
class Definition:
    """What a number means, whoever computes it.

    ``direction`` says which way is better, where one is. ``items`` are the paper items it serves.
    """

    id: str
    title: str
    title_zh: str
    unit: str
    direction: Direction
    needs: Mapping[str, tuple[str, ...]]
    minimum_n: int
    items: tuple[int, ...]
    source: str
    formula: str
    interval: str


@dataclass(frozen=True)
class Measure(Definition):
    """A definition that computes itself from a dataset.

    ``compute`` returns a frame with the columns of a quantity, for every region and year.
    ``instead`` are tables that do as well as those of ``needs``; empty where none do.
    """

    compute: Callable[[Any, Settings], pl.DataFrame]
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, dataset: Tables, settings: Settings) -> pl.DataFrame:
        """Quantities of every region; where a table is missing, one unknown a region."""
        lacking = dataset.lacks(self.needs)
        if lacking and self.instead and not dataset.lacks(self.instead):
            lacking = ""
        if lacking:
            return to_frame(
                [
                    Quantity(
                        self.id, region, "", None, dataset.unit(self.unit),
                        status=Status.NOT_COLLECTED,
                        reason=f"not in the dataset: {lacking}", settles=f"add {lacking}",
                    )
                    for region in dataset.regions()
                ]
            )  # fmt: skip
        frame = self.compute(dataset, settings)
        return frame.select(pl.col(name).cast(kind) for name, kind in QUANTITY_SCHEMA.items())


_REGISTRY: dict[str, Definition] = {}

D = TypeVar("D", bound=Definition)


def register(definition: D) -> D:
    """Put a measure, or the definition of a number that the run computes, into the registry.

    Raises
    ------
    ValueError
        If another one has this id.
    """
    if definition.id in _REGISTRY:
        raise ValueError(f'two measures with the id "{definition.id}"')
    _REGISTRY[definition.id] = definition
    return definition


def registry() -> Mapping[str, Definition]:
    """Every registered definition by id."""
    return _REGISTRY


def measures() -> list[Measure]:
    """Every registered measure, in order."""
    return [d for d in _REGISTRY.values() if isinstance(d, Measure)]


def to_rows(definitions: Iterable[Definition]) -> list[dict[str, Any]]:
    """Definitions as rows for the ledger and the methods page."""
    return [
        {
            "id": m.id,
            "title": m.title,
            "title_zh": m.title_zh,
            "unit": m.unit,
            "direction": m.direction,
            "needs": "; ".join(f"{t}({', '.join(c)})" for t, c in m.needs.items()),
            "minimum_n": m.minimum_n,
            "items": ", ".join(map(str, m.items)),
            "source": m.source,
            "formula": m.formula,
            "interval": m.interval,
        }
        for m in definitions
    ]
