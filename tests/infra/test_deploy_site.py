"""`make deploy-site` against moto's S3, CloudFront and CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import deploy_site
from infra.deploy_site import Published, SiteError, empty, find_site, invalidate, publish
from local.site_headers import MEDIA_TYPES

REGION = "eu-central-1"
BUCKET = "page"
STACK = "trial"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        session = boto3.Session()
        s3 = session.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield session


@pytest.fixture
def page(tmp_path: Path) -> Path:
    for name, text in {
        "index.html": "<!doctype html>",
        "js/main.js": "let a;",
        "samples/a.png": "picture",
        "vendor/x/x.wasm": "\0asm",
        "vendor/x/NOTICE": "Licence",
        "css/main.css": "source",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def names(s3: Any) -> set[str]:
    return {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())}


def test_files_have_their_types_and_are_cached_as_they_may(
    cloud: boto3.Session, page: Path
) -> None:
    s3 = cloud.client("s3")
    assert publish(s3, BUCKET, page) == Published(sent=5, unchanged=0, removed=0)
    seen = {
        name: (head["ContentType"], head["CacheControl"])
        for name in names(s3)
        for head in [s3.head_object(Bucket=BUCKET, Key=name)]
    }
    assert seen == {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "js/main.js": ("text/javascript; charset=utf-8", "no-cache"),
        "samples/a.png": ("image/png", "public, max-age=86400"),
        "vendor/x/x.wasm": ("application/wasm", "no-cache"),
        "vendor/x/NOTICE": ("text/plain; charset=utf-8", "no-cache"),
    }


def test_only_what_changed_is_sent_again_and_what_is_gone_is_removed(
    cloud: boto3.Session, page: Path
) -> None:
    s3 = cloud.client("s3")
    publish(s3, BUCKET, page)
    (page / "js/main.js").write_text("let b;", encoding="utf-8")
    (page / "samples/a.png").unlink()
    s3.copy_object(
        Bucket=BUCKET,
        Key="index.html",
        CopySource={"Bucket": BUCKET, "Key": "index.html"},
        ContentType="text/plain",
        MetadataDirective="REPLACE",
    )
    assert publish(s3, BUCKET, page) == Published(sent=2, unchanged=2, removed=1)
    assert names(s3) == {"index.html", "js/main.js", "vendor/x/x.wasm", "vendor/x/NOTICE"}
    assert s3.head_object(Bucket=BUCKET, Key="index.html")["ContentType"].startswith("text/html")
    body = s3.get_object(Bucket=BUCKET, Key="js/main.js")["Body"].read()
    assert body == b"let b;"


def test_the_entry_page_is_sent_last(cloud: boto3.Session, page: Path) -> None:
    s3 = cloud.client("s3")
    sent: list[str] = []
    s3.meta.events.register(
        "before-parameter-build.s3.PutObject", lambda params, **_: sent.append(params["Key"])
    )
    publish(s3, BUCKET, page)
    assert sent[-1] == "index.html"
    assert len(sent) == 5


def test_a_file_without_a_known_type_stops_it_before_anything_is_sent(
    cloud: boto3.Session, page: Path
) -> None:
    (page / "a.exe").write_text("", encoding="utf-8")
    with pytest.raises(SiteError, match=r"a\.exe"):
        publish(cloud.client("s3"), BUCKET, page)
    assert names(cloud.client("s3")) == set()


def test_the_whole_page_of_this_checkout_goes_up_as_a_stack_names_it(
    cloud: boto3.Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cloudfront = cloud.client("cloudfront")
    distribution = cloudfront.create_distribution(DistributionConfig=a_distribution())
    identifier = distribution["Distribution"]["Id"]
    template = {
        "Resources": {"Q": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {
            "SiteBucketName": {"Value": BUCKET},
            "DistributionId": {"Value": identifier},
            "Url": {"Value": "https://page.example"},
        },
    }
    cloud.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    monkeypatch.setattr("sys.argv", ["deploy_site", "--stack", STACK])
    assert deploy_site.main() == 0
    assert "https://page.example" in capsys.readouterr().out
    there = names(cloud.client("s3"))
    assert {"index.html", "style.css", "js/main.js", "samples/moderate.dcm"} <= there
    assert not {name for name in there if name.startswith("css/")}
    listed = cloudfront.list_invalidations(DistributionId=identifier)["InvalidationList"]
    assert listed["Quantity"] == 1


def test_each_invalidation_is_a_new_one(cloud: boto3.Session) -> None:
    cloudfront = cloud.client("cloudfront")
    made = cloudfront.create_distribution(DistributionConfig=a_distribution())
    identifier = made["Distribution"]["Id"]
    assert invalidate(cloudfront, identifier) != invalidate(cloudfront, identifier)


def test_a_stack_without_a_page_is_named(cloud: boto3.Session) -> None:
    template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    cloud.client("cloudformation").create_stack(StackName=STACK, TemplateBody=template)
    with pytest.raises(SiteError, match="SiteBucketName"):
        find_site(cloud.client("cloudformation"), STACK)


def test_emptying_takes_every_version(cloud: boto3.Session, page: Path) -> None:
    s3 = cloud.client("s3")
    publish(s3, BUCKET, page)
    (page / "js/main.js").write_text("let c;", encoding="utf-8")
    publish(s3, BUCKET, page)
    assert empty(s3, BUCKET) == 6
    s3.delete_bucket(Bucket=BUCKET)


def test_the_page_loads_nothing_from_a_folder_that_stays_behind() -> None:
    index = (deploy_site.SITE / "index.html").read_text(encoding="utf-8")
    assert 'href="css/' not in index
    assert {path.suffix for path in deploy_site.files_of(deploy_site.SITE)} <= MEDIA_TYPES.keys()


def a_distribution() -> dict[str, Any]:
    return {
        "CallerReference": "test",
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "site",
                    "DomainName": f"{BUCKET}.s3.amazonaws.com",
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "redirect-to-https",
            "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
    }
