"""The functions that are measured, each with an event of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .programs import Programs
from .seeding import Seeded
from .table import Table

HELLO = "hello-world (Rust)"
OURS = "environments.get"
PYTHON = "get by id, Python"
NODE = "get by id, Node.js"


@dataclass(frozen=True)
class Variant:
    """A function, how to call it, and the table it talks to."""

    name: str
    command: tuple[str, ...]
    event: bytes
    environment: dict[str, str]
    table: Table
    program: Path
    """The file whose size counts."""
    starts: bool = True
    """Whether its cold start is measured; that of the same function with other data tells nothing new."""

    def log(self, directory: Path) -> Path:
        """Where its output goes."""
        return directory / ("".join(c if c.isalnum() or c == "." else "-" for c in self.name) + ".log")


def binary(crate: str, programs: Programs) -> Path:
    """The release build of a crate."""
    return programs.binaries / crate


def event(root: Path, operation: str, project: str, **changes: Any) -> bytes:
    """The sample event of an operation, for another project and with other contents."""
    sample = json.loads((root / "events" / f"{operation}.json").read_text())
    if "requestContext" in sample:
        sample["pathParameters"] = {"projectKey": project, **changes.pop("path", {})}
        sample["requestContext"].get("authorizer", {}).get("lambda", {})["project"] = project
    for name, value in changes.items():
        sample[name] = {**sample[name], **value} if isinstance(value, dict) else value
    return json.dumps(sample).encode()


def all_of(root: Path, programs: Programs, seeded: Seeded) -> list[Variant]:
    """Every variant in the order of the report; what is not on this machine is left out."""
    get = event(root, "environments.get", seeded.project, path={"id": seeded.environment})
    body = json.dumps({"name": "Measured", "position": 3, "variables": [{"name": "URL", "value": "https://a.example"}]})
    # In a project of its own: the lists of the others stay as they are.
    create = event(root, "environments.create", "made", body=body)
    by_key = event(root, "authorizer.authorize", seeded.project, headers={"authorization": seeded.api_key})
    by_token = event(root, "authorizer.authorize", seeded.project, headers={"authorization": f"Bearer {seeded.token}"})
    environments, authorizer = binary("environments", programs), binary("authorizer", programs)

    def make(name: str, command: tuple[str, ...], program: Path, event: bytes, handler: str = "") -> Variant:
        table = seeded.table()
        return Variant(name, command, event, seeded.environment_of(handler or name, table.url), table, program)

    def ours(handler: str, program: Path, event: bytes, shown: str = "") -> Variant:
        return make(shown or handler, (str(program),), program, event, handler)

    found = [
        make(HELLO, (str(programs.hello),), programs.hello, get),
        ours(OURS, environments, get),
        ours("environments.create", environments, create),
        ours("environments.query", environments, event(root, "environments.query", seeded.project)),
        ours("authorizer.authorize", authorizer, by_key, "authorizer, API key"),
        ours("authorizer.authorize", authorizer, by_token, "authorizer, token"),
        make(PYTHON, programs.python, programs.python_source, get),
    ]
    if programs.node:
        found.append(make(NODE, programs.node, programs.node_source, get))
    for project, held in seeded.others.items():
        listed = event(root, "environments.query", project)
        other = ours("environments.query", environments, listed, f"environments.query of {held:,}")
        found.append(replace(other, starts=False))
    return found
