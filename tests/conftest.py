"""Runs that several test files look at, made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import Builder
from regionlift.run import Run, demo, run_region
from shared import EXAMPLES, shared_data


@pytest.fixture(scope="session", name="shared_data")
def shared_data_() -> Path:
    """Folder of the real tables; skips, or fails where they are required."""
    return shared_data()


@pytest.fixture(scope="session")
def michigan(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over the real tables of the United States."""
    out = tmp_path_factory.mktemp("michigan") / "out"
    return run_region(EXAMPLES / "us-states", "Michigan", out)


@pytest.fixture(scope="session")
def ith5(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over the real tables of Europe: Emilia-Romagna."""
    out = tmp_path_factory.mktemp("ith5") / "out"
    return run_region(EXAMPLES / "eu-nuts2", "ITH5", out)


@pytest.fixture(scope="session")
def basque(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over real tables with a network: the Basque Country in Horizon 2020, no forecast."""
    out = tmp_path_factory.mktemp("basque") / "out"
    quick = {"forecast_years": 0, "null_draws": 39, "resamples": 200}
    return run_region(EXAMPLES / "eu-network", "ES21", out, year=2020, overrides=quick)


@pytest.fixture(scope="session")
def beijiang(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over the invented province, which has every table; data in ``out/../data``."""
    folder = tmp_path_factory.mktemp("beijiang")
    return demo(folder / "out", folder / "data")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small good dataset, for tests that run it many times."""
    folder = tmp_path_factory.mktemp("small")
    audit = Builder(folder).panel().check()
    assert not audit.errors
    return folder
