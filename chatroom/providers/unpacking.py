"""Bodies that come compressed though they were asked for as they are: unpacked in small pieces, whatever is in them.

A kilobyte may hold a megabyte, and packed twice a gigabyte: so no more is unpacked than was asked for at a time, and
what is packed twice, or in a way that cannot be unpacked so, is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from chatroom.providers.errors import ProviderError

#: Bytes that are unpacked at a time.
PIECE = 64 * 1024

#: Encodings as `Content-Encoding` names them; zlib finds out by itself which of the two it is.
_ZLIB = ("gzip", "x-gzip", "deflate")
_EITHER = 32 + zlib.MAX_WBITS


class Unpacker:
    """Unpacks one body. Raises ProviderError for an encoding that it does not know."""

    def __init__(self, encoding: str) -> None:
        if encoding not in _ZLIB:
            raise ProviderError("malformed", "The provider's answer is compressed, and was asked for as it is.")
        self._unpacking = zlib.decompressobj(_EITHER)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take some bytes, yield what is in them. Raises zlib.error."""
        while data and not self._unpacking.eof:
            yield self._unpacking.decompress(data, PIECE)
            data = self._unpacking.unconsumed_tail
