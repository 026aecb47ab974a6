//! Integrations: what holds flows.

use serde_json::json;

use crate::harness::Project;

#[tokio::test]
async fn standalone_flows_is_there_from_the_start_and_stays() {
    let project = Project::new().await;
    let path = format!("/integrations/{}", project.standalone_flows);
    for address in [&path, "/integrations/key=standalone-flows"] {
        project.get(address).await.expect(200).has(json!({
            "id": project.standalone_flows,
            "name": "Standalone flows",
            "builtIn": true,
            "flowCount": 0,
        }));
        project.delete(address).await.expect(400).error("IntegrationBuiltIn").says("Standalone flows");
    }
    project.get("/integrations").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn an_integration_is_made_changed_and_found() {
    let project = Project::new().await;
    let draft = json!({ "key": "orders", "name": "Orders", "description": "from shop to warehouse" });
    let made = project.post("/integrations", draft.clone()).await.expect(201).has(draft.clone());
    let made = made.has(json!({ "builtIn": false, "flowCount": 0, "deployedRoutes": 0, "version": 1 }));
    project.post("/integrations", draft).await.expect(400).error("DuplicateField");
    let path = format!("/integrations/{}", made.id());
    let actions = json!([{ "action": "setName", "name": "All orders" }, { "action": "setDescription" }]);
    let changed = project.post(&path, json!({ "version": 1, "actions": actions })).await.expect(200);
    let changed = changed.has(json!({ "name": "All orders", "version": 2 })).lacks("description");
    assert_eq!(project.get("/integrations/key=orders").await.expect(200).body, changed.body);
    let listed = project.get("/integrations").await.expect(200);
    assert_eq!(listed.each("name"), ["All orders", "Standalone flows"]);
}

#[tokio::test]
async fn an_integration_goes_with_its_flows() {
    let project = Project::new().await;
    let orders = project.integration("orders").await;
    let path = format!("/integrations/{orders}");
    let flow = project.flow_with(json!({ "integration": "key=orders", "key": "import" })).await;
    project.flow_with(json!({ "integration": orders })).await;
    let elsewhere = project.flow_with(json!({})).await;
    project.get(&path).await.expect(200).has(json!({ "flowCount": 2 }));
    let held = project.get(&format!("/flows?integration={orders}")).await.expect(200);
    held.has(json!({ "count": 2, "total": 2 }));

    project.delete(&path).await.expect(200).has(json!({ "id": orders }));
    project.get(&path).await.expect(404).error("ResourceNotFound");
    project.get(&flow.path()).await.expect(404).error("ResourceNotFound");
    elsewhere.get().await;
    project.get("/flows").await.expect(200).has(json!({ "total": 1 }));
    // Both keys are free again.
    project.integration("orders").await;
    project.flow_with(json!({ "key": "import" })).await;
}

#[tokio::test]
async fn an_integration_with_a_deployed_flow_stays() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let path = format!("/integrations/{}", project.integration("orders").await);
    let flow = project.flow_with(json!({ "integration": "key=orders" })).await.saved().await;
    let bystander = project.flow_with(json!({ "integration": "key=orders" })).await;
    let deployment = flow.deploy(flow.release("first").await, &staging).await;
    project.get(&path).await.expect(200).has(json!({ "flowCount": 2, "deployedRoutes": 1 }));
    project.delete(&path).await.expect(400).error("EntityInUse").says("undeploy");
    bystander.get().await;
    deployment.undeploy().await;
    project.get(&path).await.expect(200).has(json!({ "deployedRoutes": 0 }));
    project.delete(&path).await.expect(200);
}

#[tokio::test]
async fn a_deletion_and_a_deployment_at_the_same_time_lose_nothing_halfway() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    for turn in 0..4 {
        let orders = project.integration(&format!("orders-{turn}")).await;
        let path = format!("/integrations/{orders}");
        for _ in 0..5 {
            project.flow_with(json!({ "integration": orders })).await;
        }
        let flow = project.flow_with(json!({ "integration": orders })).await.saved().await;
        let release = flow.release("first").await;
        let draft = json!({
            "flow": flow.id, "release": release, "environment": staging.id, "description": "at the same time",
        });
        let at_first = format!("{path}?version=1");
        let (deleted, deployed) =
            tokio::join!(project.delete(&at_first), project.post("/flow-deployments", draft));
        if deleted.status == 200 {
            assert!([400, 404].contains(&deployed.status), "{deployed}");
            project.get(&path).await.expect(404);
            project.get(&flow.path()).await.expect(404);
        } else {
            deleted.expect(400).error("EntityInUse").says("undeploy");
            let deployment = project.deployment(&deployed.expect(201).id());
            project.get(&path).await.expect(200).has(json!({ "flowCount": 6, "version": 1 }));
            deployment.settled().await;
            deployment.undeploy().await;
            project.delete(&at_first).await.expect(200);
        }
    }
    project.get("/flows").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn a_flow_moves_to_another_integration() {
    let project = Project::new().await;
    let (orders, stock) = (project.integration("orders").await, project.integration("stock").await);
    let flow = project.flow_with(json!({ "integration": orders })).await;
    let to_stock = json!([{ "action": "moveToIntegration", "integration": "key=stock" }]);
    flow.update(to_stock).await.expect(200).has(json!({ "integration": stock, "version": 2 }));
    for (integration, count) in [(&orders, 0), (&stock, 1)] {
        let path = format!("/integrations/{integration}");
        project.get(&path).await.expect(200).has(json!({ "flowCount": count }));
        let held = project.get(&format!("/flows?integration={integration}")).await.expect(200);
        held.has(json!({ "count": count, "total": count }));
    }
    let nowhere = json!([{ "action": "moveToIntegration", "integration": "key=nowhere" }]);
    let refused = flow.update(nowhere).await.expect(400).error("FieldValueNotFound").says("actions[0]");
    assert_eq!(refused.errors()[0]["value"], "key=nowhere", "{refused}");
    flow.get().await.has(json!({ "integration": stock, "version": 2 }));
}
