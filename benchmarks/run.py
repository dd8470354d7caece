"""Time and memory of import, of one region and of all states: ``python benchmarks/run.py``.

Needs the real tables beside the project. Each job runs in a process of its own; the gates are
printed with the ratio to them. Not a test: a busy machine must not fail a build.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "us-states"

#: Job -> code, and the seconds it may take on two cores.
JOBS = {
    "import of the package": ("import regionlift", 0.5),
    "import of the command line": ("import regionlift.cli", 0.5),
    "run on Michigan": (
        f"from regionlift import run_region\nrun_region({str(EXAMPLE)!r}, 'Michigan', out)", 10.0,
    ),
    "run on all 51 states": (
        f"from regionlift import run_all\nlist(run_all({str(EXAMPLE)!r}, out))", 60.0,
    ),
    "synthetic province, generated and run": (
        "from regionlift import demo\ndemo(out, out + '-data')", 15.0,
    ),
}  # fmt: skip

TIMED = """
import json, resource, sys, time
out = sys.argv[1]
start = time.perf_counter()
{job}
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, peak]))
"""


def main() -> None:
    print(f"{'job':<40}{'seconds':>9}{'gate':>7}{'ratio':>7}{'peak MB':>9}")
    for name, (job, gate) in JOBS.items():
        with tempfile.TemporaryDirectory() as folder:
            code = TIMED.format(job=job)
            done = subprocess.run(
                [sys.executable, "-c", code, f"{folder}/out"], capture_output=True, text=True,
                check=True,
            )  # fmt: skip
        seconds, peak = json.loads(done.stdout.splitlines()[-1])
        print(f"{name:<40}{seconds:>9.2f}{gate:>7.1f}{seconds / gate:>7.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()
