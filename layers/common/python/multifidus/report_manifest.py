"""The manifest of the report's language model: which files it is made of, and its bounds.

Training writes it beside a model that was converted for CTranslate2, serving reads and verifies it.
It says the same of the small model that is shipped as of a converted flan-t5-base.

Standard library alone.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from multifidus.errors import ModelUnavailable
from multifidus.manifest import file_sha256

MANIFEST_FILE = "manifest.json"
MAX_TOKENS = 1024
"""Neither prompt nor text may be longer, whatever a manifest says: time grows with both."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class ReportManifest:
    """What the files beside `manifest.json` are.

    Attributes
    ----------
    name, version : str
        Name and version of the model, as they stand in every report.
    files : mapping of str to str
        SHA-256 of every file that is loaded, by its name.
    weights_file, tokenizer_file : str
        Two of them: CTranslate2's weights, and SentencePiece's model.
    max_input_tokens, max_output_tokens : int
        Longest prompt and longest text, in pieces.
    metrics, provenance : dict
        Figures and run details for the model card.
    training_data : list of dict
        Sources with licences.
    """

    name: str
    version: str
    files: Mapping[str, str]
    max_input_tokens: int
    max_output_tokens: int
    weights_file: str = "model.bin"
    tokenizer_file: str = "spiece.model"
    metrics: dict[str, Any] = field(default_factory=dict)
    training_data: list[dict[str, Any]] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what the service relies on.

        Raises
        ------
        ModelUnavailable
            A file is not in the list, a name leads out of the folder, or a bound is none.
        """
        named = {self.weights_file, self.tokenizer_file} <= set(self.files)
        plain = all(
            isinstance(digest, str) and _FILE_NAME.fullmatch(name) and _SHA256.fullmatch(digest)
            for name, digest in self.files.items()
        )
        bounds = (self.max_input_tokens, self.max_output_tokens)
        bounded = all(isinstance(n, int) and 0 < n <= MAX_TOKENS for n in bounds)
        if not (named and plain and bounded):
            raise ModelUnavailable("The report model's manifest holds what it cannot.")

    @property
    def sha256(self) -> str:
        """Hash of the weights: names the model in each report."""
        return self.files[self.weights_file]

    @classmethod
    def describing(cls, folder: Path, **fields: Any) -> ReportManifest:
        """Describe the files of a folder as they are now.

        Parameters
        ----------
        folder : Path
            Holds the files; those that no loading needs (a card, this manifest) are left out.
        **fields
            All other fields.
        """
        found = (path for path in folder.iterdir() if path.is_file())
        loaded = sorted(path for path in found if path.suffix in (".bin", ".json", ".model"))
        files = {path.name: file_sha256(path) for path in loaded if path.name != MANIFEST_FILE}
        return cls(files=files, **fields)

    @classmethod
    def load(cls, folder: Path) -> ReportManifest:
        """Read the manifest of a folder.

        Raises
        ------
        ModelUnavailable
            The file is missing, is no JSON, or does not have the manifest's fields.
        """
        try:
            return cls(**json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelUnavailable(
                "The report model's manifest is missing or not readable."
            ) from error

    def save(self, folder: Path) -> None:
        """Write the manifest into a folder."""
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")

    def verify(self, folder: Path) -> None:
        """Compare every file with its hash.

        Raises
        ------
        ModelUnavailable
            A file is missing or differs.
        """
        for name, expected in self.files.items():
            try:
                digest = file_sha256(folder / name)
            except OSError as error:
                raise ModelUnavailable(f"The report model's file {name} is missing.") from error
            if digest != expected:
                raise ModelUnavailable(
                    f"The report model's file {name} does not match its manifest."
                )
