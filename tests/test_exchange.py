"""Exchange files: what other programs read is the network that was written."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network_payload import affiliations, communities, layers
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.output.activity import runs
from regionlift.output.exchange import write_exchange

NASTY = (
    'He said "no"', "齐北数控机床有限公司", "<a href='x'>&amp; ]]>", "tab\there",
    "two\nlines\r\nhere", "bell\x07 and null\x00", "back\\slash\\", "", "same", "same",
    "half \ud800 pair", "\ufffe",
    "\u2028 line", "*Vertices 3", "  blanks  ", "emoji 🏭", "=1+1", "' quote",
)  # fmt: skip


def nasty() -> Affiliations:
    """Every nasty name at an organisation that takes part in something."""
    network = affiliations(40, 60)
    names = list(network.names)
    there = np.unique(network.org)
    for place, name in zip(there, NASTY, strict=False):
        names[place] = name
    names[there[len(NASTY)]] = f"same ({network.ids[there[NASTY.index('same') + 1]]})"
    return replace(network, names=tuple(names))


def plainly(network: Affiliations, found: np.ndarray, labels: np.ndarray) -> nx.Graph:
    """The graph by loops over the events, with the attributes the files should have."""
    graph = nx.Graph()
    years: dict[int, set[int]] = {}
    met: dict[tuple[int, int], set[int]] = {}
    weights: dict[tuple[int, int], tuple[int, float]] = {}
    for event in range(len(network.start)):
        members = sorted(network.org[network.event == event].tolist())
        span = set(range(int(network.start[event]), int(network.end[event]) + 1))
        for i in members:
            years.setdefault(i, set()).update(span)
        for pair in combinations(members, 2):
            if not network.inside[list(pair)].any():
                continue  # two of elsewhere: in the tables only where a third is of the region
            met.setdefault(pair, set()).update(span)
            times, share = weights.get(pair, (0, 0.0))
            weights[pair] = times + 1, share + 1 / (len(members) - 1)
    for i in sorted(years):
        data: dict[str, Any] = {
            "label": clean(network.names[i]), "core": bool(found[i] == 0),
            "inside": bool(network.inside[i]), "first_year": min(years[i]),
            "last_year": max(years[i]), "degree": sum(i in pair for pair in met),
        }  # fmt: skip
        if network.type[i] >= 0:
            data["type"] = TYPES[network.type[i]]
        if found[i] >= 0:
            data["layer"] = ("core", "supporting", "auxiliary")[found[i]]
        if labels[i] >= 0:
            data["community"] = int(labels[i])
        graph.add_node(network.ids[i], spells=spells(years[i]), **data)
    for (i, j), span in met.items():
        times, share = weights[i, j]
        graph.add_edge(
            network.ids[i], network.ids[j], weight=times, events=times,
            fractional=pytest.approx(share, rel=1e-12), first_year=min(span), last_year=max(span),
            spells=spells(span),
        )  # fmt: skip
    return graph


def clean(text: str) -> str:
    bad = {chr(c) for c in range(32)} - set("\t\n\r") | {"\ufffe", "\uffff"}
    return "".join(c for c in text if c not in bad and not 0xD800 <= ord(c) < 0xE000)


def spells(years: set[int]) -> list[tuple[float, float]]:
    begins = sorted(y for y in years if y - 1 not in years)
    ends = sorted(y for y in years if y + 1 not in years)
    return list(zip(map(float, begins), map(float, ends), strict=True))


def same(read: nx.Graph, wanted: nx.Graph, *, without: tuple[str, ...]) -> None:
    assert list(read) == list(wanted)
    for node, data in wanted.nodes(data=True):
        assert dict(read.nodes[node]) == {k: v for k, v in data.items() if k not in without}, node
    assert {frozenset(e) for e in read.edges} == {frozenset(e) for e in wanted.edges}
    assert read.number_of_edges() == wanted.number_of_edges()
    for a, b, data in wanted.edges(data=True):
        found = {k: v for k, v in read.edges[a, b].items() if k != "id"}
        assert found == {k: v for k, v in data.items() if k not in without}, (a, b)


def written(folder: Path, network: Affiliations) -> tuple[Path, nx.Graph]:
    found, labels = layers(network), communities(network.organisations) - 1
    write_exchange(folder, network, layers=found, communities=labels)
    return folder, plainly(network, found, labels)


@pytest.mark.parametrize("network", [affiliations(), nasty()], ids=["plain", "nasty"])
def test_gexf_is_the_network_with_its_spells(tmp_path: Path, network: Affiliations) -> None:
    folder, wanted = written(tmp_path, network)
    same(nx.read_gexf(folder / "network.gexf", version="1.2draft"), wanted, without=())


@pytest.mark.parametrize("network", [affiliations(), nasty()], ids=["plain", "nasty"])
def test_graphml_is_the_network(tmp_path: Path, network: Affiliations) -> None:
    folder, wanted = written(tmp_path, network)
    same(nx.read_graphml(folder / "network.graphml"), wanted, without=("spells",))


@pytest.mark.parametrize("network", [affiliations(), nasty()], ids=["plain", "nasty"])
def test_pajek_has_every_tie_and_numbers_from_one(tmp_path: Path, network: Affiliations) -> None:
    folder, wanted = written(tmp_path, network)
    read = nx.read_pajek(folder / "network.net", encoding="utf-8-sig")
    assert [read.nodes[label]["id"] for label in read] == [
        str(k) for k in range(1, len(wanted) + 1)
    ]
    place = {node: str(k) for k, node in enumerate(wanted, start=1)}
    ties = {frozenset((place[a], place[b])): d["weight"] for a, b, d in wanted.edges(data=True)}
    number = nx.get_node_attributes(read, "id")
    assert ties == {
        frozenset((number[a], number[b])): d["weight"] for a, b, d in read.edges(data=True)
    }
    assert read.number_of_edges() == wanted.number_of_edges()


def test_pajek_labels_stand_on_one_line_and_differ(tmp_path: Path) -> None:
    written(tmp_path, nasty())
    text = (tmp_path / "network.net").read_text("utf-8-sig")
    lines = text.split("\n")
    assert lines[0] == f"*Vertices {lines.index('*Edges') - 1}"
    vertices = [line.split(" ", 1) for line in lines[1 : lines.index("*Edges")]]
    labels = [label for _, label in vertices]
    assert len(set(labels)) == len(labels)
    assert all(label[0] == label[-1] == '"' and label.count('"') == 2 for label in labels)
    inner = [label[1:-1] for label in labels]
    assert {"He said 'no'", "齐北数控机床有限公司", "back/slash/", "two lines here"} <= set(inner)
    repeated = [label for label in inner if label.startswith("same (")]
    assert len(repeated) == 3
    assert sum(label.endswith(") (2)") for label in repeated) == 1


def test_pajek_marks_its_encoding_where_a_label_needs_it(tmp_path: Path) -> None:
    network = affiliations()
    ascii_names = tuple(f"firm {i}" for i in range(network.organisations))
    written(tmp_path / "a", replace(network, names=ascii_names))
    written(tmp_path / "b", nasty())
    assert (tmp_path / "a" / "network.net").read_bytes().startswith(b"*Vertices")
    assert (tmp_path / "b" / "network.net").read_bytes().startswith(b"\xef\xbb\xbf*Vertices")


def test_partitions_have_one_class_a_vertex(tmp_path: Path) -> None:
    network = affiliations()
    folder, wanted = written(tmp_path, network)
    names = ("type", "layer", "inside", "community")
    read = {}
    for name in names:
        head, *codes = (folder / f"network_{name}.clu").read_text("utf-8").splitlines()
        assert head == f"*Vertices {len(wanted)}"
        read[name] = [int(code) for code in codes]
    nodes = [data for _, data in wanted.nodes(data=True)]
    assert read["type"] == [TYPES.index(d["type"]) + 1 if "type" in d else 0 for d in nodes]
    order = ("core", "supporting", "auxiliary")
    assert read["layer"] == [order.index(d["layer"]) + 1 if "layer" in d else 0 for d in nodes]
    assert read["inside"] == [2 if d["inside"] else 1 for d in nodes]
    assert read["community"] == [d.get("community", -1) + 1 for d in nodes]


def test_vosviewer_files_have_the_columns_of_its_manual(tmp_path: Path) -> None:
    network = nasty()
    write_exchange(tmp_path, network, layers=layers(network), communities=communities(40))
    with (tmp_path / "vosviewer_map.txt").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0])[:3] == ["id", "label", "cluster"]
    assert [row["id"] for row in rows] == [str(k) for k in range(1, len(rows) + 1)]
    assert all(1 <= int(row["cluster"]) <= 1000 for row in rows)
    lines = (tmp_path / "vosviewer_network.txt").read_text("utf-8").splitlines()
    net = (tmp_path / "network.net").read_text("utf-8-sig").splitlines()
    assert [line.replace("\t", " ") for line in lines] == net[net.index("*Edges") + 1 :]


def test_vosviewer_finds_its_own_clusters_where_a_community_is_not_known(tmp_path: Path) -> None:
    network = affiliations()
    write_exchange(tmp_path, network, layers=layers(network))
    head = (tmp_path / "vosviewer_map.txt").read_text("utf-8").splitlines()[0]
    assert "cluster" not in head.split("\t")


def test_gexf_has_the_head_gephi_reads(tmp_path: Path) -> None:
    folder, wanted = written(tmp_path, nasty())
    space = "{http://www.gexf.net/1.2draft}"
    root = ET.parse(folder / "network.gexf").getroot()
    assert (root.tag, root.get("version")) == (f"{space}gexf", "1.2")
    assert "lastmodifieddate" not in (folder / "network.gexf").read_text("utf-8")
    graph = root.find(f"{space}graph")
    assert graph is not None
    years = [year for _, d in wanted.nodes(data=True) for pair in d["spells"] for year in pair]
    assert graph.attrib == {
        "mode": "dynamic", "defaultedgetype": "undirected", "timeformat": "double",
        "start": str(int(min(years))), "end": str(int(max(years))),
    }  # fmt: skip
    declared = {
        (a.get("class"), x.get("id")): x.get("title")
        for a in graph.iter(f"{space}attributes") for x in a
    }  # fmt: skip
    for side in ("node", "edge"):
        for element in graph.iter(f"{space}{side}"):
            assert element.find(f"{space}spells/{space}spell") is not None
            assert {(side, v.get("for")) for v in element.iter(f"{space}attvalue")} <= set(declared)
    ids = [e.get("id") for e in graph.iter(f"{space}edge")]
    assert len(set(ids)) == len(ids) == wanted.number_of_edges()


def test_equal_networks_give_equal_bytes_in_the_order_said(tmp_path: Path) -> None:
    network = nasty()
    names = ["network.gexf", "network.graphml", "network.net", "network_type.clu",
             "network_layer.clu", "network_community.clu", "network_inside.clu",
             "vosviewer_map.txt", "vosviewer_network.txt"]  # fmt: skip
    files = [write_exchange(tmp_path / f, network, layers=layers(network)) for f in "ab"]
    assert [path.name for path in files[0]] == names
    for one, other in zip(*files, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert b"\r" not in one.read_bytes()


def test_organisations_without_event_are_left_out_and_none_at_all_is_a_network(
    tmp_path: Path,
) -> None:
    network = affiliations()
    one = network.where(np.arange(len(network.start)) == 3)
    write_exchange(tmp_path / "one", one, layers=layers(network))
    assert len(nx.read_gexf(tmp_path / "one" / "network.gexf")) == int(one.sizes[0])
    none = network.where(np.zeros(len(network.start), np.bool_))
    write_exchange(tmp_path / "none", none, layers=layers(network))
    assert len(nx.read_gexf(tmp_path / "none" / "network.gexf")) == 0
    assert len(nx.read_graphml(tmp_path / "none" / "network.graphml")) == 0


def test_identifiers_that_differ_in_a_forbidden_character_stay_two(tmp_path: Path) -> None:
    network = affiliations(20, 60)
    ids = list(network.ids)
    there = np.unique(network.org)
    for place, id in zip(there, ("a\x00", "a\x01", "a"), strict=False):
        ids[place] = id
    write_exchange(tmp_path, replace(network, ids=tuple(ids)), layers=layers(network))
    read = nx.read_gexf(tmp_path / "network.gexf")
    assert list(read)[:3] == ["a", "a (2)", "a (3)"]
    assert len(read) == len(there)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": np.zeros(3, int)}, "layers has 3 entries for 60"),
        ({"communities": np.zeros(3, int)}, "communities has 3 entries"),
        ({"cores": np.zeros(61, bool)}, "cores has 61 entries"),
        ({"layers": np.full(60, 3)}, "0 core, 1 supporting"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    network = affiliations()
    with pytest.raises(ValueError, match=message):
        write_exchange(tmp_path / "x", network, **{"layers": layers(network)} | change)
    assert not (tmp_path / "x").exists()


interval = st.tuples(st.integers(0, 4), st.integers(1990, 2010), st.integers(0, 6))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(interval, max_size=25))
def test_runs_are_the_union_of_years(drawn: list[tuple[int, int, int]]) -> None:
    group, start, length = (np.array([d[k] for d in drawn], dtype=np.int64) for k in range(3))
    found = runs(group, start, start + length)
    years: dict[int, set[int]] = {}
    for g, first, more in drawn:
        years.setdefault(g, set()).update(range(first, first + more + 1))
    wanted = [(g, int(a), int(b)) for g in sorted(years) for a, b in spells(years[g])]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == wanted
