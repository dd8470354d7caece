"""Structure upgrading: the mix of sub-industries, how it moves and where to (items 21, 22)."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Bools, Floats
from regionlift.measures.panel import panel_measure

_BASES = {
    "value_added": ("value added", "增加值"),
    "employment": ("employment", "从业人员"),
}


def high_tech_share(high: Bools, size: Floats) -> Floats:
    r"""Share of the high-tech sub-industries.

    .. math:: \sum_{i \in H} x_i / \sum_i x_i

    Parameters
    ----------
    high : bool, (industry,)
        True for the sub-industries of the scope's high-tech tiers.
    size : any size, (..., industry)
    """
    return np.asarray((_shares(size) * high).sum(axis=-1))


def norm_of_absolute_values(start: Floats, end: Floats) -> Floats:
    r"""Share of the block that changed sub-industry between two years.

    .. math:: NAV = \tfrac12 \sum_i |s_{i1} - s_{i0}|

    0 where the mix stays, 1 where it is exchanged whole.

    Examples
    --------
    >>> norm_of_absolute_values(np.array([50.0, 50.0]), np.array([70.0, 30.0]))
    array(0.2)
    """
    return np.asarray(np.abs(_shares(end) - _shares(start)).sum(axis=-1) / 2)


def lilien(start: Floats, end: Floats) -> Floats:
    r"""Dispersion of sub-industry growth (Lilien 1982), with shares averaged over both ends.

    .. math:: \sqrt{\sum_i \bar s_i (\Delta \ln x_i - \Delta \ln X)^2}

    Not defined where a sub-industry is zero at one end only.
    """
    weight = (_shares(start) + _shares(end)) / 2
    total = np.log(end.sum(axis=-1) / start.sum(axis=-1))[..., None]
    both_zero = (start <= 0) & (end <= 0)
    own = np.log(np.where(both_zero, 1, end) / np.where(both_zero, 1, start))
    return _finite(np.sqrt((weight * np.where(both_zero, 0, own - total) ** 2).sum(axis=-1)))


def moore_angle(start: Floats, end: Floats) -> Floats:
    r"""Angle between the share vectors of two years (Moore 1978).

    .. math:: \arccos \frac{s_0 \cdot s_1}{|s_0||s_1|}

    In degrees: 0 where the mix stays.
    """
    a, b = _shares(start), _shares(end)
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine = (a * b).sum(axis=-1) / norms
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _shares(size: Floats) -> Floats:
    """Shares of the last axis; NaN for an empty block, or one with a negative part."""
    total = size.sum(axis=-1, keepdims=True)
    sound = (total > 0) & (size >= 0).all(axis=-1, keepdims=True)
    return np.asarray(np.where(sound, size / np.where(sound, total, 1), np.nan))


def _finite(value: Floats) -> Floats:
    """NaN where an operation gave infinity: not defined is not infinite."""
    return np.asarray(np.where(np.isfinite(value), value, np.nan))


def _register_for(base: str, word: str, zh: str) -> None:
    """The measures of the mix, once on value added and once on employment."""
    panel_measure(
        f"high_tech_share_{base}", title=f"High-tech sub-industries in {word}",
        title_zh=f"高技术行业{zh}占比", unit="share", direction="up", columns=(base,),
        tiered=True, items=(21,), source="the scope's own list of technology tiers",
        formula=f"sum over high-tech i of x_i / sum_i x_i, x {word}",
    )(high_tech_share)  # fmt: skip
    panel_measure(
        f"nav_{base}", title=f"Structural change in {word} (NAV)", title_zh=f"{zh}结构变动 (NAV)",
        unit="share", columns=(base,), change=True, items=(21,), source="Dietrich 2012",
        formula="1/2 sum_i |s_i1 - s_i0|; direction-free: read it beside the high-tech share",
    )(norm_of_absolute_values)
    panel_measure(
        f"lilien_{base}", title=f"Lilien index on {word}", title_zh=f"{zh}Lilien指数",
        unit="log points", columns=(base,), change=True, items=(21,), source="Lilien 1982",
        formula="sqrt(sum_i s_i (dln x_i - dln X)^2), s the mean share of both ends",
    )(lilien)
    panel_measure(
        f"moore_{base}", title=f"Moore angle of {word}", title_zh=f"{zh}Moore结构变化角",
        unit="degrees", columns=(base,), change=True, items=(21,), source="Moore 1978",
        formula="arccos(s_0 . s_1 / |s_0||s_1|) in degrees",
    )(moore_angle)


for _base, (_word, _zh) in _BASES.items():
    _register_for(_base, _word, _zh)


def shift_share(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> tuple[Floats, Floats, Floats]:
    r"""Within, between and interaction part of a productivity change, in % of the start.

    .. math:: \Delta P = \sum_i s_{i0}\Delta P_i + \sum_i P_{i0}\Delta s_i
              + \sum_i \Delta s_i \Delta P_i

    with P value added per person, s employment shares. The three add up exactly. A sub-industry
    without staff at one end has no productivity there; its whole change counts as between. NaN
    where a sub-industry has value added and no staff: its part would belong nowhere.
    """
    s0, s1 = _shares(l0), _shares(l1)
    homeless = ((l0 <= 0) & (v0 != 0)) | ((l1 <= 0) & (v1 != 0))
    p0 = np.where(l0 > 0, v0 / np.where(l0 > 0, l0, 1), np.nan)
    p1 = np.where(l1 > 0, v1 / np.where(l1 > 0, l1, 1), np.nan)
    p0, p1 = np.where(np.isnan(p0), p1, p0), np.where(np.isnan(p1), p0, p1)
    p0, p1 = np.nan_to_num(p0), np.nan_to_num(p1)
    start = (v0.sum(axis=-1) / l0.sum(axis=-1)) / 100
    undefined = homeless.any(axis=-1) | np.isnan((s0 + s1).sum(axis=-1)) | (start == 0)
    start = np.where(undefined, np.nan, start)
    within = (s0 * (p1 - p0)).sum(axis=-1) / start
    between = (p0 * (s1 - s0)).sum(axis=-1) / start
    interaction = ((s1 - s0) * (p1 - p0)).sum(axis=-1) / start
    return _finite(within), _finite(between), _finite(interaction)


def shift_share_within(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """Change that would have come with the old mix."""
    return shift_share(v0, l0, v1, l1)[0]


def shift_share_between(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """Change that would have come with the old productivities."""
    return shift_share(v0, l0, v1, l1)[1]


def shift_share_interaction(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """Positive where staff moved to sub-industries that became more productive."""
    return shift_share(v0, l0, v1, l1)[2]


def productivity_change(v0: Floats, l0: Floats, v1: Floats, l1: Floats) -> Floats:
    """Change of value added per person over the window, in % of the start."""
    p0 = v0.sum(axis=-1) / l0.sum(axis=-1)
    return _finite(100 * (v1.sum(axis=-1) / l1.sum(axis=-1) - p0) / p0)


def _register_shift_share(column: str, suffix: str, note: str, note_zh: str) -> None:
    """The four parts, once at constant and once at current prices."""
    source = "Fabricant 1942; three-term form with start-year weights"
    parts = (
        ("shift_share_within", shift_share_within, "Productivity change inside sub-industries",
         "行业内生产率效应", "100 sum_i s_i0 (P_i1 - P_i0) / P_0"),
        ("shift_share_between", shift_share_between, "Productivity change from the mix",
         "结构转移效应（静态）", "100 sum_i P_i0 (s_i1 - s_i0) / P_0"),
        ("shift_share_interaction", shift_share_interaction,
         "Productivity change from both together", "结构转移效应（动态）",
         "100 sum_i (s_i1 - s_i0)(P_i1 - P_i0) / P_0"),
        ("productivity_change", productivity_change, "Productivity change", "劳动生产率变动",
         "100 (P_1 - P_0) / P_0: the sum of the within, between and interaction parts"),
    )  # fmt: skip
    for id, kernel, title, title_zh, formula in parts:
        panel_measure(
            id + suffix, title=title + note, title_zh=title_zh + note_zh, unit="% of start",
            columns=(column, "employment"), change=True, items=(21, 22), source=source,
            formula=formula + ("; prices are inside the first and third parts" if suffix else ""),
        )(kernel)  # fmt: skip


_register_shift_share("value_added_real", "", "", "")
_register_shift_share("value_added", "_current", ", current prices", "（现价）")


@panel_measure(
    "theil_rationalisation", title="Theil index of rationalisation",
    title_zh="产业结构合理化泰尔指数", unit="index", direction="down",
    columns=("value_added", "employment"), items=(21,),
    source="Theil 1967; Gan, Zheng & Yu 2011 for its use on industrial structure",
    formula="sum_i (V_i/V) ln[(V_i/L_i)/(V/L)]; 0 where all sub-industries are equally productive",
)  # fmt: skip
def theil_rationalisation(value_added: Floats, employment: Floats) -> Floats:
    r"""Distance of the employment mix from the value-added mix.

    .. math:: TL = \sum_i \frac{V_i}{V} \ln \frac{V_i/L_i}{V/L}

    NaN where a sub-industry has value added and no staff, or a negative value added; one with
    neither adds nothing.
    """
    share_v, share_l = _shares(value_added), _shares(employment)
    empty = (value_added == 0) & (employment == 0)
    term = np.where(share_v == 0, 0, share_v * np.log(share_v / share_l))
    # the sum of the shares is NaN where they are not defined
    return _finite(np.where(empty, 0, term).sum(axis=-1) + 0 * (share_v + share_l).sum(axis=-1))
