"""`make smoke` against the real local server, and against ones that do what they should not."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest

from infra import smoke
from infra.smoke import Service, SmokeError, check
from tests.local.running import running_server


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("smoke") / "data") as server:
        yield server.address


@dataclass(frozen=True, kw_only=True)
class Altered(Service):
    """A real service whose answers are changed on the way."""

    change: Callable[[str, Any], Any]

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        return self.change(path, super().ask(method, path, body))


def test_a_service_that_works_passes(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["smoke", address + "/"])
    assert smoke.main() == 0
    out = capsys.readouterr().out
    assert f"{address} works" in out
    assert "log row found" in out


def test_a_mask_that_differs_is_noticed(address: str) -> None:
    def swap_sides(path: str, answer: Any) -> Any:
        if path == "/segment":
            mask = cv2.imdecode(
                np.frombuffer(base64.b64decode(answer["mask_base64"]), np.uint8),
                cv2.IMREAD_UNCHANGED,
            )
            swapped = cv2.imencode(".png", np.array([0, 2, 1], np.uint8)[mask])[1]
            answer["mask_base64"] = base64.b64encode(swapped.tobytes()).decode()
        return answer

    with pytest.raises(SmokeError, match=r"Dice 0\.000"):
        check(Altered(url=address, change=swap_sides))


def test_a_row_that_is_not_written_is_noticed(address: str) -> None:
    def forget(path: str, answer: Any) -> Any:
        return answer | {"routes": {}, "count": 0} if path == "/stats" else answer

    with pytest.raises(SmokeError, match="not in the log"):
        check(Altered(url=address, change=forget))


def test_a_self_test_that_fails_is_noticed(address: str) -> None:
    with pytest.raises(SmokeError, match="/ready"):
        check(Altered(url=address, change=lambda _path, _answer: {"status": "no"}))


def test_an_error_is_told_with_its_code(address: str) -> None:
    with pytest.raises(SmokeError, match="404"):
        Service(url=address).ask("GET", "/nowhere")


def test_nobody_there_is_told_too() -> None:
    with pytest.raises(SmokeError, match="GET /ready"):
        check(Service(url="http://127.0.0.1:9"))


def test_only_http_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["smoke", "file:///etc/passwd"])
    assert smoke.main() == 2
