//! What a redeploy leaves of a configuration.

use super::block::Block;
use super::merge::{Absence, Merge, Slot};
use super::{ConfigurationDraft, ConfigurationProblem, Configured, ProblemCode};
use crate::connector::{ApplicationKind, ApplicationSpecification, Specification};
use crate::connector_deployment::{Application, ConnectorDeployment};

/// The deployment's configuration with the draft's merged into it.
pub(super) fn merged(
    deployment: &ConnectorDeployment,
    draft: ConfigurationDraft,
    newer: Option<&Specification>,
) -> Result<Configured, Vec<ConfigurationProblem>> {
    if let Some(newer) = newer {
        return moved(deployment, draft, newer);
    }
    let specification = &deployment.connector.specification;
    let slots = slots(deployment, specification, |_, application| application.clone());
    let merge = Merge::new(specification, slots, deployment.global.clone(), deployment.last_secret_version);
    let mut merge = merge.beside(deployed(deployment));
    merge.take(draft);
    merge.finish()
}

/// The same under another specification, which has to find there all that it needs.
fn moved(
    deployment: &ConnectorDeployment,
    draft: ConfigurationDraft,
    newer: &Specification,
) -> Result<Configured, Vec<ConfigurationProblem>> {
    let slots = slots(deployment, newer, |declared, application| fitted(application, declared, newer));
    let none_left =
        slots.is_empty() && !(newer.applications.is_empty() && deployment.applications.is_empty());
    let mut global = deployment.global.clone();
    Block::global(newer).retain(&mut global);
    let merge = Merge::new(newer, slots, global, deployment.last_secret_version);
    let mut merge = merge.beside(deployed(deployment));
    merge.take(draft);
    let reason = reason(deployment);
    if none_left {
        let words = format!("{reason}: it has none of the deployment's applications; make a new deployment");
        merge.refuse(ProblemCode::ConnectorUpdateFailure, words);
    }
    merge.complete(&Absence::OnUpdate(reason));
    merge.finish()
}

/// The deployment's applications that a specification has, in its order. One that was leaving, because a build that
/// failed was of a connector without it, stays after all.
fn slots<'a>(
    deployment: &ConnectorDeployment,
    specification: &'a Specification,
    keep: impl Fn(&ApplicationSpecification, &Application) -> Application,
) -> Vec<Slot<'a>> {
    let slot = |declared: &'a ApplicationSpecification| {
        let application = deployed(deployment).find(|application| application.name == declared.name)?;
        Some(Slot::new(declared, keep(declared, application)))
    };
    specification.applications.iter().filter_map(slot).collect()
}

/// Every application that is still there.
fn deployed(deployment: &ConnectorDeployment) -> impl Iterator<Item = &Application> {
    deployment.applications.iter().chain(&deployment.leaving)
}

/// What a newer specification leaves of an application. Values stay, also those that were a default once: nobody can
/// tell a default from the same value given.
fn fitted(
    application: &Application,
    declared: &ApplicationSpecification,
    newer: &Specification,
) -> Application {
    let mut application = application.clone();
    Block::of(&declared.name, &declared.keys, newer).retain(&mut application.configuration);
    application.schedule = application.schedule.filter(|_| declared.kind == ApplicationKind::Job);
    application.retry_policy = application.retry_policy.filter(|_| declared.kind == ApplicationKind::Event);
    application
}

/// What failed, for whom: the beginning of every message about it.
fn reason(deployment: &ConnectorDeployment) -> String {
    let or_id = |key: Option<&crate::text::Key>, id: String| key.map_or(id, ToString::to_string);
    let name = or_id(deployment.key.as_ref(), deployment.id.to_string());
    let connector = or_id(deployment.connector.key.as_ref(), deployment.connector.id.to_string());
    format!("The deployment '{name}' cannot be moved to the newest version of the connector '{connector}'")
}
