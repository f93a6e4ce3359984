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
MAX_OUTPUT_TOKENS = 64
"""The longest sentence of the small tokenizer has under 40 pieces, of flan-t5-base's under 120."""


@dataclass(kw_only=True)
class Writer:
    """Writes sentences to prompts, the likeliest piece each time.

    Attributes
    ----------
    folder : Path
        A model converted for CTranslate2, with its tokenizer.
    max_output_tokens : int
        Longest sentence, in pieces.
    seconds : list of float
        What each report took so far.
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

    def write(self, reports: Sequence[Sequence[str]]) -> list[list[str]]:
        """Write a sentence to each prompt of each report: a report in one run, on one thread."""
        return [self._one(prompts) for prompts in reports]

    def _one(self, prompts: Sequence[str]) -> list[str]:
        began = time.perf_counter()
        pieces = [[*self._tokenizer.encode(each, out_type=str), END_PIECE] for each in prompts]
        results = self._translator.translate_batch(
            pieces, beam_size=1, max_decoding_length=self.max_output_tokens
        )
        texts: list[str] = [self._tokenizer.decode(result.hypotheses[0]) for result in results]
        self.seconds.append(time.perf_counter() - began)
        return texts
