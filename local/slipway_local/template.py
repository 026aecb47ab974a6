"""The project's SAM template, prepared for the emulator, and what SAM makes of it."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import logging
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from .console import StackError
from .settings import REGION, Settings

Document = dict[str, Any]

CODE_PREFIX = "target/lambda/"
"""What every function's `CodeUri` begins with; the crate's name follows."""


@dataclass(frozen=True)
class Prepared:
    """A template that the emulator can deploy."""

    template: Document
    """The SAM template with `CodeUri` pointing at the uploaded packages."""
    translated: Document
    """The same after SAM's own translation: every resource, and the API's routes as an OpenAPI body."""
    packages: dict[str, bytes]
    """The code package by its key in the bucket."""
    parameters: dict[str, str]
    """Values for the template's parameters."""

    @property
    def digest(self) -> str:
        """Changes exactly when a deployment is needed."""
        text = json.dumps([self.template, self.parameters], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def prepare(settings: Settings, bucket: str) -> Prepared:
    """Reads the template and points every function at the package that starts the locally built program."""
    template = yaml_parse(settings.template.read_text())
    if not settings.binary.exists():
        raise StackError(f"The functions have not been built: there is no {settings.binary}.")
    package = _package(settings.binary)
    key = f"packages/{settings.binary.name}-{hashlib.sha256(package).hexdigest()[:16]}.zip"
    for name, resource in template.get("Resources", {}).items():
        if resource.get("Type") == "AWS::Serverless::Function":
            _use_local_code(name, resource["Properties"], f"s3://{bucket}/{key}")
    return Prepared(template, _translate(template), {key: package}, _parameters(template, settings))


def functions(prepared: Prepared) -> dict[str, str]:
    """Logical id of every function by its `Handler`, which is the operation it serves."""
    return {
        resource["Properties"]["Handler"]: name
        for name, resource in prepared.translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and "Handler" in resource["Properties"]
    }


def api(prepared: Prepared) -> tuple[str, Document] | None:
    """Logical id and OpenAPI body of the HTTP API."""
    for name, resource in prepared.translated["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api" and "Body" in resource["Properties"]:
            return name, resource["Properties"]["Body"]
    return None


def _use_local_code(name: str, properties: Document, package: str) -> None:
    uri = properties.get("CodeUri")
    if not isinstance(uri, str) or not uri.removeprefix("./").startswith(CODE_PREFIX):
        raise StackError(f"{name}: CodeUri is {uri!r}; the local stack expects {CODE_PREFIX}<crate>/.")
    properties["CodeUri"] = package


def _package(binary: Path) -> bytes:
    """A code package whose `bootstrap` becomes the program, so that a rebuild is live without another upload."""
    script = f"#!/bin/sh\nexec '{str(binary).replace(chr(39), chr(39) + chr(92) + chr(39) + chr(39))}' \"$@\"\n"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text, mode in (("bootstrap", script, 0o755), ("executable", str(binary), 0o644)):
            # A fixed time makes the package, and with it the template, the same on every run.
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = mode << 16
            archive.writestr(entry, text)
    return target.getvalue()


def _parameters(template: Document, settings: Settings) -> dict[str, str]:
    declared = template.get("Parameters", {})
    archives = settings.archives
    repositories = f"{archives.removeprefix('http://')}={archives}/{{path}}/{{tag}}.tar.gz"
    values = {"PublicUrl": settings.url, "Stage": "local", "RepositoryHosts": repositories}
    chosen = {name: value for name, value in values.items() if name in declared}
    for name, value in settings.parameters.items():
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise StackError(f"SLIPWAY_PARAMETERS: the template has no parameter '{name}' (it has: {known}).")
        chosen[name] = value
    return chosen


class _NoManagedPolicies:
    """SAM wants to resolve names of managed policies by asking AWS; the template uses none."""

    def load(self) -> dict[str, str]:
        return {}


def _translate(template: Document) -> Document:
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    try:
        return transform(copy.deepcopy(template), {}, _NoManagedPolicies())
    except InvalidDocumentException as error:
        causes = "\n".join(f"  {cause.message}" for cause in error.causes)
        raise StackError(f"SAM rejects the template:\n{causes}") from error
