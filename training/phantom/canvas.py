"""What is drawn on: a tissue per pixel, and thin structures as shares of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from training.phantom.fields import BoolField, FloatField, View


class Tissue(IntEnum):
    """Tissues with a signal of their own."""

    AIR = 0
    SUBCUTANEOUS_FAT = 1
    SKIN = 2
    DEEP_FAT = 3
    MUSCLE = 4
    MARROW = 5
    CORTEX = 6
    LIGAMENT = 7
    DISC_NUCLEUS = 8
    DISC_ANNULUS = 9
    FLUID = 10
    NERVE = 11
    BLOOD = 12
    BOWEL = 13
    BOWEL_CONTENT = 14
    ORGAN = 15
    KIDNEY = 16
    CARTILAGE = 17
    OEDEMA = 18


@dataclass(kw_only=True)
class Canvas:
    """The slice while it is being drawn.

    Attributes
    ----------
    view : View
        Where the pixels lie.
    tissue : ndarray of uint8, shape (H, W)
        Values of `Tissue`.
    dark : ndarray of float32, shape (H, W)
        Share of fascia, tendon or cortical bone in the pixel.
    fat : ndarray of float32, shape (H, W)
        Share of fat in the pixel, over and above the tissue: in muscle, the fat fraction.
    line_share : ndarray of float32, shape (H, W), optional
        How much of a dark line is seen at a place; everywhere all of it without.
    """

    view: View
    tissue: npt.NDArray[np.uint8]
    dark: FloatField
    fat: FloatField
    line_share: FloatField | None = None

    @classmethod
    def blank(cls, view: View) -> Canvas:
        """Make an empty canvas: air everywhere."""
        shape = view.u_mm.shape
        return cls(
            view=view,
            tissue=np.zeros(shape, dtype=np.uint8),
            dark=np.zeros(shape, dtype=np.float32),
            fat=np.zeros(shape, dtype=np.float32),
        )

    def part(self, rows: slice, columns: slice) -> Canvas:
        """Cut out a rectangle that shares this canvas's memory."""
        return Canvas(
            view=self.view.part(rows, columns),
            tissue=self.tissue[rows, columns],
            dark=self.dark[rows, columns],
            fat=self.fat[rows, columns],
            line_share=None if self.line_share is None else self.line_share[rows, columns],
        )

    def fill(self, where: BoolField, tissue: Tissue) -> None:
        """Put a tissue over whatever was there, thin structures included."""
        self.tissue[where] = tissue
        self.dark[where] = 0.0
        self.fat[where] = 0.0

    def flesh(self, where: BoolField, fat: FloatField) -> None:
        """Put muscle over whatever was there, with a share of fat, cut to 0 to 1."""
        self.fill(where, Tissue.MUSCLE)
        self.fat[where] = np.clip(fat, 0.0, 1.0)[where]

    def darken(self, share: FloatField, where: BoolField | None = None) -> None:
        """Lay a thin dark structure over what is there, everywhere or in a region."""
        seen = share if where is None else np.where(where, share, np.float32(0.0))
        np.maximum(self.dark, seen, out=self.dark)

    def line(
        self, level_set_mm: FloatField, width_mm: float, strength: float | FloatField = 1.0
    ) -> None:
        """Draw a dark line along the border of a level set."""
        share = self.view.coverage(level_set_mm, width_mm)
        if self.line_share is not None:
            share *= self.line_share
        self.darken(share * np.float32(strength))

    def bone(self, level_set_mm: FloatField, cortex_mm: float, marrow_fat: float) -> None:
        """Fill a level set with marrow of some fat fraction and draw its cortex in the border."""
        inside = level_set_mm > 0.0
        self.fill(inside, Tissue.MARROW)
        self.fat[inside] = marrow_fat
        self.line(level_set_mm - np.float32(cortex_mm / 2.0), cortex_mm, strength=0.9)
