"""Making the numbers of one subject in one period as evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Provenance, Quantity, Status
from regionlift.measures.network.numbers import Rows


class Gap(NamedTuple):
    """Why a number is not there, and what would settle it."""

    reason: str
    settles: str


@dataclass(frozen=True)
class Numbers:
    """Makes the numbers of one subject in one period."""

    dataset: Dataset
    subject: str
    period: str
    provenance: Provenance = Provenance.OBSERVED

    def of(
        self, measure: str, value: float | None, rows: Rows, gap: Gap, n: int | None = None,
        provenance: Provenance | None = None, bounds: tuple[float, float] | None = None,
    ) -> Quantity:  # fmt: skip
        """The number with its rows, or the unknown with its reason."""
        unit = self.dataset.unit(registry()[measure].unit)
        source = provenance or self.provenance
        if value is None:
            return Quantity(measure, self.subject, self.period, None, unit,
                            status=Status.NOT_COLLECTED, reason=gap.reason, settles=gap.settles,
                            provenance=source)  # fmt: skip
        low, high = bounds if bounds is not None else (None, None)
        return Quantity(measure, self.subject, self.period, float(value), unit, low, high, n,
                        provenance=source, sql=rows.sql, rows=rows.count)  # fmt: skip
