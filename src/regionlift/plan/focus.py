"""Whether a plan acts where the evidence says: broken links, gaps, what is the region's own."""

from __future__ import annotations

from regionlift.data.problems import did_you_mean
from regionlift.evidence.verdict import Truth
from regionlift.plan.context import KINDS, Context, Gap
from regionlift.plan.model import Finding, Findings, Line, Plan, at


def links(plan: Plan, context: Context) -> Findings:
    """Measures without a link, on unknown ones, or on sound ones before the first broken one."""
    every = {link: path for path, order in context.order.items() for link in order}
    acted = {link for line in plan.lines for link in line.links}
    idle = {
        path: first for path in context.order
        if (first := context.first_broken(path)) and first not in acted
    }  # fmt: skip
    on_path = {every[link] for link in acted if link in every}
    for path, first in idle.items():
        if path in on_path:
            yield Finding("first_broken_idle", f"{first} is the first broken link of the {path} "
                          "path, and no measure acts on it", f"Put a measure on {first}, or say "
                          "why it can wait.", about=first)  # fmt: skip
    if "link" not in plan.columns:
        some = ", ".join(list(every)[:3])
        yield Finding("no_link", "no column link: not said what each measure acts on",
                      f"Add it, with links such as {some}.", about="link")  # fmt: skip
        return
    for line in plan.lines:
        if not line.links:
            yield at(line, "no_link", "not said which link of a path it acts on",
                     "Name it, such as a4 or b4; without one, ask what it is for.")  # fmt: skip
        for link in line.links:
            if link not in every:
                yield at(line, "unknown_link", f'"{link}"', f"{did_you_mean(link, every)}Links "
                         f"are {', '.join(every)}.", link)  # fmt: skip
            elif every[link] in idle and context.links.get(link) is Truth.MET:
                first = idle[every[link]]
                yield at(line, "link_not_broken", f"{link} holds; {first}, the first broken link "
                         "of the same path, has no measure", f"Move it to {first}, or say why "
                         f"{link} comes first.", link)  # fmt: skip


def gaps(plan: Plan, context: Context) -> Findings:
    """Large gaps that get no money, and money where there is no gap."""
    known = {gap.node: gap for gap in context.gaps}
    planned = {node for line in plan.lines if line.cost for node in line.nodes}
    if known:
        for line in plan.lines:
            for node in line.nodes:
                yield from _node(line, node, known)
    if not known or context.money is None:
        return
    top = [g for g in context.gaps if g.unmet][: context.settings.whole("plan_top_gaps")]
    for place, gap in enumerate(top, start=1):
        if context.money.get(gap.node, 0.0) <= 0 and gap.node not in planned:
            yield Finding("unfunded_gap", f"{gap.name} ({gap.node}), gap {place} of the chain: "
                          f"{gap.unmet:,.0f} {context.unit} of demand unmet; no spending of "
                          f"{context.money_years} and no measure names it", "Fund it, or say why "
                          "it is bought from elsewhere.", about=gap.node,
                          evidence=(gap.evidence,) if gap.evidence else ())  # fmt: skip
    for gap in sorted(context.gaps, key=lambda g: g.node):
        if gap.unmet == 0 and context.money.get(gap.node, 0.0) > 0:
            yield Finding("funded_non_gap", f"{gap.name} ({gap.node}) got "
                          f"{context.money[gap.node]:,.1f} {context.unit} in "
                          f"{context.money_years}, and local output meets local demand", "Move "
                          "the money to a gap, or name another aim.", about=gap.node,
                          evidence=(gap.evidence,) if gap.evidence else ())  # fmt: skip


def _node(line: Line, node: str, known: dict[str, Gap]) -> Findings:
    if node not in known:
        yield at(line, "unknown_node", f'"{node}"', f"{did_you_mean(node, known)}Name a node of "
                 "the chain_nodes table.", node)  # fmt: skip
    elif known[node].unmet == 0 and line.cost:
        yield at(line, "funded_non_gap", f"{known[node].name} ({node}): local output meets local "
                 "demand", "Move the money to a gap, or name another aim.", node)  # fmt: skip


def copied(plan: Plan, context: Context) -> Findings:
    """Priorities that are specialities of the neighbours and not of this region (item 92)."""
    least = context.settings["plan_copied"]
    for kind, held in context.specialities.items():
        for line in plan.lines:
            for item in getattr(line, KINDS[kind]):
                have = sorted(r for r, s in held.neighbours.items() if item in s)
                if item in held.own or len(have) < least * len(held.neighbours) or not have:
                    continue
                yield at(line, "copied_priority", f"{kind} {item}: a speciality of {len(have)} of "
                         f"{len(held.neighbours)} neighbours ({', '.join(have[:4])}"
                         f"{' ...' if len(have) > 4 else ''}), not of {context.region}",
                         "Say what this region can do that they cannot, or build on its own: "
                         f"{', '.join(sorted(held.own)[:6]) or 'none'}.", item)  # fmt: skip


def likeness(plan: Plan, context: Context) -> list[tuple[str, float, str, float]]:
    """Kind, likeness of the plan's priorities to the region's own specialities, the most like
    neighbour, its likeness.

    Jaccard's index: those in both over those in either. A plan nearer to a neighbour than to its
    own region is worth a question, not a finding.
    """
    found = []
    for kind, held in context.specialities.items():
        named = frozenset(i for line in plan.lines for i in getattr(line, KINDS[kind]))
        if not named:
            continue
        near = {r: jaccard(named, s) for r, s in held.neighbours.items()}
        most = max(sorted(near), key=lambda r: near[r], default="")
        found.append((kind, jaccard(named, held.own), most, near.get(most, 0.0)))
    return found


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Share of what is in either that is in both; 0 for two empty sets.

    Examples
    --------
    >>> jaccard(frozenset("ab"), frozenset("bc"))
    0.3333333333333333
    """
    return len(a & b) / len(a | b) if a | b else 0.0
