//! Retiring state machines: deleting one ends what runs on it, so what may still be used waits for the sweeper.

use app::machines::{remove, runs_are_over};
use domain::deployment::Deployment;
use runtime::Context;
use store::ProjectStore;
use worker::JobError;

/// How long a state machine may go on that nothing leads to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetirePolicy {
    /// Not at all: its deployment is being taken away, or nothing ever led to it.
    Now,
    /// Until nothing runs on it. Not right after the switch: a run that started a moment before is not listed yet.
    /// Where runs are not listed at all, until [`runs_are_over`].
    AfterAWhile,
}

/// Deletes those of `machines` that no longer matter to any route of the flow, and returns what has to wait.
pub(crate) async fn retire(
    context: &Context,
    project: &ProjectStore,
    deployment: &Deployment,
    machines: &[String],
    haste: RetirePolicy,
) -> Result<Vec<String>, JobError> {
    let mut waiting = Vec::new();
    for arn in machines {
        let is_idle = match haste {
            RetirePolicy::Now => Some(true),
            RetirePolicy::AfterAWhile => context.machines().is_idle(arn).await?,
        };
        let may_go = is_idle.unwrap_or_else(|| runs_are_over(context, deployment));
        // One that stayed on the list may have been switched on again since, and a deployment that has moved has some of
        // another route on its list: the routes of the flow have the last word, right before.
        let routes = project.routes_of(deployment.flow).await?;
        if routes.iter().any(|route| route.leads_to(arn)) {
            continue;
        }
        if may_go {
            remove(context, project, arn).await?;
        } else {
            waiting.push(arn.clone());
        }
    }
    Ok(waiting)
}
