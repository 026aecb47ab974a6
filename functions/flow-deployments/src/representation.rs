//! What a client sees of a flow deployment.

use contract::native::flow_deployments::FlowDeploymentView;
use domain::deployment::Deployment;
use domain::text::ProjectKey;
use store::Stored;

/// What a caller who reaches the API at `base_url` sees of a stored deployment.
pub(crate) fn view(stored: Stored<Deployment>, project: &ProjectKey, base_url: &str) -> FlowDeploymentView {
    let Stored { entity: deployment, derived } = stored;
    let active = derived.active(deployment.status);
    let enabled = derived.enabled.filter(|_| active);
    FlowDeploymentView::new(deployment, &derived.wishes, enabled, project, base_url)
}
