"""The contract, the scopes and the manifest as declarations: whole, and at one with each other."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from builders import Builder
from regionlift.data.contract import Column, Table, contract, contract_page
from regionlift.data.problems import did_you_mean
from regionlift.data.scope import Scope, load_scope, shipped_scopes
from regionlift.data.units import factor

TABLES = list(contract().values())
COLUMNS = [(table, column) for table in TABLES for column in table.columns]


def names(value: Table | Column | str) -> str:
    return value if isinstance(value, str) else value.name


def test_every_file_of_the_contract_is_a_table() -> None:
    folder = files("regionlift.data.contract")
    found = {f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")}
    assert found == set(contract())


@pytest.mark.parametrize("table", TABLES, ids=names)
def test_names_and_titles_are_unique_and_in_two_languages(table: Table) -> None:
    for words in (
        table.names(),
        [c.title.lower() for c in table.columns],
        [c.title_zh for c in table.columns],
    ):
        assert len(words) == len(set(words)), words
    assert table.title
    assert re.search(r"[\u4e00-\u9fff]", table.title_zh)


@pytest.mark.parametrize("table", TABLES, ids=names)
def test_a_header_means_one_column(table: Table) -> None:
    """The name of one column is not the title of another: headers are matched by all three."""
    meaning: dict[str, str] = {}
    for column in table.columns:
        for word in {column.name, column.title.lower(), column.title_zh}:
            assert meaning.setdefault(word, column.name) == column.name, word


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=names)
def test_a_column_is_whole(table: Table, column: Column) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
    assert re.search(r"[\u4e00-\u9fff]", column.title_zh), "a Chinese title"
    assert column.title
    assert column.description
    assert bool(column.choices) == (column.type == "choice")
    assert len(column.choices) == len(set(column.choices))
    if column.type != "number":
        assert column.minimum is None
        assert not column.unit
    factor("", column.unit)
    factor(column.unit, column.unit)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=names)
def test_an_example_is_allowed_by_its_column(table: Table, column: Column) -> None:
    if not column.example:
        return
    if column.type == "choice":
        assert column.example in column.choices
    if column.type == "number":
        least = column.minimum if column.minimum is not None else float("-inf")
        assert float(column.example) >= least
    if column.type == "year":
        assert 1900 <= int(column.example) <= 2100


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=names)
def test_references_point_at_a_key(table: Table, column: Column) -> None:
    if column.references:
        target, _, name = column.references.partition(".")
        assert name in contract()[target].key
        assert column.type == contract()[target].column(name).type == "code"


@pytest.mark.parametrize("table", TABLES, ids=names)
def test_keys_and_rules_name_columns(table: Table) -> None:
    assert table.key
    for name in (*table.key, *table.at_least_one):
        table.column(name)
    # a key of numbers would be compared as floats
    assert not set(table.key) & set(table.numbers())
    for rule in table.rules:
        kinds = {table.column(rule.left).type, table.column(rule.right).type}
        assert kinds in ({"number"}, {"year"})
        assert rule.why
    with pytest.raises(KeyError, match="no column 'nothing'"):
        table.column("nothing")


def test_the_page_mentions_every_table_column_and_rule() -> None:
    page = contract_page()
    for table in TABLES:
        assert f"## {table.name} — {table.title}, {table.title_zh}" in page
        section = page.split(f"## {table.name} — ")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"`{column.name}`" in section
            assert column.title_zh in section
        for rule in table.rules:
            assert f"`{rule.left}` {rule.op} `{rule.right}`" in section
    for line in page.splitlines():
        if line.startswith("| "):
            assert line.count("|") == 7, line


# --- scopes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_scopes())
def test_a_scope_is_whole(name: str) -> None:
    scope = load_scope(name)
    assert scope.id == name
    used = {industry.tier for industry in scope.industries}
    assert used | set(scope.high_tech) <= set(scope.tiers)
    codes = [industry.code for industry in scope.industries]
    assert len(codes) == len(set(codes))
    assert scope.total not in codes
    assert scope.block()
    assert scope.high()
    assert set(scope.high()) <= {i.code for i in scope.block()}
    assert scope.source
    assert scope.tiers_source
    for industry in scope.industries:
        assert industry.name
        assert re.search(r"[\u4e00-\u9fff]", industry.name_zh)
    assert re.search(r"[\u4e00-\u9fff]", scope.title_zh)
    assert not set(scope.producer_services.codes) & set(codes)


def test_optional_industries_come_only_when_asked_for() -> None:
    scope = load_scope("gbt4754-2017")
    assert "39" not in {i.code for i in scope.block()}
    assert "39" in {i.code for i in scope.block(("39",))}


def test_a_scope_with_an_undeclared_tier_is_refused() -> None:
    text = (files("regionlift.data") / "scopes" / "isic-rev4.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    raw["industries"][0]["tier"] = "middling"
    with pytest.raises(ValidationError, match="middling"):
        Scope.model_validate(raw)


def test_a_scope_of_ones_own(tmp_path: Path) -> None:
    text = (files("regionlift.data") / "scopes" / "gbt4754-2017.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(text, "utf-8")
    build = Builder(tmp_path).panel()
    build.identity = build.identity.replace("gbt4754-2017", "own.toml")
    assert build.check().problems == []
    for bad in ("id = 1", "id = ", "\0"):
        (tmp_path / "own.toml").write_text(bad, "utf-8")
        assert [p.code for p in build.check().errors] == ["scope"]
    (tmp_path / "own.toml").unlink()
    assert "no scope file" in str(build.check().errors[0])


def test_hints_ignore_case_and_stop_at_the_unlike() -> None:
    assert did_you_mean("PANEL", ["panel"]) == 'Did you mean "panel"? '
    assert did_you_mean("北港", ["北江", "南江"]) == 'Did you mean "北江"? '
    assert did_you_mean("panel", ["trade"]) == ""
    assert did_you_mean("", []) == ""


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("delimeter", "delimiter"), ("colums", "columns"), ("unit", "units"),
        ("duplicate", "duplicates"), ("header-row", "header_row"), ("licens", "licence"),
    ],
)  # fmt: skip
def test_a_misspelt_entry_of_a_source_gets_a_hint(tmp_path: Path, entry: str, hint: str) -> None:
    build = Builder(tmp_path).panel(extra=f"{entry} = 1")
    problem = build.check().problems[0]
    assert problem.code == "unknown-entry"
    assert f"tables.panel (panel.csv).{entry}" in problem.found
    assert f'Did you mean "{hint}"' in problem.fix


@pytest.mark.parametrize("entry", ["titel", "curency", "base_yaer", "reference_regoin"])
def test_a_misspelt_entry_of_the_identity_gets_a_hint(tmp_path: Path, entry: str) -> None:
    build = Builder(tmp_path).panel()
    build.identity += f"{entry} = 1\n"
    problem = build.check().problems[0]
    assert problem.code == "unknown-entry"
    assert "Did you mean" in problem.fix


def test_every_unknown_table_is_named(tmp_path: Path) -> None:
    build = Builder(tmp_path).panel().entry("org", "a.csv").entry("project", "b.csv")
    found = [(p.code, p.fix.split("?")[0]) for p in build.check().problems]
    assert found == [
        ("unknown-table", 'Did you mean "orgs"'), ("unknown-table", 'Did you mean "projects"'),
    ]  # fmt: skip
