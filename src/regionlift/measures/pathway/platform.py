"""What a path asks of the network around an innovation platform (C3, b9)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from regionlift.data.dataset import Dataset
from regionlift.measures.cube import Floats
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.numbers import Rows
from regionlift.measures.network.readings import Contrast, percentile_interval, share
from regionlift.measures.pathway.technology import Told, looked_up, untold, values
from regionlift.measures.technology.profile import RECENT

#: Years back to which the variety of actors is compared; organisations below which it is noise.
BACK, LEAST = 5, 10


def core_new_fields(
    dataset: Dataset, cores: tuple[str, ...], years: tuple[int, int], level: float
) -> Told:
    """Share of core enterprises' projects of the last years in a field new to the enterprise.

    ``years`` are the first year of the record and the last year looked at.
    """
    gap = dataset.lacks({"projects": ("project_id", "start_year", "codes"),
                         "members": ("project_id", "org_id")})  # fmt: skip
    if gap:
        return untold(f"not in the dataset: {gap}", gap)
    if not cores:
        return untold("no core enterprise is named", "size, patents and joint projects of more "
                      "enterprises", few=True)  # fmt: skip
    first = years[1] - RECENT + 1
    if years[0] >= first:
        return untold(f"the record begins in {years[0]}: what came before is not seen",
                      "joint projects of earlier years", few=True)  # fmt: skip
    code = "left(replace(upper(trim(c)), ' ', ''), 4)"
    patents = ""
    if not dataset.lacks({"patents": ("patent_id", "app_year"), "codes": ("patent_id", "code"),
                          "applicants": ("patent_id", "org_id")}):  # fmt: skip
        patents = (
            " UNION SELECT k.org_id, p.app_year AS year, c.subclass AS code FROM core k JOIN "
            "applicants USING (org_id) JOIN patents p USING (patent_id) JOIN codes c USING "
            "(patent_id) WHERE c.subclass IS NOT NULL"
        )
    sql = (
        f"WITH core{values([(o,) for o in cores], ('org_id',))}, took AS (SELECT DISTINCT k.org_id,"
        f" p.project_id, p.start_year AS year, {code} AS code FROM core k JOIN members m USING "
        "(org_id) JOIN projects p USING (project_id), unnest(string_split(p.codes, ';')) AS t(c) "
        "WHERE trim(c) <> ''), had AS (SELECT org_id, year, code FROM took"
        f"{patents}), earliest AS (SELECT org_id, code, min(year) AS since FROM had GROUP BY ALL) "
        "SELECT t.org_id, o.name, t.project_id, t.year, string_agg(t.code, '; ' ORDER BY t.code) "
        "AS codes, count(*) FILTER (e.since >= t.year) AS new_codes FROM took t JOIN earliest e "
        f"USING (org_id, code) JOIN orgs o USING (org_id) WHERE t.year BETWEEN {first} AND "
        f"{years[1]} GROUP BY ALL ORDER BY 1, 3"
    )
    found = looked_up(dataset, sql)
    if not found.height:
        return untold(f"no core enterprise is in a project with codes that begins in {first} to "
                      f"{years[1]}", "codes in projects", few=True)  # fmt: skip
    told = share(int((found["new_codes"] > 0).sum()), found.height, level)
    ends = None if told.low is None or told.high is None else (told.low, told.high)
    return Told(told.value, Rows(sql, found.height), found.height, ends)


def entropy(counts: Floats) -> Floats:
    r"""Entropy of each row in bits, :math:`-\sum_k p_k \log_2 p_k`; 0 for a row of nothing.

    Examples
    --------
    >>> entropy(np.array([[2.0, 2.0], [4.0, 0.0], [0.0, 0.0]])).tolist()
    [1.0, 0.0, 0.0]
    """
    whole = counts.sum(axis=-1, keepdims=True)
    p = np.divide(counts, whole, out=np.zeros_like(counts), where=whole > 0)
    return np.asarray(np.abs((p * np.log2(np.where(p > 0, p, 1.0))).sum(axis=-1)))


def active_types(home: Affiliations, year: int) -> NDArray[np.bool_]:
    """(n,) organisations of known type with an event that runs in the year."""
    there: NDArray[np.bool_] = home.active(year).present & (home.type >= 0)
    return there


def type_entropy_change(
    home: Affiliations, rows: Rows, years: tuple[int, int], rng: np.random.Generator,
    resamples: int, level: float,
) -> Told:  # fmt: skip
    """Change of the entropy of types of active organisations, organisations drawn again.

    Parameters
    ----------
    home : the region's organisations and their events
    rows : organisations active in either year
    years : first year of the record and the year looked at
    """
    before = years[1] - BACK
    if before < years[0]:
        return untold(f"the record begins in {years[0]}, {before} is compared with",
                      "joint events of earlier years", few=True)  # fmt: skip
    then, now = active_types(home, before), active_types(home, years[1])
    least = min(int(then.sum()), int(now.sum()))
    if least < LEAST:
        return untold(f"{least} organisations of known type are active in {before} or {years[1]}, "
                      f"{LEAST} are needed", "type in orgs; more joint events", least,
                      few=True)  # fmt: skip
    of = home.type[:, None] == np.arange(len(TYPES))
    ends = [(of & there[:, None])[then | now].astype(np.float64) for there in (then, now)]
    n = len(ends[0])
    value = entropy(ends[1].sum(axis=0)) - entropy(ends[0].sum(axis=0))
    weight = rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)
    drawn = entropy(weight @ ends[1]) - entropy(weight @ ends[0])
    return Told(float(value), rows, n, percentile_interval(drawn, level))


def complementarity_lift(gain: Contrast, rows: Rows) -> Told:
    """What partners add over the mean of what random partners would; ends by the draws."""
    chance = gain.chance
    if gain.value is None or chance is None:
        return untold(gain.reason, "functions in orgs; joint projects of more organisations",
                      gain.n, few=True)  # fmt: skip
    if not chance.mean > 0:
        return untold("random partners would add nothing", "functions of more organisations",
                      gain.n, few=True)  # fmt: skip
    ends = None
    if chance.low > 0 and math.isfinite(chance.high):
        ends = gain.value / chance.high, gain.value / chance.low
    return Told(gain.value / chance.mean, rows, gain.n, ends)
