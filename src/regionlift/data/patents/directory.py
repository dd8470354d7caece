"""An existing directory of organisations: which applicants may be in it already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from regionlift.data.assemble import Piece, assemble
from regionlift.data.cells import Place
from regionlift.data.contract import Table, contract
from regionlift.data.manifest import MANIFEST, Source
from regionlift.data.patents.names import LEGAL, LETTERS, PROPOSALS, Named, keys
from regionlift.data.problems import DatasetError, Problem
from regionlift.data.reading import read


def _table() -> Table:
    """What is read of a directory: the columns of orgs that tell one organisation from another."""
    orgs = contract()["orgs"]
    columns = tuple(orgs.column(name) for name in ("org_id", "name", "country"))
    return orgs.model_copy(update={"columns": columns, "rules": ()})


def read_directory(path: Path) -> list[Named]:
    """Organisations of a file with the headers of orgs, or of a dataset's orgs table.

    Raises
    ------
    DatasetError
        If it cannot be read, or has no id and name.
    """
    frame = _of_dataset(path) if path.is_dir() or path.name == MANIFEST else _of_file(path)
    country = frame["country"] if "country" in frame.columns else [None] * frame.height
    rows = zip(frame["org_id"], frame["name"], country, strict=True)
    return [Named(org, name, place or "", 0) for org, name, place in rows if org and name]


def _of_dataset(path: Path) -> pl.DataFrame:
    # the audit looks at patents too: it cannot be loaded before this module
    from regionlift.data.check import check

    folder = path if path.is_dir() else path.parent
    audit = check(folder)
    if "orgs" in audit.tables:
        return audit.tables["orgs"]
    found = [p for p in audit.errors if p.table in ("", "orgs")]
    raise DatasetError(found or [
        Problem("error", "no-table", "no orgs table", "a dataset with organisations",
                "Add it under [[tables.orgs]], or give a file.", file=str(folder / MANIFEST))
    ])  # fmt: skip


def _of_file(path: Path) -> pl.DataFrame:
    place, source = Place("orgs", path, path.name), Source(file=path.name, ignore=("*",))
    if not path.is_file():
        raise DatasetError([place.problem("no-file", "no such file", "a directory of "
                                          "organisations", "Correct the path.")])  # fmt: skip
    cells = read(place, source)
    if isinstance(cells, Problem):
        raise DatasetError([cells])
    frame, work = assemble(_table(), [Piece(1, source, place, cells)])
    if frame is None or not work.sound:
        raise DatasetError([*work.problems, place.problem(
            "directory", "a directory that cannot be read as it is",
            "org_id (机构编号) and name (机构名称) in the first row, one row an organisation",
            "Or give the folder of the dataset that maps it: --orgs folder.")])  # fmt: skip
    return frame


def directory_proposals(applicants: Iterable[Named], directory: Sequence[Named]) -> pl.DataFrame:
    """Applicants that are in the directory by their letters, or but for the legal form.

    ``merge_into`` is the directory's id. Equal letters go before a legal form; of several in the
    directory the first is proposed, and it is said that there are more.
    """
    letters: dict[str, list[Named]] = defaultdict(list)
    cores: dict[str, list[Named]] = defaultdict(list)
    for org in directory:
        key = keys(org.name)
        letters[key.letters].append(org)
        cores[key.core].append(org)
    known = {org.org_id for org in directory}
    rows = []
    for org in applicants:
        key = keys(org.name)
        found, why = letters.get(key.letters), LETTERS
        if not found:
            found, why = cores.get(key.core), LEGAL
        if key.letters and found and org.org_id not in known:
            rows.append((org.name, org.org_id, found[0].org_id, _why(org, found, why), "no"))
    return pl.DataFrame(rows, schema=PROPOSALS, orient="row")


def _why(org: Named, found: list[Named], why: str) -> str:
    head = found[0]
    said = f'{why}, in the directory: "{head.name}"'
    if org.country and head.country and org.country != head.country:
        said += f"; another country ({head.country})"
    if len(found) > 1:
        said += f"; {len(found)} of that name there"
    return said


def both_proposals(among: pl.DataFrame, into: pl.DataFrame) -> pl.DataFrame:
    """Proposals among applicants and into the directory; what the second say is not said twice."""
    home = dict(into.select("org_id", "merge_into").iter_rows())
    same = [
        home.get(goes) is not None and home.get(goes) == home.get(stays)
        for goes, stays in among.select("org_id", "merge_into").iter_rows()
    ]
    return pl.concat([into, among.filter(~pl.Series(same, dtype=pl.Boolean))])
