"""Page 6: who stands where in the network, and which of it chance alone would give."""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.evidence.quantity import Quantity, Status
from regionlift.measures.network.readings import RESHUFFLED, REWIRED
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.network_block import network_block
from regionlift.output.pages.common import page, title_of
from regionlift.output.payload import Block, Cell, Page, Run
from regionlift.output.words import counted, level, listed, significant, span
from regionlift.study import NetworkStudy, Study

TITLE = "Network map"

#: Numbers of ties, and what it means for each to lie above and below chance.
CHANCE = {
    "network_core_fit": ("more of a core than chance gives", "less of a core than chance gives"),
    "network_transitivity": ("partners of partners work together", "fewer closed triangles"),
    "network_clustering": ("circles of partners are close", "circles of partners are loose"),
    "network_path_length": ("longer ways than by chance", "shorter ways than by chance"),
    "network_assortativity": ("hubs work with hubs", "hubs work with small ones"),
    "network_nestedness": ("small ones join what large ones join", "each in projects of its own"),
}
BOUNDARIES = {
    "network_ei_type": ("types mix more than by chance", "types keep to themselves"),
    "network_ei_layer": ("layers mix more than by chance", "layers keep to themselves"),
    "network_ei_industry": ("sub-industries mix more than by chance",
                            "sub-industries keep to themselves"),
    "network_ei_equipment": ("equipment and other industries mix more than by chance",
                             "equipment and other industries keep to themselves"),
}
ROLES = {
    "network_coordinator": ("more than chance", "less than chance"),
    "network_itinerant": ("more than chance", "less than chance"),
    "network_gatekeeper_representative": ("more than chance", "less than chance"),
    "network_liaison": ("more than chance", "less than chance"),
}

_NULLS = (
    "“Reshuffled” draws the participations anew: every event keeps its size and every organisation "
    "the number of its events, so what large consortia do to a number is in it. “Rewired” draws "
    "the ties anew: every organisation keeps its number of partners. In brackets the interval of "
    "the draws; outside it a number is not chance alone."
)


def structure(study: Study, book: Book) -> Page:
    """Page 6: the picture, core enterprises, layers, boundaries, brokers, communities."""
    net = study.network
    if net is None:
        found = study.find("active_organisations")
        finding = f"The network cannot be told: {found.reason}."
        return page("structure", 6, "network", TITLE, finding,
                    [text(f"What would settle it: {found.settles}.")])  # fmt: skip
    shape = net.structure
    names = _core_names(net)
    disagree = [d for d in shape.check.disagreements if d.firm]
    years = f"{shape.first} to {shape.last}"
    cores = (
        f"core enterprises: {listed(names, 6)}" if names
        else f"core enterprises cannot be named: {shape.cores.reason}" if shape.cores.reason
        else "no enterprise reaches every line of the rule for core enterprises"
    )  # fmt: skip
    finding = (
        f"{counted(shape.organisations.height, 'organisation')} of {study.region} in joint events, "
        f"{years}; "
        f"{cores}."
    )
    if disagree:
        finding += f" The ties contradict {counted(len(disagree), 'declared layer')}."
    blocks: list[Block] = [_picture(study, net)]
    blocks += _cores(net)
    blocks += _layers(net)
    blocks += [
        _beside_chance(net, book, "boundaries", "Boundaries", BOUNDARIES, [_region_row(net, book)]),
        _beside_chance(
            net,
            book,
            "shape",
            "Shape of the network beside chance",
            CHANCE,
            [_small_world(net, book)],
        ),
        text(_NULLS),
        _mixing(net),
        _beside_chance(net, book, "roles", "Brokers: who stands between", ROLES, []),
        _organisations(net),
        _communities(net, book),
        _helix(net, book),
    ]
    return page("structure", 6, "network", TITLE, finding, blocks)


def _core_names(net: NetworkStudy) -> list[str]:
    return net.structure.organisations.filter(pl.col("core_enterprise"))["name"].to_list()


def _picture(study: Study, net: NetworkStudy) -> Block:
    shape = net.structure
    place = {i: v for v, i in enumerate(shape.home.ids)}
    order = [place.get(i, -1) for i in net.affiliations.ids]
    layers = [int(shape.layer[v]) if v >= 0 else -1 for v in order]
    parts = shape.communities
    labels = [int(parts.labels[v]) if parts is not None and v >= 0 else -1 for v in order]
    return network_block(
        "network-map", "The network year by year",
        "Drag the year: who is there, who enters, who leaves. Rings are layers, outermost the "
        "rest of the world.",
        net.affiliations, layers=np.array(layers), communities=np.array(labels),
        cores=shape.cores.core,
        years=(max(net.begins, int(net.affiliations.start.min())), net.last),
        source=study.dataset.manifest.dataset.source, joint="joint events",
    )  # fmt: skip


def _cores(net: NetworkStudy) -> list[Block]:
    cores = net.structure.cores
    lines = "; ".join(
        f"{c.name}: {c.threshold:,g} or more, reached by {c.reached} of {c.known}"
        for c in cores.criteria
    )
    said = f"Rule: {cores.rule}. {cores.candidates} candidates. {lines}."
    if cores.reason:
        said = f"Rule: {cores.rule}. Cannot tell: {cores.reason}."
    if untold := int(cores.untold.sum()):
        said += f" {untold} more reach what is known of them, but not everything is known."
    blocks: list[Block] = [text(said, title="Core enterprises")]
    chosen = net.structure.organisations.filter(pl.col("core_enterprise"))
    if chosen.height:
        blocks.append(
            table(
                "core-enterprises", "", ["Enterprise", ">Events", ">Partners inside",
                ">Partners elsewhere", ">k-core", "Declared layer"],
                [
                    [r["name"], _count(r["events"]), _count(r["partners"]),
                     _count(r["partners_outside"]), _count(r["k_core"]), r["declared"] or "–"]
                    for r in chosen.iter_rows(named=True)
                ],
            )
        )  # fmt: skip
    return blocks


def _layers(net: NetworkStudy) -> list[Block]:
    shape, check = net.structure, net.structure.check
    counted = shape.organisations.group_by("layer").len().sort("len", descending=True)
    said = ", ".join(f"{r['len']} {r['layer']}" for r in counted.iter_rows(named=True))
    how = (
        f"{shape.declared} layers are declared in the tables, the rest follow from the type"
        if shape.declared
        else "no layer is declared in the tables; all follow from the type"
    )
    blocks: list[Block] = [
        text(f"Layers: {said} ({how}; enterprises that reach the rule above are core).")
    ]
    if check.reason:
        return [*blocks, text(f"Declared layers cannot be checked: {check.reason}.")]
    if not check.checked:
        return blocks
    rows: list[list[Cell]] = [
        [d.name, d.declared, d.suggested if d.firm else "–", "both fits" if d.firm else "one fit",
         _count(d.ties), d.says]
        for d in check.disagreements
    ]  # fmt: skip
    note = (
        f"{check.checked} declared layers were held against two fits of a core with a periphery: "
        f"one of {len(check.inner)}, one of {len(check.outer)} organisations. “Both fits” is a "
        "firm contradiction, “one fit” is a borderline case."
    )
    blocks.append(
        table(
            "layer-disagreements", "Where the ties contradict the declared layer",
            ["Organisation", "Declared", "Ties say", "How sure", ">Partners", "In words"],
            rows, note, 10,
        )
    )  # fmt: skip
    return blocks


def _beside_chance(
    net: NetworkStudy,
    book: Book,
    id: str,
    title: str,
    measures: dict[str, tuple[str, str]],
    first: list[list[Cell]],
) -> Block:
    rows = list(first)
    for measure, (above, below) in measures.items():
        per_null = net.structure.contrasts.get(measure, {})
        own = net.find(measure)
        row: list[Cell] = [title_of(measure), book.cell(own)]
        words = ""
        for null, name in ((RESHUFFLED, "reshuffled"), (REWIRED, "rewired")):
            if null not in per_null or own.status is not Status.KNOWN:
                row.append("–")
                continue
            chance = net.find(measure, name)
            row.append(_range(chance, book))
            words = words or _against(own, chance, above, below)
        rows.append([*row, words or "cannot tell"])
    heads = ["What", ">Observed", ">Reshuffled", ">Rewired", "In words"]
    return table(f"network-{id}", title, heads, rows)


def _against(own: Quantity, chance: Quantity, above: str, below: str) -> str:
    if own.value is None or chance.low is None or chance.high is None:
        return ""
    if own.value > chance.high:
        return above
    return below if own.value < chance.low else "as chance gives it"


def _range(chance: Quantity, book: Book) -> Cell:
    cell = book.cell(chance)
    if chance.value is not None and isinstance(cell, dict):
        cell["text"] = f"{level(chance)} ({span(chance)})"
    return cell


def _region_row(net: NetworkStudy, book: Book) -> list[Cell]:
    found = net.find("network_ei_region")
    words = "cannot tell"
    if found.value is not None:
        share = significant(50 * (1 + found.value))
        words = f"{share}% of the ties go to organisations elsewhere"
    return [title_of("network_ei_region"), book.cell(found), "–", "–", words]


def _small_world(net: NetworkStudy, book: Book) -> list[Cell]:
    """The quotient under each null, with the range it has where chance decides."""
    measure = "network_small_world"
    row: list[Cell] = [title_of(measure), "–"]
    words = ""
    for null, name in ((RESHUFFLED, "reshuffled"), (REWIRED, "rewired")):
        found = net.structure.contrasts[measure][null]
        if found.value is None or found.chance is None:
            row.append("–")
            continue
        own, chance = net.find(measure, name), net.find(measure, f"{name} itself")
        cell = book.cell(own)
        if isinstance(cell, dict):
            cell["text"] = f"{level(own)} (chance {span(chance)})"
        row.append(cell)
        words = words or _against(own, chance, "a small world", "no small world: less than chance")
    return [*row, words or "cannot tell"]


def _mixing(net: NetworkStudy) -> Block:
    rows: list[list[Cell]] = []
    for r in net.structure.mixing.iter_rows(named=True):
        words = "as chance gives it"
        if r["share"] > r["high"]:
            words = "more than chance"
        elif r["share"] < r["low"]:
            words = "less than chance"
        rows.append(
            [f"{r['one']} – {r['other']}",
             {"text": f"{r['ties']:,.0f}", "sort": r["ties"]},
             {"text": f"{significant(100 * r['share'])}%", "sort": r["share"]},
             f"{significant(100 * r['low'])}% to {significant(100 * r['high'])}%", words]
        )  # fmt: skip
    return table(
        "network-mixing", "Ties between types of organisation",
        ["Types", ">Ties", ">Share", ">Chance (reshuffled)", "In words"], rows, limit=10,
    )  # fmt: skip


def _organisations(net: NetworkStudy) -> Block:
    heads = ["Organisation", "Type", "Layer", ">Events", ">Partners", ">k-core", ">Betweenness",
             ">Constraint", ">Effective size", ">Gatekeeper", ">Liaison"]  # fmt: skip
    rows: list[list[Cell]] = [
        [r["name"], r["type"], r["layer"], _count(r["events"]), _count(r["partners"]),
         _count(r["k_core"]), _number(r["betweenness"]), _number(r["constraint"]),
         _number(r["effective_size"]), _count(r["gatekeeper_representative"]),
         _count(r["liaison"])]
        for r in net.structure.organisations.head(100).iter_rows(named=True)
    ]  # fmt: skip
    note = (
        "Low constraint and a large effective size mean partners who do not know each other: "
        "structural holes that the organisation can bridge (Burt 1992). All organisations are in "
        "lists.xlsx (network structure)."
    )
    return table("network-brokers", "Structural holes and brokers, by partners", heads, rows, note,
                 12)  # fmt: skip


def _communities(net: NetworkStudy, book: Book) -> Block:
    parts = net.structure.communities
    if parts is None:
        return text("There are no ties inside the region: no communities.", title="Communities")
    sizes = (
        net.structure.organisations.group_by("community")
        .agg(pl.len().alias("n"), pl.col("name").head(3))
        .filter(pl.col("n") > 1)
        .sort("n", "community", descending=[True, False])
    )
    runs: list[Run] = [
        f"Communities of two or more: {sizes.height}; modularity ",
        book.link(net.find("network_modularity"), level(net.find("network_modularity"))),
        f"; ten searches agree to {significant(100 * _least(parts.agreement))}% or more (adjusted "
        "mutual information). The largest: ",
        "; ".join(
            f"{r['n']} around {listed(r['name'])}" for r in sizes.head(5).iter_rows(named=True)
        ),
        ".",
    ]
    return text(*runs, title="Communities")


def _least(agreement: tuple[float, ...]) -> float:
    return min(agreement, default=1.0)


def _helix(net: NetworkStudy, book: Book) -> Block:
    found = net.find("helix_synergy")
    helix = net.structure.helix
    if found.value is None:
        return text(f"Cannot tell: {found.reason}.", title="Triple helix")
    runs: list[Run] = [
        "University, industry and government in the same events: synergy ", book.link(found),
        f" ({span(found)}; {found.n:,} events). {helix.caution}",
    ]  # fmt: skip
    return text(*runs, title="Triple helix")


def _count(value: int) -> Cell:
    return {"text": f"{value:,}", "sort": value}


def _number(value: float | None) -> Cell:
    return "–" if value is None else {"text": significant(value), "sort": value}
