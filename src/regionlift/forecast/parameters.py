"""Parameters of the participation urn, each with its meaning in one line."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import NamedTuple

from regionlift.measures.network.affiliations import TYPES


class Rates(NamedTuple):
    """Numbers the kernel works with; see ``UrnParameters`` for what each means."""

    sigma: float
    theta: float
    gather: float
    inherit: float
    keep: float
    memory: float
    trust: float
    closure: float
    same_type: float
    same_place: float
    cognition: float
    ideal_distance: float
    candidates: int
    leave: float
    kinds: int
    barter: bool
    sharing: float


def _share(default: float, says: str) -> float:
    value: float = field(default=default, metadata={"says": says, "low": 0.0, "high": 1.0})
    return value


def _number(default: float, says: str, low: float = 0.0, high: float = float("inf")) -> float:
    value: float = field(default=default, metadata={"says": says, "low": low, "high": high})
    return value


@dataclass(frozen=True)
class UrnParameters:
    """One setting of the model.

    Raises
    ------
    ValueError
        Where a value lies outside its range; the message names it.
    """

    sigma: float = _share(0.6, "discount of the urn: entry slows as U to the power of this")
    theta: float = _number(100.0, "strength of the urn: entry at the start of the record", 1e-9)
    entry_spread: float = _number(
        0.15, "standard deviation of the yearly shock to the log odds of a newcomer"
    )
    gather: float = _number(
        10.0, "how evenly newcomers spread over projects: low, they come together", 1e-9
    )
    inherit: float = _share(0.3, "probability that a project takes over the team of an earlier one")
    keep: float = _share(0.6, "probability that a member of that team comes along")
    memory: float = _number(3.0, "years after which participations are forgotten", 0.25)
    trust: float = _share(
        0.2, "probability that a seat is offered to an earlier partner of a member"
    )
    closure: float = _share(
        0.2, "probability that a candidate is refused if a member drawn at random has not met it"
    )
    same_type: float = _number(
        0.0, "log weight of a candidate of the type of the leader", float("-inf")
    )
    same_place: float = _number(
        0.0, "log weight of a candidate from the side of the border of the leader", float("-inf")
    )
    cognition: float = _number(
        0.0, "how sharply candidates are refused whose knowledge is not at the ideal distance"
    )
    ideal_distance: float = _number(0.3, "knowledge distance at which a candidate fits best")
    candidates: float = _number(
        25.0, "candidates looked at for a seat before the last one is taken", 1.0
    )
    leave: float = _share(
        0.1, "yearly probability that an organisation without a project never comes back"
    )
    kinds: float = _number(4.0, "kinds of knowledge; the first is the shared, generic one", 1.0)
    learning: tuple[float, ...] = field(
        default=(0.1,) * (len(TYPES) + 1),
        metadata={"says": "share of a knowledge gap closed in a project, by type, unknown first",
                  "low": 0.0, "high": 1.0},
    )  # fmt: skip
    barter: bool = field(
        default=False,
        metadata={"says": "whether knowledge passes only where both have something to teach",
                  "low": 0.0, "high": 1.0},
    )  # fmt: skip
    sharing: float = _share(
        0.2, "share of the gap in shared knowledge that an alliance project closes"
    )

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            low, high = entry.metadata["low"], entry.metadata["high"]
            for one in value if isinstance(value, tuple) else (value,):
                if not low <= one <= high:
                    said = f"{entry.name} must be from {low:g} to {high:g}, it is {one}"
                    raise ValueError(said)
        if len(self.learning) != len(TYPES) + 1:
            need = len(TYPES) + 1
            raise ValueError(f"learning needs {need} values, it has {len(self.learning)}")
        if self.sigma >= 1:
            raise ValueError(f"sigma must be below 1, it is {self.sigma}")

    def rates(self) -> Rates:
        """The same numbers as the kernel takes them."""
        return Rates(
            float(self.sigma), float(self.theta), float(self.gather), float(self.inherit),
            float(self.keep), float(self.memory), float(self.trust), float(self.closure),
            float(self.same_type), float(self.same_place), float(self.cognition),
            float(self.ideal_distance), int(self.candidates), float(self.leave), int(self.kinds),
            bool(self.barter), float(self.sharing),
        )  # fmt: skip
