"""What Step Functions finds wrong with a definition, in its own codes.

MiniStack answers `OK` to every definition. This knows the rules that AWS is known to have; where AWS is stricter, only
AWS can tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from . import expressions, fields

Diagnostic = dict[str, str]

SCHEMA = "SCHEMA_VALIDATION_FAILED"
TARGET = "MISSING_TRANSITION_TARGET"
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)
_FUNCTION_ARN = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]*:(.*)", re.DOTALL)
_PATH = re.compile(r"\$\$?[\w.\[]?.*", re.DOTALL)
_REFERENCE = re.compile(r"\$(\.[^.\[\]()*?,\s]+|\[-?\d+\]|\['[^']*'\])*\s*")
_FUNCTION = re.compile(r"States\.\w+\(.*\)\s*", re.DOTALL)
_NOT_EVALUATED = {"ItemProcessor", "Iterator", "Branches", "Comment"}
_WAITS = (".sync", ".sync:2", ".waitForTaskToken")


def diagnose(text: str, express: bool) -> list[Diagnostic]:
    """Everything that is wrong with the definition `text`; nothing when AWS would take it."""
    try:
        definition = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        return [_diagnostic("INVALID_JSON_DESCRIPTION", str(error), "")]
    if not isinstance(definition, dict):
        return [_diagnostic(SCHEMA, "The definition must be an object", "")]
    return _Definition(definition, express).diagnostics


def summary(diagnostics: list[Diagnostic]) -> str:
    """The message of an `InvalidDefinition`."""
    found = ", ".join(f"{one['code']}: {one['message']} at {one['location'] or '/'}" for one in diagnostics)
    return f"Invalid State Machine Definition: '{found}'"


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"Duplicate field '{next(name for name in names if names.count(name) > 1)}'")
    return members


def _diagnostic(code: str, message: str, location: str) -> Diagnostic:
    return {"severity": "ERROR", "code": code, "message": message, "location": location}


class _Definition:
    """One definition while it is looked at."""

    def __init__(self, definition: dict[str, Any], express: bool) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._jsonata = definition.get("QueryLanguage") == "JSONata"
        self._names: set[str] = set()
        self._members("", definition, fields.MACHINE, False)
        self._scope("", definition, express)

    def _say(self, code: str, message: str, location: str) -> None:
        self.diagnostics.append(_diagnostic(code, message, location))

    def _members(self, path: str, owner: dict[str, Any], allowed: set[str], jsonata: bool) -> None:
        """Members, their languages, numbers and enumerations."""
        language, other = ("JSONata", "JSONPath") if jsonata else ("JSONPath", "JSONata")
        foreign = fields.JSONPATH_ONLY if jsonata else fields.JSONATA_ONLY
        for name, value in owner.items():
            place = f"{path}/{name}"
            if name in fields.KNOWN and name not in allowed:
                self._say(SCHEMA, f"Field '{name}' is not supported", path)
            elif name in foreign and name in allowed:
                message = f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the " \
                          f"'{other}' QueryLanguage"
                self._say(SCHEMA, message, place)
            elif name in fields.NUMBERS and name in allowed:
                self._number(place, value, *fields.NUMBERS[name], jsonata)
            elif name in fields.ENUMERATIONS and name in allowed and value not in fields.ENUMERATIONS[name]:
                self._say(SCHEMA, f"Value is not one of {sorted(fields.ENUMERATIONS[name])}", place)
            elif name.endswith("Path") and name in allowed:
                self._path(place, name, value)
            elif name in allowed:
                self._type(place, name, value, jsonata)
        for group in fields.EXCLUSIVE:
            there = [name for name in group if name in owner and owner[name] is not False]
            if len(there) > 1 and set(there) <= allowed:
                self._say(SCHEMA, f"There should only be one of the following fields: [{', '.join(there)}]", path)

    def _type(self, place: str, name: str, value: Any, jsonata: bool) -> None:
        wanted = dict if name in fields.OBJECTS else list if name in fields.ARRAYS else None
        evaluated = jsonata and isinstance(value, str) and value.startswith("{%")
        if wanted and not isinstance(value, wanted) and not evaluated:
            self._say(SCHEMA, f"Expected value of type {'Object' if wanted is dict else 'Array'}", place)

    def _number(self, place: str, value: Any, least: float, most: float, jsonata: bool) -> None:
        if jsonata and isinstance(value, str) and value.startswith("{%"):
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._say(SCHEMA, "Expected value of type number", place)
        elif value < least:
            self._say(SCHEMA, f"Minimum value is {least}", place)
        elif value > most:
            self._say(SCHEMA, f"Maximum value is {most}", place)

    def _path(self, place: str, name: str, value: Any) -> None:
        if value is None and name in ("InputPath", "OutputPath", "ResultPath"):
            return
        fits = isinstance(value, str) and bool(
            _REFERENCE.fullmatch(value) if name == "ResultPath" else _PATH.fullmatch(value)
            or (name in ("ErrorPath", "CausePath") and _FUNCTION.fullmatch(value))
        )
        if not fits:
            self._say(SCHEMA, f"The value for the field '{name}' must be a valid JSONPath", place)

    def _required(self, path: str, owner: dict[str, Any], *names: str) -> None:
        missing = [name for name in names if name not in owner]
        if missing:
            self._say(SCHEMA, f"These fields are required: [{', '.join(missing)}]", path)

    def _scope(self, path: str, scope: dict[str, Any], express: bool) -> None:
        """A machine, a branch or a processor."""
        self._required(path, scope, "StartAt", "States")
        states = scope.get("States")
        if not isinstance(states, dict):
            return
        for name, state in states.items():
            place = f"{path}/States/{name}"
            if name in self._names:
                self._say("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", place)
            self._names.add(name)
            if not 1 <= len(name) <= 80:
                self._say(SCHEMA, "State name must have 1 to 80 characters", place)
            if isinstance(state, dict):
                self._state(place, state, express)
            else:
                self._say(SCHEMA, "Expected value of type Object", place)
        self._flow(path, scope, states)

    def _flow(self, path: str, scope: dict[str, Any], states: dict[str, Any]) -> None:
        """Every transition leads somewhere, every state is reached, and there is an end."""
        for name, state in states.items():
            for place, target in _targets(state):
                if target not in states:
                    self._say(TARGET, f"Missing '{place.rsplit('/', 1)[-1]}' target: {target}",
                              f"{path}/States/{name}/{place}")
        start = scope.get("StartAt")
        if start not in states:
            self._say(TARGET, f"Missing 'StartAt' target: {start}", f"{path}/StartAt")
            return
        reached, open_ = {start}, [start]
        while open_:
            for _, target in _targets(states[open_.pop()]):
                if target in states and target not in reached:
                    reached.add(target)
                    open_.append(target)
        for name in states.keys() - reached:
            self._say(TARGET, f'State "{name}" is not reachable.', f"{path}/States/{name}")
        ends = (isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))
                for state in (states[name] for name in reached))
        if not any(ends):
            self._say("MISSING_END_STATE", "Workflow has no terminal state", path)

    def _state(self, path: str, state: dict[str, Any], express: bool) -> None:
        kind = state.get("Type")
        if kind not in fields.STATES:
            self._say(SCHEMA, f"Value is not one of {sorted(fields.STATES)}", f"{path}/Type")
            return
        language = state.get("QueryLanguage", "JSONata" if self._jsonata else "JSONPath")
        if self._jsonata and language == "JSONPath":
            self._say(SCHEMA, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", path)
        jsonata = language == "JSONata"
        self._members(path, state, fields.STATES[kind], jsonata)
        if "Next" in fields.STATES[kind] and "Next" not in state and state.get("End") is not True:
            self._required(path, state, "Next")
        self._strings(path, state, kind, jsonata)
        if kind == "Task":
            self._required(path, state, "Resource")
            self._resource(path, state, express)
        elif kind == "Choice":
            self._required(path, state, "Choices")
        elif kind == "Wait" and len({"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} & state.keys()) != 1:
            self._say(SCHEMA, "There should be exactly one of Seconds, SecondsPath, Timestamp, TimestampPath", path)
        elif kind == "Parallel":
            self._required(path, state, "Branches")
            for index, branch in enumerate(_list(state.get("Branches"))):
                self._nested(f"{path}/Branches/{index}", branch, fields.BRANCH, express)
        elif kind == "Map":
            self._map(path, state, jsonata, express)
        self._handlers(path, state, jsonata)

    def _nested(self, path: str, scope: Any, allowed: set[str], express: bool) -> None:
        if not isinstance(scope, dict):
            self._say(SCHEMA, "Expected value of type Object", path)
            return
        self._members(path, scope, allowed, False)
        self._scope(path, scope, express)

    def _resource(self, path: str, owner: dict[str, Any], express: bool) -> None:
        resource = owner.get("Resource")
        if "Resource" not in owner:
            return
        if not isinstance(resource, str) or not _ARN.fullmatch(resource):
            self._say(SCHEMA, "Value is not a valid resource ARN", f"{path}/Resource")
        elif (found := _FUNCTION_ARN.fullmatch(resource)) and not re.fullmatch(r"[\w$-]+", found[1]):
            self._say(SCHEMA, "Value is not a valid resource ARN", f"{path}/Resource")
        elif express and ":states:" in resource and (":activity:" in resource or resource.endswith(_WAITS)):
            self._say(SCHEMA, f"Express state machine does not support '{resource}'", f"{path}/Resource")

    def _handlers(self, path: str, state: dict[str, Any], jsonata: bool) -> None:
        for member in ("Retry", "Catch"):
            for index, entry in enumerate(_list(state.get(member))):
                place = f"{path}/{member}/{index}"
                if not isinstance(entry, dict):
                    self._say(SCHEMA, "Expected value of type Object", place)
                    continue
                self._members(place, entry, fields.OTHERS[member], jsonata and member == "Catch")
                self._required(place, entry, "ErrorEquals", *(["Next"] if member == "Catch" else []))
                if entry.get("ErrorEquals") == []:
                    self._say(SCHEMA, "ErrorEquals must not be empty", f"{place}/ErrorEquals")

    def _map(self, path: str, state: dict[str, Any], jsonata: bool, express: bool) -> None:
        member = "Iterator" if "Iterator" in state else "ItemProcessor"
        self._required(path, state, member)
        processor = state.get(member)
        config = _object(_object(processor).get("ProcessorConfig"))
        self._members(f"{path}/{member}/ProcessorConfig", config, fields.OTHERS["ProcessorConfig"], False)
        if config.get("Mode") == "DISTRIBUTED":
            if express:
                self._say(SCHEMA, "Express state machine does not support a distributed map", path)
            self._required(f"{path}/{member}/ProcessorConfig", config, "ExecutionType")
            express = config.get("ExecutionType") == "EXPRESS"
        if processor is not None:
            self._nested(f"{path}/{member}", processor, fields.PROCESSOR, express)
        for owner, inner in (("ItemReader", "ReaderConfig"), ("ItemBatcher", ""), ("ResultWriter", "WriterConfig")):
            members = _object(state.get(owner))
            self._members(f"{path}/{owner}", members, fields.OTHERS[owner], jsonata)
            self._resource(f"{path}/{owner}", members, False)
            if inner:
                self._members(f"{path}/{owner}/{inner}", _object(members.get(inner)), fields.OTHERS[inner], jsonata)
            if members and owner != "ItemBatcher" and "WriterConfig" not in members:
                where = ["Arguments" if jsonata else "Parameters"] if owner == "ResultWriter" else []
                self._required(f"{path}/{owner}", members, "Resource", *where)

    def _strings(self, path: str, state: dict[str, Any], kind: str, jsonata: bool) -> None:
        """Every string that is evaluated, leaving nested states out."""
        works = kind in ("Task", "Parallel", "Map")
        for name, value in state.items():
            if name in _NOT_EVALUATED or (name == "Result" and not jsonata):
                continue
            offers = (works and name in ("Assign", "Output"), name == "Catch")
            if not jsonata:
                self._templates(f"{path}/{name}", value)
            for place, member, text in _each_string(f"{path}/{name}", name, value):
                if jsonata:
                    self._expression(place, text, *offers)
                elif member.endswith(".$") and not (_PATH.fullmatch(text) or _FUNCTION.fullmatch(text)):
                    message = "must be a valid JSONPath or a valid intrinsic function call"
                    self._say(SCHEMA, f"The value for the field '{member}' {message}", place)
                elif member == "Variable" and not _PATH.fullmatch(text):
                    self._say(SCHEMA, "The value for the field 'Variable' must be a valid JSONPath", place)

    def _templates(self, path: str, value: Any) -> None:
        """No member is there twice, as it is and selected."""
        for place, members in _each_object(path, value):
            for name in members:
                if f"{name}.$" in members:
                    self._say(SCHEMA, f"Duplicate field '{name}'", place)

    def _expression(self, place: str, text: str, result: bool, error_output: bool) -> None:
        if text.startswith("{%") and text.endswith("%}") and len(text) > 3:
            for code, message in expressions.findings(text[2:-2], result, error_output):
                self._say(code, message, place)
        elif text.startswith("{%") or text.endswith("%}") and not text.strip().startswith("{%"):
            self._say(expressions.INVALID, "An expression begins with '{%' and ends with '%}'", place)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _targets(state: Any) -> Iterator[tuple[str, str]]:
    """Every transition of a state: where it stands in the state, and what it names."""
    state = _object(state)
    for name in ("Next", "Default"):
        if isinstance(state.get(name), str):
            yield name, state[name]
    for member in ("Choices", "Catch"):
        for index, entry in enumerate(_list(state.get(member))):
            if isinstance(_object(entry).get("Next"), str):
                yield f"{member}/{index}/Next", entry["Next"]


def _each_object(path: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    for name, inner in value.items() if isinstance(value, dict) else enumerate(_list(value)):
        yield from _each_object(f"{path}/{name}", inner)


def _each_string(path: str, name: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield path, name, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _each_string(f"{path}/{index}", "", item)
    elif isinstance(value, dict):
        for member, inner in value.items():
            yield from _each_string(f"{path}/{member}", member, inner)
