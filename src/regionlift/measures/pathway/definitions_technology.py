"""What the numbers behind path A and behind the network conditions of path C mean."""

from __future__ import annotations

from collections.abc import Mapping

from regionlift.evidence.measure import Definition, Direction, register
from regionlift.measures.network.events import NEEDS as JOINT
from regionlift.measures.technology.filings import NEEDS as PATENTS

_EVERY = "none: every named technology is counted"
_ROWS = "none: every row in the tables is counted"
_ALLIED = {**PATENTS, "projects": ("project_id", "codes"), "members": ("project_id", "org_id")}


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    source: str = "", interval: str = _EVERY, needs: Mapping[str, tuple[str, ...]] = PATENTS,
    direction: Direction = "up", least: int = 1,
) -> None:  # fmt: skip
    said = source or f"operational reading of the paper, item {items[0]}"
    register(
        Definition(id, title, title_zh, unit, direction, needs, least, items, said, formula,
                   interval)
    )  # fmt: skip


_define("alliance_share", "Key technologies with an alliance", "有联盟的关键共性技术占比",
        "share", (48, 86), "named key common technologies with an alliance (three organisations of "
        "the region or more that meet in two joint events on it or more) that has an enterprise "
        "and a university or institute / named ones", needs=_ALLIED)  # fmt: skip
_define("alliance_elements", "Innovation elements in the alliances", "联盟创新要素齐备率", "share",
        (49,), "mean over alliances on named technologies of elements present / 5. Human: a member "
        "spends on R&D, or a human resource; financial: a project on it of two members with money, "
        "or a financial resource; technology: a member's patent in it, or such a resource; "
        "equipment, information: such a resource. A resource is a member's own or of a platform "
        "it is a member of, whatever technology it is listed for",
        needs={**_ALLIED, "resources": ("type", "org_id")})  # fmt: skip
_define("alliance_output", "Key technologies in which the alliance files",
        "联盟近三年有专利的技术占比", "share", (86,), "named technologies in which a member of "
        "the alliance filed in the last three years / named ones", needs=_ALLIED)  # fmt: skip
_define("alliance_sharing", "Key technologies shared beyond the alliance", "联盟技术本地共享占比",
        "share", (50,), "named technologies whose alliance patents are cited by patents of local "
        "organisations outside it, or co-owned with one / those where it can be told: shared, or "
        "10 later patents of outsiders that could have cited",
        needs={**_ALLIED, "citations": ("citing", "cited")})  # fmt: skip
_define("new_adopters", "Key technologies with new adopters", "有新采用者的技术占比", "share",
        (51,), "named technologies in which a local organisation outside the alliance filed, in "
        "the last three years, for the first time in the window / named ones")  # fmt: skip
_define("technology_infiltration", "Sub-industries a key technology has reached",
        "关键技术渗透行业占比", "share", (52,), "mean over named technologies of sub-industries of "
        "the block with a local organisation that filed in it in the last five years / "
        "sub-industries of the block", needs={**PATENTS, "orgs": ("org_id", "region", "industry")},
        )  # fmt: skip
_define("technology_leaders", "Technology leaders with local partners", "技术领先企业数", "count",
        (57, 78), "enterprises of the region with more patents in a candidate technology than 90% "
        "of its other applicants in the tables (10 applicants or more) and three local partners "
        "or more in the last years; leadership is among those in the tables", interval=_ROWS,
        needs={**PATENTS, **JOINT, "orgs": ("org_id", "region", "type")})  # fmt: skip
_define("outstanding_firms", "Outstanding enterprises", "突出企业数", "count", (59,),
        "enterprises of the region whose revenue or R&D expenditure is at or above the 95th "
        "percentile of all enterprises in the tables; not told with fewer than 40 enterprises "
        "from elsewhere", interval=_ROWS,
        needs={"orgs": ("org_id", "region", "type")}, least=40)  # fmt: skip
_define("inventor_concentration", "Inventions of the four largest applicants",
        "前四申请人发明专利占比", "share", (59,), "CR4: inventions of the window held by the four "
        "largest applicants of the region / inventions of its applicants; a joint invention is "
        "divided evenly among its applicants of the region", "Tirole 1988, section 5.5",
        "bootstrap over patents", {"patents": ("patent_id", "app_year", "kind"),
                                   "applicants": ("patent_id", "org_id"),
                                   "orgs": ("org_id", "region")}, "none", 30)  # fmt: skip
_define("technology_potential", "Technological potential among regions", "技术潜力百分位",
        "percentile", (78,), "100 x (regions below + half of the equal) / other regions, by the "
        "mean relatedness density sum_j M_rj phi_jk / sum_j phi_jk over the classes with revealed "
        "advantage below 1; classes with 10 patents or more, 10 regions or more",
        "Hidalgo, Klinger, Barabasi & Hausmann 2007, Science 317, 482-487",
        "percentile interval over patents drawn again", least=10)  # fmt: skip
_define("alliance_count", "Industrial alliances", "产业联盟数", "count", (48, 79),
        "organisations of type alliance in the region + alliances seen in joint events on a "
        "technology (same members once) without one of those among their members", interval=_ROWS,
        needs={"orgs": ("org_id", "region", "type")})  # fmt: skip
_define("phase_growing", "Probability that the network grows or is mature", "网络成长或成熟概率",
        "share", (33, 80), "P(growth) + P(maturity) of network_phase",
        interval="none: it is a share of draws", needs=JOINT, least=7)  # fmt: skip
_define("core_new_fields", "Core enterprises' projects in new fields", "核心企业新领域项目占比",
        "share", (80,), "participations of core enterprises in projects that begin in the last "
        "three years with a technology code the enterprise had in no project or patent of an "
        "earlier year / those in projects with codes", interval="Wilson score interval",
        needs={**JOINT, "projects": ("project_id", "start_year", "codes")})  # fmt: skip
_define("type_entropy_change", "Change in the variety of actors", "主体类型多样性变化", "bits",
        (33, 80), "H(last year) - H(five years before), H = -sum_k p_k log2 p_k, p_k shares of "
        "types in the active organisations whose type is told",
        "Shannon 1948, Bell System Technical Journal 27, 379-423",
        "bootstrap over organisations", {**JOINT, "orgs": ("org_id", "region", "type")}, least=10,
        )  # fmt: skip
_define("firm_invention_growth", "Growth of the number of inventing enterprises",
        "发明企业数年增长率", "share a year", (16, 78), "b of the Poisson regression log E[n_t] = "
        "a + b t, n_t enterprises of the region that file an invention in the year, over the years "
        "of the window; error widened for extra variation", "McCullagh & Nelder 1989",
        "normal interval of b", {"patents": ("patent_id", "app_year", "kind"),
                                 "applicants": ("patent_id", "org_id"),
                                 "orgs": ("org_id", "region", "type")}, least=5)  # fmt: skip
_define("complementarity_lift", "What a partner adds, against chance", "连接互补增益倍数", "ratio",
        (67, 81), "labour_gain / its mean over ties drawn anew between the same organisations; 1 "
        "is what random partners would add", interval="by the range of the draws", needs=JOINT,
        least=10)  # fmt: skip
