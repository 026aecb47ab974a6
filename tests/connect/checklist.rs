//! What real clients of Connect rely on, item by item (the acceptance checklist of the wire contract).

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::{Answer, Archive, Project, Repository, StagedConnector, configured, definitions};

const SPECIFICATION: &str = r"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
    configuration:
      standardConfiguration:
        - { key: ACME_MODE, description: live or test, required: true, default: test }
      securedConfiguration:
        - { key: ACME_TOKEN, description: API token, required: true }
inheritAs:
  configuration:
    standardConfiguration:
      - { key: SHOP, description: Which shop }
";

async fn repository(project: &Project) -> Repository {
    let repository = Repository::of(project).await;
    repository.push("v1", &Archive::of(SPECIFICATION).flow("calc", &definitions::telling("ACME_MODE")));
    repository
}

async fn published(project: &Project) -> StagedConnector<'_> {
    StagedConnector::of(project, &repository(project).await, "v1").await.published().await
}

fn applications() -> Value {
    json!([configured("calc", &[("ACME_MODE", "live")], &[("ACME_TOKEN", "t0p-s3cret")])])
}

#[tokio::test]
async fn items_1_and_2_statuses_are_exact_and_a_key_is_free_again() {
    let project = Project::new().await;
    let staged = published(&project).await;
    let mut draft = staged.draft(applications());
    draft["key"] = "tax-sync".into();
    for _ in 0..2 {
        let made = project.post("/deployments", draft.clone()).await.expect(201);
        let deployment = crate::harness::ConnectorDeployment { project: &project, id: made.id() };
        deployment.settled().await.has(json!({ "status": "Deployed" }));
        project.post("/deployments", draft.clone()).await.expect(400).error("DuplicateField").has(json!({
            "errors": [{
                "code": "DuplicateField",
                "message": "Another deployment has the key 'tax-sync'; choose a different one or delete that deployment",
                "field": "key",
                "duplicateValue": "tax-sync",
            }],
        }));
        deployment.redeploy(json!({})).await.expect(201);
        deployment.settled().await;
        project.delete("/deployments/key=tax-sync").await.expect(202).has(json!({ "status": "Undeploying" }));
        deployment.gone().await;
        project.get("/deployments/key=tax-sync").await.expect(404).error("ResourceNotFound");
    }
    staged.update(json!([{ "action": "setName", "name": "Renamed" }])).await.expect(201);
    project.delete(&staged.path()).await.expect(200);
}

#[tokio::test]
async fn items_3_and_4_previewable_is_a_text_and_json_is_compact() {
    let project = Project::new().await;
    let staged = StagedConnector::of(&project, &repository(&project).await, "v1").await;
    assert!(staged.get().await.plain.contains("\"isPreviewable\":\"none\""));
    let checked = staged.check().await;
    assert!(checked.plain.contains("\"isPreviewable\":\"true\""), "{checked}");
}

#[tokio::test]
async fn item_5_a_get_may_say_that_it_carries_json_and_a_delete_may_name_a_version() {
    let project = Project::new().await;
    let staged = published(&project).await;
    let deployment = staged.deploy(applications()).await;
    let request = |method, path: &str| project.request(method, path).header(CONTENT_TYPE, "application/json");
    let read = project.send(request(Method::GET, &deployment.path())).await.expect(200);
    let stale = format!("{}?version=4711", deployment.path());
    project.send(request(Method::DELETE, &stale)).await.expect(409).error("ConcurrentModification");
    let current = format!("{}?version={}", deployment.path(), read.version());
    project.send(request(Method::DELETE, &current)).await.expect(202);
    deployment.gone().await;
}

#[tokio::test]
async fn item_6_both_lists_sort_by_times_that_they_do_not_show() {
    let project = Project::new().await;
    let staged = published(&project).await;
    let second = published(&project).await;
    let (first_deployed, second_deployed) =
        (staged.deploy(applications()).await, staged.deploy(applications()).await);
    first_deployed.redeploy(json!({})).await.expect(201);
    first_deployed.settled().await;
    for (list, first, second) in [
        ("/deployments", &first_deployed.id, &second_deployed.id),
        ("/connectors/drafts", &staged.id, &second.id),
    ] {
        let newest = project.get(&format!("{list}?sort=createdAt+desc")).await.expect(200);
        assert_eq!(newest.each("id"), [second.as_str(), first.as_str()], "{newest}");
    }
    let latest = project.get("/deployments?sort=lastModifiedAt%20asc").await.expect(200);
    assert_eq!(latest.each("id"), [second_deployed.id.as_str(), first_deployed.id.as_str()], "{latest}");
    project.get("/deployments?sort=colour").await.expect(400).error("InvalidQueryParam");
}

#[tokio::test]
async fn item_7_the_log_ends_with_an_empty_text() {
    let project = Project::new().await;
    let deployment = published(&project).await.deploy(applications()).await;
    let log = project.get(&format!("{}/logs", deployment.path())).await.expect(200);
    assert_eq!(log.body, json!({ "data": [], "next": "" }));
}

#[tokio::test]
async fn item_8_a_tag_alone_sets_the_repository_and_what_is_unknown_is_ignored() {
    let project = Project::new().await;
    let repository = repository(&project).await;
    let draft = json!({
        "id": "chosen-by-the-client", "version": 7, "status": "Published", "hasChanges": true,
        "name": "Orders",
        "creator": { "email": "dev@acme.example", "noOfDevelopers": 3 },
        "repository": repository.at("v1"),
    });
    let made = project.post("/connectors/drafts", draft).await.expect(201);
    let made = made.has(json!({ "version": 1, "status": "Draft", "hasChanges": false }));
    let staged = StagedConnector { project: &project, id: made.id() };
    let specification = SPECIFICATION.replace("ACME_TOKEN", "ACME_KEY");
    repository.push("v2", &Archive::of(&specification).flow("calc", &definitions::greeting()));
    let changed = staged.update(json!([{ "action": "setRepository", "tag": "v2" }])).await.expect(201);
    let changed = changed.has(json!({ "repository": { "url": repository.url, "tag": "v2" } }));
    assert_eq!(
        changed.body.pointer("/configurations/0/securedConfiguration/0/key"),
        Some(&json!("ACME_KEY"))
    );
}

#[tokio::test]
async fn item_9_a_connectors_version_is_enforced_when_it_is_given() {
    let project = Project::new().await;
    let staged = published(&project).await;
    let mut draft = staged.draft(applications());
    draft["connector"]["version"] = 2.into();
    project.post("/deployments", draft.clone()).await.expect(400).error("ConnectorReferenceNotFound");
    draft["connector"]["version"] = 1.into();
    project.post("/deployments", draft.clone()).await.expect(201);
    draft["connector"] = json!({ "id": staged.id });
    project.post("/deployments", draft).await.expect(201).has(json!({ "connector": { "version": 1 } }));
}

#[tokio::test]
async fn item_10_a_deployment_shows_what_its_connector_takes_and_what_was_built() {
    let project = Project::new().await;
    let staged = published(&project).await;
    let made = project.post("/deployments", staged.draft(applications())).await.expect(201);
    let made = made.has(json!({
        "type": "sandbox",
        "preview": false,
        "deployedRegion": "us-central1.gcp",
        "connector": {
            "id": staged.id,
            "configurations": [{
                "applicationName": "calc",
                "applicationType": "service",
                "standardConfiguration": [
                    { "key": "ACME_MODE", "description": "live or test", "required": true, "default": "test" },
                ],
                "securedConfiguration": [{ "key": "ACME_TOKEN", "description": "API token", "required": true }],
            }],
            "globalConfiguration": {
                "standardConfiguration": [{ "key": "SHOP", "description": "Which shop", "required": false }],
                "securedConfiguration": [],
            },
            "certified": false,
            "supportedRegions": [],
        },
    }));
    assert!(made["details"]["build"]["id"].is_string(), "{made}");
}

#[tokio::test]
async fn item_11_a_redeploy_with_empty_lists_changes_nothing() {
    let project = Project::new().await;
    let deployment = published(&project).await.deploy(applications()).await;
    let before = deployment.get().await;
    let nothing = json!({
        "configurationValues": [
            { "applicationName": "calc", "standardConfiguration": [], "securedConfiguration": [] },
        ],
        "globalConfiguration": { "standardConfiguration": [], "securedConfiguration": [] },
    });
    for members in [nothing, json!({ "configurationValues": [] }), json!({})] {
        deployment.redeploy(members).await.expect(201);
        let after = deployment.settled().await.has(json!({ "status": "Deployed" }));
        assert_eq!(after["applications"], before["applications"], "{after}");
        assert_ne!(after["details"]["build"]["id"], before["details"]["build"]["id"], "{after}");
    }
}

#[tokio::test]
async fn item_12_every_refusal_is_the_envelope_that_the_cli_knows() {
    let project = Project::new().await;
    let staged = published(&project).await;
    let mut nothing_fits =
        staged.draft(json!([configured("calcc", &[], &[]), configured("calc", &[("FOO", "1")], &[])]));
    nothing_fits["globalConfiguration"] = json!({ "securedConfiguration": [{ "key": "NO", "value": "x" }] });
    let refused = [
        project.post("/deployments", nothing_fits).await,
        project.post("/deployments", json!({})).await,
        project.get("/deployments/key=nobody").await,
        project.get("/deployments?limit=501").await,
        project.get("/deployments/not-an-id").await,
        project.presenting(Some("Bearer nothing")).get("/deployments").await,
    ];
    let statuses = refused.each_ref().map(|answer| answer.status);
    assert_eq!(statuses, [400, 400, 404, 400, 400, 401]);
    for answer in &refused {
        recognised(answer);
    }
    let codes =
        |answer: &Answer| answer.errors().iter().map(|error| error["code"].clone()).collect::<Vec<_>>();
    let [configuration, ..] = &refused;
    let found = codes(configuration);
    for code in [
        "DeploymentUnknownApplicationConfiguration",
        "DeploymentUnknownApplicationConfigurationKey",
        "DeploymentMissingApplicationConfigurationKey",
        "DeploymentUnknownGlobalConfigurationKey",
    ] {
        assert!(found.contains(&json!(code)), "{code}: {configuration}");
    }
}

/// As the vendor's CLI tells an API error from anything else.
fn recognised(answer: &Answer) {
    assert_eq!(answer["statusCode"], answer.status, "{answer}");
    assert!(answer["message"].is_string(), "{answer}");
    assert_eq!(answer["message"], answer.errors()[0]["message"], "{answer}");
    for error in answer.errors() {
        assert!(error["code"].is_string() && error["message"].is_string(), "{answer}");
        let detailed = error.get("detailedErrorMessage");
        assert!(detailed.is_none_or(Value::is_string), "{answer}");
    }
}
