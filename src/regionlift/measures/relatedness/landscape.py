"""A table of regions by activities read in one call: quotients, complexity, nearness, what is lost.

Nothing is dropped in silence: what is unknown, empty or apart stays in the arrays as not a number
and is counted in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.complexity import Complexity, complexity
from regionlift.measures.relatedness.known import densities, present, quotients
from regionlift.measures.relatedness.specialisation import TableError

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Landscape:
    """Location quotients, presence and density, (regions, activities), and the order of both sides.

    ``known`` tells which cells are; ``order`` holds complexity with its doubts; arrays have the
    shape of the table, whatever could not be told.
    """

    quotient: Floats
    known: Flags
    present: Flags
    density: Floats
    order: Complexity

    @property
    def text(self) -> str:
        """What was read, what was left out, and how far the order can be trusted."""
        regions, activities = self.known.shape
        unknown, found = int((~self.known).sum()), self.order
        said = (
            f"{regions:,} regions and {activities:,} activities; {unknown:,} of "
            f"{self.known.size:,} cells not known; {len(found.empty_regions)} regions and "
            f"{len(found.empty_activities)} activities without any presence, "
            f"{len(found.apart_regions)} and {len(found.apart_activities)} apart from the largest "
            f"of {found.components} components"
        )
        if found.reason:
            return f"{said}; complexity cannot be told: {found.reason}"
        said += (
            f"; second squared singular value {found.second:.3f}, third {found.third:.3f}, gap "
            f"{found.gap:.2f}; correlation of the order with diversity {found.sign_strength:.2f}"
        )
        return said + "".join(f"; doubt: {w}" for w in found.warnings)


def landscape(table: Floats, scale: str = "each") -> Landscape:
    r"""Location quotient, economic complexity of both sides and relatedness density of a table.

    .. math:: q_{rc} = \frac{x_{rc} / x_r}{x_c / x}, \quad M_{rc} = [q_{rc} \ge 1], \quad
              D_{rc} = \frac{\sum_j M_{rj} \phi_{jc}}{\sum_j \phi_{jc}}

    Parameters
    ----------
    table : (regions, activities)
        Persons, patents or money; not a number where a cell is not known: it is then left out of
        both sides of every ratio, and counts as no presence in complexity.
    scale : "regions" or "each"
        See ``complexity``.

    Raises
    ------
    TableError
        If the table is not two-dimensional, or has negative or infinite cells.

    Sources: Balassa 1965; Hidalgo et al. 2007; Hidalgo & Hausmann 2009.
    """
    x = np.asarray(table, dtype=np.float64)
    if x.ndim != 2:
        raise TableError(f"a table of regions by activities is needed, not {x.ndim} dimensions")
    wrong = np.isinf(x) | (x < 0)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise TableError(f"cell ({row}, {column}) is {x[row, column]:g}: give counts or money, "
                         "or leave it not a number where it is not known")  # fmt: skip
    known, held = np.isfinite(x), present(x)
    return Landscape(quotients(x), known, held, densities(held, known), complexity(held, scale))
