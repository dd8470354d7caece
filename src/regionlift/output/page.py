"""The report: one HTML file that opens by double click, with nothing fetched from anywhere.

``render`` turns a payload (the TypedDicts below) into the page. Everything is inside the file: the
style, the payload as JSON, Vega from vl-convert's own bundle, our script. A content security
policy allows exactly those two scripts, by their hash, and no connection to any host. Vega runs
its expressions with its interpreter, so that the page needs no ``eval`` either.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NotRequired, TypedDict

import vl_convert
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

#: Our script, in the order in which the parts are joined into one module.
SCRIPTS = (
    "words.js", "evidence.js", "tables.js", "charts.js", "network_view.js", "network.js",
    "chain.js", "blocks.js", "page.js",
)  # fmt: skip

#: Characters that could end the script element, or a line of JavaScript, inside the JSON.
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Link(TypedDict):
    """A piece of text that opens the evidence behind it; None prints plain text."""

    text: str
    evidence: str | None


#: A sentence is a list of runs; glossary terms are found in the plain ones.
Run = str | Link


class ValueCell(TypedDict):
    """A table cell. Any status but "known" prints as "cannot tell", whatever the text.

    ``sort`` is the number to sort by where the text is none ("1.9 bn").
    """

    text: str
    evidence: NotRequired[str | None]
    status: NotRequired[str | None]
    sort: NotRequired[float | None]


Cell = str | ValueCell


class Column(TypedDict):
    """Head of a table column; numbers go right."""

    title: str
    align: NotRequired[Literal["left", "right"]]


class Table(TypedDict):
    """Columns and rows, every row as long as the columns."""

    columns: list[Column]
    rows: list[list[Cell]]


class TextBlock(TypedDict):
    """A paragraph; with a title, under a heading of its own."""

    kind: Literal["text"]
    text: list[Run]
    title: NotRequired[str]


class Gauge(TypedDict):
    """Percentile among the peers, 0 to 100, with its interval; None is "cannot tell"."""

    title: str
    marker: str
    percentile: float | None
    low: float | None
    high: float | None
    level_text: list[Run]
    direction: str
    evidence: str | None
    note: str


class GaugesBlock(TypedDict):
    """Gauges one under another."""

    kind: Literal["gauges"]
    items: list[Gauge]


class TableBlock(Table):
    """A table of its own; ``limit`` rows are shown before "Show all"."""

    kind: Literal["table"]
    id: str
    title: str
    note: str
    limit: int | None


class How(TypedDict):
    """How a chart's numbers were computed."""

    formula: str
    source: str
    years: str


class Fact(TypedDict):
    """A label and what stands beside it."""

    label: str
    value: str


class ChartBlock(TypedDict):
    """A Vega-Lite chart and the strip that goes with every chart."""

    kind: Literal["chart"]
    id: str
    title: str
    finding: str
    spec: dict[str, Any]
    table: Table
    how: How
    settings: list[Fact]


class ClauseVerdict(TypedDict):
    """The answer to one clause."""

    clause: str
    verdict: Literal["met", "not met", "cannot tell"]
    reason: str
    settles: str
    evidence: list[str]


class VerdictsBlock(TypedDict):
    """Clauses with their answers."""

    kind: Literal["verdicts"]
    items: list[ClauseVerdict]
    title: NotRequired[str]


class Share(TypedDict):
    """Share of resamples in which a stage leads; None is "cannot tell"."""

    stage: str
    share: float | None
    evidence: str | None


class ReadingBlock(TypedDict):
    """The stage reading, with a slider for its threshold.

    A label is printed where the greatest share is at or above the threshold. ``label`` is what the
    run printed at ``threshold``; ``range`` is what the slider covers.
    """

    kind: Literal["reading"]
    label: str
    shares: list[Share]
    threshold: float
    range: list[float]


class Ring(TypedDict):
    """A ring of the network's picture and its radii; both 0 where it holds nobody."""

    name: str
    inner: float
    outer: float


class NetworkNodes(TypedDict):
    """Organisations as columns of one length.

    ``type`` and ``ring`` are places in the block's lists, ``x`` and ``y`` thousandths of the
    picture's radius, ``core`` is 1 for those whose name is printed. ``spans`` has first and last
    year of each run of years in which one is active, as places in the block's years.
    """

    id: list[str]
    name: list[str]
    type: list[int]
    ring: list[int]
    core: list[int]
    x: list[int]
    y: list[int]
    spans: list[list[int]]


class NetworkTies(TypedDict):
    """Ties as columns of one length: two places among the nodes, joint events, years as above."""

    a: list[int]
    b: list[int]
    events: list[int]
    spans: list[list[int]]


class NetworkBlock(TypedDict):
    """A network drawn year by year, with the list of its organisations and of its counts.

    The last ring is the rest of the world. ``joint`` is what partners have in common ("joint
    projects"), ``note`` says what is not drawn, ``table`` has the counts of every year.
    """

    kind: Literal["network"]
    id: str
    title: str
    finding: str
    note: str
    years: list[int]
    joint: str
    types: list[str]
    rings: list[Ring]
    nodes: NetworkNodes
    ties: NetworkTies
    table: Table
    organisations: Table
    how: How
    settings: list[Fact]


class Field(TypedDict):
    """A line of a card."""

    label: str
    cell: Cell


class ChainCard(TypedDict):
    """What a click on a node shows; names are lists in words, empty where there are none."""

    fields: list[Field]
    says: str
    settles: str
    inside: str
    outside: str


class ChainNode(TypedDict):
    """A node of the chain map; ``share`` of its demand that local output could meet, 0 to 1."""

    id: str
    name: str
    zh: str
    kind: str
    title: str
    column: int
    row: int
    critical: bool
    share: float | None
    card: ChainCard


class ChainEdge(TypedDict):
    """A flow between two places in the list of nodes; ``width`` from 0 to 1."""

    a: int
    b: int
    width: float
    text: str


class LegendItem(TypedDict):
    """A class of node that occurs."""

    kind: str
    title: str
    zh: str


class ChainBlock(TypedDict):
    """A layered flow of the chain: columns of nodes, flows between them, a card for each node."""

    kind: Literal["chain"]
    id: str
    title: str
    finding: str
    note: str
    columns: list[str]
    nodes: list[ChainNode]
    edges: list[ChainEdge]
    legend: list[LegendItem]
    table: Table


Block = (
    TextBlock
    | GaugesBlock
    | TableBlock
    | ChartBlock
    | VerdictsBlock
    | ReadingBlock
    | NetworkBlock
    | ChainBlock
)


class Evidence(TypedDict):
    """What stands behind one number; every field but the title may be empty.

    ``text`` has every digit, ``short`` is how a sentence prints it.
    """

    title: str
    measure: NotRequired[str]
    subject: NotRequired[str]
    period: NotRequired[str]
    text: NotRequired[str]
    short: NotRequired[str]
    interval: NotRequired[str | None]
    unit: NotRequired[str]
    n: NotRequired[int | None]
    status: NotRequired[str]
    provenance: NotRequired[str]
    reason: NotRequired[str]
    settles: NotRequired[str]
    formula: NotRequired[str]
    source: NotRequired[str]
    sql: NotRequired[str]
    query: NotRequired[str]
    rows: NotRequired[int | None]
    columns: NotRequired[list[str]]
    first: NotRequired[list[list[Any]]]


class Question(TypedDict):
    """A question of the reader's, under which pages stand."""

    id: str
    title: str


class Page(TypedDict):
    """One page with one finding; number 1 is the answer and has no question."""

    id: str
    number: int
    question: str | None
    title: str
    finding: str
    blocks: list[Block]


class Payload(TypedDict):
    """Everything the page shows.

    ``trace`` is the command printed in the evidence panel, with ``{id}`` where the quoted id goes.
    ``words`` replaces words of the page itself (see ``assets/words.js``), for another language.
    """

    title: str
    region: str
    subtitle: str
    synthetic: bool
    language: str
    facts: list[Fact]
    questions: list[Question]
    pages: list[Page]
    evidence: dict[str, Evidence]
    glossary: dict[str, str]
    trace: NotRequired[str]
    words: NotRequired[dict[str, str]]


def render(payload: Mapping[str, Any]) -> str:
    """The complete HTML document of a payload.

    Raises
    ------
    ValueError
        If the payload contradicts itself; every problem is listed.
    TypeError
        If a value in it has no JSON form.
    """
    if found := list(problems(payload)):
        raise ValueError("the page cannot be drawn:\n" + "\n".join(f"- {p}" for p in found))
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    library, script = _library(), _script()
    return environment.from_string(_asset("template.html")).render(
        title=payload["title"],
        region=payload["region"],
        subtitle=payload["subtitle"],
        language=payload["language"],
        synthetic=payload["synthetic"],
        policy=_policy(library, script),
        style=Markup(_asset("page.css")),
        payload=Markup(to_json(payload)),
        library=Markup(library),
        script=Markup(script),
    )


def to_json(payload: Mapping[str, Any]) -> str:
    r"""JSON that can stand inside a script element, whatever names it holds.

    Examples
    --------
    >>> to_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(
        payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
    )
    return text.translate(_ESCAPES)


def problems(payload: Mapping[str, Any]) -> Iterator[str]:
    """Contradictions inside a payload, in words."""
    pages = payload["pages"]
    if not pages:
        yield "there is no page"
    yield from _repeated("page", [page["id"] for page in pages])
    named = [b for page in pages for b in page["blocks"] if b["kind"] in _NAMED]
    yield from _repeated("table or chart", [block["id"] for block in named])
    questions = {question["id"] for question in payload["questions"]}
    for page in pages:
        if page["question"] not in questions | {None}:
            yield f'page "{page["id"]}": no question has the id "{page["question"]}"'
        for number, block in enumerate(page["blocks"], start=1):
            where = f'page "{page["id"]}", block {number} ({block["kind"]})'
            if block["kind"] not in _KINDS:
                yield f"{where}: the kinds are {', '.join(_KINDS)}"
            yield from _table_problems(where, block)
            if block["kind"] == "network":
                yield from _network_problems(where, block)
            if block["kind"] == "chain":
                yield from _chain_problems(where, block)
            for missing in sorted(set(_references(block)) - payload["evidence"].keys()):
                yield f'{where}: there is no evidence with the id "{missing}"'


_KINDS = ("text", "gauges", "table", "chart", "verdicts", "reading", "network", "chain")
_NAMED = ("table", "chart", "network", "chain")


def _repeated(what: str, ids: Sequence[str]) -> Iterator[str]:
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield f'more than one {what} has the id "{repeated}"'


def _table_problems(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    for table in (block, block.get("table", {}), block.get("organisations", {})):
        if "rows" not in table:
            continue
        width = len(table["columns"])
        for number, row in enumerate(table["rows"], start=1):
            if len(row) != width:
                yield f"{where}: row {number} has {len(row)} cells for {width} columns"


def _network_problems(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    nodes, ties = block["nodes"], block["ties"]
    for name, columns in (("nodes", nodes), ("ties", ties)):
        lengths = {key: len(column) for key, column in columns.items()}
        if len(set(lengths.values())) > 1:
            yield f"{where}: {name} have columns of different lengths, {lengths}"
    places = (
        ("type", nodes["type"], block["types"]), ("ring", nodes["ring"], block["rings"]),
        ("tie", [*ties["a"], *ties["b"]], nodes["id"]),
        ("year", [t for s in [*nodes["spans"], *ties["spans"]] for t in s], block["years"]),
    )  # fmt: skip
    for name, used, there in places:
        wrong = [place for place in used if not 0 <= place < len(there)]
        if wrong:
            yield f"{where}: there is no {name} {wrong[0]}; places are 0 to {len(there) - 1}"


def _chain_problems(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    places, columns = len(block["nodes"]), len(block["columns"])
    if wrong := [n["id"] for n in block["nodes"] if not 0 <= n["column"] < columns]:
        yield f'{where}: node "{wrong[0]}" is in none of the {columns} columns'
    if any(not 0 <= end < places for e in block["edges"] for end in (e["a"], e["b"])):
        yield f"{where}: a flow ends at none of the {places} nodes"


def _references(part: Any) -> Iterator[str]:
    """Every evidence id named anywhere in a part of a page; chart specifications hold none."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "evidence":
                yield from [value] if isinstance(value, str) else value or []
            elif key != "spec":
                yield from _references(value)
    elif isinstance(part, list | tuple):
        for item in part:
            yield from _references(item)


def _plain(value: Any) -> Any:
    """JSON form of the few other types that come out of a database."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{value!r} ({type(value).__name__}) has no JSON form in a payload")


def _asset(name: str) -> str:
    return files("regionlift.output").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, made once a process (about a second)."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")


@cache
def _script() -> str:
    return "\n".join(_asset(name) for name in SCRIPTS)


def _policy(*scripts: str) -> str:
    """Content security policy: these scripts, no others, and no connection."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'"
        for s in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
