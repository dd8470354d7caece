"""Where the nodes of a chain stand: a column a tier, what is used most on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regionlift.measures.chain.nodes import Chain

#: Sweeps of the barycentre rule (Sugiyama, Tagawa & Toda 1981); more move nothing that matters.
SWEEPS = 6


def columns_of(chain: Chain, weight: Mapping[str, float], most: int) -> list[list[str]]:
    """Node ids by column, from raw inputs to what leaves the chain, ordered to cross little.

    Parameters
    ----------
    weight : what decides who is drawn where a column has more than ``most`` nodes
    """
    tiers = sorted({node.tier for node in chain.nodes}, reverse=True)
    columns = []
    for tier in tiers:
        ids = [node.id for node in chain.nodes if node.tier == tier]
        kept = sorted(ids, key=lambda i: (-weight.get(i, 0.0), i))[:most]
        columns.append([i for i in ids if i in set(kept)])
    return ordered(columns, [(e.source, e.user) for e in chain.edges])


def ordered(
    columns: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]
) -> list[list[str]]:
    """The columns with their nodes moved to the mean place of their neighbours."""
    found = [list(column) for column in columns]
    near: dict[str, list[str]] = {i: [] for column in found for i in column}
    for source, user in edges:
        if source in near and user in near:
            near[source].append(user)
            near[user].append(source)
    for sweep in range(SWEEPS):
        place = {i: (k + 0.5) / len(column) for column in found for k, i in enumerate(column)}
        order = found if sweep % 2 else list(reversed(found))
        for column in order:
            mean = {
                i: sum(place[n] for n in near[i]) / len(near[i]) if near[i] else place[i]
                for i in column
            }
            column.sort(key=lambda i: (mean[i], place[i]))
            place.update({i: (k + 0.5) / len(column) for k, i in enumerate(column)})
    return found
