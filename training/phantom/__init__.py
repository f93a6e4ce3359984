"""Axial T2 slices of the lumbar spine that the project makes itself, with exact ground truth.

Two sources of muscle shapes share one renderer: `anatomy` draws muscles from parameters, and
`from_labels` deforms real label maps. The stages, in order::

    anatomy | label_maps -> muscles -> spine, surroundings -> fat -> tissue_signal -> acquisition

`generate.generate` makes a slice from a `PhantomSpec` and a seed; `from_labels.render_from_labels`
makes one around a real label map from a random generator, for training.
"""
