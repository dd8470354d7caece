"""ODD protocol of the simulation, written from the configuration in force.

The seven elements follow Grimm et al. (2020), The ODD protocol for describing agent-based and
other simulation models: a second update, Journal of Artificial Societies and Social Simulation
23(2) 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from regionlift.forecast.calibrate import Calibration
from regionlift.forecast.levers import LEVERS, Lever, settings
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.state import COUNTS, Start
from regionlift.forecast.summaries import SUMMARIES
from regionlift.measures.network.affiliations import TYPES

ELEMENTS = (
    "Purpose and patterns", "Entities, state variables and scales",
    "Process overview and scheduling", "Design concepts", "Initialisation", "Input data",
    "Submodels",
)  # fmt: skip


def odd(
    parameters: UrnParameters | Calibration,
    *,
    start: Start | None = None,
    horizon: int | None = None,
    replicates: int | None = None,
    levers: Sequence[Lever] = (),
) -> str:
    """The protocol as Markdown; every number in it comes from what is handed in.

    Parameters
    ----------
    parameters : what the simulation runs with
    start : the observed state, where the text is to tell its size
    horizon, replicates : years and runs, where they are set
    levers : levers pulled
    """
    given = parameters if isinstance(parameters, Calibration) else None
    base = parameters if isinstance(parameters, UrnParameters) else parameters.base
    parts = (
        _purpose(given), _entities(base, horizon), _overview(base),
        _concepts(base, given, replicates), _initialisation(start, base), _input(given),
        _submodels(base, given, levers),
    )  # fmt: skip
    text = ["# ODD protocol: participation urn with team inheritance"]
    for number, (title, part) in enumerate(zip(ELEMENTS, parts, strict=True), 1):
        text.append(f"## {number}. {title}\n\n{part}")
    return "\n\n".join(text) + "\n"


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _purpose(given: Calibration | None) -> str:
    text = (
        "The model forecasts how a network of organisations that do projects together grows, and "
        "how that changes when levers of policy act on projects, teams and entry. It says nothing "
        "about output, jobs or income. It is judged by these patterns: " + ", ".join(SUMMARIES)
        + "."
    )  # fmt: skip
    if given is None:
        return text + " It has not been calibrated here."
    out = [m for m in given.misfit if m.outside]
    rows = [
        (m.name, f"{m.observed:.3f}", f"{m.low:.3f} to {m.high:.3f}",
         "outside" if m.outside else "inside", "yes" if m.fitted else "no, given")
        for m in given.misfit
    ]  # fmt: skip
    return (
        f"{text}\n\nAt the origin {given.origin}, {len(out)} of {len(given.misfit)} patterns lie "
        "outside the nearest simulations (counts as log(1 + n), shares as square roots):\n\n"
        + _table(("pattern", "observed", "simulated", "", "fitted"), rows)
    )  # fmt: skip


def _entities(base: UrnParameters, horizon: int | None) -> str:
    span = "as many years as asked for" if horizon is None else f"{horizon} years"
    return _list((
        f"Organisations: type ({', '.join(TYPES)}, or unknown), inside the region or not, year of "
        "entry, end of the last project, whether gone for good, and knowledge of "
        f"{int(base.kinds)} kinds from 0 to 1, the first of them shared and generic.",
        "Projects: first and last year, members, leader, whether an alliance.",
        "Ties are not stored: two organisations are tied while a project of both runs.",
        f"Scale: one step is a year; a run takes {span}. Space is inside or outside the region.",
    ))  # fmt: skip


def _overview(base: UrnParameters) -> str:
    learning = "Members of the project learn from each other."
    return "Each year, in this order:\n\n" + "\n".join(
        f"{number}. {line}"
        for number, line in enumerate((
            "Organisations that are lost leave all projects.",
            f"Participations older than {base.memory:g} years are forgotten.",
            "Projects start one after another, sizes and durations drawn together until the "
            "volume of the year is filled.",
            "For each project: the number of newcomers is drawn, then the leader, then the team "
            "taken over, then the other seats.",
            learning,
            "Active organisations and ties are counted: " + ", ".join(COUNTS) + ".",
        ), 1)
    )  # fmt: skip


def _concepts(base: UrnParameters, given: Calibration | None, replicates: int | None) -> str:
    runs = "" if replicates is None else f" {replicates} replicates are run."
    drawn = "one setting" if given is None else f"{len(given.draws)} posterior draws"
    return _list((
        "Basic principles: preferential participation with a discount (Pitman & Yor 1997), "
        "forgetting, teams that come back together, closure by trust.",
        "Emergence: saturation of the active network, concentration, repeated ties.",
        "Adaptation and objectives: none; organisations do not optimise.",
        "Learning: " + ("knowledge passes only as barter" if base.barter
                        else "knowledge passes one way or both") + " inside projects.",
        "Prediction: none by organisations.",
        "Sensing: a leader sees type, place and knowledge of a candidate; members know whom they "
        "have met.",
        "Interaction: inside projects only.",
        f"Stochasticity: all draws come from one seed tree; parameters are {drawn}.{runs}",
        "Collectives: projects and earlier teams.",
        "Observation: yearly counts by the definitions used on observed data.",
    ))  # fmt: skip


def _initialisation(start: Start | None, base: UrnParameters) -> str:
    text = (
        "The run starts from the observed state: all events started by the origin with their "
        "members and contracted ends, and who has met whom. Knowledge is not observed: "
        f"{int(base.kinds)} uniform draws for each organisation."
    )
    if start is None:
        return text
    return (
        f"{text} Here: {start.organisations} organisations, {len(start.start)} events and "
        f"{len(start.org)} participations from {start.first} to {start.origin}."
    )


def _input(given: Calibration | None) -> str:
    text = (
        "The volume of participations of each year is given by the user, or forecast as a "
        "first-order autoregression of its logarithm with the uncertainty of its fit."
    )
    if given is None:
        return text
    volume, pool = given.blocks.volume, given.blocks.projects
    return (
        f"{text} Fitted on {volume.years} years; coefficient {volume.pull.mean['pull']:.2f} "
        f"(standard error {volume.pull.error['pull']:.2f}). Sizes and durations come from "
        f"{len(pool.sizes)} projects of the last years."
    )


def _submodels(base: UrnParameters, given: Calibration | None, levers: Sequence[Lever]) -> str:
    formulas = _list((
        "Entry: a seat goes to a newcomer with probability (theta + sigma N)/(theta + U) after U "
        "participations of N organisations; its odds have a yearly lognormal shock; newcomers of "
        "a project are beta-binomial with precision `gather`.",
        "Seats of organisations seen before: the leader, and each further candidate, is drawn "
        "with weight n - sigma from the participations remembered, or as a partner of a member.",
        "Team inheritance: the earlier project is the one by which the leader was drawn; its "
        "members come one by one with probability `keep`.",
        "Acceptance: exp(same_type [same type] + same_place [same place] - cognition (d - "
        "ideal_distance)^2), scaled to at most 1; then acquaintance with a member drawn at random.",
        "Learning: each member meets another; the learner closes its share of the largest gap.",
        "Exit: an organisation is inactive when its last project has ended, and may be gone for "
        "good in each year without a project. Ties end with their projects.",
    ))  # fmt: skip
    fitted = {} if given is None else {n: (m, a, b) for n, m, a, b in given.table()}
    if given is not None:
        for name, mean, error in given.blocks.table():
            fitted[name] = (mean, mean - 1.645 * error, mean + 1.645 * error)
    rows = []
    for entry in fields(base):
        value = getattr(base, entry.name)
        shown = ", ".join(f"{v:g}" for v in value) if isinstance(value, tuple) else f"{value:g}"
        how = "set"
        if entry.name in fitted:
            middle, low, high = fitted[entry.name]
            shown, how = f"{middle:.3g} ({low:.3g} to {high:.3g})", "fitted"
        rows.append((f"`{entry.name}`", entry.metadata["says"], shown, how))
    known = _list([f"{kind.__name__}: {(kind.__doc__ or '').strip()}" for kind in LEVERS])
    pulled = _list([
        f"{lever.describe()} ({', '.join(f'{n} = {v}' for n, v in settings(lever).items())})"
        for lever in levers
    ])  # fmt: skip
    return (
        f"{formulas}\n\n### Parameters\n\n"
        + _table(("parameter", "meaning", "value (90 % range)", ""), rows)
        + f"\n\n### Levers there are\n\n{known}\n\n### Levers pulled\n\n"
        + (pulled or "None.")
    )
