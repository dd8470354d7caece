"""Units of money and counts: a declared unit is converted, an undeclared one is the contract's."""

from __future__ import annotations

import re

from regionlift.data.problems import did_you_mean

#: Multipliers by the word that stands before a currency or a noun.
MULTIPLIERS = {
    "": 1.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "10 thousand": 1e4,
    "ten thousand": 1e4,
    "hundred thousand": 1e5,
    "million": 1e6,
    "10 million": 1e7,
    "100 million": 1e8,
    "hundred million": 1e8,
    "billion": 1e9,
    "trillion": 1e12,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "十亿": 1e9,
    "万亿": 1e12,
}

#: What a noun counts; money nouns with the currency they mean, where they mean one.
#: Staff in full-time equivalents is printed in person-years (人年).
_PERSONS = (
    "persons", "person", "people", "employees", "人", "人年", "person-years", "fte",
)  # fmt: skip
_COUNTS = (
    "count", "counts", "units", "unit", "firms", "个", "家", "件", "台", "套", "人次", "次", "项",
)  # fmt: skip
_MONEY = {
    "currency": "", "人民币元": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY",
    "英镑": "GBP", "元": "", "yuan": "CNY", "rmb": "CNY", "dollars": "", "euro": "EUR",
}  # fmt: skip
_CODE = re.compile(r"(?:^|[\s\d])([a-z]{3})$")


def factor(declared: str, contract_unit: str) -> tuple[float, float]:
    """Numerator and denominator that turn a declared unit into the contract's.

    Two numbers, not one, so that dividing by a million stays exact where it can be.

    Raises
    ------
    ValueError
        If the declared unit is none of the known ones, or counts something else.

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
    ratio_up, kind = _parts(declared)
    ratio_down, wanted = _parts(contract_unit)
    if kind and wanted and kind != wanted:
        raise ValueError(f"a unit of {wanted}, such as {contract_unit}")
    if ratio_up >= ratio_down:
        return ratio_up / ratio_down, 1.0
    return 1.0, ratio_down / ratio_up


def currency_of(unit: str) -> str:
    """The currency a unit names, as a code in capitals; empty where it names none.

    Examples
    --------
    >>> currency_of("million usd"), currency_of("亿美元"), currency_of("万元")
    ('USD', 'USD', '')
    """
    word = unit.strip().lower()
    for noun, code in _MONEY.items():
        if word.endswith(noun):
            return code
    hit = _CODE.search(word)
    return hit.group(1).upper() if hit and _kind(word) == "money" else ""


def _kind(word: str) -> str:
    return _split(word)[1]


def _split(word: str) -> tuple[str, str]:
    """The words before the noun, and what the noun counts (empty where there is no noun)."""
    for kind, nouns in (("persons", _PERSONS), ("things", _COUNTS), ("money", tuple(_MONEY))):
        for noun in nouns:
            if word.endswith(noun):
                return word.removesuffix(noun).strip(), kind
    if (hit := _CODE.search(word)) and hit.group(1) not in MULTIPLIERS:
        return word[: hit.start(1)].strip(), "money"
    return word, ""


def _parts(unit: str) -> tuple[float, str]:
    """Multiplier of a unit, and what it counts."""
    word, kind = _split(unit.strip().lower())
    if word in MULTIPLIERS:
        return MULTIPLIERS[word], kind
    if re.fullmatch(r"10{0,12}", plain := word.replace(",", "").replace(" ", "")):
        return float(plain), kind
    known = [m for m in MULTIPLIERS if m]
    raise ValueError(
        f"{did_you_mean(word, known)}one of {', '.join(known)}, before a currency or a noun"
    )
