"""The section of `docs/measurements.md` that `benchmarks.fat` fills in."""

from __future__ import annotations

from benchmarks.tables import DOCS

PAGE, HEADING = DOCS / "measurements.md", "Fat infiltration"

TEXT = """\
Made by `make bench-fat`; needs the data folder (`MULTIFIDUS_DATA`). True masks are measured, so
the errors are the fat measurement's alone. All figures are percentage points of the mask's area;
bias is measured minus true, ICC is ICC(A,1), absolute agreement, single measurement.

### The methods

**Reference tissue**, the number that is reported. Lean muscle and fat are found around the masks
(paraspinal muscles, psoas, fat under the skin and between the muscles), their two levels and the
coil's bias field are fitted together in the logarithm of the intensities, and each pixel's place
between the two is its share of fat; the mean over the mask is the infiltration
(`multifidus/reference_tissue.py`, `multifidus/fat_infiltration.py`). The lean reference is taken to
hold 3 % fat itself. Pixels under half fat make the functional area. Where no lean muscle or fat
can be found there is no number and the flag `no_reference_tissue`; where the tissue behind the
muscles is dark, `fat_suppressed`.

**GMM-3**, beside it for comparison with published work: the weight of the brightest of three
Gaussians fitted inside one mask. **Otsu** is in the tables only, as a warning.

### Against Dixon volumes

T2-like slices are made of the water and fat images of two people (TUM01, TUM02: every slice with
multifidus), with muscle at 0.12, 0.2 and 0.3 of fat's signal in turns; the coil's shading and the
partial volume are the real scan's. Two lean people span little fat, and an ICC over them says
little, so each slice comes a second time with 10 to 50 % of the muscle turned to fat in islands
and streaks ("simulated infiltration").

{agreement}

By subject, side and level (the third of the stack, from the sacrum upwards):

{breakdown}

**What is true here.** The raw fraction F / (W + F) of these volumes is not a share of the area:
W + F is about 2.5 times as high in pure fat as in pure muscle side by side ({factors}), so it
counts fat 2.5 times (T1 weighting and proton density of that scan). No T2 picture can know that
factor. The truth above is the share of the area, with that ratio taken off, as fat infiltration is
defined ([why](decisions/fat-is-a-share-of-the-area.md)). The reported number against that; against
the raw fraction as it stands; and against the raw fraction once each pixel's reading was carried
over to it by the factor of the *other* person's scan, so that nothing of the scan itself is used:

{truths}

As it stands the raw fraction is missed by the size of that factor, by every method:

{raw}

### Generated slices

Six made-up people, each at every amount of fat in the generator's usual pattern. From rung to rung
the reading rises in {rising} % of the steps.

{ladder}

The same with patterns, echo times, field strengths and fields of view that all vary. Here every
muscle of the slice is infiltrated, the psoas with up to 8 %, and fat may lie as an even haze
without one lean pixel; there the reference itself is not lean, and errors are larger.

{varied}

### What must not matter

All slices above but the varied ones, altered; how far the reading moves. Coil, noise and pixel size
come before a picture is exported, so that its window is laid afterwards. A tone curve (gamma) bends
the scale between the references. It can be told from a longer echo time only in part, but most of
it is undone. Without spacing the size of the pixels is guessed (`multifidus/pixel_size.py`). The
last columns say how often the limit of 2 points is kept, and how often the altered reading's
interval holds the truth. Most that exceed 2 points are about half fat, where that is a small part
of it.

{invariance}

### The interval

The 95 % interval's half width is the root of the squared sum of a constant (the lean reference) and
a part in proportion to the fat (the fat reference); it widens at contrasts below those validated.
The two constants are chosen on these same errors, so that what is called 95 % covers about that of
each kind:

{coverage}

Fitted to the other kinds of slices, and tried on the one left out:

{left_out}

### Time

CPU time of measuring a 512 x 512 slice is {share} % of the served model's inference,
both on one thread in the same run.

### Limits

Two lean people and a generator are no clinical validation, and simulated fat is not real fat.
Fat that exceeds the picture's window in most of the slice (a fifth of all pixels saturated) reads
far too high. In a field of view so tight that it shows next to nothing but the multifidus there is
no reference, and no number. Oedema is bright on T2 too, and reads as fat.
"""
