"""Which permissions a request needs. A table of requests as the SDK sends them."""

from __future__ import annotations

import json
import unittest
from typing import Any
from urllib.parse import urlencode

from slipway_local.emulator.actions import Call, Need, Unmapped, needs

TABLE = "arn:aws:dynamodb:eu-central-1:000000000000:table/things"
OTHER = "arn:aws:dynamodb:eu-central-1:000000000000:table/others"
KEY = "arn:aws:kms:eu-central-1:000000000000:key/one"
STATES = "arn:aws:states:eu-central-1:000000000000"
GROUP = "arn:aws:scheduler:eu-central-1:000000000000:schedule"
ROLE = "arn:aws:iam::000000000000:role/slipway/machines"


def call(service: str, target: str = "", body: dict[str, Any] | None = None, **other: Any) -> Call:
    """A request of the JSON protocols, unless `other` says more."""
    headers = {"x-amz-target": f"Service_1.{target}"} if target else {}
    headers.update(other.pop("headers", {}))
    fields: dict[str, Any] = {"method": "POST", "path": "/", "query": "", **other}
    sent = json.dumps(body).encode() if body is not None else b""
    return Call(service, "eu-central-1", "000000000000", headers=headers, body=sent, **fields)


def needed(request: Call) -> list[tuple[str, str]]:
    """Actions and resources without conditions."""
    return [(need.action, need.resource) for need in needs(request, lambda _: KEY)]


class JsonProtocolTest(unittest.TestCase):
    def check(self, service: str, table: list[tuple[str, dict[str, Any], list[tuple[str, str]]]]) -> None:
        for target, body, expected in table:
            with self.subTest(target):
                self.assertEqual(needed(call(service, target, body)), expected)

    def test_dynamodb(self) -> None:
        key, item = {"Key": {"PK": {"S": "P#a"}}}, {"Item": {"PK": {"S": "P#a"}}}
        query = {"KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :sk)",
                 "ExpressionAttributeValues": {":sk": {"S": "x"}, ":pk": {"S": "P#a"}}}
        self.check("dynamodb", [
            ("GetItem", {"TableName": "things", **key}, [("dynamodb:GetItem", TABLE)]),
            ("GetItem", {"TableName": TABLE, **key}, [("dynamodb:GetItem", TABLE)]),
            ("PutItem", {"TableName": "things", **item}, [("dynamodb:PutItem", TABLE)]),
            ("UpdateItem", {"TableName": "things", **key}, [("dynamodb:UpdateItem", TABLE)]),
            ("Query", {"TableName": "things", **query}, [("dynamodb:Query", TABLE)]),
            ("Query", {"TableName": "things", "IndexName": "GSI1", **query},
             [("dynamodb:Query", f"{TABLE}/index/GSI1")]),
            ("Scan", {"TableName": "things"}, [("dynamodb:Scan", TABLE)]),
            ("BatchGetItem", {"RequestItems": {"things": {"Keys": [key["Key"]]}, "others": {"Keys": []}}},
             [("dynamodb:BatchGetItem", TABLE), ("dynamodb:BatchGetItem", OTHER)]),
        ])

    def test_transactions_need_what_their_parts_need(self) -> None:
        put = {"TableName": "things", "Item": {"PK": {"S": "P#a"}}}
        part = {"TableName": "things", "Key": {"PK": {"S": "P#a"}}}
        writes = [{"Put": put}, {"Put": put}, {"Update": part}, {"Delete": part}, {"ConditionCheck": part}]
        self.check("dynamodb", [
            ("TransactWriteItems", {"TransactItems": writes}, [
                ("dynamodb:PutItem", TABLE), ("dynamodb:UpdateItem", TABLE), ("dynamodb:DeleteItem", TABLE),
                ("dynamodb:ConditionCheckItem", TABLE),
            ]),
            ("TransactGetItems", {"TransactItems": [{"Get": part}]}, [("dynamodb:GetItem", TABLE)]),
        ])

    def test_items_are_known_by_their_partitions(self) -> None:
        def key(name: str) -> dict[str, Any]:
            return {"TableName": "things", "Key": {"PK": {"S": name}, "SK": {"S": "x"}}}

        def item(name: str) -> dict[str, Any]:
            return {"TableName": "things", "Item": {"PK": {"S": name}}}

        query = {"TableName": "things", "KeyConditionExpression": "#pk = :pk",
                 "ExpressionAttributeValues": {":pk": {"S": "SYSTEM#a"}}}
        batch = {"things": {"Keys": [key("P#a")["Key"], key("SYSTEM#a")["Key"]]}}
        parts = [{"Put": item("P#b")}, {"Put": item("CREDENTIAL#c")}, {"Put": item("P#b")}]
        writes = {"things": [{"PutRequest": item("P#b")}, {"DeleteRequest": key("LOG#a")}]}
        for target, body, expected in (
            ("GetItem", key("P#a"), ("P#a",)),
            ("PutItem", item("P#a"), ("P#a",)),
            ("Query", query, ("SYSTEM#a",)),
            ("BatchGetItem", {"RequestItems": batch}, ("P#a", "SYSTEM#a")),
            ("BatchWriteItem", {"RequestItems": writes}, ("LOG#a", "P#b")),
            ("TransactWriteItems", {"TransactItems": parts}, ("CREDENTIAL#c", "P#b")),
        ):
            with self.subTest(target):
                found, = needs(call("dynamodb", target, body), lambda _: KEY)
                self.assertEqual(found.conditions, (("dynamodb:leadingkeys", expected),))
        for target, body in (("GetItem", {"TableName": "things"}), ("Query", {"TableName": "things"}),
                             ("PutItem", key("P#a"))):
            with self.subTest(target), self.assertRaisesRegex(Unmapped, "no partition key"):
                needs(call("dynamodb", target, body), lambda _: KEY)

    def test_what_is_sealed_is_known_by_its_context(self) -> None:
        body = {"KeyId": "k", "EncryptionContext": {"project": "acme", "Entity": "environment/1"}}
        found, = needs(call("kms", "GenerateDataKey", body), lambda _: KEY)
        expected = (("kms:encryptioncontext:entity", "environment/1"), ("kms:encryptioncontext:project", "acme"))
        self.assertEqual(found.conditions, expected)

    def test_keys_and_queues(self) -> None:
        url = "http://localhost:4566/000000000000/work"
        queue = "arn:aws:sqs:eu-central-1:000000000000:work"
        self.check("kms", [
            ("Decrypt", {"CiphertextBlob": "AAAA"}, [("kms:Decrypt", KEY)]),
            ("GenerateDataKey", {"KeyId": "alias/slipway"}, [("kms:GenerateDataKey", KEY)]),
        ])
        self.check("sqs", [
            ("SendMessage", {"QueueUrl": url}, [("sqs:SendMessage", queue)]),
            ("SendMessageBatch", {"QueueUrl": url}, [("sqs:SendMessage", queue)]),
        ])

    def test_states(self) -> None:
        machine, execution = f"{STATES}:stateMachine:slipway-a", f"{STATES}:execution:slipway-a:b"
        self.check("states", [
            ("StartExecution", {"stateMachineArn": machine}, [("states:StartExecution", machine)]),
            ("ListExecutions", {"stateMachineArn": machine}, [("states:ListExecutions", machine)]),
            ("StartSyncExecution", {"stateMachineArn": machine}, [("states:StartSyncExecution", machine)]),
            ("DescribeExecution", {"executionArn": execution}, [("states:DescribeExecution", execution)]),
            ("ValidateStateMachineDefinition", {}, [("states:ValidateStateMachineDefinition", "*")]),
            ("CreateStateMachine", {"name": "slipway-a", "roleArn": ROLE},
             [("states:CreateStateMachine", machine), ("iam:PassRole", ROLE)]),
            ("CreateStateMachine", {"name": "slipway-a", "roleArn": ROLE, "tags": [{}], "publish": True},
             [("states:CreateStateMachine", machine), ("iam:PassRole", ROLE),
              ("states:TagResource", machine), ("states:PublishStateMachineVersion", machine)]),
        ])

    def test_a_role_is_passed_to_one_service(self) -> None:
        found = needs(call("states", "CreateStateMachine", {"name": "a", "roleArn": ROLE}), lambda _: KEY)
        self.assertIn(Need("iam:PassRole", ROLE, (("iam:passedtoservice", "states.amazonaws.com"),)), found)

    def test_what_is_not_known_is_said(self) -> None:
        for service, target in (
            ("dynamodb", "ExecuteStatement"), ("kms", "ReEncrypt"), ("sqs", "PurgeQueue"), ("states", "ListActivities"),
            ("secretsmanager", "GetSecretValue"),
        ):
            with self.subTest(target), self.assertRaisesRegex(Unmapped, target):
                needed(call(service, target, {}))
        with self.assertRaisesRegex(Unmapped, "no table"):
            needed(call("dynamodb", "GetItem", {}))
        with self.assertRaisesRegex(Unmapped, "no JSON"):
            needed(Call("dynamodb", "eu-central-1", "0", "POST", "/", "", {"x-amz-target": "D.GetItem"}, b"["))


class RestTest(unittest.TestCase):
    def test_objects_and_buckets(self) -> None:
        for method, path, query, action, resource in (
            ("GET", "/b/sha256/ab", "x-id=GetObject", "s3:GetObject", "b/sha256/ab"),
            ("GET", "/b/a%20b", "versionId=1", "s3:GetObjectVersion", "b/a b"),
            ("HEAD", "/b/k", "", "s3:GetObject", "b/k"),
            ("PUT", "/b/k", "x-id=PutObject", "s3:PutObject", "b/k"),
            ("DELETE", "/b/k", "versionId=1", "s3:DeleteObjectVersion", "b/k"),
            ("GET", "/b", "list-type=2&prefix=sha256", "s3:ListBucket", "b"),
            ("HEAD", "/b/", "", "s3:ListBucket", "b"),
        ):
            with self.subTest(f"{method} {path}"):
                found = needed(call("s3", method=method, path=path, query=query))
                self.assertEqual(found, [(action, f"arn:aws:s3:::{resource}")])

    def test_conditional_writes(self) -> None:
        found = needs(call("s3", method="PUT", path="/b/k", headers={"if-none-match": "*"}), lambda _: KEY)
        self.assertEqual(found, [Need("s3:PutObject", "arn:aws:s3:::b/k", (("s3:if-none-match", "*"),))])

    def test_what_needs_more_in_s3(self) -> None:
        for method, path, query, headers in (
            ("PUT", "/b/k", "", {"x-amz-copy-source": "b/other"}), ("PUT", "/b/k", "", {"x-amz-tagging": "a=b"}),
            ("GET", "/b/k", "acl", {}), ("POST", "/b/k", "uploads", {}), ("PUT", "/b", "", {}), ("GET", "/", "", {}),
            ("GET", "/b", "versioning", {}),
        ):
            with self.subTest(f"{method} {path}?{query}"), self.assertRaises(Unmapped):
                needed(call("s3", method=method, path=path, query=query, headers=headers))

    def test_schedules(self) -> None:
        body = {"GroupName": "slipway", "Target": {"RoleArn": ROLE}}
        for method, query, sent, expected in (
            ("POST", "", body, [("scheduler:CreateSchedule", f"{GROUP}/slipway/a"), ("iam:PassRole", ROLE)]),
            ("PUT", "", body, [("scheduler:UpdateSchedule", f"{GROUP}/slipway/a"), ("iam:PassRole", ROLE)]),
            ("DELETE", "groupName=slipway", None, [("scheduler:DeleteSchedule", f"{GROUP}/slipway/a")]),
            ("GET", "", None, [("scheduler:GetSchedule", f"{GROUP}/default/a")]),
        ):
            with self.subTest(method):
                request = call("scheduler", body=sent, method=method, path="/schedules/a", query=query)
                self.assertEqual(needed(request), expected)
        for path in ("/schedules", "/schedule-groups/a"):
            with self.subTest(path), self.assertRaises(Unmapped):
                needed(call("scheduler", method="GET", path=path))


class TopicsTest(unittest.TestCase):
    """Requests as the Rust SDK sends them: a form in the body, the path `/`."""

    TOPIC = "arn:aws:sns:eu-central-1:000000000000:slipway-a"

    @staticmethod
    def form(**fields: str) -> Call:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({**fields, "Version": "2010-03-31"}).encode()
        return Call("sns", "eu-central-1", "000000000000", "POST", "/", "", headers, body)

    def test_topics(self) -> None:
        function = "arn:aws:lambda:eu-central-1:000000000000:function:slipway-applications-deliver"
        for fields, expected in (
            ({"Action": "CreateTopic", "Name": "slipway-a"}, ["sns:CreateTopic"]),
            ({"Action": "CreateTopic", "Name": "slipway-a", "Tags.member.1.Key": "a", "Tags.member.1.Value": "b"},
             ["sns:CreateTopic", "sns:TagResource"]),
            ({"Action": "Subscribe", "TopicArn": self.TOPIC, "Protocol": "lambda", "Endpoint": function},
             ["sns:Subscribe"]),
            ({"Action": "DeleteTopic", "TopicArn": self.TOPIC}, ["sns:DeleteTopic"]),
            ({"Action": "Publish", "TopicArn": self.TOPIC, "Message": "{}"}, ["sns:Publish"]),
        ):
            with self.subTest(fields):
                self.assertEqual(needed(self.form(**fields)), [(action, self.TOPIC) for action in expected])

    def test_what_is_not_known(self) -> None:
        for fields in ({"Action": "ListTopics"}, {"Action": "Publish", "PhoneNumber": "1"}, {"Action": "CreateTopic"}):
            with self.subTest(fields), self.assertRaisesRegex(Unmapped, fields["Action"]):
                needed(self.form(**fields))
        with self.assertRaises(Unmapped):
            needed(self.form())


if __name__ == "__main__":
    unittest.main()
