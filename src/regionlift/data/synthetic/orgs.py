"""Organisations: who there is, at which chain node, in which layer, and who allies with whom."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import polars as pl

from regionlift.data.synthetic.catalogue import BLOCK, KEY_CLASSES, NODES, REGION
from regionlift.data.synthetic.chain import class_of
from regionlift.data.synthetic.truths import ChainTruths, WrongLayer

Row = dict[str, Any]

#: Local organisations besides enterprises: id letter, number, staff, R&D per head, layer.
LOCAL = {
    "university": ("U", 22, (800, 4000), 0.05, "supporting"),
    "institute": ("I", 35, (60, 600), 0.12, "supporting"),
    "government": ("G", 14, (30, 200), 0.0, "auxiliary"),
    "finance": ("F", 16, (40, 500), 0.0, "auxiliary"),
    "intermediary": ("M", 18, (10, 90), 0.0, "auxiliary"),
}
OUTSIDE = {"enterprise": 38, "university": 8, "institute": 8, "foreign": 6}
ENTERPRISES = 305
#: Organisations other than firms, and the members of alliances, were founded before this year.
ESTABLISHED = 2006
WITHOUT_NODE = 35
CLOSED = 12
CORE_NODES = ("N01", "N02", "N03", "N04", "N05")
FUNCTIONS = {
    "university": "conception;R&D",
    "institute": "R&D;design",
    "finance": "service",
    "intermediary": "service",
}
SYLLABLES = ("Heng", "Tai", "Yuan", "Xin", "Hua", "Rui", "Sheng", "Da", "Bo", "Ke", "Lian", "An")
PREFIXES = [first + second.lower() for first, second in permutations(SYLLABLES, 2)]


@dataclass(frozen=True, slots=True)
class Cast:
    """The organisations and the parts they were given.

    ``fields`` is the division in whose classes an organisation files, also for universities.
    ``keys`` are the key classes: mastered, mastered but not diffused, not mastered.
    """

    table: pl.DataFrame
    fields: dict[str, str]
    core_firms: list[str]
    hub: str
    keys: tuple[str, str, str]
    alliances: dict[str, list[str]]
    wrong_layers: list[WrongLayer]


def cast(rng: np.random.Generator, chain: ChainTruths, neighbours: list[str], years: range) -> Cast:
    """Draw all organisations; ``years`` are those of the joint projects."""
    firms = _enterprises(rng, chain, years)
    rows = [*firms, *_others(rng), *_outside(rng, chain, neighbours)]
    cores = [row["org_id"] for row in firms if row["layer"] == "core"]
    keys = tuple(rng.permutation(KEY_CLASSES).tolist())
    alliances = {key: _alliance(rng, rows, cores, n) for n, key in enumerate(keys[:2])}
    hub = next(member for member in alliances[keys[0]] if member.startswith("U"))
    allied = {member for members in alliances.values() for member in members}
    small = [
        row["org_id"]
        for row in firms
        if row["size_emp"] < 100 and row["closed"] is None and row["org_id"] not in allied
    ]
    wrong = [WrongLayer(org, "core", "supporting") for org in rng.choice(small, 2, False).tolist()]
    wrong.append(WrongLayer(hub, "auxiliary", "supporting"))
    declared = {item.org_id: item.declared for item in wrong}
    for row in rows:
        row["layer"] = declared.get(row["org_id"], row["layer"])
    fields = {row["org_id"]: row["industry"] or str(rng.choice(BLOCK)) for row in rows}
    table = pl.DataFrame(rows, infer_schema_length=None).sort("org_id")
    return Cast(table, fields, cores, hub, (keys[0], keys[1], keys[2]), alliances, wrong)


def _row(org_id: str, kind: str, name: str, region: str = REGION, **known: Any) -> Row:
    """One row with every column of the contract; what is not known is None."""
    empty = dict.fromkeys(
        ("industry", "size_emp", "revenue", "rd_spend", "founded", "closed", "certified", "layer")
    )
    head = {"org_id": org_id, "name": name, "type": kind, "region": region}
    return {**head, **empty, "chain_node": None, "functions": FUNCTIONS.get(kind), **known}


def _enterprises(rng: np.random.Generator, chain: ChainTruths, years: range) -> list[Row]:
    """The region's firms, in random order, so that an id tells nothing about its part."""
    nodes = _placed(rng, chain)
    parts = [(node, place) for place, node in enumerate(nodes)]
    industry = {node.id: node.industry for node in NODES}
    title = {node.id: node.name.lower() for node in NODES}
    single = set(chain.stabilise)
    rows = []
    for number, at in enumerate(rng.permutation(len(parts)).tolist(), start=1):
        node, place = parts[at]
        core = place < len(CORE_NODES)
        bounds = (400, 900) if node in single else (20, 1800)
        ordinary = int(np.clip(160 * np.exp(rng.normal(0.0, 0.8)), *bounds))
        size = int(rng.integers(5000, 12000)) if core else ordinary
        young = not core and node not in single and rng.random() < 0.25
        founded = rng.integers(years[0], years[-1] - 2) if young else rng.integers(1955, years[0])
        revenue = round(size * rng.uniform(0.6, 1.1), 1)
        product = title[node] if node else "engineering services"
        rows.append(
            _row(
                f"E{number:04d}",
                "enterprise",
                f"{PREFIXES[number % len(PREFIXES)]} {product} Co.",
                industry=industry[node] if node else str(rng.choice(BLOCK)),
                size_emp=size,
                revenue=revenue,
                rd_spend=round(
                    revenue * rng.uniform(*((0.06, 0.09) if core else (0.01, 0.035))), 2
                ),
                founded=int(founded),
                certified=_label(rng, core, size),
                layer="core" if core else "supporting",
                chain_node=node,
                functions=_functions(rng, core),
            )
        )
    # A firm that closed has left the chain; it takes no part in anything later either.
    for row in [r for r in rows if r["chain_node"] is None and r["founded"] < years[0]][:CLOSED]:
        row["closed"] = int(rng.integers(years[0] + 4, years[-1]))
    return rows


def _placed(rng: np.random.Generator, chain: ChainTruths) -> list[str | None]:
    """Chain node of every enterprise, the core firms first; at least four where several are."""
    classes = class_of(chain)
    shared = [node.id for node in NODES if classes[node.id] in ("strong", "strengthen")]
    count = ENTERPRISES - WITHOUT_NODE - len(CORE_NODES) - len(chain.stabilise) - 4 * len(shared)
    more = rng.choice(shared, count).tolist()
    return [*CORE_NODES, *chain.stabilise, *(4 * shared), *more, *([None] * WITHOUT_NODE)]


def _label(rng: np.random.Generator, core: bool, size: int) -> str:
    if core:
        return "champion"
    if size > 200 and rng.random() < 0.25:
        return "little giant"
    return "high-tech" if rng.random() < 0.35 else "none"


def _functions(rng: np.random.Generator, core: bool) -> str:
    if core:
        return "R&D;design;procurement;production;assembly;sales;service"
    optional = ("design", "procurement", "assembly", "sales", "service")
    chosen = [name for name in optional if rng.random() < 0.3]
    return ";".join(["production", *chosen])


def _others(rng: np.random.Generator) -> list[Row]:
    rows = []
    for kind, (letter, number, staff, rd_per_head, layer) in LOCAL.items():
        for n in range(1, number + 1):
            size = int(rng.integers(*staff))
            rows.append(
                _row(
                    f"{letter}{n:03d}",
                    kind,
                    f"{REGION} {kind} {n}",
                    size_emp=size,
                    rd_spend=round(size * rd_per_head * rng.uniform(0.7, 1.3), 2) or None,
                    founded=int(rng.integers(1952, ESTABLISHED)),
                    layer=layer,
                )
            )
    return rows


def _outside(rng: np.random.Generator, chain: ChainTruths, neighbours: list[str]) -> list[Row]:
    """Organisations elsewhere; two of their firms make each thing the region does not."""
    missing = [*chain.supplement, *chain.extend, *chain.buy_from_neighbour]
    anywhere = rng.choice([n.id for n in NODES], OUTSIDE["enterprise"] - 2 * len(missing)).tolist()
    nodes = iter([*missing, *missing, *anywhere])
    industry = {node.id: node.industry for node in NODES}
    rows = []
    kinds = [kind for kind, number in OUTSIDE.items() for _ in range(number)]
    for n, kind in enumerate(kinds, start=1):
        region = "Abroad" if kind == "foreign" else str(rng.choice(neighbours))
        size = int(rng.integers(200, 3000))
        node = next(nodes) if kind == "enterprise" else None
        firm = kind in ("enterprise", "foreign")
        rows.append(
            _row(
                f"X{n:03d}",
                kind,
                f"{region} {kind} {n}",
                region,
                industry=industry[node] if node else None,
                size_emp=size,
                revenue=round(size * rng.uniform(0.7, 1.2), 1) if firm else None,
                rd_spend=round(size * rng.uniform(0.03, 0.08), 2),
                founded=int(rng.integers(1950, ESTABLISHED)),
                chain_node=node,
            )
        )
    return rows


def _alliance(rng: np.random.Generator, rows: list[Row], cores: list[str], n: int) -> list[str]:
    """Two core firms, three firms of as many divisions, a university, an institute, government."""
    local = [row for row in rows if row["region"] == REGION and row["closed"] is None]
    old = [row for row in local if row["founded"] < ESTABLISHED and row["type"] == "enterprise"]
    members = cores[2 * n : 2 * n + 2]
    for division in rng.choice(BLOCK, 3, replace=False).tolist():
        fit = [r["org_id"] for r in old if r["industry"] == division and r["org_id"] not in cores]
        members.append(str(rng.choice(fit)))
    # The n-th alliance takes the n-th of the others, so that no university is in both.
    return [*members, f"U{n + 1:03d}", f"I{n + 1:03d}", f"G{n + 1:03d}"]
