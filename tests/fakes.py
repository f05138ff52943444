"""Fakes at the seams of the pipeline: each answers as it was told and records what it was asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import StoreError
from monitor.model import NotModified, Page, Rendered, Validators
from monitor.options import Feed
from monitor.render import Kind
from monitor.store import Store


def page(url: str, body: str) -> Page:
    return Page(
        url=url, status=200, content_type="text/html; charset=utf-8", body=body.encode(), validators=Validators()
    )


@dataclass
class FakeFetcher:
    """Answers with the body, or raises the error, that stands for an address."""

    answers: dict[str, str | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def feed(self, feed: Feed, _validators: Validators, *, url: str = "") -> Page | NotModified:
        return self._answer(url or feed.url)

    async def page(self, _feed: Feed, url: str, *, deadline: float) -> Page:
        assert deadline > 0
        return self._answer(url)

    def _answer(self, url: str) -> Page:
        self.asked.append(url)
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        return page(url, answer)


class Inline:
    """Workers that work here and now."""

    overdue = 0.0

    async def run(self, work: Callable[..., Any], *arguments: object, **options: object) -> Any:
        return work(*arguments, **options)

    run_apart = run


@dataclass
class FakeNotifier:
    """Takes every message, or raises the next of `errors`, or what an address of `ill` raises."""

    errors: list[Exception] = field(default_factory=list)
    ill: dict[str, Exception] = field(default_factory=dict)
    sent: list[Rendered] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    async def send(self, address: str, rendered: Rendered, _kind: Kind, _secret: str = "") -> None:
        if self.errors:
            raise self.errors.pop(0)
        if address in self.ill:
            raise self.ill[address]
        self.sent.append(rendered)
        self.addresses.append(address)


class FailingStore(Store):
    """A store whose next `failures` writes fail, as on a full disk."""

    failures = 0

    async def write(self, unit: Callable[[Any], Any]) -> Any:
        if self.failures:
            self.failures -= 1
            raise StoreError("disk is full")
        return await super().write(unit)


@dataclass
class Steps:
    """A watcher that remembers, and a sleep that does not."""

    passed: list[str] = field(default_factory=list)
    facts: list[Mapping[str, object]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def __call__(self, step: str, facts: Mapping[str, object]) -> None:
        self.passed.append(step)
        self.facts.append(facts)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
