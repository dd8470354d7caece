"""Page 7, the outlook, and its part of page 24: forecast, past forecasts, likely new ties."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.verdict import Truth
from regionlift.forecast.hindcast import COUNTED, MODELS, NOT_BETTER, SIMULATION, Hindcast
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text
from regionlift.output.evidence import Book
from regionlift.output.payload import Block, Cell, Run
from regionlift.output.words import level, listed, significant, span
from regionlift.study import NetworkStudy, Study
from regionlift.study.outlook import AHEAD, Fan, Outlook

#: Counts as the page names them.
NAMES = {
    "active": "Active", "entries": "Entered", "exits": "Left", "ties": "Ties inside",
    "new_ties": "New ties", "repeat_share": "Share of repeated ties",
}  # fmt: skip

_MARK = {Truth.MET: "met", Truth.NOT_MET: "not met", Truth.CANNOT_TELL: "cannot tell"}


def outlook(study: Study, net: NetworkStudy, book: Book) -> list[Block]:
    """Fans with what past forecasts say of them, likely ties, levers."""
    ahead = net.outlook
    if ahead.reason:
        return [text(f"Cannot tell: {ahead.reason}.", title="Where it is going")]
    return [
        _stock(net, book), _fans(study, ahead), _numbers(net, book), _likely(net), _levers(ahead),
    ]  # fmt: skip


def hindcast_blocks(net: NetworkStudy, book: Book) -> list[Block]:
    """Page 24: what the simulation and the baselines would have said in past years."""
    ahead = net.outlook
    if ahead.reason or ahead.hindcast is None:
        said = ahead.reason or "no past year with enough record before it and a year after it"
        return [text(f"Cannot tell: {said}.", title="Forecast of the network: past years")]
    past = ahead.hindcast
    blocks: list[Block] = [
        text(
            f"At each of {len(past.origins)} past years ({', '.join(map(str, past.origins))}) "
            f"everything was fitted to what was known then and {past.horizon} years were forecast."
            " CRPS is in the unit of the count; smaller is better. It stands here whatever it is.",
            title="Forecast of the network: past years",
        ),
        _standing(net, past, book), _scores(past), _gates(ahead), _links(past), _misfit(ahead),
    ]  # fmt: skip
    return blocks


def _stock(net: NetworkStudy, book: Book) -> Block:
    ahead = net.outlook
    stock = ahead.stock
    if stock is None:
        return text("Over three years the number of active organisations cannot be told.",
                    title="Where it is going")  # fmt: skip
    fan = ahead.fans["active"]
    runs: list[Run] = ["The number of active organisations over the next three years: "]
    runs.append(f"{stock.word}. " if stock.word != "cannot tell" else "cannot tell. ")
    for k, word in enumerate(("rapid", "slowing", "saturated", "shrinking")):
        runs += [", " if k else "Share of futures: ", f"{word} ",
                 book.link(net.find("forecast_stock", word))]  # fmt: skip
    runs.append(f". {_said(fan)}")
    return text(*runs, title="Where it is going")


def _said(fan: Fan) -> str:
    """Which model is shown, and what past years say of it."""
    if fan.model != SIMULATION:
        return f"The simulation is {NOT_BETTER} ({fan.said}); persistence is shown."
    if fan.said.startswith("uncalibrated"):
        return f"The simulation is shown; {fan.said}: read the range as a drawing."
    return f"The simulation is shown: {fan.said}."


def _fans(study: Study, ahead: Outlook) -> Block:
    rows: list[tuple[str, int, bool, float, float | None, float | None]] = []
    for count, fan in ahead.fans.items():
        for year, value in zip(ahead.record, fan.past.tolist(), strict=True):
            rows.append((NAMES[count], year, True, value, None, None))
        for h, year in enumerate(ahead.years):
            rows.append(
                (NAMES[count], year, False, float(fan.median[h]), float(fan.low[h]),
                 float(fan.high[h]))
            )  # fmt: skip
    schema = {"series": pl.String, "year": pl.Int64, "seen": pl.Boolean, "value": pl.Float64,
              "low": pl.Float64, "high": pl.Float64}  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return chart(
        study, "network-fans", "The next years",
        "Solid: counted. Dashed: forecast, with the interval of the simulated futures, widened "
        "by what past forecasts missed.", charts.fans(frame), plain(frame), "forecast_active",
        f"{ahead.record[0]}–{ahead.years[-1]}", ("forecast_years", "forecast_replicates"),
    )  # fmt: skip


def _numbers(net: NetworkStudy, book: Book) -> Block:
    ahead = net.outlook
    heads = ["Count", "Model shown", *(f">{y}" for y in ahead.years)]
    rows: list[list[Cell]] = []
    for count, fan in ahead.fans.items():
        row: list[Cell] = [NAMES[count], fan.model]
        for year in ahead.years:
            q = net.by_id[f"{AHEAD[count]}/{net.region}/{year}"]
            cell = book.cell(q)
            if isinstance(cell, dict):
                cell["text"] = f"{level(q)} ({span(q)})"
            row.append(cell)
        rows.append(row)
    loose = [NAMES[c] for c, fan in ahead.fans.items() if not fan.calibrated]
    note = "Only the network is forecast. No effect on output or value added is claimed."
    if loose:
        past = ahead.hindcast
        why = "no past year"
        if past is not None:
            why = f"{len(past.origins)} past years, {past.horizon} years ahead"
        note += f" Ranges of {listed(loose)} are uncalibrated for the years beyond ({why})."
    return table("forecast", "The forecast in numbers", heads, rows, note)


def _likely(net: NetworkStudy) -> Block:
    ranking = net.outlook.ranking
    if ranking is None or not ranking.pairs:
        return text("No pair can be ranked.", title="Likely new ties")
    names = dict(zip(net.affiliations.ids, net.affiliations.names, strict=True))
    inside = dict(zip(net.affiliations.ids, net.affiliations.inside.tolist(), strict=True))
    rows: list[list[Cell]] = [
        [names[p.first], names[p.second],
         "inside" if inside[p.first] and inside[p.second] else "to elsewhere",
         "–" if p.chance is None else {"text": f"{significant(100 * p.chance)}%",
                                       "sort": p.chance},
         {"text": f"{p.shared:,}", "sort": p.shared}]
        for p in ranking.pairs
    ]  # fmt: skip
    note = (
        f"Pairs that have never met, by {ranking.score}, within {ranking.horizon} years of "
        f"{ranking.origin}. A ranking of what partners' partners make likely, no advice: what is "
        "likely without help may need none."
    )
    heads = ["Organisation", "With", "Where", ">Chance", ">Shared partners"]
    return table("likely-ties", "Likely new ties", heads, rows, note, 12)


def _levers(ahead: Outlook) -> Block:
    shown = ("active", "entries", "ties", "repeat_share")
    rows: list[list[Cell]] = []
    for scenario in ahead.scenarios:
        row: list[Cell] = [scenario.text]
        for count in shown:
            middle, low, high = scenario.change[count]
            scale = 100 if count == "repeat_share" else 1
            unit = " points" if count == "repeat_share" else ""
            ends = f"{_signed(scale * low)} to {_signed(scale * high)}"
            row.append({"text": f"{_signed(scale * middle)}{unit} ({ends})", "sort": middle})
        rows.append(row)
    worse = [NAMES[c] for c, f in ahead.fans.items() if f.model != SIMULATION]
    note = (
        f"Difference in {ahead.years[-1]} against the same simulated futures without the lever; "
        "in brackets the interval. Levers change the network's inputs, and only the network "
        "is told."
    )
    if worse:
        note += (
            f" Here the simulation is {NOT_BETTER} at: {', '.join(worse)}. Read no size from it."
        )
    heads = ["Lever", *(f">{NAMES[c]}" for c in shown)]
    return table("levers", "What levers would move in the simulated network", heads, rows, note)


def _signed(value: float) -> str:
    return "0" if value == 0 else f"{'+' if value > 0 else '−'}{significant(abs(value))}"


def _scores(past: Hindcast) -> Block:
    """Mean CRPS a year ahead by model."""
    rows: list[list[Cell]] = []
    for count in COUNTED:
        row: list[Cell] = [NAMES[count]]
        for model in MODELS:
            found = [r.crps for r in past.of(count, model) if r.horizon]
            row.append(_score(sum(found) / len(found)) if found else "–")
        rows.append(row)
    heads = ["Count", *(f">{m}" for m in MODELS)]
    return table("hindcast-network", "CRPS of every model, mean of all years ahead", heads, rows,
                 "A dash: too few years to fit it.")  # fmt: skip


def _standing(net: NetworkStudy, past: Hindcast, book: Book) -> Block:
    """The simulation against persistence, count by count."""
    rows: list[list[Cell]] = []
    for count in COUNTED:
        stood = past.standing(count)
        covered = [r.covered for r in past.of(count) if r.horizon]
        share = f"{significant(100 * sum(covered) / len(covered))}%" if covered else "–"
        skill: Cell = "–" if stood.skill is None else _score(stood.skill)
        if count in AHEAD:
            period = f"{past.origins[0]}-{past.origins[-1]}"
            skill = book.cell(net.by_id[f"forecast_skill/{net.region}|{count}/{period}"])
        rows.append([NAMES[count], skill, f"{stood.better_at} of {stood.origins}", share,
                     stood.text])  # fmt: skip
    heads = ["Count", ">Skill", ">Better at", ">Held by the interval", "In words"]
    note = "Skill above 0 is better. Held: by the range as simulated, not widened."
    return table("hindcast-standing", "The simulation against “as last year”", heads, rows, note)


def _links(past: Hindcast) -> Block:
    """Rankings of pairs at past years: average precision beside the base rate."""
    if not past.links:
        return text("Rankings of pairs were not tried on past years.")
    rows: list[list[Cell]] = [
        [str(r.origin), r.kind, r.score, f"{r.ties:,}",
         "–" if r.average_precision is None else _score(r.average_precision), _score(r.base_rate),
         "–" if r.against_degree is None else _score(r.against_degree),
         "–" if r.lift is None else _score(r.lift)]
        for r in past.links
    ]  # fmt: skip
    heads = ["Year", "Ties", "Ranked by", ">Met", ">Average precision", ">Base rate",
             ">Times degree", f">Lift among {past.links[0].k}"]  # fmt: skip
    return table("hindcast-links", "Who would meet next year: rankings of past years", heads, rows,
                 "New: pairs that had never met. Repeated: pairs that had.", 12)  # fmt: skip


def _score(value: float) -> Cell:
    return {"text": significant(value, 3), "sort": value}


def _gates(ahead: Outlook) -> Block:
    rows: list[list[Cell]] = [[g.name, g.asked, g.achieved, _MARK[g.truth]] for g in ahead.gates]
    return table("hindcast-gates", "What a forecast must pass, and what this one achieved",
                 ["Gate", "Asked", "Achieved", "Verdict"], rows)  # fmt: skip


def _misfit(ahead: Outlook) -> Block:
    if ahead.calibration is None:
        return text("Nothing was calibrated.")
    rows: list[list[Cell]] = [
        [m.name, significant(m.observed, 3), f"{significant(m.low, 3)} to {significant(m.high, 3)}",
         "not reproduced" if m.outside else "reproduced", "yes" if m.fitted else "checked only"]
        for m in ahead.calibration.misfit
    ]  # fmt: skip
    outside = sum(m.outside for m in ahead.calibration.misfit)
    note = (
        f"{outside} of {len(rows)} summaries of the last years are not reproduced by the nearest "
        "simulations (counts as log(1 + n), shares as square roots)."
    )
    heads = ["Summary", ">Observed", "Nearest simulations", "Verdict", "Fitted"]
    return table("calibration-misfit", "What the simulation does not reproduce", heads, rows, note,
                 12)  # fmt: skip
