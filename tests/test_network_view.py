"""The network's picture: the numbers behind it, its places, and what a browser makes of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from browser import Visit, launched, visited
from demo_payload import HOSTILE
from network_payload import affiliations, block, layers, payload
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.turnover import ledger
from regionlift.output.network_block import network_block
from regionlift.output.network_layout import rings
from regionlift.output.page import render

PICTURE = "#block-ties"
COUNTER = f"{PICTURE} .network-count"


@pytest.fixture(scope="module")
def network() -> Affiliations:
    return affiliations(80, 140)


@pytest.fixture(scope="module")
def drawn(network: Affiliations) -> Any:
    return block(network)


# The numbers


def of_region(network: Affiliations) -> Affiliations:
    """Events with a member of the region."""
    home = {int(e) for o, e in zip(network.org, network.event, strict=True) if network.inside[o]}
    return network.where(np.isin(np.arange(len(network.start)), sorted(home)))


def ties_of(network: Affiliations, year: int) -> dict[tuple[int, int], int]:
    """Ties of a year and the region, by loops; how many joint events each."""
    found: dict[tuple[int, int], int] = {}
    active = network.active(year)
    for event in range(len(active.start)):
        members = sorted(active.org[active.event == event].tolist())
        for a, b in combinations(members, 2):
            if network.inside[a] or network.inside[b]:
                found[a, b] = found.get((a, b), 0) + 1
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_counts_of_every_year_are_those_of_the_ledger(seed: int) -> None:
    network = affiliations(70, 110, seed=seed)
    table = block(network)["table"]
    inside = np.flatnonzero(network.inside)
    years = (int(network.start.min()), int(network.start.max()))
    ours = network.among(network.inside)
    known = ledger(ours, years).group_by("year").agg(pl.exclude("year", "type").sum())
    known = known.sort("year")
    assert [row[0] for row in table["rows"]] == [str(y) for y in known["year"]]
    for row, wanted in zip(table["rows"], known.iter_rows(named=True), strict=True):
        year = int(row[0])
        assert row[1] == f"{wanted['active']:,}"
        changes = [wanted[name] for name in ("entries", "returns", "exits")]
        if year == years[0]:
            assert all(cell["status"] == "not_collected" for cell in row[2:5])
        else:
            assert row[2:5] == [f"{n:,}" for n in changes]
        ties = ties_of(network, year)
        within = [pair for pair in ties if set(pair) <= set(inside.tolist())]
        rest = of_region(network).active(year).org
        rest = np.unique(rest[~network.inside[rest]])
        assert row[5:] == [f"{len(within):,}", f"{len(rest):,}", f"{len(ties) - len(within):,}"]


def test_nodes_and_ties_are_those_of_the_region(network: Affiliations, drawn: Any) -> None:
    assert drawn["note"] == "Every organisation of the network and every tie is drawn."
    years = drawn["years"]
    place = {id: i for i, id in enumerate(drawn["nodes"]["id"])}
    for t, year in enumerate(years):
        wanted = {
            tuple(sorted((place[network.ids[a]], place[network.ids[b]])))
            for a, b in ties_of(network, year)
        }
        columns = zip(*(drawn["ties"][k] for k in ("a", "b", "spans")), strict=True)
        assert {(a, b) for a, b, spans in columns if runs_at(spans, t)} == wanted
        active = set(of_region(network).active(year).org.tolist())
        shown = {i for i, spans in enumerate(drawn["nodes"]["spans"]) if runs_at(spans, t)}
        assert shown == {place[network.ids[i]] for i in active}
    kinds = [drawn["types"][t] for t in drawn["nodes"]["type"]]
    by_id = dict(zip(network.ids, network.type.tolist(), strict=True))
    assert kinds == [
        TYPES[by_id[i]] if by_id[i] >= 0 else "type not known" for i in drawn["nodes"]["id"]
    ]


def runs_at(spans: list[int], t: int) -> bool:
    return any(a <= t <= b for a, b in zip(spans[::2], spans[1::2], strict=True))


def test_ties_count_joint_events_in_the_years_shown(network: Affiliations) -> None:
    years = (2014, 2017)
    drawn = block(network, years=years)
    ids = drawn["nodes"]["id"]
    found: dict[tuple[str, str], int] = {}
    seen = of_region(network)
    seen = seen.where((seen.start <= years[1]) & (seen.end >= years[0]))
    for a, b, event in zip(*seen.pairs(), strict=True):
        if network.inside[a] or network.inside[b]:
            pair = (network.ids[a], network.ids[b])
            found[pair] = found.get(pair, 0) + (seen.start[event] > 0)
    columns = zip(*(drawn["ties"][k] for k in ("a", "b", "events")), strict=True)
    assert {(ids[a], ids[b]): n for a, b, n in columns} == found
    assert drawn["years"] == [2014, 2015, 2016, 2017]


def test_what_does_not_fit_is_left_out_and_said(network: Affiliations) -> None:
    drawn = block(network, most=30, most_outside=6, most_ties=50)
    whole = block(network)
    outside = [ring == 4 for ring in drawn["nodes"]["ring"]]
    assert (len(outside), sum(outside), len(drawn["ties"]["a"])) == (30, 6, 50)
    everyone = [ring == 4 for ring in whole["nodes"]["ring"]]
    n, out = len(everyone), sum(everyone)
    assert f"Of {n - out} organisations of the region the 24 with most partners" in drawn["note"]
    assert f"Of {out} organisations of the rest of the world the 6 with" in drawn["note"]
    assert "the 50 with most joint events are drawn and counted" in drawn["note"]
    assert sum(drawn["nodes"]["core"]) == sum(whole["nodes"]["core"]) > 0
    assert set(drawn["nodes"]["id"]) < set(whole["nodes"]["id"])
    assert min(drawn["ties"]["events"]) >= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": np.zeros(2, int)}, "layers has 2 entries for 80"),
        ({"communities": np.zeros(2, int)}, "communities has 2"),
        ({"cores": np.zeros(2, bool)}, "cores has 2"),
        ({"layers": np.full(80, 5)}, "a layer is 0 core"),
        ({"years": (2015, 2012)}, "must be in order"),
        ({"years": (1900, 1905)}, "no organisation of the region is active from 1900 to 1905"),
        ({"most": 3, "most_outside": 5}, "leaves no organisation of the region"),
        ({"type_words": ("firm",)}, "10 for types are needed"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    network: Affiliations, change: dict[str, Any], message: str
) -> None:
    options = {"layers": layers(network)} | change
    with pytest.raises(ValueError, match=message):
        network_block("n", "t", "f", network, **options)


def test_a_network_without_event_or_region_is_refused(network: Affiliations) -> None:
    none = network.where(np.zeros(len(network.start), np.bool_))
    with pytest.raises(ValueError, match="there is no event"):
        network_block("n", "t", "f", none, layers=layers(network))
    with pytest.raises(ValueError, match="no organisation of the region"):
        network_block("n", "t", "f", replace(network, inside=network.inside & False),
                      layers=layers(network))  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b: b["nodes"]["x"].pop(), "nodes have columns of different lengths"),
        (lambda b: b["ties"]["a"].__setitem__(0, 999), "there is no tie 999"),
        (lambda b: b["nodes"]["ring"].__setitem__(0, 7), "there is no ring 7"),
        (lambda b: b["ties"]["spans"].__setitem__(0, [0, 99]), "there is no year 99"),
        (lambda b: b["organisations"]["rows"][1].pop(), "row 2 has 4 cells for 5 columns"),
        (lambda b: b.update(id="organisations"), "more than one table or chart"),
    ],
)
def test_a_block_that_contradicts_itself_is_refused(drawn: Any, change: Any, message: str) -> None:
    broken = deepcopy(drawn)
    change(broken)
    with pytest.raises(ValueError, match=message):
        render(payload(broken))


# The places


def planted(n: int = 600, groups: int = 6) -> tuple[np.ndarray, ...]:
    """Ties within groups only; rings by turns."""
    group = np.arange(n) % groups
    rng = np.random.default_rng(5)
    first = rng.integers(0, n, 4 * n)
    second = (first + groups * rng.integers(1, n // groups, 4 * n)) % n
    return np.arange(n) // groups % 3, group, np.minimum(first, second), np.maximum(first, second)


def test_every_place_is_in_its_ring_and_nobody_stands_on_another() -> None:
    ring, group, first, second = planted()
    layout = rings(ring, group, first, second, np.ones(len(first), int))
    radius = np.hypot(layout.x, layout.y)
    assert (layout.inner[ring] <= radius).all() and (radius <= layout.outer[ring]).all()
    assert (np.diff(layout.outer) > 0).all() and layout.outer[-1] <= 1
    apart = np.abs((layout.x + 1j * layout.y)[:, None] - (layout.x + 1j * layout.y))
    np.fill_diagonal(apart, 1)
    # half the spacing of an even lattice
    assert apart.min() > 0.5 * math.sqrt(math.pi / len(ring))


def test_a_community_stands_in_one_direction_known_or_not() -> None:
    ring, group, first, second = planted()
    for labels in (group, np.where(np.arange(600) % 5, group, -1), np.full(600, -1)):
        layout = rings(ring, labels, first, second, np.ones(len(first), int))
        z = np.exp(1j * np.arctan2(layout.y, layout.x))
        together = [abs(z[group == g].mean()) for g in range(6)]
        # a sixth of the circle, filled evenly, has a mean direction of length 0.955
        assert min(together) > 0.94


def test_the_same_network_has_the_same_picture_and_few_are_enough() -> None:
    ring, group, first, second = planted()
    one, other = (rings(ring, group, first, second, np.ones(len(first), int)) for _ in range(2))
    assert (one.x == other.x).all() and (one.y == other.y).all()
    none = np.zeros(0, int)
    alone = rings(np.array([0]), np.array([-1]), none, none, none)
    assert (alone.x[0], alone.y[0]) == (0, 0)
    assert len(rings(none, none, none, none, none).x) == 0
    rim = rings(np.array([4, 4]), np.array([-1, -1]), none, none, none)
    assert (rim.outer[:4] == 0).all() and rim.outer[4] == 1
    with pytest.raises(ValueError, match="outside 0 to 1"):
        rings(np.zeros(2, int), np.zeros(2, int), np.array([0]), np.array([2]), np.array([1]))


# In the browser


def counted(drawn: Any, t: int, *, type: int | None = None, ring: int | None = None) -> str:
    """The line above the picture, from the block by loops."""
    nodes, ties = drawn["nodes"], drawn["ties"]
    shown = [
        nodes["ring"][i] != 4
        and (type is None or nodes["type"][i] == type)
        and (ring is None or nodes["ring"][i] == ring)
        for i in range(len(nodes["id"]))
    ]
    at = [[runs_at(spans, year) for year in range(t + 1)] for spans in nodes["spans"]]
    now = [a[t] for a, s in zip(at, shown, strict=True) if s]
    met = sum(
        shown[a] and shown[b] and runs_at(spans, t)
        for a, b, spans in zip(ties["a"], ties["b"], ties["spans"], strict=True)
    )
    year = f"{drawn['years'][t]}: {sum(now):,} active · "
    if t == 0:
        return (
            f"{year}{met:,} ties · who entered, returned or left cannot be told in the first year"
        )
    past = [a[:t] for a, s in zip(at, shown, strict=True) if s]
    pairs = list(zip(now, past, strict=True))
    entered = sum(n and not any(p) for n, p in pairs)
    returned = sum(n and any(p) and not p[-1] for n, p in pairs)
    left = sum(not n and p[-1] for n, p in pairs)
    return f"{year}{entered:,} entered · {returned:,} returned · {left:,} left · {met:,} ties"


def pixels(visit: Visit) -> str:
    return str(
        visit.tab.evaluate(f"document.querySelector('{PICTURE} canvas.network-canvas').toDataURL()")
    )


def place_of(visit: Visit, drawn: Any, i: int) -> tuple[float, float]:
    """Where an organisation is on the canvas that shows the whole picture."""
    box = visit.tab.locator(f"{PICTURE} .network-canvas").bounding_box()
    assert box is not None
    half = (box["height"] - 36) / 2
    rx = min(box["width"] / 2 - 14, 1.3 * half)
    ry = min(half, 1.15 * rx)
    x, y = (drawn["nodes"][k][i] / 1000 for k in "xy")
    return box["width"] / 2 + x * rx, 22 + half + y * ry


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def report(drawn: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("network") / "report.html"
    file.write_text(render(payload(drawn)), encoding="utf-8")
    return file


@pytest.fixture
def visit(browser: Browser, report: Path) -> Iterator[Visit]:
    with visited(browser, report) as opened:
        opened.tab.emulate_media(reduced_motion="reduce")
        opened.go("map")
        yield opened
        opened.assert_quiet()


@pytest.mark.browser
def test_five_thousand_organisations_change_with_every_year(
    browser: Browser, tmp_path: Path
) -> None:
    large = affiliations(6700, 9000, seed=3, years=(2009, 2018), mean_size=3.3)
    drawn = block(large, 25)
    assert (len(drawn["nodes"]["id"]), len(drawn["ties"]["a"])) == (5000, 20000)
    file = tmp_path / "large.html"
    file.write_text(render(payload(drawn)), encoding="utf-8")
    with visited(browser, file) as visit:
        visit.tab.emulate_media(reduced_motion="reduce")
        visit.go("map")
        slider = visit.tab.locator("#ties-year")
        seen = set()
        for t in reversed(range(len(drawn["years"]))):
            slider.fill(str(t))
            expect(visit.tab.locator(COUNTER)).to_have_text(counted(drawn, t))
            row = [c if isinstance(c, str) else None for c in drawn["table"]["rows"][t]]
            said = visit.tab.locator(f"{PICTURE} .network-rest")
            expect(said).to_have_text(
                f"Rest of the world: {row[6]} organisations, {row[7]} ties to the region"
            )
            seen.add(pixels(visit))
        assert len(seen) == len(drawn["years"])
        visit.assert_quiet()


@pytest.mark.browser
def test_every_reader_sees_the_same_picture(browser: Browser, report: Path) -> None:
    pictures = []
    for _ in range(2):
        with visited(browser, report) as visit:
            visit.go("map")
            pictures.append(pixels(visit))
            visit.assert_quiet()
    assert pictures[0] == pictures[1]


@pytest.mark.browser
def test_the_filters_change_picture_and_counts(visit: Visit, drawn: Any) -> None:
    counter, last = visit.tab.locator(COUNTER), len(drawn["years"]) - 1
    before = pixels(visit)
    visit.tab.get_by_label("Type").select_option("enterprise")
    expect(counter).to_have_text(counted(drawn, last, type=0))
    visit.tab.get_by_label("Layer").select_option("core layer")
    expect(counter).to_have_text(counted(drawn, last, type=0, ring=0))
    expect(visit.tab.locator(f"{PICTURE} .network-rest")).to_contain_text("Only what the filters")
    visit.tab.get_by_label("Layer").select_option("all")
    visit.tab.get_by_label("Type").select_option("all")
    assert pixels(visit) == before
    visit.tab.get_by_label("Show the rest of the world").uncheck()
    expect(counter).to_have_text(counted(drawn, last))
    expect(visit.tab.locator(f"{PICTURE} .network-rest")).to_have_text("")
    assert pixels(visit) != before


def strongest(drawn: Any, i: int) -> list[tuple[str, int]]:
    columns = zip(*(drawn["ties"][k] for k in ("a", "b", "events")), strict=True)
    mine = [(b if a == i else a, n) for a, b, n in columns if i in (a, b)]
    mine.sort(key=lambda pair: -pair[1])
    return [(drawn["nodes"]["name"][j], n) for j, n in mine[:5]]


@pytest.mark.browser
def test_the_search_opens_the_card_of_an_organisation(visit: Visit, drawn: Any) -> None:
    i = next(i for i, name in enumerate(drawn["nodes"]["name"]) if name == HOSTILE)
    field = visit.tab.get_by_role("searchbox", name="Find an organisation")
    field.fill("ONERROR=")
    expect(visit.tab.locator(".network-results button")).to_have_text([HOSTILE])
    field.press("Enter")
    card = visit.tab.locator(".network-card")
    expect(card.locator("h3")).to_have_text(HOSTILE)
    expect(card.locator("h3")).to_be_focused()
    assert visit.tab.locator("img").count() == 0
    spans, years = drawn["nodes"]["spans"][i], drawn["years"]
    expect(card.locator("dd").first).to_contain_text(str(years[spans[0]]))
    rows = card.locator("ol li")
    found = [
        (r.locator("button").inner_text(), int(r.locator("b").inner_text())) for r in rows.all()
    ]
    assert found == strongest(drawn, i)
    rows.first.locator("button").press("Enter")
    expect(card.locator("h3")).to_have_text(found[0][0])
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()
    expect(field).to_be_focused()
    field.fill("no such name")
    expect(visit.tab.locator(".network-results")).to_have_text(
        "No organisation has this in its name."
    )


@pytest.mark.browser
def test_hover_shows_and_click_keeps_the_card(visit: Visit, drawn: Any) -> None:
    last = len(drawn["years"]) - 1
    i = next(
        i
        for i, s in enumerate(drawn["nodes"]["spans"])
        if runs_at(s, last) and len(strongest(drawn, i)) > 2
    )
    canvas, card = (
        visit.tab.locator(f"{PICTURE} .network-canvas"),
        visit.tab.locator(".network-card"),
    )
    x, y = place_of(visit, drawn, i)
    canvas.hover(position={"x": x, "y": y})
    expect(card.locator("h3")).to_have_text(drawn["nodes"]["name"][i])
    assert card.locator("button").count() == 0
    visit.tab.mouse.move(2, 2)
    expect(card).to_be_hidden()
    canvas.click(position={"x": x, "y": y})
    degree = sum(
        i in (a, b) and runs_at(spans, last)
        for a, b, spans in zip(*(drawn["ties"][k] for k in ("a", "b", "spans")), strict=True)
    )
    expect(card.locator("dd").nth(2)).to_have_text(str(degree))
    visit.tab.mouse.move(2, 2)
    expect(card).to_be_visible()


@pytest.mark.browser
def test_the_keyboard_reaches_organisations_and_moves_the_picture(visit: Visit) -> None:
    canvas, card = (
        visit.tab.locator(f"{PICTURE} .network-canvas"),
        visit.tab.locator(".network-card"),
    )
    expect(canvas).to_have_attribute("aria-label", re.compile(r"\d+ active · "))
    whole = pixels(visit)
    canvas.press("ArrowRight")
    first = card.locator("h3").inner_text()
    canvas.press("ArrowLeft")
    assert card.locator("h3").inner_text() != first
    canvas.press("Escape")
    expect(card).to_be_hidden()
    expect(canvas).to_be_focused()
    canvas.press("+")
    assert pixels(visit) != whole
    canvas.press("0")
    assert pixels(visit) == whole
    slider = visit.tab.locator("#ties-year")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "2020")


@pytest.mark.browser
def test_dragging_moves_and_does_not_choose(visit: Visit) -> None:
    visit.tab.get_by_role("button", name="Zoom in").click()
    before = pixels(visit)
    box = visit.tab.locator(f"{PICTURE} .network-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + 300, box["y"] + 300
    visit.tab.mouse.move(x, y)
    visit.tab.mouse.down()
    visit.tab.mouse.move(x + 60, y + 40, steps=4)
    visit.tab.mouse.up()
    visit.tab.evaluate("new Promise(requestAnimationFrame)")
    assert pixels(visit) != before
    expect(visit.tab.locator(".network-card.pinned")).to_have_count(0)
    visit.tab.get_by_role("button", name="Whole picture").click()


@pytest.mark.browser
def test_playing_walks_the_years_and_stops(visit: Visit, drawn: Any) -> None:
    visit.tab.clock.install()
    visit.tab.locator("#ties-year").fill("7")
    visit.tab.get_by_role("button", name="Play the years").click()
    year = visit.tab.locator(".network-year")
    expect(year).to_have_text(str(drawn["years"][8]))
    expect(visit.tab.locator(COUNTER)).to_have_attribute("aria-live", "off")
    visit.tab.clock.run_for(1500)
    expect(year).to_have_text(str(drawn["years"][9]))
    visit.tab.clock.run_for(1500)
    play = visit.tab.get_by_role("button", name="Play the years")
    expect(visit.tab.locator(COUNTER)).to_have_attribute("aria-live", "polite")
    play.click()
    expect(year).to_have_text(str(drawn["years"][0]))
    visit.tab.get_by_role("button", name="Pause").click()
    visit.tab.clock.run_for(5000)
    expect(year).to_have_text(str(drawn["years"][0]))


@pytest.mark.browser
def test_the_list_has_everyone_and_the_counts_every_year(visit: Visit, drawn: Any) -> None:
    visit.tab.get_by_role("button", name="All organisations as a list").click()
    panel = visit.tab.locator("#ties-organisations")
    n = len(drawn["nodes"]["id"])
    panel.get_by_role("button", name=f"Show all {n} rows").click()
    names = panel.locator("tbody td:first-child").all_inner_texts()
    assert sorted(names) == sorted(" ".join(name.split()) for name in drawn["nodes"]["name"])
    visit.tab.get_by_role("button", name="Counts of every year").click()
    first = visit.tab.locator("#ties-table tbody tr").first.locator("td")
    assert first.all_inner_texts()[2:5] == ["cannot tell"] * 3


@pytest.mark.browser
def test_paper_has_the_last_year_whole_and_the_screen_gets_its_own_back(
    visit: Visit, drawn: Any
) -> None:
    last = len(drawn["years"]) - 1
    visit.tab.locator("#ties-year").fill("2")
    visit.tab.get_by_label("Type").select_option("enterprise")
    before = pixels(visit)
    visit.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    visit.tab.emulate_media(media="print", reduced_motion="reduce")
    expect(visit.tab.locator(COUNTER)).to_have_text(counted(drawn, last))
    expect(visit.tab.locator(f"{PICTURE} .network-controls")).to_be_hidden()
    expect(visit.tab.locator(f"{PICTURE} .network-legend")).to_be_visible()
    width = "document.querySelector('.network-canvas').width"
    assert visit.tab.evaluate(width) > 1500
    visit.tab.emulate_media(media="screen", reduced_motion="reduce")
    visit.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(visit.tab.locator(COUNTER)).to_have_text(counted(drawn, 2, type=0))
    assert pixels(visit) == before


@pytest.mark.browser
def test_a_report_printed_before_the_picture_was_seen_has_it(
    browser: Browser, report: Path
) -> None:
    with visited(browser, report) as visit:
        visit.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        ink = (
            "[...document.querySelector('.network-canvas').getContext('2d')"
            ".getImageData(0, 0, 1900, 1400).data].filter(v => v < 200).length"
        )
        assert visit.tab.evaluate(ink) > 10_000
        visit.assert_quiet()


@pytest.mark.browser
def test_the_saved_picture_is_whole(visit: Visit, tmp_path: Path) -> None:
    with visit.tab.expect_download() as caught:
        visit.tab.get_by_role("button", name="Save as PNG: The innovation network").click()
    assert caught.value.suggested_filename == "SYNTHETIC-Beijiang-province-ties-2021.png"
    caught.value.save_as(tmp_path / "saved.png")
    data = (tmp_path / "saved.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (2400, 2144)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 700])
def test_the_picture_is_not_wider_than_the_window(
    browser: Browser, report: Path, width: int
) -> None:
    with visited(browser, report, (width, 800)) as visit:
        visit.go("map")
        visit.tab.locator(f"{PICTURE} .network-canvas").press("ArrowRight")
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width
        visit.assert_quiet()
