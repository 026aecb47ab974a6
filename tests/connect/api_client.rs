//! The API client that a connector asks for.

use serde_json::{Value, json};

use crate::harness::{
    Answer, Archive, Client, ConnectorDeployment, Listener, Project, StagedConnector, configured,
    definitions, entry,
};

const SPECIFICATION: &str = r"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
inheritAs:
  apiClient:
    scopes: [view_runs, view_integrations, manage_orders]
";

fn archive(server: &Listener) -> Archive {
    let mut flow =
        definitions::calling(&server.url(), json!({ "authorization": "Bearer ${secret.CTP_CLIENT_SECRET}" }));
    flow["States"]["Call"]["Output"] =
        json!({ "id": "${CTP_CLIENT_ID}", "project": "${CTP_PROJECT_KEY}", "scope": "${CTP_SCOPE}" });
    Archive::of(SPECIFICATION).flow("calc", &flow)
}

async fn clients(project: &Project) -> Answer {
    project.get("/api-clients?limit=100").await.expect(200)
}

/// Whether the project has a client of that id.
fn has_client(clients: &Answer, id: &Value) -> bool {
    clients.each("id").contains(id)
}

#[tokio::test]
async fn a_deployment_has_the_client_that_its_connector_asks_for() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let (_, connector) = StagedConnector::publishing(&project, &archive(&server)).await;
    let before = clients(&project).await.number("/total");
    let deployment = connector.deploy(json!([configured("calc", &[], &[])])).await;
    let seen = deployment.get().await;
    let seen = seen.has(json!({ "apiClient": { "scopes": ["view_integrations", "view_runs"] } }));
    let id = seen["apiClient"]["name"].clone();
    let warning = entry(&seen, "manage_orders").unwrap();
    assert_eq!(warning["type"], "Warning", "{seen}");
    let listed = clients(&project).await.has(json!({ "total": before + 1 }));
    assert!(has_client(&listed, &id), "{listed}");

    let url = format!("{}/calc", deployment.url("calc").await);
    let told =
        Client::call(&url, json!({})).await.expect(200).has(json!({ "id": id, "project": project.project }));
    let scope = told.text("/scope");
    assert!(
        scope.contains("view_runs") && scope.contains("view_integrations") && !scope.contains("orders"),
        "{scope}"
    );
    let secret = server.last("authorization").strip_prefix("Bearer ").unwrap().to_owned();
    assert!(!seen.plain.contains(&secret) && !listed.plain.contains(&secret));
    // It is a client like any other, with those scopes and no more.
    let nobody = project.presenting(None);
    let request = nobody.outside(reqwest::Method::POST, "/oauth/token");
    let request = request.basic_auth(id.as_str().unwrap(), Some(&secret));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let token = nobody.send(request.body("grant_type=client_credentials")).await.expect(200);
    let authorization = format!("Bearer {}", token.text("/access_token"));
    let bearer = project.presenting(Some(&authorization));
    bearer.get("/flows").await.expect(200);
    bearer.get("/environments").await.expect(403).error("AuthorizationError");

    // A redeploy keeps it.
    let again = deployment.redeployed(json!({})).await;
    assert_eq!(again["apiClient"], seen["apiClient"], "{again}");
    Client::call(&url, json!({})).await.expect(200).has(json!({ "id": id }));
    assert_eq!(server.last("authorization"), format!("Bearer {secret}"));
    clients(&project).await.has(json!({ "total": before + 1 }));
    deployment.undeploy().await;
    let left = clients(&project).await.has(json!({ "total": before }));
    assert!(!has_client(&left, &id), "{left}");
    let request = nobody.outside(reqwest::Method::POST, "/oauth/token");
    let request = request.basic_auth(id.as_str().unwrap(), Some(&secret));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    nobody.send(request.body("grant_type=client_credentials")).await.expect(401);
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let (_, connector) = StagedConnector::publishing(&project, &archive(&server)).await;
    let draft = connector.draft(json!([configured("calc", &[], &[])]));
    let without = project.client(&["manage_connectors_deployments"]).await;
    let refused = without.post("/deployments", draft.clone()).await.expect(403).error("AuthorizationError");
    refused.says("manage_api_clients");
    let before = clients(&project).await.number("/total");
    let lesser = project.client(&["manage_connectors_deployments", "manage_api_clients", "view_runs"]).await;
    let made = lesser.post("/deployments", draft).await.expect(201);
    assert!(entry(&made, "view_integrations").is_some(), "{made}");
    let listed = clients(&project).await.has(json!({ "total": before + 2 }));
    let client =
        listed["results"].as_array().unwrap().iter().find(|one| one["id"] == made["apiClient"]["name"]);
    assert_eq!(client.unwrap()["scopes"], json!(["view_runs"]), "{listed}");
    let deployment = ConnectorDeployment { project: &project, id: made.id() };
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    // Somebody deletes the client before the deployment goes: there is nothing in the way.
    let path = format!("/api-clients/{}", made["apiClient"]["name"].as_str().unwrap());
    project.delete(&path).await.expect(200);
    deployment.undeploy().await;
}
