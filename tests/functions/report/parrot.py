"""A model for CTranslate2, made here in milliseconds: it answers the prompts of one report.

Each prompt is one piece of its tokenizer, and each sentence one piece of its vocabulary. Attention
hands on which prompt it was; the sentence that belongs to it follows, and then the end. What it
does not know it answers by `NOTHING`. So a real engine gives answers that a test has chosen: right
for the measurements that they belong to, and to be caught for all others.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sentencepiece
from ctranslate2.specs import transformer_spec

from multifidus.report_grammar import first
from multifidus.report_input import ReportInput
from multifidus.report_manifest import ReportManifest
from multifidus.report_prompt import prompts
from multifidus.report_statements import statements

REPORT_MODEL_VERSION = "0.0.1-parrot"
PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
SPACE = " "
"""SentencePiece hands on what it does not know as it is, so that a space may stand for itself."""

NOTHING = "Nothing."
"""Its answer to what it does not know."""

WORD_BEGINS = "\u2581"
"""SentencePiece's sign for a space before a word."""

_UNSURE, _SURE, _SUREST = 5.0, 20.0, 10_000.0

KNOWN_INPUT = ReportInput(
    level="L4-L5",
    side="right",
    muscle_area_mm2=812.4,
    fat_infiltration_pct=24.5,
    fat_infiltration_ci95=(13.1, 35.5),
    degeneration_grade=1,
    asymmetry_pct=12.0,
)
"""The measurements that the parrot's sentences belong to."""

KNOWN_LEFT = dataclasses.replace(KNOWN_INPUT, side="left", muscle_area_mm2=799.0)
"""Others that it knows."""


def known_answers() -> dict[str, str]:
    """Return what the model says to each prompt: first wordings, with marks for facts."""
    return {
        asked: first(statement.template)
        for about in (KNOWN_INPUT, KNOWN_LEFT)
        for asked, statement in zip(prompts(about), statements(about), strict=True)
    }


def write_report_model(folder: Path, *, never_ends: bool = False) -> ReportManifest:
    """Write the model, its tokenizer and its manifest into a folder.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    never_ends : bool
        Whether it repeats its sentence instead of coming to an end.
    """
    answers = {_piece(asked): SPACE + said for asked, said in known_answers().items()}
    says = list(dict.fromkeys([SPACE + NOTHING, *answers.values()]))
    tokens = [PAD, END, UNKNOWN, *answers, *says]
    folder.mkdir(parents=True, exist_ok=True)
    spec = _spec(tokens, answers, says, ends=not never_ends)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    (folder / "spiece.model").write_bytes(_tokenizer(list(answers)))
    manifest = ReportManifest.describing(
        folder,
        name="parrot",
        version=REPORT_MODEL_VERSION,
        max_input_tokens=512,
        max_output_tokens=256,
    )
    manifest.save(folder)
    return manifest


def _piece(text: str) -> str:
    return WORD_BEGINS + text.replace(" ", WORD_BEGINS)


def _spec(
    tokens: list[str], answers: Mapping[str, str], says: list[str], *, ends: bool
) -> transformer_spec.TransformerSpec:
    """Build a T5 whose layers add nothing, but for what the decoder reads of the prompt.

    A token is one dimension; the sentence that is due has another, `size` further.
    """
    size = len(tokens)
    width = 2 * size
    spec = transformer_spec.TransformerSpec.from_config(
        (1, 1), num_heads=1, pre_norm=True, relative_attention_bias=True, rms_norm=True
    )
    number = {token: index for index, token in enumerate(tokens)}
    for stack in (spec.encoder, spec.decoder):
        embeddings = stack.embeddings
        for each in embeddings if isinstance(embeddings, list) else [embeddings]:
            each.weight = np.eye(size, width, dtype=np.float32)
        stack.scale_embeddings = False
        stack.layer_norm.gamma = np.ones(width, dtype=np.float32)
        (layer,) = stack.layer
        _silence(layer.self_attention, fused=[3 * width, width], size=width)
        layer.self_attention.relative_attention_bias = np.zeros((32, 1), dtype=np.float32)
        layer.self_attention.relative_attention_max_distance = np.dtype("int32").type(128)
        layer.ffn.layer_norm.gamma = np.ones(width, dtype=np.float32)
        layer.ffn.linear_0.weight = _zeros(width, width)
        layer.ffn.linear_1.weight = _zeros(width, width)
    across = spec.decoder.layer[0].attention
    _silence(across, fused=[width, 2 * width, width], size=width)
    values = across.linear[1].weight
    for asked, said in answers.items():
        values[width + size + number[said], number[asked]] = 1.0
    across.linear[2].weight = np.eye(width, dtype=np.float32)
    following = _zeros(size, width)
    following[number[SPACE + NOTHING], number[PAD]] = _UNSURE
    for said in says:
        following[number[said], size + number[said]] = _SURE
        if ends:
            following[number[END], number[said]] = _SUREST
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


def _tokenizer(whole: list[str]) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(list(known_answers()) * 5),
        model_writer=model,
        model_type="bpe",
        vocab_size=64 + len(whole),
        user_defined_symbols=whole,
        split_by_whitespace=False,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()
