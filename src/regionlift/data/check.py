"""The audit of a dataset: everything wrong with it, at once, and nothing touched."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from regionlift.data.assemble import Assembly, Piece, assemble
from regionlift.data.contract import Table, contract
from regionlift.data.domain import domain_problems
from regionlift.data.events import event_problems, number_problems
from regionlift.data.industries import industry_problems
from regionlift.data.manifest import MANIFEST, Manifest, Source, load_manifest
from regionlift.data.patents.audit import name_problems, patent_problems
from regionlift.data.patents.merging import NAMES, accepted, moves
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.data.reading import SUFFIXES, fingerprint, idle_entries, locate, read
from regionlift.data.regions import region_problems
from regionlift.data.scope import Scope, load_scope
from regionlift.data.series import series_problems
from regionlift.data.units import currency_of


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
    sheet: str = ""


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


@dataclass
class _Work:
    """What the audit has come to so far; ``frames`` holds unsound tables too."""

    manifest: Manifest
    root: Path
    problems: list[Problem] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    assemblies: dict[str, Assembly] = field(default_factory=dict)


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
    work = _Work(manifest, folder / manifest.dataset.data_folder)
    scope = _scope(manifest, folder, work.problems)
    if not _is_folder(work.root):
        work.problems.append(
            Problem(
                "error", "no-folder", f'no folder "{manifest.dataset.data_folder}"',
                "the folder the files are in",
                "Put the files there, or correct `data_folder` under [dataset].", file=MANIFEST,
            )
        )  # fmt: skip
        return Audit(folder, manifest, scope, {}, [], work.problems, {})
    for name, table in contract().items():
        if name in manifest.tables:
            _one_table(work, table, manifest.tables[name])
    if manifest.names is not None:
        _names(work, manifest.names)
    _contents(work, scope)
    work.problems += _manifest_problems(manifest, scope, work.frames)
    if work.root.resolve().is_relative_to(folder.resolve()):
        work.problems += _unused_files(work.root, manifest)
    sound = {n: frame for n, frame in work.frames.items() if work.assemblies[n].sound}
    dropped = {name: done.dropped for name, done in work.assemblies.items() if done.dropped}
    return Audit(folder, manifest, scope, sound, work.sources, work.problems, dropped)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        # a name too long, or with a zero byte
        return False


def _contents(work: _Work, scope: Scope | None) -> None:
    """Problems of values, of references between tables, and of series along the years."""
    said = {_cell(p) for p in work.problems if p.row is not None}
    places = {name: done.places for name, done in work.assemblies.items()}
    for name, frame in work.frames.items():
        if name == NAMES.name:
            continue
        own = places[name]
        providers = work.assemblies[name].providers
        work.problems += [
            problem
            for problem in domain_problems(contract()[name], frame, work.frames, own, providers)
            # a cell that could not be read has been reported as such
            if _cell(problem) not in said
        ]
    merged = {**work.frames, **_merged_orgs(work)}
    work.problems += event_problems(merged, places)
    work.problems += patent_problems(work.frames, places)
    work.problems += region_problems(merged, places)
    work.problems += number_problems(work.frames, places)
    if scope is not None:
        work.problems += industry_problems(work.frames, places, scope)
    if scope is not None and "panel" in work.frames:
        work.problems += series_problems(work.frames["panel"], scope, work.manifest)


def _merged_orgs(work: _Work) -> dict[str, pl.DataFrame]:
    """The organisations that are left once the accepted names are merged."""
    if not {NAMES.name, "orgs"} <= work.frames.keys() or not work.assemblies[NAMES.name].sound:
        return {}
    gone = moves(accepted(work.frames[NAMES.name]))
    return {"orgs": work.frames["orgs"].filter(~pl.col("org_id").is_in(list(gone)))}


def _cell(problem: Problem) -> tuple[str, str, int | None, str]:
    return problem.file, problem.sheet, problem.row, problem.column


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


def _names(work: _Work, source: Source) -> None:
    """The table of names: read as any other, held against the organisations it speaks of."""
    _one_table(work, NAMES, (source,))
    if "names" in work.frames:
        places = {name: done.places for name, done in work.assemblies.items()}
        found = name_problems(work.frames, places)
        work.problems += found
        # through problems of its own the table counts as unsound, and is not applied
        work.assemblies["names"].problems += found


def _one_table(work: _Work, table: Table, sources: tuple[Source, ...]) -> None:
    pieces = []
    name = table.name
    for number, source in enumerate(sources, start=1):
        place = locate(name, source, work.root)
        if isinstance(place, Problem):
            work.problems.append(place)
            continue
        work.problems += idle_entries(place, source)
        cells = read(place, source)
        if isinstance(cells, Problem):
            work.problems.append(cells)
            continue
        work.sources.append(
            SourceFile(
                name, number, source.file, fingerprint(place.path), cells.frame.height,
                source.licence or work.manifest.dataset.licence,
                source.source or work.manifest.dataset.source, place.sheet,
            )
        )  # fmt: skip
        pieces.append(Piece(number, source, place, cells))
    if not pieces:
        return
    complete = len(pieces) == len(sources)
    frame, work.assemblies[name] = assemble(table, pieces, complete=complete)
    work.problems += work.assemblies[name].problems
    if frame is not None:
        work.frames[name] = frame


def _manifest_problems(
    manifest: Manifest, scope: Scope | None, tables: dict[str, pl.DataFrame]
) -> list[Problem]:
    """Regions, peers and breaks that name something the tables do not have."""
    found = _currencies(manifest)
    known = contract()
    if scope is not None:
        codes = [industry.code for industry in scope.industries if industry.optional]
        found += [
            _entry("dataset.include", code, codes)
            for code in manifest.dataset.include
            if code not in codes
        ]
    for item in manifest.breaks:
        if item.table not in known:
            found.append(_entry("breaks.table", item.table, known))
            continue
        columns = known[item.table].names()
        found += [_entry("breaks.columns", c, columns) for c in item.columns if c not in columns]
    if "panel" not in tables:
        return found
    regions = tables["panel"]["region"].drop_nulls().unique().sort().to_list()
    identity = manifest.dataset
    named = [("region", identity.region), ("reference_region", identity.reference_region)]
    named += [("peers", peer) for peer in identity.peers]
    found += [_entry(f"dataset.{k}", v, regions) for k, v in named if v and v not in regions]
    touched = [r for item in manifest.breaks if item.table == "panel" for r in item.regions]
    return found + [_entry("breaks.regions", r, regions) for r in touched if r not in regions]


def _currencies(manifest: Manifest) -> list[Problem]:
    """Declared units in another currency than the dataset's: nothing is exchanged here."""
    own = currency_of(manifest.dataset.currency) or manifest.dataset.currency.upper()
    return [
        Problem(
            "error", "currency", f'unit "{unit}"', f"an amount in {own}",
            "Exchange the column before it comes in, or correct `currency` under [dataset].",
            table, source.file, None, column, source.sheet or "",
        )
        for table, sources in manifest.tables.items()
        for source in sources
        for column, unit in source.units.items()
        if (code := currency_of(unit)) and code != own
    ]  # fmt: skip


def _entry(entry: str, value: str, known: Iterable[str]) -> Problem:
    return Problem(
        "error", "unknown-name", f'{entry} = "{value}"', "a name that is in the data",
        f"{did_you_mean(value, known)}Correct the manifest.", file=MANIFEST,
    )  # fmt: skip


def _unused_files(root: Path, manifest: Manifest) -> list[Problem]:
    """Tables lying in the folder that the manifest does not mention."""
    used = {
        os.path.normpath(root / source.file)
        for sources in (*manifest.tables.values(), (manifest.names,) if manifest.names else ())
        for source in sources
    }
    return [
        Problem(
            "warning", "unused-file", "a table the manifest does not mention", "a use for it",
            f"Add it under [[tables.…]], or move it out of the folder. Tables: "
            f"{', '.join(contract())}.", file=path.name,
        )
        for path in sorted(root.iterdir())
        # ~$ and . begin the names of locks and hidden files
        if path.suffix.lower() in SUFFIXES
        and not path.name.startswith(("~$", "."))
        and os.path.normpath(path) not in used
    ]  # fmt: skip
