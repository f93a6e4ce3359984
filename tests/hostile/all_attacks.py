"""Every attack by its name."""

from __future__ import annotations

from tests.hostile import dicom_attacks, picture_attacks, request_attacks

ATTACKS = {**dicom_attacks.ATTACKS, **picture_attacks.ATTACKS, **request_attacks.ATTACKS}
