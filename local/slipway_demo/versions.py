"""The part about flow versions: deployed and switched on are two things; a package goes whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import screen, watching
from .client import Json, VersionsClient, expect
from .scene import Scene

_UNDER_WAY = ("Queued", "Deploying")
_NAMES = ("greeting", "farewell")


@dataclass
class _Act:
    """What the steps hand on to one another."""

    scene: Scene
    api: VersionsClient
    flows: dict[str, Json] = field(default_factory=dict)
    deployments: dict[int, Json] = field(default_factory=dict)
    """Those of the greeting in staging, by the number of the release."""


def tell(scene: Scene, api: VersionsClient) -> None:
    """Tells the part; raises `DemoError` where it goes otherwise than it should."""
    act = _Act(scene, api)
    for step in (_flows, _switches, _package):
        step(act)


def definition(release: int, variable: str | None = None) -> Json:
    """A flow that answers with its release, and with a variable if it is to need one."""
    answer: Json = {"release": release}
    if variable:
        answer["signature"] = f"${{{variable}}}"
    state = {"Type": "Pass", "End": True, "Output": answer}
    return {"QueryLanguage": "JSONata", "StartAt": "Answer", "States": {"Answer": state}}


def _flows(act: _Act) -> None:
    screen.chapter(12, "Flow versions: prepared while another one answers, switched on in one call, and back")
    for name in _NAMES:
        act.flows[name] = act.scene.client.create("/flows", {
            "key": f"{name}-{act.scene.suffix}", "name": name.title(), "kind": "api", "trigger": {"type": "service"},
            "definition": definition(1),
        })
        _release(act, name, definition(1))
        # The farewell needs a variable from its second release on.
        _release(act, name, definition(2, "signature" if name == "farewell" else None))
    screen.call("POST", "/flows/{id}/releases", "two releases of each of two small flows")


def _release(act: _Act, name: str, content: Json) -> None:
    flow, client = act.flows[name], act.scene.client
    path = f"/flows/{flow['id']}"
    changes = ({"action": "setDefinition", "definition": content}, {"action": "save"})
    client.update(path, client.get(path)["version"], *changes)
    client.create(f"{path}/releases", {"description": f"{name.title()}, for the demo"})


def _switches(act: _Act) -> None:
    _deploy(act, 1)
    expect(_answers(act, "greeting", "staging") == 1, "release 1 answers")
    _deploy(act, 2, disabled=True)
    expect(act.deployments[2]["enabled_at"] is None, "what is deployed disabled is off")
    expect(_answers(act, "greeting", "staging") == 1, "release 1 still answers")
    screen.proven("Release 2 is deployed and switched off: release 1 still answers")
    for release, words in ((2, "the next call is answered by release 2"), (1, "one call back, and it is release 1")):
        enabled = act.api.send("POST", f"{_path(act, release)}/enable")
        screen.call("POST", "/api/v1/flow-versions/{id}/deployments/{id}/enable", f"release {release}")
        expect(enabled["enabled_at"] is not None, "what is enabled is on")
        expect(_answers(act, "greeting", "staging") == release, words)
        screen.proven(f"Enabled: {words}")
    _list(act)


def _deploy(act: _Act, release: int, *, disabled: bool = False) -> None:
    version = f"{act.flows['greeting']['id']}.{release}"
    body = {
        "flow_version_id": version, "virtual_environment_id": act.scene.environments["staging"]["id"],
        "deploy_disabled": disabled,
    }
    act.deployments[release] = act.api.send("POST", f"/flow-versions/{version}/deployments", body)
    note = f"release {release} to staging" + (", disabled" if disabled else "")
    screen.call("POST", "/api/v1/flow-versions/{id}/deployments", note)
    act.deployments[release] = watching.until(
        lambda: act.api.send("GET", _path(act, release)), lambda seen: seen["status"] not in _UNDER_WAY, note
    )
    expect(act.deployments[release]["status"] == "Deployed", f"release {release} is Deployed")


def _path(act: _Act, release: int) -> str:
    return f"/flow-versions/{act.flows['greeting']['id']}.{release}/deployments/{act.deployments[release]['id']}"


def _answers(act: _Act, name: str, place: str) -> int:
    """The release that answers a call of the flow's URL in an environment."""
    client = act.scene.client
    url = client.url_of(act.scene.environments[place], act.flows[name])
    return int(client.trigger(url, {}, status=200)["release"])


def _list(act: _Act) -> None:
    query = f"filter[flowVersion.flow]={act.flows['greeting']['id']}&include=virtualEnvironment&sort=-created_at"
    listed = act.api.send("GET", f"/flow-version-deployments?{query}")
    screen.call("GET", "/api/v1/flow-version-deployments?filter[flowVersion.flow]=…&include=virtualEnvironment")
    screen.table(["flow version", "virtual environment", "status", "enabled"], [
        [f"{one['name']}.{one['flow_version_id'].rpartition('.')[2]}", one["virtualEnvironment"]["name"],
         one["status"], (one["enabled_at"] or "-")[:19].replace("T", " ")]
        for one in listed
    ])
    expect(len(listed) == 2, "both deployments are listed")


def _package(act: _Act) -> None:
    screen.chapter(13, "A package: release 2 of both flows to production, all or nothing")
    _deploy_package(act, "first", 1, expected="Deployed")
    before = _everywhere(act)
    expect(before == {"greeting": 1, "farewell": 1}, "release 1 of both answers")
    failed = _deploy_package(act, "second", 2, expected="Failed")
    reasons = " ".join(entry.get("message") or "" for entry in failed["report"] if entry["type"] == "Error")
    expect("'signature'" in reasons, f"the report names what is missing ({reasons})")
    expect(_everywhere(act) == before, "nothing was switched")
    screen.proven("Farewell lacks a variable, so the package failed as a whole: release 1 of both still answers")
    production = act.scene.client.get(f"/environments/{act.scene.environments['production']['id']}")
    act.scene.client.update(f"/environments/{production['id']}", production["version"],
                            {"action": "setVariable", "name": "signature", "value": "The shop"})
    screen.call("POST", "/environments/{id}", "signature = The shop")
    _deploy_package(act, "second, again", 2, expected="Deployed")
    expect(_everywhere(act) == {"greeting": 2, "farewell": 2}, "release 2 of both answers")
    screen.proven("Both flows were switched to release 2 in one transaction")


def _everywhere(act: _Act) -> dict[str, int]:
    return {name: _answers(act, name, "production") for name in _NAMES}


def _deploy_package(act: _Act, name: str, release: int, expected: str) -> Json:
    """Deploys a package with this release of both flows to production."""
    members = [{"flow_version_id": f"{act.flows[flow]['id']}.{release}", "priority": None} for flow in _NAMES]
    package = act.api.send("POST", "/packages", {"name": f"Demo, {name}", "flow_versions": members})
    screen.call("POST", "/api/v1/packages", f"release {release} of {' and '.join(_NAMES)}")
    path = f"/packages/{package['id']}/deployments"
    started = act.api.send("POST", path, {"virtual_environment_id": act.scene.environments["production"]["id"]})
    screen.call("POST", "/api/v1/packages/{id}/deployments", f"to production: {started['status']}")
    ended: Json = watching.until(
        lambda: act.api.send("GET", f"{path}/{started['id']}"), lambda seen: seen["status"] not in _UNDER_WAY, name
    )
    for entry in ended["report"]:
        when, message = entry["created_at"][11:23], entry.get("message") or ""
        screen.entry("production", when, entry["type"], entry["title"], message)
    expect(ended["status"] == expected, f"the package is {expected} (it is {ended['status']})")
    return ended
