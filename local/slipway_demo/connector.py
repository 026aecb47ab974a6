"""The part about Connect: a connector from its repository to what is hosted of it, to a newer version, and away."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from . import repository, screen, watching
from .client import Json, ask, expect
from .place import Place
from .repository import Repository
from .scene import Scene

REGION = "eu-central-1.aws"
_UNDER_WAY = ("Queued", "Deploying", "Undeploying")
_FLOW = "orders/flow.asl.json"
_ANSWER = {"shop": "Corner shop", "orders": ["A-2", "A-3", "A-4"]}


@dataclass
class _Act:
    """What the steps hand on to one another."""

    scene: Scene
    repository: Repository
    topics: Any
    """A client of SNS, for whoever publishes messages."""
    since: str
    staged: Json = field(default_factory=dict)
    deployment: Json = field(default_factory=dict)


def tell(scene: Scene, place: Place, since: str) -> None:
    """Tells the part; raises `DemoError` where it goes otherwise than it should."""
    tags = Repository(place.service("s3"), place.bucket, place.credentials.project, f"shop-{scene.suffix}")
    act = _Act(scene, tags, place.service("sns"), since)
    for step in (_publish, _deploy, _use, _move_on, _take_away):
        step(act)


def _publish(act: _Act) -> None:
    screen.chapter(9, "A connector: a repository with a service, a job and an event application")
    screen.call("PUT", act.repository.push("v1", repository.files()), "what is in local/slipway_demo/shop-connector")
    act.staged = act.scene.client.create("/connectors/drafts", {
        "key": f"shop-{act.scene.suffix}", "name": "Shop", "creator": {"email": "demo@example.com"},
        "repository": {"url": act.repository.url, "tag": "v1"},
    })
    screen.call("POST", "/connectors/drafts", "the repository is read at its tag")
    kinds = _kinds(act)
    expect(kinds == {"orders": "service", "digest": "job", "refunds": "event"}, "connect.yaml declares three kinds")
    _update_staged(act, {"action": "updatePreviewable"})
    expect(act.staged["isPreviewable"] == "true", f"the connector passes its checks ({_why(act, 'previewableReport')})")
    titles = [entry["title"] for entry in act.staged["previewableReport"]["entries"]]
    expect(titles.count("Application build check succeeded") == len(kinds), "every application can be hosted")
    screen.proven(f"Checked: {', '.join(f'{name} ({kind})' for name, kind in kinds.items())} can be hosted")
    _publish_staged(act)
    expect(_published(act)["version"] == 1, "the first publication is version 1")
    screen.proven("Published, for this project and whom it invites")


def _kinds(act: _Act) -> dict[str, str]:
    """The kind of each application."""
    return {one["applicationName"]: one["applicationType"] for one in act.staged["configurations"]}


def _why(act: _Act, report: str) -> str:
    entries = act.staged.get(report, {}).get("entries", [])
    reasons = [entry.get("message", entry["title"]) for entry in entries if entry["type"] == "Error"]
    return "; ".join(reasons) or "no reason"


def _update_staged(act: _Act, *actions: Json) -> None:
    """Changes the connector and waits for the worker, if there is work for it."""
    path = f"/connectors/drafts/{act.staged['id']}"
    version = act.scene.client.get(path)["version"]
    act.scene.client.update(path, version, *actions)
    screen.call("POST", "/connectors/drafts/{id}", ", ".join(action["action"] for action in actions))

    def rests(staged: Json) -> bool:
        return staged["isPreviewable"] != "pending" and staged["status"] != "Processing"

    act.staged = watching.until(lambda: act.scene.client.get(path), rests, "the connector is checked or published")


def _publish_staged(act: _Act) -> None:
    _update_staged(act, {"action": "publish", "certification": False})
    expect(act.staged["status"] == "Published", f"the connector is published ({_why(act, 'publishingReport')})")


def _published(act: _Act) -> Json:
    return act.scene.client.get(f"/connectors/{act.staged['id']}")


def _deploy(act: _Act) -> None:
    screen.chapter(10, "Deployed: its own values, a secret, and an address for each application")
    key = act.scene.new_key("the connector's key")
    orders = {
        "applicationName": "orders",
        "standardConfiguration": [
            {"key": "SHOP_URL", "value": act.scene.shop.url}, {"key": "SHOP_NAME", "value": _ANSWER["shop"]},
        ],
        "securedConfiguration": [{"key": "SHOP_KEY", "value": key}],
    }
    act.deployment = act.scene.client.create("/deployments", {
        "key": f"shop-{act.scene.suffix}", "type": "sandbox", "connector": {"id": act.staged["id"]}, "region": REGION,
        "configurations": [orders, {"applicationName": "digest"}, {"applicationName": "refunds"}],
    })
    screen.call("POST", "/deployments", f"a sandbox in {REGION}: {act.deployment['status']}")
    _await_deployment(act)
    kinds = _kinds(act)
    screen.table(["application", "type", "values", "secret", "where"], [
        [one["applicationName"], kinds[one["applicationName"]], _values(one, "standardConfiguration"),
         _values(one, "securedConfiguration"), _place(one)]
        for one in act.deployment["applications"]
    ])
    expect(key not in json.dumps(act.deployment), "the secret is in no answer")
    expect(_values(_application(act, "orders"), "securedConfiguration") == "SHOP_KEY=****", "a secret is masked")
    screen.proven("Deployed: a service with a URL, a job with a schedule, an event application with a topic")


def _values(application: Json, member: str) -> str:
    return ", ".join(f"{value['key']}={value['value']}" for value in application[member]) or "-"


def _place(application: Json) -> str:
    """Where an application answers, or what starts it; long names shortened in the middle."""
    place = next((str(application[name]) for name in ("url", "topic", "schedule") if name in application), "-")
    return place if len(place) <= 64 else f"{place[:46]}…{place[-17:]}"


def _application(act: _Act, name: str) -> Json:
    """An application of the deployment."""
    return next(one for one in act.deployment["applications"] if one["applicationName"] == name)


def _await_deployment(act: _Act) -> None:
    """Waits for the operation, and shows what its report says of the whole deployment."""
    path = f"/deployments/{act.deployment['id']}"
    act.deployment = watching.until(
        lambda: act.scene.client.get(path), lambda seen: seen["status"] not in _UNDER_WAY, "the deployment is done"
    )
    for entry in act.deployment["details"]["build"]["report"]["entries"]:
        if "application" not in entry or entry["type"] == "Error":
            title, message = entry["title"], entry.get("message", "")
            screen.entry(entry.get("application", "sandbox"), entry["createdAt"][11:23], entry["type"], title, message)
    expect(act.deployment["status"] == "Deployed", f"the deployment is Deployed (it is {act.deployment['status']})")


def _use(act: _Act) -> None:
    answer = _call(act, "without a token: who knows the URL may call it")
    screen.tell(f"  {json.dumps(answer)}")
    expect(answer == _ANSWER, "the service answers with its value and the shop's orders")
    screen.proven("The service answers, and the shop has seen the connector's key")
    act.topics.publish(TopicArn=_application(act, "refunds")["topic"], Message=json.dumps({"order": "A-2"}))
    screen.call("SNS", "Publish", "a message on the topic of refunds")
    path = f"/deployments/{act.deployment['id']}/logs"

    def has_ended(log: Json) -> bool:
        return any(entry["details"].get("message") == "run succeeded" for entry in log["data"])

    log = watching.until(
        lambda: act.scene.client.get(path, applicationName="refunds"), has_ended, "the log tells of the run"
    )
    screen.call("GET", "/deployments/{id}/logs", ", ".join(_words(entry) for entry in log["data"]))
    screen.proven("The message has started a run, and the log tells how it ended")


def _words(entry: Json) -> str:
    return str(entry["details"].get("message", entry["type"]))


def _call(act: _Act, note: str) -> Json:
    """What the service answers to somebody who knows nothing but its URL."""
    visits = len(act.scene.shop.visits)
    answer = ask(f"{_application(act, 'orders')['url']}/orders", {"since": act.since}, 200)
    screen.call("POST", "{url}/orders", note)
    expect(len(act.scene.shop.visits) == visits + 1, "the service asks the shop once")
    visit = act.scene.shop.visits[-1]
    expect(visit.key == "the connector's key" and visit.since == act.since, "the shop sees the connector's key")
    return answer


def _move_on(act: _Act) -> None:
    screen.chapter(11, "Version 2: published, and deployed only where that is asked for")
    screen.call("PUT", act.repository.push("v2", second_version(repository.files())))
    _update_staged(act, {"action": "setRepository", "tag": "v2"})
    _publish_staged(act)
    expect(_published(act)["version"] == 2, "the second publication is version 2")
    expect(_call(act, "still version 1") == _ANSWER, "what is deployed does not move by itself")
    screen.proven("What is deployed answers as before")
    before = {name: _application(act, name) for name in ("orders", "refunds")}
    path = f"/deployments/{act.deployment['id']}"
    act.scene.client.update(path, act.deployment["version"], {"action": "redeploy", "updateConnector": True})
    screen.call("POST", "/deployments/{id}", "redeploy, updateConnector")
    _await_deployment(act)
    expect(act.deployment["connector"]["version"] == 2, "version 2 is deployed")
    answer = _call(act, "the same URL")
    screen.tell(f"  {json.dumps(answer)}")
    expect(answer == {**_ANSWER, "total": 1450}, "version 2 sums up, with the values and the secret from before")
    expect(_application(act, "orders")["url"] == before["orders"]["url"], "a URL lasts as long as its deployment")
    expect(_application(act, "refunds")["topic"] != before["refunds"]["topic"], "every build has a topic of its own")
    screen.proven("Version 2 answers at the same URL, with the same values and secret; the topic is a new one")


def second_version(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files, with a service that says besides what the orders amount to."""
    flow = json.loads(files[_FLOW])
    flow["States"]["Ask the shop"]["Output"]["total"] = "{% $sum($states.result.body.orders.amount) %}"
    return {**files, _FLOW: json.dumps(flow).encode()}


def _take_away(act: _Act) -> None:
    client, path = act.scene.client, f"/deployments/{act.deployment['id']}"
    client.delete(path)
    screen.call("DELETE", "/deployments/{id}")
    watching.until(lambda: {"gone": client.is_gone(path)}, lambda seen: seen["gone"], "the deployment is gone")
    ask(f"{_application(act, 'orders')['url']}/orders", {}, 404)
    client.delete(f"/connectors/drafts/{act.staged['id']}")
    screen.call("DELETE", "/connectors/drafts/{id}")
    expect(client.is_gone(f"/connectors/{act.staged['id']}"), "what was published goes with the staged connector")
    act.repository.remove()
    screen.proven("Deployment and connector are gone, and the URL answers 404")
