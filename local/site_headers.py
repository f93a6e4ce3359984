"""With which headers the page's files are served, on one machine and by CloudFront alike.

The template repeats the policy, and a test compares the two; `make deploy-site` takes the types
from here.
"""

from __future__ import annotations

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # decoders of compressed DICOM
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",  # overlays are blobs of the answer
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load: its own files, and nothing from anyone else."""

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # Asked for again each time and answered 304 while unchanged: an update shows at once.
    "cache-control": "no-cache",
}

# Not left to the machine's own table of types, where they may be missing or differ.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".dcm": "application/dicom",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    "": "text/plain; charset=utf-8",  # notices of licences
}
