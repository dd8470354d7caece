"""Pages 24 to 26: hindcast and limits, methods and sensitivity, evidence index."""

from __future__ import annotations

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Status
from regionlift.measures.stage import label_at
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page, placed, title_of, unknown_table
from regionlift.output.pages.outlook import hindcast_blocks
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, exact, level, significant, span
from regionlift.study import Study


def hindcast(study: Study, book: Book) -> Page:
    """Page 24: how well the rules would have done, and what nobody can tell."""
    skill, rates = study.rates.skill, study.rates
    horizon = study.settings.whole("horizon")
    if skill.value is None:
        finding = f"The base rates cannot be hindcast: {skill.reason}."
    else:
        better = "better than" if (skill.low or 0) > 0 else "not better than"
        finding = (
            f"Base rates learnt from earlier years are {better} “nothing changes” on later ones "
            f"(skill {significant(skill.value)}, {span(skill)})."
        )
    rows: list[list[Cell]] = [
        ["Base rates of profile change", f"persistence over {horizon} years", book.cell(skill),
         span(skill), str(skill.n or 0), skill.reason]
    ]  # fmt: skip
    scope, identity = study.dataset.scope, study.dataset.manifest.dataset
    limits = [
        f"Scope: {scope.source}: {', '.join(f'{i.code} {i.name}' for i in study.dataset.block)}.",
        f"Technology tiers: {scope.tiers_source}.",
        identity.note,
        "Intervals over sub-industries say how far a number rests on a single sub-industry; they "
        "are not sampling errors of the statistics themselves.",
        "Positions among peers are associations. Nothing here is an effect of a policy.",
    ]
    blocks: list[Block] = [
        table("hindcast", "Rules against naive baselines",
              ["Rule", "Baseline", ">Skill", "Interval", ">Cases", "If not known, why"], rows,
              "Skill 1 is perfect, 0 is no better than the baseline, below 0 is worse."),
        text(f"Gauges in the profile of the base rates: {', '.join(rates.gauges) or 'none'}. "
             "Tested on this panel, by rolling origin; no rule was tuned on it."),
        *(hindcast_blocks(study.network, book) if study.network else ()),
        *(text(sentence) for sentence in limits if sentence),
        unknown_table(study, None),
    ]  # fmt: skip
    return page("hindcast", 24, "sure", "Hindcast and limits", finding, blocks)


def methods(study: Study, book: Book) -> Page:
    """Page 25: thresholds with source, peers, formulas, what another choice would have given."""
    moved = study.settings.changed
    finding = (
        f"Moved by the user: {counted(len(moved), 'threshold')}, {', '.join(moved)}."
        if moved
        else "Every threshold is at its default; each has its source and the range it may take."
    )
    thresholds: list[list[Cell]] = [
        [t.name, exact(t.value), f"{exact(t.low)} to {exact(t.high)}", t.meaning, t.source,
         t.origin]
        for t in study.settings.thresholds.values()
    ]  # fmt: skip
    blocks: list[Block] = [
        table("thresholds", "Thresholds in force",
              ["Name", ">Value", "Range", "Meaning", "Source", "Whose"], thresholds,
              "Move one with --set name=value or under [settings] in regionlift.toml."),
        _label_sensitivity(study),
        _peer_sensitivity(study, book),
        *_peers(study),
        _formulas(study),
    ]  # fmt: skip
    return page("methods", 25, "sure", "Methods, thresholds, sensitivity", finding, blocks)


def _label_sensitivity(study: Study) -> Block:
    """The label over the range of its threshold."""
    shares = {n: q.value for n, q in study.profile.shares.items() if q.value is not None}
    if len(shares) < len(study.profile.shares):
        return text("No label can be told at any threshold.", title="Label by threshold")
    rows: list[list[Cell]] = [
        [f"{t / 100:.2f}", label_at(shares, t / 100)] for t in range(60, 100, 5)
    ]
    return table("label-sensitivity", "Label by threshold", [">Threshold", "Label"], rows)


def _peer_sensitivity(study: Study, book: Book) -> Block:
    """Lead markers among both choices of peers."""
    rows: list[list[Cell]] = []
    for name, gauge in study.profile.gauges.items():
        p = gauge.lead
        first, second = p.percentile.value, p.second.value
        gap = f"{abs(first - second):.0f} points" if None not in (first, second) else "–"  # type: ignore[operator]
        rows.append([name, title_of(p.marker), book.cell(p.percentile), book.cell(p.second), gap])
    return table(
        "peer-sensitivity", "Position by choice of peers",
        ["Gauge", "Marker", ">Matched peers", ">Second choice", ">Apart"], rows,
        f"Matched: {study.peers.rule}. Second: {study.peers.second_rule}.",
    )  # fmt: skip


def _peers(study: Study) -> list[Block]:
    if study.peers.table.is_empty():
        return [text(f"No peers: {study.peers.reason or study.peers.rule}.", title="Peers")]
    balance: list[list[Cell]] = [
        [row["covariate"], *(significant(row[c], 3) for c in
         ("region", "peers", "second", "all", "gap_peers", "gap_second", "gap_all"))]
        for row in study.peers.balance.iter_rows(named=True)
    ]  # fmt: skip
    members: list[list[Cell]] = [
        [row["region"], significant(row["size"], 3),
         significant(row["income"]) if row["income"] is not None else "–",
         significant(row["mix"]), significant(row["distance"]),
         "yes" if row["peer"] else "", "yes" if row["second"] else ""]
        for row in study.peers.table.iter_rows(named=True)
        if row["peer"] or row["second"] or row["region"] == study.region
    ]  # fmt: skip
    return [
        table("balance", "Balance of the peers",
              ["Covariate", ">This region", ">Peers", ">Second choice", ">All regions",
               ">Gap, peers", ">Gap, second", ">Gap, all"], balance,
              "size: log of the block; mix: distance from this region. Gaps in standard "
              "deviations over all regions: under 0.5 is close."),
        table("peers", "Peers", ["Region", ">Size", ">Income", ">Mix distance", ">Distance",
              "Peer", "Second choice"], members),
    ]  # fmt: skip


def _formulas(study: Study) -> Block:
    rows: list[list[Cell]] = [
        [d.title, d.formula, d.interval, d.source, ", ".join(map(str, d.items)), d.id]
        for d in registry().values()
    ]
    return table(
        "formulas", "Every measure",
        ["Measure", "Formula", "Interval", "Source", "Paper item", "Id"], rows, limit=12,
    )  # fmt: skip


def index(study: Study, book: Book) -> Page:
    """Page 26: every number of this report by its evidence id."""
    for _, p in placed(study):
        for quantity in (p.level, *p.quantities):
            book.note(quantity)
    found = book.quantities
    rows: list[list[Cell]] = [
        [{"text": q.id, "evidence": q.id}, level(q), span(q), q.status.value.replace("_", " "),
         q.provenance.value, {"text": str(q.rows), "sort": q.rows}]
        for q in found
    ]  # fmt: skip
    known = sum(q.status is Status.KNOWN for q in found)
    claimed = sum(q.provenance == "claimed" and q.status is Status.KNOWN for q in found)
    rest = f"{claimed} of the known rest on signed claims" if claimed else (
        "no known number rests on a signed claim")  # fmt: skip
    finding = f"{len(found)} numbers: {known} known, {len(found) - known} not; {rest}."
    block = table(
        "evidence", "Evidence index",
        ["Id", ">Value", "Interval", "Status", "Provenance", ">Rows"], rows,
        "Every number of every region is in evidence.duckdb, table quantities.", 50,
    )  # fmt: skip
    return page("evidence", 26, "sure", "Evidence index", finding, [block])


