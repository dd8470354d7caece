"""Units of money and counts: a declared unit is converted, an undeclared one is the contract's."""

from __future__ import annotations

from regionlift.data.problems import did_you_mean

#: Multipliers by the word that stands before a currency or a noun.
MULTIPLIERS = {
    "": 1.0,
    "thousand": 1e3,
    "10 thousand": 1e4,
    "million": 1e6,
    "100 million": 1e8,
    "billion": 1e9,
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "亿": 1e8,
}

_NOUNS = ("currency", "persons", "count", "usd", "eur", "cny", "gbp", "元", "人", "unit", "units")


def factor(declared: str, contract_unit: str) -> tuple[float, float]:
    """Numerator and denominator that turn a declared unit into the contract's.

    Two numbers, not one, so that dividing by a million stays exact where it can be.

    Raises
    ------
    ValueError
        If the declared unit is none of the known ones.

    Examples
    --------
    >>> factor("USD", "million currency")
    (1.0, 1000000.0)
    >>> factor("万元", "million currency")
    (1.0, 100.0)
    >>> factor("", "persons")
    (1.0, 1.0)
    """
    if not declared:
        return 1.0, 1.0
    ratio_up, ratio_down = _multiplier(declared), _multiplier(contract_unit)
    if ratio_up >= ratio_down:
        return ratio_up / ratio_down, 1.0
    return 1.0, ratio_down / ratio_up


def _multiplier(unit: str) -> float:
    word = unit.strip().lower()
    for noun in _NOUNS:
        if word.endswith(noun):
            word = word.removesuffix(noun).strip()
            break
    if word in MULTIPLIERS:
        return MULTIPLIERS[word]
    known = [m for m in MULTIPLIERS if m]
    raise ValueError(f"{did_you_mean(word, known)}one of {', '.join(known)}, before a currency")
