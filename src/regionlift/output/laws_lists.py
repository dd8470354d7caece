"""Laws held against the panel as tables: of the ledger, and sheets of the workbook."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from regionlift.forecast.together import Association
from regionlift.study import Study

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]

#: Table of the ledger -> sheet.
SHEETS = {
    "stage_order": "order of stages", "innovation_delays": "after innovation",
    "innovation_gain": "gain by innovation", "convergence_regions": "regions together",
    "spread_years": "spread by year", "gap_then_now": "gap then and now",
}  # fmt: skip


def laws_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Order, delays, gain, convergence, spread by year, gap; those that have a row."""
    laws = study.laws
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SHEETS}
    for p in laws.order.pairs:
        ways = (("forward", p.forward, p.earlier, p.later, p.markers),
                ("reverse", p.reverse, p.later, p.earlier, p.markers[::-1]))  # fmt: skip
        rows["stage_order"] += [
            {"direction": way, "first": first, "then": then, "first_marker": marks[0],
             "then_marker": marks[1], "span": p.span, "gap_years": gap, **_row(a, p.reason),
             "difference": _told(p.difference[0]), "difference_low": _told(p.difference[1]),
             "difference_high": _told(p.difference[2]), "seen": p.said}
            for k, (way, own, first, then, marks) in enumerate(ways)
            for gap, a in ((0, own), *(((1, p.apart[k]),) if p.apart else ()))
        ]  # fmt: skip
    for d in laws.innovation.delayed:
        head = {"activity": d.activity, "marker": d.marker}
        rows["innovation_delays"] += [
            {**head, "delay": k, "years_of_later_change": 1, **_row(a, d.reason), "seen": ""}
            for k, a in enumerate(d.lags)
        ]  # fmt: skip
        rows["innovation_delays"].append(
            {**head, "delay": 1, "years_of_later_change": d.reach, **_row(d.after, d.reason),
             "seen": d.verdict})  # fmt: skip
    rows["innovation_gain"] = [
        {"activity": g.activity, "span": g.span, "gain": _told(g.value), "low": _told(g.low),
         "high": _told(g.high), "shuffles_as_good": _told(g.above), "cases": g.n,
         "regions": g.regions, "first_year": g.years[0], "last_year": g.years[1],
         "seen": g.verdict}
        for g in laws.innovation.gains
    ]  # fmt: skip
    rows |= _gaps(study)
    frames = {name: pl.DataFrame(found, infer_schema_length=None) for name, found in rows.items()}
    return {name: frame for name, frame in frames.items() if frame.height}


def laws_sheets(study: Study) -> Mapping[str, Sheet]:
    """The same as sheets."""
    return {
        SHEETS[name]: (frame.columns, [list(row) for row in frame.iter_rows()])
        for name, frame in laws_tables(study).items()
    }


def _gaps(study: Study) -> dict[str, list[dict[str, Any]]]:
    """Convergence of all regions, the spread behind it, and this region's own gap."""
    together, years = [], []
    for c in study.laws.catch_up:
        s, b = c.spread, c.back
        together.append({
            "gauge": c.gauge, "marker": c.marker, "scale": "log" if c.logs else "level",
            "sigma_trend": s and s.slope, "sigma_low": s and s.low, "sigma_high": s and s.high,
            "sigma_regions": s and s.regions, "span": b and b.span, "beta": b and b.slope,
            "beta_low": b and b.low, "beta_high": b and b.high,
            "beta_level_year_before": b and b.earlier, "beta_cases": b and b.n,
            "beta_regions": b and b.regions, "truth": str(c.truth), "seen": c.said,
        })  # fmt: skip
        years += [{"marker": c.marker, "year": y, "sigma": v, "regions": s.regions}
                  for y, v in zip(s.years, s.values, strict=True)] if s else []  # fmt: skip
    gaps = [
        {"gauge": g.gauge, "marker": g.marker, "year": g.year or None,
         "best_region": g.frontier, "share_of_best": None if g.reason else g.to_frontier,
         "share_of_peers_middle": g.to_middle,
         "earlier_year": g.year - g.span if g.before else None,
         "share_of_best_before": g.before[0] if g.before else None,
         "share_of_peers_middle_before": g.before[1] if g.before else None,
         "peers": g.peers, "reason": g.reason}
        for g in study.gaps
    ]  # fmt: skip
    return {"convergence_regions": together, "spread_years": years, "gap_then_now": gaps}


def _row(a: Association | None, reason: str) -> dict[str, Any]:
    """One correlation; empty with its reason where it cannot be told."""
    if a is None:
        return {"correlation": None, "low": None, "high": None, "nothing_held": None,
                "shuffles_as_large": None, "shuffles_as_small": None, "cases": 0, "regions": 0,
                "first_year": None, "last_year": None, "reason": reason}  # fmt: skip
    return {
        "correlation": _told(a.value), "low": _told(a.low), "high": _told(a.high),
        "nothing_held": _told(a.plain), "shuffles_as_large": _told(a.above),
        "shuffles_as_small": _told(a.below), "cases": a.n, "regions": a.regions,
        "first_year": a.years[0] or None, "last_year": a.years[1] or None, "reason": a.reason,
    }  # fmt: skip


def _told(value: float) -> float | None:
    """A number, or None where it is not one."""
    return None if math.isnan(value) else value
