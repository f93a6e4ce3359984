from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training.segmentation import arithmetic
from training.segmentation.arithmetic import probe_s, trains_in_bfloat16

CPU = torch.device("cpu")


def test_processors_without_units_for_bfloat16_train_in_float32() -> None:
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    if not {"avx512_bf16", "amx_bf16"} & set(flags):
        assert not trains_in_bfloat16(CPU)
    else:
        assert probe_s(CPU, torch.bfloat16) > 0.0


@pytest.mark.parametrize(("bfloat16_s", "chosen"), [(0.5, True), (2.0, False)])
def test_the_faster_arithmetic_is_chosen_where_both_are_there(
    monkeypatch: pytest.MonkeyPatch, bfloat16_s: float, chosen: bool
) -> None:
    times = {torch.bfloat16: bfloat16_s, torch.float32: 1.0}
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    monkeypatch.setattr(arithmetic, "probe_s", lambda _device, dtype: times[dtype])
    assert trains_in_bfloat16(CPU) is chosen


def test_without_units_nothing_is_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_device: torch.device, _dtype: torch.dtype) -> float:
        raise AssertionError

    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False)
    monkeypatch.setattr(arithmetic, "probe_s", never)
    assert not trains_in_bfloat16(CPU)
