"""The dashboard in headless Chromium, as a person sees and clicks it. Skipped where Chromium is not installed."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")

# It is to talk to nobody but the page.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = 1200, 360
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass
class View:
    """A page in the browser; `problems` is what the browser complained of, such as what the page may not load."""

    page: Page
    problems: list[str] = field(default_factory=list)

    async def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA: the rule, and what breaks it."""
        # Axe is run from outside of the page, whose policy holds for itself only.
        found: Any = await Axe().run(self.page, options=RULES)
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found.response["violations"]]

    async def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser with nothing remembered."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser,
    url: str,
    *,
    width: int = WIDE,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> AsyncIterator[View]:
    """A page of this address, in a window of this width."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    page = await context.new_page()
    view = View(page)
    page.on("console", lambda message: view.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: view.problems.append(str(error)))
    await page.goto(url)
    try:
        yield view
    finally:
        await context.close()
