"""Vertebral body or disc, arch, facet joints and spinous process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.phantom.canvas import Canvas, Tissue
from training.phantom.fields import Rng, capsule, ellipse, smooth_union

SIDES = (-1.0, 1.0)
"""Sign of `u` on the patient's right and left."""


LOWEST_DISC = 0.82
"""Caudality above which no disc is cut: the slice runs through the sacrum."""

SACRAL_CANAL = (0.55, 1.0)
"""Size of the canal there, relative to the lumbar one."""


@dataclass(frozen=True, kw_only=True)
class Spine:
    """Measures of the spine in a slice; lengths in mm.

    Attributes
    ----------
    caudality : float
        Height along the spine, 0.1 at L1 to 0.8 at S1.
    disc : bool
        Whether the slice lies in a disc (facet joints) or in a vertebral body (pedicles).
    sacrum : bool
        Whether the slice lies in the first sacral vertebra.
    body_half_width, body_half_depth : float
        Half axes of the body.
    canal_width, canal_depth : float
        Bony canal.
    lamina, cortex : float
        Thickness of the lamina and of cortical bone.
    marrow_fat : float
        Fat fraction of the marrow.
    spinous_length, spinous_half_width, ligament_length : float
        Spinous process, and the ligaments that reach from the lamina to the fascia; a length of 0
        leaves the ligaments alone.
    spinous_start : float
        Where the process begins; away from the lamina it is that of the vertebra above.
    interlaminar : bool
        Whether the slice runs between two laminae, where the ligamentum flavum closes the canal.
    facet_u, facet_turn_deg, facet_size : float
        Distance of the facet joint from the midline, its joint line's angle to the sagittal plane,
        and the half height of an articular process.
    stenosis : float
        Share of the canal that the ligamentum flavum and the facets take, 0 to 1.
    roof : float
        How much further the laminae slope down towards the facets, as a roof does.
    """

    caudality: float
    disc: bool
    sacrum: bool
    body_half_width: float
    body_half_depth: float
    canal_width: float
    canal_depth: float
    lamina: float
    cortex: float
    marrow_fat: float
    spinous_length: float
    ligament_length: float
    spinous_start: float
    interlaminar: bool
    spinous_half_width: float
    facet_u: float
    facet_turn_deg: float
    facet_size: float
    stenosis: float
    roof: float = 0.0


def draw_spine(
    rng: Rng,
    *,
    caudality: float,
    psoas_gap_mm: float | None,
    midline_mm: float,
    disc: bool | None = None,
) -> Spine:
    """Draw the measures of a spine that fits between given muscles.

    Parameters
    ----------
    rng : Generator
        Source of the values.
    caudality : float
        Height along the spine, 0.1 at L1 to 0.8 at S1.
    psoas_gap_mm : float, optional
        Half the distance between the psoas muscles: the body has to fit in.
    midline_mm : float
        Height of the back's fascia at the midline, which the spinous process reaches at most.
    disc : bool, optional
        Whether the slice lies in a disc; drawn if not given.
    """
    if disc is None:
        disc = bool(rng.random() < 0.7)
    below_s1 = caudality > LOWEST_DISC
    sacrum = below_s1 or (not disc and caudality > rng.uniform(0.6, 0.75))
    disc = disc and not sacrum
    half_width = rng.uniform(22.0, 27.0) + 3.0 * caudality
    if psoas_gap_mm is not None:
        half_width = min(half_width, max(psoas_gap_mm + rng.uniform(-1.0, 2.0), 19.0))
    narrowing = rng.uniform(*SACRAL_CANAL) if below_s1 else 1.0
    return Spine(
        caudality=caudality,
        disc=disc,
        sacrum=sacrum,
        body_half_width=half_width,
        body_half_depth=half_width * rng.uniform(0.62, 0.78),
        canal_width=(rng.uniform(19.0, 26.0) + 3.0 * caudality) * narrowing,
        canal_depth=rng.uniform(13.0, 18.0) * narrowing,
        lamina=rng.uniform(4.5, 8.0),
        cortex=rng.uniform(0.4, 1.4),
        marrow_fat=rng.uniform(0.15, 0.65),
        spinous_length=(0.0 if rng.random() < 0.15 else midline_mm * rng.uniform(0.45, 0.95)),
        ligament_length=midline_mm - rng.uniform(0.0, 4.0),
        spinous_start=rng.uniform(6.0, 15.0) if disc and rng.random() < 0.35 else 1.0,
        interlaminar=disc and bool(rng.random() < 0.25),
        spinous_half_width=rng.uniform(2.0, 4.5),
        facet_u=rng.uniform(13.0, 17.0) + 7.0 * caudality,
        facet_turn_deg=rng.uniform(20.0, 45.0) + 20.0 * caudality,
        facet_size=rng.uniform(7.5, 11.0),
        stenosis=float(rng.beta(1.2, 3.0)),
    )


def paint_spine(canvas: Canvas, spine: Spine, rng: Rng) -> None:
    """Draw body or disc and arch; the paraspinal muscles go over them and so cut them to fit."""
    rows, columns = canvas.view.window((-75.0, 75.0), (-90.0, 60.0))
    part = canvas.part(rows, columns)
    if part.tissue.size == 0:
        return
    paint_body(part, spine, rng)
    paint_arch(part, spine, rng)


def paint_body(canvas: Canvas, spine: Spine, rng: Rng) -> None:
    """Vertebral body with its cortex, or disc with nucleus and annulus."""
    view = canvas.view
    centre_v = -spine.canal_depth - 1.0 - spine.body_half_depth
    body = ellipse(view, (0.0, centre_v), (spine.body_half_width, spine.body_half_depth))
    # The back of the body is flat or slightly hollow.
    wall = (
        view.v_mm
        - np.float32(-spine.canal_depth - 1.0)
        - np.float32(0.004 * rng.uniform(-0.3, 1.0)) * view.u_mm**2
    )
    body = np.minimum(body + np.float32(1.5), -wall)
    body += np.float32(rng.uniform(0.2, 1.4)) * view.noise(rng, 14.0)
    if not spine.disc:
        canvas.bone(body, spine.cortex, spine.marrow_fat)
        if rng.random() < 0.4:  # basivertebral vein
            vein = capsule(view, (0.0, centre_v), (0.0, -spine.canal_depth), (0.6, 1.8))
            canvas.fill(vein > 0.0, Tissue.FLUID)
        return
    # The nucleus fades into the annulus, whose outer fibres are dark.
    canvas.fill(body > 0.0, Tissue.DISC_NUCLEUS)
    wobble = np.float32(1.2) * view.noise(rng, 15.0)
    ring_mm = spine.body_half_depth * rng.uniform(0.2, 0.55)
    fade = (body + wobble - np.float32(ring_mm)) * np.float32(1.0 / rng.uniform(1.5, 8.0))
    dark = np.float32(rng.uniform(0.6, 0.95)) / (np.float32(1.0) + np.exp(np.clip(fade, -20, 20)))
    if rng.random() < 0.3:  # intranuclear cleft
        cleft = view.coverage(view.v_mm - np.float32(centre_v) + wobble, rng.uniform(1.5, 4.0))
        dark = np.maximum(dark, cleft * np.float32(rng.uniform(0.2, 0.6)) * (body > 8.0))
    inside = body > 0.0
    canvas.dark[inside] = dark[inside]
    canvas.line(body - np.float32(0.8), 1.6, strength=0.85)


def paint_arch(canvas: Canvas, spine: Spine, rng: Rng) -> None:
    """Laminae, spinous process, and either facet joints or pedicles with transverse processes."""
    view = canvas.view
    half = spine.lamina / 2.0
    drop = rng.uniform(0.0, 5.0) + spine.roof
    interspinous = capsule(view, (0.0, 0.0), (0.0, spine.ligament_length), (3.5, 2.5))
    canvas.fill(interspinous > 0.0, Tissue.LIGAMENT)
    stripes = view.noise(rng, 9.0)
    mix = np.clip(np.float32(rng.uniform(-0.1, 0.7)) + np.float32(0.3) * stripes, 0.0, 0.95)
    canvas.fat[interspinous > 0.0] = mix[interspinous > 0.0]
    arch = None
    for side in SIDES:
        tilt = rng.uniform(-1.5, 1.5)
        u = spine.facet_u + rng.uniform(-1.0, 1.0)
        lamina = capsule(view, (0.0, half), (side * u, -4.0 - drop + tilt), (half, half * 1.15))
        if spine.interlaminar:  # only its lateral end, at the facet joint
            lamina -= np.clip(np.float32(1.4 * half) - np.abs(view.u_mm) * np.float32(0.3), 0, 99)
        if not spine.disc:
            pedicle = capsule(
                view,
                (side * (spine.canal_width / 2.0 + 3.5), -spine.canal_depth - 6.0),
                (side * u, -5.0 - drop),
                (4.5, 4.5),
            )
            reach = rng.uniform(24.0, 42.0)
            transverse = capsule(
                view, (side * u, -7.0 - drop), (side * reach, -7.0 - drop + tilt * 3), (5.0, 3.0)
            )
            lamina = smooth_union(smooth_union(lamina, pedicle, 4.0), transverse, 3.0)
        arch = lamina if arch is None else smooth_union(arch, lamina, 2.5)
    if arch is not None:
        if spine.spinous_length > spine.spinous_start + 4.0:
            lean = rng.normal(0.0, 1.5)
            tip = (lean, spine.spinous_length)
            width = spine.spinous_half_width
            start = (0.0, spine.spinous_start)
            process = capsule(view, start, tip, (width, width * rng.uniform(0.7, 1.6)))
            arch = smooth_union(arch, process, 3.0)
        arch += np.float32(rng.uniform(0.1, 0.8)) * view.noise(rng, 9.0)
        canvas.bone(arch, spine.cortex, spine.marrow_fat)
    if spine.disc:
        for side in SIDES:
            paint_facet(canvas, spine, side, drop, rng)


def paint_facet(canvas: Canvas, spine: Spine, side: float, drop: float, rng: Rng) -> None:
    """Superior and inferior articular process with the joint between them."""
    view = canvas.view
    turn = side * (spine.facet_turn_deg + rng.normal(0.0, 4.0))
    size = spine.facet_size * rng.uniform(0.85, 1.15)
    centre_u = side * (spine.facet_u + rng.uniform(0.0, 3.0))
    centre_v = -8.0 - drop + rng.uniform(-2.0, 1.0)
    offset = size * 0.42
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    medial = (centre_u - side * offset * abs(cos), centre_v + offset * abs(sin))
    lateral = (centre_u + side * offset * abs(cos), centre_v - offset * abs(sin))
    inferior = ellipse(view, medial, (size * 0.62, size), -turn)
    if not spine.interlaminar:
        stem = capsule(view, medial, (side * 4.0, spine.lamina / 2.0), (3.0, spine.lamina / 2.0))
        inferior = smooth_union(inferior, stem, 4.0)
    inferior += np.float32(rng.uniform(0.0, 1.0)) * view.noise(rng, 8.0)
    superior = ellipse(view, lateral, (size * 0.66, size * 1.05), -turn)
    superior += np.float32(rng.uniform(0.0, 1.0)) * view.noise(rng, 8.0)
    # The superior process is hollow and holds the inferior one.
    superior = np.minimum(superior, -inferior)
    whole = np.maximum(inferior, superior)
    canvas.bone(whole, spine.cortex, spine.marrow_fat)
    joint = np.where(np.abs(whole) < 6.0, np.maximum(-superior, np.abs(inferior)), 99.0)
    joint = np.asarray(joint, dtype=np.float32)
    canvas.line(joint, rng.uniform(2.5, 4.0))
    space_mm = rng.uniform(0.6, 2.2)
    fluid = view.coverage(joint, space_mm) > 0.5
    canvas.fill(fluid, Tissue.FLUID if rng.random() < 0.6 else Tissue.CARTILAGE)
