"""Bounds how many requests are worked on at once and how many wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from multifidus.errors import Throttled


class Places:
    """Places to work at; whoever finds none to wait at either is told to come back.

    Parameters
    ----------
    running : int
        Requests that are worked on side by side.
    waiting : int
        Further requests that wait for one of those places.
    """

    def __init__(self, *, running: int, waiting: int) -> None:
        self._all = threading.Semaphore(running + waiting)
        self._running = threading.Semaphore(running)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a place while the body runs.

        Raises
        ------
        Throttled
            All places, those to wait at too, are taken.
        """
        if not self._all.acquire(blocking=False):
            raise Throttled
        try:
            with self._running:
                yield
        finally:
            self._all.release()
