"""Relatedness and complexity beside the packages of PyPI, in one run.

``pip install -e '.[benchmarks]' && python benchmarks/relatedness.py [seconds]``. The job: location
quotient, ECI and PCI, proximity, density, of invented counts with heavy tails. Each package gets
the form it reads fastest, made beforehand, and the functions that do that job and no more, where
it has such (ecomplexity's only call adds the outlook; economic-complexity has the method of
reflections in the place of eigenvectors). Each call runs in a process of its own, in turn; quick
ones several times, and the least time counts; who takes more than ``seconds`` (600) is stopped.
``products`` are the two float32 matrix products that the job holds, M'M (by sgemm or ssyrk,
whichever is quicker) and M times proximity: a measure of the machine. Numbers are compared before
they are timed. Not a test: a busy machine must not fail a build.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping

#: Regions, activities, periods; packages run beside ours on all but the last.
SIZES = ((3_000, 650, 1), (250, 5_000, 1), (300, 650, 10), (3_000, 9_000, 1))
ROUNDS, QUICK, LIMIT = 3, 20.0, 600.0
OWN, FLOOR = ("regionlift",), ("products, sgemm", "products, ssyrk")
PACKAGES = ("economic-complexity", "ecomplexity", "econcomplex")

#: Read by every job: tables in which able regions have hard activities, no row or column empty.
SETUP = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
from resource import RUSAGE_SELF, getrusage
import numpy as np
R, C, P = {R}, {C}, {P}
def made(seed):
    rng = np.random.default_rng(seed)
    able, hard = np.sort(rng.random(R))[:, None], np.sort(rng.random(C))
    size, spread = rng.lognormal(4, 1, R)[:, None], rng.pareto(1.5, C) + 0.2
    x = np.empty((R, C))
    for a in range(0, R, 250):
        part = slice(a, a + 250)
        mean = size[part] * spread / spread.mean() / 650 * 3 / (1 + np.exp(8 * (hard - able[part])))
        x[part] = rng.poisson(mean * rng.lognormal(0, 1, mean.shape))
    x[rng.integers(0, R, C), np.arange(C)] += x.sum(axis=0) == 0
    x[np.arange(R), rng.integers(0, C, R)] += x.sum(axis=1) == 0
    return x
tables = [made(seed) for seed in range(P)]
"""

PRODUCTS = """
from regionlift.measures.relatedness.specialisation import advantaged
from scipy.linalg.blas import ssyrk
held = [advantaged(x).astype(np.float32) for x in tables]
near = [(m.T @ m) / 64 for m in held]
del tables
"""
WIDE = """
import pandas as pd
frames = [pd.DataFrame(x, [f"r{i}" for i in range(R)], [f"a{j}" for j in range(C)]) for x in tables]
"""

#: Name -> preparation, job; that of a package leaves one (ECI, density) a table in ``found``.
JOBS = {
    "products, sgemm": (PRODUCTS, "kept = [(m.T @ m, m @ p) for m, p in zip(held, near)]"),
    "products, ssyrk": (
        PRODUCTS, "kept = [(ssyrk(1.0, m.T), m @ p) for m, p in zip(held, near)]"
    ),
    "regionlift": (
        """
from regionlift.measures.relatedness.space import space, spaces
spaces([x[:70, :40] for x in tables])
""",
        "kept = spaces(tables, {threads})",
    ),
    "ecomplexity": (
        """
import pandas as pd
from ecomplexity import ecomplexity
parts = []
for t, x in enumerate(tables):
    i, j = np.nonzero(x)
    parts.append(pd.DataFrame({"t": t, "r": i, "a": j, "v": x[i, j]}))
long = pd.concat(parts, ignore_index=True)
names = {"time": "t", "loc": "r", "prod": "a", "val": "v"}
""",
        """
kept = ecomplexity(long, names, check_logsupermodularity=False, verbose=False)
found = [(part.sort_values(["r", "a"])["eci"].to_numpy().reshape(R, C)[:, 0], None)
         for _, part in kept.groupby("t")] if checking else []
""",
    ),
    "econcomplex": (
        WIDE + "import econcomplex as ec",
        """
found = []
for frame in frames:
    quotient, held = ec.rca(frame), ec.mcp(frame)
    eci, pci = ec.eci_pci(held, use_rca=False, threshold=0.5, method="eigenvector")
    phi = ec.proximity(held, use_rca=False, threshold=0.5, compute="product")["product"]
    density = ec.relatedness_density(held, phi=phi, use_rca=False, threshold=0.5)
    found.append((eci.to_numpy(), density.to_numpy() / 100))
""",
    ),
    "economic-complexity": (
        WIDE + "import economic_complexity as ec",
        """
found = []
for frame in frames:
    quotient = ec.rca(frame)
    eci, pci = ec.complexity(quotient)
    phi = ec.proximity(quotient)
    density = ec.relatedness(quotient, proximities=phi)
    found.append((eci.to_numpy(), density.to_numpy()))
""",
    ),
}  # fmt: skip

TIMED = """
checking = False
best = [1e9, 1e9]
for _ in range({times}):
    start, used = time.perf_counter(), time.process_time()
{job}
    best = [min(best[0], time.perf_counter() - start), min(best[1], time.process_time() - used)]
    if best[0] > 2:
        break
peak = getrusage(RUSAGE_SELF).ru_maxrss / 2**20
from threadpoolctl import threadpool_info
kernels = sorted({{p["architecture"] for p in threadpool_info() if "architecture" in p}})
print(json.dumps([*best, peak, " ".join(kernels)]))
"""

#: Least correlation of ECI with ours, and largest difference of density.
CHECKED = """
checking = True
{job}
from regionlift.measures.relatedness.space import spaces
worst, apart = 1.0, 0.0
for (eci, density), own in zip(found, spaces(tables)):
    worst = min(worst, np.corrcoef(eci, own.complexity.regions)[0, 1])
    if density is not None:
        apart = max(apart, np.nanmax(np.abs(density - own.density)))
print(json.dumps([float(worst), float(apart)]))
"""


def ran(code: str, threads: int, limit: float) -> list[float | str] | None:
    """What a fresh process prints last; None where it takes too long or too much room."""
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}  # fmt: skip
    environment |= {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    try:
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True,
                              text=True, timeout=limit, env=environment, check=True)  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return list(json.loads(done.stdout.splitlines()[-1]))


def program(name: str, size: tuple[int, int, int], threads: int, end: str, times: int = 1) -> str:
    prepare, job = JOBS[name]
    regions, activities, periods = size
    job = job.replace("{threads}", str(threads)).strip()
    if end == TIMED:
        job = "\n".join(f"    {line}" for line in job.splitlines())
    setup = SETUP.format(R=regions, C=activities, P=periods)
    return setup + prepare + end.format(job=job, times=times)


def measured(
    size: tuple[int, int, int], names: tuple[str, ...], threads: int, limit: float
) -> Mapping[str, list[float | str] | None]:
    """Least wall and CPU seconds, peak GB and kernel of each, in turn."""
    best: dict[str, list[float | str] | None] = {}
    for turn in range(ROUNDS):
        for name in names:
            before = best.get(name)
            if turn and (before is None or before[0] > QUICK):
                continue
            found = ran(program(name, size, threads, TIMED, 9), threads, limit)
            if before is not None and found is not None:
                found = [*map(min, before[:3], found[:3]), found[3]]
            best[name] = found
    return best


def agreed() -> None:
    """Equal work is timed: where the method is the same, so are the numbers."""
    for name in PACKAGES:
        found = ran(program(name, (200, 150, 2), 2, CHECKED), 2, LIMIT)
        assert found is not None
        print(f"{name}: ECI correlates {found[0]:.9f}, density apart at most {found[1]:.1e}")
        assert name == "economic-complexity" or float(found[0]) > 1 - 1e-9, name
        assert float(found[1]) < 1e-5, name


def told(size: tuple[int, int, int], threads: int, limit: float) -> None:
    last = size == SIZES[-1]
    names = FLOOR + OWN + (() if last or threads == 1 else PACKAGES)
    best = measured(size, names, threads, limit)
    own = best["regionlift"]
    floors = [f for name in FLOOR if (f := best[name]) is not None]
    assert own is not None and floors
    lowest = [min(f[k] for f in floors) for k in (0, 1)]
    regions, activities, periods = size
    print(f"\n{regions:,} x {activities:,}" + (f", {periods} periods" if periods > 1 else "")
          + f", {threads} threads, kernel {own[3]}")  # fmt: skip
    for name, found in best.items():
        if found is None:
            print(f"  {name:<22} more than {limit:.0f} s", flush=True)
            continue
        wall, cpu, peak, _ = found
        print(f"  {name:<22}{wall:>9.3f} s {cpu:>9.3f} CPU s {peak:>6.2f} GB "
              f"{wall / own[0]:>9.2f} x ours, CPU {cpu / own[1]:>8.2f}", flush=True)  # fmt: skip
    print(f"  ours / products: {own[0] / lowest[0]:.2f}, CPU {own[1] / lowest[1]:.2f}", flush=True)


def main() -> None:
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else LIMIT
    agreed()
    for size in SIZES:
        for threads in (2, 1):
            told(size, threads, limit)


if __name__ == "__main__":
    main()
