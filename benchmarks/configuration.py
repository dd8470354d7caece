"""Time of a standard analysis by the number of conditions, on generated data.

60 cases with uniform memberships; the outcome is a disjunction of two conjunctions with noise.
Seconds of processor time: of the conservative and parsimonious solutions, and of the intermediate
ones of up to 100 pairs of their models.

Run as: python benchmarks/configuration.py [conditions ...]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from regionlift.measures.configuration import Cuts, Expectations, analyse, truth_table
from regionlift.measures.configuration.minimise import Analysis
from regionlift.measures.configuration.truth_table import TruthTable

CASES = 60


def generated(conditions: int, seed: int = 1) -> TruthTable:
    """Truth table of a generated outcome with a planted solution, A*B + C*~D."""
    rng = np.random.default_rng([seed, conditions])
    x = rng.random((CASES, conditions)).round(2)
    x[x == 0.5] = 0.51
    planted = np.maximum(np.minimum(x[:, 0], x[:, 1]), np.minimum(x[:, 2], 1 - x[:, 3]))
    y = np.clip(planted + rng.normal(0, 0.08, CASES), 0, 1).round(2)
    names = [chr(ord("A") + j) for j in range(conditions)]
    return truth_table(x, y, Cuts(0.8, pri=0.5), names=names)


def timed(table: TruthTable) -> tuple[float, float, Analysis]:
    expected = Expectations({j: frozenset({1}) for j in range(len(table.names))})
    start = time.process_time()
    analyse(table)
    middle = time.process_time()
    found = analyse(table, expected)
    return middle - start, time.process_time() - 2 * middle + start, found


def main() -> None:
    asked = [int(a) for a in sys.argv[1:]] or [5, 7, 9, 11, 13, 15]
    print(f"{CASES} cases; CPU seconds, positive rows, implicants and models (+: cut short)")
    for conditions in asked:
        for seed in (1, 2, 3):
            table = generated(conditions, seed)
            if table.reason:
                print(f"{conditions:>3} conditions: {table.reason}")
                continue
            two, third, a = timed(table)
            parts = [
                f"{len(s.implicants)} / {len(s.models)}{'+' if s.truncated else ''}"
                for s in (a.conservative, a.parsimonious, *(i.solution for i in a.intermediate[:1]))
            ]
            rows = len(table.having("1"))
            print(f"{conditions:>3} conditions {two:>7.2f} + {third:.2f} s {rows:>4} rows  "
                  + "   ".join(parts))  # fmt: skip


if __name__ == "__main__":
    main()
