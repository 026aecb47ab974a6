"""The story: one flow, two environments, two releases that work and one that does not, the way back; a connector;
flow versions and a package."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from . import connector, ending, screen, versions, watching
from .client import Client, Json, VersionsClient, expect
from .place import Place
from .scene import Scene
from .shop import Shop, open_shop

PLACES = ("staging", "production")
SINCE = "2026-01-11"
_DEFINITION = Path(__file__).with_name("orders.asl.json")


def tell(place: Place, shops: Callable[[], AbstractContextManager[Shop]] = open_shop) -> Scene:
    """Tells the whole story; raises `DemoError` where it goes otherwise than it should."""
    with shops() as shop:
        scene = Scene(Client(place.credentials), shop, secrets.token_hex(3), json.loads(_DEFINITION.read_text()))
        for step in (_environments, _flow, _first_release, _first_runs, _second_release, _broken_release, _rollback):
            step(scene)
        ending.history(scene)
        connector.tell(scene, place, SINCE)
        versions.tell(scene, VersionsClient(place.credentials))
        expect(shop.refused == 1, "the shop refused nobody but the one who came without a key")
    return scene


def _environments(scene: Scene) -> None:
    screen.chapter(1, "Two environments with different variables")
    values = {"staging": ("eu-test", 100, "staging's key"), "production": ("eu", 300, "production's key")}
    for position, (place, (region, threshold, called)) in enumerate(values.items()):
        scene.environments[place] = scene.client.create("/environments", {
            "key": f"{place}-{scene.suffix}", "name": place, "position": position,
            "variables": [
                {"name": "shop.url", "value": scene.shop.url},
                {"name": "region", "value": region},
                {"name": "review.threshold", "value": threshold},
                {"name": "SHOP_KEY", "value": scene.new_key(called), "secured": True},
            ],
        })
        screen.call("POST", "/environments", f"{place}-{scene.suffix}")
    names = [variable["name"] for variable in scene.environments["staging"]["variables"]]
    screen.table(["variable", *PLACES], [[name, *(_shown(scene, place, name) for place in PLACES)] for name in names])
    hidden = [_shown(scene, place, "SHOP_KEY") for place in PLACES]
    expect(hidden == ['"****"', '"****"'], "a secured value is never shown")
    screen.proven("SHOP_KEY is secured: it is kept encrypted and never shown again")
    expect(scene.shop.status_without_key() == 401, "the shop refuses whoever comes without a key")
    screen.proven(f"The shop, a small HTTP server of this demo at {scene.shop.url}, answers 401 without such a key")


def _shown(scene: Scene, place: str, name: str) -> str:
    variables = scene.environments[place]["variables"]
    return next(json.dumps(variable["value"]) for variable in variables if variable["name"] == name)


def _flow(scene: Scene) -> None:
    screen.chapter(2, "A flow: ask the shop through the HTTP task, decide about each order, sum up")
    integration = scene.client.create("/integrations", {"key": f"shop-{scene.suffix}", "name": "Shop"})
    screen.call("POST", "/integrations", f"shop-{scene.suffix}")
    scene.flow = scene.client.create("/flows", {
        "key": f"orders-{scene.suffix}", "name": "Orders", "integration": integration["id"],
        "trigger": {"type": "service"}, "definition": scene.definition,
    })
    screen.call("POST", "/flows", f"orders-{scene.suffix}, with the definition local/slipway_demo/{_DEFINITION.name}")
    expect(scene.flow["status"] == "Unsaved", "a new flow is Unsaved")
    _update_flow(scene, {"action": "save"})
    expect(scene.flow["status"] == "Saved", "a flow that was saved is Saved")
    screen.proven("Saved: our own check and that of Step Functions have no finding")


def _update_flow(scene: Scene, *actions: Json) -> None:
    scene.flow = scene.client.update(f"/flows/{scene.flow['id']}", scene.flow["version"], *actions)
    screen.call("POST", "/flows/{id}", ", ".join(action["action"] for action in actions))


def _release(scene: Scene, description: str, deploy_to: str = "") -> Json:
    body: Json = {"description": description}
    if deploy_to:
        environment = scene.environments[deploy_to]["id"]
        body["deploy"] = {"environment": environment, "description": f"{description}, for {deploy_to}"}
    release = scene.client.create(f"/flows/{scene.flow['id']}/releases", body)
    screen.call("POST", "/flows/{id}/releases", f"release {release['number']}: {description}")
    scene.flow = scene.client.get(f"/flows/{scene.flow['id']}")
    expect(scene.flow["status"] == "Released", "a flow that was released is Released")
    return release


def _first_release(scene: Scene) -> None:
    screen.chapter(3, "Release 1, deployed to both environments at once")
    release = _release(scene, "Decide about open orders")
    expect(release["number"] == 1, "the first release has the number 1")
    asked = {}
    for place in PLACES:
        deployment = scene.client.create("/flow-deployments", {
            "flow": scene.flow["id"], "release": 1, "environment": scene.environments[place]["id"],
            "description": f"First go, {place}",
        })
        screen.call("POST", "/flow-deployments", f"to {place}: {deployment['status']}")
        asked[place] = deployment["id"]
    screen.tell("The build reports as they grow:")
    scene.deployments.update(watching.build(scene.client, asked))
    expect(all(scene.deployments[place]["active"] for place in PLACES), "both deployments answer")
    screen.proven("Deployed in staging and in production")


def _first_runs(scene: Scene) -> None:
    screen.chapter(4, "One run in each: the same release, other values")
    started = scene.client.trigger(scene.deployments["staging"]["url"], {"since": SINCE})
    screen.call("POST", "/triggers/{environment}/{flow}", f"the URL of staging: {started['status']}")
    scene.runs["staging"] = _finish(scene, started, "staging's key")
    scene.runs["production"] = run_by_hand(scene, "production", "production's key")
    show_runs(scene, "staging", "production")
    expect(scene.runs["staging"]["review"] == ["A-2", "A-3", "A-4"], "staging reviews from 100 on")
    expect(scene.runs["production"]["review"] == ["A-3", "A-4"], "production reviews from 300 on")
    screen.proven("The outputs differ as the variables do, and each call carried its own environment's key")


def run_by_hand(scene: Scene, place: str, key: str) -> Json:
    """Runs what answers in a place through `POST /runs`. The shop has to see the key that is called `key`."""
    started = scene.client.create("/runs", {
        "flow": scene.flow["id"], "environment": scene.environments[place]["id"], "input": {"since": SINCE},
    })
    screen.call("POST", "/runs", f"in {place}: {started['status']}")
    return _finish(scene, started, key)


def _finish(scene: Scene, started: Json, key: str) -> Json:
    run = watching.run(scene.client, started)
    expect(isinstance(run["output"], dict), f"the run puts out an object (it is {run['output']})")
    visit = scene.shop.visits[-1]
    expect(visit.key == key, f"the shop is asked with {key} (it was {visit.key})")
    expect(visit.since == SINCE and visit.region == run["output"]["region"], "the shop gets the query of the flow")
    return {**run["output"], "release": run["release"], "the shop saw": visit.key}


def show_runs(scene: Scene, *names: str) -> None:
    """The outputs of runs side by side."""
    members: list[str] = []
    for name in names:
        members += [member for member in scene.runs[name] if member not in members]
    rows = [[member, *(_cell(scene.runs[name].get(member)) for name in names)] for member in members]
    screen.table(["output", *names], rows)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return "-" if value is None else str(value)


def _second_release(scene: Scene) -> None:
    screen.chapter(5, "Release 2: another definition, another threshold, a new key in production")
    changed = copy.deepcopy(scene.definition)
    changed["States"]["Sum up"]["Output"]["orders"] = "{% $count($states.input) %}"
    _update_flow(scene, {"action": "setDefinition", "definition": changed}, {"action": "save"})
    environment = scene.environments["production"]
    scene.environments["production"] = scene.client.update(
        f"/environments/{environment['id']}", environment["version"],
        {"action": "setVariable", "name": "review.threshold", "value": 900},
        {"action": "setVariable", "name": "SHOP_KEY", "value": scene.new_key("the new key"), "secured": True},
    )
    screen.call("POST", "/environments/{id}", "review.threshold = 900, SHOP_KEY = ****")
    scene.runs["1, still"] = run_by_hand(scene, "production", "production's key")
    expect(scene.runs["1, still"] == scene.runs["production"], "what runs keeps its values until it is deployed again")
    screen.proven("What is deployed keeps its values until it is deployed again")
    release = _release(scene, "Count the orders", deploy_to="production")
    built = watching.build(scene.client, {"production": release["deployment"]["id"]})
    scene.deployments["second"] = built["production"]
    scene.runs["release 2"] = run_by_hand(scene, "production", "the new key")
    scene.runs["release 1"] = scene.runs["production"]
    show_runs(scene, "release 1", "release 2")
    expect(scene.runs["release 2"]["review"] == ["A-4"] and scene.runs["release 2"]["orders"] == 3, "release 2 answers")
    screen.proven("Production answers with release 2 and today's values")


def _broken_release(scene: Scene) -> None:
    screen.chapter(6, "Release 3 needs variables that nobody has set: it fails before it touches anything")
    broken = copy.deepcopy(scene.definition)
    broken["States"]["Sum up"]["Output"].update({"currency": "${currency}", "carrier": "${carrier.name}"})
    broken["States"]["Ask the shop"]["Arguments"]["headers"]["x-signature"] = "${secret.SIGNATURE}"
    _update_flow(scene, {"action": "setDefinition", "definition": broken}, {"action": "save"})
    release = _release(scene, "Currency and carrier", deploy_to="production")
    failed = watching.build(scene.client, {"production": release["deployment"]["id"]}, expected="Failed")["production"]
    entries = failed["details"]["build"]["report"]["entries"]
    reasons = " ".join(entry["message"] for entry in entries if entry["type"] == "Error")
    expect(all(f"'{name}'" in reasons for name in ("currency", "carrier.name", "SIGNATURE")), "every name is reported")
    screen.proven("Failed, and the report names every variable that is missing")
    again = run_by_hand(scene, "production", "the new key")
    expect(again == scene.runs["release 2"], "what ran before still answers")
    screen.proven("Release 2 still answers, as if nothing had happened")


def _rollback(scene: Scene) -> None:
    screen.chapter(7, "Roll back: release 1 answers again, with the values it ran with")
    second = scene.client.get(f"/flow-deployments/{scene.deployments['second']['id']}")
    scene.client.update(f"/flow-deployments/{second['id']}", second["version"], {"action": "rollback"})
    screen.call("POST", "/flow-deployments/{id}", "rollback")
    rolled = watching.build(scene.client, {"production": second["id"]})["production"]
    first = scene.client.get(f"/flow-deployments/{scene.deployments['production']['id']}")
    expect(first["active"] and not rolled["active"], "the first deployment answers and the second does not")
    scene.runs["rolled back"] = run_by_hand(scene, "production", "production's key")
    show_runs(scene, "release 1", "release 2", "rolled back")
    expect(scene.runs["rolled back"] == scene.runs["release 1"], "a rollback restores release and values")
    screen.proven("The same output as before release 2: threshold 300 and the old key, although both were changed")
