//! Every action on a staged connector: what it changes, what it leaves alone, and what it refuses.

use futures::future::join_all;
use serde_json::{Value, json};

use super::greeter;
use crate::harness::{Archive, Project, Repository, StagedConnector};

const FRIEND: &str = "eu-central-1.aws:friend";

async fn staged(project: &Project) -> (Repository, StagedConnector<'_>) {
    let repository = Repository::of(project).await;
    repository.push("v1", &greeter());
    let staged = StagedConnector::of(project, &repository, "v1").await;
    (repository, staged)
}

/// Actions that say something else of a connector, and what it says then.
fn edits() -> Vec<(Value, Value)> {
    vec![
        (json!({ "action": "setName", "name": "Taxes" }), json!({ "name": "Taxes" })),
        (json!({ "action": "setDescription", "description": "" }), json!({ "description": "" })),
        (
            json!({ "action": "setDescription", "description": "Calculates" }),
            json!({ "description": "Calculates" }),
        ),
        (
            json!({ "action": "setIntegrationTypes", "integrationTypes": ["tax", "giftcard"] }),
            json!({ "integrationTypes": ["tax", "giftcard"] }),
        ),
        (
            json!({ "action": "setDocumentationUrl", "documentationUrl": "https://acme.example" }),
            json!({ "documentationUrl": "https://acme.example" }),
        ),
        (
            json!({ "action": "setSupportedRegions", "regions": ["us-central1.gcp"] }),
            json!({ "supportedRegions": ["us-central1.gcp"] }),
        ),
        (json!({ "action": "setRepository", "tag": "v2" }), json!({ "repository": { "tag": "v2" } })),
        (
            json!({ "action": "setCreatorName", "creatorName": "Ada" }),
            json!({ "creator": { "name": "Ada" } }),
        ),
        (
            json!({ "action": "setCreatorTitle", "creatorTitle": "Dr" }),
            json!({ "creator": { "title": "Dr" } }),
        ),
        (
            json!({ "action": "setCreatorEmail", "creatorEmail": "ada@acme.example" }),
            json!({ "creator": { "email": "ada@acme.example" } }),
        ),
        (
            json!({ "action": "setCreatorCompany", "creatorCompany": "Acme" }),
            json!({ "creator": { "company": "Acme" } }),
        ),
        (
            json!({ "action": "setCreatorLogo", "logoUrl": "https://acme.example/logo" }),
            json!({ "creator": { "logoUrl": "https://acme.example/logo" } }),
        ),
        (
            json!({ "action": "setCreatorSupportUrl", "creatorSupportUrl": "https://acme.example/help" }),
            json!({ "creator": { "supportUrl": "https://acme.example/help" } }),
        ),
        (
            json!({ "action": "setCreatorNoOfContributors", "creatorNoOfContributors": 1 }),
            json!({ "creator": { "noOfContributors": 1 } }),
        ),
        (
            json!({ "action": "addPrivateProject", "privateProject": FRIEND }),
            json!({ "privateProjects": [FRIEND] }),
        ),
    ]
}

#[tokio::test]
async fn every_edit_changes_one_thing_and_makes_it_a_draft_with_changes() {
    let project = Project::new().await;
    let (repository, _) = staged(&project).await;
    repository.push("v2", &greeter());
    let (project, repository) = (&project, &repository);
    let stories = edits().into_iter().map(|(action, expected)| async move {
        let staged = StagedConnector::of(project, repository, "v1").await;
        let before = staged.get().await;
        let after = staged.update(json!([action])).await.about(&action.to_string()).expect(201).has(expected);
        let after = after.has(json!({ "version": 2, "status": "Draft", "hasChanges": true }));
        assert_eq!(staged.get().await.body, after.body, "{after}");
        let changed: Vec<&String> = after
            .body
            .as_object()
            .unwrap()
            .iter()
            .filter(|(member, value)| before.body.get(*member) != Some(*value))
            .map(|(member, _)| member)
            .collect();
        assert!(changed.len() <= 3, "one member, version and hasChanges, and not {changed:?}: {after}");
    });
    join_all(stories).await;
}

#[tokio::test]
async fn what_asks_for_a_job_or_says_a_word_changes_no_contents() {
    let project = Project::new().await;
    let (repository, checked) = staged(&project).await;
    let asked = checked.update(json!([{ "action": "updatePreviewable" }])).await.expect(201);
    asked.has(json!({
        "isPreviewable": "pending", "previewableReport": { "entries": [] }, "status": "Draft",
        "hasChanges": false, "version": 2,
    }));
    let published = StagedConnector::of(&project, &repository, "v1").await;
    let action = json!({ "action": "publish", "certification": false });
    published.update(json!([action])).await.expect(201).has(json!({
        "status": "Processing", "publishingReport": { "entries": [] }, "isPreviewable": "none", "version": 2,
    }));
    let commented = StagedConnector::of(&project, &repository, "v1").await;
    let action = json!({ "action": "addCertificationComment", "comment": "Please be quick" });
    let said = commented.update(json!([action, action])).await.expect(201);
    let said = said.has(json!({ "status": "Draft", "hasChanges": false, "version": 2 }));
    let comments = said["certificationInfo"]["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 2, "{said}");
    for comment in comments {
        assert_eq!(comment["userId"], project.project, "{said}");
        assert_eq!(comment["comment"], "Please be quick", "{said}");
        assert!(comment["datetime"].as_str().unwrap().ends_with('Z'), "{said}");
    }
    commented.update(json!([{ "action": "unlist" }])).await.expect(400).error("ConnectorNotListed");
    for staged in [&checked, &published] {
        crate::harness::eventually(crate::harness::SOON, "the job ends", async || {
            let seen = staged.get().await;
            let under_way = seen["isPreviewable"] == "pending" || seen["status"] == "Processing";
            if under_way { Err(seen) } else { Ok(()) }
        })
        .await;
    }
}

#[tokio::test]
async fn the_contents_of_another_tag_reset_the_checks_and_nothing_else_does() {
    let project = Project::new().await;
    let (repository, staged) = staged(&project).await;
    let elsewhere = Repository::of(&project).await;
    let renamed = "deployAs:\n  - { name: teller, applicationType: service, endpoint: /teller }\n";
    elsewhere.push("v7", &Archive::of(renamed).flow("teller", &crate::harness::definitions::greeting()));
    repository.push("v2", &greeter().file("README.md", "the same to Slipway"));
    staged.check().await.has(json!({ "isPreviewable": "true" }));
    let named = staged.update(json!([{ "action": "setName", "name": "Another" }])).await.expect(201);
    let named = named.has(json!({ "isPreviewable": "true" }));
    assert!(named["previewableReport"]["entries"].is_array(), "{named}");
    let same = staged.update(json!([{ "action": "setRepository", "tag": "v2" }])).await.expect(201);
    let same = same.has(json!({ "isPreviewable": "none", "repository": repository.at("v2") }));
    assert!(same.body.get("previewableReport").is_none(), "{same}");
    let moved = json!({ "action": "setRepository", "url": elsewhere.url, "tag": "v7" });
    let moved =
        staged.update(json!([moved])).await.expect(201).has(json!({ "repository": elsewhere.at("v7") }));
    assert_eq!(moved["configurations"][0]["applicationName"], "teller", "{moved}");
}

#[tokio::test]
async fn private_projects_are_listed_once_and_the_rest_of_an_action_is_undone_with_it() {
    let project = Project::new().await;
    let (_, staged) = staged(&project).await;
    let invite = |project: &str| json!({ "action": "addPrivateProject", "privateProject": project });
    let both = json!([invite(FRIEND), invite("us-central1.gcp:guest"), invite(FRIEND)]);
    let open = staged.update(both).await.expect(201);
    let open = open.has(json!({ "privateProjects": [FRIEND, "us-central1.gcp:guest"] }));
    let disinvite = json!({ "action": "removePrivateProject", "privateProject": FRIEND });
    let closed = staged.update(json!([disinvite])).await.expect(201);
    closed.has(json!({ "privateProjects": ["us-central1.gcp:guest"], "version": open.version() + 1 }));
    let again = staged.update(json!([disinvite])).await.expect(201);
    again.has(json!({ "privateProjects": ["us-central1.gcp:guest"] }));
}

#[tokio::test]
async fn there_is_room_for_so_many_comments_and_projects() {
    let project = Project::new().await;
    let (repository, staged) = staged(&project).await;
    let comment = |words: String| json!({ "action": "addCertificationComment", "comment": words });
    let long = comment("\u{1f600}".repeat(2_000));
    staged.update(json!([long, long, long])).await.expect(201);
    let refused = staged.update(json!([comment("x".to_owned())])).await.expect(400);
    refused.error("ConnectorStagedTooManyComments").says("24 KB");
    let other = StagedConnector::of(&project, &repository, "v1").await;
    other.update(Value::Array(vec![comment("x".to_owned()); 50])).await.expect(201);
    other.update(json!([comment("x".to_owned())])).await.expect(400).error("ConnectorStagedTooManyComments");
    let invite = |turn: usize| json!({ "action": "addPrivateProject", "privateProject": format!("eu-central-1.aws:guest-{turn}") });
    for some in 0..10 {
        let fifty: Vec<Value> = (0..50).map(|turn| invite(50 * some + turn)).collect();
        staged.update(fifty.into()).await.expect(201);
    }
    staged.update(json!([invite(0)])).await.expect(201);
    staged.update(json!([invite(500)])).await.expect(400).error("ConnectorStagedTooManyPrivateProjects");
    let too_many: Vec<Value> = (0..51).map(invite).collect();
    staged.update(too_many.into()).await.expect(400).error("InvalidJsonInput");
    let full = staged.get().await;
    assert_eq!(full["privateProjects"].as_array().map(Vec::len), Some(500), "{full}");
}

#[tokio::test]
async fn an_empty_text_takes_an_optional_member_away() {
    let project = Project::new().await;
    let (_, staged) = staged(&project).await;
    let set = |text: &str| {
        json!([
            { "action": "setDocumentationUrl", "documentationUrl": text },
            { "action": "setCreatorName", "creatorName": text },
            { "action": "setCreatorCompany", "creatorCompany": text },
        ])
    };
    let full = staged.update(set("x")).await.expect(201);
    full.has(json!({ "documentationUrl": "x", "creator": { "name": "x", "company": "x" } }));
    let bare = staged.update(set("")).await.expect(201).lacks("documentationUrl");
    assert_eq!(bare["creator"], json!({ "email": "dev@acme.example" }), "{bare}");
}

/// Actions that are refused, with the code and where in the body it is.
fn misfits() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "action": "setConfigurations" }), "/actions/1/action"),
        (json!({ "name": "x" }), "/actions/1/action"),
        (json!({ "action": "setName" }), "/actions/1/name"),
        (json!({ "action": "setName", "name": "" }), "/actions/1/name"),
        (json!({ "action": "setDescription" }), "/actions/1/description"),
        (
            json!({ "action": "setIntegrationTypes", "integrationTypes": ["taxes"] }),
            "/actions/1/integrationTypes/0",
        ),
        (json!({ "action": "setDocumentationUrl", "documentationUrl": 7 }), "/actions/1/documentationUrl"),
        (json!({ "action": "setSupportedRegions", "regions": [] }), "/actions/1/regions"),
        (json!({ "action": "setRepository", "url": "https://git.acme.example/x.git" }), "/actions/1/tag"),
        (json!({ "action": "setRepository", "tag": "a..b" }), "/actions/1/tag"),
        (json!({ "action": "setRepository", "url": "ftp://x/y.git", "tag": "v1" }), "/actions/1/url"),
        (json!({ "action": "setCreatorName" }), "/actions/1/creatorName"),
        (json!({ "action": "setCreatorTitle" }), "/actions/1/creatorTitle"),
        (json!({ "action": "setCreatorEmail", "creatorEmail": "nobody" }), "/actions/1/creatorEmail"),
        (json!({ "action": "setCreatorCompany" }), "/actions/1/creatorCompany"),
        (json!({ "action": "setCreatorLogo" }), "/actions/1/logoUrl"),
        (json!({ "action": "setCreatorSupportUrl" }), "/actions/1/creatorSupportUrl"),
        (
            json!({ "action": "setCreatorNoOfContributors", "creatorNoOfContributors": 0 }),
            "/actions/1/creatorNoOfContributors",
        ),
        (json!({ "action": "addPrivateProject", "privateProject": "friend" }), "/actions/1/privateProject"),
        (json!({ "action": "removePrivateProject" }), "/actions/1/privateProject"),
        (json!({ "action": "publish" }), "/actions/1/certification"),
        (json!({ "action": "publish", "certification": "no" }), "/actions/1/certification"),
        (json!({ "action": "addCertificationComment" }), "/actions/1/comment"),
    ]
}

#[tokio::test]
async fn one_action_that_does_not_fit_refuses_them_all() {
    let project = Project::new().await;
    let (_, staged) = staged(&project).await;
    let before = staged.get().await;
    let good = json!({ "action": "setName", "name": "Never" });
    for (action, field) in misfits() {
        let refused = staged.update(json!([good, action])).await.about(&action.to_string()).expect(400);
        let refused = refused.error("InvalidJsonInput");
        let fields: Vec<Value> = refused.errors().iter().map(|error| error["field"].clone()).collect();
        let parent = field.rsplit_once('/').unwrap().0;
        let pointed = fields.iter().any(|found| found == field || found == parent);
        assert!(pointed, "{field} should be pointed at: {refused}");
    }
    // The two that fail in the middle of their work.
    for (action, code) in [
        (json!({ "action": "unlist" }), "ConnectorNotListed"),
        (json!({ "action": "setRepository", "tag": "v404" }), "GitRepositoryNotReachable"),
    ] {
        let refused = staged.update(json!([good, action])).await.expect(400).error(code);
        refused.says("actions[1]");
    }
    assert_eq!(staged.get().await.body, before.body);
    let nothing = staged.update(json!([])).await.expect(201);
    assert_eq!(nothing.body, before.body, "no action, no change");
}

#[tokio::test]
async fn jobs_come_last_and_a_repository_is_read_once() {
    let project = Project::new().await;
    let (_, staged) = staged(&project).await;
    let (name, read) =
        (json!({ "action": "setName", "name": "x" }), json!({ "action": "setRepository", "tag": "v1" }));
    let (check, publish) =
        (json!({ "action": "updatePreviewable" }), json!({ "action": "publish", "certification": false }));
    for (actions, field) in [
        (json!([check, name]), "/actions/1"),
        (json!([name, publish, check, publish]), "/actions/3"),
        (json!([read, name, read]), "/actions/2"),
    ] {
        let refused = staged.update(actions).await.expect(400).error("InvalidJsonInput");
        assert_eq!(refused.errors()[0]["field"], field, "{refused}");
    }
    staged.get().await.has(json!({ "version": 1, "name": "Orders", "isPreviewable": "none" }));
    let asked = staged.update(json!([read, name, publish])).await.expect(201);
    asked.has(json!({ "name": "x", "status": "Processing", "version": 2 }));
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_leaves_everything_as_it_is() {
    let project = Project::new().await;
    let (repository, staged) = staged(&project).await;
    staged.check().await.has(json!({ "isPreviewable": "true" }));
    let before = staged.get().await;
    repository.push("empty", &Archive::default().file("README.md", "nothing to see"));
    repository.push("wrong", &Archive::of("deployAs: yes\n"));
    repository.push_raw("page", b"<html>log in</html>");
    let nobodys = "https://git.nobody.example/acme/tax.git";
    for (action, code, words) in [
        (json!({ "tag": "v404" }), "GitRepositoryNotReachable", "there is no tag `v404`"),
        (json!({ "tag": "page" }), "GitRepositoryNotReachable", "no gzip file"),
        (json!({ "tag": "v1", "url": nobodys }), "GitRepositoryNotReachable", "git.nobody.example"),
        (json!({ "tag": "empty" }), "ConnectorSpecificationFileNotFound", "no file connect.yaml"),
        (json!({ "tag": "wrong" }), "ConnectorSpecificationFileNotValid", "connect.yaml"),
    ] {
        let mut action = action;
        action["action"] = "setRepository".into();
        let actions = json!([{ "action": "setName", "name": "Never" }, action]);
        staged.update(actions).await.expect(400).error(code).says(words).says("actions[1]");
        assert_eq!(staged.get().await.body, before.body);
    }
}
