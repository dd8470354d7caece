"""The network as files for Gephi, Pajek, VOSviewer and whatever reads GraphML.

Organisations without any event are left out. Two organisations are tied if they are members of
one event; a tie weighs the number of such events, and its fractional weight gives every event of s
members to each of a member's s - 1 ties in equal parts (Newman 2001, Scientific collaboration
networks II, Physical Review E 64, 016132, eq. 2). Equal networks give equal bytes: no file holds
the day it was written.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.layers import LAYERS
from regionlift.output.activity import by_group, runs

Flags = NDArray[np.bool_]
Codes = NDArray[np.integer]
Kind = Literal["string", "boolean", "long", "double"]
Value = str | bool | int | float | None

#: Attributes of an organisation and of a tie, with their types; unknown ones are left out.
_NODE: dict[str, Kind] = {
    "type": "string", "layer": "string", "core": "boolean", "inside": "boolean",
    "community": "long", "first_year": "long", "last_year": "long", "degree": "long",
}  # fmt: skip
_TIE: dict[str, Kind] = {
    "events": "long", "fractional": "double", "first_year": "long", "last_year": "long",
}  # fmt: skip

#: Clusters VOSviewer can have.
_CLUSTERS = 1000
#: What XML 1.0 cannot hold, whatever the escape: control characters, halves of a pair, two more.
_NOT_XML = dict.fromkeys([*{*range(32)} - {9, 10, 13}, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])
#: Ends of a line, for formats in which a line is an entry.
_LINES = {ord(c): " " for c in "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}


@dataclass(frozen=True)
class _Network:
    """Organisations and ties as they are written; ``spans`` are runs of years."""

    ids: list[str]
    labels: list[str]
    nodes: list[dict[str, Value]]
    node_spans: list[list[int]]
    ends: list[tuple[int, int]]
    ties: list[dict[str, Value]]
    tie_spans: list[list[int]]
    partitions: dict[str, list[int]]


def write_exchange(
    folder: Path,
    affiliations: Affiliations,
    *,
    layers: Codes,
    communities: Codes | None = None,
    cores: Flags | None = None,
) -> list[Path]:
    """Write the network in every format into a folder, which is made if it is not there.

    ``network.gexf``: GEXF 1.2, dynamic; every organisation and tie has its spells of years (both
    ends included) for Gephi's timeline. ``network.graphml``: the same attributes without spells.
    ``network.net``: Pajek, ties weighted by joint events, and a ``.clu`` file for each partition:
    type, layer and community numbered from 1 in the order of their codes, 0 for not known; inside
    1 for no, 2 for yes. Labels that occur twice get their identifier, a double quote in them
    becomes a single one, a backslash a slash. The file begins with a byte order mark where a label
    is not ASCII: without it Pajek does not read UTF-8.
    ``vosviewer_map.txt`` and ``vosviewer_network.txt``: VOSviewer; clusters are the communities
    where all are known and at most a thousand.

    Parameters
    ----------
    affiliations : who took part in what, n organisations
    layers : (n,) 0 core, 1 supporting, 2 auxiliary, -1 not known
    communities : (n,) label, -1 not known
    cores : (n,) core organisations; those of layer 0 if not given

    Returns
    -------
    The files, in the order of the list above.

    Raises
    ------
    ValueError
        If an array does not have one entry an organisation, or a layer is none of -1 to 2.
    """
    n = affiliations.organisations
    core = layers == 0 if cores is None else cores
    community = np.full(n, -1) if communities is None else communities
    for name, array in (("layers", layers), ("communities", community), ("cores", core)):
        if len(array) != n:
            raise ValueError(f"{name} has {len(array)} entries for {n} organisations")
    if n and not -1 <= layers.min() <= layers.max() <= 2:
        raise ValueError("a layer is 0 core, 1 supporting, 2 auxiliary or -1 not known")
    network = _network(affiliations, layers, community, core)
    parts = {"network.gexf": _gexf(network), "network.graphml": _graphml(network)}
    parts["network.net"] = _pajek(network)
    for name, codes in network.partitions.items():
        parts[f"network_{name}.clu"] = _partition(codes)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, lines in parts.items():
        written.append(folder / name)
        with written[-1].open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(line + "\n" for line in lines)
    return [*written, *_vosviewer(folder, network)]


def _network(affiliations: Affiliations, layers: Codes, community: Codes, core: Flags) -> _Network:
    n = affiliations.organisations
    first, second, event = affiliations.pairs()
    # two organisations of elsewhere meet in the tables only where a third one is of the region
    ours = affiliations.inside[first] | affiliations.inside[second]
    first, second, event = first[ours], second[ours], event[ours]
    code, pair = np.unique(first.astype(np.int64) * n + second, return_inverse=True)
    a, b = np.divmod(code, max(n, 1))
    times = np.bincount(pair, minlength=len(code))
    share = 1 / np.maximum(affiliations.sizes[event] - 1, 1)
    fractional = np.bincount(pair, share, minlength=len(code))
    degree = np.bincount(a, minlength=n) + np.bincount(b, minlength=n)

    def spans(groups: int, group: Codes, of: Codes) -> list[list[int]]:
        return by_group(groups, runs(group, affiliations.start[of], affiliations.end[of]))

    active = spans(n, affiliations.org, affiliations.event)
    met = spans(len(code), pair, event)
    kept = [i for i in range(n) if active[i]]
    place = {i: at for at, i in enumerate(kept)}
    nodes: list[dict[str, Value]] = [
        {
            "type": TYPES[affiliations.type[i]] if affiliations.type[i] >= 0 else None,
            "layer": LAYERS[layers[i]] if layers[i] >= 0 else None,
            "core": bool(core[i]),
            "inside": bool(affiliations.inside[i]),
            "community": int(community[i]) if community[i] >= 0 else None,
            "first_year": active[i][0],
            "last_year": active[i][-1],
            "degree": int(degree[i]),
        }
        for i in kept
    ]
    ties: list[dict[str, Value]] = [
        {"events": e, "fractional": f, "first_year": flat[0], "last_year": flat[-1]}
        for e, f, flat in zip(times.tolist(), fractional.tolist(), met, strict=True)
    ]
    chosen = np.array(kept, dtype=np.int64)
    codes = {"type": affiliations.type, "layer": layers, "community": community}
    partitions = {name: (array[chosen] + 1).tolist() for name, array in codes.items()}
    partitions["inside"] = (affiliations.inside[chosen] + 1).tolist()
    return _Network(
        _different([_clean(affiliations.ids[i]) for i in kept]),
        [_clean(affiliations.names[i]) for i in kept], nodes, [active[i] for i in kept],
        [(place[i], place[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)], ties, met,
        partitions,
    )  # fmt: skip


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return text.translate(_NOT_XML)


def _different(texts: list[str]) -> list[str]:
    """The same texts, with a number behind each that stands in the list before."""
    taken, given = set(texts), set[str]()
    found = []
    for text in texts:
        new, number = text, 2
        while new in given or (new != text and new in taken):
            new, number = f"{text} ({number})", number + 1
        given.add(new)
        found.append(new)
    return found


def _text(value: Value) -> str:
    """As the XML types write it; the shortest digits that give the same number again."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attribute(value: Value) -> str:
    """Quoted for an attribute; ends of lines as references, or a reader makes blanks of them."""
    return quoteattr(_text(value))


def _gexf(network: _Network) -> Iterator[str]:
    years = [year for flat in network.node_spans for year in flat]
    extent = f' start="{min(years)}" end="{max(years)}"' if years else ""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">'
    yield "<meta><creator>regionlift</creator></meta>"
    # years are whole numbers; "double" is what Gephi takes for time that is no date
    yield f'<graph mode="dynamic" defaultedgetype="undirected" timeformat="double"{extent}>'
    for side, columns in (("node", _NODE), ("edge", _TIE)):
        yield f'<attributes class="{side}" mode="static">'
        for number, (name, kind) in enumerate(columns.items()):
            yield f'<attribute id="{number}" title="{name}" type="{kind}"/>'
        yield "</attributes>"
    yield "<nodes>"
    rows = zip(network.ids, network.labels, network.nodes, network.node_spans, strict=True)
    for id, label, node, flat in rows:
        yield f"<node id={_attribute(id)} label={_attribute(label)}>"
        yield from _attvalues(_NODE, node)
        yield from _spells(flat)
        yield "</node>"
    yield "</nodes>"
    yield "<edges>"
    links = zip(network.ends, network.ties, network.tie_spans, strict=True)
    for number, ((i, j), tie, flat) in enumerate(links):
        ends = [_attribute(network.ids[k]) for k in (i, j)]
        weight = tie["events"]
        yield f'<edge id="{number}" source={ends[0]} target={ends[1]} weight="{weight}">'
        yield from _attvalues(_TIE, tie)
        yield from _spells(flat)
        yield "</edge>"
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _attvalues(columns: dict[str, Kind], values: dict[str, Value]) -> Iterator[str]:
    yield "<attvalues>"
    for number, name in enumerate(columns):
        if values[name] is not None:
            yield f'<attvalue for="{number}" value={_attribute(values[name])}/>'
    yield "</attvalues>"


def _spells(flat: list[int]) -> Iterator[str]:
    yield "<spells>"
    for first, last in zip(flat[::2], flat[1::2], strict=True):
        yield f'<spell start="{first}" end="{last}"/>'
    yield "</spells>"


def _graphml(network: _Network) -> Iterator[str]:
    node_keys: dict[str, Kind] = {"label": "string", **_NODE}
    tie_keys: dict[str, Kind] = {"weight": "long", **_TIE}
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for side, keys in (("node", node_keys), ("edge", tie_keys)):
        for name, kind in keys.items():
            about = f'for="{side}" attr.name="{name}" attr.type="{kind}"'
            yield f'<key id="{side}_{name}" {about}/>'
    yield '<graph edgedefault="undirected">'
    for id, label, node in zip(network.ids, network.labels, network.nodes, strict=True):
        yield f"<node id={_attribute(id)}>"
        yield from _data("node", node_keys, {"label": label, **node})
        yield "</node>"
    for (i, j), tie in zip(network.ends, network.ties, strict=True):
        ends = [_attribute(network.ids[k]) for k in (i, j)]
        yield f"<edge source={ends[0]} target={ends[1]}>"
        yield from _data("edge", tie_keys, {"weight": tie["events"], **tie})
        yield "</edge>"
    yield "</graph>"
    yield "</graphml>"


def _data(side: str, keys: dict[str, Kind], values: dict[str, Value]) -> Iterator[str]:
    for name in keys:
        if values[name] is not None:
            text = escape(_text(values[name]), {"\r": "&#13;"})
            yield f'<data key="{side}_{name}">{text}</data>'


def _line_labels(network: _Network) -> list[str]:
    """Labels of one line, each different: Pajek and its readers know organisations by them."""
    plain = [_one_line(label) for label in network.labels]
    times = Counter(plain)
    return _different(
        [
            label if times[label] == 1 else f"{label} ({_one_line(id)})".lstrip()
            for label, id in zip(plain, network.ids, strict=True)
        ]
    )


def _one_line(text: str) -> str:
    return " ".join(text.translate(_LINES).replace('"', "'").replace("\\", "/").split())


def _pajek(network: _Network) -> Iterator[str]:
    labels = _line_labels(network)
    mark = "" if all(label.isascii() for label in labels) else "\ufeff"
    yield f"{mark}*Vertices {len(labels)}"
    for number, label in enumerate(labels, start=1):
        yield f'{number} "{label}"'
    yield "*Edges"
    for (i, j), tie in zip(network.ends, network.ties, strict=True):
        yield f"{i + 1} {j + 1} {tie['events']}"


def _partition(codes: Sequence[int]) -> Iterator[str]:
    yield f"*Vertices {len(codes)}"
    yield from map(str, codes)


def _vosviewer(folder: Path, network: _Network) -> list[Path]:
    """Map and network file, tab-separated, items numbered from 1 as in the Pajek file."""
    columns: dict[str, Sequence[Value]] = {
        "id": range(1, len(network.ids) + 1),
        "label": _line_labels(network),
        "cluster": network.partitions["community"],
        **{
            head: [node[name] for node in network.nodes]
            for head, name in (
                ("weight<Ties>", "degree"), ("score<First year>", "first_year"),
                ("score<Last year>", "last_year"),
            )
        },
    }  # fmt: skip
    # without the column VOSviewer finds clusters of its own
    if not all(1 <= code <= _CLUSTERS for code in network.partitions["community"]):
        del columns["cluster"]
    links = zip(network.ends, network.ties, strict=True)
    tables: tuple[Iterable[Iterable[Value]], ...] = (
        [list(columns), *zip(*columns.values(), strict=True)],
        ([i + 1, j + 1, tie["events"]] for (i, j), tie in links),
    )
    paths = [folder / "vosviewer_map.txt", folder / "vosviewer_network.txt"]
    for path, table in zip(paths, tables, strict=True):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows(table)
    return paths
