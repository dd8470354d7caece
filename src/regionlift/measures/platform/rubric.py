"""Official scoring rubrics as data: each item scored by itself, with its evidence status."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regionlift.data.problems import did_you_mean
from regionlift.evidence.verdict import Truth
from regionlift.measures.platform.claims import Judged

FOLDER = Path(__file__).parent / "rubrics"

#: Numbers an item can be read from, with what they are.
MEASURES = {
    "rd_staff_share": "R&D staff over all staff of the platform's organisation",
    "alliance_kinds": "of enterprise, institute and university, how many are among the members",
    "rd_spend": "R&D expenditure a year of the platform's organisation, in millions",
    "rd_cost_share": "R&D expenditure over the whole income of the platform",
}

Evidence = Literal["observed", "claimed", "missing"]


class RubricError(ValueError):
    """A rubric file that is not what it must be; one line a problem."""


class Item(BaseModel):
    """One line of a rubric; see ``rubrics/hunan-innovation-centre.toml`` for the meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    title: str
    title_zh: str = ""
    measure: str = ""
    claim: str = ""
    zero: float | None = None
    full: float | None = None
    unit: str = ""
    points: float | None = Field(default=None, gt=0)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Item:
        if not self.measure and not self.claim:
            raise ValueError("is read from nothing: give a measure, or a claim")
        if self.measure and self.measure not in MEASURES:
            hint = did_you_mean(self.measure, MEASURES)
            raise ValueError(f'no measure "{self.measure}". {hint}There are: {", ".join(MEASURES)}')
        if self.measure and (self.zero is None or self.full is None):
            raise ValueError("a measure needs both zero and full")
        if self.zero is not None and self.zero == self.full:
            raise ValueError(f"zero and full are both {self.zero:g}: nothing lies between them")
        if not self.measure and (self.zero is not None or self.full is not None):
            raise ValueError("zero and full are of a measure, and there is none")
        return self


class Rubric(BaseModel):
    """A rubric; points are stated of every item or of none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    title_zh: str = ""
    source: str = Field(min_length=1)
    note: str = ""
    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Rubric:
        ids = [i.id for i in self.items]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"there twice: {', '.join(twice)}")
        without = [i.id for i in self.items if i.points is None]
        if without and len(without) < len(ids):
            raise ValueError(f"points are stated of some items and not of {', '.join(without)}; "
                             "state them of all, or of none")  # fmt: skip
        return self

    @property
    def weighted(self) -> bool:
        """Whether points are stated, so that a total can be given."""
        return self.items[0].points is not None


@dataclass(frozen=True)
class Value:
    """A number an item is read from; ``evidence`` are ids of what it was read from."""

    value: float | None
    reason: str = ""
    settles: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Score:
    """An item's mark from 0 to 1, None where nothing tells it."""

    item: Item
    mark: float | None
    status: Evidence
    value: float | None
    why: str
    settles: str = ""


@dataclass(frozen=True)
class Scored:
    """A rubric applied; ``told`` of ``possible`` points, both None where points are not stated."""

    rubric: Rubric
    scores: tuple[Score, ...]

    @property
    def told(self) -> float | None:
        """Points reached by the items that can be told."""
        if not self.rubric.weighted:
            return None
        return sum((s.mark or 0.0) * (s.item.points or 0.0) for s in self.scores)

    @property
    def possible(self) -> float | None:
        """Points of the items that can be told."""
        if not self.rubric.weighted:
            return None
        return sum(s.item.points or 0.0 for s in self.scores if s.mark is not None)


def load_rubric(path: Path) -> Rubric:
    """Read a rubric file.

    Raises
    ------
    RubricError
        Naming the file, the item and what is wrong with it, every problem at once.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise RubricError(f"{path.name}: not readable as TOML: {why}") from None
    try:
        return Rubric.model_validate(given)
    except ValidationError as why:
        lines = [_said(path.name, given, e["loc"], e["msg"]) for e in why.errors()]
        raise RubricError("\n".join(lines)) from None


def _said(file: str, given: Mapping[str, object], place: Sequence[int | str], message: str) -> str:
    where, items = [file], given.get("items")
    for n, part in enumerate(place):
        if isinstance(part, int) and isinstance(items, list) and n and place[n - 1] == "items":
            item = items[part]
            name = item.get("id") if isinstance(item, dict) else None
            where[-1:] = [f'item "{name}"' if name else f"item number {part + 1}"]
        else:
            where.append(str(part))
    return f"{', '.join(where)}: {message.removeprefix('Value error, ')}"


def shipped() -> tuple[Rubric, ...]:
    """The rubrics that come with the package, by file name."""
    return tuple(load_rubric(path) for path in sorted(FOLDER.glob("*.toml")))


def linear(value: float, zero: float, full: float) -> float:
    """Mark of a number: 0 at ``zero`` and beyond, 1 at ``full`` and beyond, linear between.

    Examples
    --------
    >>> round(linear(0.3, 0.1, 0.5), 9), linear(0.05, 0.1, 0.5), linear(0.7, 0.1, 0.5)
    (0.5, 0.0, 1.0)
    """
    return min(1.0, max(0.0, (value - zero) / (full - zero)))


def scored(
    rubric: Rubric, values: Mapping[str, Value], claims: Mapping[str, Judged]
) -> Scored:
    """Apply a rubric to numbers by measure and to claims by item."""
    return Scored(rubric, tuple(_score(i, values.get(i.measure), claims.get(i.claim))
                                for i in rubric.items))  # fmt: skip


def _score(item: Item, value: Value | None, claim: Judged | None) -> Score:
    if value is not None and value.value is not None and item.zero is not None and (
        item.full is not None
    ):  # fmt: skip
        mark = linear(value.value, item.zero, item.full)
        return Score(item, mark, "observed", value.value, "; ".join(value.evidence))
    newest = claim.newest if claim is not None else None
    if claim is not None and newest is not None and claim.truth is not Truth.CANNOT_TELL:
        mark = 1.0 if claim.truth is Truth.MET else 0.0
        return Score(item, mark, "claimed", None,
                     f"{claim.truth} by {newest.author}, {newest.signed.isoformat()}")  # fmt: skip
    if newest is not None:
        return Score(item, None, "missing", None,
                     f"{newest.author} could not tell, {newest.signed.isoformat()}",
                     f"a signed claim {item.claim}")  # fmt: skip
    ways = [value.settles if value is not None and value.settles else MEASURES.get(item.measure),
            f"a signed claim {item.claim}" if item.claim else ""]  # fmt: skip
    why = value.reason if value is not None and value.reason else "no number and no claim"
    return Score(item, None, "missing", None, why, "; or ".join(filter(None, ways)))
