from __future__ import annotations

from typing import Any

from multifidus.manifest import ModelManifest, PreprocessSpec
from training.segmentation.evaluation.carried import with_carried


def earlier(version: str, metrics: dict[str, Any]) -> ModelManifest:
    return ModelManifest(
        name="m",
        version=version,
        model_file="m.onnx",
        sha256=f"hash of {version}",
        input_name="image",
        output_name="logits",
        output_channels=("right", "left"),
        preprocess=PreprocessSpec(),
        threshold=0.5,
        metrics=metrics,
        provenance={"git_commit": f"commit of {version}"},
    )


def origin(version: str) -> dict[str, str]:
    return {
        "version": version,
        "sha256": f"hash of {version}",
        "git_commit": f"commit of {version}",
    }


FOLDS = {
    "leave_one_out": {"note": "folds", "average_dice": {"dicom": 0.8}},
    "imitation": {"note": "of the earlier model"},
    "gate": {"slices": {"generated": 1, "sub-0001": 2}},
    "risk_coverage": {"sets": {"leave_one_out": 3, "imitation": 4}},
    "ablation": {"all": {"dice": 0.9}},
}
OWN = {
    "gate": {"slices": {"generated": 5, "sub-0001, seen in training": 6}},
    "risk_coverage": {"sets": {"imitation": 7}},
}


def test_what_the_folds_told_goes_on_with_its_origin() -> None:
    made = with_carried(OWN, earlier("1.0.0", FOLDS))
    assert made["leave_one_out"] == FOLDS["leave_one_out"]
    assert made["ablation"] == FOLDS["ablation"]
    assert made["gate"]["slices"] == {
        "generated": 5,
        "sub-0001, seen in training": 6,
        "sub-0001 (model 1.0.0)": 2,
    }
    assert made["risk_coverage"]["sets"] == {"imitation": 7, "leave_one_out (model 1.0.0)": 3}
    assert made["carried_over"] == {
        name: origin("1.0.0")
        for name in (
            "leave_one_out",
            "ablation",
            "risk_coverage: leave_one_out",
            "gate: sub-0001",
        )
    }
    assert "imitation" not in made, "the model itself can be measured on it"
    assert "carried_over" not in OWN


def test_what_was_measured_counts() -> None:
    own = OWN | {"leave_one_out": {"note": "new folds"}, "ablation": {}}
    made = with_carried(own, earlier("1.0.0", {"leave_one_out": {}, "ablation": {"a": {}}}))
    assert made == own


def test_an_origin_outlives_two_models() -> None:
    second = earlier("1.1.0", with_carried(OWN, earlier("1.0.0", FOLDS)))
    made = with_carried(OWN, second)
    assert set(made["gate"]["slices"]) == {
        "generated",
        "sub-0001, seen in training",
        "sub-0001 (model 1.0.0)",
    }
    assert set(made["risk_coverage"]["sets"]) == {"imitation", "leave_one_out (model 1.0.0)"}
    assert all(about == origin("1.0.0") for about in made["carried_over"].values())
