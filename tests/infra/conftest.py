"""The template as CloudFormation gets it, made once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.template import transformed


@pytest.fixture(scope="session")
def deployed() -> dict[str, Any]:
    return transformed()
