//! As much as a deployment may have, and a little more.

use serde_json::{Value, json};

use super::codes;
use crate::harness::{
    Archive, Client, ConnectorDeployment, Listener, Project, SOON, StagedConnector, configured, definitions,
    eventually, http,
};
use crate::lifecycle::Workshop;

/// So many secured values are stored at once, that of the API client included.
const SECRETS: usize = 88;

/// A connector of one service with so many secured keys and an API client, which sends the last secret to a server.
fn secretive(count: usize, server: &Listener) -> Archive {
    let key = |number| format!("        - {{ key: KEY_{number}, description: a secret }}\n");
    let keys = (0..count).map(key).collect::<Vec<_>>().concat();
    let specification = format!(
        "deployAs:\n  - name: calc\n    applicationType: service\n    endpoint: /calc\n    configuration:\n      \
         securedConfiguration:\n{keys}inheritAs:\n  apiClient:\n    scopes: [view_runs]\n"
    );
    let header = format!("${{secret.KEY_{}}}", count - 1);
    Archive::of(&specification)
        .flow("calc", &definitions::calling(&server.url(), json!({ "x-last": header })))
}

fn secrets(count: usize) -> Value {
    let values: Vec<_> =
        (0..count).map(|number| (format!("KEY_{number}"), format!("value {number}"))).collect();
    let values: Vec<_> = values.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    json!([configured("calc", &[], &values)])
}

#[tokio::test]
async fn as_many_secrets_as_one_write_takes_and_they_go_with_the_deployment() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let (_, connector) = StagedConnector::publishing(&project, &secretive(SECRETS, &server)).await;
    let mut draft = connector.draft(secrets(SECRETS));
    draft["key"] = "secretive".into();
    let refused = project.post("/deployments", draft.clone()).await.expect(400).error("InvalidJsonInput");
    refused.says("89 new secured values").says("at most 88");
    project.get("/deployments").await.expect(200).has(json!({ "total": 0 }));
    draft["configurations"] = secrets(SECRETS - 1);
    let made = project.post("/deployments", draft).await.expect(201);
    let deployment = ConnectorDeployment { project: &project, id: made.id() };
    // The last key has no value yet, and the flow wants it.
    deployment.settled().await.has(json!({ "status": "Failed" }));
    deployment.redeployed(json!({ "configurationValues": secrets(SECRETS) })).await;
    let url = format!("{}/calc", deployment.url("calc").await);
    Client::call(&url, json!({})).await.expect(200);
    assert_eq!(server.last("x-last"), "value 87");
    let workshop = Workshop::of(&project).await;
    let stored = workshop.connector_deployment(&deployment.id).await.unwrap();
    let store = workshop.store();
    let sealed = async |number: usize| {
        let key = format!("KEY_{number}").parse().unwrap();
        store
            .secret(
                stored.id,
                &key,
                stored.applications[0].configuration.secured[&format!("KEY_{number}").parse().unwrap()],
            )
            .await
            .unwrap()
    };
    for number in [0, 50, 87] {
        let envelope = sealed(number).await.unwrap();
        assert!(!envelope.contains(&format!("value {number}")), "{envelope}");
    }
    deployment.undeploy().await;
    eventually(SOON, "the secrets go with it", async || {
        for number in 0..SECRETS {
            if sealed(number).await.is_some() {
                return Err(format!("KEY_{number} is still there"));
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn plain_values_have_room_and_no_more() {
    let project = Project::new().await;
    let specification = "deployAs:\n  - name: calc\n    applicationType: service\n    endpoint: /calc\n    \
                         configuration:\n      standardConfiguration:\n        - { key: FILE, description: a file }\n";
    let archive = Archive::of(specification).flow("calc", &definitions::telling("FILE"));
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    // As JSON the quotes take two bytes each.
    let value = |length: usize| "\"".repeat(length / 2);
    let with = |value: &str| json!([configured("calc", &[("FILE", value)], &[])]);
    let refused = project.post("/deployments", connector.draft(with(&value(100_000)))).await.expect(400);
    assert_eq!(codes(&refused), ["InvalidJsonInput"], "{refused}");
    refused.says("98304 bytes");
    let value = value(98_000);
    let deployment = connector.deploy(with(&value)).await;
    let url = format!("{}/calc", deployment.url("calc").await);
    let told = Client::call(&url, json!({})).await.expect(200);
    assert_eq!(told["told"], value);
    deployment.redeployed(json!({ "configurationValues": with(&value) })).await;
    project.get("/deployments?limit=500").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_file_of_four_megabytes_is_answered_whole_and_a_larger_one_refused() {
    let project = Project::new().await;
    let specification = "deployAs:\n  - name: pages\n    applicationType: assets\n";
    // Nothing that could be packed much smaller.
    let noise = |length: usize| {
        let mut state = 7_u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        (0..length).map(next).collect::<Vec<u8>>()
    };
    let large = noise(4_000_000);
    let archive = Archive::of(specification).file("pages/large.bin", large.clone());
    let (repository, connector) = StagedConnector::publishing(&project, &archive).await;
    let deployment = connector.deploy(json!([configured("pages", &[], &[])])).await;
    let url = format!("{}/large.bin", deployment.url("pages").await);
    let http = http();
    let file = http.get(&url).send().await.unwrap();
    assert_eq!(file.status(), 200);
    assert!(file.bytes().await.unwrap() == large, "every byte of it");
    repository.push("v2", &archive.file("pages/large.bin", noise(4_000_001)));
    let refused = connector.update(json!([{ "action": "setRepository", "tag": "v2" }])).await.expect(400);
    refused.says("pages/large.bin");
}

#[tokio::test]
async fn fifty_applications_are_deployed_together() {
    let project = Project::new().await;
    let names: Vec<String> = (0..50).map(|number| format!("application-{number:02}")).collect();
    let kinds = [
        "service\n    endpoint: /x",
        "event\n    endpoint: /x",
        "job\n    endpoint: /x\n    properties:\n      schedule: \"0 3 * * *\"",
        "assets",
        "service\n    endpoint: /x",
    ];
    let kind = |place: usize| kinds[place % kinds.len()];
    let entry = |(place, name)| format!("  - name: {name}\n    applicationType: {}\n", kind(place));
    let entries = names.iter().enumerate().map(entry).collect::<Vec<_>>().concat();
    let archive = names.iter().enumerate().fold(
        Archive::of(&format!("deployAs:\n{entries}")),
        |archive, (place, name)| {
            let told = definitions::putting_out(json!({ "i am": name }));
            if kind(place) == "assets" {
                archive.file(&format!("{name}/a.txt"), name.as_str())
            } else {
                archive.flow(name, &told)
            }
        },
    );
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let all: Vec<Value> = names.iter().map(|name| configured(name, &[], &[])).collect();
    let deployment = connector.deploy(json!(all)).await;
    let seen = deployment.get().await;
    let applications = seen["applications"].as_array().unwrap();
    let listed: Vec<_> = applications.iter().map(|one| one["applicationName"].as_str().unwrap()).collect();
    assert_eq!(listed, names, "in the order of the file");
    for (place, application) in applications.iter().enumerate() {
        let name = application["applicationName"].as_str().unwrap();
        match (application["url"].as_str(), kind(place)) {
            (Some(url), "assets") => {
                let file = Client::fetch(&format!("{url}/a.txt")).await.expect(200);
                assert_eq!(file.plain, name);
            }
            (Some(url), _) => {
                let answer = Client::call(&format!("{url}/x"), json!({})).await.expect(200);
                assert_eq!(answer.body, json!({ "i am": name }));
            }
            (None, _) => assert!(application.get("topic").or_else(|| application.get("schedule")).is_some()),
        }
    }
    deployment.undeploy().await;
}
