"""What the numbers behind path B mean."""

from __future__ import annotations

from collections.abc import Mapping

from regionlift.evidence.measure import Definition, Direction, register

_ROWS = "none: every row in the tables is counted"
_SLOPE = "normal interval of b"
# needs are the tables that a number cannot do without: where one of several will do, as joint
# projects or joint patents, none of them is named here, and the number itself says what settles it
_PLACED = {"orgs": ("org_id", "region", "chain_node")}
_FIRMS = {"links": ("from", "to", "value", "level"), "orgs": ("org_id", "region")}
_PATENTS = {"patents": ("patent_id", "app_year", "kind"), "applicants": ("patent_id", "org_id")}


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    needs: Mapping[str, tuple[str, ...]], direction: Direction = "up", interval: str = _ROWS,
    source: str = "",
) -> None:  # fmt: skip
    said = source or f"operational reading of the paper, item {items[0]}"
    register(
        Definition(id, title, title_zh, unit, direction, needs, 1, items, said, formula, interval)
    )


_define("core_enterprises", "Core enterprises", "核心企业数", "count", (29, 64, 69),
        "enterprises of the region that are large, inventive and active in joint events by the "
        "rule of the network; where there is no network or the rule names none, those declared",
        {"orgs": ("org_id", "region")})  # fmt: skip
_define("suppliers_per_core", "Mean local suppliers of core enterprises",
        "核心企业平均本地供应商数", "ratio", (69,), "local suppliers of core enterprises, counted "
        "for each core / core enterprises with purchases in the tables", _FIRMS)  # fmt: skip
_define("cores_local_share", "Local share of the cores' purchases", "核心企业本地采购占比", "share",
        (6, 64), "what core enterprises buy from organisations of the region / what they buy",
        _FIRMS, interval="from none to all of what comes from sellers whose seat is not told; none "
        "where every seat is")  # fmt: skip
_define("chain_net_entry", "Net entry into the chain", "产业链净进入企业数", "count", (63, 69),
        "organisations of the region on the chain founded in the last three years less those "
        "closed in them", {"orgs": ("org_id", "region", "chain_node", "founded", "closed")})
_define("chain_sound", "Demand in links that are neither missing nor weak", "无缺弱环节需求占比",
        "share", (6, 66), "demand of the links of the chain classed as neither to strengthen nor to"
        " supplement / demand of the links that are classed", {}, interval="from none to all of the"
        " demand of links that cannot be classed; none where all are")  # fmt: skip
_define("hold_up_share", "Nodes that hang on one supplier", "单一供应商环节占比", "share", (65,),
        "nodes made here of which one supplier has so large a share of local output as is set / "
        "nodes made here for which that is told",
        {"orgs": ("org_id", "region", "chain_node", "revenue"), "chain_nodes": ("node_id",)},
        "down", "from none to all of the nodes made here for which it is not told; none where it "
        "is told for all")  # fmt: skip
_define("chain_learning", "Chain organisations that work or cite together", "链上企业互动学习占比",
        "share", (67,), "organisations of the region on the chain that, in the last years, had a "
        "joint project, a joint patent or a citation with another of them, as far as the tables "
        "have these / all of them", _PLACED)  # fmt: skip
_define("chain_sharing", "Chain organisations that share resources", "链上企业共享资源占比",
        "share", (67,), "organisations of the region on the chain that are members of a platform "
        "or had a need served in the last three years, as far as the tables have these / all of "
        "them", _PLACED)  # fmt: skip
_define("chain_invention_growth", "Growth of inventions along the chain", "产业链发明专利增长率",
        "share", (68,), "b of the Poisson regression log E[n_t] = a + b t of invention patents with"
        " an applicant of the region on the chain; error widened for extra variation",
        {**_PLACED, **_PATENTS}, interval=_SLOPE, source="McCullagh & Nelder 1989")  # fmt: skip
_define("supplier_able_share", "Suppliers that research or are certified",
        "有研发或认定的供应商占比", "share", (70,), "local suppliers of core enterprises with R&D "
        "spending or a certification / those for which either is told", _FIRMS, interval="from none"
        " to all of those without the one of which the other is not told; none where both are")
_define("supplier_invention_growth", "Growth of the suppliers' inventions", "供应商发明专利增长率",
        "share", (70,), "b of the Poisson regression log E[n_t] = a + b t of invention patents of "
        "the cores' local suppliers; error widened for extra variation",
        {**_FIRMS, **_PATENTS}, interval=_SLOPE, source="McCullagh & Nelder 1989")  # fmt: skip
_define("codevelopment_lift", "Joint events of cores and suppliers, against chance",
        "核心企业与供应商合作倍数", "ratio", (70,),
        "pairs of a core and a local supplier of its own with a joint event / pairs expected, "
        "sum over them of 1 - exp(-k_i k_j / 2m), k numbers of local partners and m local ties",
        _FIRMS,
        source="Newman 2010, Networks, section 13.2 (configuration model)")  # fmt: skip
