"""One decoder for each compressed transfer syntax, imported when the first such file comes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom.pixels import get_decoder
from pydicom.uid import UID

from multifidus.dicom_decoders import PLUGINS
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.lying_frames import SLICE
from tests.multifidus.samples import ROOT, dataset, encapsulated

LOADED = """
import sys
from multifidus.image_io import read_image
from tests.multifidus.samples import dataset, dicom
image = read_image(dicom(dataset()))
print([name for name in sys.modules if "imagecodecs" in name])
from pathlib import Path
read_image(Path(sys.argv[1]).read_bytes())
print(" ".join(name for name in sys.modules if name.startswith("imagecodecs._")))
"""


@pytest.mark.parametrize("syntax", list(PLUGINS), ids=lambda syntax: syntax.name)
def test_the_decoder_of_each_syntax_is_installed(syntax: UID) -> None:
    assert PLUGINS[syntax] in get_decoder(syntax).available_plugins


def test_each_syntax_is_written_and_read_in_the_tests() -> None:
    written = {coding.syntax for coding in CODINGS.values()}
    assert {syntax for syntax, plugin in PLUGINS.items() if plugin != "pydicom"} == written


def test_libjpeg_is_loaded_for_the_first_jpeg_and_nothing_of_imagecodecs_beside_it(
    tmp_path: Path,
) -> None:
    coding = CODINGS["jpeg lossless, first order"]
    path = tmp_path / "slice.dcm"
    path.write_bytes(encapsulated(coding.encode(SLICE, 16), coding.syntax, dataset(SLICE)))
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", LOADED, str(path)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'common' / 'python'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = done.stdout.splitlines()
    assert before == "[]"
    # The image holds no others: functions/segment/Dockerfile.
    dockerfile = (ROOT / "functions" / "segment" / "Dockerfile").read_text()
    kept = re.findall(r"-not -name '(_\w+)\*'", dockerfile)
    assert kept == ["_shared", "_jpeg8"]
    names = [name.removeprefix("imagecodecs.") for name in after.split()]
    assert "_jpeg8" in names
    assert all(name.startswith(tuple(kept)) or name == "_imagecodecs" for name in names)
