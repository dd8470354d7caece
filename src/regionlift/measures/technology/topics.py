"""Topics of titles and abstracts as units of technology, where classes are too coarse.

Our reading of the abstract of Ma, Kong, Lin & Yang 2020 (its formulas are not in it): topics that
are intense and stand beside many others are generic, those that bridge the others are key. Words
are read as they stand: Latin words of three letters, and pairs of Chinese characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.specialisation import divided
from regionlift.measures.technology.commonness import betweenness, evenness, growth, off_diagonal
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.profile import RECENT

#: Share of a text from which a topic is in it; joint texts that make two topics partners.
SHARE, JOINT = 0.2, 5
#: Texts below which topics are noise; fits of which the first is shown and the others check it.
TEXTS, SEEDS = 200, 3
#: Words that name a topic.
WORDS = 6

_WORD = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Topic:
    """One topic with its criteria, each by itself.

    ``intensity`` mean share of it in the texts; ``breadth`` share of the other topics it meets in
    texts; ``evenness`` over them; ``recent`` share of the last three years; ``growth`` a year;
    ``cited`` mean citations received, weighted by its share, not a number where not told;
    ``bridging`` betweenness; ``again`` mean likeness of its words (cosine) to the nearest topic of
    other fits: near 1 is stable.
    """

    words: tuple[str, ...]
    intensity: float
    breadth: float
    evenness: float
    recent: float
    growth: float
    cited: float
    bridging: float
    again: float
    generic: bool
    key: bool
    local: float


@dataclass(frozen=True)
class Topics:
    """Topics of the patents of the window; without them, ``reason`` says why."""

    topics: tuple[Topic, ...]
    texts: int
    reason: str = ""


def tokens(text: str) -> list[str]:
    """Words of a text.

    Examples
    --------
    >>> tokens("Robot arms 机器人控制 of AI")
    ['robot', 'arms', '机器', '器人', '人控', '控制']
    """
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if "\u4e00" <= word[0] <= "\u9fff":
            found += [word[n : n + 2] for n in range(len(word) - 1)] or [word]
        else:
            found.append(word)
    return found


def topics(dataset: Dataset, filings: Filings, count: int, seed: int, level: float) -> Topics:
    """Fit topics to titles and abstracts; ``level`` is the share from the top that is key.

    Generic: intensity of at least 1 over the number of topics, and breadth at or above the middle.
    """
    if find_spec("sklearn") is None:
        return Topics((), 0, 'topics need scikit-learn: pip install "regionlift[topics]"')
    told, texts, cites = _texts(dataset, filings)
    if len(texts) < TEXTS:
        return Topics((), len(texts), f"{len(texts)} patents have a title; {TEXTS} are needed")
    fits = [_fit(texts, count, seed + n) for n in range(SEEDS)]
    if any(f is None for f in fits):
        return Topics((), len(texts), "too few words recur in the titles")
    names, theta, phi = fits[0]  # type: ignore[misc]
    has = (theta >= SHARE).astype(np.float64)
    both = has.T @ has
    apart = off_diagonal(both)
    intensity = theta.mean(axis=0)
    breadth = (apart >= JOINT).sum(axis=1) / max(count - 1, 1)
    even = evenness(apart) * np.log(count) / np.log(max(count - 1, 2))
    years = np.arange(filings.first, filings.last + 1)
    by_year = theta.T @ (filings.year[told][:, None] == years).astype(np.float64)
    slope, _ = growth(by_year, years.astype(np.float64))
    late = divided(by_year[:, -RECENT:].sum(axis=1), by_year.sum(axis=1))
    known = np.isfinite(cites)
    value = divided(theta[known].T @ cites[known], theta[known].sum(axis=0))
    bridge = betweenness(both)
    generic = (intensity >= 1 / count) & (breadth >= np.median(breadth))
    key = (bridge > 0) & (bridge >= np.quantile(bridge, 1 - level))
    again = np.mean([_likeness(phi, other[2]) for other in fits[1:] if other], axis=0)
    local = divided(theta.T @ filings.local[told].astype(float), theta.sum(axis=0))
    order = np.argsort(-intensity, kind="stable")
    return Topics(tuple(
        Topic(tuple(names[w] for w in np.argsort(-phi[k], kind="stable")[:WORDS]),
              float(intensity[k]), float(breadth[k]), float(even[k]), float(late[k]),
              float(slope[k]), float(value[k]), float(bridge[k]), float(again[k]),
              bool(generic[k]), bool(key[k]), float(local[k]))
        for k in order
    ), len(texts))  # fmt: skip


def _texts(dataset: Dataset, filings: Filings) -> tuple[np.ndarray, list[str], Floats]:
    """Rows of the window's patents with a text, the texts, and citations received."""
    patents = dataset.tables["patents"]
    parts = [pl.col(c).fill_null("") for c in ("title", "abstract") if c in patents.columns]
    if not parts:
        return np.zeros(0, dtype=np.int64), [], np.zeros(0)
    cites = pl.col("citations") if "citations" in patents.columns else pl.lit(None, pl.Float64)
    said = patents.select(
        "patent_id", text=pl.concat_str(parts, separator=" ").str.strip_chars(),
        cites=cites.cast(pl.Float64),
    ).unique("patent_id", keep="first")  # fmt: skip
    rows = pl.DataFrame({"patent_id": filings.ids, "row": np.arange(len(filings.ids))})
    kept = rows.join(said, on="patent_id").filter(pl.col("text") != "").sort("row")
    cited = kept["cites"].fill_null(float("nan")).to_numpy()
    return kept["row"].to_numpy(), kept["text"].to_list(), np.asarray(cited, dtype=np.float64)


def _fit(texts: list[str], count: int, seed: int) -> tuple[list[str], Floats, Floats] | None:
    """Words, shares of topics in texts, and shares of words in topics."""
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    def split(text: str) -> list[str]:
        return [w for w in tokens(text) if w not in ENGLISH_STOP_WORDS]

    counter = CountVectorizer(analyzer=split, min_df=5, max_df=0.5, max_features=3000)
    try:
        words = counter.fit_transform(texts)
    except ValueError:
        return None
    if words.shape[1] < count:
        return None
    model = LatentDirichletAllocation(count, random_state=seed, learning_method="batch")
    theta = model.fit_transform(words)
    phi = model.components_ / model.components_.sum(axis=1, keepdims=True)
    return list(counter.get_feature_names_out()), np.asarray(theta), np.asarray(phi)


def _likeness(phi: Floats, other: Floats) -> Floats:
    """Cosine of each topic's words with those of the nearest topic of another fit."""
    one = phi / np.linalg.norm(phi, axis=1, keepdims=True)
    two = other / np.linalg.norm(other, axis=1, keepdims=True)
    return np.asarray((one @ two.T).max(axis=1))
