"""Whether a plan can be carried out and checked: owner, years, cost, indicator, stop rule.

Item 36 of the paper: "must be operable".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from regionlift.evidence.settings import Settings
from regionlift.plan.model import Finding, Findings, Line, Plan, at

#: Code -> column, what is missing, what would mend it. Of an absent column one finding tells.
_NEEDED = {
    "no_owner": ("owner", "nobody is named who does it", "Name one office or organisation."),
    "no_partners": ("partners", "nobody is named who takes part", "Name them in partners."),
    "no_start": ("start", "no year it starts", "Give the year."),
    "no_end": ("end", "no year it ends", "Give the year."),
    "no_cost": ("cost", "no cost", "Give the cost, 0 if it costs nothing."),
    "no_cost_basis": ("cost_basis", "a cost, but not where it comes from",
                      "Name comparable projects with their median and range, or an offer."),
    "no_indicator": ("indicator", "nothing tells whether it works",
                     "Name one number that moves if it works, with baseline and target."),
    "no_baseline": ("baseline", "no value now, so that no change can be seen",
                    "Measure the indicator before the start."),
    "no_target": ("target", "no value aimed at", "Set it from what comparable regions reached."),
    "no_source": ("source", "not said where the indicator is read",
                  "Name the table or office, and how late it comes."),
    "no_stop_rule": ("stop_rule", "not said when it is given up",
                     "Say at which value and when it is stopped or changed."),
}  # fmt: skip

#: What is not asked where something before it is missing: it would say the same thing twice.
_FOLLOWS = {"no_cost_basis": "cost", "no_baseline": "indicator", "no_target": "indicator",
            "no_source": "indicator"}  # fmt: skip


def missing(plan: Plan) -> Findings:
    """Empty cells of what a measure needs; a column that is not there is one finding."""
    for code, (column, said, mend) in _NEEDED.items():
        if column not in plan.columns:
            if _FOLLOWS.get(code, column) in {*plan.columns, column}:
                yield Finding(code, f"no column {column}: {said}", f"Add it. {mend}", about=column)
            continue
        for line in plan.lines:
            before = _FOLLOWS.get(code)
            if before and getattr(line, before) in (None, ""):
                continue
            if getattr(line, column) in (None, "", ()):
                yield at(line, code, said, mend)


def years(plan: Plan) -> Findings:
    """Measures that end before they start."""
    for line in plan.lines:
        if line.start is not None and line.end is not None and line.end < line.start:
            yield at(line, "end_before_start", f"from {line.start} to {line.end}",
                     "Correct one of the two years.")  # fmt: skip


def twice(plan: Plan) -> Findings:
    """Ids used twice, and texts that say the same in the same or in another order of words."""
    ids: dict[str, Line] = {}
    texts: dict[tuple[str, ...], Line] = {}
    for line in plan.lines:
        if line.id:
            first = ids.setdefault(line.id, line)
            if first is not line:
                yield at(line, "same_id", f"{line.id} stands in row {first.row} too",
                         "Give each measure an id of its own.")  # fmt: skip
        if words := tuple(sorted(re.findall(r"\w+", line.text.lower()))):
            first = texts.setdefault(words, line)
            if first is not line:
                yield at(line, "same_text", f'"{line.text[:60]}" is the text of {first.id} too',
                         "Make them one measure, or say what differs.", first.id)  # fmt: skip


def owners(plan: Plan, settings: Settings) -> Findings:
    """One office that owns nearly every measure; asked from three measures with an owner on."""
    named = [line.owner for line in plan.lines if line.owner]
    if len(named) < 3:
        return
    office, count = Counter(named).most_common(1)[0]
    if count / len(named) >= settings["plan_one_owner"]:
        yield Finding("one_owner", f"{office} owns {count} of the {len(named)} measures that have "
                      "an owner", "Give each to the organisation that can do it: other offices, "
                      "firms, institutes, associations.", about=office)  # fmt: skip


def priorities(plan: Plan, settings: Settings) -> Findings:
    """More industries, technologies and links of the chain than a plan can put first."""
    named: dict[str, list[str]] = defaultdict(list)
    for line in plan.lines:
        for kind in ("industries", "technologies", "nodes"):
            named[kind] += getattr(line, kind)
    every = {kind: list(dict.fromkeys(found)) for kind, found in named.items()}
    count, most = sum(map(len, every.values())), settings.whole("plan_priorities")
    if count > most:
        some = "; ".join(f"{kind} {', '.join(v[:8])}" for kind, v in every.items() if v)
        yield Finding("too_many_priorities", f"{count} priorities, more than {most}: {some}",
                      "Say which come first and which do not come in this plan (setting "
                      "plan_priorities).")  # fmt: skip


def operable(plan: Plan, settings: Settings) -> Findings:
    """Everything above, in order."""
    yield from missing(plan)
    yield from years(plan)
    yield from twice(plan)
    yield from owners(plan, settings)
    yield from priorities(plan, settings)
