"""Second opinion on a report: every number again, from the raw tables, by its textbook formula.

Nothing of the package is imported here. The style is another one on purpose: plain dictionaries
and loops over sub-industries, no cubes, no data frames beyond the reading of the files.

    python tests/recompute.py out/ ../shared/data/us-states
"""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import polars as pl
from scipy.special import betaincinv, stdtrit
from scipy.stats import linregress

import rechain
import recount
import renetwork
import repathway
import repathway_chain
import replatform
import repolicy
import retech
from recount import UnknownError

Cell = tuple[str, str, str, int]  # column, region, industry, year
Number = Any  # a float, or an array of one float a replicate
Part = dict[str, list[Number]]  # column -> one number a sub-industry
Interval = tuple[float, float] | None

BLANK = "suppressed"

#: What the numbers of the network's structure and behaviour begin with.
NETWORK = ("network_", "tie_", "technology_new", "technology_lost", "labour_", "trust_",
           "responsibility_", "coordination_")  # fmt: skip


class Answer(NamedTuple):
    value: float
    interval: Interval = None


class Raw:
    """The figures of one data set as they lie in its files."""

    def __init__(self, block: list[str], high: set[str], base: str) -> None:
        self.block, self.high, self.base = block, high, base
        self.reference = ""
        self.cells: dict[Cell, float] = {}
        self.blanks: dict[Cell, str] = {}
        self.modelled: set[str] = set()
        self.services: set[str] = set()
        #: (region, year, using industry) -> [from services, from all]
        self.inputs: dict[tuple[str, int, str], list[float]] = {}
        self.inputs_modelled = False
        #: years with links between industries
        self.bought_in: set[int] = set()
        #: (region, year) -> kind -> patents by first applicant
        self.patents: dict[tuple[str, int], dict[str, int]] = {}
        self.income: dict[str, float] = {}
        self.network: recount.Counts = {}
        self.ties: renetwork.Network | None = None
        self.chain: rechain.Chain | rechain.States | None = None
        self.technology: retech.Technology | None = None
        self.policy: repolicy.Policy | None = None
        self.platform: replatform.Platform | None = None
        self.yearly: repathway.Yearly | None = None

    def put(self, cell: Cell, value: float | None, blank: str = BLANK) -> None:
        if value is None or math.isnan(value):
            self.blanks[cell] = blank
        else:
            self.cells[cell] = float(value)

    def finish(self) -> Raw:
        seen = [*self.cells, *self.blanks]
        self.regions = sorted({c[1] for c in seen} - {self.reference})
        self.columns = {c[0] for c in seen}
        self.years = sorted({c[3] for c in seen if c[2] in self.block})
        return self


# ------------------------------------------------------------------------------- reading the files

STATES = """AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut
DE Delaware;DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana
IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan
MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire
NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma
OR Oregon;PA Pennsylvania;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas
UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming
US United States"""

#: Found by the names that BEA prints, not by its line numbers.
BEA_NAMES = {
    "All industry total": "TOTAL",
    "Fabricated metal product manufacturing": "332",
    "Machinery manufacturing": "333",
    "Computer and electronic product manufacturing": "334",
    "Electrical equipment, appliance, and component manufacturing": "335",
    "Motor vehicles, bodies and trailers, and parts manufacturing": "3361MV",
    "Other transportation equipment manufacturing": "3364OT",
}
#: SAEMP25N has lines only.
BEA_EMPLOYMENT = {
    10: "TOTAL", 514: "332", 515: "333", 516: "334", 517: "335", 518: "3361MV", 519: "3364OT",
}  # fmt: skip
US_SERVICES = """481 482 483 484 486 487OS 493 511 513 514 521CI 523 524 525 532RL 5411 5412OP 5415
55 561"""


def rows_of(path: Path) -> Iterable[dict[str, Any]]:
    yield from pl.read_parquet(path).iter_rows(named=True)


def us_states(folder: Path) -> Raw:
    raw = Raw(["332", "333", "334", "335", "3361MV", "3364OT"], {"334", "3364OT"}, "TOTAL")
    raw.reference = "United States"
    names = dict(entry.split(" ", 1) for entry in STATES.replace("\n", ";").split(";"))
    for row in rows_of(folder / "gdp_by_industry.parquet"):
        industry = BEA_NAMES.get(row["indname"].strip())
        if industry:
            where = (names[row["stabbr"]], industry, row["year"])
            raw.put(("value_added", *where), row["gdp_musd"], "not_collected")
    for row in rows_of(folder / "employment.parquet"):
        industry = BEA_EMPLOYMENT.get(row["LineCode"])
        if industry and row["GeoName"] in names.values():
            raw.put(("employment", row["GeoName"], industry, row["year"]), row["emp"])
    for row in rows_of(folder / "value_added_components.parquet"):
        industry = BEA_NAMES.get(row["Description"].strip())
        if industry:
            pay = row["compensation_usd"]
            where = (row["GeoName"].removesuffix(" *"), industry, row["year"])
            raw.put(("compensation", *where), None if pay is None else pay / 1e6)
    made: dict[Cell, float] = defaultdict(float)
    for row in rows_of(folder / "make_2012.parquet"):
        if row["state"] != "Overseas" and row["row"] in raw.block:
            made["output", row["state"], row["row"], 2012] += row["value"] / 1e6
    raw.cells.update(made)
    raw.modelled = {"output"}
    raw.services, raw.inputs_modelled = set(US_SERVICES.split()), True
    for row in rows_of(folder / "use_2012.parquet"):
        if row["state"] != "Overseas" and not row["row"].startswith("V0"):
            use(raw, row["state"], 2012, row["row"], row["col"], row["value"])
    raw.chain = rechain.States(folder)
    return raw.finish()


def use(raw: Raw, region: str, year: int, giver: str, taker: str, value: float | None) -> None:
    if taker in raw.block and value is not None:
        raw.bought_in.add(year)
        pair = raw.inputs.setdefault((region, year, taker), [0.0, 0.0])
        pair[0] += value if giver in raw.services else 0.0
        pair[1] += value


#: NUTS 2006 and 2010 -> NUTS 2013: regions that only changed their code.
RENAMED = {f"ITD{n}": f"ITH{n}" for n in range(1, 6)}
RENAMED |= {f"ITE{n}": f"ITI{n}" for n in range(1, 5)}
RENAMED |= {f"EL1{n}": f"EL5{n}" for n in range(1, 4)}
RENAMED |= {"EL14": "EL61", "EL21": "EL54"}
RENAMED |= {f"EL2{n}": f"EL6{n}" for n in range(2, 6)}


def eu_nuts2(folder: Path) -> Raw:
    raw = Raw(["C25", "C26", "C27", "C28", "C29", "C30", "C33"], {"C26"}, "C")
    for row in rows_of(folder / "employment_wages_nace2_2008_2015.parquet"):
        where = (RENAMED.get(row["geo"], row["geo"]), row["nace_r2"], row["year"])
        pay = row["wages_meur"]
        raw.put(("employment", *where), row["persons_employed"])
        if pay is not None and pay < 0:
            raw.put(("compensation", *where), None, "not_collected")
        else:
            raw.put(("compensation", *where), pay)
    return raw.finish()


CN_SERVICES = "51 53 54 55 56 57 58 59 60 63 64 65 66 67 68 69 71 72 73 74 75"


def province(folder: Path) -> Raw:
    """The invented province: CSV files and one workbook with Chinese heads."""
    raw = Raw(["33", "34", "35", "36", "37", "38", "40"], {"40"}, "TOTAL")
    raw.services = set(CN_SERVICES.split())
    marks = {"S": "suppressed", "NC": "not_collected", "": "not_collected", "NA": "not_applicable"}
    for row in csv_rows(folder / "panel.csv"):
        region, industry, year = row.pop("region"), row.pop("industry"), int(row.pop("year"))
        for column, text in row.items():
            value = None if text in marks else float(text)
            raw.put((column, region, industry, year), value, marks.get(text, ""))
    for row in csv_rows(folder / "links.csv"):
        value = None if row["value"] in marks else float(row["value"])
        use(raw, row["region"], int(row["year"]), row["from"], row["to"], value)
    for row in csv_rows(folder / "regions.csv"):
        if row["income"] not in marks:
            raw.income[row["region"]] = float(row["income"])
    count_patents(raw, folder)
    raw.network = recount.recounted(folder)
    raw.ties = renetwork.Network(folder, "Beijiang")
    raw.chain = rechain.Chain(folder, "Beijiang", raw.ties)
    raw.technology = retech.Technology(folder, "Beijiang")
    raw.platform = replatform.Platform(folder, "Beijiang")
    raw.policy = repolicy.Policy(folder, "Beijiang", raw.ties, raw.chain)
    raw.yearly = repathway.Yearly(folder)
    return raw.finish()


def count_patents(raw: Raw, folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    key, place = lines[0].index("机构编号"), lines[0].index("地区")
    home = {line[key]: str(line[place]) for line in lines[1:] if line[place]}
    first = {
        row["patent_id"]: row["org_id"]
        for row in csv_rows(folder / "applicants.csv")
        if row["position"] == "1"
    }
    classes = defaultdict(list)
    for row in csv_rows(folder / "codes.csv"):
        classes[row["patent_id"]].append(row["code"])
    for row in csv_rows(folder / "patents.csv"):
        region = home.get(first.get(row["patent_id"], ""))
        if region:
            kinds = raw.patents.setdefault((region, int(row["app_year"])), defaultdict(int))
            kinds[row["kind"]] += 1
            kinds["all"] += 1
            kinds["classed"] += row["patent_id"] in classes
            kinds["digital"] += any(c.startswith(("G05B", "G06", "H04", "B25J"))
                                    for c in classes.get(row["patent_id"], []))  # fmt: skip


def csv_rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_raw(folder: Path) -> Raw:
    """Whichever of the three data sets lies in the folder."""
    if (folder / "gdp_by_industry.parquet").exists():
        return us_states(folder)
    if (folder / "employment_wages_nace2_2008_2015.parquet").exists():
        return eu_nuts2(folder)
    return province(folder)


# ---------------------------------------------------------------------------- textbook formulas


def add(numbers: Iterable[Number]) -> Number:
    whole: Number = 0.0
    for number in numbers:
        whole = whole + number
    return whole


def nil(number: Number) -> bool:
    return bool(np.all(np.asarray(number) == 0))


def mix(numbers: list[Number]) -> list[Number]:
    whole = add(numbers)
    return [number / whole for number in numbers]


def per(top: str, bottom: str, scale: float = 1.0) -> Callable[[Part], Number]:
    def quotient(x: Part) -> Number:
        below = add(x[bottom])
        return np.where(below > 0, scale * add(x[top]) / np.where(below > 0, below, 1), np.nan)

    return quotient


def theil(x: Part) -> Number:
    v, labour = add(x["value_added"]), add(x["employment"])
    index: Number = 0.0
    for vi, li in zip(x["value_added"], x["employment"], strict=True):
        if not nil(vi):
            index = index + vi / v * np.log((vi / li) / (v / labour))
    return index


def nav(a: list[Number], b: list[Number]) -> Number:
    moved: Number = 0.0
    for before, after in zip(mix(a), mix(b), strict=True):
        moved = moved + abs(after - before)
    return moved / 2


def lilien(a: list[Number], b: list[Number]) -> Number:
    whole = np.log(add(b)) - np.log(add(a))
    variance: Number = 0.0
    for x0, x1, s0, s1 in zip(a, b, mix(a), mix(b), strict=True):
        if not (nil(x0) and nil(x1)):
            variance = variance + (s0 + s1) / 2 * (np.log(x1) - np.log(x0) - whole) ** 2
    return np.sqrt(variance)


def moore(a: list[Number], b: list[Number]) -> Number:
    """Kahan's form of the angle, which stays exact where the angle is small."""
    na, nb = np.sqrt(add(x * x for x in a)), np.sqrt(add(x * x for x in b))
    apart = np.sqrt(add((x / na - y / nb) ** 2 for x, y in zip(a, b, strict=True)))
    along = np.sqrt(add((x / na + y / nb) ** 2 for x, y in zip(a, b, strict=True)))
    return 2 * np.arctan2(apart, along) * 180 / math.pi


def shift_share(column: str, wanted: str) -> Callable[[Part, Part], Number]:
    def part(a: Part, b: Part) -> Number:
        start = add(a[column]) / add(a["employment"])
        whole: Number = 0.0
        rows = zip(a[column], a["employment"], b[column], b["employment"],
                   mix(a["employment"]), mix(b["employment"]), strict=True)  # fmt: skip
        for v0, l0, v1, l1, s0, s1 in rows:
            p0 = None if nil(l0) else v0 / l0
            p1 = None if nil(l1) else v1 / l1
            p0, p1 = (p1 if p0 is None else p0), (p0 if p1 is None else p1)
            p0, p1 = (0.0 if p0 is None else p0), (0.0 if p1 is None else p1)
            whole = (
                whole
                + {
                    "within": s0 * (p1 - p0),
                    "between": p0 * (s1 - s0),
                    "interaction": (s1 - s0) * (p1 - p0),
                    "all": s1 * p1 - s0 * p0,
                }[wanted]
            )
        return 100 * whole / start

    return part


def grown(column: str) -> Callable[[Part, Part], Number]:
    return lambda a, b: 100 * np.log(add(b[column]) / add(a[column]))


def productivity_growth(a: Part, b: Part) -> Number:
    p0 = add(a["value_added_real"]) / add(a["employment"])
    return 100 * np.log(add(b["value_added_real"]) / add(b["employment"]) / p0)


def from_inputs(a: Part, b: Part) -> Number:
    """Labour and capital, each with its mean income share (Solow, Törnqvist)."""
    wages = add(a["compensation"]) / add(a["value_added"])
    wages = (wages + add(b["compensation"]) / add(b["value_added"])) / 2
    return wages * grown("employment")(a, b) + (1 - wages) * grown("capital")(a, b)


def residual(a: Part, b: Part) -> Number:
    return grown("value_added_real")(a, b) - from_inputs(a, b)


def share_of_growth(part: Callable[[Part, Part], Number]) -> Callable[[Part, Part], Number]:
    def quotient(a: Part, b: Part) -> Number:
        growth = grown("value_added_real")(a, b)
        return np.where(growth > 0, part(a, b) / growth, np.nan)

    return quotient


V, R, N, W, K = "value_added", "value_added_real", "employment", "compensation", "capital"
PAIR, SOLOW = (R, N), (R, N, K, W, V)

LEVELS: dict[str, tuple[tuple[str, ...], Callable[[Part], Number]]] = {
    "value_added_per_employee": ((R, N), per(R, N, 1000)),
    "value_added_per_employee_current": ((V, N), per(V, N, 1000)),
    "compensation_per_employee": ((W, N), per(W, N, 1000)),
    "compensation_share": ((W, V), per(W, V)),
    "capital_per_employee": ((K, N), per(K, N, 1000)),
    "rd_intensity": (("rd_spend", V), per("rd_spend", V)),
    "technology_introduction_ratio": (
        ("foreign_tech_purchase", "rd_spend"), per("foreign_tech_purchase", "rd_spend"),
    ),
    "value_added_ratio": ((V, "output"), per(V, "output")),
    "non_production_share": (("non_production_staff", N), per("non_production_staff", N)),
    "service_revenue_share": (("service_revenue", "revenue"), per("service_revenue", "revenue")),
    "new_product_share": (
        ("new_product_revenue", "revenue"), per("new_product_revenue", "revenue"),
    ),
    "theil_rationalisation": ((V, N), theil),
    "rd_staff_per_thousand": (("rd_staff", N), per("rd_staff", N, 1000)),
    "block_value_added": ((V,), lambda x: add(x[V])),
    "block_employment": ((N,), lambda x: add(x[N])),
}  # fmt: skip

#: (columns, formula of both ends, whether it is a rate a year)
CHANGES: dict[str, tuple[tuple[str, ...], Callable[[Part, Part], Number], bool]] = {
    "growth_value_added": (PAIR, grown(R), True),
    "growth_from_employment": (PAIR, grown(N), True),
    "growth_from_productivity": (PAIR, productivity_growth, True),
    "growth_from_tfp": (SOLOW, residual, True),
    "input_driven_share": (SOLOW, share_of_growth(from_inputs), False),
    "employment_driven_share": (PAIR, share_of_growth(grown(N)), False),
}
MIXES = {"nav": nav, "lilien": lilien, "moore": moore}


def of_mix(name: str, column: str) -> Callable[[Part, Part], Number]:
    return lambda a, b: MIXES[name](a[column], b[column])


for _column in (V, N):
    for _name in MIXES:
        CHANGES[f"{_name}_{_column}"] = ((_column,), of_mix(_name, _column), False)
for _column, _suffix in ((R, ""), (V, "_current")):
    for _part in ("within", "between", "interaction"):
        CHANGES[f"shift_share_{_part}{_suffix}"] = (
            (_column, N), shift_share(_column, _part), False,
        )  # fmt: skip
    CHANGES[f"productivity_change{_suffix}"] = ((_column, N), shift_share(_column, "all"), False)

AT_CURRENT_PRICES = {"value_added_per_employee_current", "compensation_per_employee",
                     "block_value_added", "inventions_per_rd"}  # fmt: skip

LEAD_MARKERS = {
    "factor": [
        "value_added_per_employee", "value_added_per_employee_current", "compensation_per_employee",
    ],
    "value": ["value_added_ratio", "non_production_share", "service_revenue_share"],
    "structure": ["high_tech_share_value_added", "high_tech_share_employment"],
}  # fmt: skip
PRINTED = {"factor": "factor", "value": "value chain", "structure": "structure"}


def quantile(numbers: Iterable[float], q: float) -> float:
    """Linear between the order statistics."""
    line = sorted(numbers)
    at = (len(line) - 1) * q
    low = math.floor(at)
    high = min(low + 1, len(line) - 1)
    return line[low] + (at - low) * (line[high] - line[low])


def median(numbers: Iterable[float]) -> float:
    return quantile(numbers, 0.5)


# --------------------------------------------------------------------------- from cells to numbers


class Recompute:
    """Every number of one run, on request."""

    def __init__(self, raw: Raw, run: dict[str, Any]) -> None:
        self.raw, self.run, self.set = raw, run, run["settings"]
        self.region: str = run["region"]
        self.block = [code for code in raw.block if code not in run["without"]]
        tail = (1 - self.set["confidence"]) / 2
        self.tails = (tail, 1 - tail)
        self.window = int(self.set["window"])
        self._weights: dict[int, list[Any]] = {}
        self._memo: dict[tuple[str, ...], Any] = {}
        self.distances: dict[str, dict[str, float]] = {}
        self.peers, self.second = self.match()

    def weights(self, units: int) -> list[Any]:
        """One array of replicates a unit."""
        if units not in self._weights:
            stream = np.random.default_rng([int(self.set["seed"]), units])
            drawn = stream.dirichlet(np.ones(units), size=int(self.set["resamples"])) * units
            self._weights[units] = [drawn[:, unit] for unit in range(units)]
        return self._weights[units]

    def ends(self, replicates: Any) -> Interval:
        listed = [float(number) for number in replicates]
        if not all(map(math.isfinite, listed)):
            return None
        return quantile(listed, self.tails[0]), quantile(listed, self.tails[1])

    # panel ------------------------------------------------------------------------------------

    def part(self, columns: tuple[str, ...], region: str, year: int) -> Part:
        found: Part = {}
        for column in columns:
            line = []
            for industry in self.block:
                cell = (column, region, industry, year)
                if cell not in self.raw.cells:
                    raise UnknownError(f"{cell}: {self.raw.blanks.get(cell, 'no row')}")
                line.append(self.raw.cells[cell])
            found[column] = line
        return found

    def formula(self, measure: str, region: str, period: str) -> Callable[[list[Any]], Number]:
        """The measure as a function of the weights of the sub-industries."""
        years = [int(text) for text in period.split("-")] if period else []
        if not years:
            raise UnknownError("no year has all the columns")
        if measure.startswith("high_tech_share_"):
            column = measure.removeprefix("high_tech_share_")
            columns: tuple[str, ...] = (column,)
            level = self.high_share(column)
        elif measure in LEVELS:
            columns, level = LEVELS[measure]
        else:
            columns, change, annual = CHANGES[measure]
            start, end = (self.part(columns, region, year) for year in years)
            span = years[1] - years[0] if annual else 1
            return lambda w: change(weighted(start, w), weighted(end, w)) / span
        here = self.part(columns, region, years[0])
        return lambda w: level(weighted(here, w))

    def high_share(self, column: str) -> Callable[[Part], Number]:
        def share(x: Part) -> Number:
            high = [v for v, i in zip(x[column], self.block, strict=True) if i in self.raw.high]
            return add(high) / add(x[column])

        return share

    def on_panel(self, measure: str) -> bool:
        return measure in LEVELS or measure in CHANGES or measure.startswith("high_tech_share_")

    def replicates(self, measure: str, region: str, period: str) -> Any:
        key = ("draws", measure, region, period)
        if key not in self._memo:
            with np.errstate(all="ignore"):
                w = self.weights(len(self.block))
                self._memo[key] = self.formula(measure, region, period)(w)
        return self._memo[key]

    def government(self, measure: str, part: str, period: str) -> Answer:
        """Public money, ties and claims; the quotients are those of the panel."""
        if self.raw.policy is None:
            raise UnknownError("no public money")
        last = str(max(self.raw.years))

        def quotient(code: str) -> float:
            return self.quotient("location_quotient_employment", f"{self.region}|{code}", last)[0]

        return Answer(*self.raw.policy.answer(measure, part, period, quotient, self.weights,
                                              self.ends))  # fmt: skip

    # one number -------------------------------------------------------------------------------

    def point(self, measure: str, subject: str, period: str) -> float:
        """The value alone."""
        key = ("point", measure, subject, period)
        if key not in self._memo:
            try:
                self._memo[key] = self._point(measure, subject, period)
            except UnknownError as error:
                self._memo[key] = error
        found = self._memo[key]
        if isinstance(found, UnknownError):
            raise found
        return float(found)

    def _point(self, measure: str, subject: str, period: str) -> float:
        if measure.startswith("location_quotient_"):
            return self.quotient(measure, subject, period)[0]
        if measure == "producer_service_share":
            pairs = self.service_pairs(subject, period)
            return float(add(p[0] for p in pairs) / add(p[1] for p in pairs))
        if measure.endswith("_input_share"):
            return self.bought(measure, subject, period)
        if measure == "patents_per_thousand":
            staff = sum(self.part((N,), subject, self.year(period))[N])
            return 1000 * self.filed(subject, period)["all"] / staff
        if measure in recount.MEASURES:
            if (measure, subject, self.year(period)) not in self.raw.network:
                raise UnknownError("not in the network")
            return self.raw.network[measure, subject, self.year(period)]
        if measure in repathway.YEARLY:
            return self.cooperation(measure, subject, period).value
        if measure == "inventions_per_rd":
            if subject not in {place for place, _ in self.raw.patents}:
                raise UnknownError("no patents")
            spent = sum(self.part(("rd_spend",), subject, self.year(period))["rd_spend"])
            if not spent:
                raise UnknownError("no R&D")
            kinds = self.raw.patents.get((subject, self.year(period)), {})
            return kinds.get("invention", 0) / spent
        if measure == "invention_share":
            kinds = self.filed(subject, period)
            return kinds["invention"] / kinds["all"]
        if measure == "digital_share":
            kinds = self.filed(subject, period)
            return kinds["digital"] / kinds["classed"]
        with np.errstate(all="ignore"):
            value = float(self.formula(measure, subject, period)([np.float64(1)] * len(self.block)))
        if not math.isfinite(value):
            raise UnknownError("not defined")
        return value

    def bought(self, measure: str, subject: str, period: str) -> float:
        if self.raw.chain is None or self.year(period) not in self.raw.bought_in:
            raise UnknownError("no year of links between industries")
        return float(self.raw.chain.answer(measure, subject, period)[0])

    def cooperation(self, measure: str, region: str, period: str) -> Answer:
        if self.raw.yearly is None:
            raise UnknownError("no network")
        return Answer(*self.raw.yearly.answer(measure, region, period))

    def year(self, period: str) -> int:
        if not period:
            raise UnknownError("no year")
        return int(period)

    def filed(self, region: str, period: str) -> dict[str, int]:
        kinds = self.raw.patents.get((region, self.year(period)))
        if not kinds:
            raise UnknownError("no patents")
        return kinds

    def quotient(self, measure: str, subject: str, period: str) -> tuple[float, Interval]:
        """(x_ri / x_r) / (x_i / x), and Jeffreys' interval of the share for counts."""
        column = measure.removeprefix("location_quotient_")
        region, _, industry = subject.partition("|")
        codes, year = ([industry] if industry else self.block), self.year(period)

        def both(place: str) -> tuple[float, float]:
            cells = [(column, place, code, year) for code in [*codes, self.raw.base]]
            for cell in cells:
                if cell not in self.raw.cells:
                    raise UnknownError(f"{cell}: {self.raw.blanks.get(cell, 'no row')}")
            *own, whole = (self.raw.cells[cell] for cell in cells)
            return sum(own), whole

        own, whole = both(region)
        area, area_whole = 0.0, 0.0
        for place in [self.raw.reference] if self.raw.reference else self.raw.regions:
            try:
                there = both(place)
            except UnknownError:
                continue
            area, area_whole = area + there[0], area_whole + there[1]
        if not area or not whole:
            raise UnknownError("no reference")
        share = area / area_whole
        interval = None
        if column == "employment":
            a, b = own + 0.5, max(whole - own, 0) + 0.5
            interval = tuple(float(betaincinv(a, b, q)) / share for q in self.tails)
        return own / whole / share, interval  # type: ignore[return-value]

    def service_pairs(self, region: str, period: str) -> list[list[float]]:
        year = self.year(period)
        found = [self.raw.inputs.get((region, year, taker)) for taker in self.block]
        if None in found:
            raise UnknownError("no inputs of a sub-industry")
        return [pair for pair in found if pair]

    def answer(self, measure: str, subject: str, period: str) -> Answer:
        """Value and interval.

        Raises
        ------
        UnknownError
            If the raw tables do not give it.
        """
        region, _, rest = subject.partition("|")
        match measure:
            case "peer_percentile":
                return self.percentile(rest, region, period, self.peers, interval=True)
            case "second_peer_percentile":
                return self.percentile(rest, region, period, self.second, interval=False)
            case "trend":
                return self.trend(rest, region, period)
            case "stage_lead_share":
                return self.lead_share(rest)
            case "profile_change_rate":
                return self.change_rate(rest)
            case "base_rate_skill":
                return self.skill()
            case "exit_slope":
                return self.exit_slope(region, rest, period)
        if measure.startswith("location_quotient_"):
            return Answer(*self.quotient(measure, subject, period))
        if measure in repathway.YEARLY:
            return self.cooperation(measure, subject, period)
        if measure.startswith(NETWORK) and measure not in recount.MEASURES:
            if self.raw.ties is None:
                raise UnknownError("no network")
            return Answer(*self.raw.ties.answer(measure, period))
        if measure.startswith(rechain.MEASURES):
            if self.raw.chain is None:
                raise UnknownError("no chain")
            return Answer(*self.raw.chain.answer(measure, subject, period))
        if measure.startswith(retech.MEASURES):
            if self.raw.technology is None:
                raise UnknownError("no patents")
            return Answer(self.raw.technology.answer(measure, subject, period))
        if measure.startswith(replatform.MEASURES):
            if self.raw.platform is None:
                raise UnknownError("no platform")
            return Answer(*self.raw.platform.answer(measure, subject, period))
        if measure.startswith(repolicy.MEASURES):
            return self.government(measure, rest, period)
        value = self.point(measure, subject, period)
        if measure == "producer_service_share":
            pairs = self.service_pairs(subject, period)
            both = list(zip(pairs, self.weights(len(pairs)), strict=True))
            return Answer(
                value, self.ends(add(p[0] * u for p, u in both) / add(p[1] * u for p, u in both))
            )
        if self.on_panel(measure) and measure not in repathway.TOTALS:
            return Answer(value, self.ends(self.replicates(measure, subject, period)))
        return Answer(value)

    # peers ------------------------------------------------------------------------------------

    def match(self) -> tuple[list[str], list[str]]:
        """Nearest regions in size, income and mix, each over its spread; second: in mix alone."""
        limit = self.run["year"] or 9999
        for column in (V, N):
            for year in sorted((y for y in self.raw.years if y <= limit), reverse=True):
                lines = self.whole_blocks(column, year)
                if self.region in lines:
                    return self.nearest(lines, year)
        return [], []

    def whole_blocks(self, column: str, year: int) -> dict[str, list[float]]:
        lines = {}
        for region in self.raw.regions:
            try:
                line = self.part((column,), region, year)[column]
            except UnknownError:
                continue
            if sum(line) > 0:
                lines[region] = line
        return lines

    def nearest(self, lines: dict[str, list[float]], year: int) -> tuple[list[str], list[str]]:
        income: dict[str, float | None] = {r: self.income(r, year) for r in lines}
        size = {r: math.log(sum(line)) for r, line in lines.items()}
        mixes = {r: mix(line) for r, line in lines.items()}
        far = {(p, q): half(mixes[p], mixes[q]) for p in lines for q in lines if p != q}
        spread = math.sqrt(sum(d * d for d in far.values()) / len(far))
        with_income = all(income.get(r) is not None for r in lines)
        for other in lines:
            if other == self.region:
                continue
            mine = far[self.region, other]
            parts = [mine / spread, (size[other] - size[self.region]) / deviation(size.values())]
            if with_income:
                gap = float(income[other] or 0) - float(income[self.region] or 0)
                parts.append(gap / deviation([float(income[r] or 0) for r in lines]))
            self.distances[other] = {
                "size": size[other], "mix": mine, "distance": math.sqrt(sum(p * p for p in parts)),
            }  # fmt: skip
        k = int(self.set["peers"])
        by = self.distances
        first = sorted(by, key=lambda r: (by[r]["distance"], r))[:k]
        if self.run["peers"]["rule"].startswith("fixed"):
            first = self.run["peers"]["members"]
        return first, sorted(by, key=lambda r: (by[r]["mix"], r))[:k]

    def income(self, region: str, year: int) -> float | None:
        """The income declared, or the latest value added per person of all industries."""
        if self.raw.income:
            return self.raw.income.get(region)
        for y in range(year, year - 60, -1):
            v = self.raw.cells.get((V, region, self.raw.base, y))
            staff = self.raw.cells.get((N, region, self.raw.base, y))
            if v is not None and staff:
                return v / staff
        return None

    # position ---------------------------------------------------------------------------------

    def modelled(self, marker: str) -> bool:
        if marker == "producer_service_share" or marker.endswith("_input_share"):
            return self.raw.inputs_modelled
        columns = LEVELS[marker][0] if marker in LEVELS else ()
        return bool(set(columns) & self.raw.modelled)

    def having(self, marker: str, period: str, regions: Iterable[str]) -> list[str]:
        found = []
        for region in regions:
            try:
                self.point(marker, region, period)
            except UnknownError:
                continue
            found.append(region)
        return found

    def last_period(self, marker: str, region: str) -> str:
        """The last year in which the region and enough peers have the marker."""
        limit = self.run["year"] or 9999
        span = self.window if marker in CHANGES else 0
        for year in range(2030, 1980, -1):
            period = f"{year - span}-{year}" if span else str(year)
            if year > limit or not self.having(marker, period, [region]):
                continue
            if len(self.having(marker, period, self.peers)) >= self.set["minimum_peers"]:
                return period
        return ""

    def percentile(
        self, marker: str, region: str, period: str, peers: list[str], interval: bool
    ) -> Answer:
        own = self.point(marker, region, period)
        if self.modelled(marker):
            raise UnknownError("modelled from national figures")
        known = self.having(marker, period, peers)
        if len(known) < self.set["minimum_peers"]:
            raise UnknownError("too few peers")
        value = rank(own, [self.point(marker, peer, period) for peer in known])
        if not (interval and self.on_panel(marker)):
            return Answer(float(value))
        return Answer(float(value), self.ends(self.rank_draws(marker, region, period)))

    def rank_draws(self, marker: str, region: str, period: str) -> Any:
        known = self.having(marker, period, self.peers)
        others = [self.replicates(marker, peer, period) for peer in known]
        return rank(self.replicates(marker, region, period), others)

    def trend(self, marker: str, region: str, period: str) -> Answer:
        if marker in CHANGES:
            raise UnknownError("itself a change")
        end = self.year(period.split("-")[-1])
        self.point(marker, region, str(end))
        points = []
        mine = [
            year for year in range(end - self.window, end + 1)
            if self.having(marker, str(year), [region])
        ]  # fmt: skip
        others = [
            peer for peer in self.peers
            if all(self.having(marker, str(year), [peer]) for year in mine)
        ]  # fmt: skip
        for year in mine:
            value = self.point(marker, region, str(year))
            if marker in AT_CURRENT_PRICES:
                if len(others) < self.set["minimum_peers"]:
                    raise UnknownError("too few peers known in every year")
                value /= median([self.point(marker, peer, str(year)) for peer in others])
            points.append((year, value))
        if "-" in period and period != f"{points[0][0]}-{end}":
            raise UnknownError(f"the years are {points[0][0]}-{end}, not {period}")
        if len(points) < self.set["minimum_years"] or min(v for _, v in points) <= 0:
            raise UnknownError("too few years, or a value that has no logarithm")
        line = linregress([x for x, _ in points], [math.log(v) for _, v in points])
        tail = (1 - self.set["confidence"]) / 2
        half = -float(stdtrit(len(points) - 2, tail)) * line.stderr
        return Answer(100 * line.slope, (100 * (line.slope - half), 100 * (line.slope + half)))

    # stage and base rates ---------------------------------------------------------------------

    def lead_share(self, gauge: str) -> Answer:
        draws = {}
        for name, markers in LEAD_MARKERS.items():
            for marker in markers:
                period = self.last_period(marker, self.region)
                if period and not self.modelled(marker):
                    draws[name] = self.rank_draws(marker, self.region, period)
                    break
        if len(draws) < len(LEAD_MARKERS):
            raise UnknownError("a gauge without a place among the peers")
        share = 0.0
        for number in range(int(self.set["resamples"])):
            now = {name: line[number] for name, line in draws.items()}
            top = [name for name in now if now[name] == max(now.values())]
            share += 1 / len(top) if gauge in top else 0.0
        return Answer(share / int(self.set["resamples"]))

    def profiles(self) -> dict[tuple[str, int], str]:
        """(region, year) -> gauges at or above (high) or below (low) the median of the year."""
        if ("profiles",) in self._memo:
            return dict(self._memo["profiles",])
        sides: list[dict[tuple[str, int], str]] = []
        for gauge, markers in LEAD_MARKERS.items():
            for marker in markers:
                if not self.modelled(marker) and (found := self.side(gauge, marker)):
                    sides.append(found)
                    break
        both = set.intersection(*(set(side) for side in sides)) if sides else set()
        found = {key: " · ".join(side[key] for side in sides) for key in both}
        self._memo["profiles",] = found
        return found

    def side(self, gauge: str, marker: str) -> dict[tuple[str, int], str]:
        found, full = {}, 0
        for year in self.raw.years:
            known = self.having(marker, str(year), self.raw.regions)
            if len(known) < self.set["minimum_regions"]:
                continue
            full += 1
            values = {region: self.point(marker, region, str(year)) for region in known}
            middle = median(values.values())
            for region, value in values.items():
                found[region, year] = f"{PRINTED[gauge]} {'high' if value >= middle else 'low'}"
        return found if full > self.set["horizon"] else {}

    def pairs(self) -> list[tuple[str, int, str, str]]:
        now, later = self.profiles(), int(self.set["horizon"])
        return [(r, y, p, now[r, y + later]) for (r, y), p in sorted(now.items())
                if (r, y + later) in now]  # fmt: skip

    def change_rate(self, profile: str) -> Answer:
        mine = {y: p for (r, y), p in self.profiles().items() if r == self.region}
        if not mine or mine[max(mine)] != profile:
            raise UnknownError("no such profile")
        mine_now = [case for case in self.pairs() if case[2] == profile]
        cases = [(r, float(now != later), 1.0) for r, _, now, later in mine_now]
        if len({r for r, _, _ in cases}) < self.set["minimum_regions"]:
            raise UnknownError("too few regions")
        return self.clustered(cases)

    def skill(self) -> Answer:
        h, cases = int(self.set["horizon"]), []
        pairs = self.pairs()
        for origin in sorted({y for _, y, _, _ in pairs}):
            learnt = [p for p in pairs if p[1] + h <= origin]
            if len({p[0] for p in learnt}) < self.set["minimum_regions"]:
                continue
            for region, year, now, later in pairs:
                like = [p[2] != p[3] for p in learnt if p[2] == now]
                if year == origin and like:
                    changed = float(now != later)
                    ours = (sum(like) / len(like) - changed) ** 2
                    cases.append((region, changed - ours, changed))
        if not any(naive for _, _, naive in cases):
            raise UnknownError("nothing learnt before that could be seen after")
        return self.clustered(cases)

    def clustered(self, cases: list[tuple[str, float, float]]) -> Answer:
        """Ratio of sums; the regions are weighted, not the cases."""
        top: dict[str, float] = defaultdict(float)
        bottom: dict[str, float] = defaultdict(float)
        for region, above, below in cases:
            top[region] += above
            bottom[region] += below
        w = self.weights(len(top))
        up = add(u * t for u, t in zip(w, top.values(), strict=True))
        down = add(u * b for u, b in zip(w, bottom.values(), strict=True))
        return Answer(sum(top.values()) / sum(bottom.values()), self.ends(up / down))

    def exit_slope(self, region: str, activity: str, period: str) -> Answer:
        first, last = (int(text) for text in period.split("-"))
        xs, ys = [], []
        for year in range(first, last + 1):
            if activity == "utility_models":
                doing = float(self.filed(region, str(year))["utility"])
            else:
                doing = sum(self.part((activity,), region, year)[activity])
            xs.append(math.log(doing))
            ys.append(math.log(self.point("value_added_per_employee", region, str(year))))
        n, mx, my = len(xs), sum(xs) / len(xs), sum(ys) / len(ys)
        sxx = sum((x - mx) ** 2 for x in xs)
        b = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sxx
        left = sum((y - my - b * (x - mx)) ** 2 for x, y in zip(xs, ys, strict=True))
        half_width = float(stdtrit(n - 2, self.tails[1])) * math.sqrt(left / (n - 2) / sxx)
        return Answer(b, (b - half_width, b + half_width))


def weighted(part: Part, weights: list[Number]) -> Part:
    return {c: [v * w for v, w in zip(line, weights, strict=True)] for c, line in part.items()}


def half(p: list[float], q: list[float]) -> float:
    return sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2


def deviation(numbers: Iterable[float]) -> float:
    line = list(numbers)
    mean = sum(line) / len(line)
    return math.sqrt(sum((x - mean) ** 2 for x in line) / (len(line) - 1))


def rank(own: Number, others: list[Number]) -> Number:
    points: Number = 0.0
    for other in others:
        points = points + np.where(other < own, 1.0, np.where(other == own, 0.5, 0.0))
    return 100 * points / len(others)


def slope(points: list[tuple[int, float]], weights: list[Number]) -> Number:
    """Weighted least squares of the logarithm on the year."""
    whole = add(weights)
    rows = [(point[0], math.log(point[1]), w / whole)
            for point, w in zip(points, weights, strict=True)]  # fmt: skip
    mt, my = add(w * t for t, _, w in rows), add(w * y for _, y, w in rows)
    up = add(w * (t - mt) * (y - my) for t, y, w in rows)
    return up / add(w * (t - mt) ** 2 for t, _, w in rows)


# ------------------------------------------------------------------------------------- the report


def payload_of(report: Path) -> dict[str, Any]:
    """What the page shows, as it lies in the file."""
    page = report.read_text("utf-8")
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    if found is None:
        raise ValueError(f"no payload in {report}")
    return dict(json.loads(found.group(1)))


def evidence_of(report: Path) -> dict[str, dict[str, Any]]:
    """Evidence records of a report by id."""
    return dict(payload_of(report)["evidence"])


def stated(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def differs(record: dict[str, Any], answer: Answer, tolerance: float = 1e-9) -> str:
    """What is not equal, in words; empty where all is."""
    value = stated(record["text"])
    if not math.isclose(value, answer.value, rel_tol=tolerance):
        return f"value {value!r}, recomputed {answer.value!r}"
    printed = record["interval"]
    ends = tuple(map(stated, printed.split(" to "))) if printed else None
    if (ends is None) != (answer.interval is None):
        return f"interval {ends}, recomputed {answer.interval}"
    if ends and answer.interval:
        for mine, theirs in zip(answer.interval, ends, strict=True):
            if not math.isclose(mine, theirs, rel_tol=tolerance):
                return f"interval {ends}, recomputed {answer.interval}"
    return ""


def unrepeatable(measure: str, subject: str) -> bool:
    """Whether a number has no plain formula over the files alone."""
    return (renetwork.unrepeatable(measure, subject) or rechain.unrepeatable(measure)
            or retech.unrepeatable(measure) or repolicy.unrepeatable(measure)
            or replatform.unrepeatable(measure)
            or repathway.unrepeatable(measure)
            or repathway_chain.unrepeatable(measure))  # fmt: skip


def main(out: Path, folder: Path) -> int:
    run = json.loads((out / "run.json").read_text("utf-8"))
    again = Recompute(read_raw(folder), run)
    wrong = equal = blank = 0
    for id, record in evidence_of(out / "report.html").items():
        key = (record["measure"], record["subject"], record["period"])
        if unrepeatable(*key[:2]):
            continue
        try:
            answer = again.answer(*key)
        except UnknownError as error:
            blank += record["status"] != "known"
            if record["status"] == "known":
                wrong += 1
                print(f"{id}: {record['text']}, cannot be recomputed: {error}")
            continue
        if record["status"] != "known":
            wrong += 1
            print(f"{id}: {record['status']}, recomputed {answer.value!r}")
        elif said := differs(record, answer):
            wrong += 1
            print(f"{id}: {said}")
        else:
            equal += 1
    print(f"{equal} equal, {blank} not known to either, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
