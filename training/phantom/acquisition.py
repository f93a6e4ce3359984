"""From tissue signal to the picture that a scanner and an export program write."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.phantom.edges import with_margins, with_text
from training.phantom.fields import FloatField, Rng, View, smooth_noise


@dataclass(frozen=True, kw_only=True)
class Acquisition:
    """Scanner and export; the defaults give a clean, well-exposed picture.

    Attributes
    ----------
    voxel_mm : tuple of float
        Acquired voxel size down and across; finer detail is cut off in k-space.
    apodisation : float
        0 leaves the cut sharp (ringing), 1 is a full Hann filter.
    slice_blur : float
        Share of a slightly displaced copy: anatomy changing within the slice's thickness.
    obliquity : float
        How much of the picture is smeared where borders run aslant through the slice, 0 to 1.
    coil_depth_mm : float
        Depth at which the coil's sensitivity has halved; infinite for a flat profile.
    coil_v_mm : float
        Height of the coil behind the spinolaminar junction.
    unevenness : float
        Strength of further smooth shading.
    saturation_band : float
        How much of the signal in front of the spine a saturation band takes, 0 to 1.
    noise : float
        Standard deviation of the noise before the magnitude, over fat's signal.
    ghost : float
        Strength of a ghost displaced along the phase direction.
    chemical_shift_mm : float
        Displacement of fat along the columns, towards the image's right.
    sharpening : float
        Strength of an unsharp mask.
    gamma, window_low, window_high : float
        Tone curve, and the percentiles of the picture that become black and white.
    eight_bit : bool
        Whether the picture is baked into 0 to 255.
    jpeg_quality : int, optional
        Compression; None for none.
    text : bool
        Burnt-in letters along the edges.
    margins : tuple of float
        Black margins at top and bottom, and at the sides, over the picture's side: a rectangular
        field of view that was padded.
    """

    voxel_mm: tuple[float, float] = (0.7, 0.7)
    apodisation: float = 0.5
    slice_blur: float = 0.0
    obliquity: float = 0.0
    coil_depth_mm: float = 260.0
    coil_v_mm: float = 70.0
    unevenness: float = 0.0
    saturation_band: float = 0.0
    noise: float = 0.015
    ghost: float = 0.0
    chemical_shift_mm: float = 0.0
    sharpening: float = 0.0
    gamma: float = 1.0
    window_low: float = 0.0
    window_high: float = 98.0
    eight_bit: bool = True
    jpeg_quality: int | None = None
    text: bool = False
    margins: tuple[float, float] = (0.0, 0.0)


def draw_acquisition(rng: Rng, *, field_of_view_mm: float, surface_mm: float) -> Acquisition:
    """Draw a scanner, its settings and an export."""
    voxel = float(np.exp(rng.uniform(np.log(0.5), np.log(1.25)))) * (
        0.8 + field_of_view_mm / 1000.0
    )
    return Acquisition(
        voxel_mm=(voxel, voxel * rng.uniform(0.75, 1.0)),
        apodisation=float(rng.uniform(0.1, 1.0)),
        slice_blur=float(rng.uniform(0.0, 0.5)) if rng.random() < 0.6 else 0.0,
        obliquity=float(rng.uniform(0.0, 1.0)),
        coil_depth_mm=float(np.exp(rng.uniform(np.log(80.0), np.log(700.0)))),
        coil_v_mm=surface_mm + float(rng.uniform(5.0, 40.0)),
        unevenness=float(rng.uniform(0.0, 0.2)),
        saturation_band=float(rng.uniform(0.3, 0.95)) if rng.random() < 0.25 else 0.0,
        noise=float(np.exp(rng.uniform(np.log(0.003), np.log(0.045)))),
        ghost=float(rng.uniform(0.005, 0.06)) if rng.random() < 0.12 else 0.0,
        chemical_shift_mm=float(rng.uniform(-1.5, 1.5)) if rng.random() < 0.5 else 0.0,
        sharpening=float(rng.uniform(0.2, 1.5)) if rng.random() < 0.4 else 0.0,
        gamma=float(np.exp(rng.normal(-0.12, 0.22))),
        window_low=float(rng.choice([0.0, rng.uniform(0.0, 8.0)])),
        window_high=float(rng.choice([99.8, rng.uniform(97.0, 99.9), rng.uniform(85.0, 99.0)])),
        eight_bit=bool(rng.random() < 0.9),
        jpeg_quality=int(rng.integers(45, 96)) if rng.random() < 0.3 else None,
        text=bool(rng.random() < 0.2),
        margins=(
            float(rng.uniform(0.0, 0.15)) if rng.random() < 0.12 else 0.0,
            float(rng.uniform(0.0, 0.15)) if rng.random() < 0.12 else 0.0,
        ),
    )


def acquire(
    signal: FloatField,
    fat_share: FloatField,
    view: View,
    settings: Acquisition,
    rng: Rng,
    *,
    size_px: int,
) -> FloatField:
    """Turn a tissue signal into a picture.

    Parameters
    ----------
    signal, fat_share : ndarray of float32, shape (rows, columns)
        Signal on the drawing grid, fat being near 1, and the share of fat, for its displacement.
    view : View
        Drawing grid.
    settings : Acquisition
        Scanner and export.
    rng : Generator
        Draws noise and shading.
    size_px : int
        Longer side of the picture; at most that of the drawing grid, and where it is less, the
        grid has to be square.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        0 to 255 in whole steps if `eight_bit`, otherwise 0 to about 1000.
    """
    image = signal
    if settings.chemical_shift_mm:
        image = displaced_fat(image, fat_share, settings.chemical_shift_mm / view.mm_per_px)
    if settings.slice_blur > 0.0:
        image = blurred_through_slice(image, settings.slice_blur, rng)
    if settings.obliquity > 0.0:
        image = smeared_in_places(image, view, settings.obliquity, rng)
    image = image * coil_gain(view, settings, rng)
    if settings.saturation_band > 0.0:
        edge_v, blur_mm = rng.uniform(-75.0, -48.0), rng.uniform(4.0, 20.0)
        depth = (np.float32(edge_v) - view.v_mm) * np.float32(1.0 / blur_mm)
        taken = np.float32(settings.saturation_band) * np.clip(depth, 0.0, 1.0)
        image = image * (np.float32(1.0) - taken)
    image = through_k_space(image, view, settings, rng)
    if size_px != view.size_px:
        image = np.asarray(
            cv2.resize(image, (size_px, size_px), interpolation=cv2.INTER_AREA), np.float32
        )
    if settings.sharpening > 0.0:
        image = image + np.float32(settings.sharpening) * (
            image - cv2.GaussianBlur(image, (0, 0), 1.2)
        )
    return exported(image, settings, rng)


def displaced_fat(image: FloatField, fat_share: FloatField, shift_px: float) -> FloatField:
    """Move the fat's part of the signal along the columns (chemical shift, first kind)."""
    fat = image * fat_share
    matrix = np.array([[1.0, 0.0, shift_px], [0.0, 1.0, 0.0]], dtype=np.float32)
    moved = cv2.warpAffine(fat, matrix, fat.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(image - fat + moved, dtype=np.float32)


def blurred_through_slice(image: FloatField, share: float, rng: Rng) -> FloatField:
    """Mix in a copy whose anatomy is a little larger and displaced."""
    height, width = image.shape
    zoom = 1.0 + rng.normal(0.0, 0.012)
    shift = rng.normal(0.0, 0.004, size=2) * max(height, width)
    matrix = np.array(
        [
            [zoom, 0.0, (1.0 - zoom) * width / 2.0 + shift[0]],
            [0.0, zoom, (1.0 - zoom) * height / 2.0 + shift[1]],
        ],
        dtype=np.float32,
    )
    other = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(image + np.float32(share) * (other - image), dtype=np.float32)


def smeared_in_places(image: FloatField, view: View, strength: float, rng: Rng) -> FloatField:
    """Blur where borders run aslant: a slice is 3 to 5 mm thick, and few borders stand upright."""
    sigma_px = float(rng.uniform(0.6, 1.6)) / view.mm_per_px
    soft = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), dtype=np.float32)
    share = np.float32(0.5) + np.float32(0.5) * view.noise(rng, 22.0)
    return np.asarray(image + np.float32(strength) * np.clip(share, 0, 1) * (soft - image))


def coil_gain(view: View, settings: Acquisition, rng: Rng) -> FloatField:
    """Sensitivity of the spine coil behind the back, with smooth shading; about 1 at the spine."""
    gain = np.ones_like(view.u_mm)
    if np.isfinite(settings.coil_depth_mm):
        lateral = view.u_mm * np.float32(0.5)
        depth = np.sqrt((np.float32(settings.coil_v_mm) - view.v_mm) ** 2 + lateral**2)
        scaled = depth * np.float32(1.0 / settings.coil_depth_mm)
        falloff = np.float32(0.15) + scaled**2 + np.float32(0.85) * scaled
        at_spine = settings.coil_v_mm / settings.coil_depth_mm
        unit = np.float32(0.15 + at_spine**2 + 0.85 * at_spine)
        gain = np.asarray(unit / falloff, dtype=np.float32)
    if settings.unevenness > 0.0:
        shading = smooth_noise(rng, gain.shape, 2.5) * np.float32(settings.unevenness)
        gain = gain * np.exp(shading)
    return np.asarray(gain, dtype=np.float32)


def through_k_space(image: FloatField, view: View, settings: Acquisition, rng: Rng) -> FloatField:
    """Cut off high frequencies, add complex noise of that bandwidth and a ghost, take magnitudes.

    The noise is thereby Rician and as coarse as the acquired voxels, as in an interpolated picture.
    """
    height, width = image.shape
    spectrum = np.fft.rfft2(image)
    down = np.abs(np.fft.fftfreq(height)) * (2.0 * settings.voxel_mm[0] / view.mm_per_px)
    across = np.fft.rfftfreq(width) * (2.0 * settings.voxel_mm[1] / view.mm_per_px)
    keep = [
        np.where(
            axis <= 1.0,
            1.0 - settings.apodisation * 0.5 * (1.0 - np.cos(np.pi * np.minimum(axis, 1.0))),
            0.0,
        ).astype(np.float32)
        for axis in (down, across)
    ]
    spectrum *= keep[0][:, None]
    spectrum *= keep[1][None, :]
    blurred = np.asarray(np.fft.irfft2(spectrum, s=image.shape), dtype=np.float32)
    if settings.ghost > 0.0:
        step = int(height * rng.uniform(0.08, 0.5))
        blurred = blurred + np.float32(settings.ghost) * np.roll(blurred, step, axis=0)
    noise_px = (max(height, width) * view.mm_per_px) / max(settings.voxel_mm)
    noise = [
        np.float32(settings.noise) * smooth_noise(rng, image.shape, noise_px) for _ in range(2)
    ]
    return np.asarray(np.sqrt((blurred + noise[0]) ** 2 + noise[1] ** 2), dtype=np.float32)


def exported(image: FloatField, settings: Acquisition, rng: Rng) -> FloatField:
    """Window, tone curve, text, eight bits and compression."""
    low, high = np.percentile(image, (settings.window_low, settings.window_high))
    if settings.window_low <= 0.0:
        low = np.float64(0.0)
    scaled = np.clip((image - np.float32(low)) * np.float32(1.0 / max(high - low, 1e-6)), 0.0, 1.0)
    if settings.gamma != 1.0:
        scaled = scaled ** np.float32(settings.gamma)
    if max(settings.margins) > 0.0:
        scaled = with_margins(np.asarray(scaled, np.float32), settings.margins, rng)
    if settings.text:
        scaled = with_text(np.asarray(scaled, np.float32), rng)
    if not settings.eight_bit:
        return np.asarray(scaled * np.float32(1000.0), dtype=np.float32)
    baked = np.round(scaled * np.float32(255.0)).astype(np.uint8)
    if settings.jpeg_quality is not None:
        _, data = cv2.imencode(".jpg", baked, [cv2.IMWRITE_JPEG_QUALITY, settings.jpeg_quality])
        baked = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return np.asarray(baked, dtype=np.float32)
