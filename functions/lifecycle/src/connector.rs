//! Connector deployments as subjects of jobs.
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
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use store::ProjectStore;

use self::scripts::Moment;
use crate::fault::Fault;
use crate::job::{Job, Subject};
use crate::stage::Stage;

impl Subject for ConnectorDeployment {
    fn carry_out<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, Result<(), Fault>> {
        match job.subject.operation.kind {
            OperationKind::Deploy => job.deploy(false).boxed(),
            OperationKind::Redeploy { skip_scripts } => job.deploy(skip_scripts).boxed(),
            OperationKind::Undeploy { skip_scripts } => job.undeploy(skip_scripts).boxed(),
        }
    }

    fn clean_up<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, ()> {
        async move {
            match job.subject.operation.kind {
                // What is left of it is on the list of what is to be deleted.
                OperationKind::Undeploy { .. } => {}
                _ if job.is_switched() => job.align_schedules_at_last().await,
                _ => job.discard_candidates().await,
            }
        }
        .boxed()
    }

    fn end<'j>(job: &'j mut Job<'_, Self>, ended: Self) -> BoxFuture<'j, Result<(), Fault>> {
        async move {
            job.project.save_progress(&ended, job.held).await?;
            job.subject = ended;
            Ok(())
        }
        .boxed()
    }

    fn tidy<'j>(
        context: &'j Context,
        project: &'j ProjectStore,
        subject: Self,
    ) -> BoxFuture<'j, Result<bool, Fault>> {
        leftovers::tidy(context, project, subject).boxed()
    }
}

impl Job<'_, ConnectorDeployment> {
    async fn deploy(&mut self, skip_scripts: bool) -> Result<(), Fault> {
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

    async fn undeploy(&mut self, skip_scripts: bool) -> Result<(), Fault> {
        if !skip_scripts {
            self.run_scripts(Moment::PreUndeploy).await?;
        }
        self.take_out().await?;
        self.retire_all().await?;
        self.remove().await
    }

    /// Ends an undeployment: the deployment ceases to exist.
    async fn remove(&mut self) -> Result<(), Fault> {
        let mut removed = self.subject.clone();
        match removed.finish(Event::Succeed)? {
            Next::Gone => Ok(self.project.remove_connector_deployment(&self.subject, self.held).await?),
            Next::Status(_) => Err(Fault::Fenced),
        }
    }
}
