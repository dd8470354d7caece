"""The invented province's chain again, by loops over its files; nothing of the package imported.

``NOT_AGAIN`` says which numbers have no plain formula over the files alone, and what holds them.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import openpyxl
import polars as pl

import renetwork
from recount import UnknownError, rows

BLOCK = {"33", "34", "35", "36", "37", "38", "40"}

#: Years whose patents and joint events count: the default.
YEARS = 5

MEASURES = ("chain_", "link_", "core_", "industry_pair", "local_input_share", "foreign_input_share")

NOT_AGAIN = {
    "chain_density": "needs every region's quotients: test_chain, by hand",
    "industry_pair": "test_chain, by definition",
    **dict.fromkeys(
        ("driving_direct", "driving_multiplier", "driving_backward", "driving_forward",
         "driving_loss"), "test_driving: tables inverted anew, states from the raw files",
    ),
    "core_overlap": "needs the list of cores: test_chain, by hand",
    "supplier_intensity": "needs the list of cores: test_chain, by hand",
    "supplier_certified": "needs the list of cores: test_chain, by hand",
    "supplier_patents": "needs the list of cores: test_chain, by hand",
}


class Chain:
    """Nodes, organisations, flows and trade as plain dictionaries."""

    def __init__(self, folder: Path, region: str, network: renetwork.Network) -> None:
        self.region, self.network = region, network
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        heads = {head: place for place, head in enumerate(lines[0])}
        self.home, self.node, self.revenue = {}, {}, {}
        placed = [r for r in lines[1:] if r[heads["产业链环节"]] and r[heads["地区"]] == region]
        self.founded, self.closed = (
            [int(r[heads[h]]) if r[heads[h]] else None for r in placed]
            for h in ("成立年份", "注销年份")
        )
        for line in lines[1:]:
            org = str(line[heads["机构编号"]])
            self.home[org] = str(line[heads["地区"]] or "")
            if line[heads["产业链环节"]] and not line[heads["注销年份"]]:
                self.node[org] = str(line[heads["产业链环节"]])
                self.revenue[org] = float(line[heads["营业收入"]])
        self.nodes = {r["node_id"]: r for r in rows(folder / "chain_nodes.csv")}
        self.uses: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "chain_edges.csv"):
            self.uses[r["from"]].add(r["to"])
        self.links, self.trade = rows(folder / "links.csv"), rows(folder / "trade.csv")
        self.classes: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "codes.csv"):
            self.classes[r["patent_id"]].add(r["code"])
        self.filed = {r["patent_id"]: int(r["app_year"]) for r in rows(folder / "patents.csv")}
        self.applicants = [(r["patent_id"], r["org_id"]) for r in rows(folder / "applicants.csv")]

    def makers(self, node: str) -> list[str]:
        return [o for o, n in self.node.items() if n == node and self.home[o] == self.region]

    def demand(self, node: str) -> float:
        return float(self.nodes[node]["demand"])

    def output(self, node: str) -> float:
        return sum(self.revenue[o] for o in self.makers(node))

    def answer(self, measure: str, subject: str, period: str) -> tuple[float]:
        region, _, part = subject.partition("|")
        if measure.endswith("_input_share"):
            return (self.share(measure, region, part, int(period)),)
        if measure.startswith("link_"):
            return (self.link(measure, region, part, period),)
        if measure.startswith("core_"):
            return (self.core(measure, part),)
        if not part:
            return (self.whole(measure, int(period)),)
        return (self.of_node(measure, part, int(period)),)

    def share(self, measure: str, region: str, part: str, year: int) -> float:
        column = "local_value" if measure.startswith("local") else "imported_value"
        own = [r for r in self.links if r["region"] == region and r["year"] == str(year)
               and r["level"] == "industry" and r["to"] in ({part} if part else BLOCK)]  # fmt: skip
        return sum(float(r[column]) for r in own) / sum(float(r["value"]) for r in own)

    def link(self, measure: str, region: str, code: str, period: str) -> float:
        own = [
            r for r in self.links
            if r["region"] == region and r["from"] == code and r["year"] == period
            and r["level"] == "industry" and r["to"] in BLOCK
        ]  # fmt: skip
        value = sum(float(r["value"]) for r in own)
        local = sum(float(r["local_value"]) for r in own)
        return local / value if measure == "link_local" else value - local

    def core(self, measure: str, core: str) -> float:
        firm = [r for r in self.links if r["level"] == "firm"]
        own = [r for r in firm if r["to"] == core]
        if not own:
            raise UnknownError("nothing bought is told")
        near = [r for r in own if self.home[r["from"]] == self.region]
        if measure == "core_suppliers":
            return len({r["from"] for r in near})
        if measure == "core_local_share":
            return sum(float(r["value"]) for r in near) / sum(float(r["value"]) for r in own)
        assert measure == "core_captive"
        elsewhere = {r["from"] for r in firm if r["to"] != core}
        return len({r["from"] for r in near} - elsewhere)

    def whole(self, measure: str, year: int) -> float:
        pairs = [(self.demand(n), self.output(n)) for n in self.nodes]
        if measure == "chain_covered":
            return sum(min(p) for p in pairs) / sum(d for d, _ in pairs)
        if measure == "chain_at_stake":
            return sum(max(0.0, d - x) for d, x in pairs)
        if measure in ("chain_entries", "chain_exits"):
            which = self.founded if measure == "chain_entries" else self.closed
            return sum(y is not None and year - 3 < y <= year for y in which)
        assert measure == "chain_complete"
        final = [n for n in self.nodes if not self.uses[n]]
        return sum(bool(self.makers(n)) for n in final) / len(final)

    def of_node(self, measure: str, node: str, year: int) -> float:
        demand, output, makers = self.demand(node), self.output(node), self.makers(node)
        if measure == "chain_largest" and not makers:
            raise UnknownError("nobody makes it")
        match measure:
            case "chain_demand":
                return demand
            case "chain_output":
                return output
            case "chain_coverage":
                return output / demand
            case "chain_unmet":
                return max(0.0, demand - output)
            case "chain_suppliers":
                return len(makers)
            case "chain_largest":
                return max(self.revenue[o] for o in makers) / output
            case "chain_rival_ties" | "chain_user_ties":
                return self.ties(measure, node, year)
            case "chain_holders":
                return self.holders(node, year)
        return self.traded(measure, node, year)

    def ties(self, measure: str, node: str, year: int) -> int:
        met = set(self.network.ties(self.network.events(year - YEARS + 1, year), everywhere=True))
        own = set(self.makers(node))
        if measure == "chain_rival_ties":
            return sum(a in own and b in own for a, b in met)
        users = {o for n in self.uses[node] for o in self.makers(n)} - own
        return sum((a in own and b in users) or (b in own and a in users) for a, b in met)

    def holders(self, node: str, year: int) -> int:
        wanted = self.nodes[node]["technologies"].split(";")
        return len({
            org for patent, org in self.applicants
            if year - YEARS < self.filed[patent] <= year and self.home.get(org) == self.region
            and any(code.startswith(w) for code in self.classes[patent] for w in wanted)
        })  # fmt: skip

    def traded(self, measure: str, node: str, year: int) -> float:
        own = [r for r in self.trade if r["product"] == self.nodes[node]["product"]
               and r["region"] == self.region and r["year"] == str(year)]  # fmt: skip
        bought = defaultdict(float)
        for r in own:
            bought[r["partner"]] += float(r["imports"])
        total, sold = sum(bought.values()), sum(float(r["exports"]) for r in own)
        if measure == "chain_imports":
            return total
        if measure == "chain_import_concentration":
            return sum((v / total) ** 2 for v in bought.values())
        if measure == "chain_foreign_share":
            return total / max(total, self.demand(node) - self.output(node))
        assert measure == "chain_import_ratio"
        if not sold:
            raise UnknownError("nothing is exported")
        return total / sold


class States:
    """Flows into the block of the American states, with the local and the imported part."""

    BLOCK = ("332", "333", "334", "335", "3361MV", "3364OT")
    COVER = 0.8

    def __init__(self, folder: Path) -> None:
        ratios = pl.read_parquet(folder / "own_supply_ratios_2012.parquet")
        ratio = {
            (r["state"], r["BEA_2012_Summary_Code"]): r["SoI2SoI"]
            for r in ratios.iter_rows(named=True)
        }
        home = {
            (r["state"], r["row"], r["col"]): r["value"] / 1e6
            for r in pl.read_parquet(folder / "domestic_use_2012.parquet").iter_rows(named=True)
        }
        #: (state, giver, taker) -> value, local part, imported part; None where not told
        self.flows: dict[tuple[str, str, str], tuple[float, float | None, float | None]] = {}
        for r in pl.read_parquet(folder / "use_2012.parquet").iter_rows(named=True):
            place = (r["state"], r["row"], r["col"])
            if r["col"] not in self.BLOCK or r["row"].startswith("V0") or place[0] == "Overseas":
                continue
            value, domestic, share = r["value"] / 1e6, home.get(place), ratio.get(place[:2])
            told = None not in (domestic, share)
            self.flows[place] = (
                value, domestic * share if told else None,
                None if domestic is None else value - domestic,
            )  # fmt: skip

    def of(self, state: str, giver: str = "", taker: str = "") -> list[tuple]:
        return [v for (s, g, t), v in self.flows.items()
                if s == state and giver in ("", g) and taker in ("", t)]  # fmt: skip

    def nodes(self, state: str) -> list[str]:
        """The block and its main suppliers, as far as a local part is told of each of them."""
        bought: dict[str, float] = defaultdict(float)
        for (s, giver, _), (value, _, _) in self.flows.items():
            if s == state and value > 0:
                bought[giver] += value
        kept, so_far, whole = list(self.BLOCK), 0.0, sum(bought.values())
        for giver, value in sorted(bought.items(), key=lambda p: (-p[1], p[0])):
            if so_far < self.COVER * whole and giver not in kept:
                kept.append(giver)
            so_far += value
        return [g for g in kept if all(f[1] is not None for f in self.of(state, g))]

    def answer(
        self, measure: str, subject: str, period: str
    ) -> tuple[float, tuple[float, float] | None]:
        assert period == "2012"
        state, _, part = subject.partition("|")
        if measure.endswith("_input_share"):
            return self.share(state, part, 1 if measure.startswith("local") else 2)
        if measure in ("chain_covered", "chain_at_stake"):
            pairs = [(sum(f[0] for f in self.of(state, g)), sum(f[1] for f in self.of(state, g)))
                     for g in self.nodes(state)]  # fmt: skip
            if measure == "chain_at_stake":
                return sum(max(0.0, d - x) for d, x in pairs), None
            return sum(min(p) for p in pairs) / sum(d for d, _ in pairs), None
        own = self.of(state, part)
        if any(f[1] is None for f in own) and measure != "chain_demand":
            raise UnknownError("a local part is not told")
        if measure.startswith("chain_") and part not in self.nodes(state):
            raise UnknownError("neither of the block nor a main supplier")
        value = sum(f[0] for f in own)
        if measure == "chain_demand":
            return value, None
        local = sum(f[1] for f in own)
        found = {"chain_output": local, "chain_coverage": local / value,
                 "chain_unmet": max(0.0, value - local), "link_local": local / value,
                 "link_at_stake": value - local}  # fmt: skip
        return found[measure], None

    def share(
        self, state: str, taker: str, place: int
    ) -> tuple[float, tuple[float, float] | None]:
        own = self.of(state, taker=taker)
        value, part = sum(f[0] for f in own), sum(f[place] or 0.0 for f in own)
        blank = sum(abs(f[0]) for f in own if f[place] is None)
        ends = (part / value, (part + blank) / value) if blank else None
        return part / (value - blank), ends


def unrepeatable(measure: str) -> bool:
    """Whether a number has no plain formula here."""
    return measure in NOT_AGAIN
