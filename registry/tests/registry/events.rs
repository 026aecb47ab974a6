//! The sample events are what their functions take.

use api::operation::Entry;
use api::validate::Validator;
use registry::operations;
use runtime::aws::WorkMessage;
use runtime::sns::SnsEvent;
use runtime::sqs::SqsEvent;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::read;

fn sample(id: &str) -> Value {
    serde_json::from_str(&read(&format!("events/{id}.json"))).unwrap()
}

#[test]
fn requests_fit_their_routes_and_bodies_their_schemas() {
    for operation in operations() {
        let Some(route) = operation.route() else { continue };
        let (id, event) = (operation.id, sample(operation.id));
        assert_eq!(event["routeKey"], format!("{} {}", route.method, route.path), "{id}");
        let path = event["rawPath"].as_str().unwrap();
        assert!(!path.contains('{') && path.split('/').count() == route.path.split('/').count(), "{id}");
        for name in route.path_parameters() {
            assert!(path.split('/').any(|part| event["pathParameters"][name] == part), "{id}: {name}");
        }
        let Some(body) = route.body.filter(|body| body.media_type == "application/json") else { continue };
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = (body.schema)(&mut generator).to_value();
        if let Some(members) = schema.as_object_mut() {
            members.insert("$defs".to_owned(), generator.take_definitions(true).into());
        }
        let sent: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        assert_eq!(Validator::new(&schema).unwrap().problems(&sent), [], "{id}: {sent}");
    }
}

#[test]
fn what_is_no_request_can_be_read_by_its_function() {
    for operation in operations() {
        let (id, event) = (operation.id, sample(operation.id));
        match operation.entry {
            Entry::Work(_) | Entry::DeadLetters(_) => {
                let event: SqsEvent = serde_json::from_value(event).unwrap();
                let body = event.records[0].body.as_deref().unwrap();
                serde_json::from_str::<WorkMessage>(body).unwrap_or_else(|error| panic!("{id}: {error}"));
            }
            Entry::Authorizer => {
                serde_json::from_value::<authorizer::AuthorizerEvent>(event)
                    .unwrap_or_else(|e| panic!("{id}: {e}"));
            }
            Entry::Schedules => drop(serde_json::from_value::<triggers::Tick>(event).unwrap()),
            Entry::Direct => match id {
                "http-task.call" => drop(http_task::Request::parse(&(&event).into()).unwrap()),
                "staged-connectors.certify" => {
                    drop(serde_json::from_value::<staged_connectors::Order>(event).unwrap());
                }
                "projects.rotate-keys" => drop(serde_json::from_value::<projects::Rotation>(event).unwrap()),
                "projects.bootstrap" => drop(serde_json::from_value::<projects::Order>(event).unwrap()),
                _ => panic!("{id}: say here which type reads its sample event"),
            },
            Entry::Topics => drop(serde_json::from_value::<SnsEvent>(event).unwrap()),
            Entry::Executions => drop(serde_json::from_value::<applications::ExecutionEnd>(event).unwrap()),
            Entry::Http(_) | Entry::Every(_) | Entry::Unrouted => {}
        }
    }
}
