"""Measures that aggregate event tables: narwhals expressions that DuckDB compiles and runs.

The compiled SQL goes with the number, so that what is shown is what ran.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import narwhals as nw
import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, register
from regionlift.evidence.quantity import Provenance, Quantity, Status, to_frame
from regionlift.evidence.settings import Settings
from regionlift.measures.arithmetic import ratio
from regionlift.measures.panel import block_cube, quoted
from regionlift.measures.resample import draws, interval
from regionlift.measures.unknowns import with_silent

Lazy = nw.LazyFrame[duckdb.DuckDBPyRelation]

_SILENT = "no organisation of this region has a patent in the tables"
#: Classes of networking and intelligence (item 3): control, computing, communication, robots; in
#: any spelling that ``data.symbols`` reads, "Int.Cl.7 G05B 19/18" too.
DIGITAL = r"(?i)^\s*((INT\.?\s*CL\.?|IPC)[\s.\-]*\(?[1-8]\)?[\s:,.]*)?(G05B|G06|H04|B25J)"


def compiled(frame: Lazy) -> str:
    """The SQL that DuckDB compiled from a narwhals frame, on one line."""
    return " ".join(frame.to_native().sql_query().split())


def collect(frame: Lazy) -> pl.DataFrame:
    """The result as a Polars frame."""
    result: pl.DataFrame = frame.collect("polars").to_native()
    return result


def service_inputs(dataset: Dataset) -> Lazy:
    """Inputs of each sub-industry of the block, whole and from producer services."""
    codes = [i.code for i in dataset.block]
    services = list(dataset.scope.producer_services.codes)
    flows = dataset.lazy("links").filter(nw.col("to").is_in(codes), ~nw.col("value").is_null())
    return (
        flows.with_columns(
            service=nw.when(nw.col("from").is_in(services)).then(nw.col("value")).otherwise(0.0)
        )
        .group_by("region", "year", "to")
        .agg(
            nw.col("service").sum().alias("services"),
            nw.col("value").sum().alias("inputs"),
            nw.len().alias("rows"),
        )
        .sort("region", "year", "to")
    )


def _producer_services(dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Share of producer services in the block's intermediate inputs, every region and year."""
    lazy = service_inputs(dataset)
    query, sums = compiled(lazy), collect(lazy)
    block = [i.code for i in dataset.block]
    found: list[Quantity] = []
    for (region, year), part in sums.group_by("region", "year", maintain_order=True):
        if region not in dataset.regions():
            continue
        absent = [code for code in block if code not in part["to"].to_list()]
        shares = [part[c].to_numpy()[None, :] for c in ("services", "inputs")]
        value = float(ratio(*shares)[0])
        low, high = interval(draws(ratio, shares, settings), settings)
        known = not absent and np.isfinite(value)
        found.append(
            Quantity(
                "producer_service_share", str(region), str(year), value if known else None,
                "share", float(low[0]) if known else None, float(high[0]) if known else None,
                n=part.height, status=Status.KNOWN if known else Status.NOT_COLLECTED,
                provenance=_links_provenance(dataset),
                reason="" if known else f"no inputs of {', '.join(absent)}",
                settles="" if known else f"links to {', '.join(absent)}",
                sql=_links_sql(block, str(region), year), query=query,
                rows=int(part["rows"].sum()),
            )
        )  # fmt: skip
    return with_silent(
        to_frame(found), "producer_service_share", dataset, "no links of the block",
        "links of the block",
    )  # fmt: skip


def _links_sql(block: list[str], region: str, year: object) -> str:
    codes = ", ".join(map(quoted, block))
    return (
        f"SELECT * FROM links WHERE region = {quoted(region)} AND year = {year} "
        f'AND "to" IN ({codes}) AND value IS NOT NULL ORDER BY "to", "from"'
    )


def _links_provenance(dataset: Dataset) -> Provenance:
    """Derived if the manifest says so of the values, or any row says so of itself."""
    links = dataset.tables["links"]
    if "provenance" in links.columns and (links["provenance"] == "derived").any():
        return Provenance.DERIVED
    return dataset.provenance("links", "value")


def patents_by_region(dataset: Dataset) -> Lazy:
    """Patents a region and year by the region of the first applicant, all and utility models."""
    first = dataset.lazy("applicants").filter(nw.col("position") == 1)
    orgs = dataset.lazy("orgs").select("org_id", "region")
    return (
        dataset.lazy("patents")
        .select("patent_id", nw.col("app_year").alias("year"), "kind")
        .join(first.select("patent_id", "org_id"), on="patent_id", how="inner")
        .join(orgs, on="org_id", how="inner")
        .group_by("region", "year")
        .agg(
            nw.len().alias("patents"),
            (nw.col("kind") == "utility").cast(nw.Int64).sum().alias("utility"),
            (nw.col("kind") == "invention").cast(nw.Int64).sum().alias("invention"),
        )
        .sort("region", "year")
    )


def _patents_sql(region: str, year: int, kind: str = "") -> str:
    only = f" AND p.kind = {quoted(kind)}" if kind else ""
    return (
        "SELECT p.patent_id, p.app_year, p.kind, o.org_id, o.name, p._rows FROM patents p "
        "JOIN applicants a USING (patent_id) JOIN orgs o USING (org_id) "
        f"WHERE a.position = 1 AND o.region = {quoted(region)} AND p.app_year = {year}{only} "
        "ORDER BY p.patent_id"
    )


def _patents_per_thousand(dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Patents of the region's organisations per 1,000 persons employed in the block."""
    id, unit = "patents_per_thousand", "patents per 1,000 persons"
    lazy = patents_by_region(dataset)
    query, counts = compiled(lazy), collect(lazy)
    cube = block_cube(dataset, ("employment",))
    staff = cube.values["employment"].sum(axis=-1)
    found = []
    for region, year, patents, _, _ in counts.iter_rows():
        if region not in cube.regions or year not in cube.years:
            continue
        people = staff[cube.region(region), cube.year(year)]
        known = bool(people > 0)
        found.append(
            Quantity(
                id, region, str(year), 1000 * patents / float(people) if known else None, unit,
                n=patents, status=Status.KNOWN if known else Status.NOT_COLLECTED,
                reason="" if known else "employment of the block is not known",
                settles="" if known else f"employment of the block, {region}, {year}",
                sql=_patents_sql(region, year), query=query, rows=patents,
            )
        )  # fmt: skip
    return with_silent(to_frame(found), id, dataset, _SILENT, "organisations with patents")


def _invention_share(dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Share of invention patents in all patents of the region's organisations."""
    lazy = patents_by_region(dataset)
    query, counts = compiled(lazy), collect(lazy)
    found = [
        Quantity(
            "invention_share", region, str(year), invention / patents, "share", n=patents,
            sql=_patents_sql(region, year), query=query, rows=patents,
        )
        for region, year, patents, _, invention in counts.iter_rows()
        if region in dataset.regions() and patents
    ]  # fmt: skip
    return with_silent(
        to_frame(found), "invention_share", dataset, _SILENT, "organisations with patents"
    )


def digital_by_region(dataset: Dataset) -> Lazy:
    """Patents with a class, and those with a digital one, by year and first applicant's region."""
    flag = nw.col("code").str.contains(DIGITAL).cast(nw.Int64)
    classed = dataset.lazy("codes").group_by("patent_id").agg(flag.max().alias("digital"))
    first = dataset.lazy("applicants").filter(nw.col("position") == 1)
    return (
        dataset.lazy("patents").select("patent_id", nw.col("app_year").alias("year"))
        .join(classed, on="patent_id", how="inner")
        .join(first.select("patent_id", "org_id"), on="patent_id", how="inner")
        .join(dataset.lazy("orgs").select("org_id", "region"), on="org_id", how="inner")
        .group_by("region", "year")
        .agg(nw.len().alias("patents"), nw.col("digital").sum())
        .sort("region", "year")
    )  # fmt: skip


def _digital_share(dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Share of patents with a digital class in those of the region's organisations with any."""
    lazy = digital_by_region(dataset)
    query, counts = compiled(lazy), collect(lazy)
    found = []
    for region, year, patents, digital in counts.iter_rows():
        if region not in dataset.regions() or year is None:
            continue
        sql = (
            "SELECT p.patent_id, p.app_year, o.org_id, o.name, string_agg(c.code, '; ' ORDER BY "
            "c.code) AS codes, any_value(p._rows) AS _rows FROM patents p JOIN applicants a USING "
            "(patent_id) JOIN orgs o USING (org_id) JOIN codes c USING (patent_id) WHERE "
            f"a.position = 1 AND o.region = {quoted(region)} AND p.app_year = {year} "
            "GROUP BY p.patent_id, p.app_year, o.org_id, o.name ORDER BY p.patent_id"
        )
        found.append(Quantity("digital_share", region, str(year), digital / patents, "share",
                              n=patents, sql=sql, query=query, rows=patents))  # fmt: skip
    return with_silent(to_frame(found), "digital_share", dataset,
                       "no organisation of this region has a patent with a class in the tables",
                       "organisations with patents, and their classes")  # fmt: skip


def _register(
    id: str,
    title: str,
    title_zh: str,
    unit: str,
    needs: dict[str, tuple[str, ...]],
    items: tuple[int, ...],
    source: str,
    formula: str,
    interval: str,
    compute: Callable[[Dataset, Settings], pl.DataFrame],
) -> None:
    register(
        Measure(
            id, title, title_zh, unit, "up", needs, 1, items, source, formula, interval, compute
        )
    )


_PATENTS: dict[str, tuple[str, ...]] = {
    "patents": ("patent_id", "app_year", "kind"),
    "applicants": ("patent_id", "org_id", "position"),
    "orgs": ("org_id", "region"),
}

_register(
    "producer_service_share", "Producer services in intermediate inputs",
    "中间投入中生产性服务业占比", "share", {"links": ("region", "from", "to", "value", "year")},
    (19,), "Miller & Blair 2009, chapter 2: input coefficients; the scope's list of services",
    "sum over services s and block i of z_si / sum over all inputs j of z_ji",
    "Bayesian bootstrap over the sub-industries of the block", _producer_services,
)  # fmt: skip
_register(
    "patents_per_thousand", "Patents per 1,000 persons employed", "每千名从业人员专利数",
    "patents per 1,000 persons",
    {**_PATENTS, "panel": ("region", "industry", "year", "employment")}, (17, 39),
    "OECD Patent Statistics Manual (2009)",
    "1,000 x patents by region of the first applicant and application year / sum_i L_i",
    "none: every patent is counted", _patents_per_thousand,
)  # fmt: skip
_register(
    "invention_share", "Inventions in all patents", "发明专利占比", "share", _PATENTS, (5, 28),
    "operational reading of the paper, item 5",
    "invention patents / all patents, by region of the first applicant",
    "none: every patent is counted", _invention_share,
)  # fmt: skip
register(
    Measure(
        "digital_share", "Patents with a digital class", "数字技术专利占比", "share", "none",
        {"patents": ("patent_id", "app_year"), "applicants": ("patent_id", "org_id", "position"),
         "orgs": ("org_id", "region"), "codes": ("patent_id", "code")}, 1, (3,),
        "operational reading of the paper, item 3",
        "patents with a class in G05B, G06, H04 or B25J / patents with a class, by region of the "
        "first applicant; descriptive, and of all fields", "none: every patent is counted",
        _digital_share,
    )
)  # fmt: skip
