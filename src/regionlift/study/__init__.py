"""One region's study: every number and verdict of a run, before anything is written."""

from regionlift.study.chain import ChainStudy
from regionlift.study.entry import EntryStudy
from regionlift.study.network import NetworkStudy
from regionlift.study.paths import PathsStudy
from regionlift.study.platform import PlatformStudy
from regionlift.study.policy import PolicyStudy
from regionlift.study.region import Frames, Study, measure_all, study
from regionlift.study.roadmap import RoadmapStudy
from regionlift.study.technology import TechnologyStudy

__all__ = [
    "ChainStudy", "EntryStudy", "Frames", "NetworkStudy", "PathsStudy", "PlatformStudy",
    "PolicyStudy", "RoadmapStudy", "Study", "TechnologyStudy", "measure_all", "study",
]  # fmt: skip
