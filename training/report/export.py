"""Merge the adapter, convert to CTranslate2 in eight bits, score it, and write manifest and card.

python -m training.report.export --run runs/report --out functions/report/model --version 1.0.0
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from multifidus.report_manifest import ReportManifest
from training.report.config import ReportConfig
from training.report.convert import convert
from training.report.gold import gold_examples
from training.report.model import load_base, merged
from training.report.model_card import model_card
from training.report.scoring import compare
from training.report.tokenizer import FILE
from training.report.writer import MAX_OUTPUT_TOKENS, Writer

MAX_INPUT_TOKENS = 512
MAX_OUTPUT_TOKENS_OF_OTHERS = 512
"""A base with a tokenizer of its own needs more pieces for the same text."""

MAX_BYTES = 40 * 1024 * 1024
"""Of the shipped folder."""

NAME = "multifidus-report-t5"


def export(run: Path, out: Path, version: str, *, note: str = "") -> ReportManifest:
    """Export a run.

    Parameters
    ----------
    run : Path
        Folder of a finished run of `training.report.train`.
    out : Path
        Folder of the model; emptied first.
    version : str
        Of the model.
    note : str
        What the card should say of the run beside its configuration.

    Returns
    -------
    ReportManifest
        What was written to `out/manifest.json`.
    """
    config = ReportConfig.from_dict(json.loads((run / "config.json").read_text(encoding="utf-8")))
    longest = MAX_OUTPUT_TOKENS_OF_OTHERS if config.base else MAX_OUTPUT_TOKENS
    sum_of_both, base = run / "merged", run / "base_converted"
    merge(run, sum_of_both)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    convert(sum_of_both, out)
    convert(run / "base", base)
    figures = compare(
        Writer(folder=out, max_output_tokens=longest),
        Writer(folder=base, max_output_tokens=longest),
    )
    manifest = ReportManifest.describing(
        out,
        name=NAME,
        version=version,
        max_input_tokens=MAX_INPUT_TOKENS,
        max_output_tokens=longest,
        metrics=figures,
        training_data=_training_data(),
        provenance={**_provenance(run, config), "note": note},
    )
    manifest.save(out)
    size = sum(path.stat().st_size for path in out.iterdir())
    (out / "MODEL_CARD.md").write_text(
        model_card(manifest, _log(run), size_bytes=size), encoding="utf-8"
    )
    return manifest


def merge(run: Path, out: Path) -> None:
    """Add the adapter to its base and write the sum in transformers' format."""
    merged(load_base(run / "base"), run / "adapter").save_pretrained(out)
    shutil.copy(run / "base" / FILE, out / FILE)


def _training_data() -> list[dict[str, Any]]:
    return [
        {
            "name": "generated reports",
            "what": "random measurements, worded by the grammar of multifidus.report_wording and "
            "multifidus.grading; no patient's data",
            "licence": "Apache-2.0, this project",
            "source": "training/report/inputs.py and examples.py",
        },
        {
            "name": "handwritten reports",
            "what": f"{len(gold_examples())} examples",
            "licence": "Apache-2.0, this project",
            "source": "training/report/gold.jsonl",
        },
    ]


def _provenance(run: Path, config: ReportConfig) -> dict[str, Any]:
    counts = json.loads((run / "counts.json").read_text(encoding="utf-8"))
    return {
        "base": config.base or "small T5, trained by training.report",
        "config": config.to_dict(),
        **counts,
        "training_seconds": seconds_of(_log(run)),
        "git_commit": _git_commit(),
    }


def seconds_of(log: list[dict[str, Any]]) -> dict[str, float]:
    """Add up what the loops took, by the lines of their log."""
    seconds: dict[str, float] = {}
    done: dict[str, int] = {}
    for line in log:
        phase, steps = line["phase"], line["step"] - done.get(line["phase"], 0)
        seconds[phase] = seconds.get(phase, 0.0) + steps * line["seconds_per_step"]
        done[phase] = line["step"]
    return {phase: round(value, 1) for phase, value in seconds.items()}


def _log(run: Path) -> list[dict[str, Any]]:
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _git_commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - git is found on the developer's PATH
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return done.stdout.strip() or "unknown"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Export the report's language model.")
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--version", required=True, help="such as 1.0.0")
    parser.add_argument("--note", default="", help="what the card should say of the run")
    args = parser.parse_args()
    manifest = export(args.run, args.out, args.version, note=args.note)
    print(json.dumps(manifest.metrics, indent=2))
    size = sum(path.stat().st_size for path in args.out.iterdir())
    if size > MAX_BYTES:
        print(f"{args.out} has {size} bytes: too large to be shipped with the project.")


if __name__ == "__main__":
    main()
