"""The paths of a region judged piece by piece; what no changed table reaches is not made again.

Every table that a piece looks into is noted while it is made. A piece is taken over from an earlier
province only where it, and every piece it is made from, looked into none of the tables that differ:
the same code over the same rows gives the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, measures, registry
from regionlift.evidence.settings import Settings
from regionlift.measures.peers import choose_peers
from regionlift.paths.evaluate import PathJudged, judge_path
from regionlift.paths.load import shipped
from regionlift.study.chain import chain_study
from regionlift.study.network import network_study
from regionlift.study.paths import RegionReadings, own_numbers
from regionlift.study.pathway_chain import chain_path_numbers
from regionlift.study.pathway_technology import technology_path_numbers
from regionlift.study.platform import platform_study
from regionlift.study.policy import policy_study
from regionlift.study.technology import technology_study

Note = Callable[[str], None]


class _Tables(Mapping[str, pl.DataFrame]):
    """Tables that tell which of them is taken."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], note: Note) -> None:
        self._tables, self._note = tables, note

    def __getitem__(self, name: str) -> pl.DataFrame:
        self._note(name)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


class _Connection:
    """DuckDB that tells which tables a query names."""

    def __init__(self, inner: Any, names: tuple[str, ...], note: Note) -> None:
        self._inner, self._note = inner, note
        self._word = re.compile(r"\b(" + "|".join(names) + r")\b")

    def _noted(self, name: str) -> Callable[..., Any]:
        def call(query: str, *rest: Any) -> Any:
            for word in set(self._word.findall(query)):
                self._note(word)
            return getattr(self._inner, name)(query, *rest)

        return call

    def __getattr__(self, name: str) -> Any:
        if name in ("sql", "query", "execute", "table", "view"):
            return self._noted(name)
        raise AttributeError(f"{name} of the connection is not watched")


@dataclass(frozen=True, repr=False)
class Watched(Dataset):
    """A dataset that notes which of its tables are looked into.

    Which tables, columns and regions there are is no secret: no break changes that.
    """

    base: Dataset = field(kw_only=True)
    note: Note = field(kw_only=True)

    def has(self, table: str, *columns: str) -> bool:
        return self.base.has(table, *columns)

    def lacks(self, needs: Mapping[str, tuple[str, ...]]) -> str:
        return self.base.lacks(needs)

    def regions(self) -> list[str]:
        return self.base.regions()

    @cached_property
    def connection(self) -> Any:
        return _Connection(self.base.connection, tuple(self.base.tables), self.note)


@dataclass(frozen=True)
class Piece:
    """Something made, and the tables that were looked into for it."""

    made: Any
    reads: frozenset[str]


class Pieces:
    """Pieces of one region's study, made on demand."""

    def __init__(
        self, dataset: Dataset, region: str, settings: Settings, before: Pieces | None = None,
        changed: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        own = {f.name: getattr(dataset, f.name) for f in fields(Dataset)}
        own["tables"] = _Tables(dataset.tables, self._note)
        self.dataset = Watched(**own, base=dataset, note=self._note)
        self.region, self.settings = region, settings
        self.pieces: dict[str, Piece] = {}
        self.again: list[str] = []
        self._earlier = {} if before is None else before.pieces
        self._changed, self._open = changed, [set[str]()]

    def _note(self, name: str) -> None:
        self._open[-1].add(name)

    def get(self, name: str) -> Any:
        """A piece, made once; from the earlier province where nothing it looks into differs."""
        if name not in self.pieces:
            old = self._earlier.get(name)
            self.pieces[name] = old if old and not old.reads & self._changed else self._make(name)
        self._open[-1].update(self.pieces[name].reads)
        return self.pieces[name].made

    def _make(self, name: str) -> Piece:
        self._open.append(set())
        self.again.append(name)
        made = MAKERS[name](self) if name in MAKERS else self._measured(name)
        return Piece(made, frozenset(self._open.pop()))

    def _measured(self, name: str) -> pl.DataFrame:
        measure = registry()[name]
        assert isinstance(measure, Measure)
        return measure(self.dataset, self.settings)

    @property
    def frames(self) -> Frames:
        """Numbers of all regions by measure."""
        return Frames(self)

    def paths(self) -> dict[str, PathJudged]:
        """The links of the three paths, judged; clauses left out, which read further numbers."""
        numbers = [q for part in PARTS for q in self.get(part)]
        readings = RegionReadings(
            self.dataset, self.frames, self.region, self.get("peers"), self.settings, None,
            own_numbers(numbers),
        )  # fmt: skip
        bare = {"clauses": (), "conditions": (), "readings": ()}
        links = [path.model_copy(update=bare) for path in shipped()]
        return {p.id: judge_path(p, readings, self.settings) for p in links}


class Frames(dict[str, pl.DataFrame]):
    """The frame of each measure, made when it is asked for."""

    def __init__(self, pieces: Pieces) -> None:
        super().__init__()
        self._pieces = pieces
        self._names = {m.id for m in measures()}

    def __missing__(self, name: str) -> pl.DataFrame:
        frame: pl.DataFrame = self._pieces.get(name)
        return frame

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._names else default

    def __contains__(self, name: object) -> bool:
        return name in self._names


def _study(make: Callable[..., Any], *inputs: str, frames: bool = False) -> Callable[[Pieces], Any]:
    """A study of the region from other pieces."""

    def made(p: Pieces) -> Any:
        first = (p.dataset, p.frames) if frames else (p.dataset,)
        return make(*first, p.region, p.settings, *(p.get(i) for i in inputs))

    return made


def _platform(p: Pieces) -> Any:
    return platform_study(p.dataset, p.region, p.settings, [i for i, _ in p.get("chain").cores])


def _quantities(name: str) -> Callable[[Pieces], Any]:
    return lambda p: p.get(name).quantities


#: The same pieces, from the same others, as in ``regionlift.study.region.study``.
MAKERS: dict[str, Callable[[Pieces], Any]] = {
    "peers": lambda p: choose_peers(p.dataset, p.region, p.settings, None, ()),
    "network": _study(network_study, frames=True),
    "chain": _study(chain_study, "network", frames=True),
    "technology": _study(technology_study),
    "policy": _study(policy_study, "network", "chain", "technology", frames=True),
    "platform": _platform,
    **{f"{n} numbers": _quantities(n)
       for n in ("network", "chain", "technology", "policy", "platform")},
    "path A": _study(technology_path_numbers, "technology", "network"),
    "path B": _study(chain_path_numbers, "chain", "network"),
}  # fmt: skip
PARTS = ("network numbers", "chain numbers", "technology numbers", "policy numbers",
         "platform numbers", "path A", "path B")  # fmt: skip
