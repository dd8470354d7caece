"""What can be wrong with tables of organisations and their joint projects, taken together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import polars as pl

from regionlift.data.assemble import LINEAGE, LISTED
from regionlift.data.cells import Place
from regionlift.data.contract import contract
from regionlift.data.problems import Problem, Severity

#: Members above which a project is asked about: the largest of the EU's H2020 has 186.
LARGE = 200

Places = Mapping[str, Mapping[int, Place]]


def event_problems(tables: Mapping[str, pl.DataFrame], places: Places) -> Iterator[Problem]:
    """Projects nobody is in, consortia too large for ties, organisations of one name.

    All are warnings: no row is left out. ``places`` gives that of each source of each table.
    """
    if "projects" in tables and "members" in tables:
        yield from _empty_projects(tables, places)
    if "members" in tables:
        yield from _large(tables["members"], places)
    if "orgs" in tables:
        yield from _namesakes(tables["orgs"], places)


def number_problems(tables: Mapping[str, pl.DataFrame], places: Places) -> Iterator[Problem]:
    """Tables that are there for their numbers, and have none: a template not yet filled in."""
    for name, frame in tables.items():
        table = contract().get(name)
        if table is None or frame.is_empty():
            continue
        wanted = {*table.at_least_one, *(c.name for c in table.columns if c.required)}
        numbers = [n for n in table.numbers() if n in frame.columns]
        if not wanted & set(numbers):
            continue
        if all(frame[n].null_count() == frame.height for n in numbers):
            yield at_row(
                places[name], min(frame[LINEAGE], key=line_of), "no-number",
                f"no number in any of {frame.height:,} rows ({', '.join(numbers)})",
                "numbers under at least one of these headers",
                "Fill them in: until then everything read from this table cannot be told.", "",
            )  # fmt: skip


def _empty_projects(tables: Mapping[str, pl.DataFrame], places: Places) -> Iterator[Problem]:
    members = tables["members"].select("project_id").drop_nulls().unique()
    empty = tables["projects"].join(members, on="project_id", how="anti", maintain_order="left")
    if empty.height:
        yield _problem(
            "projects", places, empty, "no-members",
            f"{empty.height:,} of {tables['projects'].height:,} projects without a member: "
            + _some(empty["project_id"]),
            "rows of the members table for every project",
            "Add their members, or leave them: such a project makes nobody active and no tie.",
            "project_id",
        )  # fmt: skip


def _large(members: pl.DataFrame, places: Places) -> Iterator[Problem]:
    sizes = members.drop_nulls("project_id").with_columns(
        pl.len().over("project_id").alias("_size")
    )
    large = sizes.filter(pl.col("_size") > LARGE).unique("project_id", maintain_order=True)
    for row in large.head(LISTED).iter_rows(named=True):
        size = int(row["_size"])
        yield _problem(
            "members", places, large.filter(pl.col("project_id") == row["project_id"]),
            "large-consortium", f"{size:,} members in project {row['project_id']}",
            f"up to {LARGE} members: a consortium of {size:,} would make "
            f"{size * (size - 1) // 2:,} ties",
            "Look whether it is a programme or an association. Its members count as active; it "
            "makes ties only if the setting largest_consortium is raised to its size.",
            "project_id",
        )  # fmt: skip


def _namesakes(orgs: pl.DataFrame, places: Places) -> Iterator[Problem]:
    """Two identifiers under one name: perhaps one organisation counted twice.

    Names of two countries are two organisations; one without a country may be of any.
    """
    plain = (
        pl.col("name").str.to_lowercase().str.replace_all(r"[\s.,;:'\"()（）&\-]+", "")
    )  # fmt: skip
    country = pl.col("country") if "country" in orgs.columns else pl.lit(None, pl.String)
    found = orgs.drop_nulls("name").with_columns(plain.alias("_plain"), country.alias("_country"))
    found = found.filter(pl.col("_plain") != "", pl.struct("_plain").is_duplicated())
    earlier: dict[str, list[tuple[str | None, str]]] = defaultdict(list)
    first: list[str | None] = []
    for name, place, org in found.select("_plain", "_country", "org_id").iter_rows():
        same = (o for c, o in earlier[name] if c is None or place is None or c == place)
        first.append(next(same, None))
        earlier[name].append((place, org))
    pairs = found.with_columns(pl.Series("_first", first, pl.String)).drop_nulls("_first")
    if pairs.is_empty():
        return
    shown = [
        f'"{row["name"]}" ({row["_first"]}, {row["org_id"]})'
        for row in pairs.head(5).iter_rows(named=True)
    ]
    what = "an organisation" if pairs.height == 1 else f"{pairs.height:,} organisations"
    yield _problem(
        "orgs", places, pairs, "same-name",
        f"{what} with the name of another: {'; '.join(shown)}",
        "one row an organisation",
        "Give them one org_id in every table if they are one, or list them in the table of names "
        "(org_id, merge_into, accept); they are read as different.", "name",
    )  # fmt: skip


def _some(ids: pl.Series) -> str:
    return ", ".join(ids.head(5).to_list()) + (" ..." if len(ids) > 5 else "")


def _problem(
    table: str,
    places: Places,
    rows: pl.DataFrame,
    code: str,
    found: str,
    expected: str,
    fix: str,
    column: str,
) -> Problem:
    """A warning at the first of these rows."""
    return at_row(places[table], rows[LINEAGE][0], code, found, expected, fix, column)


def at_row(
    places: Mapping[int, Place], lineage: object, code: str, found: str, expected: str, fix: str,
    column: str, severity: Severity = "warning",
) -> Problem:  # fmt: skip
    """A problem at the row of the file that an assembled row came from."""
    number, row = line_of(lineage)
    return places[number].problem(
        code, found, expected, fix, row=row, column=column, severity=severity
    )


def by_source(frame: pl.DataFrame, column: str) -> dict[int, list[tuple[str, str]]]:
    """Number of each source -> its distinct values of a column, with the lineage of the first."""
    source = pl.col(LINEAGE).str.extract(r"^(\d+)")
    first = frame.drop_nulls(column).unique([column, source], keep="first", maintain_order=True)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for value, lineage in first.select(column, LINEAGE).iter_rows():
        found[line_of(lineage)[0]].append((value, lineage))
    return found


def line_of(lineage: object) -> tuple[int, int]:
    """Number of the source and of the row in it that an assembled row begins with."""
    where = re.match(r"(\d+):(\d+)", str(lineage))
    return (int(where[1]), int(where[2])) if where else (1, 1)
