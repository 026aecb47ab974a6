use serde_json::json;

use super::{codes, entries};
use crate::harness::{Behind, Project, build_of, definitions, plain};
use crate::lifecycle::Workshop;

#[tokio::test]
async fn one_release_is_live_in_two_environments_with_different_values() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("greeting", "hello")]).await;
    let production =
        project.environment("production", &[plain("greeting", json!({ "de": ["hallo", 1] }))]).await;
    let flow = project.flow(definitions::telling("greeting")).await.saved().await;
    let release = flow.release("first").await;
    let one = flow.start_deploying(release, &staging).await;
    let other = flow.start_deploying(release, &production).await;
    for deployment in [&one, &other] {
        deployment.settled().await.has(json!({ "status": "Deployed", "active": true, "release": 1 }));
    }
    let told = flow.run(&staging, json!(null)).await;
    told.has(json!({ "status": "Succeeded", "output": { "told": "hello" }, "deployment": one.id }));
    let told = flow.run(&production, json!(null)).await;
    told.has(json!({ "status": "Succeeded", "output": { "told": { "de": ["hallo", 1] } }, "deployment": other.id }));
}

#[tokio::test]
async fn the_build_report_tells_every_stage_in_order() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("greeting", "hello")]).await;
    let flow = project.flow(definitions::telling("greeting")).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let seen = deployment.get().await;
    let told = entries(&seen, "Information");
    let titles: Vec<&str> = told.iter().map(|(title, _)| title.as_str()).collect();
    let stages =
        ["Release resolved", "Configured", "Definition valid", "Provisioned", "Verified", "Switched"];
    assert_eq!(titles, [&stages[..], &["Deployed"]].concat(), "{seen}");
    let digest = project.get(&format!("{}/1", flow.releases())).await.expect(200).text("/digest");
    assert!(told[0].1.contains(&digest), "{seen}");
    assert_eq!(told[1].1, "Filled in from staging; variables: 1, secrets: 0");
    assert_eq!(told[5].1, "Release 1 answers");
    let times = seen["details"]["build"]["report"]["entries"].as_array().unwrap().iter();
    let times: Vec<&str> = times.map(|entry| entry["createdAt"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{seen}");
    assert_eq!((entries(&seen, "Warning").len(), entries(&seen, "Error").len()), (0, 0));
    let expected = [
        ("ReleaseResolved", Some("resolve")),
        ("Configured", Some("configure")),
        ("DefinitionValid", Some("validate")),
        ("Provisioned", Some("provision")),
        ("Verified", Some("verify")),
        ("Switched", Some("switch")),
        ("Deployed", None),
    ];
    assert_eq!(codes(&seen), expected, "{seen}");
}

#[tokio::test]
async fn a_deployment_says_what_was_asked_for_by_whom() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let me = project.get(&staging.path()).await.expect(200)["createdBy"].clone();
    let flow = project.flow_with(json!({ "key": "greeting" })).await.saved().await;
    flow.release("first").await;
    let draft = json!({ "flow": "key=greeting", "release": 1, "environment": "key=staging", "description": "at last" });
    let made = project.post("/flow-deployments", draft).await.expect(201).has(json!({
        "flow": flow.id,
        "environment": staging.id,
        "integration": project.standalone_flows,
        "release": 1,
        "description": "at last",
        "status": "Queued",
        "active": false,
        "version": 1,
        "operation": { "kind": "deploy", "requestedBy": me },
    }));
    made.clone().lacks("trigger").lacks("url").lacks("enabledAt");
    let deployed = project.deployment(&made.id()).settled().await;
    let deployed =
        deployed.has(json!({ "status": "Deployed", "active": true, "trigger": { "type": "none" } }));
    assert_eq!(deployed["operation"], made["operation"]);
    assert_eq!(deployed["lastModifiedBy"], json!({ "id": "system:worker", "name": "worker" }));
    assert!(deployed.text("/enabledAt") >= made.text("/createdAt"));
}

#[tokio::test]
async fn a_release_can_be_deployed_as_it_is_made() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let deploy = json!({ "environment": "key=staging", "description": "at once" });
    let made =
        project.post(&flow.releases(), json!({ "description": "first", "deploy": deploy })).await.expect(201);
    let deployment = project.deployment(&made.text("/deployment/id"));
    deployment.settled().await.has(json!({ "status": "Deployed", "active": true, "description": "at once" }));
    let release = project.get(&format!("{}/1", flow.releases())).await.expect(200);
    assert_eq!(release["deployedIn"], json!([{ "environment": staging.id, "deployment": deployment.id }]));
}

#[tokio::test]
async fn a_second_release_supersedes_the_first() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow(definitions::putting_out(json!(1))).await.saved().await;
    let one = flow.release("first").await;
    flow.save_as(definitions::putting_out(json!(2))).await;
    let two = flow.release("second").await;
    let first = flow.deploy(one, &staging).await;
    let before = first.get().await;
    let second = flow.deploy(two, &staging).await;
    let superseded =
        first.get().await.has(json!({ "status": "Deployed", "active": false })).lacks("enabledAt");
    assert!(superseded.version() > before.version(), "being switched off is a change");
    assert!(second.get().await.text("/enabledAt") > before.text("/enabledAt"));
    flow.run(&staging, json!(null)).await.has(json!({ "output": 2, "release": 2, "deployment": second.id }));
    let releases = project.get(&flow.releases()).await.expect(200);
    let here = json!([{ "environment": staging.id, "deployment": second.id }]);
    assert_eq!(releases.each("number"), [2, 1]);
    assert_eq!(releases.each("deployedIn"), [here, json!([])]);
}

#[tokio::test]
async fn a_redeployment_takes_the_values_of_today() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("greeting", "hello")]).await;
    let flow = project.flow(definitions::telling("greeting")).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let before = build_of(&deployment.get().await);
    staging.set(&project, plain("greeting", "good morning")).await;
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "told": "hello" } }));

    let asked = deployment.update(json!({ "action": "redeploy" })).await.expect(200);
    asked.has(json!({ "status": "Queued", "active": true, "operation": { "kind": "redeploy" } }));
    let after = deployment.settled().await.has(json!({ "status": "Deployed", "active": true }));
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "told": "good morning" } }));
    let (behind, after) = (Behind::look().await, build_of(&after));
    assert!(behind.machine_of(&before).await.is_some(), "a run may have started on it a moment ago");
    Workshop::of(&project).await.clear_away(&project, &staging).await;
    assert_eq!(behind.machine_of(&before).await, None, "the machine of the build before is gone");
    assert!(behind.machine_of(&after).await.is_some());
    project.get("/flow-deployments").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_machine_has_its_own_definition_for_good() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("greeting", "hello")]).await;
    let flow = project.flow(definitions::telling("greeting")).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let behind = Behind::look().await;
    let machine = behind.machine_of(&build_of(&deployment.get().await)).await.unwrap();
    let definition = behind.definition(&machine).await;
    assert!(definition.contains("hello"), "{definition}");
    staging.set(&project, plain("greeting", "changed")).await;
    flow.deploy(release, &staging).await;
    assert_eq!(behind.definition(&machine).await, definition);
}
