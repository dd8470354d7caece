"""Numbers of docs/technology.md from the real tables: computed here, printed there, held by tests.

Entry of industries into European regions (Eurostat), places of the United States by industry
(County Business Patterns 2019), classes of a sample of United States patents (PatentsView).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix
from scipy.stats import rankdata, spearmanr

from regionlift.data.dataset import Dataset, open_dataset
from regionlift.evidence.settings import settings
from regionlift.forecast.entry import DEFINITIONS, EntryTest, entry_test, present, quotients
from regionlift.measures.relatedness.landscape import Landscape, landscape
from regionlift.measures.technology.commonness import (
    betweenness,
    breadth,
    generality,
    joint,
    off_diagonal,
    weighted_paths,
)
from regionlift.study.entry import DRAWS, industry_entry
from shared import EXAMPLES

DOC = Path(__file__).resolve().parents[1] / "docs" / "technology.md"
#: The equipment block of NACE Rev. 2.
BLOCK = ("C25", "C26", "C27", "C28", "C29", "C30")
#: First places compared, halves drawn, patents of a class that is compared.
TOP, HALVES, LEAST = 15, 10, 30
WORDS = {"crossing": "from under 1", "strengthening": "from 0.5 or more",
         "new": "from under 0.5"}  # fmt: skip


# entry of industries


def europe() -> Dataset:
    """Regions of NUTS 2 by divisions of NACE Rev. 2, codes of three vintages brought together."""
    return open_dataset(EXAMPLES / "eu-nuts2")


def looks(dataset: Dataset, years: tuple[int, int]) -> tuple[list[str], list[np.ndarray]]:
    """Employment of divisions, (regions, divisions) in each year; not a number where unknown."""
    panel = dataset.tables["panel"].filter(
        pl.col("industry").str.len_chars() == 3, pl.col("employment").is_not_null()
    )
    of = {y: panel.filter(pl.col("year") == y) for y in years}
    regions = sorted(set(of[years[0]]["region"]) & set(of[years[1]]["region"]))
    divisions = sorted(set(panel["industry"]))
    row = {r: n for n, r in enumerate(regions)}
    column = {c: n for n, c in enumerate(divisions)}
    tables = []
    for y in years:
        table = np.full((len(regions), len(divisions)), np.nan)
        for r, c, v in of[y].select("region", "industry", "employment").iter_rows():
            if r in row:
                table[row[r], column[c]] = v
        tables.append(table)
    return divisions, tables


@dataclass(frozen=True)
class Entries:
    """Tests of entry on the same regions, and what reading the suppressed as zero would say."""

    tests: Mapping[str, tuple[EntryTest, ...]]
    zero: EntryTest
    in_block: Mapping[str, tuple[int, int]]


def entries() -> Entries:
    """2010 to 2014 as the report does it; a shorter step has a look before its origin."""
    dataset = europe()
    divisions, tables = looks(dataset, (2010, 2014))
    chosen = settings()
    zero = entry_test([np.nan_to_num(t) for t in tables], ["2010", "2014"], "crossing", 30,
                      np.random.default_rng(chosen.whole("seed")), DRAWS)  # fmt: skip
    inside = np.isin(divisions, BLOCK)
    level, before, after = quotients(tables[0]), present(tables[0]), present(tables[1])
    open_ = np.isfinite(tables[0]) & np.isfinite(tables[1]) & ~before & inside
    in_block = {}
    for name, (low, high) in DEFINITIONS.items():
        cells = open_ & (np.nan_to_num(level) >= low) & (np.nan_to_num(level) < high)
        in_block[name] = int(cells.sum()), int((cells & after).sum())
    tests = {"2010 to 2014": industry_entry(dataset, chosen, 2014).tests,
             "2011 to 2014, 2008 before": industry_entry(
                 dataset, settings({"entry_years": 3}), 2014).tests}  # fmt: skip
    return Entries(tests, zero, in_block)


def _ends(found: tuple[float, float, float]) -> str:
    point, low, high = found
    return f"{point:.3f} ({low:.3f} to {high:.3f})"


def _better(test: EntryTest) -> str:
    return test.winner or f"{test.best} or {test.second}: cannot tell"


def entry_block(found: Entries) -> str:
    """Densities of entrants and others by definition."""
    lines = ["| step | entry of quotient 1 | regions | options | entries | density of entrants | "
             "of others | difference (90%) | orders best |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |"]  # fmt: skip
    rows = [(step, WORDS[t.definition], t) for step, of in found.tests.items() for t in of]
    rows.append(("2010 to 2014", "from under 1, *suppressed read as zero*", found.zero))
    lines += [
        f"| {step} | {said} | {t.regions} | {t.options:,} | {t.entries:,} | {t.entrants:.3f} | "
        f"{t.others:.3f} | " + (f"cannot tell: {t.reason} | – |" if t.reason else
                                f"{_ends(t.apart)} | {_better(t)} |") for step, said, t in rows
    ]  # fmt: skip
    parts = [f"{n:,} options and {k} entries {WORDS[d]}" for d, (n, k) in found.in_block.items()]
    return "\n".join([*lines, "", "Of those of 2010 to 2014, in the equipment block (C25 to C30): "
                      + "; ".join(parts) + "."])  # fmt: skip


def predictor_block(found: Entries) -> str:
    """Every predictor of every definition."""
    lines = ["| step | entry | predictor | average precision | precision at 10 | AUC |",
             "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for step, of in found.tests.items():
        for t in (t for t in of if not t.reason):
            lines.append(f"| {step} | {WORDS[t.definition]} | *blind ranking* | "
                         f"{t.entries / t.options:.3f} | | 0.5 |")  # fmt: skip
            lines += [
                f"| {step} | {WORDS[t.definition]} | {s.predictor} | {_ends(s.average_precision)} "
                f"| {_ends(s.precision)} | {_ends(s.auc)} |" for s in t.scores
            ]  # fmt: skip
    return "\n".join(lines)


# places by industry


@dataclass(frozen=True)
class Places:
    """Employment of places by industry group; ``table`` is not a number where it is withheld."""

    places: tuple[str, ...]
    industries: tuple[str, ...]
    table: np.ndarray

    def leading(self, found: Landscape, place: str, count: int = 5) -> list[str]:
        """Industries with the highest location quotients of a place."""
        own = np.nan_to_num(found.quotient[self.places.index(place)])
        return [self.industries[n] for n in np.argsort(-own)[:count]]


def metros(folder: Path) -> Places:
    """Places x four-digit industries; withheld and nothing told apart by counts of establishments.

    Cells with under three establishments are not published. Where the establishments of the
    published parts add up to those of the sector, what is not listed is nothing, else unknown.
    """
    frame = pl.read_parquet(folder / "us-states" / "metro_employment_naics_2019.parquet")
    cell = {(p, c): (round(n), v) for p, c, n, v in frame.select(
        "cbsa_code", "naics_code", "ESTAB", "EMP").iter_rows()}  # fmt: skip
    four = frame.filter(pl.col("naics_level") == 4)
    sectors = set(frame.filter(pl.col("naics_level") == 2, pl.col("naics_code") != "00")
                  ["naics_code"])  # fmt: skip
    places, groups = sorted(set(four["cbsa_code"])), sorted(set(four["naics_code"]))
    threes = sorted({c[:3] for c in groups})
    table = np.full((len(places), len(groups)), np.nan)
    for r, place in enumerate(places):
        def count(codes: list[str], place: str = place) -> int:
            return sum(cell.get((place, c), (0, 0.0))[0] for c in codes)

        top = [*sectors, *(t for t in threes if t[:2] not in sectors)]
        left = count(["00"]) - count(top)
        of_sector = {s: count([s]) - count([t for t in threes if t[:2] == s])
                     if (place, s) in cell else left for s in sectors}  # fmt: skip
        of_three = {t: count([t]) - count([c for c in groups if c[:3] == t])
                    if (place, t) in cell else of_sector.get(t[:2], left)
                    for t in threes}  # fmt: skip
        for c, code in enumerate(groups):
            if (place, code) in cell:
                table[r, c] = cell[place, code][1]
            elif of_three[code[:3]] == 0:
                table[r, c] = 0
    return Places(tuple(places), tuple(groups), table)


#: Bands of places by employment, the largest first.
BANDS = ((0, 10), (10, 50), (50, 200), (200, 500), (500, 933))
NAMED = {"19820": "Detroit", "41940": "San Jose", "21140": "Elkhart", "48620": "Wichita",
         "19140": "Dalton", "33260": "Midland, Texas"}  # fmt: skip


def percentiles(places: Places, found: Landscape) -> list[float]:
    """Mean percentile of complexity in bands of places by employment."""
    at = 100 * rankdata(found.order.regions) / len(places.places)
    size = np.argsort(np.argsort(-np.nansum(places.table, axis=1)))
    return [float(at[(size >= low) & (size < high)].mean()) for low, high in BANDS]


def metro_block(places: Places) -> str:
    """The table read twice: withheld kept apart, and withheld read as zero."""
    known, zero = landscape(places.table), landscape(np.nan_to_num(places.table))
    held = np.isfinite(places.table)
    both = [spearmanr(getattr(known.order, side), getattr(zero.order, side)).statistic
            for side in ("regions", "activities")]  # fmt: skip
    lines = [
        f"Withheld kept apart: {known.text}.", "", f"Withheld read as zero: {zero.text}.", "",
        f"Of the cells {int((places.table > 0).sum()):,} are published with somebody in them, "
        f"{int((places.table == 0).sum()):,} are nothing, {int((~held).sum()):,} withheld. "
        f"Presences: {int(known.present.sum()):,} and {int(zero.present.sum()):,} with zeros. "
        f"Rank correlation of the two readings: {both[0]:.3f} over places, {both[1]:.3f} over "
        "industries.", "",
        "| places by employment | mean percentile of complexity | withheld read as zero |",
        "| --- | ---: | ---: |",
    ]  # fmt: skip
    lines += [
        f"| {low + 1} to {high} | {a:.0f} | {b:.0f} |" for (low, high), a, b in zip(
            BANDS, percentiles(places, known), percentiles(places, zero), strict=True)
    ]  # fmt: skip
    lines += ["", "| place | highest quotients (NAICS) | withheld read as zero |",
              "| --- | --- | --- |"]  # fmt: skip
    for place, name in NAMED.items():
        first, second = (", ".join(places.leading(read, place, 3)) for read in (known, zero))
        lines.append(f"| {name} | {first} | {second} |")
    return "\n".join(lines)


# classes of patents


@dataclass(frozen=True)
class Sample:
    """Patents x classes, patents x assignees, both 0 and 1."""

    classes: tuple[str, ...]
    incidence: csr_matrix
    holds: csr_matrix


def sample(folder: Path) -> Sample:
    """United States patents with a CPC subclass, 1976 to 2022, as sampled."""
    read = {n: pl.read_parquet(folder / "networks" / f"uspto_sample_{n}.parquet")
            for n in ("cpc", "assignees")}  # fmt: skip
    coded = read["cpc"].select("patent_id", other="cpc_subclass").unique()
    row = coded.select("patent_id").unique().sort("patent_id").with_row_index("row")
    held = read["assignees"].select("patent_id", other="org_norm").drop_nulls().unique()

    def matrix(pairs: pl.DataFrame) -> tuple[tuple[str, ...], csr_matrix]:
        column = pairs.select("other").unique().sort("other").with_row_index("column")
        at = pairs.join(row, on="patent_id").join(column, on="other")
        shape = row.height, column.height
        where = at["row"].to_numpy(), at["column"].to_numpy()
        return tuple(column["other"]), csr_matrix((np.ones(at.height), where), shape=shape)

    classes, incidence = matrix(coded)
    return Sample(classes, incidence, matrix(held)[1])


def shrunk_generality(apart: np.ndarray) -> np.ndarray:
    r"""1 less the Herfindahl index of shares drawn towards those of all classes.

    .. math:: \lambda_k = \frac{1 - \sum_j s_{kj}^2}{(N_k - 1) \sum_j (t_j - s_{kj})^2}

    Source: James-Stein shares, Hausser & Strimmer 2009, JMLR 10, 1469-1484.
    """
    n = apart.sum(axis=1)
    share = apart / np.maximum(n, 1)[:, None]
    target = np.tile(apart.sum(axis=0), (len(apart), 1))
    np.fill_diagonal(target, 0)
    target /= target.sum(axis=1, keepdims=True)
    over, under = 1 - (share**2).sum(axis=1), (n - 1) * ((target - share) ** 2).sum(axis=1)
    drawn = np.clip(np.divide(over, under, out=np.ones(len(n)), where=under > 0), 0, 1)[:, None]
    return np.where(n > 0, 1 - ((drawn * target + (1 - drawn) * share) ** 2).sum(axis=1), np.nan)


def measured(sample: Sample, weight: np.ndarray) -> dict[str, np.ndarray]:
    """Each way to rank classes, from weighted patents."""
    both = joint(sample.incidence, weight)
    apart = off_diagonal(both)
    n = apart.sum(axis=1)
    share = apart / np.maximum(n, 1)[:, None]
    used = weight > 0
    adopters = np.asarray(((sample.incidence[used].T @ sample.holds[used]) > 0).sum(axis=1))
    return {
        "patents": np.diag(both).copy(),
        "adopters": adopters.ravel().astype(float),
        "breadth of association": breadth(both),
        "betweenness": betweenness(both),
        "betweenness, length 1 / joint patents": weighted_paths(apart),
        "generality, plain": np.where(n > 0, 1 - (share**2).sum(axis=1), np.nan),
        "generality, corrected": generality(apart),
        "generality, shrunk": shrunk_generality(apart),
    }


@dataclass(frozen=True)
class Stability:
    """How far a ranking of all patents is that of half of them.

    ``first`` share of the first fifteen that are the same, mean and extremes over halves;
    ``quarter`` of the upper quarter; ``with_count`` rank correlation with counting patents;
    ``shared`` of the first fifteen that counting has too.
    """

    first: tuple[float, float, float]
    quarter: float
    with_count: float
    shared: int


def _highest(values: np.ndarray, count: int) -> set[int]:
    return set(np.argsort(-np.nan_to_num(values, nan=-1.0), kind="stable")[:count].tolist())


def stability(sample: Sample, least: tuple[int, ...] = (1, LEAST)) -> dict[
    int, dict[str, Stability]
]:  # fmt: skip
    """Ranking -> its stability, among classes with at least so many patents."""
    rng, size = np.random.default_rng(0), sample.incidence.shape[0]
    full = measured(sample, np.ones(size))
    halves = []
    for _ in range(HALVES):
        weight = np.zeros(size)
        weight[rng.permutation(size)[: size // 2]] = 1
        halves.append(measured(sample, weight))
    found: dict[int, dict[str, Stability]] = {}
    for low in least:
        kept = full["patents"] >= low
        quarter = int(kept.sum()) // 4
        most = _highest(full["patents"][kept], TOP)
        found[low] = {}
        for name, values in full.items():
            own = values[kept]
            first, again = _highest(own, TOP), _highest(own, quarter)
            same = [len(first & _highest(h[name][kept], TOP)) / TOP for h in halves]
            upper = [len(again & _highest(h[name][kept], quarter)) / quarter for h in halves]
            told = np.isfinite(own)
            found[low][name] = Stability(
                (float(np.mean(same)), min(same), max(same)), float(np.mean(upper)),
                float(spearmanr(own[told], full["patents"][kept][told]).statistic),
                len(first & most),
            )  # fmt: skip
    return found


def stability_block(sample: Sample, found: Mapping[int, Mapping[str, Stability]]) -> str:
    """One row a way to rank, all classes and those with enough patents side by side."""
    count = np.asarray(sample.incidence.sum(axis=0)).ravel()
    lines = [f"{sample.incidence.shape[0]:,} patents, {int(count.sum()):,} pairs of patent and "
             f"class, {len(count)} classes, {int((count >= LEAST).sum())} of them with at least "
             f"{LEAST} patents; {HALVES} halves.", ""]  # fmt: skip
    heads = ["ranked by"]
    for low in found:
        who = "all classes" if low == 1 else f"{low} patents or more"
        heads += [f"{who}: first {TOP} again", "upper quarter again", "correlation with counts",
                  f"of the first {TOP} by counts"]  # fmt: skip
    lines += ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for name in found[LEAST]:
        cells = [name]
        for of in found.values():
            s = of[name]
            cells += [f"{100 * s.first[0]:.0f}% ({100 * s.first[1]:.0f} to {100 * s.first[2]:.0f})",
                      f"{100 * s.quarter:.0f}%", f"{s.with_count:.2f}", str(s.shared)]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


# the page


def marked(text: str, name: str) -> str:
    """What stands on the page between the marks of a table."""
    found = re.search(rf"<!-- begin {name} -->\n(.*?)\n<!-- end {name} -->", text, re.S)
    if found is None:
        raise LookupError(f"no marks of {name} in {DOC.name}")
    return found[1]


def put(text: str, name: str, block: str) -> str:
    """The page with a table made again."""
    begin, end = f"<!-- begin {name} -->\n", f"\n<!-- end {name} -->"
    return text.replace(begin + marked(text, name) + end, begin + block + end)


def same(printed: str, computed: str) -> bool:
    """Whether words are equal and numbers within one unit of their last digit."""
    number = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
    if number.sub("#", printed) != number.sub("#", computed):
        return False
    pairs = zip(number.findall(printed), number.findall(computed), strict=True)
    for one, two in pairs:
        unit = 10.0 ** -len(one.partition(".")[2])
        a, b = float(one.replace(",", "")), float(two.replace(",", ""))
        if abs(a - b) > (1.01 * unit if "." in one else 0):
            return False
    return True
