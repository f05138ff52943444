"""Encodings are undone within their limits, however the bytes arrive."""

import gzip
import random
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import inflate
from monitor.errors import FetchError
from tests.server import gzip_zeros


async def arriving(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def read(data: bytes, encodings: str, *, size: int = 65_536, limit: int = 1_000_000) -> bytes:
    pieces = inflate.pieces(arriving(data, size), encodings, limit, "example.com")
    return b"".join([piece async for piece in pieces])


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "deflate": zlib.compress,
    " Deflate ": raw_deflate,
    "gzip, deflate": lambda data: zlib.compress(gzip.compress(data)),
    "deflate,gzip": lambda data: gzip.compress(raw_deflate(data)),
    "identity, gzip": gzip.compress,
}


@given(st.binary(max_size=3000), st.sampled_from(sorted(PACKERS)), st.integers(1, 100))
async def test_what_was_packed_comes_back_in_whatever_chunks_it_arrives(data: bytes, encodings: str, size: int) -> None:
    packed = PACKERS[encodings](data)

    assert await read(packed, encodings, size=size) == data


@pytest.mark.parametrize("encoding", ["gzip", "deflate", " Deflate "])
async def test_output_of_many_pieces_comes_back_whole(encoding: str) -> None:
    data = bytes(700_000) + random.Random(1).randbytes(1000)

    assert await read(PACKERS[encoding](data), encoding, size=7) == data


async def test_several_gzip_members_are_one_body() -> None:
    packed = b"".join(gzip.compress(part) for part in (b"a", b"", b"b" * 70_000))

    assert await read(packed, "gzip", size=10) == b"a" + b"b" * 70_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", " Deflate "])
async def test_padding_after_the_end_is_ignored(encoding: str) -> None:
    packed = PACKERS[encoding](b"text") + b"\r\n\x00"

    assert [await read(packed, encoding, size=size) for size in (1, 1000)] == [b"text"] * 2


async def test_an_empty_body_is_empty_in_any_encoding() -> None:
    assert await read(b"", "gzip, deflate") == b""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", " Deflate "])
async def test_a_stream_that_ends_early_is_an_error(encoding: str) -> None:
    packed = PACKERS[encoding](random.Random(1).randbytes(1000))

    with pytest.raises(FetchError, match="ends in the middle"):
        await read(packed[:-20], encoding)


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate", "gzip, gzip"]))
async def test_noise_gives_bytes_or_an_error_of_ours(noise: bytes, encodings: str) -> None:
    try:
        body = await read(noise, encodings)
    except FetchError as error:
        assert str(error).startswith("example.com sent ")
    else:
        assert len(body) <= 1_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "utf-8", "gzip, br"])
async def test_an_encoding_that_was_not_asked_for_is_an_error(encoding: str) -> None:
    with pytest.raises(FetchError, match="not asked for"):
        await read(b"anything", encoding)


async def test_more_than_two_layers_are_an_error() -> None:
    with pytest.raises(FetchError, match="encoded 3 times"):
        await read(b"anything", "gzip, gzip, gzip")


async def test_more_members_than_any_tool_writes_are_an_error() -> None:
    packed = gzip.compress(b"", mtime=0) * 1001

    with pytest.raises(FetchError, match="more than 1000 gzip members"):
        await read(packed, "gzip")


@pytest.mark.parametrize("encodings", ["gzip", "gzip, gzip"])
async def test_a_bomb_is_cut_at_the_limit_without_its_memory(encodings: str) -> None:
    packed = gzip_zeros(200_000_000)
    packed = packed if encodings == "gzip" else gzip.compress(packed)

    tracemalloc.start()
    with pytest.raises(FetchError, match="more than 1,000,000 bytes"):
        await read(packed, encodings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4_000_000


async def test_the_limit_holds_for_what_is_received_too() -> None:
    with pytest.raises(FetchError, match="more than 10 bytes"):
        await read(b"x" * 11, "", limit=10)
