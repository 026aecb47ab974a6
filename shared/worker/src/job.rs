//! One operation on one entity, from the lease to the end.

use domain::report_code::ReportCode;
use std::fmt;

use app::operation::tell_worker_later;
use domain::lifecycle::{IllegalTransition, Next};
use domain::metadata::{Principal, Timestamp};
use domain::report::{EntryType, Report};
use domain::via::Source;
use domain::work::{WorkState, Worked};
use futures::future::ready;
use runtime::Context;
use runtime::aws::WorkMessage;
use runtime::clock::{new_id, random};
use store::{Entity, Pending, ProjectStore, StoreError};

use crate::error::JobError;
use crate::stage::{Stage, StageObserver};

/// Maximum number of times that a worker takes an operation up before it is given up.
pub const MAX_ATTEMPTS: u32 = 5;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The operation came to its end, good or bad.
    Finished,
    /// As much was done as one attempt can. The sweeper sends for the rest.
    Yielded,
    /// There was nothing to do: another worker has it, it is done, or it is no longer asked for.
    Nothing,
}

/// A kind of work: what carrying out, cleaning up, ending and tidying mean for an entity.
pub trait Kind: Sized + Send + Sync + 'static {
    /// What is worked on.
    type Entity: Worked + Entity;

    /// Carries the operation out, up to and including its good end.
    fn carry_out(job: &mut Job<'_, Self>) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Before an operation fails for `reasons`: what was made for it goes, and what has to follow a switch follows it.
    /// Reasons that it has written down already are removed.
    ///
    /// # Errors
    ///
    /// The operation does not end yet, but is taken up again.
    fn clean_up(
        job: &mut Job<'_, Self>,
        title: &'static str,
        reasons: &mut Vec<String>,
    ) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Writes the end of an operation.
    fn end(
        job: &mut Job<'_, Self>,
        ended: Self::Entity,
    ) -> impl Future<Output = Result<(), JobError>> + Send {
        async move {
            job.project.save_progress(&ended, job.held).await?;
            job.subject = ended;
            Ok(())
        }
    }

    /// The sweeper's part when nothing is under way: clears away what had to wait. `false` when nothing could go yet,
    /// or there is never anything.
    fn tidy(
        _: &Context,
        _: &ProjectStore,
        _: Self::Entity,
    ) -> impl Future<Output = Result<bool, JobError>> + Send {
        ready(Ok(false))
    }

    /// A message came, and nothing is under way: does what a change without an operation has left to be done at once.
    /// `false` when there was nothing, or it is left to the sweeper.
    fn follow_up(
        _: &Context,
        _: &ProjectStore,
        _: Self::Entity,
    ) -> impl Future<Output = Result<bool, JobError>> + Send {
        ready(Ok(false))
    }
}

/// An operation under way, and the lease on what it is done to.
pub struct Job<'a, K: Kind> {
    /// What the process can reach.
    pub context: &'a Context,
    /// The part of the table that is the project's.
    pub project: ProjectStore,
    /// What the operation is done to, as it was read or written last.
    pub subject: K::Entity,
    /// The epoch of our lease: every write names it.
    pub held: u64,
    /// When this attempt began.
    pub began: Timestamp,
    /// Is told of every stage.
    pub witness: &'a dyn StageObserver,
}

impl<K: Kind> fmt::Debug for Job<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, held) = (self.subject.uuid(), self.held);
        f.debug_struct("Job").field("id", &id).field("held", &held).finish_non_exhaustive()
    }
}

/// Does what a message asks for, if it is still asked for and nobody else does it.
///
/// # Errors
///
/// [`JobError::Transient`]: the message should come again.
pub async fn work_on<K: Kind>(
    context: &Context,
    message: &WorkMessage,
    witness: &dyn StageObserver,
) -> Result<Done, JobError> {
    let project = context.project(&message.project, context.part("worker", Source::Worker));
    let Some(found) = project.worked::<K::Entity>(message.id).await? else {
        // Perhaps whoever removed it was interrupted: the message came again, and nobody else will look.
        project.delete_remains::<K::Entity>(message.id).await?;
        return Ok(Done::Nothing);
    };
    let subject = found.entity;
    let project = project.on_behalf_of(&subject.metadata().last_modified_by);
    if subject.operation_id() != Some(message.operation_id)
        || subject.work_state().is_held(context.clock.now())
    {
        return Ok(Done::Nothing);
    }
    if !subject.in_progress() {
        let followed = K::follow_up(context, &project, subject).await?;
        return Ok(if followed { Done::Finished } else { Done::Nothing });
    }
    if subject.work_state().is_waiting(context.clock.now()) {
        // Another message comes when the pause is over.
        return Ok(Done::Nothing);
    }
    if subject.work_state().attempts >= MAX_ATTEMPTS {
        let reason = format!("The operation was taken up {MAX_ATTEMPTS} times and never came to its end");
        return give_up::<K>(context, project, subject, reason).await;
    }
    match Job::<K>::acquire(context, project, subject, witness).await? {
        Some(job) => job.run().await,
        None => Ok(Done::Nothing),
    }
}

/// Fails an operation that nobody brings to its end. What the report says ends with why the last attempt did not.
///
/// # Errors
///
/// It could not be, this time.
pub async fn give_up<K: Kind>(
    context: &Context,
    project: ProjectStore,
    subject: K::Entity,
    reason: String,
) -> Result<Done, JobError> {
    match Job::<K>::acquire(context, project, subject, &crate::stage::NoObserver).await? {
        Some(job) => {
            let reason = match &job.subject.work_state().last_cause {
                Some(cause) => format!("{reason}. The last attempt: {cause}"),
                None => reason,
            };
            job.fail(ReportCode::GivenUp.title(), vec![reason]).await
        }
        None => Ok(Done::Nothing),
    }
}

impl<'a, K: Kind> Job<'a, K> {
    async fn acquire(
        context: &'a Context,
        project: ProjectStore,
        mut subject: K::Entity,
        witness: &'a dyn StageObserver,
    ) -> Result<Option<Self>, JobError> {
        let before = subject.work_state().epoch;
        let now = context.clock.now();
        subject.acquire(&new_id().to_string(), now, context.config.lease_seconds)?;
        subject.metadata_mut().sign(now, &worker());
        match project.save_progress(&subject, before).await {
            Ok(()) => {
                let job =
                    Self { context, project, held: subject.work_state().epoch, began: now, subject, witness };
                job.witness.after(Stage::Acquire).await;
                Ok(Some(job))
            }
            Err(StoreError::Fenced) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn run(mut self) -> Result<Done, JobError> {
        match K::carry_out(&mut self).await {
            Ok(()) => Ok(Done::Finished),
            Err(JobError::Permanent { title, reasons }) => self.fail(title, reasons).await,
            Err(interruption) => self.interrupt(interruption).await,
        }
    }

    /// The operation goes on in another attempt.
    async fn interrupt(&self, cause: JobError) -> Result<Done, JobError> {
        match cause {
            JobError::Fenced => Ok(Done::Nothing),
            JobError::Yield(_) | JobError::Throttled(_) => {
                self.let_go(&cause).await;
                Ok(Done::Yielded)
            }
            cause => {
                self.let_go(&cause).await;
                Err(cause)
            }
        }
    }

    /// Writes an entry that says what a stage has done.
    pub async fn done(&mut self, stage: Stage, title: &str, message: String) -> Result<(), JobError> {
        let now = self.context.clock.now();
        self.subject.report(EntryType::Information, title, Some(message), now);
        self.subject.work_state_mut().advance(stage.step(), now);
        self.save().await?;
        self.reached(stage).await;
        Ok(())
    }

    /// Writes the subject as it is here, and renews the lease.
    pub async fn save(&mut self) -> Result<(), JobError> {
        self.renew();
        Ok(self.project.save_progress(&self.subject, self.held).await?)
    }

    /// Renews the lease, with the next write.
    pub fn renew(&mut self) {
        let now = self.now();
        self.subject.work_state_mut().renew(now, self.context.config.lease_seconds);
        self.subject.metadata_mut().sign(now, &worker());
    }

    /// Ends the operation well. `finish` is the last that happens to the subject.
    pub async fn end_well(
        &mut self,
        title: &str,
        finish: impl FnOnce(&mut K::Entity) -> Result<Next, IllegalTransition> + Send,
    ) -> Result<(), JobError> {
        let mut finished = self.subject.clone();
        finished.report(EntryType::Information, title, None, self.now());
        finish(&mut finished)?;
        finished.metadata_mut().sign(self.now(), &worker());
        K::end(self, finished).await
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    /// Tells whoever watches that a stage is done.
    pub async fn reached(&self, stage: Stage) {
        self.witness.after(stage).await;
    }

    /// Ends the operation badly. Before the switch, what answered still answers and what was made for this operation
    /// goes. After it, the new build answers, and what follows the switch follows as far as it can.
    async fn fail(mut self, title: &'static str, mut reasons: Vec<String>) -> Result<Done, JobError> {
        match self.keep_lease().await {
            Err(StoreError::Fenced) => return Ok(Done::Nothing),
            kept => kept?,
        }
        let all = reasons.clone();
        if let Err(interruption) = K::clean_up(&mut self, title, &mut reasons).await {
            return self.interrupt(interruption).await;
        }
        let mut failed = self.subject.clone();
        let now = self.now();
        failed.fail(title, &reasons, now)?;
        failed.metadata_mut().sign(now, &worker());
        tracing::info!(id = %failed.uuid(), title, "operation failed");
        let ended = match K::end(&mut self, failed.clone()).await {
            // An operation whose end cannot be written would never end.
            Err(JobError::Permanent { .. }) => K::end(&mut self, shortened(failed, title, &all, now)).await,
            ended => ended,
        };
        match ended {
            Err(JobError::Fenced) => Ok(Done::Nothing),
            ended => ended.map(|()| Done::Finished),
        }
    }

    /// Gives the lease back when there will be another attempt, which then need not wait for it to run out.
    /// A write whose answer got lost may have been done: what is stored counts, not what is remembered here.
    async fn let_go(&self, cause: &JobError) {
        let id = self.subject.uuid();
        tracing::warn!(%id, %cause, "operation interrupted; it will be taken up again");
        let (now, mut pause) = (self.now(), None);
        let let_go = self.change_stored(|stored| {
            pause = give_back(stored.work_state_mut(), cause, now, random());
            if pause.is_some() {
                stored.report(EntryType::Information, WAITING, Some(format!("{cause}. {GOES_ON}")), now);
            }
        });
        match (let_go.await, pause) {
            (Ok(()), Some(pause)) => {
                tell_worker_later(self.context, self.project.project(), &self.subject, pause).await;
            }
            (Ok(()), None) => {}
            (Err(error), _) => tracing::warn!(%id, cause = %error, "the lease has to run out"),
        }
    }

    /// Renews the lease, or learns that another worker has taken over. What was made may answer by then, so nothing
    /// is taken away before this. What is remembered here may be the very thing that the table does not take.
    async fn keep_lease(&self) -> Result<(), StoreError> {
        let (now, seconds) = (self.now(), self.context.config.lease_seconds);
        self.change_stored(|stored| stored.work_state_mut().renew(now, seconds)).await
    }

    /// Changes what is stored, while we hold it.
    async fn change_stored(&self, change: impl FnOnce(&mut K::Entity) + Send) -> Result<(), StoreError> {
        // Only a worker that took over may have removed it.
        let stored =
            self.project.worked::<K::Entity>(self.subject.uuid()).await?.ok_or(StoreError::Fenced)?;
        let mut stored = stored.entity;
        if stored.work_state().epoch != self.held || stored.operation_id() != self.subject.operation_id() {
            return Err(StoreError::Fenced);
        }
        change(&mut stored);
        stored.metadata_mut().sign(self.now(), &worker());
        self.project.save_progress(&stored, self.held).await
    }
}

/// The title of the entry that says that AWS throttles an operation.
const WAITING: &str = ReportCode::WaitingForAws.title();

const GOES_ON: &str = "The operation goes on by itself after a pause";

/// Gives the lease back after an attempt that `cause` interrupted. Returns how long to wait for the next one, in
/// seconds, where it was throttled.
pub fn give_back(work_state: &mut WorkState, cause: &JobError, now: Timestamp, random: u32) -> Option<i64> {
    match cause {
        JobError::Throttled(_) => return Some(work_state.wait(now, random)),
        JobError::Yield(_) => work_state.give_back_uncounted(),
        JobError::Permanent { .. } | JobError::Transient(_) | JobError::Fenced => {
            work_state.interrupted(&cause.to_string());
        }
    }
    None
}

/// The same with nothing in the report but the first reason: what the table refuses is most likely too large for it.
pub fn shortened<W: Worked>(mut failed: W, title: &str, reasons: &[String], at: Timestamp) -> W {
    *failed.report_mut() = Report::default();
    failed.report(EntryType::Error, title, reasons.first().cloned(), at);
    failed
}

/// Writes down what became of an entity that rests. Clients see nothing of it, so its version stays: they need not read
/// it again. When somebody asked for an operation meanwhile, nothing is written: what is on its list is looked at after
/// that.
pub async fn note<W: Worked + Entity>(
    context: &Context,
    project: &ProjectStore,
    entity: W,
) -> Result<(), StoreError> {
    let due = context.clock.now().plus_seconds(Pending::PATIENCE_SECONDS);
    project.note_leftovers(&entity, due).await
}

/// The name under which the worker changes deployments.
pub fn worker() -> Principal {
    Principal::system("worker")
}
