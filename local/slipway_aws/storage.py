"""What is assumed of DynamoDB, S3 and KMS."""

from __future__ import annotations

from .assumption import Assumption
from .stack import Stack, expect
from .states import machine


def explains_conditions(stack: Stack) -> str:
    environment = stack.environment()
    path = f"/environments/{environment['id']}"
    current = stack.client.get(path)["version"]
    rename = {"action": "setName", "name": "Proofs, renamed"}
    stack.client.update(path, current, rename)
    stale = stack.call("POST", path, {"version": current, "actions": [rename]})
    expect(stale.status == 409, f"{stale.status} {stale.body[:200]}")
    expect(str(current + 1) in stale.body, stale.body[:300])
    return "a stale version gets 409 with the current one, out of the failed write itself"


def explains_transactions(stack: Stack) -> str:
    body = {"key": f"twice-{stack.suffix}", "name": "Twice"}
    stack.client.create("/integrations", body)
    second = stack.call("POST", "/integrations", body)
    expect(second.status == 400 and "DuplicateField" in second.codes(), f"{second.status} {second.body[:200]}")
    return "a key that is taken is told from other reasons for which a transaction is cancelled"


def stores_once(stack: Stack) -> str:
    definition = machine(Type="Pass", Comment=f"twice {stack.suffix}")
    for name in ("first", "second"):
        stack.client.create("/flows", {"key": f"{name}-{stack.suffix}", "name": name, "definition": definition})
    key_of = stack.service("s3").get_paginator("list_objects_v2").paginate(
        Bucket=stack.outputs["BucketName"], Prefix="sha256/"
    )
    expect(any(page.get("Contents") for page in key_of), "nothing lies under sha256/")
    return "the same payload is written twice with `If-None-Match: *`, and both writers succeed"


def seals(stack: Stack) -> str:
    variables = stack.client.get(f"/environments/{stack.environment()['id']}")["variables"]
    expect([one["value"] for one in variables] == ["****"], variables)
    return "a secured value is sealed with a data key of the stack's key"


def limits_partitions(stack: Stack) -> str:
    client = stack.client.create("/api-clients", {
        "name": "Proof", "kind": "apiKey", "scopes": ["view_environments"], "environment": None,
    })
    stack.client.delete(f"/api-clients/{client['id']}")
    return "a transaction over a project's items and a credential is made by a role that names both partitions"


ASSUMPTIONS = [
    Assumption(
        "dynamodb-old-items", "A failed condition answers with the item as it is (`ALL_OLD`)",
        "DynamoDB API reference, *ReturnValuesOnConditionCheckFailure*", "409 does not say which version is current",
        explains_conditions,
    ),
    Assumption(
        "dynamodb-reasons", "`CancellationReasons` stand in the order of the writes and carry the items",
        "DynamoDB API reference, *TransactWriteItems*", "Errors name the wrong reason", explains_transactions,
    ),
    Assumption(
        "dynamodb-index", "An index lags behind the table by milliseconds and never by minutes",
        "DynamoDB developer guide, *Global secondary indexes*", "Lists miss what was just made", None,
        "Not a promise of AWS; watch `OnlineIndexPercentageProgress` and lists under load",
    ),
    Assumption(
        "dynamodb-leading-keys", "`dynamodb:LeadingKeys` with `ForAllValues:StringLike` limits single requests, batches and "
        "transactions to partitions", "DynamoDB developer guide, *Using IAM policy conditions for fine-grained access "
        "control*", "Clients cannot be made, or functions reach credentials and keys", limits_partitions,
    ),
    Assumption(
        "s3-if-none-match", "`If-None-Match: *` answers 412 when the key exists and 409 while another write of it is "
        "under way", "S3 user guide, *Conditional writes*", "Saving a definition that exists already gets 500", stores_once,
    ),
    Assumption(
        "kms-context", "Decrypt compares the encryption context, and roles may be limited to contexts",
        "KMS developer guide, *Encryption context*", "Secured values cannot be set or read", seals,
    ),
]
