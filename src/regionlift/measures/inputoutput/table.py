"""An input-output table with its labels, of one region or of several."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from regionlift.measures.cube import Floats

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Table:
    """Flows between sectors in one currency and one year; a row sells to a column.

    Parameters
    ----------
    flows
        Intermediate flows, shape (n, n).
    final
        Final demand, shape (n, m); in a table of one region exports are one of its columns.
    regions, sectors
        Labels of the n rows.
    final_regions
        Region that each of the m columns of final demand is bought by; a name that no row bears
        (as ``exports``) is demand from outside the table.
    output
        Gross output; rows of flows and final demand added up where it is not given.

    Raises
    ------
    ValueError
        The shapes do not fit the labels.
    """

    flows: Floats
    final: Floats
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    final_regions: tuple[str, ...]
    output: Floats

    def __post_init__(self) -> None:
        n, m = len(self.sectors), len(self.final_regions)
        wanted = {"flows": (n, n), "final": (n, m), "regions": (n,), "output": (n,)}
        for name, shape in wanted.items():
            if (found := np.shape(getattr(self, name))) != shape:
                raise ValueError(f"{name} has the shape {found}; its labels ask for {shape}")

    @property
    def value_added(self) -> Floats:
        """Output less everything bought from sectors of the table, shape (n,)."""
        return np.asarray(self.output - self.flows.sum(axis=0))

    @cached_property
    def places(self) -> dict[str, Places]:
        """Rows of each region, in the order in which regions first appear."""
        names = np.array(self.regions)
        return {r: np.flatnonzero(names == r) for r in dict.fromkeys(self.regions)}


def table_of(
    flows: Floats,
    final: Floats,
    sectors: list[str],
    regions: list[str] | None = None,
    final_regions: list[str] | None = None,
    output: Floats | None = None,
) -> Table:
    """A table from arrays; without names of regions there is one, and all it sells stays there."""
    flows = np.asarray(flows, dtype=float)
    final = np.asarray(final, dtype=float)
    final = final[:, None] if final.ndim == 1 else final
    rows = tuple(regions or ["region"] * len(sectors))
    columns = tuple(final_regions or ["region"] * final.shape[1])
    whole = flows.sum(axis=1) + final.sum(axis=1) if output is None else np.asarray(output, float)
    return Table(flows, final, rows, tuple(sectors), columns, whole)


def from_pymrio(system: Any) -> Table:
    """A table from an object with frames ``Z`` and ``Y``, as ``pymrio.IOSystem`` has them.

    Rows and columns of ``Z`` and rows of ``Y`` bear (region, sector), columns of ``Y`` begin with
    the region. Columns of ``Z`` are brought into the order of its rows.

    Raises
    ------
    ValueError
        A label stands twice, or rows and columns bear different labels.
    """
    rows = [tuple(map(str, label)) for label in system.Z.index]
    columns = [tuple(map(str, label)) for label in system.Z.columns]
    demand = [tuple(map(str, label)) for label in system.Y.index]
    for name, labels in (("rows of Z", rows), ("columns of Z", columns), ("rows of Y", demand)):
        if len(set(labels)) < len(labels):
            raise ValueError(f"a label stands twice in the {name}")
        if set(labels) != set(rows):
            odd = sorted(set(labels) ^ set(rows))[0]
            raise ValueError(f"the {name} and the rows of Z bear different labels, as {odd}")
    across = [columns.index(label) for label in rows]
    down = [demand.index(label) for label in rows]
    buyers = [str(c[0] if isinstance(c, tuple) else c) for c in system.Y.columns]
    return table_of(
        np.asarray(system.Z, dtype=float)[:, across], np.asarray(system.Y, dtype=float)[down],
        [label[-1] for label in rows], [label[0] for label in rows], buyers,
    )  # fmt: skip
