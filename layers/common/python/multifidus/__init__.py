"""Multifidus: measures the lumbar multifidus muscle on axial T2 MRI.

The shared package of every function, of the one-machine server and of training. The stages, in the
order in which one request passes through them::

    image_io -> preprocess -> inference -> postprocess -> measure -> quality -> render

`errors`, `settings`, `manifest` and `inference_log` need the standard library alone, so that the
`health` function can import them without any of the numeric packages.
"""

__version__ = "0.1.0"
