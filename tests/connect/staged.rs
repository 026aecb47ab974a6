//! Staged connectors: made from a repository, found, listed, changed by one at a time, and deleted.

use futures::future::{join, join_all};
use serde_json::{Value, json};
use uuid::Uuid;

use super::jobs::Job;
use super::{greeter, greeters};
use crate::harness::{Answer, Archive, Project, Repository, StagedConnector, definitions};

const SPECIFICATION: &str = "
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
    configuration:
      standardConfiguration:
        - { key: ACME_MODE, description: live or test, required: true, default: test }
      securedConfiguration:
        - { key: ACME_TOKEN, description: API token, required: true }
  - name: pages
    applicationType: assets
inheritAs:
  configuration:
    securedConfiguration:
      - { key: SHOP, description: Which shop }
  apiClient:
    scopes: [manage_orders]
";

/// A draft with these members beside those that must be there.
fn draft(repository: &Repository, members: Value) -> Value {
    let mut draft = json!({
        "name": "Orders",
        "creator": { "email": "dev@acme.example" },
        "repository": repository.at("v1"),
    });
    for (name, value) in members.as_object().unwrap() {
        draft[name] = value.clone();
    }
    draft
}

async fn repository(project: &Project) -> Repository {
    let repository = Repository::of(project).await;
    repository.push("v1", &greeter());
    repository
}

/// Stages a connector with these members.
async fn stage<'p>(project: &'p Project, repository: &Repository, members: Value) -> StagedConnector<'p> {
    let made = project.post("/connectors/drafts", draft(repository, members)).await.expect(201);
    StagedConnector { project, id: made.id() }
}

fn fresh_key() -> String {
    format!("orders-{}", Uuid::new_v4().simple())
}

#[tokio::test]
async fn a_fresh_one_is_a_private_draft_with_what_connect_yaml_declares() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    let contents = Archive::of(SPECIFICATION).flow("calc", &definitions::greeting()).file("pages/a.txt", "a");
    repository.push("v1", &contents);
    let told = json!({
        "key": fresh_key(),
        "description": "Calculates taxes",
        "integrationTypes": ["tax", "other"],
        "creator": {
            "email": "dev@acme.example", "name": "Ada", "title": "Dr", "company": "Acme",
            "logoUrl": "https://acme.example/logo.png", "supportUrl": "https://acme.example/help",
            "noOfContributors": 3,
        },
        "supportedRegions": ["eu-central-1.aws"],
        "privateProjects": ["eu-central-1.aws:friend"],
        "documentationUrl": "https://acme.example/docs",
    });
    let made = project.post("/connectors/drafts", draft(&repository, told.clone())).await.expect(201);
    let made = made.has(told).has(json!({
        "version": 1,
        "name": "Orders",
        "repository": { "url": repository.url, "tag": "v1" },
        "configurations": [
            {
                "applicationName": "calc",
                "applicationType": "service",
                "standardConfiguration": [
                    { "key": "ACME_MODE", "description": "live or test", "required": true, "default": "test" },
                ],
                "securedConfiguration": [{ "key": "ACME_TOKEN", "description": "API token", "required": true }],
            },
            {
                "applicationName": "pages",
                "applicationType": "assets",
                "standardConfiguration": [],
                "securedConfiguration": [],
            },
        ],
        "globalConfiguration": {
            "standardConfiguration": [],
            "securedConfiguration": [{ "key": "SHOP", "description": "Which shop", "required": false }],
        },
        "apiClient": { "scopes": ["manage_orders"] },
        "private": true,
        "status": "Draft",
        "alreadyListed": false,
        "hasChanges": false,
        "isPreviewable": "none",
    }));
    for absent in ["certified", "certificationInfo", "publishingReport", "previewableReport"] {
        assert!(made.body.get(absent).is_none(), "{absent}: {made}");
    }
    for address in [made.id(), format!("key={}", made.text("/key"))] {
        let found = project.get(&format!("/connectors/drafts/{address}")).await.expect(200);
        assert_eq!(found.body, made.body);
    }
    let bare = project.post("/connectors/drafts", draft(&repository, json!({}))).await.expect(201);
    let bare = bare.has(json!({
        "description": "", "integrationTypes": [], "supportedRegions": [], "privateProjects": [],
        "creator": { "email": "dev@acme.example" },
    }));
    assert!(bare.body.get("key").is_none() && bare.body.get("documentationUrl").is_none(), "{bare}");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_draft_is_told_at_once() {
    let project = Project::new().await;
    let wrong = json!({
        "key": "a b",
        "name": " ",
        "integrationTypes": ["taxes"],
        "creator": { "email": "nobody", "noOfContributors": 0 },
        "repository": { "url": "https://git.acme.example/acme/tax", "tag": "-v1" },
        "supportedRegions": "everywhere",
        "privateProjects": ["acme"],
    });
    let refused = project.post("/connectors/drafts", wrong).await.expect(400).error("InvalidJsonInput");
    let mut fields: Vec<String> =
        refused.errors().iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect();
    fields.sort_unstable();
    let expected = [
        "/creator/email",
        "/creator/noOfContributors",
        "/integrationTypes/0",
        "/key",
        "/name",
        "/privateProjects/0",
        "/repository/tag",
        "/repository/url",
        "/supportedRegions",
    ];
    assert_eq!(fields, expected, "{refused}");
    for error in refused.errors() {
        assert!(error["detailedErrorMessage"].is_string(), "{refused}");
    }
    let refused = project.post("/connectors/drafts", json!({})).await.expect(400).error("InvalidJsonInput");
    for member in ["name", "creator", "repository"] {
        let named = refused.errors().iter().any(|error| error["message"].to_string().contains(member));
        assert!(named, "{member}: {refused}");
    }
    project.post_raw("/connectors/drafts", "{").await.expect(400).error("InvalidJsonInput");
    project.get("/connectors/drafts").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn a_key_is_one_connectors_in_the_whole_stack_until_that_is_deleted() {
    let (project, other) = (Project::new().await, Project::new().await);
    let key = fresh_key();
    let (own, theirs) = (repository(&project).await, repository(&other).await);
    let members = json!({ "key": key });
    let posts = (0..4).map(|_| project.post("/connectors/drafts", draft(&own, members.clone())));
    let (made, mut refused): (Vec<Answer>, Vec<Answer>) =
        join_all(posts).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{made:?}");
    refused.push(other.post("/connectors/drafts", draft(&theirs, members.clone())).await);
    for answer in refused {
        let refused = answer.expect(400).error("DuplicateField");
        refused.has(json!({ "statusCode": 400 })).says(&key);
    }
    project.get("/connectors/drafts").await.expect(200).has(json!({ "total": 1 }));
    other.get("/connectors/drafts").await.expect(200).has(json!({ "total": 0 }));
    let by_key = format!("/connectors/drafts/key={key}");
    let change = json!({ "version": 1, "actions": [{ "action": "setName", "name": "By key" }] });
    project
        .post(&by_key, change)
        .await
        .expect(201)
        .has(json!({ "name": "By key", "key": key, "version": 2 }));
    project.delete(&by_key).await.expect(200).has(json!({ "version": 2 }));
    project.get(&by_key).await.expect(404).error("ResourceNotFound");
    other.post("/connectors/drafts", draft(&theirs, members)).await.expect(201);
}

#[tokio::test]
async fn the_list_is_the_projects_own_in_pages_sorted_and_filtered() {
    let (project, other) = (Project::new().await, Project::new().await);
    let (own, theirs) = (repository(&project).await, repository(&other).await);
    stage(&other, &theirs, json!({})).await;
    let mut ids = Vec::new();
    for (name, types) in [("Beta", json!(["tax"])), ("Alpha", json!(["psp", "oms"])), ("Gamma", json!([]))] {
        ids.push(stage(&project, &own, json!({ "name": name, "integrationTypes": types })).await.id);
    }
    let names = async |query: &str| {
        let page = project.get(&format!("/connectors/drafts{query}")).await.expect(200);
        let names: Vec<String> =
            page.each("name").iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        (names.join(" "), page["total"].clone(), page["count"].clone())
    };
    let all = |names: &str| (names.to_owned(), json!(3), json!(names.split_whitespace().count()));
    assert_eq!(names("").await, all("Gamma Alpha Beta"), "newest first");
    assert_eq!(names("?sort=createdAt").await, all("Beta Alpha Gamma"));
    assert_eq!(names("?sort=name+desc").await, all("Gamma Beta Alpha"));
    assert_eq!(names("?sort=status&sort=name").await, all("Alpha Beta Gamma"));
    assert_eq!(names("?limit=1&offset=1").await, all("Alpha"));
    assert_eq!(names("?limit=0").await, all(""));
    assert_eq!(names("?offset=7").await, all(""));
    let some = |names: &str, total: u64| (names.to_owned(), json!(total), json!(total));
    assert_eq!(names("?integrationTypes=tax&integrationTypes=oms").await, some("Alpha Beta", 2));
    assert_eq!(names("?integrationTypes=crm").await, some("", 0));
    assert_eq!(names("?isPrivate=true").await, all("Gamma Alpha Beta"));
    assert_eq!(names("?isPrivate=false").await, some("", 0));
    assert_eq!(names("?somethingElse=1").await, all("Gamma Alpha Beta"), "what is unknown is ignored");
    let first = project.get("/connectors/drafts?limit=2&offset=1").await.expect(200);
    first.has(json!({ "limit": 2, "offset": 1, "count": 2, "total": 3 }));
    for wrong in ["limit=501", "limit=-1", "offset=10001", "limit=many", "sort=colour", "sort=name+up"]
        .into_iter()
        .chain(["isPrivate=perhaps", "integrationTypes=taxes"])
    {
        let refused = project.get(&format!("/connectors/drafts?{wrong}")).await.expect(400);
        let refused = refused.about(wrong).error("InvalidQueryParam");
        assert!(refused.errors()[0]["detailedErrorMessage"].is_string(), "{refused}");
    }
    // What changed last comes last.
    let beta = StagedConnector { project: &project, id: ids[0].clone() };
    beta.update(json!([{ "action": "setDescription", "description": "new" }])).await.expect(201);
    assert_eq!(names("?sort=lastModifiedAt+asc").await, all("Alpha Gamma Beta"));
}

#[tokio::test]
async fn of_several_changes_at_once_one_is_made() {
    let project = Project::new().await;
    let staged = stage(&project, &repository(&project).await, json!({})).await;
    let renamed = |turn: u64| json!([{ "action": "setName", "name": format!("Name {turn}") }]);
    let change = |version: u64, turn: u64| json!({ "version": version, "actions": renamed(turn) });
    let path = staged.path();
    let posts = (0..5).map(|turn| project.post(&path, change(1, turn)));
    let (made, refused): (Vec<Answer>, Vec<Answer>) =
        join_all(posts).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in refused {
        let refused = answer.expect(409).error("ConcurrentModification");
        let error = &refused.errors()[0];
        assert_eq!(
            (&error["expectedVersion"], &error["currentVersion"]),
            (&json!(1), &json!(2)),
            "{refused}"
        );
    }
    let now = staged.get().await.has(json!({ "version": 2 }));
    assert_eq!(now.body, made[0].body);
    project.post(&path, json!({ "actions": [] })).await.expect(400).error("InvalidJsonInput");
    project.post(&path, json!({ "version": 2 })).await.expect(400).error("InvalidJsonInput");
    project.post(&path, change(3, 1)).await.expect(409).error("ConcurrentModification");
}

#[tokio::test]
async fn another_projects_connector_is_not_there() {
    let (project, other) = (Project::new().await, Project::new().await);
    let key = fresh_key();
    let staged = stage(&project, &repository(&project).await, json!({ "key": key })).await;
    let before = staged.get().await;
    for address in [staged.id.clone(), format!("key={key}")] {
        let path = format!("/connectors/drafts/{address}");
        let change = json!({ "version": 1, "actions": [{ "action": "setName", "name": "Theirs" }] });
        for answer in [
            other.get(&path).await,
            other.post(&path, change).await,
            other.delete(&path).await,
            other.get(&format!("/connectors/{address}")).await,
        ] {
            answer.expect(404).error("ResourceNotFound").says(address.as_str());
        }
    }
    assert_eq!(staged.get().await.body, before.body);
    project.get("/connectors/drafts/not-an-id").await.expect(400).error("InvalidPathParam");
}

#[tokio::test]
async fn who_may_only_look_changes_nothing() {
    let project = Project::new().await;
    let repository = repository(&project).await;
    let staged = stage(&project, &repository, json!({})).await;
    let viewer = project.client(&["view_connectors"]).await;
    viewer.get("/connectors/drafts").await.expect(200).has(json!({ "total": 1 }));
    viewer.get(&staged.path()).await.expect(200);
    let change = json!({ "version": 1, "actions": [] });
    for refused in [
        viewer.post("/connectors/drafts", draft(&repository, json!({}))).await,
        viewer.post(&staged.path(), change.clone()).await,
        viewer.delete(&staged.path()).await,
    ] {
        refused.expect(403).error("AuthorizationError");
    }
    let manager = project.client(&["manage_connectors"]).await;
    manager.post(&staged.path(), change).await.expect(201);
    manager.delete(&staged.path()).await.expect(200).has(json!({ "id": staged.id }));
    let stranger = project.client(&["manage_connectors_deployments"]).await;
    stranger.get("/connectors/drafts").await.expect(403).error("AuthorizationError");
}

#[tokio::test]
async fn deleting_takes_along_what_was_published_and_waits_for_what_is_deployed() {
    let project = Project::new().await;
    let staged = stage(&project, &repository(&project).await, json!({ "key": fresh_key() })).await;
    let staged = staged.published().await;
    let published = format!("/connectors/{}", staged.id);
    let deployment = staged.deploy(greeters()).await;
    let refused = project.delete(&staged.path()).await.expect(400).error("EntityInUse");
    refused.says("undeploy");
    project.get(&published).await.expect(200);
    deployment.undeploy().await;

    let now = staged.get().await;
    project.delete(&format!("{}?version=1", staged.path())).await.expect(409).error("ConcurrentModification");
    let gone = project.delete(&format!("{}?version={}", staged.path(), now.version())).await.expect(200);
    assert_eq!(gone.body, now.body);
    for path in [staged.path(), published, format!("/connectors/key={}", now.text("/key"))] {
        project.get(&path).await.expect(404).error("ResourceNotFound");
    }
    project.delete(&staged.path()).await.expect(404).error("ResourceNotFound");
    let search = format!("/connectors/search?id={}", staged.id);
    project.get(&search).await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn whoever_deploys_while_it_is_deleted_gets_a_connector_or_is_refused() {
    let project = Project::new().await;
    let repository = repository(&project).await;
    for _ in 0..4 {
        let staged = stage(&project, &repository, json!({})).await.published().await;
        let path = staged.path();
        let deploys = join_all((0..4).map(|_| project.post("/deployments", staged.draft(greeters()))));
        let (deployed, deleted) = join(deploys, project.delete(&path)).await;
        let there: Vec<_> = deployed.iter().filter(|answer| answer.status == 201).collect();
        for refused in deployed.iter().filter(|answer| answer.status != 201) {
            refused.clone().expect(400).error("ConnectorReferenceNotFound");
        }
        if deleted.status == 200 {
            assert!(there.is_empty(), "deployed and deleted: {deployed:?}");
        } else {
            deleted.expect(400).error("EntityInUse");
            staged.get().await;
        }
    }
}

#[tokio::test]
async fn nothing_is_changed_or_deleted_while_a_job_is_under_way() {
    let project = Project::new().await;
    let repository = repository(&project).await;
    let actions = [
        json!({ "action": "setName", "name": "Another" }),
        json!({ "action": "setRepository", "tag": "v1" }),
        json!({ "action": "addPrivateProject", "privateProject": "eu-central-1.aws:friend" }),
        json!({ "action": "addCertificationComment", "comment": "Hello" }),
        json!({ "action": "updatePreviewable" }),
        json!({ "action": "publish", "certification": false }),
        json!({ "action": "unlist" }),
    ];
    for (code, wants, preview) in [
        ("ConnectorStagedPreviewRequestUnderProcess", json!({ "isPreviewable": "true" }), true),
        ("ConnectorStagedProcessing", json!({ "status": "Published" }), false),
    ] {
        let staged = stage(&project, &repository, json!({})).await;
        let job = if preview { Job::preview(&staged).await } else { Job::publish(&staged).await };
        let before = staged.get().await;
        for action in &actions {
            let refused = staged.update(json!([action])).await.about(&action.to_string());
            refused.expect(400).error(code).says("wait until");
        }
        project.delete(&staged.path()).await.expect(400).error(code);
        // Who has not seen that it changed is told that first.
        let stale = json!({ "version": 1, "actions": [actions[0]] });
        project.post(&staged.path(), stale).await.expect(409).error("ConcurrentModification");
        assert_eq!(staged.get().await.body, before.body);
        staged.update(json!([])).await.expect(201).has(json!({ "version": before.version() }));
        job.deliver().await;
        staged.get().await.has(wants);
        staged.update(json!([actions[0]])).await.expect(201).has(json!({ "name": "Another" }));
    }
}
