"""Industries under another word than their code: by name, or with the letter of the section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import polars as pl

from regionlift.data.cells import Place
from regionlift.data.contract import contract
from regionlift.data.events import at_row, by_source, line_of
from regionlift.data.problems import Problem
from regionlift.data.scope import Scope

#: A code as yearbooks print it, with its section before it: C34, C3411.
_LETTERED = re.compile(r"([A-Z])(\d{2,4})")

#: So many are shown one by one; the line to paste has all.
_SHOWN = 5


def industry_problems(
    tables: Mapping[str, pl.DataFrame], places: Mapping[str, Mapping[int, Place]], scope: Scope
) -> Iterator[Problem]:
    """Names and lettered codes of industries, one problem a file, with the recoding to paste.

    They stop a run in the panel, whose rows would be of no industry of the block; elsewhere they
    are a warning.
    """
    for table, frame in tables.items():
        held = contract().get(table)
        if held is None or "industry" not in frame.columns:
            continue
        if held.column("industry").type != "code":
            # a list of codes is no cell that can be recoded
            continue
        for number, given in by_source(frame, "industry").items():
            codes = recoded([code for code, _ in given], scope)
            if codes:
                lineage = min((x for code, x in given if code in codes), key=line_of)
                yield _problem(table, places[table], number, lineage, codes)


def recoded(found: list[str], scope: Scope) -> dict[str, str]:
    """Industry as it is written -> its code, where it is a name or has a letter before it.

    Letters are taken for sections only in a scope of bare digits, and only where a code of the
    scope comes out: in other classifications they are part of the code.
    """
    own = {industry.code for industry in scope.industries}
    names = {n: i.code for i in scope.industries for n in (i.name, i.name_zh) if n != i.code}
    codes = {word: names[word] for word in sorted(found) if word in names and word not in own}
    if all(code.isdigit() for code in own):
        split = {word: m[2] for word in sorted(found) if (m := _LETTERED.fullmatch(word))}
        if any(digits[:2] in own or digits in own for digits in split.values()):
            codes |= split
    return codes


def _problem(
    table: str, places: Mapping[int, Place], number: int, lineage: object, codes: dict[str, str]
) -> Problem:
    lettered = all(_LETTERED.fullmatch(word) for word in codes)
    words = list(codes)
    shown = ", ".join(f'"{word}"' for word in words[:_SHOWN])
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    what = "the letter of the section before the code" if lettered else "the name for the code"
    return at_row(
        places, lineage, "section-letter" if lettered else "industry-name",
        f"{what}: {shown}{more}", "the code of the industry alone",
        places[number].recoding("industry", codes, others=True), "industry",
        "error" if table == "panel" else "warning",
    )  # fmt: skip
