"""What a report says: the statements that the facts allow, in their order.

All of them are said, each once, and nothing else is. How they are worded stands in
`report_wording` and, for risk, in `grading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from multifidus import grading, report_grammar
from multifidus.report_facts import (
    AREA_NORM,
    FAT_NORM_AGES_YEARS,
    FAT_NORMS,
    PEOPLE,
    area_position,
    fat_position,
    grade_conflicts,
    possible_grades,
)
from multifidus.report_grammar import Node
from multifidus.report_input import ReportInput
from multifidus.report_wording import (
    AREA_POSITIONS,
    BOTH_SIDES,
    FAT_POSITIONS,
    ONE_SIDE,
    REASONS,
    RECOMMENDATION_WORDING,
    SUBJECTS,
    SUMMARY_WORDING,
    VALUES,
)

Section = Literal["summary", "risk", "recommendation"]
SECTIONS: tuple[Section, ...] = ("summary", "risk", "recommendation")

WORDING: Mapping[str, str] = {
    **SUMMARY_WORDING,
    **grading.RISK_WORDING,
    **RECOMMENDATION_WORDING,
}
"""The template of every statement, by its code."""

_FAT, _AREA = ("fat position", FAT_POSITIONS), ("area position", AREA_POSITIONS)
_COMPARING: dict[str, tuple[str, Mapping[str, str]]] = {
    "fat against women": _FAT,
    "fat against men": _FAT,
    "area against men": _AREA,
}
_FAT_SOURCE = FAT_NORMS["female"].source
_ASYMMETRY_SOURCE = AREA_NORM.source  # its title says it

_Said = tuple[str, str, str | None]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One thing that a report says.

    Attributes
    ----------
    section : str
        Where it stands.
    code : str
        Its name.
    position : str
        Where a value stands, in a statement that compares; otherwise empty.
    form : tuple of (str, str)
        Templates that its wording names: what depends on the side, the level and the interval.
    source : str, optional
        Study that it rests on.
    """

    section: Section
    code: str
    form: tuple[tuple[str, str], ...]
    position: str = ""
    source: str | None = None

    @property
    def template(self) -> Node:
        """Every text that says it."""
        return _template(self.code, self.form)


@lru_cache(maxsize=2048)
def _template(code: str, form: tuple[tuple[str, str], ...]) -> Node:
    return report_grammar.parse(WORDING[code], dict(form))


def statements(report_input: ReportInput) -> tuple[Statement, ...]:
    """Return what the report says, in order. All of it has to be said, and nothing else."""
    if report_input.can_be_trusted:
        risk, recommendation = _risk(report_input), _recommendation(report_input)
    else:
        risk, recommendation = [("risk untrusted", "", None)], _after_doubt(report_input)
    form = tuple(sorted(_form(report_input).items()))
    chosen: list[Statement] = [
        Statement(section="summary", code=code, form=form) for code in _summary(report_input)
    ]
    chosen += [
        Statement(
            section="risk",
            code=code,
            position=position,
            form=(*form, *_position_form(code, position)),
            source=source,
        )
        for code, position, source in risk
    ]
    chosen += [Statement(section="recommendation", code=code, form=form) for code in recommendation]
    return tuple(chosen)


def subject_form(report_input: ReportInput) -> tuple[str, str]:
    """Return whether it is about one side or both, and whether the level is known."""
    return (
        "both sides" if report_input.side == "bilateral" else "one side",
        "no level" if report_input.level is None else "level",
    )


def fat_form(report_input: ReportInput) -> str:
    """Return whether the fat infiltration comes with its interval."""
    has_interval = _has_fat(report_input) and report_input.fat_infiltration_ci95 is not None
    return "interval" if has_interval else "no interval"


def _position_form(code: str, position: str) -> tuple[tuple[str, str], ...]:
    if not position:
        return ()
    name, words = _COMPARING[code]
    return ((name, words[position]),)


def _form(report_input: ReportInput) -> dict[str, str]:
    subject = subject_form(report_input)
    return {
        **(BOTH_SIDES if subject[0] == "both sides" else ONE_SIDE),
        "subject": SUBJECTS[subject],
        "area": VALUES["area"],
        "fat": VALUES["fat", fat_form(report_input)],
    }


def _summary(report_input: ReportInput) -> list[str]:
    flags = report_input.quality_flags
    area, fat = report_input.muscle_area_mm2 is not None, _has_fat(report_input)
    said = []
    if not report_input.can_be_trusted:
        explained = any(flag in REASONS for flag in flags)
        said.append("untrusted" if explained else "untrusted unexplained")
    said.append(
        {(True, True): "area and fat", (True, False): "area", (False, True): "fat"}.get(
            (area, fat), "no measurement"
        )
    )
    if report_input.level is None:
        said.append("no level")
    if not area and "no_spacing" in flags:
        said.append("no area without spacing")
    elif not area and fat:
        said.append("no area")
    if not fat and "fat_suppressed" in flags:
        said.append("fat is suppressed")
    elif not fat and "no_reference_tissue" in flags:
        said.append("no tissue to compare")
    elif not fat and area:
        said.append("no fat")
    said.append(_grade_statement(report_input))
    if report_input.asymmetry_pct is not None:
        said.append("asymmetry")
    if "asymmetric_masks" in flags:
        said.append("unequal outlines")
    if "low_resolution" in flags:
        said.append("coarse pixels")
    return said


def _grade_statement(report_input: ReportInput) -> str:
    if grade_conflicts(report_input):
        return "grade conflict"
    if len(possible_grades(report_input)) > 1:
        return "grade open"
    if report_input.degeneration_grade is None:
        return "no grade"
    return "grade" if _has_fat(report_input) else "grade alone"


def _risk(report_input: ReportInput) -> list[_Said]:
    said = [*_against_norms(report_input), *_association(report_input)]
    if report_input.asymmetry_pct is not None:
        said.append(("risk asymmetry", "", _ASYMMETRY_SOURCE))
    return said


def _against_norms(report_input: ReportInput) -> list[_Said]:
    said: list[_Said] = []
    fat_pct, sex = report_input.fat_infiltration_pct, report_input.sex
    if fat_pct is not None:
        if sex is None:
            said.append(("fat of women and men", "", _FAT_SOURCE))
        else:
            said.append((f"fat against {PEOPLE[sex]}", fat_position(fat_pct, sex), _FAT_SOURCE))
        youngest, oldest = FAT_NORM_AGES_YEARS
        if report_input.age is not None and not youngest <= report_input.age <= oldest:
            said.append(("age outside", "", _FAT_SOURCE))
        said.append(("fat otherwise measured", "", _FAT_SOURCE))
    position = area_position(report_input)
    if position is not None:
        said.append(("area against men", position, AREA_NORM.source))
    return said


def _association(report_input: ReportInput) -> list[_Said]:
    grade = report_input.degeneration_grade
    if grade_conflicts(report_input):
        return [("risk conflict", "", None)]
    if grade is None or len(possible_grades(report_input)) > 1:
        return [("risk no grade" if _has_fat(report_input) else "risk unknown", "", None)]
    if grade == 2:
        return [
            ("risk highest grade", "", grading.KJAER_SOURCE),
            ("risk no inference", "", None),
        ]
    if grade == 1:
        return [("risk middle grade", "", _FAT_SOURCE)]
    return [("risk lowest grade", "", grading.KJAER_SOURCE)]


def _recommendation(report_input: ReportInput) -> list[str]:
    flags = report_input.quality_flags
    said = []
    if {"asymmetric_masks", "low_resolution"} & set(flags):
        said.append("check outline")
    if grade_conflicts(report_input):
        said.append("check grade")
    said.append("read together")
    said += _to_get_more(report_input)
    said += ["compare alike", "disclaimer"]
    return said


def _after_doubt(report_input: ReportInput) -> list[str]:
    return ["do not use", "measure again", *_to_get_more(report_input), "disclaimer"]


def _to_get_more(report_input: ReportInput) -> list[str]:
    flags = report_input.quality_flags
    said = []
    if report_input.muscle_area_mm2 is None and "no_spacing" in flags:
        said.append("send spacing")
    if not _has_fat(report_input) and {"fat_suppressed", "no_reference_tissue"} & set(flags):
        said.append("other slice for fat")
    if report_input.level is None:
        said.append("state level")
    return said


def _has_fat(report_input: ReportInput) -> bool:
    return report_input.fat_infiltration_pct is not None
