"""Which actions, and when: a mixed-integer program solved goal after goal, without weights.

Goals, each kept while the next is sought: most first broken links taken on, path after path; most
broken links; most actions; least money; earliest, by the sum of the start years. Causal order,
precedence, the budget and the earliest year of structure actions are constraints. An action
without a cost basis takes nothing of a budget.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

#: Years of the roadmap, and its phases as (first year, last year).
HORIZON = 10
PHASES = ((0, 1), (1, 3), (3, 5), (5, 10))
#: Alternatives sought, and the share of the links and of the actions of the best that each keeps.
ALTERNATIVES, KEPT = 3, 0.8
#: How far from the least overlap an alternative may be: it need not be the most unlike of all.
SLACK = 0.05


@dataclass(frozen=True)
class Task:
    """An action as the program sees it.

    ``link`` and ``path`` it belongs to; ``rank`` of the link among the broken links of its path, 0
    first (several links may be first); ``cost`` in millions, 0 where there is no basis.
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
    if not np.isfinite(parts).all():
        raise BudgetError(f"a budget is a number: {', '.join(f'{b:g}' for b in parts)}")
    if min(parts) < 0:
        raise BudgetError(f"a budget is not negative: {', '.join(f'{b:g}' for b in parts)}")
    if sum(parts) == 0:
        raise BudgetError("a budget of zero buys nothing: leave it out to see the roadmap without "
                          "a limit, or give an amount in millions")  # fmt: skip
    return parts


class _Program:
    """Variables: action a begun by year y, which never falls back; then whether link l is taken on.

    All are whole numbers: where some are not, HiGHS solves again for those and prints that it does.
    """

    def __init__(self, tasks: Sequence[Task], budget: tuple[float, ...] | None) -> None:
        self.tasks = tuple(tasks)
        self.links = tuple(dict.fromkeys((t.path, t.link) for t in tasks))
        self.n, self.years = len(tasks), HORIZON
        self.span = self.n * self.years
        self.size = self.span + len(self.links)
        self.of: dict[tuple[str, str], list[int]] = {}
        for a, t in enumerate(tasks):
            self.of.setdefault((t.path, t.link), []).append(a)
        self.rank = {key: self.tasks[actions[0]].rank for key, actions in self.of.items()}
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

    def taken(self, link: int) -> int:
        """Place of a link taken on."""
        return self.span + link

    def before(self, key: tuple[str, str]) -> list[tuple[str, str]]:
        """The nearest earlier links of the path that have an action; first links have none."""
        earlier = [k for k in self.links if k[0] == key[0] and self.rank[k] < self.rank[key]]
        nearest = max((self.rank[k] for k in earlier), default=0)
        return [k for k in earlier if self.rank[k] == nearest]

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
        """A link is taken on by any of its actions; later links wait until the one before is."""
        last = self.years - 1
        for n, key in enumerate(self.links):
            own = self.of[key]
            self._row({self.taken(n): 1.0, **{self.at(a, last): -1.0 for a in own}}, 0.0)
            for first in self.before(key):
                for y in range(self.years):
                    by = {self.at(b, y): -1.0 for b in self.of[first]}
                    for a in own:
                        self._row({self.at(a, y): 1.0, **by}, 0.0)

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

    def goals(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """What is made least, one after the other: links and actions, then money, then years.

        The first stands for whole numbers in the order of their importance: each unit of one
        outweighs all that those after it can add up to, so that one program settles them.
        """
        last = self.years - 1
        many, cheap, early = (np.zeros(self.size) for _ in range(3))
        for a, task in enumerate(self.tasks):
            many[self.at(a, last)] = -1
            cheap[self.at(a, last)] = task.cost
            early[self.at(a, last)] += last
            for y in range(last):
                early[self.at(a, y)] -= 1
        unit = self.n + 1.0
        many[self.span :] = -unit
        unit *= len(self.links) + 1
        for path in reversed(list(dict.fromkeys(t.path for t in self.tasks))):
            firsts = [n for n, k in enumerate(self.links) if k[0] == path and not self.rank[k]]
            many[[self.taken(n) for n in firsts]] -= unit
            unit *= len(firsts) + 1
        return many, cheap, early

    def solve(
        self, goals: Sequence[NDArray[np.float64]],
        held: Sequence[tuple[NDArray[np.float64], float]] = (), gap: float = 0.0,
        chosen: Collection[str] | None = None,
    ) -> NDArray[np.float64] | None:  # fmt: skip
        """Goal after goal, each held while the next is sought; None where nothing is feasible.

        ``gap`` is how far, relatively, each may stay from its best; with ``chosen``, these actions
        are taken and no others.
        """
        kept = list(held)
        lower, upper = np.zeros(self.size), self.upper.copy()
        if chosen is not None:
            for a, task in enumerate(self.tasks):
                lower[self.at(a, self.years - 1)] = task.id in chosen
                upper[self.at(a, 0) : self.at(a, self.years)] *= task.id in chosen
        x: NDArray[np.float64] | None = np.zeros(self.size)
        for goal in goals:
            if not goal.any():
                continue
            table = vstack([self.table, *(csr_matrix(r[None, :]) for r, _ in kept)], "csr")
            ends = np.concatenate([self.most, [m for _, m in kept]])
            found = milp(goal, constraints=LinearConstraint(table, -np.inf, ends),
                         integrality=np.ones(self.size), bounds=Bounds(lower, upper),
                         options={"mip_rel_gap": gap})  # fmt: skip
            if found.x is None:
                return None
            x = np.round(found.x)
            value = float(goal @ x)
            # whole numbers need no fine tolerance, money does
            whole = bool((goal == np.round(goal)).all())
            kept.append((goal, value + (0.5 if whole else 1e-6 * max(1.0, abs(value)))))
        return x

    def schedule(self, x: NDArray[np.float64]) -> Schedule:
        """Starts out of a solution, with what they achieve."""
        begun = x[: self.span].reshape(self.n, self.years) > 0.5
        start = {t.id: int(np.argmax(begun[a])) for a, t in enumerate(self.tasks)
                 if begun[a].any()}  # fmt: skip
        return Schedule(start, achieved(self.tasks, start))


def achieved(tasks: Sequence[Task], start: Mapping[str, int]) -> tuple[float, ...]:
    """First broken links taken on, path by path; then links, actions, money, sum of start years."""
    taken = [t for t in tasks if t.id in start]
    paths = list(dict.fromkeys(t.path for t in tasks))
    firsts = [float(len({t.link for t in taken if t.path == p and t.rank == 0})) for p in paths]
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
        If an id is used twice, an action comes after one that is not among the tasks, or actions
        wait for each other.
    """
    limits = checked_budget(budget)
    _checked(tasks)
    if not tasks:
        return Roadmap(Schedule({}, ()), (), {})
    program = _Program(tasks, limits)
    x = program.solve(program.goals())
    assert x is not None  # doing nothing is always feasible
    best = program.schedule(x)
    return Roadmap(best, _near(program, best, alternatives), _left_out(program, best))


def _checked(tasks: Sequence[Task]) -> None:
    after = {t.id: t.after for t in tasks}
    if len(after) < len(tasks):
        raise ValueError("an id is used by two actions")
    for t in tasks:
        if lost := [i for i in t.after if i not in after]:
            raise ValueError(f'action "{t.id}" comes after {", ".join(lost)}, which is not there')
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        raise ValueError(f"actions wait for each other: {', '.join(error.args[1])}") from None


def _near(program: _Program, best: Schedule, most: int) -> tuple[Schedule, ...]:
    """Choices as unlike the earlier ones as can be that take on the same first broken links.

    Each keeps at least four fifths of the links and of the actions of the best.
    Source: modelling to generate alternatives, Brill, Chang & Hopkins 1982.
    """
    last = [program.at(a, program.years - 1) for a in range(program.n)]
    links, count = np.zeros(program.size), np.zeros(program.size)
    links[program.span :] = -1
    count[last] = -1
    done = {(t.path, t.link) for t in program.tasks if t.id in best.start}
    keep = [(links, -KEPT * len(done) + 1e-6), (count, -KEPT * len(best.start) + 1e-6)]
    for n, key in enumerate(program.links):
        if program.rank[key] == 0 and key in done:
            row = np.zeros(program.size)
            row[program.taken(n)] = -1
            keep.append((row, -1.0))
    many, _, early = program.goals()
    found, seen = [], [best]
    for _ in range(most):
        overlap = np.zeros(program.size)
        overlap[last] = [sum(t.id in s.start for s in seen) for t in program.tasks]
        x = program.solve([overlap, many], keep, SLACK)
        chosen = None if x is None else program.schedule(x).chosen
        if chosen is None or chosen in [s.chosen for s in seen]:
            break
        x = program.solve([early], gap=SLACK, chosen=chosen)
        assert x is not None  # this choice was feasible
        seen.append(program.schedule(x))
        found.append(seen[-1])
    return tuple(found)


def _soonest(program: _Program) -> dict[str, int]:
    """Earliest start of each action were there money for all; HORIZON where it would not end."""
    found = {t.id: t.earliest for t in program.tasks}
    years = {t.id: t.years for t in program.tasks}
    for _ in program.tasks:
        for t in program.tasks:
            ends = [found[i] + years[i] for i in t.after]
            links = [min(found[program.tasks[a].id] for a in program.of[k])
                     for k in program.before((t.path, t.link))]  # fmt: skip
            start = max([t.earliest, *ends, *links])
            found[t.id] = start if start + t.years <= HORIZON else HORIZON
    return found


def _left_out(program: _Program, best: Schedule) -> dict[str, str]:
    """Why each action that was not chosen was not."""
    soonest, found = _soonest(program), {}
    for task in program.tasks:
        if task.id in best.start:
            continue
        waits = [i for i in task.after if i not in best.start]
        idle = [k[1] for k in program.before((task.path, task.link))
                if not any(program.tasks[a].id in best.start for a in program.of[k])]  # fmt: skip
        if waits:
            found[task.id] = f"waits for {', '.join(waits)}"
        elif idle:
            found[task.id] = f"nothing is done yet about {', '.join(idle)}, which comes before"
        elif soonest[task.id] >= HORIZON:
            found[task.id] = f"does not end within {HORIZON} years after what comes first"
        elif task.cost > 0:
            found[task.id] = "the budget does not reach"
        else:
            found[task.id] = "the budget lets what comes first begin too late"
    return found
