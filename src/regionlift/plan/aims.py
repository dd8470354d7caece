"""Whether what a plan aims at can be: beyond the baseline, within reach, structure in its time."""

from __future__ import annotations

import re

from regionlift.data.problems import did_you_mean
from regionlift.evidence.measure import registry
from regionlift.plan.context import Context
from regionlift.plan.model import Findings, Line, Plan, at

#: Words of a measure that wants its indicator lower.
_LOWER = re.compile(
    r"\b(reduc|lower|fewer|cut|shorten|decreas|declin)\w*|\b(days|waiting|queue|loss(es)?)\b|"
    r"降低|减少|下降|缩短|压减|压降",
    re.IGNORECASE,
)


def targets(plan: Plan) -> Findings:
    """Targets that are the baseline, or lie on its wrong side; ids that are no measure."""
    for line in plan.lines:
        if line.measure and line.measure not in registry():
            yield at(line, "unknown_measure", f'"{line.measure}"',
                     f"{did_you_mean(line.measure, registry())}Name a measure of the methods page, "
                     "or leave it out.", line.measure)  # fmt: skip
        if line.baseline is None or line.target is None:
            continue
        if line.target == line.baseline:
            yield at(line, "target_not_above_baseline", f"the target is the baseline, "
                     f"{line.target:g}", "Set a target that differs, or say that it is to be "
                     "kept.")  # fmt: skip
        elif wrong := _wrong_side(line):
            yield at(line, "target_not_above_baseline", f"from {line.baseline:g} to "
                     f"{line.target:g}: {wrong}", "Correct baseline or target.")  # fmt: skip


def _wrong_side(line: Line) -> str:
    """Why the target lies on the wrong side of the baseline; empty where it does not."""
    up = (line.target or 0.0) > (line.baseline or 0.0)
    known = registry().get(line.measure)
    if known is not None and known.direction != "none":
        better = known.direction == "up"
        return "" if up == better else f"{known.title} is better {'higher' if better else 'lower'}"
    if up or _LOWER.search(f"{line.text} {line.indicator}"):
        return ""
    return "lower, and neither text nor indicator says that lower is better"


def reached(plan: Plan, context: Context) -> Findings:
    """Targets that no comparable region reached in that time."""
    for line in plan.lines:
        asked = line.measure in context.frames and None not in (line.baseline, line.target)
        if not asked or context.realism is None or line.end is None or line.start is None:
            continue
        if line.baseline is None or line.target is None or line.end <= line.start:
            continue
        years = line.end - line.start
        try:
            found = context.realism(context.frames, line.measure, context.region, line.baseline,
                                    line.target, years, context.settings)  # fmt: skip
        except ValueError as why:
            yield at(line, "unknown_measure", str(why), "Give baseline and target in the unit of "
                     f"{line.measure}.", line.measure)  # fmt: skip
            continue
        if found.share == 0 and not found.passed:
            yield at(line, "target_never_reached", f"from {line.baseline:g} to {line.target:g} in "
                     f"{years} years: none of {found.n} comparable starts",
                     "Take a target that some reached: `regionlift targets` prints how many.",
                     line.measure)  # fmt: skip


def structure(plan: Plan, context: Context) -> Findings:
    """Structure takes years, and is paved by factors and the value chain (item 25)."""
    least = context.settings.whole("plan_structure_years")
    begins = [x.start for x in plan.lines if not x.structural and x.start is not None]
    for line in plan.lines:
        if not line.structural or line.start is None:
            continue
        if line.end is not None and line.start <= line.end < line.start + least:
            yield at(line, "structure_too_soon", f"structure from {line.start} to "
                     f"{line.end}", f"Aim it {least} years ahead or more, and "
                     "let a measure of factors or of the value chain come first.")  # fmt: skip
        if not any(start <= line.start for start in begins):
            yield at(line, "structure_unpaved", f"it starts in {line.start}, and no measure of "
                     "factors or of the value chain starts by then", "Begin with the factors and "
                     "links it needs.")  # fmt: skip
