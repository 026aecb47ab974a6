//! Many switches at once.

use futures::future::join_all;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::ALL;
use crate::harness::{Project, definitions};

/// So many versions there are.
const COUNT: u64 = 50;

/// So many deployments are asked for at once.
const AT_ONCE: usize = 8;

#[tokio::test]
async fn of_fifty_that_are_switched_on_at_once_one_is_on_in_the_end() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({ "kind": "api" })).await;
    for number in 1..=COUNT {
        flow.save_as(definitions::putting_out(json!({ "version": number }))).await;
        flow.release("one of fifty").await;
    }
    let path = |number: u64| format!("/api/v1/flow-versions/{}.{number}/deployments", flow.id);
    let placed = stream::iter(1..=COUNT).map(async |number| {
        let draft = json!({
            "flow_version_id": format!("{}.{number}", flow.id),
            "virtual_environment_id": staging.id,
            "deploy_disabled": true,
        });
        let made = project.post(&path(number), draft).await.expect(200).text("/data/id");
        let own = format!("{}/{made}", path(number));
        project.at_rest(&own).await.has(json!({ "data": { "status": "Deployed", "enabled_at": null } }));
        own
    });
    let placed: Vec<String> = placed.buffer_unordered(AT_ONCE).collect().await;

    let asked = join_all(placed.iter().map(async |own| {
        let mut told_to_try_again = 0_usize;
        loop {
            let answer = project.post_raw(&format!("{own}/enable"), "").await;
            if answer.status != 503 {
                answer.expect(200);
                return told_to_try_again;
            }
            told_to_try_again += 1;
        }
    }))
    .await;
    let settled = join_all(placed.iter().map(|own| project.at_rest(own))).await;
    for deployment in settled {
        deployment.has(json!({ "data": { "status": "Deployed" } }));
    }

    let is_on = |entry: &&Value| entry["enabled_at"].is_string();
    let listed = project.get(&format!("{ALL}?per_page=100")).await.expect(200);
    let data = listed["data"].as_array().unwrap();
    assert_eq!(data.len(), placed.len());
    let on: Vec<&Value> = data.iter().filter(is_on).collect();
    assert_eq!(on.len(), 1, "{on:#?}");
    let first = project.get(&format!("{ALL}?sort=-enabled_at&per_page=1")).await.expect(200);
    assert_eq!(first["data"][0]["id"], on[0]["id"]);
    let native = project.get("/flow-deployments?active=true&limit=100").await.expect(200);
    assert_eq!(native.each("id"), std::slice::from_ref(&on[0]["id"]), "{native}");
    // Not only in the lists: it is the one that answers, however often it is asked.
    let version = on[0]["flow_version_id"].as_str().unwrap().split('.').nth(1).unwrap();
    let version: u64 = version.parse().unwrap();
    for _ in 0..5 {
        let answer = project.post(&format!("/triggers/{}/{}", staging.id, flow.id), json!({})).await;
        answer.expect(200).has(json!({ "version": version }));
    }
    let turned_away = asked.iter().filter(|times| **times > 0).count();
    assert_eq!(turned_away, 0, "so many of {COUNT} were told to try again");
}
