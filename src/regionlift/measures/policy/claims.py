"""Signed claims that count at the end of a year; judgements, never mixed into computed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from regionlift.evidence.verdict import Truth


@dataclass(frozen=True)
class Standing:
    """What the claims that count say of one item.

    ``claims`` are the ids that count and ``authors`` who signed them; where authors disagree the
    answer is cannot tell. ``reason`` says how it was reached.
    """

    item: str
    truth: Truth
    claims: tuple[str, ...]
    authors: tuple[str, ...]
    reason: str
    evidence: tuple[str, ...] = ()


def counted(claims: pl.DataFrame, year: int) -> pl.DataFrame:
    """Claims that count at the end of a year: signed by then and not expired."""
    end = date(year, 12, 31)
    signed = claims.filter(pl.col("date") <= end)
    return signed.filter(~_over(claims, end)) if "expiry" in claims.columns else signed


def expired(claims: pl.DataFrame, year: int) -> list[str]:
    """Ids of the claims that counted once and no longer do at the end of a year."""
    if "expiry" not in claims.columns:
        return []
    end = date(year, 12, 31)
    return claims.filter(pl.col("date") <= end, _over(claims, end))["claim_id"].sort().to_list()


def _over(claims: pl.DataFrame, end: date) -> pl.Expr:
    return (pl.col("expiry") < end).fill_null(value=False)


def standing(
    claims: pl.DataFrame, prefix: str, year: int, asked: Sequence[str] = ()
) -> tuple[Standing, ...]:
    """Each item that begins with ``prefix``, and each of ``asked``, at the end of a year.

    Of several claims of one author on one item the last signed counts.
    """
    of = claims.filter(pl.col("item").str.starts_with(prefix)).sort("date", "claim_id")
    valid, gone = counted(of, year), expired(of, year)
    later = of.filter(pl.col("date") > date(year, 12, 31))["item"].to_list()
    items = [*asked, *(i for i in of["item"].unique().sort().to_list() if i not in asked)]
    found = []
    for item in items:
        own = valid.filter(pl.col("item") == item)
        last = own.group_by("author", maintain_order=True).last().sort("claim_id")
        if last.is_empty():
            old = of.filter(pl.col("claim_id").is_in(gone), pl.col("item") == item)
            why = (f"its claim expired ({', '.join(old['claim_id'])})" if old.height
                   else "its claim was signed later" if item in later else "nobody signed")
            found.append(Standing(item, Truth.CANNOT_TELL, (), (), why))
            continue
        said = set(last["verdict"])
        truth = Truth(said.pop()) if len(said) == 1 else Truth.CANNOT_TELL
        who = ", ".join(last["author"])
        found.append(
            Standing(
                item, truth, tuple(last["claim_id"]), tuple(last["author"]),
                f"{who} disagree" if said else f"signed by {who}",
                tuple(last["evidence"].fill_null("")) if "evidence" in last.columns else (),
            )
        )  # fmt: skip
    return tuple(found)
