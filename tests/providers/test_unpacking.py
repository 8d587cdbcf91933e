"""Bodies that come compressed though none was asked for."""

from __future__ import annotations

import zlib

import httpx
import pytest

from chatroom.providers.errors import ProviderError
from chatroom.providers.events import Finished
from chatroom.providers.unpacking import PIECE, Unpacker
from tests.providers.conftest import Upstream
from tests.providers.test_provider import ANSWER, answering, ask, failure

GZIP, ZLIB = 31, 15


def packed(data: bytes, kind: int) -> bytes:
    return zlib.compress(data, 9, wbits=kind)


@pytest.mark.parametrize(("encoding", "kind"), [("gzip", GZIP), ("GZip", GZIP), ("x-gzip", GZIP), ("deflate", ZLIB)])
async def test_an_answer_that_is_compressed_is_read(
    encoding: str, kind: int, upstream: Upstream, client: httpx.AsyncClient
) -> None:
    upstream.answer = answering(packed(ANSWER, kind), Content_Encoding=encoding)
    assert isinstance((await ask(upstream.provider(), client))[-1], Finished)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
async def test_other_ways_to_compress_are_refused(encoding: str, upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(b"whatever", Content_Encoding=encoding)
    error = failure(await ask(upstream.provider(), client))
    assert (error.kind, error.message) == (
        "malformed",
        "The provider's answer is compressed, and was asked for as it is.",
    )


async def test_an_error_that_is_compressed_is_still_an_error(upstream: Upstream, client: httpx.AsyncClient) -> None:
    body = packed(b'{"error": {"message": "No such model."}}', GZIP)
    upstream.answer = answering(body, status=404, Content_Encoding="gzip")
    assert "No such model." in failure(await ask(upstream.provider(), client)).message


async def test_what_is_broken_is_cut(upstream: Upstream, client: httpx.AsyncClient) -> None:
    upstream.answer = answering(packed(ANSWER, GZIP)[:20] + b"nonsense" * 20, Content_Encoding="gzip")
    assert failure(await ask(upstream.provider(), client)).kind == "cut"


def test_it_is_unpacked_in_small_pieces_however_it_is_cut() -> None:
    text = b"to be or not to be, " * 100_000
    data = packed(text, GZIP)
    for size in (1, 7, len(data)):
        unpacker = Unpacker("gzip")
        pieces = [piece for n in range(0, len(data), size) for piece in unpacker.feed(data[n : n + size])]
        assert b"".join(pieces) == text
        assert max(map(len, pieces)) <= PIECE


def test_nothing_is_unpacked_that_nobody_takes() -> None:
    pieces = Unpacker("gzip").feed(packed(b" " * 50_000_000, GZIP))
    assert len(next(pieces)) <= PIECE


def test_an_unknown_encoding() -> None:
    with pytest.raises(ProviderError):
        Unpacker("identity")
