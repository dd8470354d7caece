"""One file a family of measures; importing the package registers all of them."""

from regionlift.measures import (
    events,
    exit_test,
    factor,
    location,
    peers,
    position,
    stage,
    structure,
    transition,
    value,
)
from regionlift.measures.network import counts, definitions

__all__ = [
    "counts",
    "definitions",
    "events",
    "exit_test",
    "factor",
    "location",
    "peers",
    "position",
    "stage",
    "structure",
    "transition",
    "value",
]
