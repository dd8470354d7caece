"""The report: one HTML file that opens by double click, with nothing fetched from anywhere.

``render`` turns a payload (the types in ``payload``) into the page. Everything is inside the file:
the style, the payload as JSON, Vega from vl-convert's own bundle, our script. A content security
policy allows exactly those two scripts, by their hash, and no connection to any host. Vega runs
its expressions with its interpreter, so that the page needs no ``eval`` either.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from typing import Any

import vl_convert
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from regionlift.paths.evaluate import COMPARE

#: Our script, in the order in which the parts are joined into one module.
SCRIPTS = (
    "words.js", "evidence.js", "tables.js", "charts.js", "network_view.js", "network.js",
    "chain.js", "rules.js", "slider.js", "paths.js", "conditions.js", "blocks.js", "page.js",
)  # fmt: skip

#: Characters that could end the script element, or a line of JavaScript, inside the JSON.
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


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
    for number, times in Counter(page["number"] for page in pages).items():
        if times > 1:
            yield f"{times} pages have the number {number}: a reader is sent to one of them"
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
            if block["kind"] == "path":
                yield from _path_problems(where, block)
            if block["kind"] == "conditions":
                yield from _conditions_problems(where, block)
            for missing in sorted(set(_references(block)) - payload["evidence"].keys()):
                yield f'{where}: there is no evidence with the id "{missing}"'


_KINDS = ("text", "gauges", "table", "chart", "verdicts", "reading", "network", "chain", "path",
          "conditions")  # fmt: skip
_NAMED = ("table", "chart", "network", "chain", "path", "conditions")


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


def _path_problems(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    boxes, links = {b["id"] for b in block["boxes"]}, block["links"]
    for link in links:
        for end in sorted({*link["start"], link["end"]} - boxes):
            yield f'{where}: link "{link["id"]}" leads from or to "{end}", which is no box'
    yield from _compared_problems(where, "link", links)
    ids = [link["id"] for link in links]
    broken = [link["id"] for link in links if link["verdict"] == "not met"]
    if block["first"] not in {None, *ids}:
        yield f'{where}: the first broken link "{block["first"]}" is none of the links'
    elif block["first"] != (broken[0] if broken else None):
        yield f"{where}: the first broken link is not the first that is not met, {broken[:1]}"
    before: dict[str, set[str]] = {b: set() for b in boxes}
    for link in links:
        if not link["feedback"]:
            before.setdefault(link["end"], set()).update(link["start"])
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        yield f"{where}: the links go round in a circle: {' -> '.join(error.args[1])}"


def _conditions_problems(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    clauses = {c["id"] for c in block["clauses"]}
    yield from _compared_problems(where, "clause", block["clauses"])
    for path in block["paths"]:
        conditions = [c["id"] for c in path["conditions"]]
        yield from (f"{where}: {p}" for p in _repeated("condition", conditions))
        for kind, known in (("condition", clauses), ("reading", {*conditions})):
            for item in path[f"{kind}s"]:
                for name in sorted(set(_names(item["tree"])) - known):
                    yield f'{where}: {kind} "{item["id"]}" names "{name}", which is not there'
        for item in path["conditions"]:
            if set(item["clauses"]) != set(_names(item["tree"])):
                yield f'{where}: condition "{item["id"]}" lists other clauses than its rule names'


def _compared_problems(where: str, what: str, items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from (f"{where}: {p}" for p in _repeated(what, [i["id"] for i in items]))
    for item in items:
        name, value = f'{what} "{item["id"]}"', item["value"]
        if item["low"] > item["high"]:
            yield f"{where}: the range of {name} ends before it begins"
        if item["compare"] not in COMPARE:
            yield f"{where}: {name} compares with one of {', '.join(COMPARE)}"
        elif (value is None) != (item["verdict"] == "cannot tell"):
            yield f"{where}: {name} has a verdict without a number, or a number without a verdict"
        elif value is not None and COMPARE[item["compare"]](value, item["threshold"]) != (
            item["verdict"] == "met"
        ):
            yield f"{where}: the verdict on {name} is not what its number and threshold say"


def _names(tree: Any) -> Iterator[str]:
    """Names in an expression given as nested lists."""
    if isinstance(tree, str):
        yield tree
    else:
        yield from (name for part in tree[1:] for name in _names(part))


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
