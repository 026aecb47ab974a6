//! Lists of deployments.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{greeter, greeters};
use crate::harness::{ConnectorDeployment, Project, Repository, StagedConnector};

/// A connector that integrates with these.
async fn connector<'p>(project: &'p Project, types: &[&str]) -> StagedConnector<'p> {
    let repository = Repository::of(project).await;
    repository.push("v1", &greeter());
    let members = json!({ "integrationTypes": types });
    StagedConnector::with(project, &repository, "v1", members).await.published().await
}

async fn deployed<'p>(connector: &StagedConnector<'p>, key: &str, members: Value) -> ConnectorDeployment<'p> {
    let mut draft = connector.draft(greeters());
    draft["key"] = key.into();
    for (name, value) in members.as_object().unwrap() {
        draft[name] = value.clone();
    }
    ConnectorDeployment::ask(connector.project, draft).await
}

/// The deployments `d0` to `d4`, in this order: of a tax and shipping connector, and of one for payments.
async fn five(project: &Project) -> [ConnectorDeployment<'_>; 5] {
    let (tax, payments) =
        (connector(project, &["tax", "shipping"]).await, connector(project, &["psp"]).await);
    payments.check().await;
    let (production, preview) =
        (json!({ "type": "production" }), json!({ "connector": { "id": payments.id, "staged": true } }));
    let made = [
        deployed(&tax, "d0", json!({})).await,
        deployed(&tax, "d1", production).await,
        deployed(&payments, "d2", json!({})).await,
        deployed(&payments, "d3", preview).await,
        deployed(&tax, "d4", json!({})).await,
    ];
    // From here on the worker changes nothing.
    for deployment in &made {
        deployment.settled().await.has(json!({ "status": "Deployed" }));
    }
    made
}

#[tokio::test]
async fn a_list_is_paged_sorted_and_filtered() {
    let project = Project::new().await;
    let made = five(&project).await;
    for (query, keys, total) in [
        ("", vec!["d4", "d3", "d2", "d1", "d0"], 5),
        ("?sort=createdAt+asc", vec!["d0", "d1", "d2", "d3", "d4"], 5),
        ("?limit=2&offset=1", vec!["d3", "d2"], 5),
        ("?limit=0", vec![], 5),
        ("?offset=10000", vec![], 5),
        ("?limit=500&offset=0", vec!["d4", "d3", "d2", "d1", "d0"], 5),
        ("?sort=status&sort=key%20desc&limit=3", vec!["d4", "d3", "d2"], 5),
        ("?sort=key", vec!["d0", "d1", "d2", "d3", "d4"], 5),
        ("?integrationTypes=tax", vec!["d4", "d1", "d0"], 3),
        ("?integrationTypes=psp&integrationTypes=shipping", vec!["d4", "d3", "d2", "d1", "d0"], 5),
        ("?integrationTypes=giftcard", vec![], 0),
        ("?integrationTypes=tax&deploymentType=production", vec!["d1"], 1),
        ("?deploymentType=preview", vec!["d3"], 1),
        ("?deploymentType=sandbox&limit=1&offset=1&sort=key", vec!["d2"], 3),
        ("?unknown=1", vec!["d4", "d3", "d2", "d1", "d0"], 5),
    ] {
        let page = project.get(&format!("/deployments{query}")).await.expect(200);
        assert_eq!(page.each("key"), keys, "{page}");
        page.has(json!({ "count": keys.len(), "total": total }));
    }
    let page = project.get("/deployments?limit=2&offset=1").await.expect(200);
    let page = page.has(json!({ "limit": 2, "offset": 1, "count": 2 }));
    let [_, _, second, ..] = &made;
    assert_eq!(page["results"][1], second.get().await.body, "a result is what a GET answers");
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let project = Project::new().await;
    for (query, word) in [
        ("limit=501", "'limit'"),
        ("limit=-1", "'limit'"),
        ("limit=many", "'limit'"),
        ("offset=10001", "'offset'"),
        ("offset=1.5", "'offset'"),
        ("sort=colour", "'sort'"),
        ("sort=key%20sideways", "'sort'"),
        ("deploymentType=staging", "'deploymentType'"),
        ("integrationTypes=taxes", "'integrationTypes': \"taxes\" is no integration type; there are tax,"),
        ("integrationTypes=tax&integrationTypes=nothing", "'integrationTypes'"),
    ] {
        let refused = project.get(&format!("/deployments?{query}")).await.expect(400);
        let refused = refused.error("InvalidQueryParam").says(word);
        assert!(refused.errors()[0]["detailedErrorMessage"].is_string(), "{refused}");
    }
    let all = project.get("/deployments?limit=501&offset=-1&deploymentType=x").await.expect(400);
    assert_eq!(all.errors().len(), 3, "{all}");
}

#[tokio::test]
async fn a_deployment_is_addressed_by_its_id_and_by_its_key() {
    let project = Project::new().await;
    let connector = connector(&project, &[]).await;
    let deployment = deployed(&connector, "tax-sync", json!({})).await;
    let settled = deployment.settled().await;
    let by_key = project.get("/deployments/key=tax-sync").await.expect(200);
    assert_eq!(by_key.body, settled.body);
    project.get("/deployments/key=tax-sync/logs").await.expect(200).has(json!({ "next": "" }));
    let redeploy = json!({ "version": settled.version(), "actions": [{ "action": "redeploy" }] });
    project.post("/deployments/key=tax-sync", redeploy).await.expect(201).has(json!({ "id": deployment.id }));
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    for (path, status) in [
        ("key=nobody", 404),
        ("8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", 404),
        ("key=", 400),
        ("key=a", 400),
        ("key=a%20b", 400),
        ("tax-sync", 400),
    ] {
        let code = if status == 404 { "ResourceNotFound" } else { "InvalidPathParam" };
        for path in [path.to_owned(), format!("{path}/logs")] {
            project.get(&format!("/deployments/{path}")).await.expect(status).error(code);
        }
        project.delete(&format!("/deployments/{path}")).await.expect(status).error(code);
    }
    project.delete("/deployments/key=tax-sync").await.expect(202);
    deployment.gone().await;
    // The key is free at once, for another deployment.
    let next = deployed(&connector, "tax-sync", json!({})).await;
    assert_ne!(next.id, deployment.id);
    project.get("/deployments/key=tax-sync").await.expect(200).has(json!({ "id": next.id }));
}

#[tokio::test]
async fn totals_are_right_while_twenty_come_and_go() {
    let project = Project::new().await;
    let connector = connector(&project, &[]).await;
    let settled = deployed(&connector, "stays", json!({})).await;
    settled.settled().await;
    let keys: Vec<String> = (0..20).map(|number| format!("n{number}")).collect();
    let come_and_go = join_all(keys.iter().map(async |key| {
        let deployment = deployed(&connector, key, json!({})).await;
        deployment.settled().await.has(json!({ "status": "Deployed" }));
        project.get(&format!("/deployments/key={key}")).await.expect(200);
        deployment.undeploy().await;
        project.get(&format!("/deployments/key={key}")).await.expect(404);
    }));
    let watched = async {
        for _ in 0..40 {
            let page = project.get("/deployments?limit=500").await.expect(200);
            let total = page.number("/total");
            assert!((1..=21).contains(&total), "{page}");
        }
    };
    tokio::join!(come_and_go, watched);
    let left = project.get("/deployments?limit=500").await.expect(200).has(json!({ "total": 1, "count": 1 }));
    assert_eq!(left.each("key"), ["stays"]);
    settled.undeploy().await;
    project.get("/deployments").await.expect(200).has(json!({ "total": 0, "results": [] }));
    project.delete(&connector.path()).await.expect(200);
}
