use api::operation::{Entry, Grant, Resource, grant};
use domain::connector::ConnectorStaged;
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::package::PackageDeployment;
use domain::text::ProjectKey;
use domain::trail::Timestamp;
use domain::work::{WorkKind, Worked};
use futures::{FutureExt, StreamExt, stream};
use runtime::asking::tell_worker;
use runtime::{Context, EventEndpoint, EventError};
use serde::Serialize;
use serde::de::IgnoredAny;
use store::{Pending, ProjectStore};
use uuid::Uuid;

use crate::fault::Fault;
use crate::job::{Done, MAX_ATTEMPTS, Subject, give_up};
use crate::work::{ALIGN, ALIGN_AS, RETIRE, SPARE, UNTELL};

/// An operation that came no further in this time is given up, in seconds.
const DEADLINE_SECONDS: i64 = 30 * 60;

/// The same while AWS throttles it, in seconds.
const THROTTLED_DEADLINE_SECONDS: i64 = 6 * 60 * 60;

/// What has to be cleared away is looked at this often at least, in seconds.
const MAX_PATIENCE_SECONDS: i64 = 60 * 60;

/// So many deployments are looked after at once.
const AT_ONCE: usize = 8;

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
    /// So many deployments got done what had to wait.
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
    const GRANTS: &'static [Grant] =
        &[grant::READ_SEVERAL, grant::DELETE, RETIRE, SPARE, UNTELL, ALIGN, ALIGN_AS, grant::SEND, FIND];
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = IgnoredAny;
    type Answer = Swept;

    async fn handle(context: &Context, _: IgnoredAny) -> Result<Swept, EventError> {
        Ok(sweep(context).await?)
    }
}

/// One sweep over what is overdue.
pub async fn sweep(context: &Context) -> Result<Swept, Fault> {
    let overdue = context.store().overdue(context.clock.now()).await?;
    let looks = overdue.into_iter().map(|(project, kind, id)| {
        async move { (id, look_after(context, &project, kind, id).await) }.boxed()
    });
    let cared: Vec<_> = stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
    let mut swept = Swept::default();
    for (id, care) in cared {
        match care {
            Ok(Care::SentAgain) => swept.sent_again += 1,
            Ok(Care::GivenUp) => swept.given_up += 1,
            Ok(Care::Tidied) => swept.tidied += 1,
            Ok(Care::None) => {}
            Err(fault) => {
                tracing::warn!(%id, cause = %fault, "cannot look after it; next time");
                swept.failed += 1;
            }
        }
    }
    Ok(swept)
}

/// What was done for a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Nothing, for it is not due, or nothing could be done yet.
    None,
    /// The worker was told again.
    SentAgain,
    /// The operation was given up.
    GivenUp,
    /// What had to wait was done: state machines were deleted, a schedule followed.
    Tidied,
}

/// Looks after one entity, if it is due. Whatever stays due is put off, so that it keeps nothing else waiting.
pub async fn look_after(
    context: &Context,
    project: &ProjectKey,
    kind: WorkKind,
    id: Uuid,
) -> Result<Care, Fault> {
    match kind {
        WorkKind::FlowDeployment => look_after_a::<Deployment>(context, project, id).boxed().await,
        WorkKind::ConnectorDeployment => {
            look_after_a::<ConnectorDeployment>(context, project, id).boxed().await
        }
        WorkKind::ConnectorStaged => look_after_a::<ConnectorStaged>(context, project, id).boxed().await,
        WorkKind::PackageDeployment => look_after_a::<PackageDeployment>(context, project, id).boxed().await,
    }
}

async fn look_after_a<W: Subject>(context: &Context, project: &ProjectKey, id: Uuid) -> Result<Care, Fault> {
    let store = context.project(project);
    let Some(stored) = store.worked::<W>(id).await? else { return Ok(Care::None) };
    let (subject, now) = (stored.entity, context.clock.now());
    if Pending::of(&subject).is_none_or(|pending| pending.due > now) {
        return Ok(Care::None);
    }
    let care = care_for(context, &store, subject.clone()).await;
    if !matches!(care, Ok(Care::GivenUp | Care::Tidied)) {
        store.postpone(&subject, now.plus_seconds(patience(&subject, now))).await?;
    }
    care
}

async fn care_for<W: Subject>(context: &Context, store: &ProjectStore, subject: W) -> Result<Care, Fault> {
    if !subject.in_progress() {
        let tidied = W::tidy(context, store, subject).await?;
        return Ok(if tidied { Care::Tidied } else { Care::None });
    }
    if let Some(reason) = hopeless(&subject, context.clock.now()) {
        let done = give_up(context, store.clone(), subject, reason).await?;
        // What it takes to give it up may take longer than one look.
        return Ok(if done == Done::Yielded { Care::None } else { Care::GivenUp });
    }
    tell_worker(context, store.project(), &subject).await;
    Ok(Care::SentAgain)
}

/// How long work may wait for the next look, in seconds. What has to be cleared away waits as long as it has
/// waited already: 1, 2, 4 minutes, and so on up to an hour.
fn patience<W: Subject>(subject: &W, now: Timestamp) -> i64 {
    if subject.in_progress() {
        return Pending::PATIENCE_SECONDS;
    }
    let waited = now.as_second() - subject.trail().last_modified_at.as_second();
    waited.clamp(Pending::PATIENCE_SECONDS, MAX_PATIENCE_SECONDS)
}

/// Why an operation is given up, if it is: it was taken up too often, or came no further for too long.
pub(crate) fn hopeless<W: Worked>(subject: &W, now: Timestamp) -> Option<String> {
    let hold = subject.hold();
    if hold.attempts >= MAX_ATTEMPTS {
        return Some(format!("The operation was taken up {MAX_ATTEMPTS} times and never came to its end"));
    }
    let requested_at = subject.requested_at()?;
    let last = hold.progress.map_or(requested_at, |progress| progress.at.max(requested_at));
    if hold.throttled > 0 {
        let (hours, times) = (THROTTLED_DEADLINE_SECONDS / 3_600, hold.throttled);
        return (last.plus_seconds(THROTTLED_DEADLINE_SECONDS) < now).then(|| {
            format!(
                "AWS throttled the operation {times} times in a row, and it came no further in {hours} hours; raise \
                 the quotas of requests, then try again"
            )
        });
    }
    let minutes = DEADLINE_SECONDS / 60;
    let never = if hold.attempts == 0 { ", and no worker ever took it up; redeploy" } else { "" };
    (last.plus_seconds(DEADLINE_SECONDS) < now)
        .then(|| format!("The operation came no further in {minutes} minutes{never}"))
}
