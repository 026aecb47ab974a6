"""The demo's shop as a Lambda function with a URL, for a stack on AWS that cannot reach this machine.

It has no dependency but boto3, which the runtime brings; a table remembers keys and visits. Deployed by `remote_shop.py`
together with `slipway_demo/shop.py`, which decides.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import boto3
from slipway_demo.shop import Shop

KEY, VISIT, REFUSAL = "key", "visit", "refusal"
"""What an item of the table is about."""


class Ledger:
    """What the shop knows, kept in a table with the keys `kind` and `name`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def admit(self, key: str, called: str) -> None:
        """Takes a key from now on."""
        self._table.put_item(Item={"kind": KEY, "name": key, "called": called})

    def name_of(self, key: str) -> str | None:
        """What a key is called."""
        found = self._table.get_item(Key={"kind": KEY, "name": key or "-"}, ConsistentRead=True)
        return found.get("Item", {}).get("called")

    def note(self, kind: str, **members: str) -> None:
        """Remembers a visit or a refusal."""
        self._table.put_item(Item={"kind": kind, "name": f"{time.time_ns():020}", **members})

    def all(self, kind: str) -> list[dict[str, Any]]:
        """What was remembered, oldest first."""
        answer = self._table.query(
            KeyConditionExpression="kind = :kind", ExpressionAttributeValues={":kind": kind}, ConsistentRead=True
        )
        return list(answer["Items"])


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers a request to the function's URL."""
    return answer(Ledger(boto3.resource("dynamodb").Table(os.environ["SHOP_TABLE"])), event)


def answer(ledger: Ledger, event: dict[str, Any]) -> dict[str, Any]:
    """What the shop answers, by the rules of the demo's own."""
    key = event.get("headers", {}).get("x-api-key", "")
    called = ledger.name_of(key)
    shop = Shop("", {key: called} if called else {})
    path = f"{event['rawPath']}?{event.get('rawQueryString', '')}"
    status, document = shop.answer(path, key)
    for visit in shop.visits:
        ledger.note(VISIT, called=visit.key, region=visit.region, since=visit.since)
    if shop.refused:
        ledger.note(REFUSAL)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(document)}
