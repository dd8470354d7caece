"""The structure of a region's network: who stands where in it, and how much of it is chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement

import numpy as np
import polars as pl
from numpy.typing import NDArray

from regionlift.measures.graphs.basic import degree_assortativity
from regionlift.measures.graphs.betweenness import betweenness
from regionlift.measures.graphs.brokerage import ROLES, constraint, effective_size, gould_fernandez
from regionlift.measures.graphs.communities import Communities, communities
from regionlift.measures.graphs.core import core_numbers
from regionlift.measures.graphs.csr import Graph
from regionlift.measures.graphs.nestedness import nodf
from regionlift.measures.graphs.paths import path_length
from regionlift.measures.graphs.triangles import mean_clustering, transitivity
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.chance import projection, reshuffled
from regionlift.measures.network.cores import CoreEnterprises
from regionlift.measures.network.helix import Helix, helix_of_events
from regionlift.measures.network.layers import LAYERS, LayerCheck, check_layers, layers_by_type
from regionlift.measures.network.readings import (
    RESHUFFLED,
    REWIRED,
    Contrast,
    Estimate,
    contrast,
    share,
)

Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

#: Columns of the table of organisations.
SCHEMA: dict[str, type[pl.DataType]] = {
    "org_id": pl.String, "name": pl.String, "type": pl.String, "layer": pl.String,
    "declared": pl.String, "core_enterprise": pl.Boolean, "community": pl.Int64,
    "events": pl.Int64, "partners": pl.Int64, "tie_weight": pl.Float64,
    "partners_outside": pl.Int64,
    "k_core": pl.Int64, "betweenness": pl.Float64, "constraint": pl.Float64,
    "effective_size": pl.Float64, **dict.fromkeys(ROLES[:4], pl.Int64),
}  # fmt: skip


@dataclass(frozen=True)
class Structure:
    """Structure of one region's network over some years.

    Parameters
    ----------
    first, last : years in which an event has to run to count
    home : the region's own organisations in an event of these years, and these events
    layer : (n,) layer of each of them, -1 where not known: declared, else by type
    declared : how many have a declared layer
    cores : core enterprises by the printed rule
    check : declared layers against the ties
    communities : partition with the highest modularity; None without ties
    organisations : a row each, see ``SCHEMA``; by number of partners
    contrasts : number -> null -> the number beside chance
    estimates : numbers without a null
    mixing : a row a pair of types: ``one``, ``other``, ``ties``, ``share``, ``low``, ``high`` (of
        the null), ``z``
    helix : triple-helix synergy
    """

    first: int
    last: int
    home: Affiliations
    layer: NDArray[np.int8]
    declared: int
    cores: CoreEnterprises
    check: LayerCheck
    communities: Communities | None
    organisations: pl.DataFrame
    contrasts: dict[str, dict[str, Contrast]]
    estimates: dict[str, Estimate]
    mixing: pl.DataFrame
    helix: Helix


#: Boundaries that need the industry of the organisations.
INDUSTRY_BOUNDARIES = ("network_ei_industry", "network_ei_equipment")


def structure(
    affiliations: Affiliations,
    cores: CoreEnterprises,
    declared: Mapping[str, str],
    rng: np.random.Generator,
    *,
    first: int,
    last: int,
    draws: int = 99,
    level: float = 0.9,
    fractional: bool = False,
    industries: Mapping[str, Codes] | None = None,
) -> Structure:
    """Everything the ties of these years say about who stands where.

    Parameters
    ----------
    affiliations : all events of the region, with their members inside and outside
    cores : core enterprises among all organisations, from the same ``affiliations``
    declared : layer by identifier, where the tables have one
    first, last : events that run in these years count
    draws : of each null
    level : of null quantiles and intervals
    industries : (n,) labels of all organisations for the boundaries between industries, by number
        in ``INDUSTRY_BOUNDARIES``, -1 where not known; none of them where not given
    fractional : whether a tie of an event of s members weighs 1 / (s - 1) in the shares of ties
        and the E-I indices, so that an organisation has one unit of ties an event; else each
        distinct pair counts one

    Raises
    ------
    ValueError
        A declared layer that does not exist.

    Sources: Borgatti & Everett 1999; Gould & Fernandez 1989; Burt 1992; Krackhardt & Stern 1988;
    Newman 2001 (fractional ties), Physical Review E 64, 016132.
    """
    events = affiliations.where((affiliations.start <= last) & (affiliations.end >= first))
    inside = events.inside & events.present
    home = events.among(inside)
    graph = projection(home)
    chosen = cores.core[inside]
    by_type = layers_by_type(home.type, chosen)
    stated = [declared.get(i) for i in home.ids]
    layer = np.array(
        [LAYERS.index(s) if s in LAYERS else b for s, b in zip(stated, by_type, strict=True)],
        dtype=np.int8,
    ).reshape(-1)
    check = check_layers(events, declared, rng, draws=draws, level=level)
    parts = communities(graph, rng)
    spheres = helix_of_events(events, rng, level=level)
    numbers: dict[str, dict[str, Contrast]] = {
        "network_core_fit": {REWIRED: check.rewired, RESHUFFLED: check.reshuffled},
    }
    groups = {
        "network_ei_type": home.type.astype(np.int64),
        "network_ei_layer": layer.astype(np.int64),
        **{name: _of_two(graph, codes[inside]) for name, codes in (industries or {}).items()},
    }
    numbers |= _contrasts(home, graph, groups, parts, rng, draws, level, fractional)
    return Structure(
        first, last, home, layer, sum(s is not None for s in stated), cores, check, parts,
        _organisations(events, home, graph, chosen, layer, stated, parts), numbers,
        _estimates(events, level), _mixing(home, rng, draws, level, fractional), spheres,
    )  # fmt: skip


def tie_weights(
    affiliations: Affiliations, fractional: bool
) -> tuple[Codes, Codes, NDArray[np.float64]]:
    r"""Distinct pairs i < j and the weight of each.

    .. math:: w_{ij} = \sum_{e \ni i,j} \frac{1}{s_e - 1}

    with s the members of an event where ``fractional``, else one a pair.
    """
    a, b, event = affiliations.pairs()
    code = a.astype(np.int64) * affiliations.organisations + b
    distinct, pair = np.unique(code, return_inverse=True)
    i, j = np.divmod(distinct, max(affiliations.organisations, 1))
    if not fractional:
        return i, j, np.ones(len(i))
    each = 1.0 / np.maximum(affiliations.sizes[event] - 1, 1)
    return i, j, np.bincount(pair, each, minlength=len(i)).astype(np.float64)


def ei_of(affiliations: Affiliations, *, label: Codes, fractional: bool) -> float | None:
    """E-I index over weighted ties: (between - within) / (between + within) of labelled ends."""
    i, j, w = tie_weights(affiliations, fractional)
    known = (label[i] >= 0) & (label[j] >= 0)
    total = float(w[known].sum())
    if total == 0:
        return None
    across = float(w[known & (label[i] != label[j])].sum())
    return (2 * across - total) / total


def _contrasts(
    home: Affiliations,
    graph: Graph,
    groups: Mapping[str, Codes],
    parts: Communities | None,
    rng: np.random.Generator,
    draws: int,
    level: float,
    fractional: bool,
) -> dict[str, dict[str, Contrast]]:
    """Every statistic on the same draws of each null."""
    from regionlift.measures.graphs.nulls import rewired

    types = home.type.astype(np.int64)
    of_graph: dict[str, Callable[[Graph], float | None]] = {
        "network_transitivity": transitivity,
        "network_clustering": mean_clustering,
        "network_path_length": lambda g: path_length(g, 200, np.random.default_rng(0)),
        "network_assortativity": degree_assortativity,
        **{f"network_{role}": _role(types, r) for r, role in enumerate(ROLES[:4])},
    }
    of_ties: dict[str, Callable[[Affiliations], float | None]] = {
        name: partial(ei_of, label=codes, fractional=fractional) for name, codes in groups.items()
    }

    def measured(a: Affiliations | None, g: Graph) -> dict[str, float | None]:
        found = {name: statistic(g) for name, statistic in of_graph.items()}
        if a is not None:
            found |= {name: statistic(a) for name, statistic in of_ties.items()}
            found["network_nestedness"] = nodf(a.org, a.event).whole
        return found

    own = measured(home, graph)
    shuffled: list[dict[str, float | None]] = []
    swapped: list[dict[str, float | None]] = []
    if graph.m:
        for _ in range(draws):
            drawn = reshuffled(home, rng)
            shuffled.append(measured(drawn, projection(drawn)))
            g = rewired(graph, rng)
            swapped.append(measured(None, g) | ({} if fractional else _labelled(g, groups)))
    numbers: dict[str, dict[str, Contrast]] = {}
    for name, value in own.items():
        per = {RESHUFFLED: shuffled, REWIRED: swapped}
        numbers[name] = {
            null: contrast(value, (d.get(name) for d in found), graph.m, null, level)
            for null, found in per.items()
            if not found or name in found[0]
        }
    numbers["network_small_world"] = _quotients(own, shuffled, swapped, graph.m, level)
    return numbers


def _of_two(graph: Graph, label: Codes) -> Codes:
    """The labels; none of them where ties join organisations of one group alone.

    With one group the index is -1 whoever is tied to whom: there is no boundary to tell of.
    """
    i, j = graph.ties()
    told = (label[i] >= 0) & (label[j] >= 0)
    ends = np.unique(np.concatenate([label[i][told], label[j][told]]))
    return label if len(ends) > 1 else np.full_like(label, -1)


def _labelled(graph: Graph, groups: Mapping[str, Codes]) -> dict[str, float | None]:
    from regionlift.measures.graphs.mixing import ei_index

    return {name: ei_index(graph, codes) for name, codes in groups.items()}


def _role(types: Codes, role: int) -> Callable[[Graph], float | None]:
    return lambda g: float(gould_fernandez(g, types)[:, role].sum())


def _quotients(
    own: Mapping[str, float | None],
    shuffled: list[dict[str, float | None]],
    swapped: list[dict[str, float | None]],
    m: int,
    level: float,
) -> dict[str, Contrast]:
    """Humphries and Gurney's (C / C_null) / (L / L_null); the null's own by the same formula."""
    found = {}
    for null, draws in ((RESHUFFLED, shuffled), (REWIRED, swapped)):
        c, length = "network_transitivity", "network_path_length"
        pairs = [(d[c], d[length]) for d in draws]
        told = [(x, y) for x, y in pairs if x is not None and y]
        mean_c = np.mean([x for x, _ in told]) if told else 0.0
        mean_l = np.mean([y for _, y in told]) if told else 0.0
        value, at = own[c], own[length]
        if value is None or not at or not mean_c:
            found[null] = Contrast(
                None, m, null, reason="no clustering, or none in the draws of the null"
            )
            continue
        quotients = [float(x / mean_c / (y / mean_l)) for x, y in told]
        found[null] = contrast(float(value / mean_c / (at / mean_l)), quotients, m, null, level)
    return found


def _estimates(events: Affiliations, level: float) -> dict[str, Estimate]:
    """What a boundary lets through: ties of the region's organisations to elsewhere."""
    i, j, _ = events.ties()
    ours = events.inside[i] | events.inside[j]
    away = events.inside[i] ^ events.inside[j]
    n, out = int(ours.sum()), int(away.sum())
    outside = share(out, n, level)
    ei = (
        Estimate(None, 0, reason="no tie")
        if n == 0
        else Estimate(_ei(outside.value), n, _ei(outside.low), _ei(outside.high))
    )
    home = events.among(events.inside)
    a, b, _ = home.ties()
    known = (home.type[a] >= 0) & (home.type[b] >= 0)
    cross = share(int((home.type[a] != home.type[b])[known].sum()), int(known.sum()), level)
    return {"network_ei_region": ei, "network_cross_type": cross}


def _ei(part: float | None) -> float | None:
    return None if part is None else 2 * part - 1


def _mixing(
    home: Affiliations, rng: np.random.Generator, draws: int, level: float, fractional: bool
) -> pl.DataFrame:
    """Share of ties between each two types, beside reshuffled participations."""
    there = sorted({int(t) for t in home.type if t >= 0})
    pairs = list(combinations_with_replacement(there, 2))

    def shares(a: Affiliations) -> NDArray[np.float64]:
        i, j, w = tie_weights(a, fractional)
        x, y = np.minimum(a.type[i], a.type[j]), np.maximum(a.type[i], a.type[j])
        known = x >= 0
        code = x[known].astype(np.int64) * len(TYPES) + y[known]
        sums = np.bincount(code, w[known], minlength=len(TYPES) ** 2)
        picked = np.array([sums[p * len(TYPES) + q] for p, q in pairs])
        return np.stack([picked, picked / max(picked.sum(), 1e-300)])

    schema = {"one": pl.String, "other": pl.String} | dict.fromkeys(
        ("ties", "share", "low", "high", "z"), pl.Float64
    )
    if not pairs or not len(home.pairs()[0]):
        return pl.DataFrame(schema=schema)
    own = shares(home)
    null = np.array([shares(reshuffled(home, rng))[1] for _ in range(draws)])
    low, high = np.quantile(null, [(1 - level) / 2, (1 + level) / 2], axis=0)
    spread = null.std(axis=0, ddof=1)
    rows = [
        (TYPES[p], TYPES[q], own[0][k], own[1][k], low[k], high[k],
         (own[1][k] - null[:, k].mean()) / spread[k] if spread[k] > 0 else None)
        for k, (p, q) in enumerate(pairs)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort("share", "one", "other", descending=[True, False, False])


def _organisations(
    events: Affiliations,
    home: Affiliations,
    graph: Graph,
    core: Flags,
    layer: NDArray[np.int8],
    stated: list[str | None],
    parts: Communities | None,
) -> pl.DataFrame:
    n = home.organisations
    i, j, w = tie_weights(home, fractional=True)
    weight = np.bincount(i, w, minlength=n) + np.bincount(j, w, minlength=n)
    out = np.zeros(events.organisations, dtype=np.int64)
    a, b, _ = events.ties()
    away = events.inside[a] ^ events.inside[b]
    np.add.at(out, a[away], 1)
    np.add.at(out, b[away], 1)
    roles = gould_fernandez(graph, home.type.astype(np.int64))
    between = betweenness(graph, sample=500 if n > 2000 else None, rng=np.random.default_rng(0))
    frame = pl.DataFrame(
        {
            "org_id": list(home.ids),
            "name": list(home.names),
            "type": [TYPES[t] if t >= 0 else "not known" for t in home.type],
            "layer": [LAYERS[x] if x >= 0 else "not known" for x in layer],
            "declared": [s or "" for s in stated],
            "core_enterprise": core,
            "community": np.full(n, -1) if parts is None else parts.labels,
            "events": np.bincount(home.org, minlength=n),
            "partners": graph.degree,
            "tie_weight": weight,
            "partners_outside": out[events.inside & events.present],
            "k_core": core_numbers(graph),
            "betweenness": between,
            "constraint": constraint(graph),
            "effective_size": effective_size(graph),
            **{role: roles[:, r] for r, role in enumerate(ROLES[:4])},
        },
        schema_overrides=SCHEMA,
    )
    told = frame.with_columns(pl.col("constraint", "effective_size").fill_nan(None))
    order = ["partners", "tie_weight", "org_id"]
    return told.sort(order, descending=[True, True, False])
