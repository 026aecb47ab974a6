//! One operation on one deployment, from the lease to the end.

use domain::connector::ConnectorStaged;
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::lifecycle::{IllegalTransition, Next};
use domain::package::PackageDeployment;
use domain::report::{EntryType, Report};
use domain::trail::{Principal, Timestamp};
use domain::work::{Hold, WorkKind, Worked};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use runtime::Context;
use runtime::asking::tell_worker_later;
use runtime::aws::WorkMessage;
use runtime::clock::{fresh, random};
use store::{Entity, Pending, ProjectStore, StoreError};

use crate::fault::Fault;
use crate::stage::{Stage, Witness};

/// A worker takes an operation up so often before it is given up.
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

/// An entity on which a job can be done.
pub(crate) trait Subject: Worked + Entity {
    /// Carries the operation out, up to and including its good end.
    fn carry_out<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, Result<(), Fault>>;

    /// Before an operation fails: what was made for it goes, and what has to follow a switch follows it.
    fn clean_up<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, ()>;

    /// Before an operation fails for `reasons`: the same where it can take longer than one attempt. Reasons that it
    /// has written down already are removed.
    ///
    /// # Errors
    ///
    /// The operation does not end yet, but is taken up again.
    fn clean_up_all<'j>(
        job: &'j mut Job<'_, Self>,
        _title: &'static str,
        _reasons: &'j mut Vec<String>,
    ) -> BoxFuture<'j, Result<(), Fault>> {
        Self::clean_up(job).map(Ok).boxed()
    }

    /// Writes the end of an operation.
    fn end<'j>(job: &'j mut Job<'_, Self>, ended: Self) -> BoxFuture<'j, Result<(), Fault>>;

    /// The sweeper's part when nothing is under way: clears away what had to wait. `false` when nothing could go yet.
    fn tidy<'j>(
        context: &'j Context,
        project: &'j ProjectStore,
        subject: Self,
    ) -> BoxFuture<'j, Result<bool, Fault>>;

    /// A message came, and nothing is under way: does what a change without an operation has left to be done at once.
    /// `false` when there was nothing, or it is left to the sweeper.
    fn follow_up<'j>(_: &'j Context, _: &'j ProjectStore, _: Self) -> BoxFuture<'j, Result<bool, Fault>> {
        ready(Ok(false)).boxed()
    }
}

/// An operation under way, and the lease on what it is done to.
pub(crate) struct Job<'a, W> {
    pub(crate) context: &'a Context,
    pub(crate) project: ProjectStore,
    pub(crate) subject: W,
    /// The epoch of our lease: every write names it.
    pub(crate) held: u64,
    /// When this attempt began.
    pub(crate) began: Timestamp,
    pub(crate) witness: &'a dyn Witness,
}

/// Does what a message asks for, if it is still asked for and nobody else does it.
///
/// # Errors
///
/// [`Fault::Transient`]: the message should come again.
pub fn work<'a>(
    context: &'a Context,
    message: &'a WorkMessage,
    witness: &'a dyn Witness,
) -> BoxFuture<'a, Result<Done, Fault>> {
    match message.kind {
        WorkKind::FlowDeployment => work_on::<Deployment>(context, message, witness).boxed(),
        WorkKind::ConnectorDeployment => work_on::<ConnectorDeployment>(context, message, witness).boxed(),
        WorkKind::ConnectorStaged => work_on::<ConnectorStaged>(context, message, witness).boxed(),
        WorkKind::PackageDeployment => work_on::<PackageDeployment>(context, message, witness).boxed(),
    }
}

/// The same for one kind of entity.
pub(crate) async fn work_on<W: Subject>(
    context: &Context,
    message: &WorkMessage,
    witness: &dyn Witness,
) -> Result<Done, Fault> {
    let project = context.project(&message.project);
    let Some(found) = project.worked::<W>(message.id).await? else {
        // Perhaps whoever removed it was interrupted: the message came again, and nobody else will look.
        project.delete_remains::<W>(message.id).await?;
        return Ok(Done::Nothing);
    };
    let subject = found.entity;
    if subject.operation_id() != Some(message.operation_id) || subject.hold().is_held(context.clock.now()) {
        return Ok(Done::Nothing);
    }
    if !subject.in_progress() {
        let followed = W::follow_up(context, &project, subject).await?;
        return Ok(if followed { Done::Finished } else { Done::Nothing });
    }
    if subject.hold().is_waiting(context.clock.now()) {
        // Another message comes when the pause is over.
        return Ok(Done::Nothing);
    }
    if subject.hold().attempts >= MAX_ATTEMPTS {
        let reason = format!("The operation was taken up {MAX_ATTEMPTS} times and never came to its end");
        return give_up(context, project, subject, reason).await;
    }
    match Job::claim(context, project, subject, witness).await? {
        Some(job) => job.run().await,
        None => Ok(Done::Nothing),
    }
}

/// Fails an operation that nobody brings to its end. What the report says ends with why the last attempt did not.
pub(crate) async fn give_up<W: Subject>(
    context: &Context,
    project: ProjectStore,
    subject: W,
    reason: String,
) -> Result<Done, Fault> {
    match Job::claim(context, project, subject, &crate::stage::Unwatched).await? {
        Some(job) => {
            let reason = match &job.subject.hold().last_cause {
                Some(cause) => format!("{reason}. The last attempt: {cause}"),
                None => reason,
            };
            job.fail("Given up", vec![reason]).await
        }
        None => Ok(Done::Nothing),
    }
}

impl<'a, W: Subject> Job<'a, W> {
    async fn claim(
        context: &'a Context,
        project: ProjectStore,
        mut subject: W,
        witness: &'a dyn Witness,
    ) -> Result<Option<Self>, Fault> {
        let before = subject.hold().epoch;
        let now = context.clock.now();
        subject.claim(&fresh().to_string(), now, context.config.lease_seconds)?;
        subject.trail_mut().sign(now, &worker());
        match project.save_progress(&subject, before).await {
            Ok(()) => {
                let job = Self { context, project, held: subject.hold().epoch, began: now, subject, witness };
                job.witness.after(Stage::Claim).await;
                Ok(Some(job))
            }
            Err(StoreError::Fenced) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn run(mut self) -> Result<Done, Fault> {
        match W::carry_out(&mut self).await {
            Ok(()) => Ok(Done::Finished),
            Err(Fault::Permanent { title, reasons }) => self.fail(title, reasons).await,
            Err(interruption) => self.interrupt(interruption).await,
        }
    }

    /// The operation goes on in another attempt.
    async fn interrupt(&self, cause: Fault) -> Result<Done, Fault> {
        match cause {
            Fault::Fenced => Ok(Done::Nothing),
            Fault::Yield(_) | Fault::Throttled(_) => {
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
    pub(crate) async fn done(&mut self, stage: Stage, title: &str, message: String) -> Result<(), Fault> {
        let now = self.context.clock.now();
        self.subject.report(EntryType::Information, title, Some(message), now);
        self.subject.hold_mut().advance(stage.step(), now);
        self.save().await?;
        self.reached(stage).await;
        Ok(())
    }

    /// Writes the subject as it is here, and renews the lease.
    pub(crate) async fn save(&mut self) -> Result<(), Fault> {
        self.renew();
        Ok(self.project.save_progress(&self.subject, self.held).await?)
    }

    /// Renews the lease, with the next write.
    pub(crate) fn renew(&mut self) {
        let now = self.now();
        self.subject.hold_mut().renew(now, self.context.config.lease_seconds);
        self.subject.trail_mut().sign(now, &worker());
    }

    /// Ends the operation well. `finish` is the last that happens to the subject.
    pub(crate) async fn end_well(
        &mut self,
        title: &str,
        finish: impl FnOnce(&mut W) -> Result<Next, IllegalTransition> + Send,
    ) -> Result<(), Fault> {
        let mut finished = self.subject.clone();
        finished.report(EntryType::Information, title, None, self.now());
        finish(&mut finished)?;
        finished.trail_mut().sign(self.now(), &worker());
        W::end(self, finished).await
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    pub(crate) async fn reached(&self, stage: Stage) {
        self.witness.after(stage).await;
    }

    /// Ends the operation badly. Before the switch, what answered still answers and what was made for this operation
    /// goes. After it, the new build answers, and what follows the switch follows as far as it can.
    async fn fail(mut self, title: &'static str, mut reasons: Vec<String>) -> Result<Done, Fault> {
        match self.keep_lease().await {
            Err(StoreError::Fenced) => return Ok(Done::Nothing),
            kept => kept?,
        }
        let all = reasons.clone();
        if let Err(interruption) = W::clean_up_all(&mut self, title, &mut reasons).await {
            return self.interrupt(interruption).await;
        }
        let mut failed = self.subject.clone();
        let now = self.now();
        failed.fail(title, &reasons, now)?;
        failed.trail_mut().sign(now, &worker());
        tracing::info!(id = %failed.uuid(), title, "operation failed");
        let ended = match W::end(&mut self, failed.clone()).await {
            // An operation whose end cannot be written would never end.
            Err(Fault::Permanent { .. }) => W::end(&mut self, shortened(failed, title, &all, now)).await,
            ended => ended,
        };
        match ended {
            Err(Fault::Fenced) => Ok(Done::Nothing),
            ended => ended.map(|()| Done::Finished),
        }
    }

    /// Gives the lease back when there will be another attempt, which then need not wait for it to run out.
    /// A write whose answer got lost may have been done: what is stored counts, not what is remembered here.
    async fn let_go(&self, cause: &Fault) {
        let id = self.subject.uuid();
        tracing::warn!(%id, %cause, "operation interrupted; it will be taken up again");
        let (now, mut pause) = (self.now(), None);
        let let_go = self.change_stored(|stored| {
            pause = give_back(stored.hold_mut(), cause, now, random());
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
        self.change_stored(|stored| stored.hold_mut().renew(now, seconds)).await
    }

    /// Changes what is stored, while we hold it.
    async fn change_stored(&self, change: impl FnOnce(&mut W) + Send) -> Result<(), StoreError> {
        // Only a worker that took over may have removed it.
        let stored = self.project.worked::<W>(self.subject.uuid()).await?.ok_or(StoreError::Fenced)?;
        let mut stored = stored.entity;
        if stored.hold().epoch != self.held || stored.operation_id() != self.subject.operation_id() {
            return Err(StoreError::Fenced);
        }
        change(&mut stored);
        stored.trail_mut().sign(self.now(), &worker());
        self.project.save_progress(&stored, self.held).await
    }
}

/// The title of the entry that says that AWS throttles an operation.
const WAITING: &str = "Waiting for AWS";

const GOES_ON: &str = "The operation goes on by itself after a pause";

/// Gives the lease back after an attempt that `cause` interrupted. Returns how long to wait for the next one, in
/// seconds, where it was throttled.
pub(crate) fn give_back(hold: &mut Hold, cause: &Fault, now: Timestamp, random: u32) -> Option<i64> {
    match cause {
        Fault::Throttled(_) => return Some(hold.wait(now, random)),
        Fault::Yield(_) => hold.give_back_uncounted(),
        Fault::Permanent { .. } | Fault::Transient(_) | Fault::Fenced => hold.interrupted(&cause.to_string()),
    }
    None
}

/// The same with nothing in the report but the first reason: what the table refuses is most likely too large for it.
fn shortened<W: Worked>(mut failed: W, title: &str, reasons: &[String], at: Timestamp) -> W {
    *failed.report_mut() = Report::default();
    failed.report(EntryType::Error, title, reasons.first().cloned(), at);
    failed
}

/// Writes down what became of an entity that rests. Clients see nothing of it, so its version stays: they need not read
/// it again. When somebody asked for an operation meanwhile, nothing is written: what is on its list is looked at after
/// that.
pub(crate) async fn note<W: Worked + Entity>(
    context: &Context,
    project: &ProjectStore,
    entity: W,
) -> Result<(), StoreError> {
    let due = context.clock.now().plus_seconds(Pending::PATIENCE_SECONDS);
    project.note_leftovers(&entity, due).await
}

/// The name under which the worker changes deployments.
pub(crate) fn worker() -> Principal {
    Principal::system("worker")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_ends_with_the_first_reason_alone() {
        let mut deployment = crate::connector::samples::deployment(&["calc"]);
        let now = deployment.trail.created_at;
        for turn in 0..200 {
            deployment.report(
                EntryType::Information,
                "Switched",
                Some(format!("{turn}{}", "i".repeat(900))),
                now,
            );
        }
        let reasons = ["the first".to_owned(), "the second".to_owned()];
        deployment.fail("Refused", &reasons, now).unwrap();
        let short = shortened(deployment.clone(), "Refused", &reasons, now);
        let [entry] = short.build.report.entries.as_slice() else { panic!("one entry") };
        assert_eq!((entry.entry_type, entry.title.as_str()), (EntryType::Error, "Refused"));
        assert_eq!(entry.message.as_deref(), Some("the first"));
        deployment.build.report = short.build.report.clone();
        assert_eq!(short, deployment, "nothing else changes");
    }
}
