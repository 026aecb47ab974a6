//! Clients that are limited to one environment.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Environment, Project, SOON, definitions, eventually, plain};

/// What comes of asking for a client that is limited to `environment`: an id, or `key=…`.
async fn limited_client(project: &Project, kind: &str, scopes: &[&str], environment: &str) -> Answer {
    let draft = json!({ "name": "CI", "kind": kind, "scopes": scopes, "environment": environment });
    project.post("/api-clients", draft).await
}

/// Somebody whose key is limited to `environment`.
async fn limited(project: &Project, scopes: &[&str], environment: &Environment) -> Client {
    let made = limited_client(project, "apiKey", scopes, &environment.id).await.expect(201);
    project.presenting(Some(&made.text("/apiKey")))
}

/// Refused, and told what the key is limited to.
#[track_caller]
fn is_kept_in(own: &Environment, answer: Answer) -> Answer {
    let words = format!("This key is limited to the environment '{}'", own.id);
    answer.expect(403).error("AuthorizationError").says(&words)
}

fn set(version: u64, name: &str, value: &str) -> Value {
    json!({
        "version": version,
        "actions": [{ "action": "setVariable", "name": name, "value": value, "secured": false }],
    })
}

#[tokio::test]
async fn a_client_says_what_it_is_limited_to() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    for kind in ["apiKey", "clientCredentials"] {
        for address in [&staging.id, "key=staging"] {
            let made = limited_client(&project, kind, &["view_environments"], address).await;
            let made = made.expect(201).has(json!({ "environment": staging.id }));
            let path = format!("/api-clients/{}", made.id());
            project.get(&path).await.expect(200).has(json!({ "environment": staging.id }));
        }
    }
    project.api_client("apiKey", &["view_environments"]).await.lacks("environment");
    let listed = project.get("/api-clients?limit=2").await.expect(200);
    assert_eq!(listed.each("environment"), [Value::Null, staging.id.into()]);
}

#[tokio::test]
async fn a_limited_key_reads_and_changes_its_own_environment() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    project.environment("production", &[]).await;
    let ci = limited(&project, &["manage_environments"], &staging).await;
    for address in [staging.path(), "/environments/key=staging".to_owned()] {
        ci.get(&address).await.expect(200).has(json!({ "id": staging.id, "version": 1 }));
    }
    let changed = ci.post(&staging.path(), set(1, "word", "hi")).await.expect(200);
    let seen = json!([{ "name": "word", "value": "hi", "secured": false }]);
    assert_eq!(changed["variables"], seen);
    assert_eq!(project.get(&staging.path()).await.expect(200)["variables"], seen);
    ci.post(&staging.path(), set(1, "word", "hey")).await.expect(409).error("ConcurrentModification");
}

#[tokio::test]
async fn a_limited_key_sees_one_environment_in_the_list() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    for own in [&staging, &production] {
        let ci = limited(&project, &["view_environments"], own).await;
        for query in ["", "?sort=name desc", "?limit=1"] {
            // The list of a project lags by a moment.
            let listed = eventually(SOON, "the environment is in the list", async || {
                let seen = ci.get(&format!("/environments{query}")).await.expect(200);
                if seen["total"] == 1 { Ok(seen) } else { Err(seen) }
            })
            .await;
            assert_eq!(listed.each("id"), [json!(own.id)], "{listed}");
        }
    }
}

#[tokio::test]
async fn another_environment_is_closed_to_a_limited_key() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[plain("word", "hello")]).await;
    // However much it may do in its own.
    let ci = limited(&project, &["manage_project"], &staging).await;
    for address in [production.path(), "/environments/key=production".to_owned()] {
        is_kept_in(&staging, ci.get(&address).await);
        // Nor does it learn the version from a refusal.
        for version in [1, 4711] {
            is_kept_in(&staging, ci.post(&address, set(version, "word", "hi")).await);
        }
    }
    project.get(&production.path()).await.expect(200).has(json!({
        "version": 1, "variables": [{ "name": "word", "value": "hello", "secured": false }],
    }));
}

#[tokio::test]
async fn what_is_not_limited_to_an_environment_is_closed_to_a_limited_key() {
    const CLOSED: &str = "this operation is not limited to an environment, so a limited key cannot use it";
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let ci = limited(&project, &["manage_project"], &staging).await;

    let client = json!({ "name": "CI", "kind": "apiKey", "scopes": ["view_runs"], "environment": null });
    let integration = json!({ "name": "Orders" });
    let another = json!({ "name": "Another" });
    for (path, body) in [("/integrations", integration), ("/api-clients", client), ("/environments", another)]
    {
        is_kept_in(&staging, ci.post(path, body).await).says(CLOSED);
    }
    is_kept_in(&staging, ci.delete(&staging.path()).await).says(CLOSED);
    project.get("/integrations").await.expect(200).has(json!({ "total": 1 }));
    project.get("/api-clients").await.expect(200).has(json!({ "total": 3 }));
    project.get("/environments").await.expect(200).has(json!({ "total": 1 }));
    project.get(&staging.path()).await.expect(200);

    // The scope is looked at first.
    let reader = limited(&project, &["view_environments"], &staging).await;
    let refused = reader.post("/integrations", json!({ "name": "Orders" })).await.expect(403);
    refused.error("AuthorizationError").says("manage_integrations");
}

#[tokio::test]
async fn no_operation_is_open_to_a_limited_key_unless_it_says_so() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let ci = limited(&project, &["manage_project"], &staging).await;
    let mut closed = 0;
    for operation in registry::operations() {
        let Some(route) = operation.route() else { continue };
        let Some(path) = route.path.strip_prefix("/{projectKey}/") else { continue };
        if route.scope.is_none() || route.within_environment {
            continue;
        }
        let filled = path.split('/').map(|segment| match segment {
            "{number}" => "1",
            _ if segment.starts_with('{') => "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10",
            _ => segment,
        });
        let path = format!("/{}", filled.collect::<Vec<_>>().join("/"));
        let method = Method::from_bytes(route.method.as_str().as_bytes()).unwrap();
        let answer = ci.send(ci.request(method, &path)).await.about(operation.id);
        is_kept_in(&staging, answer);
        closed += 1;
    }
    assert!(closed > 10, "{closed}");
}

#[tokio::test]
async fn what_is_in_no_environment_can_be_read_with_a_limited_key() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow(definitions::greeting()).await.saved().await;
    let number = flow.release("first").await;
    let ci = limited(&project, &["view_integrations"], &staging).await;
    let (own, released) = (flow.path(), format!("{}/{number}", flow.releases()));
    for path in [
        "/flows",
        "/integrations",
        "/integrations/key=standalone-flows",
        &own,
        &format!("{own}/definition"),
        &format!("{released}/definition"),
    ] {
        ci.get(path).await.expect(200);
    }
}

#[tokio::test]
async fn a_token_is_limited_as_its_client_is() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let scopes = ["manage_environments", "manage_integrations"];
    let made = limited_client(&project, "clientCredentials", &scopes, &staging.id).await.expect(201);
    let (id, secret) = (made.id(), made.text("/clientSecret"));
    let whole = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let narrower = format!("{whole}&scope=manage_environments:{}", project.project);
    for form in [whole, narrower] {
        let request = project.outside(Method::POST, "/oauth/token");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let token = project.send(request).await.expect(200).text("/access_token");
        let ci = project.presenting(Some(&format!("Bearer {token}")));
        ci.get(&staging.path()).await.expect(200);
        is_kept_in(&staging, ci.get(&production.path()).await);
        is_kept_in(&staging, ci.post("/environments", json!({ "name": "Another" })).await);
    }
}

#[tokio::test]
async fn a_client_is_limited_to_an_environment_that_is_there() {
    let (project, theirs) = (Project::new().await, Project::new().await);
    let there = theirs.environment("staging", &[]).await;
    for missing in ["8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "key=staging", &there.id] {
        let refused = limited_client(&project, "apiKey", &["view_runs"], missing).await;
        let refused = refused.expect(400).error("FieldValueNotFound");
        let error = &refused.errors()[0];
        assert_eq!(
            (&error["field"], &error["value"]),
            (&json!("/environment"), &json!(missing)),
            "{refused}"
        );
    }
    let refused = limited_client(&project, "apiKey", &["view_runs"], "staging").await;
    let refused = refused.expect(400).error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/environment", "{refused}");
    // Those of the bootstrap.
    project.get("/api-clients").await.expect(200).has(json!({ "total": 2 }));
}

#[tokio::test]
async fn a_limit_outlives_its_environment() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let ci = limited(&project, &["manage_environments"], &staging).await;
    project.delete(&staging.path()).await.expect(200);
    let again = project.environment("staging", &[]).await;
    ci.get(&staging.path()).await.expect(404).error("ResourceNotFound");
    is_kept_in(&staging, ci.get(&again.path()).await);
    is_kept_in(&staging, ci.get("/environments/key=staging").await);
    let listed = ci.get("/environments").await.expect(200);
    assert!(!listed.each("id").contains(&json!(again.id)), "{listed}");
}
