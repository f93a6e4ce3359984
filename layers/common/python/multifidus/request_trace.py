"""What is known of a request while it passes, for its line and its row of the inference log."""

from __future__ import annotations

from dataclasses import dataclass, field

from multifidus.inference_log import StageTimer


@dataclass(kw_only=True)
class RequestTrace:
    """What is known of a request while it passes; the one mutable value of the service.

    Attributes
    ----------
    request_id : str
        As in the `x-request-id` header of its answer.
    received_at : float
        Seconds since 1970.
    method : str
        HTTP method.
    cold_start : bool
        Whether it is the first request of this process.
    timer : StageTimer
        Runs since the request came in.
    route : str, optional
        Template of the route that took it; None where none did.
    status, code, latency_ms : optional
        Of the answer, once there is one.
    media, rows, columns, trusted : optional
        Of the slice and its result.
    """

    request_id: str
    received_at: float
    method: str
    cold_start: bool
    timer: StageTimer = field(default_factory=StageTimer)
    route: str | None = None
    status: int | None = None
    code: str | None = None
    latency_ms: float | None = None
    media: str | None = None
    rows: int | None = None
    columns: int | None = None
    trusted: bool | None = None
