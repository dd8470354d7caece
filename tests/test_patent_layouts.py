"""Patent files as users hold them: every layout gives the same tables, and every loss is said."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import regionlift
from patentfiles import (
    INCOPAT,
    PATENTSVIEW,
    PATSTAT,
    REGPAT,
    SCHOOL,
    SOURCES,
    WORKS,
    Table,
    incopat,
    write,
)
from patentfiles import write_all as files_of
from regionlift.data.patents import PatentImport, import_patents
from regionlift.data.patents.layouts import layouts, plain
from regionlift.data.problems import DatasetError, Problem
from test_house import run_cli


def problems(done: PatentImport, code: str) -> list[Problem]:
    return [p for p in done.problems if p.code == code]


def at(done: PatentImport, code: str) -> list[int | None]:
    return [p.row for p in problems(done, code)]


def who(done: PatentImport) -> list[tuple[str, str, int | None]]:
    names = dict(done.tables["orgs"].select("org_id", "name").iter_rows())
    return [(p, names[o], n) for p, o, n in done.tables["applicants"].iter_rows()]


@pytest.mark.parametrize("name", SOURCES)
def test_every_layout_gives_the_same_tables(tmp_path: Path, name: str) -> None:
    done = import_patents(files_of(tmp_path, SOURCES[name]), tmp_path / "out")
    assert done.layout == name
    patents = done.tables["patents"]
    assert patents.select("patent_id", "app_year").rows() == [("P1", 2018), ("P2", 2019)]
    told = name != "regpat"
    first, second = ((1, 2) if told else (None, None))
    assert sorted(who(done)) == sorted(
        [("P1", WORKS, first), ("P1", SCHOOL, second), ("P2", WORKS, first)]
    )
    scheme = "CPC" if name == "patentsview" else "IPC"
    assert done.tables["codes"].rows() == [
        ("P1", "B23Q1/70", scheme), ("P1", "G05B19/18", scheme), ("P2", "B23Q1/70", scheme),
    ]  # fmt: skip
    if name in ("lens", "regpat"):
        assert "citations" not in done.tables and not (tmp_path / "out/citations.csv").exists()
    else:
        assert ("P2", "P1") in done.tables["citations"].select("citing", "cited").rows()
    if told:
        kinds = ["invention", "invention" if name == "patentsview" else "utility"]
        assert patents["kind"].to_list() == kinds
        assert patents["granted"][0] == "yes"
    # the only things to say: the works' address is in two regions in REGPAT, one kept by its share;
    # PatSnap has only the present owner where it has no applicant
    assert {p.code for p in done.problems} <= {"several-region", "stand-in"}
    types = dict(done.tables["orgs"].select("name", "type").iter_rows())
    assert types == {WORKS: "enterprise", SCHOOL: "university"}


def test_regions_and_countries_as_told(tmp_path: Path) -> None:
    seats = {}
    for name, source in SOURCES.items():
        folder = tmp_path / name
        folder.mkdir()
        orgs = import_patents(files_of(folder, source), folder / "out").tables["orgs"]
        seats[name] = {n: (r, c) for n, r, c in orgs.select("name", "region", "country").rows()}
    # an export tells the province of the first applicant alone
    assert seats["incopat"] == {WORKS: ("辽宁", "CN"), SCHOOL: (None, None)}
    assert seats["patsnap"] == {WORKS: ("辽宁", None), SCHOOL: (None, None)}
    assert seats["lens"] == {WORKS: (None, None), SCHOOL: (None, None)}
    assert seats["patstat"] == seats["regpat"] == {WORKS: ("CN21", "CN"), SCHOOL: ("CN21", "CN")}


def test_a_region_is_told_by_the_sum_of_shares(tmp_path: Path) -> None:
    header, rows = REGPAT["EPO_App_reg.txt"]
    more = ["EP2", "P2", "11", WORKS, "x", "CN23", "CN", "0.7", "1"]
    source = {**REGPAT, "EPO_App_reg.txt": (header, [
        [*r[:5], "CN22" if r[2] == "11" else r[5], r[6], "0.4", r[8]] for r in rows
    ] + [more])}  # fmt: skip
    done = import_patents(files_of(tmp_path, source), tmp_path / "out")
    # CN22 three times 0.4 against CN23 once 0.7
    assert dict(done.tables["orgs"].select("name", "region").rows())[WORKS] == "CN22"
    said = problems(done, "several-region")
    assert [p.found for p in said] == [f"{WORKS} in CN22, CN23; read as CN22"]


#: Headers as programs that read such exports name them.
SEEN = {
    "incoPat, older": "标题,申请人,公开(公告)号,摘要,公开(公告)日,申请号,申请日,专利类型,公开国别,"
    "IPC主分类,IPC,当前权利人,CPC,标准化申请人,第一申请人,申请人国别代码,申请人省市代码,引证专利",
    "incoPat, newer": "序号,标题 (中文),标题 (英文),摘要 (中文),申请人,公开（公告）号,"
    "公开（公告）日,申请号,申请日,公开类型,专利类型,IPC主分类,IPC,CPC,申请人国家/地区,申请人省市代码,简单同族ID,引证专利",
    "CNIPA": "发明名称,申请号,申请日,公开（公告）号,公开（公告）日,IPC分类号,申请（专利权）人,"
    "发明人,申请人所在国（省）,优先权日,文献类型",
    "CNIPA, page": "发明名称,申请\u00ad号,申请日,公开（公告）\u00ad号,IPC分类号,申请（专利权）人",
    "CNIPR": "申请（专利）号,名称,主分类号,分类号,申请（专利权）人,发明（设计）人,公开（公告）日,"
    "公开（公告）号,专利代理机构,代理人,申请日,地址,摘要,国省代码",
    "yearly tables": "专利名称,专利类型,申请人,申请人类型,申请人地址,申请人地区,申请人城市,申请号,"
    "申请日,申请年份,公开公告号,公开公告日,IPC分类号,IPC主分类号,发明人,摘要文本,当前权利人,被引证次数",
}  # fmt: skip
CELLS = {
    "申请号": "P1", "申请(专利)号": "P1", "申请日": "2018-03-05", "申请人": WORKS,
    "申请(专利权)人": f"{WORKS};", "ipc分类号": "B23Q1/70", "主分类号": "B23Q1/70",
    "ipc主分类": "B23Q1/70", "申请人省市代码": "[辽宁;21]", "国省代码": "沈阳;89",
    "申请人所在国(省)": "辽宁", "申请人地区": "辽宁省", "申请人国家/地区": "中国; 中国",
    "申请人国别代码": "CN",
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_chinese_exports_under_the_headers_that_are_about(tmp_path: Path, name: str) -> None:
    headers = SEEN[name].split(",")
    path = write(tmp_path / "a.xlsx", headers, [[CELLS.get(plain(h), "") for h in headers]])
    done = import_patents(path, tmp_path / "out")
    assert done.layout == "incopat"
    assert done.tables["patents"].select("patent_id", "app_year").rows() == [("P1", 2018)]
    assert who(done) == [("P1", WORKS, 1)]
    assert done.tables["codes"]["code"].to_list() == ["B23Q1/70"]
    told = "辽宁" if name != "CNIPA, page" else None
    country = "CN" if name.startswith("incoPat") else None
    assert done.tables["orgs"].select("region", "country").rows() == [(told, country)]


def test_files_that_no_table_needs_are_said_and_not_read(tmp_path: Path) -> None:
    """Among those of a database; g_foreign_priority and g_cpc_at_issue look like others."""
    more: dict[str, Table] = {
        "g_foreign_priority.tsv": (["patent_id", "priority_claim_sequence", "filing_date"],
                                   [["P1", "0", "1999-01-01"]]),
        "g_cpc_at_issue.tsv": (["patent_id", "cpc_sequence", "cpc_group", "cpc_action_date"],
                               [["P1", "0", "A01B1/02", "2020-01-07"]]),
        "g_inventor_disambiguated.tsv": (["patent_id", "inventor_sequence"], [["P1", "0"]]),
    }  # fmt: skip
    done = import_patents(files_of(tmp_path, {**more, **PATENTSVIEW}), tmp_path / "out")
    assert done.tables["patents"]["app_year"].to_list() == [2018, 2019]
    assert "A01B1/02" not in done.tables["codes"]["code"].to_list()
    said = problems(done, "unused-file")
    assert [p.file for p in said] == list(more)
    assert all(p.severity == "warning" for p in said)


def test_an_export_that_lacks_a_column_is_refused_beside_one_that_has_it(tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("申请号,标题,申请日,申请人\nP9,x,2018,a\n", "utf-8")
    with pytest.raises(DatasetError, match="missing: ipc主分类"):
        import_patents([*files_of(tmp_path, INCOPAT), short], tmp_path / "out")


def test_names_with_quotation_marks_in_a_database_without_them(tmp_path: Path) -> None:
    header, rows = REGPAT["EPO_App_reg.txt"]
    odd = ["EP2", "P2", "14", '"HOLLAND" Werke GmbH', "x", "LIZZZ", "LI", "1", "1"]
    paths = files_of(tmp_path, {**REGPAT, "EPO_App_reg.txt": (header, rows)})
    with paths[0].open("a") as stream:
        stream.write("|".join(odd) + "\n")
    done = import_patents(paths, tmp_path / "out")
    found = dict(done.tables["orgs"].select("name", "region").rows())
    # nor is a region of no place a region
    assert found['"HOLLAND" Werke GmbH'] is None
    assert [p.found for p in problems(done, "unknown-cell")] == ['"LIZZZ"']


def test_cited_numbers_keep_what_is_inside_them_and_tell_their_office(tmp_path: Path) -> None:
    cell = "US 2010/0123456 A1; US 7654321 B2 (2010-02-02); CN 109 A; JP2000-1A"
    path = incopat(tmp_path, {}, {"申请号": "P2", "公开（公告）号": "CN110U", "引证专利": cell})
    done = import_patents(path, tmp_path / "out")
    assert done.tables["citations"].rows() == [
        ("P2", "JP2000-1A", "yes"), ("P2", "P1", "no"), ("P2", "US2010/0123456A1", "yes"),
        ("P2", "US7654321B2", "yes"),
    ]  # fmt: skip


def test_citations_copied_from_the_family_are_none(tmp_path: Path) -> None:
    header, rows = PATSTAT["tls212.csv"]
    copied = {**PATSTAT, "tls212.csv": ([*header, "citn_replenished"], [[*rows[0], "4711"]])}
    assert "citations" not in import_patents(files_of(tmp_path, copied), tmp_path / "out").tables
    own = {**PATSTAT, "tls212.csv": ([*header, "citn_replenished"], [[*rows[0], "0"]])}
    assert import_patents(files_of(tmp_path, own), tmp_path / "b").tables["citations"].height == 1


def test_codes_that_a_program_read_as_numbers(tmp_path: Path) -> None:
    source = {**PATENTSVIEW}
    header, rows = source["g_assignee_disambiguated.tsv"]
    source["g_assignee_disambiguated.tsv"] = (header, [[*r[:4], "6.0", r[5]] for r in rows])
    done = import_patents(files_of(tmp_path, source), tmp_path / "out")
    assert set(done.tables["orgs"]["type"]) == {"government"}


def test_an_import_without_likenesses_can_be_made_again(tmp_path: Path) -> None:
    paths = files_of(tmp_path, INCOPAT)
    assert import_patents(paths, tmp_path / "out").names.is_empty()
    import_patents(paths, tmp_path / "out")
    import_patents(paths, tmp_path / "out", names=tmp_path / "out" / "names-to-merge.csv")


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
def test_workbooks_and_parquet(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"export.{ending}", *INCOPAT["export.csv"])
    other = import_patents(path, tmp_path / "a")
    text = import_patents(files_of(tmp_path, INCOPAT), tmp_path / "b")
    for name, table in text.tables.items():
        assert other.tables[name].equals(table), name


def test_text_in_gb18030(tmp_path: Path) -> None:
    path = files_of(tmp_path, INCOPAT)[0]
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    with pytest.raises(DatasetError, match="--encoding gb18030"):
        import_patents(path, tmp_path / "out", layout="incopat")
    done = import_patents(path, tmp_path / "out", encoding="gb18030")
    assert done.tables["patents"].height == 2


def test_written_tables_are_a_dataset(tmp_path: Path) -> None:
    import_patents(files_of(tmp_path, INCOPAT), tmp_path / "out")
    lines = ['[dataset]\ntitle = "t"\nscope = "gbt4754-2017"\ncurrency = "CNY"\n']
    lines += [f'[[tables.{table}]]\nfile = "{table}.csv"\n'
              for table in ("patents", "applicants", "codes", "citations")]  # fmt: skip
    lines.append('[[tables.orgs]]\nfile = "orgs-from-patents.csv"\nignore = ["type_rule"]\n')
    (tmp_path / "out" / "regionlift.toml").write_text("".join(lines), "utf-8")
    audit = regionlift.check(tmp_path / "out")
    assert not audit.errors, [str(p) for p in audit.errors]
    assert audit.tables["codes"].height == 3


# --- refusals -------------------------------------------------------------------------------------


def test_unknown_headers_are_refused_with_the_nearest_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("申请号,标题,申请日,申请人\nP1,x,2018,a\n", "utf-8")
    with pytest.raises(DatasetError) as caught:
        import_patents(path, tmp_path / "out")
    said = str(caught.value.problems[0])
    assert "layout incopat" in said and "missing: ipc主分类 or" in said and "a.csv row 1" in said
    assert not (tmp_path / "out").exists()


def test_a_wrong_layout_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="missing: lens id; application date"):
        import_patents(files_of(tmp_path, INCOPAT), tmp_path / "out", layout="lens")
    with pytest.raises(LookupError, match='Did you mean "incopat"'):
        import_patents(files_of(tmp_path, INCOPAT), tmp_path / "out", layout="incopats")


def test_a_needed_file_that_is_not_given(tmp_path: Path) -> None:
    paths = [p for p in files_of(tmp_path, PATSTAT) if p.name != "tls206.csv"]
    with pytest.raises(DatasetError, match="the file tls206_person"):
        import_patents(paths, tmp_path / "out")


def test_files_of_two_sources_are_refused(tmp_path: Path) -> None:
    paths = files_of(tmp_path, INCOPAT) + files_of(tmp_path, SOURCES["lens"])
    with pytest.raises(DatasetError, match="files of several layouts"):
        import_patents(paths, tmp_path / "out")


@pytest.mark.parametrize(("name", "code"), [("a.csv", "no such file"), ("a.zip", "unpack")])
def test_files_that_are_none(tmp_path: Path, name: str, code: str) -> None:
    if name == "a.zip":
        (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(DatasetError, match=code):
        import_patents(tmp_path / name, tmp_path / "out")


def test_citations_without_publications_are_said(tmp_path: Path) -> None:
    paths = [p for p in files_of(tmp_path, PATSTAT) if p.name != "tls211.csv"]
    done = import_patents(paths, tmp_path / "out")
    assert "citations" not in done.tables
    assert "tls212_citation without tls211_pat_publn" in problems(done, "no-file")[0].found


def test_a_date_of_grant_stands_for_one_of_filing_and_is_said(tmp_path: Path) -> None:
    paths = [p for p in files_of(tmp_path, PATENTSVIEW) if p.name != "g_application.tsv"]
    done = import_patents(paths, tmp_path / "out")
    assert done.tables["patents"]["app_year"].to_list() == [2020, 2021]
    assert at(done, "stand-in") == [2, 3]
    assert "the two are not the same" in problems(done, "stand-in")[0].fix


def test_every_layout_says_where_it_is_from() -> None:
    assert set(layouts()) == set(SOURCES)
    assert all(layout.source and layout.about for layout in layouts().values())


# --- every dropped row and cell -------------------------------------------------------------------


def test_every_row_left_out_is_said_with_its_row(tmp_path: Path) -> None:
    path = incopat(
        tmp_path,
        {"申请号": "P1"},
        {"申请号": "", "公开（公告）号": ""},  # row 3
        {"申请号": "P3", "公开（公告）号": "X3", "申请日": "218-01-01"},  # row 4
        {"申请号": "P4", "公开（公告）号": "X4", "申请日": "2999-01-01"},  # row 5
        {"申请号": "P1"},  # row 6: again
        {"申请号": "P1", "公开（公告）号": "CN109B"},  # row 7: second publication
        {"申请号": "P5", "公开（公告）号": "X5", "申请人": ""},  # row 8
        {"申请号": "P6", "公开（公告）号": "X6", "IPC主分类": "15-09", "IPC": "23Q;Y02P90/02"},
        {"申请号": "P7", "公开（公告）号": "X7", "申请人": f"{WORKS};{WORKS}"},  # row 10
        {"申请号": "P8", "公开（公告）号": "X8", "专利类型": "其他"},  # row 11
        {"申请号": "P9", "公开（公告）号": "X9",
         "IPC": ";".join(f"B23Q{n}/00" for n in range(1, 201))},
    )  # fmt: skip
    done = import_patents(path, tmp_path / "out")
    said = {
        code: at(done, code)
        for code in ("empty-id", "no-year", "duplicate-id", "second-publication", "no-applicant",
                     "invalid-code", "applicant-twice", "unlisted-value", "many-codes", "no-code")
    }  # fmt: skip
    assert said == {
        "empty-id": [3], "no-year": [4, 5], "duplicate-id": [6], "second-publication": [7],
        "no-applicant": [8], "invalid-code": [9, 9, 9], "applicant-twice": [10],
        "unlisted-value": [11], "many-codes": [12], "no-code": [9],
    }  # fmt: skip
    assert all(p.file == "export.csv" for p in done.problems)
    assert done.tables["patents"]["patent_id"].to_list() == ["P1", "P5", "P6", "P7", "P8", "P9"]
    written = pl.read_csv(tmp_path / "out" / "import-problems.csv")
    assert written.height == len(done.problems)
    assert sum(p.severity == "error" for p in done.problems) == 0


def test_a_second_publication_says_that_it_was_granted(tmp_path: Path) -> None:
    path = incopat(
        tmp_path, {"专利类型": "发明申请"}, {"公开（公告）号": "CN109B", "专利类型": "发明授权"},
        {"申请号": "P2", "公开（公告）号": "X", "专利类型": "发明申请", "引证专利": "CN109B"},
    )  # fmt: skip
    done = import_patents(path, tmp_path / "out")
    assert done.tables["patents"]["granted"].to_list() == ["yes", None]
    cited = done.tables["citations"].rows()
    assert cited == [("P2", "P1", "no")], "cited by its second publication"


def test_rows_that_point_at_no_patent_are_said(tmp_path: Path) -> None:
    source = {**PATSTAT}
    header, rows = PATSTAT["tls209.csv"]
    source["tls209.csv"] = (header, [*rows, ["P9", "B23Q   1/70", ""]])
    header, rows = PATSTAT["tls207.csv"]
    source["tls207.csv"] = (header, [*rows, ["11", "P8", "1", "0"], ["99", "P2", "2", "0"]])
    done = import_patents(files_of(tmp_path, source), tmp_path / "out")
    assert {(p.file, p.row) for p in problems(done, "no-such-patent")} == {
        ("tls209.csv", 5), ("tls207.csv", 6),
    }  # fmt: skip
    assert at(done, "no-name") == [7]


def test_editions_are_one_symbol(tmp_path: Path) -> None:
    cell = "B23Q1/70(2006.01)I;B23Q 1/70;B23Q-001/70;Int.Cl.7 B23Q 1/70;B23Q01/70;Ｂ２３Ｑ１/７０"
    done = import_patents(incopat(tmp_path, {"IPC": cell}), tmp_path / "out")
    assert done.tables["codes"]["code"].to_list() == ["B23Q1/70"]
    assert not done.problems


def test_two_files_of_one_kind_are_one_table(tmp_path: Path) -> None:
    one = incopat(tmp_path, {})
    other = incopat(tmp_path, {"申请号": "P2", "公开（公告）号": "X2"}, {}, name="later.csv")
    done = import_patents([one, other], tmp_path / "out")
    assert done.tables["patents"].height == 2
    assert [(p.file, p.row) for p in problems(done, "duplicate-id")] == [("later.csv", 3)]


def test_real_patents_of_the_united_states(shared_data: Path, tmp_path: Path) -> None:
    """The first 3,000 of the shared sample of PatentsView, against counts over the raw tables."""
    raw = shared_data / "networks"
    patents = pl.read_parquet(raw / "uspto_sample_patents.parquet").head(3000)
    held = pl.read_parquet(raw / "uspto_sample_assignees.parquet")
    held = held.join(patents, on="patent_id", how="semi")
    classes = pl.read_parquet(raw / "uspto_sample_cpc.parquet")
    classes = classes.join(patents, on="patent_id", how="semi")
    tables = {
        "g_patent": patents.select("patent_id", "patent_type", patent_date="grant_date"),
        "g_application": patents.select("patent_id", "filing_date"),
        "g_assignee_disambiguated": held.select(
            "patent_id", assignee_sequence="assignee_seq",
            disambig_assignee_organization="organization"),
        "g_cpc_current": classes.select("patent_id", "cpc_subclass"),
    }  # fmt: skip
    for name, frame in tables.items():
        frame.write_csv(tmp_path / f"{name}.tsv", separator="\t")
    done = import_patents([tmp_path / f"{n}.tsv" for n in tables], tmp_path / "out")
    assert done.layout == "patentsview"
    assert done.tables["patents"].height + len(at(done, "no-year")) == patents.height
    kept = held.join(done.tables["patents"], on="patent_id", how="semi").drop_nulls("organization")
    names = kept["organization"].str.strip_chars().str.replace_all(r"\s+", " ")
    assert done.tables["orgs"].height == names.n_unique() == int(table_of(done, "organisations")[0])
    sizes = kept.with_columns(name=names).group_by("patent_id").agg(pl.col("name").n_unique())
    assert int(table_of(done, "joint patents")[0]) == sizes.filter(pl.col("name") > 1).height
    assert int(table_of(done, "organisations")[2]) < int(table_of(done, "organisations")[0])


def table_of(done: PatentImport, what: str) -> tuple[str, ...]:
    row: tuple[str, ...] = done.sensitivity.filter(what=what).row(0)
    return row[1:]


def test_the_command(tmp_path: Path) -> None:
    files_of(tmp_path, INCOPAT)
    done = run_cli("import-patents", "export.csv", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "layout incopat: patents 2" in done.stdout and "applicant 1" in done.stdout
    refused = run_cli("import-patents", "export.csv", "--layout", "lens", cwd=tmp_path)
    assert refused.returncode == 1 and "nearest" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
