"""What a path asks of the panel in every year: how large the block is, how much research it does.

Items 55, 58 and 78 of the paper.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, register
from regionlift.evidence.quantity import Quantity, Status, to_frame
from regionlift.evidence.settings import Settings
from regionlift.measures.arithmetic import ratio
from regionlift.measures.cube import Floats
from regionlift.measures.events import collect, compiled, patents_by_region
from regionlift.measures.panel import block_cube, panel_measure, quoted
from regionlift.measures.unknowns import with_silent


@panel_measure(
    "block_value_added",
    title="Value added of the block",
    title_zh="装备制造业增加值",
    unit="million {currency}",
    columns=("value_added",),
    items=(55,),
    source="System of National Accounts 2008, chapter 6",
    formula="sum_i V_i, V value added at current prices, i sub-industries",
    whole=True,
)
def block_value_added(value_added: Floats) -> Floats:
    r"""Value added of all sub-industries, :math:`\sum_i V_i`."""
    return np.asarray(value_added.sum(axis=-1))


@panel_measure(
    "block_employment",
    title="Persons employed in the block",
    title_zh="装备制造业从业人数",
    unit="persons",
    columns=("employment",),
    items=(55,),
    source="System of National Accounts 2008, chapter 19",
    formula="sum_i L_i, L persons employed, i sub-industries",
    whole=True,
)
def block_employment(employment: Floats) -> Floats:
    r"""Persons employed in all sub-industries, :math:`\sum_i L_i`."""
    return np.asarray(employment.sum(axis=-1))


@panel_measure(
    "rd_staff_per_thousand",
    title="R&D staff per 1,000 persons employed",
    title_zh="每千名从业人员R&D人员",
    unit="persons per 1,000 persons",
    direction="up",
    columns=("rd_staff", "employment"),
    items=(78,),
    source="OECD Frascati Manual 2015, chapter 5",
    formula="1,000 x sum_i R_i / sum_i L_i, R research staff in full-time equivalents",
)
def rd_staff_per_thousand(rd_staff: Floats, employment: Floats) -> Floats:
    r"""R&D staff per thousand persons employed, :math:`1000 \sum_i R_i / \sum_i L_i`."""
    return 1000 * ratio(rd_staff, employment)


_ID = "inventions_per_rd"


def _inventions_per_rd(dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Inventions of the region's first applicants per million of the block's R&D, every year.

    A year between the first and the last with patents in the tables, and without one of the
    region, counts as a year of none.
    """
    lazy = patents_by_region(dataset)
    query, counts = compiled(lazy), collect(lazy)
    made = {(r, int(y)): int(n) for r, y, n in counts.select("region", "year", "invention")
            .iter_rows()}  # fmt: skip
    ends = [y for _, y in made]
    years = range(min(ends), max(ends) + 1) if ends else range(0)
    cube = block_cube(dataset, ("rd_spend",))
    spent = cube.values["rd_spend"].sum(axis=-1)
    unit = dataset.unit("inventions per million {currency}")
    found = []
    for region in sorted({r for r, _ in made} & set(cube.regions)):
        for year in sorted(set(years) & set(cube.years)):
            n = made.get((region, year), 0)
            money = float(spent[cube.region(region), cube.year(year)])
            known = money > 0
            found.append(
                Quantity(
                    _ID, region, str(year), n / money if known else None, unit,
                    n=n, status=Status.KNOWN if known else Status.NOT_COLLECTED,
                    reason="" if known else "R&D expenditure of the block is not known, or zero",
                    settles="" if known else f"rd_spend of the block, {region}, {year}",
                    sql=_sql(region, year), query=query, rows=n,
                )
            )  # fmt: skip
    return with_silent(to_frame(found), _ID, dataset,
                       "no organisation of this region has a patent in the tables in a year of the "
                       "panel", "patents of its organisations, and rd_spend of the same years",
                       )  # fmt: skip


def _sql(region: str, year: int) -> str:
    return (
        "SELECT p.patent_id, p.app_year, p.kind, o.org_id, o.name, p._rows FROM patents p "
        "JOIN applicants a USING (patent_id) JOIN orgs o USING (org_id) WHERE a.position = 1 AND "
        f"o.region = {quoted(region)} AND p.app_year = {year} AND p.kind = 'invention' "
        "ORDER BY p.patent_id"
    )


register(
    Measure(
        _ID, "Inventions per R&D expenditure", "单位R&D经费发明专利数",
        "inventions per million {currency}", "up",
        {"patents": ("patent_id", "app_year", "kind"),
         "applicants": ("patent_id", "org_id", "position"), "orgs": ("org_id", "region"),
         "panel": ("region", "industry", "year", "rd_spend")}, 1, (58, 68),
        "Griliches 1990, Journal of Economic Literature 28, 1661-1707",
        "invention patents by region of the first applicant and application year / sum_i R_i, R "
        "R&D expenditure of the same year; patents are of all the region's organisations, R&D is "
        "of the block", "none: every patent is counted", _inventions_per_rd,
    )
)  # fmt: skip
