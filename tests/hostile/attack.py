"""What an attack is, and the pieces that several are made of."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.gateway_events import HttpRequest, event

UPLOAD_BYTES = 4 * 1024 * 1024
DICOM, PNG, JPEG = "application/dicom", "image/png", "image/jpeg"
_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A request that means harm, and the answer that it must get.

    Attributes
    ----------
    make : callable
        Makes the body; only when it is needed, for some are large.
    status, code : int, str or None
        Of the answer.
    method, path, query, content_type, headers
        Of the request.
    """

    make: Callable[[], bytes]
    status: int
    code: str | None
    content_type: str = DICOM
    method: str = "POST"
    path: str = "/segment"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def event(self) -> dict[str, Any]:
        """Build the event that API Gateway would make of it."""
        request = HttpRequest(
            method=self.method,
            path=self.path,
            query=self.query,
            headers={"content-type": self.content_type, **self.headers},
            body=self.make(),
        )
        return event(request, form="http_api")


def inflating(block: bytes, times: int, *, head: bytes = b"", tail: bytes = b"") -> bytes:
    """Raw deflate stream of `head`, `block` many times over, and `tail`, made in no time.

    After a full flush a deflate block refers to nothing before it, so it can be repeated.
    """

    def flushed(data: bytes) -> bytes:
        compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)

    end = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return flushed(head) + flushed(block) * times + end.compress(tail) + end.flush()


def zlib_of_zeros(size_bytes: int) -> bytes:
    """Zlib stream of that many zeros."""
    whole, rest = divmod(size_bytes, _MIB)
    # Zeros leave the first half of Adler-32 at 1 and add 1 to the second for each byte.
    checksum = (size_bytes % 65521) << 16 | 1
    stream = inflating(bytes(_MIB), whole, tail=bytes(rest))
    return b"\x78\xda" + stream + struct.pack(">L", checksum)
