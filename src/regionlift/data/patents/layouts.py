"""Layouts of patent files as data: which headers they have, and what fills which column.

One TOML file a layout. A layout has files (told apart by their headers) and fills: each fill turns
the rows of one file, joined to others where ids point at them, into rows of one table.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from regionlift.data.problems import DatasetError, Problem, did_you_mean

#: Soft hyphens and signs of no width, as web pages put them into headers.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")

Target = Literal["patents", "applicants", "codes", "citations"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileKind(_Strict):
    """A file of a layout: every entry of ``headers`` is one header, or several split by ``|``.

    A header of ``without`` tells that it is another file with the same ones.
    """

    headers: tuple[str, ...]
    without: tuple[str, ...] = ()
    needed: bool = False

    def missing(self, found: Iterable[str]) -> list[str]:
        """Entries of which no spelling is among the headers found (in plain form)."""
        have = set(found)
        return [h for h in self.headers if not have & set(h.split("|"))]

    def fits(self, found: Iterable[str]) -> bool:
        """Whether a file with these headers (in plain form) is one of this kind."""
        have = set(found)
        return not self.missing(have) and not have & set(self.without)


class Join(_Strict):
    """Rows of another file, found by an id; its headers get ``prefix``."""

    file: str
    left: str
    right: str
    prefix: str = ""
    optional: bool = False


class Fill(_Strict):
    """How one file fills one table.

    ``columns`` gives for each column the headers to take it from, the first that is not empty;
    ``stand_ins`` those that stand for it where it is empty, which is said. ``split`` names the
    column of which a cell holds several; ``first_only`` what a row tells of its first item alone,
    ``listed`` those of which a cell may list several all the same: the first is taken. Rows count
    where ``positive`` headers are above 0 and ``zero`` ones, where there, 0 or empty. ``unknown``
    is a pattern of cells that tell nothing. ``values`` recodes, in small letters; ``"*"`` says what
    happens to the rest: "keep", "drop", and where it is not there they are reported and left
    empty. ``repeated`` rows are expected.
    """

    table: Target
    from_: str
    columns: dict[str, tuple[str, ...]]
    stand_ins: dict[str, tuple[str, ...]] = {}
    constants: dict[str, str] = {}
    joins: tuple[Join, ...] = ()
    split: tuple[str, ...] = ()
    first_only: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    unknown: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    scheme: str = ""
    positive: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    repeated: bool = False
    position_from: int = 1


class Layout(_Strict):
    """One layout: where its files come from and how they fill the tables.

    ``id`` are headers of the patent's id, for every fill that names none; ``provinces`` says that
    regions are provinces of China, to be found in a code or an address.
    """

    name: str
    title: str
    about: str
    source: str
    delimiters: tuple[str, ...]
    separator: str = ""
    blank: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    provinces: bool = False
    files: dict[str, FileKind]
    fills: tuple[Fill, ...]

    def kind_of(self, headers: Iterable[str]) -> str:
        """The file of the layout that has these headers: the one that asks for most of them."""
        found = list(headers)
        fits = [name for name, kind in self.files.items() if kind.fits(found)]
        return max(fits, key=lambda name: len(self.files[name].headers), default="")


def plain(header: str) -> str:
    """A header in small letters and half width, blanks as one, signs that do not show taken out.

    Examples
    --------
    >>> plain(" 公开（公告）号 "), plain("Lens  ID")
    ('公开(公告)号', 'lens id')
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", header))
    return " ".join(seen.lower().split())


@cache
def layouts() -> dict[str, Layout]:
    """Every shipped layout by name."""
    folder = files(__package__) / "layouts"
    found = [
        Layout.model_validate(_spelled(tomllib.loads(f.read_text("utf-8"))))
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".toml")
    ]
    return {layout.name: layout for layout in found}


def _spelled(raw: dict[str, Any]) -> dict[str, Any]:
    """Fills with the id they share; ``from`` is a word of Python's: the model says ``from_``."""
    fills = [{("from_" if k == "from" else k): v for k, v in f.items()} for f in raw["fills"]]
    for fill in fills if "id" in raw else ():
        key = "citing" if fill["table"] == "citations" else "patent_id"
        fill["columns"] = {key: raw["id"], **fill["columns"]}
    return {**raw, "fills": fills}


def recognise(headers: Mapping[str, list[str]], wanted: str = "auto") -> tuple[Layout, list[str]]:
    """The layout of files with these headers (name -> plain headers), and each file's kind.

    A database's folder holds files no table needs: one that is of no layout has the kind "".

    Raises
    ------
    LookupError
        If no shipped layout has the name asked for.
    DatasetError
        If a file fits no file of it, naming the nearest and the headers it lacks, if a needed
        file is not given, or if two layouts fit.
    """
    known = layouts()
    if wanted != "auto" and wanted not in known:
        hint = did_you_mean(wanted, known)
        raise LookupError(f'no layout "{wanted}". {hint}There are: auto, {", ".join(known)}')
    asked = list(known.values()) if wanted == "auto" else [known[wanted]]
    mine = {n: found for n, found in headers.items()
            if any(layout.kind_of(found) for layout in asked)}  # fmt: skip
    fits = [layout for layout in asked
            if mine and all(layout.kind_of(h) for h in mine.values())
            and (len(mine) == len(headers) or len(layout.files) > 1)]  # fmt: skip
    if not fits:
        raise DatasetError([unknown(name, found, asked) for name, found in headers.items()
                            if name not in mine] or [_mixture(headers, asked)])  # fmt: skip
    whole = [layout for layout in fits if not _absent(layout, headers)]
    if not whole:
        raise DatasetError(_absent(fits[0], headers))
    if len(whole) > 1:
        raise DatasetError([_two_layouts(whole)])
    return whole[0], [whole[0].kind_of(h) for h in headers.values()]


def _absent(layout: Layout, headers: Mapping[str, list[str]]) -> list[Problem]:
    given = {layout.kind_of(found) for found in headers.values()}
    return [
        Problem(
            "error", "no-file", f"no file {name} among {', '.join(headers)}",
            f"the file {name} of {layout.title}: {', '.join(kind.headers)}",
            "Add it to the command.",
        )
        for name, kind in layout.files.items()
        if kind.needed and name not in given
    ]  # fmt: skip


def unknown(name: str, found: list[str], asked: Sequence[Layout]) -> Problem:
    """A file of no layout with the one it comes nearest to, and what it lacks for that."""

    def lack(pair: tuple[Layout, str]) -> float:
        kind = pair[0].files[pair[1]]
        return len(kind.missing(found)) / len(kind.headers)

    layout, kind = min(((one, k) for one in asked for k in one.files), key=lack)
    missing = layout.files[kind].missing(found)
    wanted = "; ".join(" or ".join(h.split("|")) for h in missing)
    return Problem(
        "error", "layout", f"headers {', '.join(found[:12])}",
        f"headers of {layout.title} (layout {layout.name}, file {kind}), the nearest; missing: "
        + wanted,
        "Export these columns too, rename the headers, or bring the file in by the contract: "
        "map its columns in regionlift.toml.", file=name, row=1,
    )  # fmt: skip


def idle(refused: Problem) -> Problem:
    """The same of a file that lies beside those that are read."""
    return replace(refused, severity="warning", code="unused-file", fix="It is not read: no table "
                   "needs it, or it lacks what is named; then export that too.")  # fmt: skip


def _mixture(headers: Mapping[str, list[str]], asked: list[Layout]) -> Problem:
    told = {n: [one.name for one in asked if one.kind_of(found)] for n, found in headers.items()}
    shown = "; ".join(f"{name}: {' or '.join(names)}" for name, names in told.items())
    return Problem("error", "layout", f"files of several layouts ({shown})", "files of one layout",
                   "Import each by itself.")  # fmt: skip


def _two_layouts(fits: list[Layout]) -> Problem:
    names = ", ".join(layout.name for layout in fits)
    return Problem("error", "layout", f"headers that fit {names}", "one layout",
                   f"Say which: --layout {fits[0].name}.")  # fmt: skip
