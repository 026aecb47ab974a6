//! Package deployments as a kind of work.
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
use domain::report_code::ReportCode;
use worker::{Job, JobError, Kind, Stage};

use crate::job::{PackageJob, Packages};

pub(crate) const NOT_DEPLOYED: &str = ReportCode::PackageNotDeployed.title();

impl Kind for Packages {
    type Entity = PackageDeployment;

    async fn carry_out(job: &mut Job<'_, Self>) -> Result<(), JobError> {
        PackageJob(job).deploy().await
    }

    /// Taking its deployments away can take longer than one attempt.
    async fn clean_up(
        job: &mut Job<'_, Self>,
        title: &'static str,
        reasons: &mut Vec<String>,
    ) -> Result<(), JobError> {
        PackageJob(job).withdraw_at_last(title, reasons).await
    }

    async fn end(job: &mut Job<'_, Self>, ended: PackageDeployment) -> Result<(), JobError> {
        job.project.end_package_deployment(&ended, job.held).await?;
        job.subject = ended;
        Ok(())
    }
}

/// One attempt works on members for so long, in seconds, and leaves the rest to the next one: a worker has a minute,
/// and whoever is stopped in the middle of a member keeps it until the lease runs out.
const BUDGET_SECONDS: i64 = 30;

/// So often it is looked whether somebody else is done with a member, each time after a [`PAUSE`].
const LOOKS: u32 = 5;

const PAUSE: Duration = Duration::from_secs(1);

impl PackageJob<'_, '_> {
    /// Whether the rest is for the next attempt.
    fn is_late(&self) -> bool {
        self.now() > self.began.plus_seconds(BUDGET_SECONDS)
    }

    /// Whoever else has a member is most often done with it soon.
    async fn wait_for_others(&mut self) -> Result<(), JobError> {
        tokio::time::sleep(PAUSE).await;
        self.save().await
    }

    /// A member came to rest. Attempts are counted since the last time that one did: a package of slow ones takes many.
    async fn progressed(&mut self, stage: Stage) -> Result<(), JobError> {
        let now = self.now();
        self.subject.work_state.progressed(now);
        self.save().await?;
        self.reached(stage).await;
        Ok(())
    }

    async fn deploy(&mut self) -> Result<(), JobError> {
        if self.subject.verdict.is_none() {
            self.make_members().await?;
            self.work_on_members().await?;
            self.decide().await?;
        }
        if self.subject.verdict == Some(Verdict::Withdrawn) {
            // Before it fails, its deployments are taken away. The reasons are in the report since it was decided.
            return Err(JobError::Permanent { title: NOT_DEPLOYED, reasons: Vec::new() });
        }
        self.follow().await?;
        self.end_well(ReportCode::Deployed.title(), |package| package.finish(Event::Succeed)).await
    }
}
