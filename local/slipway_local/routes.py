"""Routes of the HTTP API. The emulator deploys SAM's API without importing its OpenAPI body, so it is done here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .console import StackError, note

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method")


@dataclass(frozen=True)
class Names:
    """Turns what a template calls a function into its ARN."""

    physical: dict[str, str]
    region: str
    account: str

    def function_arn(self, reference: Any) -> str:
        """ARN of the function that an integration or authorizer URI of the template points to."""
        # SAM writes `${Function.Arn}` for integrations and `Fn::GetAtt` inside `Fn::Sub` for authorizers.
        text = json.dumps(reference)
        match = re.search(r"\$\{([A-Za-z0-9]+)\.Arn\}", text) or re.search(r'\["([A-Za-z0-9]+)", "Arn"\]', text)
        if match is None or match.group(1) not in self.physical:
            raise StackError(f"An API route names a function in a way that is not understood: {reference!r}")
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.physical[match.group(1)]}"


def reconcile(gateway: Any, api_id: str, body: dict[str, Any], names: Names) -> int:
    """Makes routes, integrations and authorizers what the OpenAPI body says. Returns the number of routes."""
    authorizers = _authorizers(gateway, api_id, body, names)
    wanted = dict(_wanted(body, authorizers, names))
    integrations = _integrations(gateway, api_id, {route["arn"] for route in wanted.values()})
    existing = {route["RouteKey"]: route for route in _pages(gateway.get_routes, api_id)}
    for key, route in wanted.items():
        _put_route(gateway, api_id, key, route, integrations[route["arn"]], existing.get(key))
    for key, route in existing.items():
        if key not in wanted:
            gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
            note(f"route removed: {key}")
    return len(wanted)


def _wanted(body: dict[str, Any], authorizers: dict[str, str], names: Names) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in body.get("paths", {}).items():
        for method in METHODS:
            operation = operations.get(method)
            if operation is None:
                continue
            arn = names.function_arn(_integration(body, operation)["uri"])
            verb = "ANY" if method.startswith("x-") else method.upper()
            scheme = next((name for entry in operation.get("security") or [] for name in entry), None)
            key = "$default" if path == "/$default" else f"{verb} {path}"
            yield key, {"arn": arn, "authorizer": authorizers.get(scheme) if scheme else None}


def _integration(body: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The integration of an operation, which may be a reference to one of the body's components."""
    integration: dict[str, Any] = operation["x-amazon-apigateway-integration"]
    reference = integration.get("$ref")
    if reference is None:
        return integration
    for part in reference.removeprefix("#/").split("/"):
        if part not in body:
            raise StackError(f"An API route refers to an integration that is not there: {reference}")
        body = body[part]
    return body


def _put_route(gateway: Any, api_id: str, key: str, route: dict[str, Any], integration: str, old: Any) -> None:
    properties = {"Target": f"integrations/{integration}", "AuthorizationType": "NONE"}
    if route["authorizer"]:
        properties |= {"AuthorizationType": "CUSTOM", "AuthorizerId": route["authorizer"]}
    if old is None:
        gateway.create_route(ApiId=api_id, RouteKey=key, **properties)
    elif any(old.get(name) != value for name, value in properties.items()):
        gateway.update_route(ApiId=api_id, RouteId=old["RouteId"], RouteKey=key, **properties)


def _integrations(gateway: Any, api_id: str, arns: set[str]) -> dict[str, str]:
    """Id of the integration for every function; what no function needs any more is left, it is never called."""
    found = {item["IntegrationUri"]: item["IntegrationId"] for item in _pages(gateway.get_integrations, api_id)}
    for arn in sorted(arns - found.keys()):
        found[arn] = gateway.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationMethod="POST",
            IntegrationUri=arn, PayloadFormatVersion="2.0",
        )["IntegrationId"]
    return found


def _authorizers(gateway: Any, api_id: str, body: dict[str, Any], names: Names) -> dict[str, str]:
    """Id of every Lambda authorizer by its name."""
    found = {item["Name"]: item for item in _pages(gateway.get_authorizers, api_id)}
    ids = {}
    for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
        declared = scheme.get("x-amazon-apigateway-authorizer")
        if declared is None:
            continue
        properties = _authorizer_properties(name, declared, names)
        old = found.get(name)
        if old is None:
            old = gateway.create_authorizer(ApiId=api_id, **properties)
        elif any(old.get(key) != value for key, value in properties.items()):
            gateway.update_authorizer(ApiId=api_id, AuthorizerId=old["AuthorizerId"], **properties)
        ids[name] = old["AuthorizerId"]
    return ids


def _authorizer_properties(name: str, declared: dict[str, Any], names: Names) -> dict[str, Any]:
    arn = names.function_arn(declared["authorizerUri"])
    uri = f"arn:aws:apigateway:{names.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    # SAM writes a list; OpenAPI allows one string with commas.
    source = declared.get("identitySource") or []
    sources = source if isinstance(source, list) else [part.strip() for part in source.split(",")]
    return {
        "Name": name,
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": uri,
        "IdentitySource": sources,
        "AuthorizerPayloadFormatVersion": str(declared.get("authorizerPayloadFormatVersion", "2.0")),
        "EnableSimpleResponses": bool(declared.get("enableSimpleResponses", False)),
        "AuthorizerResultTtlInSeconds": int(declared.get("authorizerResultTtlInSeconds", 300)),
    }


def _pages(call: Any, api_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = call(ApiId=api_id, **token)
        items += page["Items"]
        if not page.get("NextToken"):
            return items
        token = {"NextToken": page["NextToken"]}
