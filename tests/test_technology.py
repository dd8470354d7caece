"""Technologies: planted keys, breakers and missing competences; identities; bad input."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.data.dataset import Dataset, open_dataset
from regionlift.data.symbols import parse, valid
from regionlift.data.synthetic.generate import Province, generate
from regionlift.data.synthetic.write import write
from regionlift.evidence.settings import settings as defaults
from regionlift.evidence.verdict import Truth
from regionlift.forecast.baselines import CURVES
from regionlift.forecast.uptake import uptake
from regionlift.measures.relatedness.specialisation import location_quotient
from regionlift.measures.technology import commonness as common
from regionlift.measures.technology.alliances import least_teams
from regionlift.measures.technology.filings import NoPatentsError, filings
from regionlift.measures.technology.front import SECTIONS, SERVED, Reader, by_region, pareto
from regionlift.measures.technology.profile import concordance_of, profile, pull
from regionlift.study.technology import TechnologyStudy, front_table, technology_study

SEEDS = (1, 7)


@pytest.fixture(scope="module", params=SEEDS)
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[
    Dataset, TechnologyStudy, Province
]:
    province = generate(request.param)
    folder = tmp_path_factory.mktemp(f"province{request.param}")
    dataset = open_dataset(write(province, folder).parent)
    return dataset, technology_study(dataset, "Beijiang", defaults()), province


def test_planted_keys_are_named_and_no_decoy_is(planted: tuple) -> None:
    _, done, province = planted
    keys = {k.code for k in province.truths.technology.key}
    assert keys <= set(done.named)
    assert not set(province.truths.technology.decoys) & set(done.named)
    assert len(done.named) <= len(keys) + 2


def test_mastery_is_as_planted(planted: tuple) -> None:
    _, done, province = planted
    for key in province.truths.technology.key:
        assert (key.code in done.mastered) == key.mastered


def test_missing_competences_and_their_holders(planted: tuple) -> None:
    _, done, province = planted
    for key in province.truths.technology.key:
        found = done.consortia[key.code]
        assert found.missing == (key.missing_competence,)
        holders = [o.who.id for o in found.outsiders]
        assert set(holders) & set(key.missing_competence_holders)


def test_breakers_of_diffusion(planted: tuple) -> None:
    _, done, province = planted
    for key in province.truths.technology.key:
        spread = done.spreads[key.code]
        if not key.alliance:
            assert spread.broken is Truth.CANNOT_TELL
            continue
        assert spread.alliance is not None
        assert spread.alliance.members == set(key.alliance)
        assert (spread.broken is Truth.MET) == key.diffusion_broken


def test_every_number_names_its_rows_and_is_recomputed_by_loops(planted: tuple) -> None:
    dataset, done, _ = planted
    tables = dataset.tables
    first, last = done.filings.first, done.filings.last
    years = dict(tables["patents"].select("patent_id", "app_year").iter_rows())
    regions = dict(tables["orgs"].select("org_id", "region").iter_rows())
    filed: dict[str, set[str]] = {}
    for patent, org in tables["applicants"].select("patent_id", "org_id").iter_rows():
        filed.setdefault(patent, set()).add(org)
    coded: dict[str, set[str]] = {}
    for patent, code in tables["codes"].select("patent_id", "code").iter_rows():
        coded.setdefault(code, set()).add(patent)
    inside = {p for p, y in years.items() if first <= y <= last and filed.get(p)}
    local = {p for p in inside if any(regions[o] == "Beijiang" for o in filed[p])}
    for klass in done.named:
        own = coded[klass] & inside
        assert done.find("tech_patents", klass).value == len(own)
        assert done.find("tech_local", klass).value == len(own & local)
        table = {r: {k: sum(r in {regions[o] for o in filed[p]} for p in members & inside)
                     for k, members in coded.items()} for r in set(regions.values()) - {None}}
        here, whole = table["Beijiang"], sum(sum(row.values()) for row in table.values())
        expected = here[klass] / sum(here.values())
        expected /= sum(row[klass] for row in table.values()) / whole
        assert done.find("tech_advantage", klass).value == pytest.approx(expected)
        adopters = {o for p in own for o in filed[p] if regions[o] == "Beijiang"}
        assert done.find("tech_adopters", klass).value == len(adopters)


def test_ranks_lie_in_their_own_intervals(planted: tuple) -> None:
    """Also of those that tie at no betweenness: each may stand anywhere among its equals."""
    _, done, _ = planted
    front = done.front
    inside = (front.low <= front.rank) & (front.rank <= front.high)
    assert inside[:, front.candidate].mean() >= 0.99


def test_front_table_has_a_row_a_candidate(planted: tuple) -> None:
    _, done, _ = planted
    frame = front_table(done)
    assert frame.height == int(done.front.candidate.sum())
    for axis in ("common", "key", "reach"):
        assert (frame[f"{axis} rank low"] <= frame[f"{axis} rank high"]).all()


def test_the_first_broken_share_moves_with_the_threshold(planted: tuple) -> None:
    dataset, done, _ = planted
    narrow = defaults()
    tight = replace(narrow, thresholds={
        **narrow.thresholds,
        "technology_top": replace(narrow.thresholds["technology_top"], value=0.1),
    })  # fmt: skip
    assert set(technology_study(dataset, "Beijiang", tight).named) <= set(done.named)


def test_without_patents_it_says_what_would_settle_it(planted: tuple) -> None:
    dataset, _, _ = planted
    some = {k: v for k, v in dataset.tables.items() if k not in ("patents", "codes", "applicants")}
    bare = replace(dataset, tables=some)
    done = technology_study(bare, "Beijiang", defaults())
    assert done.front is None
    assert all(v.truth is Truth.CANNOT_TELL and v.settles for v in done.verdicts)


def test_bad_patents_are_counted_and_not_lost_silently(planted: tuple) -> None:
    dataset, _, _ = planted
    codes = dataset.tables["codes"]
    one = codes["patent_id"][0]
    many = pl.DataFrame({"patent_id": [codes["patent_id"][5]] * 200,
                         "code": [f"A{n // 26 + 1:02d}{chr(65 + n % 26)}" for n in range(200)]})
    odd = pl.DataFrame({"patent_id": [one, one], "code": ["Z99Z", "no code"]})
    extra = pl.concat([codes.select("patent_id", "code"), many, odd])
    applicants = dataset.tables["applicants"].filter(
        pl.col("patent_id") != dataset.tables["patents"]["patent_id"][9]
    )
    changed = replace(dataset, tables={**dataset.tables, "codes": extra, "applicants": applicants})
    found = filings(changed, "Beijiang", 1990, 2030)
    lost = dict(found.left_out)
    assert lost["codes that are no IPC or CPC symbol of that level"] == 2
    assert lost["patents with over 100 classes"] == 1
    assert lost["patents without an applicant in orgs"] == 1
    with pytest.raises(NoPatentsError, match="no patent of 1890-1891"):
        filings(dataset, "Beijiang", 1890, 1891)


# --- symbols -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("B23Q 1/70", "B23Q1/70"), ("b23q1/70", "B23Q1/70"), ("B23Q  1/70(2006.01)", "B23Q1/70"),
        ("Ｂ２３Ｑ１／７０", "B23Q1/70"), ("B23Q0001700000", "B23Q1/70"),
        ("H01L0021020000", "H01L21/02"), ("Y02E 10/50", "Y02E10/50"),
    ],
)  # fmt: skip
def test_layouts_of_one_symbol(text: str, group: str) -> None:
    symbol = parse(text)
    assert symbol is not None
    assert symbol.at("group") == group
    assert symbol.at("subclass") == group[:4]


@pytest.mark.parametrize("text", ["", "23Q", "Z01B", "B2", "B23Q/1", "B23Q1/70/2", "专利"])
def test_what_is_no_symbol(text: str) -> None:
    assert parse(text) is None


def test_section_y_is_of_cpc_alone() -> None:
    symbol = parse("Y02E10/50")
    assert symbol is not None
    assert valid(symbol, "CPC")
    assert not valid(symbol, "IPC")


# --- measures ------------------------------------------------------------------------------------


def test_weighted_betweenness_is_networkx() -> None:
    """On lengths without ties: NetworkX takes equal lengths for unequal in their last digit."""
    import networkx as nx

    rng = np.random.default_rng(3)
    for _ in range(20):
        n = 14
        strong = np.triu(np.where(rng.random((n, n)) < 0.3, rng.random((n, n)), 0.0), 1)
        graph = nx.empty_graph(n)
        for i, j in zip(*np.nonzero(strong), strict=True):
            graph.add_edge(int(i), int(j), length=1 / strong[i, j])
        theirs = nx.betweenness_centrality(graph, weight="length")
        ours = common.weighted_paths(strong + strong.T) / ((n - 1) * (n - 2))
        np.testing.assert_allclose(ours, [theirs[i] for i in range(n)], atol=1e-12)


def test_equal_lengths_are_shared_between_their_paths() -> None:
    """Two equal ways from 0 to 3, by 1 and by 2, in lengths of 0.1 + 0.2 and 0.2 + 0.1."""
    strong = np.zeros((4, 4))
    for i, j, length in ((0, 1, 0.1), (1, 3, 0.2), (0, 2, 0.2), (2, 3, 0.1)):
        strong[i, j] = strong[j, i] = 1 / length
    found = common.weighted_paths(strong)
    assert found[1] == pytest.approx(1.0)
    assert found[2] == pytest.approx(1.0)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=8))
def test_generality_is_the_share_of_unlike_pairs(counts: list[int]) -> None:
    """The correction makes it the chance that two different citations come from two classes."""
    found = common.generality(np.array([counts], dtype=float))[0]
    items = [k for k, n in enumerate(counts) for _ in range(n)]
    pairs = list(combinations(items, 2))
    if not pairs:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(np.mean([a != b for a, b in pairs]))


def test_poisson_growth_is_statsmodels() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    years = np.arange(2008, 2020, dtype=float)
    counts = rng.poisson(np.exp(1.5 + 0.1 * (years - 2013)), size=(6, 12)).astype(float)
    slope, error = common.growth(counts, years)
    for row, b, e in zip(counts, slope, error, strict=True):
        model = sm.GLM(row, sm.add_constant(years - years.mean()), family=sm.families.Poisson())
        fitted = model.fit()
        assert b == pytest.approx(fitted.params[1], abs=1e-7)
        wider = max(1.0, fitted.pearson_chi2 / fitted.df_resid)
        assert e == pytest.approx(fitted.bse[1] * np.sqrt(wider), rel=1e-5)


@given(st.integers(0, 10_000))
def test_the_front_is_who_nobody_beats(seed: int) -> None:
    v = np.random.default_rng(seed).integers(0, 4, (3, 9)).astype(float)
    expected = [
        not any((v[:, j] >= v[:, i]).all() and (v[:, j] > v[:, i]).any() for j in range(9))
        for i in range(9)
    ]
    assert pareto(v).tolist() == expected


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_least_teams_are_as_small_as_any(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = [f"o{i}" for i in range(8)]
    groups = [
        {p for p in people if rng.random() < 0.35} or {people[0]} for _ in range(rng.integers(1, 5))
    ]
    teams = least_teams(groups, {}, {})
    smallest = next(
        n for n in range(1, 9)
        if any(all(g & set(c) for g in groups) for c in combinations(people, n))
    )
    assert teams
    for team in teams:
        assert len(team) == smallest
        assert all(g & set(team) for g in groups)
    assert len(set(teams)) == len(teams)


def test_past_partners_decide_between_teams_of_one_size() -> None:
    groups = [{"a", "b"}, {"c", "d"}]
    partners = {"b": {"d"}, "d": {"b"}}
    assert least_teams(groups, partners, {})[0] == ("b", "d")
    with pytest.raises(ValueError, match="without a member"):
        least_teams([set()], {}, {})


def test_ties_inside_the_team_count_and_not_those_with_others() -> None:
    """c and d know many and not each other; a and b have met."""
    groups = [{"a", "c"}, {"b", "d"}]
    many = {"x1", "x2", "x3"}
    partners = {"a": {"b"}, "b": {"a"}, "c": many, "d": many}
    strength = {"c": 9.0, "d": 9.0}
    wide = [{"a", "c"} | many, {"b", "d"} | many]
    assert least_teams(groups, partners, strength)[0] == ("a", "b")
    assert all(len(t) == 1 for t in least_teams(wide, partners, strength))


def test_without_industries_of_applicants_the_concordance_tells_the_users(planted: tuple) -> None:
    dataset, done, _ = planted
    nobody = tuple(replace(a, industry="") for a in done.filings.applicants)
    bare = replace(done.filings, applicants=nobody)
    shares, industries, _ = concordance_of(dataset, bare)
    axes = Reader(bare, shares).axes(np.ones(len(bare.ids)))
    assert axes.users == SERVED
    assert axes.told == 0
    assert Reader(bare).axes(np.ones(len(bare.ids))).users == SECTIONS
    k = bare.classes.index(done.named[0])
    counts = dict.fromkeys(industries, 0.0)
    table = bare.incidence.toarray()
    for row in table[table[:, k] > 0]:
        for c in np.flatnonzero(row):
            for n, name in enumerate(industries):
                counts[name] += shares[c, n]
    n = sum(counts.values())
    expected = n / (n - 1) * (1 - sum((v / n) ** 2 for v in counts.values()))
    assert axes.common[k] == pytest.approx(expected)
    values = profile(bare, None, shares, np.ones(len(industries)))
    even = -sum(v / n * np.log(v / n) for v in counts.values() if v) / np.log(len(industries))
    assert values["tech_users"][k] == pytest.approx(even)


def test_portfolios_are_what_they_are_called(planted: tuple) -> None:
    """By loops over the patents of one region, and places by counting those above."""
    _, done, _ = planted
    found, whole = done.options.portfolios, done.filings
    names, table = by_region(whole, whole.incidence)
    enough = np.asarray(whole.incidence.sum(axis=0)).ravel() >= 10
    held = location_quotient(table)[:, enough] >= 1 - 1e-9
    own = names.index("Beijiang")
    value, place, told = found.place("diversity", "Beijiang")
    assert value == held[own].sum()
    files = table[:, enough].sum(axis=1) > 0
    assert told == files.sum()
    assert place == 1 + sum(held[r].sum() > value for r in np.flatnonzero(files))
    counts = {k: table[own, n] for n, k in enumerate(whole.classes) if enough[n] and table[own, n]}
    total = sum(counts.values())
    sections = {s: sum(n for k, n in counts.items() if k[0] == s) for s in {k[0] for k in counts}}
    between = -sum(n / total * np.log2(n / total) for n in sections.values())
    entropy = -sum(n / total * np.log2(n / total) for n in counts.values())
    assert found.place("unrelated variety", "Beijiang")[0] == pytest.approx(between)
    assert found.place("related variety", "Beijiang")[0] == pytest.approx(entropy - between)
    assert found.place("complexity", "Beijiang")[0] == done.options.found.regions[own]
    lacks = {o.klass: o for o in done.options.options}
    told_ = found.place("outlook", "Beijiang")[0]
    assert told_ == pytest.approx(sum(o.density * o.complexity for o in lacks.values()))
    assert any(o.gain > 0 for o in lacks.values())


def test_teams_say_what_to_compare_them_by(planted: tuple) -> None:
    _, done, _ = planted
    for found in done.consortia.values():
        sizes = [len(t.members) for t in found.teams]
        assert max(sizes) <= min(sizes) + 1
        held = sum(bool(n.holders) for n in found.needs)
        for team in found.teams:
            assert team.coverage == pytest.approx(held / len(found.needs))
            assert 0 <= team.complementarity <= 1
            assert "enterprise" in team.types
        assert all(o.who.foreign and o.klass == found.klass for o in found.abroad)


def test_divided_patents_count_once_in_all(planted: tuple) -> None:
    dataset, done, _ = planted
    whole, divided = done.filings, replace(done.filings, fractional=True)
    _, table = by_region(divided, divided.incidence)
    assert table.sum() == pytest.approx(len(divided.ids))
    _, table = by_region(whole, whole.incidence)
    assert table.sum() >= whole.incidence.sum()
    given_ = defaults()
    split = replace(given_, thresholds={
        **given_.thresholds,
        "technology_fractional": replace(given_.thresholds["technology_fractional"], value=1.0),
    })  # fmt: skip
    again = technology_study(dataset, "Beijiang", split)
    k = done.named[0]
    assert again.find("tech_advantage", k).value != done.find("tech_advantage", k).value
    assert again.find("tech_patents", k).value == done.find("tech_patents", k).value


@given(st.integers(0, 10_000))
def test_pull_sums_to_the_value_of_the_industries(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.random((6, 4)) * (rng.random((6, 4)) < 0.7)
    value, count = rng.random(4) * 100, rng.integers(1, 50, 6).astype(float)
    found = pull(count, table, value)
    served = table.sum(axis=0) > 0
    assert np.nansum(found) == pytest.approx(value[served].sum())
    assert np.isnan(found[table.sum(axis=1) == 0]).all()


@pytest.mark.shared
def test_the_fraunhofer_concordance(shared_data: Path) -> None:
    """Classes of three characters; each adds up to 1; a subclass takes the row of its class."""
    rows = pl.read_csv(shared_data / "networks" / "concordance_ipc3_nace2_fraunhofer2019.csv",
                       schema_overrides={"nace2": pl.String})  # fmt: skip
    sums = rows.group_by("ipc3").agg(pl.col("share_of_ipc3").sum())["share_of_ipc3"]
    assert (sums - 1).abs().max() < 1e-9
    table = rows.select(code="ipc3", industry="nace2", share="share_of_ipc3")
    dataset = SimpleNamespace(has=lambda *_: True, tables={"concordance": table})
    classes = SimpleNamespace(classes=("B23Q", "G06T", "X99Z"))
    shares, industries, taken = concordance_of(dataset, classes)
    assert taken == {"B23Q": "B23", "G06T": "G06"}
    assert shares.sum(axis=1) == pytest.approx([1, 1, 0])
    assert industries[int(shares[0].argmax())] == "28"
    assert industries[int(shares[1].argmax())] == "26"


@given(st.floats(0.001, 0.3), st.floats(0.05, 1), st.floats(10, 1000))
def test_bass_and_logistic_give_the_same_new_adopters(p: float, q: float, size: float) -> None:
    """Which of the two is nearer is no question: one is fitted for both."""
    t = np.arange(20.0)
    bass = CURVES["bass"][0](t, np.log([size, p, q]))
    turn = np.log(q / p) / (p + q)
    logistic = CURVES["logistic"][0](
        t, np.array([np.log(size * (1 + p / q)), np.log(p + q), turn]))  # fmt: skip
    np.testing.assert_allclose(np.diff(bass), np.diff(logistic), atol=1e-9 * size)


def test_diffusion_curves_are_held_to_years_they_have_not_seen() -> None:
    t = np.arange(0, 19, dtype=float)
    gone = np.exp(-0.53 * t)
    bass = 300 * (1 - gone) / (1 + 0.5 / 0.03 * gone)
    years = tuple(range(2000, 2019))
    new = (0, *np.rint(np.diff(bass)).astype(int).tolist())
    found = uptake(years, new)
    assert found.first == 2016
    assert found.seen == sum(new[-3:])
    assert found.best == "bass"
    assert found.bass == pytest.approx((300, 0.03, 0.5), rel=0.1)
    assert found.error("bass") <= 3
    assert found.error("as in the years before") > 3 * found.error("bass")
    short = uptake(years[:6], new[:6])
    assert "are needed" in short.reason
    assert short.best == ""
