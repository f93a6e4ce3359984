"""The facts of a report: what fills each mark of its text, and where the values stand.

Every number that a report can state is written here, with its unit, from the input and from the
published values in `norms` and `grading`.
"""

from __future__ import annotations

from multifidus import grading
from multifidus.norms import NORMS, Norm, norms_for
from multifidus.report_input import ReportInput
from multifidus.report_wording import REASONS

PEOPLE = {"female": "women", "male": "men"}

FAT_NORMS: dict[str, Norm] = {
    norm.sex: norm for norm in NORMS if norm.measure == "fat_infiltration_pct" and norm.same_region
}
"""Of the multifidus alone, by sex."""

(AREA_NORM,) = (norm for norm in NORMS if norm.measure == "area_mm2")
"""There is one, of men."""

FAT_NORM_AGES_YEARS = FAT_NORMS["female"].ages_years or (0, 0)

_GRADE_RANGES = ("0 to 10 % fat", "over 10 and up to 50 % fat", "over 50 % fat")


def facts(report_input: ReportInput) -> dict[str, str]:
    """Return what fills each mark, with its unit.

    A mark that is capitalised in a template has an entry of its own.
    """
    known = {
        "odds": f"odds ratio {grading.KJAER_SEVERE_ODDS_RATIO:.1f}, 95 % interval "
        + _span(grading.KJAER_SEVERE_ODDS_RATIO_CI95),
        "study_age": f"{grading.KJAER_STUDY_AGE_YEARS}",
        "norm_area": "{:.0f} to {:.0f} mm2".format(*AREA_NORM.bounds or ()),
        "norm_ages": "{} to {}".format(*FAT_NORM_AGES_YEARS),
        **{f"norm_{PEOPLE[sex]}": _mean(norm) for sex, norm in FAT_NORMS.items()},
    }
    if report_input.side != "bilateral":
        known |= {"side": report_input.side, "Side": report_input.side.capitalize()}
    if report_input.level is not None:
        known |= {"level": report_input.level, "Level": report_input.level}
    if report_input.muscle_area_mm2 is not None:
        known |= {
            "area": _area(report_input.muscle_area_mm2),
            "area_cm": f"{report_input.muscle_area_mm2 / 100.0:.1f} cm2",
        }
    if report_input.fat_infiltration_pct is not None:
        known["fat"] = f"{report_input.fat_infiltration_pct:.1f} %"
        if report_input.fat_infiltration_ci95 is not None:
            known["interval"] = f"95 % interval {_span(report_input.fat_infiltration_ci95)} %"
    if report_input.degeneration_grade is not None:
        known["grade"] = f"{report_input.degeneration_grade}"
        known["grade_range"] = _GRADE_RANGES[report_input.degeneration_grade]
    candidates = possible_grades(report_input)
    if len(candidates) > 1:
        *others, last = (str(grade) for grade in candidates)
        known["possible_grades"] = f"{', '.join(others)} and {last}"
    if report_input.asymmetry_pct is not None:
        known["asymmetry"] = f"{report_input.asymmetry_pct:.1f} %"
    if report_input.age is not None:
        known["age"] = f"{report_input.age}"
    reasons = [REASONS[flag] for flag in report_input.quality_flags if flag in REASONS]
    if reasons:
        known["reasons"] = "; ".join(dict.fromkeys(reasons))
    return known


def fat_position(fat_pct: float, sex: str) -> str:
    """Return where a fat infiltration stands against people of that sex without symptoms."""
    z_score = FAT_NORMS[sex].z_score(fat_pct) or 0.0
    if z_score > 2.0:
        return "far above"
    if z_score > 1.0:
        return "above"
    return "below" if z_score < -1.0 else "within"


def area_position(report_input: ReportInput) -> str | None:
    """Return where an area stands against the range in men; None where that does not apply."""
    if (
        report_input.muscle_area_mm2 is None
        or report_input.level is None
        or report_input.sex == "female"
        or AREA_NORM not in norms_for(report_input.level, ("area_mm2",))
    ):
        return None
    return AREA_NORM.position(report_input.muscle_area_mm2)


def possible_grades(report_input: ReportInput) -> tuple[int, ...]:
    """Return the grades that fat infiltration and interval allow; none where there is no fat."""
    fat_pct = report_input.fat_infiltration_pct
    if fat_pct is None:
        return ()
    interval = report_input.fat_infiltration_ci95 or (fat_pct, fat_pct)
    return grading.kjaer_grade(fat_pct, interval).candidates


def grade_conflicts(report_input: ReportInput) -> bool:
    """Whether a grade was given that the fat infiltration and its interval rule out."""
    candidates, grade = possible_grades(report_input), report_input.degeneration_grade
    return grade is not None and bool(candidates) and grade not in candidates


def _area(area_mm2: float) -> str:
    return f"{area_mm2:.0f} mm2" if area_mm2 >= 100.0 else f"{area_mm2:.1f} mm2"


def _span(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.1f} to {ends[1]:.1f}"


def _mean(norm: Norm) -> str:
    return f"{norm.mean:.1f} % (standard deviation {norm.sd:.1f})"
