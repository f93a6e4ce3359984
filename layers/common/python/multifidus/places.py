"""Bounds how many requests are worked on at once and how many wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from multifidus.errors import Throttled


class Places:
    """Places to work at; whoever finds none to wait at either is told to come back.

    Who waits is served in the order of arrival.

    Parameters
    ----------
    running : int
        Requests that are worked on side by side.
    waiting : int
        Further requests that wait for one of those places.
    """

    def __init__(self, *, running: int, waiting: int) -> None:
        self._free = running
        self._room = waiting
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """Requests that wait at present."""
        return len(self._queue)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a place while the body runs.

        Raises
        ------
        Throttled
            All places, those to wait at too, are taken.
        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._queue) >= self._room:
                raise Throttled
            turn = threading.Event()
            self._queue.append(turn)
        turn.wait()

    def _leave(self) -> None:
        with self._lock:
            if self._queue:
                # Handed over, not freed: a semaphore would let whoever comes just now step in.
                self._queue.popleft().set()
            else:
                self._free += 1
