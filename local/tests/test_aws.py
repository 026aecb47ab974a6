"""The check on AWS, as far as it can be tried without AWS. The proofs run on the stack of the tests."""

from __future__ import annotations

import io
import unittest
import uuid
import zipfile
from contextlib import redirect_stdout
from pathlib import Path

import boto3
from slipway_aws import proving, remote_shop, shop_function, table
from slipway_demo.shop import Visit
from slipway_local import settings
from slipway_local.console import StackError
from slipway_local.settings import ACCOUNT, REGION

ONLY_ON_AWS = {"gateway-sizes", "states-names", "states-jsonata", "states-validate", "rule-sweeps", "async-destination", "roles-suffice"}
A_MINUTE = {"scheduler-fires"}
"""What waits for a schedule; the stories tell of schedules."""


class Table(unittest.TestCase):
    def test_the_document_is_what_the_assumptions_and_the_last_check_say(self) -> None:
        document = (Path(__file__).parents[2] / "docs" / "ON-AWS.md").read_text()
        self.assertEqual(document, table.replaced(document, table.results()), "run `python3 local/aws_check.py --table`")

    def test_every_assumption_has_a_proof_or_says_how_to_see_it(self) -> None:
        every = table.everything()
        self.assertEqual(len({one.id for one in every}), len(every), "an id stands for one assumption")
        for one in every:
            self.assertTrue(one.proof or one.by_hand, one.id)
            for text in (one.claim, one.source, one.breaks):
                self.assertTrue(text, one.id)

    def test_what_was_seen_stands_in_the_table(self) -> None:
        seen = {"states-deploy": table.Result("2027-01-02", "disproved", "a | b")}
        self.assertIn("| disproved, 2027-01-02: a \\| b |", table.replaced(f"{table.BEGIN}{table.END}", seen))


class Proofs(unittest.TestCase):
    def test_they_work_on_the_local_stack(self) -> None:
        chosen = [one.id for one in table.everything() if one.proof and one.id not in A_MINUTE]
        with redirect_stdout(io.StringIO()):
            found = proving.prove(proving.local_stack(settings.load()), chosen)
        self.assertEqual({name for name, one in found.items() if one.verdict == "not proven"}, ONLY_ON_AWS)
        self.assertEqual({name: one.seen for name, one in found.items() if one.verdict == "disproved"}, {})

    def test_a_proof_that_is_not_there_is_named_with_those_that_are(self) -> None:
        stack = proving.local_stack(settings.load())
        with self.assertRaisesRegex(StackError, "no assumption 'moon'.*states-deploy"):
            proving.prove(stack, ["moon"])


class Shop(unittest.TestCase):
    def setUp(self) -> None:
        tables = boto3.resource(
            "dynamodb", endpoint_url=settings.load().endpoint, region_name=REGION,
            aws_access_key_id=ACCOUNT, aws_secret_access_key="local",
        )
        keys = [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}]
        made = tables.create_table(
            TableName=f"shop-{uuid.uuid4().hex}", KeySchema=keys, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
        )
        self.addCleanup(made.delete)
        self.ledger = shop_function.Ledger(made)
        self.shop = remote_shop.RemoteShop("https://shop.example.com", self.ledger)

    def ask(self, key: str, query: str = "") -> int:
        event = {"rawPath": "/orders", "rawQueryString": query, "headers": {"x-api-key": key}}
        return int(shop_function.answer(self.ledger, event)["statusCode"])

    def test_on_aws_it_lets_in_whom_the_demo_tells_it_to(self) -> None:
        self.assertEqual(self.ask("secret"), 401)
        self.shop.keys["secret"] = "a key"
        self.assertEqual(self.ask("secret", "since=2026-01-16&region=eu"), 200)
        self.assertEqual(self.shop.visits, [Visit("a key", "eu", "2026-01-16")])
        self.assertEqual(self.shop.refused, 1)

    def test_its_package_has_everything_that_it_imports(self) -> None:
        with zipfile.ZipFile(io.BytesIO(remote_shop.package())) as archive:
            names = archive.namelist()
        for name in ("slipway_aws/shop_function.py", "slipway_demo/shop.py", "slipway_local/settings.py"):
            self.assertIn(name, names)


if __name__ == "__main__":
    unittest.main()
