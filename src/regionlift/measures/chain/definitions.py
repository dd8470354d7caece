"""What the numbers of the chain mean."""

from __future__ import annotations

from collections.abc import Mapping

from regionlift.evidence.measure import Definition, register

_NODES = {"chain_nodes": ("node_id",), "orgs": ("chain_node", "revenue")}
_TRADE = {**_NODES, "trade": ("region", "product", "year", "imports")}
_FIRMS = {"links": ("from", "to", "value", "level")}
_NONE = "none: every row in the tables is counted"
_MONEY = "million {currency}"


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    source: str = "operational reading of the paper, item 66",
    needs: Mapping[str, tuple[str, ...]] = _NODES,
) -> None:  # fmt: skip
    register(
        Definition(id, title, title_zh, unit, "none", needs, 1, items, source, formula, _NONE)
    )


_define("chain_demand", "Local demand", "本地需求", _MONEY, (62, 66),
        "what the region's users buy of the node a year: the table's figure, or else the sum of "
        "the flows to its users, which bounds it from below")  # fmt: skip
_define("chain_output", "Local output", "本地产出", _MONEY, (6, 66),
        "sum of the revenue of the region's organisations placed at the node; a revenue may hold "
        "other products too. In a chain proposed from links: what is bought locally")  # fmt: skip
_define("chain_coverage", "Local output over local demand", "本地覆盖率", "ratio", (6, 66),
        "x / d: local output over local demand")  # fmt: skip
_define("chain_unmet", "Value at stake", "缺口金额", _MONEY, (66,),
        "max(0, d - x): local demand that local output could not meet even if none of it were "
        "sold elsewhere; at least this comes from outside")  # fmt: skip
_define("chain_suppliers", "Local suppliers", "本地供应商数", "count", (65, 66),
        "organisations of the region placed at the node that exist in the year")  # fmt: skip
_define("chain_largest", "Share of the largest local supplier", "最大供应商占比", "share", (65,),
        "largest revenue over the sum of revenues at the node")  # fmt: skip
_define("chain_rival_ties", "Ties among local suppliers", "供应商间合作", "count", (65,),
        "pairs of the node's local suppliers with a joint event in the last years")  # fmt: skip
_define("chain_user_ties", "Ties between suppliers and users", "供需合作", "count", (65, 70),
        "pairs of a local supplier of the node and a local supplier of a node that uses it, with "
        "a joint event in the last years")  # fmt: skip
_define("chain_holders", "Local holders of its technology", "本地技术持有者", "count", (66, 67),
        "organisations of the region with a patent of the last years in the node's technologies",
        needs={"patents": ("app_year",), "applicants": ("org_id",), "codes": ("code",)},
        )  # fmt: skip
_define("chain_density", "Relatedness density of its industry", "关联密度", "share", (66,),
        "sum_j M_rj phi_ij / sum_j phi_ij; phi: minimum of the two conditional probabilities of "
        "being present (location quotient at least 1) in the same regions. Shown beside the class, "
        "not part of its rule: its predictive power here is not known",
        "Hidalgo, Klinger, Barabasi & Hausmann 2007, Science 317, 482-487",
        {"panel": ("employment",)})  # fmt: skip
_define("chain_imports", "Imports of the product", "进口额", _MONEY, (66,),
        "imports of the region in the product, all partners", needs=_TRADE)  # fmt: skip
_define("chain_import_concentration", "Concentration of imports by country", "进口来源集中度",
        "index", (66,), "sum of squared shares of countries in imports",
        "European Commission, SWD(2021) 352, criterion 1", _TRADE)  # fmt: skip
_define("chain_foreign_share", "Foreign share of supply from outside", "外部供给进口占比", "share",
        (66,), "imports / max(imports, demand not met by local output)",
        "European Commission, SWD(2021) 352, criterion 2, with the region for the Union",
        _TRADE)  # fmt: skip
_define("chain_import_ratio", "Imports over exports", "进出口比", "ratio", (66,),
        "imports / exports of the product",
        "European Commission, SWD(2021) 352, criterion 3", _TRADE)  # fmt: skip
_define("chain_covered", "Demand of the chain that local output could meet", "链条本地覆盖率",
        "share", (6, 7, 66), "sum min(d, x) / sum d over the nodes with both known")  # fmt: skip
_define("chain_at_stake", "Value at stake over the chain", "链条缺口金额", _MONEY, (66,),
        "sum max(0, d - x) over the nodes with both known")  # fmt: skip
_define("chain_complete", "Final products made here", "整机成套率", "share", (7,),
        "final nodes with a local supplier / final nodes",
        "operational reading of the paper, item 7")  # fmt: skip
_define("chain_entries", "Entry into the chain", "链上企业进入", "count", (63, 69),
        "organisations of the region placed on the chain that were founded in the last three "
        "years", "operational reading of the paper, item 69")  # fmt: skip
_define("chain_exits", "Exit from the chain", "链上企业退出", "count", (63, 69),
        "organisations of the region placed on the chain that closed in the last three years",
        "operational reading of the paper, item 69")  # fmt: skip
_define("industry_pair", "Co-agglomeration of two sub-industries", "行业共聚度", "index", (64,),
        "sum_r (s_ir - x_r)(s_jr - x_r) / (1 - sum_r x_r^2); s shares of regions in an industry, "
        "x in all industries; above 0: the two stand in the same regions",
        "Ellison & Glaeser 1997, Journal of Political Economy 105, 889-927",
        {"panel": ("region", "industry", "year")})  # fmt: skip
_define("link_local", "Inputs from this industry bought in the region", "本地采购占比", "share",
        (6, 66), "local value / value of the flows from the industry into the block",
        "operational reading of the paper, item 6",
        {"links": ("from", "to", "value", "local_value")})  # fmt: skip
_define("link_at_stake", "Inputs from this industry bought elsewhere", "外购金额", _MONEY, (66,),
        "value - local value of the flows from the industry into the block",
        "operational reading of the paper, item 66",
        {"links": ("from", "to", "value", "local_value")})  # fmt: skip
_define("core_suppliers", "Local suppliers of a core enterprise", "核心企业本地供应商数", "count",
        (64, 69), "organisations of the region that sell to it in the last year told of",
        "operational reading of the paper, item 69", _FIRMS)  # fmt: skip
_define("core_local_share", "Local share of a core enterprise's purchases", "核心企业本地采购率",
        "share", (6, 69), "purchases from organisations of the region / all purchases told of",
        "operational reading of the paper, item 69", _FIRMS)  # fmt: skip
_define("core_captive", "Local suppliers without another buyer", "单一客户供应商数", "count",
        (64,), "its local suppliers that sell to nobody else in the tables",
        "operational reading of the paper, item 64", _FIRMS)  # fmt: skip
_define("core_overlap", "Overlap of the cores' local suppliers", "供应商重合度", "index", (64,),
        "mean over pairs of cores of |S_a and S_b| / |S_a or S_b|, S local suppliers",
        "Jaccard 1912", _FIRMS)  # fmt: skip
_define("supplier_intensity", "R&D of the cores' suppliers over revenue", "供应商研发强度",
        "share", (70,), "sum of R&D expenditure / sum of revenue; beside it other local firms",
        "operational reading of the paper, item 70", _FIRMS)  # fmt: skip
_define("supplier_certified", "Certified among the cores' suppliers", "供应商专精特新占比",
        "share", (70,), "little giants and champions / suppliers whose label is told; beside it "
        "other local firms", "operational reading of the paper, item 70", _FIRMS)  # fmt: skip
_define("supplier_patents", "Patents of the cores' suppliers", "供应商专利数", "count", (70,),
        "patents applied for in the last years; beside it those of as many years before",
        "operational reading of the paper, item 70", _FIRMS)  # fmt: skip
