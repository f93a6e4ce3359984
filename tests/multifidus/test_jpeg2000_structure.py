"""JPEG 2000 and HTJ2K frames whose headers lie are refused, quickly and in little memory."""

from __future__ import annotations

import contextlib
import re
import struct
import subprocess
import sys
from collections.abc import Callable

import imagecodecs
import numpy as np
import pytest

from multifidus.errors import ImageTooLarge, MultifidusError, TooSmall, UnreadableImage
from multifidus.image_io import read_image
from multifidus.jpeg2000_structure import checked_jpeg2000, jpeg2000_codestream
from multifidus.jpeg_structure import CodedFrame
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.lying_frames import SLICE, frame_of, read, replaced
from tests.multifidus.samples import ROOT, dataset, encapsulated

J2K = "jpeg 2000 lossless"


SIZ = 4  # where the segment's length stands
XSIZ, XOSIZ, XTSIZ, XTOSIZ, CSIZ, SSIZ = SIZ + 4, SIZ + 12, SIZ + 20, SIZ + 28, SIZ + 36, SIZ + 38


def in_size(offset: int, code: str, *values: int) -> Callable[[bytes], bytes]:
    return lambda frame: replaced(frame, offset, code, *values)


def in_coding(offset: int, code: str, *values: int) -> Callable[[bytes], bytes]:
    """Change the COD segment, by the offset from its marker."""
    return lambda frame: replaced(frame, frame.index(b"\xff\x52") + offset, code, *values)


def in_tile_part(offset: int, code: str, *values: int) -> Callable[[bytes], bytes]:
    return lambda frame: replaced(frame, frame.index(b"\xff\x90") + offset, code, *values)


def with_segment(marker: int, body: bytes) -> Callable[[bytes], bytes]:
    """Put a marker segment at the end of the main header."""

    def change(frame: bytes) -> bytes:
        start = frame.index(b"\xff\x90")
        segment = struct.pack(">HH", marker, len(body) + 2) + body
        return frame[:start] + segment + frame[start:]

    return change


def with_own_precincts(sides: bytes, layers: int = 1) -> Callable[[bytes], bytes]:
    """Another COD segment in place of the first, with as many resolutions as sides are given."""

    def change(frame: bytes) -> bytes:
        start = frame.index(b"\xff\x52")
        (length,) = struct.unpack_from(">H", frame, start + 2)
        style = bytes([len(sides) - 1, 4, 4, 0, 1]) + sides
        body = b"\1\0" + struct.pack(">H", layers) + b"\0" + style
        segment = b"\xff\x52" + struct.pack(">H", 2 + len(body)) + body
        return frame[:start] + segment + frame[start + 2 + length :]

    return change


def test_a_codestreams_header_is_read() -> None:
    expected = CodedFrame(rows=64, columns=56, components=1, precision_bits=16)
    for name in (J2K, "htj2k lossless", "htj2k in tiles", "jpeg 2000 in a jp2 file"):
        frame, _ = checked_jpeg2000(jpeg2000_codestream(frame_of(name)))
        assert frame == expected


LIES = {
    "huge": (in_size(XSIZ, ">LL", 2**32 - 1, 2**32 - 1), ImageTooLarge),
    "long": (in_size(XSIZ, ">L", 65000), ImageTooLarge),
    "narrow": (in_size(XSIZ, ">L", 31), TooSmall),
    "empty": (in_size(XSIZ, ">L", 0), UnreadableImage),
    "wider": (in_size(XSIZ, ">L", 57), UnreadableImage),
    "offset beyond the size": (in_size(XOSIZ, ">L", 100), UnreadableImage),
    "offset": (in_size(XOSIZ, ">L", 1), UnreadableImage),
    "tiles of one pixel": (in_size(XTSIZ, ">LL", 1, 1), ImageTooLarge),
    "tiles of no pixel": (in_size(XTSIZ, ">LL", 0, 0), UnreadableImage),
    "tiles that begin later": (in_size(XTOSIZ, ">L", 5), UnreadableImage),
    "more tiles than there are": (in_size(XTSIZ, ">L", 28), UnreadableImage),
    "no component": (in_size(CSIZ, ">H", 0), UnreadableImage),
    "components": (in_size(CSIZ, ">H", 16384), UnreadableImage),
    "three components": (in_size(CSIZ, ">H", 3), UnreadableImage),
    "precision": (in_size(SSIZ, "B", 37), UnreadableImage),
    "subsampled": (in_size(SSIZ + 1, "BB", 255, 255), UnreadableImage),
    "not sampled": (in_size(SSIZ + 1, "BB", 0, 0), UnreadableImage),
    "length of the size segment": (in_size(SIZ, ">H", 65535), UnreadableImage),
    "decompositions": (in_coding(9, "B", 33), UnreadableImage),
    "code-blocks too large": (in_coding(10, "BB", 9, 9), UnreadableImage),
    "no layer, no coding": (in_coding(0, ">H", 0xFF64), UnreadableImage),
    "precincts of one pixel": (with_own_precincts(b"\0" * 6, 65535), ImageTooLarge),
    "layers of many precincts": (with_own_precincts(b"\x22" * 6, 65535), ImageTooLarge),
    "precincts cut short": (in_coding(4, "B", 1), UnreadableImage),
    "another tile": (in_tile_part(4, ">H", 1), UnreadableImage),
    "tile-part too long": (in_tile_part(6, ">L", 2**32 - 1), UnreadableImage),
    "tile-part too short": (in_tile_part(6, ">L", 3), UnreadableImage),
    "tile-part of its header": (in_tile_part(6, ">L", 14), UnreadableImage),
    "no tile-part": (in_tile_part(0, ">H", 0xFFD9), UnreadableImage),
    "no start of data": (in_tile_part(12, ">H", 0x1234), UnreadableImage),
}


@pytest.mark.parametrize("lie", list(LIES))
@pytest.mark.parametrize("name", [J2K, "htj2k lossless"])
def test_a_codestream_that_lies_is_refused(name: str, lie: str) -> None:
    change, error = LIES[lie]
    with pytest.raises(error):
        read(name, change(frame_of(name)))


def coc(style: bytes, flags: int = 1) -> bytes:
    return b"\0" + bytes([flags]) + style


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (coc(bytes([5, 4, 4, 0, 1]) + b"\0" * 6), ImageTooLarge),
        (coc(bytes([33, 4, 4, 0, 1]), flags=0), UnreadableImage),
        (coc(bytes([5, 9, 9, 0, 1]), flags=0), UnreadableImage),
        (coc(bytes([5, 4])), UnreadableImage),
    ],
)
def test_a_components_own_coding_style_is_checked_too(
    body: bytes, error: type[MultifidusError]
) -> None:
    large = np.zeros((2048, 2048), dtype=np.uint16)
    frame = with_segment(0xFF53, body)(CODINGS[J2K].encode(large, 16))
    with pytest.raises(error):
        checked_jpeg2000(frame)


def test_so_is_one_within_a_tile_part() -> None:
    frame = frame_of(J2K)
    start = frame.index(b"\xff\x93")
    body = coc(bytes([33, 4, 4, 0, 1]), flags=0)
    segment = struct.pack(">HH", 0xFF53, len(body) + 2) + body
    with pytest.raises(UnreadableImage):
        checked_jpeg2000(frame[:start] + segment + frame[start:])


def test_layers_and_precincts_count_together_wherever_they_are_said() -> None:
    layers = in_coding(6, ">H", 65535)(frame_of(J2K))
    checked_jpeg2000(layers)
    body = coc(bytes([2, 4, 4, 0, 1]) + b"\x33" * 3)
    checked_jpeg2000(with_segment(0xFF53, body)(frame_of(J2K)))
    with pytest.raises(ImageTooLarge):
        checked_jpeg2000(with_segment(0xFF53, body)(layers))


def test_the_largest_images_in_the_usual_division_pass() -> None:
    large = np.zeros((2048, 2048), dtype=np.uint16)
    colour = np.zeros((2048, 2048, 3), dtype=np.uint8)
    for pixels in (large, colour):
        for tile in (None, (256, 256)):
            frame = imagecodecs.htj2k_encode(pixels, reversible=True, tile=tile)
            assert checked_jpeg2000(bytes(frame))[0].rows == 2048


def test_missing_tiles_are_noticed() -> None:
    frame = frame_of("htj2k in tiles")
    tiled = bytes(imagecodecs.htj2k_encode(SLICE, reversible=True, tile=(32, 32)))
    assert checked_jpeg2000(tiled)[0] == checked_jpeg2000(frame)[0]
    starts = [match.start() for match in re.finditer(rb"\xff\x90\x00\x0a", tiled)]
    assert len(starts) == 4
    without = tiled[: starts[1]] + tiled[starts[2] :]
    with pytest.raises(UnreadableImage, match="missing"):
        checked_jpeg2000(without)
    with pytest.raises(UnreadableImage):
        checked_jpeg2000(tiled[: starts[3]])


def test_a_missing_end_of_codestream_is_let_pass_and_a_missing_byte_is_not() -> None:
    frame = frame_of(J2K)
    assert frame.endswith(b"\xff\xd9")
    expected = read_image(encapsulated(frame, CODINGS[J2K].syntax, dataset(SLICE))).pixels
    cut = read_image(encapsulated(frame[:-2], CODINGS[J2K].syntax, dataset(SLICE))).pixels
    np.testing.assert_array_equal(cut, expected)
    with pytest.raises(UnreadableImage):
        checked_jpeg2000(frame[:-3])


@pytest.mark.parametrize(
    "boxes",
    [
        b"",
        struct.pack(">L4s", 0, b"uuid"),
        struct.pack(">L4s", 4, b"uuid") * 50,
        struct.pack(">L4sQ", 1, b"uuid", 8) * 50,
        struct.pack(">L4s", 2**32 - 1, b"uuid"),
        struct.pack(">L4s", 24, b"uuid") + b"\xff\x4f\xff\x51" + bytes(12),
    ],
)
def test_boxes_without_an_image_are_refused(boxes: bytes) -> None:
    with pytest.raises(UnreadableImage):
        read(J2K, b"\0\0\0\x0cjP  \r\n\x87\n" + boxes)


def test_what_stands_beside_the_codestream_in_a_jp2_file_is_not_read() -> None:
    # A palette of 255 columns would make 255 pictures of one.
    palette = struct.pack(">HB", 1, 255) + bytes([7] * 255) + bytes(255)
    box = struct.pack(">L4s", 8 + len(palette), b"pclr") + palette
    header = struct.pack(">L4s", 8 + len(box), b"jp2h") + box
    jp2 = frame_of("jpeg 2000 in a jp2 file")
    data = jp2[:12] + header + jp2[12:]
    image = read_image(encapsulated(data, CODINGS[J2K].syntax, dataset(SLICE)))
    np.testing.assert_array_equal(image.pixels, SLICE)


def test_no_lie_costs_memory_or_time_and_nothing_is_said_about_it() -> None:
    code = """
import resource, time
from multifidus.errors import MultifidusError
from tests.multifidus.codestreams import CODINGS
from tests.multifidus.test_jpeg2000_structure import J2K, LIES, frame_of, read
for name in CODINGS:
    if "uint16" in CODINGS[name].formats:
        read(name, frame_of(name))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.monotonic()
for name in (J2K, "htj2k lossless"):
    for change, _ in LIES.values():
        try:
            read(name, change(frame_of(name)))
        except MultifidusError:
            pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) // 1024)
print(time.monotonic() - begin)
"""
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'common' / 'python'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    grown_mib, seconds = map(float, done.stdout.split())
    assert grown_mib < 20
    assert seconds < 20
    assert done.stderr == ""


def test_a_decoder_that_fails_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for name in (
        "jpeg lossless, first order",
        "jpeg-ls lossless",
        J2K,
        "htj2k lossless",
        "jpeg 2000",
    ):
        frame = bytearray(frame_of(name))
        for start in range(len(frame) // 2, len(frame) - 40, 16):
            frame[start : start + 4] = b"\x55\xaa\x55\xaa"
        with contextlib.suppress(UnreadableImage):
            read(name, bytes(frame))
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
