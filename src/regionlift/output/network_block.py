"""The picture of the network: who was active, who entered and who left, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.turnover import observed
from regionlift.output.activity import by_group, runs, spelled
from regionlift.output.network_layout import rings
from regionlift.output.payload import Cell, Column, Fact, NetworkBlock, Ring, Table

Flags = NDArray[np.bool_]
Codes = NDArray[np.integer]

#: Words for the layers 0, 1, 2, for a layer not known, and for the outer rim.
LAYERS = (
    "core layer", "supporting layer", "auxiliary layer", "layer not known", "rest of the world",
)  # fmt: skip

#: Words for the types, in the order of ``TYPES``, and for a type not known.
TYPE_WORDS = (*TYPES, "type not known")

_FORMULA = (
    "An organisation is active in a year if it is a member of an event that runs in it; two are "
    "tied if they are members of one event that runs in it. Entered: active, never before in "
    "these years. Returned: active, not the year before, but earlier. Left: active the year "
    "before, not in this one. Only events with a member of the region count; ties between "
    "two organisations outside the region are not drawn. Rings are layers, the angle "
    "brings communities and partners together; other distances mean nothing."
)


@dataclass(frozen=True)
class _Part:
    """The part of the network that is drawn; ties are places among the organisations kept."""

    kept: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    events: NDArray[np.int64]
    active: list[list[int]]
    met: list[list[int]]
    said: str


def network_block(
    id: str,
    title: str,
    finding: str,
    affiliations: Affiliations,
    *,
    layers: Codes,
    communities: Codes | None = None,
    cores: Flags | None = None,
    years: tuple[int, int] | None = None,
    source: str = "",
    most: int = 5_000,
    most_outside: int = 1_000,
    most_ties: int = 20_000,
    joint: str = "joint projects",
    layer_words: Sequence[str] = LAYERS,
    type_words: Sequence[str] = TYPE_WORDS,
    settings: Sequence[Fact] = (),
) -> NetworkBlock:
    """The block of the page that draws a network year by year.

    Only events with at least one member of the region count, so that an organisation outside the
    region is in the picture if it is tied to one inside. Everything the picture says in numbers is
    computed from what is drawn; ``note`` says what was left out.

    Parameters
    ----------
    affiliations : who took part in what, n organisations
    layers : (n,) 0 core, 1 supporting, 2 auxiliary, -1 not known
    communities : (n,) label, -1 not known; they give the angle
    cores : (n,) organisations whose names are printed; those of layer 0 if not given
    years : first and last year; by default those of the first and the last start of an event,
        since after it no new event can be seen
    source : where the events come from
    most : organisations drawn at most, core ones first, then by number of partners
    most_outside : of these, at most so many outside the region
    most_ties : ties drawn at most, by number of joint events
    joint : what an event is called where partners are counted
    layer_words : words for layers 0, 1, 2, not known, and the rest of the world
    type_words : words for the types in the order of ``TYPES``, and for not known

    Raises
    ------
    ValueError
        If an array does not have one entry an organisation, a layer is none of -1 to 2, the years
        are in the wrong order, or no organisation of the region is active in them.
    """
    n = affiliations.organisations
    core = layers == 0 if cores is None else cores
    community = np.full(n, -1) if communities is None else communities
    for name, array in (("layers", layers), ("communities", community), ("cores", core)):
        if len(array) != n:
            raise ValueError(f"{name} has {len(array)} entries for {n} organisations")
    if n and not -1 <= layers.min() <= layers.max() <= 2:
        raise ValueError("a layer is 0 core, 1 supporting, 2 auxiliary or -1 not known")
    if len(layer_words) != len(LAYERS) or len(type_words) != len(TYPE_WORDS):
        raise ValueError(f"{len(LAYERS)} words for layers, {len(TYPE_WORDS)} for types are needed")
    begin, end = observed(affiliations, years)
    part = _chosen(affiliations, core, begin, end, most, most_outside, most_ties)

    kept = part.kept
    inside = affiliations.inside[kept]
    ring = np.where(inside, layers[kept] % 4, 4).astype(np.int64)
    layout = rings(ring, community[kept], part.first, part.second, part.events)
    places = (np.round(1000 * np.stack([layout.x, layout.y])) + 0.0).astype(np.int64)
    radii = [_padded(layout.inner), _padded(layout.outer)]
    words: list[Ring] = [
        {"name": word, "inner": round(a, 3), "outer": round(b, 3)}
        for word, a, b in zip(layer_words, *radii, strict=True)
    ]
    types = np.where(affiliations.type[kept] < 0, len(TYPES), affiliations.type[kept])
    span = [year - begin for year in (begin, end)]
    return {
        "kind": "network", "id": id, "title": title, "finding": finding, "note": part.said,
        "years": list(range(begin, end + 1)), "joint": joint,
        "types": list(type_words), "rings": words,
        "nodes": {
            "id": [affiliations.ids[i] for i in kept],
            "name": [affiliations.names[i] for i in kept],
            "type": types.tolist(), "ring": ring.tolist(),
            "core": core[kept].astype(int).tolist(),
            "x": places[0].tolist(), "y": places[1].tolist(),
            "spans": [[year - begin for year in flat] for flat in part.active],
        },
        "ties": {
            "a": part.first.tolist(), "b": part.second.tolist(), "events": part.events.tolist(),
            "spans": [[year - begin for year in flat] for flat in part.met],
        },
        "table": _by_year(part, inside, span[1] + 1, begin),
        "organisations": _organisations(affiliations, part, types, ring, type_words, layer_words),
        "how": {"formula": _FORMULA, "source": source, "years": f"{begin}–{end}"},
        "settings": [
            *settings,
            {"label": "organisations drawn at most", "value": f"{most:,}"},
            {"label": "of these outside the region at most", "value": f"{most_outside:,}"},
            {"label": "ties drawn at most", "value": f"{most_ties:,}"},
        ],
    }  # fmt: skip


def _padded(radii: NDArray[np.float64]) -> list[float]:
    return [*radii.tolist(), *[0.0] * (len(LAYERS) - len(radii))]


def _chosen(
    affiliations: Affiliations,
    core: Flags,
    begin: int,
    end: int,
    most: int,
    most_outside: int,
    most_ties: int,
) -> _Part:
    """Organisations and ties to draw, with the sentence on those that are not."""
    n, inside = affiliations.organisations, affiliations.inside
    home = np.zeros(len(affiliations.start), dtype=np.bool_)
    home[affiliations.event[inside[affiliations.org]]] = True
    seen = affiliations.where(home & (affiliations.start <= end) & (affiliations.end >= begin))
    present = np.zeros(n, dtype=np.bool_)
    present[seen.org] = True
    if not (present & inside).any():
        raise ValueError(f"no organisation of the region is active from {begin} to {end}")

    a, b, event = seen.pairs()
    local = inside[a] | inside[b]
    a, b, event = a[local].astype(np.int64), b[local].astype(np.int64), event[local]
    code, pair = np.unique(a * n + b, return_inverse=True)
    a, b = np.divmod(code, max(n, 1))
    partners = np.bincount(a, minlength=n) + np.bincount(b, minlength=n)
    order = np.lexsort((np.arange(n), -partners, ~core))
    order = order[present[order]]
    outside = order[~inside[order]][: min(most_outside, most)]
    ours = order[inside[order]][: max(most - len(outside), 0)]
    if len(ours) == 0:
        raise ValueError(f"most={most} leaves no organisation of the region to draw")
    kept = np.sort(np.concatenate([ours, outside]))

    place = np.full(n, -1)
    place[kept] = np.arange(len(kept))
    drawable = np.flatnonzero((place[a] >= 0) & (place[b] >= 0))
    times = np.bincount(pair, minlength=len(code))
    strongest = drawable[np.argsort(-times[drawable], kind="stable")][:most_ties]
    drawn = np.sort(strongest)
    number = np.full(len(code), -1)
    number[drawn] = np.arange(len(drawn))

    first, last = np.maximum(seen.start, begin), np.minimum(seen.end, end)
    mine, joint = place[seen.org] >= 0, number[pair] >= 0
    active = runs(place[seen.org[mine]], first[seen.event[mine]], last[seen.event[mine]])
    met = runs(number[pair[joint]], first[event[joint]], last[event[joint]])
    return _Part(
        kept, place[a[drawn]], place[b[drawn]], times[drawn],
        by_group(len(kept), active), by_group(len(drawn), met),
        _left_out(
            (len(ours), int((present & inside).sum())),
            (len(outside), int((present & ~inside).sum())),
            (len(drawn), len(drawable)),
        ),
    )  # fmt: skip


def _left_out(ours: tuple[int, int], outside: tuple[int, int], ties: tuple[int, int]) -> str:
    """What the picture holds and what it does not."""
    said = []
    for (shown, there), one in ((ours, "of the region"), (outside, "of the rest of the world")):
        if shown < there:
            said.append(
                f"Of {there:,} organisations {one} the {shown:,} with most partners are drawn."
            )
    if ties[0] < ties[1]:
        said.append(
            f"Of {ties[1]:,} ties between the organisations drawn, the {ties[0]:,} with most joint "
            "events are drawn and counted."
        )
    if not said:
        return "Every organisation of the network and every tie is drawn."
    return " ".join(said)


def _years_of(flats: list[list[int]], begin: int, years: int) -> Flags:
    """Flags (things, years) from runs of years."""
    change = np.zeros((len(flats), years + 1), dtype=np.int64)
    for row, flat in enumerate(flats):
        for first, last in zip(flat[::2], flat[1::2], strict=True):
            change[row, first - begin] += 1
            change[row, last - begin + 1] -= 1
    return np.cumsum(change, axis=1)[:, :-1] > 0


def _by_year(part: _Part, inside: Flags, years: int, begin: int) -> Table:
    """The counts behind the slider."""
    active = _years_of(part.active, begin, years)
    met = _years_of(part.met, begin, years)
    among = inside[part.first] & inside[part.second]
    ours = active[inside]
    past, now = ours[:, :-1], ours[:, 1:]
    ever = np.logical_or.accumulate(past, axis=1)
    changes = np.stack([now & ~ever, now & ever & ~past, past & ~now]).sum(axis=1).T
    unknown: Cell = {"text": "", "status": "not_collected"}
    rows: list[list[Cell]] = []
    for t in range(years):
        counts = (active[~inside, t].sum(), met[~among, t].sum())
        rows.append(
            [
                str(begin + t),
                f"{ours[:, t].sum():,}",
                *([f"{count:,}" for count in changes[t - 1]] if t else [unknown] * 3),
                f"{met[among, t].sum():,}",
                *(f"{count:,}" for count in counts),
            ]
        )
    heads = (
        "Year", ">Active in the region", ">Entered", ">Returned", ">Left",
        ">Ties within the region", ">Active in the rest of the world",
        ">Ties to the rest of the world",
    )  # fmt: skip
    return {"columns": _columns(heads), "rows": rows}


def _organisations(
    affiliations: Affiliations,
    part: _Part,
    types: Codes,
    ring: Codes,
    type_words: Sequence[str],
    layer_words: Sequence[str],
) -> Table:
    """Everyone in the picture, the best connected first."""
    n = len(part.kept)
    partners = np.bincount(part.first, minlength=n) + np.bincount(part.second, minlength=n)
    rows: list[list[Cell]] = [
        [
            affiliations.names[part.kept[i]],
            type_words[types[i]],
            layer_words[ring[i]],
            spelled(part.active[i]),
            f"{partners[i]:,}",
        ]
        for i in np.argsort(-partners, kind="stable")
    ]
    return {"columns": _columns(("Organisation", "Type", "Layer", "Active", ">Ties")), "rows": rows}


def _columns(heads: Sequence[str]) -> list[Column]:
    return [
        {"title": head.removeprefix(">"), "align": "right" if head[0] == ">" else "left"}
        for head in heads
    ]
