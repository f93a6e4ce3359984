"""The network alone: PyTorch, ONNX Runtime in FP32 and in INT8, by threads."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.service.processes import ROOT, environment, processors

KINDS = ("torch", "fp32", "int8")
MODEL = ROOT / "layers" / "model"


def runs_ms(kind: str, *, threads: int, count: int) -> list[float]:
    """Durations of the network's run, in a process of its own on as many processors."""
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "benchmarks.service.precision", kind),
                *("--threads", str(threads), "--count", str(count)),
            ],
            cwd=ROOT,
            env=environment(Path(name), threads=threads),
            capture_output=True,
            check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, processors(threads)),
        )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _runner(kind: str, threads: int, folder: Path) -> Callable[[], object]:
    from multifidus.inference import Segmenter
    from multifidus.manifest import ModelManifest

    spec = ModelManifest.load(MODEL).preprocess
    tensor = np.random.default_rng(0).random(
        (1, 1, spec.height_px, spec.width_px), dtype=np.float32
    )
    if kind == "int8":
        served = Segmenter(MODEL, threads=threads)
        return lambda: served.probabilities(tensor)
    import torch

    from training.segmentation.model_folder import write_fp32_folder
    from training.segmentation.network import build_unet
    from training.segmentation.weights import load_weights, shipped_weights

    weights = shipped_weights()
    if weights is None:
        raise RuntimeError("The checkout has no weights.")
    network = build_unet()
    network.load_state_dict(load_weights(weights)["ema"])
    network.eval()
    if kind == "fp32":
        write_fp32_folder(network, spec, folder)
        exported = Segmenter(folder, threads=threads)
        return lambda: exported.probabilities(tensor)
    torch.set_num_threads(threads)
    image = torch.from_numpy(tensor)

    def run() -> object:
        with torch.no_grad():
            return torch.sigmoid(network(image))

    return run


def main() -> None:
    """Command line of the process that is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run = _runner(options.kind, options.threads, Path(name))
        durations_ms = []
        for number in range(options.count + 3):
            started = time.perf_counter()
            run()
            if number >= 3:
                durations_ms.append((time.perf_counter() - started) * 1000.0)
    print(json.dumps(durations_ms))


if __name__ == "__main__":
    main()
