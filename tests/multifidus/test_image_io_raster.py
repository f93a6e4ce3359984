"""PNG and JPEG through `read_image`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from multifidus.errors import (
    ImageTooLarge,
    NotGreyscale,
    TooSmall,
    UnreadableImage,
)
from multifidus.image_io import read_image
from multifidus.media_limits import MAX_JPEG_SCANS
from tests.multifidus.samples import (
    PNG_SIGNATURE,
    interlaced_lines,
    jpeg,
    png,
    png_chunk,
    png_lines,
    raw_png,
    textured,
)

Encode = Callable[[npt.NDArray[np.uint8]], bytes]

GREY = textured()
ROWS, COLUMNS = GREY.shape


def test_png_of_8_bits_keeps_its_values() -> None:
    image = read_image(png(GREY))
    np.testing.assert_array_equal(image.pixels, GREY)
    assert image.pixels.dtype == np.float32
    assert (image.media, image.orientation, image.plane) == ("png", "image", None)
    assert (image.pixel_spacing_mm, image.modality) == (None, None)


def test_png_of_16_bits_is_not_cut_to_8() -> None:
    deep = GREY.astype(np.uint16) * 257 + 3
    np.testing.assert_array_equal(read_image(png(deep)).pixels, deep)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_with_alpha_is_blended_over_black(dtype: type[np.generic]) -> None:
    full = np.iinfo(dtype).max
    alpha = np.full(GREY.shape, full, dtype)
    alpha[:10] = 0
    grey = GREY.astype(dtype)
    data = raw_png(
        COLUMNS,
        ROWS,
        depth=8 * grey.dtype.itemsize,
        colour=4,
        lines=png_lines(np.dstack([grey, alpha])),
    )
    pixels = read_image(data).pixels
    assert not pixels[:10].any()
    np.testing.assert_allclose(pixels[10:], GREY[10:])


def test_grey_palette_is_looked_up() -> None:
    palette = np.repeat(np.arange(255, -1, -1, dtype=np.uint8)[:, None], 3, axis=1)
    data = raw_png(
        COLUMNS, ROWS, colour=3, lines=png_lines(GREY), extra=[(b"PLTE", palette.tobytes())]
    )
    np.testing.assert_array_equal(read_image(data).pixels, 255 - GREY)


def test_png_of_one_bit_is_read() -> None:
    bits = (GREY > 120).astype(np.uint8)
    lines = b"".join(b"\0" + np.packbits(row).tobytes() for row in bits)
    pixels = read_image(raw_png(COLUMNS, ROWS, depth=1, lines=lines)).pixels
    np.testing.assert_array_equal(pixels > 0, bits > 0)


def test_interlaced_png_is_read() -> None:
    data = raw_png(COLUMNS, ROWS, interlace=1, lines=interlaced_lines(GREY))
    np.testing.assert_array_equal(read_image(data).pixels, GREY)


def test_animated_png_counts_as_its_first_picture() -> None:
    still = png(GREY)
    ihdr_end = len(PNG_SIGNATURE) + 25
    control = png_chunk(b"acTL", struct.pack(">II", 2, 0))
    frame = png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, COLUMNS, ROWS, 0, 0, 1, 10, 0, 0))
    second = png_chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 1, COLUMNS, ROWS, 0, 0, 1, 10, 0, 0)
    ) + png_chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(png_lines(255 - GREY)))
    data = still[:ihdr_end] + control + frame + still[ihdr_end:-12] + second + still[-12:]
    np.testing.assert_array_equal(read_image(data).pixels, GREY)


@pytest.mark.parametrize("encode", [png, jpeg])
def test_three_equal_channels_are_grey(encode: Encode) -> None:
    pixels = read_image(encode(cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR))).pixels
    np.testing.assert_allclose(pixels, GREY, atol=6)


def test_chroma_noise_and_a_small_mark_are_still_grey() -> None:
    rgb = cv2.cvtColor(textured(128, 128), cv2.COLOR_GRAY2BGR).astype(np.int16)
    rgb += np.random.default_rng(0).integers(-3, 4, rgb.shape)
    rgb[3:8, 3:8] = (0, 0, 255)
    read_image(png(np.clip(rgb, 0, 255).astype(np.uint8)))


@pytest.mark.parametrize("encode", [png, jpeg])
def test_true_colour_is_refused(encode: Encode) -> None:
    with pytest.raises(NotGreyscale):
        read_image(encode(np.dstack([GREY, GREY // 2, 255 - GREY])))


def test_colour_palette_is_refused() -> None:
    palette = np.random.default_rng(0).integers(0, 256, (256, 3), dtype=np.uint8)
    data = raw_png(
        COLUMNS, ROWS, colour=3, lines=png_lines(GREY), extra=[(b"PLTE", palette.tobytes())]
    )
    with pytest.raises(NotGreyscale):
        read_image(data)


@pytest.mark.parametrize("options", [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)])
def test_jpeg_is_read(options: tuple[int, ...]) -> None:
    image = read_image(jpeg(GREY, *options))
    assert image.media == "jpeg"
    np.testing.assert_allclose(image.pixels, GREY, atol=6)


def test_jpeg_with_restart_markers_is_read() -> None:
    data = jpeg(GREY, cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
    assert b"\xff\xd0" in data
    np.testing.assert_allclose(read_image(data).pixels, GREY, atol=6)


def test_exif_rotation_is_ignored() -> None:
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    data = jpeg(GREY)
    turned = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    np.testing.assert_allclose(read_image(turned).pixels, GREY, atol=6)


def test_header_is_believed_before_anything_is_inflated() -> None:
    with pytest.raises(ImageTooLarge):
        read_image(raw_png(60_000, 60_000, lines=bytes(1000)))


def test_png_that_inflates_to_more_than_its_size_is_too_large() -> None:
    for surplus in (1, 50_000_000):
        with pytest.raises(ImageTooLarge):
            read_image(raw_png(64, 64, lines=bytes(64 * 65) + bytes(surplus)))


@pytest.mark.parametrize(
    ("columns", "rows", "error"),
    [
        (2048, 2048, None),
        (2049, 2050, ImageTooLarge),
        (32, 32, None),
        (31, 40, TooSmall),
        (400, 31, TooSmall),
        (160, 40, None),
        (164, 40, ImageTooLarge),
        (40, 164, ImageTooLarge),
    ],
)
def test_limits_of_size(columns: int, rows: int, error: type[Exception] | None) -> None:
    pixels = np.zeros((rows, columns), np.uint8)
    for data in (png(pixels), jpeg(pixels)):
        if error is None:
            assert read_image(data).pixels.shape == (rows, columns)
        else:
            with pytest.raises(error):
                read_image(data)


def damaged_pngs() -> dict[str, bytes]:
    lines = png_lines(GREY)
    good = raw_png(COLUMNS, ROWS, lines=lines)
    idat = good.index(b"IDAT")
    wrong_filter = bytearray(lines)
    wrong_filter[(COLUMNS + 1) * 20] = 9
    header = struct.pack(">IIBBBBB", COLUMNS, ROWS, 8, 0, 0, 0, 0)
    return {
        "a line is missing": raw_png(COLUMNS, ROWS, lines=lines[: -COLUMNS - 1]),
        "a byte is missing": raw_png(COLUMNS, ROWS, lines=lines[:-1]),
        "no end": good[:-12],
        "no image data": PNG_SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IEND", b""),
        "no header": PNG_SIGNATURE + png_chunk(b"IEND", b""),
        "two headers": raw_png(COLUMNS, ROWS, lines=lines, extra=[(b"IHDR", header)]),
        "short header": raw_png(COLUMNS, ROWS, lines=lines).replace(b"IHDR", b"IHDX"),
        "one bit flipped": good[: idat + 30] + bytes([good[idat + 30] ^ 1]) + good[idat + 31 :],
        "unknown filter": raw_png(COLUMNS, ROWS, lines=bytes(wrong_filter)),
        "bit depth 3": raw_png(COLUMNS, ROWS, depth=3, lines=lines),
        "colour type 5": raw_png(COLUMNS, ROWS, colour=5, lines=lines),
        "palette missing": raw_png(COLUMNS, ROWS, colour=3, lines=lines),
        "zero wide": raw_png(0, ROWS, lines=lines),
        "length beyond the end": good[:33] + b"\xff\xff\xff\xff" + good[37:],
        "signature alone": PNG_SIGNATURE,
    }


@pytest.mark.parametrize("name", list(damaged_pngs()))
def test_damaged_png_is_unreadable(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnreadableImage):
        read_image(damaged_pngs()[name])
    assert capfd.readouterr().err == ""


def damaged_jpegs() -> dict[str, bytes]:
    good = jpeg(GREY)
    frame = good.index(b"\xff\xc0")
    scan = good.index(b"\xff\xda")
    header = good[frame : frame + 2 + struct.unpack_from(">H", good, frame + 2)[0]]
    return {
        "no end": good[:-2],
        "half": good[: len(good) // 2],
        "no scan": good[:scan] + b"\xff\xd9",
        "two frame headers": good[:frame] + header + good[frame:],
        "no frame header": good[:frame] + good[frame + len(header) :],
        "rubbish between segments": good[:frame] + b"rubbish" + good[frame:],
        "segment of length 1": good[:2] + b"\xff\xe0\x00\x01" + good[2:],
        "signature alone": b"\xff\xd8\xff",
    }


@pytest.mark.parametrize("name", list(damaged_jpegs()))
def test_damaged_jpeg_is_unreadable(name: str) -> None:
    with pytest.raises(UnreadableImage):
        read_image(damaged_jpegs()[name])


def test_the_end_of_an_embedded_thumbnail_is_not_the_end_of_the_jpeg() -> None:
    data = jpeg(GREY)
    thumbnail = b"Exif\0\0" + jpeg(GREY[:32, :32])
    with_thumbnail = (
        data[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + data[2:]
    )
    read_image(with_thumbnail)
    with pytest.raises(UnreadableImage):
        read_image(with_thumbnail[:-2])


def test_jpeg_of_very_many_scans_is_refused_unread() -> None:
    data = jpeg(GREY, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert len(scan) < 400
    with pytest.raises(UnreadableImage):
        read_image(data[:-2] + scan * MAX_JPEG_SCANS + b"\xff\xd9")
