"""What the scanner and the export do to a slice: coil, resolution, noise, window, 8 bit, JPEG."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.segmentation.warp import smooth_noise

FloatImage = npt.NDArray[np.float32]


def acquire(signal: FloatImage, pixel_mm: float, rng: np.random.Generator) -> FloatImage:
    """Turn a noise-free signal into what a file would hold.

    Parameters
    ----------
    signal : ndarray of float32, shape (rows, columns)
        Fat about 1.
    pixel_mm : float
        Distance between pixels.
    rng : Generator
        Source of all randomness.
    """
    image = signal * coil_profile((signal.shape[0], signal.shape[1]), rng)
    image = _resolution(image, pixel_mm, rng)
    if rng.random() < 0.12:
        image = _ghosts(image, rng)
    image = _rician(image, rng)
    if rng.random() < 0.1:
        image = _trapezoid_edge(image, rng)
    image = _window(image, rng)
    if rng.random() < 0.3:
        image = _jpeg(image, rng)
    if rng.random() < 0.15:
        image = _text(image, rng)
    return image


def coil_profile(shape: tuple[int, int], rng: np.random.Generator) -> FloatImage:
    """Sensitivity of a posterior spine coil, bright at the back, with a smooth random part."""
    depth = np.linspace(-1.0, 1.0, shape[0], dtype=np.float32)[:, None]
    across = np.linspace(-1.0, 1.0, shape[1], dtype=np.float32)[None, :]
    centre = np.float32(rng.normal(0.0, 0.25))
    log_gain = np.float32(rng.normal(0.25, 0.35)) * depth
    log_gain = log_gain - np.float32(rng.uniform(0.0, 0.6)) * (across - centre) ** 2
    log_gain = log_gain + np.float32(rng.uniform(0.0, 0.25)) * smooth_noise(rng, shape, 3.0)
    profile: FloatImage = np.exp(log_gain).astype(np.float32)
    return profile


def _resolution(image: FloatImage, pixel_mm: float, rng: np.random.Generator) -> FloatImage:
    """Blur to an acquired resolution of 0.6 to 1.6 mm, or sharpen as scanners' filters do."""
    kind = rng.random()
    if kind < 0.45:
        sigma_px = 0.42 * rng.uniform(0.6, 1.6) / pixel_mm
        if sigma_px > 0.3:
            image = cv2.GaussianBlur(image, (0, 0), sigma_px)
    elif kind < 0.8:
        soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.7, 1.8))
        image = np.maximum(image + np.float32(rng.uniform(0.2, 1.6)) * (image - soft), 0.0)
    if rng.random() < 0.2:
        factor = rng.uniform(0.4, 0.8)
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, image.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.maximum(image, 0.0).astype(np.float32)


def _ghosts(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Copies shifted along the phase direction, as from breathing or pulsation."""
    axis = int(rng.integers(0, 2))
    shift = int(rng.integers(12, image.shape[axis] // 2))
    strength = np.float32(rng.uniform(0.02, 0.12))
    ghost: FloatImage = np.roll(image, shift, axis) + np.roll(image, -shift, axis)
    return image + strength * ghost


def _rician(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Magnitude of complex Gaussian noise, spatially correlated as after interpolation at times."""
    sigma = np.float32(rng.uniform(0.0, 0.05) * np.percentile(image, 90))
    shape = image.shape
    real = rng.standard_normal(shape, dtype=np.float32)
    imaginary = rng.standard_normal(shape, dtype=np.float32)
    if rng.random() < 0.5:
        real = cv2.GaussianBlur(real, (0, 0), 0.7) * 1.8
        imaginary = cv2.GaussianBlur(imaginary, (0, 0), 0.7) * 1.8
    noisy: FloatImage = np.hypot(image + sigma * real, sigma * imaginary)
    return noisy


def _trapezoid_edge(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Black wedges at the sides, as gradient distortion correction leaves them."""
    rows, columns = image.shape
    wedge = int(rng.uniform(0.01, 0.06) * columns)
    outline = np.array(
        [[wedge, 0], [columns - 1 - wedge, 0], [columns - 1, rows - 1], [0, rows - 1]], np.int32
    )
    keep = np.zeros(image.shape, dtype=np.uint8)
    cv2.fillConvexPoly(keep, outline, 1)
    return image * keep.astype(np.float32)


def _window(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """A window baked into 8 bit, with the display's gamma."""
    high = np.percentile(image, 100.0 - rng.exponential(4.0) % 18.0)
    low = high * rng.uniform(0.0, 0.06)
    scaled = np.clip((image - low) / max(high - low, 1e-6), 0.0, 1.0)
    shaped = np.power(scaled, rng.uniform(0.6, 1.45))
    return np.round(shaped * 255.0).astype(np.float32)


def _jpeg(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))]
    _, coded = cv2.imencode(".jpg", image.astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), dtype=np.float32)


def _text(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Burnt-in annotation near the edges."""
    written = np.ascontiguousarray(image).astype(np.uint8)
    rows, columns = written.shape
    for _ in range(rng.integers(1, 6)):
        text = "".join(
            rng.choice(list("ABCDEFGHRLSI 0123456789:./"), size=int(rng.integers(2, 14)))
        )
        x = int(rng.choice([2, int(columns * rng.uniform(0.6, 0.9))]))
        y = int(rng.choice([rows * rng.uniform(0.03, 0.15), rows * rng.uniform(0.88, 0.98)]))
        cv2.putText(written, text, (x, y), cv2.FONT_HERSHEY_PLAIN, rng.uniform(0.5, 0.9), 255, 1)
    return written.astype(np.float32)
