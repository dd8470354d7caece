"""The tables of the data contract, declared once, one TOML file a table.

The validator, the template, the documentation page and the report's tooltips all read these.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["text", "code", "number", "year", "choice", "list", "boolean", "date"]


class Column(BaseModel):
    """One column: what it holds and what is allowed in it.

    ``gaps`` says what an empty cell of a required column means; without it an empty cell is an
    error. ``choices_zh`` has the choices in Chinese, in the same order: a cell may hold either.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: Kind
    title: str
    title_zh: str
    description: str
    required: bool = False
    gaps: str = ""
    unit: str = ""
    minimum: float | None = None
    choices: tuple[str, ...] = ()
    choices_zh: tuple[str, ...] = ()
    references: str = ""
    example: str = ""

    def both(self) -> list[tuple[str, str]]:
        """Each choice with its word in Chinese."""
        return list(zip(self.choices, self.choices_zh, strict=True))

    @property
    def expected(self) -> str:
        """What a cell must hold, in words, for messages and the documentation page."""
        if self.type == "choice":
            return "one of " + ", ".join(
                choice if choice == zh else f"{choice} ({zh})" for choice, zh in self.both()
            )
        words = {
            "text": "text",
            "code": "a code, kept as text",
            "number": "a number",
            "year": "a year from 1900 to 2100",
            "list": "items separated by ; ； or 、",
            "boolean": "yes or no (是, 否, √, ×, 1, 0)",
            "date": "a date, YYYY-MM-DD",
        }[self.type]
        return words if self.minimum is None else f"{words} >= {self.minimum:g}"


class Rule(BaseModel):
    """A relation between two columns of one row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    left: str
    op: Literal["<=", ">="]
    right: str
    severity: Literal["error", "warning"]
    why: str


class Table(BaseModel):
    """One table of the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    title_zh: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    at_least_one: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name!r} has no column {name!r}")

    def names(self) -> list[str]:
        """Names of all columns, in order."""
        return [column.name for column in self.columns]

    def numbers(self) -> list[str]:
        """Names of the columns that carry a missing state beside each value."""
        return [column.name for column in self.columns if column.type == "number"]


@cache
def contract() -> dict[str, Table]:
    """Every table of the contract by name, in reading order."""
    order = [
        "regions", "panel", "links", "own_supply", "trade", "orgs", "projects", "members",
        "patents", "applicants", "codes", "citations", "concordance", "chain_nodes", "chain_edges",
        "spend", "platforms", "resources", "needs", "claims", "plan",
    ]  # fmt: skip
    folder = files(__package__)
    tables = [
        Table.model_validate(tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))
        for name in order
    ]
    return {table.name: table for table in tables}


def contract_page() -> str:
    """The documentation page of the contract, in Markdown."""
    lines = [
        "# The data contract",
        "",
        "Generated from the contract itself (`regionlift contract`); any subset of the tables "
        "works. A header may be the column's name, its English title or its Chinese title; any "
        "other header is mapped in [`regionlift.toml`](manifest.md). A choice may stand in "
        "English or Chinese; other words are recoded under `values`. Every number cell is known, "
        "or it is `suppressed`, `not_collected` or `not_applicable`: none of these is zero.",
    ]
    for table in contract().values():
        lines += ["", f"## {table.name} — {table.title}, {table.title_zh}", "", table.about, ""]
        lines += [f"Key: {', '.join(f'`{name}`' for name in table.key)}."]
        if table.at_least_one:
            some = ", ".join(f"`{name}`" for name in table.at_least_one)
            lines += [f"At least one of {some} is needed."]
        lines += ["", "| column | 中文表头 | what it holds | unit | meaning | example |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        for c in table.columns:
            name = f"**`{c.name}`**" if c.required else f"`{c.name}`"
            held = c.expected + (f"; refers to `{c.references}`" if c.references else "")
            meaning = c.description + (f"; empty: {c.gaps}" if c.gaps else "")
            lines += [f"| {name} | {c.title_zh} | {held} | {c.unit} | {meaning} | {c.example} |"]
        for rule in table.rules:
            lines += [
                "",
                f"Rule ({rule.severity}): `{rule.left}` {rule.op} `{rule.right}`; {rule.why}.",
            ]
    return "\n".join(lines) + "\n"
