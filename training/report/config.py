"""Everything that defines a run, from a TOML file into frozen dataclasses."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SmallT5:
    """Shape of the T5 that is made here when no other base is named.

    Attributes
    ----------
    d_model, d_kv, d_ff, heads : int
        Width of the model, of a head and of the feed-forward layers; heads.
    encoder_layers, decoder_layers : int
        The encoder reads a short plan once, the decoder runs for each token it writes: the weights
        are put where they cost least.
    vocabulary : int
        Pieces of the tokenizer.
    longest_piece : int
        Characters. Pieces may run over spaces, so that common phrases are few tokens.
    """

    d_model: int = 384
    d_kv: int = 48
    d_ff: int = 1024
    heads: int = 8
    encoder_layers: int = 4
    decoder_layers: int = 2
    vocabulary: int = 2500
    longest_piece: int = 48


@dataclass(frozen=True, kw_only=True)
class Lora:
    """The adapter.

    Attributes
    ----------
    rank, alpha, dropout : int, int, float
        The adapter's product is scaled by `alpha / rank`.
    targets : tuple of str
        Projections that get one.
    """

    rank: int = 8
    alpha: int = 32
    dropout: float = 0.1
    targets: tuple[str, ...] = ("q", "v")


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One loop of training: of the base, or of the adapter.

    Attributes
    ----------
    steps, batch_size : int
        Optimiser steps and examples per step.
    learning_rate, warmup_steps : float, int
        AdamW with linear warm-up and cosine decay to 5 % of the rate.
    gradient_clip : float
        Largest norm of the gradient.
    log_every, checkpoint_every : int
        Steps between lines of the log, and between checkpoints.
    """

    steps: int
    batch_size: int
    learning_rate: float
    warmup_steps: int = 50
    gradient_clip: float = 1.0
    log_every: int = 20
    checkpoint_every: int = 50


@dataclass(frozen=True, kw_only=True)
class ReportConfig:
    """One run.

    Attributes
    ----------
    base : str
        A folder with a T5 in transformers' format, or its name on a hub, such as
        `google/flan-t5-base`. Empty: the small T5, trained here.
    small : SmallT5
        Its shape.
    lora : Lora
        The adapter.
    pretraining, fine_tuning : Phase
        Of the small T5 (not done for another base), and of the adapter.
    gold_share : float
        Share of the adapter's examples that are handwritten.
    precision : str
        `auto`, `float32` or `bfloat16`. `auto` is bfloat16 where the processor computes in it.
    seed : int
        Of weights and examples.
    """

    base: str = ""
    small: SmallT5 = field(default_factory=SmallT5)
    lora: Lora = field(default_factory=Lora)
    pretraining: Phase
    fine_tuning: Phase
    gold_share: float = 0.1
    precision: str = "auto"
    seed: int = 1

    @classmethod
    def load(cls, path: Path) -> ReportConfig:
        """Read a TOML file.

        Raises
        ------
        TypeError
            It names a key that does not exist.
        """
        return cls.from_dict(tomllib.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> ReportConfig:
        """Build from nested plain values."""
        values = dict(raw)
        lora = dict(values.get("lora", {}))
        if "targets" in lora:
            lora["targets"] = tuple(lora["targets"])
        values["lora"] = Lora(**lora)
        values["small"] = SmallT5(**values.get("small", {}))
        values["pretraining"] = Phase(**values["pretraining"])
        values["fine_tuning"] = Phase(**values["fine_tuning"])
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Nested plain values."""
        return dataclasses.asdict(self)

    @staticmethod
    def default_path() -> Path:
        """The configuration of the shipped model."""
        return Path(__file__).parent / "configs" / "shipped.toml"
