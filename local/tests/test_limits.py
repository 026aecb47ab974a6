"""What the emulator's Step Functions refuse and end, as AWS does. Needs the virtual environment."""

from __future__ import annotations

import json
import unittest
import uuid
from typing import Any

from ministack.services import stepfunctions
from slipway_local.emulator import limits

LIMIT = limits.MAX_DATA_BYTES


def setUpModule() -> None:
    limits.install()


def answer(response: tuple[int, Any, bytes]) -> tuple[int, dict[str, Any]]:
    return response[0], json.loads(response[2])


def machine(states: dict[str, Any]) -> str:
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": states})
    status, made = answer(stepfunctions._create_state_machine({"name": uuid.uuid4().hex, "definition": definition}))
    assert status == 200, made
    return made["stateMachineArn"]


def run(states: dict[str, Any], text: str = "{}") -> dict[str, Any]:
    return answer(stepfunctions._start_sync_execution({"stateMachineArn": machine(states), "input": text}))[1]


def text_of(size: int) -> str:
    """An expression of a text that is `size` bytes long as JSON."""
    return f"{{% $pad('', {size - 2}, 'x') %}}"


class Limits(unittest.TestCase):
    def test_a_state_puts_out_what_fits(self) -> None:
        end = {"Type": "Pass", "End": True}
        fits = run({"A": {**end, "Output": text_of(LIMIT)}})
        self.assertEqual((fits["status"], len(fits["output"])), ("SUCCEEDED", LIMIT))
        too_much = run({"A": {**end, "Output": text_of(LIMIT + 1)}})
        self.assertEqual((too_much["status"], too_much["error"]), ("FAILED", "States.DataLimitExceeded"))
        self.assertIn("'A'", too_much["cause"])

    def test_too_much_of_a_branch_is_caught_by_its_name_only(self) -> None:
        branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True, "Output": text_of(LIMIT + 1)}}}
        caught = {"Type": "Pass", "Output": "caught", "End": True}

        def parallel(error: str) -> dict[str, Any]:
            catch = [{"ErrorEquals": [error], "Next": "Caught"}]
            return run({"A": {"Type": "Parallel", "Branches": [branch], "Catch": catch, "End": True}, "Caught": caught})

        self.assertEqual(parallel("States.DataLimitExceeded")["output"], '"caught"')
        self.assertEqual(parallel("States.ALL")["error"], "States.DataLimitExceeded")

    def test_inputs_fit_and_are_json(self) -> None:
        arn = machine({"A": {"Type": "Succeed"}})
        for start in (stepfunctions._start_execution, stepfunctions._start_sync_execution):
            for text, error in ((json.dumps("x" * (LIMIT - 1)), "ValidationException"), ("{", "InvalidExecutionInput")):
                status, refused = answer(start({"stateMachineArn": arn, "input": text}))
                self.assertEqual((status, refused["__type"]), (400, error))
            status, _ = answer(start({"stateMachineArn": arn, "input": json.dumps("x" * (LIMIT - 2))}))
            self.assertEqual(status, 200)
        # Bytes are counted, not characters.
        wide = json.dumps("é" * (LIMIT // 2), ensure_ascii=False)
        status, _ = answer(stepfunctions._start_execution({"stateMachineArn": arn, "input": wide}))
        self.assertEqual(status, 400)

    def test_what_cannot_run_is_not_made(self) -> None:
        wrong = json.dumps({"StartAt": "A", "States": {"B": {"Type": "Pass"}}})
        status, refused = answer(stepfunctions._create_state_machine({"name": "wrong", "definition": wrong}))
        self.assertEqual((status, refused["__type"]), (400, "InvalidDefinition"))
        self.assertIn("MISSING_TRANSITION_TARGET", refused["message"])
        arn = machine({"A": {"Type": "Succeed"}})
        status, refused = answer(stepfunctions._update_state_machine({"stateMachineArn": arn, "definition": wrong}))
        self.assertEqual((status, refused["__type"]), (400, "InvalidDefinition"))
        _, judged = answer(stepfunctions._validate_state_machine_definition({"definition": wrong}))
        self.assertEqual(judged["result"], "FAIL")
        self.assertTrue(all(one["severity"] == "ERROR" for one in judged["diagnostics"]))
        _, judged = answer(stepfunctions._validate_state_machine_definition({"definition": wrong, "maxResults": 1}))
        self.assertEqual((len(judged["diagnostics"]), judged["truncated"]), (1, True))


if __name__ == "__main__":
    unittest.main()
