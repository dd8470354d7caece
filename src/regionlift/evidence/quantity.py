"""One number with everything a reader needs to doubt it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Status(StrEnum):
    """Why a number is there, or why it is not."""

    KNOWN = "known"
    SUPPRESSED = "suppressed"
    NOT_COLLECTED = "not_collected"
    NOT_APPLICABLE = "not_applicable"
    TOO_FEW = "too_few"


class Provenance(StrEnum):
    """How a number came to be."""

    OBSERVED = "observed"
    DERIVED = "derived"
    CLAIMED = "claimed"


#: Columns of every frame of quantities, and of the ledger's table of that name.
QUANTITY_SCHEMA: dict[str, pl.DataType] = {
    "id": pl.String(),
    "measure": pl.String(),
    "subject": pl.String(),
    "period": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "n": pl.Int64(),
    "unit": pl.String(),
    "status": pl.String(),
    "provenance": pl.String(),
    "reason": pl.String(),
    "settles": pl.String(),
    "sql": pl.String(),
    "query": pl.String(),
    "rows": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, its 90% interval, and the rows it stands on.

    ``value`` is None whenever ``status`` is not ``known``; then ``reason`` says why and
    ``settles`` what would change that. ``sql`` selects, from the ledger's own tables, the rows the
    number was computed from, and ``rows`` counts them; ``query`` is the aggregation that DuckDB
    compiled, where there was one. ``subject`` is a region, or a region and a
    part of it joined by ``|`` ("Michigan|333").
    """

    measure: str
    subject: str
    period: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    n: int | None = None
    status: Status = Status.KNOWN
    provenance: Provenance = Provenance.OBSERVED
    reason: str = ""
    settles: str = ""
    sql: str = ""
    query: str = ""
    rows: int = 0

    def __post_init__(self) -> None:
        if (self.value is None) == (self.status is Status.KNOWN):
            raise ValueError(
                f"{self.id}: value is {self.value!r} with status {self.status.value!r}; "
                "a known quantity has a value, any other has none"
            )
        if any(x is not None and math.isnan(x) for x in (self.value, self.low, self.high)):
            raise ValueError(f"{self.id}: NaN is no number; leave it out and give the reason")
        if self.status is not Status.KNOWN and not self.reason:
            raise ValueError(f"{self.id}: status {self.status.value!r} needs a reason")

    @property
    def id(self) -> str:
        """Readable and the same in every run: measure/subject/period."""
        return quantity_id(self.measure, self.subject, self.period)


def quantity_id(measure: str, subject: str, period: str) -> str:
    """Evidence id of a number.

    Examples
    --------
    >>> quantity_id("value_added_per_employee", "Michigan", "2017")
    'value_added_per_employee/Michigan/2017'
    """
    return "/".join(part for part in (measure, subject, period) if part)


def to_frame(quantities: list[Quantity]) -> pl.DataFrame:
    """Quantities as one frame with the columns of :data:`QUANTITY_SCHEMA`."""
    rows = [
        {name: getattr(q, name) for name in QUANTITY_SCHEMA} for q in quantities
    ]
    return pl.DataFrame(rows, schema=QUANTITY_SCHEMA)


def from_row(row: dict[str, object]) -> Quantity:
    """Rebuild a Quantity from one row of such a frame."""
    fields = {k: v for k, v in row.items() if k in QUANTITY_SCHEMA and k != "id"}
    fields["status"] = Status(str(fields["status"]))
    fields["provenance"] = Provenance(str(fields["provenance"]))
    return Quantity(**fields)  # type: ignore[arg-type]
