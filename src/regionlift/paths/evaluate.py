"""Links and conditions judged: three-valued, with evidence, membership and the binding clause."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.position import CURRENT_PRICES
from regionlift.paths.model import Against, Clause, Comparison, Condition, Path
from regionlift.paths.rules import Node, binding, membership, parse, truth, words

COMPARE = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}

#: Words of a comparison, for a number that holds and one that does not.
_SAID = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}
#: Significant digits a number is printed with at most, and those that tell any two apart.
USUAL, EVERY = 6, 17
#: Degree of membership at the outer anchors.
DEGREE = 0.95


class Readings(Protocol):
    """Where the numbers of one region come from."""

    def read(self, measure: str, part: str, against: Against) -> Quantity:
        """The number itself, its percentile among the peers, or its trend."""


@dataclass(frozen=True)
class Judged:
    """One comparison with its answer.

    ``quantity`` is what was compared, with ``threshold``; ``level`` the number itself where that is
    another one. ``alone`` where no peer had it and a value stood in; ``sure`` is false where the
    interval holds the threshold. ``low`` and ``high`` bound the membership: (0, 1) is unknown.
    """

    comparison: Comparison
    truth: Truth
    quantity: Quantity
    level: Quantity
    threshold: float
    alone: bool
    sure: bool
    reason: str
    settles: str
    low: float
    high: float

    @property
    def id(self) -> str:
        """Id of the link or clause."""
        return self.comparison.id

    @property
    def tried(self) -> tuple[float, float] | None:
        """Range over which its threshold is tried; None where it is not."""
        a = self.comparison.alone
        if not self.alone or a is None:
            return self.comparison.low, self.comparison.high
        return None if a.low is None or a.high is None else (a.low, a.high)

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the numbers behind it, without repetition."""
        return tuple(dict.fromkeys(q.id for q in (self.quantity, self.level)))

    def verdict(self, region: str) -> Verdict:
        """As a verdict of the ledger."""
        return Verdict(f"path.{self.id}", region, self.truth, self.reason, self.settles,
                       self.evidence)  # fmt: skip


def judge(c: Comparison, readings: Readings, settings: Settings) -> Judged:
    """Compare one number with its threshold; equal counts as the sign says."""
    threshold, alone = settings[c.id], False
    measure, level, q = c.measure, *_read(c, c.measure, readings)
    among = q
    for other in c.instead if q.value is None else ():
        level_, q_ = _read(c, other, readings)
        if q_.value is not None:
            measure, level, q = other, level_, q_
            break
    if q.value is None and c.alone is not None and level.value is not None:
        moved = settings.thresholds.get(f"{c.id}_alone")
        q, threshold, alone = level, moved.value if moved else c.alone.threshold, True
    if q.value is None:
        settles = getattr(c, "settles", "") or q.settles or _needed(c)
        return Judged(c, Truth.CANNOT_TELL, q, level, threshold, False, True,
                      q.reason or "it is not in the tables", settles, 0.0, 1.0)  # fmt: skip
    held = bool(COMPARE[c.compare](q.value, threshold))
    spans = q.low is not None and q.high is not None and q.low <= threshold <= q.high
    part = _membership(c, q.value, threshold, alone)
    said = _reason(c, measure, q, level, threshold, alone)
    if alone:
        said += f". {_no_place(among)}: compared with a house value"
    if spans:
        said += ". The interval holds the threshold: it may be otherwise"
    return Judged(c, Truth.MET if held else Truth.NOT_MET, q, level, threshold, alone, not spans,
                  said, "", part, part)  # fmt: skip


def _no_place(among: Quantity) -> str:
    """Why a number has no place among the peers."""
    if among.measure != "peer_percentile":
        return "No peers have this number"
    return f"Its place among the peers cannot be told ({among.reason})"


def _read(c: Comparison, measure: str, readings: Readings) -> tuple[Quantity, Quantity]:
    level = readings.read(measure, c.part, "value")
    return level, level if c.against == "value" else readings.read(measure, c.part, c.against)


def _needed(c: Comparison) -> str:
    needs = registry()[c.measure].needs
    return "; ".join(f"table {t}" + (f" ({', '.join(cs)})" if cs else "")
                     for t, cs in needs.items()) or "the tables it is computed from"  # fmt: skip


def _membership(c: Comparison, value: float, threshold: float, alone: bool) -> float:
    """Degree to which a clause holds; for links and values standing in: 0 or 1.

    Direct logistic calibration with two slopes, the crossover at the threshold in force; where the
    user has moved it, the outer anchors move with it. Source: Ragin 2008, chapter 5.
    """
    if not isinstance(c, Clause) or alone:
        return float(COMPARE[c.compare](value, threshold))
    shift = threshold - c.threshold
    outer, _, inner = (a + shift for a in c.anchors)
    far = (inner if (value >= threshold) == (inner > threshold) else outer) - threshold
    grade = math.log(DEGREE / (1 - DEGREE)) * abs((value - threshold) / far)
    inside = (value >= threshold) == (inner > threshold)
    grade = min(grade, 700.0)
    part = 1 / (1 + math.exp(-grade if inside else grade))
    return 1.0 if part > 0.9999 else 0.0 if part < 0.0001 else part


def _shown(q: Quantity, line: float | None = None) -> str:
    """A number in its unit: two significant digits, more where it lies close to the threshold."""
    if q.value is None:
        return "cannot tell"
    if q.unit == "percentile":
        whole = float(f"{q.value:.0f}")
        if line is None or _side(whole, line) == _side(q.value, line):
            return in_unit(whole, q.unit)
    for digits in range(2, EVERY):
        value = float(f"{q.value:.{digits - 1}e}")
        if line is None or _side(value, line) == _side(q.value, line):
            return in_unit(value, q.unit, max(digits, USUAL))
    return in_unit(q.value, q.unit, EVERY)


def _side(value: float, line: float) -> int:
    return (value > line) - (value < line)


def in_unit(value: float, unit: str, digits: int = USUAL) -> str:
    """A number with its unit as a sentence has it, with so many significant digits.

    More than the usual are given where fewer would not show on which side of a line it lies.

    Examples
    --------
    >>> in_unit(0.15, "share"), in_unit(1, "years"), in_unit(-1.7, "% a year"), in_unit(60, "count")
    ('15%', '1 year', '-1.7% a year', '60')
    >>> in_unit(0.9999999936, "ratio"), in_unit(0.9999999936, "ratio", 10)
    ('1', '0.9999999936')
    """
    if unit == "percentile":
        return f"p{value:.{digits}g}"
    if unit in ("share", "share a year"):
        # times a hundred in decimals: in floats two neighbours may come out as one
        said = f"{100 * value:.6g}" if digits == USUAL else f"{100 * Decimal(repr(value)):f}"
        return f"{said}%" + unit.removeprefix("share")
    said = f"{value:.{digits}g}"
    if abs(value) >= 1000:
        said = f"{value:,.0f}" if digits == USUAL else f"{value:,}"
    if unit in ("", "count", "ratio", "index", "correlation"):
        return said
    if unit == "years" and value == 1:
        return f"{said} year"
    return said + ("" if unit.startswith("%") else " ") + unit


def _small(title: str) -> str:
    """A title inside a sentence; "R&D" stays."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def _reason(
    c: Comparison, measure: str, q: Quantity, level: Quantity, threshold: float, alone: bool
) -> str:
    title = registry()[measure].title
    part = f" ({c.part})" if c.part else ""
    against: Against = "value" if alone else c.against
    told = _shown(q, threshold)
    said = f"{title}{part}: {told}"
    if against == "trend":
        beside = " against the middle of the peers" if measure in CURRENT_PRICES else ""
        said = f"Trend of {_small(title)}{part}{beside}: {told}"
    elif against == "peers":
        said = f"{title}{part}: {_shown(level)}, {told} of the peers"
    said += f"; asked for is {_SAID[c.compare]} {in_unit(threshold, q.unit)}"
    if q.period or level.period:
        said += f" ({q.period or level.period})"
    return said


@dataclass(frozen=True)
class ConditionJudged:
    """A condition with its answer.

    ``low`` and ``high`` are the least and greatest membership; ``binds`` the clause that decides
    it; ``mean`` the equally weighted mean of the clauses' memberships, a second reading that lets
    one clause make up for another.
    """

    condition: Condition
    node: Node
    truth: Truth
    low: float
    high: float
    binds: str
    mean: tuple[float, float]


@dataclass(frozen=True)
class ReadingJudged:
    """The conditions read together."""

    id: str
    title: str
    rule: str
    source: str
    node: Node
    truth: Truth
    low: float
    high: float
    binds: str


@dataclass(frozen=True)
class PathJudged:
    """A path with every link, clause, condition and reading judged.

    ``links`` are in causal order, those that close the circle last; ``first_broken`` is the
    earliest that is not met, ``unknown`` those before it (all, where none is) that cannot be told.
    """

    path: Path
    links: tuple[Judged, ...]
    clauses: Mapping[str, Judged]
    conditions: tuple[ConditionJudged, ...]
    readings: tuple[ReadingJudged, ...]

    @property
    def first_broken(self) -> Judged | None:
        """The earliest link that is not met."""
        return next((j for j in self.links if j.truth is Truth.NOT_MET), None)

    @property
    def broken(self) -> tuple[Judged, ...]:
        """Every link that is not met, in causal order."""
        return tuple(j for j in self.links if j.truth is Truth.NOT_MET)

    @property
    def unknown(self) -> tuple[Judged, ...]:
        """Links before the first broken one that cannot be told."""
        found = []
        for j in self.links:
            if j.truth is Truth.NOT_MET:
                break
            if j.truth is Truth.CANNOT_TELL:
                found.append(j)
        return tuple(found)

    @property
    def applicable(self) -> ReadingJudged:
        """The reading that decides."""
        return self.readings[0]

    @property
    def disagree(self) -> bool:
        """Whether the readings come to different answers."""
        return len({r.truth for r in self.readings}) > 1

    def count(self, answer: Truth) -> int:
        """Clauses with this answer."""
        return sum(c.truth is answer for c in self.clauses.values())

    def link(self, id: str) -> Judged:
        """A link by id; LookupError where there is none."""
        for j in self.links:
            if j.id == id:
                return j
        raise LookupError(f'no link "{id}" in the path {self.path.id}')


def judge_path(path: Path, readings: Readings, settings: Settings) -> PathJudged:
    """Judge every link and condition of a path."""
    links = [judge(link, readings, settings) for link in path.ordered]
    links += [judge(link, readings, settings) for link in path.links if link.feedback]
    clauses = {c.id: judge(c, readings, settings) for c in path.clauses}
    truths = {id: j.truth for id, j in clauses.items()}
    degrees = {id: (j.low, j.high) for id, j in clauses.items()}
    conditions = tuple(_condition(c, truths, degrees) for c in path.conditions)
    above = {c.condition.id: c.truth for c in conditions}
    bounds = {c.condition.id: (c.low, c.high) for c in conditions}
    readings_ = []
    for r in path.readings:
        node = parse(r.rule, above)
        low, high = membership(node, bounds)
        readings_.append(ReadingJudged(r.id, r.title, r.rule, r.source, node, truth(node, above),
                                       low, high, binding(node, bounds)))  # fmt: skip
    return PathJudged(path, tuple(links), clauses, conditions, tuple(readings_))


def _condition(
    c: Condition, truths: Mapping[str, Truth], degrees: Mapping[str, tuple[float, float]]
) -> ConditionJudged:
    node = parse(c.rule, truths)
    low, high = membership(node, degrees)
    parts = [degrees[name] for name in node.names]
    mean = sum(p[0] for p in parts) / len(parts), sum(p[1] for p in parts) / len(parts)
    return ConditionJudged(c, node, truth(node, truths), low, high, binding(node, degrees), mean)


def rule_in_words(judged: ConditionJudged, path: Path) -> str:
    """The rule of a condition with the titles of its clauses."""
    return words(judged.node, {c.id: c.title for c in path.clauses})


def unknown_quantity(measure: str, region: str, reason: str, settles: str, unit: str = ""
                     ) -> Quantity:  # fmt: skip
    """A number that is not there, for readings that have none."""
    return Quantity(measure, region, "", None, unit or registry()[measure].unit,
                    status=Status.NOT_COLLECTED, reason=reason, settles=settles)  # fmt: skip
