"""Applicants held against a directory of organisations; regions that tell no province."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from builders import Builder
from patentfiles import SCHOOL, WORKS, incopat
from regionlift.data.dataset import open_dataset
from regionlift.data.patents import import_patents
from regionlift.data.patents.directory import directory_proposals, read_directory
from regionlift.data.patents.names import LEGAL, LETTERS, Named
from regionlift.data.problems import DatasetError

DIRECTORY = (
    "机构编号,机构名称,机构类型,地区\n"
    f"QY1,{WORKS[:-4]}股份有限公司,企业,北江\nGX1,{SCHOOL},高校,北江\n"
)


def export(folder: Path) -> Path:
    return incopat(
        folder, {"申请号": "P1", "申请人": f"{WORKS}；{SCHOOL}"},
        {"申请号": "P2", "公开（公告）号": "CN2A", "申请人": WORKS},
        {"申请号": "P3", "公开（公告）号": "CN3A", "申请人": f"{WORKS[:-4]}（集团）有限公司"},
    )  # fmt: skip


def directory(folder: Path, text: str = DIRECTORY) -> Path:
    path = folder / "directory.csv"
    path.write_text(text, "utf-8")
    return path


def test_applicants_are_proposed_into_the_directory(tmp_path: Path) -> None:
    done = import_patents(export(tmp_path), tmp_path / "out", orgs=directory(tmp_path))
    found = {(r["name"], r["merge_into"]): r["why"] for r in done.names.iter_rows(named=True)}
    assert found[SCHOOL, "GX1"].startswith(LETTERS)
    assert found[WORKS, "QY1"].startswith(LEGAL) and "股份有限公司" in found[WORKS, "QY1"]
    assert set(done.names["accept"]) == {"no"}
    # another word for group is a likeness among applicants, not with the directory
    assert [into for name, into in found if "集团" in name] != ["QY1"]
    without = import_patents(export(tmp_path), tmp_path / "other")
    assert not set(without.names["merge_into"]) & {"QY1", "GX1"}


def test_an_accepted_row_goes_into_the_directory(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_patents(export(tmp_path), out, orgs=directory(tmp_path))
    names = out / "names-to-merge.csv"
    frame = pl.read_csv(names)
    yes = pl.col("merge_into").is_in(["QY1", "GX1"])
    frame.with_columns(accept=pl.when(yes).then(pl.lit("yes")).otherwise("accept")).write_csv(names)
    with pytest.raises(DatasetError, match="--orgs"):
        import_patents(export(tmp_path), out, names=names)
    done = import_patents(export(tmp_path), out, names=names, orgs=directory(tmp_path))
    held = done.tables["applicants"].select("patent_id", "org_id").rows()
    assert {("P1", "QY1"), ("P1", "GX1"), ("P2", "QY1")} <= set(held)
    assert not {WORKS, SCHOOL} & set(done.tables["orgs"]["name"])
    assert not [p for p in done.problems if p.code == "unused-name"]


def test_the_dataset_merges_into_the_directory_as_docs_say(tmp_path: Path) -> None:
    out = tmp_path / "patents"
    import_patents(export(tmp_path), out, orgs=directory(tmp_path))
    names = pl.read_csv(out / "names-to-merge.csv")
    names.with_columns(accept=pl.lit("yes")).write_csv(out / "names-to-merge.csv")
    build = Builder(tmp_path).panel().entry("orgs", "directory.csv")
    build.entry("orgs", "patents/orgs-from-patents.csv", 'ignore = ["type_rule"]')
    for name in ("patents", "applicants", "codes", "citations"):
        if (out / f"{name}.csv").is_file():
            build.entry(name, f"patents/{name}.csv")
    build.tail = '[names]\nfile = "patents/names-to-merge.csv"\n'
    assert not build.check().errors
    held = open_dataset(tmp_path).tables["applicants"]
    assert {"QY1", "GX1"} == set(held["org_id"])


def test_the_directory_of_a_dataset_is_read_by_its_manifest(tmp_path: Path) -> None:
    text = "单位编号,单位名称,性质\nQY1,甲厂,企业\n"
    build = Builder(tmp_path).panel()
    build.text("orgs", "o.csv", text, 'columns = { org_id = "单位编号", name = "单位名称", '
               'type = "性质" }\nconstants = { region = "北江" }')  # fmt: skip
    build.check()
    assert read_directory(tmp_path) == [Named("QY1", "甲厂", "", 0)]


def test_a_directory_with_other_headers_says_what_is_needed(tmp_path: Path) -> None:
    path = directory(tmp_path, "单位编号,单位名称\nQY1,甲厂\n")
    with pytest.raises(DatasetError, match="org_id") as caught:
        import_patents(export(tmp_path), tmp_path / "out", orgs=path)
    assert "机构名称" in str(caught.value) and "--orgs folder" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_equal_letters_go_before_a_legal_form_and_several_are_said() -> None:
    here = [Named("A", "北江机床股份有限公司", "", 0), Named("B", "北江机床有限公司", "", 0),
            Named("C", "北江机床 有限公司", "DE", 0)]  # fmt: skip
    row = directory_proposals([Named("P", "北江机床有限公司", "CN", 3)], here).row(0, named=True)
    assert row["merge_into"] == "B" and "2 of that name" in row["why"]
    abroad = directory_proposals([Named("P", "Alpha AG", "CN", 3)], [Named("A", "Alpha", "DE", 0)])
    assert "another country (DE)" in abroad["why"][0]
    same = Named("A", "Alpha", "", 1)
    assert directory_proposals([same], [same]).is_empty()


def test_texts_that_tell_no_province_are_listed_once_with_their_count(tmp_path: Path) -> None:
    path = incopat(
        tmp_path, {"申请号": "P1", "申请人省市代码": "奉天"},
        {"申请号": "P2", "公开（公告）号": "CN2A", "申请人省市代码": "辽宁;21"},
        {"申请号": "P3", "公开（公告）号": "CN3A", "申请人省市代码": "奉天"},
        {"申请号": "P4", "公开（公告）号": "CN4A", "申请人省市代码": "德国"},
    )  # fmt: skip
    done = import_patents(path, tmp_path / "out")
    found = [p for p in done.problems if p.code == "no-province"]
    assert [(p.found.split(",")[0], p.row) for p in found] == [('"奉天"', 2), ('"德国"', 5)]
    assert "2 times" in found[0].found
    listed = pl.read_csv(tmp_path / "out" / "import-problems.csv")
    assert listed.filter(code="no-province").height == 2


def test_an_id_of_the_directory_is_no_other_place(tmp_path: Path) -> None:
    done = import_patents(export(tmp_path), tmp_path / "out", orgs=directory(tmp_path))
    row = done.sensitivity.filter(pl.col("what").str.starts_with("places among"))
    # the works at the first place go into QY1; the group goes into the works and leaves a place
    assert row.select("none", "accepted").row(0) == ("0", "0")
    plain = import_patents(export(tmp_path), tmp_path / "other")
    there = plain.sensitivity.filter(pl.col("what").str.starts_with("places among"))
    assert row["all"].item() == there["all"].item()
