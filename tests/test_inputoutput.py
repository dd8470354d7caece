"""Input-output accounts against published tables, other packages' numbers and identities.

Reference numbers: made-up tables and outputs of decompr 6.8, exvatools 0.9, ioanalysis 0.3.4,
quadrium 0.2 and iotables 0.9.5; their origin is in the README of the reference folder.
"""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.measures.inputoutput import clusters, extraction, linkages, regional, supply
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.audit import UnsoundTableError, audit
from regionlift.measures.inputoutput.change import decomposed
from regionlift.measures.inputoutput.supply_use import industry_coefficients
from regionlift.measures.inputoutput.table import Table, from_pymrio, table_of
from regionlift.measures.inputoutput.trade import KWW, WWZ, Trade, vertical_specialisation
from shared import shared_data

Rows = list[dict[str, str]]
few = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)


def reference(name: str) -> Path:
    return shared_data().parent / "reference" / "io" / f"{name}.csv"


def rows(name: str) -> Rows:
    with reference(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def grid(name: str) -> tuple[list[str], list[str], np.ndarray]:
    """Labels of rows, labels of columns, numbers."""
    with reference(name).open(encoding="utf-8") as file:
        head, *body = list(csv.reader(file))
    return [b[0] for b in body], head[1:], np.array([[float(x) for x in b[1:]] for b in body])


def four_by_five() -> Account:
    labels, _, flows = grid("own4x5_Z")
    _, columns, final = grid("own4x5_Y")
    regions, sectors = zip(*(x.split(".") for x in labels), strict=True)
    buyers = [c.split(".")[0] for c in columns]
    return Account(table_of(flows, final, list(sectors), list(regions), buyers))


def leather() -> Account:
    labels, _, flows = grid("leather_inter")
    regions, sectors = zip(*(x.split(".") for x in labels), strict=True)
    buyers = list(dict.fromkeys(regions))
    return Account(table_of(flows, grid("leather_final")[2], list(sectors), list(regions), buyers))


def drawn(seed: int, regions: int = 3, sectors: int = 3) -> Account:
    """A closed, productive, balanced table."""
    rng = np.random.default_rng(seed)
    n = regions * sectors
    technical = rng.random((n, n)) * rng.uniform(0.2, 0.9) / n
    final = rng.random((n, regions))
    output = np.linalg.solve(np.eye(n) - technical, final.sum(axis=1))
    names = [f"r{i // sectors}" for i in range(n)]
    labels = [f"s{i % sectors}" for i in range(n)]
    return Account(table_of(technical * output, final, labels, names, list(dict.fromkeys(names))))


@pytest.mark.parametrize(("name", "build"), [("own4x5", four_by_five), ("leather", leather)])
def test_koopman_wang_wei_as_in_decompr(name: str, build: object) -> None:
    trade = Trade(build())  # type: ignore[operator]
    found = trade.koopman_wang_wei()
    for row in rows(f"{name}_decompr_kww"):
        expected = [float(row[term]) for term in KWW]
        assert found[trade.regions.index(row["Country"])] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("name", "build"), [("own4x5", four_by_five), ("leather", leather)])
def test_wang_wei_zhu_as_in_decompr(name: str, build: object) -> None:
    trade = Trade(build())  # type: ignore[operator]
    sectors = list(dict.fromkeys(trade.account.table.sectors))
    seen = 0
    for row in rows(f"{name}_decompr_wwz"):
        seller, buyer = row["Exporting_Country"], row["Importing_Country"]
        if seller == buyer:
            continue
        found = trade.wang_wei_zhu(seller, buyer)[sectors.index(row["Exporting_Industry"])]
        assert found == pytest.approx([float(row[term]) for term in WWZ], abs=1e-9)
        seen += 1
    assert seen == len(trade.regions) * (len(trade.regions) - 1) * len(sectors)


def test_borin_mancini_as_in_exvatools() -> None:
    trade = Trade(four_by_five())
    found = trade.borin_mancini()
    seen = set()
    for row in rows("own4x5_exvatools_country_totals"):
        if (row["method"], row["output"]) == ("bm_src", "standard") and row["term"] in found:
            value = found[row["term"]][trade.regions.index(row["exporter"])]
            assert value == pytest.approx(float(row["value"]), abs=1e-9), row["term"]
            seen.add(row["term"])
    assert {"DVA", "DDC", "FVA", "FDC", "VAX", "DAVAX"} <= seen


def test_position_linkages_and_extraction_of_the_four_regions() -> None:
    account = four_by_five()
    expected = rows("own4x5_derived_position_linkage")

    def column(name: str) -> list[float]:
        return [float(row[name]) for row in expected]

    back = linkages.normalised(linkages.total_backward(account))
    ahead = linkages.normalised(linkages.total_forward(account))
    rows_of_inverse = linkages.normalised(account.leontief.sum(axis=1))
    assert linkages.upstreamness(account) == pytest.approx(column("upstreamness"))
    assert linkages.downstreamness(account) == pytest.approx(column("downstreamness"))
    assert back == pytest.approx(column("rasmussen_backward"))
    assert ahead == pytest.approx(column("ghosh_forward_norm"))
    assert rows_of_inverse == pytest.approx(column("rasmussen_forward_leontief"))
    lost = grid("own4x5_ioanalysis_extraction_backward")[2][0]
    assert extraction.without_purchases(account) == pytest.approx(lost)
    local = rows("own4x5_derived_R1_local_supply")
    direct = [float(r["direct_local_supply_rate"]) for r in local]
    embodied = [float(r["embodied_local_va_per_unit"]) for r in local]
    assert supply.direct_rates(account, "R1") == pytest.approx(direct)
    assert supply.embodied_rates(account, "R1") == pytest.approx(embodied)


def test_upstreamness_is_not_that_of_the_imports_alone() -> None:
    """gvc 6.4 reads the matrix of imports and says 1.28 to 1.10 where 2.10 to 1.76 is right."""
    account = leather()
    expected = rows("leather_upstreamness")
    right = [float(r["upstreamness_true"]) for r in expected]
    wrong = [float(r["gvc_upstream_as_run"]) for r in expected]
    assert linkages.upstreamness(account) == pytest.approx(right)
    assert linkages.upstreamness(account).min() > min(wrong)
    down = [float(r["downstreamness_true"]) for r in expected]
    assert linkages.downstreamness(account) == pytest.approx(down)


def test_quotients_as_in_quadrium() -> None:
    given_, wanted = rows("flq_inputs"), rows("flq_quadrium_germany1995")
    names = [r["sector"] for r in given_]
    region = np.array([float(r["E_region"]) for r in given_])
    nation = np.array([float(r["E_nation"]) for r in given_])
    seen = set()
    for row in wanted:
        i, j = names.index(row["row"]), names.index(row["col"])
        if row["method"] == "SLQ":
            found = regional.simple_quotients(region, nation)[i]
        elif row["method"] == "CILQ" and i != j:
            found = regional.cross_quotients(region, nation)[i, j]
        elif row["method"] == "FLQ":
            delta = float(row["delta"])
            found = regional.flegg_quotients(region, nation, exponent=delta)[i, j]
        else:
            continue
        seen.add(row["method"])
        assert min(found, 1) == pytest.approx(float(row["q"])), "it prints what it caps at 1"
    assert seen == {"SLQ", "CILQ", "FLQ"}


def test_output_multipliers_of_germany_1995_to_the_printed_digits() -> None:
    """Eurostat Manual of Supply, Use and Input-Output Tables (2008), table 15.4."""
    table = {r["iotables_row"]: r for r in rows("germany1995_siot_eurostat_manual_t15_4")}
    names = list(table)[:6]
    flows = np.array([[float(table[i][j]) for j in names] for i in names])
    output = np.array([float(table[i]["total_final_use"]) for i in names])
    account = Account(table_of(flows, output - flows.sum(axis=1), names))
    printed = [1.7048, 1.8413, 1.8136, 1.6035, 1.5951, 1.3782]
    assert account.multipliers() == pytest.approx(printed, abs=5.2e-5), (
        "1.84135005 stands there as 1.8413"
    )


def test_miller_and_blair_chapter_two() -> None:
    """Miller & Blair (2009), tables 2.3 to 2.5: L = 1.254 .330 / .264 1.122."""
    account = Account(bad([[150, 500], [200, 100]], [350, 1700]))
    assert account.technical == pytest.approx(np.array([[0.15, 0.25], [0.2, 0.05]]))
    expected = np.array([[1.254, 0.330], [0.264, 1.122]])
    assert account.leontief == pytest.approx(expected, abs=5e-4)
    assert account.required(np.array([600.0, 1500.0])) == pytest.approx(
        [1247.52, 1841.58], abs=0.01
    )


@few
@given(seeds)
def test_identities(seed: int) -> None:
    account = drawn(seed)
    table, trade = account.table, Trade(account)
    up, down = linkages.upstreamness(account), linkages.downstreamness(account)
    final = table.final.sum(axis=1)
    assert table.value_added @ up == pytest.approx(final @ down)
    assert linkages.normalised(down).mean() == pytest.approx(1)
    assert np.average(linkages.normalised(down, final), weights=final) == pytest.approx(1)
    assert account.multipliers(account.value_added_shares) == pytest.approx(1)
    totals = [trade.exports[at].sum() for at in trade.places]
    assert trade.koopman_wang_wei().sum(axis=1) == pytest.approx(totals)
    flows = trade.wang_wei_zhu("r0", "r1").sum(axis=1)
    assert flows == pytest.approx(trade.exports[trade.places[0], 1])
    terms = trade.borin_mancini()
    assert terms["DC"] + terms["FC"] == pytest.approx(totals)
    assert terms["DC"] == pytest.approx(trade.koopman_wang_wei()[:, :6].sum(axis=1))


@few
@given(seeds)
def test_borin_mancini_without_its_short_cut(seed: int) -> None:
    """With the exporter's rows abroad set to zero and the whole inverted."""
    account = drawn(seed)
    trade, terms = Trade(account), Trade(account).borin_mancini()
    for s, at in enumerate(trade.places):
        cut = account.technical.copy()
        rest = np.setdiff1d(np.arange(len(cut)), at)
        cut[np.ix_(at, rest)] = 0
        alone = np.linalg.inv(np.eye(len(cut)) - cut)
        exports = trade.exports[at].sum(axis=1)
        foreign = account.value_added_shares[rest] @ alone[np.ix_(rest, at)] @ exports
        assert terms["FVA"][s] == pytest.approx(foreign)


@few
@given(seeds)
def test_imports_and_value_added_make_up_exports(seed: int) -> None:
    """One region of a closed table, by its domestic and imported inputs only."""
    account = drawn(seed)
    trade, at = Trade(account), account.table.places["r0"]
    rest = np.setdiff1d(np.arange(len(account.technical)), at)
    inside = account.technical[np.ix_(at, at)]
    outside = account.technical[np.ix_(rest, at)]
    exports = trade.exports[at].sum(axis=1)
    earned = account.value_added_shares[at] @ np.linalg.inv(np.eye(len(at)) - inside) @ exports
    whole = vertical_specialisation(inside, outside, exports) + earned
    assert whole == pytest.approx(exports.sum())


@few
@given(seeds, st.integers(0, 8))
def test_extraction_is_that_of_tables_inverted_anew(seed: int, j: int) -> None:
    account = drawn(seed)
    table, technical, n = account.table, account.technical, len(account.technical)
    final = table.final.sum(axis=1)

    def total(a: np.ndarray, f: np.ndarray) -> float:
        return float(table.output.sum() - np.linalg.solve(np.eye(n) - a, f).sum())

    column, row = technical.copy(), technical.copy()
    column[:, j], row[j] = 0, 0
    both, without = column.copy(), final.copy()
    both[j], without[j] = 0, 0
    assert extraction.without_purchases(account)[j] == pytest.approx(total(column, final))
    assert extraction.without_sales(account)[j] == pytest.approx(total(row, final))
    gone = extraction.without_sector(account)[j] + table.output[j]
    assert gone == pytest.approx(total(both, without))
    assert extraction.without_group(account, np.array([j])).sum() == pytest.approx(gone)
    group = np.array([j, (j + 1) % n])
    both[:, group], both[group], without[group] = 0, 0, 0
    lost = extraction.without_group(account, group)
    assert lost.sum() == pytest.approx(total(both, without))
    assert lost[group] == pytest.approx(table.output[group])


@few
@given(seeds)
def test_a_changed_coefficient(seed: int) -> None:
    """Of (i, j), not of (j, i), which is what ioanalysis 0.3.4 returns."""
    account = drawn(seed, 1, 4)
    changed = account.technical.copy()
    changed[1, 2] += 0.05
    after = np.linalg.inv(np.eye(4) - changed)
    found = extraction.with_coefficient(account, 1, 2, 0.05)
    assert account.leontief + found == pytest.approx(after)
    share = 0.05 / account.technical[1, 2]
    moved = extraction.important_coefficients(account, share)[1, 2]
    final = account.table.final.sum(axis=1)
    expected = (after @ final).sum() / account.table.output.sum() - 1
    assert moved == pytest.approx(expected)


@few
@given(seeds, seeds)
def test_changes_add_up(one: int, two: int) -> None:
    before, after = drawn(one), drawn(two)
    inputs, demand = decomposed(before, after)
    assert inputs + demand == pytest.approx(after.table.output - before.table.output)
    again = decomposed(before, before)
    assert again[0] == pytest.approx(0) and again[1] == pytest.approx(0)


@few
@given(seeds)
def test_balancing_reaches_its_sums_and_keeps_signs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = rng.normal(1, 1, (4, 5))
    target = start * rng.uniform(0.7, 1.4, (4, 5))
    found = regional.balanced(start, target.sum(axis=1), target.sum(axis=0))
    assert found.sum(axis=1) == pytest.approx(target.sum(axis=1), abs=1e-6)
    assert found.sum(axis=0) == pytest.approx(target.sum(axis=0), abs=1e-6)
    assert (np.sign(found) == np.sign(start)).all()


def test_balancing_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="differ in total"):
        regional.balanced(np.ones((2, 2)), np.array([1.0, 1]), np.array([1.0, 2]))
    with pytest.raises(ValueError, match="cannot be reached"):
        regional.balanced(np.eye(2), np.array([1.0, 2]), np.array([2.0, 1]), steps=50)


def test_the_exponent_has_no_default_and_more_of_it_means_less_local() -> None:
    region, nation = np.array([60.0, 1400, 300]), np.array([1096.0, 8381, 3236])
    with pytest.raises(TypeError):
        regional.flegg_quotients(region, nation)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="exponent"):
        regional.flegg_quotients(region, nation, exponent=1.2)
    national = np.full((3, 3), 0.15)
    low, high = regional.flegg_range(national, region, nation, (0.2, 0.3, 0.4))
    assert (low > 1).all() and (low < high).all()


def test_ellison_and_glaeser_from_pairs() -> None:
    """γ_c from pairs is the one from its definition; REAT 3.0.3 gives 12.07 for such a group."""
    rng = np.random.default_rng(3)
    jobs = rng.random((3, 6))
    shares = jobs / jobs.sum(axis=1, keepdims=True)
    weights = jobs.sum(axis=1) / jobs.sum()
    x = rng.dirichlet(np.ones(6))
    plants = np.array([0.1, 0.2, 0.05])
    single = [clusters.ellison_glaeser(s, x, h) for s, h in zip(shares, plants, strict=True)]
    spread = 1 - (x**2).sum()
    raw = (((weights @ shares) - x) ** 2).sum() / spread
    own = sum(g * w**2 * (1 - h) for g, w, h in zip(single, weights, plants, strict=True))
    direct = (raw - weights**2 @ plants - own) / (1 - (weights**2).sum())
    found = clusters.group_coagglomeration(shares, x, weights)
    assert found == pytest.approx(direct)
    assert clusters.ellison_glaeser(x, x, 0.2) == pytest.approx(-0.25), "spread more than by chance"
    with pytest.raises(ValueError, match="one plant"):
        clusters.ellison_glaeser(x, x, 1.0)


def test_households_inside_raise_multipliers() -> None:
    account = drawn(1, 1, 4)
    pay, spending = np.full(4, 0.2), np.full(4, 0.2)
    found = account.type_two(pay, spending)
    assert (found > account.multipliers()).all()
    closed = np.block([[account.technical, spending[:, None]], [pay[None], np.zeros((1, 1))]])
    expected = np.linalg.inv(np.eye(5) - closed)[:4, :4].sum(axis=0)
    assert found == pytest.approx(expected)
    with pytest.raises(ValueError, match="not productive"):
        account.type_two(np.full(4, 0.9), np.full(4, 0.9))


def codes(table: Table) -> set[str]:
    return {f.code for f in audit(table)}


def bad(flows: list[list[float]], final: list[float], output: list[float] | None = None) -> Table:
    names = [f"s{i}" for i in range(len(flows))]
    given_ = None if output is None else np.array(output)
    return table_of(
        np.array(flows, dtype=float), np.array(final, dtype=float), names, output=given_
    )


def test_faults_of_tables() -> None:
    good = [[10.0, 40], [20, 10]]
    assert codes(bad(good, [50, 70])) == set()
    assert codes(bad(good, [50, 70], [100, 120])) == {"unbalanced"}
    assert codes(bad([[10, 20], [40, 10]], [50, 70], [100, 100])) == {"transposed"}
    assert codes(bad([[10, -5], [20, 10]], [50, 70])) == {"negative-flow"}
    assert codes(bad([[0.0, 5], [0, 1]], [-5, 70])) == {"no-output"}
    assert codes(bad(good, [-90, 70])) == {"negative-output", "negative-value-added"}
    assert codes(bad(good, [float("nan"), 70])) == {"not-a-number"}
    twice = table_of(np.array(good), np.array([50.0, 70]), ["a", "a"])
    assert codes(twice) == {"twice"}
    with pytest.raises(UnsoundTableError, match="twice"):
        Account(twice)
    with pytest.raises(ValueError, match="shape"):
        table_of(np.ones((2, 3)), np.ones(2), ["a", "b"])


def test_a_table_that_is_not_productive_has_no_inverse() -> None:
    """pymrio 0.7 inverts A = [[.6, .7], [.8, .9]] into negative numbers without a word."""
    flows = [[60.0, 70], [80, 90]]
    table = bad(flows, [-30, -70], [100, 100])
    assert "not-productive" in codes(table)
    with pytest.raises(UnsoundTableError, match="productive"):
        Account(table)


def test_own_state_multipliers_of_michigan_2012() -> None:
    """71 industries of StateIO, by 73 commodities."""

    def table(name: str) -> pl.DataFrame:
        whole = pl.read_parquet(shared_data() / "us-states" / f"{name}_2012.parquet")
        return whole.filter(pl.col("state") == "Michigan").with_columns(pl.col("^BEA.*$").cast(str))

    made, used, own = table("make"), table("domestic_use"), table("own_supply_ratios")
    industries, goods = sorted(set(made["row"])), sorted(set(made["col"]))

    def cells(frame: pl.DataFrame, down: list[str], across: list[str]) -> np.ndarray:
        values = {(r, c): v for r, c, v in frame.select("row", "col", "value").iter_rows()}
        return np.array([[values.get((r, c), 0.0) for c in across] for r in down])

    local = dict(own.select("BEA_2012_Summary_Code", "SoI2SoI").iter_rows())
    shares = np.array([local[g] or 0.0 for g in goods])
    make, use = cells(made, industries, goods), cells(used, goods, industries)
    technical = industry_coefficients(make, use, shares)
    found = np.linalg.solve((np.eye(71) - technical).T, np.ones(71))
    wanted = {
        "332": 1.295, "333": 1.269, "334": 1.111, "335": 1.256, "3361MV": 1.362, "3364OT": 1.242,
    }  # fmt: skip
    assert {i: round(float(found[industries.index(i)]), 3) for i in wanted} == wanted


def test_make_and_use_by_hand() -> None:
    """Industry a makes 8 of 10 units of good 1; b uses 5 of them on an output of 12."""
    make, use = np.array([[8.0, 0], [2, 10]]), np.array([[1.0, 5], [2, 0]])
    found = industry_coefficients(make, use, np.array([0.5, 1]))
    assert found == pytest.approx(np.array([[0.05, 1 / 6], [0.2625, 1 / 24]]))
    with pytest.raises(ValueError, match="turned"):
        industry_coefficients(make, use[:1])
    with pytest.raises(ValueError, match="own supply"):
        industry_coefficients(make, use, np.array([0.5, np.nan]))


class Frame:
    """The little of a pandas frame that is read."""

    def __init__(self, values: np.ndarray, index: list, columns: list) -> None:
        self.values, self.index, self.columns = values, index, columns

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return self.values


def test_systems_of_pymrio_are_read_by_label() -> None:
    labels = [("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")]
    flows = np.arange(16.0).reshape(4, 4)
    turned = [labels[i] for i in (2, 0, 3, 1)]
    final = np.arange(8.0).reshape(4, 2) + 20
    system = SimpleNamespace(
        Z=Frame(flows[:, [2, 0, 3, 1]], labels, turned),
        Y=Frame(final[[2, 0, 3, 1]], turned, [("A", "final"), ("B", "final")]),
    )
    table = from_pymrio(system)
    assert (table.flows == flows).all() and (table.final == final).all()
    assert table.final_regions == ("A", "B") and table.regions == ("A", "A", "B", "B")
    system.Z.columns = [labels[0]] * 4
    with pytest.raises(ValueError, match="twice"):
        from_pymrio(system)


def test_exports_outside_the_table_cannot_be_decomposed() -> None:
    open_table = table_of(np.ones((2, 2)), np.full((2, 2), 5.0), ["a", "b"], ["r", "r"], ["r", "w"])
    with pytest.raises(ValueError, match="no region of the table"):
        Trade(Account(open_table))
