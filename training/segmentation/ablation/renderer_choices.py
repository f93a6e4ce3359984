"""What the renderer draws at random or on purpose, each thing to be left out in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from training.phantom import fat, from_labels, muscles, sacral_shapes
from training.phantom.acquisition import Acquisition
from training.phantom.fields import Rng
from training.phantom.tissue_signal import draw_t2_contrast
from training.segmentation.ablation.choice import Choice

Draw = Callable[..., Any]

_LEAST_FAT: dict[str, Any] = {"medial": 0.0, "feather": 0.0, "marbling": 0.0, "lobes": 0.0}
_LEAST_FAT |= {"gradient": 0.0, "septa": 0.0, "bundles": 0.0}
_NO_CLEFT: dict[str, Any] = {"cleft_mm": 0.0, "septum_mm": 0.0, "false_clefts": 0.0}
_NO_CLEFT |= {"longissimus_cleft_mm": 0.0}
_NO_POCKETS: dict[str, Any] = {"pockets_mm": (0.0, 0.0), "erector_pocket_mm": 0.0}


def with_values(draw: Draw, **values: Any) -> Draw:
    """Let some fields of what is drawn have fixed values."""

    def drawn(*args: Any, **kwargs: Any) -> Any:
        return replace(draw(*args, **kwargs), **values)

    return drawn


def with_arguments(function: Draw, **values: Any) -> Draw:
    """Let some of a function's named arguments have fixed values."""

    def called(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **(kwargs | values))

    return called


def clean_scanner(_rng: Rng, *, field_of_view_mm: float, surface_mm: float) -> Acquisition:
    """The same clean, well-exposed picture each time."""
    del field_of_view_mm
    return Acquisition(coil_v_mm=surface_mm + 20.0)


def everywhere(_caudality: float) -> float:
    """Let borders move outwards as far at L1 as at L5."""
    return 1.0


def _fat(**values: Any) -> tuple[object, str, object]:
    return (from_labels, "draw_fat", with_values(from_labels.draw_fat, **values))


def _scene(**values: Any) -> tuple[object, str, object]:
    return (from_labels, "draw_scene", with_values(from_labels.draw_scene, **values))


def _scanner(**values: Any) -> tuple[object, str, object]:
    drawn = with_values(from_labels.draw_acquisition, **values)
    return (from_labels, "draw_acquisition", drawn)


_FIXED_BORDERS = (
    from_labels,
    "muscles_from_labels",
    with_arguments(from_labels.muscles_from_labels, border_change=0.0),
)
_NO_WARP = (from_labels, "make_view", with_arguments(from_labels.make_view, warp_mm=0.0))
_NO_SACRUM = (sacral_shapes, "LOWEST_SHARE", 0.0)
_NO_MADE_UP = (from_labels, "MADE_UP_SHARE", 0.0)
_PHYSICAL = (from_labels, "draw_contrast", draw_t2_contrast)
_CLEAN = (from_labels, "draw_acquisition", clean_scanner)
_NO_HIDDEN = (
    (fat, "HIDDEN_SHARE", 0.0),
    (fat, "HIDDEN_SHARE_LEAN_HIGH", 0.0),
    (fat, "LONGISSIMUS_CLEFT_SHARE", 0.0),
)

FULL = Choice(name="full", title="all that the renderer does: to compare with")
PLAIN = Choice(
    name="plain",
    title="without any of the following: label maps, streaks of fat, T2 contrast",
    patches=(
        _FIXED_BORDERS,
        _NO_WARP,
        _NO_SACRUM,
        _NO_MADE_UP,
        _PHYSICAL,
        _CLEAN,
        _fat(**_LEAST_FAT, **_NO_CLEFT, **_NO_POCKETS),
        _scene(gap_mm=0.0, oedema=False, surgery=False, line_gaps=0.0),
    ),
)
RENDERER_CHOICES = (
    FULL,
    PLAIN,
    Choice(
        name="fixed-borders",
        title="borders to the erector spinae where the labels have them",
        patches=(_FIXED_BORDERS,),
    ),
    Choice(
        name="no-clefts",
        title="no fat or fascia along borders, which therefore move little",
        patches=(_fat(**_NO_CLEFT),),
    ),
    Choice(
        name="no-hidden-borders",
        title="no hidden borders, no cleft of the longissimus",
        patches=_NO_HIDDEN,
    ),
    Choice(
        name="outwards-everywhere",
        title="borders moved outwards at L1 and L2 as far as below",
        patches=((muscles, "outward_share", everywhere),),
    ),
    Choice(
        name="streaks-alone",
        title="fat as streaks and haze alone",
        patches=(_fat(**_LEAST_FAT),),
    ),
    Choice(
        name="no-bundles",
        title="no septa around bundles of fascicles",
        patches=(_fat(bundles=0.0),),
    ),
    Choice(name="no-pockets", title="no pockets of fat", patches=(_fat(**_NO_POCKETS),)),
    Choice(
        name="no-gap",
        title="fat between muscle and bone outside the compartment",
        patches=(_scene(gap_mm=0.0),),
    ),
    Choice(
        name="no-lesions",
        title="no oedema, no surgery",
        patches=(_scene(oedema=False, surgery=False),),
    ),
    Choice(name="no-sacrum", title="no shapes over the sacrum", patches=(_NO_SACRUM,)),
    Choice(name="no-made-up", title="label maps alone, no made-up shapes", patches=(_NO_MADE_UP,)),
    Choice(name="no-warp", title="no smooth deformation", patches=(_NO_WARP,)),
    Choice(
        name="physical-contrast",
        title="T2 contrast alone, no free one",
        patches=(_PHYSICAL,),
    ),
    Choice(name="clean-scanner", title="one clean scanner and export", patches=(_CLEAN,)),
    Choice(
        name="even-lines",
        title="even lines, no borders aslant",
        patches=(_scene(line_gaps=0.0), _scanner(obliquity=0.0)),
    ),
)
