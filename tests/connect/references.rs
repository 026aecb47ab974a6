//! Which connectors a project may deploy.

use serde_json::{Value, json};

use super::{greeter, greeters};
use crate::harness::{Answer, ConnectorDeployment, Project, Repository, Stack, StagedConnector};

/// What comes of deploying what `connector` refers to.
async fn deploy(project: &Project, connector: Value) -> Answer {
    let draft = json!({ "connector": connector, "configurations": greeters(), "region": "us-central1.gcp" });
    project.post("/deployments", draft).await
}

/// The reference leads nowhere for this project, and nothing was written.
async fn leads_nowhere(project: &Project, connector: Value) {
    let answer = deploy(project, connector.clone()).await.about(&connector.to_string()).expect(400);
    answer.error("ConnectorReferenceNotFound").says("that this project may deploy");
    project.get("/deployments").await.expect(200).has(json!({ "total": 0 }));
}

/// A staged connector with a key.
async fn keyed<'p>(project: &'p Project, key: &str, members: Value) -> StagedConnector<'p> {
    let repository = Repository::of(project).await;
    repository.push("v1", &greeter());
    let mut members = members;
    members["key"] = key.into();
    StagedConnector::with(project, &repository, "v1", members).await
}

fn fresh_key(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}

fn invited(project: &Project) -> String {
    format!("us-central1.gcp:{}", project.project)
}

#[tokio::test]
async fn a_reference_has_to_be_right_in_everything_it_says() {
    let project = Project::new().await;
    let (one, other) = (fresh_key("one"), fresh_key("other"));
    let first = keyed(&project, &one, json!({})).await;
    let nobody = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
    // Staged, and not published yet.
    leads_nowhere(&project, json!({ "id": first.id })).await;
    leads_nowhere(&project, json!({ "key": one })).await;
    let first = first.published().await;
    let second = keyed(&project, &other, json!({})).await.published().await;
    for connector in [
        json!({ "id": nobody }),
        json!({ "key": fresh_key("nobody") }),
        json!({ "id": nobody, "staged": true }),
        json!({ "key": fresh_key("nobody"), "staged": true }),
        json!({ "id": first.id, "key": other }),
        json!({ "id": second.id, "key": one }),
        json!({ "id": first.id, "version": 3 }),
        json!({ "key": one, "version": 7 }),
        json!({ "id": first.id, "staged": true, "version": 4711 }),
    ] {
        leads_nowhere(&project, connector).await;
    }
    for connector in [json!({}), json!({ "staged": false }), json!({ "id": "no-id" }), json!({ "key": "!" })]
    {
        deploy(&project, connector).await.expect(400).error("InvalidJsonInput");
    }
    for connector in [
        json!({ "id": first.id }),
        json!({ "key": one, "version": 1 }),
        // That of the staged connector, which is what its author was told.
        json!({ "key": one, "version": first.get().await.version() }),
        json!({ "id": first.id, "key": one }),
    ] {
        let made = deploy(&project, connector).await.expect(201);
        made.has(json!({ "connector": { "id": first.id, "key": one, "version": 1 } }));
    }
}

#[tokio::test]
async fn a_private_connector_is_deployed_by_those_who_were_invited() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let key = fresh_key("private");
    let staged = keyed(&mine, &key, json!({})).await.published().await;
    let reference = json!({ "id": staged.id });
    leads_nowhere(&theirs, reference.clone()).await;
    leads_nowhere(&theirs, json!({ "key": key })).await;
    leads_nowhere(&theirs, json!({ "id": staged.id, "staged": true })).await;
    let invite = json!([{ "action": "addPrivateProject", "privateProject": invited(&theirs) }]);
    let staged_now = staged.update(invite).await.expect(201);
    staged_now.has(json!({ "privateProjects": [invited(&theirs)] }));
    staged.publish(false).await.has(json!({ "status": "Published" }));
    let deployment = ConnectorDeployment {
        project: &theirs,
        id: deploy(&theirs, reference.clone()).await.expect(201).id(),
    };
    deployment.settled().await.has(json!({ "status": "Deployed", "connector": { "id": staged.id } }));
    theirs.get(&format!("/connectors/{}", staged.id)).await.expect(200);

    // Who is no longer invited keeps what is deployed, and cannot deploy again.
    let uninvite = json!([{ "action": "removePrivateProject", "privateProject": invited(&theirs) }]);
    staged.update(uninvite).await.expect(201);
    staged.publish(false).await.has(json!({ "status": "Published" }));
    let refused = deploy(&theirs, reference).await.expect(400);
    refused.error("ConnectorReferenceNotFound");
    deployment.redeployed(json!({})).await;
    let refused = deployment.redeploy(json!({ "updateConnector": true })).await.expect(400);
    refused.error("DeploymentConnectorUpdateFailure").says(&deployment.id).says(&staged.id);
    mine.delete(&staged.path()).await.expect(400).error("EntityInUse");
    deployment.undeploy().await;
    mine.delete(&staged.path()).await.expect(200);
}

#[tokio::test]
async fn a_preview_is_for_those_who_were_invited_as_well() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let members = json!({ "privateProjects": [invited(&theirs)] });
    let staged = keyed(&mine, &fresh_key("preview"), members).await;
    let reference = json!({ "id": staged.id, "staged": true });
    let refused = deploy(&theirs, reference.clone()).await.expect(400);
    refused.error("ConnectorStagedNotPreviewable").says("updatePreviewable");
    staged.check().await.has(json!({ "isPreviewable": "true" }));
    deploy(&theirs, reference).await.expect(201).has(json!({ "type": "preview", "preview": true }));
    leads_nowhere(&Project::new().await, json!({ "id": staged.id, "staged": true })).await;
}

#[tokio::test]
async fn a_certified_connector_is_everybodys_until_it_is_unlisted() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let staged = keyed(&mine, &fresh_key("certified"), json!({})).await;
    let reference = json!({ "id": staged.id });
    staged.publish(true).await.has(json!({ "status": "ReadyForCertification" }));
    leads_nowhere(&theirs, reference.clone()).await;
    let order = json!({ "project": mine.project, "connector": staged.id, "decision": "certify" });
    let decided = Stack::get().invoke("staged-connectors.certify", &order).await;
    assert!(!decided.failed, "{:#}", decided.payload);
    staged.get().await.has(json!({ "status": "Published", "private": false }));
    let made = deploy(&theirs, reference.clone()).await.expect(201);
    let made = made.has(json!({ "connector": { "certified": true } }));
    let deployment = ConnectorDeployment { project: &theirs, id: made.id() };
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    staged.update(json!([{ "action": "unlist" }])).await.expect(201).has(json!({ "alreadyListed": false }));
    let refused = deploy(&theirs, reference).await.expect(400);
    refused.error("ConnectorReferenceNotFound");
    theirs.get(&format!("/connectors/{}", staged.id)).await.expect(404);
    deployment.redeployed(json!({})).await;
}
