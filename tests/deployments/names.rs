use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::{Client, Project};

const NAME: &str = "Ada Łovelace ✓";

/// A new API client that may do everything, and how it is written into what it does.
async fn ada(project: &Project, kind: &str) -> (String, Client, Value) {
    let draft = json!({ "name": NAME, "kind": kind, "scopes": ["manage_project"], "environment": null });
    let made = project.post("/api-clients", draft).await.expect(201);
    let id = made.id();
    let presented = if kind == "apiKey" {
        made.text("/apiKey")
    } else {
        let secret = made.text("/clientSecret");
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let request = project.outside(Method::POST, "/oauth/token").body(form);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        format!("Bearer {}", project.send(request).await.expect(200).text("/access_token"))
    };
    let written = json!({ "id": format!("client:{id}"), "name": NAME });
    (id, project.presenting(Some(&presented)), written)
}

#[tokio::test]
async fn who_released_deployed_enabled_and_ran_is_told_by_name_when_the_key_is_gone() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    for kind in ["apiKey", "clientCredentials"] {
        let flow = project.flow_with(json!({})).await.saved().await;
        let (id, ada, name) = ada(&project, kind).await;
        ada.post(&flow.releases(), json!({ "description": "by Ada" })).await.expect(201);
        let draft =
            json!({ "flow": flow.id, "release": 1, "environment": staging.id, "description": "by Ada" });
        let deployment = ada.post("/flow-deployments", draft).await.expect(201).id();
        let deployment = project.deployment(&deployment);
        let deployed = deployment.settled().await;
        deployed.has(json!({ "createdBy": name, "enabledBy": name, "operation": { "requestedBy": name } }));
        deployment.update(json!({ "action": "disable" })).await.expect(200).lacks("enabledBy");
        let version = deployment.get().await.version();
        let enable = json!({ "version": version, "actions": [{ "action": "enable" }] });
        ada.post(&deployment.path(), enable).await.expect(200);
        let run = json!({ "flow": flow.id, "environment": staging.id });
        let run = ada.post("/runs", run).await.expect(201).id();

        project.delete(&format!("/api-clients/{id}")).await.expect(200);

        let history = project.get(&flow.releases()).await.expect(200);
        assert_eq!(history["results"][0]["createdBy"], name, "{history}");
        project.get(&format!("{}/1", flow.releases())).await.expect(200).has(json!({ "createdBy": name }));
        let told = json!({ "createdBy": name, "lastModifiedBy": name, "enabledBy": name });
        deployment.get().await.has(told.clone());
        let history = project.get(&format!("/flow-deployments?flow={}", flow.id)).await.expect(200);
        for member in ["createdBy", "lastModifiedBy", "enabledBy"] {
            assert_eq!(history["results"][0][member], name, "{history}");
        }
        project.get(&format!("/runs/{run}")).await.expect(200).has(json!({ "startedBy": name }));
        let page = project.get("/api/v1/flow-version-deployments?include=user,enabledBy").await.expect(200);
        let user = json!({ "id": id, "name": NAME });
        assert_eq!((&page["data"][0]["user"], &page["data"][0]["enabledBy"]), (&user, &user), "{page}");
        deployment.undeploy().await;
    }
}
