"""Factor upgrading: what a worker brings, and what growth comes from (items 4, 10, 17)."""

from __future__ import annotations

import numpy as np

from regionlift.measures.arithmetic import log_change, ratio
from regionlift.measures.cube import Floats
from regionlift.measures.panel import panel_measure

PER_THOUSAND = 1e3


@panel_measure(
    "value_added_per_employee",
    title="Real value added per person employed",
    title_zh="不变价劳均增加值",
    unit="thousand {currency} in {base_year} per person",
    direction="up",
    columns=("value_added_real", "employment"),
    items=(10, 11, 15, 17),
    source="OECD, Measuring Productivity (2001), section 3",
    formula="sum_i V_i / sum_i L_i, V real value added, L persons employed, i sub-industries",
)
def value_added_per_employee(value_added: Floats, employment: Floats) -> Floats:
    r"""Labour productivity of the block.

    .. math:: p = 1000 \sum_i V_i / \sum_i L_i

    Parameters
    ----------
    value_added : million currency, (..., industry)
    employment : persons, (..., industry)

    Returns
    -------
    thousand currency per person, (...); NaN where nobody is employed

    Examples
    --------
    >>> value_added_per_employee(np.array([30.0, 10.0]), np.array([200.0, 200.0]))
    np.float64(100.0)
    """
    return ratio(value_added, employment) * PER_THOUSAND


@panel_measure(
    "value_added_per_employee_current",
    title="Value added per person employed, current prices",
    title_zh="现价劳均增加值",
    unit="thousand {currency} per person",
    direction="up",
    columns=("value_added", "employment"),
    items=(10, 11, 17),
    source="OECD, Measuring Productivity (2001), section 3",
    formula="sum_i V_i / sum_i L_i at current prices: comparable within a year, not along years",
)
def value_added_per_employee_current(value_added: Floats, employment: Floats) -> Floats:
    """Nominal labour productivity: read it against peers of the same year only."""
    return ratio(value_added, employment) * PER_THOUSAND


@panel_measure(
    "compensation_per_employee",
    title="Compensation per person employed",
    title_zh="人均劳动者报酬",
    unit="thousand {currency} per person",
    direction="up",
    columns=("compensation", "employment"),
    items=(10, 11),
    source="Gereffi 1999: from labour-intensive to skill-intensive work; a proxy",
    formula="sum_i W_i / sum_i L_i, W compensation of employees, L persons employed",
)
def compensation_per_employee(compensation: Floats, employment: Floats) -> Floats:
    """Pay per head at current prices; a proxy of skill where value added is not known."""
    return ratio(compensation, employment) * PER_THOUSAND


@panel_measure(
    "compensation_share",
    title="Compensation share of value added",
    title_zh="劳动者报酬占增加值比重",
    unit="share",
    columns=("compensation", "value_added"),
    items=(10,),
    source="System of National Accounts 2008, generation of income account",
    formula="sum_i W_i / sum_i V_i",
)
def compensation_share(compensation: Floats, value_added: Floats) -> Floats:
    """Labour share: descriptive, since more may mean skill or may mean squeezed profits."""
    return ratio(compensation, value_added)


@panel_measure(
    "capital_per_employee",
    title="Capital per person employed",
    title_zh="劳均资本存量",
    unit="thousand {currency} in {base_year} per person",
    direction="up",
    columns=("capital", "employment"),
    items=(10,),
    source="Porter 1990; Gereffi 1999: factor intensity",
    formula="sum_i K_i / sum_i L_i",
)
def capital_per_employee(capital: Floats, employment: Floats) -> Floats:
    """Capital intensity of the block."""
    return ratio(capital, employment) * PER_THOUSAND


@panel_measure(
    "rd_intensity",
    title="R&D expenditure in value added",
    title_zh="研发强度",
    unit="share",
    direction="up",
    columns=("rd_spend", "value_added"),
    items=(10, 11, 39),
    source="Frascati Manual 2015, chapter 4",
    formula="sum_i RD_i / sum_i V_i",
)
def rd_intensity(rd_spend: Floats, value_added: Floats) -> Floats:
    """R&D intensity of the block."""
    return ratio(rd_spend, value_added)


@panel_measure(
    "technology_introduction_ratio",
    title="Foreign technology purchase to own R&D",
    title_zh="技术引进经费与研发经费之比",
    unit="ratio",
    direction="down",
    columns=("foreign_tech_purchase", "rd_spend"),
    items=(5, 28, 58),
    source="operational reading of the paper, item 5",
    formula="sum_i F_i / sum_i RD_i, F spending on technology bought abroad",
)
def technology_introduction_ratio(foreign: Floats, rd_spend: Floats) -> Floats:
    """How much technology is bought for each unit of own R&D."""
    return ratio(foreign, rd_spend)


@panel_measure(
    "growth_value_added",
    title="Growth of real value added",
    title_zh="不变价增加值年均增长",
    unit="% a year",
    annual=True,
    columns=("value_added_real", "employment"),
    change=True,
    items=(4,),
    source="Solow 1957",
    formula="100 ln(V1/V0) / years",
)
def growth_value_added(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """Log growth of the block's real value added over the window, in %."""
    return log_change(v0, v1)


@panel_measure(
    "growth_from_employment",
    title="Growth from employment",
    title_zh="从业人员增长的贡献",
    unit="% a year",
    annual=True,
    columns=("value_added_real", "employment"),
    change=True,
    items=(4,),
    source="partial growth accounting, Solow 1957 without capital",
    formula="100 ln(L1/L0) / years; with growth_from_productivity it adds up to growth_value_added",
)
def growth_from_employment(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """The part of growth that more people explain."""
    return log_change(l0, l1)


@panel_measure(
    "growth_from_productivity",
    title="Growth from value added per person",
    title_zh="劳动生产率增长的贡献",
    unit="% a year",
    annual=True,
    columns=("value_added_real", "employment"),
    change=True,
    direction="up",
    items=(4,),
    source="partial growth accounting, Solow 1957 without capital",
    formula="100 ln((V1/L1)/(V0/L0)) / years",
)
def growth_from_productivity(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """The part of growth that value added per person explains."""
    return log_change(v0, v1) - log_change(l0, l1)


_SOLOW = ("value_added_real", "employment", "capital", "compensation", "value_added")


def _solow(ends: tuple[Floats, ...]) -> tuple[Floats, Floats, Floats]:
    """Growth of value added, the part of labour and the part of capital (Törnqvist shares)."""
    v0, l0, k0, w0, n0, v1, l1, k1, w1, n1 = ends
    share = (ratio(w0, n0) + ratio(w1, n1)) / 2
    growth = log_change(v0, v1)
    return growth, share * log_change(l0, l1), (1 - share) * log_change(k0, k1)


@panel_measure(
    "growth_from_tfp",
    title="Growth from total factor productivity",
    title_zh="全要素生产率增长的贡献",
    unit="% a year",
    annual=True,
    columns=_SOLOW,
    change=True,
    direction="up",
    items=(4,),
    source="Solow 1957; OECD, Measuring Productivity (2001), section 7",
    formula="100 [ln(V1/V0) - s ln(L1/L0) - (1-s) ln(K1/K0)] / years, "
    "s the mean compensation share of both ends",
)
def growth_from_tfp(*ends: Floats) -> Floats:
    """Solow residual of the block."""
    growth, labour, capital = _solow(ends)
    return growth - labour - capital


@panel_measure(
    "input_driven_share",
    title="Share of growth from labour and capital",
    title_zh="要素投入对增长的贡献率",
    unit="share",
    columns=_SOLOW,
    change=True,
    direction="down",
    items=(4,),
    source="Solow 1957; OECD, Measuring Productivity (2001), section 7",
    formula="[s ln(L1/L0) + (1-s) ln(K1/K0)] / ln(V1/V0); defined where value added grew",
)
def input_driven_share(*ends: Floats) -> Floats:
    """Share of growth that inputs explain; NaN where value added did not grow."""
    growth, labour, capital = _solow(ends)
    return np.where(growth > 0, (labour + capital) / growth, np.nan)


@panel_measure(
    "employment_driven_share",
    title="Share of growth from employment (partial)",
    title_zh="从业人员增长对增长的贡献率（部分核算）",
    unit="share",
    columns=("value_added_real", "employment"),
    change=True,
    direction="down",
    items=(4,),
    source="partial growth accounting, Solow 1957 without capital",
    formula="ln(L1/L0) / ln(V1/V0); defined where value added grew",
)
def employment_driven_share(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """The partial form of the input-driven share, for panels without capital."""
    growth = log_change(v0, v1)
    return np.where(growth > 0, log_change(l0, l1) / growth, np.nan)
