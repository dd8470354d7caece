"""What the numbers of a region's network mean."""

from __future__ import annotations

from regionlift.evidence.measure import Definition, register
from regionlift.measures.network.events import NEEDS

_WILSON = "Wilson score interval"
_CHANCE = (
    "none: every tie in the tables is counted; beside it stand the mean and the 5% to 95% range "
    "of draws in which chance decides"
)


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    source: str, interval: str = _CHANCE, least: int = 1,
) -> None:  # fmt: skip
    register(
        Definition(
            id, title, title_zh, unit, "none", NEEDS, least, items, source, formula, interval
        )
    )


_define(
    "network_core_fit", "Fit of a core with a periphery", "核心—边缘拟合度", "correlation", (41,),
    "correlation over all pairs of the region's organisations of being tied with having an end in "
    "the core; core: the organisations with most ties, as many as fit best",
    "Borgatti & Everett 1999, Social Networks 21, 375-395", least=30,
)  # fmt: skip
_define(
    "network_transitivity", "Closed triangles among two-paths", "传递性", "share", (81,),
    "3 triangles / two-paths, over ties inside the region", "Wasserman & Faust 1994, chapter 6",
)  # fmt: skip
_define(
    "network_clustering", "Mean clustering of an organisation's partners", "平均聚类系数", "share",
    (30,), "mean over organisations of the share of pairs of their partners that are tied",
    "Watts & Strogatz 1998, Nature 393, 440-442",
)  # fmt: skip
_define(
    "network_path_length", "Mean path length in the largest component", "平均路径长度", "steps",
    (30,), "mean number of ties on the shortest paths, from up to 200 sources",
    "Watts & Strogatz 1998, Nature 393, 440-442",
)  # fmt: skip
_define(
    "network_small_world", "Small-world quotient", "小世界系数", "ratio", (30,),
    "(transitivity / mean of the null) / (path length / mean of the null)",
    "Humphries & Gurney 2008, PLoS ONE 3, e2051; with the null named in place of G(n, p)",
)  # fmt: skip
_define(
    "network_assortativity", "Do well-connected organisations work together", "度同配性",
    "correlation", (41,), "correlation of the numbers of partners at the two ends of a tie",
    "Newman 2002, Physical Review Letters 89, 208701",
)  # fmt: skip
_define(
    "network_nestedness", "Nestedness of organisations in events", "嵌套度", "NODF, 0 to 100",
    (81,), "paired overlap and decreasing fill of the table organisation x event",
    "Almeida-Neto et al. 2008, Oikos 117, 1227-1239",
)  # fmt: skip
_define(
    "network_ei_type", "Boundary between types of organisation", "类型E-I指数",
    "E-I index, -1 to 1", (40, 81),
    "(ties between types - ties within a type) / all ties of organisations of known type",
    "Krackhardt & Stern 1988, Social Psychology Quarterly 51, 123-140",
)  # fmt: skip
_define(
    "network_ei_layer", "Boundary between layers", "层次E-I指数", "E-I index, -1 to 1", (40, 41),
    "(ties between layers - ties within a layer) / all ties of organisations of known layer",
    "Krackhardt & Stern 1988, Social Psychology Quarterly 51, 123-140",
)  # fmt: skip
_define(
    "network_ei_industry", "Boundary between sub-industries of the block", "子行业E-I指数",
    "E-I index, -1 to 1", (40,),
    "(ties between sub-industries - ties within one) / all ties of organisations of the block "
    "whose sub-industry is told",
    "Krackhardt & Stern 1988, Social Psychology Quarterly 51, 123-140",
)  # fmt: skip
_define(
    "network_ei_equipment", "Boundary between equipment and other industries",
    "装备与配套行业E-I指数", "E-I index, -1 to 1", (40,),
    "(ties between the block and other industries - ties within either) / all ties of "
    "organisations whose industry is told; those without one (universities, say) are left out",
    "Krackhardt & Stern 1988, Social Psychology Quarterly 51, 123-140",
)  # fmt: skip
_define(
    "network_ei_region", "Boundary of the region", "区域E-I指数", "E-I index, -1 to 1", (40,),
    "(ties to elsewhere - ties inside) / all ties of the region's organisations; ties between "
    "organisations of elsewhere are not in it",
    "Krackhardt & Stern 1988, Social Psychology Quarterly 51, 123-140", _WILSON,
)  # fmt: skip
_define(
    "network_cross_type", "Ties between types of organisation", "跨类型连接占比", "share", (81,),
    "ties between organisations of different type / ties between organisations of known type",
    "operational reading of the paper, item 81", _WILSON,
)  # fmt: skip
_define(
    "network_modularity", "Modularity of the communities", "模块度", "modularity", (30,),
    "share of ties inside communities above the one expected from numbers of partners; best of "
    "ten Louvain searches",
    "Newman & Girvan 2004; Blondel et al. 2008", "none: the best of ten searches",
)  # fmt: skip
for _role, _title, _zh in (
    ("coordinator", "Brokerage within one type (coordinator)", "协调者"),
    ("itinerant", "Brokerage for two of another type (itinerant broker)", "巡回中介"),
    ("gatekeeper_representative", "Brokerage between own and another type (gatekeeper)", "守门人"),
    ("liaison", "Brokerage between two other types (liaison)", "联络人"),
):
    _define(
        f"network_{_role}", _title, _zh, "open two-paths", (30, 81),
        "pairs of partners who are not tied to each other, by the types of the three",
        "Gould & Fernandez 1989, Sociological Methodology 19, 89-126",
    )  # fmt: skip
_define(
    "helix_synergy", "Triple-helix synergy", "三螺旋协同", "bits", (33, 81),
    "mutual information of the presence of university, industry and government over events; below "
    "0 is synergy. Descriptive only",
    "Leydesdorff, Park & Lengyel 2014, Scientometrics 99, 27-35",
    "bootstrap over events", 200,
)  # fmt: skip
_define(
    "network_growth", "Growth rate now", "当前增长率", "share a year", (31, 33),
    "least-squares slope of the logarithm of the yearly counts over the last five years",
    "operational reading of the paper, item 31", "t interval of the slope", 5,
)  # fmt: skip
_define(
    "network_ceiling", "Ceiling of the yearly counts", "上限", "count", (31, 33),
    "ceiling of the saturating curve that describes the counts best",
    "Burnham & Anderson 2002; Bates & Watts 1988, chapter 6",
    "profile interval; none where the series does not bound the ceiling", 8,
)  # fmt: skip
_define(
    "network_peak", "Year of peak growth", "增长高峰年份", "year", (31,),
    "year in which the saturating curve that describes the counts best rises fastest",
    "Burnham & Anderson 2002; Bates & Watts 1988, chapter 6", "profile interval", 8,
)  # fmt: skip
_define(
    "network_phase", "Probability of a phase", "阶段概率", "share", (31, 33),
    "share of draws in which the growth rate over the last four years says so: above +2% and still "
    "faster and small: formation; above +2%: growth; within 2%: maturity; below -2%: decline",
    "operational reading of the paper, item 31; Rubin 1981 (Bayesian bootstrap)",
    "none: it is a share of draws, organisations drawn anew", 7,
)  # fmt: skip
_define(
    "network_steady", "Probability that the stock stays within 2% a year", "稳定概率", "share",
    (31,), "random walk with drift fitted to the last five yearly changes, three years ahead, "
    "averaged over the draws", "house rule; methods in docs/growth-law.md",
    "none: it is a probability", 7,
)  # fmt: skip
_define(
    "tie_repeat_share", "Ties of a year that had been there before", "重复连接占比", "share",
    (32, 54, 81), "pairs in an event that begins in the year that met in an earlier one / all such",
    "Gulati 1995, Academy of Management Journal 38, 85-112", _WILSON,
)  # fmt: skip
_define(
    "tie_lasting_share", "Ties of a year that run in the next", "连接存续率", "share", (32,),
    "pairs with an event that runs in the year and one that runs in the next / pairs of the year",
    "operational reading of the paper, item 32", _WILSON,
)  # fmt: skip
_define(
    "tie_outlives", "Ties that outlive their event", "项目结束后仍合作的比例", "share", (84,),
    "1 - Kaplan-Meier share of pairs that have not met again so many years after their first event "
    "ended", "Kaplan & Meier 1958; pairs of one event are one cluster",
    "Greenwood's formula with clusters", 10,
)  # fmt: skip
_define(
    "organisation_survival", "Organisations still there after years", "主体存续率", "share", (31,),
    "Kaplan-Meier share of spells of activity that last longer; left-censored spells left out",
    "Kaplan & Meier 1958", "Greenwood's formula", 10,
)  # fmt: skip
_define(
    "technology_new_share", "Technologies of today that are new", "新技术占比", "share", (32,),
    "technology classes of events that begin in the later years and not in the earlier / all of "
    "the later", "operational reading of the paper, item 32", _WILSON,
)  # fmt: skip
_define(
    "technology_lost_share", "Technologies of then that are gone", "消失技术占比", "share", (32,),
    "technology classes of events that begin in the earlier years and not in the later / all of "
    "the earlier", "operational reading of the paper, item 32", _WILSON,
)  # fmt: skip
_define(
    "responsibility_led", "Projects with one accountable lead", "有唯一牵头单位的项目占比", "share",
    (81,), "joint projects with exactly one lead / joint projects",
    "operational reading of the paper, item 81", _WILSON,
)  # fmt: skip
_define(
    "responsibility_here", "Projects led from the region", "本地牵头项目占比", "share", (81,),
    "joint projects whose one lead is of the region / joint projects with one lead",
    "operational reading of the paper, item 81", _WILSON,
)  # fmt: skip
_define(
    "responsibility_top", "Leads held by the four most frequent", "前四牵头单位占比", "share",
    (81,), "projects led by the four organisations that lead most / projects led from the region",
    "concentration ratio CR4; Tirole 1988, section 5.5", _WILSON,
)  # fmt: skip
_define(
    "trust_multiple", "Ties with two joint events or more", "多次合作连接占比", "share", (81,),
    "pairs with two joint events or more / pairs; a behavioural proxy of trust",
    "Gulati 1995, Academy of Management Journal 38, 85-112", _WILSON,
)  # fmt: skip
_define(
    "trust_age", "Mean age of ties", "连接平均年龄", "years", (32, 81),
    "mean over pairs with a running event of the years since they first met; at least so many "
    "where the record is short; a behavioural proxy of trust",
    "Gulati 1995, Academy of Management Journal 38, 85-112", "none: every tie is counted",
)  # fmt: skip
_define(
    "coordination_go_betweens", "Brokerage between types done by go-betweens", "中介机构撮合占比",
    "share", (81,),
    "open two-paths between different types with an intermediary, platform or alliance in the "
    "middle / all open two-paths between different types",
    "Gould & Fernandez 1989, Sociological Methodology 19, 89-126",
)  # fmt: skip
_define(
    "coordination_reach", "Organisations within reach of the four main leads", "牵头单位覆盖率",
    "share", (81,), "organisations that are or work with one of the four most frequent leads / "
    "organisations with a tie", "operational reading of the paper, item 81", _WILSON,
)  # fmt: skip
_define(
    "labour_specialisation", "Specialisation of organisations", "专业化程度",
    "Krugman index, 0 to 2", (81,),
    "mean over organisations of the sum over functions of |own share - share of all the others|",
    "Krugman 1991, Geography and Trade, chapter 3", "bootstrap over organisations", 10,
)  # fmt: skip
_define(
    "labour_overlap", "Overlap of two organisations' functions", "功能重叠度", "cosine, 0 to 1",
    (81,), "mean cosine over all pairs of organisations with a function",
    "operational reading of the paper, item 81", _CHANCE, 10,
)  # fmt: skip
_define(
    "labour_nestedness", "Nestedness of organisations by functions", "功能嵌套度",
    "NODF, 0 to 100", (81,), "paired overlap and decreasing fill of the table organisation x "
    "function", "Almeida-Neto et al. 2008, Oikos 117, 1227-1239", _CHANCE, 10,
)  # fmt: skip
_define(
    "labour_gain", "What a partner adds", "连接互补增益", "functions a tie", (81,),
    "mean over ties of functions of both together - functions of the one with more",
    "operational reading of the paper, item 81", _CHANCE, 10,
)  # fmt: skip
_URN = "median of simulated futures, or of persistence where the simulation is not better than it"
_WIDE = "90% of the draws, widened until past origins are held as often as they should be"
for _name, _title, _zh in (
    ("active", "Forecast: organisations active", "预测：活跃创新主体数"),
    ("entries", "Forecast: organisations that enter", "预测：进入主体数"),
    ("exits", "Forecast: organisations that leave", "预测：退出主体数"),
    ("ties", "Forecast: ties inside the region", "预测：区域内连接数"),
    ("new_ties", "Forecast: new ties inside the region", "预测：新增连接数"),
):
    _define(
        f"forecast_{_name}", _title, _zh, "count", (31, 33, 38), _URN,
        "participation urn with team inheritance, see network/odd.md of a run; Tashman 2000", _WIDE,
    )  # fmt: skip
_define(
    "forecast_skill", "Skill of the simulation against persistence", "模拟相对于持续性预测的技巧",
    "CRPS skill score", (38,), "1 - mean CRPS of the simulation / mean CRPS of persistence, over "
    "all years ahead of all past origins", "Gneiting & Raftery 2007, JASA 102, 359-378",
    "none: few origins", 3,
)  # fmt: skip
_define(
    "forecast_stock", "Where the number of active organisations is going", "活跃主体数走向",
    "share", (31, 38), "share of futures in which it grows as fast as before (rapid), slower "
    "(slowing), within 2% a year (saturated) or shrinks, over three years",
    "operational reading of the paper, item 31", "none: it is a share of draws",
)  # fmt: skip
