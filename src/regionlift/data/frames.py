"""A dataset from data frames already in memory: for notebooks, and for tests of many seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import narwhals as nw
import polars as pl

from regionlift.data.assemble import Piece, assemble
from regionlift.data.cells import ROW, Cells, Place
from regionlift.data.check import SourceFile
from regionlift.data.contract import contract
from regionlift.data.dataset import Dataset, completed
from regionlift.data.manifest import Break, Identity, Manifest, Source
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.data.scope import load_scope


def from_frames(
    tables: Mapping[str, Any],
    *,
    scope: str,
    currency: str,
    title: str = "from data frames",
    breaks: tuple[Break, ...] = (),
    **identity: Any,
) -> Dataset:
    """Dataset from data frames with the contract's column names.

    Parameters
    ----------
    tables : contract table name -> frame of any library narwhals knows (Polars, pandas, ...)
    scope, currency, title : as under ``[dataset]`` in a manifest
    breaks : series breaks
    identity : further entries of ``[dataset]``, such as ``base_year`` or ``region``

    Raises
    ------
    DatasetError
        If a table is unknown, or a cell, key or column is not what the contract says.
    """
    problems: list[Problem] = []
    frames: dict[str, pl.DataFrame] = {}
    sources: list[SourceFile] = []
    for name, given in tables.items():
        if name not in contract():
            hint = did_you_mean(name, contract())
            problems.append(
                Problem("error", "unknown-table", f'table "{name}"', "a table of the contract",
                        hint, name)
            )  # fmt: skip
            continue
        frame = nw.from_native(given, eager_only=True).to_polars()
        numbered = frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW))
        place = Place(name, Path(name), f"{name} (frame)")
        piece = Piece(1, Source(file=place.name), place, Cells(numbered, []))
        done, work = assemble(contract()[name], [piece])
        problems += work.problems
        digest = hashlib.sha256(frame.write_csv().encode()).hexdigest()
        sources.append(SourceFile(name, 1, place.name, digest, frame.height, "", ""))
        if done is not None:
            frames[name] = done
    if any(p.severity == "error" for p in problems):
        raise DatasetError(problems)
    manifest = Manifest(
        dataset=Identity(title=title, scope=scope, currency=currency, **identity),
        tables={name: (Source(file=f"{name} (frame)"),) for name in frames},
        breaks=breaks,
    )
    return Dataset(
        Path(), manifest, load_scope(scope), MappingProxyType(completed(frames)),
        tuple(sources),
        tuple(problems), MappingProxyType({}),
    )  # fmt: skip
