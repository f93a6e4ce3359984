"""Reads the SAM template: as it is written, and as CloudFormation gets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
REGION = "eu-central-1"
ALIAS = "Aliaslive"
"""What SAM puts behind a function's name for the alias that its callers use."""


def written() -> dict[str, Any]:
    """Return the template with CloudFormation's short tags in their long form."""
    parsed: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    return parsed


def transformed() -> dict[str, Any]:
    """Return what CloudFormation makes of it, as `sam deploy` would hand it over."""
    template = written()
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        # `sam package` puts what it uploaded in the place of folders and of the Dockerfile.
        for name in ("CodeUri", "ContentUri"):
            if name in properties:
                properties[name] = "s3://packages/it.zip"
        if properties.get("PackageType") == "Image":
            properties["ImageUri"] = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/it:latest"
    parameters = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    translator = Translator({}, Parser(), boto_session=Session(region_name=REGION))
    cloudformation: dict[str, Any] = translator.translate(template, parameters)
    return cloudformation


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by their names."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }
