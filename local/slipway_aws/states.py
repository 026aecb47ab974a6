"""What is assumed of Step Functions and of Lambda functions that it calls."""

from __future__ import annotations

import json

from slipway_demo.client import Json

from .assumption import Assumption
from .stack import Stack, expect

DOCS = "Step Functions developer guide"


def machine(**state: object) -> Json:
    """A definition with one state."""
    return {"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": {"End": True, **state}}}


def _echo() -> Json:
    return machine(Type="Pass", Output={"seen": "{% $states.input.payload %}"})


def deploys(stack: Stack) -> str:
    flow, _ = stack.deploy("echo", _echo())
    run = stack.run(flow, {"n": 9007199254740991})
    expect(run["status"] == "Succeeded" and run["output"] == {"seen": {"n": 9007199254740991}}, run)
    return "a flow is created, described, run, and its output comes back exactly"


def keeps_digits(stack: Stack) -> str:
    _, deployment = stack.deploy("digits", {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}})
    states, digits = stack.service("stepfunctions"), "12345678901234567890123"
    run = states.start_execution(stateMachineArn=stack.machine_of(deployment), input=f'{{"n":{digits}}}')

    def described() -> Json:
        return dict(states.describe_execution(executionArn=run["executionArn"]))

    ended = stack.wait(described, lambda found: found["status"] != "RUNNING", "the run has ended")
    expect(digits in ended.get("output", ""), ended.get("output"))
    return "a number of 23 digits passes through a state as it was written"


def runs_synchronously(stack: Stack) -> str:
    flow, deployment = stack.deploy("echo-api", _echo(), kind="api", trigger={"type": "service"})
    answer = stack.client.trigger(deployment["url"], {"word": "hello"}, status=200)
    expect(answer == {"seen": {"word": "hello"}}, answer)
    return f"`{flow['name']}` answers through its URL"


def calls_out(stack: Stack) -> str:
    task = machine(
        Type="Task", Resource="arn:aws:states:::lambda:invoke", Output="{% $states.result.Payload.status %}",
        Arguments={"FunctionName": "${slipway.http}", "Payload": {
            "method": "GET", "url": f"{stack.credentials.url}/openapi.json", "headers": {"x-key": "${secret.KEY}"},
        }},
    )
    flow, _ = stack.deploy("calls", task)
    run = stack.run(flow, {})
    if not stack.on_aws:
        expect(run["status"] in ("Succeeded", "Failed"), run)
        return f"the HTTP task was called; the run is {run['status']}"
    expect(run["status"] == "Succeeded" and run["output"] == 200, run)
    return "a task with a secret in a header reached the stack's own public address"


def refuses_metadata(stack: Stack) -> str:
    task = machine(
        Type="Task", Resource="arn:aws:states:::lambda:invoke",
        Arguments={"FunctionName": "${slipway.http}", "Payload": {"method": "GET", "url": "http://169.254.169.254/"}},
    )
    flow, _ = stack.deploy("metadata", task)
    run = stack.run(flow, {})
    expect(run["status"] == "Failed", run)
    return "a call to 169.254.169.254 fails"


def validates(stack: Stack) -> str:
    stack.needs_aws("the emulator's verdicts are Slipway's own")
    states = stack.service("stepfunctions")
    cases = {"no such state": {"StartAt": "Nowhere", "States": {"Only": {"Type": "Succeed"}}},
             "JSONata": machine(Type="Pass", Output="{% $sum( %}")}
    found = {}
    for name, definition in cases.items():
        verdict = states.validate_state_machine_definition(definition=json.dumps(definition))
        expect(verdict["result"] == "FAIL", f"{name}: {verdict['result']}")
        found[name] = verdict["diagnostics"][0]["code"]
    good = states.validate_state_machine_definition(definition=json.dumps(_echo()))
    expect(good["result"] == "OK", good)
    return "; ".join(f"{name}: `{code}`" for name, code in found.items())


def reads_jsonata(stack: Stack) -> str:
    stack.needs_aws("the emulator's verdicts are Slipway's own")
    states = stack.service("stepfunctions")
    taken = []
    for expression in ("{% $states.input.a ?? 1 %}", "{% $states.input.a ?: 1 %}", "{% $states.result %}"):
        definition = json.dumps(machine(Type="Pass", Output=expression))
        if states.validate_state_machine_definition(definition=definition)["result"] != "FAIL":
            taken.append(expression)
    expect(not taken, f"Step Functions takes what Slipway refuses: {taken}")
    return "`??`, `?:` and `$states.result` in a Pass state are refused"


def starts_once(stack: Stack) -> str:
    stack.needs_aws("the emulator refuses the second start, which Slipway takes for the same")
    _, deployment = stack.deploy("once", machine(Type="Wait", Seconds=30))
    states, arn = stack.service("stepfunctions"), stack.machine_of(deployment)
    first, second = (
        states.start_execution(stateMachineArn=arn, name=f"once-{stack.suffix}", input="{}")["executionArn"]
        for _ in range(2)
    )
    count = len(states.list_executions(stateMachineArn=arn)["executions"])
    expect(first == second and count == 1, f"{count} executions")
    return "an execution that is started twice under one name runs once"


ASSUMPTIONS = [
    Assumption(
        "states-deploy", "The worker may pass the role for flows to Step Functions, which may assume it",
        f"{DOCS}, *IAM roles*; condition `aws:SourceAccount`", "Every deployment fails with *AWS refused*", deploys,
    ),
    Assumption(
        "states-digits", "A state that does not compute hands numbers of any length on as they are written",
        "No page says so", "Long numbers in answers of other systems are rounded before Slipway sees them", keeps_digits,
    ),
    Assumption(
        "states-sync", "EXPRESS state machines are run by StartSyncExecution at the host `sync-states.{region}…`",
        f"{DOCS}, *StartSyncExecution*", "Flows of the kind `api` answer 503", runs_synchronously,
    ),
    Assumption(
        "states-http", "A state machine may invoke the HTTP task, which reads its secret under the key's encryption context",
        f"{DOCS}, *Call Lambda*; KMS developer guide, *Encryption context*", "Every HTTP task fails", calls_out,
    ),
    Assumption(
        "states-metadata", "Functions cannot be led to the address of instance metadata through the HTTP task",
        "Slipway's own rule, in AWS's network", "A flow could read the function's credentials", refuses_metadata,
    ),
    Assumption(
        "states-validate", "ValidateStateMachineDefinition finds what Slipway's own check finds",
        f"{DOCS}, *ValidateStateMachineDefinition*", "What is saved is refused when it is deployed", validates,
    ),
    Assumption(
        "states-jsonata", "Step Functions reads JSONata 2.0: neither `??` nor `?:`; `$states.result` belongs to states that "
        "have one", f"{DOCS}, *Transforming data with JSONata*, and JSONata's release notes",
        "Saving refuses definitions that Step Functions takes", reads_jsonata,
    ),
    Assumption(
        "states-names", "A second StartExecution with the same name and input starts nothing and answers with the first",
        f"{DOCS}, *StartExecution*: idempotent for STANDARD", "A slot of a schedule may run twice", starts_once,
    ),
    Assumption(
        "states-rates", "CreateStateMachine, DeleteStateMachine and ValidateStateMachineDefinition are throttled at about "
        "one call a second, and the error's name says so", f"{DOCS}, *Quotas*",
        "Many deployments at once are slower, or fail with *AWS refused*", None,
        "Deploy a few hundred flows at once in an account that may be busy for ten minutes",
    ),
]
