"""The paths and the settings a dataset asks for: the shipped ones, its own files, the user's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as File
from typing import Any

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.settings import Settings, settings
from regionlift.paths.load import library, thresholds
from regionlift.paths.model import Path


def chosen_for(
    dataset: Dataset, overrides: Mapping[str, Any] | None = None, files: Iterable[File | str] = ()
) -> tuple[tuple[Path, ...], Settings]:
    """Paths of the package, of the manifest and of ``files``; settings with their thresholds.

    Raises
    ------
    ValueError
        If a path file is wrong, or a setting is unknown or out of range.
    """
    own = [dataset.folder / name for name in dataset.manifest.paths]
    paths = library([*own, *files], registry())
    return paths, settings({**dataset.manifest.settings, **(overrides or {})}, thresholds(paths))
