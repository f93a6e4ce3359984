"""A relay between browser and server that keeps every byte the browser sends."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
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

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, int(port))) as upstream:
                back = threading.Thread(target=_relay, args=(upstream, self.request))
                back.start()
                _relay(self.request, upstream, recording.note)
                back.join()

    class Relay(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Relay(("127.0.0.1", 0), Connection) as relay:
        recording = Recording(address=f"http://localhost:{relay.server_address[1]}")
        thread = threading.Thread(target=relay.serve_forever)
        thread.start()
        try:
            yield recording
        finally:
            relay.shutdown()
            thread.join()


def _relay(
    source: socket.socket, target: socket.socket, note: Callable[[bytes], None] | None = None
) -> None:
    with suppress(OSError):  # either end may hang up
        while piece := source.recv(_PIECE_BYTES):
            if note is not None:
                note(piece)
            target.sendall(piece)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
