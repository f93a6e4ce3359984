"""Strategies for files that were valid once: bytes changed, cut, doubled, mixed."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.hostile.corpus import everything

TELLING = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\x00\x00",
    b"\xff\xff",
    b"\xff\xd9",
    b"\xff\xda",
    b"\xff\xc2",
    b"\xff\x4f\xff\x51",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"\xff\xff\xff\x7f",
    b"\xfe\xff\x00\xe0",
    b"\xfe\xff\xdd\xe0\x00\x00\x00\x00",
    b"IDAT",
    b"IEND",
    b"SQ",
    b"UN",
)
"""Bytes that mean something to a parser: ends of ranges, marks, kinds."""


def apply(data: bytes, edit: tuple[str, float, float, bytes]) -> bytes:
    """Change a file in one place."""
    kind, where, length, payload = edit
    start = int(where * max(len(data) - 1, 0))
    # Mostly short stretches: the square of a number below 1 is small.
    end = min(len(data), start + 1 + int(length**4 * len(data)))
    match kind:
        case "overwrite":
            return data[:start] + payload + data[start + len(payload) :]
        case "insert":
            return data[:start] + payload + data[start:]
        case "delete":
            return data[:start] + data[end:]
        case "repeat":
            return data[:end] + data[start:end] + data[end:]
        case "flip":
            return data[:start] + bytes([data[start] ^ payload[0]]) + data[start + 1 :]
        case "cut":
            return data[:start]
    raise AssertionError(kind)


_EDITS = st.tuples(
    st.sampled_from(("overwrite", "insert", "delete", "repeat", "flip", "cut")),
    st.floats(0, 1),
    st.floats(0, 1),
    st.one_of(st.sampled_from(TELLING), st.binary(min_size=1, max_size=6)),
)


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """Any file of the corpus with a few changes, sometimes with another's end."""
    files = everything()
    data = files[draw(st.sampled_from(sorted(files)))]
    if draw(st.integers(0, 9)) == 0:
        other = files[draw(st.sampled_from(sorted(files)))]
        cut, place = draw(st.floats(0, 1)), draw(st.floats(0, 1))
        data = data[: int(cut * len(data))] + other[int(place * len(other)) :]
    for edit in draw(st.lists(_EDITS, min_size=1, max_size=6)):
        if data:
            data = apply(data, edit)
    return data
