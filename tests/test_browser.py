"""Every page driven in headless Chromium: seen, clicked, typed into, in the dark and on a phone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from pydantic import SecretStr

from monitor.options import Watch, Web
from monitor.store import Database, feedback, silences
from tests.browser import PHONE, WIDE, chromium, needs_chromium, opened
from tests.site import Site, site
from tests.store.newsroom import BOTH, MINUTE, NOW, URL, entry, fail, judge, poll, set_up

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

SECOND_URL = "https://another.example/rss"
CHIPS = Watch(name="Chips & clusters", companies=("Nvidia",), topics=("GPU cluster",), channels=("mail",))
PAGES = [
    "/",
    "/watches",
    "/watches/Chips%20%26%20clusters",
    "/watches/try",
    "/feeds",
    "/feeds/1",
    "/feeds/2",
    "/articles/2",
    "/articles/2?misses=1",
    "/search",
    "/search?q=nvidia",
    "/deliveries",
    "/trends",
    "/trends?kind=company",
    "/trends?name=Nvidia&kind=company",
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH, CHIPS) as made:
        made.now = NOW + timedelta(hours=1)
        yield made


def publish(db: Database, slug: str, title: str, minutes: int) -> None:
    """An article that both watches find."""
    poll(db, entry(slug, title), now=NOW + minutes * MINUTE)
    judge(db, NOW + minutes * MINUTE)


def put_into(db: Database, number: int, state: str) -> None:
    """Have a message stand so."""
    hold = "digest" if state == "held" else ""
    error = "HTTP 500 <b>refused</b>" if state in ("dead", "retry") else ""
    db.execute("UPDATE messages SET state = ?, hold = ?, last_error = ? WHERE id = ?", [state, hold, error, number])
    db.execute("UPDATE messages SET sent = created WHERE id = ? AND state = 'sent'", [number])


def fill(pages: Site) -> None:
    """Two feeds, one of them ill, some stories, and messages in every state."""
    pages.write(lambda db: set_up(db, URL, SECOND_URL, watches=(BOTH, CHIPS)))
    pages.write(poll)
    for number in range(1, 6):
        pages.write(partial(publish, slug=str(number), title=f"Nvidia opens plant number {number}", minutes=number))
    pages.write(lambda db: fail(db, "<b>502</b> Bad Gateway", url=SECOND_URL))
    for number, state in enumerate(("sent", "dead", "held", "retry", "pending"), start=1):
        pages.write(partial(put_into, number=number, state=state))
    pages.write(lambda db: feedback.give(db, "a0", useful=True, now=NOW))
    pages.write(lambda db: feedback.give(db, "a3", useful=False, now=NOW))
    pages.write(lambda db: silences.add(db, watch="Nvidia", ends=NOW + timedelta(hours=9), comment="", now=NOW))
    pages.write(lambda db: silences.add(db, story=2, ends=None, comment="", now=NOW))


# ---------------------------------------------------------------- every page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
async def test_a_page_is_accessible_and_fits(pages: Site, browser: Browser, path: str, width: int, scheme: str) -> None:
    fill(pages)

    async with opened(browser, pages.url + path, width=width, scheme=scheme) as view:  # type: ignore[arg-type]
        violations, overflow = await view.violations(), await view.overflow()

    assert violations == []
    assert overflow <= 0
    assert view.problems == []


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith("/articles")])
async def test_an_empty_page_is_accessible_too(pages: Site, browser: Browser, path: str) -> None:
    pages.write(lambda db: set_up(db, URL, SECOND_URL, watches=(BOTH, CHIPS)))

    async with opened(browser, pages.url + path, width=PHONE) as view:
        violations, overflow = await view.violations(), await view.overflow()

    assert violations == []
    assert overflow <= 0


# ---------------------------------------------------------------- Now


async def test_a_story_appears_as_it_comes(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url) as view:
        await expect(view.page.locator("#live")).to_contain_text("Live")
        pages.write(partial(publish, slug="9", title="Nvidia <i>buys</i> a lake", minutes=9))
        newest = view.page.locator("article").first
        await expect(newest).to_contain_text("Nvidia <i>buys</i> a lake")
        await expect(view.page.locator("#live")).to_contain_text("1 new story")
        titles = await view.page.locator("article h2").all_text_contents()

    assert len(titles) == 6
    assert view.problems == []


async def test_a_delivery_that_ends_is_seen_to_end(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url) as view:
        await expect(view.page.locator("#live")).to_contain_text("Live")
        pages.write(
            lambda db: db.execute("UPDATE messages SET state = 'sent', sent = ?", [NOW.isoformat()[:19] + ".000000Z"])
        )
        pages.write(lambda db: db.execute("INSERT INTO attempts (message_id, started) SELECT 1, created FROM messages"))
        await expect(view.page.locator("article").first).not_to_contain_text("pending")


async def test_a_story_is_judged_muted_and_its_watch_snoozed(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url) as view:
        newest = view.page.locator("article").first
        await newest.get_by_role("button", name="Not useful for Chips & clusters").click()
        await expect(view.page.get_by_role("status").first).to_contain_text("Noted: not useful")
        await expect(newest.get_by_role("button", name="Not useful for Chips")).to_have_attribute(
            "aria-pressed", "true"
        )
        await newest.get_by_role("button", name="Mute story").click()
        await expect(newest.get_by_role("button", name="Unmute story")).to_be_visible()
        await newest.get_by_label("Snooze for").select_option("1d")
        await newest.get_by_role("button", name="Snooze Chips & clusters").click()
        await expect(newest.get_by_role("button", name="Wake Chips & clusters")).to_be_visible()

    now = pages.now
    assert pages.read(lambda db: silences.snoozed(db, now))["Chips & clusters"].ends == now + timedelta(days=1)
    assert view.problems == []


async def test_everything_but_live_updates_works_without_scripts(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url, scripts=False) as view:
        newest = view.page.locator("article").first
        await newest.get_by_role("button", name="Mute story").click()
        await expect(newest.get_by_role("button", name="Unmute story")).to_be_visible()


async def test_who_has_no_mouse_comes_to_the_content_at_once(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url) as view:
        await view.page.keyboard.press("Tab")
        await expect(view.page.locator(".skip")).to_be_focused()
        await view.page.keyboard.press("Enter")
        await view.page.keyboard.press("Tab")
        inside = await view.page.evaluate("document.activeElement.closest('main') !== null")

    assert inside


# ---------------------------------------------------------------- login


async def test_the_token_opens_the_pages(tmp_path: Path, browser: Browser) -> None:
    async with (
        site(tmp_path, web_options=Web(token=SecretStr("sesame"))) as pages,
        opened(browser, pages.url) as view,
    ):
        violations = await view.violations()
        await view.page.get_by_label("Token").fill("wrong")
        await view.page.get_by_role("button", name="Log in").click()
        await expect(view.page.get_by_role("alert")).to_contain_text("not the token")
        await view.page.get_by_label("Token").fill("sesame")
        await view.page.keyboard.press("Enter")
        await expect(view.page.get_by_role("heading", name="Now")).to_be_visible()
        await view.page.get_by_role("button", name="Log out").click()
        await expect(view.page.get_by_label("Token")).to_be_visible()

    assert violations == []


# ---------------------------------------------------------------- the other pages


async def test_words_are_typed_and_found(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url + "/search", width=PHONE, scheme="dark") as view:
        await view.page.get_by_label("Words").fill('"plant number" 3 <b>')
        await view.page.keyboard.press("Enter")
        await expect(view.page.locator("main")).to_contain_text("Try fewer words")
        await view.page.get_by_label("Words").fill('"plant number" 3')
        await view.page.get_by_role("button", name="Search").click()
        await expect(view.page.locator("mark").first).to_contain_text("plant")
        await view.page.get_by_role("link", name="Nvidia opens plant number 3").first.click()
        await expect(view.page.get_by_role("heading", level=1)).to_contain_text("Nvidia opens plant number 3")

    assert view.problems == []


async def test_a_rule_is_typed_refused_with_its_place_and_tried(pages: Site, browser: Browser) -> None:
    fill(pages)
    rule = "[[watch]]\nname = \"Plants\"\nquery = 'plant AND ('\n"

    async with opened(browser, pages.url + "/watches/try") as view:
        box = view.page.get_by_role("textbox").first
        await box.fill(rule)
        await view.page.get_by_role("button", name="Try", exact=False).first.click()
        await expect(view.page.locator("main pre").first).to_contain_text("^")
        await view.page.get_by_role("textbox").first.fill(rule.replace("AND (", ""))
        await view.page.get_by_role("button", name="Try", exact=False).first.click()
        await expect(view.page.locator("main")).to_contain_text("Nvidia opens plant number 3")
        violations = await view.violations()

    assert violations == []


async def test_a_feed_is_asked_for_now(pages: Site, browser: Browser) -> None:
    fill(pages)

    async with opened(browser, pages.url + "/feeds") as view:
        await view.page.get_by_role("link", name="another.example").first.click()
        await view.page.get_by_role("button", name="Refresh now").click()
        await expect(view.page.get_by_role("status").first).to_contain_text("Due now")

    reasons = pages.read(lambda db: db.execute("SELECT next_reason FROM feeds ORDER BY id").fetchall())
    assert reasons[1] == ("asked for by hand",)


async def test_a_dead_letter_is_sent_again_and_another_let_go(pages: Site, browser: Browser) -> None:
    fill(pages)
    pages.write(partial(put_into, number=3, state="dead"))

    async with opened(browser, pages.url + "/deliveries") as view:
        await view.page.get_by_role("button", name="Retry message 2").first.click()
        await expect(view.page.get_by_role("status").first).to_contain_text("Queued again")
        await view.page.get_by_role("button", name="Drop message 3").first.click()
        await expect(view.page.get_by_role("button", name="Retry message 2")).to_have_count(0)

    states = pages.read(lambda db: db.execute("SELECT state FROM messages WHERE id IN (2, 3) ORDER BY id").fetchall())
    assert states == [("pending",), ("dead",)]


async def test_things_are_ticked_and_drawn_with_their_numbers(pages: Site, browser: Browser) -> None:
    fill(pages)
    pages.write(
        lambda db: db.execute(
            "INSERT OR IGNORE INTO mentions (list, term, story_id, told)"
            " SELECT 'companies', 'Nvidia', story_id, created FROM alerts"
        )
    )

    async with opened(browser, pages.url + "/trends") as view:
        await view.page.get_by_role("checkbox").first.check()
        await view.page.get_by_role("button", name="Compare what is ticked").first.click()
        picture = view.page.locator("figure img")
        await expect(picture).to_be_visible()
        await view.page.wait_for_load_state("load")
        drawn = await picture.evaluate("image => image.complete && image.naturalWidth")

    assert drawn
    assert view.problems == []
