"""Which path now, which later and which not: an order with its reason, never a score.

Paths are sorted by what may be done with them (now, at another stage, once data are there, once
conditions are met); of equals, those the stage speaks against come last, and the others stand in
the paper's order: point, line, surface.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, negate
from regionlift.paths.evaluate import Judged, PathJudged, Readings, judge
from regionlift.paths.load import failures
from regionlift.paths.model import Failure, Stage
from regionlift.paths.robust import CODE, Robust, Worth
from regionlift.paths.rules import Node, parse, truth

#: What may be done with a path, best first.
NOW, LATER, DATA = "now", "at another stage", "once data are there"
NOT = "once its conditions are met"
DISPOSITIONS = (NOW, LATER, DATA, NOT)

#: Cells that speak against a path at a stage.
AGAINST = ("not yet", "past")


@dataclass(frozen=True)
class Standing:
    """One path in the order.

    ``cells`` are the stage cells that apply; ``holds`` the share of settings in which its answer
    stays; ``failing`` conditions that decide and are not met, ``waits`` their clauses that decide;
    ``open`` conditions that cannot be told.
    """

    path: str
    title: str
    disposition: str
    reason: str
    holds: float
    cells: tuple[Stage, ...]
    failing: tuple[str, ...]
    waits: tuple[str, ...]
    open: tuple[str, ...]
    first_broken: str

    @property
    def against(self) -> bool:
        """Whether the stage of the industry or the phase of the network speaks against it."""
        return bool(_against(self.cells))


@dataclass(frozen=True)
class Opinion:
    """A kind of failure of the regional innovation system, told or not."""

    failure: Failure
    truth: Truth
    clauses: tuple[Judged, ...]


@dataclass(frozen=True)
class Order:
    """Paths in order.

    ``holds`` is the share of settings with the same order; ``shares`` that of each order that
    occurred, most frequent first.
    """

    standings: tuple[Standing, ...]
    holds: float
    shares: tuple[tuple[tuple[str, ...], float], ...]

    @property
    def sentence(self) -> str:
        """The order in one line."""
        return " -> ".join(f"{s.title} ({s.disposition})" for s in self.standings)

    def standing(self, path: str) -> Standing:
        """One path; LookupError where it is not there."""
        for s in self.standings:
            if s.path == path:
                return s
        raise LookupError(f'no path "{path}"')


def order_of(
    paths: Sequence[PathJudged], robust: Robust, worths: Sequence[Worth], stages: Sequence[str]
) -> Order:
    """The order of the paths at the given stages of industry and network; empty names are skipped.

    ``stages`` are the stage of the industry and the phase of the network, as far as told.
    """
    standings = [_standing(p, robust, worths, stages) for p in paths]
    place = {p.path.id: p.path.place for p in paths}
    ordered = sorted(standings, key=lambda s: (DISPOSITIONS.index(s.disposition), s.against,
                                               place[s.path]))  # fmt: skip
    shares = _shares(paths, robust, stages)
    now = tuple(s.path for s in ordered)
    return Order(tuple(ordered), dict(shares).get(now, 0.0), shares)


def _cells(p: PathJudged, stages: Sequence[str]) -> tuple[Stage, ...]:
    return tuple(s for s in p.path.stages if s.stage in stages)


def _disposition(code: int, cells: Sequence[Stage]) -> str:
    if code == CODE[Truth.NOT_MET]:
        return NOT
    if code == CODE[Truth.CANNOT_TELL]:
        return DATA
    return LATER if _against(cells) else NOW


def _against(cells: Sequence[Stage]) -> list[Stage]:
    """Cells that speak against a path; inferred ones do not outvote what the paper says itself."""
    said = any(c.fit == "fits" and not c.inferred for c in cells)
    return [c for c in cells if c.fit in AGAINST and not (said and c.inferred)]


def _standing(
    p: PathJudged, robust: Robust, worths: Sequence[Worth], stages: Sequence[str]
) -> Standing:
    decides, cells = p.applicable, _cells(p, stages)
    named = set(decides.node.names)
    mine = [c for c in p.conditions if c.condition.id in named]
    failing = deciding(decides.node, {c.condition.id: c.truth for c in p.conditions})
    truths = {id: j.truth for id, j in p.clauses.items()}
    waits = tuple(id for c in mine if c.condition.id in failing for id in deciding(c.node, truths))
    open_ = tuple(c.condition.id for c in mine if c.truth is Truth.CANNOT_TELL)
    disposition = _disposition(CODE[decides.truth], cells)
    first = p.first_broken
    return Standing(
        p.path.id, p.path.title, disposition, _reason(p, disposition, cells, worths, waits),
        robust.readings[f"{p.path.id}.{decides.id}"], cells, failing, waits, open_,
        "" if first is None else first.id,
    )  # fmt: skip


def _reason(
    p: PathJudged, disposition: str, cells: Sequence[Stage], worths: Sequence[Worth],
    waits: Sequence[str],
) -> str:  # fmt: skip
    decides = p.applicable
    against = _against(cells)
    if disposition == NOW:
        fits = [f"{c.stage} ({c.why})" for c in cells if c.fit == "fits"]
        said = f"its conditions are met ({decides.title.lower()})"
        return said + (f"; it fits {' and '.join(fits)}" if fits else "")
    if disposition == LATER:
        return "its conditions are met, but at this stage: " + "; ".join(
            f"{c.stage}, {c.fit}: {c.why}" for c in against)  # fmt: skip
    if disposition == DATA:
        mine = {j.id for j in p.clauses.values() if j.truth is Truth.CANNOT_TELL}
        hung = {w.piece: len(mine & set(w.clauses)) for w in worths if mine & set(w.clauses)}
        if not hung:
            return "whether its conditions hold cannot be told"
        most = sorted(hung, key=lambda piece: -hung[piece])[:3]
        wait = "waits" if hung[most[0]] == 1 else "wait"
        said = ", ".join(f"{hung[piece]} {'' if n else f'{wait} '}for {piece}"
                         for n, piece in enumerate(most))  # fmt: skip
        clauses = f"{len(mine)} open clause" + ("" if len(mine) == 1 else "s")
        return f"whether its conditions hold cannot be told; of {clauses}, {said}"
    titles = [f"{p.clauses[id].comparison.title.lower()} ({id})" for id in waits]
    return "not met yet: " + "; ".join(titles)


def deciding(node: Node, truths: Mapping[str, Truth]) -> tuple[str, ...]:
    """Names that keep the expression from being met.

    Those whose change alone would do; where none would alone, all of them that would together. A
    name under NOT keeps it from being met by being met.

    Examples
    --------
    >>> from regionlift.paths.rules import parse
    >>> no, yes = Truth.NOT_MET, Truth.MET
    >>> deciding(parse("a and (b or c)", "abc"), {"a": no, "b": yes, "c": no})
    ('a',)
    >>> deciding(parse("a and not b", "ab"), {"a": yes, "b": yes})
    ('b',)
    """
    if truth(node, truths) is not Truth.NOT_MET:
        return ()
    wrong = dict.fromkeys(_behind(node, truths, Truth.NOT_MET))
    alone = [n for n in wrong
             if truth(node, {**truths, n: negate(truths[n])}) is not Truth.NOT_MET]  # fmt: skip
    return tuple(alone or wrong)


def _behind(node: Node, truths: Mapping[str, Truth], answer: Truth) -> list[str]:
    """Names that give the expression this answer, met or not met, which it has."""
    if node.kind == "name":
        return [node.name]
    if node.kind == "not":
        return _behind(node.parts[0], truths, negate(answer))
    given = [p for p in node.parts if truth(p, truths) is answer]
    return [n for p in given for n in _behind(p, truths, answer)]


def _shares(
    paths: Sequence[PathJudged], robust: Robust, stages: Sequence[str]
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Each order of the paths with the share of settings in which it comes out."""
    ids = sorted(range(len(paths)), key=lambda n: (bool(_against(_cells(paths[n], stages))),
                                                   paths[n].path.place))  # fmt: skip
    ranks = np.empty((len(paths), robust.draws), dtype=np.int64)
    for n in range(len(paths)):
        p = paths[n]
        table = np.array([DISPOSITIONS.index(_disposition(code, _cells(p, stages)))
                          for code in range(3)])  # fmt: skip
        ranks[n] = table[robust.truths[f"{p.path.id}.{p.applicable.id}"]]
    # of equal dispositions those the stage speaks against come last, the others as in the paper
    keys = ranks[ids] * len(paths) + np.arange(len(paths))[:, None]
    orders = np.argsort(keys, axis=0, kind="stable").T
    rows, counts = np.unique(orders, axis=0, return_counts=True)
    found = [(tuple(paths[ids[k]].path.id for k in row), int(n) / robust.draws)
             for row, n in zip(rows.tolist(), counts, strict=True)]  # fmt: skip
    return tuple(sorted(found, key=lambda f: (-f[1], f[0])))


def second_opinion(readings: Readings, settings: Settings) -> tuple[Opinion, ...]:
    """Kinds of failure of the regional innovation system, each with its clauses."""
    book = failures()
    judged: Mapping[str, Judged] = {c.id: judge(c, readings, settings) for c in book.clauses}
    truths = {id: j.truth for id, j in judged.items()}
    found = []
    for failure in book.failures:
        node = parse(failure.rule, truths)
        found.append(Opinion(failure, truth(node, truths), tuple(judged[n] for n in node.names)))
    return tuple(found)
