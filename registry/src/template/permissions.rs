//! A function's role: exactly what its operation declares, and what Lambda needs to call it and keep its log.

use std::collections::{BTreeMap, BTreeSet};

use api::operation::{Entry, Resource};
use api::{Grant, Operation};
use runtime::applications::MACHINE_PREFIX;
use serde_yaml_ng::Value;
use store::keys;

use super::OWN;
use super::yaml::{get_att, list, map, sub};

/// The roles that environments may name.
const EXECUTION_ROLES: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${ExecutionRolePath}*";

/// The statements of an operation's role.
pub(super) fn statements(operation: &Operation, log: &str) -> Vec<Value> {
    let mut statements = vec![
        statement(
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            sub(&format!(
                "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{log}}}:*"
            )),
        ),
        // X-Ray knows no resources.
        statement(&["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*".into()),
    ];
    let queue = match operation.entry {
        Entry::Work(queue) => Some(super::queue_id(queue)),
        Entry::DeadLetters(queue) => Some(super::dead_letter_queue_id(queue)),
        _ => None,
    };
    if let Some(queue) = queue {
        let poll = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
        statements.push(statement(&poll, get_att(&queue, "Arn")));
    }
    if operation.entry.is_asynchronous() {
        statements.push(statement(&["sqs:SendMessage"], get_att(super::UNDELIVERED, "Arn")));
    }
    statements.extend(items(operation.grants));
    let others = merged(operation.grants).into_iter().filter(|(on, _)| !on.is_in_table());
    statements.extend(others.map(|(on, actions)| granted(on, &actions)));
    statements
}

/// What may be done to items of the table, and to which: partition keys have to be like one of the patterns. An action
/// that is allowed on several kinds of items is in one statement with all of them, for a transaction or a batch may name
/// some of each, and one statement has to allow all of its keys.
fn items(grants: &[Grant]) -> Vec<Value> {
    let mut partitions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for grant in grants {
        if let Some(pattern) = partition(grant.on) {
            for action in grant.actions {
                partitions.entry(action).or_default().insert(pattern.clone());
            }
        }
    }
    let mut actions: BTreeMap<BTreeSet<String>, Vec<&str>> = BTreeMap::new();
    for (action, patterns) in partitions {
        actions.entry(patterns).or_default().push(action);
    }
    let limited = |(patterns, actions): (BTreeSet<String>, Vec<&str>)| {
        let statement = statement(&actions, get_att("Table", "Arn"));
        let patterns = list(patterns.into_iter().map(Value::from));
        on_condition(statement, "ForAllValues:StringLike", "dynamodb:LeadingKeys", patterns)
    };
    actions.into_iter().map(limited).collect()
}

/// The partition keys of the items that a grant is on, as a pattern.
fn partition(on: Resource) -> Option<String> {
    match on {
        Resource::Table => Some(format!("{}*", keys::PROJECTS_PREFIX)),
        Resource::Credentials => Some(format!("{}*", keys::CREDENTIALS_PREFIX)),
        Resource::Logs => Some(format!("{}*", keys::LOGS_PREFIX)),
        Resource::SigningKeys(kind) => Some(keys::key_ring(kind).pk),
        _ => None,
    }
}

fn on_condition(mut statement: Value, operator: &str, key: &str, values: Value) -> Value {
    if let Value::Mapping(statement) = &mut statement {
        statement.insert("Condition".into(), map([(operator, map([(key, values)]))]));
    }
    statement
}

/// The grants with each resource once, its actions sorted.
pub(crate) fn merged(grants: &[Grant]) -> Vec<(Resource, Vec<&'static str>)> {
    let mut merged: Vec<(Resource, Vec<&'static str>)> = Vec::new();
    for grant in grants {
        match merged.iter_mut().find(|(on, _)| *on == grant.on) {
            Some((_, actions)) => actions.extend(grant.actions),
            None => merged.push((grant.on, grant.actions.to_vec())),
        }
    }
    for (_, actions) in &mut merged {
        actions.sort_unstable();
        actions.dedup();
    }
    merged
}

fn granted(on: Resource, actions: &[&str]) -> Value {
    let statement = statement(actions, resource(on));
    let passed_to = |service: &str| {
        on_condition(statement.clone(), "StringEquals", "iam:PassedToService", service.into())
    };
    match on {
        Resource::StateMachineRole | Resource::ExecutionRoles => passed_to("states.amazonaws.com"),
        Resource::ScheduleRole => passed_to("scheduler.amazonaws.com"),
        Resource::Sealed(what) => {
            on_condition(statement, "StringLike", "kms:EncryptionContext:entity", what.entities().into())
        }
        _ => statement,
    }
}

fn statement(actions: &[&str], resource: Value) -> Value {
    let actions = actions.iter().map(|action| Value::from(*action));
    map([("Effect", "Allow".into()), ("Action", list(actions)), ("Resource", resource)])
}

fn resource(on: Resource) -> Value {
    match on {
        Resource::Table | Resource::Credentials | Resource::SigningKeys(_) | Resource::Logs => {
            get_att("Table", "Arn")
        }
        Resource::ListIndex => sub(&format!("${{Table.Arn}}/index/{}", keys::GSI1)),
        Resource::SummaryIndex => sub(&format!("${{Table.Arn}}/index/{}", keys::GSI2)),
        Resource::PendingIndex => sub(&format!("${{Table.Arn}}/index/{}", keys::PENDING)),
        Resource::Payloads => sub("${Bucket.Arn}/sha256/*"),
        Resource::Repositories => sub("${Bucket.Arn}/repositories/*"),
        Resource::Sealed(_) => get_att("Key", "Arn"),
        Resource::WorkQueue(queue) => get_att(&super::queue_id(queue), "Arn"),
        Resource::StateMachines => regional("states", &format!("stateMachine:{OWN}*")),
        Resource::ApplicationMachines => regional("states", &format!("stateMachine:{OWN}{MACHINE_PREFIX}*")),
        // Executions of EXPRESS state machines cannot be described.
        Resource::Executions => regional("states", &format!("execution:{OWN}*:*")),
        Resource::Account => "*".into(),
        Resource::TopicsMade => regional("sns", &format!("{OWN}*")),
        Resource::Schedules => regional("scheduler", "schedule/${ScheduleGroup}/*"),
        Resource::StateMachineRole => get_att("StateMachineRole", "Arn"),
        Resource::ExecutionRoles => sub(EXECUTION_ROLES),
        Resource::RolesOfFlows => list([get_att("StateMachineRole", "Arn"), sub(EXECUTION_ROLES)]),
        Resource::ScheduleRole => get_att("ScheduleRole", "Arn"),
    }
}

fn regional(service: &str, name: &str) -> Value {
    sub(&format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{name}"))
}
