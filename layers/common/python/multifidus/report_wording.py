"""How each statement of a report is worded, and in what other words the model may say it.

Templates in the language of `multifidus.report_grammar`, by the code of the statement. No template
holds a digit, a level or one side: those stand in marks, which `multifidus.report_facts` fills.
What is said about risk is in `multifidus.grading`.
"""

from __future__ import annotations

from types import MappingProxyType

DISCLAIMER = "This is a research tool and not a medical device."
"""Ends every report, always in these words."""

SUMMARY_WORDING = MappingProxyType(
    {
        "untrusted": "{The result is not to be trusted: [reasons]"
        "|These numbers are not to be trusted: [reasons]"
        "|Not to be trusted: [reasons]}.",
        "untrusted unexplained": "{The result was marked as not to be trusted"
        "|These numbers were marked as not to be trusted}.",
        "area and fat": "{<Subject> <measures> <area>, with {a |}<fat noun> of <fat>"
        "|<Subject> <measures> <area>. {The <fat noun> is|Fat makes up} <fat>"
        "|<Subject> <measures> <area>, and <fat noun> is <fat>"
        "|The area of <subject> is <area>, the <fat noun> <fat>}.",
        "area": "{<Subject> <measures> <area>|The area of <subject> is <area>}.",
        "fat": "{<Subject> <has> a <fat noun> of <fat>|The <fat noun> of <subject> is <fat>}.",
        "no measurement": "{Neither area nor fat infiltration was given for <subject>"
        "|No area and no fat infiltration were given for <subject>}.",
        "no level": "{The level was not stated|No level was stated|The disc level is not known}.",
        "no area": "{No area was given|The area is not known|An area was not given}.",
        "no area without spacing": "{No area is given, as the pixel spacing is unknown"
        "|The pixel spacing is unknown, so no area is given"
        "|Without pixel spacing no area is given}.",
        "no fat": "{No fat infiltration was given|The fat infiltration is not known"
        "|A fat infiltration was not given}.",
        "fat is suppressed": "{Fat was not measured, as it is not bright in this picture"
        "|As fat is not bright in this picture, it was not measured}.",
        "no tissue to compare": "{Fat was not measured, as the picture shows too little lean "
        "muscle or fat to compare with|The picture shows too little lean muscle or fat to compare "
        "with, so fat was not measured}.",
        "grade": "{This is Kjaer grade [grade] ([grade_range])"
        "|This corresponds to Kjaer grade [grade] ([grade_range])"
        "|On Kjaer's scale this is grade [grade] ([grade_range])"
        "|The Kjaer grade is [grade] ([grade_range])}.",
        "grade alone": "{Kjaer grade [grade] was given ([grade_range])"
        "|The Kjaer grade was given as [grade] ([grade_range])}.",
        "grade conflict": "{Kjaer grade [grade] was given, which does not fit this fat infiltration"
        "|The given Kjaer grade, [grade], does not fit this fat infiltration}.",
        "grade open": "{The interval holds more than one Kjaer grade ([possible_grades]), so none "
        "is certain|No grade is certain, as the interval holds more than one Kjaer grade "
        "([possible_grades])|Kjaer grades [possible_grades] are all within the interval, so none "
        "is certain}.",
        "no grade": "{No grade was given|A grade was not given}.",
        "asymmetry": "{The areas of the two sides differ by [asymmetry]"
        "|Between the sides the areas differ by [asymmetry]"
        "|The difference between the areas of the two sides is [asymmetry]}.",
        "coarse pixels": "{The pixels are coarse, so the area is less exact"
        "|As the pixels are coarse, the area is less exact}.",
        "unequal outlines": "{The outlines of the two sides differ by much"
        "|The two sides were outlined very differently}.",
    }
)

RECOMMENDATION_WORDING = MappingProxyType(
    {
        "do not use": "{Do not use these numbers before a person has checked picture and outline"
        "|A person should check picture and outline before these numbers are used"
        "|Check picture and outline before these numbers are used}.",
        "measure again": "{Measure again on another slice, or correct the outline by hand"
        "|Correct the outline by hand, or measure again on another slice}.",
        "read together": "{Read these numbers together with {symptoms|history} and examination"
        "|These numbers are to be read together with {symptoms|history} and examination"
        "|Interpret these numbers together with {symptoms|history} and examination}.",
        "check outline": "{Check the outline in the overlay first"
        "|Look at the outline in the overlay first"
        "|The outline in the overlay should be checked first}.",
        "check grade": "{Check the grade and the fat infiltration against their source"
        "|The grade and the fat infiltration should be checked against their source}.",
        "send spacing": "{Send the slice as DICOM, or state its pixel spacing, to get an area"
        "|For an area, send the slice as DICOM or state its pixel spacing}.",
        "other slice for fat": "{For the fat infiltration, use a slice without fat suppression "
        "that shows more of the trunk|Use a slice without fat suppression that shows more of the "
        "trunk to get the fat infiltration}.",
        "state level": "{State the level, so that values of the same level can be compared"
        "|To compare with values of the same level, state the level}.",
        "compare alike": "{Compare with other scans only at the same level and by the same method"
        "|Only scans of the same level, measured by the same method, should be compared with this"
        "|Other scans can be compared at the same level and by the same method alone}.",
        "disclaimer": DISCLAIMER,
    }
)

ONE_SIDE = MappingProxyType(
    {
        "measures": "{measures|has an area of|has a cross-sectional area of}",
        "has": "has",
        "fat noun": "fat infiltration",
        "per side": "",
    }
)
"""Words that depend on whether a report is about one side or both: here one."""

BOTH_SIDES = MappingProxyType(
    {
        "measures": "{measure|have an area of|have a cross-sectional area of}",
        "has": "have",
        "fat noun": "mean fat infiltration",
        "per side": "{ a side on average| on average}",
    }
)
"""The same for both, whose numbers are means of the two sides."""

SUBJECTS = MappingProxyType(
    {
        ("one side", "level"): "{the [side] multifidus at [level]|the multifidus on the [side] at "
        "[level]|the [level] multifidus on the [side]}",
        ("one side", "no level"): "{the [side] multifidus|the multifidus on the [side]}",
        ("both sides", "level"): "{both multifidus muscles at [level]|the multifidus muscles of "
        "both sides at [level]|the left and right multifidus at [level]}",
        ("both sides", "no level"): "{both multifidus muscles|the multifidus muscles of both sides"
        "|the left and right multifidus}",
    }
)

VALUES = MappingProxyType(
    {
        "area": "[area]{| ([area_cm])}<per side>",
        ("fat", "interval"): "[fat] ([interval])",
        ("fat", "no interval"): "[fat]",
    }
)

FAT_POSITIONS = MappingProxyType(
    {
        "below": "{more than one standard deviation below|over one standard deviation below}",
        "within": "within one standard deviation of",
        "above": "{more than one standard deviation above|over one standard deviation above}",
        "far above": "{more than two standard deviations above|over two standard deviations above}",
    }
)
"""Where a fat infiltration stands against a mean."""

AREA_POSITIONS = MappingProxyType({"below": "below", "within": "{within|inside}", "above": "above"})
"""Where an area stands against a range."""

REASONS = MappingProxyType(
    {
        "no_multifidus_found": "no multifidus muscle was found",
        "one_side_missing": "the muscle of one side was not found",
        "low_confidence": "the model is unsure about much of the outline",
        "touches_border": "the muscle may be cut off at the border",
        "not_axial": "the file says that the slice is not axial",
        "not_mr": "the file says that the image is not MR",
        "unlikely_slice": "the picture does not look like an axial slice of a lumbar spine",
        "fat_suppressed": "fat is not bright, as with fat suppression",
    }
)
"""Why a result is not to be trusted, by the flag that says so."""
