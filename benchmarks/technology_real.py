"""Tables of ``docs/technology.md`` from the real tables: ``python benchmarks/technology_real.py``.

Prints them; with ``--write`` it writes them between their marks there. Needs the real tables
beside the project.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from shared import SHARED  # noqa: E402
from technology_real import (  # noqa: E402
    DOC,
    entries,
    entry_block,
    metro_block,
    metros,
    predictor_block,
    put,
    sample,
    stability,
    stability_block,
)


def main() -> None:
    """Print the tables, or write them into the docs."""
    found, patents = entries(), sample(SHARED)
    blocks = {
        "entry": entry_block(found),
        "predictors": predictor_block(found),
        "metro": metro_block(metros(SHARED)),
        "stability": stability_block(patents, stability(patents)),
    }
    for name, block in blocks.items():
        print(f"## {name}\n\n{block}\n")
    if "--write" in sys.argv:
        text = DOC.read_text("utf-8")
        for name, block in blocks.items():
            text = put(text, name, block)
        DOC.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
