"""Capacity units, by the rules of DynamoDB's documentation, from what went over the wire.

The functions do not ask for consumed capacity, and an emulator's own figures would be a guess as well.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Any

from .table import Exchange

_READ_UNIT = 4096
_WRITE_UNIT = 1024
_INDEXES = ("GSI1PK", "PendingPK")
"""An item with such an attribute is written to that index too."""
_OTHER_SERVICES = ("Decrypt",)
"""What is called at KMS counts as a call and costs no capacity."""


@dataclass(frozen=True)
class Units:
    """What calls cost, and how many items they read."""

    calls: tuple[str, ...]
    reads: float
    writes: float
    items: int


def of(exchanges: list[Exchange]) -> Units:
    """The cost of all of them. Transactions cost twice; the copy in an index costs once."""
    reads = writes = 0.0
    items = 0
    for exchange in exchanges:
        if exchange.operation in ("GetItem", "Query"):
            found = _found(exchange)
            items += len(found)
            halves = 2 if exchange.request.get("ConsistentRead") else 1
            reads += max(1, math.ceil(sum(map(item_size, found)) / _READ_UNIT)) * halves / 2
        elif exchange.operation == "TransactWriteItems":
            writes += sum(2 * own + copies for own, copies in map(_written, exchange.request["TransactItems"]))
        elif exchange.operation not in _OTHER_SERVICES:
            raise ValueError(f"no rule for {exchange.operation}")
    return Units(tuple(exchange.operation for exchange in exchanges), reads, writes, items)


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item: names and values, as the documentation of item sizes counts them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _found(exchange: Exchange) -> list[dict[str, Any]]:
    if exchange.operation == "Query":
        return exchange.response.get("Items", [])
    return [exchange.response["Item"]] if exchange.response.get("Item") else []


def _written(action: dict[str, Any]) -> tuple[int, int]:
    """Units of the item itself, and of its copies. An update does not show the item; ours are counters, below 1 KB."""
    item = action.get("Put", {}).get("Item", {})
    size = max(1, math.ceil(item_size(item) / _WRITE_UNIT))
    return size, size * sum(1 for index in _INDEXES if index in item)


def _value_size(value: dict[str, Any]) -> int:
    (kind, content), = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return math.ceil(len(content.lstrip("-").replace(".", "").strip("0")) / 2) + 1
    if kind == "B":
        return len(base64.b64decode(content))
    if kind == "L":
        return 3 + sum(1 + _value_size(entry) for entry in content)
    if kind == "M":
        return 3 + len(content) + item_size(content)
    if kind in ("SS", "NS", "BS"):
        return sum(_value_size({kind[0]: entry}) for entry in content)
    return 1
