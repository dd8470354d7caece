r"""Whether a diffusion curve tells the adopters of years it has not seen.

In new adopters a year Bass's curve is the logistic: with :math:`r = p + q`,
:math:`m = \ln(q/p) / r` and :math:`K' = K (1 + p/q)`,

.. math:: K \frac{1 - e^{-rt}}{1 + \tfrac qp e^{-rt}}
          = \frac{K'}{1 + e^{-r(t - m)}} - K \frac pq

so that the two differ by a constant, and no year can tell one from the other where p is above 0.
One is fitted and told as both; Gompertz's, whose rise is steep and whose slowing is long, is the
other shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.forecast.baselines import growth

#: Curves of diffusion that are fitted (Bass 1969; Gompertz 1825).
CURVES = ("bass", "gompertz")
#: Years kept back; years and adopters below which nothing is fitted.
HELD, YEARS, ADOPTERS = 3, 6, 10


@dataclass(frozen=True)
class Uptake:
    """Adopters of the years kept back: seen, by each curve, and as in the last year before.

    ``error`` is the absolute error of the sum over these years. ``best`` is the curve with the
    smallest error, if smaller than that of going on as in the last years; empty otherwise.
    ``ahead`` are the new adopters of the next years by that curve, fitted to all years; ``bass``
    Bass's K, p and q fitted to all years, empty where it cannot be.
    """

    first: int
    seen: float
    told: dict[str, float]
    best: str
    ahead: tuple[float, ...]
    reason: str = ""
    bass: tuple[float, ...] = ()

    def error(self, name: str) -> float:
        """Absolute error of one way to go on."""
        return abs(self.told[name] - self.seen)


def uptake(years: tuple[int, ...], adopters: tuple[int, ...], burn_in: int = 1) -> Uptake:
    """Fit curves to new adopters by year; score them on the last three years.

    The first year of a window holds those who had adopted before it, and is left out.
    """
    counts = np.asarray(adopters, dtype=np.float64)[burn_in:]
    kept = years[burn_in:]
    first = kept[-HELD] if len(kept) > HELD else 0
    before, after = counts[:-HELD], counts[-HELD:]
    if len(before) < YEARS or before.sum() < ADOPTERS:
        return Uptake(first, float(after.sum()), {}, "", (),
                      f"{len(before)} years with {before.sum():.0f} adopters before the years kept "
                      f"back; {YEARS} and {ADOPTERS} are needed")  # fmt: skip
    told = {"as in the years before": float(before[-HELD:].mean() * HELD)}
    for name in CURVES:
        found = growth(name, before, HELD)
        if found is not None:
            told[name] = float(found.mean.sum())
    seen = float(after.sum())
    best = min(told, key=lambda name: abs(told[name] - seen))
    best = best if best in CURVES else ""
    fits = {name: growth(name, counts, HELD) for name in dict.fromkeys(("bass", best)) if name}
    bass, ahead = fits["bass"], fits.get(best)
    return Uptake(
        first, seen, told, best, () if ahead is None else tuple(map(float, ahead.mean)),
        bass=() if bass is None else bass.parameters,
    )  # fmt: skip
