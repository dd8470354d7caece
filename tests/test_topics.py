"""Topics: planted vocabularies are found, in English and in Chinese; refusals."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.topics import tokens, topics

VOCABULARY = (
    "spindle cutting lathe tool feed", "battery anode cathode cell charge",
    "coating plasma layer film substrate", "camera image pixel lens exposure",
)  # fmt: skip
CHINESE = ("主轴刀具车床进给", "电池正极负极充电", "涂层等离子薄膜基体", "相机图像像素镜头")


def _patents(words: tuple[str, ...], chinese: bool, seed: int) -> tuple[SimpleNamespace, Filings]:
    rng = np.random.default_rng(seed)
    n = 600
    own = rng.integers(0, 4, n)
    titles = []
    for k in own:
        terms = [words[k][i : i + 2] for i in range(0, len(words[k]), 2)] if chinese else (
            words[k].split())  # fmt: skip
        picked = rng.choice(terms, 6).tolist()
        # the first vocabulary is put to use with every other: generic
        common = rng.choice([words[0][i : i + 2] for i in range(0, len(words[0]), 2)]
                            if chinese else words[0].split(), 4).tolist()  # fmt: skip
        titles.append(("，" if chinese else " ").join(picked + (common if rng.random() < 0.5
                                                               else [])))  # fmt: skip
    ids = tuple(f"p{i}" for i in range(n))
    patents = pl.DataFrame({"patent_id": ids, "title": titles})
    dataset = SimpleNamespace(tables={"patents": patents})
    years = rng.integers(2010, 2020, n)
    empty = csr_matrix((n, 1))
    return dataset, Filings("R", 2010, 2019, ids, years, ("A01B",), empty, (), empty,
                            np.ones(n, dtype=bool), None, ())  # fmt: skip


@pytest.mark.parametrize("chinese", [False, True])
def test_planted_vocabularies_are_the_topics(chinese: bool) -> None:
    words = CHINESE if chinese else VOCABULARY
    dataset, filings = _patents(words, chinese, 1)
    found = topics(dataset, filings, 4, 0, 0.25)
    assert found.reason == ""
    assert found.texts == 600
    assert sum(t.intensity for t in found.topics) == pytest.approx(1, abs=1e-6)
    for planted in words:
        terms = set(tokens(planted))
        hit = max(sum(w in terms for w in t.words[:4]) for t in found.topics)
        assert hit >= 3, planted
    first = found.topics[0]
    assert sum(w in set(tokens(words[0])) for w in first.words) >= 3
    assert first.generic
    assert first.again > 0.9
    assert np.isnan(first.cited)


def test_few_texts_are_refused() -> None:
    dataset, filings = _patents(VOCABULARY, False, 1)
    few = SimpleNamespace(tables={"patents": dataset.tables["patents"].head(50)})
    assert "200 are needed" in topics(few, filings, 4, 0, 0.25).reason
    bare = SimpleNamespace(tables={"patents": dataset.tables["patents"].drop("title")})
    assert topics(bare, filings, 4, 0, 0.25).reason
