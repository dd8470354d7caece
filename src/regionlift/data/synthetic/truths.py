"""What was planted in the synthetic province, by id, so that measures can be held to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Stage = Literal["factor", "value", "structure"]


@dataclass(frozen=True, slots=True)
class FactorExit:
    """From ``year`` on, incremental innovation no longer lifts real value added per employee."""

    planted: bool
    year: int | None


@dataclass(frozen=True, slots=True)
class EconomyTruths:
    """Leading gauge of the region and the quantiles at which each gauge was placed."""

    region: str
    stage: Stage
    quantiles: dict[str, float]
    factor_exit: FactorExit


@dataclass(frozen=True, slots=True)
class WrongLayer:
    """An organisation whose declared layer contradicts its ties."""

    org_id: str
    declared: str
    fits: str


@dataclass(frozen=True, slots=True)
class NetworkTruths:
    """N(t) = ceiling / (1 + exp(-rate (t - midpoint))): organisations of the region in projects."""

    growth_family: str
    ceiling: float
    rate: float
    midpoint: float
    core_firms: list[str]
    wrong_layers: list[WrongLayer]


@dataclass(frozen=True, slots=True)
class KeyTechnology:
    """A planted key common technology.

    ``holders`` are its five largest applicants, ``missing_competence`` a class it needs that only
    organisations outside the region hold. With ``diffusion_broken`` the alliance's patents are
    cited by no organisation of the region outside the alliance.
    """

    code: str
    mastered: bool
    alliance: list[str]
    holders: list[str]
    missing_competence: str
    missing_competence_holders: list[str]
    diffusion_broken: bool


@dataclass(frozen=True, slots=True)
class TechnologyTruths:
    """Key common technologies, and decoys: frequent classes that bridge nothing."""

    key: list[KeyTechnology]
    decoys: list[str]


@dataclass(frozen=True, slots=True)
class ChainTruths:
    """Class of every chain node; ``single_source`` is imported from one country only."""

    strengthen: list[str]
    supplement: list[str]
    extend: list[str]
    stabilise: list[str]
    buy_from_neighbour: list[str]
    strong: list[str]
    single_source: str


@dataclass(frozen=True, slots=True)
class PlatformTruths:
    """Bottleneck of the platform: a process and a resource type; scarcity; an empty function."""

    bottleneck_process: str
    bottleneck_resource: str
    scarce_resource: str
    empty_function: str


@dataclass(frozen=True, slots=True)
class PolicyTruths:
    """Money against gaps, and the faults of the existing plan by measure id.

    ``alignment`` is Spearman's correlation over all chain nodes between the money a node got and
    its demand not met locally.
    """

    alignment: float
    unfunded_gaps: list[str]
    funded_non_gaps: list[str]
    plan_faults: dict[str, list[str]]
    expired_claims: list[str]


@dataclass(frozen=True, slots=True)
class Truths:
    """Everything planted in one province."""

    seed: int
    economy: EconomyTruths
    network: NetworkTruths
    technology: TechnologyTruths
    chain: ChainTruths
    platform: PlatformTruths
    policy: PolicyTruths

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, labelled as synthetic."""
        return {
            "label": "SYNTHETIC: planted by the generator, not about any real place",
            **asdict(self),
        }
