//! The logs of deployments.

use std::collections::BTreeSet;

use domain::application_log::{LogEntry, LogSeverity, LogType};
use domain::metadata::Timestamp;
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::greeters;
use crate::harness::{
    Answer, Archive, Client, ConnectorDeployment, Project, SOON, StagedConnector, configured, definitions,
    eventually,
};
use crate::lifecycle::Workshop;

const SPECIFICATION: &str = r"
deployAs:
  - name: greeter
    applicationType: service
    endpoint: /greeter
  - name: other
    applicationType: service
    endpoint: /other
";

async fn published(project: &Project) -> StagedConnector<'_> {
    let archive = Archive::of(SPECIFICATION)
        .flow("greeter", &definitions::greeting())
        .flow("other", &definitions::greeting());
    StagedConnector::publishing(project, &archive).await.1
}

async fn deployed(project: &Project) -> ConnectorDeployment<'_> {
    let both = json!([configured("greeter", &[], &[]), configured("other", &[], &[])]);
    published(project).await.deploy(both).await
}

async fn log(deployment: &ConnectorDeployment<'_>, query: &str) -> Answer {
    deployment.project.get(&format!("{}/logs{query}", deployment.path())).await
}

/// Writes this many entries into the log of `greeter` and of `other` in turn, a second apart, the last one so many
/// seconds ago.
async fn write(deployment: &ConnectorDeployment<'_>, count: i64, seconds_ago: i64) -> Timestamp {
    let workshop = Workshop::ahead(deployment.project, 0).await;
    let read = workshop.connector_deployment(&deployment.id).await.unwrap();
    let last = workshop.context.clock.now().plus_seconds(-seconds_ago);
    let entries = (0..count).map(|number| {
        let application = &read.applications[usize::try_from(number % 2).unwrap()];
        let entry = LogEntry {
            kind: LogType::ApplicationText,
            deployment_id: read.id,
            application_name: application.name.clone(),
            severity: LogSeverity::Default,
            timestamp: last.plus_seconds(number + 1 - count),
            details: json!({ "message": format!("entry {number}") }),
        };
        (application.id, entry)
    });
    let (store, entries) = (workshop.store(), entries.collect::<Vec<_>>());
    for some in entries.chunks(25) {
        let written = some.iter().map(|(application, entry)| store.log(*application, Uuid::new_v4(), entry));
        for outcome in join_all(written).await {
            outcome.unwrap();
        }
    }
    last.plus_seconds(1 - count)
}

#[tokio::test]
async fn a_request_is_an_entry() {
    let project = Project::new().await;
    let deployment = deployed(&project).await;
    let url = deployment.url("greeter").await;
    Client::call(&format!("{url}/greeter?token=secret"), json!({})).await.expect(200);
    Client::fetch(&format!("{url}/nothing")).await.expect(404);
    let told = eventually(SOON, "the log tells of both", async || {
        let seen = log(&deployment, "?applicationName=greeter").await.expect(200);
        if seen["data"].as_array().unwrap().len() == 2 { Ok(seen) } else { Err(seen) }
    })
    .await;
    assert_eq!(told["next"], "");
    assert!(!told.plain.contains("secret"), "the query is none of the log: {told}");
    for (entry, (method, path, status, severity)) in told["data"]
        .as_array()
        .unwrap()
        .iter()
        .zip([("POST", "greeter", 200, "INFO"), ("GET", "nothing", 404, "WARNING")])
    {
        let members: BTreeSet<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["type", "deploymentId", "applicationName", "severity", "timestamp", "details"];
        assert_eq!(members, BTreeSet::from(expected), "{told}");
        assert_eq!(entry["type"], "HTTP_REQUEST", "{told}");
        assert_eq!(entry["deploymentId"], deployment.id.as_str(), "{told}");
        assert_eq!(entry["applicationName"], "greeter", "{told}");
        assert_eq!(entry["severity"], severity, "{told}");
        assert!(entry["timestamp"].as_str().unwrap().parse::<Timestamp>().is_ok(), "{told}");
        let details = &entry["details"];
        assert_eq!(
            (&details["requestMethod"], &details["status"]),
            (&json!(method), &json!(status)),
            "{told}"
        );
        assert!(details["requestUrl"].as_str().unwrap().ends_with(&format!("/{path}")), "{told}");
        assert!(details.get("userAgent").is_some(), "{told}");
    }
    let other = log(&deployment, "?applicationName=other").await.expect(200);
    assert_eq!(other.body, json!({ "data": [], "next": "" }));
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let project = Project::new().await;
    let deployment = deployed(&project).await;
    write(&deployment, 230, 60).await;
    let (mut seen, mut sizes, mut query) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = log(&deployment, &query).await.expect(200);
        let entries = page["data"].as_array().unwrap().clone();
        sizes.push(entries.len());
        seen.extend(entries);
        let next = page.text("/next");
        if next.is_empty() {
            break;
        }
        // What is written meanwhile is behind the end of the query.
        write(&deployment, 2, -10).await;
        query = format!("?pageToken={next}");
    }
    assert_eq!(sizes, [100, 100, 30]);
    let messages: Vec<Value> = seen.iter().map(|entry| entry["details"]["message"].clone()).collect();
    let expected: Vec<Value> = (0..230).map(|number| format!("entry {number}").into()).collect();
    assert_eq!(messages, expected, "each entry once, oldest first");
    let one = log(&deployment, "?applicationName=other").await.expect(200);
    assert_eq!(one["data"].as_array().unwrap().len(), 100, "its own pages");
    let rest = log(&deployment, &format!("?applicationName=other&pageToken={}", one.text("/next"))).await;
    let rest = rest.expect(200);
    assert!(
        rest["data"].as_array().unwrap().iter().all(|entry| entry["applicationName"] == "other"),
        "{rest}"
    );
}

#[tokio::test]
async fn a_log_that_fills_a_page_ends_with_it() {
    let project = Project::new().await;
    let deployment = deployed(&project).await;
    write(&deployment, 100, 60).await;
    let page = log(&deployment, "").await.expect(200).has(json!({ "next": "" }));
    assert_eq!(page["data"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn a_log_can_be_cut_by_dates() {
    let project = Project::new().await;
    let deployment = deployed(&project).await;
    let first = write(&deployment, 10, 3_600).await;
    let at = |seconds: i64| first.plus_seconds(seconds).to_string();
    for (query, messages) in [
        (format!("?startDate={}&endDate={}", at(2), at(4)), vec!["entry 2", "entry 3", "entry 4"]),
        (format!("?startDate={}", at(8)), vec!["entry 8", "entry 9"]),
        (format!("?endDate={}", at(1).trim_end_matches('Z')), vec!["entry 0", "entry 1"]),
        (format!("?startDate={}&applicationName=other", at(6)), vec!["entry 7", "entry 9"]),
        (format!("?startDate={}&endDate={}&limit=100", at(11), at(12)), vec![]),
    ] {
        let page = log(&deployment, &query).await.expect(200).has(json!({ "next": "" }));
        let seen: Vec<_> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["details"]["message"].clone())
            .collect();
        assert_eq!(seen, messages, "{page}");
    }
}

#[tokio::test]
async fn what_a_log_is_not_asked_for_is_refused() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let both = json!([configured("greeter", &[], &[]), configured("other", &[], &[])]);
    let deployment = connector.deploy(both.clone()).await;
    write(&deployment, 120, 60).await;
    let token = log(&deployment, "").await.expect(200).text("/next");
    assert!(!token.is_empty());
    let of_other = log(&deployment, "?applicationName=other&startDate=2026-01-01").await;
    of_other.expect(400).error("DeploymentLogInvalidDate");
    let workshop = Workshop::ahead(&project, 0).await;
    let long_ago = workshop.context.clock.now().plus_seconds(-32 * 86_400);
    let (earlier, later) = ("2026-11-20T10:00:00.000Z", "2026-11-20T09:00:00.000Z");
    for (query, code) in [
        ("?applicationName=nobody".to_owned(), "DeploymentApplicationDoesNotExist"),
        (format!("?startDate={long_ago}"), "DeploymentLogInvalidDate"),
        ("?startDate=yesterday".to_owned(), "DeploymentLogInvalidDate"),
        ("?endDate=20-11-2026".to_owned(), "DeploymentLogInvalidDate"),
        (format!("?startDate={earlier}&endDate={later}"), "DeploymentLogInvalidDate"),
        ("?pageToken=made-up".to_owned(), "DeploymentLogInvalidPageToken"),
        (format!("?pageToken={}", token.get(..token.len() - 3).unwrap()), "DeploymentLogInvalidPageToken"),
        (format!("?pageToken={token}&applicationName=other"), "DeploymentLogInvalidPageToken"),
        (format!("?pageToken={token}&endDate={later}"), "DeploymentLogInvalidPageToken"),
    ] {
        log(&deployment, &query).await.about(&query).expect(400).error(code);
    }
    let another = connector.deploy(both).await;
    let foreign = log(&another, &format!("?pageToken={token}")).await.expect(400);
    foreign.error("DeploymentLogInvalidPageToken");
    project.get("/deployments/key=nobody/logs").await.expect(404).error("ResourceNotFound");
    let stranger = Project::new().await;
    stranger.get(&format!("{}/logs", deployment.path())).await.expect(404).error("ResourceNotFound");
}

#[tokio::test]
async fn in_a_region_of_aws_an_application_has_to_be_named() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let mut draft = connector.draft(greeters());
    draft["region"] = "eu-central-1.aws".into();
    let deployment = ConnectorDeployment::ask(&project, draft).await;
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    let refused = log(&deployment, "").await.expect(400).error("DeploymentLogMissingApplicationName");
    refused.says("eu-central-1.aws").says("greeter");
    log(&deployment, "?applicationName=greeter").await.expect(200).has(json!({ "data": [], "next": "" }));
    // The deployment was made without it.
    let refused = log(&deployment, "?applicationName=other").await.expect(400);
    refused.error("DeploymentApplicationDoesNotExist");
}
