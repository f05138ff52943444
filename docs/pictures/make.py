"""Draws the pictures of docs/messages.md anew, from what the samples are rendered to: `make pictures`.

Mails are shown as Chromium shows them, and a terminal as rich does; the chat services are drawn from what is posted to
them, by `services.py` beside this file. Needs Chromium (`apt install chromium
fonts-noto-color-emoji`).
"""

import base64
import io
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import services
from PIL import Image, ImageChops
from rich.console import Console
from rich.terminal_theme import MONOKAI

from monitor import samples
from monitor.model import Hold, Message, Rendered
from monitor.render import Kind, message

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("America/New_York")
TALLEST = 3000


def main() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        sys.exit("the pictures are drawn by Chromium, which is not here: apt install chromium")
    for name, (page, width) in pages().items():
        with tempfile.TemporaryDirectory() as folder:
            screenshot(chromium, page, width, Path(folder)).save(FOLDER / f"{name}.png", optimize=True)
        print(f"docs/pictures/{name}.png")


def pages() -> dict[str, tuple[str, int]]:
    """Each picture as a page of HTML, and its width."""
    one, again, digest = samples.single(), samples.single(samples.repeat()), samples.listed()
    quiet = replace(digest, hold=Hold.QUIET, reason="quiet hours until 06:30")
    some = (one, again, replace(quiet, alerts=quiet.alerts[:4]), samples.notice())
    return {
        "mail": (mail(one), 700),
        "mail-repeat": (mail(again), 700),
        "mail-notice": (mail(samples.notice()), 700),
        "mail-digest": (mail(digest), 700),
        "mail-digest-dark": (mail(digest, dark=True), 700),
        "mail-digest-phone": (phone(mail(digest)), 390),
        "mail-dark": (mail(one, dark=True), 700),
        "mail-phone": (phone(mail(one)), 390),
        "slack": (services.slack([rendered(what, Kind.SLACK) for what in some]), 700),
        "discord": (services.discord([rendered(what, Kind.DISCORD) for what in some]), 700),
        "telegram": (services.telegram([rendered(what, Kind.TELEGRAM) for what in some]), 560),
        "ntfy": (services.ntfy([rendered(what, Kind.NTFY) for what in some]), 520),
        "terminal": (terminal([again, samples.single(digest.alerts[2]), samples.notice()]), 900),
    }


def rendered(what: Message, kind: Kind) -> Rendered:
    return message(what, kind, ZONE, samples.NOW)


def mail(what: Message, *, dark: bool = False) -> str:
    shown = rendered(what, Kind.MAIL)
    html = shown.html
    for name, image in shown.images.items():
        html = html.replace(f"cid:{name}", "data:image/png;base64," + base64.b64encode(image).decode())
    return html.replace("@media (prefers-color-scheme: dark)", "@media all" if dark else "@media print")


def phone(html: str) -> str:
    """The page in a frame, since no window is as narrow as a phone."""
    source = html.replace("&", "&amp;").replace('"', "&quot;")
    fit = "this.style.height = this.contentDocument.documentElement.scrollHeight + 'px'"
    style = "border:0; width:390px; display:block;"
    return f'<body style="margin:0"><iframe srcdoc="{source}" style="{style}" onload="{fit}"></iframe>'


def terminal(messages: list[Message]) -> str:
    console = Console(record=True, file=io.StringIO(), width=104, force_terminal=True, color_system="truecolor")
    for number, what in enumerate(messages):
        if number:
            console.print()
        now = max((alert.matched for alert in what.alerts), default=samples.NOW) + timedelta(seconds=3)
        console.print(message(what, Kind.TERMINAL, ZONE, now).text, highlight=False, emoji=False)
    svg = console.export_svg(title="monitor run", theme=MONOKAI)
    return f'<body style="margin:0"><div style="width:900px">{re.sub("@import[^;]*;", "", svg)}</div>'


def screenshot(chromium: str, page: str, width: int, folder: Path) -> Image.Image:
    """The page at twice its size, without what is empty below it."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    command = (
        *(
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=2",
        ),
        *(f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500)},{TALLEST}"),
        *("--virtual-time-budget=2000", f"--screenshot={folder / 'page.png'}", (folder / "page.html").as_uri()),
    )
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with Image.open(folder / "page.png") as opened:
        picture = opened.convert("RGB").crop((0, 0, 2 * width, opened.height))
    empty = Image.new("RGB", picture.size, picture.getpixel((2, picture.height - 2)))
    box = ImageChops.difference(picture, empty).getbbox()
    bottom = min((box[3] if box else 0) + 32, picture.height)
    return picture.crop((0, 0, picture.width, bottom)).quantize(256)


if __name__ == "__main__":
    main()
