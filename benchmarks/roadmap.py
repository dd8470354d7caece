"""How long the roadmap takes: many actions on many links, with and without a budget.

    python benchmarks/roadmap.py [actions] [links a path]

Three paths; each action is on one link, waits for others now and then, and costs something.
"""

from __future__ import annotations

import random
import sys
import time

from regionlift.plan.roadmap import PHASES, Task, roadmap


def tasks_of(seed: int, actions: int, links: int) -> list[Task]:
    """Actions spread over the links of three paths; the first links come first."""
    rng = random.Random(seed)
    found: list[Task] = []
    for k in range(actions):
        path, rank = f"path {k % 3}", (k // 3) % links
        earlier = [t.id for t in found if t.path == path and t.rank < rank]
        after = (rng.choice(earlier),) if earlier and rng.random() < 0.2 else ()
        found.append(Task(f"action {k}", path, f"{path}, link {rank}", rank, rng.choice([1, 1, 2]),
                          rng.choice([0, 0, 0, 3]), round(rng.lognormvariate(1.5, 1), 2), after))
    return found


def main(actions: int = 100, links: int = 17) -> None:
    """Print seconds and what was chosen, for three budgets and two seeds."""
    for seed in range(2):
        tasks = tasks_of(seed, actions, links)
        whole = sum(t.cost for t in tasks)
        for name, budget in (("no limit", None), ("half in total", whole / 2),
                             ("half by phase", [whole / 8] * len(PHASES))):  # fmt: skip
            begin = time.perf_counter()
            found = roadmap(tasks, budget)
            print(f"seed {seed}, {actions} actions on {3 * links} links, {name}: "
                  f"{time.perf_counter() - begin:.1f} s, {len(found.best.chosen)} actions, "
                  f"{len(found.alternatives)} alternatives")  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
