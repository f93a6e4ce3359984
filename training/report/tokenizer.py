"""The tokenizer: SentencePiece, with T5's special pieces, trained on generated text."""

from __future__ import annotations

import io
from pathlib import Path

import sentencepiece

from multifidus.report_grammar import MARK
from multifidus.report_prompt import PROMPT_WORD
from training.report.config import SmallT5
from training.report.errors import BaseModelError

SPACE = "\u2581"
"""SentencePiece's sign for a space."""

PAD, END, UNKNOWN = 0, 1, 2
"""As in every T5."""

FILE = "spiece.model"
"""Its name in a folder, as T5's own is called."""


def train_tokenizer(lines: list[str], shape: SmallT5, path: Path) -> None:
    """Train a tokenizer and write it; every mark and every word of a prompt is one piece.

    Parameters
    ----------
    lines : list of str
        Text like that which the model will read and write.
    shape : SmallT5
        Number of pieces, and how long they may be.
    path : Path
        Where it is written.
    """
    marks = {mark for line in lines for mark in MARK.findall(line)}
    words = {word for line in lines for word in PROMPT_WORD.findall(line)}
    # A piece includes the space before it; after an opening bracket a mark has none.
    whole = sorted({f"{SPACE}{piece}" for piece in marks | words} | marks)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        model_type="bpe",
        vocab_size=shape.vocabulary,
        max_sentencepiece_length=shape.longest_piece,
        split_by_whitespace=False,
        split_by_unicode_script=False,
        character_coverage=1.0,
        user_defined_symbols=whole,
        pad_id=PAD,
        eos_id=END,
        unk_id=UNKNOWN,
        bos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())


def load_tokenizer(folder: Path) -> sentencepiece.SentencePieceProcessor:
    """Read `spiece.model` of a folder.

    Raises
    ------
    BaseModelError
        It is not there.
    """
    path = folder / FILE
    if not path.is_file():
        raise BaseModelError(f"{path} is missing: a T5's folder holds its SentencePiece file.")
    return sentencepiece.SentencePieceProcessor(model_file=str(path))
