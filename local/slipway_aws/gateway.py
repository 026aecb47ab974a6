"""What is assumed of API Gateway's HTTP APIs and of Lambda authorizers."""

from __future__ import annotations

import json

from .assumption import Assumption
from .stack import Stack, expect

DOCS = "API Gateway developer guide"


def invokes(stack: Stack) -> str:
    answer = stack.call("GET", "/environments?limit=1")
    expect(answer.status == 200 and "results" in answer.document, f"{answer.status} {answer.body[:200]}")
    return "a list is answered through gateway, authorizer and function"


def refuses_itself(stack: Stack) -> str:
    answer = stack.request("GET", f"/{stack.credentials.project}/environments")
    expect(answer.status == 401, f"without Authorization: {answer.status}")
    wrong = stack.request("GET", f"/{stack.credentials.project}/environments", headers={"Authorization": "Bearer x"})
    expect(wrong.status in (401, 403), f"with a wrong token: {wrong.status}")
    return f"no header: 401; a wrong token: {wrong.status}"


def context_arrives(stack: Stack) -> str:
    made = stack.client.create("/api-clients", {
        "name": f"proof {stack.suffix}", "kind": "apiKey", "scopes": ["view_environments"], "environment": None,
    })
    headers = {"Authorization": made["apiKey"]}
    may = stack.request("GET", f"/{stack.credentials.project}/environments", headers=headers)
    may_not = stack.request("GET", f"/{stack.credentials.project}/flows", headers=headers)
    stack.client.delete(f"/api-clients/{made['id']}")
    expect((may.status, may_not.status) == (200, 403), f"{may.status} and {may_not.status}")
    return "a key with one scope: 200 where it has it, 403 where not"


def decodes_paths(stack: Stack) -> str:
    key = stack.environment()["key"]
    for form in (f"key={key}", f"key%3D{key}"):
        answer = stack.call("GET", f"/environments/{form}")
        expect(answer.status == 200, f"/environments/{form}: {answer.status} {answer.body[:200]}")
    odd = stack.call("GET", "/environments/key=a%20b%22%3C%3E%25")
    expect(odd.status in (400, 404) and "errors" in odd.document, f"{odd.status} {odd.body[:200]}")
    return f"`=` and `%3D` are one; blanks and `<>\"%` get {odd.status} in the envelope"


def hands_queries_on(stack: Stack) -> str:
    answer = stack.call("GET", "/environments?limit=%3C%22%20%3E&limit=2")
    expect(answer.status == 400 and "errors" in answer.document, f"{answer.status} {answer.body[:200]}")
    return "`<`, `>`, `\"` and blanks in a query get 400 in the envelope"


def has_a_default(stack: Stack) -> str:
    nowhere = stack.request("GET", "/no/such/place/at/all")
    method = stack.request("DELETE", "/oauth/token")
    expect(nowhere.status == 404 and nowhere.codes() != [], f"unknown path: {nowhere.status} {nowhere.body[:200]}")
    expect(method.status == 405 and "allow" in method.headers, f"wrong method: {method.status} {method.headers}")
    return f"unknown path: 404 in the envelope; wrong method: 405, Allow: {method.headers['allow']}"


def bounds_bodies(stack: Stack) -> str:
    stack.needs_aws("the emulator's own limits are not evidence")
    headers = {"Authorization": stack.credentials.api_key, "Content-Type": "application/json"}
    body = json.dumps({"name": "x" * 11_000_000}).encode()
    answer = stack.request("POST", f"/{stack.credentials.project}/flows", body, headers)
    expect(answer.status == 413, f"11 MB: {answer.status} {answer.body[:200]}")
    return "a body of 11 MB gets 413"


def states_lengths(stack: Stack) -> str:
    headers = {"Authorization": stack.credentials.api_key}
    path = f"/{stack.credentials.project}/environments?limit=1"
    whole, head = (stack.request(method, path, headers=headers) for method in ("GET", "HEAD"))
    stated = head.headers.get("content-length")
    expect(head.status == 200 and stated == str(len(whole.body.encode())), f"{len(whole.body)} characters, HEAD says {stated}")
    return "HEAD has the `Content-Length` of GET"


def keeps_headers(stack: Stack) -> str:
    headers = {"Authorization": stack.credentials.api_key, "X-Correlation-ID": f"proof-{stack.suffix}"}
    answer = stack.request("GET", f"/{stack.credentials.project}/environments", headers=headers)
    seen = answer.headers.get("x-correlation-id")
    expect(seen == headers["X-Correlation-ID"], f"X-Correlation-ID came back as {seen}")
    return "X-Correlation-ID comes back as it was sent"


ASSUMPTIONS = [
    Assumption(
        "gateway-invokes", "The gateway may invoke every function of a route, and hands on payload format 2.0",
        f"{DOCS}, *Lambda proxy integrations for HTTP APIs*", "Every request gets 500", invokes,
    ),
    Assumption(
        "authorizer-refuses", "A request without the identity source is refused with 401 before the authorizer runs; "
        "`isAuthorized: false` gets 401 or 403", f"{DOCS}, *Lambda authorizers for HTTP APIs*",
        "Clients that wait for 401 to get a new token do not get one", refuses_itself,
    ),
    Assumption(
        "authorizer-context", "The authorizer's context reaches functions under `requestContext.authorizer.lambda`",
        f"{DOCS}, *Lambda authorizers for HTTP APIs*", "Every authorised request gets 403", context_arrives,
    ),
    Assumption(
        "gateway-paths", "Path parameters arrive decoded once, and whatever is in a path arrives",
        f"{DOCS}, *Payload format 2.0*", "`key=…` addresses do not work, or odd ones get 500", decodes_paths,
    ),
    Assumption(
        "gateway-queries", "`rawQueryString` is what the client sent, encoded or not", f"{DOCS}, *Payload format 2.0*",
        "Filters are read wrongly, or odd ones get 500", hands_queries_on,
    ),
    Assumption(
        "gateway-default", "`$default` takes what no route takes, without credentials, also for a known path with another "
        "method", f"{DOCS}, *Routes for HTTP APIs*", "404 and 405 are the gateway's own, not the envelope", has_a_default,
    ),
    Assumption(
        "gateway-role", "One role, named by every integration of the imported body, lets the gateway call all functions, and "
        "the authorizer", f"{DOCS}, *x-amazon-apigateway-integrations*, *Lambda authorizers*", "Every request gets 500",
        context_arrives,
    ),
    Assumption(
        "gateway-sizes", "A body over 10 MB is refused by the gateway with 413", f"{DOCS}, *Quotas for HTTP APIs*",
        "The documented answer for large bodies is wrong", bounds_bodies,
    ),
    Assumption(
        "gateway-head", "The `Content-Length` that a function states in an answer to HEAD is handed on",
        f"none: {DOCS} is silent on it", "HEAD says a length of 0, or none", states_lengths,
    ),
    Assumption(
        "gateway-headers", "Headers of requests and answers pass unchanged but for the case of their names",
        f"{DOCS}, *Payload format 2.0*", "Requests cannot be followed through the logs", keeps_headers,
    ),
]
