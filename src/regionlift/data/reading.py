"""One file as a frame of cells with their row numbers; nothing is guessed, nothing repaired."""

from __future__ import annotations

import hashlib
from itertools import islice
from pathlib import Path

import polars as pl

from regionlift.data.cells import HEAD, ROW, Cells, Place, distinct
from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, did_you_mean
from regionlift.data.textfile import read_csv

__all__ = ["ROW", "SUFFIXES", "Place", "fingerprint", "locate", "read"]

#: Files above these sizes are refused: Parquet reads them in seconds.
SIZE_LIMITS = {".csv": 512 * 1024**2, ".xlsx": 128 * 1024**2}

SUFFIXES = (".csv", ".parquet", ".xlsx")

#: Entries of a source that say nothing about a file of that kind.
_IDLE = {
    ".csv": ("sheet",),
    ".xlsx": ("encoding", "delimiter", "quotes"),
    ".parquet": ("sheet", "encoding", "delimiter", "quotes", "header_row"),
}


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def locate(table: str, source: Source, root: Path) -> Place | Problem:
    """The file of a source, refused where it leaves the data folder or is not there."""
    sheet = source.sheet or ""
    # a sheet of a text file is said to be idle: it is no part of the place
    known = sheet if source.file.lower().endswith(".xlsx") else ""
    place = Place(table, root / source.file, source.file, known)
    try:
        return _locate(place, root.resolve())
    except (OSError, ValueError) as error:
        # a name too long, or with a zero byte: the operating system refuses to look for it
        return place.problem(
            "no-file", f"no usable path ({error})", "the name of a file",
            "Correct `file` in the manifest.",
        )  # fmt: skip


def _locate(place: Place, base: Path) -> Place | Problem:
    target, suffix = place.path.resolve(), place.path.suffix.lower()
    if not target.is_relative_to(base):
        return place.problem(
            "outside-folder", "a path that leaves the data folder",
            f"a file inside {base.name}/",
            "Move the file into the folder, or name another `data_folder` under [dataset].",
        )  # fmt: skip
    if suffix not in SUFFIXES:
        old = "Open it in Excel and save it as .xlsx." if suffix.startswith(".xls") else ""
        return place.problem(
            "file-kind", f'a file ending in "{suffix}"', "CSV, Parquet or XLSX",
            old or "Save it as one of these.",
        )  # fmt: skip
    if not target.is_file():
        return _not_there(place, base)
    return _unusable(place, target.stat().st_size, suffix) or place


def _not_there(place: Place, base: Path) -> Problem:
    # a data folder may stand above much else: a hint is not worth walking through all of it
    near_by = islice(base.rglob("*"), 2000)
    files = [f for f in near_by if f.suffix.lower() in SUFFIXES and f.is_file()]
    near = did_you_mean(place.name, [f.relative_to(base).as_posix() for f in files])
    slash = "Write / between folder and file. " if "\\" in place.name else ""
    return place.problem(
        "no-file", "no such file", f"a file inside {base.name}/",
        f"{slash}{near}Correct `file` in the manifest; upper and lower case count.",
    )  # fmt: skip


def _unusable(place: Place, size: int, suffix: str) -> Problem | None:
    if size == 0:
        return place.problem(
            "empty-file", "an empty file", "a header and rows",
            "Export the table again, or take the entry out of the manifest.",
        )  # fmt: skip
    limit = SIZE_LIMITS.get(suffix)
    if limit is None or size <= limit:
        return None
    return place.problem(
        "too-large", f"a file of {size / 1024**3:.1f} GiB",
        f"a {suffix} file of up to {limit // 1024**2} MiB",
        "Convert it to Parquet once: "
        f"duckdb -c \"COPY '{place.name}' TO '{place.path.stem}.parquet'\".",
    )  # fmt: skip


def read(place: Place, source: Source) -> Cells | Problem:
    """Cells of the file; text stays text (leading zeros survive)."""
    match place.path.suffix.lower():
        case ".parquet":
            return _read_parquet(place)
        case ".xlsx":
            # not needed by a folder of CSV files, and slow to load
            from regionlift.data.workbook import read_workbook

            return read_workbook(place, source)
        case _:
            return read_csv(place, source)


def idle_entries(place: Place, source: Source) -> list[Problem]:
    """Entries that have no meaning for this kind of file: nothing a user says is ignored."""
    return [
        place.problem(
            "unused-entry", f"the entry `{entry}`", f"an entry that a {suffix} file needs",
            "Take it out of the manifest.", severity="warning",
        )
        for suffix in [place.path.suffix.lower()]
        for entry in _IDLE.get(suffix, ())
        if entry in source.model_fields_set
    ]  # fmt: skip


def _read_parquet(place: Place) -> Cells | Problem:
    try:
        # the name is a name: no pattern, no partition is read out of it
        frame = pl.read_parquet(place.path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        return place.problem(
            "unreadable", (str(error).splitlines() or ["no Parquet"])[0], "a Parquet file",
            "Export the table again.",
        )  # fmt: skip
    if frame.is_empty():
        return place.problem(
            "empty-file", "a table without rows", "rows", "Export the table again."
        )
    names, twice = distinct(frame.columns)
    head = [(i, [str(v) for v in row]) for i, row in enumerate(frame.head(HEAD).iter_rows(), 1)]
    frame.columns = names
    return Cells(frame.with_columns(pl.int_range(1, pl.len() + 1).alias(ROW)), head, twice)
