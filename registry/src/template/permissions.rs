//! A function's role: exactly what its operation declares, and what Lambda needs to call it and keep its log.

use api::operation::{Entry, Resource};
use api::{Grant, Operation};
use runtime::applications::MACHINE_PREFIX;
use serde_yaml_ng::Value;

use super::yaml::{get_att, list, map, sub};

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
        Entry::Work => Some("WorkQueue"),
        Entry::DeadLetters => Some("DeadLetterQueue"),
        _ => None,
    };
    if let Some(queue) = queue {
        let poll = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
        statements.push(statement(&poll, get_att(queue, "Arn")));
    }
    if operation.entry.is_asynchronous() {
        statements.push(statement(&["sqs:SendMessage"], get_att(super::UNDELIVERED, "Arn")));
    }
    statements.extend(merged(operation.grants).into_iter().map(|(on, actions)| granted(on, &actions)));
    statements
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
    let mut statement = statement(actions, resource(on));
    let service = match on {
        Resource::StateMachineRole => Some("states.amazonaws.com"),
        Resource::ScheduleRole => Some("scheduler.amazonaws.com"),
        _ => None,
    };
    if let (Some(service), Value::Mapping(statement)) = (service, &mut statement) {
        let condition = map([("StringEquals", map([("iam:PassedToService", service.into())]))]);
        statement.insert("Condition".into(), condition);
    }
    statement
}

fn statement(actions: &[&str], resource: Value) -> Value {
    let actions = actions.iter().map(|action| Value::from(*action));
    map([("Effect", "Allow".into()), ("Action", list(actions)), ("Resource", resource)])
}

fn resource(on: Resource) -> Value {
    match on {
        Resource::Table => get_att("Table", "Arn"),
        Resource::ListIndex => sub(&format!("${{Table.Arn}}/index/{}", store::keys::GSI1)),
        Resource::SketchIndex => sub(&format!("${{Table.Arn}}/index/{}", store::keys::SKETCH)),
        Resource::PendingIndex => sub(&format!("${{Table.Arn}}/index/{}", store::keys::PENDING)),
        Resource::Payloads => sub("${Bucket.Arn}/sha256/*"),
        Resource::Repositories => sub("${Bucket.Arn}/repositories/*"),
        Resource::Key => get_att("Key", "Arn"),
        Resource::WorkQueue => get_att("WorkQueue", "Arn"),
        Resource::DeadLetterQueue => get_att("DeadLetterQueue", "Arn"),
        Resource::StateMachines => regional("states", "stateMachine:${AWS::StackName}-*"),
        Resource::ApplicationMachines => {
            regional("states", &format!("stateMachine:${{AWS::StackName}}-{MACHINE_PREFIX}*"))
        }
        // Executions of EXPRESS state machines cannot be described.
        Resource::Executions => regional("states", "execution:${AWS::StackName}-*:*"),
        Resource::Account => "*".into(),
        Resource::TopicsMade => regional("sns", "${AWS::StackName}-*"),
        Resource::Schedules => regional("scheduler", "schedule/${ScheduleGroup}/*"),
        Resource::StateMachineRole => get_att("StateMachineRole", "Arn"),
        Resource::ScheduleRole => get_att("ScheduleRole", "Arn"),
    }
}

fn regional(service: &str, name: &str) -> Value {
    sub(&format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{name}"))
}
