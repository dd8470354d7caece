"""Layers, kinds of actor and stages that a plan or roadmap has an action for, and has none (35).

Coverage is shown, not sought: a cell without an action is no fault. Nothing is scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from regionlift.measures.network.affiliations import TYPES
from regionlift.measures.network.layers import LAYERS, layers_by_type
from regionlift.measures.stage import BESIDE, LEADS
from regionlift.paths.load import shipped
from regionlift.paths.model import Path

#: Layer and type of an actor.
Kind = tuple[str, str]

#: Stages of the industry, in the paper's order.
STAGES = tuple(LEADS)

#: In place of a layer, of those abroad: the rule of layers has none for them.
ABROAD = "none"

#: Layer and type, as the rule of layers gives them: the rows of the table.
KINDS: tuple[Kind, ...] = (
    ("core", "enterprise"),
    *(
        (LAYERS[place], TYPES[code])
        for place in (1, 2)
        for code, found in enumerate(layers_by_type(range(len(TYPES)), [False] * len(TYPES)))
        if found == place
    ),
)

#: Names that are those of an authority where the tables do not know them.
_AUTHORITY = re.compile(
    r"\b(government|office|bureau|department|commission|ministry|committee)\b|"
    r"政府|局|厅|委员会|发改委|工信委",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Acting:
    """One action: who takes part, by kind, and the stages it works towards.

    ``unknown`` are names that are neither in the tables nor kinds.
    """

    name: str
    kinds: tuple[Kind, ...]
    stages: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """Actions by (layer, type, stage); those without a cell with the reason."""

    actions: int
    covered: Mapping[tuple[str, str, str], tuple[str, ...]]
    untold: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> tuple[Kind, ...]:
        """Layers and types, those of declared layers beyond the rule last."""
        more = sorted({(layer, kind) for layer, kind, _ in self.covered} - set(KINDS))
        return (*KINDS, *more)

    @property
    def uncovered(self) -> tuple[tuple[str, str, str], ...]:
        """Cells of the rule without an action."""
        every = [(layer, kind, stage) for layer, kind in KINDS for stage in STAGES]
        return tuple(cell for cell in every if cell not in self.covered)


def cells_of(actions: Sequence[Acting]) -> Cells:
    """Where the actions are; one of two actors and two stages is in four cells."""
    covered: dict[tuple[str, str, str], list[str]] = {}
    untold = []
    for a in actions:
        for layer, kind in dict.fromkeys(a.kinds):
            for stage in dict.fromkeys(a.stages):
                covered.setdefault((layer, kind, stage), []).append(a.name)
        lacks = [*([] if a.kinds else ["who takes part, by kind"]),
                 *([] if a.stages else ["which stage it works towards"])]  # fmt: skip
        if lacks:
            named = f" ({', '.join(a.unknown)})" if a.unknown and not a.kinds else ""
            untold.append((a.name, f"not told: {' and '.join(lacks)}{named}"))
    return Cells(len(actions), {k: tuple(v) for k, v in covered.items()}, tuple(untold))


def stages_of(path: Path) -> tuple[str, ...]:
    """Stages of the industry that a path fits, by its own file."""
    return tuple(s.stage for s in path.stages if s.fit == "fits" and s.stage in STAGES)


def stages_by_link(paths: Iterable[Path] | None = None) -> dict[str, tuple[str, ...]]:
    """Link -> stages its path fits; of the shipped paths where none are given."""
    return {
        link.id: stages_of(path)
        for path in (shipped() if paths is None else paths)
        for link in path.links
    }


def stages_of_measure(measure: str) -> tuple[str, ...]:
    """Stages whose gauge or markers an indicator is."""
    return tuple(s for s in STAGES if measure in (*LEADS[s], *BESIDE[s]))


def actors_of(
    orgs: pl.DataFrame | None, platforms: pl.DataFrame | None = None,
    layers: Mapping[str, str] | None = None,
) -> dict[str, Kind]:  # fmt: skip
    """Layer and type by identifier and by name in lower case.

    Parameters
    ----------
    layers : layer by identifier, as the network found it; else the declared one, else by type
    """
    found: dict[str, Kind] = {}
    if orgs is not None and {"org_id", "type"} <= set(orgs.columns):
        blank = pl.lit(None, pl.String)
        name, layer = (pl.col(c) if c in orgs.columns else blank for c in ("name", "layer"))
        rows = orgs.filter(pl.col("type").is_in(TYPES)).select(
            "org_id", "type", name.alias("name"), layer.alias("layer")
        )
        for id, kind, called, declared in rows.iter_rows():
            told = (layers or {}).get(id)
            own = told if told in LAYERS else declared or _layer(kind)
            if own in (*LAYERS, ABROAD):
                found[id.lower()] = (own, kind)
                found.setdefault((called or id).lower(), (own, kind))
    if platforms is not None and "name" in platforms.columns:
        for called in platforms["name"].drop_nulls():
            found.setdefault(called.lower(), ("auxiliary", "platform"))
    return found


def _layer(kind: str) -> str:
    place = int(layers_by_type([TYPES.index(kind)], [False])[0])
    return LAYERS[place] if place >= 0 else ABROAD


def kinds_of(
    names: Iterable[str], actors: Mapping[str, Kind], words: Mapping[str, str] | None = None
) -> tuple[tuple[Kind, ...], tuple[str, ...]]:
    """Layers and types of those named, and names that are not known.

    A kind that stands in for a name is of the layer its type has by the rule; an enterprise that
    is called a core one is of the core. An authority is known by its name too.

    Parameters
    ----------
    words : words for a kind, as printed -> the kind
    """
    found, unknown = [], []
    for name in names:
        low = name.strip().lower()
        kind = (words or {}).get(name, low)
        if low in actors:
            found.append(actors[low])
        elif low in ("core enterprise", "a core enterprise"):
            found.append(("core", "enterprise"))
        elif kind in TYPES:
            found.append((_layer(kind), kind))
        elif _AUTHORITY.search(low):
            found.append(("auxiliary", "government"))
        else:
            unknown.append(name)
    return tuple(dict.fromkeys(found)), tuple(unknown)
