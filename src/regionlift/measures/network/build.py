"""The two-mode network of one region, out of a dataset's tables."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.measures.events import collect
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.events import joint


def affiliations(
    dataset: Dataset, settings: Settings, region: str, last: int | None = None
) -> Affiliations:
    """Every joint event with a member of the region, and all its members.

    ``inside`` marks the region's own organisations; those of elsewhere are kept as such. Only
    events that begin by ``last`` are taken. In an event of more than ``largest_consortium``
    members everybody is active and nobody is tied: it becomes one event a member of the region.

    Raises
    ------
    LookupError
        If there is no joint event with a year at all.
    """
    found = joint(dataset, settings)
    rows = found.rows if last is None else found.rows.filter(nw.col("first") <= last)
    own = rows.filter(nw.col("region") == region).select("event").unique()
    members = collect(rows.join(own, on="event", how="inner"))
    large = members["size"] > found.largest
    alone = members.filter(large, pl.col("region") == region).with_columns(
        pl.format("{}|{}", "event", "org_id").alias("event")
    )
    members = pl.concat([members.filter(~large), alone])
    orgs = (
        members.select("org_id")
        .unique()
        .sort("org_id")
        .join(dataset.tables["orgs"], on="org_id", how="left", maintain_order="left")
        .with_row_index("_org")
    )
    events = (
        members.select("event", "first", "last")
        .unique("event")
        .sort("first", "event")
        .with_row_index("_event")
    )
    placed = (
        members.join(orgs.select("org_id", "_org"), on="org_id")
        .join(events.select("event", "_event"), on="event")
        .sort("_event", "_org")
    )
    return Affiliations(
        org=placed["_org"].to_numpy().astype(np.int32),
        event=placed["_event"].to_numpy().astype(np.int32),
        lead=_leads(dataset, placed),
        start=events["first"].to_numpy().astype(np.int32),
        end=events["last"].to_numpy().astype(np.int32),
        type=_types(orgs),
        inside=(orgs["region"] == region).fill_null(False).to_numpy(),
        public=_public(dataset, events),
        ids=tuple(orgs["org_id"]),
        names=tuple(_names(orgs)),
        events=tuple(events["event"]),
        country=_countries(orgs),
    )


def _countries(orgs: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int32]] | None:
    if "country" not in orgs.columns or not orgs["country"].count():
        return None
    ranks = orgs["country"].rank("dense").cast(pl.Int32) - 1
    return ranks.fill_null(-1).to_numpy()


def _names(orgs: pl.DataFrame) -> pl.Series:
    if "name" not in orgs.columns:
        return orgs["org_id"]
    return orgs.select(pl.coalesce("name", "org_id"))["name"]


def _types(orgs: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    if "type" not in orgs.columns:
        return np.full(orgs.height, -1, dtype=np.int8)
    codes = {name: code for code, name in enumerate(TYPES)}
    typed = orgs["type"].replace_strict(codes, default=-1, return_dtype=pl.Int8)
    return typed.fill_null(-1).to_numpy()


def _leads(dataset: Dataset, placed: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Who leads a project; nobody where roles are not in the tables."""
    if not dataset.has("members", "role"):
        return np.zeros(placed.height, dtype=np.bool_)
    leads = (
        dataset.tables["members"]
        .filter(pl.col("role") == "lead")
        .select("org_id", pl.col("project_id").alias("event"), pl.lit(True).alias("_lead"))
    )
    with_lead = placed.join(leads, on=["org_id", "event"], how="left", maintain_order="left")
    return with_lead["_lead"].fill_null(False).to_numpy()


def _public(dataset: Dataset, events: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which events public money paid for; none where that is not in the tables."""
    if not dataset.has("projects", "public_money"):
        return np.zeros(events.height, dtype=np.bool_)
    paid = dataset.tables["projects"].filter(pl.col("public_money") > 0)["project_id"]
    return events["event"].is_in(paid.implode()).to_numpy()
