use api::operation::{Entry, Grant, Resource, grant};
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::text::ProjectKey;
use runtime::deploying::tell_worker;
use runtime::{Context, EventEndpoint, EventError};
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::fault::Fault;
use crate::job::{MAX_ATTEMPTS, give_up};
use crate::retire::tidy;
use crate::work::RETIRE;

/// An operation that no worker brought to its end in this time is given up, in seconds.
const DEADLINE_SECONDS: i64 = 30 * 60;

/// Finds what is overdue.
const FIND: Grant = Grant { on: Resource::PendingIndex, actions: &["dynamodb:Query"] };

/// What a sweep found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// So many deployments were sent to the queue again.
    pub sent_again: usize,
    /// So many operations were given up.
    pub given_up: usize,
    /// So many deployments got rid of state machines that had to wait.
    pub tidied: usize,
    /// So many could not be looked after this time.
    pub failed: usize,
}

/// Finds work that got lost: a message that never arrived, a worker that died.
#[derive(Debug)]
pub struct Sweep;

impl EventEndpoint for Sweep {
    const ID: &'static str = "lifecycle.sweep";
    const SUMMARY: &'static str = "Find operations that got stuck, and send or fail them";
    const ENTRY: Entry = Entry::Every("rate(1 minute)");
    const GRANTS: &'static [Grant] = &[grant::READ, grant::DELETE, RETIRE, grant::SEND, FIND];
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = IgnoredAny;
    type Answer = Swept;

    async fn handle(context: &Context, _: IgnoredAny) -> Result<Swept, EventError> {
        Ok(sweep(context).await?)
    }
}

/// One sweep over what is overdue.
pub async fn sweep(context: &Context) -> Result<Swept, Fault> {
    let mut swept = Swept::default();
    for (project, id) in context.store().overdue(context.clock.now()).await? {
        match look_after(context, &project, id).await {
            Ok(Care::SentAgain) => swept.sent_again += 1,
            Ok(Care::GivenUp) => swept.given_up += 1,
            Ok(Care::Tidied) => swept.tidied += 1,
            Ok(Care::None) => {}
            Err(fault) => {
                tracing::warn!(deployment = %id, cause = %fault, "cannot look after it; next time");
                swept.failed += 1;
            }
        }
    }
    Ok(swept)
}

enum Care {
    None,
    SentAgain,
    GivenUp,
    Tidied,
}

async fn look_after(context: &Context, project: &ProjectKey, id: DeploymentId) -> Result<Care, Fault> {
    let store = context.project(project);
    let Some(stored) = store.deployment(id).await? else { return Ok(Care::None) };
    let deployment = stored.entity;
    if !deployment.status.in_progress() {
        let tidied = tidy(context, &store, deployment).await?;
        return Ok(if tidied { Care::Tidied } else { Care::None });
    }
    if deployment.is_held(context.clock.now()) {
        return Ok(Care::None);
    }
    if let Some(reason) = hopeless(context, &deployment) {
        return give_up(context, store, deployment, reason).await.map(|_| Care::GivenUp);
    }
    tell_worker(context, project, &deployment).await;
    Ok(Care::SentAgain)
}

fn hopeless(context: &Context, deployment: &Deployment) -> Option<String> {
    let deadline = deployment.operation.requested_at.plus_seconds(DEADLINE_SECONDS);
    if deployment.attempts >= MAX_ATTEMPTS {
        return Some(format!("The operation was taken up {MAX_ATTEMPTS} times and never came to its end"));
    }
    let minutes = DEADLINE_SECONDS / 60;
    (deadline < context.clock.now())
        .then(|| format!("The operation did not come to its end in {minutes} minutes"))
}
