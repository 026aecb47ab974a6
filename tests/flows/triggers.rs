//! What starts a flow: triggers and their schedules.

use serde_json::json;

use crate::harness::Project;
use crate::harness::definitions::greeting;

#[tokio::test]
async fn a_schedule_is_one_that_aws_takes_or_the_refusal_says_what_to_write() {
    let project = Project::new().await;
    let made = |schedule: String, timezone: &'static str| {
        let trigger = json!({ "type": "job", "schedule": schedule, "timezone": timezone });
        project.post("/flows", json!({ "name": "job", "trigger": trigger }))
    };
    for (schedule, timezone) in [
        ("cron(0/30 20-2 ? * MON-SUN *)", "GMT"),
        ("cron(0 9 LW NOV-FEB ? *)", "CET"),
        ("cron(0 12 ? * L *)", "EST5EDT"),
    ] {
        let trigger = json!({ "type": "job", "schedule": schedule, "timezone": timezone });
        made(schedule.to_owned(), timezone).await.expect(201).has(json!({ "trigger": trigger }));
    }
    for (schedule, instead) in [
        ("cron(0 0 1 1 ? 2020)", "cron(0 0 1 1 ? *)"),
        ("cron(0 10 * * * *)", "cron(0 10 * * ? *)"),
        ("0 22 * * 5-1", "0 22 * * 5-7,0-1"),
        ("5/15 * * * *", "5-59/15 * * * *"),
        ("@daily", "0 0 * * *"),
    ] {
        let refused = made(schedule.to_owned(), "UTC").await.about(schedule).expect(400);
        refused.error("InvalidJsonInput").says(&format!("; write {instead}"));
        made(instead.to_owned(), "UTC").await.about(instead).expect(201);
    }
}

#[tokio::test]
async fn a_trigger_has_to_fit_the_kind() {
    let project = Project::new().await;
    let made = project.flow_with(json!({ "kind": "api" })).await;
    made.get().await.has(json!({ "kind": "api", "trigger": { "type": "service" } }));
    let hourly = json!({ "type": "job", "schedule": "rate(1 hour)" });
    for (kind, trigger) in [
        ("api", json!({ "type": "none" })),
        ("api", hourly.clone()),
        ("tool", json!({ "type": "service" })),
        ("tool", hourly.clone()),
    ] {
        let refused = project.post("/flows", json!({ "name": "X", "kind": kind, "trigger": trigger })).await;
        refused.expect(400).error("FlowTriggerUnfit").says(kind);
    }
    let flow = project.flow_with(json!({ "kind": "flow" })).await;
    for (trigger, shown) in [
        (json!({ "type": "service" }), json!({ "type": "service" })),
        (hourly, json!({ "type": "job", "schedule": "rate(1 hour)", "timezone": "UTC" })),
        (
            json!({ "type": "job", "schedule": "30 6 * * 1-5", "timezone": "Europe/Berlin" }),
            json!({ "type": "job", "schedule": "30 6 * * 1-5", "timezone": "Europe/Berlin" }),
        ),
        (json!({ "type": "none" }), json!({ "type": "none" })),
    ] {
        let set = json!([{ "action": "setTrigger", "trigger": trigger }]);
        flow.update(set).await.expect(200).has(json!({ "trigger": shown }));
    }
}

#[tokio::test]
async fn a_schedule_that_cannot_be_is_refused_when_it_is_set() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    for (schedule, timezone) in [
        ("every now and then", "UTC"),
        ("rate(0 minutes)", "UTC"),
        ("* * * * * *", "UTC"),
        ("61 * * * *", "UTC"),
        ("rate(1 hour)", "Middle/Earth"),
    ] {
        let trigger = json!({ "type": "job", "schedule": schedule, "timezone": timezone });
        let refused = flow.update(json!([{ "action": "setTrigger", "trigger": trigger }])).await;
        refused.about(schedule).expect(400).error("InvalidJsonInput");
    }
    let refused = flow.update(json!([{ "action": "setTrigger", "trigger": { "type": "moon" } }])).await;
    refused.expect(400).error("InvalidJsonInput").says("service");
    flow.get().await.has(json!({ "version": 1, "trigger": { "type": "none" } }));
}
