"""Government of one region: the policy mix, money against gaps, ties that outlast it, claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict, all_of
from regionlift.measures.policy.advantage import Advantage, advantage
from regionlift.measures.policy.alignment import Alignment, align
from regionlift.measures.policy.claims import Standing, expired, standing
from regionlift.measures.policy.money import Money, NoMoneyError, mix, money_of
from regionlift.study.chain import ChainStudy
from regionlift.study.dynamics import NO_CASE
from regionlift.study.network import NetworkStudy
from regionlift.study.numbers import Gap, Numbers
from regionlift.study.policy_numbers import (
    NO_ROWS,
    advantage_number,
    environment_number,
    gap_numbers,
    money_numbers,
    public_number,
    technology_numbers,
    tie_numbers,
)
from regionlift.study.technology import TechnologyStudy

Frames = dict[str, pl.DataFrame]

#: Items of the environment the paper names (item 85); claims may name others.
ENVIRONMENT = tuple(
    f"environment.{x}" for x in ("finance", "skills", "infrastructure", "procedures")
)

#: Numbers that rest on the table of public money.
OF_MONEY = ("policy_money", "policy_instruments", "policy_commitment_years", "policy_alignment",
            "policy_unfunded_gaps", "policy_funded_nongaps", "policy_advantage_share")  # fmt: skip


@dataclass(frozen=True)
class PolicyStudy:
    """Everything about government in one region.

    Parameters
    ----------
    year : year at whose end claims must count
    reason, settles : why there is no public money, and what would settle it; else empty
    money : lines of the last years
    mix : instrument x barrier x actor x stage, with lines and money
    gaps : money against demand not met, by chain node
    technologies : money against missing competences, by key common technology
    strong : money by sub-industry beside its location quotient
    environment : items with what signed claims say of them
    expired : ids of claims that no longer count
    culture : the same for culture (item 90): shown, in no number and no verdict
    """

    region: str
    year: int
    reason: str
    settles: str
    money: Money | None
    mix: pl.DataFrame
    gaps: Alignment | None
    technologies: Alignment | None
    strong: Advantage | None
    environment: tuple[Standing, ...]
    expired: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    verdicts: tuple[Verdict, ...]
    culture: tuple[Standing, ...] = ()

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], Quantity]:
        return {(q.measure, q.subject): q for q in self.quantities}

    def find(self, measure: str, part: str = "") -> Quantity:
        """A number of the region, of a node, a technology; KeyError where there is none."""
        return self._numbers[measure, f"{self.region}|{part}" if part else self.region]


def policy_study(
    dataset: Dataset, frames: Frames, region: str, settings: Settings,
    network: NetworkStudy | None, chain: ChainStudy, technology: TechnologyStudy,
    year: int | None = None,
) -> PolicyStudy:  # fmt: skip
    """Study what government does in one region, from what the other studies found missing."""
    at, years = _year(dataset, chain, year), settings.whole("policy_years")
    items, culture, gone = _claims(dataset, region, at)
    numbers = [
        *tie_numbers(dataset, settings, region, network, years),
        public_number(dataset, settings, region, year),
        environment_number(dataset, region, at, items),
    ]
    money, gaps, lacking, strong, why = None, None, None, None, NoMoneyError("", "")
    try:
        money = money_of(dataset, region, _last(dataset, at), years)
    except NoMoneyError as error:
        why = error
        make = Numbers(dataset, region, "")
        numbers += [make.of(m, None, NO_ROWS, Gap(str(error), error.settles)) for m in OF_MONEY]
    if money is not None:
        numbers += money_numbers(dataset, region, money, technology.named)
        gaps = _gaps(chain, money, settings)
        numbers += _gap_numbers(dataset, chain, money, gaps)
        lacking = _lacking(technology, money, settings)
        numbers.append(technology_numbers(dataset, region, money, lacking))
        quotients, sizes = _strengths(dataset, frames, region, at)
        strong = advantage(money, quotients, sizes, settings)
        numbers.append(advantage_number(dataset, region, money, strong))
    told = {(q.measure, q.subject): q for q in numbers}
    found = PolicyStudy(
        region, at, str(why), why.settles, money, pl.DataFrame() if money is None else mix(money),
        gaps, lacking, strong, items, gone, tuple(told.values()), (), culture,
    )  # fmt: skip
    verdicts = (_aligned(found), _funded(found, chain), _strong(found), _lasting(found),
                _environment(found))  # fmt: skip
    return replace(found, verdicts=verdicts)


def _year(dataset: Dataset, chain: ChainStudy, year: int | None) -> int:
    """Year asked for, else the last that the panel or public money tells of."""
    if year is not None:
        return year
    seen = [dataset.tables[t]["year"].max() for t in ("panel", "spend") if dataset.has(t, "year")]
    return max([int(str(y)) for y in seen if y is not None], default=chain.year)


def _last(dataset: Dataset, year: int) -> int:
    """Last year up to this that a line of money is of."""
    if not dataset.has("spend", "year"):
        return year
    seen = dataset.tables["spend"].filter(pl.col("year") <= year)["year"].max()
    return year if seen is None else int(str(seen))


def _claims(
    dataset: Dataset, region: str, year: int
) -> tuple[tuple[Standing, ...], tuple[Standing, ...], tuple[str, ...]]:
    """What claims say of environment and culture; they are of the dataset's own region."""
    if not dataset.has("claims", "claim_id", "item", "verdict", "author", "date") or (
        dataset.manifest.dataset.region not in ("", region)
    ):
        return tuple(Standing(i, Truth.CANNOT_TELL, (), (), "nobody signed")
                     for i in ENVIRONMENT), (), ()  # fmt: skip
    claims = dataset.tables["claims"]
    return (standing(claims, "environment.", year, ENVIRONMENT),
            standing(claims, "culture.", year), tuple(expired(claims, year)))  # fmt: skip


def _gaps(chain: ChainStudy, money: Money, settings: Settings) -> Alignment | None:
    """Money by node against its demand not met; None without a chain table."""
    if chain.chain is None or chain.chain.proposed:
        return None
    need = {id: None if f.supply.untold else f.unmet for id, f in chain.facts.items()}
    return align(need, money.by("node"), settings.whole("policy_least"), settings)


def _gap_numbers(
    dataset: Dataset, chain: ChainStudy, money: Money, gaps: Alignment | None
) -> list[Quantity]:
    if gaps is not None:
        return list(gap_numbers(dataset, chain, money, gaps))
    why = Gap(chain.reason or "there is no chain table of this region: no node can get money",
              "tables chain_nodes, chain_edges and orgs; node in spend")  # fmt: skip
    make = Numbers(dataset, chain.region, money.period)
    some = ("policy_alignment", "policy_unfunded_gaps", "policy_funded_nongaps")
    return [make.of(m, None, NO_ROWS, why) for m in some]


def _lacking(technology: TechnologyStudy, money: Money, settings: Settings) -> Alignment:
    """Money of each key common technology against the competences it lacks here."""
    need: dict[str, float | None] = {
        k: float(len(c.lacks)) for k, c in technology.consortia.items()
    }
    lines = money.lines.filter(pl.col("technology") != "")
    of_class = lines.group_by(pl.col("technology").str.slice(0, 4)).agg(pl.col("amount").sum())
    paid = dict(of_class.iter_rows())
    return align(need, paid, settings.whole("policy_least"), settings)


def _strengths(
    dataset: Dataset, frames: Frames, region: str, year: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Location quotients of the block's sub-industries, and their sizes, in the last year told."""
    for base in ("employment", "value_added"):
        frame = frames.get(f"location_quotient_{base}")
        if frame is None:
            continue
        own = frame.filter(
            pl.col("subject").str.starts_with(f"{region}|"), pl.col("status") == Status.KNOWN,
            pl.col("period").cast(pl.Int64, strict=False) <= year,
        )  # fmt: skip
        if own.is_empty():
            continue
        last = str(own["period"].max())
        now = own.filter(pl.col("period") == last).sort("subject")
        code = pl.col("subject").str.split("|").list.last()
        found: Mapping[str, float] = dict(now.select(code, "value").iter_rows())
        panel = dataset.tables["panel"].filter(
            pl.col("region") == region, pl.col("year") == int(last),
            pl.col("industry").is_in(list(found)), pl.col(base).is_not_null(),
        )  # fmt: skip
        return dict(found), dict(panel.select("industry", base).iter_rows())
    return {}, {}


def _untold(clause: str, q: Quantity) -> Verdict:
    return Verdict(clause, q.subject, Truth.CANNOT_TELL, q.reason, q.settles, (q.id,))


def _aligned(found: PolicyStudy) -> Verdict:
    """Whether the rank correlation of money with gaps is above zero with its whole interval."""
    q, clause = found.find("policy_alignment"), "policy.alignment"
    if q.value is None:
        return _untold(clause, q)
    if q.low is None or q.high is None or q.low <= 0 <= q.high:
        return Verdict(clause, found.region, Truth.CANNOT_TELL, "the interval of the rank "
                       "correlation holds zero", "more links of the chain with known demand and "
                       "output, or more lines of money", (q.id,))  # fmt: skip
    truth = Truth.MET if q.low > 0 else Truth.NOT_MET
    said = ("the larger the demand not met, the more money" if truth is Truth.MET else
            "money goes rather where demand is met")  # fmt: skip
    return Verdict(clause, found.region, truth, f"{said}, over {q.n} links of the chain",
                   evidence=(q.id,))  # fmt: skip


def _funded(found: PolicyStudy, chain: ChainStudy) -> Verdict:
    """Whether every gap has some money."""
    q, clause = found.find("policy_unfunded_gaps"), "policy.gaps"
    if q.value is None or found.gaps is None or chain.chain is None:
        return _untold(clause, q)
    bare, need = found.gaps.unfunded, found.gaps.need
    ids = (q.id, *(chain.find("chain_unmet", u).id for u in bare))
    if not bare:
        return Verdict(clause, found.region, Truth.MET, "every gap has some money", evidence=ids)
    part = sum(need[u] for u in bare) / sum(need.values())
    named = ", ".join(chain.chain.node(u).name for u in bare[:6])
    more = f" and {len(bare) - 6} more" if len(bare) > 6 else ""
    said = f"no money for {named}{more}: {100 * part:.0f}% of the demand not met locally"
    return Verdict(clause, found.region, Truth.NOT_MET, said, evidence=ids)


def _strong(found: PolicyStudy) -> Verdict:
    """Whether strong sub-industries get more than their part of the block."""
    q, clause = found.find("policy_advantage_share"), "policy.advantage"
    if q.value is None or found.strong is None:
        return _untold(clause, q)
    block = found.strong.block
    if block is None or q.low is None or q.high is None or q.low <= block <= q.high:
        why = ("their size is not told" if block is None else
               f"their part of the block, {100 * block:.0f}%, is inside the interval")  # fmt: skip
        return Verdict(clause, found.region, Truth.CANNOT_TELL, why,
                       "more lines of money with node or beneficiary", (q.id,))  # fmt: skip
    truth = Truth.MET if q.low > block else Truth.NOT_MET
    said = (f"sub-industries of advantage are {100 * block:.0f}% of the block and get "
            f"{'more' if truth is Truth.MET else 'less'} of the money than that")  # fmt: skip
    return Verdict(clause, found.region, truth, said, evidence=(q.id,))


def _lasting(found: PolicyStudy) -> Verdict:
    """Whether ties born with public money outlast it more often than others their projects."""
    paid, other = (found.find(f"policy_tie_survival_{x}") for x in ("funded", "unfunded"))
    clause = "policy.ties"
    if paid.value is not None and other.reason == NO_CASE:
        # what funded ties would be held against is missing: more of the same would not help
        return Verdict(clause, found.region, Truth.CANNOT_TELL,
                       f"ties without public money: {other.reason}",
                       "joint projects without public money in the tables", (other.id,)
                       )  # fmt: skip
    for q in (paid, other):
        if q.value is None:
            return _untold(clause, q)
    ids = (paid.id, other.id)
    if paid.low is not None and other.high is not None and paid.low > other.high:
        return Verdict(clause, found.region, Truth.MET, "funded ties outlast their project more "
                       "often; an association, as what is funded is chosen",
                       evidence=ids)  # fmt: skip
    if paid.high is not None and other.low is not None and paid.high < other.low:
        return Verdict(clause, found.region, Truth.NOT_MET, "funded ties outlast their project "
                       "less often; an association, as what is funded is chosen",
                       evidence=ids)  # fmt: skip
    return Verdict(clause, found.region, Truth.CANNOT_TELL, "the two intervals overlap",
                   "more years of joint projects after their money has ended", ids)  # fmt: skip


def _environment(found: PolicyStudy) -> Verdict:
    """Kleene's AND over the items of the environment, by signed claims."""
    q, clause = found.find("policy_environment"), "policy.environment"
    truth = all_of(s.truth for s in found.environment)
    by = {t: [s.item.partition(".")[2] for s in found.environment if s.truth is t] for t in Truth}
    said = "; ".join(f"{t.value}: {', '.join(names)}" for t, names in by.items() if names)
    settles = "a signed claim that counts on " + ", ".join(by[Truth.CANNOT_TELL])
    return Verdict(clause, found.region, truth, f"by signed claims, {said}",
                   settles if truth is Truth.CANNOT_TELL else "", (q.id,))  # fmt: skip
