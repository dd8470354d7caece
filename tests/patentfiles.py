"""Two patents of one machine works and one university, in the layout of each source.

The works filed P1 (2018) with the university and P2 (2019) alone; P2 cites P1.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter

WORKS, SCHOOL = "北江机床有限公司", "北江大学"

Table = tuple[list[str], list[list[str]]]

INCOPAT: dict[str, Table] = {
    "export.csv": (
        ["公开（公告）号", "申请号", "标题", "摘要", "申请日", "公开（公告）日", "申请人",
         "申请人省市代码", "申请人国别", "IPC主分类", "IPC", "专利类型", "引证专利", "被引证次数"],
        [["CN109A", "P1", "主轴", "一种主轴", "2018-03-05", "2019-01-01", f"{WORKS}；{SCHOOL}",
          "辽宁;21", "中国", "B23Q1/70(2006.01)I", "B23Q1/70(2006.01)I; G05B19/18(2006.01)I",
          "发明授权", "", "1"],
         ["CN110U", "P2", "刀架", "一种刀架", "2019.07.01", "2020-01-01", WORKS,
          "辽宁;21", "中国", "B23Q 1/70", "", "实用新型", "CN109A; EP1", "0"]],
    ),
}  # fmt: skip
PATSNAP: dict[str, Table] = {
    "patsnap.csv": (
        ["序号", "标题(译)(简体中文)", "摘要(译)(简体中文)", "申请日", "发明人", "专利类型",
         "申请号", "[标]当前申请(专利权)人", "[标]原始申请(专利权)人",
         "当前申请(专利权)人州/省", "原始申请(专利权)人州/省", "公开(公告)日",
         "IPC分类号", "CPC分类号", "IPC主分类号",
         "公开(公告)号", "简单同族编号", "引用专利", "被引用专利", "被引用专利数量"],
        [["1", "主轴", "一种主轴", "2018-03-05", "张三 | 李四", "授权发明", "P1", WORKS,
          f"{WORKS} | {SCHOOL}", "辽宁", "辽宁", "2019-01-01", "B23Q1/70 | G05B19/18", "",
          "B23Q1/70", "CN109A", "71", "", "CN110U", "1"],
         ["2", "刀架", "一种刀架", "2019-07-01", "张三", "实用新型", "P2", WORKS, "", "辽宁",
          "辽宁", "2020-01-01", "B23Q1/70", "", "B23Q1/70", "CN110U", "72", "CN109A | EP1",
          "", "0"]],
    ),
}  # fmt: skip
LENS: dict[str, Table] = {
    "lens.csv": (
        ["#", "Jurisdiction", "Lens ID", "Publication Year", "Application Number",
         "Application Date", "Title", "Abstract", "Applicants", "Document Type",
         "Cites Patent Count", "Cited by Patent Count", "CPC Classifications",
         "IPCR Classifications"],
        [["1", "CN", "P1", "2019", "CN 1", "2018-03-05", "Spindle", "", f"{WORKS};;{SCHOOL}",
          "Granted Patent", "0", "1", "", "B23Q1/70;;G05B19/18"],
         ["2", "CN", "P2", "2020", "CN 2", "2019-07-01", "Turret", "", WORKS,
          "Limited Patent", "2", "0", "", "B23Q1/70"]],
    ),
}  # fmt: skip
PATSTAT: dict[str, Table] = {
    "tls201.csv": (
        ["appln_id", "appln_auth", "appln_filing_year", "ipr_type", "granted", "docdb_family_id",
         "nb_citing_docdb_fam"],
        [["P1", "CN", "2018", "PI", "Y", "71", "1"], ["P2", "CN", "2019", "UM", "Y", "72", "0"]],
    ),
    "tls206.csv": (
        ["person_id", "person_name", "person_ctry_code", "nuts", "psn_sector"],
        [["11", WORKS, "CN", "CN21", "COMPANY"], ["12", SCHOOL, "CN", "CN21", "UNIVERSITY"],
         ["13", "ZHANG, Wei", "CN", "", "INDIVIDUAL"]],
    ),
    "tls207.csv": (
        ["person_id", "appln_id", "applt_seq_nr", "invt_seq_nr"],
        [["11", "P1", "1", "0"], ["12", "P1", "2", "0"], ["13", "P1", "0", "1"],
         ["11", "P2", "1", "0"]],
    ),
    "tls209.csv": (
        ["appln_id", "ipc_class_symbol", "ipc_version"],
        [["P1", "B23Q   1/70", "2006-01-01"], ["P1", "G05B  19/18", "2006-01-01"],
         ["P2", "B23Q   1/70", "2006-01-01"]],
    ),
    "tls211.csv": (["pat_publn_id", "appln_id"], [["91", "P1"], ["92", "P2"]]),
    "tls212.csv": (
        ["pat_publn_id", "citn_id", "cited_pat_publn_id", "cited_appln_id"],
        [["92", "1", "91", "0"]],
    ),
}  # fmt: skip
REGPAT: dict[str, Table] = {
    "EPO_App_reg.txt": (
        ["app_nbr", "appln_id", "person_id", "app_name", "address", "reg_code", "ctry_code",
         "reg_share", "app_share"],
        [["EP1", "P1", "11", WORKS, "x", "CN21", "CN", "0.6", "0.5"],
         ["EP1", "P1", "11", WORKS, "x", "CN22", "CN", "0.4", "0.5"],
         ["EP1", "P1", "12", SCHOOL, "y", "CN21", "CN", "1", "0.5"],
         ["EP2", "P2", "11", WORKS, "x", "CN21", "CN", "1", "1"]],
    ),
    "EPO_IPC.txt": (
        ["app_nbr", "appln_id", "prio_year", "app_year", "IPC"],
        [["EP1", "P1", "2017", "2018", "B23Q001/70"], ["EP1", "P1", "2017", "2018", "G05B019/18"],
         ["EP2", "P2", "2018", "2019", "B23Q001/70"]],
    ),
}  # fmt: skip
PATENTSVIEW: dict[str, Table] = {
    "g_patent.tsv": (
        ["patent_id", "patent_type", "patent_date", "patent_title"],
        [["P1", "utility", "2020-01-07", "Spindle"], ["P2", "utility", "2021-01-05", "Turret"]],
    ),
    "g_application.tsv": (
        ["application_id", "patent_id", "filing_date"],
        [["1", "P1", "2018-03-05"], ["2", "P2", "2019-07-01"]],
    ),
    "g_assignee_disambiguated.tsv": (
        ["patent_id", "assignee_sequence", "assignee_id", "disambig_assignee_organization",
         "assignee_type", "location_id"],
        [["P1", "0", "a", WORKS, "3", "L"], ["P1", "1", "b", SCHOOL, "", "L"],
         ["P2", "0", "a", WORKS, "3", "L"]],
    ),
    "g_location_disambiguated.tsv": (
        ["location_id", "disambig_state", "disambig_country"], [["L", "", "CN"]],
    ),
    "g_cpc_current.tsv": (
        ["patent_id", "cpc_sequence", "cpc_subclass", "cpc_group"],
        [["P1", "0", "B23Q", "B23Q1/70"], ["P1", "1", "G05B", "G05B19/18"],
         ["P2", "0", "B23Q", "B23Q1/70"]],
    ),
    "g_us_patent_citation.tsv": (
        ["patent_id", "citation_sequence", "citation_patent_id"], [["P2", "0", "P1"]],
    ),
}  # fmt: skip

SOURCES = {
    "incopat": INCOPAT, "patsnap": PATSNAP, "lens": LENS, "patstat": PATSTAT, "regpat": REGPAT,
    "patentsview": PATENTSVIEW,
}  # fmt: skip
_SIGN = {".csv": ",", ".txt": "|", ".tsv": "\t"}


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """The table in the form of the file's ending; all cells are text."""
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate([header, *rows]):
                sheet.write_row(n, 0, row)
    else:
        frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
        if path.suffix == ".parquet":
            frame.write_parquet(path)
        else:
            frame.write_csv(path, separator=_SIGN[path.suffix])
    return path


def write_all(folder: Path, source: dict[str, Table]) -> list[Path]:
    """Every file of a source."""
    return [write(folder / name, *table) for name, table in source.items()]


def incopat(folder: Path, *rows: dict[str, str], name: str = "export.csv") -> Path:
    """An incoPat export with these rows; what a row does not say is as in the first good row."""
    header, good = INCOPAT["export.csv"]
    base = dict(zip(header, good[0], strict=True))
    return write(folder / name, header, [[{**base, **row}[h] for h in header] for row in rows])
