"""How many work at once, and how many wait."""

from __future__ import annotations

import threading
import time

import pytest

from multifidus.errors import Throttled
from multifidus.places import Places

SECONDS = 10


def test_a_place_is_free_again_after_its_use_and_after_an_error() -> None:
    places = Places(running=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.take():
            raise ZeroDivisionError
    with places.take(), pytest.raises(Throttled), places.take():
        pass
    with places.take():
        pass


def test_who_waits_is_served_in_the_order_of_arrival() -> None:
    places = Places(running=1, waiting=50)
    served: list[int] = []

    def work(number: int) -> None:
        with places.take():
            served.append(number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    with places.take():
        for count, worker in enumerate(workers, 1):
            worker.start()
            give_up_at = time.monotonic() + SECONDS
            while places.waiting < count:  # it has taken its place in the queue
                assert time.monotonic() < give_up_at
                time.sleep(0.001)
    for worker in workers:
        worker.join(SECONDS)
    assert served == list(range(50))


def test_one_works_two_wait_and_the_fourth_is_refused() -> None:
    places = Places(running=1, waiting=2)
    inside, most_inside, done = 0, 0, 0
    refused = threading.Event()

    def work() -> None:
        nonlocal inside, most_inside, done
        try:
            with places.take():
                inside += 1
                most_inside = max(most_inside, inside)
                assert refused.wait(SECONDS)
                inside -= 1
                done += 1
        except Throttled:
            refused.set()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(SECONDS)
    assert (done, most_inside, refused.is_set()) == (3, 1, True)
