"""How good a model is: every figure of the model card comes from a command of this package.

Models are scored as they are served: an exported folder, through `multifidus`. Each command writes
a JSON record into one folder, which `training.segmentation.model_card` turns into the card::

    cases -> scoring -> agreement, intervals -> leave_one_out | generated | calibrate | gate
    records -> model card;  per-slice reports (HTML) -> a folder that git ignores
"""
