"""What the numbers of the block's driving force mean (item 1)."""

from __future__ import annotations

from regionlift.evidence.measure import Definition, register

_NEEDS = {"links": ("from", "to", "value", "local_value"), "panel": ("output",)}
_BOUNDS = ("none where every local part is told; else the bounds: flows without one (at most 5% of "
           "the value) none of it local, the value itself, or all of it")  # fmt: skip


def _define(id: str, title: str, title_zh: str, unit: str, formula: str, source: str) -> None:
    register(
        Definition(id, title, title_zh, unit, "none", _NEEDS, 1, (1,), source, formula, _BOUNDS)
    )


_define("driving_direct", "Bought in the region per unit of output", "本地直接消耗系数", "ratio",
        "sum_i z_ij(local) / x_j; of the block: both summed over its sub-industries",
        "Chenery & Watanabe 1958")  # fmt: skip
_define("driving_multiplier", "Output in the region per unit of final demand", "区域内产出乘数",
        "ratio", "sum_i l_ij, L = (I - A)^-1, A of local flows; of the block: weighted by output. "
        "Households are outside", "Miller & Blair 2009, chapter 6")  # fmt: skip
_define("driving_backward", "Power of dispersion", "影响力系数", "ratio",
        "sum_i l_ij over its mean over all industries, unweighted; above 1: draws on the region's "
        "suppliers more than the average industry; of the block: weighted by output",
        "Rasmussen 1956")  # fmt: skip
_define("driving_forward", "Forward linkage", "感应度系数", "ratio",
        "sum_j g_ij over its mean over all industries, G = (I - B)^-1, b_ij = z_ij(local) / x_i; "
        "above 1: more of what it sells goes on in the region; of the block: weighted by output",
        "Ghosh 1958; Jones 1976")  # fmt: skip
_define("driving_loss", "Output the others lose without it", "假设抽取损失", "share",
        "sum over i not in K of (L_.K L_KK^-1 x_K)_i / sum_i x_i, K the block or the sub-industry: "
        "accounting alone, nobody finds another buyer and no price moves",
        "Dietzenbacher & Lahr 2013, Economic Systems Research 25, 341-360")  # fmt: skip
