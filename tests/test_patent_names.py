"""Names of applicants: what is proposed, what a decision does, and what hangs on it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Builder
from patentfiles import incopat
from regionlift.data.check import Audit
from regionlift.data.dataset import open_dataset
from regionlift.data.patents import PatentImport, import_patents
from regionlift.data.patents.merging import merged, moves, sensitivity
from regionlift.data.patents.names import GROUP, LEGAL, LETTERS, NEAR, Named, one_letter, proposals
from regionlift.data.problems import DatasetError, Problem


def proposed(*names: str, country: str = "") -> dict[tuple[str, str], str]:
    """(name, name merged into) -> reason; the first name has most patents."""
    orgs = [Named(n, n, country, 100 - i) for i, n in enumerate(names)]
    rows = proposals(orgs).select("name", "merge_into", "why", "accept").rows()
    assert all(accept == "no" for *_, accept in rows), "nothing is merged by itself"
    return {(name, into): why.split(":")[0] for name, into, why, _ in rows}


@pytest.mark.parametrize(
    ("head", "other", "why"),
    [
        ("北江机床有限公司", "北江机床 有限公司", LETTERS),
        ("Danobat S. Coop.", "DANOBAT, S.COOP", LETTERS),
        ("ＡＢＢ（中国）有限公司", "ABB(中国)有限公司", LETTERS),
        ("北江机床有限公司", "北江机床股份有限公司", LEGAL),
        ("Müller GmbH", "Muller GmbH & Co. KG", LEGAL),
        ("North River Tool Co., Ltd.", "NORTH RIVER TOOL", LEGAL),
        ("沈阳机床（集团）有限责任公司", "沈阳机床股份有限公司", GROUP),
        ("Siemens AG", "Siemens Group", GROUP),
        ("Schneider Maschinen", "Schnieder Maschinen", NEAR),
    ],
)
def test_planted_duplicates_are_proposed_with_their_reason(
    head: str, other: str, why: str
) -> None:
    assert proposed(head, other) == {(other, head): why}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北江第一机床厂", "北江第二机床厂"),  # two works of one city
        ("沈阳机床有限公司", "洛阳机床有限公司"),  # one character, another city
        ("沈阳中央数控机床制造有限公司", "洛阳中央数控机床制造有限公司"),
        ("Machine Works 1 Ltd", "Machine Works 2 Ltd"),
        ("Bosch", "Bosh"),  # too short to tell
        ("北江大学", "北江大学附属医院"),
        ("Schneider Maschinen", "Schnyder Maschinen"),
    ],
)
def test_two_organisations_are_not_proposed(one: str, other: str) -> None:
    assert proposed(one, other) == {}


def test_one_letter_apart_in_two_countries_is_not_proposed() -> None:
    a, b = "Schneider Maschinen", "Schnieder Maschinen"
    assert proposals([Named("1", a, "DE", 2), Named("2", b, "AT", 1)]).is_empty()
    legal = proposals([Named("1", "Siemens AG", "DE", 2), Named("2", "Siemens Ltd", "CN", 1)])
    assert "another country (DE)" in legal["why"][0], "proposed, and the country said"


@given(st.text("abc", min_size=1, max_size=6), st.text("abc", min_size=1, max_size=6))
def test_one_letter_is_the_distance_of_damerau(a: str, b: str) -> None:
    """By the recursion of the restricted Damerau distance, written out."""
    d = {(i, -1): i + 1 for i in range(-1, len(a))} | {(-1, j): j + 1 for j in range(-1, len(b))}
    for i in range(len(a)):
        for j in range(len(b)):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (a[i] != b[j]))
            if i and j and a[i] == b[j - 1] and a[i - 1] == b[j]:
                d[i, j] = min(d[i, j], d[i - 2, j - 2] + 1)
    if a != b:
        assert one_letter(a, b) == one_letter(b, a) == (d[len(a) - 1, len(b) - 1] == 1)


@given(st.lists(st.text("abcdefgh", min_size=7, max_size=9), min_size=2, max_size=8, unique=True))
def test_the_index_finds_every_pair_one_letter_apart(names: list[str]) -> None:
    names = [f"x{n}" for n in names]
    found = {frozenset(pair) for pair, why in proposed(*names).items() if why == NEAR}
    every = {frozenset((a, b)) for a in names for b in names if a < b and one_letter(a, b)}
    assert found == every


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("ghijkl")), max_size=6))
def test_a_merge_leads_to_one_that_stays(pairs: list[tuple[str, str]]) -> None:
    end = moves(pairs)
    assert not set(end.values()) & set(end), "nobody is merged into one that is gone"
    for goes, stays in pairs:
        assert end.get(goes, goes) == end.get(stays, stays)


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="b goes into a and a into b"):
        moves([("a", "b"), ("b", "a")])
    with pytest.raises(ValueError, match="c goes into a"):
        moves([("a", "b"), ("b", "c"), ("c", "a")])


# --- in an import ---------------------------------------------------------------------------------

LONG, SHORT, OTHER = "北江机床股份有限公司", "北江机床有限公司", "南江大学"


def rows(folder: Path) -> Path:
    """Four patents: LONG twice, SHORT with OTHER, LONG with SHORT."""
    teams = [LONG, LONG, f"{SHORT};{OTHER}", f"{LONG};{SHORT}"]
    return incopat(folder, *({"申请号": f"P{n}", "公开（公告）号": f"X{n}", "申请人": team}
                             for n, team in enumerate(teams)))  # fmt: skip


def table(done: PatentImport) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in done.sensitivity.iter_rows()}


def accept(path: Path) -> Path:
    path.write_text(path.read_text("utf-8").replace(",no\n", ",yes\n"), "utf-8")
    return path


def test_the_sensitivity_says_what_hangs_on_the_merge(tmp_path: Path) -> None:
    done = import_patents(rows(tmp_path), tmp_path / "out")
    said = table(done)
    assert done.names.select("name", "accept").rows() == [(SHORT, "no")]
    assert said["organisations"] == ("3", "3", "2")
    # LONG with SHORT is no joint patent once they are one
    assert said["joint patents"] == ("2", "2", "1")
    assert said["pairs of joint applicants"] == ("2", "2", "1")
    # each in B23Q and G05B
    assert said["adopters (organisation in a subclass)"] == ("6", "6", "4")
    assert said["applicant 1"] == (f"{LONG} (3)", f"{LONG} (3)", f"{LONG} (4)")
    assert said["applicant 2"] == (f"{SHORT} (2)", f"{SHORT} (2)", f"{OTHER} (1)")
    written = pl.read_csv(tmp_path / "out/names-sensitivity.csv", infer_schema=False)
    assert written.fill_null("").rows() == done.sensitivity.rows()


def test_accepted_names_are_merged_and_decisions_are_kept(tmp_path: Path) -> None:
    source, out = rows(tmp_path), tmp_path / "out"
    import_patents(source, out)
    edited = accept(out / "names-to-merge.csv")
    with pytest.raises(FileExistsError, match="give it with --names"):
        import_patents(source, out)
    done = import_patents(source, out, names=edited)
    assert table(done)["organisations"] == ("3", "2", "2")
    assert done.tables["orgs"]["name"].sort().to_list() == sorted([LONG, OTHER])
    assert done.tables["applicants"].height == 5, "P3 has one applicant now"
    assert done.names["accept"].to_list() == ["yes"], "the decision is still in the file"
    again = import_patents(source, out, names=edited)
    assert again.tables["applicants"].equals(done.tables["applicants"])


def test_a_refusal_stays_a_refusal(tmp_path: Path) -> None:
    source, out = rows(tmp_path), tmp_path / "out"
    import_patents(source, out)
    done = import_patents(source, out, names=out / "names-to-merge.csv")
    assert done.names["accept"].to_list() == ["no"]
    assert table(done)["organisations"] == ("3", "3", "3"), "what was refused is not proposed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: t.replace(",no\n", ",maybe\n"), "wrong-type"),
        (lambda t: t.replace("merge_into", "into"), "no-column"),
        (lambda t: t + "x,{org},P000,my own,yes\n", "no-such-reference"),
        (lambda t: t.replace(",no\n", ",yes\n") + "x,{into},{org},back,yes\n", "names-circle"),
    ],
)
def test_a_table_of_names_that_contradicts_itself(
    tmp_path: Path, change: object, code: str
) -> None:
    source, out = rows(tmp_path), tmp_path / "out"
    first = import_patents(source, out).names.row(0, named=True)
    edited = tmp_path / "names.csv"
    text = change((out / "names-to-merge.csv").read_text("utf-8"))  # type: ignore[operator]
    edited.write_text(
        text.replace("{org}", first["org_id"]).replace("{into}", first["merge_into"]), "utf-8"
    )
    with pytest.raises(DatasetError) as caught:
        import_patents(source, tmp_path / "other", names=edited)
    assert caught.value.problems[0].code == code


def test_a_row_of_somebody_else_is_said(tmp_path: Path) -> None:
    source, out = rows(tmp_path), tmp_path / "out"
    into = import_patents(source, out).names["merge_into"][0]
    edited = tmp_path / "names.csv"
    edited.write_text(f"name,org_id,merge_into,why,accept\nX,P000,{into},mine,yes\n", "utf-8")
    done = import_patents(source, tmp_path / "b", names=edited)
    said = [p for p in done.problems if p.code == "unused-name"]
    assert [(p.file, p.row) for p in said] == [("names.csv", 2)]


# --- in a dataset ---------------------------------------------------------------------------------

ORGS = (
    "org_id,name,type,region\nA,Alpha,enterprise,北江\nB,Alfa,enterprise,北江\n"
    "C,Gamma,university,北江\n"
)
PATENTS = "patent_id,app_year\nN1,2018\nN2,2019\n"
APPLICANTS = "patent_id,org_id,position\nN1,B,1\nN1,A,2\nN1,C,3\nN2,B,1\n"
CODES = "patent_id,code,scheme\nN1,B23Q1/70,IPC\nN2,B23Q1/70,IPC\n"


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    made = Builder(tmp_path)
    tables = {"orgs": ORGS, "patents": PATENTS, "applicants": APPLICANTS, "codes": CODES}
    for name, text in tables.items():
        made.text(name, f"{name}.csv", text)
    return made


def with_names(build: Builder, *lines: str) -> Audit:
    text = "org_id,merge_into,accept\n" + "".join(line + "\n" for line in lines)
    (build.folder / "names.csv").write_text(text, "utf-8")
    build.tail = '[names]\nfile = "names.csv"\n'
    return build.check()


def found(audit: Audit, code: str) -> Problem:
    return next(p for p in audit.problems if p.code == code)


def test_a_dataset_merges_accepted_names_everywhere(build: Builder) -> None:
    build.text("projects", "projects.csv", "project_id,start_year,end_year\nP1,2016,2018\n")
    build.text("members", "members.csv", "project_id,org_id,money\nP1,A,2\nP1,B,3\nP1,C,1\n")
    build.text("platforms", "pl.csv", "platform_id,function,members\nPL1,training,A;B;C\n")
    audit = with_names(build, "B,A,yes", "C,A,no")
    said = found(audit, "names-merged")
    assert (said.severity, said.file, said.row) == ("warning", "names.csv", 2)
    assert "organisations 3 / 2 / 1" in said.found and "joint patents 1 / 1 / 0" in said.found
    tables = open_dataset(build.folder).tables
    assert "names" not in tables
    assert tables["orgs"]["org_id"].to_list() == ["A", "C"]
    held = tables["applicants"].select("patent_id", "org_id", "position", "position__status")
    assert held.rows() == [
        ("N1", "A", 1.0, "known"), ("N1", "C", 3.0, "known"), ("N2", "A", 1.0, "known"),
    ]  # fmt: skip
    assert tables["members"].select("org_id", "money").rows() == [("A", 5.0), ("C", 1.0)]
    assert tables["platforms"]["members"].to_list() == ["A;C"]


@pytest.mark.parametrize(
    ("lines", "code", "row"),
    [
        (["B,Z,yes"], "no-such-reference", 2),
        (["A,C,no", "B,A,yes", "A,B,yes"], "names-circle", 3),
        (["B,A,perhaps"], "wrong-type", 2),
    ],
)
def test_names_that_stop_a_dataset(build: Builder, lines: list[str], code: str, row: int) -> None:
    audit = with_names(build, *lines)
    problem = found(audit, code)
    assert (problem.severity, problem.file, problem.row) == ("error", "names.csv", row)
    with pytest.raises(DatasetError):
        open_dataset(build.folder)


def test_a_dataset_without_accepted_names_is_as_it_was(build: Builder) -> None:
    before = build.check()
    assert before.problems == []
    plain = open_dataset(build.folder).tables
    assert with_names(build, "B,A,no").problems == []
    for name, frame in open_dataset(build.folder).tables.items():
        assert frame.equals(plain[name]), name


def test_money_that_is_not_known_stays_unknown_in_a_merge() -> None:
    members = pl.DataFrame({
        "project_id": ["P", "P"], "org_id": ["A", "B"], "money": [2.0, None],
        "money__status": ["known", "suppressed"], "_rows": ["1:2", "1:3"],
    })  # fmt: skip
    row = merged({"members": members}, {"B": "A"})["members"].row(0, named=True)
    assert (row["money"], row["money__status"], row["_rows"]) == (None, "suppressed", "1:2 1:3")


def test_places_that_changed_are_counted() -> None:
    held = pl.DataFrame(
        [("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"), ("5", "b"), ("6", "c"), ("7", "c")],
        schema=["patent_id", "org_id"], orient="row",
    )  # fmt: skip
    out = sensitivity(held, None, {}, [("c", "b")], [])
    changed = out.filter(what="places among the first 10 that changed")
    # a b c -> b a: both places of a and b, and the third is gone
    assert changed.row(0)[1:] == ("0", "3", "3")
    assert out.filter(pl.col("what").str.starts_with("adopters"))["none"][0].startswith("cannot")


# --- bad input in a dataset: each with its row ----------------------------------------------------


def rebuilt(tmp_path: Path, **tables: str) -> Audit:
    made = Builder(tmp_path)
    given = {"orgs": ORGS, "patents": PATENTS, "applicants": APPLICANTS, "codes": CODES, **tables}
    for name, text in given.items():
        made.text(name, f"{name}.csv", text)
    return made.check()


def only_rows(audit: Audit, code: str) -> list[tuple[str, int | None]]:
    assert {p.code for p in audit.problems} == {code}, [str(p) for p in audit.problems]
    return [(p.file, p.row) for p in audit.problems]


def test_invalid_codes(tmp_path: Path) -> None:
    audit = rebuilt(tmp_path, codes=CODES + "N1,23Q1/70,IPC\nN2,Y02P90/02,IPC\nN1,Y02P90/02,CPC\n")
    assert only_rows(audit, "invalid-code") == [("codes.csv", 4), ("codes.csv", 5)]
    assert "a symbol of IPC" in audit.problems[1].expected, "Y is a section of the CPC alone"


def test_patents_without_applicants(tmp_path: Path) -> None:
    audit = rebuilt(tmp_path, applicants=APPLICANTS.replace("N2,B,1\n", ""))
    assert only_rows(audit, "no-applicant") == [("patents.csv", 3)]
    assert "(1 of 1)" in audit.problems[0].found


def test_patents_without_classes(tmp_path: Path) -> None:
    audit = rebuilt(tmp_path, codes=CODES.replace("N1,B23Q1/70,IPC\n", ""))
    assert only_rows(audit, "no-code") == [("patents.csv", 2)]


@pytest.mark.parametrize("year", ["1718", "9999", "218"])
def test_years_out_of_range(tmp_path: Path, year: str) -> None:
    audit = rebuilt(tmp_path, patents=PATENTS.replace("2019", year))
    assert only_rows(audit, "wrong-type") == [("patents.csv", 3)]
    assert audit.errors


def test_duplicated_ids(tmp_path: Path) -> None:
    audit = rebuilt(tmp_path, patents=PATENTS + "N1,2020\n")
    assert only_rows(audit, "duplicate-key") == [("patents.csv", 4)]
    assert "the first is row 2" in audit.problems[0].found


def test_two_hundred_codes(tmp_path: Path) -> None:
    many = "".join(f"N2,B23Q{n}/00,IPC\n" for n in range(1, 201))
    audit = rebuilt(tmp_path, codes=CODES + many)
    assert only_rows(audit, "many-codes") == [("codes.csv", 3)]
    assert "201 classes of N2" in audit.problems[0].found


def test_mixed_editions(tmp_path: Path) -> None:
    more = "N1,G05B 19/18 (2006.01),IPC\nN2,Int.Cl.7 G05B 19/18,IPC\nN2,B23B-001/00,IPC\n"
    audit = rebuilt(tmp_path, codes=CODES + more)
    problem = found(audit, "mixed-editions")
    assert only_rows(audit, "mixed-editions") == [("codes.csv", 4)]
    parts = ("no edition: 2", "2006.01: 1", "row 4", "7: 1", "row 5", "before 2006: 1", "row 6")
    assert all(part in problem.found for part in parts), problem.found


def test_one_edition_is_no_problem(tmp_path: Path) -> None:
    assert rebuilt(tmp_path, codes=CODES.replace("1/70", "1/70 (2006.01)")).problems == []
