"""Commands of the evaluation; each writes one record into a folder (`--records`).

Run from the repository's root; `calibrate` first, as all others score what it leaves::

    python -m training.segmentation.evaluation calibrate --model M --fold SUBJECT=FOLDER ...
    python -m training.segmentation.evaluation leave-one-out --fold SUBJECT=FOLDER ...
    python -m training.segmentation.evaluation imitation --model M
    python -m training.segmentation.evaluation ladder --model M
    python -m training.segmentation.evaluation risk
    python -m training.segmentation.evaluation gate --model M --fold SUBJECT=FOLDER ...
    python -m training.segmentation.evaluation card --model M
    python -m training.segmentation.evaluation charts
    python -m training.segmentation.evaluation report --model M --of sub-0001

`card` and `charts` take `--carry-from FOLDER` where the folds' models are gone: what was measured
with them for an earlier model goes on, marked (`carried`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2

from multifidus.inference import Segmenter
from multifidus.manifest import ModelManifest
from training.segmentation.evaluation import generated
from training.segmentation.evaluation.calibration import FIT_COUNT, calibrate
from training.segmentation.evaluation.carried import with_carried
from training.segmentation.evaluation.charts import write_charts
from training.segmentation.evaluation.gate import gate
from training.segmentation.evaluation.imitation import SIZE_PX, TEST_SEED, imitation_set
from training.segmentation.evaluation.ladder import PEOPLE
from training.segmentation.evaluation.leave_one_out import Fold, leave_one_out
from training.segmentation.evaluation.records import ROWS, figures_of, read_record, write_record
from training.segmentation.evaluation.report_html import write_report
from training.segmentation.evaluation.risk_coverage import risk_coverage
from training.segmentation.evaluation.subjects import cases_of
from training.segmentation.model_card import write_figures
from training.segmentation.volumes import SUBJECTS, data_folder, load_subject

BUILD = Path("build/evaluation")
Options = argparse.Namespace


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; see the module."""
    cv2.setNumThreads(1)
    options = _parser().parse_args(arguments)
    options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.segmentation.evaluation")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Callable[[Options], None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name)
        made.add_argument("--records", type=Path, default=BUILD / "records")
        made.add_argument("--cases", type=Path, default=BUILD / "cases", help="generated slices")
        made.add_argument("--size-px", type=int, default=SIZE_PX, help="of generated slices")
        made.add_argument("--model", type=Path, default=Path("layers/model"), help="model folder")
        made.add_argument(
            "--carry-from", type=Path, help="folder of an earlier model whose card goes on with it"
        )
        made.add_argument("--fold", action="append", default=[], help="SUBJECT=MODEL_FOLDER")
        made.set_defaults(run=run)
        return made

    made = command("calibrate", _calibrate)
    made.add_argument("--count", type=int, default=FIT_COUNT)
    made.add_argument("--dry", action="store_true", help="leave the manifests as they are")
    made = command("leave-one-out", _leave_one_out)
    made.add_argument("--allow-seen", action="store_true", help="to try a model; no accuracy")
    made = command("imitation", _imitation)
    made.add_argument("--count", type=int, default=generated.COUNT)
    made = command("ladder", _ladder)
    made.add_argument("--people", type=int, default=PEOPLE)
    command("risk", _risk)
    made = command("gate", _gate)
    made.add_argument("--count", type=int, default=generated.COUNT)
    made = command("card", _card)
    made.add_argument("--ablation", type=Path, default=Path("runs/ablation.json"))
    made = command("charts", _charts)
    made.add_argument("--out", type=Path, default=Path("docs/images/evaluation"))
    made = command("report", _report)
    made.add_argument("--of", choices=(*SUBJECTS, "imitation"), required=True)
    made.add_argument("--worst", type=int, default=60)
    made.add_argument("--out", type=Path, default=BUILD / "reports")
    return parser


def _folds(options: Options) -> list[Fold]:
    return [Fold.parse(text) for text in options.fold]


def _calibrate(options: Options) -> None:
    record = calibrate(
        options.model,
        _folds(options),
        cases=options.cases,
        count=options.count,
        size_px=options.size_px,
        write=not options.dry,
    )
    write_record(options.records, "calibration", record)


def _leave_one_out(options: Options) -> None:
    record = leave_one_out(_folds(options), allow_seen=options.allow_seen)
    write_record(options.records, "leave_one_out", record)


def _imitation(options: Options) -> None:
    segmenter = Segmenter(options.model, threads=1)
    record = generated.imitation(
        segmenter, count=options.count, size_px=options.size_px, folder=options.cases
    )
    write_record(options.records, "imitation", record)


def _ladder(options: Options) -> None:
    segmenter = Segmenter(options.model, threads=1)
    record = generated.ladder(
        segmenter, people=options.people, size_px=options.size_px, folder=options.cases
    )
    write_record(options.records, "ladder", record)


def _risk(options: Options) -> None:
    found = {name: read_record(options.records, name) for name in ("leave_one_out", "imitation")}
    groups = {name: record[ROWS] for name, record in found.items() if record is not None}
    write_record(options.records, "risk_coverage", risk_coverage(groups))


def _gate(options: Options) -> None:
    record = gate(
        options.model,
        _folds(options),
        cases=options.cases,
        count=options.count,
        size_px=options.size_px,
    )
    write_record(options.records, "gate", record)


def _card(options: Options) -> None:
    figures = figures_of(options.records)
    if options.ablation.exists():
        figures["ablation"] = json.loads(options.ablation.read_text(encoding="utf-8"))
    write_figures(options.model, _with_carried(figures, options))


def _charts(options: Options) -> None:
    write_charts(_with_carried(figures_of(options.records), options), options.out)


def _with_carried(figures: dict[str, Any], options: Options) -> dict[str, Any]:
    if options.carry_from is None:
        return figures
    return with_carried(figures, ModelManifest.load(options.carry_from))


def _report(options: Options) -> None:
    segmenter = Segmenter(options.model, threads=1)
    if options.of == "imitation":
        cases = imitation_set(
            generated.COUNT, first_seed=TEST_SEED, size_px=options.size_px, folder=options.cases
        )
    else:
        cases = cases_of(load_subject(options.of, data_folder()))
    manifest = segmenter.manifest
    write_report(
        options.out / f"{options.of}.html",
        f"{options.of}, worst first",
        f"Model {manifest.version}, {manifest.sha256[:12]}, trained on "
        f"{', '.join(manifest.provenance['subjects']) or 'no imaged subject'}.",
        segmenter,
        cases,
        worst=options.worst,
    )


if __name__ == "__main__":
    main()
