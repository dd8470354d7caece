"""The driving force of the block as evidence: each number with the flows it is read from."""

from __future__ import annotations

from collections.abc import Iterator

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.measures.inputoutput.audit import UnsoundTableError
from regionlift.measures.inputoutput.driving import (
    WHOLE,
    Driving,
    Flows,
    NoTableError,
    least_multiplier,
    local_flows,
    whole,
)
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.study.numbers import Gap, Numbers

#: Part of the subject where the nation's table stands for the region's.
NATION = "nation"
#: Numbers that need the whole table, by the name they have in :class:`Driving`.
OF_WHOLE = {"driving_multiplier": "multiplier", "driving_backward": "backward",
            "driving_forward": "forward", "driving_loss": "lost"}  # fmt: skip


def driving_numbers(dataset: Dataset, region: str, year: int) -> list[Quantity]:
    """Linkages and loss of the block and of each of its sub-industries, or why there are none."""
    try:
        flows = local_flows(dataset, region, year)
    except NoTableError as why:
        make, gap = Numbers(dataset, region, str(year)), Gap(str(why), why.settles)
        return [make.of(m, None, Rows("", 0), gap) for m in ("driving_direct", *OF_WHOLE)]
    try:
        ends, gap = whole(flows), _part(flows)
    except UnsoundTableError as why:
        ends, gap = None, Gap(f"the table cannot be computed with: {why}", "a sound table of links "
                              "and output")  # fmt: skip
    return list(_numbers(dataset, flows, ends, gap))


def _part(flows: Flows) -> Gap:
    """Why the rest cannot be told from the columns of the block, and the least it can be."""
    some = ", ".join(flows.missing[:4]) + (", …" if len(flows.missing) > 4 else "")
    return Gap(f"what {some} buy in turn, or make, is not in the tables; a unit of final demand of "
               f"the block takes at least {least_multiplier(flows):.2f} of output here", WHOLE)


def _numbers(
    dataset: Dataset, flows: Flows, ends: tuple[Driving, Driving] | None, gap: Gap
) -> Iterator[Quantity]:
    source = dataset.provenance("links", "value", "local_value")
    if dataset.provenance("panel", "output") is Provenance.DERIVED:
        source = Provenance.DERIVED
    made = flows.output[flows.block]
    seat = f"{flows.region}|{NATION}" if flows.national else flows.region
    sub = "" if flows.national else "|"
    for place, code in enumerate(["", *(flows.industries[i] for i in flows.block)]):
        if code and not sub:
            continue
        make = Numbers(dataset, f"{seat}{sub}{code}" if code else seat, str(flows.year), source)
        direct = flows.direct[place - 1] if code else flows.bought.sum() / made.sum()
        into = [code] if code else [flows.industries[i] for i in flows.block]
        yield make.of("driving_direct", direct, _rows(dataset, flows, into), gap)
        behind = _rows(dataset, flows, [])
        for measure, name in OF_WHOLE.items():
            values = () if ends is None else tuple(
                getattr(e, name)[place - 1] if code else getattr(e, f"block_{name}") for e in ends
            )  # fmt: skip
            wide = bool(values) and values[0] != values[1]
            bounds = (float(min(values)), float(max(values))) if wide else None
            yield make.of(measure, values[0] if values else None, behind, gap,
                          len(flows.industries), bounds=bounds)  # fmt: skip


def _rows(dataset: Dataset, flows: Flows, into: list[str]) -> Rows:
    """Flows with the output of who buys; of all buyers where ``into`` names none."""
    reference = dataset.manifest.dataset.reference_region
    where = [f"l.region = {quoted(flows.region)}"]
    if flows.national:
        where = ["(l.region IS NULL"
                 + (f" OR l.region = {quoted(reference)}" if reference else "") + ")"]  # fmt: skip
    if not dataset.has("links", "region"):
        where = []
    if dataset.has("links", "year"):
        where.append(f"coalesce(l.year, {flows.year}) = {flows.year}")
    if dataset.has("links", "level"):
        where.append("coalesce(l.level, 'industry') <> 'firm'")
    if into:
        where.append(f'l."to" IN ({", ".join(map(quoted, into))})')
    parts = ("value", "domestic_value", "local_value", "imported_value")
    columns = ", ".join(f"l.{c}" for c in parts if dataset.has("links", c))
    seat = quoted((reference or "") if flows.national else flows.region)
    sql = (
        f'SELECT l."from", l."to", {columns}, p.output AS output_of_buyer, l._rows FROM links l '
        f'LEFT JOIN panel p ON p.industry = l."to" AND p.region = {seat} AND p.year = '
        f'{flows.year} WHERE {" AND ".join(where) or "true"} ORDER BY l."to", l."from"'
    )
    return Rows(sql, sum(flows.rows[c] for c in into or flows.rows))
