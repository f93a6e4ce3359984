"""Grades of fatty infiltration: their cut-offs, when there is none, and what is said of risk.

Kjaer's scale is used because its cut-offs are percentages of fat. Goutallier's is not: its grades
(streaks, less fat than muscle, as much, more) have no percentages of their own, so that any
equivalent would be a mapping of ours with a look of authority.

Kjaer's readers graded by eye, on T1- and T2-weighted slices; a percentage that is measured is put
on their scale here by the percentages that they describe the grades with.

Source: P. Kjaer, T. Bendix, J. S. Sorensen, L. Korsholm, C. Leboeuf-Yde: Are MRI-defined fat
infiltrations in the multifidus muscles associated with low back pain? BMC Medicine 5:2, 2007,
doi 10.1186/1741-7015-5-2.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from types import MappingProxyType

KJAER = "kjaer"

KJAER_CUT_OFFS_PCT = (10.0, 50.0)
"""Grade 0 up to 10 % fat, grade 1 above that and up to 50 %, grade 2 above 50 %."""


KJAER_SOURCE = (
    "Kjaer P et al., BMC Medicine 2007;5:2, doi 10.1186/1741-7015-5-2 (abstract): cross-sectional"
)
KJAER_SEVERE_ODDS_RATIO = 9.2
"""Of low back pain ever: severe against normal infiltration."""
KJAER_SEVERE_ODDS_RATIO_CI95 = (2.0, 43.2)
KJAER_STUDY_AGE_YEARS = 40

RISK_WORDING = MappingProxyType(
    {
        "risk untrusted": "{No risk is stated, because the result is not to be trusted"
        "|As the result is not to be trusted, no risk is stated"
        "|The result is not to be trusted, so nothing is said about risk}.",
        "risk unknown": "{Without fat infiltration or grade, no risk is stated"
        "|No risk is stated, as neither fat infiltration nor grade is known"
        "|As fat infiltration and grade are unknown, nothing is said about risk}.",
        "risk no grade": "{No risk is stated without a certain grade"
        "|As the grade is not certain, no risk is stated"
        "|Without a certain grade nothing is said about risk}.",
        "risk conflict": "{No risk is stated until grade and fat infiltration agree"
        "|As grade and fat infiltration disagree, no risk is stated"
        "|While grade and fat infiltration disagree, nothing is said about risk}.",
        "risk lowest grade": "{No risk is stated for this grade, with which the others are compared"
        "|This is the grade with which the others are compared; no risk is stated for it"
        "|The other grades are compared with this one, for which no risk is stated}.",
        "risk middle grade": "{This grade is common in healthy adults, and no risk is stated for it"
        "|Healthy adults often have this grade, so no risk is stated for it"
        "|No risk is stated for this grade, which healthy adults often have}.",
        "risk highest grade": "{In one cross-sectional study of adults aged [study_age], "
        "{severe infiltration|infiltration of this grade} was associated with "
        "{having ever had low back pain|low back pain at some time} ([odds])"
        "|{Severe infiltration|Infiltration of this grade} was associated with "
        "{having ever had low back pain|low back pain at some time} in one cross-sectional study "
        "of adults aged [study_age] ([odds])}.",
        "risk no inference": "{This says nothing about the cause of pain, or the future, of one "
        "person|For one person this tells neither the cause of pain nor the future"
        "|An association tells neither the cause of pain nor the future of one person}.",
        "risk asymmetry": "{Healthy adults differ between the sides too, so no limit is drawn"
        "|The sides differ in healthy adults too, so this is not called abnormal"
        "|No limit is drawn for this difference, as the sides differ in healthy adults too}.",
        "fat of women and men": "{Mean values of|Means in} adults without symptoms are [norm_women]"
        " in women and [norm_men] in men.",
        "fat against women": "{The fat infiltration|This fat infiltration} is <fat position> the "
        "mean of women without symptoms, [norm_women].",
        "fat against men": "{The fat infiltration|This fat infiltration} is <fat position> the "
        "mean of men without symptoms, [norm_men].",
        "fat otherwise measured": "{That study measured the share of signal over all lumbar "
        "levels, so the comparison is rough|The comparison is rough, as that study measured the "
        "share of signal over all lumbar levels}.",
        "age outside": "{At [age] years of age this person is outside the ages of that study "
        "([norm_ages])|That study was of people aged [norm_ages], this person is aged [age]}.",
        "area against men": "{The area|This area} {lies|is} <area position> the {range of mean "
        "values|range of means} in middle-aged men without recent back pain ([norm_area]); people "
        "differ by more than {that|this}.",
    }
)
"""What a report may say about risk, by the code of the statement: `multifidus.report_grammar` reads
it. "Associated with", never more: one cross-sectional study carries it, and no statement on risk is
made of a grade for which there is none."""


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A grade on a named scale.

    Attributes
    ----------
    scale : str
        Name of the scale.
    value : int, optional
        The grade; None where the measurement's interval holds more than one.
    candidates : tuple of int
        Every grade that the interval holds, ascending; `(value,)` where that is one.
    """

    scale: str
    value: int | None
    candidates: tuple[int, ...]


def kjaer_grade(fat_pct: float, ci95_pct: tuple[float, float]) -> Grade:
    """Grade a measured fat infiltration.

    Parameters
    ----------
    fat_pct : float
        Fat area of the whole area, percent.
    ci95_pct : tuple of float
        Lower and upper end of its 95 % interval, percent. There is no grade without one: whether
        a cut-off lies within reach could not be said.
    """
    # A value outside its own interval would be a fault elsewhere; its grade is named all the same.
    lowest = kjaer_grade_of(min(fat_pct, *ci95_pct))
    highest = kjaer_grade_of(max(fat_pct, *ci95_pct))
    candidates = tuple(range(lowest, highest + 1))
    return Grade(
        scale=KJAER,
        value=candidates[0] if len(candidates) == 1 else None,
        candidates=candidates,
    )


def kjaer_grade_of(fat_pct: float) -> int:
    """Return the grade of a fat infiltration in percent, its uncertainty left aside."""
    return bisect_left(KJAER_CUT_OFFS_PCT, fat_pct)
