"""Value-chain upgrading: what the block keeps of a sale, what is not production (item 19)."""

from __future__ import annotations

from regionlift.measures.arithmetic import ratio
from regionlift.measures.cube import Floats
from regionlift.measures.panel import panel_measure


@panel_measure(
    "value_added_ratio",
    title="Value added in output",
    title_zh="增加值率",
    unit="share",
    direction="up",
    columns=("value_added", "output"),
    items=(11, 19),
    source="UNIDO, EQuIP toolbox, Tool 3",
    formula="sum_i V_i / sum_i X_i, V value added, X gross output, i sub-industries",
)
def value_added_ratio(value_added: Floats, output: Floats) -> Floats:
    r"""Share of output that is the block's own value added.

    .. math:: \sum_i V_i / \sum_i X_i

    It also moves with outsourcing and with revisions of the accounts.
    """
    return ratio(value_added, output)


@panel_measure(
    "non_production_share",
    title="Non-production staff in employment",
    title_zh="非生产人员占从业人员比重",
    unit="share",
    direction="up",
    columns=("non_production_staff", "employment"),
    items=(19,),
    source="Humphrey & Schmitz 2002: functional upgrading",
    formula="sum_i N_i / sum_i L_i",
)
def non_production_share(staff: Floats, employment: Floats) -> Floats:
    """Share of staff in design, R&D, sales, service and administration."""
    return ratio(staff, employment)


@panel_measure(
    "service_revenue_share",
    title="Service revenue in revenue",
    title_zh="服务收入占营业收入比重",
    unit="share",
    direction="up",
    columns=("service_revenue", "revenue"),
    items=(19,),
    source="Vandermerwe & Rada 1988: servitisation",
    formula="sum_i S_i / sum_i R_i",
)
def service_revenue_share(service_revenue: Floats, revenue: Floats) -> Floats:
    """Share of revenue from services."""
    return ratio(service_revenue, revenue)


@panel_measure(
    "new_product_share",
    title="New-product revenue in revenue",
    title_zh="新产品销售收入占营业收入比重",
    unit="share",
    direction="up",
    columns=("new_product_revenue", "revenue"),
    items=(7, 17),
    source="Oslo Manual 2018, section 8",
    formula="sum_i P_i / sum_i R_i",
)
def new_product_share(new_product_revenue: Floats, revenue: Floats) -> Floats:
    """Share of revenue from new products: the paper's technology productization."""
    return ratio(new_product_revenue, revenue)
