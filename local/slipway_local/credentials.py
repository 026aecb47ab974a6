"""The first client of the local project, and the file that carries its credentials."""

from __future__ import annotations

import base64
import json
import os
import shlex
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from .console import StackError, note, step
from .settings import Settings

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Credentials:
    """What a client needs, as it stands in the `env` file."""

    url: str
    project: str
    client_id: str
    client_secret: str
    api_key: str

    def lines(self) -> list[tuple[str, str]]:
        """Variables of the `env` file."""
        return [
            ("SLIPWAY_URL", self.url),
            ("SLIPWAY_PROJECT", self.project),
            ("SLIPWAY_CLIENT_ID", self.client_id),
            ("SLIPWAY_CLIENT_SECRET", self.client_secret),
            ("SLIPWAY_API_KEY", self.api_key),
        ]


def ensure(settings: Settings, functions: Any, bootstrap: str, bucket: str) -> Credentials:
    """The credentials on file if they still work, else those of a newly bootstrapped client. The file also gets the name
    of the stack's bucket."""
    known = read(settings)
    if known and known.project == settings.project and _works(settings, known):
        current = Credentials(settings.url, known.project, known.client_id, known.client_secret, known.api_key)
    else:
        step(f"Bootstrapping project '{settings.project}'")
        current = _bootstrap(settings, functions, bootstrap)
    write(settings, current, bucket)
    return current


def read(settings: Settings) -> Credentials | None:
    """The credentials on file."""
    values = {}
    try:
        for line in settings.env_file.read_text().splitlines():
            words = shlex.split(line)
            if len(words) == 2 and words[0] == "export" and "=" in words[1]:
                name, _, value = words[1].partition("=")
                values[name] = value
        return Credentials(
            values["SLIPWAY_URL"], values["SLIPWAY_PROJECT"], values["SLIPWAY_CLIENT_ID"],
            values["SLIPWAY_CLIENT_SECRET"], values["SLIPWAY_API_KEY"],
        )
    except (OSError, KeyError, ValueError):
        return None


def write(settings: Settings, credentials: Credentials, bucket: str) -> None:
    """Replaces the file; it is never readable by anybody else, not even for a moment."""
    lines = [
        *credentials.lines(),
        ("SLIPWAY_ARCHIVES", settings.archives),
        ("SLIPWAY_AWS_URL", settings.endpoint),
        ("SLIPWAY_BUCKET", bucket),
    ]
    text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in lines)
    draft = settings.env_file.with_name("env.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(settings.env_file)


def _works(settings: Settings, known: Credentials) -> bool:
    """Whether a token is given for them. A server error is no reason to make another client: it is reported."""
    basic = base64.b64encode(f"{known.client_id}:{known.client_secret}".encode()).decode()
    request = urllib.request.Request(
        f"{settings.url}/oauth/token",
        data=urllib.parse.urlencode({"grant_type": "client_credentials"}).encode(),
        headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
    )
    try:
        with _DIRECT.open(request, timeout=30) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            text = error.read().decode(errors="replace")[:500]
            raise StackError(f"POST /oauth/token answers {error.code}: {text}\nSee `make logs`.") from error
        note(f"the credentials in {settings.env_file} are not accepted any more ({error.code})")
        return False


def _bootstrap(settings: Settings, functions: Any, name: str) -> Credentials:
    event = {"projectKey": settings.project, "name": settings.project.capitalize()}
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    text = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise StackError(f"The function projects.bootstrap failed: {text}\nSee `make logs`.")
    try:
        made = json.loads(text)
        return Credentials(
            settings.url, settings.project, made["clientId"], made["clientSecret"], made["apiKey"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StackError(f"The function projects.bootstrap answered something unexpected: {text}") from error
