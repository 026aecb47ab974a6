//! API clients: who may use the API, and what for.

use serde_json::json;

use crate::harness::Project;

#[tokio::test]
async fn a_secret_is_shown_once() {
    let project = Project::new().await;
    for (kind, member, other) in
        [("apiKey", "apiKey", "clientSecret"), ("clientCredentials", "clientSecret", "apiKey")]
    {
        let made = project.api_client(kind, &["view_runs", "manage_flow_deployments"]).await.lacks(other);
        let secret = made.text(&format!("/{member}"));
        assert!(secret.len() > 40, "{made}");
        let made = made.has(json!({ "kind": kind, "scopes": ["manage_flow_deployments", "view_runs"] }));
        let path = format!("/api-clients/{}", made.id());
        let got = project.get(&path).await.expect(200);
        let listed = project.get("/api-clients").await.expect(200);
        let deleted = project.delete(&path).await.expect(200);
        for answer in [got, listed, deleted] {
            assert!(!answer.plain.contains(&secret), "{answer}");
            assert!(!answer.plain.contains("ecret") && !answer.plain.contains("slk_"), "{answer}");
        }
    }
}

#[tokio::test]
async fn clients_are_listed_newest_first() {
    let project = Project::new().await;
    let one = project.api_client("apiKey", &["view_runs"]).await.id();
    let other = project.api_client("apiKey", &["view_runs"]).await.id();
    // Two were there from the start: those of the bootstrap.
    let listed = project.get("/api-clients?limit=2").await.expect(200).has(json!({ "count": 2, "total": 4 }));
    assert_eq!(listed.each("id"), [other, one]);
    let rest = project.get(&format!("/api-clients?cursor={}", listed.text("/cursor"))).await.expect(200);
    assert_eq!(rest.each("name"), ["Bootstrap", "Bootstrap"]);
    assert_eq!(rest["results"][0]["scopes"], json!(["manage_project"]));
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let project = Project::new().await;
    let minter = project.client(&["manage_api_clients", "manage_runs"]).await;
    let draft =
        |scopes: &[&str]| json!({ "name": "CI", "kind": "apiKey", "scopes": scopes, "environment": null });
    minter.post("/api-clients", draft(&["view_runs", "view_api_clients"])).await.expect(201);
    for wider in ["manage_project", "view_environments"] {
        let refused = minter.post("/api-clients", draft(&["view_runs", wider])).await;
        refused.expect(403).error("AuthorizationError").says(wider);
    }
    project.get("/api-clients").await.expect(200).has(json!({ "total": 4 }));
}

#[tokio::test]
async fn a_client_needs_a_known_kind_and_scope() {
    let project = Project::new().await;
    let refused = project.post("/api-clients", json!({ "kind": "cookie", "scopes": ["root"] })).await;
    let refused = refused.expect(400).error("InvalidJsonInput");
    let mut fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    fields.dedup();
    assert_eq!(fields, ["/environment", "/kind", "/name", "/scopes/0"], "{refused}");
    let nothing = json!({ "name": "CI", "kind": "apiKey", "scopes": [], "environment": null });
    project.post("/api-clients", nothing).await.expect(400).error("InvalidJsonInput");
}

#[tokio::test]
async fn a_client_for_every_environment_has_to_be_asked_for() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let draft = |member: &str| {
        let mut draft = json!({ "name": "CI", "kind": "apiKey", "scopes": ["manage_project"] });
        draft[member] = json!(staging.id);
        draft
    };
    for (member, meant) in [
        ("enviroment", "did you mean 'environment'?"),
        ("environmentId", "did you mean 'environment'?"),
        ("Environment", "did you mean 'environment'?"),
        ("limitedTo", "known are environment, kind, name, scopes"),
    ] {
        let refused = project.post("/api-clients", draft(member)).await.expect(400).error("InvalidJsonInput");
        let refused = refused.says(&format!("{member}: unknown member; {meant}"));
        refused.says(r#"environment: is required: send "environment": "key=staging" or "environment": null"#);
    }
    // Those of the bootstrap.
    project.get("/api-clients").await.expect(200).has(json!({ "total": 2 }));
    project.api_client("apiKey", &["view_runs"]).await.lacks("environment");
}

#[tokio::test]
async fn the_key_of_a_deleted_client_opens_nothing() {
    let project = Project::new().await;
    let made = project.api_client("apiKey", &["view_environments"]).await;
    let path = format!("/api-clients/{}", made.id());
    project.delete(&path).await.expect(200).has(json!({ "id": made.id() }));
    project.get(&path).await.expect(404).error("ResourceNotFound");
    // The gateway remembers what it let in for a minute. This key it has never seen.
    let late = project.presenting(Some(&made.text("/apiKey"))).get("/environments").await;
    late.expect(401).error("invalid_token");
}

#[tokio::test]
async fn deleting_may_name_the_version() {
    let project = Project::new().await;
    let path = format!("/api-clients/{}", project.api_client("apiKey", &["view_runs"]).await.id());
    let refused =
        project.delete(&format!("{path}?version=2")).await.expect(409).error("ConcurrentModification");
    assert_eq!(refused.errors()[0]["currentVersion"], 1, "{refused}");
    project.delete(&format!("{path}?version=1")).await.expect(200);
    project.delete(&path).await.expect(404).error("ResourceNotFound");
}
