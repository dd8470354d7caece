"""The real tables beside the project: where they are, or what to do where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
EXAMPLES = PROJECT / "examples"
SHARED = PROJECT.parent / "shared" / "data"


def required(what: str) -> bool:
    """Whether ``REGIONLIFT_REQUIRE`` names this: then its absence is a failure, not a skip."""
    return what in os.environ.get("REGIONLIFT_REQUIRE", "").replace(",", " ").split()


def shared_data() -> Path:
    """Folder of the real tables; skips the test, or fails it, where there is none."""
    if not (SHARED / "us-states").is_dir() or not (SHARED / "eu-nuts2").is_dir():
        said = f"the real tables are not at {SHARED}"
        if required("shared"):
            pytest.fail(said + ", and REGIONLIFT_REQUIRE names them")
        pytest.skip(said)
    return SHARED
