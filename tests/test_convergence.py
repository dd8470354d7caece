"""Functional convergence: division of labour, what partners add, who leads, who goes between."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from province import province
from regionlift.measures.graphs.csr import Graph
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.chance import projection
from regionlift.measures.network.cooperation import coordination, responsibility, trust
from regionlift.measures.network.division import division, krugman_indices, mean_cosine, tie_gain
from urns import table

COUNTS = arrays(np.int64, st.tuples(st.integers(1, 8), st.integers(1, 6)),
                elements=st.integers(0, 4))  # fmt: skip


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_krugman_is_its_definition(x: np.ndarray) -> None:
    found = krugman_indices(x)
    for o, row in enumerate(x):
        rest = x.sum(axis=0) - row
        if row.sum() == 0 or rest.sum() == 0:
            assert np.isnan(found[o])
        else:
            parts = zip(row / row.sum(), rest / rest.sum(), strict=True)
            assert found[o] == pytest.approx(sum(abs(a - b) for a, b in parts))
            assert 0 <= found[o] <= 2 + 1e-12


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_mean_cosine_is_the_mean_over_pairs(x: np.ndarray) -> None:
    rows = [r for r in x.astype(float) if r.any()]
    found = mean_cosine(x)
    if len(rows) < 2:
        assert found is None
        return
    each = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in combinations(rows, 2)]
    assert found == pytest.approx(np.mean(each))


def test_gain_by_hand() -> None:
    """{1,2} with {2,3,4}: together four, the larger alone three."""
    covers = np.array([[1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]], dtype=bool)
    assert tie_gain(Graph.from_ties(3, [0, 0], [1, 2]), covers) == 1
    assert tie_gain(Graph.from_ties(3, [0], [2]), covers) is None


def teams(alike: bool, seed: int = 2) -> tuple[Affiliations, np.ndarray]:
    """Pairs of organisations of four crafts, of the same or of two different ones."""
    draw = np.random.default_rng(seed)
    craft = np.arange(60) % 4
    events = []
    for _ in range(150):
        i = int(draw.integers(60))
        fits = np.flatnonzero((craft == craft[i]) == alike)
        j = int(draw.choice(fits[fits != i]))
        events.append((2000, 2000, [i, j]))
    matrix = np.eye(4)[craft]
    return table(events, 60), matrix


@pytest.mark.parametrize(("alike", "sign"), [(True, -1), (False, 1)])
def test_ties_of_likes_add_nothing_and_ties_of_others_all(alike: bool, sign: int) -> None:
    network, matrix = teams(alike)
    found = division(network, matrix, ("a", "b", "c", "d"), rng())
    assert found.gain.value == (0 if alike else 1)
    assert found.gain.chance is not None and found.gain.chance.z is not None
    assert sign * found.gain.chance.z > 3
    assert found.specialisation.value == pytest.approx(float(np.mean(krugman_indices(matrix))))
    assert found.overlap.chance is not None
    assert found.holders == (15, 15, 15, 15) and found.single == () and found.nobody == ()


def test_gain_of_ties_at_random_is_what_chance_gives() -> None:
    """Twelve networks without any preference: z scores without a lean."""
    scores = []
    for seed in range(12):
        draw = np.random.default_rng(seed)
        events = [(2000, 2000, draw.choice(60, 2, replace=False).tolist()) for _ in range(150)]
        matrix = np.eye(4)[np.arange(60) % 4]
        gain = division(table(events, 60), matrix, tuple("abcd"), draw, draws=49).gain
        assert gain.chance is not None and gain.chance.z is not None
        scores.append(gain.chance.z)
    assert abs(np.mean(scores)) < 0.9 and np.std(scores) < 2


def test_who_holds_what_is_counted_and_few_organisations_are_refused() -> None:
    network = table([(2000, 2000, [0, 1])], 12)
    matrix = np.zeros((12, 3))
    matrix[:, 0], matrix[3, 1] = 1, 2
    found = division(network, matrix, ("all", "one", "none"), rng(), draws=9)
    assert found.single == ("one",) and found.nobody == ("none",)
    few = division(network.among(np.arange(12) < 5), matrix[:5], ("a", "b", "c"), rng())
    assert few.gain.value is None and "at least 10 organisations" in few.gain.reason
    with pytest.raises(ValueError, match="matrix must be"):
        division(network, matrix[:4], ("a", "b", "c"), rng())


def led(network: Affiliations, leads: list[int]) -> Affiliations:
    """The first member with one of these places leads its event."""
    flags = np.zeros(len(network.org), dtype=bool)
    for e, who in enumerate(leads):
        if who >= 0:
            flags[(network.event == e) & (network.org == who)] = True
    return replace(network, lead=flags)


def test_responsibility_by_hand() -> None:
    """Four projects: led from inside twice, from elsewhere once, by nobody once."""
    made = table([(2000, 2000, [0, 1]), (2000, 2000, [0, 2]), (2000, 2000, [1, 3]),
                  (2000, 2000, [2, 3])])  # fmt: skip
    network = replace(led(made, [0, 0, 1, -1]), inside=np.array([True, False, True, True]))
    found = responsibility(network)
    assert (found.led.value, found.led.n) == (0.75, 4)
    assert found.led_here.value == pytest.approx(2 / 3)
    assert found.top.value == 1
    assert found.leads.select("org_id", "led", "partners").rows() == [(network.ids[0], 2, 2)]
    only = responsibility(network, np.array([True, True, False, False]))
    assert only.led.value == 1 and only.led.n == 2
    assert "not in the tables" in responsibility(made).led.reason


def test_trust_by_hand() -> None:
    network = table([(2000, 2004, [0, 1]), (2003, 2005, [0, 1]), (2002, 2004, [1, 2])])
    found = trust(network, 2004)
    assert found.multiple.value == 0.5
    assert found.age.value == pytest.approx((4 + 2) / 2)
    assert "no tie runs in 2010" in trust(network, 2010).age.reason


def test_a_go_between_does_the_brokerage_of_a_star() -> None:
    kinds = np.array([TYPES.index("intermediary"), 0, 1, 0, 1], dtype=np.int8)
    made = table([(2000, 2000, [0, k]) for k in range(1, 5)])
    network = replace(made, type=kinds)
    found = coordination(network, [network.ids[0]], rng(), draws=9)
    assert found.by_go_betweens.value == 1
    assert found.go_betweens.value == pytest.approx(1 / 5)
    assert found.reach.value == 1
    assert "no lead" in coordination(network, [], rng(), draws=9).reach.reason


def test_the_province_by_plain_sets() -> None:
    """Gain and holders of the synthetic province against loops over sets."""
    made = province(1)
    home = made.network.among(made.network.inside)
    matrix = made.functions[made.network.inside]
    names = tuple(map(str, range(matrix.shape[1])))
    found = division(home, matrix, names, rng(), draws=5)
    does = [set(np.flatnonzero(row).tolist()) for row in matrix]
    met = {
        pair
        for e in range(len(home.start))
        for pair in combinations(sorted(home.org[home.event == e].tolist()), 2)
    }
    gains = [len(does[a] | does[b]) - max(len(does[a]), len(does[b]))
             for a, b in met if does[a] and does[b]]  # fmt: skip
    assert len(met) == projection(home).m
    assert found.gain.value == pytest.approx(np.mean(gains))
    assert found.holders == tuple(sum(f in d for d in does) for f in range(len(names)))
