"""The manifest ``regionlift.toml``: what a dataset is and how its files map to the contract."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regionlift.data.contract import contract
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.evidence.quantity import Provenance

MANIFEST = "regionlift.toml"

Missing = Literal["suppressed", "not_collected", "not_applicable"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """One file that fills columns of one table.

    ``columns`` maps contract columns to the file's own headers. ``keep`` and ``drop`` select rows
    by a header of the file. ``values`` recodes a contract column, with ``unlisted`` saying what
    happens to a code the list does not have. ``missing`` gives the file's own marks for the three
    missing states and ``blank`` the state of an empty number cell.
    """

    file: str
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    header_row: int = Field(default=1, ge=1)
    columns: dict[str, str] = {}
    ignore: tuple[str, ...] = ()
    constants: dict[str, str | int | float] = {}
    keep: dict[str, tuple[str | int, ...]] = {}
    drop: dict[str, tuple[str | int, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    unlisted: dict[str, Literal["error", "keep", "drop"]] = {}
    units: dict[str, str] = {}
    missing: dict[Missing, tuple[str, ...]] = {}
    blank: Missing = "not_collected"
    provenance: Provenance | dict[str, Provenance] = Provenance.OBSERVED
    duplicates: Literal["error", "sum"] = "error"
    licence: str = ""
    source: str = ""

    def provenance_of(self, column: str) -> Provenance:
        """How this file came by that column; ``observed`` where nothing is said."""
        if isinstance(self.provenance, dict):
            return self.provenance.get(column, Provenance.OBSERVED)
        return self.provenance


class Break(_Strict):
    """A break in a series: no change is computed across it unless it is bridged."""

    table: str
    columns: tuple[str, ...]
    year: int
    reason: str
    regions: tuple[str, ...] = ()
    bridged: bool = False


class Identity(_Strict):
    """What the dataset is about."""

    title: str
    scope: str
    currency: str
    base_year: int | None = None
    region: str = ""
    reference_region: str = ""
    base_industry: str = ""
    include: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    data_folder: str = "."
    synthetic: bool = False
    licence: str = ""
    source: str = ""
    note: str = ""


class Manifest(_Strict):
    """The whole of ``regionlift.toml``."""

    dataset: Identity
    tables: dict[str, tuple[Source, ...]]
    breaks: tuple[Break, ...] = ()
    settings: dict[str, int | float | str] = {}


def load_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a dataset folder.

    Raises
    ------
    DatasetError
        If there is none, if it is not TOML, or if an entry is unknown or of the wrong kind.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise DatasetError(
            [
                Problem(
                    "error", "no-manifest", f"no {MANIFEST} in {folder}",
                    "a dataset folder with a manifest",
                    f"Run `regionlift init {folder}` and fill in the template.", file=MANIFEST,
                )
            ]
        )  # fmt: skip
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetError(
            [
                Problem(
                    "error", "manifest-syntax", str(error), "a TOML file in UTF-8",
                    "Correct the line; text needs quotes, dates and codes too.", file=MANIFEST,
                )
            ]
        ) from None  # fmt: skip
    problems = _unknown_tables(raw)
    try:
        manifest = Manifest.model_validate(raw)
    except ValidationError as error:
        problems += [_from_pydantic(dict(item)) for item in error.errors()]
    if problems:
        raise DatasetError(problems)
    return manifest


def _unknown_tables(raw: dict[str, Any]) -> list[Problem]:
    known = contract()
    found = raw.get("tables", {})
    return [
        Problem(
            "error", "unknown-table", f'table "{name}"', "a table of the contract",
            f"{did_you_mean(name, known)}The tables are: {', '.join(known)}.", file=MANIFEST,
        )
        for name in (found if isinstance(found, dict) else {})
        if name not in known
    ]  # fmt: skip


def _from_pydantic(item: dict[str, Any]) -> Problem:
    """One pydantic error as a Problem; unknown entries get the nearest known name."""
    path = [str(part) for part in item["loc"]]
    where = ".".join(path)
    if item["type"] == "extra_forbidden":
        models: dict[str, type[BaseModel]] = {
            "dataset": Identity, "tables": Source, "breaks": Break,
        }  # fmt: skip
        fields = models.get(path[0], Manifest).model_fields
        hint = did_you_mean(path[-1], fields)
        return Problem(
            "error", "unknown-entry", f'entry "{where}"', "an entry the manifest knows",
            f"{hint}Known here: {', '.join(fields)}.", file=MANIFEST,
        )  # fmt: skip
    return Problem(
        "error", "manifest-entry", f'"{where}" = {item.get("input")!r}', item["msg"],
        "Correct the entry; `regionlift init` shows the form.", file=MANIFEST,
    )  # fmt: skip
