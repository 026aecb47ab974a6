//! What happens when a minute has passed. These stories only wait, so the name of their module lets them begin among the
//! first: the others are told meanwhile.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Behind, Project, SOON, build_of, eventually, plain};

/// What the gateway knows of a key is at most a minute old; the rest is for a machine that is busy.
const FORGOTTEN: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_key_that_was_in_use_is_refused_a_minute_after_it_is_deleted() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let draft = json!({
        "name": "CI", "kind": "apiKey", "scopes": ["view_environments"], "environment": staging.id,
    });
    let made = project.post("/api-clients", draft).await.expect(201);
    let ci = project.presenting(Some(&made.text("/apiKey")));
    ci.get(&staging.path()).await.expect(200);
    project.delete(&format!("/api-clients/{}", made.id())).await.expect(200);
    let refused = eventually(FORGOTTEN, "the key is refused", async || {
        let seen = ci.get(&staging.path()).await;
        if seen.status == 200 { Err(seen) } else { Ok(seen) }
    })
    .await;
    refused.expect(401).error("invalid_token");
}

#[tokio::test]
async fn a_schedule_really_fires() {
    let project = Project::new().await;
    let trigger = json!({ "type": "job", "schedule": "rate(1 minute)" });
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    let flow = project.flow_with(json!({ "trigger": trigger })).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await.get().await;
    let behind = Behind::look().await;
    let machine = behind.machine_of(&build_of(&deployment)).await.unwrap();
    let run = eventually(Duration::from_secs(150), "the schedule fires", async || {
        behind.executions(&machine).await.pop().ok_or("nothing ran")
    });
    let run = run.await;
    let run = eventually(SOON, "the run ends", async || {
        let seen = project.get(&format!("/runs/{run}")).await.expect(200);
        if seen["status"] == "Running" { Err(seen) } else { Ok(seen) }
    });
    run.await.has(json!({ "status": "Succeeded", "trigger": "job", "output": { "greeting": "hello" } }));
}
