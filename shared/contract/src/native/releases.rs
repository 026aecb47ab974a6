//! Releases of flows.

use domain::deployment::Deployment;
use domain::flow::{FlowKind, Trigger};
use domain::ids::{DeploymentId, FlowId};
use domain::lifecycle::Status;
use domain::metadata::{Principal, Timestamp};
use domain::payload::{Digest, Payload};
use domain::placement::Placement;
use domain::release::{Release, ReleaseId};
use domain::route::Route;
use domain::text::Description;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Reference;

/// A release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Release")]
pub struct ReleaseView {
    /// `{flow}.{number}`: names the release across flows.
    pub id: ReleaseId,
    /// The flow it was made of.
    pub flow: FlowId,
    /// Counts from 1 per flow; never reused.
    pub number: u32,
    /// Description of the release, as given when it was made.
    pub description: Description,
    /// Time of creation.
    pub created_at: Timestamp,
    /// The client that created it.
    pub created_by: Principal,
    /// Kind of the flow.
    pub kind: FlowKind,
    /// Trigger.
    pub trigger: Trigger,
    /// Address of everything that the release froze.
    pub digest: Digest,
    /// Size of that in bytes, in canonical form.
    pub size: u64,
    /// Address of the definition alone: equal to that of a flow's copy when it is the same definition.
    pub definition_digest: Digest,
    /// The environments in which it answers now.
    pub deployed_in: Vec<DeployedIn>,
}

/// An environment in which a release answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeployedIn {
    /// The environment; `null` for everywhere.
    pub environment: Placement,
    /// The deployment that put it there.
    pub deployment: DeploymentId,
}

impl ReleaseView {
    /// The view of a release, given every route of its flow.
    pub fn new(release: Release, routes: &[Route]) -> Self {
        let Payload { digest, size } = release.payload;
        Self {
            id: ReleaseId { flow: release.flow, number: release.number },
            flow: release.flow,
            number: release.number,
            description: release.description,
            created_at: release.created_at,
            created_by: release.created_by,
            kind: release.kind,
            trigger: release.trigger,
            digest,
            size,
            definition_digest: release.definition_digest,
            deployed_in: deployed_in(release.number, routes),
        }
    }
}

fn deployed_in(release: u32, routes: &[Route]) -> Vec<DeployedIn> {
    let answers = |route: &Route| {
        let entry = route.answering().filter(|entry| entry.release == release)?;
        Some(DeployedIn { environment: route.placement, deployment: entry.deployment })
    };
    routes.iter().filter_map(answers).collect()
}

/// A release that was just made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CreatedRelease")]
pub struct CreatedReleaseView {
    /// The release.
    #[serde(flatten)]
    pub release: ReleaseView,
    /// The flow's version now that the release counts; the next update of the flow names it.
    pub flow_version: u64,
    /// The deployment that was asked for along with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<StartedDeployment>,
}

/// A deployment that was just asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StartedDeployment {
    /// Its id: `GET /{projectKey}/flow-deployments/{id}` shows how it goes on.
    pub id: DeploymentId,
    /// Status.
    pub status: Status,
}

impl From<Deployment> for StartedDeployment {
    fn from(deployment: Deployment) -> Self {
        Self { id: deployment.id, status: deployment.status }
    }
}

/// A release to be made.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReleaseDraft {
    /// The flow versions in the package.
    pub description: Description,
    /// Deploy it right away. Needs the scope `manage_flow_deployments` as well.
    pub deploy: Option<DeployDraft>,
}

/// The environment to deploy a new release to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DeployDraft {
    /// The environment.
    pub environment: Reference,
    /// Why; it stays in the deployment history.
    pub description: Description,
}

#[cfg(test)]
mod tests {
    use domain::ids::{BuildId, EnvironmentId};
    use domain::route::RouteEntry;
    use uuid::Uuid;

    use super::*;

    const SOME: Uuid = Uuid::from_u128(1);

    fn route(environment: u128, entries: &[(u32, i32)], retained: &[(u32, i32)]) -> Route {
        let entry = |(release, priority): &(u32, i32)| RouteEntry {
            deployment: DeploymentId::new(SOME),
            release: *release,
            build: BuildId::new(SOME),
            state_machine: String::new(),
            express: false,
            trigger: Trigger::None,
            priority: *priority,
            enabled: None,
            provisioned: true,
            request: 0,
            off: None,
        };
        Route {
            entries: entries.iter().map(entry).collect(),
            retained: retained.iter().map(entry).collect(),
            ..Route::new(FlowId::new(SOME), EnvironmentId::new(Uuid::from_u128(environment)).into())
        }
    }

    #[test]
    fn a_release_is_deployed_where_it_answers_and_nowhere_else() {
        let routes = [
            route(1, &[(2, 0)], &[(1, 0)]),
            route(2, &[(1, 0), (2, 5)], &[]),
            route(3, &[(1, 0)], &[(2, 0)]),
            route(4, &[], &[]),
        ];
        let environments = |release| -> Vec<_> {
            deployed_in(release, &routes).into_iter().map(|place| place.environment).collect()
        };
        assert_eq!(environments(1), [routes[2].placement]);
        assert_eq!(environments(2), [routes[0].placement, routes[1].placement]);
        assert_eq!(environments(3), []);
    }
}
