"""Every strategy that makes files for the decoders, by its name."""

from __future__ import annotations

from hypothesis.strategies import SearchStrategy

from tests.hostile.damage import damaged_files
from tests.hostile.malformed_dicom import malformed_data_sets
from tests.hostile.malformed_pictures import malformed_jpegs, malformed_pngs

STRATEGIES: dict[str, SearchStrategy[bytes]] = {
    "damaged files": damaged_files(),
    "DICOM data sets": malformed_data_sets(),
    "PNG chunks": malformed_pngs(),
    "JPEG segments": malformed_jpegs(),
}
