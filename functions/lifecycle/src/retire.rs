//! Retiring state machines: deleting one ends what runs on it, so a busy one waits.

use domain::deployment::Deployment;
use runtime::Context;
use store::{ProjectStore, StoreError};

use crate::fault::Fault;
use crate::job::worker;

/// How long a state machine may go on that nothing leads to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// Not at all: its deployment is being taken away.
    Now,
    /// Until nothing runs on it, as far as can be told at once.
    WhenIdle,
    /// Until nothing runs on it; where that cannot be told, enough time has passed for a synchronous run to end.
    AfterAWhile,
}

/// Deletes what `deployment` has to retire, and returns what has to wait.
pub(crate) async fn retire(
    context: &Context,
    project: &ProjectStore,
    deployment: &Deployment,
    haste: Haste,
) -> Result<Vec<String>, Fault> {
    // One that stayed on the list may have been rolled back to since: the route has the last word.
    let route = project.route(deployment.flow, deployment.environment).await?;
    let in_use = |arn: &str| route.as_ref().is_some_and(|route| route.leads_to(arn));
    let mut waiting = Vec::new();
    for arn in deployment.retiring.iter().filter(|arn| !in_use(arn)) {
        if may_go(context, arn, haste).await? {
            context.machines().delete(arn).await?;
        } else {
            waiting.push(arn.clone());
        }
    }
    Ok(waiting)
}

async fn may_go(context: &Context, arn: &str, haste: Haste) -> Result<bool, Fault> {
    if haste == Haste::Now {
        return Ok(true);
    }
    let idle = context.machines().is_idle(arn).await?;
    Ok(idle.unwrap_or(haste == Haste::AfterAWhile))
}

/// The sweeper's part: retires what a resting deployment had to leave. `false` when nothing could go yet.
pub(crate) async fn tidy(
    context: &Context,
    project: &ProjectStore,
    mut deployment: Deployment,
) -> Result<bool, Fault> {
    let waiting = retire(context, project, &deployment, Haste::AfterAWhile).await?;
    if waiting.len() == deployment.retiring.len() {
        return Ok(false);
    }
    let expected = deployment.trail.version;
    deployment.retiring = waiting;
    deployment.trail.touch(context.clock.now(), &worker());
    match project.update(&deployment, expected).await {
        // Somebody asked for an operation meanwhile; it retires what is on its own list.
        Ok(()) | Err(StoreError::Stale { .. } | StoreError::NotFound { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
