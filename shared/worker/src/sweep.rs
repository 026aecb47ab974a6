//! The sweep: finds work that got lost, such as a message that never arrived or a worker that died.

use domain::text::ProjectKey;
use domain::work::{WorkKind, WorkQueue};
use futures::{FutureExt, StreamExt, stream};
use runtime::Context;
use serde::Serialize;
use uuid::Uuid;

use crate::care::SweepOutcome;
use crate::error::JobError;
use crate::registration::Registration;

/// Maximum number of entities that are looked after at once.
const AT_ONCE: usize = 8;

/// What a sweep found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// Number of entities that were sent to the queue again.
    pub sent_again: usize,
    /// Number of operations that were given up.
    pub given_up: usize,
    /// Number of entities for which what had to wait was done.
    pub tidied: usize,
    /// Number of entities that could not be looked after this time.
    pub failed: usize,
}

/// One sweep over what is overdue of a queue.
///
/// # Errors
///
/// What is overdue cannot be read.
pub async fn sweep(kinds: &[Registration], context: &Context, queue: WorkQueue) -> Result<Swept, JobError> {
    let overdue = context.store().overdue(queue, context.clock.now()).await?;
    let looks = overdue.into_iter().map(|(project, kind, id)| {
        async move { (id, look_after(kinds, context, &project, kind, id).await) }.boxed()
    });
    let cared: Vec<_> = stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
    let mut swept = Swept::default();
    for (id, care) in cared {
        match care {
            Ok(SweepOutcome::SentAgain) => swept.sent_again += 1,
            Ok(SweepOutcome::GivenUp) => swept.given_up += 1,
            Ok(SweepOutcome::Tidied) => swept.tidied += 1,
            Ok(SweepOutcome::None) => {}
            Err(fault) => {
                tracing::warn!(%id, cause = %fault, "cannot look after it; next time");
                swept.failed += 1;
            }
        }
    }
    Ok(swept)
}

/// Looks after one entity, if it is due. Whatever stays due is put off, so that it keeps nothing else waiting.
///
/// # Errors
///
/// It could not be, this time.
pub async fn look_after(
    kinds: &[Registration],
    context: &Context,
    project: &ProjectKey,
    kind: WorkKind,
    id: Uuid,
) -> Result<SweepOutcome, JobError> {
    (Registration::find(kinds, kind)?.look_after)(context, project, id).await
}
