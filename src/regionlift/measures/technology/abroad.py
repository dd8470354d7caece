"""What foreign partners would add to a key technology (item 88), and how soon alliances file (86).

Gain and dependence are two sides of one thing: what only a holder abroad can add, the region
depends on that holder for. Both are shown; nothing is scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.technology.alliances import Consortia
from regionlift.measures.technology.diffusion import Alliance
from regionlift.measures.technology.filings import Filings, symbol_of

#: Holders abroad shown of each technology.
SHOWN = 5


@dataclass(frozen=True)
class Foreigner:
    """A foreign applicant beside the region, for one technology.

    ``has`` are the needed classes it holds, ``adds`` those of them nobody here holds; ``gain`` the
    share of the needed classes that these are; ``unlike`` 1 less the cosine of its classes with
    those of the whole region; ``partners`` those here that it has met.
    """

    id: str
    name: str
    has: tuple[str, ...]
    adds: tuple[str, ...]
    gain: float
    unlike: float
    partners: int


@dataclass(frozen=True)
class Abroad:
    """Foreign holders of what one technology needs, the most to add first.

    ``only`` are needed classes that nobody in the country holds and somebody abroad does, with how
    many do; ``joint`` of ``local`` patents of the region in the technology have a foreign
    applicant too.
    """

    klass: str
    needs: int
    foreigners: tuple[Foreigner, ...]
    only: Mapping[str, int]
    joint: int
    local: int

    @property
    def gain(self) -> float:
        """The largest gain of one of them; 0 where none adds anything."""
        return max((f.gain for f in self.foreigners), default=0.0)

    @property
    def single(self) -> tuple[str, ...]:
        """Needed classes for which there is one holder alone, and that abroad."""
        return tuple(k for k, n in self.only.items() if n == 1)


def abroad(
    filings: Filings, carry: Consortia, partners: Mapping[str, Set[str]]
) -> Abroad | None:
    r"""Foreign holders for one technology; None where no applicant in the tables is foreign.

    .. math:: gain_f = \frac{|N \cap H_f \setminus H_{region}|}{|N|}

    N what the technology needs, itself included, H the classes held.

    Source: operational reading of the paper, item 88.
    """
    away = seated_abroad(filings)
    if not away:
        return None
    held = np.asarray(filings.held().todense())
    ours = filings.ours
    place = {c: n for n, c in enumerate(filings.classes)}
    needs = [n.klass for n in carry.needs]
    missing = [k for k in needs if not held[ours][:, place[k]].any()]
    region = held[ours].sum(axis=0)
    here = {a.id for a, own in zip(filings.applicants, ours, strict=True) if own}
    found = []
    for n in away:
        has = tuple(k for k in needs if held[n, place[k]] > 0)
        if not has:
            continue
        adds = tuple(k for k in has if k in missing)
        who = filings.applicants[n]
        found.append(Foreigner(
            who.id, who.name, has, adds, len(adds) / len(needs), _unlike(held[n], region),
            len(set(partners.get(who.id, ())) & here),
        ))  # fmt: skip
    found.sort(key=lambda f: (-f.gain, -min(f.partners, 1), -len(f.has), f.id))
    home = np.array([not a.foreign for a in filings.applicants])
    only = {
        k: int((held[:, place[k]] > 0).sum()) for k in missing
        if held[:, place[k]].any() and not held[home][:, place[k]].any()
    }  # fmt: skip
    has_class = np.asarray(filings.incidence[:, [place[carry.klass]]].todense()).ravel() > 0
    own = has_class & filings.local
    outer = np.zeros(len(home))
    outer[away] = 1
    with_foreign = np.asarray(filings.holds @ outer) > 0
    return Abroad(carry.klass, len(needs), tuple(found), only, int((own & with_foreign).sum()),
                  int(own.sum()))  # fmt: skip


def seated_abroad(filings: Filings) -> list[int]:
    """Places of foreign applicants; one that sits in the region, though foreign, is of those here.
    """
    return [n for n, a in enumerate(filings.applicants)
            if a.foreign and a.region != filings.region]  # fmt: skip


def _unlike(one: np.ndarray, other: np.ndarray) -> float:
    """1 less the cosine of two portfolios."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1 - float(one @ other) / size if size else float("nan")


@dataclass(frozen=True)
class Pace:
    """From an alliance's first project on a technology to its first patent in it.

    ``projects`` and ``patents`` are ids of the first ones, of their year; ``filed`` counts the
    members' patents in it from the start on, ``before`` those of earlier years. Without a patent
    ``patent_year`` is None and ``until`` the last year looked at.
    """

    start: int
    projects: tuple[str, ...]
    patent_year: int | None
    patents: tuple[str, ...]
    filed: int
    before: int
    until: int

    @property
    def years(self) -> int | None:
        """Whole years from the one to the other; None without a patent."""
        return None if self.patent_year is None else self.patent_year - self.start


def pace(dataset: Dataset, klass: str, alliance: Alliance, last: int) -> Pace | None:
    """How soon an alliance filed; None where no project of two members on the technology is told.

    Every year of the tables counts up to ``last``, not the window alone.
    """
    if not (dataset.has("projects", "project_id", "codes", "start_year")
            and dataset.has("members", "project_id", "org_id")):  # fmt: skip
        return None
    cut = symbol_of("subclass")
    members = list(alliance.members)
    own = dataset.tables["members"].filter(pl.col("org_id").is_in(members))
    teams = own.group_by("project_id").agg(pl.col("org_id").n_unique().alias("n"))
    teams = teams.filter(pl.col("n") >= 2)
    begun = dataset.tables["projects"].join(teams, on="project_id", how="semi").filter(
        pl.col("start_year") <= last, pl.col("codes").is_not_null()
    )  # fmt: skip
    on = [
        (int(year), str(id)) for id, year, codes in
        begun.select("project_id", "start_year", "codes").iter_rows()
        if klass in {cut(c) for c in (codes if isinstance(codes, list) else codes.split(";"))}
    ]  # fmt: skip
    if not on:
        return None
    start = min(on)[0]
    filed = _filed(dataset, klass, members, last)
    since = [(y, p) for y, p in filed if y >= start]
    first = min(since)[0] if since else None
    return Pace(
        start, tuple(sorted(p for y, p in on if y == start)), first,
        tuple(sorted(p for y, p in since if y == first)), len(since), len(filed) - len(since), last,
    )  # fmt: skip


def _filed(
    dataset: Dataset, klass: str, members: list[str], last: int
) -> list[tuple[int, str]]:
    """Year and id of every patent of the members in the class."""
    cut = symbol_of("subclass")
    theirs = dataset.tables["applicants"].filter(pl.col("org_id").is_in(members))
    coded = dataset.tables["codes"].join(theirs, on="patent_id", how="semi").drop_nulls("code")
    held = {p for p, code in coded.select("patent_id", "code").iter_rows() if cut(code) == klass}
    rows = dataset.tables["patents"].filter(
        pl.col("patent_id").is_in(sorted(held)), pl.col("app_year") <= last
    )
    return [(int(y), str(p)) for y, p in rows.select("app_year", "patent_id").unique().iter_rows()]
