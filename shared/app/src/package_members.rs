//! Making the deployments of a package that is deployed: in the request, so that what its answer names is there, or by
//! the worker, where the request came no further.

use domain::deploy::Deploy;
use domain::deployment::{Deployment, Request};
use domain::flow::Flow;
use domain::ids::DeploymentId;
use domain::package::{MemberDeployment, Package, PackageDeployment};
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::text::Description;
use domain::work::Worked;
use futures::future::try_join_all;
use runtime::Context;
use store::{ProjectStore, StoreError};

use crate::operation::request;

/// Maximum number of deployments that are made in one transaction. Each takes up to nine of the hundred writes.
const AT_ONCE: usize = 10;

/// Makes the deployments of a package that was asked for a moment ago, so that the answer names what is there. What cannot
/// be made now is not named, and left to the worker.
pub async fn make_members_now(
    context: &Context,
    project: &ProjectStore,
    made: &mut PackageDeployment,
    package: &Package,
) {
    let making = match package.description() {
        Ok(description) => {
            let making = make_members(context, project, made, &description, 0).await;
            making.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    if let Err(cause) = making {
        tracing::warn!(id = %made.id, cause, "deployments of a package are left to the worker to be made");
    }
}

/// Makes the deployments of a package that are not made yet. They are switched off, whatever becomes of them, until the
/// package is switched on. `held` is the epoch of the worker's lease, or 0 before any worker has taken the package up.
///
/// # Errors
///
/// Those of the table. `package` is as it is stored then: it says which deployments were made.
pub async fn make_members(
    context: &Context,
    project: &ProjectStore,
    package: &mut PackageDeployment,
    description: &Description,
    held: u64,
) -> Result<(), StoreError> {
    while !package.made {
        let mut next = package.clone();
        let members = package.unmade_members().take(AT_ONCE);
        let made = members.map(|member| deployment(context, project, package, (member, description)));
        let made = try_join_all(made).await?;
        next.note_made(&made.iter().map(|made| made.id).collect::<Vec<DeploymentId>>());
        if next.made {
            let words = format!("Releases: {}", next.members.len());
            next.report(
                EntryType::Information,
                ReportCode::PackageResolved.title(),
                Some(words),
                context.clock.now(),
            );
        }
        project.create_members(&made, &next, held).await?;
        *package = next;
    }
    Ok(())
}

/// The deployment of a member. It was asked for when the package was.
async fn deployment(
    context: &Context,
    project: &ProjectStore,
    package: &PackageDeployment,
    (made, description): (&MemberDeployment, &Description),
) -> Result<Deployment, StoreError> {
    let MemberDeployment { member, deployment, request_number, .. } = *made;
    let flow = project.get_by_id::<Flow>(member.flow.uuid()).await?.entity;
    let wanted = Deploy {
        priority: member.priority,
        disabled: true,
        ..Deploy::new(&flow, member.release, package.placement, description.clone())
    };
    let asked = &package.operation;
    let request = Request { at: asked.requested_at, ..request(context, &asked.requested_by) };
    let made = wanted.deployment(deployment, Some(package.package), &request);
    Ok(Deployment { request_number, ..made })
}
