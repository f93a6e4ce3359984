"""A relay between browser and server that keeps every byte the browser sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE_BYTES = 65_536


@dataclass
class Recording:
    """Where the relay listens, and what went through it towards the server."""

    address: str
    _sent: list[bytes] = field(default_factory=list)

    def note(self, piece: bytes) -> None:
        self._sent.append(piece)

    def sent(self) -> bytes:
        """All bytes that left the browser so far; connections in the order of their pieces."""
        return b"".join(self._sent)


@contextmanager
def recording_proxy(server: str) -> Iterator[Recording]:
    """Relay connections to the server at an address such as `http://localhost:8000`."""
    host, port = server.removeprefix("http://").split(":")
    listener = socket.create_server(("127.0.0.1", 0))
    recording = Recording(address=f"http://localhost:{listener.getsockname()[1]}")

    def accept() -> None:
        with suppress(OSError):  # closed below
            while True:
                browser, _ = listener.accept()
                upstream = socket.create_connection((host, int(port)))
                start(browser, upstream, recording.note)
                start(upstream, browser, lambda _piece: None)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield recording
    finally:
        listener.close()


def start(source: socket.socket, target: socket.socket, note: object) -> None:
    assert callable(note)

    def relay() -> None:
        with suppress(OSError):  # either end may hang up
            while piece := source.recv(_PIECE_BYTES):
                note(piece)
                target.sendall(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=relay, daemon=True).start()
