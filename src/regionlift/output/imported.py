"""What the terminal says after an import of patents."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.table import Table

from regionlift.data.patents import PatentImport
from regionlift.output.terminal import audit


def imported(done: PatentImport, console: Console) -> None:
    """What was left out, what came in, and what hangs on the merging of names."""
    audit(done.problems, console)
    sizes = " · ".join(f"{name} {frame.height:,}" for name, frame in done.tables.items())
    console.print(f"layout {done.layout}: {sizes}", highlight=False)
    if "citations" not in done.tables:
        console.print("citations: this source tells no cited patents", highlight=False)
    yes = done.names.filter(accept="yes").height
    own = set(done.tables["applicants"]["org_id"]) | set(done.names["org_id"])
    there = done.names.filter(~pl.col("merge_into").is_in(list(own))).height
    with_directory = f" ({there:,} with the directory)" if there else ""
    console.print(
        f"names: {done.names.height:,} likenesses{with_directory}, {yes:,} accepted; set accept = "
        "yes in "
        f"names-to-merge.csv and import again with --names", highlight=False,
    )  # fmt: skip
    grid = Table("with merges", "none", "accepted", "all proposed", box=None)
    for row in done.sensitivity.iter_rows():
        if any(row[1:]):
            grid.add_row(*row)
    console.print(grid, markup=False)
    console.print(f"wrote {done.out}/", highlight=False)
