"""Sockets and signals: how the local server takes its port, says that it is ready, and ends."""

from __future__ import annotations

import errno
import signal
import socket

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SECONDS_TO_FINISH = 10
"""Requests under way get this long after the server was asked to end."""


class CannotListen(Exception):
    """The address or the port cannot be used; the text is a sentence for the person who started."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port, before anything slow is loaded.

    Parameters
    ----------
    host : str
        Address to listen on.
    port : int
        Port; 0 lets the system choose a free one.

    Raises
    ------
    CannotListen
        The port is in use or not allowed, or the machine has no such address.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise CannotListen(f"This machine has no address {host}.") from error
    try:
        # A port that was left seconds ago can be taken again at once.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Bound is not yet taken: only a listening socket keeps a second server off the port.
        listener.listen()
    except OSError as error:
        listener.close()
        raise CannotListen(_reason(error, host, port)) from error
    return listener


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use already. Choose another one: make run PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is not allowed without special rights. Choose one from 1024 up."
    return f"Cannot listen on {host}, port {port}."


def address_of(listener: socket.socket) -> str:
    """Address to open in a browser."""
    host, port = listener.getsockname()[:2]
    shown = "localhost" if host in (*LOOPBACK, "0.0.0.0", "::") else host  # noqa: S104 - compared
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


class _Server(uvicorn.Server):
    """Prints one line once requests are answered."""

    ready_line = ""
    threads = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Routes run in threads, and those that wait for their turn hold one too.
        anyio.to_thread.current_default_thread_limiter().total_tokens = self.threads
        await super().startup(sockets)
        if self.started:
            print(self.ready_line, flush=True)


def serve(app: ASGIApp, listener: socket.socket, *, ready_line: str, threads: int) -> None:
    """Answer requests until SIGINT or SIGTERM; requests under way are finished first.

    Parameters
    ----------
    app : ASGI application
        What answers.
    listener : socket
        From `listen`.
    ready_line : str
        Printed once requests are answered.
    threads : int
        In which routes run or wait.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # one line per request, with the caller's address, helps nobody here
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    server = _Server(config)
    server.ready_line, server.threads = ready_line, threads
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn ends gracefully, then raises the signal once more for whoever handled it before.
        signal.signal(number, _already_ended)
    server.run(sockets=[listener])


def _already_ended(_number: int, _frame: object) -> None:
    """Take the signal that uvicorn passes on after its own graceful end."""
