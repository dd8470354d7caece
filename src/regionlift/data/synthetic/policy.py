"""Policy: lines of public money, an existing plan with planted faults, and signed claims."""

from __future__ import annotations

from datetime import date
from itertools import cycle, islice

import numpy as np
import polars as pl

from regionlift.data.synthetic.chain import local_supply
from regionlift.data.synthetic.orgs import Cast

Row = dict[str, object]

SPEND_LINES = 96
NODE_LINES = 64
SPEND_YEARS = 4
UNFUNDED, FUNDED_NON_GAPS = 3, 4
INSTRUMENTS = (
    ("R&D grant", "technology", "enterprise"),
    ("equipment voucher", "equipment", "enterprise"),
    ("investment subsidy", "finance", "enterprise"),
    ("alliance fund", "coordination", "institute"),
    ("skills programme", "skills", "university"),
    ("test facility", "equipment", "institute"),
    ("loan guarantee", "finance", "finance"),
    ("transfer bonus", "coordination", "intermediary"),
)
LEVELS = ("state", "province", "city", "district")

#: Measure, indicator, link of a path it acts on; the last two are about structure.
MEASURES = (
    ("Fund a bearing alliance", "joint patents a year", "a1"),
    ("Share test equipment", "tests served", "a2"),
    ("Call for control software", "invention patents", "a3"),
    ("Open the coating patents", "licences granted", "a4"),
    ("Demonstrate in small firms", "adopting firms", "a5"),
    ("Train process engineers", "engineers trained", "b10"),
    ("Attract a screw maker", "local suppliers", "b4"),
    ("Supplier audits by core firms", "audited suppliers", "b5"),
    ("Second source for castings", "suppliers a node", "b6"),
    ("Engineers on loan", "months on loan", "b7"),
    ("Shared measuring room", "users", "b8"),
    ("Pair firms by skills", "joint projects", "b9"),
    ("Open the transfer office", "contracts", "c1"),
    ("Keep institutes on board", "years of membership", "c2"),
    ("Membership and patent rules", "rules signed", "c3"),
    ("Register resources", "resources registered", "c4"),
    ("Multi-type projects", "projects with three types", "c5"),
    ("Allocate idle machines", "needs served", "c6"),
    ("Reuse of results", "results used again", "c7"),
)
STRUCTURE = ("Raise the high-technology share", "share of division 40 in value added", "a7")
PLAN_LENGTH = 31
STRUCTURE_AT = (8, 17, 26)
#: How many measures carry each fault; no measure carries two.
FAULTS = {
    "no_indicator": 9,
    "structure_too_soon": 2,
    "no_owner": 3,
    "no_cost": 2,
    "no_baseline": 3,
    "target_not_above_baseline": 2,
}
OWNERS = ("Industry office", "Science office", "Chain office", "Skills office", "Finance office")

CLAIMS = (
    ("platform.membership_rules", "met"),
    ("platform.ip_rule", "not met"),
    ("platform.benefit_sharing", "cannot tell"),
    ("platform.funding_plan", "met"),
    ("platform.review", "not met"),
    ("environment.finance", "not met"),
    ("environment.skills", "met"),
    ("environment.infrastructure", "met"),
    ("environment.procedures", "cannot tell"),
    ("culture.cooperation", "met"),
    ("culture.risk", "not met"),
    ("technology.frontier", "met"),
)
EXPIRED = 2


def gaps(nodes: pl.DataFrame, orgs: pl.DataFrame) -> dict[str, float]:
    """Demand of each node not met by the region's own firms."""
    supply = local_supply(orgs)
    return {
        node: max(0.0, demand - supply[node])
        for node, demand in nodes.select("node_id", "demand").iter_rows()
    }


def spend_table(
    rng: np.random.Generator, cast: Cast, nodes: pl.DataFrame, last_year: int
) -> tuple[pl.DataFrame, list[str], list[str], float]:
    """Lines of money; also the unfunded gaps, the funded non-gaps and the rank correlation.

    Money follows the gaps, except that some of the largest get none and some nodes without a gap
    get much.
    """
    gap = gaps(nodes, cast.table)
    ranked = sorted((node for node in gap if gap[node] > 0), key=lambda node: -gap[node])
    unfunded = sorted(rng.choice(ranked[:6], UNFUNDED, replace=False).tolist())
    idle = [node for node in gap if gap[node] == 0]
    non_gaps = sorted(rng.choice(idle, FUNDED_NON_GAPS, replace=False).tolist())
    funded = [*(node for node in ranked if node not in unfunded), *non_gaps]
    typical = float(np.median([gap[node] for node in ranked]))
    size = {node: (gap[node] or typical) * 0.004 for node in funded}
    at = [*islice(cycle(funded), NODE_LINES), *[None] * (SPEND_LINES - NODE_LINES)]
    rows = [_line(rng, cast, n, node, size, last_year) for n, node in enumerate(at, start=1)]
    table = pl.DataFrame(rows, infer_schema_length=None)
    money = dict(table.drop_nulls("node").group_by("node").agg(pl.col("amount").sum()).iter_rows())
    both = pl.DataFrame({"gap": list(gap.values()), "money": [money.get(n, 0.0) for n in gap]})
    alignment = both.select(pl.corr("gap", "money", method="spearman")).item()
    return table, unfunded, non_gaps, round(float(alignment), 4)


def _line(
    rng: np.random.Generator,
    cast: Cast,
    number: int,
    node: str | None,
    size: dict[str, float],
    last_year: int,
) -> Row:
    """One line: for a chain node, or for one of the key technologies."""
    instrument, barrier, actor = INSTRUMENTS[rng.integers(len(INSTRUMENTS))]
    fit = cast.table.filter(pl.col("type") == actor, pl.col("closed").is_null())["org_id"].to_list()
    technology = None if node else str(rng.choice(cast.keys))
    return {
        "spend_id": f"S{number:04d}",
        "year": int(rng.integers(last_year - SPEND_YEARS + 1, last_year + 1)),
        "instrument": instrument,
        "amount": round(float((size[node] if node else 5.0) * rng.uniform(0.8, 1.2)), 2),
        "beneficiary": str(rng.choice(fit)),
        "technology": technology,
        "node": node,
        "purpose": f"{instrument} for {node or technology}",
        "barrier": barrier,
        "actor": actor,
        "level": str(rng.choice(LEVELS, p=(0.15, 0.45, 0.3, 0.1))),
    }


def plan_table(
    rng: np.random.Generator, last_year: int
) -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """The existing plan, and the ids of the measures that carry each fault."""
    structural = [f"M{n:02d}" for n in STRUCTURE_AT]
    others = rng.permutation(
        [f"M{n:02d}" for n in range(1, PLAN_LENGTH + 1) if n not in STRUCTURE_AT]
    ).tolist()
    faults: dict[str, list[str]] = {}
    for fault, number in FAULTS.items():
        pool = structural if fault == "structure_too_soon" else others
        faults[fault] = sorted(pool[:number])
        del pool[:number]
    ordinary = cycle(MEASURES)
    rows = []
    for n in range(1, PLAN_LENGTH + 1):
        text, indicator, link = STRUCTURE if n in STRUCTURE_AT else next(ordinary)
        row = _measure(rng, f"M{n:02d}", text, indicator, link, last_year)
        if n in STRUCTURE_AT:
            row["end"] = last_year + 8
        for fault, ids in faults.items():
            if row["measure_id"] in ids:
                _spoil(row, fault)
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None), faults


def _measure(
    rng: np.random.Generator, measure: str, text: str, indicator: str, link: str, last_year: int
) -> Row:
    baseline = int(rng.integers(10, 100))
    return {
        "measure_id": measure,
        "text": text,
        "owner": str(rng.choice(OWNERS)),
        "start": last_year + 1,
        "end": last_year + int(rng.integers(3, 6)),
        "cost": round(float(rng.uniform(2, 60)), 1),
        "indicator": indicator,
        "baseline": baseline,
        "target": round(baseline * rng.uniform(1.2, 2.5)),
        "link": link,
    }


def _spoil(row: Row, fault: str) -> None:
    """Plant one fault in a sound measure."""
    if fault == "no_indicator":
        row.update(indicator=None, baseline=None, target=None)
    elif fault == "structure_too_soon":
        row["end"] = int(str(row["start"])) + 1
    elif fault == "target_not_above_baseline":
        row["target"] = row["baseline"]
    else:
        row[fault.removeprefix("no_")] = None


def claim_table(rng: np.random.Generator, last_year: int) -> tuple[pl.DataFrame, list[str]]:
    """Signed claims, and the ids of those that no longer count at the end of the last year."""
    expired = sorted(rng.choice(len(CLAIMS), EXPIRED, replace=False).tolist())
    rows = []
    for n, (item, verdict) in enumerate(CLAIMS):
        signed = last_year - (3 if n in expired else 0)
        month, day = int(rng.integers(1, 13)), int(rng.integers(1, 29))
        rows.append(
            {
                "claim_id": f"C{n + 1:02d}",
                "item": item,
                "verdict": verdict,
                "author": str(rng.choice(["Chain office", "Platform office", "Skills office"])),
                "date": date(signed, month, day).isoformat(),
                "evidence": f"minutes-{signed}-{n + 1:02d}.pdf",
                "expiry": date(signed + 2, month, day).isoformat(),
            }
        )
    return pl.DataFrame(rows), [f"C{n + 1:02d}" for n in expired]
