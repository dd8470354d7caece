"""Time of the network's picture: ``python benchmarks/network_view.py``.

Makes an invented network that fills the picture (5,000 organisations, 20,000 ties), computes its
block, opens the page in headless Chromium without a graphics card, and measures until the pixels
are there: a step of the year, a step of the pointer, a step of a drag. Not a test: a busy machine
must not fail a build.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import launched, visited
from network_payload import affiliations, block, payload
from regionlift.output.page import render

#: What is done, as JavaScript of one step, and the milliseconds it may take on two cores.
STEPS = {
    "another year": ("slider.value = step % 18; slider.dispatchEvent(new Event('input'))", 150),
    "pointer over an organisation": ("point('pointermove', step, 0)", 100),
    "dragged": ("point('pointermove', step, 1); await frame()", 150),
}

TIMED = """async () => {
  const canvas = document.querySelector('.network-canvas');
  const slider = document.querySelector('.network-time input');
  const box = canvas.getBoundingClientRect();
  const frame = () => new Promise(requestAnimationFrame);
  const point = (type, step, buttons) => canvas.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, buttons, bubbles: true,
    clientX: box.left + box.width / 2 + 9 * (step %% 20), clientY: box.top + box.height / 2 + 60,
  }));
  canvas.setPointerCapture = () => {};
  if (%s) point('pointerdown', 0, 1);
  const times = [];
  for (let step = 1; step <= 20; step++) {
    const begun = performance.now();
    %s;
    await frame();
    canvas.getContext('2d').getImageData(0, 0, 1, 1);
    times.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 700));
  }
  return times;
}"""


def main() -> None:
    network = affiliations(6700, 9000, seed=3, years=(2005, 2022), mean_size=3.3)
    begun = time.perf_counter()
    drawn = block(network, 25)
    seconds = time.perf_counter() - begun
    print(f"block computed in {seconds:.2f} s (gate 3)")
    print(f"{'step':<32}{'median ms':>11}{'worst':>8}{'gate':>7}")
    with launched() as browser:
        measured(browser, drawn)
        # the hardest case: nobody ever leaves, and every tie lasts
        for side in ("nodes", "ties"):
            drawn[side]["spans"] = [[0, len(drawn["years"]) - 1]] * len(drawn[side]["spans"])
        measured(browser, drawn)


def measured(browser: Browser, drawn: Any) -> None:
    busiest = max(
        sum(any(a <= t <= b for a, b in pairs(flat)) for flat in drawn["ties"]["spans"])
        for t in range(len(drawn["years"]))
    )
    print(
        f"{len(drawn['nodes']['id']):,} organisations, {len(drawn['ties']['a']):,} ties, "
        f"at most {busiest:,} in one year"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(render(payload(drawn)), encoding="utf-8")
        for name, (step, gate) in STEPS.items():
            with visited(browser, file) as visit:
                visit.go("map")
                drag = "true" if name == "dragged" else "false"
                times = visit.tab.evaluate(TIMED % (drag, step))
            print(f"{name:<32}{statistics.median(times):>11.0f}{max(times):>8.0f}{gate:>7}")


def pairs(flat: list[int]) -> list[tuple[int, int]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


if __name__ == "__main__":
    main()
