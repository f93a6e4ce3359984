"""The segmentation model: data engine, training, evaluation and export, in that order."""
