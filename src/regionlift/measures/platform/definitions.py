"""What the numbers of the platform mean."""

from __future__ import annotations

from collections.abc import Mapping

from regionlift.evidence.measure import Definition, Direction, register

_PLATFORMS = {"platforms": ("platform_id", "function")}
_INCOME = {"platforms": ("platform_id", "year", "income_private", "income_public")}
_MEMBERS = {"platforms": ("platform_id", "year", "members")}
_RESOURCES = {"resources": ("resource_id", "type", "capacity", "platform_id")}
_NEEDS = {"needs": ("need_id", "type", "amount", "served")}
_BOTH = {"needs": ("need_id", "type", "amount"), "resources": ("resource_id", "type", "capacity")}
_NONE = "none: every row in the tables is counted"
_READ = "operational reading of the paper, item {}"


def _define(
    id: str, title: str, title_zh: str, unit: str, direction: Direction, items: tuple[int, ...],
    formula: str, needs: Mapping[str, tuple[str, ...]], source: str = "", interval: str = _NONE,
) -> None:  # fmt: skip
    register(
        Definition(id, title, title_zh, unit, direction, needs, 1, items,
                   source or _READ.format(items[0]), formula, interval)
    )  # fmt: skip


_define("platform_functions", "Functions covered", "平台功能覆盖数", "count", "up", (73,),
        "of the five functions (R&D, transformation, technical service, venture investment, "
        "training) those with a sub-platform in the year that gave a service, or does not tell "
        "how many", _PLATFORMS)  # fmt: skip
_define("platform_services", "Services given", "服务次数", "count", "up", (73,),
        "sum of services of the sub-platforms with the function in the year", _PLATFORMS)
_define("platform_collection", "Collection: stock on the platform", "资源汇聚率", "share", "up",
        (75,), "of a type: capacity of resources that lie on a platform / capacity of all "
        "resources of the region; all types: resources on a platform / resources, each counted "
        "once, since the types have units of their own", _RESOURCES)  # fmt: skip
_define("platform_integration", "Integration: projects of three kinds", "资源整合率", "share", "up",
        (75, 54), "joint projects of the last years with a member of the region in which three or "
        "more of the six kinds (enterprise, university, institute, government, finance, "
        "intermediary) take part / all of them; of a type: of those with a member that holds a "
        "resource of it",
        {"projects": ("project_id", "start_year"), "members": ("project_id", "org_id"),
         "orgs": ("org_id", "type")})  # fmt: skip
_define("platform_allocation", "Allocation: needs served", "需求满足率", "share", "up", (75,),
        "of a type: amount served / amount asked for in the last years; all types: requests "
        "served / requests, each counted once, since the types have units of their own", _NEEDS)
_define("platform_reinnovation", "Re-innovation: results used again", "成果再利用率", "share", "up",
        (75,), "patents of the last years of the platform's circle (members, and holders of "
        "resources on it) that another of the circle cites in a patent of its own / all of them; "
        "of a type: of those of holders of a resource of it",
        {"platforms": ("members",), "patents": ("patent_id", "app_year"),
         "applicants": ("patent_id", "org_id"), "citations": ("citing", "cited")})  # fmt: skip
_define("platform_days", "Days to serve", "服务天数中位数", "days", "down", (75,),
        "median days from request to service over the requests of the last years that were "
        "served", {"needs": ("need_id", "days")})  # fmt: skip
_define("platform_queue", "Requests waiting", "待满足需求数", "count", "down", (75,),
        "requests of the last years that were not served", _NEEDS)
for _id, _title, _zh, _formula in (
    ("lack", "Lost: not held in the region", "因资源缺乏未满足",
     "min(a - s, max(0, a - c)): what no resource of the region could have served"),
    ("collection", "Lost: held, but not on the platform", "因未汇聚未满足",
     "of the rest, min(rest, max(0, min(a, c) - p)): what only resources off the platform could"),
    ("allocation", "Lost: on the platform, not allocated", "因配置不当未满足",
     "what then remains: the platform had it, and it was not given"),
):  # fmt: skip
    _define(f"platform_lost_{_id}", _title, _zh, "share", "down", (75, 91),
            _formula + "; summed over technologies and years, over the sum of a. a asked, s "
            "served, c capacity in the region, p on the platform; the stock is taken as the same "
            "in every year", {**_BOTH, "needs": ("need_id", "type", "amount", "served")},
            "own account: the causes add up to what was not served")  # fmt: skip
_define("platform_persistence", "Members still there three years later", "成员留存率", "share",
        "up", (74, 79), "memberships (sub-platform and organisation) of a year that still are "
        "three years later / all whose third year is told", _MEMBERS)  # fmt: skip
_define("platform_persistence_core", "Core enterprises and institutes still there",
        "核心企业与院所留存率", "share", "up", (79,),
        "the same of core enterprises (the network's rule, else those declared) and of institutes",
        _MEMBERS)  # fmt: skip
_define("platform_new_types", "Kinds of actor that joined", "新增主体类型数", "count", "up", (80,),
        "kinds of organisation among the members of the year without any three years before",
        _MEMBERS)  # fmt: skip
_define("platform_private_share", "Private share of income", "市场化收入占比", "share", "up", (77,),
        "private income / (private + public income) of the sub-platforms in the year", _INCOME)
_define("platform_private_trend", "Change of the private share", "市场化收入占比变化",
        "share a year", "up", (77,), "slope of least squares of the private share on the year",
        _INCOME, interval="Student's t of the slope")  # fmt: skip
_define("platform_break_even", "Years to break-even", "盈亏平衡所需年数", "years", "down", (79,),
        "years until private income meets the cost; cost stays at the last year's whole income; "
        "private income grows at a constant rate (slope of its logarithm) or by a constant sum "
        "(slope)", _INCOME, interval="ends of the slope's interval, where both lead there")
_define("platform_shortfall", "Money needed until break-even", "盈亏平衡前资金缺口",
        "million {currency}", "none", (79,), "sum over those years of cost less private income, by "
        "the later of the two scenarios", _INCOME)  # fmt: skip
_define("platform_runway", "Committed years beyond break-even", "资金保障余量", "years", "up",
        (79,), "years for which public and alliance money is committed less years to break-even, "
        "by the later of the two scenarios", _INCOME)  # fmt: skip
_define("platform_governance", "Checklist items met", "治理清单达成率", "share", "up", (76,),
        "items judged met / items judged met or not met, by the newest claim on each that still "
        "counts at the end of the year", {"claims": ("item", "verdict", "author", "date")},
        )  # fmt: skip
_define("needs_unmet", "Needs that no assignment meets", "最优配置下未满足需求", "share", "down",
        (89, 91), "of a type: amount left unmet by the cheapest assignment of resources to the "
        "needs of the year / amount asked for; all types: mean over the needs of the share of "
        "their type, each need counted once",
        _BOTH, "transport problem, Hitchcock 1941; solved by HiGHS")  # fmt: skip
_define("needs_scarcest", "Need met by one unit more", "资源影子价格", "index", "none", (89, 91),
        "mean over the units held, or over the resources where nothing is held, of what one unit "
        "more saves in the cheapest assignment, in units of unmet need: 1 where it all goes to a "
        "need that is unmet now; for the region that of the scarcest type",
        _BOTH, "shadow price: dual of the transport problem, its right derivative")  # fmt: skip
