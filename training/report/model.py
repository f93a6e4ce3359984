"""The base model, its adapter, and the precision that a machine can train them in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from training.report.config import Lora, ReportConfig, SmallT5
from training.report.errors import BaseModelError
from training.report.tokenizer import END, PAD
from training.torchvision_on_cpu import let_torchvision_import_on_cpu

let_torchvision_import_on_cpu()

from peft import LoraConfig, PeftModel, TaskType, get_peft_model  # noqa: E402 - needs the line above
from transformers import T5Config, T5ForConditionalGeneration  # noqa: E402

_FLAN_T5_BASE = T5Config(
    vocab_size=32128,
    d_model=768,
    d_kv=64,
    d_ff=2048,
    num_layers=12,
    num_decoder_layers=12,
    num_heads=12,
    feed_forward_proj="gated-gelu",
    tie_word_embeddings=False,
)


def flan_t5_base_without_weights() -> Any:
    """Make what `google/flan-t5-base` is by its config.json, for reckoning without fetching it.

    Its output layer has weights of its own. transformers 5 ties them until it finds others in a
    file that it reads, so they are untied here.
    """
    with torch.device("meta"):
        model = T5ForConditionalGeneration(_FLAN_T5_BASE)
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.lm_head.weight))
    return model


def build_small(shape: SmallT5, pieces: int) -> Any:
    """Make a T5 of random weights.

    Parameters
    ----------
    shape : SmallT5
        Widths and layers.
    pieces : int
        Size of the tokenizer.
    """
    return T5ForConditionalGeneration(
        T5Config(
            vocab_size=pieces,
            d_model=shape.d_model,
            d_kv=shape.d_kv,
            d_ff=shape.d_ff,
            num_layers=shape.encoder_layers,
            num_decoder_layers=shape.decoder_layers,
            num_heads=shape.heads,
            dropout_rate=0.0,  # the generator does not run out of examples
            feed_forward_proj="relu",
            pad_token_id=PAD,
            eos_token_id=END,
            decoder_start_token_id=PAD,
        )
    )


def load_base(folder: Path) -> Any:
    """Read a T5 in transformers' format, in float32.

    Raises
    ------
    BaseModelError
        The folder holds none.
    """
    try:
        return T5ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    except (OSError, ValueError) as error:
        raise BaseModelError(f"{folder} holds no T5 that can be read ({error}).") from error


def base_folder(config: ReportConfig) -> Path:
    """Return the folder of a base that the configuration names, fetched from a hub if need be.

    Raises
    ------
    BaseModelError
        It is no folder here, and no hub gave it.
    """
    folder = Path(config.base)
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    wanted = ["config.json", "generation_config.json", "*.safetensors", "spiece.model"]
    try:
        return Path(snapshot_download(config.base, allow_patterns=wanted))
    except (OSError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError) as error:
        raise BaseModelError(
            f"{config.base!r} is no folder here, and no hub gave it ({type(error).__name__})."
        ) from error


def with_adapter(model: Any, lora: Lora) -> Any:
    """Put a LoRA adapter on a T5; all but the adapter is frozen."""
    config = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
    )
    with _without_peft_deprecations():
        return get_peft_model(model, config)


def merged(base: Any, adapter: Path) -> Any:
    """Return a T5 with an adapter, as it was saved, added to its weights."""
    with _without_peft_deprecations():
        return PeftModel.from_pretrained(base, adapter).merge_and_unload()


@contextmanager
def _without_peft_deprecations() -> Iterator[None]:
    # PEFT 0.21 still asks transformers 5 by the old name of one property.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        yield


def parameter_counts(model: Any) -> tuple[int, int]:
    """Return trainable parameters and all parameters."""
    trainable = sum(item.numel() for item in model.parameters() if item.requires_grad)
    return trainable, sum(item.numel() for item in model.parameters())


def adapter_is_zero(model: Any) -> bool:
    """Whether every B matrix is zero, as each is before the first step."""
    found = [weights for name, weights in model.named_parameters() if "lora_B" in name]
    return bool(found) and not any(bool(weights.detach().any()) for weights in found)


def choose_precision(wanted: str, device: torch.device) -> torch.dtype:
    """Choose what to compute in: never float16, and bfloat16 only where the processor has it.

    Where it imitates bfloat16 a step takes several times as long as in float32.
    """
    if wanted == "float32":
        return torch.float32
    if wanted == "bfloat16":
        return torch.bfloat16
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    cpu = torch.backends.cpu.get_cpu_capability()
    has_unit = "AVX512" in cpu and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if has_unit else torch.float32
