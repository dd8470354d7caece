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
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import vl_convert
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

#: Our script, in the order in which the parts are joined into one module.
SCRIPTS = (
    "words.js", "evidence.js", "tables.js", "charts.js", "network_view.js", "network.js",
    "chain.js", "paths.js", "blocks.js", "page.js",
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
