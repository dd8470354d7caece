"""How far the answers hang on thresholds, and which missing table would settle most of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.verdict import Truth
from regionlift.paths.evaluate import COMPARE, Judged, PathJudged
from regionlift.paths.rules import Node, fold, truth

Codes = NDArray[np.int8]

#: Not met, cannot tell, met as numbers whose least is AND and whose greatest is OR.
CODE = {Truth.NOT_MET: 0, Truth.CANNOT_TELL: 1, Truth.MET: 2}


@dataclass(frozen=True)
class Robust:
    """Share of settings in which each answer stays as it is.

    ``links``, ``clauses``, ``conditions`` and ``readings`` by id (readings by path and id);
    ``first`` is the share in which the first broken link is the same; ``flips`` the threshold at
    which a link or clause turns, where its range holds it.
    """

    draws: int
    links: Mapping[str, float]
    clauses: Mapping[str, float]
    conditions: Mapping[str, float]
    readings: Mapping[str, float]
    first: Mapping[str, float]
    flips: Mapping[str, float]
    truths: Mapping[str, Codes]


def settings_tried(judged: Sequence[Judged], draws: int, rng: np.random.Generator
                   ) -> Mapping[str, NDArray[np.float64]]:  # fmt: skip
    """Thresholds drawn together, each even over its range (Latin hypercube).

    Every threshold visits each of ``draws`` equal slices of its range once.
    Source: McKay, Beckman & Conover 1979.
    """
    found = {}
    for j in judged:
        low, high = j.tried or (j.threshold, j.threshold)
        place = (rng.permutation(draws) + rng.random(draws)) / draws
        found[j.id] = low + (high - low) * place
    return found


def answers(j: Judged, thresholds: NDArray[np.float64]) -> Codes:
    """The answer at each threshold; what is unknown, or is not tried, stays as it is."""
    if j.truth is Truth.CANNOT_TELL or j.tried is None or j.quantity.value is None:
        return np.full(len(thresholds), CODE[j.truth], dtype=np.int8)
    held = COMPARE[j.comparison.compare](j.quantity.value, thresholds)
    return np.where(held, 2, 0).astype(np.int8)


def _fold(node: Node, values: Mapping[str, Codes]) -> Codes:
    return fold(node, values, lambda p: np.minimum.reduce(p), lambda p: np.maximum.reduce(p),
                lambda p: (2 - p).astype(np.int8))  # fmt: skip


def robustness(paths: Sequence[PathJudged], draws: int, rng: np.random.Generator) -> Robust:
    """Try every threshold over its range, all together; count how often each answer stays."""
    every = [j for p in paths for j in (*p.links, *p.clauses.values())]
    tried = settings_tried(every, draws, rng)
    codes = {j.id: answers(j, tried[j.id]) for j in every}
    stays = {j.id: float(np.mean(codes[j.id] == CODE[j.truth])) for j in every}
    conditions: dict[str, float] = {}
    readings: dict[str, float] = {}
    first: dict[str, float] = {}
    truths = dict(codes)
    for p in paths:
        above = {}
        for c in p.conditions:
            found = _fold(c.node, codes)
            above[c.condition.id] = truths[c.condition.id] = found
            conditions[c.condition.id] = float(np.mean(found == CODE[c.truth]))
        for r in p.readings:
            found = truths[f"{p.path.id}.{r.id}"] = _fold(r.node, above)
            readings[f"{p.path.id}.{r.id}"] = float(np.mean(found == CODE[r.truth]))
        first[p.path.id] = _first(p, codes, draws)
    ids = {j.id for p in paths for j in p.links}
    return Robust(
        draws, {i: s for i, s in stays.items() if i in ids},
        {i: s for i, s in stays.items() if i not in ids}, conditions, readings, first,
        {j.id: j.quantity.value for j in every
         if j.quantity.value is not None and j.tried is not None
         and j.tried[0] <= j.quantity.value <= j.tried[1]}, truths,
    )  # fmt: skip


def _first(p: PathJudged, codes: Mapping[str, Codes], draws: int) -> float:
    """Share of settings with the same first broken link (or none)."""
    causal = p.links
    broken = np.array([codes[j.id] == 0 for j in causal]).reshape(len(causal), draws)
    at = np.where(broken.any(axis=0), broken.argmax(axis=0), -1)
    now = p.first_broken
    here = -1 if now is None else [j.id for j in causal].index(now.id)
    return float(np.mean(at == here))


@dataclass(frozen=True)
class Worth:
    """What a missing piece of data would settle, at best: answers that could be told with it.

    ``links`` and ``clauses`` cannot be told without it, ``alone`` of them by it alone; ``answers``
    are the conditions, readings and first broken links that come out another way if all that hangs
    on it holds than if none of it does.
    """

    piece: str
    links: tuple[str, ...]
    clauses: tuple[str, ...]
    alone: tuple[str, ...]
    answers: tuple[str, ...]


def value_of_information(
    paths: Sequence[PathJudged], pieces: Mapping[str, Sequence[str]]
) -> tuple[Worth, ...]:
    """Every missing piece with what hangs on it, the one that settles most first.

    ``pieces`` maps a missing table or column to the ids of unknown links and clauses that need it.
    Each is tried at both ends: everything that hangs on it met, then not met.
    """
    found = []
    wanted = Counter(i for ids in pieces.values() for i in ids)
    for piece, ids in pieces.items():
        ends = [_answers(paths, frozenset(ids), to) for to in (Truth.MET, Truth.NOT_MET)]
        now = _answers(paths, frozenset(), Truth.MET)
        moved = tuple(k for k in now if ends[0][k] != ends[1][k] or ends[0][k] != now[k])
        links = {j.id for p in paths for j in p.links}
        found.append(Worth(piece, tuple(i for i in ids if i in links),
                           tuple(i for i in ids if i not in links),
                           tuple(i for i in ids if wanted[i] == 1), moved))  # fmt: skip
    return tuple(sorted(found, key=lambda w: (-len(w.answers) - len(w.links) - len(w.clauses),
                                              w.piece)))  # fmt: skip


def _answers(paths: Sequence[PathJudged], ids: frozenset[str], to: Truth) -> dict[str, str]:
    """Conditions, readings and first broken links with these comparisons set to one answer."""
    said: dict[str, str] = {}
    for p in paths:
        truths = {id: to if id in ids else j.truth for id, j in p.clauses.items()}
        above = {c.condition.id: truth(c.node, truths) for c in p.conditions}
        said |= {id: t.value for id, t in above.items()}
        said |= {f"{p.path.id}.{r.id}": truth(r.node, above).value for r in p.readings}
        links = tuple(replace(j, truth=to) if j.id in ids else j for j in p.links)
        first = replace(p, links=links).first_broken
        said[f"{p.path.id}.first broken link"] = "" if first is None else first.id
    return said
