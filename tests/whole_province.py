"""The invented province with every link of the three paths whole, and with one of them broken.

``whole(seed)`` heals what the generator breaks on purpose. ``broken(made, link)`` gives the tables
that have to change, and only those, so that one link fails; thresholds are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import cycle

import polars as pl

from regionlift.data.synthetic import Province, generate
from regionlift.data.synthetic.catalogue import BLOCK, REGION
from regionlift.data.synthetic.citations import count_citations

Tables = dict[str, pl.DataFrame]

#: Last year of the province, and the spans the study looks at.
LAST = 2023
FIRST, RECENT, RUNNING, USED = LAST - 14, LAST - 2, LAST - 4, LAST - 4
#: What opposite partners can do: nobody has what the other side has.
SIDES = ("conception;R&D;design", "production;assembly;service")
GOVERNANCE = pl.col("item").str.starts_with("platform.")
HERE = pl.col("region") == REGION


@dataclass(frozen=True)
class Keys:
    """Alliance by key class, of those that have one; who is a member of any."""

    alliances: dict[str, list[str]]

    @property
    def members(self) -> list[str]:
        return sorted({m for own in self.alliances.values() for m in own})


def keys_of(made: Province) -> Keys:
    return Keys({k.code: k.alliance for k in made.truths.technology.key if k.alliance})


def whole(seed: int = 0) -> Province:
    """The province with every link of every path in order."""
    made = generate(seed)
    for heal in (_supplied, _complementary, _governed, _five_functions, _new_kinds, _served,
                 _shared):  # fmt: skip
        made = replace(made, tables={**made.tables, **heal(made)})
    return made


# What the whole province has ----------------------------------------------------------------------


def _supplied(made: Province) -> Tables:
    """b3, b4: three young firms at every node whose demand is not met here."""
    orgs, nodes = made.tables["orgs"], made.tables["chain_nodes"]
    supply = orgs.filter(HERE).group_by("chain_node").agg(pl.col("revenue").sum())
    open_ = nodes.join(supply, left_on="node_id", right_on="chain_node", how="left").filter(
        pl.col("demand") > pl.col("revenue").fill_null(0)
    )
    rows = [
        _firm(f"E9{n:03d}", node, industry, (demand - (has or 0.0)) / 3, LAST - 1)
        for n, (node, industry, demand, has) in enumerate(
            row for row in open_.select("node_id", "industry", "demand", "revenue").iter_rows()
            for _ in range(3)
        )
    ]  # fmt: skip
    return {"orgs": _with(orgs, rows)}


def _firm(
    id: str, node: str, industry: str, revenue: float, founded: int
) -> dict[str, object]:
    return {
        "org_id": id, "name": f"{id} Co.", "type": "enterprise", "region": REGION,
        "industry": industry, "size_emp": 50, "revenue": round(revenue, 1), "founded": founded,
        "layer": "supporting", "chain_node": node, "functions": "production",
    }  # fmt: skip


def _with(table: pl.DataFrame, rows: list[dict[str, object]]) -> pl.DataFrame:
    """The table with further rows; what they do not tell is null."""
    more = pl.DataFrame(
        {c: pl.Series([row.get(c) for row in rows], dtype=t) for c, t in table.schema.items()}
    )
    return pl.concat([table, more])


def _complementary(made: Province) -> Tables:
    """b9: partners stand on opposite sides."""
    return {"orgs": _sided(made, apart=True)}


def _sided(made: Province, apart: bool) -> pl.DataFrame:
    """Functions by side; partners on opposite sides, or on the same one."""
    ties = _ties(made.tables)
    side: dict[str, int] = {}
    for org in sorted(ties, key=lambda o: (-len(ties[o]), o)):
        met = [side[p] for p in ties[org] if p in side]
        ones = 2 * sum(met) > len(met)
        # the emptier side where partners do not tell: one side alone would add nothing
        even = 2 * sum(side.values()) <= len(side)
        first = ones != apart if met and 2 * sum(met) != len(met) else even
        side[org] = int(first)
    said = pl.col("org_id").replace_strict(
        {org: SIDES[s] for org, s in side.items()}, default=pl.col("functions"),
        return_dtype=pl.String,
    )  # fmt: skip
    return made.tables["orgs"].with_columns(said.alias("functions"))


def _ties(tables: Tables) -> dict[str, set[str]]:
    """Partners of the region's organisations in what runs in the last years."""
    home = set(tables["orgs"].filter(HERE)["org_id"])
    running = tables["projects"].filter(pl.col("end_year") >= RUNNING)["project_id"]
    filed = tables["patents"].filter(pl.col("app_year") >= RUNNING - 4)["patent_id"]
    found: dict[str, set[str]] = {}
    for table, key, ids in (("members", "project_id", running), ("applicants", "patent_id", filed)):
        rows = tables[table].filter(pl.col(key).is_in(ids.implode()), pl.col("org_id").is_in(home))
        for group in rows.group_by(key, maintain_order=True).agg("org_id")["org_id"].to_list():
            for org in group:
                found.setdefault(org, set()).update(set(group) - {org})
    return {org: set(sorted(partners)) for org, partners in found.items() if partners}


def _governed(made: Province) -> Tables:
    """c3: every mechanism is signed."""
    met = pl.when(GOVERNANCE).then(pl.lit("met")).otherwise("verdict").alias("verdict")
    dates = {"date": f"{LAST}-01-15", "expiry": f"{LAST + 2}-01-15"}
    return {
        "claims": made.tables["claims"].with_columns(
            met, *(pl.when(GOVERNANCE).then(pl.lit(d)).otherwise(c).alias(c)
                   for c, d in dates.items())
        )
    }  # fmt: skip


def _five_functions(made: Province) -> Tables:
    """c1: one sub-platform has the function that nobody has."""
    own = made.tables["platforms"]
    empty = made.truths.platform.empty_function
    first = own.filter(pl.col("platform_id") == own["platform_id"][0])
    more = first.filter(pl.col("function") == first["function"][0])
    return {"platforms": pl.concat([own, more.with_columns(function=pl.lit(empty))])}


def _new_kinds(made: Province) -> Tables:
    """c11: intermediaries and finance are members since last year."""
    more = _local(made, "intermediary")[:2] + _local(made, "finance")[:2]
    since = pl.col("year") >= LAST - 1
    return {"platforms": made.tables["platforms"].with_columns(
        pl.when(since).then(pl.col("members") + ";" + ";".join(more)).otherwise("members")
        .alias("members"))}  # fmt: skip


def _local(made: Province, kind: str) -> list[str]:
    own = made.tables["orgs"].filter(HERE, pl.col("type") == kind, pl.col("closed").is_null())
    return sorted(own["org_id"])


def _served(made: Province) -> Tables:
    """c6: four of five needs are served."""
    needs = made.tables["needs"].with_row_index("n")
    served = (pl.col("served") == "yes") | (pl.col("n") % 2 == 0)
    return {"needs": needs.with_columns(
        pl.when(served).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("served"),
        pl.when(served).then(pl.col("days").fill_null(30)).alias("days")).drop("n")}  # fmt: skip


def _shared(made: Province) -> Tables:
    """a4: others of the region cite what every alliance filed on its technology."""
    held = _held(made.tables)
    rows = []
    for code, members in keys_of(made).alliances.items():
        allied = pl.col("org_id").is_in(members)
        keyed = held.filter(pl.col("code") == code, pl.col("app_year") >= FIRST)
        theirs = keyed.filter(allied).sort("app_year", "patent_id").head(3)["patent_id"]
        joint = held.filter(allied)["patent_id"]
        others = keyed.filter(HERE, ~pl.col("patent_id").is_in(joint.implode()),
                              pl.col("app_year") >= RECENT).sort("patent_id").head(6)  # fmt: skip
        pairs = zip(others["patent_id"], cycle(theirs), strict=False)
        rows += [{"citing": c, "cited": t, "cited_foreign": "no"} for c, t in pairs]
    cited = _with(made.tables["citations"], rows).unique(["citing", "cited"], maintain_order=True)
    patents = made.tables["patents"].drop("citations")
    return {"citations": cited, "patents": count_citations(patents, cited)}


def _held(tables: Tables) -> pl.DataFrame:
    """A row a patent, applicant and class."""
    return (
        tables["applicants"].join(tables["codes"], on="patent_id")
        .join(tables["patents"].select("patent_id", "app_year", "kind"), on="patent_id")
        .join(tables["orgs"].select("org_id", "region", "type", "industry"), on="org_id")
    )  # fmt: skip




# Path A -------------------------------------------------------------------------------------------


def _a1(made: Province) -> Tables:
    """No project names the technology of the alliances: there is no alliance on it."""
    keys = list(keys_of(made).alliances)
    codes = pl.col("codes").str.split(";").list.set_difference(keys).list.join(";")
    return {"projects": made.tables["projects"].with_columns(codes.alias("codes"))}


def _a2(made: Province) -> Tables:
    """Alliances keep patents and staff: no money, no seat on a platform, nothing held."""
    members = keys_of(made).members
    firms = made.tables["orgs"].filter(HERE, pl.col("chain_node").is_not_null())["org_id"]
    spare = [o for o in sorted(firms) if o not in members]
    other = dict(zip(members, spare, strict=False))
    held = [o for o in _local(made, "institute") if o not in members]
    owner = pl.when(pl.col("org_id").is_in(members)).then(pl.lit(held[-1])).otherwise("org_id")
    keyed = pl.any_horizontal(
        pl.col("codes").str.contains(k, literal=True) for k in keys_of(made).alliances
    )
    ours = made.tables["projects"].filter(keyed)["project_id"].implode()
    unpaid = [pl.when(keyed).then(0.0).otherwise(c).alias(c) for c in ("budget", "public_money")]
    return {
        "platforms": made.tables["platforms"].with_columns(_swapped(other).alias("members")),
        "resources": made.tables["resources"].with_columns(owner.alias("org_id")),
        "projects": made.tables["projects"].with_columns(unpaid),
        "members": made.tables["members"].with_columns(
            pl.when(pl.col("project_id").is_in(ours)).then(0.0).otherwise("money").alias("money")),
    }  # fmt: skip


def _a3(made: Province) -> Tables:
    """No member of an alliance has filed on its technology in the last three years."""
    held = _held(made.tables)
    gone = [
        held.filter(pl.col("code") == code, pl.col("org_id").is_in(members),
                    pl.col("app_year") >= RECENT).select("patent_id", "code")
        for code, members in keys_of(made).alliances.items()
    ]  # fmt: skip
    return _without_codes(made, pl.concat(gone))


def _without_codes(made: Province, gone: pl.DataFrame) -> Tables:
    return {"codes": made.tables["codes"].join(gone, on=["patent_id", "code"], how="anti")}


def _a4(made: Province) -> Tables:
    """Nobody outside is known to cite what an alliance filed on its technology.

    How often a patent was cited is left: it counts citations of patents that no table lists, too.
    """
    held = _held(made.tables)
    citations = made.tables["citations"]
    for code, members in keys_of(made).alliances.items():
        allied = held.filter(pl.col("org_id").is_in(members))
        theirs = allied.filter(pl.col("code") == code)["patent_id"].implode()
        inside = allied["patent_id"].implode()
        citations = citations.filter(
            ~pl.col("cited").is_in(theirs) | pl.col("citing").is_in(inside)
        )
    return {"citations": citations}


def _a5(made: Province) -> Tables:
    """Who took a technology up in the last three years did not."""
    return _without_codes(made, _newcomers(made))


def _newcomers(made: Province) -> pl.DataFrame:
    """Key patents of local outsiders that had none before the last three years."""
    found = []
    held = _held(made.tables)
    for key in made.truths.technology.key:
        mine = held.filter(pl.col("code") == key.code, HERE, pl.col("app_year") >= FIRST,
                           ~pl.col("org_id").is_in(key.alliance))  # fmt: skip
        first = mine.group_by("org_id").agg(pl.col("app_year").min().alias("first"))
        late = mine.join(first.filter(pl.col("first") >= RECENT), on="org_id")
        found.append(late.select("patent_id", "code"))
    return pl.concat(found)


def _a6(made: Province) -> Tables:
    """Outside two sub-industries no enterprise has used a key technology for five years."""
    held = _held(made.tables).filter(
        pl.col("code").is_in([k.code for k in made.truths.technology.key]), HERE,
        pl.col("industry").is_in(BLOCK[:-2]), pl.col("app_year") >= USED,
    )  # fmt: skip
    return _without_codes(made, held.select("patent_id", "code"))


def _scaled(made: Province, column: str, by_year: dict[int, float]) -> pl.DataFrame:
    """The panel with a column of the region's block times a factor a year."""
    factor = pl.col("year").replace_strict(by_year, default=1.0, return_dtype=pl.Float64)
    own = HERE & pl.col("industry").is_in(BLOCK)
    panel = made.tables["panel"]
    moved = pl.col(column) * factor
    moved = moved.round().cast(pl.Int64) if panel[column].dtype == pl.Int64 else moved.round(4)
    return panel.with_columns(pl.when(own).then(moved).otherwise(column).alias(column))


def _a7(made: Province) -> Tables:
    """Value added per person falls between two ends that are as they were."""
    by_year = {LAST - 4: 0.95, LAST - 3: 0.95, LAST - 2: 1.05, LAST - 1: 1.05}
    return {"panel": _scaled(made, "employment", by_year)}


def _a8(made: Province) -> Tables:
    """R&D falls behind value added."""
    falling = {LAST - n: 1.1**n for n in range(10)}
    return {"panel": _scaled(made, "rd_spend", falling)}


# Path B -------------------------------------------------------------------------------------------


def _b1(made: Province) -> Tables:
    """Money goes to nodes of the sub-industries the region has least of."""
    panel = made.tables["panel"].filter(pl.col("year") == LAST, pl.col("industry").is_in(BLOCK))
    part = pl.col("employment") / pl.col("employment").sum().over("industry")
    least = panel.with_columns(part=part).filter(HERE).sort("part")["industry"][0]
    nodes = made.tables["chain_nodes"].filter(pl.col("industry") == least)
    spend = made.tables["spend"]
    node = pl.lit(nodes["node_id"][0])
    return {"spend": spend.with_columns(node.alias("node"), technology=pl.lit(None, pl.String))}


def _b2(made: Province) -> Tables:
    """The large enterprises are not those that invent: sizes the other way round, but for one."""
    invented = (
        _held(made.tables).filter(pl.col("kind") == "invention", HERE)
        .group_by("org_id").agg(pl.col("patent_id").n_unique().alias("inventions"))
    )  # fmt: skip
    orgs = made.tables["orgs"]
    firms = (
        orgs.filter(HERE, pl.col("type") == "enterprise", pl.col("founded") < LAST - 2)
        .join(invented, on="org_id", how="left").with_columns(pl.col("inventions").fill_null(0))
        .sort(["inventions", "org_id"], descending=[True, False])
    )  # fmt: skip
    kept = made.truths.network.core_firms[0]
    others = firms.filter(pl.col("org_id") != kept)
    turned = dict(zip(others["org_id"], others["size_emp"].sort(), strict=True))
    size = pl.col("org_id").replace_strict(turned, default=pl.col("size_emp"),
                                           return_dtype=pl.Int64)  # fmt: skip
    return {"orgs": orgs.with_columns(size.alias("size_emp"))}


def _b3(made: Province) -> Tables:
    """The young firms of the chain have been there for ten years."""
    young = HERE & pl.col("chain_node").is_not_null() & (pl.col("founded") >= RECENT)
    return {"orgs": made.tables["orgs"].with_columns(
        pl.when(young).then(LAST - 10).otherwise("founded").alias("founded"))}  # fmt: skip


def _b4(made: Province) -> Tables:
    """Twice the output of every third node is asked for, and more."""
    nodes = made.tables["chain_nodes"].with_row_index("n")
    more = pl.when(pl.col("n") % 3 == 0).then(pl.col("demand") * 4).otherwise("demand")
    return {"chain_nodes": nodes.with_columns(more.alias("demand")).drop("n")}


def _b5(made: Province) -> Tables:
    """Firms buy ten times as much from elsewhere."""
    away = (pl.col("level") == "firm") & (pl.col("local_value") == 0)
    value = pl.when(away).then(pl.col("value") * 10).otherwise("value")
    return {"links": made.tables["links"].with_columns(value.alias("value"))}


def _b6(made: Province) -> Tables:
    """At every other node one supplier has nearly all of what the node turns over."""
    orgs = made.tables["orgs"]
    placed = HERE & pl.col("chain_node").is_not_null()
    total = pl.col("revenue").sum().over("region", "chain_node")
    first = pl.col("org_id") == pl.col("org_id").min().over("region", "chain_node")
    others = pl.len().over("region", "chain_node") - 1
    one = pl.when(first & (others > 0)).then(0.98 * total).when(first).then(total).otherwise(
        0.02 * total / others)  # fmt: skip
    even = pl.col("chain_node").str.tail(1).is_in(list("02468"))
    revenue = pl.when(placed & even).then(one.round(3)).otherwise("revenue")
    return {"orgs": orgs.with_columns(revenue.alias("revenue"))}


def _b7(made: Province) -> Tables:
    """Many small firms are on the chain that work with nobody, though they use the platform."""
    node = made.tables["chain_nodes"].row(0, named=True)
    rows = [_firm(f"S{n:04d}", node["node_id"], node["industry"], 0.1, LAST - 10)
            for n in range(1200)]  # fmt: skip
    more = ";".join(str(row["org_id"]) for row in rows)
    joined = (pl.col("year") == LAST) & (pl.col("platform_id") == "PL5")
    return {
        "orgs": _with(made.tables["orgs"], rows),
        "platforms": made.tables["platforms"].with_columns(
            pl.when(joined).then(pl.col("members") + ";" + more).otherwise("members")
            .alias("members")),
    }  # fmt: skip


def _b8(made: Province) -> Tables:
    """Who uses the platform is not on the chain, and a few firms alone have needs."""
    own, keep = made.tables["platforms"], {*keys_of(made).members, *made.truths.network.core_firms}
    chained = set(made.tables["orgs"].filter(pl.col("chain_node").is_not_null())["org_id"])
    listed = {m for cell in own["members"] for m in cell.split(";")}
    aside = made.tables["orgs"].filter(
        HERE, pl.col("chain_node").is_null(), pl.col("closed").is_null(),
        pl.col("type").is_in(["enterprise", "university", "institute"]),
    )  # fmt: skip
    other = dict(zip(sorted(listed & chained - keep), cycle(sorted(aside["org_id"])), strict=False))
    few = sorted(made.tables["needs"]["org_id"].unique())[:4]
    rows = made.tables["needs"].with_row_index("n")
    org = pl.col("n") % len(few)
    return {
        "platforms": own.with_columns(_swapped(other).alias("members")),
        "needs": rows.with_columns(
            org.replace_strict(dict(enumerate(few)), return_dtype=pl.String).alias("org_id"))
        .drop("n"),
    }  # fmt: skip


def _swapped(other: dict[str, str]) -> pl.Expr:
    """Lists of members with some of them others."""
    each = pl.col("members").str.split(";").list.eval(pl.element().replace(other))
    return each.list.unique(maintain_order=True).list.join(";")


def _b9(made: Province) -> Tables:
    """Partners can do the same."""
    return {"orgs": _sided(made, apart=False)}


def _b10(made: Province) -> Tables:
    """Firms of the chain that file several inventions a year file ever fewer of them.

    Each keeps one a year: the number of enterprises that invent is as it was.
    """
    placed = made.tables["orgs"].filter(HERE, pl.col("chain_node").is_not_null())["org_id"]
    mine = made.tables["applicants"].join(made.tables["patents"], on="patent_id").filter(
        pl.col("org_id").is_in(placed.implode()), pl.col("app_year") >= LAST - 7,
    ).sort("patent_id")  # fmt: skip
    rank = pl.int_range(pl.len()).over("org_id", "app_year")
    inventions = mine.filter(pl.col("kind") == "invention")
    few = inventions.filter(rank > 0).filter(pl.col("app_year") >= LAST - 4)["patent_id"]
    first = inventions.filter(rank == 0)["patent_id"]
    inventing = inventions.select("org_id", "app_year").unique()
    early = mine.filter(pl.col("kind") == "utility", pl.col("app_year") <= LAST - 5).join(
        inventing, on=["org_id", "app_year"], how="semi")["patent_id"]  # fmt: skip
    return _kinds(made, invention=early, utility=few.filter(~few.is_in(first.implode())))


def _kinds(made: Province, invention: pl.Series, utility: pl.Series) -> Tables:
    id = pl.col("patent_id")
    kind = (
        pl.when(id.is_in(invention.implode())).then(pl.lit("invention"))
        .when(id.is_in(utility.implode())).then(pl.lit("utility")).otherwise("kind")
    )  # fmt: skip
    return {"patents": made.tables["patents"].with_columns(kind.alias("kind"))}


def _b11(made: Province) -> Tables:
    """Value added per person stood higher five years ago, fell at once and has risen since."""
    by_year = {LAST - 5: 0.95, LAST - 4: 1.05, LAST - 3: 1.05, LAST - 2: 0.95, LAST - 1: 0.95}
    return {"panel": _scaled(made, "employment", by_year)}


# Path C -------------------------------------------------------------------------------------------


def _c1(made: Province) -> Tables:
    """Nobody has the fifth function."""
    empty = made.truths.platform.empty_function
    return {"platforms": made.tables["platforms"].filter(pl.col("function") != empty)}


def _c2(made: Province) -> Tables:
    """From the fourth year on the ordinary members are others, of the same kinds."""
    own, keep = made.tables["platforms"], set(keys_of(made).members)
    kinds = dict(made.tables["orgs"].select("org_id", "type").iter_rows())
    listed = {m for cell in own["members"] for m in cell.split(";")}
    spare = {k: [o for o in _local(made, k) if o not in listed] for k in set(kinds.values())}
    other = {}
    for m in sorted(listed - keep):
        if kinds[m] in ("enterprise", "institute", "university") and spare[kinds[m]]:
            other[m] = spare[kinds[m]].pop()
    late = pl.col("year") >= LAST - 1
    return {"platforms": own.with_columns(
        pl.when(late).then(_swapped(other)).otherwise("members").alias("members"))}  # fmt: skip


def _c3(made: Province) -> Tables:
    """Three of the five mechanisms are signed to be missing."""
    missing = pl.col("item").is_in(
        ["platform.ip_rule", "platform.benefit_sharing", "platform.review"])  # fmt: skip
    said = pl.when(missing).then(pl.lit("not met")).otherwise("verdict")
    return {"claims": made.tables["claims"].with_columns(said.alias("verdict"))}


def _c4(made: Province) -> Tables:
    """Two thirds of the resources are on no platform."""
    rows = made.tables["resources"].with_row_index("n")
    off = pl.when(pl.col("n") % 3 == 0).then("platform_id").alias("platform_id")
    return {"resources": rows.with_columns(off).drop("n")}


def _c5(made: Province) -> Tables:
    """What else is in projects is a university: no project has three kinds."""
    joined = made.tables["members"]["org_id"].implode()
    there = HERE & pl.col("org_id").is_in(joined) & (pl.col("type") != "enterprise")
    away = ~HERE & (pl.col("type") == "institute")
    kind = pl.when(there | away).then(pl.lit("university")).otherwise("type")
    return {"orgs": made.tables["orgs"].with_columns(kind.alias("type"))}


def _c6(made: Province) -> Tables:
    """The large needs are not served."""
    large = pl.col("amount") >= pl.col("amount").median()
    return {"needs": made.tables["needs"].with_columns(
        pl.when(large).then(pl.lit("no")).otherwise("served").alias("served"),
        pl.when(~large).then("days").alias("days"))}  # fmt: skip


def _c7(made: Province) -> Tables:
    """Nobody on the platform cites another of it, but for the key technologies."""
    circle = {m for cell in made.tables["platforms"]["members"] for m in cell.split(";")}
    circle |= set(made.tables["resources"]["org_id"].drop_nulls())
    held = _held(made.tables)
    ours = held.filter(pl.col("org_id").is_in(sorted(circle)))["patent_id"].implode()
    keyed = held.filter(pl.col("code").is_in([k.code for k in made.truths.technology.key]))
    kept = pl.col("cited").is_in(keyed["patent_id"].implode())
    return {"citations": made.tables["citations"].filter(
        ~(pl.col("citing").is_in(ours) & pl.col("cited").is_in(ours)) | kept)}  # fmt: skip


def _c8(made: Province) -> Tables:
    """Six years ago four large projects ran for a year, and none like them since."""
    here = [o for kind in ("enterprise", "university", "institute") for o in _local(made, kind)]
    founded = dict(made.tables["orgs"].select("org_id", "founded").iter_rows())
    old = [o for o in here if founded[o] < LAST - 10]
    projects = [
        {"project_id": f"Q{n}", "start_year": LAST - 5, "end_year": LAST - 5, "title": "Fair",
         "type": "other", "budget": 0.0, "public_money": 0.0, "outcome": "none yet"}
        for n in range(4)
    ]  # fmt: skip
    members = [
        {"project_id": f"Q{n}", "org_id": org, "role": "partner" if place else "lead", "money": 0.0}
        for n in range(4) for place, org in enumerate(old[n::4][:40])
    ]  # fmt: skip
    return {"projects": _with(made.tables["projects"], projects),
            "members": _with(made.tables["members"], members)}  # fmt: skip


def _c9(made: Province) -> Tables:
    """Ever fewer enterprises file the inventions, which are as many as before."""
    firms = set(_local(made, "enterprise"))
    mine = made.tables["applicants"].join(made.tables["patents"], on="patent_id").filter(
        pl.col("org_id").is_in(sorted(firms)), pl.col("kind") != "design")  # fmt: skip
    largest = mine.group_by("org_id").len().sort(["len", "org_id"], descending=[True, False])
    place = {org: n for n, org in enumerate(largest["org_id"])}
    up, down = [], []
    for (year,), part in mine.sort("patent_id").group_by("app_year", maintain_order=True):
        few = 45 - 2 * (int(str(year)) - FIRST)
        first = part.group_by("patent_id").agg(
            pl.col("org_id").replace_strict(place, return_dtype=pl.Int64).max().alias("place"),
            pl.col("kind").first())  # fmt: skip
        inside = first.filter(pl.col("place") < few).sort("patent_id")
        number = first.filter(pl.col("kind") == "invention").height
        chosen = inside.sort("kind", "patent_id").head(number)["patent_id"].to_list()
        up += chosen
        down += first.filter(~pl.col("patent_id").is_in(chosen))["patent_id"].to_list()
    return _kinds(made, invention=pl.Series(up), utility=pl.Series(down))


def _c10(made: Province) -> Tables:
    """More is turned over for the same value added."""
    return {"panel": _scaled(made, "output", {LAST - n: 1.01 ** (5 - n) for n in range(6)})}


def _c11(made: Province) -> Tables:
    """Members are of the kinds they were of three years before."""
    kinds = dict(made.tables["orgs"].select("org_id", "type").iter_rows())
    new = [o for o, kind in kinds.items() if kind in ("intermediary", "finance")]
    kept = pl.col("members").str.split(";").list.set_difference(new).list.join(";")
    return {"platforms": made.tables["platforms"].with_columns(kept.alias("members"))}


BREAKS: dict[str, Callable[[Province], Tables]] = {
    **{f"a{n}": globals()[f"_a{n}"] for n in range(1, 9)},
    **{f"b{n}": globals()[f"_b{n}"] for n in range(1, 12)},
    **{f"c{n}": globals()[f"_c{n}"] for n in range(1, 12)},
}


def broken(made: Province, link: str) -> Tables:
    """The tables that change when this link of a whole province breaks."""
    return BREAKS[link](made)
