//! Connector deployments as a kind of work.
//!
//! An operation works on all applications of a deployment: everything is made beside what answers, one write switches
//! all of them, and what follows the switch can be done again by whoever takes the operation up next. The definitions
//! are made anew in every attempt; nothing that they are made of changes while an operation is under way.

pub(crate) mod folder;
mod leftovers;
mod outcome;
mod plan;
mod program;
mod provision;
mod retry;
#[cfg(test)]
pub(crate) mod samples;
mod script_runs;
mod scripts;
mod switch;

use domain::connector_deployment::{ConnectorDeployment, OperationKind};
use domain::lifecycle::{Event, Next};
use runtime::Context;
use store::ProjectStore;
use worker::{Job, JobError, Kind, Stage};

use self::scripts::Moment;
use crate::job::{ConnectorDeployments, ConnectorJob};

impl Kind for ConnectorDeployments {
    type Entity = ConnectorDeployment;

    async fn carry_out(job: &mut Job<'_, Self>) -> Result<(), JobError> {
        let mut job = ConnectorJob(job);
        match job.subject.operation.kind {
            OperationKind::Deploy => job.deploy(false).await,
            OperationKind::Redeploy { skip_scripts } => job.deploy(skip_scripts).await,
            OperationKind::Undeploy { skip_scripts } => job.undeploy(skip_scripts).await,
        }
    }

    async fn clean_up(job: &mut Job<'_, Self>, _: &'static str, _: &mut Vec<String>) -> Result<(), JobError> {
        let mut job = ConnectorJob(job);
        match job.subject.operation.kind {
            // What is left of it is on the list of what is to be deleted.
            OperationKind::Undeploy { .. } => {}
            _ if job.is_switched() => job.align_schedules_at_last().await,
            _ => job.discard_candidates().await,
        }
        Ok(())
    }

    async fn tidy(
        context: &Context,
        project: &ProjectStore,
        subject: ConnectorDeployment,
    ) -> Result<bool, JobError> {
        leftovers::tidy(context, project, subject).await
    }
}

impl ConnectorJob<'_, '_> {
    async fn deploy(&mut self, skip_scripts: bool) -> Result<(), JobError> {
        if !self.is_switched() {
            let planned = self.plan().await?;
            self.provision(&planned).await?;
            self.switch().await?;
        }
        self.align_schedules().await?;
        self.reached(Stage::Schedule).await;
        if skip_scripts {
            self.skip_scripts(Moment::PostDeploy);
        } else {
            self.run_scripts(Moment::PostDeploy).await?;
        }
        // The topic before delivers to what answers now, until the scripts have told its publishers of the new one.
        self.retire_behind_switch().await?;
        self.end_well("Deployed", |deployment| deployment.finish(Event::Succeed)).await
    }

    async fn undeploy(&mut self, skip_scripts: bool) -> Result<(), JobError> {
        if !skip_scripts {
            self.run_scripts(Moment::PreUndeploy).await?;
        }
        self.take_out().await?;
        self.retire_all().await?;
        self.remove().await
    }

    /// Ends an undeployment: the deployment ceases to exist.
    async fn remove(&mut self) -> Result<(), JobError> {
        let mut removed = self.subject.clone();
        match removed.finish(Event::Succeed)? {
            Next::Gone => Ok(self.project.remove_connector_deployment(&self.subject, self.held).await?),
            Next::Status(_) => Err(JobError::Fenced),
        }
    }
}
