"""Takes the pictures of docs/dashboard.md anew, of the demo when its hour is over: a part of `make pictures`.

Needs Chromium (`apt install chromium`) and takes two minutes.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class View:
    """A picture: of which page, in what window. Without a path, of the article that alerted last."""

    name: str
    path: str
    height: int
    width: int = 1100
    scheme: Literal["light", "dark"] = "light"


def main() -> None:
    chromium = shutil.which("chromium")
    if not chromium:
        sys.exit("the pictures are taken by Chromium, which is not here: apt install chromium")
    with (
        subprocess.Popen(
            [sys.executable, "-m", "monitor", "demo"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as demo,
        sync_playwright() as driver,
    ):
        address = _when_it_is_over(demo)
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        try:
            take(browser, address)
        finally:
            browser.close()
            demo.terminate()


def _when_it_is_over(demo: "subprocess.Popen[str]") -> str:
    """The address of the demo's pages, once its hour was played."""
    address = ""
    for line in demo.stdout or ():
        if line.startswith("The dashboard is at "):
            address = line.split()[-1]
        if line.startswith("The hour is over"):
            return address
    sys.exit("the demo ended before its hour was over")


def take(browser: Browser, address: str) -> None:
    """Each page once, as it stands after the demo."""
    for view in (
        View("now", "/", 780),
        View("now-dark-phone", "/", 760, 390, "dark"),
        View("watches", "/watches", 620),
        View("watch", "/watches/Nvidia", 980),
        View("feeds", "/feeds", 620),
        View("article", "", 1000),
        View("search", "/search?q=%22gpu+cluster%22", 620),
        View("trends", "/trends", 700),
        View("deliveries", "/deliveries", 620),
    ):
        page = browser.new_page(viewport={"width": view.width, "height": view.height}, color_scheme=view.scheme)
        page.goto(address + (view.path or "/"))
        if not view.path:
            page.get_by_role("link", name="why", exact=True).first.click()
        page.wait_for_timeout(800)  # until the page says that it is live
        page.screenshot(path=FOLDER / f"{view.name}.png")
        page.close()
        print(f"docs/pictures/{view.name}.png")


if __name__ == "__main__":
    main()
