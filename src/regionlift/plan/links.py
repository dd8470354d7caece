"""Links of the three paths by id, as a plan names them."""

from __future__ import annotations

from importlib.resources import files

#: Links of the figures as we read them: path -> its letter and how many arrows it has.
FIGURES = {"technology": ("a", 7), "chain": ("b", 10), "platform": ("c", 11)}


def known_links() -> dict[str, tuple[str, ...]]:
    """Path -> ids of its links in causal order, from the path files that come with the package."""
    folder = files("regionlift.paths") / "library"
    if all((folder / f"{name}.toml").is_file() for name in FIGURES):
        from regionlift.paths.load import shipped

        return {path.id: tuple(link.id for link in path.ordered) for path in shipped()}
    return {
        name: tuple(f"{letter}{n}" for n in range(1, count + 1))
        for name, (letter, count) in FIGURES.items()
    }
