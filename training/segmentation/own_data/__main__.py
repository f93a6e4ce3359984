"""Fine-tune the model on a folder of your own slices with masks, check the folder, or score on it.

The folder holds NIfTI pairs, DICOM slices with DICOM SEG, or PNG pairs; see docs/training.md. From
the repository's root::

    python -m training.segmentation.own_data FOLDER --check-only
    python -m training.segmentation.own_data FOLDER --score layers/model
    python -m training.segmentation.own_data FOLDER --run runs/mine
    python -m training.segmentation.own_data FOLDER --run runs/mine --labels both=1

Exit status 2: something is wrong with the folder or the command; all that is wrong is listed.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from multifidus.errors import ModelUnavailable
from multifidus.inference import Segmenter
from training.segmentation.config import TrainConfig
from training.segmentation.own_data.fine_tune import DEFAULT_CONFIG, counted, fine_tune
from training.segmentation.own_data.label_values import LabelValues
from training.segmentation.own_data.problems import DataFolderError
from training.segmentation.own_data.read_folder import OwnData, read_folder
from training.segmentation.own_data.run_folder import begin_run, record_folder
from training.segmentation.own_data.split import Split, split_subjects
from training.segmentation.own_data.validation import score, score_table
from training.segmentation.weights import WeightsError, shipped_weights

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        labels = LabelValues.parse(options.labels, ignore_others=options.ignore_other_labels)
    except ValueError as error:
        parser.error(str(error))
    try:
        training = not (options.check_only or options.score)
        if training:
            begin_run(options.run)  # before minutes of reading
        data = read_folder(options.folder, labels, ignore_origin=options.ignore_origin)
        if options.score:
            print(score_table(score(Segmenter(options.score, threads=1), data.slices)))
            return 0
        split = split_subjects(data.slices, validate=not options.no_validation)
        print(summary(data, split))
        if not training:
            print("The folder can be trained on.")
            return 0
        config = TrainConfig.load(options.config)
        changes = {"steps": options.steps, "batch_size": options.batch_size}
        config = dataclasses.replace(config, **{k: v for k, v in changes.items() if v is not None})
        init = None if options.from_scratch else options.init or shipped_weights()
        record_folder(options.run, options.folder, labels, ignore_origin=options.ignore_origin)
        fine_tune(data, split, options.run, config, init=init, threads=options.threads)
    except (DataFolderError, WeightsError, ModelUnavailable) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    print(next_commands(options.run))
    return 0


def summary(data: OwnData, split: Split) -> str:
    """What was found, for people."""
    lines = [
        f"{counted(data.slices)}, labelled ({data.kind}).",
        f"Training: {', '.join(split.train)}.",
        f"Validation: {', '.join(split.validation) or 'nobody'}.",
    ]
    return "\n".join([*lines, *(f"Note: {note}" for note in data.notes)])


def next_commands(run: Path) -> str:
    """What comes after training."""
    return (
        "\nNext:\n"
        f"  make export RUN={run} VERSION=0.0.1    # writes build/model\n"
        "  MULTIFIDUS_MODEL_DIR=build/model make run    # serves it on this machine"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.segmentation.own_data",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="images and masks")
    parser.add_argument("--run", type=Path, default=Path("runs/mine"), help="folder of the run")
    parser.add_argument("--check-only", action="store_true", help="read and check, do not train")
    parser.add_argument(
        "--score", type=Path, metavar="MODEL", help="score a model folder on all slices, only that"
    )
    parser.add_argument(
        "--labels",
        help="values of the masks, right=1,left=2 or both=1; of a DICOM SEG the segment numbers "
        "(default: 1 and 2, of a DICOM SEG by laterality)",
    )
    parser.add_argument(
        "--ignore-other-labels", action="store_true", help="take other values as background"
    )
    parser.add_argument(
        "--ignore-origin",
        action="store_true",
        help="take NIfTI grids as one that differ in nothing but their origin",
    )
    parser.add_argument(
        "--no-validation", action="store_true", help="train on every subject, measure nothing"
    )
    parser.add_argument("--init", type=Path, help="weights or checkpoint to start from")
    parser.add_argument("--from-scratch", action="store_true", help="start from random weights")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    parser.add_argument("--steps", type=int, help="instead of the configuration's")
    parser.add_argument("--batch-size", type=int, help="instead of the configuration's")
    parser.add_argument("--threads", type=int, help="threads of the optimiser's process")
    return parser


if __name__ == "__main__":
    sys.exit(main())
