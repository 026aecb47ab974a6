//! A package of which something cannot be deployed: what could be is taken away again.

use app::operation::accept;
use domain::deployment::{Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::lifecycle::Status;
use domain::package::Verdict;
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::work::Worked;
use futures::FutureExt;
use store::Stored;
use worker::{Done, JobError, MAX_ATTEMPTS, Stage, give_up, hopeless};

use super::LOOKS;
use super::members::{more_to_do, more_urgent, somebody_has};
use crate::job::{FlowDeployments, PackageJob};

/// The title of the entry that says what the package leaves behind.
const LEFT_BEHIND: &str = ReportCode::LeftBehind.title();

impl PackageJob<'_, '_> {
    /// From now on no attempt switches anything on.
    pub(super) async fn decide_to_withdraw(&mut self) -> Result<(), JobError> {
        self.subject.verdict = Some(Verdict::Withdrawn);
        self.save().await?;
        self.reached(Stage::Withdraw).await;
        Ok(())
    }

    /// Takes away what could be deployed, and waits a moment for what somebody else has. What failed stays, with its
    /// report. An attempt that gets nowhere counts: what nobody can take away must not be tried for ever.
    async fn withdraw(&mut self) -> Result<(), JobError> {
        let mut withdrawn = self.take_away_each().await;
        for _ in 1..LOOKS {
            if !matches!(withdrawn, Err(JobError::Yield(_))) || self.is_late() {
                break;
            }
            self.wait_for_others().await?;
            withdrawn = self.take_away_each().await;
        }
        match withdrawn {
            Err(JobError::Yield(words)) if self.subject.work_state.attempts > 0 => {
                Err(JobError::Transient(words.into()))
            }
            withdrawn => withdrawn,
        }
    }

    /// One that cannot be taken away now keeps no other from it.
    async fn take_away_each(&mut self) -> Result<(), JobError> {
        let mut left = None;
        // At least one is tried, however late it is.
        let mut tried = false;
        for member in self.subject.members.clone() {
            if tried && self.is_late() {
                // What can never go is met again when the rest is gone.
                let left = left.filter(|left| !matches!(left, JobError::Permanent { .. }));
                return Err(left.unwrap_or_else(more_to_do));
            }
            match self.take_away(member.deployment).await {
                Ok(false) => continue,
                Ok(true) => self.progressed(Stage::Withdrawn).await?,
                Err(fault) => left = Some(more_urgent(left, fault)),
            }
            tried = true;
        }
        left.map_or(Ok(()), Err)
    }

    /// Before the operation fails: unless all of it was switched on, what could be deployed goes. The reasons are
    /// written down first, for this may take several attempts.
    ///
    /// # Errors
    ///
    /// Something is left that may still go.
    pub(super) async fn withdraw_at_last(
        &mut self,
        title: &'static str,
        reasons: &mut Vec<String>,
    ) -> Result<(), JobError> {
        if self.subject.verdict == Some(Verdict::Switched) {
            return Ok(());
        }
        let withdrawn = match self.decide_at_last(title, reasons).await {
            Ok(()) => self.withdraw().await,
            refused => refused,
        };
        let Err(cause) = withdrawn else { return Ok(()) };
        if self.may_pass(&cause) {
            return Err(cause);
        }
        tracing::warn!(package = %self.subject.id, %cause, "not everything could be taken away");
        let words = "Deployments of the package that are not switched on are left; undeploy them".to_owned();
        let now = self.now();
        self.subject.report(EntryType::Warning, LEFT_BEHIND, Some(words), now);
        Ok(())
    }

    async fn decide_at_last(
        &mut self,
        title: &'static str,
        reasons: &mut Vec<String>,
    ) -> Result<(), JobError> {
        if self.subject.verdict == Some(Verdict::Withdrawn) {
            // The report says why already, and not once more for every attempt that this takes.
            reasons.clear();
            return Ok(());
        }
        let now = self.now();
        for reason in reasons.drain(..) {
            self.subject.report(EntryType::Error, title, Some(reason), now);
        }
        self.decide_to_withdraw().await
    }

    /// Whether another attempt may take away what this one could not. Where none has got anywhere for as many attempts
    /// as deploying has, the package fails all the same and says what it leaves behind.
    fn may_pass(&self, cause: &JobError) -> bool {
        match cause {
            JobError::Fenced => true,
            JobError::Throttled(_) => hopeless(&self.subject, self.now()).is_none(),
            JobError::Permanent { .. } => false,
            JobError::Yield(_) | JobError::Transient(_) => {
                self.subject.work_state.attempts < 2 * MAX_ATTEMPTS
            }
        }
    }

    /// Takes one deployment away. `false` when it stays: it failed and says why, or somebody else has switched it on.
    async fn take_away(&self, id: DeploymentId) -> Result<bool, JobError> {
        let Some(stored) = self.project.deployment(id).await? else { return Ok(false) };
        let is_on = stored.derived.enabled.is_some();
        let deployment = match stored.entity.status {
            Status::Failed | Status::UndeployFailed => return Ok(false),
            Status::Draft | Status::Deployed if is_on => return Ok(false),
            Status::Draft | Status::Deployed => self.ask_to_undeploy(stored).await?,
            Status::Undeploying => stored.entity,
            // What no worker has tried has nothing to say; a worker that takes it up meanwhile is the faster one.
            Status::Queued if stored.entity.work_state.attempts == 0 => {
                self.give_up_on(stored.entity).await?;
                let given_up = self.project.deployment(id).await?;
                let Some(given_up) = given_up else { return Ok(false) };
                // Somebody may have asked for that meanwhile.
                match given_up.entity.status {
                    Status::Undeploying => given_up.entity,
                    _ => self.ask_to_undeploy(given_up).await?,
                }
            }
            Status::Queued | Status::Deploying => {
                self.give_up_on(stored.entity).await?;
                return Ok(true);
            }
        };
        if self.work_on_member(&deployment).boxed().await? {
            return Ok(true);
        }
        Err(self.left_by(id).await?)
    }

    async fn ask_to_undeploy(&self, stored: Stored<Deployment>) -> Result<Deployment, JobError> {
        let by = &self.subject.operation.requested_by;
        Ok(accept(self.context, &self.project, stored, OperationKind::Undeploy, by).await?.entity)
    }

    /// What is still to be deployed fails instead, unless somebody is at it.
    async fn give_up_on(&self, deployment: Deployment) -> Result<(), JobError> {
        let id = deployment.id;
        if !deployment.work_state.is_held(self.now()) {
            let reason = "The package that it belongs to could not be deployed".to_owned();
            let project = self.project.clone();
            // Boxed: what giving up takes is large, and each of many callers would hold it.
            let given_up =
                give_up::<FlowDeployments>(self.context, project, deployment, reason).boxed().await?;
            if given_up == Done::Finished {
                return Ok(());
            }
        }
        Err(somebody_has(id))
    }
}
