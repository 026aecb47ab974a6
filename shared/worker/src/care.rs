//! What an entity that is overdue needs: its operation is sent again or given up, or what had to wait is cleared away.

use app::operation::tell_worker;
use domain::metadata::Timestamp;
use domain::text::ProjectKey;
use domain::via::Source;
use domain::work::Worked;
use runtime::Context;
use store::{Entity, Pending, ProjectStore};
use uuid::Uuid;

use crate::error::JobError;
use crate::job::{Done, Kind, MAX_ATTEMPTS, give_up};

/// An operation that came no further in this time is given up, in seconds.
const DEADLINE_SECONDS: i64 = 30 * 60;

/// The same while AWS throttles it, in seconds.
const THROTTLED_DEADLINE_SECONDS: i64 = 6 * 60 * 60;

/// What has to be cleared away is looked at this often at least, in seconds.
const MAX_PATIENCE_SECONDS: i64 = 60 * 60;

/// What was done for an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepOutcome {
    /// Nothing, for it is not due, or nothing could be done yet.
    None,
    /// The worker was told again.
    SentAgain,
    /// The operation was given up.
    GivenUp,
    /// What had to wait was done: state machines were deleted, a schedule followed.
    Tidied,
}

/// Looks after one entity of a kind, if it is due.
pub(crate) async fn sweep_one<K: Kind>(
    context: &Context,
    project: &ProjectKey,
    id: Uuid,
) -> Result<SweepOutcome, JobError> {
    let store = context.project(project, context.part("sweeper", Source::Sweeper));
    let Some(stored) = store.worked::<K::Entity>(id).await? else { return Ok(SweepOutcome::None) };
    let (subject, now) = (stored.entity, context.clock.now());
    if Pending::of(&subject).is_none_or(|pending| pending.due > now) {
        return Ok(SweepOutcome::None);
    }
    let care = sweep_due::<K>(context, &store, subject.clone()).await;
    if !matches!(care, Ok(SweepOutcome::GivenUp | SweepOutcome::Tidied)) {
        store.postpone(&subject, now.plus_seconds(patience(&subject, now))).await?;
    }
    care
}

async fn sweep_due<K: Kind>(
    context: &Context,
    store: &ProjectStore,
    subject: K::Entity,
) -> Result<SweepOutcome, JobError> {
    if !subject.in_progress() {
        let tidied = K::tidy(context, store, subject).await?;
        return Ok(if tidied { SweepOutcome::Tidied } else { SweepOutcome::None });
    }
    if let Some(reason) = hopeless(&subject, context.clock.now()) {
        let done = give_up::<K>(context, store.clone(), subject, reason).await?;
        // What it takes to give it up may take longer than one look.
        return Ok(if done == Done::Yielded { SweepOutcome::None } else { SweepOutcome::GivenUp });
    }
    tell_worker(context, store.project(), &subject).await;
    Ok(SweepOutcome::SentAgain)
}

/// How long work may wait for the next look, in seconds. What has to be cleared away waits as long as it has
/// waited already: 1, 2, 4 minutes, and so on up to an hour.
fn patience<W: Worked + Entity>(subject: &W, now: Timestamp) -> i64 {
    if subject.in_progress() {
        return Pending::PATIENCE_SECONDS;
    }
    let waited = now.as_second() - subject.metadata().last_modified_at.as_second();
    waited.clamp(Pending::PATIENCE_SECONDS, MAX_PATIENCE_SECONDS)
}

/// Why an operation is given up, if it is: it was taken up too often, or came no further for too long.
pub fn hopeless<W: Worked>(subject: &W, now: Timestamp) -> Option<String> {
    let work_state = subject.work_state();
    if work_state.attempts >= MAX_ATTEMPTS {
        return Some(format!("The operation was taken up {MAX_ATTEMPTS} times and never came to its end"));
    }
    let requested_at = subject.requested_at()?;
    let last = work_state.progress.map_or(requested_at, |progress| progress.at.max(requested_at));
    if work_state.throttled > 0 {
        let (hours, times) = (THROTTLED_DEADLINE_SECONDS / 3_600, work_state.throttled);
        return (last.plus_seconds(THROTTLED_DEADLINE_SECONDS) < now).then(|| {
            format!(
                "AWS throttled the operation {times} times in a row, and it came no further in {hours} hours; raise \
                 the quotas of requests, then try again"
            )
        });
    }
    let minutes = DEADLINE_SECONDS / 60;
    let never = if work_state.attempts == 0 { ", and no worker ever took it up; redeploy" } else { "" };
    (last.plus_seconds(DEADLINE_SECONDS) < now)
        .then(|| format!("The operation came no further in {minutes} minutes{never}"))
}
