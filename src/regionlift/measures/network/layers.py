"""Layers of the network: declared, by type, and what the ties say to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.measures.graphs.core import core_numbers
from regionlift.measures.graphs.csr import Graph
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.chance import against_reshuffled, against_rewired, projection
from regionlift.measures.network.readings import RESHUFFLED, REWIRED, Contrast

Flags = NDArray[np.bool_]
Layers = NDArray[np.int8]

#: Layers; a code is the place in this list, -1 unknown.
LAYERS = ("core", "supporting", "auxiliary")
#: Rule for organisations without a declared layer, as printed.
RULE = (
    "core: core manufacturing enterprises; supporting: other enterprises, universities, "
    "institutes; auxiliary: government, finance, intermediaries, platforms, alliances; "
    "organisations abroad and of unknown type: none"
)
_BY_TYPE = {
    "enterprise": "supporting", "university": "supporting", "institute": "supporting",
    "government": "auxiliary", "finance": "auxiliary", "intermediary": "auxiliary",
    "platform": "auxiliary", "alliance": "auxiliary",
}  # fmt: skip


def layers_by_type(type: ArrayLike, core: ArrayLike) -> Layers:
    """(n,) layer by ``RULE``.

    Parameters
    ----------
    type : (n,) places in ``TYPES``, -1 where not known
    core : (n,) core enterprises, see :func:`~regionlift.measures.network.cores.core_enterprises`

    Raises
    ------
    ValueError
        Lists of different length, or a core organisation that is no enterprise.
    """
    codes, chosen = np.asarray(type), np.asarray(core, dtype=np.bool_)
    if codes.shape != chosen.shape:
        raise ValueError(f"two lists of one length, got {codes.shape} and {chosen.shape}")
    if (chosen & (codes != TYPES.index("enterprise"))).any():
        raise ValueError("core holds an organisation that is no enterprise")
    table = np.array([LAYERS.index(_BY_TYPE[t]) if t in _BY_TYPE else -1 for t in TYPES] + [-1])
    found: Layers = np.where(chosen, LAYERS.index("core"), table[codes]).astype(np.int8)
    return found


@dataclass(frozen=True)
class Disagreement:
    """An organisation whose declared layer its ties contradict.

    Parameters
    ----------
    declared, suggested : layers; suggested is what type and ties together say
    firm : both splits into core and periphery contradict the declared layer, not one alone
    ties : organisations of the region it is tied to
    core_number : largest k such that it is in a part of the network where all have k ties
    to_core : share of its ties that go to the inner core; None without ties
    participations : events it takes part in
    gap : share of the region's organisations with fewer ties (declared outside the core) or with
        more (declared core); 1 is the strongest contradiction
    says : the sentence
    """

    org_id: str
    name: str
    declared: str
    suggested: str
    firm: bool
    ties: int
    core_number: int
    to_core: float | None
    participations: int
    gap: float
    says: str


@dataclass(frozen=True)
class LayerCheck:
    """Core by ties, whether it is more than degrees or consortia make, and the disagreements.

    Parameters
    ----------
    inner, outer : identifiers of the smaller and the larger core found by the two splits
    rewired, reshuffled : fit of the better split beside refits under the two nulls
    disagreements : strongest first
    checked : organisations with a declared layer that were compared
    undeclared, elsewhere : members of the region without a declared layer, and organisations
        of elsewhere with one; neither is compared
    """

    inner: tuple[str, ...]
    outer: tuple[str, ...]
    rewired: Contrast
    reshuffled: Contrast
    disagreements: tuple[Disagreement, ...]
    checked: int
    undeclared: int
    elsewhere: int
    reason: str = ""


@dataclass(frozen=True)
class Split:
    """Best splits along the order of degrees: nodes, and correlation with the ideal pattern."""

    order: NDArray[np.int64]
    by_correlation: int
    by_misfit: int
    correlation: float | None


def splits(graph: Graph) -> Split:
    """Two fits of a core with a periphery, each among the cores made of highest degrees.

    One has the highest correlation with the pattern "tied where either end is in the core" (a
    few hubs that everybody is tied to), the other the least misfit "tied where both are in the
    core, not tied where neither is" (a dense group).

    Source: Borgatti & Everett 1999, Social Networks 21, 375-395, eq. 1-3; that least misfit is
    found among these: Lip 2011, arXiv:1102.5511. Highest correlation need not be: the true
    optimum over all subsets may fit somewhat better.
    """
    n, m = graph.n, graph.m
    order = np.argsort(-graph.degree, kind="stable").astype(np.int64)
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    i, j = graph.ties()
    size = np.arange(n + 1, dtype=np.float64)
    touched = np.concatenate(
        ([0], np.cumsum(np.bincount(np.minimum(rank[i], rank[j]), minlength=n)))
    )
    within = np.concatenate(
        ([0], np.cumsum(np.bincount(np.maximum(rank[i], rank[j]), minlength=n)))
    )
    misfit = size * (size - 1) / 2 - within + m - touched
    pairs = n * (n - 1) / 2
    ideal = size * (size - 1) / 2 + size * (n - size)
    spread = ideal * (pairs - ideal) * m * (pairs - m)
    told = spread > 0
    fit = np.full(n + 1, -np.inf)
    fit[told] = (touched[told] * pairs - ideal[told] * m) / np.sqrt(spread[told])
    best = int(fit.argmax())
    value = float(fit[best]) if told.any() else None
    return Split(order, best if told.any() else 0, int(misfit.argmin()), value)


def check_layers(
    affiliations: Affiliations,
    declared: Mapping[str, str],
    rng: np.random.Generator,
    *,
    draws: int = 99,
    level: float = 0.9,
    least: int = 30,
) -> LayerCheck:
    """Declared layers against the core that the ties show.

    Ties are those among the region's organisations. An organisation declared core contradicts
    its ties where neither split puts it in the core, one declared supporting or auxiliary where
    one does, unless its type gives it that layer also there: an institute in the core supports.
    One that is declared core and in no event is listed too: that its projects are not
    in the tables is then the other reading.

    Parameters
    ----------
    affiliations : the network
    declared : layer by identifier, for organisations in the network or not
    rng : source of the nulls
    draws : of each null
    level : of the null quantiles
    least : organisations of the region with a tie below which no core is fitted

    Raises
    ------
    ValueError
        A layer that is not in ``LAYERS``.

    Source: item 41 of the paper; see :func:`splits`; Seidman 1983 (k-core).
    """
    if unknown := sorted({x for x in declared.values() if x not in LAYERS}):
        raise ValueError(f"layer must be one of {', '.join(LAYERS)}; got {unknown[0]!r}")
    home = affiliations.among(affiliations.inside & affiliations.present)
    graph = projection(home)
    tied = int((graph.degree > 0).sum())
    away = {i for i, own in zip(affiliations.ids, affiliations.inside, strict=True) if not own}
    elsewhere = len(away & set(declared))
    undeclared = sum(i not in declared for i in home.ids)
    if tied < least:
        reason = f"at least {least} organisations of the region with a tie are needed, found {tied}"
        none = [Contrast(None, graph.m, null, reason=reason) for null in (REWIRED, RESHUFFLED)]
        return LayerCheck((), (), none[0], none[1], (), 0, undeclared, elsewhere, reason)
    split = splits(graph)
    sizes = sorted((split.by_correlation, split.by_misfit))
    inner, outer = (np.zeros(graph.n, dtype=np.bool_) for _ in range(2))
    inner[split.order[: sizes[0]]] = True
    outer[split.order[: sizes[1]]] = True
    compared = {i: x for i, x in declared.items() if i not in away}
    found = _disagreements(home, graph, inner, outer, compared)
    return LayerCheck(
        tuple(home.ids[v] for v in split.order[: sizes[0]]),
        tuple(home.ids[v] for v in split.order[: sizes[1]]),
        against_rewired(graph, _fit, rng, draws, level),
        against_reshuffled(home, lambda a: _fit(projection(a)), rng, draws, level, graph.m),
        found,
        len(compared),
        undeclared,
        elsewhere,
    )


def _fit(graph: Graph) -> float | None:
    return splits(graph).correlation


def _disagreements(
    home: Affiliations, graph: Graph, inner: Flags, outer: Flags, declared: Mapping[str, str]
) -> tuple[Disagreement, ...]:
    place = {i: v for v, i in enumerate(home.ids)}
    taken = np.bincount(home.org, minlength=graph.n)
    number = core_numbers(graph)
    ranked = np.sort(graph.degree)
    found = []
    for org, layer in declared.items():
        v = place.get(org)
        ties = 0 if v is None else int(graph.degree[v])
        central = v is not None and bool(outer[v])
        if (layer == "core") == central:
            continue
        fewer = int(np.searchsorted(ranked, ties, side="left")) / graph.n
        more = 1 - int(np.searchsorted(ranked, ties, side="right")) / graph.n
        near = graph.neighbours(v) if v is not None else np.empty(0, dtype=np.int32)
        to_core = float(inner[near].mean()) if ties else None
        number_v = 0 if v is None else int(number[v])
        events = 0 if v is None else int(taken[v])
        firm = layer == "core" or (v is not None and bool(inner[v]))
        gap = more if layer == "core" else fewer
        type_code = -1 if v is None else int(home.type[v])
        # what the ties would say at their firmest: the layer it was given is no contradiction
        if _suggested(layer, type_code, True) == layer:
            continue
        suggested = _suggested(layer, type_code, firm)
        found.append(
            Disagreement(
                org, org if v is None else home.names[v], layer, suggested, firm, ties,
                number_v, to_core, events, gap,
                _sentence(layer, firm, events, ties, to_core, number_v, gap),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda d: (not d.firm, -d.gap, -d.ties, d.org_id)))


def _suggested(declared: str, type_code: int, firm: bool) -> str:
    """An enterprise of the inner core fits the core; others what their type says."""
    if declared == "core":
        return "supporting"
    name = TYPES[type_code] if type_code >= 0 else ""
    return "core" if name == "enterprise" and firm else _BY_TYPE.get(name, declared)


def _sentence(
    layer: str, firm: bool, events: int, ties: int, to_core: float | None, number: int, gap: float
) -> str:
    if not events:
        return f"declared {layer}, but in no joint event of the tables"
    where = "outside the core" if layer == "core" else f"in the {'inner' if firm else 'outer'} core"
    than = "more" if layer == "core" else "fewer"
    said = f"declared {layer}, but {where} by ties: {events} events, {ties} ties"
    if to_core is not None:
        said += f" ({to_core:.0%} of them to the inner core)"
    return f"{said}, k-core {number}; {gap:.0%} of the region's organisations have {than} ties"
