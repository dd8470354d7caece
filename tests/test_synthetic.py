"""The synthetic province: its tables keep the contract, and its planted truths can be seen.

Everything is checked on the raw tables with plain Polars, without the package's measures: a
measure that later fails to find a planted truth is then known to be at fault itself.
"""

import json
import time
import tomllib
from pathlib import Path

import polars as pl
import pytest

from regionlift.data.contract import contract
from regionlift.data.synthetic import Province, Stage, economy, generate, write
from regionlift.data.synthetic.catalogue import BLOCK, REGION, TOTAL

STAGES: tuple[Stage, ...] = ("factor", "value", "structure")
SEEDS = range(25)


@pytest.fixture(scope="module")
def province() -> Province:
    return generate(0, stage="value")


@pytest.fixture(scope="module")
def provinces(province: Province) -> list[Province]:
    return [province, *(generate(seed) for seed in range(1, 6))]


def gauges(panel: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The three gauges over the last three years; structure only where ``by`` is the region."""
    last = panel.filter(pl.col("industry") != TOTAL, pl.col("year") > pl.col("year").max() - 3)
    high = pl.col("value_added").filter(pl.col("industry") == "40").sum()
    return last.group_by(by).agg(
        factor=pl.col("value_added_real").sum() / pl.col("employment").sum(),
        value=pl.col("value_added").sum() / pl.col("output").sum(),
        structure=high / pl.col("value_added").sum(),
    )


def percentile(frame: pl.DataFrame, gauge: str) -> float:
    own = frame.filter(pl.col("region") == REGION)[gauge].item()
    return frame.filter(pl.col("region") != REGION).select((pl.col(gauge) < own).mean()).item()


def nearest(tables: dict[str, pl.DataFrame], number: int) -> list[str]:
    """Region of interest and its nearest peers by size, income and industry mix."""
    last = tables["panel"].filter(pl.col("year") == 2023, pl.col("industry") != TOTAL)
    mix = last.pivot("industry", index="region", values="value_added")
    size = pl.sum_horizontal(BLOCK)
    traits = mix.join(tables["regions"], on="region").select(
        "region", "income", pl.col(BLOCK) / size, size=size.log()
    )
    own = traits.row(by_predicate=pl.col("region") == REGION, named=True)
    # The seven shares together weigh as much as size or income.
    weight = {"size": 1, "income": 1, **dict.fromkeys(BLOCK, 1 / len(BLOCK))}
    distance = pl.sum_horizontal(
        w * ((pl.col(c) - own[c]) / pl.col(c).std()) ** 2 for c, w in weight.items()
    )
    return traits.sort(distance)["region"].head(number + 1).to_list()


# ---------------------------------------------------------------- the contract


def test_every_table_of_the_contract_is_there(province: Province) -> None:
    assert set(province.tables) == set(contract())
    assert all(table.height > 0 for table in province.tables.values())


def test_columns_keys_and_choices_keep_the_contract(provinces: list[Province]) -> None:
    for province in provinces:
        for name, table in province.tables.items():
            declared = contract()[name]
            assert set(table.columns) <= set(declared.names()), name
            assert all(c.name in table.columns for c in declared.columns if c.required), name
            assert table.select(declared.key).is_unique().all(), name
            for column in declared.columns:
                if column.name not in table.columns:
                    continue
                cells = table[column.name].drop_nulls()
                if column.required:
                    assert len(cells) == table.height, (name, column.name)
                if column.choices:
                    assert set(cells) <= set(column.choices), (name, column.name)
                if column.type == "boolean":
                    assert set(cells) <= {"yes", "no"}, (name, column.name)
                if column.type == "number":
                    assert cells.dtype.is_numeric(), (name, column.name)
                    assert cells.is_finite().all(), (name, column.name)
                if column.minimum is not None:
                    assert (cells >= column.minimum).all(), (name, column.name)


def test_rules_of_the_contract_hold(province: Province) -> None:
    for name, table in province.tables.items():
        for rule in contract()[name].rules:
            if {rule.left, rule.right} <= set(table.columns):
                left, right = pl.col(rule.left), pl.col(rule.right)
                kept = left <= right if rule.op == "<=" else left >= right
                assert table.select(kept.all()).item(), (name, rule)


def test_references_hold(provinces: list[Province]) -> None:
    for province in provinces:
        for name, table in province.tables.items():
            for column in contract()[name].columns:
                if not column.references or column.name not in table.columns:
                    continue
                other, key = column.references.split(".")
                known = set(province.tables[other][key])
                assert set(table[column.name].drop_nulls()) <= known, (name, column.name)
        orgs = set(province.tables["orgs"]["org_id"])
        listed = province.tables["platforms"]["members"].str.split(";").explode()
        assert set(listed) <= orgs
        regions = {*province.tables["regions"]["region"], "Abroad"}
        assert set(province.tables["orgs"]["region"]) <= regions


# ---------------------------------------------------------------- identities


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_panel_identities(seed: int) -> None:
    tables, _ = economy(seed, "value")
    panel = tables["panel"]
    for part, whole in (
        ("value_added", "output"),
        ("compensation", "value_added"),
        ("rd_public", "rd_spend"),
        ("non_production_staff", "employment"),
        ("rd_staff", "employment"),
        ("new_product_revenue", "revenue"),
        ("service_revenue", "revenue"),
        ("exports", "revenue"),
        ("absorption", "foreign_tech_purchase"),
    ):
        assert panel.select((pl.col(part) <= pl.col(whole)).all()).item(), (part, whole)
    base = panel.filter(pl.col("year") == 2015)
    assert (
        base.select((pl.col("value_added") - pl.col("value_added_real")).abs().max()).item() < 0.1
    )
    summed = (
        panel.filter(pl.col("industry") != TOTAL)
        .group_by("region", "year")
        .agg(pl.col("value_added", "output", "employment", "rd_spend").sum())
        .join(panel.filter(pl.col("industry") == TOTAL), on=["region", "year"], suffix="_total")
    )
    for column in ("value_added", "output", "employment", "rd_spend"):
        assert summed.select((pl.col(column) < pl.col(f"{column}_total")).all()).item(), column


def test_magnitudes(province: Province) -> None:
    panel = province.tables["panel"].filter(pl.col("industry") != TOTAL)
    size = panel.group_by("region", "year").agg(pl.col("value_added").sum())["value_added"]
    assert size.is_between(15_000, 260_000).all()
    ratios = panel.select(
        value=pl.col("value_added") / pl.col("output"),
        factor=pl.col("value_added_real") / pl.col("employment"),
        capital=pl.col("capital") / pl.col("value_added_real"),
        labour=pl.col("compensation") / pl.col("value_added"),
        research=pl.col("rd_spend") / pl.col("value_added"),
    )
    for column, low, high in (
        ("value", 0.16, 0.34),
        ("factor", 0.06, 0.40),
        ("capital", 1.0, 3.0),
        ("labour", 0.35, 0.55),
        ("research", 0.02, 0.08),
    ):
        assert ratios[column].is_between(low, high).all(), column


def test_inputs_sum_to_output_minus_value_added(province: Province) -> None:
    links, panel = province.tables["links"], province.tables["panel"]
    inputs = (
        links.filter(pl.col("level") == "industry")
        .group_by("region", "to", "year")
        .agg(pl.col("value").sum())
        .join(panel, left_on=["region", "to", "year"], right_on=["region", "industry", "year"])
    )
    gap = pl.col("value") - (pl.col("output") - pl.col("value_added"))
    assert inputs.height == 30 * 7 * 3
    assert inputs.select(gap.abs().max()).item() < 0.05
    parts = pl.col("local_value") + pl.col("imported_value")
    assert links.select((parts <= pl.col("value")).all()).item()


def test_members_money_is_the_budget(province: Province) -> None:
    members, projects = province.tables["members"], province.tables["projects"]
    paid = members.group_by("project_id").agg(
        pl.col("money").sum(), leads=(pl.col("role") == "lead").sum(), size=pl.len()
    )
    joined = projects.join(paid, on="project_id")
    assert joined.height == projects.height
    assert joined.select((pl.col("money") - pl.col("budget")).abs().max()).item() < 0.05
    assert joined.select((pl.col("public_money") <= pl.col("budget")).all()).item()
    assert joined.select((pl.col("end_year") >= pl.col("start_year")).all()).item()
    assert joined["leads"].to_list() == [1] * projects.height
    assert (joined["size"] >= 2).all()


def test_nobody_acts_before_founding_or_after_closing(province: Province) -> None:
    tables = province.tables
    filed = tables["applicants"].join(
        tables["patents"].select("patent_id", year="app_year"), on="patent_id"
    )
    joined = tables["members"].join(tables["projects"], on="project_id")
    acts = pl.concat([filed.select("org_id", "year"), joined.select("org_id", year="start_year")])
    dated = acts.join(tables["orgs"], on="org_id")
    assert dated.select((pl.col("year") >= pl.col("founded")).all()).item()
    assert dated["closed"].null_count() == dated.height
    assert tables["orgs"]["closed"].count() >= 5


def test_citations_are_counted_and_point_back(province: Province) -> None:
    patents, citations = province.tables["patents"], province.tables["citations"]
    assert patents["citations"].sum() == citations.height
    year = patents.select("patent_id", "app_year")
    dated = citations.join(year, left_on="citing", right_on="patent_id").join(
        year, left_on="cited", right_on="patent_id", suffix="_cited"
    )
    assert dated.select((pl.col("app_year") > pl.col("app_year_cited")).all()).item()
    assert set(citations["cited_foreign"]) == {"yes", "no"}


def test_suppression_spares_the_region_of_interest(province: Province) -> None:
    cells = province.tables["panel"].filter(pl.col("industry") != TOTAL)
    for column in ("compensation", "rd_spend"):
        hidden = cells.filter(pl.col(column).is_null())
        assert 0.01 < hidden.height / cells.height < 0.03
        assert REGION not in set(hidden["region"])
    for column in ("value_added", "value_added_real", "output", "employment"):
        assert province.tables["panel"][column].null_count() == 0
    early = cells.filter(pl.col("new_product_revenue").is_null())
    assert set(early["year"]) == {2010, 2011}


# ---------------------------------------------------------------- seeds and files


def test_same_seed_same_bytes_and_round_trip(tmp_path: Path, province: Province) -> None:
    first = write(province, tmp_path / "first")
    write(generate(0, stage="value"), tmp_path / "second")
    for path in sorted(first.parent.iterdir()):
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name
    manifest = tomllib.loads(first.read_text("utf-8"))
    assert manifest["dataset"]["synthetic"] is True
    assert "SYNTHETIC" in manifest["dataset"]["title"]
    assert manifest["dataset"]["region"] == REGION
    assert set(manifest["tables"]) == set(contract())
    for name, (block,) in manifest["tables"].items():
        path = first.parent / block["file"]
        if path.suffix == ".xlsx":
            back = pl.read_excel(
                path, sheet_name=block["sheet"], infer_schema_length=None, engine="openpyxl"
            )
            back = back.rename({header: column for column, header in block["columns"].items()})
            assert back["org_id"].to_list() == province.tables[name]["org_id"].to_list()
            assert back["founded"].to_list() == province.tables[name]["founded"].to_list()
        else:
            tokens = [token for marks in block["missing"].values() for token in marks]
            schema = province.tables[name].schema
            back = pl.read_csv(path, schema=schema, null_values=tokens)
            assert back.equals(province.tables[name]), name
    truths = json.loads((first.parent / "truths.json").read_text("utf-8"))
    assert truths["label"].startswith("SYNTHETIC")
    assert truths == province.truths.to_dict()


def test_other_seed_other_numbers(provinces: list[Province]) -> None:
    one, two = provinces[:2]
    for name in one.tables:
        if name not in ("chain_edges", "platforms", "concordance"):
            assert not one.tables[name].equals(two.tables[name]), name


def test_stage_changes_only_the_statistics() -> None:
    one, two = generate(3, stage="factor"), generate(3, stage="structure")
    changed = {name for name in one.tables if not one.tables[name].equals(two.tables[name])}
    assert changed == {"panel", "links", "own_supply"}


def test_stage_is_drawn_from_the_seed() -> None:
    drawn = [generate(seed, regions=12).truths.economy.stage for seed in range(6)]
    assert len(set(drawn)) > 1
    assert drawn[0] == generate(0).truths.economy.stage


def test_missing_cells_carry_their_reason(tmp_path: Path, province: Province) -> None:
    folder = write(province, tmp_path).parent
    panel = pl.read_csv(folder / "panel.csv", infer_schema=False)
    assert (panel["compensation"] == "S").sum() == province.tables["panel"][
        "compensation"
    ].null_count()
    assert set(panel.filter(pl.col("year") == "2010")["new_product_revenue"]) == {"NC"}
    needs = pl.read_csv(folder / "needs.csv", infer_schema=False)
    assert set(needs.filter(pl.col("served") == "no")["days"]) == {"NA"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"regions": 31}, "between 12 and 30"),
        ({"years": range(2010, 2015)}, "ten or more"),
        ({"years": range(2016, 2030)}, "2015"),
        ({"stage": "chain"}, "must be one of factor, value, structure"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        economy(0, **{"stage": "value", **arguments})  # type: ignore[arg-type]


def test_speed() -> None:
    start = time.process_time()
    for seed in range(5):
        economy(seed, "value")
    assert (time.process_time() - start) / 5 < 0.15


# ---------------------------------------------------------------- stage and factor exit


@pytest.mark.parametrize("stage", STAGES)
def test_leading_gauge_stands_out(stage: Stage) -> None:
    ordered = 0
    for seed in SEEDS:
        tables, truths = economy(seed, stage)
        assert truths.stage == stage
        whole = gauges(tables["panel"], ["region"])
        near = whole.filter(pl.col("region").is_in(nearest(tables, 12)))
        for gauge in STAGES:
            low, high = (0.75, 0.95) if gauge == stage else (0.12, 0.42)
            assert low <= percentile(whole, gauge) <= high, (seed, gauge)
        others = max(percentile(near, gauge) for gauge in STAGES if gauge != stage)
        ordered += percentile(near, stage) > others
    assert ordered >= 0.95 * len(SEEDS)


@pytest.mark.parametrize("stage", ["factor", "value"])
def test_leading_gauge_holds_in_every_division(stage: Stage) -> None:
    for seed in SEEDS:
        tables, _ = economy(seed, stage)
        cells = gauges(tables["panel"], ["region", "industry"])
        for code in BLOCK:
            division = cells.filter(pl.col("industry") == code)
            lead = percentile(division, stage)
            other = percentile(division, "value" if stage == "factor" else "factor")
            assert lead >= 0.65 and lead > other + 0.2, (seed, code)


def test_productivity_stops_responding_after_the_exit() -> None:
    own = pl.col("region") == REGION
    slopes: dict[str, list[float]] = {"value": [], "factor": []}
    for stage, found in slopes.items():
        for seed in SEEDS:
            tables, truths = economy(seed, stage)  # type: ignore[arg-type]
            assert truths.factor_exit.planted == (stage != "factor")
            year = truths.factor_exit.year or 2017
            after = (
                tables["panel"]
                .filter(own, pl.col("industry") != TOTAL, pl.col("year") >= year - 1)
                .group_by("year")
                .agg(pl.col("value_added_real", "employment", "renovation_spend").sum())
                .sort("year")
                .with_columns(
                    productivity=(pl.col("value_added_real") / pl.col("employment")).log(),
                    activity=(pl.col("renovation_spend") / pl.col("employment")).log(),
                )
            )
            assert (after["renovation_spend"].diff().drop_nulls() > 0).all()
            cov, var = pl.cov("activity", "productivity"), pl.col("activity").var()
            found.append(after.select(cov / var).item())
    assert max(map(abs, slopes["value"])) < 0.15
    assert min(slopes["factor"]) > 0.20


# ---------------------------------------------------------------- network


def test_active_organisations_follow_the_logistic(provinces: list[Province]) -> None:
    for province in provinces:
        truths, tables = province.truths.network, province.tables
        local = tables["orgs"].filter(pl.col("region") == REGION)["org_id"]
        spells = (
            tables["members"]
            .filter(pl.col("org_id").is_in(local.implode()))
            .join(tables["projects"], on="project_id")
        )
        years = pl.int_ranges("start_year", pl.col("end_year") + 1)
        active = spells.select("org_id", year=years).explode("year").unique()
        for year in range(2006, 2024):
            now = active.filter(pl.col("year") == year).height
            exponent = -truths.rate * (year - truths.midpoint)
            law = truths.ceiling / (1 + 2.718281828459045**exponent)
            assert abs(now - law) <= 2 + 0.05 * law, (province.seed, year)
        first = active.group_by("org_id").agg(pl.col("year").min())["year"]
        last = active.group_by("org_id").agg(pl.col("year").max())["year"]
        assert first.is_between(2014, 2023).sum() > 100
        assert last.is_between(2014, 2022).sum() > 20


def test_core_firms_are_large_research_heavy_and_well_supplied(provinces: list[Province]) -> None:
    for province in provinces:
        truths, tables = province.truths.network, province.tables
        firms = tables["orgs"].filter(pl.col("type") == "enterprise", pl.col("region") == REGION)
        core = pl.col("org_id").is_in(truths.core_firms)
        share = pl.col("rd_spend") / pl.col("revenue")
        assert len(truths.core_firms) == 5
        for trait in (pl.col("size_emp"), share):
            assert firms.select(trait.filter(core).min() > trait.filter(~core).max()).item()
        suppliers = (
            tables["links"]
            .filter(pl.col("level") == "firm", pl.col("local_value") > 0)
            .group_by("to")
            .agg(suppliers=pl.len())
            .sort("suppliers", descending=True)
        )
        assert set(suppliers["to"].head(5)) == set(truths.core_firms)
        wrong = {item.org_id: item for item in truths.wrong_layers}
        assert len(wrong) == 3
        declared = dict(tables["orgs"].select("org_id", "layer").iter_rows())
        assert all(declared[org] == item.declared for org, item in wrong.items())
        core_declared = {org for org, layer in declared.items() if layer == "core"}
        falsely = {org for org, item in wrong.items() if item.declared == "core"}
        assert core_declared == {*truths.core_firms, *falsely}


# ---------------------------------------------------------------- technology


def partners(codes: pl.DataFrame) -> dict[str, int]:
    """Number of partner classes with association strength above 1, by class."""
    pairs = codes.join(codes, on="patent_id", suffix="_2").filter(
        pl.col("code") != pl.col("code_2")
    )
    joint = pairs.group_by("code", "code_2").len("joint")
    degree = joint.group_by("code").agg(degree=pl.col("joint").sum())
    strength = pl.col("joint") * pairs.height / pl.col("degree") / pl.col("degree_2")
    related = joint.join(degree, on="code").join(
        degree, left_on="code_2", right_on="code", suffix="_2"
    )
    return dict(related.group_by("code").agg((strength > 1).sum()).iter_rows())


def test_key_technologies_are_common_growing_and_decoys_are_not(provinces: list[Province]) -> None:
    for province in provinces:
        tables, truths = province.tables, province.truths.technology
        codes = tables["codes"].select("patent_id", "code")
        breadth = partners(codes)
        keys = [item.code for item in truths.key]
        special = {*keys, *truths.decoys, *(item.missing_competence for item in truths.key)}
        ordinary = [breadth[c] for c in breadth if c not in special]
        assert min(breadth[key] for key in keys) > max(ordinary)
        assert max(breadth[decoy] for decoy in truths.decoys) <= 2
        count = dict(codes.group_by("code").len().iter_rows())
        assert min(count[d] for d in truths.decoys) > 0.8 * max(count[k] for k in keys)
        dated = codes.join(tables["patents"], on="patent_id")
        late = dict(dated.group_by("code").agg((pl.col("app_year") >= 2018).mean()).iter_rows())
        assert min(late[key] for key in keys) > max(late[decoy] for decoy in truths.decoys)


def test_mastery_missing_competence_and_diffusion(provinces: list[Province]) -> None:
    for province in provinces:
        tables, truths = province.tables, province.truths.technology
        orgs = tables["orgs"].select("org_id", local=pl.col("region") == REGION)
        held = tables["applicants"].join(orgs, on="org_id")
        classed = tables["codes"].join(held, on="patent_id")
        share = dict(classed.group_by("code").agg(pl.col("local").mean()).iter_rows())
        usual = held["local"].mean()
        assert isinstance(usual, float)
        assert sum(item.mastered for item in truths.key) == 2
        assert sum(item.diffusion_broken for item in truths.key) == 1
        for item in truths.key:
            advantage = share[item.code] / usual
            assert advantage > 1 if item.mastered else advantage < 0.3
            assert share[item.missing_competence] == 0
            if not item.alliance:
                continue
            member = pl.col("org_id").is_in(item.alliance)
            keyed = set(classed.filter(pl.col("code") == item.code, member)["patent_id"])
            others = held.filter(pl.col("local"), ~member).select("patent_id").unique()
            used = tables["citations"].filter(pl.col("cited").is_in(keyed))
            outside_use = used.join(others, left_on="citing", right_on="patent_id").height
            assert outside_use == 0 if item.diffusion_broken else outside_use > 20


def test_incremental_patents_keep_rising(province: Province) -> None:
    tables = province.tables
    local = tables["orgs"].filter(pl.col("region") == REGION).select("org_id")
    own = tables["applicants"].join(local, on="org_id").select("patent_id").unique()
    filed = tables["patents"].join(own, on="patent_id").filter(pl.col("kind") == "utility")
    yearly = filed.group_by("app_year").len().sort("app_year")
    assert yearly.select(pl.corr("app_year", "len", method="spearman")).item() > 0.9


# ---------------------------------------------------------------- chain


def test_chain_classes_show_in_supply_demand_and_trade(provinces: list[Province]) -> None:
    for province in provinces:
        tables, truths = province.tables, province.truths.chain
        own = tables["orgs"].filter(pl.col("region") == REGION).drop_nulls("chain_node")
        supply = own.group_by("chain_node").agg(pl.col("revenue").sum(), firms=pl.len())
        imports = (
            tables["trade"]
            .filter(pl.col("year") == 2023)
            .group_by("product")
            .agg(pl.col("imports").sum())
        )
        nodes = (
            tables["chain_nodes"]
            .join(supply, left_on="node_id", right_on="chain_node", how="left")
            .join(imports, on="product")
            .with_columns(pl.col("revenue", "firms").fill_null(0))
            .with_columns(
                cover=pl.col("revenue") / pl.col("demand"),
                imported=pl.col("imports") / pl.col("demand"),
                scale=pl.col("minimum_scale") / pl.col("demand"),
            )
        )
        assert nodes.height == 37

        def of(ids: list[str], nodes: pl.DataFrame = nodes) -> pl.DataFrame:
            return nodes.filter(pl.col("node_id").is_in(ids))

        assert of(truths.strengthen)["cover"].is_between(0.15, 0.5).all()
        missing = of([*truths.supplement, *truths.extend, *truths.buy_from_neighbour])
        assert (missing["firms"] == 0).all()
        assert (of(truths.supplement)["imported"] > 0.6).all()
        assert (of([*truths.supplement, *truths.extend])["scale"] < 1).all()
        assert (of(truths.buy_from_neighbour)["scale"] > 1).all()
        assert (of(truths.stabilise)["firms"] == 1).all()
        assert (of([*truths.stabilise, *truths.strong])["cover"] >= 0.99).all()
        assert (of(truths.strong)["firms"] >= 2).all()
        edges = tables["chain_edges"]
        below = edges.filter(pl.col("to").is_in(truths.extend))["from"].unique().to_list()
        assert set(below) <= set(truths.strong)


def test_single_source_is_imported_from_one_country(province: Province) -> None:
    nodes, trade = province.tables["chain_nodes"], province.tables["trade"]
    product = nodes.filter(pl.col("node_id") == province.truths.chain.single_source)[
        "product"
    ].item()
    shares = (
        trade.filter(pl.col("year") == 2023)
        .group_by("product")
        .agg(top=pl.col("imports").max() / pl.col("imports").sum())
    )
    assert shares.filter(pl.col("top") > 0.9)["product"].to_list() == [product]


# ---------------------------------------------------------------- platform and policy


def test_platform_bottleneck_scarcity_and_empty_function(provinces: list[Province]) -> None:
    for province in provinces:
        tables, truths = province.tables, province.truths.platform
        needs, resources = tables["needs"], tables["resources"]
        answered = pl.col("amount").filter(pl.col("served") == "yes").sum()
        served = needs.group_by("type").agg(share=answered / pl.col("amount").sum())
        assert served.sort("share")["type"][0] == truths.bottleneck_resource
        capacity = dict(resources.group_by("type").agg(pl.col("capacity").sum()).iter_rows())
        yearly = needs.group_by("type", "year").agg(pl.col("amount").sum(), answered=answered)
        for kind, _, amount, given in yearly.iter_rows():
            assert given <= capacity[kind]
            assert (amount > capacity[kind]) == (kind == truths.scarce_resource)
        functions = set(tables["platforms"]["function"])
        declared = set(contract()["platforms"].column("function").choices)
        assert declared - functions == {truths.empty_function}


def test_money_alignment_and_lists(provinces: list[Province]) -> None:
    for province in provinces:
        tables, truths = province.tables, province.truths.policy
        own = tables["orgs"].filter(pl.col("region") == REGION).drop_nulls("chain_node")
        supply = own.group_by(node_id="chain_node").agg(pl.col("revenue").sum())
        money = tables["spend"].group_by(node_id="node").agg(pl.col("amount").sum())
        both = (
            tables["chain_nodes"]
            .join(supply, on="node_id", how="left")
            .join(money, on="node_id", how="left")
            .with_columns(pl.col("revenue", "amount").fill_null(0))
            .with_columns(gap=(pl.col("demand") - pl.col("revenue")).clip(0))
        )
        found = both.select(pl.corr("gap", "amount", method="spearman")).item()
        assert found == pytest.approx(truths.alignment, abs=1e-3)
        assert 0.2 < truths.alignment < 0.8
        unfunded = both.filter(pl.col("gap") > 0, pl.col("amount") == 0)
        assert sorted(unfunded["node_id"]) == truths.unfunded_gaps
        funded = both.filter(pl.col("gap") == 0, pl.col("amount") > 0)
        assert sorted(funded["node_id"]) == truths.funded_non_gaps


def test_plan_carries_exactly_the_planted_faults(provinces: list[Province]) -> None:
    for province in provinces:
        plan, faults = province.tables["plan"], province.truths.policy.plan_faults
        structural = pl.col("indicator").str.contains("division 40")
        has = pl.col("indicator").is_not_null()
        tests = {
            "no_indicator": ~has,
            "structure_too_soon": structural & (pl.col("end") - pl.col("start") < 3),
            "no_owner": pl.col("owner").is_null(),
            "no_cost": pl.col("cost").is_null(),
            "no_baseline": has & pl.col("baseline").is_null(),
            "target_not_above_baseline": pl.col("target") <= pl.col("baseline"),
        }
        assert plan.height == 31 and set(tests) == set(faults)
        for fault, rule in tests.items():
            assert sorted(plan.filter(rule)["measure_id"]) == faults[fault], fault
        assert len(faults["no_indicator"]) == 9


def test_expired_claims(province: Province) -> None:
    claims = province.tables["claims"]
    old = claims.filter(pl.col("expiry") <= "2023-12-31")
    assert sorted(old["claim_id"]) == province.truths.policy.expired_claims
