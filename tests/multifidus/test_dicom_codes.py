from __future__ import annotations

import pytest
from pydicom.sr import _concepts_dict
from pydicom.sr.coding import Code

from multifidus import dicom_codes

PUBLIC_ELSEWHERE = {dicom_codes.MULTIFIDUS}


def every_code() -> list[Code]:
    found: list[Code] = []
    for value in vars(dicom_codes).values():
        candidates = value.values() if isinstance(value, dict) else [value]
        found += [code for code in candidates if isinstance(code, Code)]
    return found


def meanings(code: Code) -> set[str]:
    """Meanings of a code in pydicom's copy of PS3.16."""
    scheme = _concepts_dict.concepts[code.scheme_designator]
    return {found[code.value][0] for found in scheme.values() if code.value in found}


PUBLIC = [code for code in every_code() if code.scheme_designator != dicom_codes.PRIVATE_SCHEME]
PRIVATE = [code for code in every_code() if code.scheme_designator == dicom_codes.PRIVATE_SCHEME]


@pytest.mark.parametrize("code", [code for code in PUBLIC if code not in PUBLIC_ELSEWHERE])
def test_public_codes_mean_what_the_standard_says(code: Code) -> None:
    assert code.meaning in meanings(code)


def test_the_muscles_code_is_no_other_concepts() -> None:
    assert meanings(dicom_codes.MULTIFIDUS) == set()
    assert verhoeff(dicom_codes.MULTIFIDUS.value) == 0
    assert verhoeff("5709010") != 0


def test_private_codes_fit_into_their_elements() -> None:
    assert len(PRIVATE) > 10
    assert len({code.value for code in PRIVATE}) == len(PRIVATE)
    for code in PRIVATE:
        assert len(code.value) <= 16
        assert len(code.scheme_designator) <= 16
        assert len(code.meaning) <= 64
    assert dicom_codes.PRIVATE_SCHEME.startswith("99")


def verhoeff(digits: str) -> int:
    """0 where the last digit is the check digit of a SNOMED CT identifier."""
    permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for position, digit in enumerate(map(int, reversed(digits))):
        for _ in range(position % 8):
            digit = permutation[digit]
        check = dihedral_product(check, digit)
    return check


def dihedral_product(a: int, b: int) -> int:
    """Of two symmetries of the pentagon: 0 to 4 rotate, 5 to 9 reflect."""
    rotation = (a + b if a < 5 else a - b) % 5
    return rotation + 5 * ((a < 5) != (b < 5))
