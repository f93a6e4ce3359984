from pathlib import Path

import numpy as np
import pytest

from training.phantom.label_maps import solidity
from training.segmentation.volumes import load_subject


@pytest.mark.parametrize("subject", ["TUM01", "TUM02", "sub-0001"])
def test_the_canal_is_a_rounded_spot_in_the_midline(real_data_folder: Path, subject: str) -> None:
    for source in load_subject(subject, real_data_folder):
        canal = source.canal > 0.5
        pixel_mm2 = source.spacing_mm[0] * source.spacing_mm[1]
        medial = (
            np.percentile(np.nonzero(source.muscles == 1)[1], 97),
            np.percentile(np.nonzero(source.muscles == 2)[1], 3),
        )
        rows, columns = np.nonzero(canal)
        muscle_rows = np.nonzero(np.isin(source.muscles, (1, 2)))[0]
        assert 40.0 < canal.sum() * pixel_mm2 < 450.0, source.index
        assert solidity(canal.astype(np.uint8)) > 0.85, source.index
        assert abs(columns.mean() - sum(medial) / 2.0) * source.spacing_mm[1] < 8.0, source.index
        assert rows.mean() < np.percentile(muscle_rows, 20), source.index
