"""A plan held against the evidence of a region: of a study, of a finished run, of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from regionlift.data.dataset import Dataset, open_dataset
from regionlift.data.problems import in_sheet
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.settings import Settings
from regionlift.measures.peers import choose_peers
from regionlift.paths.chosen import chosen_for
from regionlift.plan.context import Context, context_from_run, context_of
from regionlift.plan.lint import lint
from regionlift.plan.model import LintReport
from regionlift.plan.sheet import Sheet, read_plan
from regionlift.plan.targets import realism
from regionlift.study.chain import ChainStudy, chain_study
from regionlift.study.paths import links_table
from regionlift.study.region import Study

#: Measures whose quotients tell what a region is specialised in.
_QUOTIENTS = ("location_quotient_employment", "location_quotient_value_added")


def lint_plan(
    plan: Path | str,
    *,
    out: Path | str | None = None,
    dataset: Path | str | None = None,
    region: str = "",
    sheet: str = "",
    neighbours: Sequence[str] = (),
) -> LintReport:
    """Lint a plan, alone or against the evidence of a finished run or of a dataset.

    Parameters
    ----------
    plan : CSV, XLSX or Parquet in the layout of the contract's plan table
    out : folder of a finished run
    dataset : folder of a dataset, where there is no run; what a plan needs is measured, not more
    region : the region; the run's or the manifest's own where empty
    sheet : sheet of the workbook; else every sheet with a plan's headers
    neighbours : regions whose priorities may have been copied; the peers where empty

    Raises
    ------
    DatasetError
        If no plan, or no dataset, can be read.
    LookupError
        If the run is about another region, or the region is not in the dataset.
    """
    if out is not None and dataset is not None:
        raise ValueError("give a finished run (out) or a dataset, not both")
    read = read_plan(plan, sheet)
    if out is not None:
        return lint(read, context_from_run(out, region, neighbours))
    if dataset is None:
        if region or neighbours:
            raise ValueError("a region or neighbours need a run (out) or a dataset to look at")
        return lint(read)
    return lint(read, _of_dataset(open_dataset(dataset), region, neighbours, read))


def lint_study(study: Study) -> LintReport | None:
    """Lint of the plan in a study's dataset; None where it has none."""
    if "plan" not in study.dataset.tables:
        return None
    files = [in_sheet(s.file, s.sheet) for s in study.dataset.sources if s.table == "plan"]
    sheet = Sheet(", ".join(files), study.dataset.tables["plan"], (), ())
    return lint(sheet, study_context(study))


def study_context(study: Study) -> Context:
    """Evidence of a study that a plan is held against."""
    tables = {**_tables(study.dataset, study.chain), "path_links": links_table(study.paths)}
    found = context_of(study.region, tables, study.frames, study.settings, study.peers.members,
                       study.year)  # fmt: skip
    return _bound(found, study.dataset)


def _of_dataset(
    dataset: Dataset, region: str, neighbours: Sequence[str], plan: Sheet
) -> Context:  # fmt: skip
    _, chosen = chosen_for(dataset)
    name = dataset.region(region)
    known = dataset.regions()
    if unknown := [n for n in neighbours if n not in known]:
        raise LookupError(f"no region {', '.join(unknown)} in the dataset")
    frames = _frames(dataset, chosen, plan)
    chain = chain_study(dataset, frames, name, chosen, None)
    near = neighbours or choose_peers(dataset, name, chosen, None).members
    found = context_of(name, _tables(dataset, chain), frames, chosen, near)
    return _bound(found, dataset)


def _bound(found: Context, dataset: Dataset) -> Context:
    """With the breaks of the dataset's series, its currency, and whether it is generated."""
    synthetic = dataset.manifest.dataset.synthetic
    return replace(found, realism=partial(realism, dataset=dataset), synthetic=synthetic,
                   unit=dataset.unit("million {currency}"))  # fmt: skip


def _frames(dataset: Dataset, chosen: Settings, plan: Sheet) -> dict[str, pl.DataFrame]:
    """The quotients, and the measures that the plan names as indicators."""
    named = plan.frame["measure"].drop_nulls().to_list() if "measure" in plan.frame.columns else []
    found = {}
    for id in dict.fromkeys([*_QUOTIENTS, *named]):
        measure = registry().get(id)
        if isinstance(measure, Measure):
            found[id] = measure(dataset, chosen)
    return found


def _tables(dataset: Dataset, chain: ChainStudy) -> Mapping[str, pl.DataFrame]:
    """Tables of the dataset with the links of the chain, as the ledger has them."""
    if chain.chain is None:
        return dataset.tables
    rows = [
        {"node_id": id, "name": chain.chain.node(id).name, "value at stake": chain.facts[id].unmet,
         "evidence": f"chain_unmet/{chain.region}|{id}/{chain.year}"}
        for id in chain.calls
    ]  # fmt: skip
    kinds = {"node_id": pl.String, "name": pl.String, "value at stake": pl.Float64,
             "evidence": pl.String}  # fmt: skip
    return {**dataset.tables, "chain_links": pl.DataFrame(rows, schema=kinds)}
