"""Metrics in CloudWatch's embedded format: JSON lines from which it takes numbers by itself.

One line for each request, and one for each thing that is counted beside the requests. Names and
dimensions are fixed here; alarms, dashboard and `docs/operations.md` rest on them.

========================  ============  ========================  ==================================
metric                    unit          dimensions                meaning
========================  ============  ========================  ==================================
Requests                  Count         Function, Route           requests that were answered
Latency                   Milliseconds  Function, Route           arrival to answer, of successes
DecodeLatency, ...        Milliseconds  Function, Route           the same of each stage
Untrusted                 Count         Function, Route           0, or 1 where a flag breaks trust
ColdStarts                Count         Function, Route           first requests of a process
Errors                    Count         Function; Function, Code  answers of 400 and above
LogWriteFailed            Count         Function                  rows of the inference log lost
TextsCaught               Count         Function                  model texts that rules replaced
========================  ============  ========================  ==================================

`Function` is the name of the Lambda function, so that two stacks in one account keep apart. Nothing
else of a request is a dimension: each value of one is a metric of its own, and is paid for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

from multifidus.log_lines import write_line
from multifidus.request_trace import RequestTrace

NAMESPACE = "Multifidus"

Unit = Literal["Count", "Milliseconds"]
Counted = Literal["LogWriteFailed", "TextsCaught"]
"""What is counted beside the requests."""

_BY_FUNCTION = (("Function",),)
_BY_ROUTE = (("Function", "Route"),)
_BY_CODE = (("Function",), ("Function", "Code"))


class Metrics:
    """Writes the metrics of one function.

    Parameters
    ----------
    function : str, optional
        Name of the Lambda function; None off Lambda, where nothing reads the format and nothing is
        written.
    """

    def __init__(self, *, function: str | None) -> None:
        self._function = function

    def request(self, trace: RequestTrace) -> None:
        """Report a request whose answer is about to be sent."""
        counts = {"Requests": 1}
        if trace.cold_start:
            counts["ColdStarts"] = 1
        if trace.trusted is not None:
            counts["Untrusted"] = int(not trace.trusted)
        durations_ms: dict[str, float] = {}
        if trace.code is None:
            # Refused requests are quick, and would flatter the percentiles.
            if trace.latency_ms is not None:
                durations_ms["Latency"] = trace.latency_ms
            durations_ms |= {stage_metric(name): ms for name, ms in trace.timer.timings_ms.items()}
        units: dict[str, Unit] = {
            **dict.fromkeys(counts, "Count"),
            **dict.fromkeys(durations_ms, "Milliseconds"),
        }
        directives = [_directive(_BY_ROUTE, units)]
        values: dict[str, Any] = {"Route": trace.route or "none", **counts, **durations_ms}
        if trace.code is not None:
            directives.append(_directive(_BY_CODE, {"Errors": "Count"}))
            values |= {"Code": trace.code, "Errors": 1}
        self._write(directives, {"request_id": trace.request_id, **values})

    def count(self, name: Counted, *, request_id: str | None = None, by: int = 1) -> None:
        """Count something that happened.

        Parameters
        ----------
        name : str
            What.
        request_id : str, optional
            Of the request during which it happened.
        by : int
            How many times.
        """
        fields = {} if request_id is None else {"request_id": request_id}
        self._write([_directive(_BY_FUNCTION, {name: "Count"})], {**fields, name: by})

    def _write(self, directives: list[dict[str, Any]], values: Mapping[str, Any]) -> None:
        if self._function is None:
            return
        header = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives}
        write_line({"event": "metrics", "Function": self._function, **values, "_aws": header})


def stage_metric(stage: str) -> str:
    """Name the metric of a stage's duration: `decode` has `DecodeLatency`."""
    return "".join(part.capitalize() for part in stage.split("_")) + "Latency"


def _directive(
    dimensions: tuple[tuple[str, ...], ...], units: Mapping[str, Unit]
) -> dict[str, Any]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": dimensions,
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
    }
