"""Names of applicants: what is the same but for its spelling, legal form, group word or a slip.

Nothing is merged by itself: every likeness is proposed with its reason in a table the user edits.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import polars as pl

#: Reasons, from the strongest. "One letter" is one added, missing, wrong or swapped letter: over
#: four in five slips of the pen are one of these (Damerau 1964, Communications of the ACM 7(3)).
LETTERS = "same letters"
LEGAL = "same but for the legal form"
GROUP = "same but for a word for group"
NEAR = "one letter apart"

#: Shorter keys one letter apart are mostly two names. A choice of this program.
NEAR_LENGTH = 8

#: Columns of the table the user edits.
PROPOSALS = {
    "name": pl.String, "org_id": pl.String, "merge_into": pl.String, "why": pl.String,
    "accept": pl.String,
}  # fmt: skip


class Keys(NamedTuple):
    """A name in three forms, each shorter than the one before."""

    letters: str
    core: str
    stem: str


class Named(NamedTuple):
    """An organisation as the proposals see it."""

    org_id: str
    name: str
    country: str
    patents: int


@cache
def words() -> dict[str, Any]:
    """Legal forms, words for groups and types, provinces."""
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


def keys(name: str) -> Keys:
    """Letters of a name; the same without its legal form; and without words for a group.

    Examples
    --------
    >>> keys("Müller Werkzeug GmbH & Co. KG").core, keys("ＭULLER WERKZEUG").core
    ('mullerwerkzeug', 'mullerwerkzeug')
    >>> keys("沈阳机床（集团）有限责任公司")
    Keys(letters='沈阳机床集团有限责任公司', core='沈阳机床集团', stem='沈阳机床')
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    # accents of Latin letters alone: marks of other scripts make another letter
    text = re.sub("[\u0300-\u036f]", "", text)
    tokens = _tokens(text)
    letters = re.sub(r"\W", "", "".join(tokens))
    core = tokens
    while cut := _legal_form(core):
        core = core[: -len(cut)]
    short = _bare("".join(core), words()["legal_chinese"])
    groups = words()["groups_latin"]
    stem = _bare("".join(t for t in core if t not in groups), words()["legal_chinese"])
    for word in words()["groups_chinese"]:
        stem = stem.replace(word, "")
    return Keys(letters, short or letters, stem or short or letters)


def _tokens(text: str) -> list[str]:
    """Words of a name; points and apostrophes are inside a word, all other signs between two."""
    return re.sub(r"[^\w&/]+|_", " ", re.sub(r"[.'’]", "", text)).split()


@cache
def _forms() -> frozenset[str]:
    return frozenset(form.replace(" ", "") for form in words()["legal_latin"])


def _legal_form(tokens: list[str]) -> list[str]:
    """The legal form at the end, however it is spaced, as long as a name is left before it."""
    for size in range(min(5, len(tokens) - 1), 0, -1):
        if "".join(tokens[-size:]) in _forms():
            return tokens[-size:]
    return []


def _bare(text: str, ends: list[str]) -> str:
    plain = re.sub(r"\W", "", text)
    for end in ends:
        if plain.endswith(end) and len(plain) > len(end):
            return plain.removesuffix(end)
    return plain


def proposals(orgs: Iterable[Named]) -> pl.DataFrame:
    """Who may be whom: one row a likeness, ``accept`` "no" until the user says otherwise.

    The organisation with most patents (then the first in the alphabet) is the one merged into.
    """
    ranked = sorted(orgs, key=lambda o: (-o.patents, o.name, o.org_id))
    known = {o.org_id: keys(o.name) for o in ranked}
    groups: dict[str, list[Named]] = defaultdict(list)
    stems: dict[str, str] = {}
    for org in ranked:
        # spacing may hide a legal form: names of the same letters belong together all the same
        key = known[org.org_id]
        groups[stems.setdefault(key.letters, key.stem)].append(org)
    rows = [
        _row(other, head, _reason(known[other.org_id], known[head.org_id]))
        for stem, (head, *others) in groups.items()
        for other in others
        if stem
    ]
    rows += [_row(b, a, NEAR) for a, b in _near({s: g[0] for s, g in groups.items()})]
    return pl.DataFrame(rows, schema=PROPOSALS, orient="row").sort("merge_into", "name", "org_id")


def _row(org: Named, head: Named, why: str) -> tuple[str, str, str, str, str]:
    apart = org.country and head.country and org.country != head.country
    said = f'{why}: "{head.name}"' + (f"; another country ({head.country})" if apart else "")
    return org.name, org.org_id, head.org_id, said, "no"


def _reason(one: Keys, other: Keys) -> str:
    if one.letters == other.letters:
        return LETTERS
    return LEGAL if one.core == other.core else GROUP


def _near(heads: Mapping[str, Named]) -> list[tuple[Named, Named]]:
    """Pairs of Latin keys one letter apart, the one with more patents first.

    Two such keys share a form with one letter taken out (or the key itself), so an index of these
    forms finds every pair without comparing all. Chinese names are left out: there one character
    is a word. So are keys that differ in a digit, and names of two countries.
    """
    place = {org.org_id: n for n, org in enumerate(heads.values())}
    index: dict[str, list[str]] = defaultdict(list)
    for key in heads:
        if len(key) >= NEAR_LENGTH and key.isascii():
            for form in {key, *(key[:i] + key[i + 1 :] for i in range(len(key)))}:
                index[form].append(key)
    pairs = {(a, b) for found in index.values() for a in found for b in found if a < b}
    near = []
    for a, b in sorted(pairs):
        one, other = sorted((heads[a], heads[b]), key=lambda o: place[o.org_id])
        apart = one.country and other.country and one.country != other.country
        if not apart and _digits(a) == _digits(b) and one_letter(a, b):
            near.append((one, other))
    return near


def _digits(key: str) -> str:
    return "".join(c for c in key if c in words()["numerals"])


def one_letter(a: str, b: str) -> bool:
    """Whether one letter added, missing, wrong, or two neighbours swapped make one the other.

    Examples
    --------
    >>> one_letter("siemens", "seimens"), one_letter("danobat", "danobats")
    (True, True)
    >>> one_letter("siemens", "seimsen")
    False
    """
    if len(a) > len(b):
        a, b = b, a
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(b) - len(a) == 1:
        return a[first:] == b[first + 1 :]
    if len(a) != len(b):
        return False
    swapped = a[first + 1 : first + 2] + a[first : first + 1] + a[first + 2 :]
    return a[first + 1 :] == b[first + 1 :] or swapped == b[first:]


def type_of(name: str) -> tuple[str, str]:
    """Type of an organisation by a word of its name, and the rule; both empty where none applies.

    Examples
    --------
    >>> type_of("北江大学"), type_of("北江大学科技有限公司")[0], type_of("Zhang Wei")
    (('university', 'name ends in 大学'), 'enterprise', ('', ''))
    """
    kinds = words()["types"]
    text = unicodedata.normalize("NFKC", name).strip()
    for kind in ("enterprise", "university", "institute"):
        for end in kinds[f"{kind}_end"]:
            if text.endswith(end):
                return kind, f"name ends in {end}"
    plain = unicodedata.normalize("NFKD", text).casefold()
    tokens = _tokens(re.sub("[\u0300-\u036f]", "", plain))
    if form := _legal_form(tokens):
        return "enterprise", f"legal form {' '.join(form)}"
    for word in kinds["university_words"]:
        if word in tokens:
            return "university", f"name has the word {word}"
    return "", ""


def province(text: str) -> str:
    """Province of a Chinese address or code; empty where none is told.

    A bare 81 or 82 tells none: it is Hong Kong or Macao in the national standard, and Guangzhou or
    another city in older tables of patents.

    Examples
    --------
    >>> province("110000 辽宁省沈阳市铁西区"), province("[辽宁;21]"), province("21"), province("DE")
    ('辽宁', '辽宁', '辽宁', '')
    >>> province("深圳;94"), province("81")
    ('广东', '')
    """
    known: dict[str, str] = words()["provinces"]
    plain = re.sub(r"[\[\]【】]", "", unicodedata.normalize("NFKC", text)).upper().strip()
    code = re.fullmatch(r"(?:CN)?(\d{2})", plain)
    if code:
        return "" if code[1] in ("81", "82") else known.get(code[1], "")
    bare = re.sub(r"^(CN|中国)?[\d\s;,]*", "", plain)
    places = {**{name: name for name in known.values()}, **words()["cities"]}
    return next((places[name] for name in places if bare.startswith(name)), "")
