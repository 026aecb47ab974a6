"""Which definitions the emulator takes. Needs the virtual environment."""

from __future__ import annotations

import json
import unittest
from typing import Any

from slipway_local.emulator.definitions import diagnose, summary

SQS = "arn:aws:states:::sqs:sendMessage"
INVALID, UNSUPPORTED = "INVALID_JSONATA_EXPRESSION", "UNSUPPORTED_JSONATA_EXPRESSION"
SCHEMA, TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"


def first(state: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"Next": "B", **state}, "B": {"Type": "Succeed"}}, **members}


def output(value: Any) -> dict[str, Any]:
    return first({"Type": "Pass", "Output": value}, QueryLanguage="JSONata")


def found(definition: Any, express: bool = False) -> list[tuple[str, str]]:
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return [(one["code"], one["location"]) for one in diagnose(text, express)]


class Definitions(unittest.TestCase):
    def test_what_can_run_is_taken(self) -> None:
        branch = {"StartAt": "C", "States": {"C": {"Type": "Wait", "Seconds": 0, "End": True}}}
        child = {**branch, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
        reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key.$": "$.k"}}
        for definition in (
            first({"Type": "Pass", "Result": {"a.$": "as it is"}, "ResultPath": "$.a", "Owner": "me"}),
            first({"Type": "Task", "Resource": SQS, "Parameters": {"a.$": "States.Format('{}', $.a)"}, "Retry": []}),
            first({"Type": "Parallel", "Branches": [branch]}),
            first({"Type": "Map", "ItemProcessor": child, "ItemReader": reader, "MaxConcurrencyPath": "$.n"}),
            output({"a": "{% $states.input.list[size > 1].name %}", "b": "{% $map([1], function($v) { $v }) %}"}),
            first({"Type": "Task", "Resource": SQS, "Output": "{% $states.result %}", "Catch": [
                {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Cause %}", "Next": "B"},
            ]}, QueryLanguage="JSONata"),
        ):
            self.assertEqual(found(definition), [], definition)

    def test_expressions(self) -> None:
        place = "/States/A/Output"
        for text, code in (
            ("{% 1 + %}", INVALID),
            ("{% $sum($a %}", INVALID),
            ("{% $$.a %}", INVALID),
            ("{% $states.errorOutput %}", INVALID),
            ("{% $states.result %}", INVALID),
            ("{% phone %}", UNSUPPORTED),
            ("{% $a + {'b': phone.number} %}", UNSUPPORTED),
            ("{% 1", INVALID),
        ):
            self.assertEqual(found(output(text)), [(code, place)], text)
        self.assertEqual(found(output({"a": ["{% 1 + %}"]})), [(INVALID, "/States/A/Output/a/0")])

    def test_ways(self) -> None:
        loop = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
        self.assertEqual(found(loop), [("MISSING_END_STATE", "")])
        self.assertEqual(found({**loop, "StartAt": "C"}), [(TARGET, "/StartAt")])
        self.assertIn((TARGET, "/States/A/Next"), found(first({"Type": "Pass", "Next": "C"})))
        self.assertIn((TARGET, "/States/B"), found(first({"Type": "Pass", "Next": "C"})))
        inner = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
        twice = first({"Type": "Parallel", "Branches": [inner]})
        self.assertEqual(found(twice), [("DUPLICATE_STATE_NAME", "/States/A/Branches/0/States/A")])

    def test_members(self) -> None:
        for definition, place in (
            (first({"Type": "Pass", "Catch": []}), "/States/A"),
            (first({"Type": "Pass", "Output": 1}), "/States/A/Output"),
            (first({"Type": "Pass", "InputPath": "a"}), "/States/A/InputPath"),
            (first({"Type": "Pass", "ResultPath": "$a"}), "/States/A/ResultPath"),
            (first({"Type": "Pass", "Parameters": {"a.$": "b"}}), "/States/A/Parameters/a.$"),
            (first({"Type": "Wait", "Seconds": 100_000_000}), "/States/A/Seconds"),
            (first({"Type": "Task", "Resource": "createToken"}), "/States/A/Resource"),
            (first({"Type": "Task", "Resource": SQS, "TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t"}), "/States/A"),
            (first({"Type": "Task", "Resource": SQS, "Retry": [{}]}), "/States/A/Retry/0"),
            (first({"Type": "Task", "Resource": SQS, "Credentials": None}), "/States/A/Credentials"),
            (first({"Type": "Pass"}, QueryLanguage=None), "/QueryLanguage"),
            (first({"Type": "Pass"}, Version="2.0"), "/Version"),
            (first({"Type": "Map"}), "/States/A"),
        ):
            self.assertEqual(found(definition), [(SCHEMA, place)], definition)

    def test_express(self) -> None:
        waits = first({"Type": "Task", "Resource": f"{SQS}.waitForTaskToken"})
        self.assertEqual((found(waits), found(waits, True)), ([], [(SCHEMA, "/States/A/Resource")]))

    def test_json(self) -> None:
        self.assertEqual(found("{"), [("INVALID_JSON_DESCRIPTION", "")])
        self.assertEqual(found('{"StartAt": "A", "StartAt": "B"}'), [("INVALID_JSON_DESCRIPTION", "")])
        self.assertEqual(found([]), [(SCHEMA, "")])
        self.assertEqual(found("[" * 100_000), [("INVALID_JSON_DESCRIPTION", "")])

    def test_the_summary_names_code_message_and_place(self) -> None:
        text = summary(diagnose(json.dumps(first({"Type": "Pass", "Next": "C"})), False))
        self.assertIn("MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next", text)


if __name__ == "__main__":
    unittest.main()
