"""Faults of existing packages: the wrong answer is named, and ours is the right one.

Each of them sat behind tests of shapes, of a package's own output, or with wide tolerances.
"""

from __future__ import annotations

import re
from importlib.metadata import requires

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import entropy

from regionlift.measures.inputoutput import clusters, extraction, linkages
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.audit import UnsoundTableError
from regionlift.measures.inputoutput.table import table_of
from regionlift.measures.inputoutput.trade import Trade, vertical_specialisation
from regionlift.measures.structure import theil_rationalisation
from test_inputoutput import drawn, few, four_by_five, grid, leather, rows, seeds


def toy() -> Account:
    """ioanalysis' own example, with exports where they belong: in final demand."""
    labels, _, flows = grid("ioanalysis_toy_Z")
    final = np.column_stack([grid("ioanalysis_toy_f")[2], grid("ioanalysis_toy_E")[2]])
    output = grid("ioanalysis_toy_X")[2][:, 0]
    return Account(table_of(flows, final, labels, output=output))


def test_ioanalysis_upstream_is_the_row_sum_of_the_inverse() -> None:
    """It scales A by the buyer's output: in a closed table it returns L1, not upstreamness.

    Steps from final use, added one by one, say what upstreamness is.
    """
    account = drawn(5)
    made, steps, seen = account.table.final.sum(axis=1), 1, np.zeros(9)
    while made.max() > 1e-14:
        seen += steps * made
        made, steps = account.technical @ made, steps + 1
    right = seen / account.table.output
    wrong = account.leontief.sum(axis=1)
    assert linkages.upstreamness(account) == pytest.approx(right)
    assert not np.allclose(wrong, right, rtol=0.01)
    turned = Account(table_of([[0.0, 8.0], [2.0, 0.0]], [2.0, 8.0], ["a", "b"]))
    ours, theirs = linkages.upstreamness(turned), turned.leontief.sum(axis=1)
    assert ours[0] > ours[1], "a sells most of its output to b"
    assert (theirs[0] > theirs[1]) == (ours[0] > ours[1]) or theirs[0] < theirs[1]


def test_ioanalysis_key_sector_compares_what_is_not_normalised() -> None:
    """Direct linkages lie below 1 and total ones above: all sectors "I", then all "III"."""
    as_run = rows("ioanalysis_toy_keysector_as_run")
    assert {r["key.dir"] for r in as_run} == {"I"} and {r["key.tot"] for r in as_run} == {"III"}
    account = toy()
    assert linkages.total_backward(account) == pytest.approx([float(r["BL.tot"]) for r in as_run])
    assert len(set(linkages.key_sectors(account))) >= 3
    for linkage in (linkages.total_backward(account), linkages.direct_backward(account)):
        assert linkages.normalised(linkage).mean() == pytest.approx(1)


@few
@given(seeds)
def test_ioanalysis_vs_takes_the_domestic_block_for_imports(seed: int) -> None:
    """With the right block, imports in exports and domestic value added make up exports."""
    account = drawn(seed, regions=2)
    trade = Trade(account)
    at, out = trade.places
    home, abroad = (account.technical[np.ix_(x, at)] for x in (at, out))
    exports = trade.exports[at].sum(axis=1)
    own = account.value_added_shares[at] @ trade.local[0] @ exports
    right = vertical_specialisation(home, abroad, exports)
    wrong = vertical_specialisation(home, home, exports)
    assert right + own == pytest.approx(exports.sum())
    assert wrong + own != pytest.approx(exports.sum(), rel=1e-6)


def test_ioanalysis_extraction_leaves_exports_out() -> None:
    """Its base line is L f = 13,527 of an output of 17,605; it says 4,752 where 818 is right."""
    account = toy()
    assert account.table.output.sum() == 17605
    inland = grid("ioanalysis_toy_f")[2].sum(axis=1)
    assert account.required(inland).sum() == pytest.approx(13527, abs=1)
    assert grid("ioanalysis_toy_extraction_backward")[2][0, 0] == pytest.approx(4752, abs=1)
    ours = extraction.without_purchases(account)[0]
    assert ours == pytest.approx(818, abs=0.1)
    technical = account.technical.copy()
    technical[:, 0] = 0
    rest = np.linalg.solve(np.eye(10) - technical, account.table.final.sum(axis=1))
    assert ours == pytest.approx(17605 - rest.sum())


def test_ioanalysis_inverse_important_swaps_row_and_column() -> None:
    account = toy()
    printed = grid("ioanalysis_toy_inverse_important_2_3_0.05")[2]
    change = 0.05 * account.technical
    ours = extraction.with_coefficient(account, 1, 2, change[1, 2])
    moved = account.technical.copy()
    moved[1, 2] += change[1, 2]
    assert ours == pytest.approx(np.linalg.inv(np.eye(10) - moved) - account.leontief)
    assert np.abs(ours - printed).max() > 1e-3
    asked, answered = (
        printed / np.outer(account.leontief[:, i], account.leontief[j]) for i, j in ((1, 2), (2, 1))
    )
    assert np.ptp(answered) < 1e-12 < 1 < np.ptp(asked), "it is the influence of (3, 2)"


def test_ioanalysis_direct_linkages_of_one_region_are_the_total_ones() -> None:
    account = toy()
    direct, total = linkages.direct_backward(account), linkages.total_backward(account)
    assert direct == pytest.approx(account.table.flows.sum(axis=0) / account.table.output)
    assert (total > direct + 0.5).all()
    ahead = linkages.direct_forward(account)
    assert ahead == pytest.approx(account.table.flows.sum(axis=1) / account.table.output)


def test_reat_coagglomeration_is_12_where_ellison_and_glaeser_say_0089() -> None:
    firms = rows("reat_FK2014_EGC")
    industries = list(dict.fromkeys(r["industry"] for r in firms))
    places = {r["region"]: float(r["emp_region"]) for r in firms}
    jobs = np.array([
        [sum(float(r["emp_firm"]) for r in firms if (r["industry"], r["region"]) == (i, p))
         for p in places] for i in industries
    ])  # fmt: skip
    shares = jobs / jobs.sum(axis=1, keepdims=True)
    reference = np.array(list(places.values())) / sum(places.values())
    weights = jobs.sum(axis=1) / jobs.sum()
    found = clusters.group_coagglomeration(shares, reference, weights)
    assert found == pytest.approx(0.0890, abs=5e-5)
    # the definition of 1997, from the group as a whole
    spread = 1 - (reference**2).sum()
    herfindahl = [
        sum((float(r["emp_firm"]) / t) ** 2 for r in firms if r["industry"] == i)
        for i, t in zip(industries, jobs.sum(axis=1), strict=True)
    ]
    whole = weights @ shares
    gammas = [
        clusters.ellison_glaeser(s, reference, h) for s, h in zip(shares, herfindahl, strict=True)
    ]
    raw = ((whole - reference) ** 2).sum() / spread - (weights**2 @ herfindahl)
    own = sum(g * w**2 * (1 - h) for g, w, h in zip(gammas, weights, herfindahl, strict=True))
    assert found == pytest.approx((raw - own) / (1 - (weights**2).sum()))
    as_run = next(r for r in rows("reat_results") if r["measure"].startswith("ellison.c"))
    assert float(as_run["value"]) == pytest.approx(12.07, abs=5e-3)
    pairs = clusters.coagglomeration(shares, reference)
    for r in rows("derived_ellison_glaeser_pairwise_FK2014"):
        i, j = industries.index(r["i"]), industries.index(r["j"])
        assert pairs[i, j] == pytest.approx(float(r["gamma_c_pair"]))


def test_reat_theil_is_the_mean_log_deviation() -> None:
    """Ours is Theil's T of value added by employment, the divergence scipy computes."""
    earned, jobs = np.array([60.0, 30.0, 10.0]), np.array([20.0, 30.0, 50.0])
    ours = float(theil_rationalisation(earned, jobs))
    assert ours == pytest.approx(float(entropy(earned, jobs)))
    share = jobs / jobs.sum()
    assert ours != pytest.approx(float(-(share * np.log(earned / earned.sum() / share)).sum()))


def test_leontief_and_fio_take_the_spread_along_the_wrong_axis() -> None:
    inverse = four_by_five().leontief
    n = len(inverse)
    by_hand = [
        (sum((x - c.mean()) ** 2 for x in c) / (n - 1)) ** 0.5 / c.mean() for c in inverse.T
    ]
    assert linkages.spread(inverse) == pytest.approx(by_hand)
    means = inverse.mean(axis=0)
    wrong = np.sqrt(((inverse - means[:, None]) ** 2).sum(axis=0) / (n - 1)) / means
    assert np.abs(wrong - by_hand).max() > 1e-3


def test_pymrio_ghosh_with_a_frame_of_output_returned_the_leontief_inverse() -> None:
    account = leather()
    output = account.table.output
    ghosh = np.linalg.inv(np.eye(len(output)) - account.allocation)
    assert linkages.total_forward(account) == pytest.approx(ghosh.sum(axis=1))
    assert np.abs(account.leontief.sum(axis=1) - ghosh.sum(axis=1)).max() > 0.1
    assert account.table.value_added @ ghosh == pytest.approx(output), "x = v'G"


def test_pymrio_inverts_what_is_not_productive() -> None:
    """A = [[.6, .7], [.8, .9]] has an "inverse" with negative cells."""
    technical = np.array([[0.6, 0.7], [0.8, 0.9]])
    assert (np.linalg.inv(np.eye(2) - technical) < 0).any()
    output = np.array([10.0, 10.0])
    flows = technical * output
    with pytest.raises(UnsoundTableError, match="not productive"):
        Account(table_of(flows, output - flows.sum(axis=1), ["a", "b"], output=output))


def test_iotables_forward_linkage_of_german_industry_has_two_digits_swapped() -> None:
    """Its test holds 1.6691 with a tolerance of 1e-2; the table gives 1.6910."""
    table = {r["iotables_row"]: r for r in rows("germany1995_siot_eurostat_manual_t15_4")}
    names = list(table)[:6]
    flows = np.array([[float(table[i][j]) for j in names] for i in names])
    output = np.array([float(table[i]["total_final_use"]) for i in names])
    account = Account(table_of(flows, output - flows.sum(axis=1), names))
    ahead = linkages.total_forward(account)
    assert np.abs(ahead - 1.6910).min() < 5.2e-5
    assert np.abs(ahead - 1.6691).min() > 0.01


def test_mario_normalises_by_default_and_only_warns() -> None:
    """Ours are never normalised unless asked, and never cut at the diagonal."""
    account = four_by_five()
    assert linkages.total_backward(account) == pytest.approx(account.leontief.sum(axis=0))
    assert linkages.total_backward(account).mean() > 1.2


def test_boario_names_no_dependency_in_its_wheel() -> None:
    wanted = {re.split(r"[ <>=!~;\[]", r)[0].lower() for r in requires("regionlift") or ()}
    assert {"numpy", "scipy", "polars"} <= wanted
