"""The synthetic province as a two-mode network, read without the package's own importer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from regionlift.data.synthetic import Truths, generate
from regionlift.data.synthetic.catalogue import REGION
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.layers import LAYERS


@dataclass(frozen=True)
class Province:
    """Network, what is known of each organisation (in the network's order), patents, truths."""

    network: Affiliations
    layer: np.ndarray
    size: np.ndarray
    inventions: np.ndarray
    functions: np.ndarray
    patents: tuple[np.ndarray, np.ndarray]
    truths: Truths

    def places(self, ids: list[str]) -> set[int]:
        return {self.network.ids.index(i) for i in ids}


@cache
def province(seed: int) -> Province:
    made = generate(seed)
    orgs = made.tables["orgs"].sort("org_id").with_row_index("org")
    projects = made.tables["projects"].sort("start_year", "project_id").with_row_index("event")
    rows = (
        made.tables["members"]
        .join(orgs.select("org_id", "org"), on="org_id")
        .join(projects.select("project_id", "event"), on="project_id")
        .sort("event", "org")
    )
    network = Affiliations(
        rows["org"].to_numpy().astype(np.int32),
        rows["event"].to_numpy().astype(np.int32),
        (rows["role"] == "lead").to_numpy(),
        projects["start_year"].to_numpy().astype(np.int32),
        projects["end_year"].to_numpy().astype(np.int32),
        np.array([TYPES.index(t) for t in orgs["type"]], dtype=np.int8),
        (orgs["region"] == REGION).to_numpy(),
        (projects["public_money"] > 0).to_numpy(),
        tuple(orgs["org_id"]),
        tuple(orgs["name"]),
        tuple(projects["project_id"]),
    )
    invented = (
        made.tables["applicants"]
        .join(made.tables["patents"].filter(pl.col("kind") == "invention"), on="patent_id")
        .join(orgs.filter(pl.col("region") == REGION).select("org_id", "org"), on="org_id")
        .with_columns(patent=pl.col("patent_id").rank("dense"))
    )
    counts = np.bincount(invented["org"].to_numpy(), minlength=orgs.height)
    listed = [str(f).split(";") if f else [] for f in orgs["functions"]]
    every = sorted({f for own in listed for f in own})
    return Province(
        network,
        np.array([LAYERS.index(x) if x else -1 for x in orgs["layer"]], dtype=np.int8),
        orgs["size_emp"].to_numpy().astype(float),
        counts.astype(float),
        np.array([[f in own for f in every] for own in listed]),
        (invented["patent"].to_numpy().astype(np.int64), invented["org"].to_numpy()),
        made.truths,
    )
