"""The inference log in a DynamoDB table, for functions that run side by side.

Keys: `pk` is the UTC month (`2026-03`), `sk` the time in microseconds and the request id. The
newest rows lie in one partition, so `/stats` is one query, or one for each month that it has to go
back. The price is that one partition takes all writes: 1,000 a second, some hundred concurrent
functions' worth. Beyond that rows are lost and counted; requests are not. A day as key would make
`/stats` walk day by day over quiet weeks, and random shards would multiply its queries, both for a
rate that is not in sight.

Expired rows are removed by the table's time to live on `expires_at`, which can be days late;
`recent` leaves them out by their key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from multifidus.errors import LogUnavailable
from multifidus.inference_log import (
    MAX_RECENT,
    SECONDS_PER_DAY,
    SEGMENT_ROUTE,
    InferenceRecord,
    LogKind,
)

TIMEOUT_S = 1.0
"""For connecting and for each answer; a request waits for its log row."""

ATTEMPTS = 2

_ALREADY_THERE = "ConditionalCheckFailedException"

_Item = dict[str, dict[str, Any]]


class DynamoDbClient(Protocol):
    """What is used of botocore's client."""

    def put_item(self, **request: Any) -> Mapping[str, Any]:
        """Write one item."""

    def query(self, **request: Any) -> Mapping[str, Any]:
        """Read items of one partition."""


def connect(*, endpoint_url: str | None = None) -> DynamoDbClient:
    """Make a client with short time-outs; region and keys come from where botocore finds them.

    Parameters
    ----------
    endpoint_url : str, optional
        In place of the one that botocore would take.
    """
    # botocore alone: boto3's resources and its typed conversions are not needed for flat rows.
    client = get_session().create_client(
        "dynamodb",
        endpoint_url=endpoint_url,
        config=Config(
            connect_timeout=TIMEOUT_S,
            read_timeout=TIMEOUT_S,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        ),
    )
    return cast(DynamoDbClient, client)  # its methods are made at run time


class DynamoDbLog:
    """`multifidus.inference_log.InferenceLog` in a table.

    Parameters
    ----------
    table_name : str
        A table with the string keys `pk` and `sk`, and time to live on `expires_at`.
    client : DynamoDbClient
        From `connect`.
    ttl_days : int
        Days after which a row expires.
    clock : callable
        Seconds since 1970.
    """

    kind: LogKind = "dynamodb"

    def __init__(
        self,
        table_name: str,
        *,
        client: DynamoDbClient,
        ttl_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table_name = table_name
        self._client = client
        self._ttl_s = ttl_days * SECONDS_PER_DAY
        self._clock = clock

    def write(self, record: InferenceRecord) -> None:
        """Store a record; see `InferenceLog.write`."""
        try:
            with _translated_errors():
                self._client.put_item(
                    TableName=self._table_name,
                    Item=_to_item(record, expires_at=record.created_at + self._ttl_s),
                    # A retry after a lost answer must not count as a second request.
                    ConditionExpression="attribute_not_exists(pk)",
                )
        except LogUnavailable as error:
            if error.reason != _ALREADY_THERE:
                raise

    def recent(self, limit: int) -> list[InferenceRecord]:
        """Return the newest records; see `InferenceLog.recent`."""
        now, limit = self._clock(), min(limit, MAX_RECENT)
        oldest = now - self._ttl_s
        records: list[InferenceRecord] = []
        with _translated_errors():
            for month in _months_back(now, until=oldest):
                items = self._items(month, since=oldest, limit=limit - len(records))
                records.extend(_from_item(item) for item in items)
                if len(records) >= limit:
                    break
        return records

    def _items(self, month: str, *, since: float, limit: int) -> Iterator[_Item]:
        request: dict[str, Any] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "pk = :month AND sk >= :since",
            "ExpressionAttributeValues": {
                ":month": {"S": month},
                ":since": {"S": _time_key(since)},
            },
            "ScanIndexForward": False,
            "ConsistentRead": True,  # a caller finds the request that was answered just before
        }
        while limit > 0:
            page = self._client.query(**request, Limit=limit)
            yield from page["Items"]
            limit -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        reason = error.response.get("Error", {}).get("Code", "ClientError")
        raise LogUnavailable(reason=reason) from error
    except BotoCoreError as error:
        raise LogUnavailable(reason=type(error).__name__) from error


def _month(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m")


def _months_back(seconds: float, *, until: float) -> Iterator[str]:
    last = _month(until)
    while (month := _month(seconds)) >= last:
        yield month
        year, number = map(int, month.split("-"))
        seconds = datetime(year, number, 1, tzinfo=UTC).timestamp() - 1.0


def _time_key(seconds: float) -> str:
    return f"{round(seconds * 1e6):017d}"  # 17 digits: sorts as text until the year 5138


def _to_item(record: InferenceRecord, *, expires_at: float) -> _Item:
    item: _Item = {
        "pk": {"S": _month(record.created_at)},
        "sk": {"S": f"{_time_key(record.created_at)}#{record.request_id}"},
        "expires_at": {"N": str(int(expires_at))},
        "request_id": {"S": record.request_id},
        "route": {"S": record.route},
        "created_at": {"N": repr(record.created_at)},
        "status": {"N": str(record.status)},
        "latency_ms": {"N": repr(record.latency_ms)},
        "cold_start": {"BOOL": record.cold_start},
        "timings_ms": {"M": {name: {"N": repr(ms)} for name, ms in record.timings_ms.items()}},
    }
    for name in ("code", "media", "model_version"):
        if (text := getattr(record, name)) is not None:
            item[name] = {"S": text}
    for name in ("rows", "columns"):
        if (number := getattr(record, name)) is not None:
            item[name] = {"N": str(number)}
    if record.trusted is not None:
        item["trusted"] = {"BOOL": record.trusted}
    return item


def _from_item(item: _Item) -> InferenceRecord:
    def text(name: str) -> str | None:
        return item[name]["S"] if name in item else None

    def number(name: str) -> int | None:
        return int(item[name]["N"]) if name in item else None

    timings = item["timings_ms"]["M"]
    return InferenceRecord(
        request_id=item["request_id"]["S"],
        route=text("route") or SEGMENT_ROUTE,
        created_at=float(item["created_at"]["N"]),
        status=int(item["status"]["N"]),
        latency_ms=float(item["latency_ms"]["N"]),
        cold_start=item["cold_start"]["BOOL"],
        code=text("code"),
        media=text("media"),
        rows=number("rows"),
        columns=number("columns"),
        model_version=text("model_version"),
        timings_ms={name: float(value["N"]) for name, value in timings.items()},
        trusted=item["trusted"]["BOOL"] if "trusted" in item else None,
    )
