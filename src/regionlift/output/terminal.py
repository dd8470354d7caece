"""What the terminal says: the summary of a run, an audit, a trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from regionlift.data.contract import contract
from regionlift.data.problems import Problem, in_sheet
from regionlift.evidence.ledger import Trace
from regionlift.evidence.quantity import Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.forecast.hindcast import COUNTED
from regionlift.measures.chain.classes import CLASSES, FINE
from regionlift.measures.chain.classes import TITLES as LINKS
from regionlift.measures.platform.sources import CALLED
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import CLAUSES
from regionlift.output.pages.roadmap import called, doubted
from regionlift.output.paths_block import broken_words
from regionlift.output.words import counted, exact, listed, printed, span
from regionlift.plan.targets import Held
from regionlift.study import ChainStudy, NetworkStudy, PlatformStudy, Study, TechnologyStudy

#: Blocks of a bar that stands for 0 to 100.
_BAR = 10

#: Rows of one kind of problem shown one by one.
_SHOWN = 5


def summary(study: Study, out: Path, console: Console) -> None:
    """The parts of the summary: read, check, peers, stage, network, wrote, hindcast."""
    dataset = study.dataset
    if dataset.manifest.dataset.synthetic:
        console.print(" [bold]SYNTHETIC[/]  generated data, not about any real place")
    tables = " · ".join(f"{name} {frame.height:,}" for name, frame in dataset.tables.items())
    _line(console, "read", tables)
    breaks = counted(len(dataset.manifest.breaks), "series break")
    _line(console, "check", f"{counted(len(dataset.warnings), 'warning')} (lists.xlsx, data "
          f"issues) · {breaks} declared")  # fmt: skip
    if study.peers.members:
        names = listed(list(study.peers.members), 4)
        _line(console, "peers", f"{len(study.peers.members)} regions: {names}")
    else:
        _line(console, "peers", f"none: {study.peers.reason}")
    console.print()
    for number, (name, gauge) in enumerate(study.profile.gauges.items()):
        place = gauge.lead.percentile
        label = f"{TITLES[name]:<12}"
        if place.status is Status.KNOWN:
            text = (
                f"{label}{bar(place.value)} peer {printed(place.value, 'percentile')} "
                f"({span(place)}) {gauge.lead.direction} · {gauge.lead.level.period}"
            )
        else:
            text = f"{label}{'·' * _BAR} cannot tell: {place.reason}"
        _line(console, "STAGE" if number == 0 else "", text)
    _line(console, "", f"reading: {study.profile.label or 'cannot tell'}; exit signal: "
          f"{study.exit.signals}")  # fmt: skip
    rate, horizon = study.rates.rate, study.settings.whole("horizon")
    told = (
        f"{printed(rate.value, 'share')} ({span(rate)}) of comparable cases changed profile within "
        f"{horizon} years"
        if rate.value is not None
        else f"base rate cannot be told: {rate.reason}"
    )
    _line(console, "", told)
    console.print()
    if study.network is not None:
        _network(study.network, console)
    _chain(study.chain, console)
    _technology(study.technology, console)
    _platform(study.platform, console)
    _paths(study, console)
    files = "report.html · lists.xlsx · roadmap.xlsx · roadmap.json · evidence.duckdb · run.json"
    if study.network is not None:
        files += " · network/"
    _line(console, "wrote", f"{out}/: {files}")
    skill = study.rates.skill
    text = (
        f"base rates against persistence: skill {skill.value:+.2f} ({span(skill)})"
        if skill.value is not None
        else f"cannot tell: {skill.reason}"
    )
    _line(console, "hindcast", text)
    if study.network is not None and study.network.outlook.hindcast is not None:
        past = study.network.outlook.hindcast
        won = [c for c in COUNTED if past.standing(c).better]
        _line(console, "", f"network forecast beats persistence at {len(won)} of {len(COUNTED)} "
              f"counts over {counted(len(past.origins), 'past year')}")  # fmt: skip


def _network(net: NetworkStudy, console: Console) -> None:
    """Who is there, who the cores are, law, phase, forecast: a line each."""
    shape, law = net.structure, net.dynamics.laws["active_organisations"]
    cores = shape.organisations.filter(pl.col("core_enterprise"))["name"].to_list()
    _line(console, "NETWORK", f"{counted(shape.organisations.height, 'organisation')} in joint "
          f"events {shape.first} to {shape.last}; core enterprises: "
          f"{listed(cores, 3) or 'cannot be named'}")  # fmt: skip
    _line(console, "", f"law: {law.text}")
    phase = net.dynamics.phase
    named = phase.phase if phase.phase != "unknown" else "cannot tell"
    _line(console, "", f"phase: {named} ({phase.reason})")
    ahead = net.outlook
    if ahead.reason:
        _line(console, "", f"forecast: cannot tell: {ahead.reason}")
    else:
        fan, last = ahead.fans["active"], len(ahead.years) - 1
        _line(console, "", f"active in {ahead.years[last]}: {fan.median[last]:,.0f} "
              f"({fan.low[last]:,.0f} to {fan.high[last]:,.0f}), by {fan.model}")  # fmt: skip
    console.print()


def _chain(done: ChainStudy, console: Console) -> None:
    """Links by class with the names of the broken ones; what hangs on few countries."""
    if done.chain is None:
        _line(console, "CHAIN", f"cannot tell: {done.reason}")
        console.print()
        return
    head = "CHAIN"
    for kind in (*CLASSES, ""):
        names = [done.chain.node(i).name for i in done.of_kind(kind)]
        if names and kind != "strong":
            _line(console, head, f"{LINKS.get(kind, 'cannot tell'):<21}{listed(names, 4)}")
            head = ""
    strong = sum(len(done.of_kind(kind)) for kind in FINE)
    _line(console, head, f"{strong} of {len(done.calls)} links need nothing")
    held = next(v for v in done.verdicts if v.clause == "chain.dependent")
    _line(console, "", f"dependent on few countries: {held.truth} ({held.reason})")
    console.print()


def _technology(done: TechnologyStudy, console: Console) -> None:
    """Key common technologies, what they lack, and whether they spread."""
    for n, verdict in enumerate(done.verdicts):
        if n and not done.named:
            break
        asked = CLAUSES[verdict.clause]
        said = f"{asked}: {verdict.truth} ({verdict.reason})"
        _line(console, "KEY TECH" if n == 0 else "", said)
    console.print()


def _platform(done: PlatformStudy, console: Console) -> None:
    """Functions covered, where what was asked for is lost, what is scarce."""
    if done.reason:
        _line(console, "PLATFORM", f"cannot tell: {done.reason}")
        console.print()
        return
    functions = done.verdicts[0]
    said = f"{CLAUSES[functions.clause]}: {functions.truth} ({functions.reason})"
    _line(console, "PLATFORM", said)
    if done.worst is not None:
        process, kind, share = done.worst
        _line(console, "", f"bottleneck: {process} of {CALLED[kind]}, {printed(share, 'share')} "
              "of what was asked for")  # fmt: skip
    needs = done.verdicts[-1]
    _line(console, "", f"{CLAUSES[needs.clause]}: {needs.truth} ({needs.reason})")
    console.print()


def _paths(study: Study, console: Console) -> None:
    """Conditions, first broken link and order of the paths, then the first actions."""
    done = study.paths
    _line(console, "PATH", f"{'':<27}met  not met  cannot tell  unchanged in  first broken link")
    for judged in done.paths:
        first, counts = judged.first_broken, [
            judged.count(t) for t in (Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL)
        ]  # fmt: skip
        holds = done.robust.readings[f"{judged.path.id}.{judged.applicable.id}"]
        names = listed([j.id for j in judged.unknown], 4)
        open_ = f" (cannot tell{' before it' if first else ''}: {names})"
        said = broken_words(judged) if first is None else (
            f"{first.id} {first.comparison.title}: {first.reason.partition(';')[0]}")  # fmt: skip
        _line(console, "", f"{judged.path.title:<27}{counts[0]:>3}{counts[1]:>9}{counts[2]:>13}"
              f"{holds:>14.0%}  {said}{open_ if judged.unknown else ''}")  # fmt: skip
    _line(console, "order", f"{done.order.sentence}; the order is the same in "
          f"{done.order.holds:.0%} of settings")  # fmt: skip
    for s in done.order.standings:
        _line(console, "", f"{s.title}: {s.reason}")
    if done.worths:
        best = done.worths[0]
        n = len(best.links) + len(best.clauses)
        wait = "link or clause waits" if n == 1 else "links and clauses wait"
        _line(console, "data", f"{best.piece}: {n} {wait} for it, {len(best.alone)} for it alone")
    plan = study.roadmap
    if plan.planned:
        _line(console, "ROADMAP", f"{counted(len(plan.planned), 'action')}; first: "
              f"{doubted(plan.planned[0])}, by {called(plan.planned[0].owner)}, "
              f"from {plan.planned[0].start}; {counted(len(plan.not_now), 'thing')} not now"
              )  # fmt: skip
    else:
        _line(console, "ROADMAP", f"none: {plan.reason or 'the budget reaches for no action'}")
    console.print()


def bar(percentile: float | None) -> str:
    """A bar of ten blocks.

    Examples
    --------
    >>> bar(71)
    '███████░░░'
    """
    full = round((percentile or 0) / 100 * _BAR)
    return "█" * full + "░" * (_BAR - full)


def _line(console: Console, head: str, text: str) -> None:
    console.print(f" [bold]{head:<9}[/]{escape(text)}", soft_wrap=True, highlight=False)


def audit(problems: Sequence[Problem], console: Console) -> None:
    """Problems grouped by kind, with file, row, column, found, expected and fix."""
    groups: dict[tuple[str, str, str, str], list[Problem]] = defaultdict(list)
    for p in problems:
        groups[(p.severity, p.code, in_sheet(p.file, p.sheet) or p.table, p.column)].append(p)
    for (severity, *_), found in sorted(groups.items(), key=lambda item: item[0][0]):
        colour = "red" if severity == "error" else "yellow"
        for p in found[:_SHOWN]:
            console.print(
                f"[{colour}]{severity}[/] {escape(p.where)}\n"
                f"   found     {escape(p.found)}\n   expected  {escape(p.expected)}\n"
                f"   fix       {escape(p.fix)}", soft_wrap=True, highlight=False,
            )  # fmt: skip
        if len(found) > _SHOWN:
            console.print(f"   ... and {len(found) - _SHOWN} more of this kind")
    errors = sum(p.severity == "error" for p in problems)
    said = f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}"
    console.print(said, highlight=False)


def traced(found: Trace, console: Console) -> None:
    """Value, interval, formula, source, SQL, row count and first rows."""
    q, d = found.quantity, found.definition
    facts = [
        ("id", q.id), ("measure", d["title"]), ("value", exact(q.value) or "cannot tell"),
        ("interval", f"{exact(q.low)} to {exact(q.high)}" if q.low is not None else "none"),
        ("unit", q.unit), ("n", str(q.n) if q.n is not None else ""), ("status", q.status.value),
        ("provenance", q.provenance.value), ("reason", q.reason), ("settles", q.settles),
        ("formula", d["formula"]), ("resampling", d["interval"]), ("source", d["source"]),
        ("paper item", d["items"]), ("sql", q.sql), ("query", q.query),
        ("rows", f"{found.rows:,}"),
    ]  # fmt: skip
    for label, value in facts:
        if value:
            console.print(f"[bold]{label:<11}[/]{escape(value)}", soft_wrap=True, highlight=False)
    if found.first.height:
        grid = Table(*found.first.columns, box=None)
        for cells in found.first.iter_rows():
            grid.add_row(*(escape(exact(v) if isinstance(v, float) else str(v)) for v in cells))
        console.print(grid)
    for name in sorted(t for t in contract() if f" {t} " in f" {q.sql} "):
        for row in found.sources.iter_rows(named=True):
            if row["table"] == name:
                console.print(
                    # a ledger of an earlier version has no sheets
                    escape(f"{name} source {row['number']}: "
                           f"{in_sheet(row['file'], row.get('sheet') or '')} (sha256 "
                           f"{row['sha256'][:12]}) {row['source']}"),
                    soft_wrap=True, highlight=False,
                )  # fmt: skip


def realised(held: Held, console: Console) -> None:
    """A target with what became of comparable cases, and how well such shares have held."""
    r, unit = held.found, held.unit
    start, target = (printed(v, unit) for v in (held.start, held.target))
    moved = f"{printed(r.change, 'share')}" if r.relative or unit == "share" else exact(r.change)
    _line(console, "target", f"{held.measure} of {held.region}: {start} in {held.year} to {target} "
          f"in {held.year + held.years} ({moved} {'more' if r.relative else 'difference'}); "
          f"{unit}")  # fmt: skip
    if r.share is None or r.band is None:
        _line(console, "reached", f"cannot tell: {r.reason}; what would settle it: {r.settles}")
        return
    if r.edge:
        _line(console, "", f"at the edge: {printed(r.below, 'share')} of the class began below; "
              "such shares have held less well (docs/targets.md)")  # fmt: skip
    share, low, high = (printed(v, "share") for v in (r.share, r.low, r.high))
    _line(console, "class", f"{r.n:,} starts of {r.regions} regions, {r.first} to {r.last}, from "
          f"{printed(r.band[0], unit)} to {printed(r.band[1], unit)}")  # fmt: skip
    _line(console, "reached", f"{share} of them had got so far after {held.years} years ({low} to "
          f"{high}); {printed(r.passed, 'share')} at the end of at least one of the years; the "
          f"target stands at {printed(r.percentile, 'percentile')} of what became of "
          "them")  # fmt: skip
    for test, name in zip(held.tests, ("each region left out", "against what had ended by then"),
                          strict=True):  # fmt: skip
        told = (
            f"{printed(test.reached, 'share')} of {test.n:,} ({printed(test.low, 'share')} to "
            f"{printed(test.high, 'share')})" if test.reached is not None
            else "cannot tell: too few earlier cases"
        )  # fmt: skip
        _line(console, "tested", f"of targets at p{100 * test.quantile:.0f} on these tables "
              f"{printed(test.asked, 'share')} should be reached; {name}: {told}")  # fmt: skip
    _line(console, "", "A record of the past, not the probability of this region.")


def thresholds(settings: Settings, console: Console) -> None:
    """Every setting with its value, range, meaning and source."""
    grid = Table("name", "value", "range", "meaning", "source", box=None)
    for t in settings.thresholds.values():
        allowed = f"{exact(t.low)} to {exact(t.high)}"
        grid.add_row(t.name, exact(t.value), allowed, t.meaning, t.source)
    console.print(grid)
