"""The three paths of one region: links and conditions judged, how far that holds, their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.network.own import SETTLES, own_shares, partners_only, record_of
from regionlift.measures.peers import PeerSet
from regionlift.measures.position import Position, place
from regionlift.measures.stage import StageProfile
from regionlift.paths.evaluate import Judged, PathJudged, judge_path
from regionlift.paths.model import Against, Path
from regionlift.paths.order import Opinion, Order, order_of, second_opinion
from regionlift.paths.robust import Robust, Worth, robustness, value_of_information
from regionlift.study.network import NetworkStudy

Frames = dict[str, pl.DataFrame]

#: Numbers left out where the tables they need are there: why, and what would settle it.
_LEFT_OUT = {
    "technology_new_share": (
        "joint events carry no technology classes, or not over two periods",
        "codes of projects or of joint patents, over both periods",
    ),
}

#: Labels of the stage profile by the stage of the path files.
_STAGES = {"factor": "factor upgrading", "value": "value-chain upgrading",
           "structure": "structure upgrading"}  # fmt: skip


@dataclass
class RegionReadings:
    """Numbers of one region for the paths: from the panel's frames, else from the parts studied.

    ``own`` are numbers known for this region alone; ``made`` collects percentiles and trends that
    were computed on the way, for the ledger.
    """

    dataset: Dataset
    frames: Frames
    region: str
    peers: PeerSet
    settings: Settings
    year: int | None
    own: Mapping[tuple[str, str], Quantity]
    made: dict[str, Quantity] = field(default_factory=dict)
    _placed: dict[tuple[str, str], Position] = field(default_factory=dict)
    _shares: dict[str, dict[str, float]] = field(default_factory=dict)

    def read(self, measure: str, part: str, against: Against) -> Quantity:
        """The number itself, its percentile among the peers, or its trend."""
        frame = self.frames.get(measure)
        end = f"|{part}" if part else ""
        if frame is None or (part and f"{self.region}{end}" not in frame["subject"]):
            return self._alone(measure, part, against)
        if (measure, part) not in self._placed:
            aside = self._partners(measure)
            first, second = (tuple(f"{peer}{end}" for peer in some if peer not in aside)
                             for some in (self.peers.members, self.peers.second))  # fmt: skip
            at = place(measure, frame, self.dataset, f"{self.region}{end}", first, second,
                       self.settings, self.year)  # fmt: skip
            self._placed[measure, part] = self._said(at, aside) if aside else at
        at = self._placed[measure, part]
        found = {"value": at.level, "peers": at.percentile, "trend": at.trend}[against]
        if against != "value":
            self.made[found.id] = found
        return found

    def _partners(self, measure: str) -> list[str]:
        """Peers that the record of events behind a number shows mostly as the region's partners."""
        record = record_of(registry()[measure])
        if not record:
            return []
        if record not in self._shares:
            self._shares[record] = own_shares(self.dataset, self.settings, self.region, record)
        peers = tuple(dict.fromkeys((*self.peers.members, *self.peers.second)))
        return partners_only(self._shares[record], peers, self.settings["own_events"])

    def _said(self, at: Position, aside: list[str]) -> Position:
        """Where too few peers are left, that they are left out, and what would bring them in."""
        held = [peer for peer in self.peers.members if peer in aside]
        why = (f"{len(held)} of {len(self.peers.members)} peers are in these tables mostly as "
               f"partners of {self.region}")  # fmt: skip
        settles = SETTLES[record_of(registry()[at.marker])]
        percentile, slope = (
            replace(q, reason=f"{why}; {q.reason}", settles=settles)
            if held and q.status is Status.TOO_FEW else q
            for q in (at.percentile, at.trend)
        )  # fmt: skip
        return replace(at, percentile=percentile, trend=slope)

    def _alone(self, measure: str, part: str, against: Against) -> Quantity:
        subject = f"{self.region}|{part}" if part else self.region
        found = self.own.get((measure, subject))
        unit = self.dataset.unit(registry()[measure].unit)
        if found is None:
            gap = self.dataset.lacks(registry()[measure].needs)
            why, settles = _LEFT_OUT.get(measure, ("too little is told", "more years or more rows"))
            return Quantity(measure, subject, "", None, unit, status=Status.NOT_COLLECTED,
                            reason=f"not in the dataset: {gap}" if gap else why,
                            settles=gap or settles)  # fmt: skip
        if against == "value" or found.value is None:
            return found
        word = "no other region has it in these tables" if against == "peers" else (
            "it is one number, not one a year")  # fmt: skip
        return Quantity(measure, subject, found.period, None, unit, status=Status.TOO_FEW,
                        reason=f"{registry()[measure].title}: {word}",
                        settles="the same tables for the peers" if against == "peers"
                        else "the same number of earlier years")  # fmt: skip


@dataclass(frozen=True)
class PathsStudy:
    """Everything about the paths of one region.

    ``pieces`` are missing tables or columns with the ids that wait for them; ``worths`` what each
    would settle; ``stages`` the stage and phase the order was read at.
    """

    region: str
    paths: tuple[PathJudged, ...]
    robust: Robust
    worths: tuple[Worth, ...]
    order: Order
    opinions: tuple[Opinion, ...]
    stages: tuple[str, ...]
    quantities: tuple[Quantity, ...]

    def path(self, id: str) -> PathJudged:
        """One path; LookupError where it is not there."""
        for p in self.paths:
            if p.path.id == id:
                return p
        raise LookupError(f'no path "{id}"; there are {", ".join(p.path.id for p in self.paths)}')

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every link and clause of every path."""
        return tuple(j for p in self.paths for j in (*p.links, *p.clauses.values()))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Links, clauses, conditions and readings as verdicts of the ledger."""
        found = [j.verdict(self.region) for j in self.judged]
        for p in self.paths:
            found += [
                Verdict(f"path.{c.condition.id}", self.region, c.truth,
                        f"{c.condition.rule}; {c.binds} decides", _settle(p, c.node.names))
                for c in p.conditions
            ]  # fmt: skip
            found += [
                Verdict(f"path.{p.path.id}.{r.id}", self.region, r.truth,
                        f"{r.rule}; {r.binds} decides",
                        _settle(p, [n for c in p.conditions if c.condition.id in r.node.names
                                    for n in c.node.names]))
                for r in p.readings
            ]  # fmt: skip
        return tuple(found)


def _settle(p: PathJudged, names: Iterable[str]) -> str:
    told = [p.clauses[n].settles for n in names if p.clauses[n].truth is Truth.CANNOT_TELL]
    return "; ".join(dict.fromkeys(told))


def paths_study(
    paths: tuple[Path, ...], readings: RegionReadings, profile: StageProfile,
    network: NetworkStudy | None,
) -> PathsStudy:  # fmt: skip
    """Judge the paths, try their thresholds, find what would settle most, and order them."""
    settings = readings.settings
    judged = tuple(judge_path(p, readings, settings) for p in paths)
    rng = np.random.default_rng(settings.whole("seed"))
    robust = robustness(judged, settings.whole("path_draws"), rng)
    worths = value_of_information(judged, _pieces(judged, readings.dataset))
    stages = _stages(profile, network)
    order = order_of(judged, robust, worths, stages)
    opinions = second_opinion(readings, settings)
    return PathsStudy(readings.region, judged, robust, worths, order, opinions, stages,
                      tuple(readings.made.values()))  # fmt: skip


def _stages(profile: StageProfile, network: NetworkStudy | None) -> tuple[str, ...]:
    stage = [s for s, label in _STAGES.items() if label == profile.label]
    phase = "" if network is None else network.dynamics.phase.phase
    return (*stage, *([phase] if phase and phase != "unknown" else []))


def _pieces(judged: tuple[PathJudged, ...], dataset: Dataset) -> dict[str, list[str]]:
    """Missing tables and columns, or in their place what else would settle it -> ids."""
    found: dict[str, list[str]] = {}
    for p in judged:
        for j in (*p.links, *p.clauses.values()):
            if j.truth is Truth.CANNOT_TELL:
                for piece in _lacked(j, dataset):
                    found.setdefault(piece, []).append(j.id)
    return found


def _lacked(j: Judged, dataset: Dataset) -> list[str]:
    """Tables, and columns of tables that are there, without which it cannot be told."""
    definition = registry()[j.comparison.measure]
    lacking = [
        f"table {table}" if table not in dataset.tables else dataset.lacks({table: columns})
        for table, columns in definition.needs.items() if dataset.lacks({table: columns})
    ]  # fmt: skip
    if lacking and isinstance(definition, Measure) and definition.instead:
        lacking = lacking if dataset.lacks(definition.instead) else []
    return lacking or [j.settles]


def own_numbers(
    quantities: Iterable[Quantity], year: int | None = None
) -> dict[tuple[str, str], Quantity]:
    """The last known number of each measure and subject, else the last one."""
    found: dict[tuple[str, str], Quantity] = {}
    for q in quantities:
        if year is not None and q.period[-4:].isdigit() and int(q.period[-4:]) > year:
            continue
        key = (q.measure, q.subject)
        if key not in found or _rank(q) >= _rank(found[key]):
            found[key] = q
    return found


def _rank(q: Quantity) -> tuple[bool, str]:
    return q.value is not None, q.period


def links_table(done: PathsStudy) -> pl.DataFrame:
    """Every link of every path: verdict, number, threshold, share of settings, evidence."""
    return pl.DataFrame(
        [{"path": p.path.id, "id": j.id, "title": j.comparison.title,
          "title_zh": j.comparison.title_zh, "verdict": j.truth.value,
          "first_broken": p.first_broken is not None and p.first_broken.id == j.id,
          **_row(j), "holds": done.robust.links[j.id]}
         for p in done.paths for j in p.links],
        infer_schema_length=None,
    )  # fmt: skip


def clauses_table(done: PathsStudy) -> pl.DataFrame:
    """Every clause of every condition, with the words it reads."""
    rows = []
    for p in done.paths:
        home = {n: c.condition.id for c in p.conditions for n in c.node.names}
        rows += [
            {"path": p.path.id, "condition": home[id], "id": id, "title": j.comparison.title,
             "verdict": j.truth.value, **_row(j), "holds": done.robust.clauses[id],
             "membership_low": j.low, "membership_high": j.high,
             "quote": getattr(j.comparison, "quote", "")}
            for id, j in p.clauses.items()
        ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _row(j: Judged) -> dict[str, object]:
    c = j.comparison
    return {
        "measure": j.quantity.measure if j.alone else j.level.measure, "against": c.against,
        "value": j.quantity.value, "compare": c.compare, "threshold": j.threshold, "low": c.low,
        "high": c.high, "source": c.source, "origin": c.origin, "alone": j.alone,
        "interval_holds_threshold": not j.sure, "reason": j.reason, "settles": j.settles,
        "evidence": ";".join(j.evidence),
    }  # fmt: skip


def order_table(done: PathsStudy) -> pl.DataFrame:
    """The paths in order, each with its reason."""
    return pl.DataFrame(
        [{"place": n, "path": s.path, "title": s.title, "disposition": s.disposition,
          "reason": s.reason, "holds": s.holds, "not_met": ";".join(s.failing),
          "cannot_tell": ";".join(s.open), "first_broken": s.first_broken,
          "order_holds": done.order.holds}
         for n, s in enumerate(done.order.standings, start=1)],
        infer_schema_length=None,
    )  # fmt: skip
