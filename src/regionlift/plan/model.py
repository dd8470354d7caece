"""A plan line by line, what can be wrong with it, and the report of a lint."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

import regionlift.measures  # noqa: F401  registers every measure
from regionlift.evidence.measure import registry
from regionlift.plan.cells import Cells
from regionlift.plan.sheet import places

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of fault: how it is printed, how bad it is, the paper items it serves."""

    title: str
    severity: Severity
    items: tuple[int, ...]


#: Everything the lint looks for. An error leaves a measure that nobody can carry out or check; a
#: warning asks for a decision; a note is for the reader.
RULES: dict[str, Rule] = {
    "no_owner": Rule("No owner", "error", (36,)),
    "no_partners": Rule("No partners", "note", (36,)),
    "no_start": Rule("No start", "error", (36,)),
    "no_end": Rule("No end", "error", (36,)),
    "end_before_start": Rule("Ends before it starts", "error", (36,)),
    "no_cost": Rule("No cost", "error", (36,)),
    "no_cost_basis": Rule("No basis of the cost", "warning", (36,)),
    "no_indicator": Rule("No indicator", "error", (36,)),
    "no_baseline": Rule("No baseline", "error", (36,)),
    "no_target": Rule("No target", "error", (36,)),
    "no_source": Rule("No source of the indicator", "warning", (36,)),
    "no_stop_rule": Rule("No stop rule", "note", (36,)),
    "unreadable": Rule("A cell that cannot be read", "error", (36,)),
    "same_id": Rule("An id used twice", "error", (36,)),
    "same_text": Rule("The same text twice", "warning", (36,)),
    "target_not_above_baseline": Rule("Target not beyond the baseline", "error", (36,)),
    "target_never_reached": Rule("A target nobody comparable reached", "warning", (25, 36)),
    "unknown_measure": Rule("An indicator that is no measure, or not in its unit", "error", (36,)),
    "structure_too_soon": Rule("A target of structure too soon", "warning", (25,)),
    "structure_unpaved": Rule("Structure without factor or value measures before it", "warning",
                              (25,)),
    "no_link": Rule("No link of a path", "warning", (42,)),
    "unknown_link": Rule("A link that no path has", "error", (42,)),
    "link_not_broken": Rule("Acts on a link that holds, while the first broken one has no measure",
                            "warning", (42,)),
    "first_broken_idle": Rule("The first broken link of a path has no measure", "warning", (42,)),
    "unknown_node": Rule("A link of the chain that is not in the tables", "error", (83,)),
    "unfunded_gap": Rule("A large gap of the chain without money", "warning", (83,)),
    "funded_non_gap": Rule("Money where the chain has no gap", "warning", (83,)),
    "copied_priority": Rule("A priority of the neighbours, not of this region", "warning", (92,)),
    "too_many_priorities": Rule("Too many priorities", "warning", (35, 92)),
    "one_owner": Rule("One office owns nearly everything", "warning", (36, 81)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a plan; ``measure`` is empty where it is about the whole plan.

    ``about`` is what it is about beside the measure: a node, a link, a priority.
    """

    code: str
    found: str
    mend: str
    row: int | None = None
    measure: str = ""
    about: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return RULES[self.code].severity

    @property
    def title(self) -> str:
        """What kind of fault it is."""
        return RULES[self.code].title

    @property
    def items(self) -> tuple[int, ...]:
        """Items of the paper."""
        return RULES[self.code].items

    @property
    def where(self) -> str:
        """Row and measure, or the whole plan."""
        if not self.measure and self.row is None:
            return "whole plan"
        return ", ".join([*([f"row {self.row}"] if self.row is not None else []),
                          *([self.measure] if self.measure else [])])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of a plan; None and empty where the plan says nothing."""

    row: int | None
    id: str
    text: str
    owner: str
    partners: tuple[str, ...]
    start: int | None
    end: int | None
    cost: float | None
    cost_basis: str
    indicator: str
    source: str
    measure: str
    baseline: float | None
    target: float | None
    links: tuple[str, ...]
    stop_rule: str
    industries: tuple[str, ...]
    technologies: tuple[str, ...]
    nodes: tuple[str, ...]

    @property
    def structural(self) -> bool:
        """Whether it aims at the mix of industries (paper, stage 3)."""
        if self.measure in registry():
            return 21 in registry()[self.measure].items
        if any(link in STRUCTURE_LINKS or "structure" in link for link in self.links):
            return True
        return bool(_STRUCTURE.search(self.indicator or self.text))


#: Links that lead to the upgrading of the industry, structure included (figures 1 and 2 as read).
STRUCTURE_LINKS = ("a7", "b11")

#: Words of an indicator of structure.
_STRUCTURE = re.compile(
    r"high[- ]?tech\w*( \w+)? share|share of (the )?(high[- ]?tech|division|sub-?industr)|"
    r"industrial structure|高技术\S*(比重|占比|份额)|高新技术\S*(比重|占比)|产业结构",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Plan:
    """A plan as lines, with the columns it has."""

    name: str
    lines: tuple[Line, ...]
    columns: frozenset[str]


def plan_of(frame: pl.DataFrame, name: str = "plan") -> Plan:
    """Lines from a frame of the contract's columns."""
    lines = [
        _line(place, row)
        for place, row in zip(places(frame), frame.iter_rows(named=True), strict=True)
    ]
    return Plan(name, tuple(lines), frozenset(frame.columns))


def _line(place: int | None, row: dict[str, object]) -> Line:
    def text(name: str) -> str:
        return str(row.get(name) or "").strip()

    def items(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(w.strip() for w in text(name).split(";") if w.strip()))

    def number(name: str) -> float | None:
        value = row.get(name)
        return float(str(value)) if value is not None else None

    def year(name: str) -> int | None:
        value = row.get(name)
        return int(str(value)) if value is not None else None

    links = tuple(w for w in re.split(r"[;,，、；\s]+", text("link")) if w)
    return Line(
        place, text("measure_id"), text("text"), text("owner"), items("partners"), year("start"),
        year("end"), number("cost"), text("cost_basis"), text("indicator"), text("source"),
        text("measure"), number("baseline"), number("target"), links, text("stop_rule"),
        items("industry"), items("technology"), items("node"),
    )  # fmt: skip


@dataclass(frozen=True)
class LintReport:
    """Every finding of a plan, the worst first, and what could not be looked at.

    ``notes`` say what the reading settled; ``open`` are pairs of what was not checked and what
    would settle it; ``idle`` the links of each path that no measure acts on; ``cells`` the layers,
    kinds of actor and stages that have a measure.
    """

    name: str
    region: str
    measures: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    open: tuple[tuple[str, str], ...] = ()
    idle: tuple[tuple[str, tuple[str, ...]], ...] = ()
    synthetic: bool = False
    cells: Cells | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Findings by kind, in the order of :data:`RULES`."""
        found = Counter(f.code for f in self.findings)
        return {code: found[code] for code in RULES if found[code]}

    def of(self, code: str) -> tuple[Finding, ...]:
        """Findings of one kind."""
        return tuple(f for f in self.findings if f.code == code)

    @property
    def sound(self) -> int:
        """Measures without an error or a warning of their own."""
        bad = {f.measure for f in self.findings if f.severity != "note" and f.measure}
        return self.measures - len(bad)

    @property
    def summary(self) -> str:
        """What is wrong, in a sentence."""
        if not self.findings:
            return f"{self.measures} measures; nothing found."
        parts = [f"{n} × {RULES[code].title.lower()}" for code, n in self.counts.items()]
        return f"{self.measures} measures, {self.sound} of them sound: " + "; ".join(parts) + "."


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The worst first, then down the file."""
    rules = list(RULES)

    def key(f: Finding) -> tuple[int, int, int, str, str]:
        return (SEVERITIES.index(f.severity), rules.index(f.code), f.row or 0, f.measure, f.about)

    return tuple(sorted(findings, key=key))


def at(line: Line, code: str, found: str, mend: str, about: str = "",
       evidence: tuple[str, ...] = ()) -> Finding:  # fmt: skip
    """A finding about one measure."""
    return Finding(code, found, mend, line.row, line.id, about, evidence)


Findings = Iterator[Finding]
