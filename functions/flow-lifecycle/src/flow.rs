//! Flow deployments as a kind of work.

use app::operation::{request, tell_worker};
use domain::deployment::{Deployment, OperationKind};
use domain::lifecycle::{Event, Next};
use domain::report_code::ReportCode;
use domain::route::Route;
use domain::wishes::Wishes;
use runtime::Context;
use store::ProjectStore;
use worker::{Job, JobError, Kind, note, worker};

use crate::follow_up::{follow, follow_up};
use crate::job::{FlowDeployments, FlowJob};
use crate::retire::{RetirePolicy, retire};

impl Kind for FlowDeployments {
    type Entity = Deployment;

    async fn carry_out(job: &mut Job<'_, Self>) -> Result<(), JobError> {
        let mut job = FlowJob(job);
        match job.subject.operation.kind.clone() {
            OperationKind::Deploy | OperationKind::Redeploy { .. } => {
                job.deploy(ReportCode::Deployed.title()).await
            }
            OperationKind::Move { .. } => job.deploy(ReportCode::Moved.title()).await,
            OperationKind::Rollback { to } => job.roll_back(to).await,
            OperationKind::Enable { beside } => job.enable(beside).await,
            OperationKind::Undeploy => job.undeploy().await,
        }
    }

    async fn clean_up(job: &mut Job<'_, Self>, _: &'static str, _: &mut Vec<String>) -> Result<(), JobError> {
        let mut job = FlowJob(job);
        job.discard_candidate().await;
        job.align_schedules_at_last().await;
        Ok(())
    }

    async fn end(job: &mut Job<'_, Self>, ended: Deployment) -> Result<(), JobError> {
        let next = request(job.context, &worker());
        let change = |deployment: &mut Deployment, routes: &mut [Route], wishes: &Wishes| {
            // A move that fails has to let both of its routes go.
            for route in routes.iter_mut() {
                let retired = route.release(deployment.id);
                deployment.retiring.extend(retired);
            }
            wishes.carry_out(deployment, routes, &next);
            Ok(())
        };
        job.subject = job.project.end_deployment(&ended, job.held, change).await?;
        // What was asked for meanwhile may be another operation, or want another schedule.
        if job.subject.status.in_progress() || job.subject.follow_up {
            tell_worker(job.context, job.project.project(), &job.subject).await;
        }
        Ok(())
    }

    async fn tidy(context: &Context, project: &ProjectStore, subject: Deployment) -> Result<bool, JobError> {
        tidy(context, project, subject).await
    }

    async fn follow_up(
        context: &Context,
        project: &ProjectStore,
        subject: Deployment,
    ) -> Result<bool, JobError> {
        follow_up(context, project, subject).await
    }
}

impl FlowJob<'_, '_> {
    /// Builds the release for where it is to serve, and switches it.
    async fn deploy(&mut self, done: &str) -> Result<(), JobError> {
        if !self.is_switched() {
            self.is_welcome().await?;
            let blueprint = self.blueprint().await?;
            let application = self.provision(&blueprint).await?;
            self.switch_to(&application).await?;
        }
        self.settle().await?;
        self.succeed(done).await
    }

    /// Whether an earlier attempt got as far as the switch.
    pub(crate) fn is_switched(&self) -> bool {
        let build = self.subject.build.id;
        self.subject.application.as_ref().is_some_and(|application| application.build == build)
    }

    /// Ends the operation well, and lets the route go.
    pub(crate) async fn succeed(&mut self, title: &str) -> Result<(), JobError> {
        self.end_well(title, |deployment| deployment.finish(Event::Succeed)).await
    }

    /// Ends an undeployment: the deployment ceases to exist.
    pub(crate) async fn remove(&mut self) -> Result<(), JobError> {
        let mut removed = self.subject.clone();
        match removed.finish(Event::Succeed)? {
            Next::Gone => Ok(self.project.remove_deployment(&self.subject, self.held).await?),
            Next::Status(_) => Err(JobError::Fenced),
        }
    }
}

/// Clears away what a deployment that rests had to leave, the schedule first. `false` if nothing could be done yet.
async fn tidy(context: &Context, project: &ProjectStore, deployment: Deployment) -> Result<bool, JobError> {
    let mut after = deployment.clone();
    follow(context, project, &mut after).await;
    if after != deployment {
        // Retiring may fail, and then what was done would be done again at every look.
        note(context, project, after.clone()).await?;
    }
    let followed = after.clone();
    after.retiring =
        retire(context, project, &deployment, &deployment.retiring, RetirePolicy::AfterAWhile).await?;
    let progressed =
        after.follow_up != deployment.follow_up || after.retiring.len() < deployment.retiring.len();
    if after != followed {
        note(context, project, after).await?;
    }
    Ok(progressed)
}
