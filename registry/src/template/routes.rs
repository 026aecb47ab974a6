//! The routes of the HTTP API, as the body that the gateway imports: a line for each method of a path, and one
//! integration for each function. No function has a permission of its own for the gateway; it calls them with a role.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use api::operation::Entry;
use api::{Method, Operation};
use serde_yaml_ng::Value;

use super::yaml::{get_att, list, map, reference, sub};
use super::{document, logical_id, trust};

/// The logical id of the role that the gateway calls functions with.
const ROLE: &str = "ApiRole";

/// Maximum number of functions that one policy names. A managed policy has room for 6,144 characters; the ARN of a
/// function whose name is as long as names may be takes 115.
const FUNCTIONS_PER_POLICY: usize = 50;

/// The path that stands for whatever no route takes.
const DEFAULT: &str = "/$default";

/// The part of the body that follows from the operations, indented to stand under `DefinitionBody`.
pub(crate) fn body(operations: &[Operation]) -> String {
    let mut text = String::from("paths:\n");
    for (path, methods) in &paths(operations) {
        let _ = writeln!(text, "  {path}:");
        if let Some(parameters) = methods.values().find_map(|operation| parameters(operation)) {
            let _ = writeln!(text, "    parameters: [{parameters}]");
        }
        for (method, operation) in methods {
            let _ = writeln!(text, "    {}", route(*method, operation));
        }
    }
    text.push_str("components:\n  x-amazon-apigateway-integrations:\n");
    for operation in operations.iter().filter(|operation| is_called(operation)) {
        let _ = writeln!(text, "    {}", integration(operation));
    }
    text.lines().flat_map(|line| ["        ", line, "\n"]).collect()
}

/// Which operation answers a method of a path; no method stands for all of them.
fn paths(operations: &[Operation]) -> BTreeMap<&'static str, BTreeMap<Option<&'static str>, &Operation>> {
    let mut paths: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for operation in operations {
        match &operation.entry {
            Entry::Http(route) => {
                let methods = paths.entry(route.path).or_default();
                methods.extend(route.methods().map(Method::as_str).map(|method| (Some(method), operation)));
            }
            Entry::Unrouted => {
                paths.entry(DEFAULT).or_default().insert(None, operation);
            }
            _ => {}
        }
    }
    paths
}

/// Whether the gateway calls the operation's function for a request.
fn is_called(operation: &Operation) -> bool {
    matches!(operation.entry, Entry::Http(_) | Entry::Unrouted)
}

fn route(method: Option<&str>, operation: &Operation) -> String {
    let name = method.map_or_else(
        || "x-amazon-apigateway-any-method: { isDefaultRoute: true,".to_owned(),
        |method| format!("{}: {{", method.to_ascii_lowercase()),
    );
    // Every other route is behind the API's default authorizer.
    let open = if is_open(operation) { " security: [{ NONE: [] }]," } else { "" };
    let to = format!("#/components/x-amazon-apigateway-integrations/{}", logical_id(operation));
    format!("{name}{open} x-amazon-apigateway-integration: {{ $ref: \"{to}\" }}, responses: {{}} }}")
}

fn is_open(operation: &Operation) -> bool {
    operation.route().is_none_or(|route| route.scope.is_none())
}

/// Declares the parameters of an operation's path; nothing when it has none.
fn parameters(operation: &Operation) -> Option<String> {
    let names = operation.route()?.path_parameters();
    let declared = names.iter().map(|name| format!("{{ name: {name}, in: path, required: true }}"));
    let declared: Vec<String> = declared.collect();
    (!declared.is_empty()).then(|| declared.join(", "))
}

fn integration(operation: &Operation) -> String {
    let id = logical_id(operation);
    let service = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions";
    format!(
        "{id}: {{ type: aws_proxy, httpMethod: POST, payloadFormatVersion: \"2.0\", \
         credentials: !GetAtt {ROLE}.Arn, uri: !Sub \"{service}/${{{id}.Arn}}/invocations\" }}"
    )
}

/// The role that the gateway calls functions with, and its policies: exactly the functions that have a route, and the
/// authorizer's. A pattern would match functions of a stack whose name goes on where this one's ends.
pub(super) fn role(operations: &[Operation]) -> Value {
    let called: Vec<&Operation> =
        operations.iter().filter(|one| is_called(one) || matches!(one.entry, Entry::Authorizer)).collect();
    let policies: Vec<(String, Value)> = called
        .chunks(FUNCTIONS_PER_POLICY)
        .enumerate()
        .map(|(at, functions)| (format!("ApiPolicy{}", at + 1), policy(functions)))
        .collect();
    let attached = policies.iter().map(|(id, _)| reference(id));
    let properties = map([
        ("Path", sub("/${AWS::StackName}/")),
        ("AssumeRolePolicyDocument", trust("apigateway.amazonaws.com")),
        ("ManagedPolicyArns", list(attached)),
    ]);
    let role = map([("Type", "AWS::IAM::Role".into()), ("Properties", properties)]);
    let resources = policies.iter().map(|(id, policy)| (id.as_str(), policy.clone()));
    map([(ROLE, role)].into_iter().chain(resources))
}

fn policy(functions: &[&Operation]) -> Value {
    let arns = functions.iter().map(|operation| get_att(&logical_id(operation), "Arn"));
    let invoke = map([
        ("Effect", "Allow".into()),
        ("Action", "lambda:InvokeFunction".into()),
        ("Resource", list(arns)),
    ]);
    let properties = map([("Path", sub("/${AWS::StackName}/")), ("PolicyDocument", document(vec![invoke]))]);
    map([("Type", "AWS::IAM::ManagedPolicy".into()), ("Properties", properties)])
}
