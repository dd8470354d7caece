"""Citations between the patents, and what the patents show about the planted technologies."""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.data.synthetic.catalogue import COMPANIONS, DECOYS
from regionlift.data.synthetic.orgs import Cast
from regionlift.data.synthetic.patents import Filings, Flags, Ints, patent_ids
from regionlift.data.synthetic.truths import KeyTechnology, TechnologyTruths

#: Mean number of citations, and the share of key patents that cite by key class.
CITED_EACH = 1.6
BY_KEY = 0.75
LARGEST = 5


def cite(rng: np.random.Generator, filings: Filings, broken: int) -> pl.DataFrame:
    """Citations to earlier patents of the same topic: the key class, or else the first class.

    Where diffusion is broken, no patent with a local applicant outside the alliance cites what
    the alliance filed in that key class.
    """
    size = len(filings.years)
    by_key = (filings.key >= 0) & (rng.random(size) < BY_KEY)
    topic = np.where(by_key, filings.key.astype(str), filings.primary)
    citing = np.repeat(np.arange(size), rng.poisson(CITED_EACH, size))
    cited = np.full(len(citing), -1)
    draw = rng.random(len(citing))
    for name in np.unique(topic):
        same = filings.key == int(name) if name.isdigit() else filings.primary == name
        pool = np.flatnonzero(same)
        mine = np.flatnonzero(topic[citing] == name)
        # Filings are in order of year: the first so many of the pool are older.
        older = np.searchsorted(filings.years[pool], filings.years[citing[mine]], side="left")
        found = older > 0
        cited[mine[found]] = pool[(draw[mine[found]] * older[found]).astype(int)]
    kept = (cited >= 0) & ~_withheld(filings, citing, cited, broken)
    pairs = np.unique(np.column_stack([citing[kept], cited[kept]]), axis=0)
    ids = np.array(patent_ids(filings))
    foreign = filings.holders.foreign[filings.owner[pairs[:, 1]]]
    return pl.DataFrame(
        {
            "citing": ids[pairs[:, 0]].tolist(),
            "cited": ids[pairs[:, 1]].tolist(),
            "cited_foreign": np.where(foreign, "yes", "no").tolist(),
        }
    )


def _withheld(filings: Filings, citing: Ints, cited: Ints, broken: int) -> Flags:
    """Pairs in which a local outsider would cite the alliance on the broken key class."""
    member = filings.holders.member[:, broken]
    outsider = filings.holders.local & ~member
    allied = (filings.key == broken) & _any_applicant(filings, member)
    return np.asarray(_any_applicant(filings, outsider)[citing] & allied[cited])


def _any_applicant(filings: Filings, trait: Flags) -> Flags:
    second = (filings.second >= 0) & trait[filings.second]
    return np.asarray(trait[filings.owner] | second)


def count_citations(patents: pl.DataFrame, citations: pl.DataFrame) -> pl.DataFrame:
    """Patents with the number of citations each received in the citations table."""
    received = citations.group_by(patent_id="cited").agg(citations=pl.len().cast(pl.Int64))
    return patents.join(received, on="patent_id", how="left", maintain_order="left").with_columns(
        pl.col("citations").fill_null(0)
    )


def technology_truths(
    cast: Cast, applicants: pl.DataFrame, codes: pl.DataFrame
) -> TechnologyTruths:
    """The planted technologies with their holders, read from the finished tables."""
    held = codes.join(applicants, on="patent_id").group_by("code", "org_id").len()
    ranked = held.sort(["len", "org_id"], descending=[True, False])

    def largest(code: str) -> list[str]:
        return ranked.filter(pl.col("code") == code)["org_id"].head(LARGEST).to_list()

    mastered, broken, _ = cast.keys
    return TechnologyTruths(
        key=[
            KeyTechnology(
                code=key,
                mastered=key in (mastered, broken),
                alliance=cast.alliances.get(key, []),
                holders=largest(key),
                missing_competence=COMPANIONS[key],
                missing_competence_holders=largest(COMPANIONS[key]),
                diffusion_broken=key == broken,
            )
            for key in cast.keys
        ],
        decoys=list(DECOYS.values()),
    )
