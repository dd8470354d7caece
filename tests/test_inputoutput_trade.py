"""Borin-Mancini by sector, partner, group and with split regions; regional quotients; clusters.

Reference numbers: outputs of exvatools 0.9, quadrium 0.2, ioanalysis 0.3.4 and REAT 3.0.3, and the
examples printed in Farhauer & Kroell 2014; origin in the README of the reference folder.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from regionlift.measures.inputoutput import clusters, linkages, regional
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.audit import audit
from regionlift.measures.inputoutput.identities import IdentityError, held
from regionlift.measures.inputoutput.table import table_of
from regionlift.measures.inputoutput.trade import KWW, Trade
from test_inputoutput import drawn, few, four_by_five, grid, rows, seeds

#: Parts of a split region in the table of exvatools.
WHOLE = {"MX1": "MEX", "MX2": "MEX", "CN1": "CHN", "CN2": "CHN"}


def split(together: dict[str, str]) -> Trade:
    """Six countries, two of them in three parts; ``together`` renames countries."""
    labels, _, flows = grid("exvatools_iciotest_Z")
    _, columns, final = grid("exvatools_iciotest_Yfd")
    parts, sectors = zip(*(x.split("_") for x in labels), strict=True)
    names = [WHOLE.get(p, p) for p in parts]
    buyers = [c.split("_")[0] for c in columns]
    return Trade(
        Account(
            table_of(
                flows, final, [f"{p} {s}" for p, s in zip(parts, sectors, strict=True)],
                [together.get(n, n) for n in names], [together.get(b, b) for b in buyers],
            )
        )
    )  # fmt: skip


def test_borin_mancini_of_countries_in_parts_as_in_exvatools() -> None:
    trade = split({})
    found, seen = trade.borin_mancini(), set()
    for row in rows("exvatools_iciotest_decompositions_country_totals"):
        if (row["method"], row["output"]) == ("bm_src", "standard") and row["term"] in found:
            value = found[row["term"]][trade.regions.index(row["exporter"])]
            assert value == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-8), row
            seen.add((row["term"], row["exporter"]))
    assert len({t for t, _ in seen}) >= 9 and {e for _, e in seen} == set(trade.regions)


def test_koopman_wang_wei_of_countries_in_parts_as_in_exvatools() -> None:
    trade = split({})
    found = trade.koopman_wang_wei()
    named = {"DC": slice(0, 6), "FC": slice(6, 9), "EXGR": slice(0, 9)}
    seen = 0
    for row in rows("exvatools_iciotest_decompositions_country_totals"):
        if (row["method"], row["output"]) == ("kww", "standard") and row["term"] in named:
            own = found[trade.regions.index(row["exporter"])]
            assert own[named[row["term"]]].sum() == pytest.approx(float(row["value"]), rel=1e-9)
            seen += 1
    assert seen >= len(trade.regions) and len(KWW) == 9


def test_groups_of_countries_are_one_exporter() -> None:
    trade, seen = split({"USA": "NAFTA", "MEX": "NAFTA"}), set()
    found = trade.borin_mancini()
    for row in rows("exvatools_iciotest_groups_totals"):
        if row["method"] == "bm_src" and row["exporter"] == "NAFTA" and row["term"] in found:
            value = found[row["term"]][trade.regions.index("NAFTA")]
            assert value == pytest.approx(float(row["total"]), rel=1e-9, abs=1e-8), row
            seen.add(row["term"])
    assert {"DVA", "DDC", "FVA", "FDC", "VAX", "DAVAX", "REF"} <= seen


def test_every_sector_and_partner_as_in_exvatools() -> None:
    """exvatools 0.9 itself stops here with its default breakdown ("object 'DC' not found")."""
    trade = Trade(four_by_five())
    terms = {r: trade.by_partner(r) for r in trade.regions}
    sectors = trade.account.table.sectors
    seen = set()
    for row in rows("own4x5_exvatools_long"):
        if (row["method"], row["output"]) != ("bm_src", "standard"):
            continue
        seller, _, sector = row["row"].partition("_")
        at = [i for i in trade.places[trade.regions.index(seller)] if sectors[i] == sector]
        place = at[0] - trade.places[trade.regions.index(seller)][0]
        buyer = trade.regions.index(row["partner"])
        value = terms[seller][row["term"]][place, buyer]
        assert value == pytest.approx(float(row["value"]), abs=1e-9), row
        seen.add(row["term"])
    assert seen == set(terms["R1"])


@few
@given(seeds)
def test_sectors_and_partners_add_up_to_the_exporter(seed: int) -> None:
    trade = Trade(drawn(seed))
    totals = trade.borin_mancini()
    for s, region in enumerate(trade.regions):
        own = trade.by_partner(region)
        assert own["DVA"] + own["DDC"] + own["FVA"] + own["FDC"] == pytest.approx(own["EXGR"])
        for term, value in totals.items():
            assert own[term].sum() == pytest.approx(value[s], abs=1e-12), term
    with pytest.raises(ValueError, match="nowhere is no region"):
        trade.by_partner("nowhere")


@few
@given(seeds)
def test_identities_hold_at_run_time_and_a_broken_table_is_refused(seed: int) -> None:
    account = drawn(seed)
    up, down = linkages.position(account)
    assert (up >= 1).all() and (down >= 1).all()
    trade = Trade(account)
    for s, region in enumerate(trade.regions):
        exports = trade.exports[trade.places[s]].sum()
        assert 0 < trade.vertical(region) < exports
    # a table whose rows do not add up: marked when audited, refused where it would matter
    table = account.table
    odd = Account(
        table_of(table.flows, 1.2 * table.final, list(table.sectors), list(table.regions),
                 list(table.final_regions), output=table.output)
    )  # fmt: skip
    assert "unbalanced" in {f.code for f in audit(odd.table)}
    with pytest.raises(IdentityError, match="differ by"):
        linkages.position(odd)
    with pytest.raises(IdentityError, match="add up to exports"):
        Trade(odd).koopman_wang_wei()


def test_an_identity_that_is_no_number_does_not_hold() -> None:
    held("equal", np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-12]))
    for wrong in (np.array([1.0, np.nan]), np.array([1.0, 2.1])):
        with pytest.raises(IdentityError, match="odd: the two sides"):
            held("odd", wrong, np.array([1.0, 2.0]))


def test_round_quotients_as_in_quadrium() -> None:
    given_, wanted = rows("flq_inputs"), rows("flq_quadrium_germany1995")
    names = [r["sector"] for r in given_]
    region = np.array([float(r["E_region"]) for r in given_])
    nation = np.array([float(r["E_nation"]) for r in given_])
    found = regional.round_quotients(region, nation)
    seen = 0
    for row in wanted:
        # on the diagonal quadrium puts SLQ
        if row["method"] == "RLQ" and row["row"] != row["col"]:
            value = found[names.index(row["row"]), names.index(row["col"])]
            # quadrium prints what it caps at 1
            assert min(value, 1) == pytest.approx(min(float(row["q"]), 1), rel=1e-9)
            seen += 1
    assert seen == len(names) * (len(names) - 1)
    flegg = regional.flegg_quotients(region, nation, exponent=0.3)
    augmented = regional.augmented_quotients(region, nation, exponent=0.3)
    special = regional.simple_quotients(region, nation)
    assert (augmented[:, special <= 1] == flegg[:, special <= 1]).all()
    assert augmented[:, special > 1] == pytest.approx(
        flegg[:, special > 1] * np.log2(1 + special[special > 1])
    )


@few
@given(seeds)
def test_cross_hauling_keeps_the_balance_and_gives_the_nation_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made, sold, bought = rng.uniform(50, 100, 5), rng.uniform(0, 40, 5), rng.uniform(0, 40, 5)
    taken = made - sold + bought
    part = rng.uniform(0.1, 0.9)
    out, into = regional.cross_hauled(part * made, part * taken, (made, taken, sold, bought))
    assert out == pytest.approx(part * sold) and into == pytest.approx(part * bought)
    x, d = rng.uniform(1, 50, 5), rng.uniform(1, 50, 5)
    out, into = regional.cross_hauled(x, d, (made, taken, sold, bought))
    assert out - into == pytest.approx(x - d)
    assert (out >= 0).all() and (into >= 0).all() and (np.minimum(out, into) > 0).any()
    with pytest.raises(ValueError, match="neither made nor used"):
        none = np.zeros(5)
        regional.cross_hauled(x, d, (none, none, none, none))


def test_ellison_glaeser_and_litzenberger_sternberg_as_printed() -> None:
    """Farhauer & Kroell 2014, Vienna, Linz, Graz: 0.05990628; the index of REAT's manual."""
    total = {r["region"]: float(r["emp"]) for r in rows("reat_ellison_regions")}
    firms = [(r["region"], float(r["emp"])) for r in rows("reat_ellison_firms")]
    jobs = sum(v for _, v in firms)
    shares = np.array([sum(v for r, v in firms if r == k) for k in total]) / jobs
    reference = np.array(list(total.values())) / sum(total.values())
    herfindahl = sum((v / jobs) ** 2 for _, v in firms)
    found = clusters.ellison_glaeser(shares, reference, herfindahl)
    assert found == pytest.approx(0.05990628, abs=5e-9)
    two = clusters.litzenberger_sternberg(
        np.array([[1743.0, 5740 - 1743]]), np.array([[35.0, 53 - 35]]),
        np.array([50.0, 576 - 50]), np.array([488.0, 4621 - 488]),
    )  # fmt: skip
    assert two[0, 0] == pytest.approx(21.87491, abs=5e-6)


def test_cluster_indices_of_the_german_regions_as_in_reat() -> None:
    given_ = rows("reat_G_regions_industries")
    places = list(dict.fromkeys(r["region_code"] for r in given_))
    industries = list(dict.fromkeys(r["ind_code"] for r in given_))
    shape = (len(industries), len(places))
    jobs, firms = np.zeros(shape), np.zeros(shape)
    area, people = np.zeros(len(places)), np.zeros(len(places))
    for r in given_:
        i, j = industries.index(r["ind_code"]), places.index(r["region_code"])
        jobs[i, j], firms[i, j] = float(r["emp_all"]), float(r["firms"])
        area[j], people[j] = float(r["area_sqkm"]), float(r["pop"])
    found = clusters.litzenberger_sternberg(jobs, firms, area, people)
    wanted, seen = rows("reat_litzenberger2_german_regions"), 0
    for r in wanted:
        value = found[industries.index(r["i_industry"]), places.index(r["j_region"])]
        if r["CI"] != "NA":
            assert value == pytest.approx(float(r["CI"]), rel=1e-9), r
            seen += 1
    assert seen > 0.9 * found.size


def test_multiplier_products_are_not_transposed() -> None:
    """leontief (R) and fio give the transpose of ioanalysis, whose rows are sums of rows."""
    account = four_by_five()
    found = linkages.multiplier_products(account.leontief)
    wanted = grid("own4x5_ioanalysis_mpm")[2]
    assert found == pytest.approx(wanted)
    assert np.abs(found.T - wanted).max() > 1e-3
    assert found.sum(axis=1) == pytest.approx(account.leontief.sum(axis=1))
