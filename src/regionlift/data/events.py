"""What can be wrong with tables of organisations and their joint projects, taken together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import polars as pl

from regionlift.data.assemble import LINEAGE, LISTED
from regionlift.data.problems import Problem

#: Members above which a project is asked about: the largest of the EU's H2020 has 186.
LARGE = 200

_Files = Mapping[str, Mapping[int, str]]


def event_problems(tables: Mapping[str, pl.DataFrame], files: _Files) -> Iterator[Problem]:
    """Projects nobody is in, consortia too large for ties, organisations of one name.

    All are warnings: no row is left out. ``files`` gives the file of each source of each table.
    """
    if "projects" in tables and "members" in tables:
        yield from _empty_projects(tables, files)
    if "members" in tables:
        yield from _large(tables["members"], files)
    if "orgs" in tables:
        yield from _namesakes(tables["orgs"], files)


def _empty_projects(tables: Mapping[str, pl.DataFrame], files: _Files) -> Iterator[Problem]:
    members = tables["members"].select("project_id").drop_nulls().unique()
    empty = tables["projects"].join(members, on="project_id", how="anti", maintain_order="left")
    if empty.height:
        yield _problem(
            "projects", files, empty, "no-members",
            f"{empty.height:,} of {tables['projects'].height:,} projects without a member: "
            + _some(empty["project_id"]),
            "rows of the members table for every project",
            "Add their members, or leave them: such a project makes nobody active and no tie.",
            "project_id",
        )  # fmt: skip


def _large(members: pl.DataFrame, files: _Files) -> Iterator[Problem]:
    sizes = members.drop_nulls("project_id").with_columns(
        pl.len().over("project_id").alias("_size")
    )
    large = sizes.filter(pl.col("_size") > LARGE).unique("project_id", maintain_order=True)
    for row in large.head(LISTED).iter_rows(named=True):
        size = int(row["_size"])
        yield _problem(
            "members", files, large.filter(pl.col("project_id") == row["project_id"]),
            "large-consortium", f"{size:,} members in project {row['project_id']}",
            f"up to {LARGE} members: a consortium of {size:,} would make "
            f"{size * (size - 1) // 2:,} ties",
            "Look whether it is a programme or an association. Its members count as active; it "
            "makes ties only if the setting largest_consortium is raised to its size.",
            "project_id",
        )  # fmt: skip


def _namesakes(orgs: pl.DataFrame, files: _Files) -> Iterator[Problem]:
    """Two identifiers under one name: perhaps one organisation counted twice."""
    plain = (
        pl.col("name").str.to_lowercase().str.replace_all(r"[\s.,;:'\"()（）&\-]+", "")
    )  # fmt: skip
    keys = [plain.alias("_plain")]
    if "country" in orgs.columns:
        keys.append(pl.col("country").alias("_country"))
    found = orgs.drop_nulls("name").with_columns(keys)
    by = [key.meta.output_name() for key in keys]
    again = found.filter(
        pl.col("_plain") != "", ~pl.struct(by).is_first_distinct()
    )  # fmt: skip
    if again.is_empty():
        return
    first = found.unique(by, keep="first", maintain_order=True).select(
        *by, pl.col("org_id").alias("_first")
    )
    pairs = again.join(first, on=by, nulls_equal=True, maintain_order="left")
    shown = [
        f'"{row["name"]}" ({row["_first"]}, {row["org_id"]})'
        for row in pairs.head(5).iter_rows(named=True)
    ]
    yield _problem(
        "orgs", files, pairs, "same-name",
        f"{pairs.height:,} organisations with the name of another: {'; '.join(shown)}",
        "one row an organisation",
        "Give them one org_id in every table if they are one; they are read as different.", "name",
    )  # fmt: skip


def _some(ids: pl.Series) -> str:
    return ", ".join(ids.head(5).to_list()) + (" ..." if len(ids) > 5 else "")


def _problem(
    table: str,
    files: _Files,
    rows: pl.DataFrame,
    code: str,
    found: str,
    expected: str,
    fix: str,
    column: str,
) -> Problem:
    """A warning at the first of these rows."""
    where = re.match(r"(\d+):(\d+)", str(rows[LINEAGE][0]))
    number, row = (int(where[1]), int(where[2])) if where else (1, 1)
    file = files.get(table, {}).get(number, "")
    return Problem("warning", code, found, expected, fix, table, file, row, column)
