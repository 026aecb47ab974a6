"""What the measurements rest on: units by the documented rules, and a runtime API that a function can talk to."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from slipway_bench import capacity
from slipway_bench.report import percentile
from slipway_bench.runtime_api import BenchError, Function
from slipway_bench.table import Exchange

LOOP = """
import http.client, os, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event = answer.read()
    if event == b'"end"':
        sys.exit("ended as told")
    request_id = answer.headers["lambda-runtime-aws-request-id"]
    api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", event)
    api.getresponse().read()
"""


def units(operation: str, request: dict[str, Any], response: dict[str, Any]) -> tuple[float, float]:
    counted = capacity.of([Exchange(operation, request, 200, response)])
    return counted.reads, counted.writes


class CapacityTest(unittest.TestCase):
    def test_an_item_is_its_names_and_values(self) -> None:
        self.assertEqual(capacity.item_size({"PK": {"S": "é1"}, "n": {"N": "-120.5"}}), 2 + 3 + 1 + 3)
        self.assertEqual(capacity.item_size({"b": {"BOOL": True}, "l": {"L": [{"S": "abc"}]}}), 1 + 1 + 1 + 3 + 1 + 3)

    def test_consistent_reads_cost_twice_and_nothing_costs_like_something(self) -> None:
        self.assertEqual(units("GetItem", {"ConsistentRead": False}, {}), (0.5, 0))
        self.assertEqual(units("GetItem", {"ConsistentRead": True}, {"Item": {"a": {"S": "x" * 4095}}}), (1, 0))
        self.assertEqual(units("GetItem", {"ConsistentRead": True}, {"Item": {"a": {"S": "x" * 4096}}}), (2, 0))

    def test_a_page_is_rounded_once(self) -> None:
        page = {"Items": [{"a": {"S": "x" * 999}}] * 21}
        self.assertEqual(units("Query", {}, page), (3, 0))

    def test_a_transaction_costs_twice_and_its_index_once(self) -> None:
        listed = {"Put": {"Item": {"PK": {"S": "p"}, "GSI1PK": {"S": "x" * 1100}}}}
        counter = {"Update": {"Key": {"PK": {"S": "p"}}}}
        self.assertEqual(units("TransactWriteItems", {"TransactItems": [listed, counter]}, {}), (0, 2 * 2 + 2 + 2))


class FunctionTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.function = Function([sys.executable, "-c", LOOP], {}, Path(directory.name) / "loop.log")
        self.addCleanup(self.function.end)

    def test_events_come_back(self) -> None:
        self.assertGreater(self.function.init_ms(), 0)
        for number in range(3):
            answered = self.function.invoke(f'{{"number": {number}}}'.encode())
            self.assertEqual(answered.payload, {"number": number})
            self.assertGreater(answered.milliseconds, 0)
        self.function.invoke(b"{}", last=True)
        spent = self.function.end()
        self.assertGreater(spent.cpu_ms, 1)
        self.assertGreater(spent.peak_rss_mb, 1)

    def test_a_function_that_ends_is_an_error_with_its_last_words(self) -> None:
        with self.assertRaisesRegex(BenchError, "ended as told"):
            self.function.invoke(b'"end"')


class PercentileTest(unittest.TestCase):
    def test_it_is_one_of_the_values(self) -> None:
        self.assertEqual(percentile(list(range(1, 101)), 99), 100)
        self.assertEqual(percentile([5.0], 99), 5.0)


if __name__ == "__main__":
    unittest.main()
