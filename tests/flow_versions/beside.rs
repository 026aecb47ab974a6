//! Several versions kept on in one place: `enabled_at` switches on beside what is on.

use domain::deployment::OperationKind;
use domain::metadata::Timestamp;
use serde_json::json;

use super::Versions;
use crate::harness::Project;
use crate::lifecycle::Workshop;

/// So many seconds after a moment.
fn after(moment: &str, seconds: i64) -> String {
    moment.parse::<Timestamp>().unwrap().plus_seconds(seconds).to_string()
}

#[tokio::test]
async fn two_versions_can_be_kept_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 3).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    let since = one.is_on().await.text("/enabled_at");

    // On since later: it answers, and the other one stays on.
    let later = after(&since, 10);
    two.put(json!({ "enabled_at": later })).await.has(json!({ "enabled_at": later, "status": "Deployed" }));
    one.is_on().await.has(json!({ "enabled_at": since }));
    versions.answers(&staging, 2).await;
    // Whoever was switched on last answers, as far as the dates tell.
    one.put(json!({ "enabled_at": after(&since, 20) })).await.has(json!({ "enabled_at": after(&since, 20) }));
    versions.answers(&staging, 1).await;
    two.is_on().await.has(json!({ "enabled_at": later }));
    // The priority is looked at first.
    two.put(json!({ "priority": 1 })).await;
    versions.answers(&staging, 2).await;
    one.put(json!({ "priority": 2 })).await;
    versions.answers(&staging, 1).await;
    two.put(json!({ "priority": 2 })).await;
    versions.answers(&staging, 1).await;

    // A third one that is enabled switches both off.
    let three = versions.put_by(3, &staging).await;
    three.enable().await;
    one.is_off().await;
    two.is_off().await;
    versions.answers(&staging, 3).await;
}

#[tokio::test]
async fn without_a_date_it_is_off() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    let since = one.is_on().await.text("/enabled_at");
    two.put(json!({ "enabled_at": after(&since, 10) })).await;
    versions.answers(&staging, 2).await;
    for _ in 0..2 {
        let off = two.put(json!({ "enabled_at": null })).await;
        off.has(json!({ "enabled_at": null, "enabled_by_id": null, "status": "Deployed" }));
        versions.answers(&staging, 1).await;
    }
    // What a PUT does not name stays.
    one.put(json!({ "priority": 4 })).await.has(json!({ "enabled_at": since, "priority": 4 }));
    one.put(json!({})).await.has(json!({ "enabled_at": since, "priority": 4 }));
    one.put(json!({ "enabled_at": null })).await;
    versions.silent(&staging).await;
    one.is_off().await.has(json!({ "priority": 4, "virtual_environment_id": staging.id }));
}

#[tokio::test]
async fn an_object_that_is_sent_back_whole_changes_nothing() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 3).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    two.put(json!({ "enabled_at": after(&one.is_on().await.text("/enabled_at"), 10), "priority": 2 })).await;
    let off = versions.put_by(3, &staging).await;
    let workshop = Workshop::of(&project).await;
    for placed in [&one, &two, &off] {
        let before = placed.get().await;
        assert_eq!(placed.put(before.body.clone()).await.body, before.body, "it rests");
        let kind = OperationKind::Redeploy { in_place: false };
        let task = workshop.ask(&placed.id, kind).await;
        let before = placed.get().await.has(json!({ "status": "Queued" }));
        assert_eq!(placed.put(before.body.clone()).await.body, before.body, "it is under way");
        let mut other = before.body.clone();
        other["enabled_at"] = json!("2026-11-20T10:00:00Z");
        placed.put(other).await.has(json!({ "pending": { "enabled": true } }));
        workshop.deliver(&task).await;
    }
}

#[tokio::test]
async fn deploying_takes_over_from_all_that_are_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 3).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    let since = one.is_on().await.text("/enabled_at");
    two.put(json!({ "enabled_at": since })).await;
    one.is_on().await;
    two.is_on().await;
    versions.deploy(3, &staging).await;
    one.is_off().await;
    two.is_off().await;
    versions.answers(&staging, 3).await;
}

#[tokio::test]
async fn nothing_is_switched_on_in_the_future() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.put_by(1, &staging).await;
    let before = placed.get().await;
    let in_an_hour = after(&before.text("/updated_at"), 3_600);
    for date in [in_an_hour.as_str(), "2099-01-01T00:00:00Z"] {
        let refused = placed.change(json!({ "enabled_at": date })).await.about(date);
        refused.refused(422).blames_only(&["enabled_at"]);
    }
    assert_eq!(placed.get().await.body, before.body);
    versions.silent(&staging).await;
    // Clocks differ by a little.
    placed.put(json!({ "enabled_at": after(&before.text("/updated_at"), 60) })).await;
    versions.answers(&staging, 1).await;
}
