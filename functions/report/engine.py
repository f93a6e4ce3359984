"""The language model: CTranslate2 and SentencePiece, verified against the manifest.

Neither torch nor transformers is needed to run it, nor numpy. Any T5 runs that was converted for
CTranslate2 and lies beside a manifest: the small one that is shipped, or flan-t5-base.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from multifidus.errors import ModelUnavailable
from multifidus.report_manifest import ReportManifest
from multifidus.settings import Settings

if TYPE_CHECKING:
    import ctranslate2
    import sentencepiece

END = "</s>"
"""T5's own mark at the end of a prompt."""


class ReportEngine:
    """Writes texts by the model of a folder.

    Its files are verified at once. They are loaded by `load`, or by the first text: on one machine
    a service that is never asked for a report does without the library and the memory.

    Parameters
    ----------
    folder : Path
        Holds `manifest.json` and the files it names.
    threads : int
        Threads of one run. On Lambda the quota, not the number of processors it shows.

    Raises
    ------
    ModelUnavailable
        A file is missing or its hash differs.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self.manifest = ReportManifest.load(folder)
        self.manifest.verify(folder)
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[ctranslate2.Translator, sentencepiece.SentencePieceProcessor] | None = (
            None
        )

    def load(self) -> None:
        """Load the model, where that has not been done.

        Raises
        ------
        ModelUnavailable
            The files are no model that can be run.
        """
        self._parts()

    def write(self, prompts: Sequence[str]) -> list[str]:
        """Write a text for each prompt, all in one run; the same text for the same prompt.

        The likeliest next piece is taken each time (no sampling, no beams), up to the manifest's
        bound: a text cannot take longer than that, whatever is asked.

        Raises
        ------
        ModelUnavailable
            The files are no model that can be run.
        ValueError
            A prompt is longer than the manifest's bound. Cut, it would say something else.
        """
        translator, tokenizer = self._parts()
        sources = [[*tokenizer.encode(prompt, out_type=str), END] for prompt in prompts]
        if any(len(pieces) > self.manifest.max_input_tokens for pieces in sources):
            raise ValueError("A prompt is too long.")
        results = translator.translate_batch(
            sources,
            beam_size=1,
            max_decoding_length=self.manifest.max_output_tokens,
            max_input_length=0,  # no second bound: the manifest's was checked
        )
        return [tokenizer.decode(result.hypotheses[0]) for result in results]

    def _parts(self) -> tuple[ctranslate2.Translator, sentencepiece.SentencePieceProcessor]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> tuple[ctranslate2.Translator, sentencepiece.SentencePieceProcessor]:
        # Imported here: see the class.
        import ctranslate2
        import sentencepiece

        ctranslate2.set_log_level(logging.ERROR)
        tokenizer = sentencepiece.SentencePieceProcessor()
        try:
            tokenizer.load(str(self._folder / self.manifest.tokenizer_file))
            translator = ctranslate2.Translator(
                str(self._folder),
                device="cpu",
                inter_threads=1,
                intra_threads=self._threads,
            )
        except Exception as error:  # both libraries raise plain RuntimeError and OSError
            raise ModelUnavailable("The report model could not be loaded.") from error
        return translator, tokenizer


def open_engine(settings: Settings) -> ReportEngine | None:
    """Open the model that the settings name; None where reports are the rules' alone.

    Raises
    ------
    ModelUnavailable
        A file is missing or its hash differs.
    """
    if settings.report_model_dir is None:
        return None
    return ReportEngine(settings.report_model_dir, threads=settings.threads)
