"""The figure of a path as a graph: causal order of its links, and a picture of it in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regionlift.paths.model import Comparison, Link, Path


def causal(links: Sequence[Link]) -> tuple[Link, ...]:
    """Links in causal order: a link after those that lead into where it starts; else as written.

    Raises
    ------
    ValueError
        If links go round in a circle; one that closes it on purpose is marked ``feedback``.
    """
    forward = [link for link in links if not link.feedback]
    before = {
        link.id: {other.id for other in forward if other.end in link.start}
        for link in forward
    }
    try:
        sorter = TopologicalSorter(before)
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise ValueError(
            f"the links go round in a circle: {circle}. Mark the one that closes it on purpose "
            "with feedback = true"
        ) from None
    place = {link.id: n for n, link in enumerate(forward)}
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        found += ready
        sorter.done(*ready)
    by_id = {link.id: link for link in forward}
    return tuple(by_id[id] for id in found)


def depths(links: Sequence[Link], some: Sequence[str]) -> dict[str, int]:
    """How many of some links stand one behind the other before each of them; 0 for the first.

    Links side by side have the same depth; what closes the circle comes after all others.
    """
    by_id = {link.id: link for link in links}
    forward = causal(links)
    ahead: dict[str, set[str]] = {}
    for link in forward:
        leading = [o for o in forward if o.end in link.start and o is not link]
        ahead[link.id] = {i for o in leading for i in ({o.id} | ahead.get(o.id, set()))}
    found: dict[str, int] = {}
    for link in forward:
        if link.id in some:
            found[link.id] = 1 + max((found[i] for i in ahead[link.id] if i in found), default=-1)
    last = 1 + max(found.values(), default=-1)
    return {**found, **{i: last for i in some if by_id[i].feedback}}


#: Lamps of the three answers, and of a link that was not judged.
LAMPS = {"met": "●", "not met": "✗", "cannot tell": "?", "": "·"}


def drawn(path: Path, states: Mapping[str, str] | None = None) -> str:
    """The figure in text: boxes from top to bottom, with the links that lead into each.

    ``states`` gives a verdict by link; without it the figure is drawn as the file has it.
    """
    states = states or {}
    titles = {box.id: box for box in path.boxes}
    lines = [f"{path.title} ({path.form})", ""]
    seen: set[str] = set()
    for link in path.ordered:
        for id in (*link.start, link.end):
            if id in seen:
                continue
            if id == link.end:
                lines += _arrow(link, titles[id].title, states)
            else:
                lines.append(f"  [{titles[id].title}]" + _parts(titles[id].parts))
            seen.add(id)
        if not any(link.id in line for line in lines):
            lines += _arrow(link, titles[link.end].title, states, again=True)
    for link in path.links:
        if link.feedback:
            lines.append(f"  ^ {link.id} {LAMPS[states.get(link.id, '')]} {link.title} "
                         f"(feedback to {titles[link.end].title})")  # fmt: skip
    lines += ["", "Conditions"]
    for condition in path.conditions:
        lines.append(f"  {condition.id} {condition.title}: {condition.rule}")
        lines.append(f"     “{condition.quote}”")
    lines += ["", *(f"  {c.id}: {_rule(c)} ({c.title})" for c in path.clauses)]
    lines += ["", *(f"  read as {r.title.lower()}: {r.rule}" for r in path.readings)]
    return "\n".join(lines)


def _rule(c: Comparison) -> str:
    part = f"|{c.part}" if c.part else ""
    against = "" if c.against == "value" else f" ({c.against})"
    return f"{c.measure}{part} {c.compare} {c.threshold:g}{against}"


def _arrow(
    link: Link, end: str, states: Mapping[str, str], again: bool = False
) -> list[str]:
    lamp = LAMPS[states.get(link.id, "")]
    head = f"      | {link.id} {lamp} {link.title}: {_rule(link)}"
    return [head] if again else [head, "      v", f"  [{end}]"]


def _parts(parts: Sequence[str]) -> str:
    return f": {', '.join(parts)}" if parts else ""
