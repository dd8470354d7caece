"""Path files of the user's: everything wrong is said at once, with the entry and the way out."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path as File
from typing import Any

import pytest
from typer.testing import CliRunner

from path_readings import raw
from regionlift.cli import app
from regionlift.evidence.measure import registry
from regionlift.paths.load import PathFileError, faults, library, read_path, shipped
from regionlift.paths.model import Path

Raw = dict[str, Any]
Spoil = Callable[[Raw], None]

ACTION = {
    "id": "act_1", "title": "Act", "title_zh": "行动", "owner": "government", "years": [1, 2],
    "indicator": "alliance_share", "countermeasure": 1, "items": [1], "risk": "some",
    "stop": "late",
}  # fmt: skip


def toml(value: Any) -> str:
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(folder: File, table: Raw, name: str = "mine.toml") -> File:
    file = folder / name
    file.write_text("\n".join(f"{k} = {toml(v)}" for k, v in table.items()) + "\n", "utf-8")
    return file


def good() -> Raw:
    """A file with nothing wrong, a condition over all clauses, two actions."""
    table = raw("A1 and (A2 or not A3)", links=3, name="mine")
    for n, clause in enumerate(table["clauses"], start=1):
        clause["id"] = f"M{n}"
    table["conditions"][0] |= {"id": "M", "rule": "M1 and (M2 or not M3)"}
    table["readings"][0]["rule"] = "M"
    table["links"][0]["actions"] = [deepcopy(ACTION)]
    table["links"][1]["actions"] = [{**deepcopy(ACTION), "id": "act_2", "after": ["act_1"]}]
    return table


def test_a_good_file_has_no_fault(tmp_path: File) -> None:
    file = written(tmp_path, good())
    found = read_path(file, registry())
    assert list(faults(found, registry())) == []
    every = [p.id for p in library([file], registry())]
    assert every == ["technology", "chain", "platform", "mine"]


@pytest.mark.parametrize("path", shipped(), ids=[p.id for p in shipped()])
def test_the_shipped_files_have_no_fault(path: Path) -> None:
    assert list(faults(path, registry())) == []


def link(n: int, **changes: Any) -> Spoil:
    return lambda t: t["links"][n].update(changes)


def clause(n: int, **changes: Any) -> Spoil:
    return lambda t: t["clauses"][n].update(changes)


def action(n: int, **changes: Any) -> Spoil:
    return lambda t: t["links"][n]["actions"][0].update(changes)


def rule(text: str) -> Spoil:
    return lambda t: t["conditions"][0].update(rule=text)


def add_box(t: Raw) -> None:
    t["boxes"].append({"id": "attic", "title": "Attic"})


def circle(t: Raw) -> None:
    t["links"][2]["to"] = "box0"
    t["boxes"].pop()


def without(*keys: str) -> Spoil:
    def spoil(t: Raw) -> None:
        for key in keys:
            t[key] = []

    return spoil


def no_actions(t: Raw) -> None:
    t["links"][0].pop("actions")


#: What is done to a good file, and the fault that is said, alone and whole.
FAULTS: dict[str, tuple[Spoil, str]] = {
    "cycle": (circle, "the links go round in a circle: mine_1 -> mine_2 -> mine_3 -> mine_1. Mark "
              "the one that closes it on purpose with feedback = true"),
    "unknown measure of a link": (
        link(0, measure="rd_intensty"),
        'link "mine_1": no measure "rd_intensty". Did you mean "rd_intensity"?'),
    "unknown measure of a clause": (
        clause(1, measure="hold_up_shar"),
        'clause "M2": no measure "hold_up_shar". Did you mean "hold_up_share"?'),
    "unknown stand-in": (
        link(0, instead=["rd_intensity", "alliance_shar"]),
        'link "mine_1": no measure "alliance_shar". Did you mean "alliance_share"?'),
    "threshold without source": (
        link(1, source=" "),
        'link "mine_2": its threshold 0.5 has no source. Say whose number it is: official, a peer '
        "quantile, or your own"),
    "source left out": (
        lambda t: t["clauses"][0].pop("source"),
        'clause "M1": its threshold 0.5 has no source. Say whose number it is: official, a peer '
        "quantile, or your own"),
    "two links with one name": (link(1, title="Link 1"), '2 links with the name "Link 1"'),
    "two links with one id": (link(1, id="mine_1"), '2 links with the id "mine_1"'),
    "two clauses with one id": (
        lambda t: (t["clauses"].pop(), clause(1, id="M1")(t), rule("M1")(t)),
        '2 clauses with the id "M1"'),
    "two boxes with one id": (
        lambda t: t["boxes"].append({"id": "box0", "title": "Again"}),
        '2 boxes with the id "box0"'),
    "two conditions with one id": (
        lambda t: t["conditions"].append(dict(t["conditions"][0])),
        '2 conditions with the id "M"'),
    "two actions with one id": (
        lambda t: t["links"][2].update(actions=[{**ACTION, "title": "Other"}]),
        '2 actions with the id "act_1"'),
    "a link and a clause with one id": (
        link(2, id="M1"), 'a link and a clause with the id "M1"'),
    "unknown box": (
        lambda t: (link(0, **{"from": ["box9"]})(t), t["boxes"].pop(0)),
        'link "mine_1" leads to or from the box "box9", which is not there. Did you mean "box3"?'),
    "unused box": (add_box, 'box "attic" is in no link'),
    "unknown clause in a rule": (
        rule("M1 and M2 and M3 and M4"),
        'condition "M": the rule "M1 and M2 and M3 and M4" names "M4", which is not there. Did you '
        'mean "M3"?'),
    "unused clause": (rule("M1 and M2"), 'clause "M3" is in no condition'),
    "unknown condition in a reading": (
        lambda t: t["readings"][0].update(rule="M and N"),
        'reading "all": the rule "M and N" names "N", which is not there.'),
    "threshold below its range": (
        link(0, threshold=0.1),
        'link "mine_1": threshold 0.1 lies outside its range 0.2 to 0.9'),
    "threshold above its range": (
        clause(0, threshold=0.95, anchors=[0.1, 0.95, 1.9]),
        'clause "M1": threshold 0.95 lies outside its range 0.2 to 0.9'),
    "no percentile": (
        link(0, against="peers", threshold=120, high=150),
        'link "mine_1": a threshold against peers is a percentile, 0 to 100'),
    "alone without peers": (
        link(0, alone={"threshold": 0.3, "source": "test"}),
        'link "mine_1": alone goes with against = "peers"'),
    "alone without source": (
        link(0, against="peers", alone={"threshold": 0.3}),
        'link "mine_1": the threshold alone has no source'),
    "anchors not monotone": (
        clause(0, anchors=[0.1, 0.5, 0.3]),
        'clause "M1": anchors [0.1, 0.5, 0.3] must rise or fall throughout'),
    "anchors equal": (
        clause(0, anchors=[0.5, 0.5, 0.9]),
        'clause "M1": anchors [0.5, 0.5, 0.9] must rise or fall throughout'),
    "anchors the other way": (
        clause(0, anchors=[0.9, 0.5, 0.1]),
        'clause "M1": its anchors go the other way than ">="'),
    "anchors of a falling set": (
        clause(0, compare="<="), 'clause "M1": its anchors go the other way than "<="'),
    "crossover not the threshold": (
        clause(0, anchors=[0.1, 0.6, 0.9]),
        'clause "M1": the crossover 0.6 of its anchors is not its threshold 0.5'),
    "action after an unknown one": (
        action(1, after=["act_9"]),
        'action "act_2" comes after "act_9", which is not there. Did you mean "act_2"?'),
    "actions in a circle": (
        action(0, after=["act_2"]), "actions wait for each other: act_1 -> act_2 -> act_1"),
    "action after itself": (
        lambda t: (action(0, after=["act_1"])(t), action(1, after=[])(t)),
        "actions wait for each other: act_1 -> act_1"),
    "unknown indicator": (
        action(0, indicator="alliance_shar"),
        'action "act_1": no measure "alliance_shar". Did you mean "alliance_share"?'),
    "years the wrong way": (
        action(0, years=[3, 1]), 'action "act_1": years [3, 1], shortest first, from 1'),
    "years from nothing": (
        action(0, years=[0, 1]), 'action "act_1": years [0, 1], shortest first, from 1'),
    "stopped after it has ended": (
        action(0, stop="nothing after three years"),
        'action "act_1": its stop rule needs 3 years (“nothing after three years”), its shortest '
        "time is 1: set years = [3, 3]"),
    "longer by its title than it takes": (
        action(0, title="Terms of 2 years"),
        'action "act_1": its title needs 2 years (“Terms of 2 years”), its shortest time is 1: '
        "set years = [2, 2]"),
    "clause mended by no action": (
        clause(0, mends=["found_allianc"]),
        'clause "M1": no action "found_allianc". Did you mean "found_alliance"?'),
    "id that is no name": (link(0, id="mine 1"), 'link "mine 1": an id is letters, digits and _, '
                           "and begins with a letter"),
    "a range without an end": (
        link(0, high=float("inf")), 'link "mine_1": its range 0.2 to inf must have two ends'),
    "two readings with one id": (
        lambda t: t["readings"].append(dict(t["readings"][0])), '2 readings with the id "all"'),
    "unused condition": (
        lambda t: t["conditions"].append({**t["conditions"][0], "id": "N"}),
        'condition "N" is in no reading'),
    "actions in a circle of three": (
        lambda t: (t["links"][2].update(actions=[{**ACTION, "id": "act_3", "after": ["act_2"]}]),
                   action(0, after=["act_3"])(t)),
        "actions wait for each other: act_1 -> act_2 -> act_3 -> act_1"),
    "no reading": (without("readings"), "no readings: a path needs at least one"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_named_with_its_entry(name: str, tmp_path: File) -> None:
    spoil, text = FAULTS[name]
    table = good()
    spoil(table)
    with pytest.raises(PathFileError) as error:
        read_path(written(tmp_path, table), registry())
    assert [f.strip() for f in error.value.faults] == [text]
    assert str(error.value).strip() == f"mine.toml: {text}"


#: Rules that are no rule: the words of the refusal after the condition's name.
RULES = {
    "M1 > 0.5 and M2 and M3": 'holds "M1 > 0.5"; only names, and, or, not and brackets are read',
    "max(M1, M2) and M3": 'holds "max(M1, M2)"; only names, and, or, not and brackets are read',
    "M1 and M2 and": "cannot be read: ",
    "M1 + M2 and M3": 'holds "M1 + M2"; only names, and, or, not and brackets are read',
}


@pytest.mark.parametrize("text", RULES)
def test_a_rule_with_more_than_names_is_refused(text: str, tmp_path: File) -> None:
    table = good()
    rule(text)(table)
    with pytest.raises(PathFileError) as error:
        read_path(written(tmp_path, table), registry())
    assert error.value.faults[0].startswith(f'condition "M": the rule "{text}" {RULES[text]}')


#: Faults of form, which pydantic finds: what is done, where it is said to be, and what.
FORM: dict[str, tuple[Spoil, str]] = {
    "unknown key of a link": (
        link(0, treshold=1), 'links "mine_1" treshold: Extra inputs are not permitted (given 1)'),
    "unknown key of the file": (
        lambda t: t.update(colour="red"), "colour: Extra inputs are not permitted (given 'red')"),
    "unknown key of an action": (
        action(1, cost=3), 'links "mine_2" actions "act_2" cost: Extra inputs are not permitted '
        "(given 3)"),
    "a key is missing": (lambda t: t["clauses"][1].pop("quote"),
                         'clauses "M2" quote: Field required'),
    "a sign that is none": (link(2, compare="=>"), 'links "mine_3" compare: Input should be'),
    "a threshold that is no number": (
        clause(0, threshold="half"), 'clauses "M1" threshold: Input should be a valid number'),
    "two anchors": (clause(0, anchors=[0.1, 0.5]), 'clauses "M1" anchors 2: Field required'),
    "a countermeasure that is none": (
        action(0, countermeasure=5), 'links "mine_1" actions "act_1" countermeasure: Input should'),
}  # fmt: skip


@pytest.mark.parametrize("name", FORM)
def test_a_fault_of_form_is_named_with_its_place(name: str, tmp_path: File) -> None:
    spoil, text = FORM[name]
    table = good()
    spoil(table)
    with pytest.raises(PathFileError) as error:
        read_path(written(tmp_path, table), registry())
    assert len(error.value.faults) == 1
    assert error.value.faults[0].startswith(text)


def test_every_fault_is_said_at_once(tmp_path: File) -> None:
    table = good()
    for spoil in (link(0, source=""), link(1, title="Link 1"), add_box, rule("M1 and M2")):
        spoil(table)
    with pytest.raises(PathFileError) as error:
        read_path(written(tmp_path, table), registry())
    assert str(error.value).splitlines() == [
        "mine.toml: 4 faults:",
        '  2 links with the name "Link 1"',
        '  box "attic" is in no link',
        '  link "mine_1": its threshold 0.5 has no source. Say whose number it is: official, a '
        "peer quantile, or your own",
        '  clause "M3" is in no condition',
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"links = [", "mine.toml: no TOML: "), (b"a path\n", "mine.toml: no TOML: "),
     (b"\xff\xfe\x00", "mine.toml: no text in UTF-8"), (b"", "mine.toml: 11 faults:")],
)  # fmt: skip
def test_what_is_no_path_file(content: bytes, said: str, tmp_path: File) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(PathFileError) as error:
        read_path(file, registry())
    assert str(error.value).startswith(said)


def test_a_file_that_is_not_there(tmp_path: File) -> None:
    with pytest.raises(FileNotFoundError, match=r"no path file .*gone\.toml"):
        read_path(tmp_path / "gone.toml", registry())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(lambda t: t.update(id="chain"), '"chain" is taken by the path "chain"'),
     (link(0, id="b4"), '"b4" is taken by the path "chain"'),
     (lambda t: (clause(0, id="A1_base")(t), rule("A1_base and (M2 or not M3)")(t)),
      '"A1_base" is taken by the path "technology"'),
     (lambda t: (t["conditions"][0].update(id="C1"), t["readings"][0].update(rule="C1")),
      '"C1" is taken by the path "platform"'),
     (action(0, id="close_gap"), '"close_gap" is taken by the path "chain"')],
)  # fmt: skip
def test_an_id_that_another_path_has(spoil: Spoil, said: str, tmp_path: File) -> None:
    """Ids name thresholds, verdicts and rows of the roadmap: they must be told apart."""
    table = good()
    spoil(table)
    if said.startswith('"close_gap"'):
        action(1, after=["close_gap"])(table)
    with pytest.raises(PathFileError) as error:
        library([written(tmp_path, table)], registry())
    assert error.value.faults == (f"{said}: give it another id",)


def test_two_files_of_one_path(tmp_path: File) -> None:
    files = [written(tmp_path, good(), name) for name in ("mine.toml", "again.toml")]
    with pytest.raises(PathFileError) as error:
        library(files, registry())
    assert str(error.value).startswith("again.toml: ")
    assert error.value.faults[0] == '"mine" is taken by the path "mine": give it another id'


def test_a_setting_is_no_id(tmp_path: File) -> None:
    """A threshold of a path goes by its id beside the other settings."""
    table = good()
    link(0, id="window")(table)
    with pytest.raises(PathFileError) as error:
        library([written(tmp_path, table)], registry())
    assert error.value.faults == ('"window" is a setting of the run: give it another id',)


def test_check_on_the_command_line_says_the_same(tmp_path: File) -> None:
    runner = CliRunner()
    fine = runner.invoke(app, ["paths", "check", str(written(tmp_path, good()))])
    assert fine.exit_code == 0
    assert "Small, 3 links, 3 clauses, 1 conditions: nothing wrong" in fine.output
    table = good()
    circle(table)
    bad = runner.invoke(app, ["paths", "check", str(written(tmp_path, table, "bad.toml"))])
    assert bad.exit_code != 0
    assert "the links go round in a circle" in f"{bad.output} {bad.exception}"
