"""A small, complete payload: every kind of block, unknown values, hostile names."""

from __future__ import annotations

from typing import Any

HOSTILE = "</script><img src=x onerror=alert(1)>"
QUOTES = "'; DROP TABLE orgs; --"
FORMULA = "=cmd()"

YEARS = range(2014, 2024)


def evidence(title: str, text: str, **more: Any) -> dict[str, Any]:
    """One entry of the evidence, filled like the ledger fills it."""
    return {
        "measure": "value_added_per_employee", "title": title, "subject": "Beijiang",
        "period": "2023", "text": text, "interval": None, "unit": "1,000 yuan a head", "n": 14,
        "status": "known", "provenance": "observed", "reason": "", "settles": "",
        "formula": "VA / L", "source": "Miller and Blair (2009), ch. 2",
        "sql": "SELECT region, year, value_added, employees\nFROM panel\n"
        "WHERE region = 'Beijiang' AND year = 2023",
        "query": "SELECT region, sum(value_added) / sum(employees) FROM panel GROUP BY region",
        "rows": 8, "columns": ["region", "year", "industry", "value_added", "employees"],
        "first": [["Beijiang", 2023, "C34", 1234.5, 8012], ["Beijiang", 2023, HOSTILE, None, 40]],
        **more,
    }  # fmt: skip


EVIDENCE = {
    "value_added_per_employee/Beijiang/2023": evidence(
        "Value added per employee", "214", interval="198 to 231 (90%)"
    ),
    "gauge/factor/Beijiang/2023": evidence(
        "Factor gauge", "p71", interval="p60 to p80 (90%)", provenance="derived", unit="percentile"
    ),
    "gauge/value/Beijiang/2023": evidence(
        "Value gauge", "p28", interval="p19 to p36 (90%)", provenance="derived", unit="percentile"
    ),
    "gauge/structure/Beijiang/2023": evidence(
        "Structure gauge", "", status="too_few", unit="percentile", n=3, rows=3, first=[],
        reason="3 peers have a known value; 5 are needed before a percentile is given",
        settles="high-technology value added of two more peers",
    ),
    "share/factor": evidence("Share of resamples led by factor", "0.71", provenance="derived"),
    "share/value": evidence("Share of resamples led by value", "0.21", provenance="derived"),
    "share/structure": evidence("Share of resamples led by structure", "0.08", sql="", query=""),
    "served/Beijiang|tests/2023": evidence(
        "Requests served", "0", status="not_collected", provenance="claimed", rows=0, first=[],
        reason="not in the dataset: needs(served)", settles="add needs(served)",
    ),
}  # fmt: skip

NAMES = [
    "Harbor Turbine Works", HOSTILE, QUOTES, FORMULA, "Beijiang Bearings", "Northern Precision",
    "Ironridge Machine Tools", "齐北数控", "Delta Servo", "Lumen Optics", "Kestrel Robotics",
    "Old Dock Forge", "Silver Birch Castings", "University of Beijiang", "Vector Drives",
    "West Gate Hydraulics", "Yarrow Metrology", "Zenith Gears",
]  # fmt: skip


def organisations() -> list[list[Any]]:
    rows: list[list[Any]] = []
    for number, name in enumerate(NAMES):
        link: dict[str, Any] = {
            "text": f"{(number * 37) % 101 * 12:,}",
            "evidence": "value_added_per_employee/Beijiang/2023",
        }
        if number == 4:
            link = {
                "text": "0",
                "evidence": "served/Beijiang|tests/2023",
                "status": "not_collected",
            }
        rows.append([name, "core" if number % 3 == 0 else "supporting", link, f"{number - 6}"])
    return rows


def line_chart() -> dict[str, Any]:
    values = [
        {"year": str(y), "region": region, "value": base + step * (y - 2014) + (y * 7 % 5)}
        for region, base, step in (("Beijiang", 150, 6.5), ("Peer median", 170, 9))
        for y in YEARS
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.1.0.json",
        "width": "container", "height": 280, "data": {"values": values},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}},
            "y": {"field": "value", "type": "quantitative", "title": "1,000 yuan a head"},
            "color": {
                "field": "region", "type": "nominal", "title": None, "legend": {"orient": "top"}
            },
            "tooltip": [{"field": "region"}, {"field": "value", "format": ".0f"}],
        },
        "layer": [{"mark": "line"}, {"mark": {"type": "point", "filled": True, "size": 45}}],
    }  # fmt: skip


def scatter_chart() -> dict[str, Any]:
    values = [
        {"name": n, "links": 3 + i * 5 % 17, "patents": (i * 37 % 101) * 12}
        for i, n in enumerate(NAMES)
    ]
    return {
        "width": "container", "height": 300, "data": {"values": values},
        "encoding": {
            "x": {"field": "links", "type": "quantitative", "title": "Partners"},
            "y": {"field": "patents", "type": "quantitative", "title": "Patents"},
            "tooltip": [{"field": "name"}, {"field": "patents"}],
        },
        "layer": [
            {"mark": {"type": "circle", "size": 60}},
            {
                "transform": [{"filter": "datum.patents > 950 || datum.patents == 444"}],
                "mark": {"type": "text", "align": "left", "dx": 7},
                "encoding": {"text": {"field": "name"}},
            },
        ],
    }  # fmt: skip


def chart(identifier: str, title: str, finding: str, spec: dict[str, Any]) -> dict[str, Any]:
    rows = [[str(y), f"{150 + 6.5 * (y - 2014):.1f}", f"{170 + 9 * (y - 2014)}"] for y in YEARS]
    return {
        "kind": "chart", "id": identifier, "title": title, "finding": finding, "spec": spec,
        "table": {
            "columns": [
                {"title": "Year", "align": "left"},
                {"title": "Beijiang", "align": "right"},
                {"title": "Peer median", "align": "right"},
            ],
            "rows": rows,
        },
        "how": {"formula": "VA / L, prices of 2020", "source": "panel.csv", "years": "2014–2023"},
        "settings": [
            {"label": "window", "value": "5 years"}, {"label": "peers", "value": "12"},
        ],
    }  # fmt: skip


def gauges() -> dict[str, Any]:
    def item(name: str, marker: str, points: tuple[float | None, ...], level: list[Any],
             direction: str, note: str) -> dict[str, Any]:  # fmt: skip
        return {
            "title": name, "marker": marker, "percentile": points[0], "low": points[1],
            "high": points[2], "level_text": level, "direction": direction,
            "evidence": f"gauge/{name.lower()}/Beijiang/2023", "note": note,
        }  # fmt: skip

    level = {"text": "214", "evidence": "value_added_per_employee/Beijiang/2023"}
    unknown = {"text": "", "evidence": "gauge/structure/Beijiang/2023"}
    return {
        "kind": "gauges",
        "items": [
            item("Factor", "capital and labour", (71.2, 60.0, 80.4),
                 ["Investment a head is high."], "rising", ""),
            item("Value", "value added per employee", (28.0, 19.0, 36.0),
                 ["Value added is ", level, " thousand yuan a head."], "flat", "Prices of 2020."),
            item("Structure", "share of high technology", (None, None, None),
                 ["The share is ", unknown, "."], "cannot tell", "Two more peers are needed."),
        ],
    }  # fmt: skip


def reading() -> dict[str, Any]:
    shares = [("factor stage", 0.71, "share/factor"), ("value stage", 0.21, "share/value"),
              ("structure stage", 0.08, "share/structure")]  # fmt: skip
    return {
        "kind": "reading", "label": "no stage named", "threshold": 0.8, "range": [0.6, 0.95],
        "shares": [{"stage": s, "share": v, "evidence": e} for s, v, e in shares],
    }  # fmt: skip


def verdicts() -> dict[str, Any]:
    def item(clause: str, verdict: str, reason: str, settles: str, *ids: str) -> dict[str, Any]:
        return {
            "clause": clause, "verdict": verdict, "reason": reason, "settles": settles,
            "evidence": list(ids),
        }  # fmt: skip

    return {
        "kind": "verdicts",
        "items": [
            item("Core firms command key common technology", "met",
                 "Three core firms hold patents in the top decile of generality.", "",
                 "value_added_per_employee/Beijiang/2023", "gauge/factor/Beijiang/2023"),
            item("Alliance patents are used by non-members", "not met",
                 f"3 of 21 alliance patents are cited by {HOSTILE}.", ""),
            item("The platform serves the requests it receives", "cannot tell",
                 "Requests are recorded, services are not.", "a column served in needs.csv",
                 "served/Beijiang|tests/2023"),
        ],
    }  # fmt: skip


def page(identifier: str, number: int, question: str | None, title: str, finding: str,
         *blocks: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
    return {
        "id": identifier, "number": number, "question": question, "title": title,
        "finding": finding, "blocks": list(blocks),
    }  # fmt: skip


def demo() -> dict[str, Any]:
    """The payload."""
    level = {"text": "214", "evidence": "value_added_per_employee/Beijiang/2023"}
    table = {
        "kind": "table", "id": "organisations", "title": "Organisations of the network",
        "note": "Core organisations hold at least five partners.", "limit": 16,
        "columns": [
            {"title": "Organisation", "align": "left"}, {"title": "Role", "align": "left"},
            {"title": "Patents", "align": "right"}, {"title": "Change", "align": "right"},
        ],
        "rows": organisations(),
    }  # fmt: skip
    return {
        "title": "Upgrading the equipment industry of Beijiang",
        "region": "Beijiang province", "subtitle": "Diagnosis for the year 2023",
        "synthetic": True, "language": "en",
        "facts": [
            {"label": "Scope", "value": "Equipment manufacturing, GB/T 4754-2017 C33–C40"},
            {"label": "Peers", "value": "12, matched on size, income and industry mix"},
            {"label": "Year", "value": "2023"},
            {"label": "Data", "value": "sha256 9f2c41d07a"},
            {"label": "Version", "value": "regionlift 0.1.0"},
        ],
        "questions": [
            {"id": "have", "title": "What do we have?"},
            {"id": "strong", "title": "Where are we strong?"},
            {"id": "sure", "title": "How sure?"},
        ],
        "pages": [
            page("answer", 1, None, "The answer on one page",
                 "Beijiang is late in the factor stage, and its platform cannot be judged yet.",
                 {"kind": "text", "text": [
                     "Value added per employee is ", level, " thousand yuan, below the peer ",
                     "median. Whether the platform serves its members, the tables do not say: ",
                     {"text": "0", "evidence": "served/Beijiang|tests/2023"}, "."]},
                 gauges(), verdicts()),
            page("network", 2, "have", "Who is in the network",
                 "Eighteen organisations are active, six of them at the core.", table,
                 chart("partners", "Partners and patents",
                       "Organisations with more partners do not hold more patents.",
                       scatter_chart())),
            page("stage", 3, "strong", "Stage of development",
                 "The factor gauge leads in 71% of resamples, short of the 80% needed for a label.",
                 reading(),
                 chart("value-added", "Value added per employee",
                       "The gap to the peer median has widened since 2014.", line_chart())),
            page("methods", 4, None, "Methods", "Every threshold has a source.",
                 {"kind": "text", "title": "Peers", "text": ["Peers are chosen before results."]}),
        ],
        "evidence": EVIDENCE,
        "glossary": {
            "peer": "A region matched on size, income and industry mix before any result was seen.",
            "percentile": "Share of peers whose value is at or below this one.",
            "resample": "The data drawn again with replacement, to see what chance does.",
        },
        "trace": "regionlift trace {id} --out out/",
    }  # fmt: skip
