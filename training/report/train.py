"""Train the report's language model: the small T5 if no other base is named, then its adapter.

Read from top to bottom. A run goes on from its own checkpoints when it is started again.

    python -m training.report.train --run runs/report
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import torch

from training.report.config import ReportConfig
from training.report.examples import (
    Sentence,
    corpus,
    fine_tuning_example,
    form_example,
    pretraining_example,
    report_example,
    sentences_held_out,
)
from training.report.inputs import seeded
from training.report.loop import HELD_OUT_EXAMPLES, Job, run_job
from training.report.model import (
    base_folder,
    build_small,
    choose_precision,
    load_base,
    parameter_counts,
    with_adapter,
)
from training.report.tokenizer import FILE, load_tokenizer, train_tokenizer

CORPUS_EXAMPLES = 3000
"""Of the base's tasks, that the tokenizer is trained on beside every sentence."""

HELD_OUT_SEED = "held out"


def train(config: ReportConfig, run: Path, *, threads: int | None = None) -> None:
    """Train a base, unless one is named, and an adapter.

    Writes into the run's folder: `base/` (transformers' format, with its tokenizer), `adapter/`
    (PEFT's format), `config.json`, `counts.json`, `log.jsonl`, and a checkpoint of each loop.

    Raises
    ------
    ReportTrainingError
        The base is not there, a gradient is not finite, or the adapter stays zero.
    """
    # Initialisation
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = choose_precision(config.precision, device)
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.json").write_text(json.dumps(config.to_dict(), indent=2), encoding="utf-8")

    # Base
    base = run / "base"
    if not (base / "config.json").is_file():
        if config.base:
            _copy_base(base_folder(config), base)
        else:
            _pretrain(config, run, base, device, precision)

    # Adapter
    torch.manual_seed(config.seed)
    tokenizer = load_tokenizer(base)
    model = with_adapter(load_base(base), config.lora).to(device)
    counts = _write_counts(run, model)
    print(json.dumps(counts), flush=True)
    job = Job(
        name="adapter",
        phase=config.fine_tuning,
        draw=lambda random: fine_tuning_example(random, config.gold_share),
        held_out=tuple(map(report_example, _held_out())),
        seed=config.seed,
        precision=precision,
    )
    run_job(job, model, tokenizer.encode, run)
    model.save_pretrained(run / "adapter")


def _pretrain(
    config: ReportConfig, run: Path, base: Path, device: torch.device, precision: torch.dtype
) -> None:
    partial = run / "base_unfinished"
    partial.mkdir(exist_ok=True)
    if not (partial / FILE).is_file():
        train_tokenizer(corpus(config.seed, CORPUS_EXAMPLES), config.small, partial / FILE)
    tokenizer = load_tokenizer(partial)
    model = build_small(config.small, tokenizer.get_piece_size()).to(device)
    job = Job(
        name="base",
        phase=config.pretraining,
        draw=pretraining_example,
        held_out=tuple(map(form_example, _held_out())),
        seed=config.seed,
        precision=precision,
    )
    run_job(job, model, tokenizer.encode, run)
    model.save_pretrained(partial)
    partial.replace(base)


def _copy_base(source: Path, base: Path) -> None:
    load_tokenizer(source)  # says what is missing before anything is trained
    model = load_base(source)
    base.mkdir(exist_ok=True)
    shutil.copy(source / FILE, base / FILE)
    model.save_pretrained(base)


def _held_out() -> list[Sentence]:
    return seeded(HELD_OUT_SEED).sample(sentences_held_out(True), HELD_OUT_EXAMPLES)


def _write_counts(run: Path, model: Any) -> dict[str, Any]:
    trainable, everything = parameter_counts(model)
    counts = {
        "trainable_parameters": trainable,
        "parameters": everything,
        "trainable_pct": round(100.0 * trainable / everything, 3),
    }
    (run / "counts.json").write_text(json.dumps(counts, indent=2), encoding="utf-8")
    return counts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train the report's language model.")
    parser.add_argument("--config", type=Path, default=ReportConfig.default_path())
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoints and log")
    parser.add_argument("--threads", type=int, help="threads; by default one for each core")
    args = parser.parse_args()
    train(ReportConfig.load(args.config), args.run, threads=args.threads)


if __name__ == "__main__":
    main()
