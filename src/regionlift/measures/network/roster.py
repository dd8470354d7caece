"""The region's organisations one by one: since when, with how many, still there or not."""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.measures.network.affiliations import TYPES, Affiliations

SCHEMA: dict[str, type[pl.DataType]] = {
    "org_id": pl.String, "name": pl.String, "type": pl.String, "first": pl.Int64,
    "last": pl.Int64, "events": pl.Int64, "led": pl.Int64, "partners_inside": pl.Int64,
    "partners_outside": pl.Int64, "state": pl.String,
}  # fmt: skip


def roster(affiliations: Affiliations, year: int) -> pl.DataFrame:
    """A row an organisation of the region, by number of partners.

    ``first`` is the year of its first joint event, ``last`` the last year in which one of them
    runs; ``partners_inside`` and ``partners_outside`` count distinct organisations ever met.
    ``state`` in ``year``: "entered" (its first event begins then), "stays" (active then and the
    year before), "returned" (active then, not the year before), "left" (active the year before,
    not then), "gone" (earlier than that).

    Parameters
    ----------
    affiliations : events that begin by ``year``; ``inside`` marks the region's organisations
    year : the year looked at
    """
    n = affiliations.organisations
    first, last = np.full(n, 9999), np.zeros(n, dtype=np.int64)
    np.minimum.at(first, affiliations.org, affiliations.start[affiliations.event])
    np.maximum.at(last, affiliations.org, affiliations.end[affiliations.event])
    now, before = (_active(affiliations, y) for y in (year, year - 1))
    i, j, _ = affiliations.ties()
    within, without = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for a, b in ((i, j), (j, i)):
        np.add.at(within, a, affiliations.inside[b])
        np.add.at(without, a, ~affiliations.inside[b])
    state = np.select(
        [now & (first == year), now & before, now, before],
        ["entered", "stays", "returned", "left"],
        "gone",
    )
    own = np.flatnonzero(affiliations.inside)
    names = [TYPES[t] if t >= 0 else "not known" for t in affiliations.type[own]]
    frame = pl.DataFrame(
        {
            "org_id": [affiliations.ids[o] for o in own],
            "name": [affiliations.names[o] for o in own],
            "type": names,
            "first": first[own],
            "last": last[own],
            "events": np.bincount(affiliations.org, minlength=n)[own],
            "led": np.bincount(affiliations.org, affiliations.lead, minlength=n)[own],
            "partners_inside": within[own],
            "partners_outside": without[own],
            "state": state[own],
        },
        schema_overrides=SCHEMA,
    )
    order = ["partners_inside", "partners_outside", "org_id"]
    return frame.sort(order, descending=[True, True, False])


def _active(affiliations: Affiliations, year: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    active = np.zeros(affiliations.organisations, dtype=np.bool_)
    active[affiliations.active(year).org] = True
    return active
