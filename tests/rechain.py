"""The invented province's chain again, by loops over its files; nothing of the package imported.

``NOT_AGAIN`` says which numbers have no plain formula over the files alone, and what holds them.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import openpyxl

import renetwork
from recount import rows

BLOCK = {"33", "34", "35", "36", "37", "38", "40"}

#: Years whose patents and joint events count: the default.
YEARS = 5

MEASURES = ("chain_", "link_", "core_", "local_input_share", "foreign_input_share")

NOT_AGAIN = {
    "chain_density": "needs every region's quotients: test_chain, by hand",
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
            return (self.whole(measure),)
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
        near = [r for r in own if self.home[r["from"]] == self.region]
        if measure == "core_suppliers":
            return len({r["from"] for r in near})
        if measure == "core_local_share":
            return sum(float(r["value"]) for r in near) / sum(float(r["value"]) for r in own)
        assert measure == "core_captive"
        elsewhere = {r["from"] for r in firm if r["to"] != core}
        return len({r["from"] for r in near} - elsewhere)

    def whole(self, measure: str) -> float:
        pairs = [(self.demand(n), self.output(n)) for n in self.nodes]
        if measure == "chain_covered":
            return sum(min(p) for p in pairs) / sum(d for d, _ in pairs)
        if measure == "chain_at_stake":
            return sum(max(0.0, d - x) for d, x in pairs)
        assert measure == "chain_complete"
        final = [n for n in self.nodes if not self.uses[n]]
        return sum(bool(self.makers(n)) for n in final) / len(final)

    def of_node(self, measure: str, node: str, year: int) -> float:
        demand, output, makers = self.demand(node), self.output(node), self.makers(node)
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
        return total / sold


def unrepeatable(measure: str) -> bool:
    """Whether a number has no plain formula here."""
    return measure in NOT_AGAIN
