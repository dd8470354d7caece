"""Chart specifications, written once with Altair; page, file and notebook draw the same."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

INK, ACCENT, QUIET, PEER = "#1a1a1a", "#00558c", "#b8bec6", "#d08a1d"
_FONT = "system-ui, 'Segoe UI', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"

Spec = dict[str, Any]


def _finish(chart: Any, height: int | None = 280) -> Spec:
    """Container width, quiet axes, one font; as a plain Vega-Lite dictionary."""
    sized = chart.properties(width="container", **({"height": height} if height else {}))
    configured = (
        sized.configure(font=_FONT, background="#ffffff")
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor="#e6e8eb", domainColor="#8a9099",
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelLimit=320,
        )
        .configure_legend(labelFontSize=12, titleFontSize=12, orient="top", labelLimit=320)
        .configure_view(stroke=None)
    )  # fmt: skip
    # the tests validate every specification; a report need not do it again
    spec: Spec = configured.to_dict(validate=False)
    return spec


def percentiles(frame: pl.DataFrame) -> Spec:
    """Dot and interval by marker; columns marker, gauge, percentile, low, high."""
    base = alt.Chart(frame).encode(
        y=alt.Y("marker:N", sort=None, title=None),
        color=alt.Color(
            "gauge:N", title="Gauge", sort=["factor", "value chain", "structure"],
            scale=alt.Scale(domain=["factor", "value chain", "structure"],
                            range=["#00558c", "#d08a1d", "#4d7a3a"]),
        ),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, 100])
    rule = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=alt.X("low:Q", scale=scale, title="Percentile among peers (50 is the middle)"),
        x2="high:Q",
    )
    dot = base.mark_circle(size=110, opacity=1).encode(
        x=alt.X("percentile:Q", scale=scale),
        tooltip=["marker", "percentile", "low", "high", "year"],
    )
    middle = (
        alt.Chart(pl.DataFrame({"x": [50]})).mark_rule(strokeDash=[4, 4], color="#8a9099")
        .encode(x="x:Q")
    )  # fmt: skip
    return _finish(middle + rule + dot, max(120, 26 * frame.height))


def size_quality(frame: pl.DataFrame, size: str, quality: str) -> Spec:
    """Regions by size and quality; columns region, size, quality, group."""
    domain = ["this region", "peers", "other regions"]
    points = alt.Chart(frame).mark_circle(opacity=0.85).encode(
        x=alt.X("size:Q", title=size, scale=alt.Scale(type="log", nice=False)),
        y=alt.Y("quality:Q", title=quality, scale=alt.Scale(zero=False)),
        color=alt.Color("group:N", title=None, sort=domain,
                        scale=alt.Scale(domain=domain, range=[ACCENT, PEER, QUIET])),
        size=alt.Size("rank:O", legend=None, scale=alt.Scale(domain=[0, 1], range=[60, 190])),
        order=alt.Order("rank:Q", sort="descending"),
        tooltip=["region", "size", "quality"],
    )  # fmt: skip
    named = alt.Chart(frame.filter(pl.col("group") == "this region"))
    label = named.mark_text(dy=-11, fontSize=11, color=INK).encode(
        x="size:Q", y="quality:Q", text="region:N"
    )
    return _finish(points + label, 340)


def quotients(frame: pl.DataFrame) -> Spec:
    """Location quotients; columns industry, value, low, high."""
    y = alt.Y("industry:N", sort=None, title=None)
    bar = alt.Chart(frame).mark_bar(color=ACCENT, opacity=0.85, height=14).encode(
        y=y, x=alt.X("value:Q", title="Location quotient (1 is the reference area)"),
        tooltip=["industry", "value", "low", "high"],
    )  # fmt: skip
    rule = alt.Chart(frame).mark_rule(color=INK).encode(y=y, x="low:Q", x2="high:Q")
    one = (
        alt.Chart(pl.DataFrame({"x": [1]})).mark_rule(strokeDash=[4, 4], color=INK).encode(x="x:Q")
    )
    return _finish(bar + rule + one, 30 * frame.height + 20)


def against_peers(frame: pl.DataFrame, title: str) -> Spec:
    """A marker along the years; columns year, value, low, high (peers' quartiles), median."""
    x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0))
    band = alt.Chart(frame).mark_area(color=QUIET, opacity=0.45).encode(
        x=x, y=alt.Y("low:Q", title=title, scale=alt.Scale(zero=False)), y2="high:Q"
    )
    dashed = alt.Chart(frame).mark_line(color="#6b7280", strokeDash=[5, 4])
    median = dashed.encode(x=x, y="median:Q")
    own = (
        alt.Chart(frame).mark_line(color=ACCENT, strokeWidth=2.5, point=True)
        .encode(x=x, y="value:Q", tooltip=["year", "value", "median"])
    )  # fmt: skip
    return _finish(band + median + own, 260)


def parts(frame: pl.DataFrame, order: list[str], title: str) -> Spec:
    """Stacked parts of a change by window; columns window, part, value."""
    bars = alt.Chart(frame).mark_bar().encode(
        x=alt.X("window:N", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", title=title),
        color=alt.Color("part:N", title=None, sort=order,
                        scale=alt.Scale(domain=order, range=[ACCENT, PEER, "#4d7a3a"])),
        tooltip=["window", "part", "value"],
    )  # fmt: skip
    zero = alt.Chart(pl.DataFrame({"y": [0]})).mark_rule(color=INK).encode(y="y:Q")
    return _finish(bars + zero, 280)


def shares(frame: pl.DataFrame) -> Spec:
    """Share of each sub-industry in two years; columns industry, year, share."""
    years = frame["year"].unique().sort().to_list()
    line = alt.Chart(frame).mark_line(color=QUIET).encode(
        y=alt.Y("industry:N", sort=None, title=None), x="share:Q", detail="industry:N"
    )
    dot = alt.Chart(frame).mark_circle(size=100, opacity=1).encode(
        y=alt.Y("industry:N", sort=None, title=None),
        x=alt.X("share:Q", title="Share of the block", axis=alt.Axis(format="%")),
        color=alt.Color("year:N", title=None,
                        scale=alt.Scale(domain=years, range=[PEER, ACCENT][: len(years)])),
        tooltip=["industry", "year", "share"],
    )  # fmt: skip
    return _finish(line + dot, 34 * frame["industry"].n_unique() + 20)


def network_years(frame: pl.DataFrame, organisations: list[str]) -> Spec:
    """Counts along the years, organisations beside ties; columns series, year, value."""
    named = frame.with_columns(
        pl.when(pl.col("series").is_in(organisations))
        .then(pl.lit("Organisations"))
        .otherwise(pl.lit("Ties"))
        .alias("of")
    )
    order = frame["series"].unique(maintain_order=True).to_list()
    palette = [ACCENT, "#4d7a3a", PEER, ACCENT, "#4d7a3a", PEER]
    # containers have no width of their own in a facet: two charts of a fixed one
    sides = []
    for of, dash in (("Organisations", [1, 0]), ("Ties", [5, 3])):
        part = named.filter(pl.col("of") == of)
        names = [s for s in order if s in set(part["series"])]
        sides.append(
            alt.Chart(part).mark_line(strokeWidth=2, point=True, strokeDash=dash).encode(
                x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=-45)),
                y=alt.Y("value:Q", title=of),
                color=alt.Color("series:N", title=None, sort=order,
                                scale=alt.Scale(domain=order, range=palette[: len(order)])),
                tooltip=["series", "year", "value"],
            ).properties(width=330, height=240, title=", ".join(names))
        )  # fmt: skip
    spec: Spec = (
        alt.hconcat(*sides).resolve_scale(y="independent")
        .configure(font=_FONT, background="#ffffff")
        .configure_legend(labelFontSize=12, orient="top")
        .configure_title(fontSize=12, fontWeight="normal", anchor="start")
        .to_dict(validate=False)
    )  # fmt: skip
    return spec


def law_curves(observed: pl.DataFrame, curves: pl.DataFrame, title: str) -> Spec:
    """Points and fitted curves; columns year, value, and family in the curves."""
    x = alt.X("year:Q", title=None, axis=alt.Axis(format="d"), scale=alt.Scale(zero=False))
    y = alt.Y("value:Q", title=title)
    order = curves["family"].unique(maintain_order=True).to_list()
    palette = [ACCENT, PEER, "#4d7a3a", "#8a5aa0", "#6b7280", "#b0485a"]
    lines = alt.Chart(curves).mark_line(strokeWidth=2).encode(
        x=x, y=y, tooltip=["family", "year", "value"],
        color=alt.Color("family:N", title=None, sort=order,
                        scale=alt.Scale(domain=order, range=palette[: len(order)])),
    )  # fmt: skip
    dots = alt.Chart(observed).mark_circle(size=70, color=INK, opacity=0.9).encode(
        x=x, y=y, tooltip=["year", "value"]
    )
    return _finish(lines + dots, 260)


def fans(frame: pl.DataFrame) -> Spec:
    """Counts seen and ahead; columns series, year, seen, value, low, high (null where seen)."""
    sides = []
    for name in frame["series"].unique(maintain_order=True):
        part = frame.filter(pl.col("series") == name)
        x = alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickMinStep=1),
                  scale=alt.Scale(zero=False))  # fmt: skip
        ahead = alt.Chart(part.filter(~pl.col("seen")))
        band = ahead.mark_area(color=PEER, opacity=0.3).encode(
            x=x, y=alt.Y("low:Q", title=None), y2="high:Q"
        )
        middle = ahead.mark_line(color=PEER, strokeWidth=2, strokeDash=[5, 3], point=True).encode(
            x=x, y="value:Q", tooltip=["year", "value", "low", "high"]
        )
        past = alt.Chart(part.filter(pl.col("seen"))).mark_line(
            color=ACCENT, strokeWidth=2, point=True
        ).encode(x=x, y="value:Q", tooltip=["year", "value"])  # fmt: skip
        sides.append((band + middle + past).properties(width=330, height=170, title=name))
    spec: Spec = (
        alt.concat(*sides, columns=2)
        .configure(font=_FONT, background="#ffffff")
        .configure_title(fontSize=12, fontWeight="normal", anchor="start")
        .to_dict(validate=False)
    )  # fmt: skip
    return spec


STATE_COLOURS = {
    "known": "#00558c",
    "suppressed": "#d08a1d",
    "not collected": "#e6e8eb",
    "not applicable": "#9aa1ab",
}


def coverage(frame: pl.DataFrame) -> Spec:
    """Worst state of the block's cells by column and year; columns column, year, state."""
    cells = alt.Chart(frame).mark_rect(stroke="#ffffff").encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=-45)),
        y=alt.Y("column:N", title=None, sort=None),
        color=alt.Color("state:N", title=None,
                        scale=alt.Scale(domain=list(STATE_COLOURS),
                                        range=list(STATE_COLOURS.values()))),
        tooltip=["column", "year", "state", "known"],
    )  # fmt: skip
    return _finish(cells, 24 * frame["column"].n_unique() + 20)


def transitions(frame: pl.DataFrame) -> Spec:
    """Transition counts; columns profile, later, cases, share."""
    cells = alt.Chart(frame).mark_rect(stroke="#ffffff").encode(
        x=alt.X("later:N", title="Profile later", axis=alt.Axis(labelAngle=-20)),
        y=alt.Y("profile:N", title="Profile now"),
        color=alt.Color("share:Q", title="Share of the row", scale=alt.Scale(scheme="blues"),
                        legend=alt.Legend(format="%")),
        tooltip=["profile", "later", "cases", "regions", "share"],
    )  # fmt: skip
    text = alt.Chart(frame).mark_text(fontSize=12).encode(
        x="later:N", y="profile:N", text="cases:Q",
        color=alt.condition("datum.share > 0.5", alt.value("white"), alt.value(INK)),
    )  # fmt: skip
    return _finish(cells + text, 46 * frame["profile"].n_unique() + 30)


def technology_front(frame: pl.DataFrame) -> Spec:
    """Technologies by commonness and bridging; a brush picks, names on those that matter."""
    domain = ["key and common", "on the front", "other candidates"]
    brush = alt.selection_interval(name="brush")
    points = alt.Chart(frame).mark_circle(opacity=0.85).encode(
        x=alt.X("common:Q", title="common", scale=alt.Scale(zero=False)),
        y=alt.Y("key:Q", title="key", scale=alt.Scale(type="sqrt")),
        color=alt.condition(
            brush,
            alt.Color("group:N", title=None, sort=domain,
                      scale=alt.Scale(domain=domain, range=[ACCENT, PEER, QUIET])),
            alt.value("#dfe3e8"),
        ),
        size=alt.Size("reach:Q", title="in reach", scale=alt.Scale(range=[30, 320])),
        tooltip=["technology", "title", "common", "key", "reach", "patents"],
    ).add_params(brush)  # fmt: skip
    named = alt.Chart(frame.filter(pl.col("group") != "other candidates"))
    label = named.mark_text(dy=-12, fontSize=11, color=INK).encode(
        x="common:Q", y="key:Q", text="technology:N"
    )
    return _finish(points + label, 340)


def rank_intervals(frame: pl.DataFrame) -> Spec:
    """Ranks with intervals; columns technology, axis, rank, low, high; best rank on the left."""
    axes = ["common", "key", "reach"]
    x = alt.X("rank:Q", title="rank among the candidates (1 is highest)")
    y = alt.Y("technology:N", title=None, sort=None)
    shift = alt.YOffset("axis:N", sort=axes)
    colour = alt.Color("axis:N", title=None, sort=axes,
                       scale=alt.Scale(domain=axes, range=[ACCENT, PEER, QUIET]))  # fmt: skip
    bars = alt.Chart(frame).mark_rule(strokeWidth=3, opacity=0.6).encode(
        x=alt.X("low:Q", title="rank among the candidates (1 is highest)"), x2="high:Q", y=y,
        yOffset=shift, color=colour, tooltip=["technology", "title", "axis", "rank", "low", "high"],
    )  # fmt: skip
    points = alt.Chart(frame).mark_point(filled=True, size=50).encode(
        x=x, y=y, yOffset=shift, color=colour)  # fmt: skip
    return _finish(bars + points, 40 * frame["technology"].n_unique() + 40)


def quadrant(frame: pl.DataFrame, near: float, difficult: float) -> Spec:
    """Options by relatedness density and complexity with the two cut points."""
    domain = ["high road", "slow road", "casino", "dead end"]
    points = alt.Chart(frame).mark_circle(opacity=0.85, size=90).encode(
        x=alt.X("density:Q", title="relatedness density", scale=alt.Scale(zero=False)),
        y=alt.Y("complexity:Q", title="complexity", scale=alt.Scale(zero=False)),
        color=alt.Color("quarter:N", title=None, sort=domain,
                        scale=alt.Scale(domain=domain, range=[ACCENT, PEER, "#b98a3d", QUIET])),
        tooltip=["technology", "title", "density", "complexity", "quarter", "patents"],
    )  # fmt: skip
    text = alt.Chart(frame).mark_text(dy=-10, fontSize=10, color=INK).encode(
        x="density:Q", y="complexity:Q", text="technology:N"
    )
    across = alt.Chart(pl.DataFrame({"y": [difficult]})).mark_rule(
        strokeDash=[4, 4], color="#8a9099").encode(y="y:Q")  # fmt: skip
    up = alt.Chart(pl.DataFrame({"x": [near]})).mark_rule(
        strokeDash=[4, 4], color="#8a9099").encode(x="x:Q")  # fmt: skip
    return _finish(across + up + points + text, 340)


def adopters(frame: pl.DataFrame) -> Spec:
    """Organisations that have taken up each technology, by year; ``line`` counted or ahead."""
    lines = alt.Chart(frame).mark_line(point=True).encode(
        strokeDash=alt.StrokeDash("line:N", title=None, sort=["counted", "by the curve"]),
        x=alt.X("year:Q", title=None, axis=alt.Axis(format="d")),
        y=alt.Y("adopters:Q", title="organisations so far"),
        color=alt.Color("technology:N", title=None),
        tooltip=["technology", "title", "year", "adopters"],
    )  # fmt: skip
    return _finish(lines)


def gantt(frame: pl.DataFrame, first: int, last: int) -> Spec:
    """Actions over the years; columns action, start, end (first year after), path, about, owner.

    The axis goes from ``first`` to the end of ``last``; a year is named where it begins. What an
    action is stands above its bar, so that a long name is read whole.
    """
    ranked = frame.with_row_index("order").with_columns(
        said=pl.concat_str("action", pl.when(pl.col("about") != "").then(
            pl.concat_str(pl.lit(": "), "about")).otherwise(pl.lit("")))
    )  # fmt: skip
    base = alt.Chart(ranked).encode(
        y=alt.Y("action:N", sort=alt.SortField("order"), title=None,
                axis=alt.Axis(labels=False, ticks=False)),
    )  # fmt: skip
    bars = base.mark_bar(height=11, cornerRadius=2, yOffset=9).encode(
        x=alt.X("start:Q", title=None,
                axis=alt.Axis(format="d", values=list(range(first, last + 2))),
                scale=alt.Scale(domain=[first, last + 1], nice=False, zero=False)),
        x2="end:Q", color=alt.Color("path:N", title=None, legend=alt.Legend(columns=2)),
        tooltip=["action", "about", "owner", "start", "path"],
    )  # fmt: skip
    names = base.mark_text(align="left", baseline="middle", dy=-8, clip=True,
                           limit=alt.ExprRef("width - 8")).encode(
        x=alt.value(4), text="said:N"
    )  # fmt: skip
    return _finish(alt.layer(bars, names), max(60, 40 * frame.height))


def became(frame: pl.DataFrame, order: list[str]) -> Spec:
    """What became of what was asked for; columns type, part, share, parts stacked in order."""
    ranked = frame.with_columns(
        rank=pl.col("part").replace_strict(order, list(range(len(order))), return_dtype=pl.Int64)
    )
    bars = alt.Chart(ranked).mark_bar(height=18).encode(
        y=alt.Y("type:N", sort=None, title=None),
        x=alt.X("share:Q", title="Share of the amount asked for", axis=alt.Axis(format="%")),
        color=alt.Color("part:N", title=None, sort=order,
                        scale=alt.Scale(domain=order,
                                        range=[QUIET, "#8a5aa0", ACCENT, PEER][: len(order)])),
        order=alt.Order("rank:Q"), tooltip=["type", "part", "share"],
    )  # fmt: skip
    return _finish(bars, 30 * frame["type"].n_unique() + 30)
