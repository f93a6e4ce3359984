"""A converted model, run as the report function runs it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ctranslate2

from training.report.tokenizer import load_tokenizer

END_PIECE = "</s>"
MAX_OUTPUT_TOKENS = 160
"""The longest report of the small tokenizer has under 60 pieces, of flan-t5-base's under 400."""


@dataclass(kw_only=True)
class Writer:
    """Writes answers to prompts, the likeliest piece each time.

    Attributes
    ----------
    folder : Path
        A model converted for CTranslate2, with its tokenizer.
    max_output_tokens : int
        Longest answer, in pieces.
    seconds : list of float
        What each answer took so far.
    """

    folder: Path
    max_output_tokens: int = MAX_OUTPUT_TOKENS
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        ctranslate2.set_log_level(logging.ERROR)
        self._tokenizer = load_tokenizer(self.folder)
        self._translator = ctranslate2.Translator(
            str(self.folder), device="cpu", inter_threads=1, intra_threads=1
        )

    def write(self, prompts: Sequence[str]) -> list[str]:
        """Write an answer to each prompt, one after another on one thread."""
        return [self._one(prompt) for prompt in prompts]

    def _one(self, prompt: str) -> str:
        began = time.perf_counter()
        pieces = [*self._tokenizer.encode(prompt, out_type=str), END_PIECE]
        (result,) = self._translator.translate_batch(
            [pieces], beam_size=1, max_decoding_length=self.max_output_tokens
        )
        text: str = self._tokenizer.decode(result.hypotheses[0])
        self.seconds.append(time.perf_counter() - began)
        return text
