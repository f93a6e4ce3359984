"""schemathesis: an operation of a schema with data that fit it, or data that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from tests.hostile.gateway_app import GatewayApp

EXAMPLES = 20
CONFIG = {"phases": {"stateful": {"enabled": False}}}


def schema_of(gateway: GatewayApp) -> BaseSchema:
    """Read the schema that a function serves."""
    config = SchemathesisConfig.from_dict(CONFIG)
    return schemathesis.openapi.from_asgi("/openapi.json", gateway, config=config)


def assert_as_described(
    api: BaseSchema,
    method: str,
    path: str,
    mode: GenerationMode,
    *,
    excluded: Iterable[Any] = (),
    examples: int = EXAMPLES,
    suits: Callable[[schemathesis.Case], bool] = lambda _: True,
) -> None:
    """Send requests to an operation and hold its answers against the schema.

    Not by schemathesis's own marker: it does not work with this version of pytest.

    Parameters
    ----------
    excluded : iterable
        Checks of schemathesis that cannot hold there.
    examples : int
        Requests.
    suits : callable
        Whether a request is sent: says what the schema cannot.
    """
    cases = api[path][method].as_strategy(generation_mode=mode).filter(suits)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=list(excluded))

    run()
