"""CPU time and memory of the participation urn: ``python benchmarks/urn.py``.

1,000 replicates of 40 years of a network of about 6,000 active organisations, one thread, against
two minutes of CPU time; all yearly counts, tied pairs and repeated pairs among them, are kept.
Not a test: a busy machine must not fail a build.
"""

from __future__ import annotations

import resource
import time

import numpy as np

from regionlift.forecast.ensemble import simulate
from regionlift.forecast.parameters import UrnParameters
from regionlift.measures.network.affiliations import Affiliations

GATE = 120.0
REPLICATES, HORIZON, SEATS = 1000, 40, 4000


def history(seed: int = 1, years: int = 3) -> Affiliations:
    """Projects of 2 to 20 organisations that last 1 to 5 years, members drawn at random."""
    rng = np.random.default_rng(seed)
    sizes = np.minimum(2 + rng.geometric(0.125, size=years * SEATS // 10), 20)
    n = 6000
    weights = rng.pareto(1.5, n) + 0.05
    members = [
        np.sort(rng.choice(n, size=s, replace=False, p=weights / weights.sum())) for s in sizes
    ]
    org = np.concatenate(members)
    seen = np.zeros(n, dtype=np.bool_)
    seen[org] = True
    start = np.sort(rng.integers(2000, 2000 + years, len(sizes))).astype(np.int32)
    ids = tuple(f"o{i}" for i in range(n))
    return Affiliations(
        org.astype(np.int32), np.repeat(np.arange(len(sizes)), sizes).astype(np.int32),
        np.zeros(len(org), dtype=np.bool_), start,
        (start + rng.integers(2, 5, len(start))).astype(np.int32),
        rng.integers(0, 4, n).astype(np.int8), rng.random(n) < 0.3,
        np.zeros(len(start), dtype=np.bool_), ids, ids,
        tuple(f"e{k}" for k in range(len(start))),
    ).among(seen)  # fmt: skip


def main() -> None:
    observed = history()
    parameters = UrnParameters(sigma=0.8, theta=4000)
    volume = np.full(HORIZON, SEATS)

    def run(replicates: int) -> tuple[float, float]:
        began = time.process_time()
        done = simulate(
            observed, 2002, HORIZON, parameters, replicates=replicates, volume=volume, seed=1
        )
        return time.process_time() - began, float(np.median(done.counts["active"]))

    compiling, _ = run(1)
    seconds, active = run(REPLICATES)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'first run, compiled or read from the cache':<46}{compiling:>9.1f} CPU s")
    print(f"{f'{REPLICATES} replicates of {HORIZON} years':<46}{seconds:>9.1f} CPU s")
    print(f"{'median number of active organisations':<46}{active:>9.0f}")
    print(f"{'gate, CPU s, and ratio to it':<46}{GATE:>9.1f}{seconds / GATE:>7.2f}")
    print(f"{'peak MB':<46}{peak:>9.0f}")


if __name__ == "__main__":
    main()
