"""The manifest ``regionlift.toml``: what a dataset is and how its files map to the contract."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regionlift.data.contract import contract
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.evidence.quantity import Provenance

MANIFEST = "regionlift.toml"

Missing = Literal["suppressed", "not_collected", "not_applicable"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """One file that fills columns of one table.

    ``columns`` maps contract columns to the file's own headers. ``quotes`` says whether a cell may
    stand in quotation marks; else they are signs as any other. ``keep`` and ``drop`` select rows
    by a header of the file. ``values`` recodes a contract column, with ``unlisted`` saying what
    happens to a code the list does not have. ``missing`` gives the file's own marks for the three
    missing states and ``blank`` the state of an empty number cell.
    """

    file: str
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1, pattern=r'[^"\r\n]')
    quotes: bool = True
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

    @model_validator(mode="after")
    def _no_contradiction(self) -> Source:
        if self.thousands == self.decimal:
            raise ValueError(f'"{self.decimal}" cannot be both decimal and thousands sign')
        if both := set(self.columns) & set(self.constants):
            raise ValueError(f"{', '.join(sorted(both))} under both columns and constants")
        states = [(mark, state) for state, marks in self.missing.items() for mark in marks]
        for mark, state in states:
            if other := next((s for m, s in states if m == mark and s != state), None):
                raise ValueError(f'the mark "{mark}" means both {state} and {other}')
        return self

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
    """The whole of ``regionlift.toml``.

    ``names`` is the file of decisions on organisations that may be one: accepted ones are merged.
    """

    dataset: Identity
    tables: dict[str, tuple[Source, ...]]
    names: Source | None = None
    breaks: tuple[Break, ...] = ()
    settings: dict[str, int | float | str] = {}
    paths: tuple[str, ...] = ()


def load_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a dataset folder.

    Raises
    ------
    DatasetError
        If there is none, if it is not TOML, or if an entry is unknown or of the wrong kind.
    """
    raw = _read(folder)
    problems = _unknown_tables(raw)
    try:
        manifest = Manifest.model_validate(raw)
    except ValidationError as error:
        problems += [_from_pydantic(dict(item), raw) for item in error.errors()]
    if problems:
        # a misspelt entry explains why another one is missing
        raise DatasetError(sorted(problems, key=lambda p: not p.code.startswith("unknown")))
    return manifest


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        if not path.is_file():
            raise DatasetError([_no_manifest(folder)])
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        fix = "Correct the line; text needs quotes, dates and codes too."
        if isinstance(error, UnicodeDecodeError):
            fix = "Save the manifest again as UTF-8."
        if "escape" in str(error):
            fix = "Write / between folder and file, not \\."
        problem = Problem(
            "error", "manifest-syntax", str(error), "a TOML file in UTF-8", fix,
            file=MANIFEST, row=_line(str(error)),
        )  # fmt: skip
    except (OSError, ValueError) as error:
        problem = Problem(
            "error", "no-manifest", f"{MANIFEST} that cannot be opened ({error})",
            "a dataset folder with a manifest", "Look at the path and its permissions.",
            file=MANIFEST,
        )  # fmt: skip
    raise DatasetError([problem])


def _line(message: str) -> int | None:
    found = re.search(r"at line (\d+)", message)
    return int(found.group(1)) if found else None


def _no_manifest(folder: Path) -> Problem:
    found, fix = f"no {MANIFEST} in {folder}", f"Run `regionlift init {folder}` and fill it in."
    if folder.is_file():
        found, fix = f"a file, {folder}", f"Give the folder: {folder.parent}."
    elif not folder.is_dir():
        found, fix = f"no folder {folder}", "Correct the path."
    elif (folder / MANIFEST).is_dir():
        found, fix = f"a folder named {MANIFEST} in {folder}", "Put a file in its place."
    return Problem(
        "error", "no-manifest", found, "a dataset folder with a manifest", fix, file=MANIFEST
    )


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


#: What to write where pydantic names a type of Python's.
_FORMS = {
    "tuple_type": "a list, in square brackets",
    "dict_type": "entries, in braces or under a heading",
    "model_type": "entries under a heading",
    "string_type": "text, in quotation marks",
    "missing": "this entry",
}


def _from_pydantic(item: dict[str, Any], raw: dict[str, Any]) -> Problem:
    """One pydantic error as a Problem; unknown entries get the nearest known name."""
    path = [str(part) for part in item["loc"]]
    where = _spell(item["loc"], raw)
    if item["type"] == "extra_forbidden":
        models: dict[str, type[BaseModel]] = {
            "dataset": Identity, "tables": Source, "breaks": Break, "names": Source,
        }  # fmt: skip
        fields = models.get(path[0], Manifest).model_fields if len(path) > 1 else (
            Manifest.model_fields
        )  # fmt: skip
        hint = did_you_mean(path[-1], fields)
        return Problem(
            "error", "unknown-entry", f'entry "{where}"', "an entry the manifest knows",
            f"{hint}Known here: {', '.join(fields)}.", file=MANIFEST,
        )  # fmt: skip
    given = "nothing" if item["type"] == "missing" else _shown(item.get("input"))
    expected = _FORMS.get(item["type"], item["msg"].removeprefix("Value error, "))
    fix = "Correct the entry; `regionlift init` shows the form."
    if path[0] in ("tables", "breaks") and item["type"] == "tuple_type" and len(path) <= 2:
        name = ".".join(path)
        expected, fix = f"[[{name}]]", f"Write [[{name}]] with two brackets: one for each file."
    if item["type"] == "literal_error":
        known = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
        fix = f"{did_you_mean(str(item.get('input')), known)}{fix}"
    return Problem("error", "manifest-entry", f'"{where}" = {given}', expected, fix, file=MANIFEST)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _spell(loc: tuple[str | int, ...], raw: dict[str, Any]) -> str:
    """Path of an entry; a source is named by its file: tables.panel (a.csv).colums."""
    words: list[str] = []
    here: Any = raw
    for part in loc:
        here = here[part] if isinstance(here, dict) and part in here else (
            here[part] if isinstance(part, int) and isinstance(here, list) else None
        )  # fmt: skip
        if isinstance(part, int):
            file = here.get("file") if isinstance(here, dict) else None
            words[-1] += f" ({file})" if file else f" (entry {part + 1})"
        else:
            words.append(part)
    return ".".join(words)
