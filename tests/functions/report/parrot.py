"""A model for CTranslate2, made here in milliseconds: it says one text, whatever it is asked.

Its decoder looks at nothing but the piece that it wrote last, and each piece of the text has one
that follows it. So a real engine gives an answer that a test has chosen: right for the measurements
that the text belongs to, and to be caught for all others.
"""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sentencepiece
from ctranslate2.specs import transformer_spec

from multifidus.report_grammar import first
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompt
from multifidus.report_rules import marked_report

REPORT_MODEL_VERSION = "0.0.1-parrot"
PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
SPACE = " "
"""SentencePiece hands on what it does not know as it is, so that a space may stand for itself."""

_SURE = 20.0

KNOWN_INPUT = ReportInput(
    level="L4-L5",
    side="right",
    muscle_area_mm2=812.4,
    fat_infiltration_pct=24.5,
    fat_infiltration_ci95=(13.1, 35.5),
    degeneration_grade=1,
    asymmetry_pct=12.0,
)
"""The measurements that the parrot's text belongs to."""


def known_answer() -> str:
    """Return what the model says: the report on `KNOWN_INPUT`, with marks for its facts."""
    return " ".join(str(marked_report(KNOWN_INPUT, first)).split())


def write_report_model(
    folder: Path, *, says: str | None = None, never_ends: bool = False
) -> ReportManifest:
    """Write the model, its tokenizer and its manifest into a folder.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    says : str, optional
        Its text, in place of `known_answer`.
    never_ends : bool
        Whether it repeats its last piece instead of coming to an end.
    """
    pieces = distinct_pieces(says or known_answer())
    tokens = [PAD, END, UNKNOWN, *pieces]
    after = {PAD: pieces[0], **dict(itertools.pairwise(pieces))}
    after[pieces[-1]] = pieces[-1] if never_ends else END
    folder.mkdir(parents=True, exist_ok=True)
    spec = _spec(tokens, after)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    (folder / "spiece.model").write_bytes(_tokenizer())
    manifest = ReportManifest.describing(
        folder,
        name="parrot",
        version=REPORT_MODEL_VERSION,
        max_input_tokens=512,
        max_output_tokens=256,
    )
    manifest.save(folder)
    return manifest


def distinct_pieces(text: str) -> list[str]:
    """Cut a text into words; a word that was there before takes the next one to itself."""
    pieces: list[str] = []
    words = text.split()
    while words:
        piece = SPACE + words.pop(0)
        while piece in pieces and words:
            piece += SPACE + words.pop(0)
        assert piece not in pieces
        pieces.append(piece)
    return pieces


def _spec(tokens: list[str], after: dict[str, str]) -> transformer_spec.TransformerSpec:
    """Build a T5 whose attention and feed-forward layers add nothing."""
    size = len(tokens)
    spec = transformer_spec.TransformerSpec.from_config(
        (1, 1), num_heads=1, pre_norm=True, relative_attention_bias=True, rms_norm=True
    )
    number = {token: index for index, token in enumerate(tokens)}
    for stack in (spec.encoder, spec.decoder):
        embeddings = stack.embeddings
        for each in embeddings if isinstance(embeddings, list) else [embeddings]:
            each.weight = np.eye(size, dtype=np.float32)
        stack.scale_embeddings = False
        stack.layer_norm.gamma = np.ones(size, dtype=np.float32)
        (layer,) = stack.layer
        _silence(layer.self_attention, fused=[3 * size, size], size=size)
        layer.self_attention.relative_attention_bias = np.zeros((32, 1), dtype=np.float32)
        layer.self_attention.relative_attention_max_distance = np.dtype("int32").type(128)
        layer.ffn.layer_norm.gamma = np.ones(size, dtype=np.float32)
        layer.ffn.linear_0.weight = _zeros(size, size)
        layer.ffn.linear_1.weight = _zeros(size, size)
    _silence(spec.decoder.layer[0].attention, fused=[size, 2 * size, size], size=size)
    following = _zeros(size, size)
    for token, next_token in after.items():
        following[number[next_token], number[token]] = _SURE
    spec.decoder.projection.weight = following
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.bos_token = spec.config.decoder_start_token = PAD
    spec.config.eos_token, spec.config.unk_token = END, UNKNOWN
    return spec


def _silence(attention: Any, *, fused: list[int], size: int) -> None:
    attention.queries_scale = 1.0
    attention.layer_norm.gamma = np.ones(size, dtype=np.float32)
    for linear, rows in zip(attention.linear, fused, strict=True):
        linear.weight = _zeros(rows, size)


def _zeros(rows: int, columns: int) -> npt.NDArray[np.float32]:
    return np.zeros((rows, columns), dtype=np.float32)


def _tokenizer() -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([prompt(KNOWN_INPUT)] * 50),
        model_writer=model,
        model_type="bpe",
        vocab_size=64,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()
