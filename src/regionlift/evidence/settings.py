"""Settings of a run: every threshold with its source and the range it is tried over."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

SourceClass = Literal["paper", "standard", "peer", "house", "user"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number the user may move: value, range for sensitivity, meaning and source.

    ``origin`` says whose number it is: ``paper`` (said in the source paper or its operational
    reading), ``standard`` (a convention of the field), ``house`` (our default, no outside
    source), ``user``.
    """

    name: str
    value: float
    low: float
    high: float
    meaning: str
    source: str
    origin: SourceClass

    @property
    def counts(self) -> bool:
        """Whether it counts something: then it is whole."""
        return all(x == int(x) for x in (self.value, self.low, self.high))


_DEFAULTS = (
    Threshold(
        "label_share", 0.8, 0.6, 0.95,
        "share of resamples in which one gauge must lead before a stage is named",
        "operational reading of the paper, item 23", "paper",
    ),
    Threshold(
        "window", 5, 3, 8,
        "years between the two ends of a change, and of a trend",
        "five-year plans and multi-annual programmes", "house",
    ),
    Threshold(
        "horizon", 5, 3, 8,
        "years within which a change of profile is counted",
        "same as the window", "house",
    ),
    Threshold(
        "minimum_years", 5, 4, 8,
        "years a trend needs",
        "rule of thumb: fewer points give no usable slope", "house",
    ),
    Threshold(
        "peers", 12, 6, 20,
        "regions matched",
        "balance of likeness and number; the second choice checks it", "house",
    ),
    Threshold(
        "minimum_peers", 5, 4, 10,
        "peers with a known value before a percentile is given",
        "rule of thumb: one region more or less moves a percentile by 20 points", "house",
    ),
    Threshold(
        "own_events", 0.5, 0.25, 0.75,
        "share of a peer's events without the region from which it is a peer in numbers of events",
        "house rule: most of what is recorded of it is not the region's own record", "house",
    ),
    Threshold(
        "minimum_regions", 10, 5, 30,
        "regions a base rate needs",
        "rule of thumb: below it one region decides", "house",
    ),
    Threshold(
        "input_driven", 0.6667, 0.5, 0.8,
        "share of growth from labour and capital above which it counts as input-driven",
        "operational reading of the paper, item 4", "paper",
    ),
    Threshold(
        "exit_years", 8, 8, 12,
        "yearly points the exit test needs",
        "operational reading of the paper, item 18", "paper",
    ),
    Threshold(
        "exit_window", 6, 5, 8,
        "years in a rolling window of the exit test",
        "shortest window with a usable slope", "house",
    ),
    Threshold(
        "exit_windows", 2, 1, 3,
        "consecutive windows that must signal",
        "operational reading of the paper, item 18", "paper",
    ),
    Threshold(
        "demand_shock", 0.1, 0.05, 0.15,
        "fall of output in a year that explains a stall by demand",
        "operational reading of the paper, item 18", "paper",
    ),
    Threshold(
        "tie_window", 3, 1, 5,
        "years a co-patent counts as active, its application year included",
        "moving windows of three to five years are usual (Schilling & Phelps 2007)", "standard",
    ),
    Threshold(
        "copatents", 1, 0, 1,
        "whether patents with several applicants are joint events beside projects (1) or not (0)",
        "both are collaboration; they mean different things, so try both", "house",
    ),
    Threshold(
        "largest_consortium", 200, 20, 20000,
        "members up to which a joint event makes ties",
        "the largest of 30,000 EU projects has 186; beyond it everybody would know everybody",
        "house",
    ),
    Threshold(
        "fractional", 0, 0, 1,
        "whether a tie of an event of s members weighs 1/(s-1) in shares of ties (1) or one (0)",
        "Newman 2001: an organisation then has one unit of ties an event", "standard",
    ),
    Threshold(
        "network_years", 5, 3, 10,
        "last years whose events make the network that is drawn and measured",
        "moving windows of three to five years are usual (Schilling & Phelps 2007)", "standard",
    ),
    Threshold(
        "core_share", 0.1, 0.05, 0.25,
        "share of the region's enterprises that is large, inventive and active: core enterprises",
        "operational reading of the paper, item 29", "paper",
    ),
    Threshold(
        "null_draws", 99, 39, 999,
        "networks drawn by chance beside the observed one",
        "convention: the smallest p is then 0.01", "standard",
    ),
    Threshold(
        "burn_in", 5, 0, 8,
        "first years of the record that no law is read from; 0 if it begins with the network",
        "a joint project runs about five years: until then a record fills up as a law bends",
        "house",
    ),
    Threshold(
        "law_points", 8, 8, 15,
        "yearly points a law of growth needs",
        "six families on fewer points cannot be told apart (docs/growth-law.md)", "house",
    ),
    Threshold(
        "forecast_years", 5, 0, 10,
        "years the network is forecast; 0 for no forecast",
        "length of a five-year plan", "house",
    ),
    Threshold(
        "forecast_replicates", 1000, 100, 5000,
        "simulated futures of the network",
        "convention; the ends of an interval move by under a point", "standard",
    ),
    Threshold(
        "weak_coverage", 0.8, 0.5, 1.0,
        "local output over local demand below which a link of the chain is weak",
        "house rule: a fifth from elsewhere is ordinary trade", "house",
    ),
    Threshold(
        "single_share", 0.95, 0.8, 1.0,
        "share of a node's output at one supplier from which the node hangs on it",
        "house rule: what remains cannot step in", "house",
    ),
    Threshold(
        "upstream_strong", 0.5, 0.34, 1.0,
        "share of a product's inputs made in full here before it is an extension of the chain",
        "operational reading of the paper, item 66", "paper",
    ),
    Threshold(
        "scale_reach", 1.0, 0.5, 2.0,
        "plants of minimum scale are fed by up to so many times local demand",
        "house rule: no sales elsewhere are counted on", "house",
    ),
    Threshold(
        "holders_needed", 1, 1, 5,
        "local organisations with recent patents in its technologies that make a node attainable",
        "house rule", "house",
    ),
    Threshold(
        "chain_cover", 0.8, 0.5, 0.95,
        "share of purchases and sales that a chain proposed from input-output links covers",
        "house rule: the rest is many small flows", "house",
    ),
    Threshold(
        "flegg_low", 0.14, 0.0, 0.3,
        "least exponent of Flegg's quotient, where a national table stands in for a regional one",
        "lowest of ten fitted regions; no study gives one number", "standard",
    ),
    Threshold(
        "flegg_high", 0.6, 0.3, 0.9,
        "greatest exponent of Flegg's quotient",
        "highest of ten fitted regions; no study gives one number", "standard",
    ),
    Threshold(
        "import_concentration", 0.4, 0.25, 0.6,
        "Herfindahl index of imports by country above which they are concentrated",
        "European Commission, SWD(2021) 352, criterion 1", "standard",
    ),
    Threshold(
        "import_share", 0.5, 0.3, 0.7,
        "share of foreign supply in all supply from outside above which it prevails",
        "European Commission, SWD(2021) 352, criterion 2", "standard",
    ),
    Threshold(
        "import_ratio", 1.0, 0.5, 2.0,
        "imports over exports above which own production cannot stand in",
        "European Commission, SWD(2021) 352, criterion 3", "standard",
    ),
    Threshold(
        "technology_years", 15, 5, 30,
        "last years whose patents count towards technologies",
        "the life of an invention patent is 20 years; most use falls into the first 15", "house",
    ),
    Threshold(
        "technology_least", 30, 10, 100,
        "patents a class needs before it is compared with others",
        "below it ranks are noise: see the rank intervals", "house",
    ),
    Threshold(
        "technology_top", 0.25, 0.1, 0.5,
        "share of the candidates, from the top, that counts as common, and as key",
        "upper quarter; a class is named where it is in it on both axes", "house",
    ),
    Threshold(
        "technology_fractional", 0, 0, 1,
        "whether a patent counts once in every class and region (0) or is divided among them (1)",
        "both are usual; divided, no patent counts more than another", "standard",
    ),
    Threshold(
        "technology_topics", 0, 0, 100,
        "topics sought in titles and abstracts; 0 seeks none",
        "our reading of Ma, Kong, Lin & Yang 2020; a fit takes seconds a thousand patents", "house",
    ),
    Threshold(
        "technology_needs", 0.1, 0.05, 0.25,
        "share of a technology's patents from which a class beside it counts as needed",
        "operational reading of the paper, item 49", "paper",
    ),
    Threshold(
        "entry_years", 4, 2, 8,
        "years between two looks at which activities a region has",
        "short enough for several looks, long enough for a change to last", "house",
    ),
    Threshold(
        "entry_least", 30, 10, 100,
        "entries a predictor must be scored on before one is told",
        "with 11 to 34 entries the order of predictors turned with the sample", "house",
    ),
    Threshold(
        "plan_structure_years", 3, 2, 10,
        "years from start to end below which a target of structure comes too soon",
        "operational reading of the paper, item 25", "paper",
    ),
    Threshold(
        "plan_top_gaps", 10, 3, 30,
        "largest gaps of the chain that are looked at for money",
        "house rule: as many as fit on a page", "house",
    ),
    Threshold(
        "plan_priorities", 8, 3, 20,
        "industries, technologies and links of the chain a plan may give priority to",
        "house rule: priorities exclude; with more, little is left out", "house",
    ),
    Threshold(
        "plan_one_owner", 0.8, 0.5, 1.0,
        "share of the measures with an owner at one office from which the plan hangs on it",
        "house rule", "house",
    ),
    Threshold(
        "plan_copied", 0.5, 0.25, 1.0,
        "share of the neighbours that hold a speciality from which a priority follows them",
        "operational reading of the paper, item 92: half of them", "paper",
    ),
    Threshold(
        "policy_years", 5, 3, 10,
        "last years whose public money, and whose new ties, count",
        "five-year plans and multi-annual programmes", "house",
    ),
    Threshold(
        "policy_least", 10, 5, 30,
        "units a rank correlation of money with need must have",
        "rule of thumb: below it one unit decides", "house",
    ),
    Threshold(
        "platform_years", 5, 1, 10,
        "last years whose requests and joint projects count towards the platform's processes",
        "length of a five-year plan", "house",
    ),
    Threshold(
        "needs_served", 0.8, 0.5, 0.95,
        "share of the amount asked for served, from which allocation works",
        "house rule: a fifth unserved is ordinary, as with a weak link", "house",
    ),
    Threshold(
        "platform_stay", 0.6, 0.4, 0.8,
        "share of core enterprises and institutes still members three years later",
        "operational reading of the paper, item 79", "paper",
    ),
    Threshold(
        "platform_committed", 0, 0, 30,
        "years from the last one for which public and alliance money is committed; 0: not told",
        "the user's to say: no table of the contract holds commitments", "house",
    ),
    Threshold(
        "match_reach", 0.5, 0, 1,
        "distance of two technologies up to which a resource of one serves a need of the other",
        "house rule: more in common than apart; 0 asks for the same class", "house",
    ),
    Threshold(
        "match_step", 0.1, 0, 1,
        "cost of each step from own to platform to another organisation, in distances",
        "house rule: nearness breaks ties and does not outweigh technology", "house",
    ),
    Threshold(
        "match_penalty", 10, 5, 100,
        "cost of a unit of need left unmet, in distances",
        "house rule: well above any cost of serving, so that serving comes first", "house",
    ),
    Threshold(
        "path_draws", 2000, 200, 20000,
        "settings of all path thresholds tried together, each over its range",
        "the share in which a verdict holds then moves by about a point", "house",
    ),
    Threshold(
        "target_regions", 20, 10, 60,
        "regions nearest by start level that a target is held against",
        "balance of likeness and number; docs/targets.md tries other numbers", "house",
    ),
    Threshold(
        "confidence", 0.9, 0.8, 0.95,
        "coverage of every interval",
        "convention", "standard",
    ),
    Threshold(
        "resamples", 1000, 200, 5000,
        "bootstrap replicates",
        "convention; the ends of an interval move by under a point", "standard",
    ),
    Threshold(
        "seed", 20260101, 0, 2 ** 31,
        "seed of the bootstrap",
        "any number: the same seed gives the same digits", "house",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """All thresholds in force."""

    thresholds: Mapping[str, Threshold]

    def __getitem__(self, name: str) -> float:
        return self.thresholds[name].value

    def whole(self, name: str) -> int:
        """A threshold that counts something."""
        return int(self.thresholds[name].value)

    @property
    def tails(self) -> tuple[float, float]:
        """Lower and upper quantile of an interval."""
        tail = (1 - self["confidence"]) / 2
        return tail, 1 - tail

    @property
    def changed(self) -> list[str]:
        """Names of the thresholds the user has moved."""
        return [name for name, t in self.thresholds.items() if t.origin == "user"]

    def including(self, more: Iterable[Threshold]) -> Settings:
        """These settings with further thresholds, where they do not have them yet."""
        return Settings({**{t.name: t for t in more}, **self.thresholds})


def settings(
    overrides: Mapping[str, float | int | str] | None = None, more: Iterable[Threshold] = ()
) -> Settings:
    """Defaults with the user's own values put in.

    ``more`` are thresholds that come with data files, such as those of the paths.

    Raises
    ------
    ValueError
        If a name is unknown, or a value is not a number inside the allowed range.
    """
    chosen = {t.name: t for t in (*_DEFAULTS, *more)}
    for name, value in (overrides or {}).items():
        if name not in chosen:
            near = difflib.get_close_matches(name, chosen, n=1)
            hint = f'Did you mean "{near[0]}"? ' if near else ""
            raise ValueError(f'no setting "{name}". {hint}Settings: {", ".join(chosen)}')
        default = chosen[name]
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f'setting {name} = "{value}": expected a number') from None
        if not default.low <= number <= default.high:
            raise ValueError(
                f"setting {name} = {number:g}: expected {default.low:g} to {default.high:g} "
                f"({default.meaning})"
            )
        if default.counts and number != int(number):
            raise ValueError(
                f"setting {name} = {number:g}: expected a whole number ({default.meaning})"
            )
        chosen[name] = Threshold(
            name, number, default.low, default.high, default.meaning, "the user", "user"
        )
    return Settings(chosen)
