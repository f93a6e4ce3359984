"""Good and bad requests, mixed, in one process: no 5xx, flat memory, nothing left, all logged.

`MULTIFIDUS_ENDURANCE=1000` (as `make endurance` sets it) sends that many instead of 200.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from statistics import median
from typing import Any

from infra.gateway_events import HttpRequest, event
from tests.functions.factories import dicom, jpeg, multipart, png, two_muscles
from tests.hostile.attack import Attack
from tests.hostile.corpus import everything
from tests.hostile.dicom_attacks import ATTACKS as DICOM_ATTACKS
from tests.hostile.picture_attacks import ATTACKS as PICTURE_ATTACKS
from tests.hostile.request_attacks import ATTACKS as REQUEST_ATTACKS
from tests.hostile.service import ROOT, Service, running_service

COUNT = int(os.environ.get("MULTIFIDUS_ENDURANCE", "200"))
MAX_GROWTH = 0.02
QUICK_BYTES = 300_000
SAMPLES = ROOT / "site" / "samples"


def good() -> list[tuple[bytes, str]]:
    sent = [(path.read_bytes(), "application/octet-stream") for path in SAMPLES.glob("*.dcm")]
    sent += [(dicom(), "application/dicom"), (jpeg(two_muscles()), "image/jpeg")]
    content_type, form = multipart(png(two_muscles()), fields={"level": "L4-L5"})
    return [*sent, (form, content_type)]


def bad() -> list[Attack]:
    """Attacks whose event is small, so that many fit into a run; the large have a test each."""
    found = []
    for attack in (DICOM_ATTACKS | PICTURE_ATTACKS | REQUEST_ATTACKS).values():
        small = len(attack.query) < 9000 and len(attack.path) < 99 and len(attack.headers) < 9
        if small and attack.status >= 400 and len(attack.make()) < QUICK_BYTES:
            found.append(attack)
    return found


def events(count: int) -> list[dict[str, Any]]:
    """A fixed mixture: a third good, a third attacks, a third files that were damaged."""
    choose = random.Random(4)  # noqa: S311 - not a secret
    goods, bads, files = good(), bad(), [*everything().values()]
    made = []
    for number in range(count):
        match number % 3:
            case 0:
                body, content_type = choose.choice(goods)
                made.append(_event(body, content_type))
            case 1:
                made.append(choose.choice(bads).event())
            case _:
                data = bytearray(choose.choice(files))
                for _ in range(choose.randrange(8)):
                    data[choose.randrange(len(data))] = choose.randrange(256)
                cut = choose.choice((len(data), choose.randrange(len(data))))
                made.append(_event(bytes(data[:cut]), "application/octet-stream"))
    return made


def _event(body: bytes, content_type: str) -> dict[str, Any]:
    headers = {"content-type": content_type}
    return event(
        HttpRequest(method="POST", path="/segment", headers=headers, body=body), form="http_api"
    )


def endure(
    service: Service, sent: list[dict[str, Any]]
) -> tuple[list[tuple[Any, ...]], list[float]]:
    """Send all; what each was answered, and the resident memory after each in MB."""
    answers, memory_mb = [], []
    for each in sent:
        answer = service.process.invoke(each)
        code = json.loads(answer["body"]).get("code")
        http = each["requestContext"]["http"]
        if (http["method"], http["path"]) in {("POST", "/segment"), ("POST", "/measure")}:
            answers.append((answer["headers"]["x-request-id"], answer["statusCode"], code))
        assert answer["statusCode"] < 500, answer["body"]
        memory_mb.append(service.memory_mb("VmRSS"))
    return answers, memory_mb


def test_mixed_requests_in_one_process(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        # Everything once first: what is imported, or set aside by the allocator for the largest of
        # them, is no growth.
        endure(service, [attack.event() for attack in bad()])
        endure(service, events(30))
        before = len(service.logged())
        answers, memory_mb = endure(service, events(COUNT))
        logged = service.logged()[before:]
        left = [path.name for path in service.temporary.iterdir()]
    tenth = len(memory_mb) // 10
    early_mb, late_mb = median(memory_mb[:tenth]), median(memory_mb[-tenth:])
    statuses = [status for _, status, _ in answers]
    print(
        f"{len(answers)} requests, of which {statuses.count(200)} answered 200; resident memory "
        f"{early_mb:.1f} MB over the first tenth, {late_mb:.1f} MB over the last"
    )
    assert logged == answers
    assert left == []
    assert 0.25 < statuses.count(200) / len(statuses) < 0.75
    assert late_mb < early_mb * (1 + MAX_GROWTH)
