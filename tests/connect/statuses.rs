//! Every status, and what can be asked of a deployment in it.

use domain::connector_deployment::OperationKind;
use domain::lifecycle::Status;
use serde_json::{Value, json};

use super::greeters;
use crate::harness::{Archive, Client, ConnectorDeployment, Project, StagedConnector, definitions};
use crate::lifecycle::Workshop;

/// A connector whose service cannot be taken away as long as its script is run.
fn clinging() -> Archive {
    let specification = "deployAs:\n  - name: greeter\n    applicationType: service\n    endpoint: /greeter\n    \
                         scripts:\n      preUndeploy: teardown.asl.json\n";
    Archive::of(specification)
        .flow("greeter", &definitions::greeting())
        .file("greeter/teardown.asl.json", definitions::failing("No", "not yet").to_string())
}

/// A deployment of it in that status, at rest or known to nobody but the workshop.
async fn in_status<'p>(
    connector: &StagedConnector<'p>,
    workshop: &Workshop,
    status: Status,
) -> ConnectorDeployment<'p> {
    let deployment = connector.deploy(greeters()).await;
    let redeploy = OperationKind::Redeploy { skip_scripts: true };
    match status {
        Status::Deployed => {}
        Status::Draft | Status::Failed => workshop.set_connector_status(&deployment.id, status).await,
        Status::Queued => _ = workshop.ask_connector(&deployment.id, redeploy).await,
        Status::Deploying => {
            let task = workshop.ask_connector(&deployment.id, redeploy).await;
            workshop.deliver_and_kill(&task, worker::Stage::Acquire).await;
        }
        Status::Undeploying => {
            let undeploy = OperationKind::Undeploy { skip_scripts: true };
            workshop.ask_connector(&deployment.id, undeploy).await;
        }
        Status::UndeployFailed => {
            connector.project.delete(&deployment.path()).await.expect(202);
            deployment.settled().await;
        }
    }
    deployment.get().await.has(json!({ "status": status.as_str() }));
    deployment
}

#[tokio::test]
async fn each_status_allows_what_the_contract_says() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &clinging()).await;
    let workshop = Workshop::of(&project).await;
    for status in Status::ALL {
        let refusal = match status {
            Status::Queued => Some("Already queued"),
            Status::Deploying => Some("Already deploying"),
            Status::Undeploying => Some("Already undeploying"),
            _ => None,
        };
        let deployment = in_status(&connector, &workshop, *status).await;
        let (version, path) = (deployment.get().await.version(), deployment.path());
        // A stale version is told first, whatever the status.
        let stale = json!({ "version": version - 1, "actions": [{ "action": "redeploy" }] });
        let conflict = project.post(&path, stale).await.expect(409).error("ConcurrentModification");
        assert_eq!(conflict.errors()[0]["currentVersion"], version, "{status}: {conflict}");
        let deleted = project.delete(&format!("{path}?version={}", version + 1)).await.expect(409);
        deleted.error("ConcurrentModification");
        let redeploy = json!({ "version": version, "actions": [{ "action": "redeploy" }] });
        let asked = project.post(&path, redeploy).await;
        if let Some(words) = refusal {
            asked.expect(400).error("DeploymentInvalidStatusTransition").says(words);
            let deleted = project.delete(&format!("{path}?version={version}")).await.expect(400);
            deleted.error("DeploymentInvalidStatusTransition").says(words);
            deployment.get().await.has(json!({ "status": status.as_str(), "version": version }));
            continue;
        }
        asked.expect(201).has(json!({ "status": "Queued" }));
        deployment.settled().await.has(json!({ "status": "Deployed" }));
        let url = format!("{}/greeter", deployment.url("greeter").await);
        Client::call(&url, json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn whatever_rests_can_be_taken_away() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &clinging()).await;
    let workshop = Workshop::of(&project).await;
    for status in [Status::Draft, Status::Deployed, Status::Failed, Status::UndeployFailed] {
        let deployment = in_status(&connector, &workshop, status).await;
        let asked = project.delete(&deployment.path()).await.expect(202);
        asked.has(json!({ "status": "Undeploying", "id": deployment.id }));
        if status != Status::UndeployFailed {
            // Its script is run, and fails.
            let failed: Value = deployment.settled().await.has(json!({ "status": "UndeployFailed" })).body;
            assert!(failed.to_string().contains("not yet"), "{failed}");
            project.delete(&deployment.path()).await.expect(202);
        }
        deployment.gone().await;
    }
    project.delete(&connector.path()).await.expect(200);
}
