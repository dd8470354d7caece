"""What the tables say of the organisations of a network, beside whom they work with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from regionlift.data.dataset import Dataset
from regionlift.measures.network.affiliations import Affiliations

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Traits:
    """Columns of the tables in the order of a network's organisations; None where not collected.

    Parameters
    ----------
    declared : layer by identifier, for every organisation of the region that has one
    size : (n,) persons employed, else revenue; NaN where not known
    inventions : (n,) invention patents applied for by the last year; 0 for one without any
    manufacturing : (n,) whether its industry is of the block
    industry : (n,) place of its sub-industry in the block, -1 where it has another or none told
    equipment : (n,) 0 in the block, 1 in another industry, -1 where none is told
    functions : (n, f) whether it has each function, in the order of ``function_names``
    """

    declared: dict[str, str]
    size: Floats | None
    inventions: Floats | None
    manufacturing: NDArray[np.bool_] | None
    functions: NDArray[np.float64] | None
    function_names: tuple[str, ...]
    kind: str
    industry: NDArray[np.int64] | None = None
    equipment: NDArray[np.int64] | None = None


def traits(dataset: Dataset, affiliations: Affiliations, region: str, last: int) -> Traits:
    """Look up the organisations of a network in a dataset's tables."""
    orgs = dataset.tables["orgs"]
    placed = pl.DataFrame({"org_id": list(affiliations.ids)}).join(
        orgs, on="org_id", how="left", maintain_order="left"
    )
    declared: dict[str, str] = {}
    if "layer" in orgs.columns:
        stated = orgs.filter(pl.col("region") == region, pl.col("layer").is_not_null())
        declared = dict(zip(stated["org_id"], stated["layer"], strict=True))
    size = None
    for column in ("size_emp", "revenue"):
        if column in orgs.columns and placed[column].count():
            size = placed[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
            break
    manufacturing = industry = equipment = None
    if "industry" in orgs.columns and placed["industry"].count():
        codes = tuple(i.code for i in dataset.block)
        of_block = pl.any_horizontal(*(pl.col("industry").str.starts_with(c) for c in codes))
        manufacturing = placed.select(of_block.fill_null(False).alias("m"))["m"].to_numpy()
        industry = sub_industries(placed["industry"].to_list(), codes)
        told = placed["industry"].is_not_null().to_numpy()
        equipment = np.where(industry >= 0, 0, np.where(told, 1, -1)).astype(np.int64)
    matrix, names, kind = _functions(dataset, affiliations, placed, last)
    return Traits(
        declared, size, _inventions(dataset, affiliations, last), manufacturing, matrix, names,
        kind, industry, equipment,
    )  # fmt: skip


def sub_industries(
    industry: Sequence[str | None], codes: Sequence[str]
) -> NDArray[np.int64]:
    """Place of each organisation's sub-industry in the block, by the longest code it begins with.

    Examples
    --------
    >>> sub_industries(["3421", "51", None], ["33", "34"]).tolist()
    [1, -1, -1]
    """
    order = sorted(range(len(codes)), key=lambda k: -len(codes[k]))
    found = [next((k for k in order if i and i.startswith(codes[k])), -1) for i in industry]
    return np.array(found, dtype=np.int64)


def _inventions(dataset: Dataset, affiliations: Affiliations, last: int) -> Floats | None:
    if not (dataset.has("patents", "app_year") and dataset.has("applicants")):
        return None
    kept = dataset.tables["patents"].filter(pl.col("app_year") <= last)
    if "kind" in kept.columns:
        kept = kept.filter(pl.col("kind") == "invention")
    counted = dataset.tables["applicants"].join(kept, on="patent_id", how="semi")
    counts = dict(counted.group_by("org_id").len().iter_rows())
    return np.array([float(counts.get(i, 0)) for i in affiliations.ids])


def _functions(
    dataset: Dataset, affiliations: Affiliations, placed: pl.DataFrame, last: int
) -> tuple[Floats | None, tuple[str, ...], str]:
    """Who does what: declared functions, else technology classes of patents, else of projects."""
    places = pl.DataFrame({"org_id": list(affiliations.ids)}).with_row_index("place")
    pairs: pl.DataFrame | None = None
    kind = ""
    if "functions" in placed.columns and placed["functions"].count():
        kind = "declared functions"
        pairs = placed.with_row_index("place").select(
            "place", pl.col("functions").str.split(";").alias("code")
        ).explode("code")  # fmt: skip
    elif dataset.has("codes", "code") and dataset.has("applicants"):
        kind = "technology classes of its patents"
        dated = dataset.tables["patents"].filter(pl.col("app_year") <= last).select("patent_id")
        pairs = (
            dataset.tables["applicants"].join(dated, on="patent_id")
            .join(dataset.tables["codes"], on="patent_id").join(places, on="org_id")
            .select("place", pl.col("code").str.slice(0, 4))
        )  # fmt: skip
    elif dataset.has("projects", "codes"):
        kind = "topics of its projects"
        begun = dataset.tables["projects"].filter(pl.col("start_year") <= last)
        pairs = (
            dataset.tables["members"].join(begun, on="project_id").join(places, on="org_id")
            .select("place", pl.col("codes").str.split(";").alias("code")).explode("code")
        )  # fmt: skip
    if pairs is None:
        return None, (), ""
    told = pairs.with_columns(pl.col("code").str.strip_chars()).filter(pl.col("code") != "")
    if told.is_empty():
        return None, (), ""
    names = tuple(told["code"].unique().sort())
    column = told["code"].replace_strict(
        list(names), list(range(len(names))), return_dtype=pl.Int64
    )
    matrix = np.zeros((affiliations.organisations, len(names)))
    np.add.at(matrix, (told["place"].to_numpy(), column.to_numpy()), 1.0)
    return matrix, names, kind


def event_codes(dataset: Dataset, affiliations: Affiliations) -> list[list[str]] | None:
    """(k) technology classes of each event, of four characters; None where none has any."""
    parts = []
    if dataset.has("projects", "codes"):
        parts.append(
            dataset.tables["projects"]
            .select(
                pl.col("project_id").alias("event"), pl.col("codes").str.split(";").alias("code")
            )
            .explode("code")
        )
    if dataset.has("codes", "code"):
        parts.append(
            dataset.tables["codes"].select(pl.col("patent_id").alias("event"), pl.col("code"))
        )
    if not parts:
        return None
    told = pl.concat(parts).with_columns(pl.col("code").str.strip_chars().str.slice(0, 4))
    kept = told.filter(pl.col("code") != "", pl.col("event").is_in(list(affiliations.events)))
    grouped = dict(kept.group_by("event").agg(pl.col("code").unique().sort()).iter_rows())
    if not grouped:
        return None
    return [list(grouped.get(e, [])) for e in affiliations.events]
