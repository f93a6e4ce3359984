"""The cost of a slice, reckoned by hand, and the table."""

from __future__ import annotations

import pytest

from benchmarks.billed_time import Billed, cost, section


def test_a_second_of_a_gigabyte_costs_its_price_and_the_request_its_own() -> None:
    assert cost(1024, 1000) - cost(1024, 0) == pytest.approx(0.0000166667)
    assert cost(2048, 500) == pytest.approx(cost(1024, 1000))
    assert cost(1024, 0) == pytest.approx((0.20 + 1.00 + 0.625) / 1e6)


def test_the_table_says_mean_and_tail_of_the_warm_requests() -> None:
    billed = Billed(memory_mb=1769, warm_ms=(100,) * 19 + (300,), cold_ms=1500)
    assert billed.mean_ms == pytest.approx(110)
    assert billed.cost_of_1000 == pytest.approx(1000 * cost(1769, 110))
    (row,) = [line for line in section([billed]).splitlines() if line.startswith("| 1769")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["1769", "1.00", "110", "100", "1500", f"{billed.cost_of_1000:.4f}"]
