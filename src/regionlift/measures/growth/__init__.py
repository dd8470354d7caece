"""The law of the innovation network: growth of a yearly stock, its ceiling and its phase."""

from regionlift.measures.growth.curves import FAMILIES, SHAPES, broken_line, gompertz, logistic
from regionlift.measures.growth.law import Law, choose, fit_law, fit_laws
from regionlift.measures.growth.phase import PHASES, PhaseShares, phase_shares, stock_draws
from regionlift.measures.growth.profile import Estimate, interval
from regionlift.measures.growth.rates import growth_now, growth_rates
from regionlift.measures.growth.sentence import FirstThenSlower, first_then_slower

__all__ = [
    "FAMILIES",
    "PHASES",
    "SHAPES",
    "Estimate",
    "FirstThenSlower",
    "Law",
    "PhaseShares",
    "broken_line",
    "choose",
    "first_then_slower",
    "fit_law",
    "fit_laws",
    "gompertz",
    "growth_now",
    "growth_rates",
    "interval",
    "logistic",
    "phase_shares",
    "stock_draws",
]
