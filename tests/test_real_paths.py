"""Paths and roadmap of three real regions, read as their analyst would: nothing said too much."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import polars as pl
import pytest
from rich.console import Console

from recompute import payload_of
from regionlift.data.contract import contract
from regionlift.evidence.measure import registry
from regionlift.evidence.verdict import Truth
from regionlift.measures.network.own import own_shares, partners_only
from regionlift.output.terminal import summary
from regionlift.paths.evaluate import COMPARE, Judged
from regionlift.run import Run
from regionlift.study.roadmap import OWNERS

pytestmark = pytest.mark.shared

PAGES = {"technology", "chain", "platform", "conditions", "order", "roadmap", "actions", "tested"}

#: Phrases that claim more than an association, in any text of ours; a disclaimer claims less.
FORBIDDEN = re.compile(r"\b(will lead to|guarantees?|guaranteed|ensures|proves(?! nothing))\b")

#: Slips of the pen: unfilled units, doubled marks, one of many, a unit without its number.
SLIPS = re.compile(
    r"\{\w+\}|(?<!\.)\.\.(?!\.)|;;|\bnan\b|\bNone\b(?!:)|million million"
    r"|cannot tell (?:years|%|corr)"
    r"|\b1 (?:years|links|clauses|actions|things|warnings|regions|organisations|cases)\b"
)

#: The number of a reason, before its comma or semicolon, and the threshold behind it.
NUMBER = re.compile(r": (?:[^;]*, )?(p?)(-?[\d,]*\.?\d+)(%?)[^;]*; asked for is")


@pytest.fixture(params=["michigan", "ith5", "basque"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def payload(run: Run) -> dict[str, Any]:
    return payload_of(Path(run.out) / "report.html")


def strings(node: Any) -> Iterator[str]:
    """Every string in a nest of lists and dicts."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def page(payload: dict[str, Any], id: str) -> dict[str, Any]:
    return next(p for p in payload["pages"] if p["id"] == id)


def block(found: dict[str, Any], title: str) -> dict[str, Any]:
    """A block of a page by its title."""
    return next(b for b in found["blocks"] if b.get("title") == title)


def rows(found: dict[str, Any]) -> list[list[str]]:
    """Cells of a table as texts."""
    return [[c if isinstance(c, str) else c["text"] for c in row] for row in found["rows"]]


def ledger(run: Run, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(Path(run.out) / "evidence.duckdb"), read_only=True) as connection:
        return connection.execute(sql, list(values)).fetchall()


def test_the_pages_of_the_paths_are_there(payload: dict[str, Any]) -> None:
    assert {p["id"] for p in payload["pages"]} >= PAGES
    figures = [b for p in payload["pages"] for b in p["blocks"] if b["kind"] == "path"]
    assert [b["id"] for b in figures] == ["path-technology", "path-chain", "path-platform"]
    assert any(b["kind"] == "conditions" for b in page(payload, "conditions")["blocks"])


def test_nothing_is_promised_anywhere(run: Run, payload: dict[str, Any]) -> None:
    said = [*strings(payload["pages"]), *strings(payload["glossary"])]
    said += strings(json.loads((Path(run.out) / "roadmap.json").read_text("utf-8")))
    for book in ("lists.xlsx", "roadmap.xlsx"):
        with ZipFile(Path(run.out) / book) as file:
            said += [file.read(n).decode() for n in file.namelist() if n.endswith(".xml")]
    assert len(said) > 2000
    assert [s for s in said if FORBIDDEN.search(s)] == []


def test_no_slip_of_the_pen_on_pages_of_ours(payload: dict[str, Any]) -> None:
    """Names of organisations and files are as the tables have them: their pages are left out."""
    ours = PAGES | {"answer", "stage", "drivers", "position", "government", "scenarios"}
    said = [s for p in payload["pages"] if p["id"] in ours for s in strings(p)]
    assert [s for s in said if SLIPS.search(s)] == []


def test_page_one_says_what_went_against_the_region_and_what_cannot_be_told(
    run: Run, payload: dict[str, Any]
) -> None:
    answer = page(payload, "answer")
    against = block(answer, "What went against us")
    untold = rows(block(answer, "What we cannot tell"))
    order = rows(block(answer, "Which path"))
    assert any(b.get("title") == "First actions" for b in answer["blocks"])
    said = [what for what, _ in rows(against)] if against["kind"] == "table" else []
    for p in run.study.paths.paths:
        waits = run.study.paths.order.standing(p.path.id).waits
        for j in (*p.broken, *(p.clauses[id] for id in waits)):
            assert any(p.path.title in s and j.comparison.title in s for s in said), j.id
        row = next(r for r in order if r[0] == p.path.title)
        counts = [p.count(t) for t in (Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL)]
        assert row[2:5] == [str(n) for n in counts]
        first = p.first_broken
        broken = row[6].partition(" (")[0]
        if first is None:
            assert broken in ("none known", "none: every link holds")
        else:
            assert broken == first.comparison.title
        told = [r for r in untold if r[0].startswith(p.path.title)]
        assert len(told) == (p.applicable.truth is Truth.CANNOT_TELL) + bool(p.unknown)
        assert all(why and settles for _, why, settles in told)


def test_what_cannot_be_told_has_a_reason_and_what_settles_it(run: Run) -> None:
    done = run.study.paths
    columns = {c.name for table in contract().values() for c in table.columns}
    ids = sorted(id for id in registry() if "_" in id and id not in columns)
    word = re.compile(rf"\b({'|'.join(ids)})\b")
    verdicts = [v for v in (*done.verdicts, *run.study.verdicts) if v.truth is Truth.CANNOT_TELL]
    assert len(verdicts) > 40
    for v in verdicts:
        assert v.settles.strip(), v
        assert v.reason.strip(), v
        assert not word.search(v.settles), v
    for j in done.judged:
        if j.truth is Truth.CANNOT_TELL:
            # a column nobody has is told as such, whatever year is asked for
            assert "no year up to" not in j.reason, j.id
            assert j.reason != "too little is told", j.id


def test_evidence_named_on_path_pages_is_in_the_ledger(run: Run, payload: dict[str, Any]) -> None:
    blocks = [b for p in payload["pages"] if p["id"] in PAGES for b in p["blocks"]]
    found = {
        id for b in blocks if b["kind"] in ("path", "conditions")
        for item in (*b.get("links", ()), *b.get("clauses", ())) for id in item["evidence"]
    }  # fmt: skip
    found |= {c["evidence"] for b in blocks if b["kind"] == "table" for row in b["rows"]
              for c in row if isinstance(c, dict) and "evidence" in c}  # fmt: skip
    known = {id for (id,) in ledger(run, "SELECT id FROM quantities")}
    assert len(found) > 20
    assert found <= known
    assert found <= set(payload["evidence"])


def said_number(run: Run, j: Judged) -> tuple[float, float, str]:
    """The number a reason prints, that of the ledger in the same unit, and the printed digits."""
    match = NUMBER.search(j.reason)
    assert match, j.reason
    ((value, unit),) = ledger(
        run, "SELECT value, unit FROM quantities WHERE id = ?", j.quantity.id)  # fmt: skip
    share = unit in ("share", "share a year")
    assert bool(match[3]) == (share or unit.startswith("%")), j.reason
    assert bool(match[1]) == (unit == "percentile"), j.reason
    return float(match[2].replace(",", "")), value * (100 if share else 1), match[2]


def test_numbers_in_sentences_are_those_of_the_ledger_with_two_digits(run: Run) -> None:
    told = [j for j in run.study.paths.judged if j.quantity.value is not None]
    assert len(told) >= 4
    for j in told:
        printed, value, digits = said_number(run, j)
        c, share = COMPARE[j.comparison.compare], 100 if "share" in j.quantity.unit else 1
        # what is printed is on the same side of the threshold as what was compared
        assert c(printed, j.threshold * share) == c(value, j.threshold * share) == (
            j.truth is Truth.MET), j.reason  # fmt: skip
        if j.quantity.unit == "percentile":
            assert abs(printed - value) <= 0.5, j.reason
            continue
        assert printed == pytest.approx(value, rel=0.051), j.reason
        close = abs(value - j.threshold * share) <= 0.05 * abs(value)
        plain = digits.replace(",", "").replace(".", "").lstrip("-0")
        assert close or len(plain.rstrip("0")) <= 2, j.reason


def test_the_first_broken_link_is_told_with_its_number_and_what_is_untold_before_it(
    run: Run, payload: dict[str, Any]
) -> None:
    for b in (b for p in payload["pages"] for b in p["blocks"] if b["kind"] == "path"):
        p = run.study.paths.path(b["id"].removeprefix("path-"))
        first = p.first_broken
        if first is None:
            assert b["finding"].startswith("No link is known to be broken")
        else:
            assert b["finding"].startswith(
                f"First broken link: {first.id} “{first.comparison.title}”. {first.reason}.")
        for j in p.unknown:
            assert j.id in b["finding"]


def test_michigan_loses_to_its_peers_not_in_dollars(michigan: Run) -> None:
    """Its one broken link is read at current prices, beside the peers: the sentence says so."""
    first = michigan.study.paths.path("technology").first_broken
    assert first is not None
    assert first.id == "a7"
    assert "current prices against the middle of the peers: -" in first.reason
    (planned,) = michigan.study.roadmap.planned
    assert "against the middle of the peers" in planned.goal
    assert planned.candidate.conditional


def test_peers_in_a_record_of_many_regions_have_events_of_their_own(basque: Run) -> None:
    """Of the regions in Horizon 2020 hardly one is there as a partner of the Basque Country."""
    study = basque.study
    shares = own_shares(study.dataset, study.settings, study.region, "joint")
    least = study.settings["own_events"]
    assert len(shares) > 300 and sum(s < least for s in shares.values()) <= 4
    assert partners_only(shares, study.peers.members, least) == []
    told = {j.id: j for o in study.paths.opinions for j in o.clauses}["F_many"]
    assert told.quantity.measure == "peer_percentile" and told.quantity.value is not None


def test_the_basque_country_waits_for_partners_that_meet_again(basque: Run) -> None:
    standing = basque.study.paths.order.standing("technology")
    assert standing.waits == ("A0_repeat",)
    assert {p.candidate.judged.id for p in basque.study.roadmap.planned} == {"A0_repeat"}
    ties = next(v for v in basque.study.verdicts if v.clause == "policy.ties")
    # every joint project of Horizon 2020 has public money: more of them would settle nothing
    assert ties.truth is Truth.CANNOT_TELL
    assert ties.settles == "joint projects without public money in the tables"
    phase = next(v for v in basque.study.verdicts if v.clause == "network.law.saturated")
    assert phase.settles == "more years of joint projects"


def test_order_is_the_same_everywhere(run: Run, payload: dict[str, Any]) -> None:
    table = ledger(run, "SELECT path, title, disposition, first_broken FROM path_order "
                        "ORDER BY place")  # fmt: skip
    ids, titles = [row[0] for row in table], [row[1] for row in table]
    kept = json.loads((Path(run.out) / "roadmap.json").read_text("utf-8"))["order"]
    assert [(o["path"], o["when"], o["first_broken"] or "") for o in kept] == [
        (path, when, first or "") for path, _, when, first in table]
    order = page(payload, "order")
    sentence = order["finding"].partition(". ")[0]
    assert sentence == ", then ".join(f"{title} ({when})" for _, title, when, _ in table)
    assert [r[1] for r in rows(block(order, "Order of the paths"))] == titles
    assert [r[0] for r in rows(block(page(payload, "answer"), "Which path"))] == titles
    done = run.study.paths.order
    assert [s.path for s in done.standings] == ids
    if done.shares[0][1] > done.holds:
        assert "Another order comes out more often" in order["finding"]


def test_names_on_the_roadmap_are_organisations_or_said_to_be_none(
    run: Run, payload: dict[str, Any]
) -> None:
    planned = run.study.roadmap.planned
    if not planned:
        assert page(payload, "roadmap")["finding"].startswith("There is no roadmap: ")
        return
    tables = run.study.dataset.tables
    real = set(tables["orgs"]["name"].drop_nulls()) if "orgs" in tables else set()
    shown = [r for b in page(payload, "roadmap")["blocks"] if b.get("id", "").startswith("phase-")
             for r in rows(b)]  # fmt: skip
    assert len(shown) == len(planned)
    for p, row in zip(planned, shown, strict=True):
        if p.owner not in real:
            assert p.owner in OWNERS.values()
            own = p.owner == OWNERS["government"]
            assert row[3] == p.owner + ("" if own else " (not named in the tables)")
        for name in p.partners:
            assert name in real or f"{name} (not named in the tables)" in row[4]
    # what is left alone is told by title, not by id alone
    for n in run.study.roadmap.not_now:
        assert not re.search(r"measures on [abc]\d", n.what)


def test_the_terminal_tells_paths_order_roadmap_and_past(run: Run) -> None:
    console = Console(record=True, width=400)
    summary(run.study, Path(run.out), console)
    said = console.export_text()
    heads = [line[1:10].strip() for line in said.splitlines() if line[1:10].strip()]
    for one, other in zip(
        ("read", "check", "peers", "STAGE", "PATH", "order", "data", "ROADMAP", "wrote"),
        ("check", "peers", "STAGE", "PATH", "order", "data", "ROADMAP", "wrote", "hindcast"),
        strict=True,
    ):
        assert heads.index(one) < heads.index(other)
    assert not SLIPS.search(said), SLIPS.search(said)
    for p in run.study.paths.paths:
        assert p.path.title in said
    assert run.study.paths.order.sentence in said


def test_lists_hold_what_the_pages_say(run: Run) -> None:
    found = pl.DataFrame(
        ledger(run, "SELECT id, verdict, value, threshold FROM path_links"), orient="row",
        schema=["id", "verdict", "value", "threshold"])  # fmt: skip
    for j in (j for p in run.study.paths.paths for j in p.links):
        row = found.filter(pl.col("id") == j.id).row(0)
        assert row[1:] == (j.truth.value, j.quantity.value, j.threshold)
