"""The H2020 part of CORDIS as a two-mode network, read without the package's own importer."""

import numpy as np
import polars as pl

from regionlift.measures.network.affiliations import TYPES, Affiliations
from shared import shared_data

_TYPES = {"PRC": "enterprise", "HES": "university", "REC": "institute", "PUB": "government",
          "OTH": "intermediary"}  # fmt: skip


def h2020(part: str = "", country: str = "", sizes: tuple[int, int] = (1, 500)) -> Affiliations:
    """Projects started 2014-2020 whose programme part holds ``part`` (a regular expression).

    ``inside`` marks organisations of the country; sizes are of whole consortia.
    """
    folder = shared_data() / "networks"
    projects = (
        pl.read_parquet(folder / "cordis_projects.parquet")
        .filter(pl.col("programme") == "H2020", pl.col("n_orgs").is_between(*sizes))
        .filter(pl.col("programme_part").fill_null("").str.contains(part))
        .select(
            project="project_rcn",
            start=pl.col("start_date").dt.year(),
            end=pl.col("end_date").dt.year(),
        )
        .filter(pl.col("start").is_between(2014, 2020))
        .with_columns(end=pl.max_horizontal("start", pl.col("end").fill_null(pl.col("start"))))
        .sort("start", "project")
        .with_row_index("event")
    )
    rows = (
        pl.read_parquet(folder / "cordis_participations.parquet")
        .filter(pl.col("programme") == "H2020")
        .join(projects.select("project", "event"), left_on="project_rcn", right_on="project")
    )
    orgs = (
        rows.group_by("org_id")
        .agg(
            pl.col("activity_type").first(),
            (pl.col("country") == country).any().alias("inside"),
            pl.col("country").drop_nulls().first(),
        )
        .sort("org_id")
        .with_row_index("org")
    )
    rows = rows.join(orgs.select("org_id", "org"), on="org_id").sort("event", "org")
    types = [TYPES.index(_TYPES[t]) if t in _TYPES else -1 for t in orgs["activity_type"]]
    return Affiliations(
        rows["org"].to_numpy().astype(np.int32),
        rows["event"].to_numpy().astype(np.int32),
        (rows["role"] == "coordinator").fill_null(False).to_numpy(),
        projects["start"].to_numpy().astype(np.int32),
        projects["end"].to_numpy().astype(np.int32),
        np.array(types, dtype=np.int8),
        orgs["inside"].fill_null(False).to_numpy(),
        np.ones(projects.height, dtype=np.bool_),
        tuple(orgs["org_id"]),
        tuple(orgs["org_id"]),
        tuple(projects["project"]),
        (orgs["country"].rank("dense").cast(pl.Int32) - 1).fill_null(-1).to_numpy(),
    )
