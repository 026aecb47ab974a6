//! Many at once.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;

use super::scene::Scene;
use crate::harness::{Behind, Deployment, Project, build_of};

#[tokio::test]
async fn of_twenty_deployments_at_once_exactly_one_answers_in_the_end() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let numbers = 0..20;
    let started =
        join_all(numbers.map(|number| flow.start_deploying(number % 2 + 1, &scene.environment))).await;
    let ended = join_all(started.iter().map(Deployment::settled)).await;
    let mut builds = vec![scene.first_build.clone()];
    for deployment in &ended {
        deployment.clone().has(json!({ "status": "Deployed" }));
        builds.push(build_of(deployment));
    }
    let mut active = Vec::new();
    for deployment in &started {
        let seen = deployment.get().await;
        active.extend((seen["active"] == true).then_some(seen));
    }
    assert_eq!(active.len(), 1, "{active:#?}");
    assert_eq!(active[0].id(), scene.last_active().await);
    scene.call().await.expect(200).has(json!({ "release": active[0]["release"] }));
    project.get("/flow-deployments?active=true").await.expect(200).has(json!({ "count": 1 }));

    scene.workshop.clear_away(&project, &scene.environment).await;
    let led_to = scene.workshop.led_to(&flow, &scene.environment).await;
    assert_eq!(led_to.len(), 4, "the one that answers, and three to go back to");
    let builds: Vec<_> = builds.iter().map(String::as_str).collect();
    let provisioned = Behind::look().await.provisioned(&builds).await;
    assert_eq!(provisioned, led_to.iter().map(String::as_str).collect::<BTreeSet<_>>());
}
