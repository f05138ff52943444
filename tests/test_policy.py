"""When what is alerted reaches a channel: nights, digests, storms, outages of ours and of a service, over restarts."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.errors import NotifyError
from monitor.options import Channel, Feed, Quiet, Settings, Watch
from monitor.store import silences
from tests.server import Item, Server
from tests.world import World

SECOND, MINUTE, HOUR = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
NIGHT = Quiet.model_validate({"from": "22:00", "to": "06:30"})
URGENT = Watch(name="Urgent", companies=("Qualcomm",), priority="urgent")

# Words that no two articles share, so that each is a story of its own.
SYLLABLES = ("ba", "de", "fi", "go", "lu", "mo", "na", "pe", "ri", "su", "ta", "vo", "wi", "xe", "yo", "zu")


def item(number: int, firm: str = "Nvidia") -> Item:
    chance = Random(number)
    words = ["".join(chance.choices(SYLLABLES, k=5)) for _ in range(60)]
    return Item(f"{firm} {words[0]} {words[1]} {words[2]}", guid=f"{firm}-{number}", summary=" ".join(words))


@pytest.fixture
def world(tmp_path: Path, server: Server) -> World:
    """It is noon on a Monday in March."""
    world = World(tmp_path, server, Feed(url=server.feed("/rss", [item(0)]), full_text=False, interval=SECOND))
    world.watches += (URGENT,)
    return world


async def test_a_storm_reaches_a_capped_channel_as_19_messages_at_once_and_a_20th_that_lists_all_the_rest(
    world: World, server: Server
) -> None:
    world.channels = (Channel(name="desk", max_per_hour=20),)
    await world.visit()
    for batch in range(4):
        server.feed("/rss", [item(number) for number in range(1 + 500 * batch, 501 + 500 * batch)])
        await world.visit(15 * SECOND)

    assert len(world.sent) == 19
    await world.visit(58 * MINUTE)
    assert len(world.sent) == 19
    await world.visit(2 * MINUTE)

    assert len(world.sent) == 20
    (held,) = world.rows("SELECT count(*) AS alerts FROM deliveries GROUP BY message_id HAVING count(*) > 1")
    assert held["alerts"] == 1981
    assert {row["state"] for row in world.rows("SELECT state FROM messages")} == {"sent"}
    assert world.rows("SELECT count(*) AS alerts FROM alerts") == [{"alerts": 2000}]
    assert "1981" in world.notifier.sent[-1].title


async def test_what_comes_at_night_waits_for_the_morning_in_one_message_but_urgent_news_rings(
    world: World, server: Server
) -> None:
    world.channels = (Channel(name="desk", quiet=NIGHT),)
    await world.visit()
    server.feed("/rss", [item(1)])
    await world.visit(10 * HOUR)  # at ten in the evening
    server.feed("/rss", [item(2), item(3, "Qualcomm")])
    await world.visit(6 * HOUR)
    assert ["Qualcomm" in text for text in world.sent] == [True]

    await world.visit(timedelta(hours=2, minutes=29))
    assert len(world.sent) == 1
    await world.visit(MINUTE)

    assert len(world.sent) == 2
    assert world.notifier.sent[1].text.count("Nvidia:") == 2


async def test_a_digest_comes_at_its_time_even_where_the_monitor_was_off_then(world: World, server: Server) -> None:
    world.channels = (Channel(name="mail", digest=("07:30",)), Channel(name="desk"))
    await world.visit()
    server.feed("/rss", [item(1), item(2), item(3, "Qualcomm")])
    await world.visit(HOUR)
    assert (len(world.sent_to("desk")), len(world.sent_to("mail"))) == (3, 0)

    await world.visit(24 * HOUR)

    assert len(world.sent_to("mail")) == 1
    server.feed("/rss", [item(4)])
    await world.visit(MINUTE)
    assert len(world.sent_to("mail")) == 1


async def test_after_an_outage_of_ours_news_comes_as_one_digest_and_urgent_news_rings(
    world: World, server: Server
) -> None:
    world.settings = Settings()
    await world.visit()
    server.feed("/rss", [item(1), item(2), item(3, "Qualcomm")])

    await world.visit(7 * HOUR)
    assert ["Qualcomm" in text for text in world.sent] == [True]
    server.feed("/rss", [item(4)])
    await world.visit(MINUTE)
    assert len(world.sent) == 2, "what comes after the outage is news as ever"
    await world.visit(2 * MINUTE)

    assert len(world.sent) == 3
    assert world.sent[2].count("Nvidia:") == 2


async def test_a_shorter_outage_of_ours_changes_nothing(world: World, server: Server) -> None:
    world.settings = Settings()
    await world.visit()
    server.feed("/rss", [item(1), item(2)])

    await world.visit(5 * HOUR)

    assert len(world.sent) == 2


async def test_a_channel_takes_the_priorities_and_tiers_that_it_is_for(world: World, server: Server) -> None:
    world.channels = (
        Channel(name="phone", priorities=("urgent",)),
        Channel(name="wire", tiers=(1,)),
        Channel(name="desk"),
    )
    await world.visit()
    server.feed("/rss", [item(1), item(2, "Qualcomm")])
    await world.visit(MINUTE)

    assert [len(world.sent_to(name)) for name in ("phone", "wire", "desk")] == [1, 0, 2]


# ---------------------------------------------------------------- a service that does not take messages


async def test_what_is_refused_for_good_goes_to_the_fallback_at_once_and_is_told_of(
    world: World, server: Server
) -> None:
    world.channels = (Channel(name="desk", fallback="mail"), Channel(name="mail"))
    world.watches = (Watch(name="Nvidia", companies=("Nvidia",), channels=("desk",)),)
    world.notifier.ill["fake://desk"] = NotifyError("HTTP 404 Not Found", permanent=True)
    await world.visit()
    server.feed("/rss", [item(1)])

    await world.visit(MINUTE)
    await world.visit(SECOND, check_up=True)

    assert [text.splitlines()[0] for text in world.sent_to("mail")][1:] == ["messages were given up"]
    assert "1 message to desk: HTTP 404 Not Found. Sent to mail instead." in world.sent_to("mail")[-1]
    assert {row["state"] for row in world.rows("SELECT state FROM messages WHERE channel_id = 1")} == {"dead"}


async def test_a_channel_that_is_down_delays_nothing_where_it_has_a_fallback_and_is_found_well_again(
    world: World, server: Server
) -> None:
    world.channels = (Channel(name="desk", fallback="mail"), Channel(name="mail"))
    world.watches = (Watch(name="Nvidia", companies=("Nvidia",), channels=("desk",)),)
    world.notifier.ill["fake://desk"] = NotifyError("HTTP 404 Not Found", permanent=True)
    await world.visit()
    for number in range(1, 6):
        server.feed("/rss", [item(number)])
        await world.visit(2 * SECOND)
    assert len(world.sent_to("mail")) == 5
    errors = [row["last_error"] for row in world.rows("SELECT last_error FROM messages WHERE state = 'dead'")]
    assert errors == ["HTTP 404 Not Found"] * 3 + ["not tried, as the channel is down"] * 2

    del world.notifier.ill["fake://desk"]
    server.feed("/rss", [item(6)])
    await world.visit(5 * MINUTE)

    assert len(world.sent_to("desk")) == 1
    assert len(world.sent_to("mail")) == 5


async def test_a_channel_that_is_down_without_a_fallback_keeps_what_it_was_to_have(
    world: World, server: Server
) -> None:
    world.notifier.ill["fake://desk"] = NotifyError("HTTP 404 Not Found", permanent=True)
    await world.visit()
    server.feed("/rss", [item(number) for number in range(1, 8)])
    await world.visit(MINUTE)
    assert world.sent == []
    world.notifier.ill.clear()

    await world.visit(5 * MINUTE)

    states = [row["state"] for row in world.rows("SELECT state FROM messages WHERE kind = 'alert' ORDER BY id")]
    assert states == ["dead"] * 3 + ["sent"] * 4


async def test_an_outage_of_a_service_delays_other_channels_by_nothing_and_loses_nothing(
    world: World, server: Server
) -> None:
    world.channels = (Channel(name="desk"), Channel(name="mail"))
    world.notifier.ill["fake://desk"] = NotifyError("HTTP 503", permanent=False)
    await world.visit()
    for number in range(1, 7):
        server.feed("/rss", [item(number)])
        await world.visit(10 * MINUTE)
        assert len(world.sent_to("mail")) == number
    world.notifier.ill.clear()

    await world.visits(*[10 * MINUTE] * 4)

    assert len(world.sent_to("desk")) == 6
    assert {row["state"] for row in world.rows("SELECT state FROM messages")} == {"sent"}


async def test_a_backlog_is_sent_neither_at_night_nor_above_the_cap(world: World, server: Server) -> None:
    world.channels = (Channel(name="desk", quiet=NIGHT, max_per_hour=3),)
    world.notifier.ill["fake://desk"] = NotifyError("HTTP 503", permanent=False)
    await world.visit()
    for number in range(1, 13):
        server.feed("/rss", [item(number)])
        await world.visit(HOUR if number > 1 else MINUTE)
    world.notifier.ill.clear()

    await world.visits(*[10 * MINUTE] * 40)
    assert world.sent == [], "it is night"
    await world.visits(*[10 * MINUTE] * 60)

    assert len(world.sent) <= 4
    assert sum(text.count("Nvidia:") for text in [r.title + r.text for r in world.notifier.sent]) >= 12
    assert {row["state"] for row in world.rows("SELECT state FROM messages")} == {"sent"}


async def test_what_falls_back_is_folded_like_anything_else(world: World, server: Server) -> None:
    world.channels = (Channel(name="desk", fallback="mail"), Channel(name="mail", max_per_hour=5))
    world.watches = (Watch(name="Nvidia", companies=("Nvidia",), channels=("desk",)),)
    world.notifier.ill["fake://desk"] = NotifyError("HTTP 404 Not Found", permanent=True)
    await world.visit()
    server.feed("/rss", [item(number) for number in range(1, 41)])
    await world.visit(MINUTE)

    await world.visit(HOUR)

    assert len(world.sent_to("mail")) == 5
    assert world.rows("SELECT count(*) AS dead FROM fallbacks") == [{"dead": 40}]


async def test_quiet_hours_that_were_set_meanwhile_hold_for_what_is_held_too(world: World, server: Server) -> None:
    world.channels = (Channel(name="desk", digest=("22:30",)),)
    await world.visit()
    server.feed("/rss", [item(1)])
    await world.visit(MINUTE)
    world.channels = (Channel(name="desk", quiet=NIGHT),)
    await world.visit(11 * HOUR)
    assert world.sent == []

    await world.visit(8 * HOUR)

    assert len(world.sent) == 1


async def test_what_is_held_for_a_far_time_is_brought_nearer_when_the_time_was_a_mistake(
    world: World, server: Server
) -> None:
    world.channels = (Channel(name="desk", digest=("30 7 1 1 *",)),)
    await world.visit()
    server.feed("/rss", [item(1)])
    await world.visit(MINUTE)
    world.channels = (Channel(name="desk", digest=("07:30",)),)

    await world.visit(MINUTE, check_up=True)
    await world.visit(20 * HOUR)

    assert len(world.sent) == 1


async def test_a_channel_for_tier_1_gets_a_story_when_a_source_of_tier_1_has_it(world: World, server: Server) -> None:
    blog = Feed(url=server.feed("/blog", [item(0)]), full_text=False, interval=SECOND, tier=3)
    world.feeds = (*world.feeds, blog)
    world.channels = (Channel(name="desk"), Channel(name="wire", tiers=(1, 2)))
    await world.visit()
    same = Item("Nvidia opens a plant", link="/plant", summary="Nvidia opened a plant in the valley.")
    server.feed("/blog", [same])
    await world.visit(MINUTE)
    assert (len(world.sent_to("desk")), len(world.sent_to("wire"))) == (1, 0)

    server.feed("/rss", [same])
    await world.visit(MINUTE)

    assert (len(world.sent_to("desk")), len(world.sent_to("wire"))) == (1, 1)


async def test_a_channel_that_was_taken_out_gets_what_waited_for_it_when_it_is_put_back(
    world: World, server: Server
) -> None:
    both = (Channel(name="desk", digest=("07:30",)), Channel(name="mail"))
    world.channels = both
    await world.visit()
    server.feed("/rss", [item(1)])
    await world.visit(MINUTE)
    world.channels = both[1:]
    await world.visit(MINUTE)
    assert world.rows("SELECT state FROM messages ORDER BY id") == [{"state": "dead"}, {"state": "sent"}]

    world.channels = both
    await world.visit(MINUTE)

    assert len(world.sent_to("desk")) == 1


async def test_a_message_that_cannot_be_read_is_given_up_and_stops_no_other(world: World, server: Server) -> None:
    world.channels = (Channel(name="desk", digest=("12:30",)), Channel(name="mail"))
    await world.visit()
    server.feed("/rss", [item(1)])
    await world.visit(MINUTE)
    world.write(lambda db: db.execute("UPDATE matches SET marks = 'no JSON' WHERE action = 'alert'"))
    server.feed("/rss", [item(2)])

    await world.visit(HOUR)

    assert len(world.sent_to("mail")) == 2
    (dead,) = world.rows("SELECT last_error FROM messages WHERE state = 'dead'")
    assert dead["last_error"].startswith("defect: JSONDecodeError")


# ---------------------------------------------------------------- one story, or several


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("8-K - NVIDIA CORP (0001045810) (Filer)", "Filed: 2026-03-02 AccNo: 0001045810-26-00012{n} Size: {n} MB"),
        ("Elevated error rates at Nvidia's cloud", "Mar {n}, 10:0{n} PST Investigating. We look into elevated errors."),
        ("Nvidia releases driver 581.{n}", "Nvidia Corp. released driver 581.{n} on Monday, it said in a statement."),
    ],
    ids=["filings", "incidents", "releases"],
)
async def test_what_one_outlet_lists_twice_is_two_stories_however_alike(
    world: World, server: Server, title: str, text: str
) -> None:
    await world.visit()
    listed = [Item(title.format(n=n), guid=str(n), link=f"/{n}", summary=text.format(n=n)) for n in range(1, 5)]
    server.feed("/rss", listed)

    await world.visit(MINUTE)

    assert len(world.sent) == 4


async def test_one_event_in_the_words_of_two_outlets_rings_once_and_the_next_message_names_both(
    world: World, server: Server
) -> None:
    other = Feed(url=server.feed("/other", [item(0)]), name="The Other", full_text=False, interval=SECOND)
    world.feeds = (*world.feeds, other)
    world.channels = (Channel(name="desk"), Channel(name="mail", digest=("12:30",)))
    await world.visit()
    wire = "Nvidia Corp. agreed to buy the chip designer Groq for $20 billion in cash, the firms said on Monday."
    press = "Nvidia will pay $20 billion in cash for Groq, a chip designer, in its largest deal yet."
    server.feed("/rss", [Item("Nvidia to buy Groq for $20 billion", guid="a", link="/wire", summary=wire)])
    await world.visit(MINUTE)
    server.feed("/other", [Item("Nvidia buys Groq in $20 billion deal", guid="b", link="/press", summary=press)])
    await world.visit(MINUTE)

    assert len(world.sent_to("desk")) == 1
    await world.visit(HOUR)
    assert "also: The Other" in world.sent_to("mail")[0]


async def test_a_correction_by_another_article_is_a_repeat_whatever_number_it_corrects(
    world: World, server: Server
) -> None:
    world.feeds = (*world.feeds, Feed(url=server.feed("/other", [item(0)]), full_text=False, interval=SECOND))
    await world.visit()
    text = "Nvidia Corp. will recall {} graphics cards sold in the spring, since their fans may stop, it said."
    first = Item("Nvidia recalls 20,000 cards over fans", link="/one", summary=text.format("20,000"))
    server.feed("/rss", [first])
    await world.visit(MINUTE)
    title = "CORRECTED-Nvidia recalls 30,000 cards over fans"
    server.feed("/rss", [Item(title, link="/two", summary=text.format("30,000")), first])
    await world.visit(MINUTE)

    assert len(world.sent) == 2
    assert "corrects it" in world.sent[1]


async def test_what_a_firm_does_next_is_no_update_of_what_it_did_before(world: World, server: Server) -> None:
    await world.visit()
    for title in ("Nvidia names lion in Prague zoo", "Nvidia recalls 30,000 cards over fans", "Nvidia sued in Ohio"):
        server.feed("/rss", [Item(title, guid=title, summary=f"{title}, it was said on Monday.")])
        await world.visit(MINUTE)

    assert len(world.sent) == 3
    assert [text for text in world.sent if "update" in text] == []


# ---------------------------------------------------------------- silences and repeats


async def test_a_snoozed_watch_alerts_on_nothing_until_it_wakes_and_says_why(world: World, server: Server) -> None:
    await world.visit()
    world.write(
        lambda db: silences.add(db, watch="Nvidia", ends=world.now + 2 * HOUR, comment="earnings", now=world.now)
    )
    server.feed("/rss", [item(1), item(2, "Qualcomm")])
    await world.visit(HOUR)
    assert ["Qualcomm" in text for text in world.sent] == [True]
    server.feed("/rss", [item(3)])
    await world.visit(HOUR)

    assert len(world.sent) == 2
    reasons = [row["reason"] for row in world.rows("SELECT reason FROM matches WHERE action = 'suppress'")]
    assert reasons[1:] == ["silenced until 14:00: earnings (silence 1)"]
    assert world.rows("SELECT silence_id FROM matches WHERE silence_id IS NOT NULL") == [{"silence_id": 1}]


async def test_a_headline_that_says_something_else_is_told_once_the_cooldown_is_over(
    world: World, server: Server
) -> None:
    before = Item("Nvidia to buy startup for $2 billion", guid="1", link="/deal", summary="Nvidia is in talks.")
    after = Item("Nvidia to buy startup for $3 billion", guid="1", link="/deal", summary="Nvidia is in talks.")
    await world.visit()
    server.feed("/rss", [before])
    await world.visit(MINUTE)
    server.feed("/rss", [after])
    await world.visit(MINUTE)
    assert len(world.sent) == 1

    await world.visit(28 * MINUTE)
    assert len(world.sent) == 1
    await world.visit(MINUTE)

    assert len(world.sent) == 2
    assert "$3 billion" in world.notifier.sent[1].title + world.sent[1]
    assert "another headline now, with other numbers" in world.sent[1]


async def test_a_correction_does_not_wait_for_the_cooldown_and_is_told_once(world: World, server: Server) -> None:
    await world.visit()
    for title in ("Nvidia to buy startup", "CORRECTED-Nvidia to buy startup", "CORRECTED-Nvidia to buy a startup"):
        server.feed("/rss", [Item(title, guid="1", link="/deal", summary="Nvidia is in talks.")])
        await world.visit(MINUTE)

    assert len(world.sent) == 2
    assert "corrects it" in world.sent[1]


async def test_what_a_silence_kept_back_does_not_come_later_when_the_watches_are_edited(
    world: World, server: Server
) -> None:
    await world.visit()
    until = world.now + HOUR
    world.write(lambda db: silences.add(db, watch="Nvidia", ends=until, comment="", now=world.now))
    server.feed("/rss", [item(1), item(2)])
    await world.visit(MINUTE)
    world.watches += (Watch(name="New", companies=("Nvidia",), channels=("none",)),)

    await world.visits(2 * HOUR, MINUTE)

    assert [text for text in world.sent if "Nvidia" in text] == []
    assert world.rows("SELECT count(*) AS kept FROM matches WHERE silence_id IS NOT NULL") == [{"kept": 2}]


async def test_an_edited_cooldown_tells_nothing_again(world: World, server: Server) -> None:
    await world.visit()
    server.feed("/rss", [item(1), item(2)])
    await world.visit(MINUTE)
    before = world.rows("SELECT count(*) AS revisions FROM revisions WHERE state = 'judged'")
    world.watches = (Watch(name="Nvidia", companies=("Nvidia",), cooldown=SECOND),)

    await world.visit(MINUTE)

    assert len(world.sent) == 2
    assert world.rows("SELECT count(*) AS revisions FROM revisions WHERE state = 'judged'") == before
