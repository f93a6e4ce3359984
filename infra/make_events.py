"""Makes `infra/events/` from the sample slices: `make events`.

The files are for `sam local invoke -e` and `make invoke`. They hold generated slices, no patient's.
"""

from __future__ import annotations

import json
from pathlib import Path

from infra.gateway_events import Form, HttpRequest, event, upload

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "site" / "samples"
EVENTS = ROOT / "infra" / "events"

REQUEST_ID = "00000000-0000-4000-8000-000000000000"
"""Fixed, so that making the files again changes nothing."""


def smallest(pattern: str) -> Path:
    """Path of the smallest sample slice whose name matches; masks are no slices."""
    slices = [path for path in SAMPLES.glob(pattern) if not path.stem.endswith("_mask")]
    return min(slices, key=lambda path: (path.stat().st_size, path.name))


def requests() -> dict[str, tuple[HttpRequest, Form]]:
    """Return the requests to make events of, by file name."""
    dicom, png = smallest("*.dcm"), smallest("*.png")
    dicom_upload = upload(
        "/segment",
        dicom.read_bytes(),
        filename=dicom.name,
        media_type="application/dicom",
        fields={"level": "L4-L5"},
    )
    png_upload = upload(
        "/segment", png.read_bytes(), filename=png.name, media_type="image/png", fields={}
    )
    corrected = upload(
        "/measure",
        png.read_bytes(),
        filename=png.name,
        media_type="image/png",
        fields={"pixel_spacing_mm": "0.75,0.75"},
        mask=png.with_name(f"{png.stem}_mask.png").read_bytes(),
    )
    raw_png = HttpRequest(
        method="POST",
        path="/segment",
        query="pixel_spacing_mm=0.7,0.7",
        headers={"content-type": "image/png"},
        body=png.read_bytes(),
    )
    no_image = HttpRequest(
        method="POST",
        path="/segment",
        headers={"content-type": "application/dicom"},
        body=b"These are no bytes of an image.",
    )
    return {
        "segment_dicom_v2": (dicom_upload, "http_api"),
        "segment_png_v2": (raw_png, "http_api"),
        "segment_png_v1": (png_upload, "rest_api"),
        "segment_png_url": (png_upload, "function_url"),
        "measure_png_v2": (corrected, "http_api"),
        "segment_no_image_v2": (no_image, "http_api"),
        "health_v2": (HttpRequest(method="GET", path="/health"), "http_api"),
        "ready_v2": (HttpRequest(method="GET", path="/ready"), "http_api"),
        "stats_v2": (HttpRequest(method="GET", path="/stats"), "http_api"),
    }


def main() -> None:
    """Write the files."""
    EVENTS.mkdir(exist_ok=True)
    for name, (request, form) in requests().items():
        text = json.dumps(event(request, form=form, request_id=REQUEST_ID), indent=1)
        (EVENTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
