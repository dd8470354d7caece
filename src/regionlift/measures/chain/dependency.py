"""Dependency on foreign supply, product by product, by three published criteria."""

from __future__ import annotations

from dataclasses import dataclass

from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, all_of
from regionlift.measures.chain.facts import Facts


@dataclass(frozen=True)
class Screen:
    """The three criteria of SWD(2021) 352 for one node, each with its number.

    C1, concentration of imports by country; C2, what comes from abroad in all that comes from
    outside the region; C3, imports over exports. A node is dependent where all three are met.
    """

    node: str
    concentration: float | None
    foreign_share: float | None
    ratio: float | None
    truths: tuple[Truth, Truth, Truth]

    @property
    def dependent(self) -> Truth:
        """All three criteria (Kleene)."""
        return all_of(self.truths)


def screen(facts: Facts, settings: Settings) -> Screen:
    """Screen one node.

    Source: European Commission, SWD(2021) 352, Strategic dependencies and capacities, with the
    region in the place of the Union. What comes from outside the region is the larger of imports
    and of the demand that local output cannot meet.
    """
    trade = facts.trade
    imports = trade.imports if trade else None
    exports = trade.exports if trade else None
    concentration = trade.concentration if trade else None
    foreign = None
    if imports is not None and facts.unmet is not None and not facts.supply.untold:
        outside = max(imports, facts.unmet)
        foreign = imports / outside if outside > 0 else 0.0
    ratio = None
    if imports is not None and exports is not None:
        ratio = imports / exports if exports > 0 else None
    third = _above(ratio, settings["import_ratio"])
    if imports and exports == 0:
        third = Truth.MET
    if imports == 0:
        none = Truth.NOT_MET
        return Screen(facts.node.id, concentration, foreign, ratio, (none, none, none))
    return Screen(
        facts.node.id, concentration, foreign, ratio,
        (_above(concentration, settings["import_concentration"]),
         _above(foreign, settings["import_share"]), third),
    )  # fmt: skip


def _above(value: float | None, line: float) -> Truth:
    if value is None:
        return Truth.CANNOT_TELL
    return Truth.MET if value > line else Truth.NOT_MET
