"""Damaged and hostile files: refused or shown in time, by a page that goes on answering."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from multifidus.errors import MultifidusError
from multifidus.image_io import read_image
from tests.hostile import dicom_attacks, picture_attacks
from tests.hostile.attack import Attack
from tests.hostile.corpus import made_here
from tests.hostile.damage import apply
from tests.site.dicom.dicom_page import DicomPage

MAX_SECONDS = 25
"""The worker's own limit is 15; the rest is for a loaded machine."""

ATTACKS: dict[str, Attack] = {**dicom_attacks.ATTACKS, **picture_attacks.ATTACKS}
CUTS = 8
DECODE, CLEAN = "decodePicture", "deidentify"


def outcome(dicom: DicomPage, function: str, data: bytes) -> str:
    """`ok`, or the code of a `DicomProblem`; another error, or none in time, fails the test."""
    code, seconds = dicom.outcome(function, data)
    assert seconds < MAX_SECONDS
    return code


@pytest.mark.parametrize("name", list(ATTACKS))
def test_an_attack_on_the_service_does_not_harm_the_page(dicom: DicomPage, name: str) -> None:
    data = ATTACKS[name].make()
    decoded = outcome(dicom, DECODE, data)
    cleaned = outcome(dicom, CLEAN, data)
    assert decoded != "decoder_unavailable"
    if ATTACKS[name].status == 200:
        assert cleaned == "ok"
    assert dicom.page.evaluate("1 + 1") == 2


@pytest.mark.parametrize("name", list(made_here()))
def test_a_file_that_is_cut_off_anywhere_is_refused(dicom: DicomPage, name: str) -> None:
    data = made_here()[name]
    for length in np.linspace(0, len(data) - 2, CUTS).astype(int):
        cut = data[:length]
        try:
            read_image(cut)
        except MultifidusError:
            assert outcome(dicom, DECODE, cut) != "ok", length
        outcome(dicom, CLEAN, cut)


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_damage_of_any_kind_ends_in_a_picture_or_a_code(
    dicom: DicomPage, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(made_here())))
    file = made_here()[name]
    edits = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(("overwrite", "insert", "delete", "repeat", "flip", "cut")),
                st.floats(0, 1),
                st.floats(0, 1),
                st.binary(min_size=1, max_size=6),
            ),
            min_size=1,
            max_size=3,
        )
    )
    for edit in edits:
        file = apply(file, edit)
    outcome(dicom, DECODE, file)
    outcome(dicom, CLEAN, file)


def test_a_decoder_that_does_not_end_is_given_up_and_the_next_picture_is_shown(
    dicom: DicomPage,
) -> None:
    page = dicom.page
    page.clock.install()
    page.reload()
    # A worker that never answers, in the place of one that a file keeps busy.
    page.evaluate(
        """
        window.RealWorker = window.Worker;
        window.ended = 0;
        window.Worker = class {
          postMessage() {}
          terminate() { window.ended += 1; }
        };
        import("/js/dicom/index.js").then(async (dicom) => {
          dicom.decodePicture(new Uint8Array(8)).catch((error) => { window.code = error.code; });
          await Promise.resolve();
          await Promise.resolve();
          window.Worker = window.RealWorker;
        });
        """
    )
    page.clock.run_for(16_000)
    assert page.evaluate("[window.code, window.ended]") == ["decoding_timed_out", 1]
    assert outcome(dicom, DECODE, made_here()["dicom"]) == "ok"
