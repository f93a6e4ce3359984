"""From transformers' format to CTranslate2's, in eight bits."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import sentencepiece

from training.report.tokenizer import FILE, load_tokenizer
from training.torchvision_on_cpu import let_torchvision_import_on_cpu

let_torchvision_import_on_cpu()

from ctranslate2.converters import TransformersConverter  # noqa: E402 - needs the line above


class _Pieces:
    """What the converter asks of a tokenizer, answered by SentencePiece alone.

    transformers' own would read the same file through another library, and write four more.
    """

    pad_token, eos_token, unk_token = "<pad>", "</s>", "<unk>"

    def __init__(self, tokenizer: sentencepiece.SentencePieceProcessor) -> None:
        self._tokenizer = tokenizer

    def get_vocab(self) -> dict[str, int]:
        size = self._tokenizer.get_piece_size()
        return {self._tokenizer.id_to_piece(number): number for number in range(size)}

    def convert_ids_to_tokens(self, number: int) -> str:
        piece: str = self._tokenizer.id_to_piece(number)
        return piece


class _Converter(TransformersConverter):  # type: ignore[misc]
    def load_tokenizer(self, tokenizer_class: Any, folder: str, **_: Any) -> _Pieces:  # noqa: ARG002
        return _Pieces(load_tokenizer(Path(folder)))


def convert(source: Path, out: Path) -> None:
    """Convert a T5.

    Parameters
    ----------
    source : Path
        Its folder in transformers' format, with `spiece.model`.
    out : Path
        Gets `model.bin` (INT8), `config.json`, `shared_vocabulary.json` and `spiece.model`.
    """
    _Converter(str(source)).convert(str(out), quantization="int8", force=True)
    shutil.copy(source / FILE, out / FILE)
