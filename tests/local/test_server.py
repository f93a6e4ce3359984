from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.local.running import SAMPLES, LocalServer


def segment(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/segment", files={"file": (name, (SAMPLES / name).read_bytes())})


def test_a_sample_comes_back_measured(client: httpx.Client) -> None:
    answer = segment(client, "moderate.dcm").raise_for_status().json()
    assert answer["filename"] == "moderate.dcm"
    assert (answer["width"], answer["height"]) == (320, 320)
    assert answer["orientation"] == "patient"
    assert answer["quality"]["trusted"] is True
    for side in ("right", "left"):
        assert answer["sides"][side]["area_mm2"] > 100


def test_each_request_is_counted_in_the_stats_and_kept_in_the_data_folder(
    client: httpx.Client, server: LocalServer
) -> None:
    before = client.get("/stats").json()
    assert segment(client, "healthy.png").status_code == 200
    assert client.post("/segment", files={"file": b"no image"}).status_code == 415
    after = client.get("/stats").json()
    assert after["log"] == "sqlite"
    assert after["count"] == before["count"] + 2
    assert after["error_count"] == before["error_count"] + 1
    assert after["stages"]["inference"]["p50_ms"] > 0
    assert (server.data / "inference.sqlite3").stat().st_size > 0


def test_health_and_ready_answer(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/ready").status_code == 200


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/js/main.js", "text/javascript; charset=utf-8"),
        ("/config.json", "application/json"),
        ("/favicon.svg", "image/svg+xml"),
        ("/samples/severe.png", "image/png"),
        ("/samples/severe.dcm", "application/dicom"),
    ],
)
def test_files_of_the_page_have_their_types_and_load_nothing_from_others(
    client: httpx.Client, path: str, media_type: str
) -> None:
    answer = client.get(path).raise_for_status()
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert not any("http" in directive or "*" in directive for directive in policy)


def test_an_unchanged_file_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/style.css")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/style.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/nothing", "/../README.md", "/%2e%2e/README.md", "/samples/"])
def test_what_is_no_file_of_the_page_is_the_apis_to_refuse(server: LocalServer, path: str) -> None:
    # By hand, since clients tidy the path up before they send it.
    place = urlsplit(server.address)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = connection.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 404")
    assert '"code": "not_found"' in answer


def test_only_this_machines_own_programs_reach_it(server: LocalServer) -> None:
    port = urlsplit(server.address).port
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    # All of 127/8 is this machine: a server that listened on every address would answer there too.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_other_origins_get_no_leave_to_call(client: httpx.Client) -> None:
    answer = client.get("/health", headers={"origin": "https://example.org"})
    assert "access-control-allow-origin" not in answer.headers
