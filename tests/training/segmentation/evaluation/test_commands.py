"""Every command on the tiny model and the generated subjects, up to the card."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from multifidus.manifest import ModelManifest
from training.segmentation.evaluation.__main__ import main
from training.segmentation.evaluation.gate_drawings import DRAWINGS
from training.segmentation.evaluation.gate_negatives import negatives
from training.segmentation.evaluation.imitation import FIELD_OF_VIEW_MM, LEVEL_SHARES, draw_spec
from training.segmentation.evaluation.ladder import RUNGS, TYPICAL, ladder_set, rung_members
from training.segmentation.evaluation.leave_one_out import Fold, leave_one_out
from training.segmentation.evaluation.records import NAMES, write_record
from training.segmentation.evaluation.subjects import DELIVERIES, LEVELS, cases_of, contrasts_of
from training.segmentation.volumes import load_subject

SHIPPED = Path(__file__).parents[4] / "layers" / "model"


def test_a_fold_is_a_subject_and_a_folder() -> None:
    assert Fold.parse("TUM01=build/a") == Fold(subject="TUM01", model=Path("build/a"))
    for wrong in ("TUM01", "TUM01=", "somebody=build/a"):
        with pytest.raises(ValueError, match="SUBJECT=FOLDER"):
            Fold.parse(wrong)


@pytest.mark.usefixtures("data_folder")
def test_a_model_is_not_scored_on_whom_it_has_seen(model_folder: Path) -> None:
    with pytest.raises(ValueError, match="TUM01"):
        leave_one_out([Fold(subject="TUM01", model=model_folder)])


def test_subjects_come_in_every_contrast_and_delivery(data_folder: Path) -> None:
    slices = load_subject("TUM01", data_folder)
    cases = cases_of(slices)
    contrasts = contrasts_of(slices[0])
    assert len(contrasts) == 3
    # The generated subject is 282 mm wide, so that there is something to crop.
    assert len(cases) == len(slices) * len(contrasts) * len(DELIVERIES)
    assert {case.facts["level"] for case in cases} == set(LEVELS)
    for case in cases:
        assert case.reference.shape == case.image.pixels.shape
        assert (case.image.pixel_spacing_mm is not None) == (case.facts["delivery"] == "dicom")
        if case.facts["delivery"] != "dicom":
            assert case.image.pixels.max() == 255
            assert np.array_equal(case.image.pixels, np.round(case.image.pixels))
    cropped = [case for case in cases if case.facts["delivery"] == "png_260mm"]
    assert max(cropped[0].reference.shape) * cropped[0].spacing_mm[0] == pytest.approx(260, abs=2.3)
    assert all((case.reference > 0).any() for case in cropped)


def test_muscle_darkens_against_fat_with_the_echo_time(data_folder: Path) -> None:
    source = load_subject("TUM02", data_folder)[1]
    muscle, fat = np.isin(source.muscles, (1, 2)), source.signal[1] > 0.9
    ratios = [np.median(p[muscle]) / np.median(p[fat]) for p in contrasts_of(source).values()]
    assert ratios[0] > ratios[1] > ratios[2] > 0.0
    assert ratios[0] < 0.5


def test_imitations_stay_within_their_description() -> None:
    for seed in range(20):
        spec = draw_spec(np.random.default_rng(seed), size_px=512)
        assert FIELD_OF_VIEW_MM[0] <= spec.field_of_view_mm <= FIELD_OF_VIEW_MM[1]
        assert spec.level in LEVEL_SHARES
        assert spec.acquisition.eight_bit
        assert not spec.random_contrast


def test_every_rung_shows_the_same_people_with_one_thing_changed() -> None:
    cases = ladder_set(2, size_px=128)
    for factor, values in RUNGS.items():
        for value in values:
            members = [cases[place] for place in rung_members(cases, factor, value)]
            assert [case.facts["person"] for case in members] == [0, 1]
    lean, typical, fatty = (
        cases[rung_members(cases, "fat_pct", value)[0]] for value in (2, TYPICAL["fat_pct"], 60)
    )
    areas_mm2 = [
        float((case.reference > 0).sum()) * case.spacing_mm[0] ** 2
        for factor in ("field_of_view_mm", "rotation_deg")
        for value in RUNGS[factor]
        for case in [cases[rung_members(cases, factor, value)[1]]]
    ]
    assert max(areas_mm2) < 1.1 * min(areas_mm2)  # one person, on ever coarser pixels
    assert lean.facts["fat_pct"] < typical.facts["fat_pct"] < fatty.facts["fat_pct"]


def test_drawings_are_pictures_of_their_kind_and_repeat() -> None:
    for _, draw in DRAWINGS.values():
        first, again = draw(np.random.default_rng(5)), draw(np.random.default_rng(5))
        assert np.array_equal(first, again)
        assert first.dtype == np.float32
        assert np.isfinite(first).all()


@pytest.mark.usefixtures("data_folder")
def test_negatives_of_every_kind_fall_into_two_parts() -> None:
    found = negatives()
    assert len({item.name for item in found}) == len(found)
    by_part = {
        part: {item.kind for item in found if item.part == part} for part in ("tuning", "held_out")
    }
    assert {"sagittal", "coronal", "photograph"} <= by_part["tuning"]
    assert {"brain MR", "thorax", "axial, on its side"} <= by_part["held_out"]
    assert not by_part["tuning"] & by_part["held_out"]
    for item in found:
        assert item.image.pixel_spacing_mm is None
        assert 0 <= item.image.pixels.min() <= item.image.pixels.max() <= 255


def test_an_unknown_record_or_a_figure_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No record"):
        write_record(tmp_path, "something", {})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_record(tmp_path, "gate", {"figure": float("nan")})
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("data_folder")
def test_all_commands_together_make_the_card(model_folder: Path, tmp_path: Path) -> None:
    records, cases = tmp_path / "records", tmp_path / "cases"
    common = ["--model", str(model_folder), "--records", str(records), "--cases", str(cases)]
    common += ["--size-px", "96"]
    folds = [f"--fold={name}={model_folder}" for name in ("TUM02", "sub-0001")]
    main(["calibrate", *common, "--count", "1"])
    main(["leave-one-out", *common, *folds])
    main(["imitation", *common, "--count", "2"])
    main(["ladder", *common, "--people", "1"])
    main(["risk", *common])
    main(["gate", *common, folds[1], "--count", "2"])
    ablation = tmp_path / "ablation.json"
    ablation.write_text('{"all": {"dice": 0.9}, "without fat": {"dice": 0.8}}', encoding="utf-8")
    main(["card", *common, "--ablation", str(ablation)])
    assert {path.stem for path in records.glob("*.json")} == set(NAMES)
    manifest = ModelManifest.load(model_folder)
    assert set(manifest.metrics) == {*NAMES, "ablation"}
    assert "rows" not in json.dumps(manifest.metrics)
    card = (model_folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    for word in ("HD95", "Severity ladder", "ECE before", "AURC", "held_out", "without fat"):
        assert word in card
    main(["charts", *common, "--out", str(tmp_path / "charts")])
    for name in ("ladder", "risk_coverage", "reliability"):
        drawn = ElementTree.parse(tmp_path / "charts" / f"{name}.svg").getroot()  # noqa: S314 - ours
        assert drawn.findall(".//{http://www.w3.org/2000/svg}polyline")
    main(["report", *common, "--of", "sub-0001", "--out", str(tmp_path / "pages"), "--worst", "2"])
    assert (tmp_path / "pages" / "sub-0001.html").stat().st_size > 10_000


@pytest.mark.usefixtures("data_folder")
def test_the_card_goes_on_with_what_only_the_folds_of_an_earlier_model_could_tell(
    model_folder: Path, tmp_path: Path
) -> None:
    common = ["--cases", str(tmp_path / "cases"), "--size-px", "96"]
    shipped = ["--carry-from", str(SHIPPED)]
    records = ["--records", str(tmp_path / "records"), "--model", str(model_folder)]
    for command in ("imitation", "gate"):
        main([command, *common, *records, "--count", "2"])
    main(["risk", *common, *records])
    main(["card", *common, *records, *shipped, "--ablation", str(tmp_path / "none.json")])
    main(["charts", *common, *records, *shipped, "--out", str(tmp_path / "charts")])
    metrics = ModelManifest.load(model_folder).metrics
    earlier = ModelManifest.load(SHIPPED)
    assert metrics["leave_one_out"] == earlier.metrics["leave_one_out"]
    assert metrics["carried_over"]["leave_one_out"]["sha256"]
    assert "TUM01, seen in training" in metrics["gate"]["slices"]
    assert "sub-0001" in metrics["gate"]["slices"]
    card = (model_folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    section = card.split("### Carried over")[1].split("###")[0]
    for name in metrics["carried_over"]:
        assert name.replace("_", " ") in section
    assert "not again" in section
