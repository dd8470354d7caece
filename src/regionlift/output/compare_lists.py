"""The comparison of two runs as a workbook, as JSON and on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape

from regionlift.output.lists import write_workbook
from regionlift.output.words import counted, significant
from regionlift.plan.compare import Comparison

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]

#: Movements and flips shown one by one on the terminal.
_SHOWN = 8


def write_comparison(folder: Path, found: Comparison) -> None:
    """``compare.xlsx`` and ``compare.json`` in a folder.

    Raises
    ------
    FileExistsError
        If the folder is a file, or holds other things than an earlier comparison.
    """
    names = {"compare.xlsx", "compare.json"}
    if folder.is_file():
        raise FileExistsError(f"{folder} is a file; name a folder with --out")
    if folder.is_dir() and {f.name for f in folder.iterdir()} - names:
        raise FileExistsError(f"{folder} holds other files; name another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    write_workbook(folder / "compare.xlsx", _sheets(found), found.synthetic)
    text = json.dumps(record(found), indent=2, ensure_ascii=False)
    (folder / "compare.json").write_text(text + "\n", encoding="utf-8")


def record(found: Comparison) -> dict[str, Any]:
    """The comparison as plain lists; no clock, so that equal runs give an equal file."""
    frames = ("movements", "verdicts", "settings", "inputs", "gaps", "network", "paths",
              "quantities")  # fmt: skip
    return {
        "region": found.region, "old": found.old, "new": found.new, "synthetic": found.synthetic,
        "counts": dict(found.counts), "stage": {"old": found.stage[0], "new": found.stage[1]},
        "triggers": [asdict(t) for t in found.triggers],
        **{name: getattr(found, name).to_dicts() for name in frames},
    }  # fmt: skip


def _sheets(found: Comparison) -> Mapping[str, Sheet]:
    about: list[list[Any]] = [
        ["region", found.region], ["earlier run", found.old], ["later run", found.new],
        ["stage reading", f"{found.stage[0]} → {found.stage[1]}"],
        *[[f"numbers: {name}", count] for name, count in found.counts.items()],
        ["data revision", "the same period, and other data behind it"],
        ["real change", "a newer period of the same measure and subject, or rows of newer years"],
        ["settings", "the same data; a threshold, a choice or the version moved"],
        ["movements", "old + data revision + settings + real change + cannot tell = new"],
    ]  # fmt: skip
    triggers = [[t.kind, t.what, t.old, t.new] for t in found.triggers]
    return {
        "read me": (["item", "text"], about),
        "triggers": (["kind", "what", "before", "now"], triggers),
        "verdicts": _sheet(found.verdicts),
        "movements": _sheet(found.movements),
        "settings": _sheet(found.settings),
        "inputs": _sheet(found.inputs),
        "chain links": _sheet(found.gaps),
        "network": _sheet(found.network),
        "paths": _sheet(found.paths),
        "numbers": _sheet(found.quantities),
    }


def _sheet(frame: pl.DataFrame) -> Sheet:
    return frame.columns, [list(row) for row in frame.iter_rows()]


def compared(found: Comparison, console: Console) -> None:
    """Numbers by class, settings, flips, the largest movements, and what reopens the choice."""
    def say(head: str, text: str) -> None:
        console.print(f" [bold]{head:<9}[/]{escape(text)}", soft_wrap=True, highlight=False)

    if found.synthetic:
        say("SYNTHETIC", " generated data, not about any real place")
    say("numbers", " · ".join(f"{name} {n:,}" for name, n in found.counts.items()))
    for kind, name, old, new in found.settings.iter_rows():
        say("set anew", f"{kind} {name}: {old or 'none'} → {new or 'none'}")
    for table, change, old, new in found.inputs.iter_rows():
        say("data", f"{table}: {change} ({old:,} → {new:,} rows)")
    say("stage", found.stage[0] if found.stage[0] == found.stage[1] else
        f"{found.stage[0]} → {found.stage[1]}")  # fmt: skip
    for row in found.verdicts.head(_SHOWN).iter_rows(named=True):
        say("verdict", f"{row['clause']}: {row['old'] or 'not asked'} → "
            f"{row['new'] or 'not asked'} ({row['class']}: {row['reason']})")  # fmt: skip
    for row in _largest(found.movements).iter_rows(named=True):
        parts = [f"{name} {_short(row[name])}" for name in
                 ("data revision", "settings", "real change", "cannot tell") if row[name]]
        say("moved", f"{row['measure']} {row['subject']}: {_short(row['old'])} "
            f"({row['old period']}) → {_short(row['new'])} ({row['new period']}): "
            f"{', '.join(parts) or 'interval only'}")  # fmt: skip
    say("chain", counted(found.gaps.height, "link") + " of another class")
    say("network", counted(found.network.height, "organisation") + " came, left or changed place")
    if not found.triggers:
        say("REOPEN", "nothing reopens the choice of a path")
    for t in found.triggers:
        say("REOPEN", f"{t.kind} {t.what}: {t.old} → {t.new}")


def _short(value: float) -> str:
    """Two digits; what arithmetic leaves of a zero is a zero."""
    return significant(0.0 if abs(value) < 1e-12 else value)


def _largest(movements: pl.DataFrame) -> pl.DataFrame:
    """Movements of the region as a whole, the largest against their old value first."""
    whole = movements.filter(~pl.col("subject").str.contains("|", literal=True))
    size = (pl.col("change") / pl.col("old")).abs()
    size = pl.when(size.is_finite() & (pl.col("change").abs() > 1e-12)).then(size)
    return whole.sort(size, descending=True, nulls_last=True).head(_SHOWN)
