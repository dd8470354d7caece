"""The files of a run: ledger, report, lists."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.ledger import LEDGER, write_ledger
from regionlift.evidence.measure import registry, to_rows
from regionlift.evidence.verdict import to_frame as verdict_frame
from regionlift.output.chain_lists import chain_tables
from regionlift.output.exchange import write_exchange
from regionlift.output.laws_lists import laws_tables
from regionlift.output.lists import write_lists, write_workbook
from regionlift.output.page import render
from regionlift.output.path_lists import path_tables, roadmap_sheets, write_roadmap
from regionlift.output.platform_lists import platform_tables
from regionlift.output.policy_lists import policy_tables
from regionlift.output.report import payload
from regionlift.output.technology_lists import technology_tables
from regionlift.plan.lint import findings_frame
from regionlift.study import NetworkStudy, Study
from regionlift.study.plan import lint_study

REPORT, LISTS, ROADMAP = "report.html", "lists.xlsx", "roadmap"

#: Folder of the network's exchange files, where the tables hold one.
NETWORK = "network"


def write_data(path: Path, dataset: Dataset) -> None:
    """Begin a ledger with the data tables: the same for every region of a dataset."""
    write_ledger(path, dataset.tables)


def write_study(study: Study, folder: Path, begun: Path | None = None) -> None:
    """Write ledger, report and lists of one study into an empty folder.

    ``begun`` is a ledger that holds the data tables already; it is copied, not changed.
    """
    if begun is None:
        write_data(folder / LEDGER, study.dataset)
    else:
        shutil.copyfile(begun, folder / LEDGER)
    write_ledger(folder / LEDGER, ledger_tables(study))
    with duckdb.connect(str(folder / LEDGER), read_only=True) as ledger:
        page = render(payload(study, ledger))
    (folder / REPORT).write_text(page, encoding="utf-8")
    write_lists(folder / LISTS, study)
    identity = study.dataset.manifest.dataset
    write_workbook(folder / f"{ROADMAP}.xlsx", roadmap_sheets(study), identity.synthetic,
                   identity.currency)  # fmt: skip
    write_roadmap(folder / f"{ROADMAP}.json", study)
    if study.network is not None:
        write_network(folder / NETWORK, study.network)


def write_network(folder: Path, network: NetworkStudy) -> None:
    """The network for Gephi, Pajek and VOSviewer: the region's ties, inside and to elsewhere.

    Ties between two organisations of elsewhere are left out: they are in the tables only where
    an event has a member of the region.
    """
    shape = network.structure
    place = {i: v for v, i in enumerate(shape.home.ids)}
    order = np.array([place.get(i, -1) for i in network.affiliations.ids])
    inside = order >= 0
    labels = None
    if shape.communities is not None:
        labels = np.where(inside, shape.communities.labels[order], -1)
    write_exchange(
        folder, network.affiliations, layers=np.where(inside, shape.layer[order], -1),
        communities=labels, cores=shape.cores.core,
    )  # fmt: skip
    if network.outlook.protocol:
        (folder / "odd.md").write_text(network.outlook.protocol, encoding="utf-8")


def ledger_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Every table of the ledger beside the data: numbers, verdicts, and what they mean."""
    settings = [
        {"name": t.name, "value": t.value, "low": t.low, "high": t.high, "meaning": t.meaning,
         "source": t.source, "origin": t.origin}
        for t in study.settings.thresholds.values()
    ]  # fmt: skip
    problems = pl.DataFrame(
        [asdict(p) for p in study.dataset.warnings],
        schema_overrides={"row": pl.Int64},
        infer_schema_length=None,
    )
    return {
        "quantities": study.quantities,
        "verdicts": verdict_frame([*study.verdicts, *study.paths.verdicts]),
        "measures": pl.DataFrame(to_rows(registry().values())),
        "thresholds": pl.DataFrame(settings),
        "sources": pl.DataFrame([asdict(s) for s in study.dataset.sources]),
        "problems": problems,
        "peers": study.peers.table,
        "profiles": study.rates.profiles,
        "network_organisations": study.roster,
        **network_tables(study.network),
        **chain_tables(study.chain),
        **technology_tables(study),
        **plan_tables(study),
        **platform_tables(study),
        **policy_tables(study),
        **path_tables(study),
        **laws_tables(study),
    }


def plan_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Findings of the plan in the dataset; none without one."""
    found = lint_study(study)
    return {} if found is None else {"plan_lint": findings_frame(found)}


def network_tables(network: NetworkStudy | None) -> dict[str, pl.DataFrame]:
    """Structure, turnover and ties of the network, row by row."""
    if network is None:
        return {}
    return {
        "network_structure": network.structure.organisations,
        "network_mixing": network.structure.mixing,
        "network_turnover": network.dynamics.by_type,
        "network_tie_years": network.dynamics.ties,
    }
