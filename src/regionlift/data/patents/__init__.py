"""Patents as users hold them: one wide export or a database's files, into the contract's tables."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regionlift.data.patents.importing import PatentImport, import_patents

__all__ = ["PatentImport", "import_patents"]


def __getattr__(name: str) -> Any:
    """Load the import on first use: a dataset needs the merging of names alone."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from regionlift.data.patents import importing

    return getattr(importing, name)
