"""Body outline, fat under the skin, abdominal wall and contents, great vessels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.phantom.bowel import paint_bowel
from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import FloatField, Rng, View, ellipse
from training.phantom.muscles import Muscles
from training.phantom.pelvis import paint_pelvis
from training.phantom.spine import SIDES, Spine


@dataclass(frozen=True, kw_only=True)
class Body:
    """Size of the trunk in mm.

    Attributes
    ----------
    half_width, half_depth : float
        Half axes of the outline.
    dorsal_fat, lateral_fat : float
        Fat under the skin at the back and at the flank.
    squareness : float
        Shape of the outline: 0 an ellipse, 1 nearly a rounded rectangle.
    furrow : float
        Depth of the furrow over the spine.
    room_mm : tuple of float, optional
        Half axes of the room around spine and psoas that holds fat and no bowel; None draws it.
    fullness : float
        How much of the abdomen bowel fills beyond what is drawn, about -1 to 1.
    specks : float
        Strength of small vessels seen end on, as dots in the fat.
    septa : float
        Strength of layered septa in the fat under the skin.
    """

    half_width: float
    half_depth: float
    dorsal_fat: float
    lateral_fat: float
    squareness: float
    furrow: float
    room_mm: tuple[float, float] | None = None
    fullness: float = 0.0
    specks: float = 1.0
    septa: float = 0.0


def draw_varied_body(rng: Rng, *, lateral_mm: float) -> Body:
    """Draw a trunk over the range of adults, slim to obese, with a filled or an empty abdomen."""
    body = draw_body(rng, lateral_mm=lateral_mm)
    return replace(
        body,
        half_width=max(float(rng.uniform(125.0, 180.0)), lateral_mm + 30.0) + body.lateral_fat,
        half_depth=float(rng.uniform(90.0, 140.0)) + body.dorsal_fat * 0.7,
        room_mm=(float(rng.uniform(42.0, 84.0)), float(rng.uniform(26.0, 44.0))),
        fullness=float(rng.uniform(-0.2, 1.0)),
        specks=float(rng.uniform(0.0, 0.5)),
        septa=float(rng.uniform(0.1, 0.7)) if rng.random() < 0.7 else 0.0,
    )


def draw_body(rng: Rng, *, lateral_mm: float, dorsal_fat_mm: float | None = None) -> Body:
    """Draw a trunk around paraspinal muscles of a given half width."""
    dorsal_fat = dorsal_fat_mm
    if dorsal_fat is None:
        dorsal_fat = float(np.clip(rng.lognormal(np.log(14.0), 0.75), 2.0, 75.0))
    lateral_fat = dorsal_fat * rng.uniform(0.6, 1.8) + 5.0
    return Body(
        half_width=max(rng.uniform(115.0, 150.0), lateral_mm + 30.0) + lateral_fat,
        half_depth=rng.uniform(80.0, 115.0) + dorsal_fat * 0.7,
        dorsal_fat=dorsal_fat,
        lateral_fat=lateral_fat,
        squareness=rng.uniform(0.1, 0.9),
        furrow=rng.uniform(0.0, 1.0) * min(dorsal_fat * 0.6, 14.0),
    )


def rounded(
    view: View, centre_v: float, half_width: float, half_depth: float, squareness: float
) -> FloatField:
    """Level set between an ellipse and a rounded rectangle; roughly in mm."""
    x = view.u_mm * np.float32(1.0 / half_width)
    y = (view.v_mm - np.float32(centre_v)) * np.float32(1.0 / half_depth)
    x, y = x * x, y * y
    round_radius = np.sqrt(x + y)
    square_radius = np.sqrt(np.sqrt(x * x + y * y))
    radius = round_radius + np.float32(squareness) * (square_radius - round_radius)
    return np.asarray((np.float32(1.0) - radius) * np.float32(half_depth), dtype=np.float32)


def paint_body(canvas: Canvas, body: Body, muscles: Muscles, spine: Spine, rng: Rng) -> None:
    """Draw everything that lies around the spine and the paraspinal muscles."""
    view = canvas.view
    surface_v = muscles.dorsal_mm + body.dorsal_fat
    centre_v = surface_v - body.half_depth
    outline = rounded(view, centre_v, body.half_width, body.half_depth, body.squareness)
    outline += np.float32(2.0) * view.noise(rng, 70.0)
    if body.furrow > 0.5:
        groove = np.exp(-((view.u_mm * np.float32(1.0 / 20.0)) ** 2)) * (view.v_mm > 0.0)
        outline -= np.float32(body.furrow) * groove
    for level_set in muscles.paraspinal:  # never cut a muscle: push the skin out instead
        np.maximum(outline, level_set + np.float32(2.5), out=outline)
    canvas.fill(outline > 0.0, Tissue.SUBCUTANEOUS_FAT)
    skin_mm = rng.uniform(1.2, 3.0)
    canvas.tissue[(outline > 0.0) & (outline < skin_mm)] = Tissue.SKIN
    paint_septa(canvas, rng)
    if body.septa > 0.0:
        paint_layers(canvas, outline, body.septa, rng)
    deep = muscles.dorsal_mm - 14.0
    wall_depth = body.half_depth - body.dorsal_fat * 0.5 - rng.uniform(4.0, 12.0)
    wall = rounded(
        view, deep - wall_depth, body.half_width - body.lateral_fat, wall_depth, body.squareness
    )
    wall += np.float32(2.0) * view.noise(rng, 60.0)
    paint_abdomen(canvas, wall, body, spine, rng)
    if spine.caudality > rng.uniform(0.42, 0.62):
        paint_pelvis(canvas, muscles, spine, rng)


def paint_septa(canvas: Canvas, rng: Rng) -> None:
    """Thin dark sheets in the fat under the skin."""
    view = canvas.view
    for _ in range(int(rng.integers(0, 3))):
        noise = view.noise(rng, rng.uniform(25.0, 60.0))
        share = view.coverage(noise * np.float32(12.0), 0.6) * np.float32(rng.uniform(0.1, 0.6))
        canvas.darken(share, canvas.tissue == Tissue.SUBCUTANEOUS_FAT)


def paint_layers(canvas: Canvas, outline: FloatField, strength: float, rng: Rng) -> None:
    """Septa in the fat under the skin that run along it: contour lines of one noise."""
    view = canvas.view
    spacing_mm = rng.uniform(7.0, 16.0)
    height = outline * np.float32(1.0 / spacing_mm) + np.float32(0.7) * view.noise(rng, 32.0)
    from_line = np.abs(height - np.round(height)) * np.float32(spacing_mm)
    patches = np.clip(np.float32(0.2) + np.float32(0.8) * view.noise(rng, 22.0), 0.0, 1.0)
    share = view.coverage(from_line, 0.5) * patches * np.float32(strength)
    canvas.darken(share, canvas.tissue == Tissue.SUBCUTANEOUS_FAT)


def paint_abdomen(canvas: Canvas, wall: FloatField, body: Body, spine: Spine, rng: Rng) -> None:
    """Muscle wall, bowel, kidneys, vessels in front of the spine."""
    view = canvas.view
    thickness = rng.uniform(8.0, 22.0)
    edge = np.float32(rng.uniform(-26.0, -10.0)) + np.float32(0.2) * (np.abs(view.u_mm) - 90.0)
    edge += np.float32(5.0) * view.noise(rng, 30.0)
    canvas.fill(wall > 0.0, Tissue.DEEP_FAT)
    # The wall thins out towards the quadratus lumborum.
    taper = np.clip((edge - view.v_mm) * np.float32(1.0 / rng.uniform(12.0, 35.0)), 0.0, 1.0)
    uneven = np.float32(1.0) + np.float32(rng.uniform(0.05, 0.3)) * view.noise(rng, 45.0)
    band = (wall > 0.0) & (wall < np.float32(thickness) * uneven * np.sqrt(taper))
    canvas.fill(band, Tissue.MUSCLE)
    for layer in (rng.uniform(0.25, 0.4), rng.uniform(0.55, 0.75)):
        # Fat parts the three muscles here and there, and never for long at one width.
        middle = wall - np.float32(layer * thickness) * uneven
        middle += np.float32(0.08 * thickness) * view.noise(rng, 30.0)
        width = np.clip(np.float32(0.7) + np.float32(0.9) * view.noise(rng, 24.0), 0.0, 3.0)
        share = view.coverage(middle, width) * np.float32(rng.uniform(0.3, 0.9))
        canvas.fat[band] = np.maximum(canvas.fat, share)[band]
    cavity = wall - np.float32(thickness) * uneven
    front_v = -spine.canal_depth - 1.0 - 2.0 * spine.body_half_depth
    emptiness = float(rng.uniform(-0.9, 0.7)) - body.fullness
    # Bowel keeps clear of spine, psoas and vessels: a rounded room around them stays fat.
    room_mm = (rng.uniform(66.0, 84.0), 36.0 + rng.uniform(0.0, 8.0))
    room = ellipse(view, (0.0, front_v + 22.0), body.room_mm or room_mm)
    room += np.float32(4.0) * view.noise(rng, 30.0)
    floor = np.float32(4.0) * view.noise(rng, 35.0)
    floor += np.float32(rng.uniform(-26.0, -14.0))
    free = (cavity > 5.0) & (room < 0.0) & (view.v_mm < floor)
    paint_bowel(canvas, free, emptiness, rng)
    if spine.caudality < 0.3:
        for side in SIDES:
            paint_kidney(canvas, side, rng)
    if spine.caudality < 0.25 and rng.random() < 0.6:
        liver = ellipse(view, (-85.0, -85.0), (60.0, 60.0))
        canvas.fill((liver > 0.0) & (cavity > 4.0), Tissue.ORGAN)
    paint_vessels(canvas, spine, front_v, rng)
    paint_strands(canvas, body.specks, rng)
    paint_mesentery(canvas, floor, rng)


def paint_strands(canvas: Canvas, specks: float, rng: Rng) -> None:
    """Small vessels and strands of tissue in the fat around the spine: dark threads and dots."""
    view = canvas.view
    threads = view.coverage(view.noise(rng, rng.uniform(7.0, 14.0)) * np.float32(4.0), 0.7)
    bend = view.noise(rng, rng.uniform(12.0, 25.0)) + np.float32(0.3) * view.noise(rng, 6.0)
    np.maximum(threads, view.coverage(bend * np.float32(8.0), 0.6), out=threads)
    patches = np.clip(np.float32(0.3) + view.noise(rng, 25.0), 0.0, 1.0)
    dots = np.clip((view.noise(rng, 3.0) - np.float32(1.7)) * np.float32(2.0), 0.0, 1.0)
    dots *= np.float32(specks)
    share = np.maximum(threads * patches, dots) * np.float32(rng.uniform(0.05, 0.8))
    canvas.darken(share, canvas.tissue == Tissue.DEEP_FAT)


def paint_mesentery(canvas: Canvas, floor: FloatField, rng: Rng) -> None:
    """Small vessels in the fat between the loops of bowel, lengthwise and end on."""
    view = canvas.view
    width = np.clip(np.float32(0.4) + np.float32(0.8) * view.noise(rng, 18.0), 0.0, 2.0)
    branches = view.coverage(view.noise(rng, rng.uniform(14.0, 30.0)) * np.float32(9.0), width)
    dots = np.clip((view.noise(rng, 5.0) - np.float32(1.5)) * np.float32(2.5), 0.0, 1.0)
    share = np.maximum(branches, dots) * np.float32(rng.uniform(0.1, 0.6))
    canvas.darken(share, (canvas.tissue == Tissue.DEEP_FAT) & (view.v_mm <= floor))


def paint_kidney(canvas: Canvas, side: float, rng: Rng) -> None:
    """Draw a kidney beside the psoas, with its sinus of fat."""
    view = canvas.view
    size = rng.uniform(12.0, 27.0)
    centre = (side * (42.0 + size + rng.uniform(0.0, 12.0)), -24.0 - size - rng.uniform(0.0, 14.0))
    kidney = ellipse(view, centre, (size, size * rng.uniform(1.0, 1.3)), side * -25.0)
    kidney += np.float32(rng.uniform(0.5, 1.8)) * view.noise(rng, 16.0)
    canvas.fill(kidney > 0.0, Tissue.KIDNEY)
    sinus = ellipse(
        view, (centre[0] - side * size * 0.5, centre[1]), (size * 0.6, size * 0.3), side * -25.0
    )
    sinus += np.float32(rng.uniform(2.0, 4.5)) * view.noise(rng, 9.0)
    sinus = np.minimum(sinus, kidney + np.float32(2.0))
    canvas.fill(sinus > 0.0, Tissue.DEEP_FAT)
    if rng.random() < 0.3:  # the renal pelvis
        canvas.fill(sinus > np.float32(rng.uniform(3.0, 6.0)), Tissue.FLUID)


def paint_vessels(canvas: Canvas, spine: Spine, front_v: float, rng: Rng) -> None:
    """Aorta and vena cava, or the iliac vessels below their division."""
    view = canvas.view
    if spine.caudality < 0.38:
        vessels = [(10.0, -9.0, 9.0), (-13.0, -8.0, 10.0)]
    else:
        apart = 8.0 + 40.0 * (spine.caudality - 0.38)
        vessels = [
            (side * (apart + step), -4.0 - drop + 25.0 * (spine.caudality - 0.38), 5.5)
            for side in SIDES
            for step, drop in ((0.0, 8.0), (9.0, 2.0))
        ]
    for u, v, radius in vessels:
        centre = (u + rng.normal(0.0, 2.5), front_v + v + rng.normal(0.0, 2.0))
        tube = ellipse(
            view, centre, (radius * rng.uniform(0.8, 1.2), radius * rng.uniform(0.6, 1.1))
        )
        tube += np.float32(rng.uniform(0.2, 1.0)) * view.noise(rng, 8.0)
        canvas.fill(tube > 0.0, Tissue.BLOOD)
        canvas.line(tube, rng.uniform(0.4, 1.2), strength=rng.uniform(0.1, 0.5))
