"""Knowledge barter against Mesa, and the small-world grid: ``python benchmarks/barter.py``.

``--grid`` runs 13 rewiring probabilities of 100 seeds each, prints mean, variance and coefficient
of variation; without it, sweeps a second of the compiled kernel, the interpreted kernel and Mesa
are printed at 500 and 100,000 organisations of degree 10 with five types of knowledge. Not a test.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import mesa
import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import interpreted
from regionlift.forecast.barter import barter, endowments, exchange
from regionlift.measures.graphs.generators import watts_strogatz

DEGREE, TYPES, ALPHA = 10, 5, 0.1
PROBABILITIES = (0, 0.003, 0.01, 0.03, 0.06, 0.09, 0.12, 0.16, 0.2, 0.3, 0.5, 0.7, 1.0)
#: How many times faster than Mesa the compiled kernel is meant to be.
AIM = 25

Graph = tuple[NDArray[np.integer], NDArray[np.integer]]


def small_world(n: int, p: float, rng: np.random.Generator) -> Graph:
    """Neighbours of a Watts-Strogatz graph."""
    graph = watts_strogatz(n, DEGREE, p, rng)
    return graph.indptr, graph.indices


class Organisation(mesa.Agent):
    def __init__(self, model: mesa.Model, knowledge: list[float]) -> None:
        super().__init__(model)
        self.knowledge = knowledge
        self.partners: list[Organisation] = []

    def step(self) -> None:
        random = self.model.random
        mine, other = self.knowledge, random.choice(self.partners)
        yours = other.knowledge
        more = [k for k in range(TYPES) if mine[k] > yours[k]]
        less = [k for k in range(TYPES) if yours[k] > mine[k]]
        swaps = min(len(more), len(less))
        for k in random.sample(more, swaps):
            yours[k] += ALPHA * (mine[k] - yours[k])
        for k in random.sample(less, swaps):
            mine[k] += ALPHA * (yours[k] - mine[k])


class World(mesa.Model):
    def __init__(self, graph: Graph, knowledge: NDArray[np.float64]) -> None:
        super().__init__(seed=1)
        indptr, indices = graph
        members = [Organisation(self, row) for row in knowledge.tolist()]
        for i, member in enumerate(members):
            member.partners = [members[j] for j in indices[indptr[i] : indptr[i + 1]]]

    def step(self) -> None:
        self.agents.shuffle_do("step")


def against_mesa() -> None:
    print(f"{'organisations':>13} {'engine':<14}{'ms/sweep':>10}{'sweeps/s':>10}{'ratio':>7}")
    for n, sweeps, slow in ((500, 2000, 100), (100_000, 20, 4)):
        rng = np.random.default_rng(1)
        graph, knowledge = small_world(n, 0.1, rng), endowments(n, TYPES, rng)
        barter(*graph, knowledge, rng, sweeps=1)
        start = time.perf_counter()
        barter(*graph, knowledge, rng, sweeps=sweeps)
        compiled = (time.perf_counter() - start) / sweeps
        start = time.perf_counter()
        plain = interpreted(exchange)
        for _ in range(slow):
            plain(*graph, knowledge.copy(), n, ALPHA, 0.0, rng)
        python = (time.perf_counter() - start) / slow
        world = World(graph, knowledge)
        start = time.perf_counter()
        for _ in range(slow):
            world.step()
        mesas = (time.perf_counter() - start) / slow
        for name, took in (("compiled", compiled), ("interpreted", python), ("Mesa", mesas)):
            told = f"{n:>13,} {name:<14}{took * 1e3:>10.3f}{1 / took:>10.1f}{mesas / took:>7.1f}"
            print(told + (f"  (aim {AIM})" if name == "compiled" else ""), flush=True)


def one(seed: int, p: float, experts: float) -> tuple[float, float, float]:
    """Mean, variance and coefficient of variation of the levels after 2,000 sweeps."""
    rng = np.random.default_rng([seed, round(p * 1000)])
    graph = small_world(500, p, rng)
    levels = barter(*graph, endowments(500, TYPES, rng, experts=experts), rng).levels
    return levels.mean(), levels.var(), levels.std() / levels.mean()


def grid(experts: float, seeds: int = 100) -> None:
    print(f"\n{experts:.0%} experts, {seeds} seeds")
    print(f"{'p':>6}{'mean':>9}{'s.e.':>7}{'variance':>10}{'CV':>8}")
    rows = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for p in PROBABILITIES:
            runs = np.array(list(pool.map(partial(one, p=p, experts=experts), range(seeds))))
            error = runs[:, 0].std(ddof=1) / np.sqrt(seeds)
            rows.append(runs.mean(axis=0))
            mean, variance, cv = rows[-1]
            print(f"{p:>6}{mean:>9.3f}{error:>7.3f}{variance:>10.3f}{cv:>8.4f}", flush=True)
    table = np.array(rows)
    at = [PROBABILITIES[int(k)] for k in (*table[:, :2].argmax(axis=0), table[:, 2].argmin())]
    print(f"highest mean at {at[0]}, highest variance at {at[1]}, lowest CV at {at[2]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grid", action="store_true", help="run the small-world grid as well")
    chosen = parser.parse_args()
    against_mesa()
    if chosen.grid:
        for experts in (0.1, 0.0):
            start = time.perf_counter()
            grid(experts)
            print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
