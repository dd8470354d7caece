"""Numbers of others, copied here literally with their origin, against our kernels.

REAT is the R package of T. Wieland, version 3.0.3 (GPL); its numbers were made by running its own
functions on the data of its manual under R 4.2.2, and where the textbook prints a number REAT's
agrees with it. The made-up three-sector panel was computed from the published formulas alone.
Where a definition of theirs is not ours, the docstring says so and the relation is tested.
"""

from __future__ import annotations

import numpy as np
import pytest

from regionlift.measures.location import location_quotient
from regionlift.measures.structure import (
    lilien,
    moore_angle,
    norm_of_absolute_values,
    shift_share,
    theil_rationalisation,
)

#: As printed by REAT, 15 digits; what differs is the order of the sums.
EXACT = 1e-12

# a made-up panel: primary, secondary, tertiary
Y0, Y1 = np.array([120.0, 480.0, 400.0]), np.array([130.0, 690.0, 720.0])
L0, L1 = np.array([300.0, 260.0, 240.0]), np.array([230.0, 280.0, 330.0])


def test_shift_share_of_productivity_three_sectors() -> None:
    """Fagerberg 2000: the same three terms, as a share of the start; ours are in %."""
    within, between, interaction = shift_share(Y0, L0, Y1, L1)
    assert within / 100 == pytest.approx(0.3339158667419536, rel=EXACT)
    assert between / 100 == pytest.approx(0.1037362637362637, rel=EXACT)
    assert interaction / 100 == pytest.approx(0.029014536188449208, rel=EXACT)
    assert (within + between + interaction) / 100 == pytest.approx(0.4666666666666666, rel=EXACT)


def test_theil_rationalisation_three_sectors() -> None:
    """Gan, Zheng & Yu 2011; checked there against scipy.stats.entropy."""
    assert theil_rationalisation(Y0, L0) == pytest.approx(0.16552195735276418, rel=EXACT)
    assert theil_rationalisation(Y1, L1) == pytest.approx(0.11454971979729656, rel=EXACT)


def test_moore_angle_three_sectors() -> None:
    """Moore 1978, in degrees, and as the cosine."""
    angle = moore_angle(Y0, Y1)
    assert angle == pytest.approx(7.206986848123151, rel=EXACT)
    assert np.cos(np.radians(angle)) == pytest.approx(0.9920994103643554, rel=EXACT)


def test_nav_three_sectors() -> None:
    """The reference is the plain sum of absolute share changes; NAV is half of it."""
    assert 2 * norm_of_absolute_values(Y0, Y1) == pytest.approx(0.13506493506493503, rel=EXACT)


def test_lilien_three_sectors() -> None:
    """No reference has our mean of both ends as weights; the start-weighted form bounds it near.

    Lilien 1982 weighs by the share of one year. Both weights give nearly the same here, since
    shares move by under a tenth; the difference is of second order.
    """
    rates = np.log(Y1 / Y0) - np.log(Y1.sum() / Y0.sum())
    ends = [np.sqrt((y / y.sum() * rates**2).sum()) for y in (Y0, Y1)]
    found = lilien(Y0, Y1)
    assert min(ends) < found < max(ends)
    assert found**2 == pytest.approx((ends[0] ** 2 + ends[1] ** 2) / 2, rel=EXACT)


def test_location_quotient_farhauer_kroell() -> None:
    """Farhauer & Kröll 2013, example in the manual of REAT, function locq: 0.3847623."""
    found = location_quotient(*(np.array(x) for x in (1714.0, 79006.0, 879213.0, 15593224.0)))
    assert found == pytest.approx(0.384762342301328, rel=EXACT)


# employment subject to social insurance in 2017 by section: Göttingen, Germany
GOETTINGEN = np.array([45, 466, 7874, 1334, 7051, 2481, 2251, 2032, 1739, 7915, 4875, 3936, 7488,
                       16896, 900.0])  # fmt: skip
GERMANY = np.array([248052, 538768, 6797172, 1798954, 4380223, 1713157, 1062982, 1027486, 975126,
                    2397099, 2357313, 1762308, 1249260, 4676036, 1181037.0])  # fmt: skip


def test_location_quotients_goettingen() -> None:
    """REAT, data set Goettingen, function locq over all 15 sections, 2017."""
    published = [
        0.0840765201500856, 0.400856630227209, 0.536873661376762, 0.343669284537853,
        0.746035409266063, 0.671173107246816, 0.981419159508745, 0.91654277462507,
        0.826501780162697, 1.53027645450855, 0.958434231020296, 1.03509026635772,
        2.77790857759887, 1.67459967423044, 0.35317012043262,
    ]  # fmt: skip
    found = location_quotient(GOETTINGEN, np.array(69403.0), GERMANY, np.array(32164973.0))
    assert found == pytest.approx(published, rel=EXACT)


def test_krugman_index_is_twice_nav_goettingen() -> None:
    """REAT, krugman.spec: the sum of absolute gaps of two mixes; NAV halves it.

    NAV compares two years of one region, Krugman's index two regions of one year.
    """
    found = 2 * norm_of_absolute_values(GERMANY, GOETTINGEN)
    assert found == pytest.approx(0.450846878361572, rel=EXACT)


# employment of four industries at two dates (Farhauer & Kröll 2013): three regions, their country
COUNTRY = ([400, 150, 150, 400], [440, 210, 135, 480])
REGIONS = {
    "A": ([90, 20, 10, 60], [100, 40, 10, 55]),
    "B": ([60, 30, 30, 40], [85, 55, 40, 35]),
    "C": ([250, 100, 110, 300], [255, 115, 85, 390]),
}


@pytest.mark.parametrize(
    ("region", "growth", "national", "mix", "regional", "allocation"),
    [
        ("A", 25, 27, 1.00000000000003, -0.636363636363636, -2.36363636363636),
        ("B", 55, 24, -1, 18.4242424242424, 13.5757575757576),
        ("C", 85, 114, 1.13686837721616e-13, -33.5719008264463, 4.57190082644628),
    ],
)
def test_shift_share_against_esteban(
    region: str, growth: float, national: float, mix: float, regional: float, allocation: float
) -> None:
    """REAT, shift with method Esteban (1972), in persons.

    His parts compare a region's employment growth with its country's; ours compare productivity
    at two dates. It is one decomposition: read the country as the start, the region as the end,
    employment at the first date as the base and at the second as the size. Then the industrial
    mix is our part between, the regional share our part within, and the allocation effect our
    interaction, times the region's employment and the country's growth factor.
    """
    base, size = (np.array(x, dtype=float) for x in COUNTRY)
    own, later = (np.array(x, dtype=float) for x in REGIONS[region])
    factor = size.sum() / base.sum()
    parts = np.array(shift_share(size, base, later, own)) / 100 * factor * own.sum()
    # published to 15 digits, but as differences of numbers of this size
    assert parts == pytest.approx([regional, mix, allocation], abs=2e-12)
    assert own.sum() * (factor - 1) == pytest.approx(national)
    assert own.sum() * (factor - 1) + parts.sum() == pytest.approx(growth)


def test_shift_share_against_dunn() -> None:
    """REAT, shift with method Dunn (1960): his regional share is our within and interaction."""
    dunn = {"A": (1.00000000000003, -3), "B": (-1, 32), "C": (1.13686837721616e-13, -29)}
    base, size = (np.array(x, dtype=float) for x in COUNTRY)
    for region, (mix, regional) in dunn.items():
        own, later = (np.array(x, dtype=float) for x in REGIONS[region])
        scale = size.sum() / base.sum() * own.sum() / 100
        within, between, interaction = shift_share(size, base, later, own)
        assert scale * between == pytest.approx(mix, abs=2e-12)
        assert scale * (within + interaction) == pytest.approx(regional, abs=2e-12)
