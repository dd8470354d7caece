"""Local and imported parts of flows, where the tables give ratios in their place."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from regionlift.data.parsing import STATUS
from regionlift.evidence.quantity import Provenance, Status

#: Part of a flow -> what fills its empty cells.
_FILLED = {
    "local_value": pl.col("domestic_value") * pl.col("_share"),
    "imported_value": pl.col("value") - pl.col("domestic_value"),
}


def with_local_supply(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    r"""The tables, with the empty parts of links filled where ``domestic_value`` is known.

    .. math:: z^{local}_{ij} = \rho_i z^{domestic}_{ij}, \qquad
              z^{imported}_{ij} = z_{ij} - z^{domestic}_{ij}

    with :math:`\rho_i` from ``own_supply``. A product without a ratio stays empty. Rows that were
    filled are marked derived.
    """
    found = dict(tables)
    links = found.get("links")
    if links is None or "domestic_value" not in links.columns:
        return found
    key = ["region", "product", "year"]
    ratios = found.get("own_supply", pl.DataFrame(schema=dict.fromkeys(key, pl.String)))
    if "local_share" in ratios.columns:
        key = [c for c in key if c in ratios.columns]
        named = {"product": "from"}
        ratios = ratios.select(*(pl.col(c).alias(named.get(c, c)) for c in key),
                               pl.col("local_share").alias("_share"))  # fmt: skip
        on = [named.get(c, c) for c in key if named.get(c, c) in links.columns]
        links = links.join(ratios, on=on, how="left", maintain_order="left")
    else:
        links = links.with_columns(pl.lit(None, pl.Float64).alias("_share"))
    columns = links.columns
    for part, given in _FILLED.items():
        if part not in columns:
            links = links.with_columns(
                pl.lit(None, pl.Float64).alias(part),
                pl.lit(Status.NOT_COLLECTED.value).alias(part + STATUS),
            )
        blank = pl.col(part).is_null() & given.is_not_null()
        links = links.with_columns(blank.alias(f"_{part}"))
    if "provenance" not in columns:
        links = links.with_columns(pl.lit(None, pl.String).alias("provenance"))
    new = [f"_{part}" for part in _FILLED]
    links = links.with_columns(
        *(pl.coalesce(part, given).alias(part) for part, given in _FILLED.items()),
        *(
            pl.when(f"_{part}").then(pl.lit(Status.KNOWN.value)).otherwise(part + STATUS)
            .alias(part + STATUS)
            for part in _FILLED
        ),
        pl.when(pl.any_horizontal(new)).then(pl.lit(Provenance.DERIVED.value))
        .otherwise("provenance").alias("provenance"),
    )  # fmt: skip
    found["links"] = links.drop("_share", *new)
    return found
