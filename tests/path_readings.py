"""Numbers said by the test, and small paths, for tests of the paths alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings, settings
from regionlift.paths.evaluate import PathJudged, judge_path
from regionlift.paths.load import thresholds
from regionlift.paths.model import Against, Comparison, Path

Key = tuple[str, str, str]
PLACE = "Beijiang"


def known(value: float, measure: str = "rd_intensity", period: str = "2023", **more: Any
          ) -> Quantity:  # fmt: skip
    return Quantity(measure, PLACE, period, float(value), registry()[measure].unit, **more)


def gap(measure: str = "rd_intensity") -> Quantity:
    return Quantity(measure, PLACE, "2023", None, registry()[measure].unit,
                    status=Status.NOT_COLLECTED, reason="nobody counted", settles="a count",
                    )  # fmt: skip


@dataclass
class Said:
    """Readings from a table of (measure, part, against); what is not there cannot be told."""

    numbers: Mapping[Key, Quantity] = field(default_factory=dict)

    def read(self, measure: str, part: str, against: Against) -> Quantity:
        return self.numbers.get((measure, part, against)) or gap(measure)


def said(values: Mapping[str, float], path: Path) -> Said:
    """Readings in which each comparison named compares this value, and the rest is unknown."""
    found: dict[Key, Quantity] = {}
    for c in path.comparisons:
        if c.id in values:
            found |= reading(c, values[c.id])
    return Said(found)


def reading(c: Comparison, value: float) -> dict[Key, Quantity]:
    """The reading that a comparison looks at, and a number beside it that must not decide."""
    number = known(value, c.measure)
    beside = {(c.measure, c.part, "value"): known(-1e6, c.measure)} if c.against != "value" else {}
    return {**beside, (c.measure, c.part, c.against): number}


#: Known measures for small paths, one a comparison, so that each can be said by itself.
MEASURES = (
    "rd_intensity", "alliance_share", "alliance_elements", "alliance_output", "alliance_sharing",
    "new_adopters", "technology_infiltration", "core_enterprises", "chain_covered",
    "hold_up_share",
)  # fmt: skip


def small(
    rule: str = "A1 and (A2 or not A3)", links: int = 3, name: str = "small", **more: Any
) -> Path:
    """A path of a line of links and a condition over clauses A1, A2, A3, thresholds 0.5."""
    return Path.model_validate(raw(rule, links, name, **more))


def raw(
    rule: str = "A1 and (A2 or not A3)", links: int = 3, name: str = "small", **more: Any
) -> dict[str, Any]:
    """The same as the table of a file."""
    number = {"compare": ">=", "threshold": 0.5, "low": 0.2, "high": 0.9, "source": "the test"}
    rows = [
        {"id": f"{name}_{n + 1}", "title": f"Link {n + 1}", "from": [f"box{n}"],
         "to": f"box{n + 1}", "items": [1], "measure": MEASURES[n], **number}
        for n in range(links)
    ]  # fmt: skip
    clauses = [
        {"id": f"A{n}", "title": f"Clause {n}", "items": [1], "quote": "words",
         "measure": MEASURES[-n], **number, "anchors": [0.1, 0.5, 0.9],
         "anchors_source": "the test", "anchors_status": "provisional"}
        for n in (1, 2, 3)
    ]  # fmt: skip
    condition = {"id": "A", "title": "Condition", "quote": "words", "items": [1], "rule": rule}
    return {
        "id": name, "title": "Small", "form": "point", "place": 1, "about": "A test.",
        "source": "the test", "boxes": [{"id": f"box{n}", "title": f"Box {n}"}
                                        for n in range(links + 1)],
        "links": rows, "clauses": clauses, "conditions": [condition],
        "readings": [{"id": "all", "title": "All", "rule": "A", "source": "the test"}], **more,
    }  # fmt: skip


def in_force(path: Path, moved: Mapping[str, float] | None = None) -> Settings:
    """Thresholds of one path, some of them moved."""
    return settings(moved, thresholds([path]))


def judged(path: Path, values: Mapping[str, float], moved: Mapping[str, float] | None = None
           ) -> PathJudged:  # fmt: skip
    """A path judged from the values said."""
    return judge_path(path, said(values, path), in_force(path, moved))
