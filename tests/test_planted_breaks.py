"""Every link of the three paths broken by itself, in tables: the study names it first.

The province is healed until every link holds. Then the data of one link are changed, thresholds
never, and the numbers are computed again as a run computes them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from path_pieces import MAKERS, Pieces
from regionlift.data.dataset import Dataset, open_dataset
from regionlift.data.synthetic import Province, write
from regionlift.data.synthetic.catalogue import REGION
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth
from regionlift.paths.evaluate import PathJudged
from regionlift.paths.load import shipped, thresholds
from whole_province import BREAKS, broken, whole

#: No forecast, and the fewest draws that are allowed: none of them moves a link.
QUICK = {"forecast_years": 0, "null_draws": 39, "resamples": 200, "burn_in": 0}
#: Later links of the same path that cannot be kept: without an alliance nothing can be said of
#: what it has (a2) and shares (a4), and it files nothing (a3).
FOLLOW = {"a1": {"a2", "a3", "a4"}}
PATH = {link.id: path.id for path in shipped() for link in path.links}


@pytest.fixture(scope="module")
def made() -> Province:
    return whole()


@pytest.fixture(scope="module")
def sound(made: Province, tmp_path_factory: pytest.TempPathFactory) -> Pieces:
    """The whole province, audited and measured."""
    folder = tmp_path_factory.mktemp("whole")
    dataset = open_dataset(write(made, folder).parent)
    return Pieces(dataset, REGION, settings(QUICK, thresholds(shipped())))


def changed_dataset(made: Province, sound: Pieces, link: str, folder: Path) -> Dataset:
    """The province with one link broken; only the tables that changed are read again."""
    changed = broken(made, link)
    for name, table in changed.items():
        assert table.schema == made.tables[name].schema
        assert not table.equals(made.tables[name])
    beside = ("panel", "own_supply") if "links" in changed else ("panel",)
    tables = {**{name: made.tables[name] for name in beside}, **changed}
    read = open_dataset(write(Province(made.seed, tables, made.truths), folder).parent)
    base = sound.dataset.base
    return replace(base, tables=MappingProxyType(
        {**base.tables, **{name: read.tables[name] for name in changed}}))  # fmt: skip


def judged(made: Province, sound: Pieces, link: str, folder: Path) -> dict[str, PathJudged]:
    sound.paths()
    dataset = changed_dataset(made, sound, link, folder)
    assert sorted(dataset.regions()) == sorted(sound.dataset.base.regions())
    differ = frozenset(broken(made, link))
    return Pieces(dataset, sound.region, sound.settings, sound, differ).paths()


def first(paths: dict[str, PathJudged]) -> dict[str, str]:
    return {id: p.first_broken.id for id, p in paths.items() if p.first_broken is not None}


def digits(paths: dict[str, PathJudged]) -> list[tuple[object, ...]]:
    return [
        (j.id, j.truth, j.quantity.value, j.quantity.low, j.quantity.high, j.quantity.n, j.reason)
        for p in paths.values() for j in p.links
    ]  # fmt: skip


def test_a_break_is_planted_for_every_link() -> None:
    assert list(BREAKS) == [link.id for path in shipped() for link in path.links]


def test_every_link_of_the_whole_province_holds(sound: Pieces) -> None:
    found = {j.id: j.truth for p in sound.paths().values() for j in p.links}
    assert found == dict.fromkeys(PATH, Truth.MET)


@pytest.mark.parametrize("link", BREAKS)
def test_the_broken_link_is_named_first(
    made: Province, sound: Pieces, link: str, tmp_path: Path
) -> None:
    paths = judged(made, sound, link, tmp_path)
    assert first(paths) == {PATH[link]: link}
    not_held = {j.id for p in paths.values() for j in p.links if j.truth is not Truth.MET}
    assert not_held == {link} | FOLLOW.get(link, set())


def test_what_is_taken_over_is_what_would_be_made(
    made: Province, sound: Pieces, tmp_path: Path
) -> None:
    """A break in one table, judged from pieces taken over and from new ones: equal digits."""
    link = "b4"
    sound.paths()
    dataset = changed_dataset(made, sound, link, tmp_path)
    saved = Pieces(dataset, sound.region, sound.settings, sound, frozenset(broken(made, link)))
    anew = Pieces(dataset, sound.region, sound.settings)
    assert digits(saved.paths()) == digits(anew.paths())
    assert {"network", "technology", "path A"}.isdisjoint(saved.again)
    assert set(anew.again) >= set(MAKERS)
