"""Patents with applicants and classes; key common technologies and decoys are planted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regionlift.data.synthetic.catalogue import (
    BLOCK,
    CLASS_TITLES,
    COMPANIONS,
    DECOYS,
    HOME_CLASSES,
    REGION,
)
from regionlift.data.synthetic.orgs import Cast

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

PATENTS = 9000
GROWTH = 0.09
LOCAL_SHARE = 0.70
#: Patents of a decoy: more than of any key class, and at most this share of its division's.
DECOY_PATENTS = 700
DECOY_MOST = 0.75
DECOY_JOINS = 0.3
KIND_SHARES = {"invention": 0.45, "utility": 0.45, "design": 0.10}
#: Share of patents that use a key class, in the middle of the period: by members of its alliance,
#: other local applicants, applicants elsewhere; in the order mastered, not diffused, not mastered.
KEY_USE = {"member": (0.30, 0.60, 0.0), "local": (0.050, 0.026, 0.008), "away": (0.03, 0.04, 0.17)}
COMPANION_JOINS = 0.4
#: Share of a home class that serves its own industry; the rest serves the others evenly.
SERVES_HOME = 0.7


@dataclass(frozen=True, slots=True)
class Holders:
    """Organisations that file, as arrays; ``member`` is (holder, key class)."""

    ids: Words
    founded: Ints
    local: Flags
    foreign: Flags
    field: Ints
    member: Flags
    weight: Floats


@dataclass(frozen=True, slots=True)
class Filings:
    """Patents as arrays, in order of year; the first four axes have one entry a patent.

    ``key`` indexes the key classes, -1 for none; ``second`` is -1 without a second applicant.
    """

    years: Ints
    owner: Ints
    second: Ints
    key: Ints
    primary: Words
    kind: Words
    holders: Holders


def file_patents(rng: np.random.Generator, cast: Cast, years: range) -> Filings:
    """Draw owner, year, classes and second applicant of every patent."""
    holders = _holders(rng, cast)
    owner = rng.choice(len(holders.ids), PATENTS, p=holders.weight)
    age = _years(rng, holders.founded[owner], years)
    order = np.argsort(age, kind="stable")
    owner, filed = owner[order], age[order]
    primary = _primary(rng, holders.field[owner])
    key = _key(rng, holders, owner, filed, years)
    # A decoy is narrow: it never meets a key class.
    key[np.isin(primary, list(DECOYS.values()))] = -1
    return Filings(
        years=filed,
        owner=owner,
        second=_second(rng, holders, owner, filed, key),
        key=key,
        primary=primary,
        kind=rng.choice(list(KIND_SHARES), PATENTS, p=list(KIND_SHARES.values())),
        holders=holders,
    )


def _holders(rng: np.random.Generator, cast: Cast) -> Holders:
    table = cast.table.filter(
        pl.col("type").is_in(["enterprise", "university", "institute", "foreign"]),
        pl.col("closed").is_null(),
    )
    local = (table["region"] == REGION).to_numpy()
    weight = table["rd_spend"].to_numpy() ** 0.6 * np.exp(rng.normal(0.0, 0.4, table.height))
    weight[local] *= LOCAL_SHARE / weight[local].sum()
    weight[~local] *= (1 - LOCAL_SHARE) / weight[~local].sum()
    ids = table["org_id"].to_list()
    member = [[org in cast.alliances.get(key, []) for key in cast.keys] for org in ids]
    return Holders(
        ids=np.array(ids),
        founded=table["founded"].to_numpy(),
        local=local,
        foreign=(table["type"] == "foreign").to_numpy(),
        field=np.array([BLOCK.index(cast.fields[org]) for org in ids]),
        member=np.array(member),
        weight=weight,
    )


def _years(rng: np.random.Generator, founded: Ints, years: range) -> Ints:
    """Growing numbers a year, none before the applicant exists."""
    mass = np.exp(GROWTH * np.arange(len(years)))
    cumulated = np.concatenate([[0.0], mass.cumsum() / mass.sum()])
    floor = cumulated[np.clip(founded - years[0], 0, len(years) - 1)]
    drawn = floor + rng.random(len(founded)) * (1 - floor)
    return np.asarray(years[0] + np.searchsorted(cumulated, drawn, side="right") - 1)


def _primary(rng: np.random.Generator, field: Ints) -> Words:
    """First class: a home class of the owner's division, or its decoy."""
    primary = np.empty(len(field), dtype="<U4")
    for index, division in enumerate(BLOCK):
        own = field == index
        homes = HOME_CLASSES[division]
        primary[own] = rng.choice(homes, own.sum())
        if division in DECOYS:
            share = min(DECOY_MOST, DECOY_PATENTS / own.sum())
            primary[own & (rng.random(len(field)) < share)] = DECOYS[division]
    return primary


def _key(
    rng: np.random.Generator, holders: Holders, owner: Ints, filed: Ints, years: range
) -> Ints:
    """Key class of each patent: common to all divisions, growing, and unevenly held."""
    use = np.where(holders.local[:, None], KEY_USE["local"], KEY_USE["away"])
    use = np.where(holders.member, KEY_USE["member"], use)
    growth = np.interp(filed, (years[0], years[-1]), (0.3, 1.4))
    bounds = (use[owner] * growth[:, None]).cumsum(axis=1)
    drawn = (rng.random(len(owner))[:, None] >= bounds).sum(axis=1)
    return np.where(drawn == use.shape[1], -1, drawn)


def _second(
    rng: np.random.Generator, holders: Holders, owner: Ints, filed: Ints, key: Ints
) -> Ints:
    """Second applicant of one patent in seven; an alliance shares its key patents with no other.

    Joint patents on a key class stay on one side of the border: what the region lacks, and what an
    alliance does not let out, must not leak in through a co-applicant.
    """
    second = rng.choice(len(holders.ids), len(owner), p=holders.weight)
    keyed = key >= 0
    slot = np.where(keyed, key, 0)
    inside, joins = holders.member[owner, slot], holders.member[second, slot]
    crosses = holders.local[owner] != holders.local[second]
    refused = (
        (rng.random(len(owner)) >= 1 / 7)
        | (second == owner)
        | (holders.founded[second] > filed)
        | (keyed & ((inside != joins) | crosses))
    )
    return np.where(refused, -1, second)


def patent_tables(
    rng: np.random.Generator, filings: Filings, keys: tuple[str, str, str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Patents (without their citations), applicants and classes."""
    ids = patent_ids(filings)
    granted = np.where(filings.kind == "invention", 0.55, 0.9)
    granted = np.where(filings.years >= filings.years[-1] - 2, 0.4 * granted, granted)
    codes = _codes(rng, filings, keys)
    titles = [" and ".join(CLASS_TITLES[c].lower() for c in own).capitalize() for own in codes]
    patents = pl.DataFrame(
        {
            "patent_id": ids,
            "app_year": filings.years,
            "kind": filings.kind.tolist(),
            "granted": np.where(rng.random(len(ids)) < granted, "yes", "no").tolist(),
            "family": [f"F{n:05d}" for n in range(1, len(ids) + 1)],
            "title": titles,
        }
    )
    names = filings.holders.ids
    joint = np.flatnonzero(filings.second >= 0).tolist()
    applicants = pl.DataFrame(
        {
            "patent_id": [*ids, *(ids[n] for n in joint)],
            "org_id": [*names[filings.owner].tolist(), *names[filings.second[joint]].tolist()],
            "position": [1] * len(ids) + [2] * len(joint),
        }
    ).sort("patent_id", "position")
    pairs = [(patent, code) for patent, own in zip(ids, codes, strict=True) for code in own]
    classes = pl.DataFrame(pairs, schema=["patent_id", "code"], orient="row")
    return patents, applicants, classes.with_columns(scheme=pl.lit("IPC"))


def patent_ids(filings: Filings) -> list[str]:
    """Application numbers: year and running number."""
    return [f"CN{year}{n:08d}" for n, year in enumerate(filings.years.tolist(), start=1)]


def _codes(
    rng: np.random.Generator, filings: Filings, keys: tuple[str, str, str]
) -> list[list[str]]:
    """One to four classes of each patent: its own, a related one, the key class and its need."""
    homes = {code: own for own in HOME_CLASSES.values() for code in own}
    partner = {decoy: HOME_CLASSES[division][0] for division, decoy in DECOYS.items()}
    every = list(homes)
    size = len(filings.years)
    near, far, third = rng.random((3, size))
    place, away = rng.random(size), rng.integers(0, len(every), size)
    outside = ~filings.holders.local[filings.owner]
    result = []
    for n, first in enumerate(filings.primary.tolist()):
        codes = [first]
        if first in partner:
            if near[n] < DECOY_JOINS:
                codes.append(partner[first])
        elif (filings.key[n] >= 0 and near[n] < 0.45) or far[n] < 0.06:
            # A common technology is put to use outside its owner's division too.
            codes.append(every[away[n]])
        elif near[n] < 0.45:
            codes.append(homes[first][int(place[n] * len(homes[first]))])
        if filings.key[n] >= 0:
            key = keys[filings.key[n]]
            codes.append(key)
            if outside[n] and third[n] < COMPANION_JOINS:
                codes.append(COMPANIONS[key])
        result.append(list(dict.fromkeys(codes)))
    return result


def concordance_table() -> pl.DataFrame:
    """Which part of each class serves which industry; a common class serves all evenly."""
    home = {code: division for division, own in HOME_CLASSES.items() for code in own}
    home |= {code: division for division, code in DECOYS.items()}
    rows = []
    for code in CLASS_TITLES:
        for division in BLOCK:
            even = 1 / len(BLOCK)
            away = (1 - SERVES_HOME) / (len(BLOCK) - 1)
            own = SERVES_HOME if home.get(code) == division else away
            rows.append((code, division, own if code in home else even))
    return pl.DataFrame(rows, schema=["code", "industry", "share"], orient="row")
