//! Connectors: from a repository to what is deployed of it, in the words of Connect's own clients.

mod actions;
mod api_client;
mod archives;
mod assets;
mod certification;
mod checklist;
mod configuration;
mod git_host;
mod hosting;
mod interrupted;
mod jobs;
mod journey;
mod lifecycle;
mod limits;
mod listing;
mod logs;
mod nulls;
mod project_settings;
mod publishing;
mod redeploy;
mod references;
mod refusals;
mod repository_hosts;
mod scripts;
mod search;
mod secrets;
mod staged;
mod statuses;
mod updates;
mod urls;

use serde_json::{Value, json};

use crate::harness::{Answer, Archive, Invoked, Stack, StagedConnector, configured, definitions};

/// A connector of one service, `greeter`, which says hello at `/greeter` and takes no values.
fn greeter() -> Archive {
    Archive::of("deployAs:\n  - name: greeter\n    applicationType: service\n    endpoint: /greeter\n")
        .flow("greeter", &definitions::greeting())
}

/// The one application of [`greeter`].
fn greeters() -> Value {
    json!([configured("greeter", &[], &[])])
}

/// The codes of the errors of an answer.
fn codes(answer: &Answer) -> Vec<String> {
    answer.errors().iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
}

/// What comes of the operator's decision on a staged connector, with a word on it.
async fn decide(staged: &StagedConnector<'_>, decision: &str, comment: Option<&str>) -> Invoked {
    let mut order =
        json!({ "project": staged.project.project, "connector": staged.id, "decision": decision });
    if let Some(comment) = comment {
        order["comment"] = comment.into();
    }
    Stack::get().invoke("staged-connectors.certify", &order).await
}

/// Published for everybody, or the story ends.
async fn certified(staged: StagedConnector<'_>) -> StagedConnector<'_> {
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification" }));
    let decided = decide(&staged, "certify", None).await;
    assert!(!decided.failed, "{:#}", decided.payload);
    assert_eq!(decided.payload["status"], "Published", "{:#}", decided.payload);
    staged
}
