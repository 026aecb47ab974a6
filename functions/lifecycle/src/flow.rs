//! Flow deployments as subjects of jobs.

use domain::deployment::{Deployment, OperationKind};
use domain::lifecycle::{Event, Next};
use domain::route::Route;
use domain::wishes::Wishes;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use runtime::asking::{request, tell_worker};
use store::ProjectStore;

use crate::fault::Fault;
use crate::follow_up::{follow, follow_up};
use crate::job::{Job, Subject, note, worker};
use crate::retire::{Haste, retire};

impl Subject for Deployment {
    fn carry_out<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, Result<(), Fault>> {
        match job.subject.operation.kind.clone() {
            OperationKind::Deploy | OperationKind::Redeploy { .. } => job.deploy("Deployed").boxed(),
            OperationKind::Move { .. } => job.deploy("Moved").boxed(),
            OperationKind::Rollback { to } => job.roll_back(to).boxed(),
            OperationKind::Enable { beside } => job.enable(beside).boxed(),
            OperationKind::Undeploy => job.undeploy().boxed(),
        }
    }

    fn clean_up<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, ()> {
        async move {
            job.discard_candidate().await;
            job.align_schedules_at_last().await;
        }
        .boxed()
    }

    fn end<'j>(job: &'j mut Job<'_, Self>, ended: Self) -> BoxFuture<'j, Result<(), Fault>> {
        async move {
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
        .boxed()
    }

    fn tidy<'j>(
        context: &'j Context,
        project: &'j ProjectStore,
        subject: Self,
    ) -> BoxFuture<'j, Result<bool, Fault>> {
        tidy(context, project, subject).boxed()
    }

    fn follow_up<'j>(
        context: &'j Context,
        project: &'j ProjectStore,
        subject: Self,
    ) -> BoxFuture<'j, Result<bool, Fault>> {
        follow_up(context, project, subject).boxed()
    }
}

impl Job<'_, Deployment> {
    /// Builds the release for where it is to serve, and switches it.
    async fn deploy(&mut self, done: &str) -> Result<(), Fault> {
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
    pub(crate) async fn succeed(&mut self, title: &str) -> Result<(), Fault> {
        self.end_well(title, |deployment| deployment.finish(Event::Succeed)).await
    }

    /// Ends an undeployment: the deployment ceases to exist.
    pub(crate) async fn remove(&mut self) -> Result<(), Fault> {
        let mut removed = self.subject.clone();
        match removed.finish(Event::Succeed)? {
            Next::Gone => Ok(self.project.remove_deployment(&self.subject, self.held).await?),
            Next::Status(_) => Err(Fault::Fenced),
        }
    }
}

/// Clears away what a deployment that rests had to leave, the schedule first. `false` if nothing could be done yet.
async fn tidy(context: &Context, project: &ProjectStore, deployment: Deployment) -> Result<bool, Fault> {
    let mut after = deployment.clone();
    follow(context, project, &mut after).await;
    if after != deployment {
        // Retiring may fail, and then what was done would be done again at every look.
        note(context, project, after.clone()).await?;
    }
    let followed = after.clone();
    after.retiring = retire(context, project, &deployment, &deployment.retiring, Haste::AfterAWhile).await?;
    let progressed =
        after.follow_up != deployment.follow_up || after.retiring.len() < deployment.retiring.len();
    if after != followed {
        note(context, project, after).await?;
    }
    Ok(progressed)
}
