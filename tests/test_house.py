"""The map of the code, the docs and the examples agree with the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import regionlift
from regionlift.data.contract import contract, contract_page
from regionlift.data.problems import DatasetError
from regionlift.data.template import template, write_template

ROOT = Path(__file__).resolve().parents[1]


def test_the_contract_page_is_the_contract() -> None:
    """Regenerate with: regionlift contract > docs/data-contract.md."""
    page = (ROOT / "docs" / "data-contract.md").read_text("utf-8")
    assert page == contract_page()


def test_every_file_of_the_package_is_short_enough_to_read() -> None:
    long = {
        str(f.relative_to(ROOT)): n
        for f in (ROOT / "src").rglob("*.py")
        if (n := len(f.read_text("utf-8").splitlines())) > 500
    }
    assert long == {}


def test_public_names_load_and_stay_what_they_are() -> None:
    for name in regionlift.__all__:
        assert callable(getattr(regionlift, name)), name
    for name in regionlift.__all__:
        assert callable(getattr(regionlift, name)), f"{name} was replaced by a module"
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        _ = regionlift.runn  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, regionlift, regionlift.cli; "
        "print([m for m in ('polars','duckdb','altair','scipy','numpy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_architecture_names_every_floor() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    package = ROOT / "src" / "regionlift"
    for entry in package.iterdir():
        if entry.is_dir() and (entry / "__init__.py").exists():
            assert f"`{entry.name}/`" in text, entry.name


def test_the_readme_has_one_command_each() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for mark in ("run", "tests"):
        found = re.search(rf"<!-- {mark} -->\n```sh\n(.+)\n```", text)
        assert found and "\n" not in found[1], mark


@pytest.mark.parametrize(
    "scope", ["gbt4754-2017", "nace-rev2", "naics-2017", "isic-rev4", "bea-summary"]
)
def test_init_writes_a_template_that_can_be_filled_in(tmp_path: Path, scope: str) -> None:
    folder = tmp_path / "new"
    write_template(folder, scope)
    text = (folder / "regionlift.toml").read_text("utf-8")
    for table in contract().values():
        assert f"[[tables.{table.name}]]" in text
        for column in table.columns:
            assert f"{column.name} ({column.title_zh})" in text
    # the example panel is empty of numbers: nothing known, and that is said, not crashed on
    found = regionlift.check(folder)
    assert found.manifest is not None
    assert not found.errors, [str(p) for p in found.errors]
    with pytest.raises(FileExistsError, match="is there already"):
        write_template(folder, scope)


def test_an_unknown_scope_is_named_with_the_nearest() -> None:
    with pytest.raises(LookupError, match='Did you mean "nace-rev2"'):
        template("x", "nace-rev")


def run_cli(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regionlift.cli", *arguments], cwd=cwd, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "nowhere"), "no folder nowhere"),
        (("check", "nowhere"), "no folder nowhere"),
        (("trace", "a/b/c"), "no ledger"),
        (("init", "x", "--scope", "nonsense"), 'no scope "nonsense"'),
        (("run", "new", "--set", "label_share"), "expected name=value"),
    ],
)
def test_a_users_mistake_is_a_message_not_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run_cli(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_init_check_run_trace_as_a_new_user(tmp_path: Path) -> None:
    assert run_cli("init", "mine", cwd=tmp_path).returncode == 0
    checked = run_cli("check", "mine", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert (tmp_path / "data-issues.xlsx").is_file()
    ran = run_cli("run", "mine", "--region", "Region A", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "cannot tell" in ran.stdout
    traced = run_cli("trace", "value_added_ratio/Region A", cwd=tmp_path)
    assert traced.returncode == 0
    assert "not_collected" in traced.stdout
    moved = run_cli("run", "mine", "--region", "Region A", "--set", "label_shar=0.7", cwd=tmp_path)
    assert moved.returncode == 1
    assert 'Did you mean "label_share"' in moved.stderr


def test_errors_list_every_problem(tmp_path: Path) -> None:
    (tmp_path / "regionlift.toml").write_text("[dataset]\ntitel = 'x'\n", "utf-8")
    with pytest.raises(DatasetError) as caught:
        regionlift.open_dataset(tmp_path)
    assert any("titel" in str(p) and "title" in str(p) for p in caught.value.problems)
