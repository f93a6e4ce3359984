"""Everything that defines a training run, from a TOML file into a frozen dataclass."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from multifidus.manifest import PreprocessSpec
from training.segmentation.data_engine import Mixture


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training run.

    Attributes
    ----------
    exclude_subjects : tuple of str
        Subjects that take no part, in images or label maps (leave-one-subject-out).
    steps, batch_size : int
        Optimiser steps and examples per step.
    learning_rate, weight_decay, warmup_steps : float, float, int
        AdamW with linear warm-up and cosine decay to 2 % of the rate.
    ema_decay : float
        Of the exponential moving average of the weights, which is what is evaluated and exported.
    gradient_clip : float
        Largest norm of the gradient.
    own_share : float
        Share of the examples that come from the user's own data (`own_data`), where it is given.
    auxiliary_weight : float
        Weight of the erector spinae channel in the loss.
    checkpoint_every, log_every : int
        Steps between checkpoints and between log lines.
    workers : int
        Processes that draw examples.
    seed : int
        Of the weights and of the examples.
    preprocess : PreprocessSpec
        The model's preprocessing and size.
    mixture : Mixture
        Shares of the data sources.
    """

    exclude_subjects: tuple[str, ...] = ()
    steps: int = 6000
    batch_size: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warmup_steps: int = 150
    ema_decay: float = 0.995
    gradient_clip: float = 1.0
    own_share: float = 0.0
    auxiliary_weight: float = 0.3
    checkpoint_every: int = 100
    log_every: int = 20
    workers: int = 1
    seed: int = 1
    preprocess: PreprocessSpec = field(default_factory=PreprocessSpec)
    mixture: Mixture = field(default_factory=Mixture)

    @classmethod
    def load(cls, path: Path) -> TrainConfig:
        """Read a TOML file.

        Raises
        ------
        TypeError
            It names a key that does not exist.
        """
        return cls.from_dict(tomllib.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> TrainConfig:
        """Build from nested plain values, as a checkpoint holds them."""
        values = dict(raw)
        values["preprocess"] = PreprocessSpec(**values.get("preprocess", {}))
        values["mixture"] = Mixture(**values.get("mixture", {}))
        values["exclude_subjects"] = tuple(values.get("exclude_subjects", ()))
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Nested plain values."""
        return dataclasses.asdict(self)

    @staticmethod
    def default_path() -> Path:
        """The configuration of the shipped model."""
        return Path(__file__).parent / "configs" / "shipped.toml"
