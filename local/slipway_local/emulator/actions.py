"""Which IAM actions, on which resources, a request to an AWS service needs. Covers what functions call and little more.

Where it matters that an action is checked for each part of a request (transactions, passed roles), it is. A request
that is not covered raises `Unmapped`, so that a new call is noticed instead of passed.

Source: the actions, resources, and condition keys of each service in the Service Authorization Reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Body = dict[str, Any]


class Unmapped(Exception):
    """Nothing is known about what this request needs; the text names it."""


@dataclass(frozen=True)
class Call:
    """A signed request."""

    service: str
    """Signing name of the service, from the credential scope."""
    region: str
    account: str
    method: str
    path: str
    """As sent: percent-encoded, without the query."""
    query: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    """Empty for S3, where nothing depends on it."""

    def arn(self, resource: str, service: str | None = None) -> str:
        """ARN of a resource in the call's region and account."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"

    def operation(self) -> str:
        """Operation of the JSON protocols: what follows the dot of the target."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2]

    def json(self) -> Body:
        """The body of the JSON protocols."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unmapped(f"{self.service}: the body is no JSON object")
        return found

    def __str__(self) -> str:
        target = self.headers.get("x-amz-target") or f"{self.method} {self.path}?{self.query}".rstrip("?")
        return f"{self.service}: {target}"


@dataclass(frozen=True)
class Need:
    """One permission that a call needs."""

    action: str
    resource: str
    conditions: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    """Condition keys of the service, in lower case, that the request carries, with their values; several values for a
    key that has many."""


def needs(call: Call, key_arn: Callable[[Body], str]) -> list[Need]:
    """Every permission the call needs; `key_arn` finds the KMS key that a request to KMS is about."""
    if call.service == "kms":
        return _kms(call, key_arn)
    mapping = _SERVICES.get(call.service)
    if mapping is None:
        raise Unmapped(str(call))
    return mapping(call)


_TABLE_OPERATIONS = frozenset({"DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"})
_TRANSACTIONS = {"TransactGetItems": ("Get",), "TransactWriteItems": ("ConditionCheck", "Delete", "Put", "Update")}
_PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem", "Delete": "dynamodb:DeleteItem", "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem",
}


_WITHOUT_KEYS = frozenset({"DescribeTable", "Scan"})
_PARTITION_KEY = "PK"
_FIRST_EQUALITY = re.compile(r"\s*\(?\s*#?\w+\s*=\s*(:\w+)")


def _dynamodb(call: Call) -> list[Need]:
    operation, body = call.operation(), call.json()
    if operation in _TABLE_OPERATIONS:
        table = _table(call, body)
        index = body.get("IndexName")
        keys = [] if operation in _WITHOUT_KEYS else [_leading_key(call, operation, body)]
        return [_on_items(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table, keys)]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        tables = body.get("RequestItems") or {}
        return [
            _on_items(f"dynamodb:{operation}", _table(call, {"TableName": name}), _keys_of_batch(call, asked))
            for name, asked in tables.items()
        ]
    if operation in _TRANSACTIONS:
        # There is no action for transactions: each part needs its own. All parts of a kind are looked at as one, which is
        # the stricter way to read the documentation of `dynamodb:LeadingKeys`.
        parts: dict[tuple[str, str], list[str]] = {}
        for item in body.get("TransactItems") or []:
            for kind, part in item.items():
                if kind in _TRANSACTIONS[operation]:
                    keys = parts.setdefault((_PARTS[kind], _table(call, part)), [])
                    keys.append(_leading_key(call, kind, part))
        return [_on_items(action, table, keys) for (action, table), keys in parts.items()]
    raise Unmapped(str(call))


def _on_items(action: str, resource: str, keys: list[str]) -> Need:
    """An action on the items with these partition keys."""
    values = tuple(sorted(set(keys)))
    return Need(action, resource, (("dynamodb:leadingkeys", values),) if values else ())


def _keys_of_batch(call: Call, asked: Any) -> list[str]:
    if isinstance(asked, dict):
        return [_leading_key(call, "Get", {"Key": key}) for key in asked.get("Keys") or []]
    writes = [(kind.removesuffix("Request"), write) for item in asked for kind, write in item.items()]
    return [_leading_key(call, kind, write) for kind, write in writes]


def _leading_key(call: Call, kind: str, part: Body) -> str:
    """The partition key that a part of a request names: of the table, or of the index that a query reads."""
    if kind == "Query":
        found = _FIRST_EQUALITY.match(str(part.get("KeyConditionExpression", "")))
        value = (part.get("ExpressionAttributeValues") or {}).get(found.group(1)) if found else None
    else:
        item = part.get("Item") if kind in ("Put", "PutItem") else part.get("Key")
        value = (item or {}).get(_PARTITION_KEY)
    if not isinstance(value, dict) or not isinstance(value.get("S"), str):
        raise Unmapped(f"{call}: no partition key is named")
    return str(value["S"])


def _table(call: Call, body: Body) -> str:
    name = body.get("TableName")
    if not isinstance(name, str) or not name:
        raise Unmapped(f"{call}: no table is named")
    return name if name.startswith("arn:") else call.arn(f"table/{name}")


_OBJECT_ACTIONS = {
    "GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject",
}
_HARMLESS_QUERY = frozenset({"x-id"})
_LIST_QUERY = frozenset({"continuation-token", "delimiter", "list-type", "max-keys", "prefix", "start-after"})
_MORE_RIGHTS = ("x-amz-acl", "x-amz-copy-source", "x-amz-object-lock-mode", "x-amz-tagging")


def _s3(call: Call) -> list[Need]:
    bucket, _, key = unquote(call.path.lstrip("/")).partition("/")
    parameters = set(parse_qs(call.query, keep_blank_values=True)) - _HARMLESS_QUERY
    if not bucket or any(header in call.headers for header in _MORE_RIGHTS):
        raise Unmapped(str(call))
    if not key:
        if call.method in ("GET", "HEAD") and parameters <= _LIST_QUERY:
            return [Need("s3:ListBucket", f"arn:aws:s3:::{bucket}")]
        raise Unmapped(str(call))
    action = _OBJECT_ACTIONS.get(call.method)
    if action is None or parameters - {"versionId"}:
        raise Unmapped(str(call))
    version = "Version" if "versionId" in parameters else ""
    conditions = tuple(
        (f"s3:{name}", call.headers[name]) for name in ("if-match", "if-none-match") if name in call.headers
    )
    return [Need(f"{action}{version}", f"arn:aws:s3:::{bucket}/{key}", conditions)]


_KEY_OPERATIONS = frozenset({
    "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
})


def _kms(call: Call, key_arn: Callable[[Body], str]) -> list[Need]:
    operation = call.operation()
    if operation not in _KEY_OPERATIONS:
        raise Unmapped(str(call))
    # Whichever way a key is named, by id or alias or only by what it has encrypted, a role names its ARN.
    body = call.json()
    context = body.get("EncryptionContext") or {}
    conditions = tuple((f"kms:encryptioncontext:{name.lower()}", str(value)) for name, value in sorted(context.items()))
    return [Need(f"kms:{operation}", key_arn(body), conditions)]


_QUEUE_ACTIONS = {
    "ChangeMessageVisibility": "sqs:ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "DeleteMessage": "sqs:DeleteMessage", "DeleteMessageBatch": "sqs:DeleteMessage",
    "GetQueueAttributes": "sqs:GetQueueAttributes", "ReceiveMessage": "sqs:ReceiveMessage",
    "SendMessage": "sqs:SendMessage", "SendMessageBatch": "sqs:SendMessage",
}


def _sqs(call: Call) -> list[Need]:
    action = _QUEUE_ACTIONS.get(call.operation())
    if action is None:
        raise Unmapped(str(call))
    account, _, name = urlsplit(str(call.json().get("QueueUrl", ""))).path.lstrip("/").partition("/")
    return [Need(action, f"arn:aws:sqs:{call.region}:{account}:{name}")]


_MACHINE_OPERATIONS = frozenset({
    "DeleteStateMachine", "DescribeStateMachine", "ListExecutions", "StartExecution", "StartSyncExecution",
})
_EXECUTION_OPERATIONS = frozenset({"DescribeExecution", "GetExecutionHistory", "StopExecution"})


def _states(call: Call) -> list[Need]:
    operation, body = call.operation(), call.json()
    if operation in _MACHINE_OPERATIONS:
        return [Need(f"states:{operation}", str(body.get("stateMachineArn")))]
    if operation in _EXECUTION_OPERATIONS:
        return [Need(f"states:{operation}", str(body.get("executionArn")))]
    if operation == "ValidateStateMachineDefinition":
        return [Need("states:ValidateStateMachineDefinition", "*")]
    if operation == "CreateStateMachine":
        machine = call.arn(f"stateMachine:{body.get('name')}")
        found = [Need("states:CreateStateMachine", machine), _pass(body.get("roleArn"), "states.amazonaws.com")]
        if body.get("tags"):
            found.append(Need("states:TagResource", machine))
        if body.get("publish"):
            found.append(Need("states:PublishStateMachineVersion", machine))
        return found
    raise Unmapped(str(call))


_SCHEDULE_ACTIONS = {
    "DELETE": "scheduler:DeleteSchedule", "GET": "scheduler:GetSchedule",
    "POST": "scheduler:CreateSchedule", "PUT": "scheduler:UpdateSchedule",
}


def _scheduler(call: Call) -> list[Need]:
    kind, _, name = call.path.lstrip("/").partition("/")
    action = _SCHEDULE_ACTIONS.get(call.method)
    if kind != "schedules" or not name or "/" in name or action is None:
        raise Unmapped(str(call))
    body = call.json() if call.method in ("POST", "PUT") else {}
    named = parse_qs(call.query).get("groupName", ["default"])[0]
    schedule = call.arn(f"schedule/{body.get('GroupName') or named}/{unquote(name)}")
    found = [Need(action, schedule)]
    if body:
        found.append(_pass((body.get("Target") or {}).get("RoleArn"), "scheduler.amazonaws.com"))
    return found


_TOPIC_ACTIONS = frozenset({"DeleteTopic", "Publish", "Subscribe"})


def _sns(call: Call) -> list[Need]:
    # The query protocol: a form in the body, with the operation in it.
    form = parse_qs(call.body.decode("utf-8", errors="replace"), keep_blank_values=True)

    def field(name: str) -> str:
        return form.get(name, [""])[0]

    action = field("Action")
    if action in _TOPIC_ACTIONS and field("TopicArn"):
        return [Need(f"sns:{action}", field("TopicArn"))]
    if action == "CreateTopic" and field("Name"):
        topic = call.arn(field("Name"))
        tagged = any(name.startswith("Tags.") for name in form)
        return [Need("sns:CreateTopic", topic), *([Need("sns:TagResource", topic)] if tagged else [])]
    raise Unmapped(f"{call.service}: {action or call}")


def _pass(role: Any, service: str) -> Need:
    """Who makes something that runs as a role must be allowed to hand over that role."""
    return Need("iam:PassRole", str(role), (("iam:passedtoservice", service),))


def _iam(call: Call) -> list[Need]:
    sent = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    if sent.get("Action") == "SimulatePrincipalPolicy" and sent.get("PolicySourceArn"):
        return [Need("iam:SimulatePrincipalPolicy", sent["PolicySourceArn"])]
    raise Unmapped(str(call))


_SERVICES: dict[str, Callable[[Call], list[Need]]] = {
    "dynamodb": _dynamodb, "iam": _iam, "s3": _s3, "scheduler": _scheduler, "sns": _sns, "sqs": _sqs,
    "states": _states,
}
