//! Checks and publishing: what the report says, what becomes of a connector that cannot be hosted, and who gets what
//! is published.

use serde_json::{Value, json};

use super::{greeter, greeters};
use crate::harness::{
    Answer, Archive, Client, Project, Repository, StagedConnector, configured, definitions,
};

async fn staged<'p>(project: &'p Project, archive: &Archive) -> (Repository, StagedConnector<'p>) {
    let repository = Repository::of(project).await;
    repository.push("v1", archive);
    let staged = StagedConnector::of(project, &repository, "v1").await;
    (repository, staged)
}

/// Type, title and message of every entry of a report.
fn entries(answer: &Answer, report: &str) -> Vec<(String, String, String)> {
    let entries =
        answer[report]["entries"].as_array().unwrap_or_else(|| answer.fail("there should be a report"));
    let text = |entry: &Value, member: &str| entry[member].as_str().unwrap_or_default().to_owned();
    for entry in entries {
        assert!(entry["createdAt"].as_str().unwrap().ends_with('Z'), "{answer}");
    }
    entries.iter().map(|entry| (text(entry, "type"), text(entry, "title"), text(entry, "message"))).collect()
}

/// Some entry of that type says so.
#[track_caller]
fn says(answer: &Answer, report: &str, entry_type: &str, words: &str) {
    let found = entries(answer, report);
    let said = found.iter().any(|(kind, title, message)| {
        kind == entry_type && (title.contains(words) || message.contains(words))
    });
    assert!(said, "{report} should have an {entry_type} that says '{words}': {answer}");
}

const BROKEN: &str = r"
deployAs:
  - { name: lost, applicationType: service, endpoint: /lost }
  - { name: broken, applicationType: job, endpoint: /broken, properties: { schedule: '@daily' } }
  - { name: unknown, applicationType: service, endpoint: /unknown }
  - { name: pages, applicationType: assets }
  - name: fine
    applicationType: service
    endpoint: /fine
    scripts: { postDeploy: npm run setup }
";

fn broken() -> Archive {
    Archive::of(BROKEN)
        .file("lost/index.js", "module.exports = () => 1")
        .flow("broken", &json!({ "StartAt": "Nowhere", "States": {} }))
        .flow("unknown", &definitions::telling("NOBODY"))
        .flow("fine", &definitions::greeting())
}

#[tokio::test]
async fn checks_that_pass_say_what_was_looked_at() {
    let project = Project::new().await;
    let (_, staged) = staged(&project, &greeter()).await;
    let before = staged.get().await;
    let checked = staged.check().await.has(json!({
        "isPreviewable": "true", "status": "Draft", "hasChanges": false, "alreadyListed": false,
    }));
    assert!(checked.version() > before.version(), "{checked}");
    let found = entries(&checked, "previewableReport");
    assert!(found.iter().all(|(kind, ..)| kind == "Information"), "{checked}");
    let titles: Vec<&str> = found.iter().map(|(_, title, _)| title.as_str()).collect();
    for title in [
        "Repository check succeeded",
        "Connector specification file validation check succeeded",
        "Application build check succeeded",
        "Image security analysis skipped",
        "SAST and SCA analysis skipped",
    ] {
        assert!(titles.contains(&title), "{title}: {checked}");
    }
    says(&checked, "previewableReport", "Information", "greeter");
    assert!(checked.body.get("publishingReport").is_none(), "{checked}");
    // Again, from the beginning.
    let again = staged.check().await.has(json!({ "isPreviewable": "true" }));
    assert_eq!(entries(&again, "previewableReport").len(), found.len(), "{again}");
}

#[tokio::test]
async fn everything_that_cannot_be_hosted_is_an_error_in_the_report() {
    let project = Project::new().await;
    let (repository, staged) = staged(&project, &broken()).await;
    let told = [
        ("Error", "'lost' has no flow.asl.json"),
        ("Error", "broken/flow.asl.json"),
        ("Error", "NOBODY"),
        ("Error", "'pages' has no files"),
        ("Warning", "shell command"),
    ];
    let checked = staged.check().await.has(json!({ "isPreviewable": "false", "status": "Draft" }));
    for (kind, words) in told {
        says(&checked, "previewableReport", kind, words);
    }
    let preview = json!({
        "connector": { "id": staged.id, "staged": true },
        "configurations": [configured("fine", &[], &[])],
        "region": "us-central1.gcp",
    });
    project.post("/deployments", preview).await.expect(400).error("ConnectorStagedNotPreviewable");

    let failed = staged.publish(false).await.has(json!({
        "status": "Failed", "alreadyListed": false, "isPreviewable": "false",
    }));
    for (kind, words) in told {
        // What is only missing can be left out of a deployment: that keeps nobody from publishing for themselves.
        let is_missing = words.contains(" has no ");
        says(&failed, "publishingReport", if is_missing { "Warning" } else { kind }, words);
    }
    project.get(&format!("/connectors/{}", staged.id)).await.expect(404);
    let certification = staged.publish(true).await.has(json!({ "status": "Failed" }));
    says(&certification, "publishingReport", "Error", "broken");

    // What is mended is published.
    repository.push("v2", &greeter());
    staged.update(json!([{ "action": "setRepository", "tag": "v2" }])).await.expect(201);
    let mended = staged.publish(false).await.has(json!({ "status": "Published", "alreadyListed": true }));
    assert!(entries(&mended, "publishingReport").iter().all(|(kind, ..)| kind != "Error"), "{mended}");
    project.get(&format!("/connectors/{}", staged.id)).await.expect(200).has(json!({ "version": 1 }));
}

#[tokio::test]
async fn what_lacks_an_application_is_published_for_oneself_and_for_nobody_else() {
    let project = Project::new().await;
    let both = "\
deployAs:
  - { name: greeter, applicationType: service, endpoint: /greeter }
  - { name: program, applicationType: service, endpoint: /program }
";
    let archive = Archive::of(both)
        .flow("greeter", &definitions::greeting())
        .file("program/package.json", "{}")
        .file("program/index.js", "module.exports = () => 1");
    let (_, staged) = staged(&project, &archive).await;
    staged.check().await.has(json!({ "isPreviewable": "false" }));
    let failed = staged.publish(true).await.has(json!({ "status": "Failed" }));
    says(&failed, "publishingReport", "Error", "'program' has no flow.asl.json");
    let published = staged.publish(false).await.has(json!({ "status": "Published" }));
    says(&published, "publishingReport", "Warning", "'program' has no flow.asl.json");
    staged.deploy(greeters()).await;
    let all = json!([configured("greeter", &[], &[]), configured("program", &[], &[])]);
    let deployment = crate::harness::ConnectorDeployment::ask(&project, staged.draft(all)).await;
    let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
    let entries = failed["details"]["build"]["report"]["entries"].as_array().unwrap();
    let said = entries.iter().any(|entry| {
        entry["type"] == "Error"
            && entry["message"].as_str().is_some_and(|text| text.contains("flow.asl.json"))
    });
    assert!(said, "{failed}");
}

#[tokio::test]
async fn what_is_published_changes_only_when_it_is_published_again() {
    let project = Project::new().await;
    let (repository, staged) = staged(&project, &greeter()).await;
    let published = staged.publish(false).await.has(json!({
        "status": "Published", "private": true, "alreadyListed": true, "hasChanges": false, "isPreviewable": "none",
    }));
    says(&published, "publishingReport", "Information", "published");
    let get = async || project.get(&format!("/connectors/{}", staged.id)).await.expect(200);
    let first = get().await.has(json!({
        "id": staged.id, "version": 1, "name": "Orders", "private": true, "certified": false,
        "repository": repository.at("v1"), "supportedRegions": [], "integrationTypes": [],
    }));

    repository.push("v2", &greeter());
    let edits = json!([
        { "action": "setName", "name": "Orders and more" },
        { "action": "setRepository", "tag": "v2" },
    ]);
    staged.update(edits).await.expect(201).has(json!({
        "status": "Draft", "hasChanges": true, "alreadyListed": true,
    }));
    assert_eq!(get().await.body, first.body);
    staged.publish(false).await.has(json!({ "status": "Published", "hasChanges": false }));
    get().await.has(json!({ "version": 2, "name": "Orders and more", "repository": repository.at("v2") }));

    // One that fails leaves what was published before.
    repository.push("v3", &broken());
    staged.update(json!([{ "action": "setRepository", "tag": "v3" }])).await.expect(201);
    staged.publish(false).await.has(json!({ "status": "Failed", "alreadyListed": true, "hasChanges": true }));
    get().await.has(json!({ "version": 2, "repository": repository.at("v2") }));
}

#[tokio::test]
async fn a_private_connector_is_deployed_by_its_owner_and_by_who_is_invited() {
    let (project, friend, stranger) = (Project::new().await, Project::new().await, Project::new().await);
    let (_, staged) = staged(&project, &greeter()).await;
    let invited = format!("europe-west1.gcp:{}", friend.project);
    let invite = json!([{ "action": "addPrivateProject", "privateProject": invited }]);
    staged.update(invite).await.expect(201);
    let staged = staged.published().await;
    let published = format!("/connectors/{}", staged.id);
    project.get(&published).await.expect(200);
    friend.get(&published).await.expect(200);
    stranger.get(&published).await.expect(404).error("ResourceNotFound");
    // What is staged is still the owner's alone.
    friend.get(&staged.path()).await.expect(404).error("ResourceNotFound");

    let deploy = async |by: &Client| by.post("/deployments", staged.draft(greeters())).await;
    deploy(&stranger).await.expect(400).error("ConnectorReferenceNotFound");
    stranger.get("/deployments").await.expect(200).has(json!({ "total": 0 }));
    let made = deploy(&friend).await.expect(201).id();
    let theirs = crate::harness::ConnectorDeployment { project: &friend, id: made };
    theirs.settled().await.has(json!({ "status": "Deployed", "type": "sandbox" }));
    let own = staged.deploy(greeters()).await;

    // What a friend has deployed keeps the owner from deleting it.
    own.undeploy().await;
    project.delete(&staged.path()).await.expect(400).error("EntityInUse");
    // Who is no longer invited keeps what is there, and deploys nothing new.
    let disinvite = json!([{ "action": "removePrivateProject", "privateProject": invited }]);
    staged.update(disinvite).await.expect(201).has(json!({ "hasChanges": true }));
    staged.publish(false).await.has(json!({ "status": "Published" }));
    friend.get(&published).await.expect(404);
    deploy(&friend).await.expect(400).error("ConnectorReferenceNotFound");
    theirs.redeploy(json!({})).await.expect(201);
    theirs.settled().await.has(json!({ "status": "Deployed", "connector": { "version": 1 } }));
    theirs
        .redeploy(json!({ "updateConnector": true }))
        .await
        .expect(400)
        .error("DeploymentConnectorUpdateFailure");
    theirs.undeploy().await;
    project.delete(&staged.path()).await.expect(200);
}

#[tokio::test]
async fn a_new_tag_is_checked_and_published_in_one_request() {
    let project = Project::new().await;
    let (repository, staged) = staged(&project, &greeter()).await;
    repository.push("v2", &greeter());
    let actions = json!([
        { "action": "setRepository", "tag": "v2" },
        { "action": "updatePreviewable" },
        { "action": "publish", "certification": false },
    ]);
    let asked = staged.update(actions).await.expect(201);
    let asked = asked.has(json!({ "isPreviewable": "pending", "status": "Processing", "version": 2 }));
    asked.has(json!({ "repository": { "tag": "v2" } }));
    let done = staged.rested().await.has(json!({ "isPreviewable": "true", "status": "Published" }));
    says(&done, "previewableReport", "Information", "The tag v2 is");
    says(&done, "publishingReport", "Information", "Connector published");
    let published = project.get(&format!("/connectors/{}", staged.id)).await.expect(200);
    published.has(json!({ "repository": { "tag": "v2" } }));
}

#[tokio::test]
async fn a_check_that_fails_keeps_nothing_from_being_published_that_could_be_published_alone() {
    let project = Project::new().await;
    let partly = Archive::of(
        "deployAs:\n  - { name: greeter, applicationType: service, endpoint: /greeter }\n  \
        - { name: lost, applicationType: service, endpoint: /lost }\n",
    )
    .flow("greeter", &definitions::greeting())
    .file("lost/index.js", "module.exports = () => 1");
    let (_, staged) = staged(&project, &partly).await;
    let actions = json!([{ "action": "updatePreviewable" }, { "action": "publish", "certification": false }]);
    staged.update(actions).await.expect(201);
    let done = staged.rested().await.has(json!({ "isPreviewable": "false", "status": "Published" }));
    says(&done, "previewableReport", "Error", "has no flow.asl.json");
    says(&done, "publishingReport", "Warning", "has no flow.asl.json");
}
