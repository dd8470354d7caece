"""What the numbers of government mean."""

from __future__ import annotations

from collections.abc import Mapping

from regionlift.evidence.measure import Definition, Direction, register

_SPEND = {"spend": ("year", "instrument", "amount")}
_PROJECTS = {"projects": ("start_year", "public_money"), "members": ("project_id", "org_id")}
_DRAWN = "Bayesian bootstrap over the units"
_NONE = "none: every row in the tables is counted"
_ENDS = "not sampled: up to all nodes of which demand or output is not known"
_PAPER = "operational reading of the paper, item "


def _define(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    source: str, needs: Mapping[str, tuple[str, ...]] = _SPEND, interval: str = _NONE,
    direction: Direction = "none", least: int = 1,
) -> None:  # fmt: skip
    register(
        Definition(
            id, title, title_zh, unit, direction, needs, least, items, source, formula, interval
        )
    )


_define("policy_money", "Public money", "财政资金", "million {currency}", (83,),
        "sum of the lines of the years looked at that name the chain node, the technology or the "
        "instrument; for the region: of all lines", _PAPER + "83")  # fmt: skip
_define("policy_instruments", "Kinds of instrument with money", "政策工具种类", "count", (83,),
        "kinds of instrument with money in the years looked at; many is no merit and few is no "
        "fault: what counts is where the money goes", _PAPER + "83")  # fmt: skip
_define("policy_alignment", "Does money follow what is missing", "资金与缺口的秩相关",
        "correlation", (83,), "Spearman's rank correlation over all chain nodes between the money "
        "a node got and its demand not met locally; for technologies: over the key common "
        "technologies, between the money of each and the number of competences it lacks here",
        "Spearman 1904, American Journal of Psychology 15, 72-101",
        {**_SPEND, "chain_nodes": ("node_id", "demand")}, _DRAWN, "up", 10)  # fmt: skip
_define("policy_unfunded_gaps", "Gaps without public money", "无资金缺口数", "count", (83,),
        "chain nodes with demand not met locally and no money in the years looked at; that a "
        "neighbour's supply is the better answer stands beside each", _PAPER + "83",
        {**_SPEND, "chain_nodes": ("node_id", "demand")}, _ENDS, "down")  # fmt: skip
_define("policy_funded_nongaps", "Public money where nothing is missing", "非缺口获资助数",
        "count", (83,), "chain nodes with money in the years looked at whose demand local output "
        "could meet in full", _PAPER + "83",
        {**_SPEND, "chain_nodes": ("node_id", "demand")}, _ENDS, "down")  # fmt: skip
_define("policy_advantage_share", "Money in sub-industries of advantage", "资金集中于优势行业比例",
        "share", (61,), "money of lines in sub-industries with a location quotient above 1 / money "
        "of lines whose sub-industry is told, by the node they serve, else by the beneficiary",
        _PAPER + "61", {**_SPEND, "panel": ("region", "industry", "year")}, _DRAWN)  # fmt: skip
_define("policy_new_ties_funded", "New ties born in publicly funded projects",
        "财政项目中新建连接占比", "share", (84,),
        "pairs of the region that meet for the first time in a joint event with public money / all "
        "pairs that meet for the first time, over the years looked at", _PAPER + "84", _PROJECTS,
        "Wilson 1927")  # fmt: skip
for _which, _zh, _said in (("funded", "财政资助", "with"), ("unfunded", "非财政资助", "without")):
    _define(f"policy_tie_survival_{_which}", f"Ties that outlast their project, {_which}",
            f"{_zh}项目结束后仍合作的比例", "share", (84,), "1 - Kaplan-Meier share of pairs that "
            f"have not met again three years after their first joint event ended; events {_said} "
            "public money", "Kaplan & Meier 1958; pairs of one event are one cluster", _PROJECTS,
            "Greenwood's formula with clusters", least=10)  # fmt: skip
_define("policy_environment", "Items of the environment that hold", "创新环境达标比例", "share",
        (85,), "items met / items met or not met, by signed claims that count at the end of the "
        "year: finance, skills, infrastructure, procedures and any other the claims name",
        _PAPER + "85", {"claims": ("item", "verdict", "author", "date")},
        "none: a count of judgements")  # fmt: skip
_define("policy_commitment_years", "Years in a row with public money", "连续投入年数", "count",
        (56, 79), "years in a row with money, up to the last year that any line is of",
        _PAPER + "56")  # fmt: skip
_define("policy_public_rd", "Public share of joint projects", "合作项目财政资金占比", "share",
        (56,),
        "sum of public money / sum of budget over the joint projects with a member of the region "
        "that begin in the last three years and tell both", _PAPER + "56",
        {"projects": ("start_year", "budget", "public_money"),
         "members": ("project_id", "org_id")}, "Bayesian bootstrap over projects")  # fmt: skip
