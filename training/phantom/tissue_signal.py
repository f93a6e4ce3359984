"""What a tissue looks like: T2-weighted turbo spin echo signal, or free contrast.

Relaxation times (ms) after Stanisz et al., Magn Reson Med 2005;54:507 (muscle, marrow fat), Gold et
al., AJR 2004;183:343 (muscle, fat, cartilage, synovial fluid) and de Bazelaire et al., Radiology
2004;230:652 (marrow, kidney, liver, paravertebral muscle), rounded. The fat's T2 is the effective
one of a turbo spin echo train, longer than that of a single echo because refocusing suppresses
J-coupling (Henkelman et al., J Magn Reson Imaging 1994;4:533).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import FloatField, Rng

# Proton density (share of water's), T1 and T2 in ms at 1.5 T, T1 at 3 T over T1 at 1.5 T, and the
# tissue's coarse and fine unevenness (standard deviation over mean).
RELAXATION: dict[Tissue, tuple[float, float, float, float, float, float]] = {
    Tissue.AIR: (0.0, 1000.0, 50.0, 1.0, 0.0, 0.0),
    Tissue.SUBCUTANEOUS_FAT: (0.95, 300.0, 150.0, 1.15, 0.03, 0.02),
    Tissue.SKIN: (0.6, 400.0, 35.0, 1.1, 0.1, 0.1),
    Tissue.DEEP_FAT: (0.92, 300.0, 140.0, 1.15, 0.03, 0.03),
    Tissue.MUSCLE: (0.8, 1000.0, 38.0, 1.2, 0.06, 0.12),
    Tissue.MARROW: (0.75, 700.0, 50.0, 1.1, 0.12, 0.1),
    Tissue.CORTEX: (0.1, 400.0, 5.0, 1.1, 0.1, 0.1),
    Tissue.LIGAMENT: (0.55, 700.0, 22.0, 1.15, 0.15, 0.15),
    Tissue.DISC_NUCLEUS: (0.95, 1100.0, 90.0, 1.1, 0.1, 0.05),
    Tissue.DISC_ANNULUS: (0.75, 900.0, 40.0, 1.1, 0.08, 0.06),
    Tissue.FLUID: (1.0, 4000.0, 1500.0, 1.0, 0.05, 0.03),
    Tissue.NERVE: (0.75, 900.0, 70.0, 1.15, 0.08, 0.05),
    Tissue.BLOOD: (0.12, 1400.0, 150.0, 1.15, 0.3, 0.2),
    Tissue.BOWEL: (0.8, 900.0, 55.0, 1.15, 0.2, 0.1),
    Tissue.BOWEL_CONTENT: (0.7, 900.0, 90.0, 1.1, 0.4, 0.25),
    Tissue.ORGAN: (0.8, 600.0, 46.0, 1.35, 0.06, 0.05),
    Tissue.KIDNEY: (0.9, 1000.0, 87.0, 1.2, 0.15, 0.08),
    Tissue.CARTILAGE: (0.8, 1060.0, 42.0, 1.15, 0.05, 0.05),
    Tissue.OEDEMA: (0.9, 1200.0, 75.0, 1.15, 0.15, 0.08),
}


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Signal of each tissue.

    Attributes
    ----------
    signal : ndarray of float32, shape (len(Tissue),)
        Mean signal by `Tissue` value; fat is near 1.
    coarse, fine : ndarray of float32, shape (len(Tissue),)
        Unevenness at scales of about 12 and 1.5 mm.
    dark : float
        Signal of cortical bone, fascia and tendon.
    """

    signal: FloatField
    coarse: FloatField
    fine: FloatField
    dark: float


def t2_contrast(
    rng: Rng | None = None,
    *,
    field_strength_t: float = 1.5,
    echo_time_ms: float = 100.0,
    repetition_time_ms: float = 4000.0,
) -> Contrast:
    """Turbo spin echo signal from proton density, T1 and T2.

    Parameters
    ----------
    rng : Generator, optional
        If given, relaxation times vary by some 10 to 15 % between people.
    field_strength_t : float
        1.5 or 3.
    echo_time_ms, repetition_time_ms : float
        Effective echo time and repetition time.
    """
    table = np.array([RELAXATION[tissue] for tissue in Tissue], dtype=np.float64)
    density, t1_ms, t2_ms = table[:, 0], table[:, 1], table[:, 2]
    if field_strength_t > 2.0:
        t1_ms, t2_ms = t1_ms * table[:, 3], t2_ms * 0.92
    if rng is not None:
        density = density * np.exp(rng.normal(0.0, 0.06, len(table)))
        t2_ms = t2_ms * np.exp(rng.normal(0.0, 0.13, len(table)))
        t1_ms = t1_ms * np.exp(rng.normal(0.0, 0.1, len(table)))
        if rng.random() < 0.3:  # flow: slow or in-plane blood is bright, moving fluid is dark
            density[Tissue.BLOOD] *= rng.uniform(1.0, 6.0)
        if rng.random() < 0.25:
            density[Tissue.FLUID] *= rng.uniform(0.3, 1.0)
        t2_ms[Tissue.DISC_NUCLEUS] *= rng.uniform(0.45, 1.2)
    signal = density * (1.0 - np.exp(-repetition_time_ms / t1_ms)) * np.exp(-echo_time_ms / t2_ms)
    fat = signal[Tissue.SUBCUTANEOUS_FAT]
    return contrast_of(signal / fat, rng)


def draw_contrast(rng: Rng) -> Contrast:
    """Draw a T2 contrast in four of five cases, a free one otherwise."""
    if rng.random() >= 0.8:
        return random_contrast(rng)
    return draw_t2_contrast(rng)


def draw_t2_contrast(rng: Rng) -> Contrast:
    """Draw field strength, echo time and repetition time of a turbo spin echo."""
    return t2_contrast(
        rng,
        field_strength_t=float(rng.choice([1.5, 3.0])),
        echo_time_ms=float(rng.uniform(60.0, 135.0)),
        repetition_time_ms=float(rng.uniform(2200.0, 7000.0)),
    )


def random_contrast(rng: Rng) -> Contrast:
    """Free signal for every tissue, as in SynthSeg; fat stays clearly brighter than muscle."""
    signal = rng.uniform(0.0, 1.2, len(Tissue))
    signal[Tissue.AIR] = 0.0
    signal[Tissue.SUBCUTANEOUS_FAT] = 1.0
    signal[Tissue.DEEP_FAT] = rng.uniform(0.75, 1.1)
    signal[Tissue.MUSCLE] = rng.uniform(0.03, 0.55)
    signal[Tissue.CORTEX] = rng.uniform(0.0, 0.2)
    signal[Tissue.LIGAMENT] = rng.uniform(0.02, 0.5)
    return contrast_of(signal, rng)


def contrast_of(
    signal: np.ndarray[tuple[int, ...], np.dtype[np.float64]], rng: Rng | None
) -> Contrast:
    """Attach the tissues' unevenness to their signals."""
    table = np.array([RELAXATION[tissue] for tissue in Tissue], dtype=np.float64)
    coarse, fine = table[:, 4], table[:, 5]
    if rng is not None:
        coarse = coarse * np.exp(rng.normal(0.0, 0.4, len(table)))
        fine = fine * np.exp(rng.normal(-0.1, 0.35, len(table)))
    return Contrast(
        signal=signal.astype(np.float32),
        coarse=coarse.astype(np.float32),
        fine=fine.astype(np.float32),
        dark=float(signal[Tissue.CORTEX]) if rng is None else float(rng.uniform(0.0, 0.12)),
    )


def render(canvas: Canvas, contrast: Contrast, rng: Rng) -> FloatField:
    """Signal of every pixel before the coil, blurring and noise."""
    view = canvas.view
    coarse = np.float32(0.8) * view.noise(rng, 14.0) + np.float32(0.6) * view.noise(rng, 5.0)
    fine = view.noise(rng, 1.8)
    image = contrast.signal[canvas.tissue]
    image *= (
        np.float32(1.0)
        + contrast.coarse[canvas.tissue] * coarse
        + contrast.fine[canvas.tissue] * fine
    )
    fat_signal = contrast.signal[Tissue.DEEP_FAT] * (np.float32(1.0) + np.float32(0.08) * coarse)
    image += canvas.fat * (fat_signal - image)
    image += canvas.dark * (np.float32(contrast.dark) - image)
    return np.maximum(image, np.float32(0.0), out=image)
