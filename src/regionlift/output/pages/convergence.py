"""Page 16: do the actors converge in function: who does what, answers, trusts and leads."""

from __future__ import annotations

from regionlift.evidence.quantity import Quantity
from regionlift.measures.network.cooperation import PROXIES
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page, title_of
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import level, listed, significant, span
from regionlift.study import NetworkStudy, Study

TITLE = "Functional convergence"

#: Number -> its null, and what it means to lie above and below chance.
_LABOUR = {
    "labour_overlap": ("reshuffled", "functions are doubled more than by chance",
                       "organisations divide the work"),
    "labour_nestedness": ("reshuffled", "small ones do what large ones do too",
                          "each does what others do not"),
    "labour_gain": ("rewired", "partners complement each other", "partners are alike"),
}  # fmt: skip


def convergence(study: Study, book: Book) -> Page:
    """Page 16: four diagnoses of countermeasure 1, and what would settle those without data."""
    net = study.network
    if net is None:
        found = study.find("active_organisations")
        finding = f"Functional convergence cannot be told: {found.reason}."
        return page("convergence", 16, "network", TITLE, finding,
                    [text(f"What would settle it: {found.settles}.")])  # fmt: skip
    gain = net.find("labour_gain")
    repeat = net.by_id.get(f"tie_repeat_share/{net.region}/{net.last}")
    said = [f"one accountable lead in {_plain(net.find('responsibility_led'))} of joint projects"]
    if repeat is not None:
        said.append(f"{_plain(repeat)} of the ties of {net.last} repeated")
    said.append(
        f"what a partner adds: {_words(net, gain, *_LABOUR['labour_gain'])}"
        if gain.value is not None
        else "whether partners complement each other cannot be told"
    )
    finding = f"{net.region}, {net.convergence.first} to {net.convergence.last}: {listed(said)}."
    blocks: list[Block] = [
        text(
            "Countermeasure 1 of the paper asks for a clear division of labour, responsibility, "
            "trust and coordination among the actors. Each is a number of its own; there is no "
            "overall score."
        ),
        _labour(net, book), *_who(net), _responsibility(net, book), *_leads(net),
        _trust(net, book), text(PROXIES), _coordination(net, book),
    ]  # fmt: skip
    return page("convergence", 16, "network", TITLE, finding, blocks)


def _plain(q: Quantity) -> str:
    return "an unknown share" if q.value is None else level(q)


def _words(net: NetworkStudy, own: Quantity, null: str, above: str, below: str) -> str:
    chance = net.find(own.measure, null)
    if own.value is None or chance.low is None or chance.high is None:
        return "cannot tell"
    if own.value > chance.high:
        return above
    return below if own.value < chance.low else "as chance gives it"


def _row(net: NetworkStudy, book: Book, q: Quantity, words: str = "", null: str = "") -> list[Cell]:
    beside: Cell = span(q)
    if null and q.value is not None:
        chance = net.find(q.measure, null)
        beside = book.cell(chance)
        if isinstance(beside, dict) and chance.value is not None:
            beside["text"] = f"{level(chance)} ({span(chance)})"
    return [title_of(q.measure), book.cell(q), beside, words or q.reason]


def _labour(net: NetworkStudy, book: Book) -> Block:
    special = net.find("labour_specialisation")
    scale = "" if special.value is None else "0: all do the same; 2: nothing in common"
    rows = [_row(net, book, special, scale)]
    for measure, (null, above, below) in _LABOUR.items():
        own = net.find(measure)
        words = _words(net, own, null, above, below) if own.value is not None else own.reason
        rows.append(_row(net, book, own, words, null))
    labour = net.convergence.division
    note = (
        f"Functions: {labour.kind}; known of {labour.known:,} of {labour.organisations:,} "
        f"organisations. In brackets where chance decides: functions reshuffled among "
        "organisations; for the gain, ties rewired."
        if labour is not None
        else ""
    )
    heads = ["Division of labour", ">Observed", ">Interval or chance", "In words"]
    return table("labour", "Division of labour", heads, rows, note)


def _who(net: NetworkStudy) -> list[Block]:
    labour = net.convergence.division
    if labour is None:
        return []
    rows: list[list[Cell]] = [
        [f, {"text": f"{h:,}", "sort": h}, "one holder only" if h == 1 else
         "nobody here" if h == 0 else ""]
        for f, h in sorted(zip(labour.functions, labour.holders, strict=True), key=lambda x: x[1])
    ]  # fmt: skip
    return [
        table("labour-holders", "Who covers what", ["Function", ">Organisations", "Note"], rows,
              "Few holders: a gap or a risk. Many: competition or doubling.", 10)
    ]  # fmt: skip


def _responsibility(net: NetworkStudy, book: Book) -> Block:
    rows = [
        _row(net, book, net.find(m))
        for m in ("responsibility_led", "responsibility_here", "responsibility_top")
    ]
    heads = ["Responsibility", ">Observed", ">Interval", "In words"]
    return table("responsibility", "Responsibility", heads, rows)


def _leads(net: NetworkStudy) -> list[Block]:
    leads = net.convergence.responsibility.leads
    if leads.is_empty():
        return []
    rows: list[list[Cell]] = [
        [r["name"], r["type"], {"text": f"{r['led']:,}", "sort": r["led"]},
         {"text": f"{r['partners']:,}", "sort": r["partners"]}]
        for r in leads.head(50).iter_rows(named=True)
    ]  # fmt: skip
    heads = ["Organisation", "Type", ">Projects led", ">Partners anywhere"]
    return [table("leads", "Who leads", heads, rows, limit=8)]


def _trust(net: NetworkStudy, book: Book) -> Block:
    rows = []
    for name in ("tie_repeat_share", "tie_lasting_share"):
        told = [q for q in net.quantities if q.measure == name and q.subject == net.region]
        if told:
            newest = max(told, key=lambda q: q.period)
            rows.append(_row(net, book, newest, f"in {newest.period}"))
    rows += [_row(net, book, net.find(m)) for m in ("trust_multiple", "trust_age")]
    for measure, above, below in (
        ("network_transitivity", "friends of friends work together", "closed less than by chance"),
        ("network_ei_type", "types mix more than by chance", "types keep to themselves"),
    ):
        own = net.find(measure)
        words = _words(net, own, "reshuffled", above, below) if own.value is not None else ""
        rows.append(_row(net, book, own, words, "reshuffled" if own.value is not None else ""))
    heads = ["Behavioural proxy of trust", ">Observed", ">Interval or chance", "In words"]
    return table("trust", "Behavioural proxies of trust", heads, rows)


def _coordination(net: NetworkStudy, book: Book) -> Block:
    own = net.find("coordination_go_betweens")
    share = net.convergence.coordination.go_betweens
    words = ""
    if own.value is not None:
        words = _words(net, own, "rewired", "they broker more than chance gives them",
                       "they broker less than chance gives them")  # fmt: skip
        if share.value is not None:
            words += f"; they are {significant(100 * share.value)}% of the organisations"
    rows = [
        _row(net, book, own, words, "rewired" if own.value is not None else ""),
        _row(net, book, net.find("coordination_reach")),
    ]
    leads = net.convergence.responsibility.leads["name"].to_list()[:4]
    note = f"Main leads: {listed(leads).rstrip('.')}." if leads else ""
    heads = ["Coordination", ">Observed", ">Interval or chance", "In words"]
    return table("coordination", "Coordination", heads, rows, note)
