"""The audit of a dataset: everything wrong with it, at once, and nothing touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regionlift.data.assemble import Assembly, assemble
from regionlift.data.contract import contract
from regionlift.data.domain import domain_problems
from regionlift.data.manifest import MANIFEST, Manifest, load_manifest
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.data.reading import SUFFIXES, Place, fingerprint, formula_cells, locate, read
from regionlift.data.scope import Scope, load_scope
from regionlift.data.series import series_problems


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: for the data passport and the run's hash."""

    table: str
    number: int
    file: str
    sha256: str
    rows: int
    licence: str
    source: str


@dataclass(frozen=True)
class Audit:
    """What `check` found: the tables that could be read, and every problem."""

    folder: Path
    manifest: Manifest | None
    scope: Scope | None
    tables: dict[str, pl.DataFrame]
    sources: list[SourceFile]
    problems: list[Problem]
    dropped: dict[str, int]

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop a run."""
        return [p for p in self.problems if p.severity == "error"]


def check(folder: Path | str) -> Audit:
    """Audit a dataset folder.

    Returns every problem with file, row, column, what was found, what was expected and the fix.
    Never raises for what a user's files hold, and never changes a value.
    """
    folder = Path(folder)
    try:
        manifest = load_manifest(folder)
    except DatasetError as error:
        return Audit(folder, None, None, {}, [], error.problems, {})
    problems: list[Problem] = []
    scope = _scope(manifest, folder, problems)
    root = folder / manifest.dataset.data_folder
    if not root.is_dir():
        problems.append(
            Problem(
                "error", "no-folder", f'no folder "{manifest.dataset.data_folder}"',
                "the folder the files are in",
                "Put the files there, or correct `data_folder` under [dataset].", file=MANIFEST,
            )
        )  # fmt: skip
        return Audit(folder, manifest, scope, {}, [], problems, {})
    tables: dict[str, pl.DataFrame] = {}
    sources: list[SourceFile] = []
    work: dict[str, Assembly] = {}
    for name in contract():
        if name in manifest.tables:
            _one_table(name, manifest, root, tables, sources, problems, work)
    for name, frame in tables.items():
        files = {s.number: s.file for s in sources if s.table == name}
        problems += domain_problems(
            contract()[name], frame, tables, files, work[name].providers
        )
    dropped = {name: done.dropped for name, done in work.items() if done.dropped}
    if scope is not None and "panel" in tables:
        problems += series_problems(tables["panel"], scope, manifest)
    problems += _manifest_problems(manifest, tables)
    if manifest.dataset.data_folder == ".":
        problems += _unused_files(folder, manifest)
    return Audit(folder, manifest, scope, tables, sources, problems, dropped)


def _scope(manifest: Manifest, folder: Path, problems: list[Problem]) -> Scope | None:
    try:
        return load_scope(manifest.dataset.scope, folder)
    except (LookupError, ValueError) as error:
        problems.append(
            Problem(
                "error", "scope", f'scope "{manifest.dataset.scope}"', "a scope", str(error),
                file=MANIFEST,
            )
        )  # fmt: skip
        return None


def _one_table(
    name: str,
    manifest: Manifest,
    root: Path,
    tables: dict[str, pl.DataFrame],
    sources: list[SourceFile],
    problems: list[Problem],
    works: dict[str, Assembly],
) -> None:
    pieces = []
    for number, source in enumerate(manifest.tables[name], start=1):
        place = locate(name, source, root)
        if isinstance(place, Problem):
            problems.append(place)
            continue
        cells = read(place, source)
        if isinstance(cells, Problem):
            problems.append(cells)
            continue
        if place.path.suffix.lower() == ".xlsx":
            problems += [_formula(place, *cell) for cell in formula_cells(place, source)]
        sources.append(
            SourceFile(
                name, number, source.file, fingerprint(place.path), cells.height,
                source.licence or manifest.dataset.licence,
                source.source or manifest.dataset.source,
            )
        )  # fmt: skip
        pieces.append((source, place, cells))
    if len(pieces) < len(manifest.tables[name]):
        return
    frame, work = assemble(contract()[name], pieces)
    problems += work.problems
    works[name] = work
    if frame is not None:
        tables[name] = frame


def _formula(place: Place, row: int, cell: str, formula: str) -> Problem:
    return place.problem(
        "formula", f"a formula in {cell}: {formula[:60]}", "a value",
        "Copy the sheet and paste it as values: what a formula shows depends on who opens it.",
        row=row,
    )  # fmt: skip


def _manifest_problems(manifest: Manifest, tables: dict[str, pl.DataFrame]) -> list[Problem]:
    """Regions, peers and breaks that name something the tables do not have."""
    found: list[Problem] = []
    known = contract()
    for item in manifest.breaks:
        if item.table not in known:
            found.append(_entry("breaks.table", item.table, known))
            continue
        columns = known[item.table].names()
        found += [_entry("breaks.columns", c, columns) for c in item.columns if c not in columns]
    if "panel" not in tables:
        return found
    regions = tables["panel"]["region"].unique().to_list()
    identity = manifest.dataset
    named = [("region", identity.region), ("reference_region", identity.reference_region)]
    named += [("peers", peer) for peer in identity.peers]
    found += [_entry(f"dataset.{k}", v, regions) for k, v in named if v and v not in regions]
    return found


def _entry(entry: str, value: str, known: Iterable[str]) -> Problem:
    return Problem(
        "error", "unknown-name", f'{entry} = "{value}"', "a name that is in the data",
        f"{did_you_mean(value, known)}Correct the manifest.", file=MANIFEST,
    )  # fmt: skip


def _unused_files(folder: Path, manifest: Manifest) -> list[Problem]:
    """Tables lying in the folder that the manifest does not mention."""
    used = {source.file for sources in manifest.tables.values() for source in sources}
    return [
        Problem(
            "warning", "unused-file", "a table the manifest does not mention", "a use for it",
            f"Add it under [[tables.…]], or move it out of the folder. Tables: "
            f"{', '.join(contract())}.", file=path.name,
        )
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and path.name not in used
    ]  # fmt: skip

