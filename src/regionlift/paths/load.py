"""Reading path files; everything wrong with one is said at once, each with its place."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path as File
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from regionlift.data.problems import did_you_mean
from regionlift.evidence.measure import Definition
from regionlift.evidence.settings import Threshold
from regionlift.paths.figure import causal
from regionlift.paths.model import Clause, Comparison, Failures, Path
from regionlift.paths.rules import parse

M = TypeVar("M", bound=BaseModel)

#: Paths that come with the package, in the paper's order: point, line, surface.
SHIPPED = ("technology", "chain", "platform")


class PathFileError(ValueError):
    """A path file cannot be used; ``faults`` holds everything found in it."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{name}: " + "; ".join(faults) if len(faults) == 1 else
                         f"{name}: {len(faults)} faults:\n" + "\n".join(f"  {f}" for f in faults))


@cache
def shipped() -> tuple[Path, ...]:
    """The three paths of the paper."""
    folder = files("regionlift.paths") / "library"
    return tuple(
        _model(Path, f"{name}.toml", (folder / f"{name}.toml").read_text("utf-8"))
        for name in SHIPPED
    )


@cache
def failures() -> Failures:
    """Kinds of failure of a regional innovation system, as a second opinion."""
    file = files("regionlift.paths") / "library" / "failures.toml"
    return _model(Failures, "failures.toml", file.read_text("utf-8"))


def read_path(file: File | str, measures: Mapping[str, Definition]) -> Path:
    """A path file of the user's, checked.

    Raises
    ------
    FileNotFoundError
        If there is none.
    PathFileError
        If anything in it is wrong.
    """
    file = File(file)
    if not file.is_file():
        raise FileNotFoundError(f"no path file {file}")
    path = _model(Path, file.name, file.read_text("utf-8"))
    if found := list(faults(path, measures)):
        raise PathFileError(file.name, found)
    return path


def library(extra: Iterable[File | str], measures: Mapping[str, Definition]) -> tuple[Path, ...]:
    """The shipped paths and the user's; two comparisons of one id are refused.

    Raises
    ------
    PathFileError
        If a file is wrong, or takes an id that another path has.
    """
    paths = list(shipped())
    for file in extra:
        new = read_path(file, measures)
        taken = {c.id: p.id for p in paths for c in p.comparisons} | {p.id: p.id for p in paths}
        clash = [i for i in (new.id, *(c.id for c in new.comparisons)) if i in taken]
        if clash:
            raise PathFileError(File(file).name, [
                f'"{i}" is taken by the path "{taken[i]}": give it another id' for i in clash
            ])  # fmt: skip
        paths.append(new)
    return tuple(paths)


def thresholds(paths: Iterable[Path]) -> tuple[Threshold, ...]:
    """Every threshold of the paths and of the second opinion, as settings."""
    every: list[Comparison] = [c for p in paths for c in p.comparisons]
    return tuple(c.setting for c in (*every, *failures().clauses))


def _model(kind: type[M], name: str, text: str) -> M:
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PathFileError(name, [f"no TOML: {error}"]) from None
    except ValidationError as error:
        raise PathFileError(name, [
            f"{_place(tomllib.loads(text), e['loc'])}: {e['msg']}"
            + (f" (given {e['input']!r})" if not isinstance(e["input"], dict | list) else "")
            for e in error.errors()
        ]) from None  # fmt: skip


def _place(raw: object, loc: tuple[str | int, ...]) -> str:
    """Where in the file: names of the tables with their ids, not their numbers."""
    words = []
    for step in loc:
        inside = None
        if isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            inside = raw[step]
            named = inside.get("id") if isinstance(inside, dict) else None
            words.append(f'"{named}"' if named else f"number {step + 1}")
        else:
            inside = raw.get(step) if isinstance(raw, dict) else None
            words.append(str(step))
        raw = inside
    return " ".join(words)


def faults(path: Path, measures: Mapping[str, Definition]) -> Iterator[str]:
    """Everything wrong with a path, in words that name the entry and the way out."""
    yield from _names(path)
    boxes = {box.id for box in path.boxes}
    for link in path.links:
        for id in (*link.start, link.end):
            if id not in boxes:
                yield f'link "{link.id}" leads to or from the box "{id}", which is not there. ' + (
                    did_you_mean(id, boxes))  # fmt: skip
        for action in link.actions:
            if action.indicator not in measures:
                yield (f'action "{action.id}": no measure "{action.indicator}". '
                       + did_you_mean(action.indicator, measures))  # fmt: skip
            if action.years[0] > action.years[1] or action.years[0] < 1:
                yield f'action "{action.id}": years {list(action.years)}, shortest first, from 1'
    used = {id for link in path.links for id in (*link.start, link.end)}
    yield from (f'box "{id}" is in no link' for id in sorted(boxes - used))
    for comparison in path.comparisons:
        yield from _comparison(comparison, measures)
    try:
        causal(path.links)
    except ValueError as error:
        yield str(error)
    yield from _precedence(path)
    yield from _rules(path)


def _names(path: Path) -> Iterator[str]:
    kinds = {
        "link": [link.id for link in path.links],
        "box": [box.id for box in path.boxes],
        "clause": [c.id for c in path.clauses],
        "condition": [c.id for c in path.conditions],
        "action": [a.id for link in path.links for a in link.actions],
    }
    for kind, ids in kinds.items():
        for id, count in Counter(ids).items():
            if count > 1:
                yield f'{count} {"boxes" if kind == "box" else kind + "s"} with the id "{id}"'
    for title, count in Counter(link.title for link in path.links).items():
        if count > 1:
            yield f'{count} links with the name "{title}"'
    for need in ("links", "conditions", "readings"):
        if not getattr(path, need):
            yield f"no {need}: a path needs at least one"


def _comparison(c: Comparison, measures: Mapping[str, Definition]) -> Iterator[str]:
    kind = "clause" if isinstance(c, Clause) else "link"
    for measure in (c.measure, *c.instead):
        if measure not in measures:
            yield f'{kind} "{c.id}": no measure "{measure}". {did_you_mean(measure, measures)}'
    if not c.source.strip():
        yield (f'{kind} "{c.id}": its threshold {c.threshold:g} has no source. Say whose number '
               "it is: official, a peer quantile, or your own")  # fmt: skip
    if not c.low <= c.threshold <= c.high:
        yield (f'{kind} "{c.id}": threshold {c.threshold:g} lies outside its range {c.low:g} to '
               f"{c.high:g}")  # fmt: skip
    if c.against == "peers" and not 0 <= c.threshold <= 100:
        yield f'{kind} "{c.id}": a threshold against peers is a percentile, 0 to 100'
    if c.alone is not None and c.against != "peers":
        yield f'{kind} "{c.id}": alone goes with against = "peers"'
    if c.alone is not None and not c.alone.source.strip():
        yield f'{kind} "{c.id}": the threshold alone has no source'
    if not c.id.isidentifier():
        yield f'{kind} "{c.id}": an id is letters, digits and _, and begins with a letter'
    if isinstance(c, Clause):
        e, x, i = c.anchors
        if not (e < x < i or e > x > i):
            yield f'clause "{c.id}": anchors {list(c.anchors)} must rise or fall throughout'
        elif x != c.threshold:
            yield (f'clause "{c.id}": the crossover {x:g} of its anchors is not its threshold '
                   f"{c.threshold:g}")  # fmt: skip
        elif (i > e) != (c.compare in (">=", ">")):
            yield f'clause "{c.id}": its anchors go the other way than "{c.compare}"'


def _precedence(path: Path) -> Iterator[str]:
    """Actions that wait for unknown ones, or for each other."""
    after = {a.id: set(a.after) for link in path.links for a in link.actions}
    for id, wanted in after.items():
        for other in sorted(wanted - set(after)):
            yield (f'action "{id}" comes after "{other}", which is not there. '
                   + did_you_mean(other, after))  # fmt: skip
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        yield "actions wait for each other: " + " -> ".join(reversed(error.args[1]))


def _rules(path: Path) -> Iterator[str]:
    clauses = {c.id for c in path.clauses}
    known = {a.id for p in (path, *shipped()) for link in p.links for a in link.actions}
    for clause in path.clauses:
        for id in clause.mends:
            if id not in known:
                yield f'clause "{clause.id}": no action "{id}". {did_you_mean(id, known)}'
    named: set[str] = set()
    for condition in path.conditions:
        try:
            named |= set(parse(condition.rule, clauses).names)
        except ValueError as error:
            yield f'condition "{condition.id}": {error}'
    conditions = {c.id for c in path.conditions}
    for reading in path.readings:
        try:
            parse(reading.rule, conditions)
        except ValueError as error:
            yield f'reading "{reading.id}": {error}'
    yield from (f'clause "{id}" is in no condition' for id in sorted(clauses - named))
