"""What the numbers of technologies mean."""

from __future__ import annotations

from regionlift.evidence.measure import Definition, register
from regionlift.measures.technology.filings import NEEDS

_NONE = "none: every patent in the tables is counted"
_DRAWN = "percentile interval of ranks over patents drawn again"


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    source: str = "operational reading of the paper, item 46", interval: str = _NONE,
) -> None:  # fmt: skip
    register(
        Definition(id, title, title_zh, unit, "none", NEEDS, 1, items, source, formula, interval)
    )


_define("tech_patents", "Patents in the technology", "专利数", "count", (46,),
        "patents of all applicants in the tables with the class, in the years of the window")
_define("tech_local", "Patents of the region's applicants", "本地专利数", "count", (46,),
        "those with at least one applicant of the region")  # fmt: skip
_define("tech_common", "Commonness", "共性程度", "index", (46, 47),
        "N/(N-1) (1 - sum_j s_j^2), s_j shares of industries in the patents by their applicants; "
        "where industries are not told: sections of the classes beside it",
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
        "(local patents in the class / local patents) / (patents in the class / patents)",
        "Soete 1987")  # fmt: skip
_define("tech_first", "Share with a local first applicant", "第一申请人本地占比", "share", (5, 46),
        "patents in the class whose first applicant is of the region / those with a local "
        "applicant")  # fmt: skip
_define("tech_growth", "Yearly growth", "年增长率", "share", (87,),
        "b of the Poisson regression log E[n_t] = a + b t; error widened for extra variation",
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
