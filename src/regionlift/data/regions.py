"""Regions spelled in two ways: 辽宁 in one table and 辽宁省 in another are two regions here."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from regionlift.data.cells import Place
from regionlift.data.events import at_row, by_source, line_of
from regionlift.data.problems import Problem

#: What stands behind the bare name of a region, the longest first.
_KINDS = re.compile(
    r"(维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|自治州|地区|省|市|州|盟"
    r"|\s+(province|prefecture|region|state))$"
)

#: So many spellings are shown one by one; the line to paste has all.
_SHOWN = 5


def region_problems(
    tables: Mapping[str, pl.DataFrame], places: Mapping[str, Mapping[int, Place]]
) -> Iterator[Problem]:
    """Regions that the panel does not have, and that are all but spelled as one it has.

    A warning a file, with the recoding to paste: such rows count for no region that is studied.
    Where there is no panel, the table of regions is looked at instead.
    """
    base = next((n for n in ("panel", "regions") if _named(tables.get(n))), "")
    if not base:
        return
    known = tables[base]["region"].drop_nulls().unique().sort().to_list()
    for name, frame in tables.items():
        if name == base or not _named(frame):
            continue
        absent = frame.filter(~pl.col("region").is_in(known))
        for number, given in by_source(absent, "region").items():
            codes = spellings([region for region, _ in given], known)
            if codes:
                lineage = min((x for region, x in given if region in codes), key=line_of)
                yield _problem(places[name], number, lineage, base, codes)


def _named(frame: pl.DataFrame | None) -> bool:
    return frame is not None and "region" in frame.columns


def bare(region: str) -> str:
    """A region's name without its kind, in one width and case.

    Examples
    --------
    >>> bare("辽宁省"), bare("内蒙古自治区"), bare("Shandong Province")
    ('辽宁', '内蒙古', 'shandong')
    """
    text = unicodedata.normalize("NFKC", region).casefold().strip()
    short = _KINDS.sub("", text)
    # of one character no name is left: 省 alone is not a region without its kind
    return short if len(short) > 1 else text


def spellings(regions: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Region -> the known one it is all but equal to; "?" where there are several.

    Examples
    --------
    >>> spellings(["辽宁", "吉林", "Bayern"], ["辽宁省", "吉林省", "吉林市", "Bavaria"])
    {'辽宁': '辽宁省', '吉林': '?'}
    """
    by: dict[str, list[str]] = defaultdict(list)
    for name in known:
        by[bare(name)].append(name)
    like = {region: by[bare(region)] for region in regions if bare(region) in by}
    return {region: names[0] if len(names) == 1 else "?" for region, names in like.items()}


def _problem(
    places: Mapping[int, Place], number: int, lineage: object, base: str, codes: dict[str, str]
) -> Problem:
    some = list(codes.items())
    shown = "; ".join(f'"{region}" for "{name}"' for region, name in some[:_SHOWN])
    more = f" and {len(some) - _SHOWN} more" if len(some) > _SHOWN else ""
    line = places[number].recoding("region", codes, others=True)
    what = "a region" if len(some) == 1 else f"{len(some)} regions"
    return at_row(
        places, lineage, "region-spelling",
        f"{what} spelled otherwise than in {base}: {shown}{more}",
        f"one spelling a region: these rows count for no region of {base}", line, "region",
    )  # fmt: skip
