"""Which actions, and when: a mixed-integer program solved goal after goal, without weights.

Goals, each kept while the next is sought: most first broken links taken on, path after path; most
broken links; most actions; least money; earliest. Causal order, precedence, the budget and the
earliest year of structure actions are constraints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

#: Years of the roadmap, and its phases as (first year, last year).
HORIZON = 10
PHASES = ((0, 1), (1, 3), (3, 5), (5, 10))
#: Alternatives sought, and the share of the actions of the best that each must keep.
ALTERNATIVES, KEPT = 3, 0.8


@dataclass(frozen=True)
class Task:
    """An action as the program sees it.

    ``link`` and ``path`` it belongs to; ``rank`` of the link among the broken links of its path, 0
    first; ``cost`` in millions, 0 where there is no basis.
    """

    id: str
    path: str
    link: str
    rank: int
    years: int
    earliest: int
    cost: float
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """Start year of each chosen action, with what it achieves, goal by goal."""

    start: Mapping[str, int]
    goals: tuple[float, ...]

    @property
    def chosen(self) -> frozenset[str]:
        """Ids of the chosen actions."""
        return frozenset(self.start)


@dataclass(frozen=True)
class Roadmap:
    """The best schedule, others that do nearly as well, and why actions were left out."""

    best: Schedule
    alternatives: tuple[Schedule, ...]
    left_out: Mapping[str, str]


class BudgetError(ValueError):
    """The budget cannot be used."""


def phase_of(year: int) -> tuple[int, int]:
    """The phase in which an action that begins in this year begins.

    Examples
    --------
    >>> phase_of(2)
    (1, 3)
    """
    return next(p for p in reversed(PHASES) if year >= p[0])


def checked_budget(budget: float | Sequence[float] | None) -> tuple[float, ...] | None:
    """Budget as a total (one number) or by phase (four).

    Raises
    ------
    BudgetError
        If it is negative, zero, not a number, or of another length.
    """
    if budget is None:
        return None
    parts = tuple(float(b) for b in (budget if isinstance(budget, Sequence) else (budget,)))
    if len(parts) not in (1, len(PHASES)):
        raise BudgetError(f"a budget is one total, or {len(PHASES)} amounts, one a phase "
                          f"({', '.join(f'{a}-{b}' for a, b in PHASES)} years); "
                          f"{len(parts)} were given")  # fmt: skip
    if any(not np.isfinite(b) or b < 0 for b in parts):
        raise BudgetError(f"a budget is not negative: {', '.join(f'{b:g}' for b in parts)}")
    if sum(parts) == 0:
        raise BudgetError("a budget of zero buys nothing: leave it out to see the roadmap without "
                          "a limit, or give an amount in millions")  # fmt: skip
    return parts


class _Program:
    """Variables: action a begun by year y, then link l begun by year y; both never fall back."""

    def __init__(self, tasks: Sequence[Task], budget: tuple[float, ...] | None) -> None:
        self.tasks = tuple(tasks)
        self.links = tuple(dict.fromkeys((t.path, t.link) for t in tasks))
        self.n, self.years = len(tasks), HORIZON
        self.size = (self.n + len(self.links)) * self.years
        self.entries: tuple[list[int], list[int], list[float]] = ([], [], [])
        self.most: list[float] = []
        self.upper = np.ones(self.size)
        self._windows()
        self._causal()
        self._precedence()
        self._money(budget)
        rows, columns, values = self.entries
        self.table = csr_matrix((values, (rows, columns)), shape=(len(self.most), self.size))

    def at(self, action: int, year: int) -> int:
        """Place of an action begun by a year."""
        return action * self.years + year

    def begun(self, link: int, year: int) -> int:
        """Place of a link begun by a year."""
        return (self.n + link) * self.years + year

    def _row(self, at: Mapping[int, float], most: float) -> None:
        for place, value in at.items():
            self.entries[0].append(len(self.most))
            self.entries[1].append(place)
            self.entries[2].append(value)
        self.most.append(most)

    def _windows(self) -> None:
        """Not before its earliest year, nor newly in a year from which it would not end in time."""
        for a, task in enumerate(self.tasks):
            for y in range(self.years):
                if y < task.earliest or task.earliest + task.years > self.years:
                    self.upper[self.at(a, y)] = 0
                if y:
                    self._row({self.at(a, y - 1): 1.0, self.at(a, y): -1.0}, 0.0)
                if y and y + task.years > self.years:
                    self._row({self.at(a, y): 1.0, self.at(a, y - 1): -1.0}, 0.0)

    def _causal(self) -> None:
        """A link is begun once one of its actions is; later links wait for the one before."""
        of: dict[tuple[str, str], list[int]] = {}
        for a, t in enumerate(self.tasks):
            of.setdefault((t.path, t.link), []).append(a)
        rank = {key: self.tasks[actions[0]].rank for key, actions in of.items()}
        for n, key in enumerate(self.links):
            before = [m for m, other in enumerate(self.links)
                      if other[0] == key[0] and rank[other] == rank[key] - 1]  # fmt: skip
            for y in range(self.years):
                self._row({self.begun(n, y): 1.0, **{self.at(a, y): -1.0 for a in of[key]}}, 0.0)
                for m in before:
                    for a in of[key]:
                        self._row({self.at(a, y): 1.0, self.begun(m, y): -1.0}, 0.0)

    def _precedence(self) -> None:
        """What comes first has ended: after_y <= first_(y - its years)."""
        place = {t.id: a for a, t in enumerate(self.tasks)}
        for a, task in enumerate(self.tasks):
            for id in task.after:
                b = place[id]
                for y in range(self.years):
                    ended = y - self.tasks[b].years
                    self._row({self.at(a, y): 1.0,
                               **({self.at(b, ended): -1.0} if ended >= 0 else {})}, 0.0)

    def _money(self, budget: tuple[float, ...] | None) -> None:
        """One total, or what begins in each phase within that phase's amount."""
        if budget is None:
            return
        spans = ((0, self.years),) if len(budget) == 1 else PHASES
        for (first, last), most in zip(spans, budget, strict=True):
            row = {}
            for a, t in enumerate(self.tasks):
                row[self.at(a, last - 1)] = t.cost
                if first:
                    row[self.at(a, first - 1)] = -t.cost
            self._row(row, most)

    def goals(self) -> list[NDArray[np.float64]]:
        """What is made least, one after the other: links and actions, then money, then years.

        The first stands for whole numbers in the order of their importance: each unit of one
        outweighs all that those after it can add up to, so that one program settles them.
        """
        paths = list(dict.fromkeys(t.path for t in self.tasks))
        rank = {(t.path, t.link): t.rank for t in self.tasks}
        last = self.years - 1
        many, early, cheap = (np.zeros(self.size) for _ in range(3))
        one_link = self.n + 1.0
        for n, key in enumerate(self.links):
            many[self.begun(n, last)] -= one_link
            if rank[key] == 0:
                above = len(paths) - paths.index(key[0]) - 1
                many[self.begun(n, last)] -= one_link * (len(self.links) + 1) * 2.0**above
        for a, task in enumerate(self.tasks):
            many[self.at(a, last)] -= 1
            cheap[self.at(a, last)] = task.cost
            early[self.at(a, last)] += last
            for y in range(last):
                early[self.at(a, y)] -= 1
        return [many, cheap, early]

    def solve(
        self, goals: Sequence[NDArray[np.float64]],
        held: Sequence[tuple[NDArray[np.float64], float]] = (),
        fixed: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64] | None:  # fmt: skip
        """Goal after goal, each held while the next is sought; None where nothing is feasible.

        With ``fixed``, the actions chosen there are taken and no others.
        """
        kept = list(held)
        lower, upper = np.zeros(self.size), self.upper.copy()
        if fixed is not None:
            last = [self.at(a, self.years - 1) for a in range(self.n)]
            lower[last] = fixed[last]
            upper[: self.n * self.years] *= np.repeat(fixed[last], self.years)
        x: NDArray[np.float64] | None = None
        whole = np.zeros(self.size)
        whole[: self.n * self.years] = 1
        for goal in goals:
            if not goal.any():
                continue
            table = vstack([self.table, *(csr_matrix(r[None, :]) for r, _ in kept)], "csr")
            ends = np.concatenate([self.most, [m for _, m in kept]])
            found = milp(goal, constraints=LinearConstraint(table, -np.inf, ends),
                         integrality=whole, bounds=Bounds(lower, upper),
                         options={"mip_rel_gap": 0.0})  # fmt: skip
            if found.x is None:
                return None
            x = np.round(found.x)
            value = float(goal @ x)
            kept.append((goal, value + (0.5 if goal is not goals[-1] else 1e-6)))
        return np.zeros(self.size) if x is None else x

    def schedule(self, x: NDArray[np.float64]) -> Schedule:
        """Starts out of a solution, with what they achieve."""
        begun = x[: self.n * self.years].reshape(self.n, self.years) > 0.5
        start = {t.id: int(np.argmax(begun[a])) for a, t in enumerate(self.tasks)
                 if begun[a].any()}  # fmt: skip
        return Schedule(start, achieved(self.tasks, start))


def achieved(tasks: Sequence[Task], start: Mapping[str, int]) -> tuple[float, ...]:
    """First broken link taken on (1 or 0) of each path, then links, actions, money, years."""
    taken = [t for t in tasks if t.id in start]
    paths = list(dict.fromkeys(t.path for t in tasks))
    firsts = [float(any(t.path == p and t.rank == 0 for t in taken)) for p in paths]
    links = {(t.path, t.link) for t in taken}
    return (*firsts, float(len(links)), float(len(taken)), sum(t.cost for t in taken),
            float(sum(start.values())))  # fmt: skip


def roadmap(
    tasks: Sequence[Task], budget: float | Sequence[float] | None = None,
    alternatives: int = ALTERNATIVES,
) -> Roadmap:  # fmt: skip
    """Choose and schedule the actions; alternatives keep the first goals and change the rest.

    Raises
    ------
    BudgetError
        If the budget is zero, negative or of the wrong length.
    ValueError
        If an action comes after one that is not among the tasks, or actions wait for each other.
    """
    limits = checked_budget(budget)
    known = {t.id for t in tasks}
    for t in tasks:
        if lost := [i for i in t.after if i not in known]:
            raise ValueError(f'action "{t.id}" comes after {", ".join(lost)}, which is not there')
    if not tasks:
        return Roadmap(Schedule({}, ()), (), {})
    program = _Program(tasks, limits)
    *which, early = program.goals()
    x = program.solve(which)
    assert x is not None  # doing nothing is always feasible
    x = program.solve([early], fixed=x)
    assert x is not None
    best = program.schedule(x)
    others = _near(program, x, alternatives)
    return Roadmap(best, others, _left_out(program, best, limits))


def _near(program: _Program, x: NDArray[np.float64], most: int) -> tuple[Schedule, ...]:
    """Schedules as unlike the earlier ones as can be that take on the same first broken links.

    Each keeps at least four fifths of the links and of the actions of the best.
    Source: modelling to generate alternatives, Brill, Chang & Hopkins 1982.
    """
    span, last = program.n * program.years, program.years - 1
    links, count = np.zeros(program.size), np.zeros(program.size)
    links[[program.begun(n, last) for n in range(len(program.links))]] = -1
    count[[program.at(a, last) for a in range(program.n)]] = -1
    keep = [(g, KEPT * float(g @ x) + 1e-6) for g in (links, count)]
    rank = {(t.path, t.link): t.rank for t in program.tasks}
    for n, key in enumerate(program.links):
        if rank[key] == 0:
            row = np.zeros(program.size)
            row[program.begun(n, last)] = -1
            keep.append((row, float(row @ x) + 1e-6))
    found: list[Schedule] = []
    seen = [x]
    for _ in range(most):
        overlap = np.sum(seen, axis=0)
        overlap[span:] = 0
        other = program.solve([overlap], keep)
        if other is None or any(np.array_equal(other[:span], s[:span]) for s in seen):
            break
        seen.append(other)
        found.append(program.schedule(other))
    return tuple(found)


def _left_out(
    program: _Program, best: Schedule, budget: tuple[float, ...] | None
) -> dict[str, str]:
    """Why each action that was not chosen was not."""
    found = {}
    for task in program.tasks:
        if task.id in best.start:
            continue
        waits = [i for i in task.after if i not in best.start]
        if waits:
            found[task.id] = f"waits for {', '.join(waits)}"
        elif budget is not None and task.cost > 0:
            found[task.id] = "the budget does not reach"
        else:
            found[task.id] = f"does not end within {HORIZON} years after what comes first"
    return found
