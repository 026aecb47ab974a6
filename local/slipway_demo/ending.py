"""The end of the story: what is on record, what stays, and how to go on."""

from __future__ import annotations

import os

from slipway_local.console import say
from slipway_local.credentials import Credentials
from slipway_local.settings import Settings

from . import screen
from .client import Json, expect
from .scene import Scene


def history(scene: Scene) -> None:
    """Shows the releases of the flow and its deployments, and checks that they are what was told."""
    screen.chapter(8, "What is on record")
    places = {environment["id"]: place for place, environment in scene.environments.items()}
    path = f"/flows/{scene.flow['id']}/releases"
    releases = scene.client.get(path)["results"]
    screen.call("GET", "/flows/{id}/releases")
    screen.table(["release", "when", "description", "answers in"], [
        [str(release["number"]), _when(release["createdAt"]), release["description"], _answers(release, places)]
        for release in releases
    ])
    expect([release["number"] for release in releases] == [3, 2, 1], "the history lists every release, newest first")
    expect(_answers(releases[2], places) == "production, staging", "release 1 answers in both environments")
    deployments = scene.client.get("/flow-deployments", flow=scene.flow["id"])["results"]
    screen.call("GET", "/flow-deployments?flow={id}")
    screen.table(["when", "environment", "release", "status", "answers", "last operation"], [
        [_when(deployment["createdAt"]), places[deployment["environment"]], str(deployment["release"]),
         deployment["status"], "yes" if deployment["active"] else "no", deployment["operation"]["kind"]]
        for deployment in deployments
    ])
    statuses = [(deployment["release"], deployment["status"]) for deployment in deployments]
    expect(sorted(statuses) == [(1, "Deployed"), (1, "Deployed"), (2, "Deployed"), (3, "Failed")],
           "the deployment history lists every deployment")
    frozen = scene.client.get(f"{path}/1/definition")
    expect(frozen == scene.definition, "release 1 holds the definition that it was made of")
    screen.proven("Release 1 still holds the definition that it was made of")


def _when(timestamp: str) -> str:
    return timestamp[:19].replace("T", " ")


def _answers(release: Json, places: dict[str, str]) -> str:
    return ", ".join(sorted(places[place["environment"]] for place in release["deployedIn"])) or "-"


def goodbye(scene: Scene, credentials: Credentials, settings: Settings, seconds: float) -> None:
    """Says what the demo leaves behind and what to try next."""
    env = os.path.relpath(settings.env_file)
    project = "$SLIPWAY_URL/$SLIPWAY_PROJECT"
    header = '-H "Authorization: $SLIPWAY_API_KEY"'
    state = os.environ.get("SLIPWAY_STATE_DIR")
    make = f"SLIPWAY_STATE_DIR={state} make" if state else "make"
    say("\n" + screen.styled("green", f"Every step did what it says ({seconds:.1f} s)."))
    say(f"""
It stays, in the project '{credentials.project}': the environments staging-{scene.suffix} and
production-{scene.suffix}, the integration shop-{scene.suffix} and in it the flow orders-{scene.suffix}.
With them the flows greeting-{scene.suffix} and farewell-{scene.suffix}, deployed as flow versions and packages.
The connector is gone. The shop closed with the demo, so a run of the flow fails from now on, with HttpConnectError.
To look around:

    source {env}
    curl -s {header} "{project}/flows/key=orders-{scene.suffix}"
    curl -s {header} "{project}/flows/key=orders-{scene.suffix}/releases"
    curl -s {header} "{project}/flow-deployments?flow={scene.flow['id']}"
    curl -s {header} "{project}/environments/key=production-{scene.suffix}"
    curl -s {header} "$SLIPWAY_URL/api/v1/flow-version-deployments?include=flowVersion,virtualEnvironment&sort=-created_at"

    {make} logs    what the functions say
    {make} down    stops everything; the data stays
""")
