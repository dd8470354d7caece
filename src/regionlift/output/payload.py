"""What a page is made of: the types of the payload that the page's script reads."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


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
    """The answer to one clause; ``warns`` where it is bad news if it is met."""

    clause: str
    verdict: Literal["met", "not met", "cannot tell"]
    reason: str
    settles: str
    evidence: list[str]
    warns: NotRequired[bool]


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


class Compared(TypedDict):
    """A link or a clause: a number against a threshold that the reader may move.

    ``value`` is None where it cannot be told; ``fixed`` where moving changes nothing (no peers, or
    no number). ``holds`` is the share of settings in which the verdict stays. ``tree`` of a
    condition or reading is a name, or ["and" | "or" | "not", parts...].
    """

    id: str
    title: str
    zh: str
    verdict: Literal["met", "not met", "cannot tell"]
    reason: str
    settles: str
    evidence: list[str]
    value: float | None
    compare: str
    against: str
    unit: str
    threshold: float
    low: float
    high: float
    fixed: bool
    holds: float
    source: str


class FigureBox(TypedDict):
    """A box of a path's figure."""

    id: str
    title: str
    zh: str
    parts: list[str]


class FigureLink(Compared):
    """An arrow of a path's figure, with the actions that act on it."""

    start: list[str]
    end: str
    feedback: bool
    actions: list[str]


class PathBlock(TypedDict):
    """A path as a figure with a lamp on every arrow; links in causal order.

    ``first`` is the id of the first broken link, None where none is known to be.
    """

    kind: Literal["path"]
    id: str
    title: str
    finding: str
    note: str
    boxes: list[FigureBox]
    links: list[FigureLink]
    first: str | None
    first_holds: float
    table: Table


class ClauseLine(Compared):
    """A clause with the words of the paper it reads."""

    quote: str


class ConditionLine(TypedDict):
    """A condition: an expression over clauses, with memberships and the clause that decides."""

    id: str
    title: str
    zh: str
    quote: str
    tree: Any
    words: str
    verdict: Literal["met", "not met", "cannot tell"]
    holds: float
    membership: str
    binds: str
    clauses: list[str]


class ReadingLine(TypedDict):
    """The conditions read together; the first reading of a path decides."""

    id: str
    title: str
    tree: Any
    words: str
    source: str
    verdict: Literal["met", "not met", "cannot tell"]
    holds: float


class ConditionsPath(TypedDict):
    """Conditions of one path."""

    id: str
    title: str
    readings: list[ReadingLine]
    conditions: list[ConditionLine]


class ConditionsBlock(TypedDict):
    """Every condition of every path, with a slider for every threshold."""

    kind: Literal["conditions"]
    id: str
    title: str
    note: str
    paths: list[ConditionsPath]
    clauses: list[ClauseLine]
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
    | PathBlock
    | ConditionsBlock
)


class Evidence(TypedDict):
    """What stands behind one number; every field but the title may be empty.

    ``text`` has every digit, ``short`` is how a sentence prints it; ``about`` names the part of the
    region it is of, where it is of one.
    """

    title: str
    about: NotRequired[str]
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
