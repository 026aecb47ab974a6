//! What a client sees of a flow-version deployment.

use contract::flow_versions::deployments::DeploymentView;
use domain::deployment::Deployment;
use store::Stored;

/// What a client sees of a stored deployment, with nothing included.
pub(crate) fn view(Stored { entity, derived }: &Stored<Deployment>) -> DeploymentView {
    let enabled = derived.enabled.as_ref().filter(|_| derived.active(entity.status));
    DeploymentView::of(entity, &derived.wishes, enabled)
}
