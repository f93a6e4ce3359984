"""CloudFront before the page and the API: who reads the bucket, what is cached, which headers."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.site_headers import CONTENT_SECURITY_POLICY
from tests.infra.template import ROOT, of_type

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


@pytest.fixture
def distribution(deployed: dict[str, Any]) -> dict[str, Any]:
    (found,) = of_type(deployed, "AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["DistributionConfig"]
    return config


def security_headers(deployed: dict[str, Any], name: str) -> dict[str, Any]:
    policy = of_type(deployed, "AWS::CloudFront::ResponseHeadersPolicy")[name]
    headers: dict[str, Any] = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    return headers


def test_only_this_distribution_reads_the_bucket(
    deployed: dict[str, Any], distribution: dict[str, Any]
) -> None:
    (bucket,) = of_type(deployed, "AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (policy,) = of_type(deployed, "AWS::S3::BucketPolicy").values()
    deny, allow = policy["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    assert (allow["Action"], allow["Principal"]) == (
        "s3:GetObject",
        {"Service": "cloudfront.amazonaws.com"},
    )
    assert "${Distribution}" in str(allow["Condition"]["StringEquals"]["aws:SourceArn"])
    (site,) = [origin for origin in distribution["Origins"] if origin["Id"] == "site"]
    assert site["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteAccess", "Id"]}
    (access,) = of_type(deployed, "AWS::CloudFront::OriginAccessControl").values()
    assert access["OriginAccessControlConfig"]["SigningBehavior"] == "always"


def test_each_route_of_the_api_goes_past_the_cache_with_all_but_its_host(
    deployed: dict[str, Any], distribution: dict[str, Any]
) -> None:
    (api,) = of_type(deployed, "AWS::ApiGatewayV2::Api").values()
    patterns = {each["PathPattern"]: each for each in distribution["CacheBehaviors"]}
    matched = set()
    for path, operations in api["Body"]["paths"].items():
        (pattern,) = [name for name in patterns if fnmatchcase(path, name)]
        behaviour = patterns[pattern]
        matched.add(pattern)
        assert behaviour["TargetOriginId"] == "api"
        assert {method.upper() for method in operations} <= set(behaviour["AllowedMethods"])
        assert behaviour["CachePolicyId"] == CACHING_DISABLED
        assert behaviour["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert matched == set(patterns), "a pattern that no route needs"


def test_no_file_of_the_page_is_hidden_by_a_route(distribution: dict[str, Any]) -> None:
    found = (path for path in (ROOT / "site").rglob("*") if path.is_file())
    files = [f"/{path.relative_to(ROOT / 'site').as_posix()}" for path in found]
    assert "/index.html" in files
    patterns = [each["PathPattern"] for each in distribution["CacheBehaviors"]]
    assert [file for file in files for pattern in patterns if fnmatchcase(file, pattern)] == []
    assert distribution["DefaultRootObject"] == "index.html"


def test_the_page_has_the_policy_that_it_is_served_with_locally(
    deployed: dict[str, Any], distribution: dict[str, Any]
) -> None:
    default = distribution["DefaultCacheBehavior"]
    assert default["ResponseHeadersPolicyId"] == {"Ref": "SiteHeaders"}
    headers = security_headers(deployed, "SiteHeaders")
    assert headers["ContentSecurityPolicy"] == {
        "ContentSecurityPolicy": CONTENT_SECURITY_POLICY,
        "Override": True,
    }
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ContentTypeOptions"] == {"Override": True}


@pytest.mark.parametrize("name", ["SiteHeaders", "ApiHeaders"])
def test_browsers_are_told_to_stay_with_https(deployed: dict[str, Any], name: str) -> None:
    transport = security_headers(deployed, name)["StrictTransportSecurity"]
    assert transport["AccessControlMaxAgeSec"] >= 31536000


def test_old_protocols_are_refused_where_there_is_a_choice(distribution: dict[str, Any]) -> None:
    condition, own, given = distribution["ViewerCertificate"]["Fn::If"]
    assert condition == "WithDomain"
    assert own["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert given == {"CloudFrontDefaultCertificate": True}
    (api,) = [origin for origin in distribution["Origins"] if origin["Id"] == "api"]
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert api["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
    assert re.search(r"\$\{Api\}\.execute-api", str(api["DomainName"]))
