"""Commands beside a running daemon: it takes up at once what they write."""

import json
from typing import Any

from tests.house import NVIDIA, House, eventually
from tests.server import Server


def told(house: House, *command: str) -> list[dict[str, Any]]:
    done = house.run(*command, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_dead_message_is_sent_again_by_the_daemon_that_runs(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    desk.answer(404)
    house.write(house.webhook("desk", "/hook"))
    house.publish()
    with house.daemon() as process:
        eventually(lambda: server.hits("/rss") >= 2)
        house.publish(house.article("plant", "Nvidia opens a plant", "Nvidia opened a plant on Tuesday."))
        eventually(lambda: house.database.exists() and told(house, "deliveries", "--state", "dead"))
        [status] = told(house, "status")
        assert status["daemon"]["process"] == str(process.pid)
        assert (status["dead"], status["feeds"]["ok"]) == (1, 1)

        done = house.run("deliveries", "retry", "--all")

        assert "1 message queued again (1 to desk); the daemon sends them now." in done.stdout
        desk.wait_for(2)
        eventually(house.all_sent)
    [alert] = house.alerts()
    [why] = told(house, "why", alert["id"])
    [message] = why["matches"][0]["messages"]
    assert [attempt["error"] for attempt in message["history"]] == ["HTTP 404 Not Found", ""]
    assert [revision["text_source"] for revision in why["revisions"]] == ["summary", "page"]
    assert told(house, "search", "nvidia plant")[0]["article"] == why["article"]


def test_a_refreshed_feed_is_polled_by_the_daemon_that_runs(house: House, server: Server) -> None:
    house.write(interval="1h", watches=NVIDIA)
    house.publish()
    with house.daemon():
        eventually(lambda: server.hits("/rss") == 1)
        eventually(lambda: told(house, "feeds")[0]["last_ok"])

        house.run("feeds", "refresh")

        eventually(lambda: server.hits("/rss") == 2)


def test_an_alert_is_rated_beside_the_daemon_that_runs(house: House, server: Server) -> None:
    server.collector("/hook")
    house.write(house.webhook("desk", "/hook"))
    house.publish()
    with house.daemon():
        eventually(lambda: server.hits("/rss") >= 2)
        house.publish(house.article("plant", "Nvidia opens a plant", "Nvidia opened a plant on Tuesday."))
        eventually(lambda: house.database.exists() and told(house, "alerts"))
        [alert] = told(house, "alerts")

        [rated] = told(house, "alerts", "rate", alert["id"][:6], "--not-useful")

        assert rated == {"id": alert["id"], "useful": False}
        assert [item["not_useful"] for item in told(house, "report", "watches")] == [1]
