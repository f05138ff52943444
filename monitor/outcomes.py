"""What kind of failure an error is, for a poll and for a page."""

from datetime import timedelta
from http import HTTPStatus

from monitor.errors import (
    BlockedError,
    ExtractError,
    FetchError,
    MonitorError,
    ParseError,
    UnreachableError,
    WorkerError,
)
from monitor.model import Cause, PageOutcome
from monitor.options import Feed

# The statuses of pages that are there, but not for everybody; some of them open after a while.
_WALLS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
)


def of_poll(error: MonitorError, feed: Feed) -> Cause:
    """Why a poll failed."""
    cause = Cause.OURS
    match error:
        case BlockedError():
            pass
        case FetchError() if "://" not in feed.address:
            pass
        case FetchError(retry_after=timedelta()):
            cause = Cause.HELD
        case FetchError(status=HTTPStatus.GONE, permanent=True):
            cause = Cause.GONE
        case UnreachableError():
            cause = Cause.NETWORK
        case FetchError():
            cause = Cause.ANSWER
        case ParseError() | WorkerError():
            cause = Cause.CONTENT
    return cause


def of_page(error: MonitorError) -> PageOutcome:
    """Why a page gave no text."""
    match error:
        case FetchError() if error.status in _WALLS:
            return PageOutcome.WALLED
        case FetchError(permanent=True):
            return PageOutcome.REFUSED
        case ExtractError():
            return PageOutcome.EMPTY
    return PageOutcome.FAILED
