"""The payload of the report: what the page shows, computed once."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import duckdb

from regionlift.output.evidence import Book
from regionlift.output.pages.alliances import alliances
from regionlift.output.pages.answer import answer
from regionlift.output.pages.chain import chain
from regionlift.output.pages.common import page
from regionlift.output.pages.conditions import conditions, order
from regionlift.output.pages.convergence import convergence
from regionlift.output.pages.dependency import dependency
from regionlift.output.pages.drivers import drivers
from regionlift.output.pages.government import government
from regionlift.output.pages.limits import hindcast, index, methods
from regionlift.output.pages.matching import matching
from regionlift.output.pages.network import network
from regionlift.output.pages.options import options
from regionlift.output.pages.passport import passport
from regionlift.output.pages.plan_lint import plan_lint
from regionlift.output.pages.platform import platform
from regionlift.output.pages.position import position
from regionlift.output.pages.processes import processes
from regionlift.output.pages.roadmap import actions, roadmap
from regionlift.output.pages.scenarios import what_if
from regionlift.output.pages.stage import stage
from regionlift.output.pages.structure import structure
from regionlift.output.pages.technology import technology
from regionlift.output.pages.tested import tested
from regionlift.output.paths_block import found, path_block
from regionlift.output.payload import Page, Payload
from regionlift.paths.load import SHIPPED
from regionlift.study import Study
from regionlift.study.plan import lint_study

#: Questions the pages answer, in reading order.
QUESTIONS = (
    ("have", "What do we have?"),
    ("strong", "Where are we strong?"),
    ("network", "Who works with whom?"),
    ("technology", "Which technologies matter?"),
    ("chain", "Which link is broken?"),
    ("platform", "Does the platform work?"),
    ("government", "What does government do?"),
    ("path", "Which path fits?"),
    ("plan", "What to do, and does the plan hold?"),
    ("sure", "How sure?"),
)

GLOSSARY = {
    "percentile": "Share of the peers below the region; 50 is the middle.",
    "resamples": "Repetitions with other weights on the sub-industries: how far a result rests "
    "on a single one of them.",
    "location quotient": "Share of an industry in the region over its share in the reference area.",
    "derived": "Modelled from figures of a larger area, not observed in the region.",
    "suppressed": "Known to the statistical office and withheld to protect single firms.",
    "interval": "Range that holds the number in 90% of resamples, unless another share is set.",
    "persistence": "The forecast that nothing changes.",
    "joint event": "A joint project, or a patent with several applicants.",
    "value at stake": "Local demand that local output could not meet even if none were sold "
    "elsewhere.",
    "relatedness density": "Share of the industries found in the same places as this one that the "
    "region has.",
    "first broken link": "The earliest link of a path, in causal order, that does not hold.",
    "membership": "Degree to which a condition holds, from 0 to 1; 0.5 is at the threshold.",
    "share of settings": "Of many draws of all thresholds, each over its range, those in which the "
    "answer stays the same.",
    "house value": "A threshold set by the makers of this tool, with a range, where neither the "
    "paper nor the peers give one.",
    "block": "The sub-industries that make up equipment manufacturing in this scope.",
}


def payload(study: Study, ledger: duckdb.DuckDBPyConnection) -> Payload:
    """Everything the page of one region shows; rows behind numbers come from the open ledger."""
    chain_ = study.chain.chain
    book = Book({} if chain_ is None else {n.id: n.name for n in chain_.nodes})
    pages = [
        answer(study, book), passport(study, book), position(study, book), stage(study, book),
        drivers(study, book), structure(study, book), network(study, book),
        convergence(study, book), technology(study, book), options(study, book),
        alliances(study, book), chain(study, book), dependency(study, book),
        platform(study, book), processes(study, book), matching(study, book),
        conditions(study, book), order(study, book),
        *_more_paths(study, book), government(study, book),
        roadmap(study, book), actions(study, book), *_plan(study, book),
        what_if(study, book),
        hindcast(study, book), tested(study, book), methods(study, book), index(study, book),
    ]  # fmt: skip
    identity = study.dataset.manifest.dataset
    title = f"{study.region}: equipment manufacturing"
    return {
        "title": title,
        "region": study.region,
        "subtitle": identity.title,
        "synthetic": identity.synthetic,
        "language": "en",
        "facts": facts(study),
        "questions": [{"id": id, "title": text} for id, text in QUESTIONS],
        "pages": pages,
        "evidence": book.records(ledger),
        "glossary": GLOSSARY,
        "trace": "regionlift trace {id} --out .",
    }


def _more_paths(study: Study, book: Book) -> list[Page]:
    """A page for every path beside the three of the package, numbered after all others."""
    more = [p for p in study.paths.paths if p.path.id not in SHIPPED]
    return [
        page(f"path-{p.path.id}", number, "path", p.path.title, found(p),
             [path_block(study, p.path.id, book)])
        for number, p in enumerate(more, start=28)
    ]  # fmt: skip


def _plan(study: Study, book: Book) -> list[Page]:
    """Page 22, where the dataset has a plan."""
    found = plan_lint(study, book, lint_study(study))
    return [] if found is None else [found]


def facts(study: Study) -> list[Any]:
    """Label and value pairs for the foot of every page."""
    identity, scope = study.dataset.manifest.dataset, study.dataset.scope
    left_out = ", ".join(study.dataset.without)
    found = [
        ("Scope", f"{scope.title}" + (f", without {left_out}" if left_out else "")),
        ("Source", identity.source),
        ("Licence", identity.licence),
        ("Inputs", study.dataset.fingerprint[:12]),
        ("Results", study.result_hash[:12]),
        ("regionlift", version("regionlift")),
    ]
    return [{"label": label, "value": value} for label, value in found if value]
