"""The schema and the page that shows it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.functions.factories import dicom
from tests.functions.segment.asking import segment


def test_the_schema_documents_bodies_parameters_and_errors(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    operation = schema["paths"]["/segment"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "multipart/form-data",
        "application/dicom",
        "image/png",
        "image/jpeg",
        "application/octet-stream",
    }
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"level", "pixel_spacing_mm", "threshold", "include", "style", "format"}
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(form["properties"]) == names | {"file"}
    assert {"200", "400", "413", "415", "422", "429", "500", "503"} == set(operation["responses"])
    measures = {"/segment", "/measure"}
    for path, routes in schema["paths"].items():
        for route in routes.values():
            for status, response in route["responses"].items():
                expected = {"application/json" if status == "200" else "application/problem+json"}
                expected |= {"text/csv"} if status == "200" and path in measures else set()
                assert set(response["content"]) == expected
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_the_schema_is_the_answer(client: TestClient) -> None:
    properties = client.get("/openapi.json").json()["components"]["schemas"]
    answer = segment(client, dicom(), include="overlay,mask,contours")
    assert set(properties["SegmentResponse"]["properties"]) == set(answer)
    assert set(properties["SegmentResponse"]["required"]) == set(answer)


def test_the_documentation_is_served_from_here_alone(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "initialise.js"):
        assert f"docs/{name}" in page.text
        plain = client.get(f"/docs/{name}", headers={"accept-encoding": "identity"})
        compressed = client.get(f"/docs/{name}", headers={"accept-encoding": "gzip"})
        assert plain.status_code == 200
        assert "content-encoding" not in plain.headers
        assert plain.content == compressed.content
    assert (
        "SwaggerUIBundle" in plain.text
        or "SwaggerUIBundle" in client.get("/docs/swagger-ui-bundle.js").text
    )
    assert "'unsafe-inline'" not in page.headers["content-security-policy"].split("style-src")[0]


@pytest.mark.parametrize("name", ["LICENSE", "..%2fapp.py", "%2e%2e/app.py", "index.html", "x"])
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404
