//! What is asked of the deployments of a package before a worker takes the package up. The request has made them.

use domain::lifecycle::Status;
use domain::package::MemberDeployment;
use serde_json::{Value, json};
use worker::Done;

use super::packages::Pair;
use super::workshop::Task;
use crate::harness::Project;

impl Pair<'_> {
    /// Asks for a package of the second releases, as a request does. Returns the paths of its deployments, too.
    async fn request(&self) -> (Task, [String; 2]) {
        let task = self.ship([2, 2]).await;
        self.workshop.make_members(&task).await;
        let members = self.workshop.shipment(&task).await.members;
        let path = |member: &MemberDeployment| format!("/flow-deployments/{}", member.deployment);
        (task, [path(&members[0]), path(&members[1])])
    }

    /// What answers for each of the flows.
    async fn releases(&self) -> Vec<Value> {
        let mut releases = Vec::new();
        for flow in &self.flows {
            let path = format!("/triggers/{}/{}", self.environment.id, flow.id);
            releases.push(self.project.post(&path, json!({})).await.expect(200)["release"].clone());
        }
        releases
    }
}

#[tokio::test]
async fn a_flow_that_is_disabled_before_its_package_is_taken_up_stays_off() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let pair = Pair::set(&flows, "staging").await;
    let (task, [first, second]) = pair.request().await;
    for path in [&first, &second] {
        project.get(path).await.expect(200).has(json!({ "status": "Queued", "active": false }));
    }
    let disabled = project.post(&first, json!({ "actions": [{ "action": "disable" }] })).await.expect(200);
    disabled.has(json!({ "status": "Queued", "pending": { "enabled": false, "undeploy": false } }));
    assert_eq!(pair.workshop.deliver(&task).await, Done::Finished);
    assert_eq!(pair.workshop.shipment(&task).await.status, Status::Deployed);
    project.get(&first).await.expect(200).has(json!({ "status": "Deployed", "active": false }));
    project.get(&second).await.expect(200).has(json!({ "status": "Deployed", "active": true }));
    assert_eq!(pair.releases().await, [1, 2]);
    pair.tidy(&task).await;
}

#[tokio::test]
async fn a_package_of_which_a_flow_is_deleted_before_it_is_taken_up_fails_as_a_whole() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let pair = Pair::set(&flows, "staging").await;
    let (task, paths) = pair.request().await;
    let deleted = project.delete(&paths[0]).await.expect(202);
    deleted.has(json!({ "status": "Queued", "pending": { "undeploy": true } }));
    assert_eq!(pair.workshop.deliver(&task).await, Done::Finished);
    let shipment = pair.workshop.shipment(&task).await;
    assert_eq!(shipment.status, Status::Failed);
    let report = shipment.build.report.entries.iter().filter_map(|entry| entry.message.as_deref());
    assert!(
        report.clone().any(|words| words.contains("was undeployed meanwhile")),
        "{:?}",
        report.collect::<Vec<_>>()
    );
    for path in &paths {
        project.get(path).await.expect(404);
    }
    assert_eq!(pair.releases().await, [1, 1]);
    pair.tidy(&task).await;
}
