"""Puts the page into its bucket and has CloudFront forget the old one: `make deploy-site`.

Files go up before `index.html`, and what the page no longer has is removed last, so that a visitor
meanwhile gets an old page or a new one, and no half of either. `--empty` removes every version of
every file, which `make destroy` asks for.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.site_headers import MEDIA_TYPES

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "site"
NOT_PUBLISHED = frozenset({"css", "node_modules"})
"""Folders below `site/` from which the page is built, and which it does not load."""

ENTRY = "index.html"
REVALIDATE = "no-cache"
"""Code: asked for again each time and answered 304 while unchanged, as by the local server."""

KEEP_A_DAY = "public, max-age=86400"
"""Pictures and samples, which change rarely, and alone."""

KEPT = frozenset({".dcm", ".png", ".jpg", ".svg", ".ico"})


class SiteError(RuntimeError):
    """The stack has no page, or a file has no type."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a stack's page lies.

    Attributes
    ----------
    bucket : str
        Name of the bucket.
    distribution_id : str
        Of CloudFront.
    url : str
        Address of the page.
    """

    bucket: str
    distribution_id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Published:
    """What an upload did, in numbers of files."""

    sent: int
    unchanged: int
    removed: int


def find_site(cloudformation: Any, stack: str) -> Site:
    """Read a stack's outputs.

    Raises
    ------
    SiteError
        They do not name a page.
    """
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", ())}
    try:
        return Site(
            bucket=outputs["SiteBucketName"],
            distribution_id=outputs["DistributionId"],
            url=outputs["Url"],
        )
    except KeyError as missing:
        raise SiteError(f"The stack {stack} has no output {missing}.") from None


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of the page, the entry page last."""
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not NOT_PUBLISHED & set(path.relative_to(folder).parts)
    ]
    yield from (path for path in found if path != folder / ENTRY)
    yield folder / ENTRY


def headers_of(path: Path) -> dict[str, str]:
    """Return content type and cache control as the parameters of an upload.

    Raises
    ------
    SiteError
        The page's own server knows no type for such a file.
    """
    suffix = path.suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise SiteError(f"{path.name}: no media type; add it to local/site_headers.py.")
    return {
        "ContentType": MEDIA_TYPES[suffix],
        "CacheControl": KEEP_A_DAY if suffix in KEPT else REVALIDATE,
    }


def publish(s3: Any, bucket: str, folder: Path) -> Published:
    """Make the bucket hold the folder's files and no others.

    Parameters
    ----------
    s3
        boto3's client.
    bucket : str
        Its name.
    folder : Path
        Holds `index.html`.
    """
    files = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
    headers = {name: headers_of(path) for name, path in files.items()}
    there = dict(_objects(s3, bucket))
    sent = 0
    for name, path in files.items():
        content = path.read_bytes()
        if there.get(name) == _etag(content) and _as_wanted(s3, bucket, name, headers[name]):
            continue
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        s3.put_object(Bucket=bucket, Key=name, Body=content, ChecksumSHA256=digest, **headers[name])
        sent += 1
    gone = sorted(set(there) - set(files))
    for name in gone:
        s3.delete_object(Bucket=bucket, Key=name)
    return Published(sent=sent, unchanged=len(files) - sent, removed=len(gone))


def _etag(content: bytes) -> str:
    # S3's own for what is sent in one piece and not encrypted by a key of KMS.
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _as_wanted(s3: Any, bucket: str, name: str, headers: dict[str, str]) -> bool:
    there = s3.head_object(Bucket=bucket, Key=name)
    return all(there.get(key) == value for key, value in headers.items())


def _objects(s3: Any, bucket: str) -> Iterator[tuple[str, str]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for each in page.get("Contents", ()):
            yield each["Key"], each["ETag"]


def invalidate(cloudfront: Any, distribution_id: str) -> str:
    """Have every copy thrown away; return the invalidation's id. One path, so it costs nothing."""
    made = cloudfront.create_invalidation(
        DistributionId=distribution_id,
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": f"deploy-site-{time.time_ns()}",
        },
    )
    identifier: str = made["Invalidation"]["Id"]
    return identifier


def empty(s3: Any, bucket: str) -> int:
    """Remove every version of every file; return how many."""
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        for each in versions:
            s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
        count += len(versions)
    return count


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Put the page into a stack's bucket.")
    parser.add_argument("--stack", default="multifidus", help="name of the stack")
    parser.add_argument("--empty", metavar="BUCKET", help="remove a bucket and all that it holds")
    arguments = parser.parse_args()
    session = boto3.Session()
    try:
        s3 = session.client("s3")
        if arguments.empty:
            count = empty(s3, arguments.empty)
            s3.delete_bucket(Bucket=arguments.empty)
            print(f"{arguments.empty}: removed with {count} versions of files")
            return 0
        site = find_site(session.client("cloudformation"), arguments.stack)
        done = publish(s3, site.bucket, SITE)
        print(
            f"{site.bucket}: {done.sent} sent, {done.unchanged} unchanged, {done.removed} removed"
        )
        identifier = invalidate(session.client("cloudfront"), site.distribution_id)
        print(f"CloudFront forgets the old page within minutes (invalidation {identifier})")
        print(site.url)
    except (SiteError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
