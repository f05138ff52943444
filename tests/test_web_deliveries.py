"""The page of deliveries, and what is clicked on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.model import MessageState
from monitor.options import Channel
from monitor.store import Database, delivery, outbox
from tests.site import Site, site
from tests.store.newsroom import BOTH, MINUTE, NOW, SECOND, entry, judge, poll, raise_one, set_up

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        yield made


def kill(db: Database, number: int = 1, error: str = "HTTP 404") -> None:
    """A message is refused for good."""
    delivery.claim(db, number, NOW)
    delivery.record_not_sent(db, number, error, NOW + SECOND, next_try=None)


def state_of(pages: Site, number: int) -> tuple[MessageState, str]:
    found = pages.read(lambda db: outbox.message(db, number))
    return found.state, found.reason


async def test_an_empty_page_says_what_to_do_next(pages: Site) -> None:
    answer = await pages.get("/deliveries")

    assert answer.status == 200
    assert "Nothing was sent yet" in answer.words
    assert "No channel yet" in answer.words


async def test_a_message_leads_to_its_article(pages: Site) -> None:
    raise_one(pages.store)

    answer = await pages.get("/deliveries")

    assert '<a href="/articles/1"><bdi>Nvidia opens a plant</bdi></a>' in answer.text
    assert "all 2 pending 2" in answer.words


async def test_dead_letters_stand_first_with_their_error(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)

    words = (await pages.get("/deliveries")).words

    assert words.index("Dead letters Retry all 1") < words.index("Channels")
    assert "HTTP 404" in words


async def test_a_dead_letter_is_sent_again(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)

    done = await pages.post("/deliveries/1/retry", back="/deliveries?state=dead")

    assert (done.status, done.headers["Location"]) == (303, "/deliveries?state=dead&told=retried")
    assert state_of(pages, 1) == (MessageState.PENDING, "sent again by hand")


async def test_all_dead_letters_are_sent_again_but_those_that_were_dropped(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)
    pages.write(lambda db: kill(db, 2))
    await pages.post("/deliveries/2/drop")

    done = await pages.post("/deliveries/retry", back="/deliveries")

    assert done.headers["Location"] == "/deliveries?told=retried"
    assert state_of(pages, 1)[0] is MessageState.PENDING
    assert state_of(pages, 2) == (MessageState.DEAD, outbox.DROPPED)


async def test_what_no_channel_could_send_is_left(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)
    pages.config = pages.config.model_copy(update={"channels": (Channel(name="mail"),)})

    done = await pages.post("/deliveries/1/retry")

    assert done.headers["Location"] == "/?told=refused"
    assert state_of(pages, 1)[0] is MessageState.DEAD


async def test_a_dropped_letter_is_no_longer_among_those_that_want_attention(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)

    done = await pages.post("/deliveries/1/drop", back="/deliveries")
    answer = await pages.get("/deliveries?told=dropped")

    assert done.headers["Location"] == "/deliveries?told=dropped"
    assert "Let go of" in answer.words
    assert "Dead letters" not in answer.words


@pytest.mark.parametrize("path", ["/deliveries/99/retry", "/deliveries/99/drop", "/deliveries/retry"])
async def test_what_is_not_there_is_said_to_be_gone(pages: Site, path: str) -> None:
    done = await pages.post(path)

    assert done.headers["Location"] == "/?told=gone"


@pytest.mark.parametrize("path", ["/deliveries/x/retry", "/deliveries/%C2%B2/drop", f"/deliveries/{'9' * 40}/retry"])
async def test_what_is_no_number_is_not_found(pages: Site, path: str) -> None:
    answer = await pages.post(path)

    assert answer.status == 404


async def test_nothing_is_sent_again_by_looking(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)

    answer = await pages.get("/deliveries/1/retry")

    assert answer.status == 405
    assert state_of(pages, 1)[0] is MessageState.DEAD


async def test_messages_are_narrowed_by_state_and_channel(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)

    def shown(answer_text: str) -> str:
        return answer_text[answer_text.index('id="outbox"') :]

    dead, mail = await pages.get("/deliveries?state=dead"), await pages.get("/deliveries?channel=mail")
    none = await pages.get("/deliveries?channel=mail&state=dead")

    assert (shown(dead.text).count("<td>desk"), shown(dead.text).count("<td>mail")) == (1, 0)
    assert (shown(mail.text).count("<td>desk"), shown(mail.text).count("<td>mail")) == (0, 1)
    assert "There are no messages like that" in none.words


async def test_older_messages_are_on_further_pages_and_none_is_on_two(pages: Site) -> None:
    pages.write(lambda db: set_up(db, watches=(BOTH,)))
    pages.write(poll)
    pages.write(lambda db: poll(db, *(entry(str(n), f"Nvidia opens plant {n}") for n in range(60))))
    pages.write(judge)

    first = pages.read(lambda db: outbox.newest(db, 50, channel="desk"))
    rest = pages.read(lambda db: outbox.newest(db, 50, channel="desk", before=first[-1].id))
    answer = await pages.get("/deliveries?channel=desk")
    further = await pages.get(f"/deliveries?channel=desk&before={first[-1].id}")

    numbers = [item.id for item in (*first, *rest)]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) == 60
    assert f'href="/deliveries?channel=desk&amp;before={first[-1].id}"' in answer.text
    assert further.text.count("<td>desk") == 10
    assert len(answer.text) < 100_000


@pytest.mark.parametrize(
    "query", ["state=x", "before=x", "before=0", f"before={'9' * 30}", "before=-1", "channel=%00", "channel=%3Cb%3E"]
)
async def test_any_query_has_an_answer(pages: Site, query: str) -> None:
    raise_one(pages.store)

    answer = await pages.get(f"/deliveries?{query}")

    assert answer.status == 200


async def test_what_a_feed_or_a_service_says_is_never_markup(pages: Site) -> None:
    pages.write(lambda db: set_up(db, watches=(BOTH,)))
    pages.write(poll)
    pages.write(lambda db: poll(db, entry("1", f"Nvidia {HOSTILE}")))
    pages.write(judge)
    pages.write(lambda db: kill(db, error=f"HTTP 400 {HOSTILE}"))

    answer = await pages.get("/deliveries")

    assert HOSTILE not in answer.text
    assert "HTTP 400 &lt;script&gt;" in answer.text
    assert "Nvidia &lt;script&gt;" in answer.text


async def test_a_channel_shows_what_failed_last(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(kill)
    pages.now = NOW + MINUTE

    answer = await pages.get("/deliveries")

    assert "desk slack ok 0 1 – HTTP 404 59s ago" in answer.words
