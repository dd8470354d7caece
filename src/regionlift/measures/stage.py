"""The stage profile: three gauges side by side, and a label only where one clearly leads (23)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Definition, register
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.cube import Floats
from regionlift.measures.panel import quoted
from regionlift.measures.peers import PeerSet
from regionlift.measures.position import Position, place

register(
    Definition(
        "stage_lead_share", "Share of resamples in which a gauge leads", "该维度领先的重抽样比例",
        "share", "none", {}, 1, (23,), "operational reading of the paper, item 23",
        "share of bootstrap replicates in which the gauge has the highest peer percentile; ties "
        "are shared out", "none: it is itself a share of replicates",
    )
)  # fmt: skip

#: Gauge -> candidates for its lead marker, best first. The first that can be told leads. Each
#: has a panel kernel, so that replicates can be compared across gauges.
LEADS: dict[str, tuple[str, ...]] = {
    "factor": (
        "value_added_per_employee", "value_added_per_employee_current", "compensation_per_employee",
    ),
    "value": ("value_added_ratio", "non_production_share", "service_revenue_share"),
    "structure": ("high_tech_share_value_added", "high_tech_share_employment"),
}  # fmt: skip

#: Gauge -> further markers shown beside the lead; they are never fused with it.
BESIDE: dict[str, tuple[str, ...]] = {
    "factor": (
        "capital_per_employee", "rd_intensity", "patents_per_thousand", "compensation_share",
    ),
    "value": ("producer_service_share", "new_product_share"),
    "structure": (
        "location_quotient_employment", "location_quotient_value_added", "nav_value_added",
        "nav_employment", "lilien_value_added", "lilien_employment", "moore_value_added",
        "moore_employment", "shift_share_within", "shift_share_between",
        "shift_share_interaction", "shift_share_within_current", "shift_share_between_current",
        "shift_share_interaction_current", "theil_rationalisation",
    ),
}  # fmt: skip

TITLES = {"factor": "factor", "value": "value chain", "structure": "structure"}

@dataclass(frozen=True)
class Gauge:
    """One gauge of the profile: its lead marker and the markers beside it.

    ``passed_over`` says why better candidates for the lead could not be used.
    """

    name: str
    lead: Position
    beside: tuple[Position, ...]
    passed_over: tuple[str, ...]

    @property
    def positions(self) -> tuple[Position, ...]:
        """Lead first, then the others."""
        return (self.lead, *self.beside)


@dataclass(frozen=True)
class StageProfile:
    """Three gauges, the share of resamples in which each leads, and what may be said of it.

    ``label`` is a stage, two stages it stands between, or empty where it cannot be told.
    ``ladder`` is the second reading: the last stage that, with all before it, stands at or above
    the middle of the peers.
    """

    region: str
    gauges: dict[str, Gauge]
    shares: dict[str, Quantity]
    label: str
    sentence: str
    ladder: str
    verdicts: tuple[Verdict, ...]

    @property
    def quantities(self) -> list[Quantity]:
        """Every number of the profile that is not a measure of its own."""
        positions = [p for gauge in self.gauges.values() for p in gauge.positions]
        return [q for p in positions for q in p.quantities] + list(self.shares.values())


def stage_profile(
    frames: dict[str, pl.DataFrame],
    dataset: Dataset,
    region: str,
    peers: PeerSet,
    settings: Settings,
    year: int | None = None,
) -> StageProfile:
    """Profile of one region from the quantities of all measures."""

    def position(marker: str) -> Position:
        return place(
            marker, frames[marker], dataset, region, peers.members, peers.second, settings, year
        )

    gauges = {name: _gauge(name, position) for name in LEADS}
    leads = [gauge.lead for gauge in gauges.values()]
    if not all(lead.known for lead in leads):
        return _untold(region, gauges, settings)
    shares = lead_shares(np.stack([lead.draws for lead in leads]))
    quantities = {
        name: _share(region, name, float(share), leads)
        for name, share in zip(gauges, shares, strict=True)
    }
    label, sentence = _read(dict(zip(gauges, shares.tolist(), strict=True)), settings)
    verdicts = tuple(
        _verdict(region, name, quantities[name], settings) for name in gauges
    )
    return StageProfile(region, gauges, quantities, label, sentence, _ladder(gauges), verdicts)


def lead_shares(draws: Floats) -> Floats:
    """Share of replicates in which each row of (gauge, replicate) is largest; ties shared.

    Examples
    --------
    >>> lead_shares(np.array([[90.0, 50.0], [10.0, 50.0]]))
    array([0.75, 0.25])
    """
    top = draws == draws.max(axis=0)
    return np.asarray((top / top.sum(axis=0)).mean(axis=1))


def label_at(shares: dict[str, float], threshold: float) -> str:
    """The stage that leads in at least ``threshold`` of resamples, or the two it is between."""
    ranked = sorted(shares, key=lambda name: -shares[name])
    if shares[ranked[0]] >= threshold:
        return f"{TITLES[ranked[0]]} upgrading"
    first, second = sorted(ranked[:2], key=list(TITLES).index)
    return f"between {TITLES[first]} and {TITLES[second]} upgrading"


def _gauge(name: str, position: Callable[[str], Position]) -> Gauge:
    passed: list[str] = []
    spare: list[Position] = []
    lead: Position | None = None
    for marker in LEADS[name]:
        candidate = position(marker)
        if lead is None and candidate.known:
            lead = candidate
            continue
        if lead is None:
            passed.append(f"{marker}: {candidate.percentile.reason}")
        spare.append(candidate)
    if lead is None:
        lead = spare.pop(0)
    return Gauge(name, lead, (*spare, *(position(m) for m in BESIDE[name])), tuple(passed))


def _untold(region: str, gauges: dict[str, Gauge], settings: Settings) -> StageProfile:
    """No label: one gauge at least cannot be placed, and an unknown is not the lowest."""
    missing = {n: g.lead.percentile for n, g in gauges.items() if not g.lead.known}
    reason = "; ".join(f"{TITLES[n]} gauge: {q.reason}" for n, q in missing.items())
    settles = "; ".join(q.settles for q in missing.values())
    shares = {
        name: Quantity(
            "stage_lead_share", f"{region}|{name}", "", None, "share",
            status=Status.NOT_APPLICABLE, reason=reason, settles=settles,
        )
        for name in gauges
    }  # fmt: skip
    verdicts = tuple(
        Verdict(f"stage.{name}.leads", region, Truth.CANNOT_TELL, reason, settles)
        for name in gauges
    )
    return StageProfile(
        region, gauges, shares, "", f"The stage cannot be told ({reason}).", "", verdicts
    )


def _share(region: str, name: str, share: float, leads: list[Position]) -> Quantity:
    subjects = ", ".join(quoted(lead.percentile.subject) for lead in leads)
    periods = sorted({lead.percentile.period for lead in leads})
    sql = (
        "SELECT subject, period, value, low, high FROM quantities "
        f"WHERE measure = 'peer_percentile' AND subject IN ({subjects})"
    )
    return Quantity(
        "stage_lead_share", f"{region}|{name}", periods[-1], share, "share",
        n=len(leads[0].draws), sql=sql, rows=len(leads),
    )  # fmt: skip


def _read(shares: dict[str, float], settings: Settings) -> tuple[str, str]:
    threshold = settings["label_share"]
    label = label_at(shares, threshold)
    first, second = sorted(shares, key=lambda name: -shares[name])[:2]
    leads = f"the {TITLES[first]} gauge leads in {shares[first]:.0%} of resamples"
    if label.startswith("between"):
        return label, (
            f"The industry stands {label}: {leads}, the {TITLES[second]} gauge in "
            f"{shares[second]:.0%}, and a stage is named from {threshold:.0%}."
        )
    return label, f"The industry is in {label}: {leads}; a stage is named from {threshold:.0%}."


def _verdict(region: str, name: str, share: Quantity, settings: Settings) -> Verdict:
    assert share.value is not None
    threshold = settings["label_share"]
    truth = Truth.MET if share.value >= threshold else Truth.NOT_MET
    return Verdict(
        f"stage.{name}.leads", region, truth,
        f"the {TITLES[name]} gauge leads in {share.value:.0%} of resamples; {threshold:.0%} needed",
        evidence=(share.id,),
    )  # fmt: skip


def _ladder(gauges: dict[str, Gauge]) -> str:
    """Second reading: how far up the stages the region stands at or above the middle of peers."""
    reached = []
    for name, gauge in gauges.items():
        value = gauge.lead.percentile.value
        if value is None or value < 50:
            break
        reached.append(name)
    if not reached:
        return "no gauge from the first on stands at or above the middle of the peers"
    return f"at or above the middle of the peers up to {TITLES[reached[-1]]} upgrading"
