//! Getting in: access tokens, API keys, scopes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use crate::harness::{Answer, Project};

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "grant_type=client_credentials";

/// What comes of a form sent to `/oauth/token`.
async fn token_by_form(project: &Project, form: &str) -> Answer {
    let request = project.outside(Method::POST, "/oauth/token").header(CONTENT_TYPE, FORM);
    project.send(request.body(form.to_owned())).await
}

/// What comes of HTTP Basic, with the parameters in the query.
async fn token_by_basic(project: &Project, id: &str, secret: &str, query: &str) -> Answer {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let request = project.outside(Method::POST, &format!("/oauth/token?{query}"));
    project.send(request.header(AUTHORIZATION, basic)).await
}

/// The parameters of a form that proves who the administrator is.
fn own_credentials(project: &Project) -> String {
    format!("{GRANT}&client_id={}&client_secret={}", project.client_id, project.client_secret)
}

/// A token for a part of what the administrator may do.
pub(crate) async fn bearer(project: &Project, scopes: &str) -> String {
    let form = format!("{}&scope={scopes}", own_credentials(project));
    let answer = token_by_form(project, &form).await.expect(200);
    format!("Bearer {}", answer.text("/access_token"))
}

#[tokio::test]
async fn a_token_is_given_by_form_by_basic_and_by_query() {
    let project = Project::new().await;
    let by_form = token_by_form(&project, &own_credentials(&project)).await;
    let (id, secret) = (&project.client_id, &project.client_secret);
    let by_basic = token_by_basic(&project, id, secret, GRANT).await;
    for answer in [by_form, by_basic] {
        let scope = format!("manage_project:{}", project.project);
        let answer =
            answer.expect(200).has(json!({ "token_type": "Bearer", "expires_in": 3600, "scope": scope }));
        assert_eq!(answer.header("cache-control"), "no-store");
        let bearer = format!("Bearer {}", answer.text("/access_token"));
        project.presenting(Some(&bearer)).get("/environments").await.expect(200).has(json!({ "total": 0 }));
    }
}

#[tokio::test]
async fn a_wrong_secret_gets_nothing_and_learns_nothing() {
    let project = Project::new().await;
    let stranger = Project::new().await;
    let (id, secret) = (&project.client_id, &project.client_secret);
    let nobody = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
    for (id, secret) in [(id, "wrong"), (id, &stranger.client_secret), (&nobody.to_owned(), secret)] {
        let refused = token_by_basic(&project, id, secret, GRANT).await.expect(401).error("invalid_client");
        assert!(refused.header("www-authenticate").starts_with("Basic"), "{refused}");
        refused.has(json!({
            "error": "invalid_client",
            "error_description": "The client id or the client secret is wrong",
        }));
    }
    // A key is not a secret, although it is one of the same project.
    let key = format!("{GRANT}&client_id={id}&client_secret={}", project.api_key);
    token_by_form(&project, &key).await.expect(401).error("invalid_client");
    // A secret in an address would end up in access logs.
    let request = project.outside(Method::POST, &format!("/oauth/token?{}", own_credentials(&project)));
    project.send(request).await.expect(401).error("invalid_client");
}

#[tokio::test]
async fn a_token_request_that_cannot_be_is_refused_in_the_words_of_oauth() {
    let project = Project::new().await;
    for (form, word) in [
        ("", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
    ] {
        let refused = token_by_form(&project, form).await.expect(400).error(word);
        refused.has(json!({ "error": word }));
    }
}

#[tokio::test]
async fn a_token_can_be_narrower_than_its_client_and_never_wider() {
    let project = Project::new().await;
    let name = &project.project;
    let reader = project.presenting(Some(&bearer(&project, &format!("view_environments:{name}")).await));
    reader.get("/environments").await.expect(200);
    let refused = reader.post("/environments", json!({ "name": "Staging" })).await.expect(403);
    refused.error("AuthorizationError").says("manage_environments");
    reader.get("/flows").await.expect(403).error("AuthorizationError").says("view_integrations");

    for wider in ["view_environments", "view_environments:another", &format!("everything:{name}")] {
        let form = format!("{}&scope={wider}", own_credentials(&project));
        token_by_form(&project, &form).await.expect(400).error("invalid_scope");
    }
}

#[tokio::test]
async fn managing_includes_viewing() {
    let project = Project::new().await;
    let manager = project.client(&["manage_environments"]).await;
    manager.post("/environments", json!({ "name": "Staging" })).await.expect(201);
    manager.get("/environments").await.expect(200).has(json!({ "total": 1 }));
    manager.get("/flows").await.expect(403).error("AuthorizationError");
}

#[tokio::test]
async fn an_api_key_is_an_authorization() {
    let project = Project::new().await;
    for presented in [
        project.api_key.clone(),
        format!("Bearer {}", project.api_key),
        format!("ApiKey {}", project.api_key),
    ] {
        project
            .presenting(Some(&presented))
            .get("/integrations")
            .await
            .expect(200)
            .has(json!({ "total": 1 }));
    }
}

#[tokio::test]
async fn what_is_presented_has_to_be_ours() {
    let project = Project::new().await;
    let token = bearer(&project, "").await;
    let (head, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let mistyped = project.api_key.replacen("slk_", "slk_x", 1);
    for presented in
        ["Bearer garbled", "Bearer ", "Bearer a.b.c", "garbled", "Basic YTpi", &forged, &mistyped]
    {
        let refused = project.presenting(Some(presented)).get("/environments").await;
        let refused = refused.about(presented).expect(401).error("invalid_token").says("POST /oauth/token");
        refused.has(json!({ "error": "invalid_token", "statusCode": 401 }));
    }
    // Without the header the gateway itself refuses, in its own words, on AWS as here.
    let refused = project.presenting(None).get("/environments").await.expect(401);
    assert_eq!(refused.body, json!({ "message": "Unauthorized" }));
}

#[tokio::test]
async fn another_project_is_not_there() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let staging = theirs.environment("staging", &[]).await;
    let me_there = mine.at(&theirs.project);
    for path in ["/environments", &staging.path(), "/environments/key=staging"] {
        me_there.get(path).await.expect(404).error("ResourceNotFound");
    }
    me_there.post("/environments", json!({ "name": "Mine" })).await.expect(404).error("ResourceNotFound");
    me_there.delete(&staging.path()).await.expect(404).error("ResourceNotFound");
    mine.get(&staging.path()).await.expect(404).error("ResourceNotFound");
    theirs.get("/environments").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_request_can_be_followed_by_its_correlation_id() {
    let project = Project::new().await;
    let request = project.request(Method::GET, "/environments").header("X-Correlation-ID", "order-4711");
    let answer = project.send(request).await.expect(200);
    assert_eq!(answer.header("x-correlation-id"), "order-4711");
    let made = project.get("/environments").await.expect(200);
    assert_eq!(made.header("x-correlation-id").len(), 36, "{made}");
    let refused = project.get("/environments/key=missing").await.expect(404);
    assert_eq!(refused.header("x-correlation-id").len(), 36, "{refused}");
}
