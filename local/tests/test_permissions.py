"""Roles are enforced on functions, and on nobody else. Needs the virtual environment."""

from __future__ import annotations

import asyncio
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import patch

from slipway_local.emulator import policies
from slipway_local.emulator.permissions import Permissions

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/slipway/things-role"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/one"
TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/things"
CONFIG = {"FunctionName": "slipway-things-get", "Handler": "things.get", "Role": ROLE}
ALLOWED = {
    "Statement": [
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem"], "Resource": TABLE,
         "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*"]}}},
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE,
         "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*", "CREDENTIAL#*"]}}},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY,
         "Condition": {"StringLike": {"kms:EncryptionContext:entity": "environment/*"}}},
        {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/sha256/*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE,
         "Condition": {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}}},
        {"Effect": "Allow", "Action": "states:CreateStateMachine",
         "Resource": f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:slipway-*"},
        {"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": "*"},
    ]
}
BUCKET_POLICY = {
    "Statement": [{
        "Sid": "NoReplacing", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::b/sha256/*",
        "Condition": {
            "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/slipway/*"},
            "Null": {"s3:if-none-match": "true"},
        },
    }]
}


def _key(partition: str) -> dict[str, Any]:
    return {"PK": {"S": partition}, "SK": {"S": "x"}}


def _puts(*partitions: str) -> dict[str, Any]:
    return {"TransactItems": [{"Put": {"TableName": "things", "Item": _key(name)}} for name in partitions]}


class Roles:
    """Stands for the emulator's IAM."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def get_scoped(self, *_: Any) -> dict[str, Any]:
        return {"InlinePolicies": {"operation": json.dumps(self.document)}}


class PermissionsTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.usage = Path(directory.name) / "used-actions.json"
        self.roles = Roles(ALLOWED)
        self.status = 200
        self.passed: list[bytes] = []
        for target, value in ((policies.iam, "_roles"), (policies.evaluator, "_resource_policy")):
            replacement = self.roles if value == "_roles" else self.resource_policy
            patcher = patch.object(target, value, replacement)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.permissions = Permissions(self.application, self.usage)
        self.key = self.permissions.credentials(CONFIG)["AWS_ACCESS_KEY_ID"]
        patcher = patch("slipway_local.emulator.permissions.log")
        self.log = patcher.start()
        self.addCleanup(patcher.stop)

    @staticmethod
    def resource_policy(service: str, _: str) -> tuple[dict[str, Any], str] | None:
        return (BUCKET_POLICY, ACCOUNT) if service == "s3" else None

    async def application(self, _: Any, receive: Any, send: Any) -> None:
        self.passed.append((await receive())["body"])
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"from the service"})

    def ask(self, service: str, key: str | None = None, body: Any = None, **other: Any) -> tuple[int, str]:
        headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={key or self.key}/20260101/eu-central-1/{service}"
                   "/aws4_request, SignedHeaders=host, Signature=00", **other.pop("headers", {})}
        scope = {
            "type": "http", "method": "POST", "query_string": b"", "raw_path": b"/", **other,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        chunks = [json.dumps(body).encode() if body is not None else b""]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": chunks.pop(), "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.permissions(scope, receive, send))
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()

    def dynamodb(self, operation: str, key: str | None = None, **body: Any) -> tuple[int, str]:
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
        return self.ask("dynamodb", key, {"TableName": "things", "Key": _key("P#a"), **body}, headers=headers)

    def test_what_is_granted_passes_whole(self) -> None:
        self.assertEqual(self.dynamodb("GetItem"), (200, "from the service"))
        self.assertEqual([json.loads(body)["TableName"] for body in self.passed], ["things"])

    def test_what_is_not_granted_is_refused_as_on_aws(self) -> None:
        for operation, body in (("DeleteItem", {}), ("GetItem", {"TableName": "others"}),
                                ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "things", "Key": _key("P#a")}}]})):
            status, text = self.dynamodb(operation, **body)
            answer = json.loads(text)
            self.assertEqual((status, answer["__type"]), (400, "AccessDeniedException"))
            self.assertIn("assumed-role/things-role/slipway-things-get is not authorized", answer["message"])
        self.assertEqual(self.passed, [])
        self.assertEqual(self.log.error.call_count, 3)

    def test_items_of_partitions_that_a_role_does_not_name_are_refused(self) -> None:
        batch = {"RequestItems": {"things": {"Keys": [_key("P#a"), _key("SYSTEM#a")]}}}
        for operation, body, status in (
            ("GetItem", {"Key": _key("SYSTEM#a")}, 400),
            ("GetItem", {"Key": _key("CREDENTIAL#a")}, 400),
            ("BatchGetItem", batch, 400),
            ("BatchGetItem", {"RequestItems": {"things": {"Keys": [_key("P#a"), _key("P#b")]}}}, 200),
            ("TransactWriteItems", _puts("P#a", "SYSTEM#a"), 400),
            ("TransactWriteItems", _puts("P#a", "CREDENTIAL#a"), 200),
        ):
            with self.subTest(operation, body=body):
                self.assertEqual(self.dynamodb(operation, **body)[0], status)

    def test_what_is_sealed_for_something_else_is_not_opened(self) -> None:
        headers = {"x-amz-target": "TrentService.Decrypt"}
        for context, status in (({"entity": "environment/1"}, 200), ({"entity": "signing-key/access-token"}, 400),
                                ({}, 400)):
            body = {"KeyId": "k", "CiphertextBlob": "AAAA", "EncryptionContext": context}
            with patch("slipway_local.emulator.permissions._key_arn", return_value=KEY):
                self.assertEqual(self.ask("kms", body=body, headers=headers)[0], status, context)

    def test_a_changed_role_counts_at_once(self) -> None:
        self.roles.document = {"Statement": []}
        self.assertEqual(self.dynamodb("GetItem")[0], 400)

    def test_others_are_not_checked(self) -> None:
        self.assertEqual(self.dynamodb("DeleteItem", key=ACCOUNT)[0], 200)

    def test_a_key_of_no_function_is_refused(self) -> None:
        self.assertEqual(self.dynamodb("GetItem", key="SLIPWAYNOBODY")[0], 400)

    def test_a_request_that_is_not_known_is_refused(self) -> None:
        status, text = self.dynamodb("ExecuteStatement")
        self.assertEqual(status, 400)
        self.assertIn("ExecuteStatement", text)

    def test_a_service_of_the_query_protocol_refuses_in_its_own_form(self) -> None:
        status, text = self.ask("sns", body="no form")
        self.assertEqual(status, 403)
        self.assertIn("<Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>", text)

    def test_the_buckets_policy_counts(self) -> None:
        place = {"method": "PUT", "raw_path": b"/b/sha256/ab"}
        self.assertEqual(self.ask("s3", **place, headers={"if-none-match": "*"})[0], 200)
        status, text = self.ask("s3", **place)
        self.assertEqual(status, 403)
        self.assertIn("<Code>AccessDenied</Code>", text)
        self.assertIn("NoReplacing", text)

    def test_a_missing_object_is_not_shown_to_who_may_not_list(self) -> None:
        self.status = 404
        place = {"method": "GET", "raw_path": b"/b/sha256/ab"}
        self.assertEqual(self.ask("s3", **place)[0], 403)
        listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"}
        self.roles.document = {"Statement": [*ALLOWED["Statement"], listing]}
        self.assertEqual(self.ask("s3", **place), (404, "from the service"))

    def test_a_role_is_passed_to_the_service_of_its_condition_only(self) -> None:
        target = {"x-amz-target": "AWSStepFunctions.CreateStateMachine"}
        machine = {"name": "slipway-a", "roleArn": ROLE}
        self.assertEqual(self.ask("states", body=machine, headers=target)[0], 200)
        schedule = {"GroupName": "slipway", "Target": {"RoleArn": ROLE}}
        status, text = self.ask("scheduler", body=schedule, raw_path=b"/schedules/a")
        self.assertEqual(status, 403)
        self.assertIn("iam:PassRole", text)

    def test_usage_is_recorded(self) -> None:
        self.dynamodb("GetItem")
        self.dynamodb("DeleteItem")
        self.permissions.usage.write()
        found = json.loads(self.usage.read_text())["things.get"]
        self.assertEqual(found["used"], [f"dynamodb:GetItem on {TABLE}"])
        self.assertIn(f"dynamodb:PutItem on {TABLE}", found["unused"])
        self.assertNotIn("logs:PutLogEvents on *", found["unused"])


if __name__ == "__main__":
    unittest.main()
