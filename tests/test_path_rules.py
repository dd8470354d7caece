"""Expressions over clauses: Kleene's tables, memberships, the clause that binds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regionlift.evidence.verdict import Truth
from regionlift.paths.rules import Node, binding, membership, parse, truth, words

NO, OPEN, YES = Truth.NOT_MET, Truth.CANNOT_TELL, Truth.MET

# Three values -------------------------------------------------------------------------------------

TABLE_AND = {
    (NO, NO): NO, (NO, OPEN): NO, (NO, YES): NO, (OPEN, OPEN): OPEN, (OPEN, YES): OPEN,
    (YES, YES): YES,
}  # fmt: skip
TABLE_OR = {
    (NO, NO): NO, (NO, OPEN): OPEN, (NO, YES): YES, (OPEN, OPEN): OPEN, (OPEN, YES): YES,
    (YES, YES): YES,
}  # fmt: skip


@pytest.mark.parametrize(("word", "table"), [("and", TABLE_AND), ("or", TABLE_OR)])
def test_kleene_tables(word: str, table: Mapping[tuple[Truth, Truth], Truth]) -> None:
    node = parse(f"a {word} b", "ab")
    for a, b in product(Truth, repeat=2):
        expected = table.get((a, b)) or table[b, a]
        assert truth(node, {"a": a, "b": b}) is expected


def test_kleene_not() -> None:
    node = parse("not a", "a")
    assert [truth(node, {"a": a}) for a in (NO, OPEN, YES)] == [YES, OPEN, NO]


NAMES = "abcd"


def trees() -> st.SearchStrategy[Node]:
    names = st.sampled_from(NAMES).map(lambda n: Node("name", n))
    return st.recursive(names, lambda inner: st.one_of(
        inner.map(lambda p: Node("not", parts=(p,))),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda x: Node(x[0], parts=tuple(x[1]))),
    ), max_leaves=8)  # fmt: skip


def plain(node: Node, values: Mapping[str, bool]) -> bool:
    """Python's own reading of an expression."""
    if node.kind == "name":
        return values[node.name]
    parts = [plain(p, values) for p in node.parts]
    return not parts[0] if node.kind == "not" else all(parts) if node.kind == "and" else any(parts)


truths = st.fixed_dictionaries({n: st.sampled_from(list(Truth)) for n in NAMES})


@given(trees(), truths)
def test_an_answer_holds_however_the_unknown_turn_out(
    node: Node, values: Mapping[str, Truth]
) -> None:
    answer = truth(node, values)
    open_ = [n for n in NAMES if values[n] is OPEN]
    for filled in product([False, True], repeat=len(open_)):
        whole = {n: values[n] is YES for n in NAMES} | dict(zip(open_, filled, strict=True))
        if answer is not OPEN:
            assert plain(node, whole) is (answer is YES)


@given(trees())
def test_an_expression_written_out_is_read_as_the_same(node: Node) -> None:
    def text(n: Node) -> str:
        if n.kind == "name":
            return n.name
        if n.kind == "not":
            return f"not ({text(n.parts[0])})"
        return f" {n.kind} ".join(f"({text(p)})" for p in n.parts)

    again = parse(text(node), NAMES)
    for values in product(Truth, repeat=len(NAMES)):
        at = dict(zip(NAMES, values, strict=True))
        assert truth(again, at) is truth(node, at)


# Memberships --------------------------------------------------------------------------------------

degrees = st.fixed_dictionaries({n: st.floats(0, 1) for n in NAMES})


def point(values: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    return {n: (v, v) for n, v in values.items()}


@given(degrees)
def test_and_is_the_least_or_the_greatest_not_one_less(values: Mapping[str, float]) -> None:
    both = point(values)
    assert membership(parse("a and b and c", NAMES), both)[0] == min(values[n] for n in "abc")
    assert membership(parse("a or b or c", NAMES), both)[1] == max(values[n] for n in "abc")
    assert membership(parse("not a", NAMES), both) == (1 - values["a"], 1 - values["a"])


@given(st.fixed_dictionaries({n: st.tuples(st.floats(0, 1), st.floats(0, 1)).map(
    lambda p: (min(p), max(p))) for n in NAMES}))  # fmt: skip
def test_de_morgan(values: Mapping[str, tuple[float, float]]) -> None:
    for left, right in (("not (a and b)", "not a or not b"), ("not (a or b)", "not a and not b")):
        assert membership(parse(left, NAMES), values) == membership(parse(right, NAMES), values)


@given(trees(), degrees, st.sets(st.sampled_from(NAMES)))
def test_unknown_memberships_bound_what_they_may_be(
    node: Node, values: Mapping[str, float], hidden: set[str]
) -> None:
    inside = membership(node, point(values))
    wide = membership(node, {**point(values), **dict.fromkeys(hidden, (0.0, 1.0))})
    assert wide[0] <= inside[0] + 1e-12
    assert inside[1] - 1e-12 <= wide[1]


@given(trees(), degrees)
def test_the_binding_clause_has_the_membership_of_the_whole(
    node: Node, values: Mapping[str, float]
) -> None:
    whole = membership(node, point(values))[0]
    own = values[binding(node, point(values))]
    assert whole == pytest.approx(own, abs=1e-9) or whole == pytest.approx(1 - own, abs=1e-9)


def test_the_binding_clause_by_hand() -> None:
    at = point({"a": 0.9, "b": 0.2, "c": 0.6, "d": 0.5})
    assert binding(parse("a and (b or c)", NAMES), at) == "c"
    assert binding(parse("a and b and c", NAMES), at) == "b"
    assert binding(parse("not a or b", NAMES), at) == "b"
    assert binding(parse("not (a and c)", NAMES), at) == "c"



@pytest.mark.parametrize(
    ("rule", "said"),
    [("a and (b or not c)", "One AND (Two OR not (c))"), ("a or b or a", "One OR Two OR One"),
     ("not (a and b)", "not (One AND Two)")],
)  # fmt: skip
def test_a_rule_in_words(rule: str, said: str) -> None:
    assert words(parse(rule, NAMES), {"a": "One", "b": "Two"}) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("a and e", 'the rule "a and e" names "e", which is not there'),
        ("a >= 1", 'the rule "a >= 1" holds "a >= 1"; only names, and, or, not and brackets'),
        ("a and f(b)", 'holds "f(b)"; only names'),
        ("a and 1", 'holds "1"; only names'),
        ("a if b else c", 'holds "a if b else c"; only names'),
        ("a & b", 'holds "a & b"; only names'),
        ("-a", 'holds "-a"; only names'),
        ("a and", 'the rule "a and" cannot be read: '),
        ("", 'the rule "" cannot be read: '),
        ("a.b", 'holds "a.b"; only names'),
        ("__import__('os')", "holds \"__import__('os')\"; only names"),
    ],
)
def test_rules_that_are_refused(rule: str, said: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(rule, NAMES)
    assert said in str(error.value)
