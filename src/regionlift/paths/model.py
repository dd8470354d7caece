"""What a path file holds: boxes, links, conditions, actions; checked before anything is judged."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from regionlift.evidence.settings import SourceClass, Threshold

Compare = Literal[">=", ">", "<=", "<"]
Against = Literal["value", "peers", "trend"]
Fit = Literal["fits", "early", "not yet", "past"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Alone(_Strict):
    """What to compare with where no peer has the number: a second reading, labelled as one.

    With ``low`` and ``high`` it is tried over a range and may be moved, as ``<id>_alone``.
    """

    threshold: float
    low: float | None = None
    high: float | None = None
    source: str = ""


class Comparison(_Strict):
    """A measure compared with a threshold that the user may move.

    ``against`` is the number itself (``value``), its percentile among the peers (``peers``) or its
    yearly trend in percent (``trend``). ``part`` names a part of the region ("growth"). ``instead``
    are measures that stand in, the first known one, where ``measure`` cannot be told.
    """

    id: str
    title: str
    title_zh: str = ""
    measure: str
    instead: tuple[str, ...] = ()
    part: str = ""
    compare: Compare
    against: Against = "value"
    threshold: float
    low: float
    high: float
    source: str = ""
    origin: SourceClass = "house"
    alone: Alone | None = None

    @property
    def settings(self) -> tuple[Threshold, ...]:
        """The threshold as a setting of the run, and the one that stands in."""
        own = Threshold(self.id, self.threshold, self.low, self.high, self.title, self.source,
                        self.origin)  # fmt: skip
        a = self.alone
        if a is None or a.low is None or a.high is None:
            return (own,)
        return own, Threshold(f"{self.id}_alone", a.threshold, a.low, a.high,
                              f"{self.title}, where no peers have the number", a.source, "house",
                              )  # fmt: skip


class Action(_Strict):
    """Something that somebody does about a link.

    ``owner`` and ``partners`` are kinds of organisation; ``years`` the shortest and longest time it
    takes; ``indicator`` a measure that shows whether it works; ``after`` actions that come first;
    ``stop`` when to give it up; ``structure`` whether it changes the mix of industries; ``shift``
    whether it only moves money that is there, so that it has no cost of its own.
    """

    id: str
    title: str
    title_zh: str
    owner: str
    partners: tuple[str, ...] = ()
    years: tuple[int, int]
    indicator: str
    instruments: tuple[str, ...] = ()
    countermeasure: Literal[1, 2, 3, 4]
    items: tuple[int, ...]
    after: tuple[str, ...] = ()
    structure: bool = False
    shift: bool = False
    risk: str
    stop: str


class Box(_Strict):
    """A box of the figure."""

    id: str
    title: str
    title_zh: str = ""
    parts: tuple[str, ...] = ()


class Link(Comparison):
    """An arrow of the figure, with the measure that tells whether it holds.

    A link with ``feedback`` closes the circle; it has no place in the causal order.
    """

    start: tuple[str, ...] = Field(alias="from")
    end: str = Field(alias="to")
    items: tuple[int, ...]
    feedback: bool = False
    settles: str = ""
    actions: tuple[Action, ...] = ()


class Clause(Comparison):
    """One part of a condition, with the words of the paper it reads.

    ``anchors`` are full exclusion, crossover and full inclusion for the fuzzy set; their status
    says where they come from. ``expected`` is the direction fixed before any test. ``mends`` are
    actions, of this path or of a shipped one, that work on it; a clause that describes a situation
    has none.
    """

    items: tuple[int, ...]
    quote: str
    anchors: tuple[float, float, float]
    anchors_source: str
    anchors_status: Literal["theoretical", "provisional", "blocked"]
    expected: Literal["present", "absent", "open"] = "open"
    mends: tuple[str, ...] = ()
    settles: str = ""


class Condition(_Strict):
    """A condition of applicability: an expression over clauses."""

    id: str
    title: str
    title_zh: str = ""
    quote: str
    items: tuple[int, ...]
    rule: str


class Reading(_Strict):
    """A way to read the conditions together; the first one decides, the others are printed."""

    id: str
    title: str
    rule: str
    source: str


class Stage(_Strict):
    """How far a path fits a stage of the industry or a phase of the network."""

    stage: str
    fit: Fit
    inferred: bool
    why: str


class Path(_Strict):
    """A whole path: a figure that can be run."""

    id: str
    title: str
    title_zh: str = ""
    form: str
    place: int
    about: str
    source: str
    items: tuple[int, ...] = ()
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    clauses: tuple[Clause, ...]
    conditions: tuple[Condition, ...]
    readings: tuple[Reading, ...]
    stages: tuple[Stage, ...] = ()

    @property
    def comparisons(self) -> tuple[Link | Clause, ...]:
        """Everything that is compared with a threshold."""
        return (*self.links, *self.clauses)

    @property
    def actions(self) -> tuple[tuple[Link, Action], ...]:
        """Every action with the link it acts on, in causal order, what closes the circle last."""
        rest = [link for link in self.links if link.feedback]
        return tuple((link, a) for link in (*self.ordered, *rest) for a in link.actions)

    @property
    def ordered(self) -> tuple[Link, ...]:
        """Links in causal order, feedback left out."""
        from regionlift.paths.figure import causal

        return causal(self.links)


class Failure(_Strict):
    """A kind of failure of a regional innovation system, and the path it speaks for."""

    id: str
    title: str
    title_zh: str = ""
    rule: str
    speaks_for: tuple[str, ...]
    why: str


class Failures(_Strict):
    """The second opinion: kinds of failure with the clauses that tell them."""

    title: str
    source: str
    clauses: tuple[Clause, ...]
    failures: tuple[Failure, ...]
