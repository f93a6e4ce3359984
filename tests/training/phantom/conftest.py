from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from training.phantom.anatomy import MuscleSizes, muscle_shapes
from training.phantom.fields import View, make_view
from training.phantom.generate import PhantomSpec, generate
from training.phantom.muscles import Muscles, muscles_from_labels
from training.phantom.phantom_slice import PhantomSlice


@pytest.fixture(scope="session")
def plain() -> PhantomSlice:
    return generate(PhantomSpec(size_px=192), seed=7)


@pytest.fixture(scope="session")
def label_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one made-up label map: two slices, patient's right multifidus wider."""
    folder = tmp_path_factory.mktemp("labels")
    (folder / "musclemap").mkdir()
    labels = np.zeros((200, 200, 3), dtype=np.int16)  # RAS: x to the right, y ventral
    for z in (0, 1):
        labels[104:132, 60:100, z] = 1
        labels[72:96, 60:100, z] = 2
        labels[132:165, 55:100, z] = 3
        labels[40:72, 55:100, z] = 4
        labels[128:155, 130:165, z] = 5
        labels[50:75, 130:165, z] = 6
    image = nib.Nifti1Image(labels, np.diag([1.0, 1.0, 4.0, 1.0]))
    nib.save(image, folder / "musclemap" / "template_dseg.nii.gz")
    return folder


@pytest.fixture
def view() -> View:
    return make_view(
        np.random.default_rng(0),
        size_px=256,
        field_of_view_mm=200.0,
        centre_mm=(0.0, 0.0),
        rotation_deg=0.0,
        asymmetry=0.0,
        warp_mm=0.0,
    )


@pytest.fixture
def muscles(view: View) -> Muscles:
    rng = np.random.default_rng(1)
    labels = muscle_shapes(rng, 1.5, MuscleSizes())
    return muscles_from_labels(
        rng, view, labels, None, scale=(1.0, 1.0), top_mm=5.0, border_change=0.0
    )
