//! Package deployments as subjects of jobs.
//!
//! Every release of a package becomes a deployment of its own, which stays switched off. The request makes them, or else
//! this job does, and it does their jobs one after the other. When all of them are deployed, one transaction switches them on. When one
//! cannot be, none is switched on, and those that could be are taken away again. Which of the two it is gets written
//! down before anything follows from it, so that whoever takes the operation up next goes the same way.

mod members;
mod together;
mod withdraw;

use std::time::Duration;

use domain::lifecycle::Event;
use domain::package::{PackageDeployment, Verdict};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use runtime::Context;
use store::ProjectStore;

use crate::fault::Fault;
use crate::job::{Job, Subject};
use crate::stage::Stage;

pub(crate) const NOT_DEPLOYED: &str = "The package could not be deployed";

impl Subject for PackageDeployment {
    fn carry_out<'j>(job: &'j mut Job<'_, Self>) -> BoxFuture<'j, Result<(), Fault>> {
        job.deploy().boxed()
    }

    fn clean_up<'j>(_: &'j mut Job<'_, Self>) -> BoxFuture<'j, ()> {
        // Taking its deployments away can take longer than one attempt.
        ready(()).boxed()
    }

    fn clean_up_all<'j>(
        job: &'j mut Job<'_, Self>,
        title: &'static str,
        reasons: &'j mut Vec<String>,
    ) -> BoxFuture<'j, Result<(), Fault>> {
        job.withdraw_at_last(title, reasons).boxed()
    }

    fn end<'j>(job: &'j mut Job<'_, Self>, ended: Self) -> BoxFuture<'j, Result<(), Fault>> {
        async move {
            job.project.end_package_deployment(&ended, job.held).await?;
            job.subject = ended;
            Ok(())
        }
        .boxed()
    }

    fn tidy<'j>(_: &'j Context, _: &'j ProjectStore, _: Self) -> BoxFuture<'j, Result<bool, Fault>> {
        // Its deployments look after themselves.
        ready(Ok(false)).boxed()
    }
}

/// One attempt works on members for so long, in seconds, and leaves the rest to the next one: a worker has a minute,
/// and whoever is stopped in the middle of a member keeps it until the lease runs out.
const BUDGET_SECONDS: i64 = 30;

/// So often it is looked whether somebody else is done with a member, each time after a [`PAUSE`].
const LOOKS: u32 = 5;

const PAUSE: Duration = Duration::from_secs(1);

impl Job<'_, PackageDeployment> {
    /// Whether the rest is for the next attempt.
    fn is_late(&self) -> bool {
        self.now() > self.began.plus_seconds(BUDGET_SECONDS)
    }

    /// Whoever else has a member is most often done with it soon.
    async fn wait_for_others(&mut self) -> Result<(), Fault> {
        tokio::time::sleep(PAUSE).await;
        self.save().await
    }

    /// A member came to rest. Attempts are counted since the last time that one did: a package of slow ones takes many.
    async fn progressed(&mut self, stage: Stage) -> Result<(), Fault> {
        let now = self.now();
        self.subject.hold.progressed(now);
        self.save().await?;
        self.reached(stage).await;
        Ok(())
    }

    async fn deploy(&mut self) -> Result<(), Fault> {
        if self.subject.verdict.is_none() {
            self.make_members().await?;
            self.work_on_members().await?;
            self.decide().await?;
        }
        if self.subject.verdict == Some(Verdict::Withdrawn) {
            // Before it fails, its deployments are taken away. The reasons are in the report since it was decided.
            return Err(Fault::Permanent { title: NOT_DEPLOYED, reasons: Vec::new() });
        }
        self.follow().await?;
        self.end_well("Deployed", |package| package.finish(Event::Succeed)).await
    }
}
