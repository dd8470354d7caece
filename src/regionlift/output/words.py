"""Numbers and lists as an official would read them aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence

from regionlift.data.symbols import title
from regionlift.evidence.quantity import Quantity

#: Units that are printed as a percentage.
_SHARES = frozenset({"share", "share a year"})


def significant(value: float, digits: int = 2) -> str:
    """A number with so many significant digits, thousands apart, no exponent.

    Examples
    --------
    >>> significant(157.545), significant(0.0671), significant(1234567.0), significant(0.0)
    ('160', '0.067', '1,200,000', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "not defined"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(places, 0)}f}"


def printed(value: float | None, unit: str) -> str:
    """A value with two significant digits in its unit; shares as percentages, counts whole."""
    if value is None:
        return "cannot tell"
    if unit in _SHARES:
        return f"{significant(100 * value)}%"
    if unit == "count":
        return f"{value:,.0f}"
    if unit == "percentile":
        return f"p{value:.0f}"
    return significant(value)


def level(quantity: Quantity) -> str:
    """The value alone, as it stands in tables."""
    return printed(quantity.value, quantity.unit)


def span(quantity: Quantity) -> str:
    """The interval alone, or a dash where there is none."""
    if quantity.low is None or quantity.high is None:
        return "–"
    low, high = (printed(v, quantity.unit) for v in (quantity.low, quantity.high))
    return f"{low} to {high}"


def with_unit(quantity: Quantity) -> str:
    """The value with its unit where the unit is not in the value already."""
    if quantity.unit == "share a year" and quantity.value is not None:
        return f"{level(quantity)} a year"
    plain = quantity.unit in (*_SHARES, "percentile", "ratio", "index", "count", "correlation")
    if plain or quantity.value is None:
        return level(quantity)
    if quantity.unit.startswith("%"):
        return f"{level(quantity)}{quantity.unit}"
    return f"{level(quantity)} {quantity.unit}"


def exact(value: float | None) -> str:
    """Every digit that matters, for whoever recomputes it."""
    return "" if value is None else f"{value:.12g}"


def listed(items: Sequence[str], most: int = 12) -> str:
    """Items joined as in a sentence; the rest counted.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    if len(items) > most:
        return ", ".join(items[:most]) + f" and {len(items) - most} more"
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def counted(number: float, noun: str) -> str:
    """A number with its noun, which ends in s unless there is one.

    Examples
    --------
    >>> counted(1, "organisation"), counted(2400, "organisation")
    ('1 organisation', '2,400 organisations')
    """
    return f"{number:,.0f} {noun}" + ("" if number == 1 else "s")


def explained(symbol: str) -> str:
    """A patent class with its title in brackets, for a sentence; or bare where it has none.

    Examples
    --------
    >>> explained("G05B"), explained("A01B")
    ('G05B (control and monitoring)', 'A01B')
    """
    found = title(symbol)
    return f"{symbol} ({found})" if found else symbol
