//! One operation on one deployment, from the lease to the end.

use domain::deployment::{Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::lifecycle::{Event, Next};
use domain::report::EntryType;
use domain::trail::Principal;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use runtime::aws::WorkMessage;
use runtime::clock::fresh;
use store::{ProjectStore, StoreError};

use crate::fault::Fault;
use crate::stage::{Stage, Witness};

/// A worker takes an operation up so often before it is given up.
pub const MAX_ATTEMPTS: u32 = 5;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The operation came to its end, good or bad.
    Finished,
    /// There was nothing to do: another worker has it, it is done, or it is no longer asked for.
    Nothing,
}

/// An operation under way, and the lease on it.
pub(crate) struct Job<'a> {
    pub(crate) context: &'a Context,
    pub(crate) project: ProjectStore,
    pub(crate) deployment: Deployment,
    /// The epoch of our lease: every write names it.
    pub(crate) held: u64,
    witness: &'a dyn Witness,
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
    async move {
        let project = context.project(&message.project);
        let Some(deployment) = waiting(context, &project, message.deployment_id).await? else {
            return Ok(Done::Nothing);
        };
        if deployment.operation.id != message.operation_id {
            return Ok(Done::Nothing);
        }
        if deployment.attempts >= MAX_ATTEMPTS {
            let reason = format!("The operation was taken up {MAX_ATTEMPTS} times and never came to its end");
            return give_up(context, project, deployment, reason).await;
        }
        match Job::claim(context, project, deployment, witness).await? {
            Some(job) => job.run().await,
            None => Ok(Done::Nothing),
        }
    }
    .boxed()
}

/// Fails an operation that nobody brings to its end.
pub(crate) async fn give_up(
    context: &Context,
    project: ProjectStore,
    deployment: Deployment,
    reason: String,
) -> Result<Done, Fault> {
    match Job::claim(context, project, deployment, &crate::stage::Unwatched).await? {
        Some(job) => job.fail("Given up", vec![reason]).await,
        None => Ok(Done::Nothing),
    }
}

/// The deployment, if it has an operation under way that no worker holds.
pub(crate) async fn waiting(
    context: &Context,
    project: &ProjectStore,
    id: DeploymentId,
) -> Result<Option<Deployment>, StoreError> {
    let found = project.deployment(id).await?.map(|stored| stored.entity);
    let now = context.clock.now();
    Ok(found.filter(|deployment| deployment.status.in_progress() && !deployment.is_held(now)))
}

impl<'a> Job<'a> {
    async fn claim(
        context: &'a Context,
        project: ProjectStore,
        mut deployment: Deployment,
        witness: &'a dyn Witness,
    ) -> Result<Option<Self>, Fault> {
        let before = deployment.epoch;
        let now = context.clock.now();
        deployment.claim(&fresh().to_string(), now, context.config.lease_seconds)?;
        deployment.trail.sign(now, &worker());
        match project.save_progress(&deployment, before).await {
            Ok(()) => {
                let job = Self { context, project, held: deployment.epoch, deployment, witness };
                job.witness.after(Stage::Claim).await;
                Ok(Some(job))
            }
            Err(StoreError::Fenced) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn run(mut self) -> Result<Done, Fault> {
        let kind = self.deployment.operation.kind.clone();
        let outcome = match kind {
            OperationKind::Deploy | OperationKind::Redeploy => self.deploy().await,
            OperationKind::Rollback { to } => self.roll_back(to).await,
            OperationKind::Undeploy => self.undeploy().await,
        };
        match outcome {
            Ok(()) => Ok(Done::Finished),
            Err(Fault::Fenced) => Ok(Done::Nothing),
            Err(Fault::Permanent { title, reasons }) => self.fail(title, reasons).await,
            Err(transient) => {
                self.let_go(&transient).await;
                Err(transient)
            }
        }
    }

    async fn deploy(&mut self) -> Result<(), Fault> {
        if !self.is_switched() {
            let blueprint = self.blueprint().await?;
            let application = self.provision(&blueprint).await?;
            self.switch_to(&application).await?;
        }
        self.settle().await?;
        self.succeed("Deployed").await
    }

    /// Whether an earlier attempt got as far as the switch.
    pub(crate) fn is_switched(&self) -> bool {
        let build = self.deployment.build.id;
        self.deployment.application.as_ref().is_some_and(|application| application.build == build)
    }

    /// Writes an entry that says what a stage has done.
    pub(crate) async fn done(&mut self, stage: Stage, title: &str, message: String) -> Result<(), Fault> {
        let now = self.context.clock.now();
        self.deployment.report(EntryType::Information, title, Some(message), now);
        self.save().await?;
        self.reached(stage).await;
        Ok(())
    }

    /// Writes the deployment as it is here, and renews the lease.
    pub(crate) async fn save(&mut self) -> Result<(), Fault> {
        let now = self.context.clock.now();
        if let Some(lease) = &mut self.deployment.lease {
            lease.until = now.plus_seconds(self.context.config.lease_seconds);
        }
        self.deployment.trail.sign(now, &worker());
        Ok(self.project.save_progress(&self.deployment, self.held).await?)
    }

    pub(crate) async fn reached(&self, stage: Stage) {
        self.witness.after(stage).await;
    }

    /// Ends the operation well, and lets the route go.
    pub(crate) async fn succeed(&mut self, title: &str) -> Result<(), Fault> {
        let mut finished = self.deployment.clone();
        finished.report(EntryType::Information, title, None, self.context.clock.now());
        finished.finish(Event::Succeed)?;
        self.end(finished).await
    }

    /// Ends the operation badly. Before the switch, what answered still answers and what was made for this operation
    /// goes. After it, the new build answers, and its schedule follows as far as it can.
    async fn fail(mut self, title: &'static str, reasons: Vec<String>) -> Result<Done, Fault> {
        self.discard_candidate().await;
        self.align_schedule_at_last().await;
        let mut failed = self.deployment.clone();
        let next = failed.fail(title, &reasons, self.context.clock.now())?;
        tracing::info!(deployment = %failed.id, title, ?next, "operation failed");
        match self.end(failed).await {
            Err(Fault::Fenced) => Ok(Done::Nothing),
            ended => ended.map(|()| Done::Finished),
        }
    }

    async fn end(&mut self, mut ended: Deployment) -> Result<(), Fault> {
        ended.trail.sign(self.context.clock.now(), &worker());
        let released = self.project.save_with_route(&ended, self.held, |deployment, route| {
            route.holds.remove(&deployment.id);
            Ok(())
        });
        self.deployment = released.await?;
        Ok(())
    }

    /// Gives the lease back after a failure that may pass, so that the next attempt need not wait for it to run out.
    async fn let_go(&self, cause: &Fault) {
        tracing::warn!(deployment = %self.deployment.id, %cause, "operation interrupted; it will be taken up again");
        if let Err(error) = self.give_lease_back().await {
            tracing::warn!(deployment = %self.deployment.id, cause = %error, "the lease has to run out");
        }
    }

    /// A write whose answer got lost may have been done: what is stored counts, not what is remembered here.
    async fn give_lease_back(&self) -> Result<(), StoreError> {
        let Some(stored) = self.project.deployment(self.deployment.id).await? else { return Ok(()) };
        let mut stored = stored.entity;
        if stored.epoch != self.held || stored.operation.id != self.deployment.operation.id {
            return Err(StoreError::Fenced);
        }
        stored.lease = None;
        stored.epoch += 1;
        stored.trail.sign(self.context.clock.now(), &worker());
        self.project.save_progress(&stored, self.held).await
    }

    /// Ends an undeployment: the deployment ceases to exist.
    pub(crate) async fn remove(&mut self) -> Result<(), Fault> {
        let mut removed = self.deployment.clone();
        match removed.finish(Event::Succeed)? {
            Next::Gone => Ok(self.project.remove_deployment(&self.deployment, self.held).await?),
            Next::Status(_) => Err(Fault::Fenced),
        }
    }
}

/// The name under which the worker changes deployments.
pub(crate) fn worker() -> Principal {
    Principal::system("worker")
}
