"""What departs from the plain recipe in a fold's training, each thing to be left out in turn."""

from __future__ import annotations

from training.segmentation import losses, train
from training.segmentation.ablation.choice import Choice

CONTROL = Choice(name="control", title="as the folds of 0.4.0 were trained: to compare with")
TRAINING_CHOICES = (
    CONTROL,
    Choice(
        name="no-average",
        title="the last weights instead of their moving average",
        averaged=False,
    ),
    Choice(
        name="no-auxiliary",
        title="without the erector spinae as auxiliary target",
        settings={"auxiliary_weight": 0.0},
    ),
    Choice(
        name="no-dice",
        title="without the Dice term in the loss",
        patches=((train, "bce_dice", losses.bce_alone),),
    ),
    Choice(name="no-negatives", title="without negatives", settings={"negatives": 0.0}),
    Choice(
        name="rendered-0",
        title="without rendered slices: the other subjects alone",
        settings={"rendered": 0.0},
    ),
    Choice(
        name="rendered-20",
        title="20 instead of 45 % of the slices rendered",
        settings={"rendered": 0.2},
    ),
)
