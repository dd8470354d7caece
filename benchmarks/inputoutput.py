"""The whole input-output account against pymrio and against one LAPACK inverse, in one run.

``pip install pymrio && python benchmarks/inputoutput.py``. Each job runs in a process of its own,
in turn, three times; the least time counts. Printed: seconds, ratio to one ``numpy.linalg.inv`` of
the same size, ratio of pymrio to ours. Not a test: a busy machine must not fail a build.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

SIZES = ((1_000, 20), (2_464, 44), (5_000, 50))
ROUNDS = 3

#: Read by every job: a closed, balanced, productive table of n sectors in r regions.
SETUP = """
import json, sys, time
import numpy as np
n, r = {n}, {r}
rng = np.random.default_rng(0)
A = rng.random((n, n)) * (0.5 / n)
F = rng.random((n, r))
x = np.linalg.solve(np.eye(n) - A, F.sum(axis=1))
Z = A * x
regions = [f"r{{i // (n // r)}}" for i in range(n)]
sectors = [f"s{{i % (n // r)}}" for i in range(n)]
"""

#: Name -> preparation, job.
JOBS = {
    "inverse": ("M = np.eye(n) - A", "np.linalg.inv(M)"),
    "pymrio": (
        """
import pandas as pd, pymrio
index = pd.MultiIndex.from_arrays([regions, sectors], names=["region", "sector"])
columns = pd.MultiIndex.from_product([sorted(set(regions), key=regions.index), ["final"]],
                                     names=["region", "category"])
Zf, Yf = pd.DataFrame(Z, index, index), pd.DataFrame(F, index, columns)
V = pd.DataFrame((x - Z.sum(axis=0))[None], ["va"], index)
system = pymrio.IOSystem(Z=Zf, Y=Yf, va={"F": V, "name": "va"})
""",
        "system.calc_all()",
    ),
    "account": (
        """
from regionlift.measures.inputoutput import linkages
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.table import table_of
buyers = sorted(set(regions), key=regions.index)
""",
        """
account = Account(table_of(Z, F, sectors, regions, buyers, output=x))
account.technical, account.allocation, account.leontief
back, ahead = account.leontief.sum(axis=0), (account.leontief @ x) / x
linkages.normalised(back), linkages.normalised(ahead)
content = account.value_added_shares[:, None] * (account.leontief @ F)
""",
    ),
    "solves only": (
        """
from regionlift.measures.inputoutput import linkages
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.table import table_of
buyers = sorted(set(regions), key=regions.index)
""",
        """
account = Account(table_of(Z, F, sectors, regions, buyers, output=x))
account.required(F.sum(axis=1)), linkages.total_backward(account), linkages.total_forward(account)
account.multipliers(account.value_added_shares), account.required(F)
""",
    ),
    "all extractions": (
        """
from regionlift.measures.inputoutput import extraction
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.table import table_of
buyers = sorted(set(regions), key=regions.index)
account = Account(table_of(Z, F, sectors, regions, buyers, output=x)); account.leontief
""",
        """
extraction.without_purchases(account), extraction.without_sales(account)
extraction.without_sector(account), extraction.without_supply(account)
""",
    ),
    "all exporters": (
        """
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.table import table_of
from regionlift.measures.inputoutput.trade import Trade
buyers = sorted(set(regions), key=regions.index)
account = Account(table_of(Z, F, sectors, regions, buyers, output=x)); account.leontief
account.technical, account.value_added_shares
""",
        "Trade(account).borin_mancini()",
    ),
}

TIMED = """
start, used = time.perf_counter(), time.process_time()
{job}
print(json.dumps([time.perf_counter() - start, time.process_time() - used]))
"""


def timed(name: str, n: int, r: int) -> list[float]:
    """Wall and processor seconds of one job in a fresh process."""
    prepare, job = JOBS[name]
    code = SETUP.format(n=n, r=r) + prepare + TIMED.format(job=job)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True,
                          text=True, check=True)  # fmt: skip
    return list(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print a line a job and size."""
    names = [name for name in JOBS if name != "pymrio" or find_spec("pymrio")]
    for n, r in SIZES:
        best: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name in names:
                wall, cpu = timed(name, n, r)
                before = best.get(name, [wall, cpu])
                best[name] = [min(before[0], wall), min(before[1], cpu)]
        print(f"{n:,} sectors in {r} regions")
        for name, (wall, cpu) in best.items():
            ratio = wall / best["inverse"][0]
            told = f"  {name:<16}{wall:8.3f} s {cpu:8.2f} CPU s {ratio:7.2f} x one inverse"
            if name == "account" and "pymrio" in best:
                told += f"; pymrio takes {best['pymrio'][0] / wall:.2f} times as long"
            print(told, flush=True)


if __name__ == "__main__":
    main()
