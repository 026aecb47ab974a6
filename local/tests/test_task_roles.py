"""Tasks are held to the role of their state machine. Needs the virtual environment."""

from __future__ import annotations

import json
import unittest
import unittest.mock
from typing import Any
from unittest.mock import patch

from ministack.services import stepfunctions

from slipway_local.emulator import policies, task_roles

ACCOUNT, REGION = "000000000000", "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/slipway-flows/staging"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
HTTP = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:slipway-http-task-call"
PUT, GET = "arn:aws:states:::dynamodb:putItem", "arn:aws:states:::dynamodb:getItem"
ALLOWED = {
    "Statement": [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": HTTP},
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"},
    ]
}


class Roles:
    """Stands for the emulator's IAM."""

    def get_scoped(self, *_: Any) -> dict[str, Any]:
        return {"InlinePolicies": {"flows": json.dumps(ALLOWED)}}


class TaskRoles(unittest.TestCase):
    def setUp(self) -> None:
        for target, name, value in (
            (policies.iam, "_roles", Roles()),
            (policies.evaluator, "_resource_policy", lambda *_: None),
            (stepfunctions, "_state_machines", {MACHINE: {"roleArn": ROLE}}),
            (task_roles, "log", unittest.mock.MagicMock()),
        ):
            patcher = patch.object(target, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def call(self, resource: str, arguments: Any, **state: Any) -> Any:
        invoke = task_roles._held_to_role(lambda *_: "called")
        execute = task_roles._within_machine(lambda *_: invoke(resource, arguments))
        return execute(state, {}, {"stateMachineArn": MACHINE, "name": "run"}, {})

    def test_what_the_role_allows_is_called(self) -> None:
        for resource, arguments in (
            (HTTP, {"url": "https://a.example"}),
            ("arn:aws:states:::lambda:invoke", {"FunctionName": HTTP}),
            ("arn:aws:states:::lambda:invoke.waitForTaskToken", {"FunctionName": "slipway-http-task-call"}),
            (PUT, {"TableName": "orders", "Item": {}}),
            ("arn:aws:states:::aws-sdk:dynamodb:putItem", {"TableName": "orders"}),
        ):
            self.assertEqual(self.call(resource, arguments), "called", resource)

    def test_what_it_does_not_allow_fails_as_on_aws(self) -> None:
        for resource, arguments, error, action in (
            (HTTP + "-2", {}, "Lambda.AWSLambdaException", "lambda:InvokeFunction"),
            (GET, {"TableName": "orders"}, "DynamoDB.AccessDeniedException", "dynamodb:GetItem"),
            (PUT, {"TableName": "other"}, "DynamoDB.AccessDeniedException", "dynamodb:PutItem"),
            ("arn:aws:states:::sqs:sendMessage", {"QueueUrl": "http://localhost/0/q"}, "SQS.AccessDeniedException",
             f"sqs:SendMessage on resource: arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
            ("arn:aws:states:::states:startExecution.sync:2", {"StateMachineArn": MACHINE},
             "StepFunctions.AccessDeniedException", "states:StartExecution"),
        ):
            with self.subTest(resource), self.assertRaises(stepfunctions._ExecutionError) as raised:
                self.call(resource, arguments)
            self.assertEqual(raised.exception.error, error)
            self.assertIn("assumed-role/staging/run is not authorized to perform: " + action, raised.exception.cause)

    def test_what_is_not_named_and_other_roles_are_let_through(self) -> None:
        for resource, arguments, state in (
            ("arn:aws:states:::events:putEvents", {"Entries": []}, {}),
            (GET, {}, {}),
            (GET, {"TableName": "orders"}, {"Credentials": {"RoleArn": ROLE}}),
        ):
            self.assertEqual(self.call(resource, arguments, **state), "called", resource)


if __name__ == "__main__":
    unittest.main()
