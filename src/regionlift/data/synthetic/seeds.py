"""Random streams: one a table group, so that a new table never changes an old one."""

from __future__ import annotations

import numpy as np

#: Order fixes the stream of each name: append, never insert.
STREAMS = (
    "stage",
    "regions",
    "panel",
    "links",
    "chain",
    "orgs",
    "suppliers",
    "demand",
    "trade",
    "projects",
    "patents",
    "citations",
    "platforms",
    "resources",
    "spend",
    "plan",
    "claims",
)


def stream(seed: int, name: str) -> np.random.Generator:
    """Generator of one stream: the child of that place under ``SeedSequence(seed)``.

    Examples
    --------
    >>> first = stream(7, "panel").random()
    >>> first == stream(7, "panel").random(), first == stream(7, "links").random()
    (True, False)
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(STREAMS.index(name),))
    return np.random.default_rng(sequence)
