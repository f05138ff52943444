"""Content encodings, undone piece by piece, so that a compression bomb never exists in memory."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator

from monitor.errors import FetchError

ACCEPTED = "gzip, deflate"
_MAX_LAYERS = 2
_PIECE = 65_536
# Some tools begin a new gzip member every 64 KB; more of them than this is an attack on the decoder.
_MAX_MEMBERS = 1000


def pieces(chunks: AsyncIterable[bytes], encodings: str, limit: int, host: str) -> AsyncIterator[bytes]:
    """Everything in `chunks` after undoing `encodings`, a Content-Encoding header, a little at a time.

    `limit` holds for the bytes received and again for those of each layer decoded. Raises FetchError.
    """
    layers = [name for part in encodings.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(layers) > _MAX_LAYERS:
        raise FetchError(f"{host} sent a body that is encoded {len(layers)} times")
    decoded = _capped(chunks, limit, host)
    for layer in reversed(layers):
        decoded = _capped(_decode(decoded, layer, host), limit, host)
    return decoded


def too_large(host: str, limit: int) -> FetchError:
    """The error for a body above the cap."""
    return FetchError(f"{host} sent more than {limit:,} bytes")


async def _capped(chunks: AsyncIterable[bytes], limit: int, host: str) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise too_large(host, limit)
        yield chunk


async def _decode(chunks: AsyncIterable[bytes], encoding: str, host: str) -> AsyncIterator[bytes]:
    decoder = _Decoder(encoding, host)
    async for chunk in chunks:
        for piece in decoder.feed(chunk):
            yield piece
    decoder.finish()


class _Decoder:
    """One layer: gzip of several members, or deflate with or without zlib's header, as servers disagree."""

    def __init__(self, encoding: str, host: str) -> None:
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise FetchError(f"{host} sent an encoding that was not asked for: {encoding[:40]!a}")
        self._encoding = encoding
        self._host = host
        self._member: zlib._Decompress | None = None
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What can be decoded now, in pieces of at most 64 KB."""
        pending = False  # zlib may hold output back although it has taken all input
        while data or pending:
            member = self._member or self._begin(data)
            if member is None:
                return
            try:
                piece = member.decompress(data, _PIECE)
            except zlib.error as error:
                raise FetchError(f"{self._host} sent a body that is not valid {self._encoding}") from error
            if piece:
                yield piece
            pending = len(piece) == _PIECE and not member.eof
            data = member.unused_data if member.eof else member.unconsumed_tail
            self._member = None if member.eof else member

    def finish(self) -> None:
        """Raises FetchError when the stream has begun and not ended."""
        if self._member is not None:
            raise FetchError(f"{self._host} sent a body that ends in the middle of its {self._encoding} stream")

    def _begin(self, data: bytes) -> "zlib._Decompress | None":
        """The next member, None when what follows the last one is padding, which everyone ignores."""
        if self._members and (self._encoding == "deflate" or data[0] != 0x1F):
            return None
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise FetchError(f"{self._host} sent a body of more than {_MAX_MEMBERS} gzip members")
        if self._encoding != "deflate":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # RFC 1950: the low half of zlib's first byte is 8; raw deflate hardly ever begins so.
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
