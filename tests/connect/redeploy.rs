//! Deploying again: other values, a newer connector, and what is refused.

use domain::connector_deployment::OperationKind;
use serde_json::{Value, json};

use super::codes;
use crate::harness::{
    Answer, Archive, Client, ConnectorDeployment, Listener, Project, Repository, StagedConnector, configured,
    definitions, entry,
};
use crate::lifecycle::Workshop;

const SPECIFICATION: &str = r"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
    configuration:
      standardConfiguration:
        - { key: MODE, description: live or test, required: true }
        - { key: NOTE, description: anything }
      securedConfiguration:
        - { key: TOKEN, description: API token, required: true }
  - name: other
    applicationType: service
    endpoint: /other
  - name: changes
    applicationType: event
    endpoint: /changes
inheritAs:
  configuration:
    standardConfiguration:
      - { key: SHOP, description: Which shop, required: true }
";

/// A connector whose service tells a server its secret, and its caller everything else.
struct Shop<'p> {
    repository: Repository,
    connector: StagedConnector<'p>,
    server: Listener,
    project: &'p Project,
}

impl<'p> Shop<'p> {
    async fn open(project: &'p Project) -> Self {
        let server = Listener::answering(200);
        let archive = archive(SPECIFICATION, &server);
        let (repository, connector) = StagedConnector::publishing(project, &archive).await;
        Self { repository, connector, server, project }
    }

    /// Deployed without `other`.
    async fn deployment(&self) -> ConnectorDeployment<'p> {
        let applications = json!([
            configured("calc", &[("MODE", "test")], &[("TOKEN", "first")]),
            configured("changes", &[], &[])
        ]);
        let mut draft = self.connector.draft(applications);
        draft["globalConfiguration"] =
            json!({ "standardConfiguration": [{ "key": "SHOP", "value": "main" }] });
        let deployment = ConnectorDeployment::ask(self.project, draft).await;
        deployment.settled().await.has(json!({ "status": "Deployed" }));
        deployment
    }

    /// Publishes a newer version with this `connect.yaml`.
    async fn publish(&self, tag: &str, specification: &str) {
        self.repository.push(tag, &archive(specification, &self.server));
        self.connector.publish_at(tag).await;
    }

    /// The service answers with these values, and tells the server this secret.
    async fn tells(&self, deployment: &ConnectorDeployment<'_>, values: [&str; 2], secret: &str) {
        let url = format!("{}/calc", deployment.url("calc").await);
        let answer = Client::call(&url, json!({})).await.expect(200);
        assert_eq!(answer.body, json!({ "mode": values[0], "shop": values[1] }), "{answer}");
        assert_eq!(self.server.last("authorization"), format!("Bearer {secret}"));
    }
}

fn archive(specification: &str, server: &Listener) -> Archive {
    let mut calling =
        definitions::calling(&server.url(), json!({ "authorization": "Bearer ${secret.TOKEN}" }));
    calling["States"]["Call"]["Output"] = json!({ "mode": "${MODE}", "shop": "${SHOP}" });
    Archive::of(specification)
        .flow("calc", &calling)
        .flow("other", &definitions::greeting())
        .flow("changes", &definitions::greeting())
}

/// Values of a key of `calc`.
fn calc(standard: &[(&str, &str)], secured: &[(&str, &str)]) -> Value {
    json!({ "configurationValues": [configured("calc", standard, secured)] })
}

/// The redeploy is refused, and nothing has changed.
async fn refused(deployment: &ConnectorDeployment<'_>, members: Value, expected: &[&str]) -> Answer {
    let before = deployment.get().await;
    let answer = deployment.redeploy(members).await.expect(400);
    assert_eq!(codes(&answer), expected, "{answer}");
    assert_eq!(deployment.get().await.body, before.body);
    answer
}

#[tokio::test]
async fn values_are_merged_key_by_key_and_a_mask_changes_nothing() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    shop.tells(&deployment, ["test", "main"], "first").await;
    let url = deployment.url("calc").await;

    deployment.redeployed(calc(&[("MODE", "live")], &[])).await;
    shop.tells(&deployment, ["live", "main"], "first").await;
    let global =
        json!({ "globalConfiguration": { "standardConfiguration": [{ "key": "SHOP", "value": "north" }] } });
    deployment.redeployed(global).await;
    shop.tells(&deployment, ["live", "north"], "first").await;
    // As a client writes back what it has read.
    let read = deployment.application("calc").await;
    let written = json!({ "configurationValues": [read] });
    let written_back = deployment.redeployed(written).await;
    assert!(written_back.plain.contains("****"), "{written_back}");
    shop.tells(&deployment, ["live", "north"], "first").await;
    deployment.redeployed(calc(&[("NOTE", "x")], &[("TOKEN", "second")])).await;
    shop.tells(&deployment, ["live", "north"], "second").await;
    let standard = json!([{ "key": "MODE", "value": "live" }, { "key": "NOTE", "value": "x" }]);
    assert_eq!(deployment.application("calc").await["standardConfiguration"], standard);
    // An optional key is unset by an empty text.
    deployment.redeployed(calc(&[("NOTE", "")], &[])).await;
    shop.tells(&deployment, ["live", "north"], "second").await;
    assert_eq!(deployment.url("calc").await, url);
}

#[tokio::test]
async fn what_a_draft_calls_configurations_is_not_what_a_redeploy_reads() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    let ignored =
        json!({ "configurations": [configured("calc", &[("MODE", "live")], &[("TOKEN", "other")])] });
    deployment.redeployed(ignored).await;
    shop.tells(&deployment, ["test", "main"], "first").await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_new_values_is_told_and_nothing_changes() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    let members = json!({
        "configurationValues": [
            configured("calc", &[("MODE", ""), ("NO", "1"), ("TOKEN", "x")], &[("TOKEN", ""), ("MODE", "x")]),
            configured("other", &[], &[]),
            configured("nobody", &[], &[]),
        ],
        "globalConfiguration": { "standardConfiguration": [{ "key": "SHOP", "value": "" }, { "key": "NO", "value": "" }] },
    });
    let expected = [
        "DeploymentEmptyRequiredApplicationConfigurationKey",
        "DeploymentUnknownApplicationConfigurationKey",
        "DeploymentUnknownApplicationConfigurationKey",
        "DeploymentEmptyRequiredApplicationConfigurationKey",
        "DeploymentUnknownApplicationConfigurationKey",
        "DeploymentApplicationDoNotBelong",
        "DeploymentUnknownApplicationConfiguration",
        "DeploymentEmptyRequiredGlobalConfigurationKey",
        "DeploymentUnknownGlobalConfigurationKey",
    ];
    refused(&deployment, members, &expected).await.says("actions[0]").says("'other' does not belong");
    refused(&deployment, calc(&[("MODE", "a"), ("MODE", "b")], &[]), &["InvalidJsonInput"]).await;
    shop.tells(&deployment, ["test", "main"], "first").await;
}

#[tokio::test]
async fn a_newer_connector_brings_its_keys_and_topic_and_leaves_the_url() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    let (url, topic) =
        (deployment.url("calc").await, deployment.application("changes").await["topic"].clone());
    let needs_more = SPECIFICATION.replace(
        "        - { key: NOTE, description: anything }\n",
        "        - { key: LEVEL, description: new, required: true }\n",
    );
    deployment.redeployed(calc(&[("NOTE", "kept until it is gone")], &[])).await;
    let topic_again = deployment.application("changes").await["topic"].clone();
    assert_ne!(topic, topic_again, "every build has a topic of its own");
    shop.publish("v2", &needs_more).await;
    let update = json!({ "updateConnector": true });
    let failure = refused(&deployment, update.clone(), &["DeploymentConnectorUpdateFailure"]).await;
    failure.says(&deployment.id).says(&shop.connector.id).says("'LEVEL'");
    shop.tells(&deployment, ["test", "main"], "first").await;
    let mut given = calc(&[("LEVEL", "7")], &[]);
    given["updateConnector"] = true.into();
    deployment.redeployed(given).await.has(json!({ "connector": { "version": 2 } }));
    let standard = json!([{ "key": "LEVEL", "value": "7" }, { "key": "MODE", "value": "test" }]);
    assert_eq!(deployment.application("calc").await["standardConfiguration"], standard, "NOTE is dropped");
    assert_eq!(deployment.url("calc").await, url);
    let third = deployment.application("changes").await["topic"].clone();
    assert!(third != topic && third != topic_again, "{third}");
    // Where there is nothing newer, it is the same again.
    deployment.redeployed(update).await.has(json!({ "connector": { "version": 2 } }));
    shop.tells(&deployment, ["test", "main"], "first").await;
}

#[tokio::test]
async fn a_redeploy_that_fails_leaves_what_answered() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    let (url, topic) =
        (deployment.url("calc").await, deployment.application("changes").await["topic"].clone());
    // What is wrong shows only with the values: nothing says what LATER is.
    let later = SPECIFICATION.replace("endpoint: /changes\n", "endpoint: /changes\n    configuration:\n      standardConfiguration:\n        - { key: LATER, description: optional }\n");
    let broken = archive(&later, &shop.server).flow("changes", &definitions::telling("LATER"));
    shop.repository.push("v2", &broken);
    shop.connector.publish_at("v2").await;
    let mut both = calc(&[("MODE", "live")], &[("TOKEN", "second")]);
    both["updateConnector"] = true.into();
    deployment.redeploy(both).await.expect(201);
    let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
    let error =
        entry(&failed, "'LATER' has no value").unwrap_or_else(|| failed.fail("why should be in the report"));
    assert_eq!((&error["type"], &error["application"]), (&json!("Error"), &json!("changes")), "{failed}");
    shop.tells(&deployment, ["test", "main"], "first").await;
    assert_eq!(deployment.url("calc").await, url);
    assert_eq!(deployment.application("changes").await["topic"], topic);
    // The way out is a version that works. What was given before is not lost.
    shop.publish("v3", SPECIFICATION).await;
    let mended = deployment.redeployed(json!({ "updateConnector": true })).await;
    mended.has(json!({ "connector": { "version": 3 } }));
    shop.tells(&deployment, ["live", "main"], "second").await;
}

#[tokio::test]
async fn a_deployment_does_one_thing_at_a_time() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    let workshop = Workshop::of(&project).await;
    let asked = workshop.ask_connector(&deployment.id, OperationKind::Redeploy { skip_scripts: false }).await;
    let both = async |words: &str| {
        let code = "DeploymentInvalidStatusTransition";
        refused(&deployment, json!({}), &[code]).await.says(words);
        project.delete(&deployment.path()).await.expect(400).error(code).says(words);
    };
    both("Already queued").await;
    // A stale version is told before the status.
    let stale = json!({ "version": 1, "actions": [{ "action": "redeploy" }] });
    let conflict = project.post(&deployment.path(), stale).await.expect(409).error("ConcurrentModification");
    let current = deployment.get().await.version();
    assert_eq!(conflict.errors()[0]["expectedVersion"], 1, "{conflict}");
    assert_eq!(conflict.errors()[0]["currentVersion"], current, "{conflict}");
    workshop.deliver_and_kill(&asked, worker::Stage::Acquire).await;
    both("Already deploying").await;
    workshop.outlive_leases();
    workshop.deliver(&asked).await;
    deployment.get().await.has(json!({ "status": "Deployed" }));
    let asked = workshop.ask_connector(&deployment.id, OperationKind::Undeploy { skip_scripts: false }).await;
    both("Already undeploying").await;
    workshop.deliver(&asked).await;
    deployment.gone().await;
}

#[tokio::test]
async fn an_update_is_one_redeploy_or_nothing() {
    let project = Project::new().await;
    let shop = Shop::open(&project).await;
    let deployment = shop.deployment().await;
    let before = deployment.get().await;
    let version = before.version();
    let update = async |actions: Value| {
        project.post(&deployment.path(), json!({ "version": version, "actions": actions })).await
    };
    update(json!([])).await.expect(201).has(json!({ "version": version, "status": "Deployed" }));
    for actions in [
        json!([{ "action": "redeploy" }, { "action": "redeploy" }]),
        json!([{ "action": "rollback" }]),
        json!([{ "skipScripts": true }]),
        json!([{ "action": "redeploy", "configurationValues": {} }]),
        json!("redeploy"),
    ] {
        update(actions).await.expect(400).error("InvalidJsonInput");
    }
    project.post(&deployment.path(), json!({ "actions": [] })).await.expect(400).error("InvalidJsonInput");
    assert_eq!(deployment.get().await.body, before.body);
}
