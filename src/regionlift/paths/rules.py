"""Conditions as expressions over named clauses: parsed once, read as truth or as membership."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from regionlift.data.problems import did_you_mean
from regionlift.evidence.verdict import Truth, all_of, any_of, negate

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Node:
    """A name, or an operation on nodes."""

    kind: Literal["name", "and", "or", "not"]
    name: str = ""
    parts: tuple[Node, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names in it, in order of first mention."""
        found = [self.name] if self.kind == "name" else [n for p in self.parts for n in p.names]
        return tuple(dict.fromkeys(found))


def parse(rule: str, known: Iterable[str]) -> Node:
    """The expression as a tree.

    Raises
    ------
    ValueError
        If it is no expression of names with and, or, not; or names something unknown.

    Examples
    --------
    >>> parse("A0 and (A1 or not A2)", {"A0", "A1", "A2"}).names
    ('A0', 'A1', 'A2')
    """
    known = frozenset(known)
    try:
        tree = ast.parse(rule.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f'the rule "{rule}" cannot be read: {error.msg}. Write names with and, '
                         "or, not and brackets") from None  # fmt: skip
    return _node(tree, rule, known)


def _node(tree: ast.expr, rule: str, known: frozenset[str]) -> Node:
    if isinstance(tree, ast.Name):
        if tree.id not in known:
            raise ValueError(f'the rule "{rule}" names "{tree.id}", which is not there. '
                             f"{did_you_mean(tree.id, known)}".rstrip())  # fmt: skip
        return Node("name", tree.id)
    if isinstance(tree, ast.BoolOp):
        kind: Literal["and", "or"] = "and" if isinstance(tree.op, ast.And) else "or"
        return Node(kind, parts=tuple(_node(v, rule, known) for v in tree.values))
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return Node("not", parts=(_node(tree.operand, rule, known),))
    raise ValueError(f'the rule "{rule}" holds "{ast.unparse(tree)}"; only names, and, or, not and '
                     "brackets are read")  # fmt: skip


def fold(
    node: Node, values: Mapping[str, V], both: Callable[[list[V]], V],
    either: Callable[[list[V]], V], other: Callable[[V], V],
) -> V:  # fmt: skip
    """The expression over any kind of value."""
    if node.kind == "name":
        return values[node.name]
    parts = [fold(p, values, both, either, other) for p in node.parts]
    if node.kind == "not":
        return other(parts[0])
    return both(parts) if node.kind == "and" else either(parts)


def truth(node: Node, values: Mapping[str, Truth]) -> Truth:
    """Kleene's strong logic."""
    return fold(node, values, all_of, any_of, negate)


def membership(node: Node, values: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Least and greatest membership: AND the least, OR the greatest, NOT one less it.

    An unknown is (0, 1). Source: Zadeh 1965; Ragin 2008.
    """
    return fold(
        node, values,
        lambda parts: (min(p[0] for p in parts), min(p[1] for p in parts)),
        lambda parts: (max(p[0] for p in parts), max(p[1] for p in parts)),
        lambda part: (1 - part[1], 1 - part[0]),
    )  # fmt: skip


def binding(node: Node, values: Mapping[str, tuple[float, float]]) -> str:
    """The name that decides the membership: the weakest of AND, the strongest of OR."""
    if node.kind == "name":
        return node.name
    if node.kind == "not":
        return binding(node.parts[0], values)
    pick = min if node.kind == "and" else max
    return binding(pick(node.parts, key=lambda p: sum(membership(p, values))), values)


def words(node: Node, titles: Mapping[str, str]) -> str:
    """The expression in words, names replaced by titles."""
    if node.kind == "name":
        return titles.get(node.name, node.name)
    if node.kind == "not":
        return f"not ({words(node.parts[0], titles)})"
    return f" {node.kind.upper()} ".join(
        f"({words(p, titles)})" if p.kind in ("and", "or") else words(p, titles)
        for p in node.parts
    )
