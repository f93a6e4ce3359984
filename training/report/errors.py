"""What stops a training run of the report's model."""

from __future__ import annotations


class ReportTrainingError(Exception):
    """Base of what stops a run."""


class NonFiniteGradientError(ReportTrainingError):
    """A gradient is NaN or infinite; T5 in float16 is known for it.

    Parameters
    ----------
    step : int
        Where it happened.
    """

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(
            f"The gradient is not finite at step {step}. T5 does not train in float16: use float32 "
            "or bfloat16, or a lower learning rate."
        )


class ZeroAdapterError(ReportTrainingError):
    """All B matrices of the adapter are still zero, so that it changes nothing.

    Parameters
    ----------
    step : int
        Steps after which it was looked at.
    """

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(f"The adapter is still zero after {step} steps: nothing was learnt.")


class BaseModelError(ReportTrainingError):
    """The base model or its tokenizer is not where the configuration says."""
