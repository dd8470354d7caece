"""Links of the paths by id, as a plan names them."""

from __future__ import annotations

import polars as pl

from regionlift.paths.load import shipped


def known_links() -> dict[str, tuple[str, ...]]:
    """Path -> its links in causal order, those that close the circle last; the shipped paths."""
    return {
        path.id: tuple(link.id for link in (*path.ordered, *(x for x in path.links if x.feedback)))
        for path in shipped()
    }


def judged_links(table: pl.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """The same from the judged links of a run, which may hold paths of the user's."""
    if table is None or not {"path", "id"} <= set(table.columns):
        return known_links()
    found: dict[str, list[str]] = {}
    for path, id in table.select("path", "id").iter_rows():
        found.setdefault(path, []).append(id)
    return {path: tuple(ids) for path, ids in found.items()}
