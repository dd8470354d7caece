"""Alliances of two real regions: co-patents at the European Patent Office with public research."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from recount import parts
from regionlift.measures.technology.alliances import consortia
from regionlift.measures.technology.diffusion import alliances, spread
from regionlift.measures.technology.filings import Applicant, Filings

#: Their sectors, as types of the contract.
TYPES = {"COMPANY": "enterprise", "UNIVERSITY": "university", "GOV NON-PROFIT": "institute"}
FIRST, LAST = 1999, 2013


def _filings(folder: Path, region: str) -> Filings:
    """Applications of the window with their WIPO fields, and the applicants of all regions."""
    read = {name: pl.read_parquet(folder / "networks" / f"copatent_epo_{name}.parquet")
            for name in ("applications", "applicants", "fields")}  # fmt: skip
    filed = read["applications"].filter(pl.col("filing_year").is_between(FIRST, LAST))
    years = dict(filed.select("appln_id", "filing_year").iter_rows())
    who = read["applicants"].filter(pl.col("psn_name").is_not_null())
    who = who.filter(pl.col("appln_id").is_in(list(years)))
    fields = read["fields"].filter(pl.col("appln_id").is_in(who["appln_id"].implode()),
                                   pl.col("techn_field").is_not_null())  # fmt: skip
    ids = sorted(set(who["appln_id"]) & set(fields["appln_id"]))
    row = {a: n for n, a in enumerate(ids)}
    names = who.group_by("psn_name").agg(
        pl.col("nuts2").drop_nulls().mode().sort().first(), pl.col("psn_sector").drop_nulls().mode()
        .sort().first()).sort("psn_name")  # fmt: skip
    known = tuple(Applicant(n, n, TYPES.get(s or "", ""), r or "", "", False)
                  for n, r, s in names.iter_rows())  # fmt: skip
    place = {a.id: n for n, a in enumerate(known)}
    classes = tuple(sorted(set(fields["techn_field"])))
    column = {c: n for n, c in enumerate(classes)}

    def matrix(pairs: set[tuple[int, int]], width: int) -> csr_matrix:
        at = np.array(sorted(pairs)).T
        return csr_matrix((np.ones(at.shape[1]), tuple(at)), shape=(len(ids), width))

    incidence = matrix({(row[a], column[f]) for a, f in fields.select(
        "appln_id", "techn_field").iter_rows() if a in row}, len(classes))  # fmt: skip
    holds = matrix({(row[a], place[n]) for a, n in who.select(
        "appln_id", "psn_name").iter_rows() if a in row}, len(known))  # fmt: skip
    ours = np.array([a.region == region for a in known], dtype=float)
    return Filings(region, FIRST, LAST, tuple(ids), np.array([years[a] for a in ids]), classes,
                   incidence, known, holds, np.asarray(holds @ ours > 0), None, ())  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(("region", "count"), [("DE11", 0), ("FR71", 6)])
def test_alliances_of_stuttgart_and_rhone_alpes(
    region: str, count: int, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stuttgart has none: its research bodies file from headquarters elsewhere."""
    found = _filings(shared_data, region)
    dataset = SimpleNamespace(has=lambda *_: False, tables={})
    groups = alliances(dataset, found)
    by_hand = _by_hand(found)
    assert {k: a.members for k, a in groups.items()} == by_hand
    assert len(groups) == count
    with capsys.disabled():
        print(f"\n{region}: {len(found.ids):,} applications, {int(found.local.sum())} local, "
              f"{len(groups)} fields with an alliance")  # fmt: skip
        for k, a in sorted(groups.items(), key=lambda g: -len(g[1].members))[:4]:
            s = spread(found, k, a, None)
            print(f"  {k}: {len(a.members)} members, {s.total} adopters, {s.outside} outside")
    for k in list(groups)[:2]:
        teams = consortia(found, k, 0.1, {}).teams
        assert teams
        assert all(found.applicants[_place(found, i)].region == region
                   for t in teams for i in t.members)  # fmt: skip


def _place(found: Filings, id: str) -> int:
    return next(n for n, a in enumerate(found.applicants) if a.id == id)


def _by_hand(found: Filings) -> dict[str, set[str]]:
    """The largest chain of pairs that met twice in a field, a firm and a research body in it."""
    result = {}
    for k, klass in enumerate(found.classes):
        met: dict[tuple[str, str], int] = {}
        for row in np.flatnonzero(found.incidence[:, [k]].toarray().ravel()):
            here = sorted(a.id for a, h in zip(found.applicants, found.holds[row].toarray()[0],
                                               strict=True) if h and a.region == found.region)
            for i, one in enumerate(here):
                for two in here[i + 1 :]:
                    met[one, two] = met.get((one, two), 0) + 1
        for members in sorted(parts([pair for pair, n in met.items() if n >= 2]), key=sorted):
            kinds = {a.type for a in found.applicants if a.id in members}
            if len(members) >= max(3, len(result.get(klass, ()))) and (not any(kinds) or (
                    "enterprise" in kinds and kinds & {"university", "institute"})):  # fmt: skip
                result[klass] = members
    return result
