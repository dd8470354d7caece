"""Page 17: where public money goes, what it misses, which ties outlast it, what people sign."""

from __future__ import annotations

import polars as pl

from regionlift.measures.policy.claims import Standing
from regionlift.measures.policy.money import STAGES
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import millions, page, title_of
from regionlift.output.payload import Block, Cell, Page, Run
from regionlift.output.words import counted, level, listed, significant, span
from regionlift.study import PolicyStudy, Study

TITLE = "Government"

CLAUSES = ("policy.alignment", "policy.gaps", "policy.advantage", "policy.ties",
           "policy.environment")  # fmt: skip

NO_MERIT = (
    "The number of policies is no merit: a long list of instruments says nothing of where the "
    "money goes. Money in a place where something is missing is an alignment, not an effect; what "
    "is funded is chosen, so that funded and other cases differ before any money is paid."
)

READING = (
    "Stage is our reading of what a line serves: a technology belongs to the factor stage, a link "
    "of the chain to the value-chain stage, a link in a high-technology sub-industry to the "
    "structure stage. “–”: no money."
)


def government(study: Study, book: Book) -> Page:
    """Page 17: the mix, money against gaps, technologies, advantage, ties, environment."""
    done = study.policy
    blocks: list[Block] = []
    if done.money is None:
        blocks.append(text(f"Public money cannot be told: {done.reason}. What would settle it: "
                           f"{done.settles}."))  # fmt: skip
    else:
        blocks += [text(*_whole(done, book)), _mix(done), text(NO_MERIT),
                   *_gaps(study, done, book), *_technologies(study, done, book),
                   *_strong(study, done, book)]  # fmt: skip
    blocks += [_ties(done, book), _environment(done, book), _culture(done),
               verdicts([study.verdict(c) for c in CLAUSES], book, study)]  # fmt: skip
    return page("government", 17, "government", TITLE, _finding(study, done), blocks)


def _finding(study: Study, done: PolicyStudy) -> str:
    if done.money is None:
        return f"Where public money of {done.region} goes cannot be told: {done.reason}."
    bare, idle = done.find("policy_unfunded_gaps"), done.find("policy_funded_nongaps")
    if bare.value is None or idle.value is None or done.gaps is None:
        return (f"{done.region} has public money of {significant(done.money.total)} "
                f"{study.policy.find('policy_money').unit} in {done.money.period}; whether it goes "
                f"where something is missing cannot be told: {bare.reason}.")  # fmt: skip
    gaps = sum(x > 0 for x in done.gaps.need.values())
    return (
        f"Of {counted(gaps, 'gap')} of the chain {level(bare)} {_have(bare.value)} no public money "
        f"in {done.money.period}; {counted(idle.value, 'link')} without a gap "
        f"{'has' if idle.value == 1 else 'have'} some."
    )


def _have(number: float) -> str:
    return "has" if number == 1 else "have"


def _whole(done: PolicyStudy, book: Book) -> list[Run]:
    money = done.money
    assert money is not None
    years, share = done.find("policy_commitment_years"), done.find("policy_public_rd")
    runs: list[Run] = [
        f"{money.first} to {money.last}: ", book.link(done.find("policy_money")), " in ",
        f"{counted(money.lines.height, 'line')} of ", book.link(done.find("policy_instruments")),
        " kinds of instrument; ", book.link(years),
        f" years in a row with money, up to {years.period}. ",
    ]  # fmt: skip
    if money.untold:
        runs.append(f"The amount of {counted(money.untold, 'more line')} is not told. ")
    away = money.lines.filter(pl.col("home") != "", pl.col("home") != done.region)
    if away.height:
        runs.append(f"{counted(away.height, 'line')} went to a beneficiary outside the region. ")
    if share.value is not None:
        runs += ["Of the budget of joint projects that began in ", f"{share.period}, ",
                 book.link(share), f" ({span(share)}) is public."]  # fmt: skip
    return runs


def _mix(done: PolicyStudy) -> Block:
    """A row an instrument, barrier and actor; a column a stage, with money and lines."""
    keys = ["instrument", "barrier", "actor"]
    stages = [s for s in STAGES if s or (done.mix["stage"] == "").any()]
    rows: list[list[Cell]] = []
    whole = done.mix.group_by(keys, maintain_order=True).agg(pl.col("money").sum())
    for row in whole.sort(["money", *keys], descending=[True, False, False, False]).iter_rows():
        own = done.mix.filter(*(pl.col(k) == v for k, v in zip(keys, row[:3], strict=True)))
        cells: list[Cell] = [part or "not told" for part in row[:3]]
        for stage in stages:
            at = own.filter(pl.col("stage") == stage)
            cells.append(_sum(at))
        rows.append([*cells, _sum(own)])
    heads = ["Instrument", "Barrier", "Actor",
             *(f">{TITLES[s].capitalize()}" if s else ">Stage not told" for s in stages), ">All"]
    unit = done.find("policy_money").unit
    note = f"{unit[0].upper()}{unit[1:]}, in brackets the lines. {READING}"
    return table("policy-mix", "The policy mix", heads, rows, note, 12)


def _sum(rows: pl.DataFrame) -> Cell:
    if rows.is_empty():
        return "–"
    money = float(rows["money"].sum())
    return {"text": f"{significant(money)} ({rows['lines'].sum()})", "sort": money}


def _gaps(study: Study, done: PolicyStudy, book: Book) -> list[Block]:
    """Gaps without money, and money without a gap, by name."""
    rank, gaps, chain = done.find("policy_alignment"), done.gaps, study.chain
    unit = millions(study)
    if gaps is None or chain.chain is None:
        return [text(f"Whether money goes where something is missing cannot be told: "
                     f"{rank.reason}.", title="Money against gaps")]  # fmt: skip
    said: list[Run] = ["Cannot tell: ", rank.reason, ". "]
    if rank.value is not None:
        said = ["Rank correlation of money with demand not met, over ", f"{rank.n} links: ",
                book.link(rank, level(rank)), f" ({span(rank)}). "]  # fmt: skip
    said += [book.link(done.find("policy_unfunded_gaps")), " gaps have no money; ",
             book.link(done.find("policy_funded_nongaps")), " links without a gap have some. "]
    if gaps.open:
        said.append(f"Of {counted(len(gaps.open), 'link')} it is not known whether demand is met.")
    blocks: list[Block] = [text(*said, title="Money against gaps")]
    for id, title, names, note in (
        ("policy-bare", "Gaps without public money", gaps.unfunded,
         "The largest first. Where a neighbour's supply is the answer, no money may be right."),
        ("policy-idle", "Public money where nothing is missing", gaps.idle,
         "The most money first. A link that hangs on one supplier may have good reason to get "
         "money though its demand is met."),
    ):  # fmt: skip
        rows: list[list[Cell]] = [
            [chain.chain.node(u).name, chain.calls[u].title,
             book.cell(chain.find("chain_unmet", u)), _paid(done, u, book)]
            for u in names
        ]  # fmt: skip
        heads = ["Link", "Class", f">Value at stake, {unit}", f">Public money, {unit}"]
        if rows:
            blocks.append(table(id, title, heads, rows, note, 10))
    return blocks


def _paid(done: PolicyStudy, part: str, book: Book) -> Cell:
    try:
        return book.cell(done.find("policy_money", part))
    except KeyError:
        return "–"


def _technologies(study: Study, done: PolicyStudy, book: Book) -> list[Block]:
    """Money of each key technology beside what it lacks here."""
    lacking = done.technologies
    if lacking is None or not lacking.money:
        return [text("No key common technology is named, so that money cannot be held against "
                     "what they lack.", title="Money for key technologies")]  # fmt: skip
    carry = study.technology.consortia
    rows: list[list[Cell]] = [
        [k, listed(carry[k].lacks) or "nothing",
         {"text": f"{lacking.need[k]:.0f}", "sort": lacking.need[k]}, _paid(done, k, book)]
        for k in sorted(lacking.money, key=lambda k: (-lacking.need[k], k))
    ]  # fmt: skip
    rank = done.find("policy_alignment", "technologies")
    told = (f"Rank correlation {level(rank)} ({span(rank)})." if rank.value is not None
            else f"A rank correlation cannot be told: {rank.reason}.")  # fmt: skip
    heads = ["Key technology", "Lacks here", ">Competences lacking",
             f">Public money, {millions(study)}"]
    return [table("policy-technologies", "Money for key technologies", heads, rows, told, 10)]


def _strong(study: Study, done: PolicyStudy, book: Book) -> list[Block]:
    """Money by sub-industry beside its location quotient."""
    share, strong = done.find("policy_advantage_share"), done.strong
    if share.value is None or strong is None:
        return [text(f"Whether money is concentrated where the region is strong cannot be told: "
                     f"{share.reason}.", title="Money and advantage")]  # fmt: skip
    whole = strong.table["size"].sum()
    rows: list[list[Cell]] = [
        [study.dataset.scope.name_of(r["code"])[0],
         {"text": significant(r["quotient"], 3), "sort": r["quotient"]},
         "–" if r["size"] is None or not whole else
         {"text": f"{100 * r['size'] / whole:.0f}%", "sort": r["size"]},
         {"text": significant(r["money"]), "sort": r["money"]}]
        for r in strong.table.iter_rows(named=True)
    ]  # fmt: skip
    said: list[Run] = [book.link(share), f" ({span(share)}) of the money whose sub-industry is "
                       f"told ({100 * strong.told:.0f}% of all) goes to sub-industries with a "
                       "location quotient above 1"]  # fmt: skip
    said.append("." if strong.block is None else f"; they are {100 * strong.block:.0f}% of the "
                "block, so that this would be the share of money spread as the block is.")
    heads = ["Sub-industry", ">Location quotient", ">Share of the block",
             f">Public money, {millions(study)}"]
    return [text(*said, title="Money and advantage"),
            table("policy-advantage", "Public money by sub-industry", heads, rows)]  # fmt: skip


def _ties(done: PolicyStudy, book: Book) -> Block:
    rows: list[list[Cell]] = []
    for id in ("policy_new_ties_funded", "policy_tie_survival_funded",
               "policy_tie_survival_unfunded"):  # fmt: skip
        q = done.find(id)
        rows.append([title_of(id), book.cell(q), span(q), "–" if q.n is None else
                     {"text": f"{q.n:,}", "sort": q.n}, q.reason])  # fmt: skip
    note = ("Three years after the first joint event of a pair ended; co-patents have no public "
            "money. An association: what is funded is chosen.")  # fmt: skip
    heads = ["Ties", ">Share", ">Interval", ">Pairs", "Note"]
    return table("policy-ties", "Ties that public money brought about", heads, rows, note)


def _environment(done: PolicyStudy, book: Book) -> Block:
    rows = [_signed(s) for s in done.environment]
    q = done.find("policy_environment")
    note = (
        f"Judgements signed by people, as they count at the end of {done.year}; no number of this "
        "report rests on them but this count. "
        + (f"{level(q)} of those told are met. " if q.value is not None else "")
        + (f"Expired by then, of all claims: {listed(list(done.expired))}." if done.expired else "")
    )
    book.note(q)
    heads = ["Environment", "Verdict", "Signed", "Document"]
    return table("policy-environment", "The environment, by signed claims", heads, rows, note)


def _signed(s: Standing) -> list[Cell]:
    return [s.item.partition(".")[2], s.truth.value, s.reason, ", ".join(filter(None, s.evidence))]


def _culture(done: PolicyStudy) -> Block:
    """Item 90: what people signed about culture; no table measures it and no number uses it."""
    if not done.culture:
        return text(
            "Cannot be told: no table measures it and nobody signed a claim on it. Claims whose "
            "item begins with “culture.” would settle it.", title="Regional culture",
        )  # fmt: skip
    heads = ["Culture", "Verdict", "Signed", "Document"]
    note = (f"Judgements signed by people, as they count at the end of {done.year}; they are in no "
            "number, no condition and no verdict of this report.")  # fmt: skip
    rows = [_signed(s) for s in done.culture]
    return table("policy-culture", "Regional culture, by signed claims", heads, rows, note)
