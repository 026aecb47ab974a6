//! The state machine of connector deployments, and what an application finds.

pub(super) mod samples;

use serde_json::json;
use uuid::Uuid;

use self::samples::{declared, deployed, named, wanted};
use super::{ConnectorDeployment, OperationKind, Retired};
use crate::deployment::Request;
use crate::ids::{BuildId, OperationId};
use crate::lifecycle::{Event, IllegalTransition, Next, Status};
use crate::metadata::{Principal, Timestamp};
use crate::report::EntryType;
use crate::work::Worked;

/// Status, then what follows from: redeploy, undeploy, claim, success, failure. `-` is refused.
const TABLE: &[(Status, [&str; 5])] = &[
    (Status::Draft, ["Queued", "Undeploying", "-", "-", "-"]),
    (Status::Queued, ["-", "-", "Deploying", "-", "Failed"]),
    (Status::Deploying, ["-", "-", "Deploying", "Deployed", "Failed"]),
    (Status::Deployed, ["Queued", "Undeploying", "-", "-", "-"]),
    (Status::Failed, ["Queued", "Undeploying", "-", "-", "-"]),
    (Status::Undeploying, ["-", "-", "Undeploying", "gone", "UndeployFailed"]),
    (Status::UndeployFailed, ["Queued", "Undeploying", "-", "-", "-"]),
];

const REDEPLOY: OperationKind = OperationKind::Redeploy { skip_scripts: true };

fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn request() -> Request {
    let (operation, build) = (OperationId::new(Uuid::from_u128(7)), BuildId::new(Uuid::from_u128(8)));
    Request { operation, build, at: now(), by: Principal::system("test") }
}

fn in_status(status: Status) -> ConnectorDeployment {
    let mut deployment = deployed(&declared(), &wanted());
    deployment.status = status;
    deployment.work_state.attempts = 2;
    deployment.build.report.add(crate::report::Entry {
        entry_type: EntryType::Error,
        code: None,
        title: "from before".to_owned(),
        message: None,
        application: None,
        created_at: now(),
    });
    deployment
}

fn step(deployment: &mut ConnectorDeployment, column: usize) -> Result<Option<Next>, IllegalTransition> {
    match column {
        0 => deployment.request(REDEPLOY, &request()).map(|()| None),
        1 => deployment.request_undeploy(&request()).map(|()| None),
        2 => deployment.acquire("worker-1", now(), 60).map(|()| None),
        3 => deployment.finish(Event::Succeed).map(Some),
        _ => deployment.finish(Event::Fail).map(Some),
    }
}

#[test]
fn every_status_allows_what_the_table_says_and_a_refusal_changes_nothing() {
    assert_eq!(TABLE.len(), Status::ALL.len());
    for (status, row) in TABLE {
        for (column, expected) in row.iter().enumerate() {
            let before = in_status(*status);
            let mut after = before.clone();
            let outcome = step(&mut after, column);
            let actual = match outcome {
                Ok(Some(Next::Gone)) => "gone",
                Ok(_) => after.status.as_str(),
                Err(_) => "-",
            };
            assert_eq!(actual, *expected, "{status}, column {column}");
            assert!(outcome.is_ok() || after == before, "{status}, column {column}");
        }
    }
}

#[test]
fn a_refusal_says_what_is_under_way() {
    for (status, words) in [
        (Status::Queued, "Already queued"),
        (Status::Deploying, "Already deploying"),
        (Status::Undeploying, "Already undeploying"),
    ] {
        for column in [0, 1] {
            let refused = step(&mut in_status(status), column).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }
}

#[test]
fn a_request_begins_a_new_build_with_a_report_of_its_own() {
    let mut deployment = in_status(Status::Failed);
    let before = deployment.clone();
    deployment.request(REDEPLOY, &request()).unwrap();
    assert_eq!((deployment.operation.kind, deployment.operation.id), (REDEPLOY, request().operation));
    assert_eq!((deployment.build.id, deployment.build.report.entries.len()), (request().build, 0));
    assert_eq!(
        (deployment.work_state.attempts, deployment.metadata.version),
        (0, before.metadata.version + 1)
    );
    assert_eq!(deployment.applications, before.applications);
    assert_eq!(deployment.operation_id(), Some(request().operation));
    assert_eq!(deployment.requested_at(), Some(now()));
}

#[test]
fn scripts_are_skipped_only_when_undeploying_failed_before() {
    for status in [Status::Draft, Status::Deployed, Status::Failed, Status::UndeployFailed] {
        let mut deployment = in_status(status);
        deployment.request_undeploy(&request()).unwrap();
        let skip_scripts = status == Status::UndeployFailed;
        assert_eq!(deployment.operation.kind, OperationKind::Undeploy { skip_scripts }, "{status}");
    }
}

#[test]
fn what_ends_badly_is_held_by_nobody_and_says_why() {
    for (status, ended) in [
        (Status::Queued, Status::Failed),
        (Status::Deploying, Status::Failed),
        (Status::Undeploying, Status::UndeployFailed),
    ] {
        let mut deployment = in_status(status);
        deployment.acquire("worker-1", now(), 60).unwrap();
        let epoch = deployment.work_state.epoch;
        deployment.fail("It broke", &["because".to_owned()], now()).unwrap();
        assert_eq!((deployment.status, deployment.status_word()), (ended, ended.as_str()));
        assert!(!deployment.in_progress() && deployment.work_state.lease.is_none());
        assert!(deployment.work_state.epoch > epoch, "a worker that was overtaken writes nothing");
        let last = deployment.build.report.entries.last().unwrap();
        assert_eq!((last.entry_type, last.message.as_deref()), (EntryType::Error, Some("because")));
        assert!(deployment.fail("Again", &[], now()).is_err(), "it is over");
    }
}

#[test]
fn an_application_finds_its_own_values_over_the_global_ones() {
    let deployment = deployed(&declared(), &wanted());
    let calc = named(&deployment.applications, "calc");
    let effective = serde_json::to_value(deployment.effective(calc)).unwrap();
    let expected = json!({
        "standard": { "MODE": "test", "TENANT": "acme", "TRACE": "off", "URL": "https://a" },
        "secured": { "MASTER": 2, "TOKEN": 1 },
    });
    assert_eq!(effective, expected);
    let pages = named(&deployment.applications, "pages");
    assert_eq!(deployment.effective(pages), deployment.global);
    assert_eq!(deployment.application(pages.id), Some(pages));

    let mut own = calc.clone();
    let key = "TRACE".parse().unwrap();
    own.configuration.standard.insert("TRACE".parse().unwrap(), "on".to_owned());
    let effective = deployment.effective(&own);
    assert_eq!(effective.standard.get(&key).map(String::as_str), Some("on"));
}

#[test]
fn what_is_stored_is_read_back() {
    let mut deployment = deployed(&declared(), &wanted());
    deployment.retiring = vec![
        Retired::Machine("arn:machine".to_owned()),
        Retired::Topic("arn:topic".to_owned()),
        Retired::Schedule("c0a8012e-2f1b-4f0e-8a77-6f5e4d3c2b10".to_owned()),
    ];
    let stored = serde_json::to_value(&deployment).unwrap();
    assert_eq!(serde_json::from_value::<ConnectorDeployment>(stored).unwrap(), deployment);
    assert!(deployment.has_leftovers() && !deployment.is_preview());
}
