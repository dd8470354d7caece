"""Who can carry a technology: what it needs, who holds that here, the least team, the missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from regionlift.measures.technology.commonness import association, joint
from regionlift.measures.technology.filings import Applicant, Filings

#: Outside patents below which what a technology needs is read from all patents.
OUTSIDE = 20
#: Kinds of partner a team needs one of each of.
SIDES = {"enterprise": ("enterprise",), "research": ("university", "institute")}
#: Members beyond this change no plan that anyone carries out.
LARGEST = 12
#: Teams sought, and of these shown: the least, and alternatives to it.
SOUGHT, SHOWN = 15, 5
#: Outside holders shown of each missing competence.
MOST = 5


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
class Team:
    """Members who together hold what is needed, with what to compare teams by.

    ``coverage`` is the share of the needed classes they hold; ``complementarity`` 1 less the mean
    cosine of two members' classes; ``ties`` the share of pairs with a joint project or patent
    before; ``patents`` those they have in the technology.
    """

    members: tuple[str, ...]
    types: tuple[str, ...]
    coverage: float
    complementarity: float
    ties: float
    patents: int


@dataclass(frozen=True)
class Consortia:
    """Teams for one technology.

    ``teams`` cover every class that somebody here holds, with the fewest members and one more;
    ties among members decide between equals. ``missing`` are classes nobody here holds; ``sides``
    are kinds of partner nobody here is. ``complete`` where neither is left. ``abroad`` are foreign
    holders of the technology itself; ``dependent`` the missing classes that only they hold.
    """

    klass: str
    needs: tuple[Need, ...]
    teams: tuple[Team, ...]
    missing: tuple[str, ...]
    sides: tuple[str, ...]
    outsiders: tuple[Outsider, ...]
    abroad: tuple[Outsider, ...]
    dependent: tuple[str, ...]
    read_from: str

    @property
    def lacks(self) -> tuple[str, ...]:
        """What keeps a team of the region from covering it, classes first; empty where one does."""
        if self.missing or self.sides or self.teams:
            return self.missing + self.sides
        return (f"a team of up to {LARGEST} members",)


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
    teams = least_teams(groups, partners, strength, slack=1) if groups else ()
    outside = {m: _holders(filings, m, partners) for m in missing}
    return Consortia(
        klass, tuple(needs), tuple(_team(filings, held, k, needs, t, partners) for t in teams),
        tuple(missing), absent,
        tuple(o for m in missing for o in outside[m][:MOST]),
        tuple(o for o in _holders(filings, klass, partners) if o.who.foreign)[:MOST],
        tuple(m for m in missing if outside[m] and all(o.who.foreign for o in outside[m])),
        read_from,
    )  # fmt: skip


def _team(
    filings: Filings, held: csr_matrix, k: int, needs: Sequence[Need], members: tuple[str, ...],
    partners: Mapping[str, Set[str]],
) -> Team:  # fmt: skip
    place = {a.id: n for n, a in enumerate(filings.applicants)}
    rows = np.asarray(held[[place[i] for i in members]].todense()) > 0
    size = np.sqrt(rows.sum(axis=1))
    pairs = list(combinations(range(len(members)), 2))
    alike = [(rows[i] & rows[j]).sum() / (size[i] * size[j]) for i, j in pairs]
    met = [members[j] in partners.get(members[i], ()) for i, j in pairs]
    covered = sum(bool(set(n.holders) & set(members)) for n in needs)
    return Team(
        members, tuple(filings.applicants[place[i]].type for i in members), covered / len(needs),
        1 - float(np.mean(alike)) if pairs else float("nan"),
        float(np.mean(met)) if pairs else float("nan"),
        int(sum(held[place[i], k] for i in members)),
    )  # fmt: skip


def least_teams(
    groups: list[set[str]], partners: Mapping[str, Set[str]], strength: Mapping[str, float],
    shown: int = SHOWN, slack: int = 0,
) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    r"""Smallest sets with a member of every group, as an integer program; several, best first.

    .. math:: \min \sum_i x_i (1 - \epsilon_i), \quad \sum_{i \in G} x_i \ge 1 \; \forall G,
              \quad x \in \{0, 1\}

    The weights :math:`\epsilon`, together below 1, lead to those with past partners in the pool and
    with patents. Of ``SOUGHT`` sets found so the order is: fewest members, most pairs of its own
    members that have met, most patents. ``slack`` lets alternatives have so many members more.
    Empty where more than twelve members would be needed.

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
    while len(teams) < SOUGHT:
        found = milp(
            cost, constraints=LinearConstraint(np.array(rows), np.array(lowest), np.array(highest)),
            integrality=np.ones(len(pool)), bounds=Bounds(0, 1),
        )  # fmt: skip
        if found.x is None:
            break
        chosen = found.x > 0.5
        team = tuple(i for i, c in zip(pool, chosen, strict=True) if c)
        if len(team) > LARGEST or (teams and len(team) > len(teams[0]) + slack):
            break
        teams.append(team)
        # Not this team again, nor one that merely adds to it.
        rows.append(chosen.astype(float))
        lowest.append(-np.inf)
        highest.append(len(team) - 1.0)

    def order(team: tuple[str, ...]) -> tuple[float, ...]:
        met = sum(b in partners.get(a, ()) for a, b in combinations(team, 2))
        return len(team), -met, -sum(strength.get(i, 0.0) for i in team)

    return tuple(sorted(teams, key=order)[:shown])


def _holders(
    filings: Filings, klass: str, partners: Mapping[str, Set[str]]
) -> list[Outsider]:
    """Holders elsewhere of a class: those with partners here first, then by patents."""
    held, ours = filings.held(), {a.id for a in filings.applicants if a.region == filings.region}
    column = np.asarray(held[:, [filings.classes.index(klass)]].todense()).ravel()
    found = [
        Outsider(filings.applicants[i], klass, int(column[i]),
                 len(set(partners.get(filings.applicants[i].id, ())) & ours))
        for i in np.flatnonzero(column > 0) if filings.applicants[i].id not in ours
    ]  # fmt: skip
    return sorted(found, key=lambda o: (-min(o.partners, 1), -o.patents, o.who.id))
