//! The settings of a project.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Client, Project};

/// What comes of a change from a version.
async fn set(client: &Client, version: u64, enabled: bool) -> crate::harness::Answer {
    let action = json!({ "action": "setProductionEnabled", "productionEnabled": enabled });
    client.post("", json!({ "version": version, "actions": [action] })).await
}

#[tokio::test]
async fn settings_begin_at_version_0_and_count_changes() {
    let project = Project::new().await;
    let untouched = json!({ "key": project.project, "version": 0, "productionEnabled": true, "permissionsRequired": false,
                "serviceOrigins": [] });
    assert_eq!(project.get("").await.expect(200).body, untouched);
    let nothing = project.post("", json!({ "version": 0, "actions": [] })).await.expect(200);
    assert_eq!(nothing.body, untouched);

    let off = set(&project, 0, false).await.expect(200);
    let off = off.has(json!({ "version": 1, "productionEnabled": false }));
    assert_eq!(off["createdAt"], off["lastModifiedAt"], "{off}");
    assert_eq!(project.get("").await.expect(200).body, off.body);
    for stale in [0, 2] {
        let refused = set(&project, stale, true).await.expect(409).error("ConcurrentModification");
        assert_eq!(refused.errors()[0]["expectedVersion"], stale, "{refused}");
        assert_eq!(refused.errors()[0]["currentVersion"], 1, "{refused}");
    }
    set(&project, 1, true).await.expect(200).has(json!({ "version": 2, "productionEnabled": true }));
    Project::new().await.get("").await.expect(200).has(json!({ "version": 0 }));
}

#[tokio::test]
async fn of_several_first_changes_one_is_made() {
    let project = Project::new().await;
    let outcomes = join_all((0..6).map(|turn| set(&project, 0, turn % 2 == 0))).await;
    let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in refused {
        answer.expect(409).error("ConcurrentModification");
    }
    let now: Value = project.get("").await.expect(200).body;
    assert_eq!(now, made[0].body);
}
