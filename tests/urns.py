"""Small histories for the tests of the participation urn."""

import numpy as np

from regionlift.forecast.ensemble import simulate
from regionlift.forecast.parameters import UrnParameters
from regionlift.measures.network.affiliations import TYPES, Affiliations


def table(events: list[tuple[int, int, list[int]]], n: int | None = None) -> Affiliations:
    """Affiliations from (start, end, members)."""
    events = sorted(events, key=lambda e: e[0])
    n = 1 + max(i for e in events for i in e[2]) if n is None else n
    org = [i for e in events for i in sorted(set(e[2]))]
    event = [k for k, e in enumerate(events) for _ in sorted(set(e[2]))]
    ids = tuple(f"o{i:05d}" for i in range(n))
    return Affiliations(
        np.array(org, dtype=np.int32), np.array(event, dtype=np.int32),
        np.zeros(len(org), dtype=np.bool_),
        np.array([e[0] for e in events], dtype=np.int32),
        np.array([e[1] for e in events], dtype=np.int32),
        np.arange(n).astype(np.int8) % len(TYPES), np.arange(n) % 3 == 0,
        np.zeros(len(events), dtype=np.bool_), ids, ids,
        tuple(f"e{k:05d}" for k in range(len(events))),
    )  # fmt: skip


def seeded(seed: int = 7, projects: int = 40, people: int = 150) -> Affiliations:
    """One year of random projects of 3 to 7 organisations, lasting 1 to 3 years."""
    rng = np.random.default_rng(seed)
    return table(
        [
            (2000, 2000 + int(rng.integers(0, 3)),
             rng.choice(people, size=int(rng.integers(3, 8)), replace=False).tolist())
            for _ in range(projects)
        ],
        people,
    )  # fmt: skip


def grown(
    years: int = 5, seats: int = 200, seed: int = 3, truth: UrnParameters | None = None
) -> Affiliations:
    """A history grown by the urn itself from a random first year."""
    first = seeded()
    seen = np.zeros(first.organisations, dtype=np.bool_)
    seen[first.org] = True
    done = simulate(
        first.among(seen), 2000, years, truth or UrnParameters(), replicates=1, seed=seed,
        volume=[seats] * years, events=1, burn_in=0,
    )  # fmt: skip
    return done.events[0]
