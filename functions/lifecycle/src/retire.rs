//! Retiring state machines: deleting one ends what runs on it, so what may still be used waits for the sweeper.

use domain::deployment::Deployment;
use runtime::Context;
use store::{ProjectStore, StoreError};

use crate::fault::Fault;
use crate::job::worker;

/// How long a state machine may go on that nothing leads to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// Not at all: its deployment is being taken away, or nothing ever led to it.
    Now,
    /// Until nothing runs on it. Not right after the switch: a run that started a moment before is not listed yet.
    /// Where runs are not listed at all, enough time has passed for a synchronous one to end.
    AfterAWhile,
}

/// Deletes those of `machines` that no longer matter to the route of `deployment`, and returns what has to wait.
pub(crate) async fn retire(
    context: &Context,
    project: &ProjectStore,
    deployment: &Deployment,
    machines: &[String],
    haste: Haste,
) -> Result<Vec<String>, Fault> {
    let mut waiting = Vec::new();
    for arn in machines {
        let may_go = haste == Haste::Now || context.machines().is_idle(arn).await?.unwrap_or(true);
        // One that stayed on the list may have been rolled back to since: the route has the last word, right before.
        let route = project.route(deployment.flow, deployment.environment).await?;
        if route.is_some_and(|route| route.leads_to(arn)) {
            continue;
        }
        if may_go {
            context.machines().delete(arn).await?;
        } else {
            waiting.push(arn.clone());
        }
    }
    Ok(waiting)
}

/// The sweeper's part: retires what a resting deployment had to leave. `false` when nothing could go yet.
pub(crate) async fn tidy(
    context: &Context,
    project: &ProjectStore,
    mut deployment: Deployment,
) -> Result<bool, Fault> {
    let waiting = retire(context, project, &deployment, &deployment.retiring, Haste::AfterAWhile).await?;
    if waiting.len() == deployment.retiring.len() {
        return Ok(false);
    }
    let expected = deployment.trail.version;
    deployment.retiring = waiting;
    deployment.trail.touch(context.clock.now(), &worker());
    match project.update(&deployment, expected).await {
        // Somebody asked for an operation meanwhile; what is on the list is looked at after that.
        Ok(()) | Err(StoreError::Stale { .. } | StoreError::NotFound { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
