"""Technologies as tables: sheets of the workbook and tables of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from regionlift.data.symbols import title
from regionlift.study import Study, TechnologyStudy
from regionlift.study.entry import EntryStudy, kind_of
from regionlift.study.technology import front_table

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]


def technology_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Candidates with axes and ranks, teams, holders elsewhere, options, tests of entry."""
    done = study.technology
    frames = {"entry_tests": entry_table([*([done.entry] if done.entry else []),
                                          study.industries])}  # fmt: skip
    if done.filings is None:
        return {name: frame for name, frame in frames.items() if frame.width}
    frames = {
        "technologies": front_table(done), "technology_teams": _teams(done),
        "technology_outsiders": _outsiders(done), "technology_options": _options(done),
        "technology_alliances": _seen(done), "technology_uptake": _uptake(done),
        "technology_foreigners": _foreigners(done), "technology_portfolios": _portfolios(done),
        "technology_topics": _topics(done), "patents_not_counted": done.filings.rows_out,
        **frames,
    }  # fmt: skip
    return {name: frame for name, frame in frames.items() if frame.width and frame.height}


def technology_sheets(study: Study) -> Mapping[str, Sheet]:
    """The same as sheets."""
    titles = {
        "technologies": "key technologies", "technology_teams": "alliances",
        "technology_alliances": "alliances seen", "technology_uptake": "adopters by year",
        "technology_foreigners": "partners abroad", "technology_portfolios": "portfolios",
        "technology_outsiders": "outside holders", "technology_options": "options",
        "entry_tests": "tests of entry",
        "technology_topics": "topics", "patents_not_counted": "patents not counted",
    }  # fmt: skip
    return {
        titles[name]: (frame.columns, [list(row) for row in frame.iter_rows()])
        for name, frame in technology_tables(study).items()
    }


def _teams(done: TechnologyStudy) -> pl.DataFrame:
    found = done.filings
    names = {} if found is None else {a.id: a for a in found.applicants}
    kinds = {"technology": pl.String, "title": pl.String, "team": pl.Int64, "org_id": pl.String,
             "name": pl.String, "type": pl.String, "holds": pl.String, "needed": pl.String,
             "nobody here holds": pl.String, "team covers": pl.Float64, "team unlike": pl.Float64,
             "team met before": pl.Float64, "team patents in it": pl.Int64}  # fmt: skip
    rows = [
        {"technology": k, "title": title(k), "team": n, "org_id": i,
         "name": names[i].name, "type": names[i].type,
         "holds": "; ".join(need.klass for need in c.needs if i in need.holders),
         "needed": "; ".join(need.klass for need in c.needs),
         "nobody here holds": "; ".join(c.lacks), "team covers": team.coverage,
         "team unlike": team.complementarity, "team met before": team.ties,
         "team patents in it": team.patents}
        for k, c in done.consortia.items() for n, team in enumerate(c.teams, start=1)
        for i in team.members
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _outsiders(done: TechnologyStudy) -> pl.DataFrame:
    kinds = {"technology": pl.String, "title": pl.String, "missing competence": pl.String,
             "title of the missing": pl.String, "org_id": pl.String,
             "name": pl.String, "region": pl.String, "abroad": pl.Boolean, "patents": pl.Int64,
             "partners here": pl.Int64}  # fmt: skip
    rows = [
        {"technology": k, "title": title(k), "missing competence": o.klass,
         "title of the missing": title(o.klass), "org_id": o.who.id, "name": o.who.name,
         "region": o.who.region, "abroad": o.who.foreign, "patents": o.patents,
         "partners here": o.partners}
        for k, c in done.consortia.items() for o in (*c.outsiders, *c.abroad)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _seen(done: TechnologyStudy) -> pl.DataFrame:
    """A row a member of an alliance seen."""
    rows = [
        {"technology": k, "title": title(k), "org_id": i, "name": done.names.get(i, i),
         "type": done.types.get(i, ""), "joint events of the alliance": s.alliance.events,
         "read from": s.alliance.read_from}
        for k, s in done.spreads.items() if s.alliance for i in sorted(s.alliance.members)
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _uptake(done: TechnologyStudy) -> pl.DataFrame:
    """A row a key technology and year: new adopters and all so far."""
    rows = [
        {"technology": k, "title": title(k), "year": year, "new adopters": new,
         "adopters so far": sum(s.adopters[: n + 1])}
        for k, s in done.spreads.items()
        for n, (year, new) in enumerate(zip(s.years, s.adopters, strict=True))
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _foreigners(done: TechnologyStudy) -> pl.DataFrame:
    """A row a foreign holder of what a key technology needs."""
    rows = [
        {"technology": k, "title": title(k), "org_id": f.id, "name": f.name,
         "has": "; ".join(f.has), "would add": "; ".join(f.adds), "share of the needs": f.gain,
         "unlike": f.unlike, "partners here": f.partners}
        for k, a in done.abroad.items() if a is not None for f in a.foreigners
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _options(done: TechnologyStudy) -> pl.DataFrame:
    kinds = {"technology": pl.String, "title": pl.String, "quarter": pl.String, "kind": pl.String,
             "level": pl.Float64, "relatedness density": pl.Float64,
             "complexity": pl.Float64, "gain": pl.Float64, "patents": pl.Int64,
             "patents here": pl.Int64}  # fmt: skip
    rows = [
        {"technology": o.klass, "title": title(o.klass), "quarter": o.quarter, "kind": kind_of(o),
         "level": o.level, "relatedness density": o.density,
         "complexity": o.complexity, "gain": o.gain, "patents": o.patents,
         "patents here": o.local}
        for o in (done.options.options if done.options else ())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _portfolios(done: TechnologyStudy) -> pl.DataFrame:
    """A row a region: what its technologies are together."""
    found = done.options.portfolios if done.options else None
    if found is None:
        return pl.DataFrame()
    return pl.DataFrame({"region": found.regions, **found.measures}).fill_nan(None)


def _topics(done: TechnologyStudy) -> pl.DataFrame:
    found = done.topics.topics if done.topics else ()
    rows = [{**asdict(t), "words": " ".join(t.words)} for t in found]
    return pl.DataFrame(rows, infer_schema_length=None)


def entry_table(studies: Sequence[EntryStudy]) -> pl.DataFrame:
    """Every predictor of every kind of entry with its scores and their intervals."""
    rows = []
    for s in studies:
        for test in s.tests:
            for score in test.scores:
                row: dict[str, object] = {
                    "source": s.source, "kind of entry": test.definition, "origin": test.origin,
                    "later": test.later, "regions": test.regions, "options": test.options,
                    "entries": test.entries, "predictor": score.predictor,
                    "better here": test.winner,
                }  # fmt: skip
                for name, found in (("average precision", score.average_precision),
                                    ("precision at 10", score.precision), ("AUC", score.auc)):
                    row |= {name: found[0], f"{name} low": found[1], f"{name} high": found[2]}
                rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)
