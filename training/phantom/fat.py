"""How much fat a muscle holds and in what pattern, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.phantom.fields import Rng

HIDDEN_SHARE, HIDDEN_SHARE_LEAN_HIGH = 0.12, 0.55
"""Share of slices where nothing shows the border to the erector spinae: usually, and in lean muscle
at L1 to L3. There the only cleft that is seen runs within the erector spinae."""

LONGISSIMUS_CLEFT_SHARE, LONGISSIMUS_CLEFT_SHARE_HIDDEN = 0.25, 0.75
"""Share of slices with a plain cleft between longissimus and iliocostalis: usually, and where
nothing shows the multifidus' own border, as following that one is the error to unlearn."""


@dataclass(frozen=True, kw_only=True)
class Fat:
    """How much fat, and where it goes first.

    Attributes
    ----------
    multifidus : tuple of float
        Mean fat fraction of the right and left compartment, 0 to 0.95.
    erector : tuple of float
        The same of the erector spinae.
    other : float
        Mean fat fraction of psoas and quadratus.
    streaks, septa, bundles, medial, feather, marbling, lobes, gradient : float
        Weights of the patterns; `bundles` has fat around bundles of fascicles, `gradient` more of
        it towards one side of the muscle.
    diffuse : float
        Share of the fat that is spread evenly.
    softness : float
        Width of the threshold: small gives sharp bright fat, large gives haze.
    cleft_mm : float
        Width of the fat line between multifidus and erector spinae.
    cleft_strength : float
        How much of that line is fat, 0 to 1.
    false_clefts : float
        Mean number of further fat lines of that kind within the muscles, such as the one between
        longissimus and iliocostalis.
    longissimus_cleft_mm : float
        Width of the fat line between longissimus and iliocostalis, in the midst of the erector
        spinae; 0 without one.
    septum_mm : float
        Width of a dark sheet of fascia in the middle of the cleft.
    tendons : float
        Strength of thin dark sheets of tendon within the muscles.
    cleft_offset : float
        Where in the cleft the compartment's border lies: 0 in its middle, 0.5 at its medial edge,
        so that the cleft's fat is not the multifidus'.
    pockets_mm : tuple of float
        How far the right and left multifidus has drawn back from the lamina and the spinous
        process; fat fills the space, which stays part of the compartment.
    erector_pocket_mm : float
        The same of the erector spinae, from its ventral border.
    curl : float
        How crooked streaks and false clefts are; 0 leaves them straight.
    """

    multifidus: tuple[float, float]
    erector: tuple[float, float]
    other: float = 0.03
    streaks: float = 1.0
    septa: float = 0.7
    bundles: float = 0.0
    medial: float = 1.0
    feather: float = 0.5
    marbling: float = 0.4
    lobes: float = 0.4
    gradient: float = 0.3
    diffuse: float = 0.25
    softness: float = 0.35
    cleft_mm: float = 1.5
    cleft_strength: float = 0.8
    false_clefts: float = 0.5
    longissimus_cleft_mm: float = 0.0
    septum_mm: float = 0.0
    tendons: float = 0.0
    cleft_offset: float = 0.0
    pockets_mm: tuple[float, float] = (0.0, 0.0)
    erector_pocket_mm: float = 0.0
    curl: float = 0.0

    @property
    def shows_border(self) -> bool:
        """Whether the border to the erector spinae shows: by a cleft, or by different fat."""
        difference = abs(sum(self.multifidus) - sum(self.erector)) / 2.0
        cleft_mm = self.cleft_mm * self.cleft_strength
        return cleft_mm > 0.35 or self.septum_mm > 0.0 or difference > 0.15


def draw_fat(rng: Rng, *, caudality: float) -> Fat:
    """Draw a degree and a pattern: lean to severe, more of it towards the sacrum."""
    degree = float(rng.beta(0.9, 2.4)) * (0.65 + 0.6 * min(caudality, 0.8))
    if rng.random() < 0.15:
        degree = float(rng.uniform(0.4, 0.85))
    right = float(np.clip(degree * np.exp(rng.normal(0.0, 0.2)) + 0.02, 0.01, 0.9))
    left = float(np.clip(degree * np.exp(rng.normal(0.0, 0.2)) + 0.02, 0.01, 0.9))
    erector = float(np.clip(degree * rng.uniform(0.3, 1.1) + 0.02, 0.01, 0.9))
    pattern = rng.gamma(1.0, 1.0, size=8)
    pockets_mm = (0.0, 0.0)
    if rng.random() < 0.5 + 0.4 * degree:
        depth_mm = float(rng.uniform(1.0, 5.0 + 16.0 * degree))
        pockets_mm = (
            depth_mm * float(np.exp(rng.normal(0.0, 0.25))),
            depth_mm * float(np.exp(rng.normal(0.0, 0.25))),
        )
    erector_pocket_mm = 0.0
    if rng.random() < 0.3 + 0.5 * degree:
        erector_pocket_mm = float(rng.uniform(1.0, 5.0 + 12.0 * degree))
    hidden = bool(rng.random() < hidden_border_share(degree, caudality))
    cleft_mm = float(rng.choice([rng.uniform(0.4, 1.5), rng.uniform(1.0, 3.5)], p=[0.57, 0.43]))
    with_septum = not hidden and rng.random() < 0.2 + 0.4 * degree
    longissimus_share = LONGISSIMUS_CLEFT_SHARE_HIDDEN if hidden else LONGISSIMUS_CLEFT_SHARE
    with_longissimus = rng.random() < longissimus_share * float(np.clip(2.2 - 3 * caudality, 0, 1))
    return Fat(
        multifidus=(right, left),
        erector=(erector, float(np.clip(erector * np.exp(rng.normal(0.0, 0.15)), 0.01, 0.9))),
        other=float(rng.uniform(0.0, 0.08)),
        streaks=0.4 + pattern[0],
        septa=0.3 + 0.8 * pattern[1],
        bundles=float(rng.choice([0.0, 0.4 + pattern[7]], p=[0.25, 0.75])),
        medial=1.3 * pattern[2],
        feather=0.6 * pattern[3],
        marbling=0.35 * pattern[4],
        lobes=0.7 * pattern[5],
        gradient=0.6 * pattern[6],
        diffuse=float(rng.uniform(0.0, 0.6)),
        softness=float(np.exp(rng.uniform(np.log(0.2), np.log(1.0)))),
        cleft_mm=0.0 if hidden else cleft_mm,
        cleft_strength=float(rng.uniform(0.25, 1.0)),
        false_clefts=float(rng.uniform(0.0, 1.5)),
        longissimus_cleft_mm=float(rng.uniform(0.6, 3.0)) if with_longissimus else 0.0,
        septum_mm=float(rng.uniform(0.3, 1.1)) if with_septum else 0.0,
        tendons=float(rng.uniform(0.1, 0.7)) if rng.random() < 0.4 else 0.0,
        cleft_offset=float(rng.choice([0.0, rng.uniform(0.0, 0.5), 0.5], p=[0.3, 0.4, 0.3])),
        pockets_mm=pockets_mm,
        erector_pocket_mm=erector_pocket_mm,
        curl=float(rng.uniform(0.2, 1.3)),
    )


def hidden_border_share(degree: float, caudality: float) -> float:
    """Share of slices without a visible border, by the degree of infiltration and the height."""
    lean = float(np.clip((0.3 - degree) / 0.2, 0.0, 1.0))
    high = float(np.clip((0.5 - caudality) / 0.2, 0.0, 1.0))
    return HIDDEN_SHARE + (HIDDEN_SHARE_LEAN_HIGH - HIDDEN_SHARE) * lean * high
