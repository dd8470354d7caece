"""Open a saved page in Chromium the way a reader does, and note everything it does wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request, sync_playwright
from playwright.sync_api import Page as Tab

CANDIDATES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1280, 900)
PHONE = (390, 844)

#: What a drawn chart is made of; an axis alone is no mark.
MARKS = ", ".join(
    f".mark-{kind}.role-mark {shape}"
    for kind, shape in (
        ("line", "path"), ("area", "path"), ("symbol", "path"), ("rect", "path"), ("arc", "path"),
        ("shape", "path"), ("trail", "path"), ("rule", "line"), ("text", "text"),
    )
)  # fmt: skip


@dataclass
class Visit:
    """A page in the browser and what was seen of it."""

    tab: Tab
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.requests.append(request.url)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(f"{message.type}: {message.text}")

    def go(self, anchor: str) -> None:
        """Go to a page of the report and wait until its charts are drawn."""
        self.tab.evaluate("hash => { location.hash = hash; }", f"#/{anchor}")
        section = f'.page[data-id="{anchor.split("/")[0]}"]:not([hidden])'
        self.tab.wait_for_selector(section)
        self.wait_for_charts(section)

    def wait_for_charts(self, inside: str) -> None:
        """Wait until every chart inside a part of the page has something in it."""
        script = "part => [...document.querySelectorAll(`${part} .chart`)].every(c => c.firstChild)"
        self.tab.wait_for_function(script, arg=inside)

    def pages(self) -> list[str]:
        """Ids of the pages, in the order of the contents."""
        links = self.tab.locator("[data-page]")
        return [link.get_attribute("data-page") or "" for link in links.all()]

    def marks(self) -> dict[str, int]:
        """Number of marks in each chart that is visible."""
        charts = self.tab.locator(".page:not([hidden]) .chart").all()
        return {c.get_attribute("id") or "": c.locator(MARKS).count() for c in charts}

    def assert_quiet(self) -> None:
        """No request to any host, no console error or warning."""
        assert self.requests == []
        assert self.messages == []


def chromium() -> str:
    """Path of an installed Chromium; skips the test without one, unless one is required."""
    wanted = os.environ.get("REGIONLIFT_CHROMIUM")
    for path in (wanted,) if wanted else CANDIDATES:
        if Path(path).is_file():
            return path
    reason = (
        f"no Chromium at {wanted or ', '.join(CANDIDATES)}; set REGIONLIFT_CHROMIUM to its path"
    )
    if "chromium" in os.environ.get("REGIONLIFT_REQUIRE", ""):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def launched(*arguments: str) -> Iterator[Browser]:
    """A running Chromium, closed at the end."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visited(browser: Browser, file: Path, size: tuple[int, int] = DESKTOP) -> Iterator[Visit]:
    """A saved page opened from its file, with its first page drawn."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, accept_downloads=True
    )
    try:
        visit = Visit(context.new_page())
        visit.tab.on("request", visit.note_request)
        visit.tab.on("console", visit.note_message)
        visit.tab.on("pageerror", lambda error: visit.messages.append(f"page error: {error}"))
        visit.tab.goto(file.as_uri())
        visit.tab.wait_for_selector(".page:not([hidden])")
        visit.wait_for_charts(".page:not([hidden])")
        yield visit
    finally:
        context.close()
