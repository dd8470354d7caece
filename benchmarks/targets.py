"""How well the shares of reference classes hold on real tables: ``python benchmarks/targets.py``.

American states and European regions, each region left out in turn. Prints the tables of
``docs/targets.md``; with ``--write`` it writes them there. Needs the real tables beside the
project.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from regionlift.data.dataset import open_dataset
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.settings import Settings, settings
from regionlift.plan.starts import panel_of, relative_of
from regionlift.plan.targets import Calibration, calibration

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "targets.md"
MARKS = ("<!-- tables: made by benchmarks/targets.py --write -->", "<!-- end of tables -->")

#: Example -> measures looked at.
MEASURES = {
    "us-states": ("high_tech_share_value_added", "value_added_per_employee_current"),
    "eu-nuts2": ("high_tech_share_employment", "compensation_per_employee"),
}
YEARS, QUANTILES, NEAREST = (3, 5), (0.5, 0.8, 0.9), (10, 20, 40)


def panels() -> dict[tuple[str, str], tuple[pl.DataFrame, bool]]:
    """(example, measure) -> known values by region and year, and whether changes are ratios."""
    found = {}
    for example, names in MEASURES.items():
        dataset = open_dataset(ROOT / "examples" / example)
        chosen = settings(dataset.manifest.settings)
        for name in names:
            measure = registry()[name]
            assert isinstance(measure, Measure)
            panel = panel_of(measure(dataset, chosen))
            found[example, name] = panel, relative_of(name, panel)
    return found


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}%"


def row(example: str, name: str, years: int, found: Calibration, past: Calibration) -> str:
    low, high = percent(found.low), percent(found.high)
    edges = [f"{percent(share)} of {n}" for share, n in found.places]
    return (
        f"| {example} | {name} | {years} | {100 * found.quantile:.0f} | {percent(found.asked)} | "
        f"{percent(found.reached)} ({low} to {high}) | {found.n} of {found.regions} | "
        + " | ".join(edges)
        + f" | {percent(past.reached)}"
        + (f" of {past.n} |" if past.n else " |")
    )


def tables(horizons: tuple[int, ...] = YEARS) -> list[str]:
    every, chosen = panels(), settings()
    heads = ("tables", "measure", "years", "target at p", "should be reached", "reached (90%)",
             "starts of regions", "lower edge", "inside", "upper edge", "with what had ended")
    lines = ["| " + " | ".join(heads) + " |", "| --- | --- |" + " ---: |" * (len(heads) - 2)]
    for (example, name), (panel, ratios) in every.items():
        for years in horizons:
            for q in QUANTILES:
                both = [calibration(panel, years, q, chosen, relative=ratios, past=past)
                        for past in (False, True)]  # fmt: skip
                lines.append(row(example, name, years, *both))
    lines += ["", "Reached of targets at p80, by the number of nearest regions:", ""]
    lines += ["| tables | measure | years |" + "".join(f" {k} regions |" for k in NEAREST),
              "| --- | --- | ---: |" + " ---: |" * len(NEAREST)]
    for (example, name), (panel, ratios) in every.items():
        for years in horizons:
            cells = []
            for k in NEAREST:
                moved: Settings = settings({"target_regions": k})
                cells.append(percent(calibration(panel, years, 0.8, moved,
                                                 relative=ratios).reached))
            lines.append(f"| {example} | {name} | {years} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Print the tables, and write them into the page where asked to."""
    found = "\n".join(tables())
    print(found)
    if "--write" in sys.argv:
        head, _, rest = PAGE.read_text("utf-8").partition(MARKS[0])
        tail = rest.partition(MARKS[1])[2]
        PAGE.write_text(f"{head}{MARKS[0]}\n\n{found}\n\n{MARKS[1]}{tail}", "utf-8")


if __name__ == "__main__":
    main()
