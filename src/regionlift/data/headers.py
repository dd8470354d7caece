"""Which header of a file fills which column of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import polars as pl

from regionlift.data.cells import Cells, Place
from regionlift.data.contract import Column, Table
from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, did_you_mean

#: "增加值（亿元）" or "Value added (million USD)": a title with its unit behind it.
_WITH_UNIT = re.compile(r"^(?P<title>.+?)\s*[(（\[/]\s*(?P<unit>[^)）\]]+)[)）\]]?$")

#: Types of a Parquet column that can be read as one cell.
_NESTED = pl.Struct | pl.Binary | pl.Object | pl.Array | pl.Duration


def mapping(
    table: Table, source: Source, place: Place, cells: Cells
) -> tuple[dict[str, str], list[Problem]]:
    """Contract column -> header of the file; declared headers first, then equal names.

    Empty where anything is wrong with it: every row would be wrong then.
    """
    problems = [
        *_unknown_columns(table, source, place),
        *_absent_headers(source, place, cells),
    ]
    if problems:
        return {}, problems
    mapped = _matched(table, source, cells.headers)
    if not mapped:
        found = ", ".join(cells.headers[:8])
        hint = _header_hint(_spelled(table), "", source, cells)
        problem = place.problem(
            "no-column", f"headers {found}", f"headers of {table.name}", hint,
            row=source.header_row,
        )  # fmt: skip
        return {}, [problem]
    problems += [*_twice(source, place, cells, mapped), *_nested(place, cells, mapped)]
    if problems:
        return {}, problems
    return mapped, [
        *_pointless(source, place, mapped),
        *_unused(table, source, place, cells, mapped),
    ]


def used_headers(source: Source, mapped: dict[str, str]) -> set[str]:
    """Headers whose cells are read."""
    return {*mapped.values(), *source.keep, *source.drop}


def _spelled(table: Table) -> dict[str, str]:
    """Every spelling of a column, in small letters, with the column's name."""
    return {
        word.strip().lower(): c.name
        for c in table.columns
        for word in (c.title_zh, c.title, c.name)
    }


def _matched(table: Table, source: Source, found: list[str]) -> dict[str, str]:
    mapped = {name: header.strip() for name, header in source.columns.items()}
    # a header declared for one column is not taken for another that has its name
    declared = set(mapped.values())
    spelled = _spelled(table)
    for header in found:
        name = spelled.get(header.lower())
        free = name and name not in mapped and name not in source.constants
        if name and free and header not in declared and header not in source.ignore:
            mapped[name] = header
    return mapped


def _unknown_columns(table: Table, source: Source, place: Place) -> list[Problem]:
    names = table.names()
    marked = source.provenance if isinstance(source.provenance, dict) else {}
    given = [
        *source.columns, *source.constants, *source.values, *source.units, *source.unlisted,
        *marked,
    ]  # fmt: skip
    problems = [
        place.problem(
            "unknown-column", f'"{name}" in the mapping', f"a column of {table.name}",
            f"{did_you_mean(name, names)}The columns are: {', '.join(names)}.",
        )
        for name in dict.fromkeys(given)
        if name not in names
    ]  # fmt: skip
    return problems + [
        place.problem(
            "unit", f'unit "{unit}" for {name}', "a unit for a number column",
            f"Take {name} out of `units`.", column=name,
        )
        for name, unit in source.units.items()
        if name in names and name not in table.numbers()
    ]  # fmt: skip


def _absent_headers(source: Source, place: Place, cells: Cells) -> list[Problem]:
    found = cells.headers
    problems = [
        place.problem(
            "no-column", f'no header "{header}"', f"a header for {name}",
            _header_hint(source.columns.values(), header, source, cells), column=header,
        )
        for name, header in source.columns.items()
        if header.strip() not in found
    ]  # fmt: skip
    return problems + [
        place.problem(
            "no-column", f'no header "{header}"', "a header to select rows by",
            did_you_mean(header, found) + "Correct `keep` or `drop`.", column=header,
        )
        for header in [*source.keep, *source.drop]
        if header not in found
    ]  # fmt: skip


def _header_hint(wanted: Iterable[str], header: str, source: Source, cells: Cells) -> str:
    """Where the header row is a few rows down, say so; else the nearest header."""
    words = {word.strip().lower() for word in wanted}
    least = max(1, len(source.columns) // 2)
    for row, texts in cells.head:
        if len(words & {text.strip().lower() for text in texts}) >= least:
            return f"The header seems to be in row {row}: set header_row = {row}."
    near = did_you_mean(header, cells.headers) if header else ""
    return f"{near}The headers are: {', '.join(cells.headers[:20])}."


def _twice(source: Source, place: Place, cells: Cells, mapped: dict[str, str]) -> list[Problem]:
    return [
        place.problem(
            "same-header", f'the header "{header}" more than once', "one column a header",
            "Rename one of the two columns in the file.", row=source.header_row, column=header,
        )
        for header in sorted(used_headers(source, mapped) & cells.twice)
    ]  # fmt: skip


def _nested(place: Place, cells: Cells, mapped: dict[str, str]) -> list[Problem]:
    kinds = {header: cells.frame.schema[header] for header in mapped.values()}
    return [
        place.problem(
            "nested", f"cells of type {kind}", "plain numbers and text",
            "Export the column as text or numbers.", column=header,
        )
        for header, kind in kinds.items()
        if isinstance(kind, _NESTED) or (isinstance(kind, pl.List) and _deep(kind))
    ]  # fmt: skip


def _deep(kind: pl.List) -> bool:
    inner = kind.inner
    return isinstance(inner, pl.List | _NESTED)


def _pointless(source: Source, place: Place, mapped: dict[str, str]) -> list[Problem]:
    """Rules for columns this file does not fill: nothing a user says is ignored."""
    filled = {*mapped, *source.constants}
    rules: dict[str, Mapping[str, object]] = {
        "values": source.values,
        "units": source.units,
        "unlisted": source.unlisted,
    }
    problems = [
        place.problem(
            "unused-entry", f"{entry}.{name}, but no header for {name}",
            "a rule for a column that this file fills",
            f"Add columns = {{ {name} = \"your header\" }}, or take the rule out.",
        )
        for entry, names in rules.items()
        for name in names
        if name not in filled
    ]  # fmt: skip
    problems += [
        place.problem(
            "unused-entry", f"unlisted.{name} without values.{name}", "a list of values",
            f"Add values.{name}, or take the rule out.",
        )
        for name in source.unlisted
        if name in filled and name not in source.values
    ]  # fmt: skip
    return problems


def _unused(
    table: Table, source: Source, place: Place, cells: Cells, mapped: dict[str, str]
) -> list[Problem]:
    """Warn of every header that is neither mapped nor declared as ignored."""
    if "*" in source.ignore:
        return []
    used = {*used_headers(source, mapped), *source.ignore}
    free = [c for c in table.columns if c.name not in mapped and c.name not in source.constants]
    problems = [
        place.problem(
            "unused-column", f'header "{header}"', "a mapped column",
            f"{_likely(header, free)}Map it under `columns`, or list it under `ignore`.",
            row=source.header_row, column=header, severity="warning",
        )
        for header in cells.headers
        if header not in used
    ]  # fmt: skip
    return problems + [
        place.problem(
            "unused-entry", f'ignore = "{header}"', "a header of the file",
            f"{did_you_mean(header, cells.headers)}Correct `ignore`.", severity="warning",
        )
        for header in source.ignore
        if header not in cells.headers
    ]  # fmt: skip


def _likely(header: str, free: list[Column]) -> str:
    """The column a header may mean, with the unit it may carry in brackets."""
    spelled = {w.lower(): c.name for c in free for w in (c.title_zh, c.title, c.name)}
    split = _WITH_UNIT.match(header)
    if split and (name := spelled.get(split["title"].strip().lower())):
        return (
            f'Perhaps columns = {{ {name} = "{header}" }} and units = {{ {name} = '
            f'"{split["unit"].strip()}" }}? '
        )
    return did_you_mean(header, spelled)
