"""What a table's own declaration forbids: ranges, choices, keys, references, row rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from regionlift.data.assemble import LINEAGE, LISTED
from regionlift.data.cells import Place
from regionlift.data.contract import Column, Table
from regionlift.data.parsing import suggested
from regionlift.data.problems import Problem, Severity, did_you_mean

#: Text that is markup, a database command or a formula: kept as text, and said.
_SUSPECT = {
    "markup": r"<\s*/?\s*[a-zA-Z!]",
    "a database command": r"(?i)(;|'|--)\s*(drop|delete|insert|update|alter)\b",
    "the start of a formula": r"^[=@]|^[+\-][^\d\s.]",
    "characters lost in a wrong encoding": "\ufffd|锟斤拷|[ÃÂ][\u0080-\u00bf]",
}

#: What a spreadsheet makes of a code such as 3-4: 2024-03-04, 4-Mar, 3月4日.
_AS_DATE = (
    r"^\d{4}-\d{2}-\d{2}([ T]00:00:00(\.0+)?)?$|^\d{4}/\d{1,2}/\d{1,2}$"
    r"|^(\d{1,2}-)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(-\d{1,2})?$"
    r"|^\d{1,2}月\d{1,2}日$"
)

#: ... and of a long number: 2.0181E+11.
_ROUNDED = r"^\d(\.\d+)?[Ee]\+\d+$"

#: What stands in the first cell of a row that is no record of a table of records.
_NO_RECORD = r"^(合\s*计|小\s*计|总\s*计|注|备注|说明|(资料|数据)来源)([:：].*)?$|(?i)^(sub)?total$"

#: Hints at the nearest code are looked for in so many rows: each costs a walk over all codes.
_HINTS = 10


def domain_problems(
    table: Table,
    frame: pl.DataFrame,
    tables: dict[str, pl.DataFrame],
    places: dict[int, Place],
    providers: dict[str, set[int]],
) -> list[Problem]:
    """Every cell of an assembled table that its declaration does not allow."""
    audit = _Audit(table, frame, places, providers)
    found = [*audit.schema()]
    for column in table.columns:
        if column.name in frame.columns:
            found += audit.references(column, tables)
            found += audit.gaps(column)
            if column.type in ("text", "code", "list"):
                found += audit.suspect_text(column)
            if column.type == "code":
                found += audit.codes(column)
            if column.name in table.key and column.name.endswith("_id"):
                found += audit.subtotals(column)
    found += audit.rules()
    # down the file, as it is corrected
    return sorted(found, key=lambda problem: (problem.file, problem.sheet, problem.row or 0))


class _Audit:
    """One table under audit, with what is needed to name a row."""

    def __init__(
        self,
        table: Table,
        frame: pl.DataFrame,
        places: dict[int, Place],
        providers: dict[str, set[int]],
    ) -> None:
        self.table, self.frame, self.places, self.providers = table, frame, places, providers
        self.lines: dict[tuple[int, str], str] = {}

    def at(
        self,
        index: int,
        column: str,
        code: str,
        found: str,
        expected: str,
        fix: str,
        severity: Severity = "error",
    ) -> Problem:
        """A problem at the row of the file that the assembled row came from."""
        number, row = self._row(index, column)
        return self.places[number].problem(
            code, found, expected, fix, row=row, column=column, severity=severity
        )

    def _row(self, index: int, column: str) -> tuple[int, int]:
        """Source and row of an assembled row, of the source that gave the column."""
        parts = re.findall(r"(\d+):(\d+)", str(self.frame[LINEAGE][index]))
        givers = self.providers.get(column, set())
        number, row = next(((n, r) for n, r in parts if int(n) in givers), parts[0])
        return int(number), int(row)

    def schema(self) -> Iterator[Problem]:
        """Ranges, choices and missing keys, found by pandera in one pass."""
        import pandera.polars as pa

        columns = {}
        for c in self.table.columns:
            if c.name not in self.frame.columns:
                continue
            checks = []
            if c.minimum is not None:
                checks.append(pa.Check.ge(c.minimum))
            if c.choices:
                checks.append(pa.Check.isin(list(c.choices)))
            # an empty key has been said, with its row, when the file was read
            said = c.name in self.table.key or bool(c.gaps)
            needed = c.required and c.type != "number" and not said
            columns[c.name] = pa.Column(checks=checks, nullable=not needed)
        try:
            pa.DataFrameSchema(columns).validate(self.frame, lazy=True)
        except pa.errors.SchemaErrors as failures:
            cases = failures.failure_cases.head(LISTED)
            for case in cases.select("column", "index", "failure_case").iter_rows(named=True):
                yield self._forbidden(case)

    def _forbidden(self, case: dict[str, object]) -> Problem:
        column = self.table.column(str(case["column"]))
        index = int(str(case["index"]))
        value = case["failure_case"]
        if value is None:
            return self.at(
                index, column.name, "empty-cell", "an empty cell", column.expected,
                "Fill the cell or remove the row.",
            )  # fmt: skip
        if column.choices:
            return self.at(
                index, column.name, "not-a-choice", f'"{value}"', column.expected,
                f"{did_you_mean(str(value), column.choices)}{self._line(index, column)}",
            )  # fmt: skip
        return self.at(
            index, column.name, "out-of-range", str(value), column.expected,
            "Correct the cell; a mark for a missing value belongs under `missing`.",
        )  # fmt: skip

    def _line(self, index: int, column: Column) -> str:
        """The recoding to paste, for all words of the row's file that are no choice."""
        number, _ = self._row(index, column.name)
        if (number, column.name) in self.lines:
            return self.lines[number, column.name]
        source = pl.col(LINEAGE).str.extract(r"^(\d+):").cast(pl.Int64)
        odd = ~pl.col(column.name).is_in(list(column.choices))
        found = self.frame.filter(odd, source == number)[column.name].unique(maintain_order=True)
        codes = suggested(column, found.to_list())
        fill = " Put one of them for each ?." if "?" in codes.values() else ""
        line = self.places[number].recoding(column.name, codes) + fill
        self.lines[number, column.name] = line
        return line

    def references(self, column: Column, tables: dict[str, pl.DataFrame]) -> Iterator[Problem]:
        """Codes that point at nothing in the table they refer to."""
        target, _, key = column.references.partition(".")
        if not target or target not in tables:
            return
        known = tables[target].select(pl.col(key).alias(column.name)).drop_nulls().unique()
        bad = (
            self.frame.with_row_index("_index")
            .drop_nulls(column.name)
            .join(known, on=column.name, how="anti", maintain_order="left")
            .head(LISTED)
        )
        if bad.is_empty():
            return
        ids = known[column.name].sort().to_list()
        stripped = {str(k).lstrip("0"): str(k) for k in ids}
        for n, (index, value) in enumerate(bad.select("_index", column.name).iter_rows()):
            zero = stripped.get(str(value).lstrip("0"))
            near = did_you_mean(str(value), ids) if zero is None and n < _HINTS else ""
            if zero:
                near = f'"{zero}" is there: a leading zero was lost; keep the column as text. '
            yield self.at(
                index, column.name, "no-such-reference", f'"{value}"',
                f"an id of the {target} table", f"{near}Add it to {target} or remove the row.",
            )  # fmt: skip

    def gaps(self, column: Column) -> Iterator[Problem]:
        """Empty cells that the contract gives a meaning: kept, counted, and said once."""
        empty = self.frame[column.name].is_null().arg_true()
        if column.gaps and len(empty):
            yield self.at(
                int(empty[0]), column.name, "gaps",
                f"{len(empty):,} of {self.frame.height:,} cells empty, the first here",
                column.expected, f"Fill them where known. They are kept: {column.gaps}.", "warning",
            )  # fmt: skip

    def suspect_text(self, column: Column) -> Iterator[Problem]:
        """Names that hold markup, commands or formulas; they stay text everywhere."""
        distinct = self._distinct(column)
        for kind, pattern in _SUSPECT.items():
            hits = distinct.filter(pl.col(column.name).str.contains(pattern))
            for index, value in hits.head(20).iter_rows():
                yield self.at(
                    index, column.name, "suspect-text", f'{kind} in "{str(value)[:60]}"',
                    "a plain name", "It is kept and printed as text, never run; correct the "
                    "name if that was not meant.", "warning",
                )  # fmt: skip

    def _distinct(self, column: Column, which: pl.Expr | None = None) -> pl.DataFrame:
        """First row of each value: what is wrong with a code is wrong wherever it stands."""
        line = pl.col(LINEAGE).str.extract(r":(\d+)").cast(pl.Int64)
        return (
            self.frame.with_row_index("_index")
            .drop_nulls(column.name)
            .filter(pl.lit(True) if which is None else which)
            .group_by(column.name)
            .agg(pl.col("_index").sort_by(line).first(), line.min().alias("_line"))
            .sort("_line", "_index")
            .select("_index", column.name)
        )

    def subtotals(self, column: Column) -> Iterator[Problem]:
        """Rows that are no record but a sum, a note or a source: said, and read all the same."""
        hits = self._distinct(column, pl.col(column.name).str.contains(_NO_RECORD))
        for index, value in hits.head(LISTED).iter_rows():
            number, _ = self._row(index, column.name)
            drop = self.places[number].dropping(column.name, str(value))
            yield self.at(
                index, column.name, "subtotal-row", f'"{str(value)[:60]}"',
                "an identifier", f"It is read as a record.{drop}", "warning",
            )  # fmt: skip

    def codes(self, column: Column) -> Iterator[Problem]:
        """Codes that a spreadsheet has turned into dates or robbed of a leading zero."""
        distinct = self._distinct(column)
        code = pl.col(column.name)
        for index, value in distinct.filter(code.str.contains(_AS_DATE)).head(LISTED).iter_rows():
            yield self.at(
                index, column.name, "code-is-date", f'"{value}"', column.expected,
                "A spreadsheet has turned this code into a date; format the column as text "
                "and enter the code again.",
            )  # fmt: skip
        for index, value in distinct.filter(code.str.contains(_ROUNDED)).head(LISTED).iter_rows():
            yield self.at(
                index, column.name, "code-rounded", f'"{value}"', column.expected,
                "A spreadsheet has rounded this code: its last digits are lost; format the "
                "column as text and enter the code again.",
            )  # fmt: skip
        digits = distinct.filter(code.str.contains(r"^\d+$"))
        lengths = digits[column.name].str.len_chars()
        if lengths.is_empty():
            return
        usual = max(lengths.unique().sort().to_list(), key=lambda n: int((lengths == n).sum()))
        known = set(digits[column.name])
        short = digits.filter(lengths < usual)
        lost = [
            pair for pair in short.iter_rows() if self._zero_lost(column, pair[1], usual, known)
        ]
        for index, value in lost[:LISTED]:
            yield self.at(
                index, column.name, "lost-zero", f'"{value}"',
                f'codes of {usual} digits, such as "{str(value).zfill(usual)}"',
                "A leading zero was lost; format the column as text and export again, or "
                f"recode it under values.{column.name}.",
            )  # fmt: skip

    def _zero_lost(self, column: Column, value: str, usual: int, texts: set[str]) -> bool:
        if "0" + value in texts:
            return True
        harmonised = self.table.name == "trade" and column.name == "product" and usual >= 6
        if harmonised and usual % 2 == 0:
            return len(value) == usual - 1
        return column.name == "industry" and len(value) == 1 and usual == 2

    def rules(self) -> Iterator[Problem]:
        """Relations between two columns of a row."""
        for rule in self.table.rules:
            if not {rule.left, rule.right} <= set(self.frame.columns):
                continue
            left, right = pl.col(rule.left), pl.col(rule.right)
            # a billionth: sums of published parts may differ from the published total by rounding
            slack = 1e-9 * right.abs()
            broken = left > right + slack if rule.op == "<=" else left < right - slack
            bad = self.frame.with_row_index("_index").filter(broken)
            for row in bad.head(LISTED).iter_rows(named=True):
                yield self.at(
                    row["_index"], rule.left, "rule",
                    f"{rule.left} = {row[rule.left]:g}, {rule.right} = {row[rule.right]:g}",
                    f"{rule.left} {rule.op} {rule.right}", f"{rule.why.capitalize()}; "
                    "look at both cells.", rule.severity,
                )  # fmt: skip
