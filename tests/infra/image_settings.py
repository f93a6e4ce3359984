"""What the segment function's image sets for glibc, to run the function alike outside of it."""

from __future__ import annotations

import re
from pathlib import Path

DOCKERFILE = Path(__file__).resolve().parents[2] / "functions" / "segment" / "Dockerfile"


def malloc_settings() -> dict[str, str]:
    """Environment variables of glibc's allocator in the Dockerfile."""
    found = dict(re.findall(r"\b(MALLOC_[A-Z_]+)=(\d+)", DOCKERFILE.read_text(encoding="utf-8")))
    assert found, "The Dockerfile sets nothing for the allocator."
    return found
