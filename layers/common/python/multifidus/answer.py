"""What all answers share, and the answer to what went wrong."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _to_2_places(value: float) -> float:
    return round(value, 2)


def _to_4_places(value: float) -> float:
    return round(value, 4)


# Rounded far below the accuracy of any outline, so that nobody reads meaning into the rest.
Hundredths = Annotated[float, AfterValidator(_to_2_places)]
Share = Annotated[float, AfterValidator(_to_4_places)]


class Answer(BaseModel):
    """Base of all answers: no number is NaN or infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Named(Protocol):
    """A model's manifest."""

    @property
    def name(self) -> str:
        """Of the model."""

    @property
    def version(self) -> str:
        """Of the model."""

    @property
    def sha256(self) -> str:
        """Of its file."""


class ModelInfo(Answer):
    """Which model answered."""

    name: str
    version: str
    sha256: str

    @classmethod
    def of(cls, manifest: Named) -> ModelInfo:
        """Take it from the manifest."""
        return cls(name=manifest.name, version=manifest.version, sha256=manifest.sha256)


class Problem(Answer):
    """An error, by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable name of the error.")
    request_id: str
