"""`Choice`: one thing about training that can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A row of the ablation table.

    Attributes
    ----------
    name : str
        What it is called on the command line and in file names.
    title : str
        What the run goes without, as the table says it.
    patches : tuple of (object, str, object)
        Attributes of modules, and their values while the run lasts. The data engine draws in
        processes that are forked from this one and so sees them too.
    settings : dict
        Values of the run's configuration; `rendered` and `negatives` are the mixture's.
    averaged : bool
        Whether the average of the weights is scored, or the last ones.
    """

    name: str
    title: str
    patches: tuple[tuple[object, str, object], ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    averaged: bool = True

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the patches in place."""
        with ExitStack() as stack:
            for owner, attribute, value in self.patches:
                stack.enter_context(patch.object(owner, attribute, value))
            yield
