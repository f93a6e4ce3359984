"""Published reference values, and where a measured value stands among them.

What a reference is of matters as much as its numbers: which muscle, at which level, in whom, by
which method. None of these studies measured quite what is measured here, so each says how it
differs, and none is a limit of normal. Sex and age are not known of a slice: the values of women
and of men both stand, and the reader chooses.

Standard library alone, so that the report's rules can use it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

NormMeasure = Literal["fat_infiltration_pct", "area_mm2"]
Position = Literal["below", "within", "above"]

ALL_LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
"""The discs of the lumbar spine, by the vertebrae around them."""


@dataclass(frozen=True, kw_only=True)
class Norm:
    """A published reference value: mean and standard deviation, or a range.

    Attributes
    ----------
    measure : str
        Which number of a side it is to be held against; also gives the unit.
    population : str
        In whom it was measured.
    region : str
        Which muscle, at which level.
    levels : tuple of str
        Discs that it says something about.
    same_region : bool
        Whether its region is the multifidus alone, as here.
    method : str
        How it was measured.
    mean, sd : float, optional
        Over people. None where the source gives a range.
    bounds : tuple of float, optional
        Least and largest of the means that the source gives. None beside a mean.
    note : str
        What keeps it from being a like-for-like comparison.
    source : str
        Authors, journal, year, DOI.
    sex : str
        `female` or `male`.
    ages_years : tuple of int, optional
        Youngest and oldest; None where the source says it in words alone.
    """

    measure: NormMeasure
    population: str
    region: str
    levels: tuple[str, ...]
    same_region: bool
    method: str
    note: str
    source: str
    sex: Literal["female", "male"]
    ages_years: tuple[int, int] | None = None
    mean: float | None = None
    sd: float | None = None
    bounds: tuple[float, float] | None = None

    def z_score(self, value: float) -> float | None:
        """Distance from the mean in standard deviations; None for a range."""
        return None if self.mean is None or self.sd is None else (value - self.mean) / self.sd

    def position(self, value: float) -> Position | None:
        """Where a value lies against the range; None for a mean."""
        if self.bounds is None:
            return None
        low, high = self.bounds
        if value < low:
            return "below"
        return "above" if value > high else "within"


_CRAWFORD = (
    "Crawford RJ et al., AJNR Am J Neuroradiol 2016;37:742-748, doi 10.3174/ajnr.A4596 (abstract)"
)
_SI = "Si F et al., Quant Imaging Med Surg 2023;13:4526-4539, doi 10.21037/qims-22-1131 (abstract)"
_NIEMELAINEN = "Niemelainen R et al., Spine 2011;36(25):2152, PMID 21343855 (abstract)"
_BOTH_MUSCLES = (
    "Multifidus and erector spinae together, which is not the region measured here; the fat's "
    "share of the signal, not of the area."
)
_ALL_LEVELS_TOGETHER = (
    "Mean of the levels L1 to L5; fat increases towards the sacrum. The fat's share of the signal, "
    "not of the area."
)
_MEANS_ONLY = (
    "The range of the mean values of three levels and two sides; people differ by more than that."
)

NORMS = (
    Norm(
        measure="fat_infiltration_pct",
        population="Healthy women, 20 to 62 years (40)",
        region="multifidus and erector spinae at L5",
        levels=("L4-L5", "L5-S1"),
        same_region=False,
        method="two-point Dixon MRI, fat signal fraction",
        mean=31.9,
        sd=9.3,
        note=_BOTH_MUSCLES,
        source=_CRAWFORD,
        sex="female",
        ages_years=(20, 62),
    ),
    Norm(
        measure="fat_infiltration_pct",
        population="Healthy men, 20 to 62 years (40)",
        region="multifidus and erector spinae at L5",
        levels=("L4-L5", "L5-S1"),
        same_region=False,
        method="two-point Dixon MRI, fat signal fraction",
        mean=25.7,
        sd=8.0,
        note=_BOTH_MUSCLES,
        source=_CRAWFORD,
        sex="male",
        ages_years=(20, 62),
    ),
    Norm(
        measure="fat_infiltration_pct",
        population="Women without symptoms, Beijing, 20 to 69 years",
        region="multifidus, mean of L1 to L5",
        levels=ALL_LEVELS,
        same_region=True,
        method="MRI, fat signal fraction",
        mean=21.1,
        sd=6.8,
        note=_ALL_LEVELS_TOGETHER,
        source=_SI,
        sex="female",
        ages_years=(20, 69),
    ),
    Norm(
        measure="fat_infiltration_pct",
        population="Men without symptoms, Beijing, 20 to 69 years",
        region="multifidus, mean of L1 to L5",
        levels=ALL_LEVELS,
        same_region=True,
        method="MRI, fat signal fraction",
        mean=16.2,
        sd=6.3,
        note=_ALL_LEVELS_TOGETHER,
        source=_SI,
        sex="male",
        ages_years=(20, 69),
    ),
    Norm(
        measure="area_mm2",
        population="Middle-aged men without low back pain in the last year (126)",
        region="multifidus at mid-disc, L3-L4 to L5-S1",
        levels=("L3-L4", "L4-L5", "L5-S1"),
        same_region=True,
        method="axial T2 MRI, area",
        bounds=(690.0, 1110.0),
        note=_MEANS_ONLY,
        source=_NIEMELAINEN,
        sex="male",
    ),
)
"""Every reference value. From abstracts, which is said in the source."""


def norms_for(level: str | None, measures: Iterable[NormMeasure]) -> tuple[Norm, ...]:
    """Reference values for some measures at a level, in the order of `NORMS`.

    Parameters
    ----------
    level : str, optional
        A disc, such as `L4-L5`. Where it is unknown all of them are given.
    measures : iterable of str
        The numbers that were measured.
    """
    wanted = frozenset(measures)
    return tuple(
        norm for norm in NORMS if norm.measure in wanted and (level is None or level in norm.levels)
    )
