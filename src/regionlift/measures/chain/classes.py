"""The class of a node: strengthen, supplement, extend, stabilise, buy from a neighbour, or strong.

Questions with three answers, asked in a fixed order. Where an answer is not known both branches
stay open, and the classes that are still possible are what is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.chain.facts import ASKED, Facts
from regionlift.measures.chain.nodes import Chain

CLASSES = (
    "supplement", "strengthen", "extend", "stabilise", "buy_from_neighbour", "strong",
)  # fmt: skip
TITLES = {
    "strengthen": "strengthen", "supplement": "supplement", "extend": "extend",
    "stabilise": "stabilise", "buy_from_neighbour": "buy from a neighbour", "strong": "strong",
    "ordinary": "supplied here as elsewhere", "unasked": "nobody here asks for it",
    "user": "customer",
}  # fmt: skip
TITLES_ZH = {
    "strengthen": "强链", "supplement": "补链", "extend": "延链", "stabilise": "稳链",
    "buy_from_neighbour": "邻区采购", "strong": "优势环节",
    "ordinary": "本地配套正常", "unasked": "本地无需求", "user": "下游用户",
}  # fmt: skip

#: Kinds that ask for nothing.
FINE = ("strong", "ordinary", "unasked", "user")

#: Question -> how it reads; the order in which they are asked.
QUESTIONS = {
    "made": "made in the region",
    "covers": "local output meets local demand",
    "single": "hangs on one local supplier",
    "extends": "leaves the chain, and what it is made of is strong here",
    "pays": "local demand feeds a plant of minimum scale",
    "attainable": "the region holds its technology, or its industry",
}

#: Thresholds of the questions, with the question each moves.
THRESHOLDS = ("weak_coverage", "single_share", "upstream_strong", "scale_reach", "holders_needed")


@dataclass(frozen=True)
class Answer:
    """One question's answer, with the number it was read from, in words."""

    truth: Truth
    says: str
    settles: str = ""


@dataclass(frozen=True)
class Call:
    """The class of a node, with the answers it follows from.

    ``possible`` holds every class that the unknown answers leave open; with one, it is the class.
    ``flips`` says which threshold, moved over its range, gives another class.
    """

    possible: tuple[str, ...]
    answers: Mapping[str, Answer]
    asked: tuple[str, ...]
    known: int
    unknown: tuple[str, ...]
    flips: tuple[tuple[str, float, str], ...] = ()

    @property
    def kind(self) -> str:
        """The class, or an empty string where it cannot be told."""
        return self.possible[0] if len(self.possible) == 1 else ""

    @property
    def title(self) -> str:
        """The class as it is printed."""
        if self.kind:
            return TITLES[self.kind]
        return "cannot tell: " + " or ".join(TITLES[c] for c in self.possible)

    @property
    def reason(self) -> str:
        """The answers that led here, in their order."""
        return "; ".join(self.answers[q].says for q in self.asked)

    @property
    def settles(self) -> str:
        """What would settle the answers that are not known."""
        open_ = [self.answers[q] for q in self.asked if self.answers[q].truth is Truth.CANNOT_TELL]
        return "; ".join(dict.fromkeys(a.settles for a in open_ if a.settles))

    @property
    def confidence(self) -> str:
        """How many of the facts asked for are known."""
        said = f"{self.known} of {ASKED} facts known"
        return said + (f"; not known: {', '.join(self.unknown)}" if self.unknown else "")


def classify(chain: Chain, facts: Mapping[str, Facts], settings: Settings) -> dict[str, Call]:
    """The class of every node by id, and at which threshold it would be another."""
    lines = {name: settings[name] for name in THRESHOLDS}
    found = _classified(chain, facts, lines)
    flips: dict[str, list[tuple[str, float, str]]] = {id: [] for id in found}
    for name in THRESHOLDS:
        for end in (settings.thresholds[name].low, settings.thresholds[name].high):
            moved = _classified(chain, facts, {**lines, name: end})
            for id, call in moved.items():
                if call.possible != found[id].possible:
                    flips[id].append((name, end, call.title))
    return {
        id: Call(c.possible, c.answers, c.asked, c.known, c.unknown, tuple(flips[id]))
        for id, c in found.items()
    }


def _classified(
    chain: Chain, facts: Mapping[str, Facts], lines: Mapping[str, float]
) -> dict[str, Call]:
    served = {id: _served(f, lines) for id, f in facts.items()}
    calls = {}
    for id, own in facts.items():
        unknown = tuple(own.unknown)
        if chain.proposed and own.node.demand is None:
            # a customer of the block: who buys, not what is bought
            calls[id] = Call(("user",), {}, (), ASKED - len(unknown), unknown)
            continue
        answers = {
            **served[id],
            "single": _single(own, lines["single_share"]),
            "extends": _extends(chain, id, served, lines["upstream_strong"]),
            "pays": _pays(own, lines["scale_reach"]),
            "attainable": _attainable(own, lines["holders_needed"]),
        }
        possible, asked = decide({q: a.truth for q, a in answers.items()})
        if own.node.demand == 0 and possible == ("buy_from_neighbour",):
            possible = ("unasked",)
        if chain.proposed:
            # an industry is no product: that it is bought here does not make it strong
            possible = tuple("ordinary" if c == "strong" else c for c in possible)
        calls[id] = Call(possible, answers, asked, ASKED - len(unknown), unknown)
    return calls


#: Question -> where it leads if met and if not; a class ends the way.
_TREE: dict[str, tuple[str, str]] = {
    "made": ("covers", "extends"),
    "covers": ("single", "strengthen"),
    "single": ("stabilise", "strong"),
    "extends": ("extend", "pays"),
    "pays": ("attainable", "buy_from_neighbour"),
    "attainable": ("supplement", "buy_from_neighbour"),
}


def decide(truths: Mapping[str, Truth]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Classes that these answers leave possible, and the questions asked on the way.

    Examples
    --------
    >>> met, no, open_ = Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL
    >>> decide({"made": met, "covers": no})
    (('strengthen',), ('made', 'covers'))
    >>> decide({"made": no, "extends": no, "pays": open_, "attainable": met})[0]
    ('supplement', 'buy_from_neighbour')
    """
    ends: list[str] = []
    asked: list[str] = []
    waiting = ["made"]
    while waiting:
        here = waiting.pop(0)
        if here not in _TREE:
            ends.append(here)
            continue
        asked.append(here)
        yes, no = _TREE[here]
        if truths[here] is not Truth.NOT_MET:
            waiting.append(yes)
        if truths[here] is not Truth.MET:
            waiting.append(no)
    return tuple(c for c in CLASSES if c in ends), tuple(q for q in QUESTIONS if q in asked)


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%" if value >= 0.095 else f"{100 * value:.2g}%"


def _served(facts: Facts, lines: Mapping[str, float]) -> dict[str, Answer]:
    """Whether a node is made here, and whether that is enough."""
    supply, demand = facts.supply, facts.node.demand
    if supply.output is None:
        place = "orgs with chain_node and revenue" if supply.listed else "local_value of the links"
        gap = Answer(Truth.CANNOT_TELL, supply.reason, place)
        return {"made": gap, "covers": gap}
    made = bool(supply.suppliers) if supply.listed else supply.output > 0
    count = len(supply.suppliers)
    who = f"{count} local supplier{'s' if count != 1 else ''}" if supply.listed else "made here"
    first = Answer(Truth.MET, who) if made else Answer(Truth.NOT_MET, "nobody makes it here")
    if demand is None:
        return {"made": first, "covers": Answer(
            Truth.CANNOT_TELL, "local demand is not known", "demand in chain_nodes, or the value "
            "of its chain_edges")}  # fmt: skip
    if demand == 0:
        return {"made": first, "covers": Answer(Truth.MET, "nobody here asks for it")}
    if supply.bounds is not None:
        low, high = (_percent(b / demand) for b in supply.bounds)
        return {"made": first, "covers": Answer(
            Truth.CANNOT_TELL, f"bought locally: {low} to {high} of local demand, derived from "
            "the national table; what other regions have is not known either",
            "links of the region, or its chain table")}  # fmt: skip
    line = facts.line if facts.line is not None else lines["weak_coverage"]
    covered = supply.output / demand
    where = f"three in four regions: at least {_percent(line)}" if facts.line is not None else (
        f"at least {_percent(line)} asked"
    )  # fmt: skip
    what = "local output is" if supply.listed else "bought locally:"
    says = f"{what} {_percent(covered)} of local demand ({where})"
    if covered >= line:
        return {"made": first, "covers": Answer(Truth.MET, says)}
    if supply.untold:
        says += f"; revenue of {supply.untold} suppliers is not known"
        return {"made": first, "covers": Answer(
            Truth.CANNOT_TELL, says, "revenue of every organisation at the node")}  # fmt: skip
    return {"made": first, "covers": Answer(Truth.NOT_MET, says)}


def _single(facts: Facts, line: float) -> Answer:
    supply = facts.supply
    if not supply.listed:
        return Answer(Truth.NOT_MET, "how many suppliers there are, the links do not say")
    if len(supply.suppliers) == 1:
        return Answer(Truth.MET, f"one supplier: {supply.suppliers[0].name}")
    share, top = supply.largest_share, supply.largest
    if share is None or top is None:
        return Answer(Truth.CANNOT_TELL, "revenue of a supplier is not known",
                      "revenue of every organisation at the node")  # fmt: skip
    says = f"largest of {len(supply.suppliers)} suppliers, {top.name}: {_percent(share)} of output"
    return Answer(Truth.MET if share >= line else Truth.NOT_MET, says)


def _extends(
    chain: Chain, id: str, served: Mapping[str, Mapping[str, Answer]], line: float
) -> Answer:
    if chain.uses(id):
        return Answer(Truth.NOT_MET, "other nodes of the chain use it")
    inputs = [e.source for e in chain.inputs(id)]
    if not inputs:
        return Answer(Truth.NOT_MET, "the chain has no inputs of it")
    strong = [_both(served[i]) for i in inputs]
    met, open_ = strong.count(Truth.MET), strong.count(Truth.CANNOT_TELL)
    says = f"{met} of its {len(inputs)} inputs are made here in full"
    if met / len(inputs) >= line:
        return Answer(Truth.MET, says)
    if (met + open_) / len(inputs) >= line:
        return Answer(Truth.CANNOT_TELL, f"{says}; {open_} cannot be told", "demand and output "
                      "of its inputs")  # fmt: skip
    return Answer(Truth.NOT_MET, says)


def _both(answers: Mapping[str, Answer]) -> Truth:
    truths = {answers["made"].truth, answers["covers"].truth}
    if Truth.NOT_MET in truths:
        return Truth.NOT_MET
    return Truth.CANNOT_TELL if Truth.CANNOT_TELL in truths else Truth.MET


def _pays(facts: Facts, reach: float) -> Answer:
    demand, scale = facts.node.demand, facts.scale
    if demand is None or scale is None:
        lacking = "local demand" if demand is None else "the minimum scale"
        column = "demand" if demand is None else "minimum_scale"
        return Answer(Truth.CANNOT_TELL, f"{lacking} is not known", f"{column} in chain_nodes")
    size, whose = scale
    share = f"{size / demand:.2g} times local demand" if demand else "no local demand"
    if whose == "table":
        says = f"a plant of minimum scale takes {share}"
        return Answer(Truth.MET if size <= reach * demand else Truth.NOT_MET, says)
    # what one firm turns over is no scale that pays: it is said, it does not decide
    says = f"the minimum scale is not known; the {whose} turns over {share}"
    return Answer(Truth.CANNOT_TELL, says, "minimum_scale in chain_nodes")


def _attainable(facts: Facts, needed: float) -> Answer:
    parts, truths = [], []
    if facts.holders is not None:
        count = len(facts.holders)
        parts.append(f"{count} local organisation{'s' if count != 1 else ''} with recent patents "
                     "in its technologies")  # fmt: skip
        truths.append(count >= needed)
    if facts.quotient is not None:
        parts.append(f"location quotient of its industry {facts.quotient:.2f}")
        truths.append(facts.quotient >= 1)
    says = ", ".join(parts)
    if any(truths):
        return Answer(Truth.MET, says)
    if len(truths) == 2:
        return Answer(Truth.NOT_MET, says)
    gap = "patents with applicants and codes" if facts.holders is None else "the panel"
    return Answer(Truth.CANNOT_TELL, says or "attainability is not known",
                  f"{gap}, and its technologies or industry in chain_nodes")  # fmt: skip
