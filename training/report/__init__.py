"""The report's language model: data, a small T5 of its own, LoRA, export, evaluation."""
