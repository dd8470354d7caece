"""Reading path files; everything wrong with one is said at once, each with its place."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from itertools import combinations
from math import isfinite
from pathlib import Path as File
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from regionlift.data.problems import did_you_mean
from regionlift.evidence.measure import Definition
from regionlift.evidence.settings import Threshold, settings
from regionlift.paths.figure import causal
from regionlift.paths.model import Action, Clause, Comparison, Condition, Failures, Path, Reading
from regionlift.paths.rules import parse
from regionlift.paths.spans import years_said

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
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PathFileError(file.name, [f"no text in UTF-8: {error.reason}"]) from None
    path = _model(Path, file.name, text)
    if found := list(faults(path, measures)):
        raise PathFileError(file.name, found)
    return path


def library(extra: Iterable[File | str], measures: Mapping[str, Definition]) -> tuple[Path, ...]:
    """The shipped paths and the user's; what is told apart by its id has one of its own.

    Raises
    ------
    PathFileError
        If a file is wrong, or takes an id that another path or a setting has.
    """
    paths = list(shipped())
    taken = dict.fromkeys(settings().thresholds, "a setting of the run")
    taken |= {c.id: "taken by the second opinion" for c in failures().clauses}
    for path in paths:
        taken |= dict.fromkeys(_ids(path), f'taken by the path "{path.id}"')
    for file in extra:
        new = read_path(file, measures)
        if clash := [i for i in _ids(new) if i in taken]:
            raise PathFileError(File(file).name, [
                f'"{i}" is {taken[i]}: give it another id' for i in clash])  # fmt: skip
        taken |= dict.fromkeys(_ids(new), f'taken by the path "{new.id}"')
        paths.append(new)
    return tuple(paths)


def _ids(path: Path) -> tuple[str, ...]:
    """Ids by which thresholds, verdicts and rows of the roadmap are told apart."""
    return (path.id, *(c.id for c in path.comparisons), *(c.id for c in path.conditions),
            *(a.id for link in path.links for a in link.actions))  # fmt: skip


def thresholds(paths: Iterable[Path]) -> tuple[Threshold, ...]:
    """Every threshold of the paths and of the second opinion, as settings."""
    every: list[Comparison] = [c for p in paths for c in p.comparisons]
    return tuple(t for c in (*every, *failures().clauses) for t in c.settings)


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
            yield from _too_short(action)
    used = {id for link in path.links for id in (*link.start, link.end)}
    yield from (f'box "{id}" is in no link' for id in sorted(boxes - used))
    for comparison in path.comparisons:
        yield from _comparison(comparison, measures)
    if len({link.id for link in path.links}) == len(path.links):
        try:
            causal(path.links)
        except ValueError as error:
            yield str(error)
    yield from _precedence(path)
    yield from _rules(path)


def _too_short(action: Action) -> Iterator[str]:
    """Where its title or stop rule names more years than it takes at the least.

    Nothing can be stopped after three years that ends after one.
    """
    for what, text in (("title", action.title), ("stop rule", action.stop)):
        if (said := years_said(text)) > action.years[0]:
            yield (f'action "{action.id}": its {what} needs {said} years (“{text}”), its shortest '
                   f"time is {action.years[0]}: set years = [{said}, "
                   f"{max(said, action.years[1])}]")  # fmt: skip


def _names(path: Path) -> Iterator[str]:
    kinds = {
        "link": [link.id for link in path.links],
        "box": [box.id for box in path.boxes],
        "clause": [c.id for c in path.clauses],
        "condition": [c.id for c in path.conditions],
        "action": [a.id for link in path.links for a in link.actions],
        "reading": [r.id for r in path.readings],
    }
    for kind, ids in kinds.items():
        for id, count in Counter(ids).items():
            if count > 1:
                yield f'{count} {"boxes" if kind == "box" else kind + "s"} with the id "{id}"'
    for one, other in combinations(("link", "clause", "condition"), 2):
        for id in sorted({*kinds[one]} & {*kinds[other]}):
            yield f'a {one} and a {other} with the id "{id}"'
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
    if not (isfinite(c.low) and isfinite(c.high)):
        yield f'{kind} "{c.id}": its range {c.low:g} to {c.high:g} must have two ends'
    elif not c.low <= c.threshold <= c.high:
        yield (f'{kind} "{c.id}": threshold {c.threshold:g} lies outside its range {c.low:g} to '
               f"{c.high:g}")  # fmt: skip
    if c.against == "peers" and not 0 <= c.threshold <= 100:
        yield f'{kind} "{c.id}": a threshold against peers is a percentile, 0 to 100'
    if c.alone is not None and c.against != "peers":
        yield f'{kind} "{c.id}": alone goes with against = "peers"'
    if c.alone is not None and (c.alone.low is None) != (c.alone.high is None):
        yield f'{kind} "{c.id}": a range of the threshold alone needs both low and high'
    if c.alone is not None and c.alone.low is not None and c.alone.high is not None and not (
        c.alone.low <= c.alone.threshold <= c.alone.high
    ):
        yield (f'{kind} "{c.id}": the threshold alone, {c.alone.threshold:g}, lies outside its '
               f"range {c.alone.low:g} to {c.alone.high:g}")  # fmt: skip
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
        yield "actions wait for each other: " + " -> ".join(error.args[1])


def _rules(path: Path) -> Iterator[str]:
    clauses = {c.id for c in path.clauses}
    known = {a.id for p in (path, *shipped()) for link in p.links for a in link.actions}
    for clause in path.clauses:
        for id in clause.mends:
            if id not in known:
                yield f'clause "{clause.id}": no action "{id}". {did_you_mean(id, known)}'
    conditions = {c.id for c in path.conditions}
    yield from _named("clause", clauses, "condition", path.conditions)
    yield from _named("condition", conditions, "reading", path.readings)


def _named(
    part: str, known: set[str], kind: str, whole: Sequence[Condition | Reading]
) -> Iterator[str]:
    """Rules that cannot be read; where all can be, what none of them names."""
    named: set[str] = set()
    unread = False
    for one in whole:
        try:
            named |= set(parse(one.rule, known).names)
        except ValueError as error:
            unread = True
            yield f'{kind} "{one.id}": {error}'
    if whole and not unread:
        yield from (f'{part} "{id}" is in no {kind}' for id in sorted(known - named))
