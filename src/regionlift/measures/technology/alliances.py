"""Who can carry a technology: what it needs, who holds that here, the least team, the missing."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from regionlift.measures.technology.commonness import association, joint
from regionlift.measures.technology.filings import Applicant, Filings

#: Outside patents below which what a technology needs is read from all patents.
OUTSIDE = 20
#: Kinds of partner a team needs one of each of.
SIDES = {"enterprise": ("enterprise",), "research": ("university", "institute")}
#: Members beyond this change no plan that anyone carries out.
LARGEST = 12
#: Teams of the least size shown.
SHOWN = 3


@dataclass(frozen=True)
class Need:
    """A class that stands beside a technology: in which share of its patents, and who has it."""

    klass: str
    share: float
    holders: tuple[str, ...]


@dataclass(frozen=True)
class Outsider:
    """A holder elsewhere of a class nobody here has."""

    who: Applicant
    klass: str
    patents: int
    partners: int


@dataclass(frozen=True)
class Consortia:
    """Teams for one technology.

    ``teams`` cover every class that somebody here holds, with the fewest members; ties among
    members decide between equals. ``missing`` are classes nobody here holds; ``sides`` are kinds
    of partner nobody here is. ``complete`` where neither is left.
    """

    klass: str
    needs: tuple[Need, ...]
    teams: tuple[tuple[str, ...], ...]
    missing: tuple[str, ...]
    sides: tuple[str, ...]
    outsiders: tuple[Outsider, ...]
    read_from: str

    @property
    def complete(self) -> bool:
        """Whether a team of the region covers all of it."""
        return bool(self.teams) and not self.missing and not self.sides


def consortia(
    filings: Filings, klass: str, share: float, partners: Mapping[str, Set[str]]
) -> Consortia:
    """What a technology needs, the least teams of the region, and who elsewhere has the rest.

    Needed is what stands beside it in at least ``share`` of its patents held elsewhere (of all,
    where under 20 are), and more often than chance. ``partners`` are those one has had joint
    projects or patents with.
    """
    k = filings.classes.index(klass)
    has = np.asarray(filings.incidence[:, [k]].todense()).ravel() > 0
    away = has & ~filings.local
    if away.sum() >= OUTSIDE:
        pool, read_from = filings.of(~filings.local), "patents of holders elsewhere"
        base = int(away.sum())
    else:
        pool, read_from, base = filings, "all patents", int(has.sum())
    both = joint(pool.incidence, np.ones(len(pool.ids)))
    near = association(both)
    beside = [
        n for n in range(len(filings.classes))
        if n != k and both[k, n] >= share * max(base, 1) and near[k, n] > 1
    ]
    held = filings.held()
    ours = np.flatnonzero(filings.ours)
    wanted = [k, *sorted(beside, key=lambda n: -both[k, n])]
    needs, missing = [], []
    for n in wanted:
        column = np.asarray(held[:, [n]].todense()).ravel()
        names = [i for i in ours[np.argsort(-column[ours], kind="stable")] if column[i] > 0]
        part = 1.0 if n == k else float(both[k, n] / max(base, 1))
        needs.append(
            Need(filings.classes[n], part, tuple(filings.applicants[i].id for i in names))
        )
        if not names:
            missing.append(filings.classes[n])
    covers = {n.klass: set(n.holders) for n in needs if n.holders}
    types = {filings.applicants[i].id: filings.applicants[i].type for i in ours}
    strength = {filings.applicants[i].id: float(held[i, k]) for i in ours}
    able = set().union(*covers.values())
    sides = {
        side: {id for id in able if types[id] in kinds} for side, kinds in SIDES.items()
    }
    told = any(types.values())
    absent = tuple(s for s, who in sides.items() if not who) if told else ()
    groups = [*covers.values(), *(who for who in sides.values() if who and told)]
    return Consortia(
        klass, tuple(needs), least_teams(groups, partners, strength) if groups else (),
        tuple(missing), absent, _outsiders(filings, missing, partners), read_from,
    )  # fmt: skip


def least_teams(
    groups: list[set[str]], partners: Mapping[str, Set[str]], strength: Mapping[str, float],
    shown: int = SHOWN,
) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    r"""Smallest sets with a member of every group, as an integer program; several, best first.

    .. math:: \min \sum_i x_i (1 - \epsilon_i), \quad \sum_{i \in G} x_i \ge 1 \; \forall G,
              \quad x \in \{0, 1\}

    The weights :math:`\epsilon`, together below 1, prefer among sets of one size those with past
    partners in the pool and with patents. Empty where more than twelve members would be needed.

    Raises
    ------
    ValueError
        If a group is empty: no set can reach it.
    """
    if any(not g for g in groups):
        raise ValueError("a group without a member cannot be covered")
    pool = sorted(set().union(*groups))
    known = np.array([len(set(partners.get(i, ())) & set(pool)) for i in pool], dtype=float)
    able = np.array([strength.get(i, 0.0) for i in pool])
    prefer = known / (known.max() or 1) + able / (able.max() or 1)
    cost = 1 - 0.4 * prefer / (len(pool) + 1)
    rows = [np.array([float(i in g) for i in pool]) for g in groups]
    lowest = [1.0] * len(rows)
    highest = [np.inf] * len(rows)
    teams: list[tuple[str, ...]] = []
    while len(teams) < shown:
        found = milp(
            cost, constraints=LinearConstraint(np.array(rows), np.array(lowest), np.array(highest)),
            integrality=np.ones(len(pool)), bounds=Bounds(0, 1),
        )  # fmt: skip
        if found.x is None:
            break
        chosen = found.x > 0.5
        team = tuple(i for i, c in zip(pool, chosen, strict=True) if c)
        if len(team) > LARGEST or (teams and len(team) > len(teams[0])):
            break
        teams.append(team)
        # Not this team again, nor one that merely adds to it.
        rows.append(chosen.astype(float))
        lowest.append(-np.inf)
        highest.append(len(team) - 1.0)
    return tuple(teams)


def _outsiders(
    filings: Filings, missing: list[str], partners: Mapping[str, Set[str]], most: int = 5
) -> tuple[Outsider, ...]:
    """Holders elsewhere of what is missing: those with partners here first, then by patents."""
    if not missing:
        return ()
    held, ours = filings.held(), {a.id for a in filings.applicants if a.region == filings.region}
    found = []
    for klass in missing:
        column = np.asarray(held[:, [filings.classes.index(klass)]].todense()).ravel()
        own = [
            Outsider(filings.applicants[i], klass, int(column[i]),
                     len(set(partners.get(filings.applicants[i].id, ())) & ours))
            for i in np.flatnonzero(column > 0)
        ]  # fmt: skip
        own.sort(key=lambda o: (-min(o.partners, 1), -o.patents, o.who.id))
        found += own[:most]
    return tuple(found)
