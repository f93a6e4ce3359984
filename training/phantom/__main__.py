"""Write phantom slices.

Run from the repository's root::

    python -m training.phantom samples site/samples
    python -m training.phantom ready layers/model
    python -m training.phantom example-data build/example-data
    python -m training.phantom contact_sheet sheet.png --count 20
    python -m training.phantom contact_sheet sheet.png --data ../shared/data --outlines
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.phantom.from_labels import render_from_labels
from training.phantom.label_maps import LabelLibrary
from training.phantom.samples import write_ready_slice, write_samples
from training.phantom.write_png import contact_sheet, write_png


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; see the module."""
    parser = argparse.ArgumentParser(prog="python -m training.phantom", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("samples", "ready", "example-data"):
        commands.add_parser(name).add_argument("folder", type=Path)
    sheet = commands.add_parser("contact_sheet")
    sheet.add_argument("path", type=Path)
    sheet.add_argument(
        "--data",
        type=Path,
        help="data folder: render around real label maps, not around made-up shapes",
    )
    sheet.add_argument("--exclude", nargs="*", default=[], help="subjects to leave out")
    sheet.add_argument("--count", type=int, default=20)
    sheet.add_argument("--columns", type=int, default=5)
    sheet.add_argument("--size", type=int, default=256, help="side of a slice in pixels")
    sheet.add_argument("--tile", type=int, default=384, help="side of a slice on the sheet")
    sheet.add_argument("--seed", type=int, default=0)
    sheet.add_argument("--outlines", action="store_true", help="draw the true borders")
    options = parser.parse_args(arguments)
    if options.command == "samples":
        write_samples(options.folder)
    elif options.command == "ready":
        write_ready_slice(options.folder)
    elif options.command == "example-data":
        # Only here: highdicom takes longer to import than a slice to draw.
        from training.phantom.example_data import write_example_data

        write_example_data(options.folder)
    else:
        write_sheet(options)


def write_sheet(options: argparse.Namespace) -> None:
    """Write a contact sheet of random slices."""
    library = None
    if options.data is not None:
        library = LabelLibrary(options.data, exclude=frozenset(options.exclude))
    slices = [
        render_from_labels(np.random.default_rng([options.seed, number]), options.size, library)
        for number in range(options.count)
    ]
    image = contact_sheet(
        slices, columns=options.columns, tile_px=options.tile, outlines=options.outlines
    )
    write_png(image, options.path)


if __name__ == "__main__":
    main()
