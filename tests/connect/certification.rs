//! Certification: asked for by the owner, decided by the operator, and taken off the list again.

use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{certified, decide, greeter, greeters};
use crate::harness::{Answer, Client, ConnectorDeployment, Project, Repository, StagedConnector};

async fn staged(project: &Project) -> StagedConnector<'_> {
    let repository = Repository::of(project).await;
    repository.push("v1", &greeter());
    StagedConnector::of(project, &repository, "v1").await
}

fn comment(words: &str) -> Value {
    json!({ "action": "addCertificationComment", "comment": words })
}

/// Who said what.
fn said(staged: &Answer) -> Vec<(String, String)> {
    let comments = staged["certificationInfo"]["comments"].as_array().unwrap();
    let text = |comment: &Value, member: &str| comment[member].as_str().unwrap().to_owned();
    comments.iter().map(|comment| (text(comment, "userId"), text(comment, "comment"))).collect()
}

/// The operator finds nothing to decide.
#[track_caller]
fn refused(decided: &crate::harness::Invoked, status: &str) {
    assert!(decided.failed, "{:#}", decided.payload);
    assert_eq!(decided.payload["errorType"], "ConnectorStagedNotInCertification", "{:#}", decided.payload);
    assert!(decided.payload["errorMessage"].as_str().unwrap().contains(status), "{:#}", decided.payload);
}

#[tokio::test]
async fn a_certified_connector_is_everybodys() {
    let (project, stranger) = (Project::new().await, Project::new().await);
    let staged = staged(&project).await;
    let published = format!("/connectors/{}", staged.id);
    refused(&decide(&staged, "certify", None).await, "Draft");
    staged.update(json!([comment("It is ready")])).await.expect(201);
    let ready = staged.publish(true).await.has(json!({
        "status": "ReadyForCertification", "private": true, "alreadyListed": false,
    }));
    assert!(ready["publishingReport"]["entries"].as_array().unwrap().len() > 2, "{ready}");
    project.get(&published).await.expect(404);

    let started = decide(&staged, "start", Some("I am looking")).await;
    assert_eq!(started.payload["status"], "InCertification", "{:#}", started.payload);
    refused(&decide(&staged, "start", None).await, "InCertification");
    let waiting = staged.update(json!([comment("Thank you")])).await.expect(201);
    waiting.has(json!({ "status": "InCertification" }));
    project.get(&published).await.expect(404);

    let decided = decide(&staged, "certify", Some("Well done")).await;
    assert!(!decided.failed, "{:#}", decided.payload);
    let now = staged.get().await.has(json!({
        "status": "Published", "private": false, "alreadyListed": true, "hasChanges": false,
    }));
    assert_eq!(decided.payload, now.body, "the operator is shown it");
    let owner = project.project.as_str();
    let words = [
        (owner, "It is ready"),
        ("operator", "I am looking"),
        (owner, "Thank you"),
        ("operator", "Well done"),
    ];
    let words = words.map(|(who, what)| (who.to_owned(), what.to_owned()));
    assert_eq!(said(&now), words, "{now}");
    refused(&decide(&staged, "reject", None).await, "Published");

    let seen = stranger.get(&published).await.expect(200);
    seen.has(json!({ "id": staged.id, "version": 1, "private": false, "certified": true }));
    let mut draft = staged.draft(greeters());
    draft["type"] = "production".into();
    let deployment = ConnectorDeployment::ask(&stranger, draft).await;
    deployment.settled().await.has(json!({ "status": "Deployed", "connector": { "certified": true } }));

    // It belongs to nobody in particular any more, and there is nothing new to certify.
    let friend = "eu-central-1.aws:friend";
    for action in ["addPrivateProject", "removePrivateProject"] {
        let action = json!({ "action": action, "privateProject": friend });
        staged.update(json!([action])).await.expect(400).error("ConnectorStagedNotPrivate");
    }
    let again = json!({ "action": "publish", "certification": true });
    staged.update(json!([again])).await.expect(400).error("ConnectorAlreadyCertified");
    assert_eq!(staged.get().await.body, now.body);
    staged.update(json!([{ "action": "setName", "name": "Better" }])).await.expect(201);
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification", "alreadyListed": true }));
    stranger
        .get(&published)
        .await
        .expect(200)
        .has(json!({ "version": 1, "name": "Orders", "certified": true }));
    assert!(!decide(&staged, "certify", None).await.failed);
    stranger
        .get(&published)
        .await
        .expect(200)
        .has(json!({ "version": 2, "name": "Better", "certified": true }));
}

#[tokio::test]
async fn while_it_is_certified_it_takes_comments_and_nothing_else() {
    let project = Project::new().await;
    let staged = staged(&project).await;
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification" }));
    for status in ["ReadyForCertification", "InCertification"] {
        let before = staged.get().await.has(json!({ "status": status }));
        for action in [
            json!({ "action": "setName", "name": "Another" }),
            json!({ "action": "setRepository", "tag": "v1" }),
            json!({ "action": "addPrivateProject", "privateProject": "eu-central-1.aws:friend" }),
            json!({ "action": "updatePreviewable" }),
            json!({ "action": "publish", "certification": true }),
            json!({ "action": "publish", "certification": false }),
            json!({ "action": "unlist" }),
        ] {
            let refused = staged.update(json!([action])).await.about(&action.to_string()).expect(400);
            refused.error("ConnectorStagedInCertification");
        }
        assert_eq!(staged.get().await.body, before.body);
        let with_word = json!([comment("Still there?"), { "action": "setName", "name": "Another" }]);
        staged.update(with_word).await.expect(400).error("ConnectorStagedInCertification");
        assert_eq!(staged.get().await.body, before.body, "not even the comment");
        staged.update(json!([comment("Still there?")])).await.expect(201);
        if status == "ReadyForCertification" {
            assert!(!decide(&staged, "start", None).await.failed);
        }
    }
    // Whoever does not want to wait takes it back.
    project.delete(&staged.path()).await.expect(200).has(json!({ "status": "InCertification" }));
    assert!(decide(&staged, "certify", None).await.failed);
}

#[tokio::test]
async fn what_is_rejected_has_failed_and_what_was_published_before_stays() {
    let project = Project::new().await;
    let staged = staged(&project).await.published().await;
    let published = format!("/connectors/{}", staged.id);
    staged.update(json!([{ "action": "setName", "name": "Bolder" }])).await.expect(201);
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification" }));
    project.get(&published).await.expect(200).has(json!({ "version": 1, "name": "Orders" }));
    let decided = decide(&staged, "reject", Some("The name is too bold")).await;
    assert!(!decided.failed, "{:#}", decided.payload);
    let failed = staged.get().await.has(json!({ "status": "Failed", "private": true, "hasChanges": true }));
    let entries = failed["publishingReport"]["entries"].as_array().unwrap();
    let why = entries.iter().find(|entry| entry["type"] == "Error").unwrap();
    assert_eq!(why["message"], "The name is too bold", "{failed}");
    project
        .get(&published)
        .await
        .expect(200)
        .has(json!({ "version": 1, "name": "Orders", "certified": false }));
    staged.update(json!([{ "action": "setName", "name": "Modest" }])).await.expect(201);
    certified(staged).await;
    project
        .get(&published)
        .await
        .expect(200)
        .has(json!({ "version": 2, "name": "Modest", "certified": true }));
}

#[tokio::test]
async fn of_several_decisions_at_once_one_counts() {
    let project = Project::new().await;
    let staged = staged(&project).await;
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification" }));
    let decisions = ["certify", "reject", "certify", "reject"];
    let decided = join_all(decisions.map(|decision| decide(&staged, decision, None))).await;
    let counted: Vec<_> = decided.iter().filter(|decided| !decided.failed).collect();
    assert_eq!(counted.len(), 1, "{decided:?}");
    let now = staged.get().await;
    assert_eq!(counted[0].payload, now.body);
    let published = project.get(&format!("/connectors/{}", staged.id)).await;
    published.expect(if now["status"] == "Published" { 200 } else { 404 });
}

#[tokio::test]
async fn the_operator_is_told_what_is_wrong_with_an_order() {
    let project = Project::new().await;
    let staged = staged(&project).await;
    for wrong in [
        json!({ "project": project.project, "connector": Uuid::new_v4(), "decision": "start" }),
        json!({ "project": "somebody-else", "connector": staged.id, "decision": "start" }),
        json!({ "project": project.project, "connector": staged.id, "decision": "perhaps" }),
        json!({ "project": project.project, "decision": "start" }),
    ] {
        let answer = crate::harness::Stack::get().invoke("staged-connectors.certify", &wrong).await;
        assert!(answer.failed, "{wrong}: {:#}", answer.payload);
    }
    staged.get().await.has(json!({ "version": 1, "status": "Draft" }));
}

#[tokio::test]
async fn publishing_privately_takes_a_certified_connector_back() {
    let (project, stranger) = (Project::new().await, Project::new().await);
    let staged = certified(staged(&project).await).await;
    let published = format!("/connectors/{}", staged.id);
    let theirs = ConnectorDeployment::ask(&stranger, staged.draft(greeters())).await;
    theirs.settled().await.has(json!({ "status": "Deployed", "connector": { "certified": true } }));
    staged.publish(false).await.has(json!({ "status": "Published", "private": true, "hasChanges": false }));
    project
        .get(&published)
        .await
        .expect(200)
        .has(json!({ "version": 2, "private": true, "certified": false }));
    stranger.get(&published).await.expect(404).error("ResourceNotFound");
    stranger
        .post("/deployments", staged.draft(greeters()))
        .await
        .expect(400)
        .error("ConnectorReferenceNotFound");
    theirs.redeploy(json!({})).await.expect(201);
    theirs
        .settled()
        .await
        .has(json!({ "status": "Deployed", "connector": { "version": 1, "certified": true } }));
    // It is private, so projects can be invited again.
    let invite = json!([{ "action": "addPrivateProject", "privateProject": "eu-central-1.aws:friend" }]);
    staged.update(invite).await.expect(201).has(json!({ "privateProjects": ["eu-central-1.aws:friend"] }));
}

#[tokio::test]
async fn what_is_unlisted_is_found_by_nobody_and_what_is_deployed_runs_on() {
    let (project, stranger) = (Project::new().await, Project::new().await);
    let staged = certified(staged(&project).await).await;
    let word = format!("w{}", Uuid::new_v4().simple());
    staged.update(json!([{ "action": "setName", "name": word }])).await.expect(201);
    let staged = certified(staged).await;
    let (published, search) =
        (format!("/connectors/{}", staged.id), format!("/connectors/search?text={word}"));
    let theirs = ConnectorDeployment::ask(&stranger, staged.draft(greeters())).await;
    theirs.settled().await.has(json!({ "status": "Deployed" }));
    let url = theirs.application("greeter").await["url"].as_str().unwrap().to_owned();
    for by in [&project, &stranger] {
        by.get(&search).await.expect(200).has(json!({ "total": 1 }));
    }

    let unlisted = staged.update(json!([{ "action": "unlist" }])).await.expect(201);
    unlisted.has(json!({ "alreadyListed": false, "status": "Published", "hasChanges": false }));
    for by in [&project, &stranger] {
        by.get(&search).await.expect(200).has(json!({ "total": 0 }));
    }
    stranger.get(&published).await.expect(404).error("ResourceNotFound");
    project.get(&published).await.expect(200).has(json!({ "certified": true }));
    let refused = stranger.post("/deployments", staged.draft(greeters())).await.expect(400);
    refused.error("ConnectorReferenceNotFound");
    staged.update(json!([{ "action": "unlist" }])).await.expect(400).error("ConnectorNotListed");

    let call = async || {
        Client::call(&format!("{url}/greeter"), json!({}))
            .await
            .expect(200)
            .has(json!({ "greeting": "hello" }))
    };
    call().await;
    theirs.redeploy(json!({})).await.expect(201);
    theirs.settled().await.has(json!({ "status": "Deployed" }));
    call().await;
    let newer = theirs.redeploy(json!({ "updateConnector": true })).await.expect(400);
    newer.error("DeploymentConnectorUpdateFailure");
    // Certified once more it is there again.
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification" }));
    assert!(!decide(&staged, "certify", None).await.failed);
    stranger.get(&search).await.expect(200).has(json!({ "total": 1 }));
    stranger.get(&published).await.expect(200);
}
