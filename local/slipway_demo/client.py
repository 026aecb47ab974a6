"""A client of Slipway as anybody could write it: HTTP, JSON, a token."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from slipway_local.credentials import Credentials

Json = dict[str, Any]

TIMEOUT_SECONDS = 60

# The stack is on this machine: no proxy of the user's is in between.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class DemoError(Exception):
    """A step did not do what it says."""


def expect(holds: bool, claim: str) -> None:
    """Stops the demo unless `claim` holds."""
    if not holds:
        raise DemoError(f"this should hold and does not: {claim}")


class Client:
    """Calls the operations of one project with a token of `POST /oauth/token`."""

    def __init__(self, credentials: Credentials) -> None:
        self._url = credentials.url
        self._project = credentials.project
        self._token = self._fetch_token(credentials)

    def _fetch_token(self, credentials: Credentials) -> str:
        basic = base64.b64encode(f"{credentials.client_id}:{credentials.client_secret}".encode()).decode()
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = _send("POST", f"{self._url}/oauth/token", headers, form, (200,))
        return str(answer["access_token"])

    def get(self, path: str, **query: str) -> Json:
        """Reads something. `path` begins after the project, where there is one in it."""
        parameters = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._call("GET", f"{self._at(path)}{parameters}", None, (200,))

    def is_gone(self, path: str) -> bool:
        """Whether there is nothing any more."""
        answer = self._call("GET", self._at(path), None, (200, 404))
        return answer.get("statusCode") == 404

    def create(self, path: str, body: Json) -> Json:
        """Makes something new."""
        return self._call("POST", self._at(path), body, (201,))

    def update(self, path: str, version: int, *actions: Json) -> Json:
        """Changes something that was seen at `version`; all actions or none. Connect's operations answer 201."""
        body = {"version": version, "actions": list(actions)}
        return self._call("POST", self._at(path), body, (200, 201))

    def delete(self, path: str) -> Json:
        """Deletes something, or asks for it to be taken away."""
        return self._call("DELETE", self._at(path), None, (200, 202))

    def trigger(self, url: str, payload: Json, status: int = 202) -> Json:
        """Calls the URL of a deployed flow: 202 with the run, or 200 with what an `api` flow answers."""
        return self._call("POST", url, payload, (status,))

    def url_of(self, environment: Json, flow: Json) -> str:
        """Where a flow with a service trigger is called in an environment."""
        return self._at(f"/triggers/{environment['id']}/{flow['id']}")

    def _at(self, path: str) -> str:
        """The URL of a path. Connectors are addressed without a project."""
        return f"{self._url}{path}" if path.startswith("/connectors/") else f"{self._url}/{self._project}{path}"

    def _call(self, method: str, url: str, body: Json | None, accepted: tuple[int, ...]) -> Json:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return _send(method, url, headers, None if body is None else json.dumps(body).encode(), accepted)


class VersionsClient:
    """Calls the operations on flow versions, with nothing but an API key: the key names the project."""

    def __init__(self, credentials: Credentials) -> None:
        self._url = f"{credentials.url}/api/v1"
        self._key = credentials.api_key

    def send(self, method: str, path: str, body: Json | None = None) -> Any:
        """What the operation answers with, under `data`."""
        headers = {"Authorization": self._key, "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        return _send(method, f"{self._url}{path}", headers, content, (200,))["data"]


def ask(url: str, payload: Json, status: int) -> Json:
    """Calls a URL without any credentials; it has to answer with `status`."""
    return _send("POST", url, {"Content-Type": "application/json"}, json.dumps(payload).encode(), (status,))


def _send(method: str, url: str, headers: dict[str, str], body: bytes | None, accepted: tuple[int, ...]) -> Json:
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with _DIRECT.open(request, timeout=TIMEOUT_SECONDS) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    except OSError as error:
        raise DemoError(f"{method} {url} got no answer: {error}") from error
    if status not in accepted:
        raise DemoError(f"{method} {url} answers {status}: {text.decode(errors='replace')[:2000]}")
    document: Json = json.loads(text)
    return document
