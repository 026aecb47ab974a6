//! Ways to the HTTP task that are none: whoever calls it by its name could hand it a scope token copied from elsewhere.
//!
//! `${slipway.http}` is the only way, because Slipway then writes the token. So no state may name the task's function, and
//! a state that calls any Lambda function has to say which one in its definition: a name that a run works out cannot be
//! checked. The other functions of the stack are refused in the same place, for no flow has any business with them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Spelling, call_paths, http_tasks, spelling, states};
use crate::definition::expression::written_out;
use crate::definition::{Finding, MAX_DEPTH, deeper_than, each_string, join, sorted};
use crate::placeholders::has_placeholder;

/// What follows the stack's name in the name of the HTTP task's function.
const FUNCTION: &str = "http-task-call";

/// The member that names a Lambda function, in every integration that calls one.
const FUNCTION_NAME: &str = "FunctionName";

/// The members of a state that hold what its integration is called with.
const CALLED_WITH: [&str; 2] = ["Arguments", "Parameters"];

/// The members of a Map state that name an integration of their own.
const OF_A_MAP: [&str; 2] = ["ItemReader", "ResultWriter"];

/// Every place of a definition that leads, or could lead, to the HTTP task or to another function of the stack in
/// another way than through `${slipway.http}`; ordered by path.
///
/// `http_task` is what stands for the task where it may be called: `${slipway.http}` in a definition as written, the ARN
/// of the task in one whose placeholders are replaced. `arn` is the task's ARN. A function's name that holds a
/// placeholder is not judged: it will be once it is replaced.
pub(in crate::asl) fn other_ways(definition: &Value, http_task: &str, arn: &str) -> Vec<Finding> {
    // Reported by the structural check.
    if deeper_than(definition, MAX_DEPTH) {
        return Vec::new();
    }
    let functions = Functions::of(arn);
    let mut findings = Vec::new();
    for (path, state) in states(definition) {
        match spelling(state, http_task) {
            Some(Spelling::Direct) => {}
            Some(Spelling::Invoke) => check_rivals(&path, state, &functions, &mut findings),
            None => check_integration(&path, state, &functions, &mut findings),
        }
        for member in OF_A_MAP {
            if let Some(inner) = state.get(member) {
                check_integration(&join(&path, member), inner, &functions, &mut findings);
            }
        }
    }
    let mut told: BTreeSet<String> = findings.iter().map(|found| found.path.clone()).collect();
    told.extend(call_paths(&http_tasks(definition, http_task)));
    each_string(definition, |path, text| {
        let member = path.rsplit('/').next().unwrap_or_default();
        if member != "Comment" && !told.contains(path) && functions.is_http_task_in(text) {
            findings.push(Finding::error(path, BY_NAME));
        }
    });
    sorted(findings)
}

/// The states that reach the HTTP task in `resolved` but not in `written`: a variable led there.
pub fn led_by_variables(written: &Value, resolved: &Value, arn: &str) -> Vec<Finding> {
    let meant: BTreeSet<String> =
        http_tasks(written, super::HTTP_TASK).into_iter().map(|task| task.path).collect();
    let reached = http_tasks(resolved, arn).into_iter().filter(|task| !meant.contains(&task.path));
    reached.map(|task| Finding::error(task.path, BY_NAME)).collect()
}

const BY_NAME: &str = "The HTTP task is called through \"${slipway.http}\" only, not by its function's name. Write \
                       \"Resource\": \"${slipway.http}\".";

const OURS: &str = "This is one of Slipway's own functions, which no flow may call. For the HTTP task write \
                    \"Resource\": \"${slipway.http}\".";

const NOT_WRITTEN_OUT: &str = "Which function is called has to be written out here, as a name, an ARN or a variable such \
                               as \"${function}\": an expression could lead to a function of Slipway. Use a Choice state to \
                               call one of several functions.";

const NOT_NAMED: &str = "\"FunctionName\" is missing: the name or ARN of the function to call, or a variable such as \
                         \"${function}\".";

/// The functions of the stack.
struct Functions<'a> {
    http_task: &'a str,
    /// What the names of all of them begin with.
    prefix: &'a str,
}

impl<'a> Functions<'a> {
    fn of(arn: &'a str) -> Self {
        let http_task = arn.rsplit(':').next().unwrap_or(arn);
        Self { http_task, prefix: http_task.strip_suffix(FUNCTION).unwrap_or(http_task) }
    }

    /// Whether a text that names a function, as a name, a partial or a whole ARN, with or without a qualifier, names one
    /// of them.
    fn is_ours(&self, text: &str) -> bool {
        text.split(':').any(|part| part.trim().starts_with(self.prefix))
    }

    /// Whether the name of the HTTP task's function stands in a text, as a whole word.
    fn is_http_task_in(&self, text: &str) -> bool {
        let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        text.match_indices(self.http_task).any(|(start, found)| {
            let before = text.get(..start).and_then(|before| before.chars().next_back());
            let after = text.get(start + found.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(is_of_a_name) && !after.is_some_and(is_of_a_name)
        })
    }
}

/// Which integration a `Resource` is, as far as it can call Lambda functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Integration {
    /// The ARN of a function.
    Function,
    /// One that has to be told which function to call.
    Invoke,
    /// Another call of Lambda's API, which may be about a function.
    About,
    Other,
}

impl Integration {
    fn of(resource: &str) -> Self {
        let resource = resource.trim().to_ascii_lowercase();
        let mut parts = resource.splitn(6, ':').skip(2);
        let (service, what) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
        let action = match service {
            "lambda" => return Self::Function,
            "states" => what.strip_prefix("lambda:").or_else(|| what.strip_prefix("aws-sdk:lambda:")),
            _ => None,
        };
        match action {
            Some(action) if action.starts_with("invoke") => Self::Invoke,
            Some(_) => Self::About,
            None => Self::Other,
        }
    }
}

fn check_integration(path: &str, state: &Value, functions: &Functions<'_>, findings: &mut Vec<Finding>) {
    let Some(resource) = state.get("Resource").and_then(Value::as_str) else { return };
    let integration = Integration::of(resource);
    if integration == Integration::Function && functions.is_ours(resource) {
        findings.push(Finding::error(join(path, "Resource"), OURS));
    }
    if !matches!(integration, Integration::Invoke | Integration::About) {
        return;
    }
    let mut is_named = false;
    for member in CALLED_WITH {
        let called_with = join(path, member);
        match state.get(member) {
            Some(Value::Object(members)) => {
                if !check_names(&called_with, members, functions, findings)
                    && integration == Integration::Invoke
                {
                    findings.push(Finding::error(called_with, NOT_NAMED));
                }
                is_named = true;
            }
            Some(Value::String(text)) if has_placeholder(text) => is_named = true,
            // An expression, or what makes no sense: it could name any function.
            Some(_) if integration == Integration::Invoke => {
                findings.push(Finding::error(called_with, NOT_WRITTEN_OUT));
                is_named = true;
            }
            _ => {}
        }
    }
    if !is_named && integration == Integration::Invoke {
        // Without arguments, the state's input is what it is called with.
        findings.push(Finding::error(path, NOT_WRITTEN_OUT));
    }
}

/// Checks the names of functions among the members of a call. Whether there is any.
fn check_names(
    path: &str,
    members: &Map<String, Value>,
    functions: &Functions<'_>,
    findings: &mut Vec<Finding>,
) -> bool {
    let mut is_named = false;
    for (name, value) in members {
        let (bare, is_path) = name.strip_suffix(".$").map_or((name.as_str(), false), |bare| (bare, true));
        if !bare.eq_ignore_ascii_case(FUNCTION_NAME) {
            continue;
        }
        is_named = true;
        let written = value.as_str().filter(|_| !is_path).and_then(written_out);
        let wrong = match written {
            Some(text) if has_placeholder(text) => None,
            Some(text) => functions.is_ours(text).then_some(OURS),
            None => Some(NOT_WRITTEN_OUT),
        };
        findings.extend(wrong.map(|message| Finding::error(join(path, name), message)));
    }
    is_named
}

/// A call of the HTTP task names it once: nothing else beside may name another function.
fn check_rivals(path: &str, state: &Value, functions: &Functions<'_>, findings: &mut Vec<Finding>) {
    for member in CALLED_WITH {
        let Some(Value::Object(members)) = state.get(member) else { continue };
        let others: Map<String, Value> = members
            .iter()
            .filter(|(name, _)| *name != FUNCTION_NAME)
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        check_names(&join(path, member), &others, functions, findings);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::asl::{other_ways, other_ways_resolved};

    const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:slipway-http-task-call";
    const NAME: &str = "slipway-http-task-call";
    const INVOKE: &str = "arn:aws:states:::lambda:invoke";

    fn machine(state: &Value) -> Value {
        json!({ "QueryLanguage": "JSONata", "StartAt": "T", "States": { "T": state } })
    }

    fn task(resource: &str, arguments: &Value) -> Value {
        json!({ "Type": "Task", "Resource": resource, "Arguments": arguments, "End": true })
    }

    fn paths(state: &Value) -> Vec<String> {
        let strip = |found: Finding| found.path.strip_prefix("/States/T").unwrap_or_default().to_owned();
        let definition = machine(state);
        let saved: Vec<_> = other_ways(&definition, ARN).into_iter().map(strip).collect();
        let built: Vec<_> = other_ways_resolved(&definition, ARN).into_iter().map(strip).collect();
        // What is refused for a name is refused at both times, unless it is the ARN where it belongs once resolved.
        assert!(built.iter().all(|path| saved.contains(path)), "{saved:?} {built:?}");
        saved
    }

    #[test]
    fn the_http_task_is_reached_by_no_name() {
        let partial = format!("123456789012:{NAME}");
        let short = format!("123456789012:function:{NAME}");
        let (latest, version) = (format!("{ARN}:$LATEST"), format!("{NAME}:7"));
        let names = [
            NAME,
            ARN,
            &partial,
            &short,
            &latest,
            &version,
            "{% $states.input.fn %}",
            "{% 'slipway-' & 'http-task-call' %}",
            "{% \"slipway-http-task-call\" %}",
            "slipway-projects-bootstrap",
        ];
        let resources = [
            INVOKE,
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "arn:aws-us-gov:states:::lambda:invoke",
            "arn:aws:states:::aws-sdk:lambda:invoke",
            "arn:aws:states:::aws-sdk:lambda:invokeAsync",
            "arn:aws:states:::aws-sdk:lambda:invoke.waitForTaskToken",
            "arn:aws:states:::aws-sdk:Lambda:Invoke",
        ];
        for resource in resources {
            for name in names {
                let state =
                    task(resource, &json!({ "FunctionName": name, "Payload": { "scope": "copied" } }));
                assert_eq!(paths(&state), ["/Arguments/FunctionName"], "{resource} {name}");
                let mut state = task(resource, &json!(null));
                state["Parameters"] = json!({ "FunctionName": name });
                assert!(paths(&state).contains(&"/Parameters/FunctionName".to_owned()), "{resource} {name}");
            }
            let by_path = json!({ "Type": "Task", "Resource": resource, "End": true, "QueryLanguage": "JSONPath",
                "Parameters": { "FunctionName.$": "$.fn", "Payload.$": "$" } });
            assert_eq!(paths(&by_path), ["/Parameters/FunctionName.$"], "{resource}");
            assert_eq!(paths(&task(resource, &json!("{% $states.input %}"))), ["/Arguments"], "{resource}");
            let bare = json!({ "Type": "Task", "Resource": resource, "End": true });
            assert_eq!(paths(&bare), [""], "{resource}");
        }
    }

    #[test]
    fn its_arn_is_no_resource_of_an_author() {
        for (resource, also) in [(ARN.to_owned(), false), (format!("{ARN}:$LATEST"), true)] {
            let definition = machine(&task(&resource, &json!({ "url": "https://a" })));
            assert_eq!(other_ways(&definition, ARN).len(), 1, "{resource}");
            assert_eq!(!other_ways_resolved(&definition, ARN).is_empty(), also, "{resource}");
        }
        let other = "arn:aws:lambda:eu-central-1:123456789012:function:slipway-triggers-fire";
        assert_eq!(paths(&task(other, &json!({}))), ["/Resource"]);
    }

    #[test]
    fn its_name_stands_nowhere_else_either() {
        let schedule =
            task("arn:aws:states:::aws-sdk:scheduler:createSchedule", &json!({ "Target": { "Arn": ARN } }));
        assert_eq!(paths(&schedule), ["/Arguments/Target/Arn"]);
        let hidden =
            json!({ "Type": "Pass", "Output": format!("{{% '{NAME}' %}}"), "Comment": NAME, "End": true });
        assert_eq!(paths(&hidden), ["/Output"]);
        let reader = json!({ "Type": "Map", "ItemReader": { "Resource": INVOKE, "Arguments": "{% $x %}" },
            "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Task", "Resource": INVOKE, "End": true,
                "Arguments": { "FunctionName": NAME } } } }, "End": true });
        assert_eq!(
            paths(&reader),
            ["/ItemProcessor/States/I/Arguments/FunctionName", "/ItemReader/Arguments"]
        );
    }

    #[test]
    fn other_functions_and_the_way_through_the_placeholder_stay() {
        let fine = [
            task(INVOKE, &json!({ "FunctionName": "orders", "Payload": "{% $states.input %}" })),
            task(INVOKE, &json!({ "FunctionName": "{% 'orders' %}" })),
            task(INVOKE, &json!({ "FunctionName": "${fn}" })),
            task(INVOKE, &json!({ "FunctionName": "arn:aws:lambda:eu-central-1:1:function:${fn}:$LATEST" })),
            task(INVOKE, &json!({ "FunctionName": "my-slipway-http-task-call" })),
            task(INVOKE, &json!("${arguments}")),
            task("arn:aws:lambda:eu-central-1:1:function:orders", &json!({})),
            task("arn:aws:states:::aws-sdk:lambda:listFunctions", &json!("{% $states.input %}")),
            task("arn:aws:states:::sqs:sendMessage", &json!("{% $states.input %}")),
        ];
        for state in fine {
            assert_eq!(paths(&state), [""; 0], "{state}");
        }
        for state in [
            task("${slipway.http}", &json!({ "url": "https://a" })),
            task(INVOKE, &json!({ "FunctionName": "${slipway.http}", "Payload": { "url": "https://a" } })),
        ] {
            let written = machine(&state);
            assert_eq!(other_ways(&written, ARN), [], "{state}");
            let resolved: Value =
                serde_json::from_str(&written.to_string().replace("${slipway.http}", ARN)).unwrap();
            assert_eq!(other_ways_resolved(&resolved, ARN), [], "{state}");
            assert_eq!(led_by_variables(&written, &resolved, ARN), []);
        }
        let rival = task(
            INVOKE,
            &json!({ "FunctionName": "${slipway.http}", "FunctionName.$": "$.x", "Payload": {} }),
        );
        assert_eq!(paths(&rival), ["/Arguments/FunctionName.$"]);
    }

    #[test]
    fn a_variable_leads_nowhere_near() {
        for state in [
            task("${a}", &json!({ "url": "https://a" })),
            task(INVOKE, &json!({ "FunctionName": "${a}", "Payload": { "url": "https://a" } })),
        ] {
            let written = machine(&state);
            let resolved: Value = serde_json::from_str(&written.to_string().replace("${a}", ARN)).unwrap();
            assert_eq!(other_ways(&written, ARN), [], "not known yet");
            let found = led_by_variables(&written, &resolved, ARN);
            assert_eq!(
                found.iter().map(|found| found.path.as_str()).collect::<Vec<_>>(),
                ["/States/T"],
                "{state}"
            );
        }
    }
}
