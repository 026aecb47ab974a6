//! What enabling and disabling have in common: the deployment that the path names is switched, and nothing else about it
//! changes.

use api::collection::Data;
use api::{ApiError, Call, NoBody};
use app::amend::amend;
use contract::flow_versions::deployments::DeploymentView;
use domain::amendment::{Amendment, Wanted};
use domain::deployment::Deployment;
use runtime::Context;

use crate::found::{self, VersionDeployment};
use crate::representation;

/// Switches it.
///
/// # Errors
///
/// Those of [`found::deployment`] and [`amend`].
pub(crate) async fn switched(
    context: &Context,
    call: &Call<NoBody, VersionDeployment>,
    wanted: Wanted,
) -> Result<Data<DeploymentView>, ApiError> {
    let project = context.project_of(call);
    let id = call.path.deployment;
    let wanted = Amendment { switch: Some(wanted), ..Amendment::default() };
    let meant = |deployment: &Deployment| found::is_meant(&call.path, deployment);
    let stored = amend(context, &project, id, &wanted, &meant, &call.actor.principal).await?;
    Ok(Data { data: representation::view(&stored) })
}
