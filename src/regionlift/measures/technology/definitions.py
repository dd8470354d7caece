"""What the numbers of technologies mean."""

from __future__ import annotations

from collections.abc import Mapping

from regionlift.evidence.measure import Definition, register
from regionlift.measures.technology.filings import NEEDS

_NONE = "none: every patent in the tables is counted"
_DRAWN = "percentile interval of ranks over patents drawn again"


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    source: str = "operational reading of the paper, item 46", interval: str = _NONE,
    needs: Mapping[str, tuple[str, ...]] = NEEDS,
) -> None:  # fmt: skip
    register(
        Definition(id, title, title_zh, unit, "none", needs, 1, items, source, formula, interval)
    )


_define("tech_patents", "Patents in the technology", "专利数", "count", (46,),
        "patents of all applicants in the tables with the class, in the years of the window")
_define("tech_local", "Patents of the region's applicants", "本地专利数", "count", (46,),
        "those with at least one applicant of the region")  # fmt: skip
_define("tech_common", "Commonness", "共性程度", "index", (46, 47),
        "N/(N-1) (1 - sum_j s_j^2), s_j shares of industries in the patents by their applicants; "
        "where under half of the patents tell one: of the industries that the classes on its "
        "patents serve by the concordance, else of the sections of the classes beside it",
        "Trajtenberg, Henderson & Jaffe 1997; correction Hall 2005")  # fmt: skip
_define("tech_key", "Bridging", "关键程度", "index", (46,),
        "betweenness on the backbone of classes (disparity filter at 5%), length of a tie 1 over "
        "its association strength, over (n-1)(n-2)",
        "Freeman 1977; Serrano, Boguna & Vespignani 2009")  # fmt: skip
_define("tech_reach", "Nearness to what the region has", "可及程度", "index", (46, 57),
        "relatedness density sum_j M_rj phi_jk / sum_j phi_jk over the regions of the applicants; "
        "with fewer than ten regions: the revealed advantage",
        "Hidalgo, Klinger, Barabasi & Hausmann 2007, Science 317, 482-487")  # fmt: skip
_define("tech_advantage", "Revealed technological advantage", "技术优势指数", "ratio", (46, 57),
        "location quotient over regions and classes, (x_rk / x_r) / (x_k / x), x the patents of a "
        "region's applicants in a class; with fractional counting a patent is divided among its "
        "classes and regions", "Soete 1987; Balassa 1965")  # fmt: skip
_define("tech_first", "Share with a local first applicant", "第一申请人本地占比", "share", (5, 46),
        "patents in the class whose first applicant is of the region / those with a local "
        "applicant that tell who is first")  # fmt: skip
_define("tech_growth", "Yearly growth", "年增长率", "share", (87,),
        "e^b - 1 of the Poisson regression log E[n_t] = a + b t; error widened for extra variation",
        "McCullagh & Nelder 1989", "normal interval of b")  # fmt: skip
_define("tech_foreign", "Foreign share of citations made", "引用国外专利占比", "share", (5, 88),
        "citations to patents with a foreign first applicant / citations, of the patents in the "
        "class with a local applicant", "operational reading of the paper, item 5")  # fmt: skip
_define("tech_adopters", "Adopters", "采用者数", "count", (51,),
        "organisations of the region with a patent in the class",
        "operational reading of the paper, item 51")  # fmt: skip
_define("tech_outside", "Adopters outside its alliance", "联盟外采用者占比", "share", (51,),
        "adopters that are no members of its alliance / adopters",
        "operational reading of the paper, item 51")  # fmt: skip
_define("tech_cited", "Citations by others of the region", "联盟外本地引用", "count", (50, 51),
        "citations of the alliance's patents in the class by patents of local applicants outside "
        "it", "operational reading of the paper, item 50")  # fmt: skip
_OLD = "Trajtenberg, Henderson & Jaffe 1997; correction Hall 2005"
_CITED = {**NEEDS, "citations": ("citing", "cited")}
_define("tech_breadth", "Breadth of association", "关联广度", "share", (46,),
        "other classes it stands beside in joint patents more often than chance (association "
        "strength above 1) / other classes", "van Eck & Waltman 2009, JASIST 60")  # fmt: skip
_define("tech_evenness", "Evenness over partner classes", "伙伴类别均匀度", "index", (46,),
        "-sum_l p_l ln p_l / ln(K - 1), p_l shares of the other classes in its joint patents",
        "Ma, Kong, Lin & Yang 2020, as we read its abstract")  # fmt: skip
_define("tech_users", "Evenness over user industries", "用户行业均匀度", "index", (46, 47),
        "-sum_j s_j ln s_j / ln L, s_j shares of the L industries of applicants in its patents; "
        "where under half of the patents tell one: of the industries that the classes on its "
        "patents serve by the concordance",
        "Ma, Kong, Lin & Yang 2020, as we read its abstract")  # fmt: skip
_define("tech_participation", "Participation over sections", "参与系数", "index", (46,),
        "1 - sum_m (k_m / k)^2, k_m joint patents with classes of section m, over ties that are "
        "stronger than chance (disparity filter, 5%)",
        "Guimera & Amaral 2005, Nature 433, 895-900")  # fmt: skip
_define("tech_generality", "Generality over citing classes", "通用性", "index", (46,),
        "N/(N-1) (1 - sum_j s_j^2), s_j shares of subclasses in the classes of patents that cite "
        "it; N counts links of a citation to a class", _OLD, needs=_CITED)  # fmt: skip
_define("tech_originality", "Originality over cited classes", "原创性", "index", (28, 46),
        "N/(N-1) (1 - sum_j s_j^2), s_j shares of subclasses in the classes of patents it cites; "
        "N counts links of a citation to a class", _OLD, needs=_CITED)  # fmt: skip
_define("tech_recent", "Share of the last three years", "近三年占比", "share", (87,),
        "patents of the last three years of the window / its patents",
        "operational reading of the paper, item 87")  # fmt: skip
_define("tech_pull", "Economic pull", "经济拉动", "million {currency}", (47, 87),
        "sum over industries of (share of the technology in the industry's patents, by the "
        "concordance) x (value added of the industry in the region)",
        "Schmoch, Laville, Patel & Frietsch 2003; Van Looy, Vereyen & Schmoch 2014",
        needs={**NEEDS, "concordance": ("code", "industry", "share"),
               "panel": ("value_added",)})  # fmt: skip
_define("tech_foreign_joint", "Share with a foreign co-applicant", "与国外共同申请占比", "share",
        (88,), "patents in the class with an applicant of the region and a foreign one / those "
        "with one of the region; foreign: type foreign, or a country other than most applicants'",
        "operational reading of the paper, item 88")  # fmt: skip
_define("tech_foreign_gain", "Most that one foreign partner would add", "国外伙伴最大互补增益",
        "share", (88,), "max over foreign applicants f of |N and H_f, not H_region| / |N|: N the "
        "classes the technology needs, itself included, H the classes held. What only holders "
        "abroad can add is a dependence too", "operational reading of the paper, item 88")
_ALLIED = {**NEEDS, "projects": ("project_id", "codes", "start_year"),
           "members": ("project_id", "org_id")}  # fmt: skip
_define("tech_alliance_share", "Share of its alliance", "联盟专利占比", "share", (86,),
        "patents in the class with a member of its alliance among the applicants / those with an "
        "applicant of the region, in the years of the window",
        "operational reading of the paper, item 86", needs=_ALLIED)  # fmt: skip
_define("tech_alliance_time", "From its alliance's first project to a patent",
        "联盟首个项目到首件专利的年数", "years", (86,),
        "first year from then on in which a member files in the class - first year of a project "
        "on it of two members of its alliance; all years of the tables. Unknown where none is "
        "filed yet", "operational reading of the paper, item 86", needs=_ALLIED)  # fmt: skip
