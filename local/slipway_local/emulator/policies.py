"""Whether a role may do something: the emulator's own evaluator of policies, over the policies that it keeps."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator as evaluator
from ministack.services import iam

from .actions import Need
from .usage import Grant


@dataclass(frozen=True)
class Decision:
    """What a policy says about one need."""

    allowed: bool
    grant: Grant | None
    """Action and resource of the role that allow it, as the role writes them."""
    reason: str
    """Why not, in the words of AWS."""


def decide(role: str, need: Need, region: str) -> Decision:
    """What the role of that ARN may do now. An answer is kept until a policy changes."""
    found = evaluator._resource_policy(need.action.partition(":")[0], need.resource)
    policy, owner = found if found else (None, None)
    # Some are kept as text, some as documents; only text can be a key of the cache.
    text = policy if policy is None or isinstance(policy, str) else json.dumps(policy)
    return _decide(role, _documents(role), text, owner, need, region)


def granted(role: str) -> set[Grant]:
    """Every action that the role allows, with its resource."""
    return {grant for document in _documents(role) for grant in _allowing(document)}


def _documents(role: str) -> tuple[str, ...]:
    """The role's policies as CloudFormation made them: every reference is an ARN by now."""
    account = role.split(":")[4]
    kept = iam._roles.get_scoped(account, None, role.rpartition("/")[2]) or {}
    managed = (evaluator._resolve_managed_policy_document(arn, account) for arn in kept.get("AttachedPolicies") or [])
    documents = (*(kept.get("InlinePolicies") or {}).values(), *(document for document in managed if document))
    # Some are kept as text, some as documents.
    return tuple(document if isinstance(document, str) else json.dumps(document) for document in documents)


@functools.lru_cache(maxsize=8192)
def _decide(
    role: str, documents: tuple[str, ...], resource_policy: str | None, owner: str | None, need: Need, region: str
) -> Decision:
    service = need.action.partition(":")[0]
    context = evaluator.EvalContext(
        principal_arn=role, principal_type="AssumedRole", principal_account=role.split(":")[4],
        action=need.action, resource_arn=need.resource, region=region, service_context=_values(need),
        # On AWS every one of these calls is encrypted.
        source_ip="127.0.0.1", secure_transport=True,
    )
    result = evaluator.evaluate(context, [_parsed(document) for document in documents])
    if resource_policy is not None:
        # A key's policy has to allow what a role does with the key; a bucket's has only to not forbid it.
        result = evaluator.combine_resource_policy(
            result, context, resource_policy, owner, required=service == "kms"
        )
    if result.decision == "Allow":
        return Decision(True, _first_grant(documents, need), "")
    if result.decision == "Deny":
        return Decision(False, None, f"with an explicit deny ({result.matched_sid or 'without Sid'})")
    return Decision(False, None, f"because no policy allows the {need.action} action")


def _values(need: Need) -> dict[str, Any]:
    """The condition keys as the evaluator takes them: those with many values as lists."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in need.conditions}


@functools.lru_cache(maxsize=1024)
def _parsed(document: str) -> list[Any]:
    return evaluator.parse_policy_document(document)


def _allowing(document: str) -> list[Grant]:
    return [
        (action, resource)
        for statement in _parsed(document)
        if statement.effect == "Allow"
        for action in statement.actions
        for resource in statement.resources
    ]


def _first_grant(documents: tuple[str, ...], need: Need) -> Grant | None:
    for document in documents:
        for action, resource in _allowing(document):
            if evaluator.fnmatch_iam(need.action, action) and evaluator.fnmatch_iam_cs(need.resource, resource):
                return action, resource
    return None
