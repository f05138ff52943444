"""What a user may write: the tables of config.toml, with their defaults.

Frozen pydantic models whose field names are the keys of the file. Unknown keys are refused. `formats.py`
holds the syntax of single values; `config.py` reads the tables from TOML, checks what spans several of them
and names every mistake. Everything else only ever sees these objects.
"""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    SecretStr,
    StringConstraints,
    field_validator,
)
from pydantic_core.core_schema import ValidationInfo

from monitor import formats

InSeconds = PlainSerializer(formats.in_seconds, return_type=str, when_used="json")
Duration = Annotated[timedelta, BeforeValidator(formats.duration), InSeconds]
Interval = Annotated[timedelta, BeforeValidator(formats.interval), InSeconds]
Zone = Annotated[ZoneInfo, BeforeValidator(formats.zone)]
Clock = Annotated[str, AfterValidator(formats.clock)]
DigestTime = Annotated[str, AfterValidator(formats.digest_time)]
Line = Annotated[str, AfterValidator(formats.line)]
Name = Annotated[str, AfterValidator(formats.name)]
Term = Annotated[str, AfterValidator(formats.term)]
Ticker = Annotated[str, AfterValidator(formats.ticker)]
Source = Annotated[str, AfterValidator(formats.source)]
Language = Annotated[str, AfterValidator(formats.language)]
PrivateHost = Annotated[str, AfterValidator(formats.private_host)]
HeaderName = Annotated[str, AfterValidator(formats.header_name)]
HeaderValue = Annotated[SecretStr, AfterValidator(formats.header_value)]


class Priority(StrEnum):
    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True)


class Settings(Table):
    database: Line = "monitor.db"
    timezone: Zone = ZoneInfo("UTC")
    contact: Line = ""
    interval: Interval = timedelta(minutes=5)
    catch_up: Interval = timedelta(hours=6)
    health_channel: Line = ""
    user_agent: Line = ""
    proxy: Annotated[str, AfterValidator(formats.proxy)] = ""
    allow_private_hosts: tuple[PrivateHost, ...] = ()
    retention: Interval = timedelta(days=180)
    templates: Line = ""


class Web(Table):
    listen: Annotated[str, AfterValidator(formats.listen)] = "127.0.0.1:8787"
    token: SecretStr = SecretStr("")
    edit: bool = False
    hosts: tuple[Annotated[str, AfterValidator(formats.host_name)], ...] = ()


class Workers(Table):
    processes: int = Field(default=2, ge=1, le=64)
    cluster: Annotated[str, AfterValidator(formats.cluster)] = ""


class Feed(Table):
    """A feed to poll. `url` is an http(s) address or the absolute path of a file.

    `interval` is None where the default holds.

    In a Config, `url` is the address as written, `${NAME}` and all: by it a feed is known, stored and shown.
    """

    url: Annotated[str, AfterValidator(formats.feed_address)]
    name: Line = ""
    interval: Interval | None = None
    tier: int = Field(default=2, ge=1, le=3)
    tags: tuple[Term, ...] = ()
    full_text: bool = True
    backfill: Duration = timedelta(0)
    headers: dict[HeaderName, HeaderValue] = {}
    auth: Annotated[SecretStr, AfterValidator(formats.credentials)] = SecretStr("")
    user_agent: Line = ""
    robots: bool = True
    language: Language = ""
    _address: SecretStr | None = PrivateAttr(default=None)

    @property
    def address(self) -> str:
        """What is fetched, with `${NAME}` filled in. It may hold a secret, so it is neither stored nor shown."""
        return self._address.get_secret_value() if self._address else self.url

    def known_as(self, written: str) -> Self:
        """This feed, still fetched from where it was, under another `url`."""
        feed = self.model_copy(update={"url": written})
        feed._address = SecretStr(self.address)
        return feed


class Quiet(Table):
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    urgent: Literal["pass", "hold"] = "pass"

    @field_validator("end")
    @classmethod
    def _not_start(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise formats.wrong("is the same as `from`", "write when the quiet time ends")
        return end


class Channel(Table):
    """Where messages go. `url` holds the address, also where it was read from `url_file`.

    Only alerts of the `priorities` and `tiers` go there; all of them where there are none. `secret` signs a webhook.
    """

    name: Name
    url: SecretStr = SecretStr("")
    url_file: Line = ""
    quiet: Quiet | None = None
    max_per_hour: int | None = Field(default=None, ge=1, le=100_000)
    fallback: Line = ""
    digest: tuple[DigestTime, ...] = ()
    priorities: tuple[Priority, ...] = ()
    tiers: tuple[Annotated[int, Field(ge=1, le=3)], ...] = ()
    secret: Annotated[SecretStr, AfterValidator(formats.webhook_secret)] = SecretStr("")

    @field_validator("digest", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


# What a watch looks for: its lists, each with the word for one of its terms.
LISTS = {"tickers": "ticker", "companies": "company", "people": "person", "topics": "topic", "query": "query"}


class Watch(Table):
    name: Name
    tickers: tuple[Ticker, ...] = ()
    companies: tuple[Term, ...] = ()
    people: tuple[Term, ...] = ()
    topics: tuple[Term, ...] = ()
    query: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)] = ""
    exclude: tuple[Term, ...] = ()
    require: Literal["any", "all"] = "any"
    within: Literal["any", "title"] = Field(default="any", alias="in")
    sources: tuple[Source, ...] = ()
    language: Language = ""
    min_score: int = Field(default=0, ge=0, le=100)
    channels: tuple[Name, ...] = ()
    priority: Priority = Priority.NORMAL
    cooldown: Duration = timedelta(minutes=30)
    expand: bool = True
    backfill: Duration = timedelta(0)
    enabled: bool = True


class Config(Table):
    """A whole configuration, read and validated. `files` are all that were read for it, `path` first."""

    path: Path = Path("config.toml")
    files: tuple[Path, ...] = ()
    settings: Settings = Settings()
    web: Web = Web()
    workers: Workers = Workers()
    feeds: tuple[Feed, ...] = ()
    channels: tuple[Channel, ...] = ()
    watches: tuple[Watch, ...] = ()
