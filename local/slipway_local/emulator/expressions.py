"""What Step Functions finds wrong with a JSONata expression before it is ever evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonata.jsonata import Jsonata

INVALID = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"

# Members of a node of the parser's tree that are evaluated on the item around them.
_SAME_ITEM = ("condition", "then", "_else", "lhs", "rhs", "expression", "expressions", "arguments", "procedure")
# Those that are evaluated on an item of their own.
_OWN_ITEM = ("terms", "pattern", "update", "delete", "expr", "stages", "predicate")


def findings(text: str, result: bool, error_output: bool) -> Iterator[tuple[str, str]]:
    """Code and message of everything that is wrong with `text`, which stands between `{%` and `%}`.

    `result` and `error_output` say whether `$states.result` and `$states.errorOutput` are there.
    """
    try:
        tree = Jsonata(text.strip()).ast
    except RecursionError:
        return
    except Exception as error:  # The parser raises whatever its host language raises.
        yield INVALID, str(error)
        return
    seen = set()
    for kind, name in _references(tree, False, False):
        if (kind, name) in seen:
            continue
        seen.add((kind, name))
        if kind == "name":
            yield UNSUPPORTED, f"Reference to '{name}' at the top level is not supported."
        elif kind == "root":
            yield INVALID, "Reference to '$$' is not supported."
        elif (name == "result" and not result) or (name == "errorOutput" and not error_output):
            yield INVALID, f"Reference to '$states.{name}' is not supported here."


def _references(node: Any, has_item: bool, in_function: bool) -> Iterator[tuple[str, str]]:
    """Names without an item, members of `$states`, and `$$`."""
    if isinstance(node, (list, tuple)):
        for part in node:
            yield from _references(part, has_item, in_function)
        return
    kind = getattr(node, "type", None)
    if node is None or isinstance(node, (str, int, float, bool)):
        return
    if kind == "variable" and node.value == "$":
        yield "root", "$$"
    if kind == "name" and not has_item and not in_function:
        yield "name", str(node.value)
    if kind == "lambda":
        yield from _references(node.body, has_item, True)
    if kind == "path":
        first, *rest = node.steps
        if first.type == "variable" and first.value == "states" and rest and rest[0].type == "name":
            yield "states", str(rest[0].value)
        yield from _references(first, has_item, in_function)
        yield from _references(rest, True, in_function)
    for member in _SAME_ITEM:
        # The parameters of a function are no references.
        if not (kind == "lambda" and member == "arguments"):
            yield from _references(getattr(node, member, None), has_item, in_function)
    for member in _OWN_ITEM:
        yield from _references(getattr(node, member, None), True, in_function)
    yield from _references(getattr(node, "lhs_object", None), has_item, in_function)
    yield from _references(getattr(getattr(node, "group", None), "lhs_object", None), True, in_function)
