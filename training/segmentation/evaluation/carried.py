"""Figures that an earlier model's card carries on to the next, marked as such.

Leave-one-subject-out takes hours of training and is not repeated for every model. Where the folds'
models are gone, what was measured with them stays the best that is known; the card then says of
which model it is, and that it was not measured again.
"""

from __future__ import annotations

from typing import Any

from multifidus.manifest import ModelManifest

Record = dict[str, Any]

CARRIED = "carried_over"
"""Key of the list of what was carried, among the figures."""

WHOLE = ("leave_one_out", "ablation")
"""Records that are carried as they are."""

PARTS = (("risk_coverage", "sets", ("leave_one_out",)), ("gate", "slices", None))
"""Records of which some groups need the folds: which, under which key; None stands for all."""


def with_carried(figures: Record, earlier: ModelManifest) -> Record:
    """Add to a model's figures what it lacks of those of an earlier model.

    Parameters
    ----------
    figures : dict
        Records by name, as measured for the model.
    earlier : ModelManifest
        Of the earlier model.

    Returns
    -------
    dict
        The records, and under `carried_over`, by the name of each thing carried, of which model it
        is: `version`, `sha256`, `git_commit`. What the earlier model had carried itself keeps its
        origin.
    """
    made = dict(figures)
    origins: dict[str, Record] = {}
    before = earlier.metrics.get(CARRIED, {})
    own = {
        "version": earlier.version,
        "sha256": earlier.sha256,
        "git_commit": earlier.provenance.get("git_commit", "unknown"),
    }
    for name in WHOLE:
        if name in earlier.metrics and name not in figures:
            origins[name] = before.get(name, own)
            made[name] = earlier.metrics[name]
    for name, key, wanted in PARTS:
        if name not in figures or name not in earlier.metrics:
            continue
        groups = dict(figures[name][key])
        for group, found in earlier.metrics[name][key].items():
            plain = group.partition(" (model ")[0]
            if plain in groups or not (wanted is None or plain in wanted):
                continue
            label = f"{name}: {plain}"
            origins[label] = before.get(label, own)
            groups[f"{plain} (model {origins[label]['version']})"] = found
        made[name] = figures[name] | {key: groups}
    return made | ({CARRIED: origins} if origins else {})
