from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from training.phantom.generate import PhantomSpec, generate
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
