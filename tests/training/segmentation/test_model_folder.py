from __future__ import annotations

from multifidus.manifest import PreprocessSpec
from training.segmentation.model_folder import as_served


def test_weights_are_served_through_todays_fields_of_view() -> None:
    trained = PreprocessSpec(
        height_px=192, width_px=192, upper_percentile=99.0, max_field_of_view_mm=380.0
    )
    served = as_served(trained)
    assert (served.height_px, served.width_px, served.upper_percentile) == (192, 192, 99.0)
    assert served.max_field_of_view_mm == PreprocessSpec().max_field_of_view_mm
