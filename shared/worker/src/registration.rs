//! The table in which kinds of work are registered. There is no other place that tells them apart.

use domain::text::ProjectKey;
use domain::work::{WorkKind, Worked};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use runtime::aws::WorkMessage;
use uuid::Uuid;

use crate::bury::{DeadLetter, bury};
use crate::care::{SweepOutcome, sweep_one};
use crate::error::JobError;
use crate::job::{Done, Kind, work_on};
use crate::stage::StageObserver;

/// A kind of work, and what is done about it when a message comes, when it is overdue, and when its message is given up.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    pub(crate) kind: WorkKind,
    pub(crate) work: Work,
    pub(crate) look_after: LookAfter,
    pub(crate) bury: Bury,
}

type Work =
    for<'a> fn(&'a Context, &'a WorkMessage, &'a dyn StageObserver) -> BoxFuture<'a, Result<Done, JobError>>;
type LookAfter =
    for<'a> fn(&'a Context, &'a ProjectKey, Uuid) -> BoxFuture<'a, Result<SweepOutcome, JobError>>;
type Bury = for<'a> fn(&'a Context, DeadLetter) -> BoxFuture<'a, Result<(), String>>;

impl Registration {
    /// Registers `K`.
    pub const fn of<K: Kind>() -> Self {
        Self {
            kind: <K::Entity as Worked>::WORK,
            work: boxed_work::<K>,
            look_after: boxed_look_after::<K>,
            bury: boxed_bury::<K>,
        }
    }

    /// The registration of `kind`.
    ///
    /// # Errors
    ///
    /// The message went into the queue of another worker.
    pub(crate) fn find(kinds: &[Self], kind: WorkKind) -> Result<&Self, JobError> {
        let found = kinds.iter().find(|registered| registered.kind == kind);
        found.ok_or_else(|| JobError::Transient(format!("this worker does no {kind:?}").into()))
    }
}

fn boxed_work<'a, K: Kind>(
    context: &'a Context,
    message: &'a WorkMessage,
    witness: &'a dyn StageObserver,
) -> BoxFuture<'a, Result<Done, JobError>> {
    work_on::<K>(context, message, witness).boxed()
}

fn boxed_look_after<'a, K: Kind>(
    context: &'a Context,
    project: &'a ProjectKey,
    id: Uuid,
) -> BoxFuture<'a, Result<SweepOutcome, JobError>> {
    sweep_one::<K>(context, project, id).boxed()
}

fn boxed_bury<K: Kind>(context: &Context, letter: DeadLetter) -> BoxFuture<'_, Result<(), String>> {
    bury::<K>(context, letter).boxed()
}
