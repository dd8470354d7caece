"""Decision support for upgrading a regional equipment industry.

The public names load on first use, so that ``import regionlift`` stays cheap.

Examples
--------
>>> import regionlift
>>> "run_region" in regionlift.__all__
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regionlift.data.check import check
    from regionlift.data.dataset import Dataset, open_dataset
    from regionlift.data.frames import from_frames
    from regionlift.data.patents.importing import import_patents
    from regionlift.evidence.ledger import trace
    from regionlift.evidence.quantity import Quantity, Status
    from regionlift.evidence.verdict import Verdict
    from regionlift.plan.compare import compare_runs
    from regionlift.run import demo, run_all, run_region
    from regionlift.study.plan import lint_plan

__version__ = "0.1.0"

_HOME = {
    "Dataset": "regionlift.data.dataset",
    "Quantity": "regionlift.evidence.quantity",
    "Status": "regionlift.evidence.quantity",
    "Verdict": "regionlift.evidence.verdict",
    "check": "regionlift.data.check",
    "compare_runs": "regionlift.plan.compare",
    "demo": "regionlift.run",
    "from_frames": "regionlift.data.frames",
    "import_patents": "regionlift.data.patents.importing",
    "lint_plan": "regionlift.study.plan",
    "open_dataset": "regionlift.data.dataset",
    "run_all": "regionlift.run",
    "run_region": "regionlift.run",
    "trace": "regionlift.evidence.ledger",
}

__all__ = [
    "Dataset",
    "Quantity",
    "Status",
    "Verdict",
    "check",
    "compare_runs",
    "demo",
    "from_frames",
    "import_patents",
    "lint_plan",
    "open_dataset",
    "run_all",
    "run_region",
    "trace",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that owns it."""
    if name not in _HOME:
        raise AttributeError(f"module 'regionlift' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
