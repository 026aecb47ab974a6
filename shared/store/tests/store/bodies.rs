//! Whatever an entity holds comes back as it was: every number, every text, every optional, at any depth.

use domain::client::ApiClient;
use domain::deployment::{Application, Arrival, Deployment, OperationKind};
use domain::environment::{Environment, Variable};
use domain::flow::{Flow, Trigger};
use domain::ids::{DeploymentId, EnvironmentId, PackageId};
use domain::integration::Integration;
use domain::lifecycle::Status;
use domain::placement::Placement;
use domain::raw_json::RawJson;
use domain::report::{Entry, EntryType};
use domain::report_code::ReportCode;
use domain::run::{Run, RunError, RunResult, RunStatus};
use domain::schedule::Timezone;
use domain::work::Lease;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use store::Entity;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::local::Local;
use crate::samples;

const CASES: u32 = 48;

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        select(vec![0.0, -0.0, 1.0, 1e300, 5e-324, 0.1]).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("")),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn variable() -> impl Strategy<Value = Variable> {
    prop_oneof![
        json_value().prop_map(|value| Variable::Plain { value }),
        any::<u64>().prop_map(|version| Variable::Secured { version }),
    ]
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let job = || Trigger::Job { schedule: "rate(5 minutes)".parse().unwrap(), timezone: Timezone::default() };
    prop_oneof![Just(Trigger::None), Just(Trigger::Service), Just(job())]
}

fn application() -> impl Strategy<Value = Application> {
    (trigger(), any::<bool>(), any::<u64>(), any::<u128>()).prop_map(|(trigger, express, size, build)| {
        let mut bundle = samples::payload("bundle");
        bundle.size = size;
        let build = domain::ids::BuildId::new(Uuid::from_u128(build));
        Application { build, state_machine: "arn:x".to_owned(), express, trigger, bundle }
    })
}

fn operation() -> impl Strategy<Value = OperationKind> {
    let id = any::<u128>().prop_map(|id| DeploymentId::new(Uuid::from_u128(id)));
    prop_oneof![
        Just(OperationKind::Deploy),
        any::<bool>().prop_map(|in_place| OperationKind::Redeploy { in_place }),
        Just(OperationKind::Undeploy),
        option::of(id).prop_map(|to| OperationKind::Rollback { to }),
        option::of(0..1000_i64)
            .prop_map(|at| OperationKind::Enable { beside: at.map(crate::samples::moment) }),
        (placement(), placement(), arrival()).prop_map(|(from, to, arrival)| OperationKind::Move {
            from,
            to,
            arrival
        }),
    ]
}

fn arrival() -> impl Strategy<Value = Arrival> {
    prop_oneof![
        Just(Arrival::TakeOver),
        Just(Arrival::Off),
        (0..1000_i64).prop_map(|at| Arrival::Beside(crate::samples::moment(at))),
    ]
}

fn placement() -> impl Strategy<Value = Placement> {
    let environment = any::<u128>().prop_map(|id| EnvironmentId::new(Uuid::from_u128(id)).into());
    prop_oneof![Just(Placement::Global), environment]
}

fn report_entry() -> impl Strategy<Value = Entry> {
    let types = select(vec![EntryType::Information, EntryType::Warning, EntryType::Error]);
    (types, any::<String>(), option::of(any::<String>()), option::of(any::<String>())).prop_map(
        |(entry_type, title, message, application)| {
            let created_at = samples::moment(0);
            Entry { entry_type, code: ReportCode::of_title(&title), title, message, application, created_at }
        },
    )
}

prop_compose! {
    fn deployment()(
        status in select(Status::ALL),
        kind in operation(),
        entries in vec(report_entry(), 0..4),
        application in option::of(application()),
        candidate in option::of(application()),
        retiring in vec(any::<String>(), 0..3),
        place in (placement(), option::of(any::<u128>())),
        switches in (option::of(any::<i32>()), any::<bool>(), any::<bool>()),
        owner in option::of(any::<String>()),
        counts in any::<(u64, u32, u32, u64)>(),
    ) -> Deployment {
        let flow = samples::flow(&samples::integration());
        let mut deployment = samples::deployment(&flow, &samples::environment());
        deployment.status = status;
        deployment.operation.kind = kind;
        deployment.placement = place.0;
        deployment.package = place.1.map(|id| PackageId::new(Uuid::from_u128(id)));
        (deployment.priority, deployment.deploy_disabled, deployment.follow_up) = switches;
        deployment.build.report.entries = entries;
        (deployment.application, deployment.candidate, deployment.retiring) = (application, candidate, retiring);
        deployment.work_state.lease = owner.map(|owner| Lease { owner, until: samples::moment(60) });
        (deployment.work_state.epoch, deployment.work_state.attempts, deployment.release, deployment.metadata.version) = counts;
        deployment
    }
}

prop_compose! {
    fn run()(
        output in option::of(json_value()),
        error in option::of((any::<String>(), option::of(any::<String>()))),
        stopped in any::<bool>(),
    ) -> Run {
        let flow = samples::flow(&samples::integration());
        let deployment = samples::deployment(&flow, &samples::environment());
        let result = RunResult {
            status: RunStatus::Failed,
            stopped_at: stopped.then(|| samples::moment(1)),
            output: output.as_ref().map(RawJson::from),
            error: error.map(|(error, cause)| RunError { error, cause }),
        };
        Run { result: Some(result), ..samples::run(&deployment) }
    }
}

prop_compose! {
    fn flow()(
        key in option::of("[A-Za-z0-9_-]{2,256}"),
        name in "[^\\p{C}\\p{Zl}\\p{Zp}]{1,255}x",
        description in option::of("[^\\p{C}\\p{Zl}\\p{Zp}]{0,255}x"),
        trigger in trigger(),
        parts in any::<(bool, bool)>(),
        number: u32,
    ) -> Flow {
        let mut flow = samples::flow(&samples::integration());
        flow.key = key.map(|key| key.parse().unwrap());
        flow.name = name.parse().unwrap();
        flow.description = description.map(|text| text.parse().unwrap());
        flow.working.trigger = trigger;
        let content = flow.working.clone();
        flow.released = parts.0.then_some(domain::flow::NewestRelease { number, content });
        flow.saved = parts.1.then(|| flow.working.clone());
        flow.working.definition = None;
        flow
    }
}

/// Runs a property against one table: a table for each case would cost more than the cases.
fn for_all<T: std::fmt::Debug>(
    values: impl Strategy<Value = T>,
    property: &impl AsyncFn(&Local, T) -> Result<(), TestCaseError>,
) {
    let runtime = Runtime::new().unwrap();
    let local = runtime.block_on(Local::start());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(CASES)
    });
    runner.run(&values, |value| runtime.block_on(property(&local, value))).unwrap();
}

async fn reads_back<E: Entity + PartialEq + std::fmt::Debug>(
    local: &Local,
    entity: E,
) -> Result<(), TestCaseError> {
    local.project.create(&entity).await.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    let stored = local.project.get_by_id::<E>(entity.uuid()).await;
    let stored = stored.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    prop_assert_eq!(stored.entity, entity);
    Ok(())
}

#[test]
fn every_variable_comes_back_as_it_was_set() {
    let variables = btree_map("[A-Za-z0-9_-]{1,12}", variable(), 0..6);
    for_all((variables, any::<u64>(), any::<u32>()), &async |local, (variables, version, position)| {
        let variables = variables.into_iter().map(|(name, value)| (name.parse().unwrap(), value)).collect();
        let environment =
            Environment { variables, last_secret_version: version, position, ..samples::environment() };
        reads_back(local, environment).await
    });
}

#[test]
fn a_deployment_comes_back_with_everything_in_it() {
    for_all(deployment(), &async |local, deployment| reads_back(local, deployment).await);
}

#[test]
fn a_flow_comes_back_with_everything_in_it() {
    for_all(flow(), &async |local, flow| reads_back(local, flow).await);
}

#[test]
fn a_run_comes_back_with_its_output() {
    for_all(run(), &async |local, run| {
        prop_assert!(local.project.create_run(&run).await.unwrap());
        prop_assert_eq!(local.project.run(run.id).await.unwrap(), run);
        Ok(())
    });
}

#[tokio::test]
async fn a_client_a_credential_and_an_integration_come_back() {
    let local = Local::start().await;
    let (client, credential) = samples::api_client();
    local.project.create_client(&client, &credential).await.unwrap();
    let stored = local.project.get_by_id::<ApiClient>(client.id.uuid()).await.unwrap();
    assert_eq!(stored.entity, client);
    assert_eq!(local.store.credential(client.id).await.unwrap(), Some(credential));
    let description = Some("".parse().unwrap());
    let integration = Integration { built_in: true, description, ..samples::integration() };
    local.project.create(&integration).await.unwrap();
    let stored = local.project.get_by_id::<Integration>(integration.id.uuid()).await.unwrap();
    assert_eq!(stored.entity, integration);
}

/// JSON allows all of these, a DynamoDB map none of them.
#[tokio::test]
async fn a_variable_may_hold_what_a_map_of_the_table_could_not() {
    let local = Local::start().await;
    let deep = (0..100).fold(json!("deep"), |inner, _| json!([inner]));
    for value in [deep, json!({ "": { "": 1 } }), json!(1e300), json!(5e-324), json!(1.0), json!("\u{0}")] {
        let mut environment = samples::environment();
        environment.set_plain("value".parse().unwrap(), value.clone()).unwrap();
        reads_back(&local, environment).await.expect("it reads back");
    }
}
