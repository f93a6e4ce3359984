"""Which arithmetic a device trains in: bfloat16 where it is the faster one, otherwise float32."""

from __future__ import annotations

import time

import torch
from torch import nn

PROBE_BATCH, PROBE_CHANNELS, PROBE_SIZE_PX = 8, 64, 48
"""A convolution of the encoder's first stage, where most of the time goes."""

PROBE_RUNS = 4


def trains_in_bfloat16(device: torch.device) -> bool:
    """Whether a device is to train in bfloat16.

    On a GPU what it says of itself decides. On a processor a measurement does: one that has no
    units for it imitates it, at thirteen times the time of float32 (62 s a step against 4.7 s,
    batches of 8 at 256 px, two cores with AVX2), and one that has them may still be slower (1.4
    against 0.9 s at 192 px on a Xeon whose AMX is hidden by the hypervisor).
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if not (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()):
        return False  # the probe itself would take seconds
    return probe_s(device, torch.bfloat16) < probe_s(device, torch.float32)


def probe_s(device: torch.device, dtype: torch.dtype) -> float:
    """Least seconds of some runs of one convolution, forwards and backwards."""
    layer = nn.Conv2d(PROBE_CHANNELS, PROBE_CHANNELS, 3, padding=1).to(
        device, memory_format=torch.channels_last
    )
    inputs = torch.ones(
        PROBE_BATCH, PROBE_CHANNELS, PROBE_SIZE_PX, PROBE_SIZE_PX, device=device, requires_grad=True
    )
    inputs = inputs.to(memory_format=torch.channels_last)
    seconds = []
    for _ in range(1 + PROBE_RUNS):
        began = time.perf_counter()
        with torch.autocast(device.type, dtype=dtype, enabled=dtype != torch.float32):
            outputs = layer(inputs)
        outputs.float().sum().backward()
        seconds.append(time.perf_counter() - began)
    return min(seconds[1:])
