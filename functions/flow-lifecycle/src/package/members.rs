//! The deployments of a package: they are made, if the request has not, and worked on one after the other.

use app::package_members::make_members;
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::lifecycle::Status;
use domain::package::{MemberDeployment, Package};
use domain::report::{EntryType, Report};
use domain::work::{WorkKind, Worked};
use futures::future::try_join_all;
use runtime::aws::WorkMessage;
use worker::{JobError, Stage, work_on};

use super::{LOOKS, NOT_DEPLOYED};
use crate::job::{FlowDeployments, PackageJob};

impl PackageJob<'_, '_> {
    /// Makes the deployments that the request has not made.
    pub(super) async fn make_members(&mut self) -> Result<(), JobError> {
        if self.subject.made {
            return Ok(());
        }
        let package = self.project.get_by_id::<Package>(self.subject.package.uuid()).await?.entity;
        let description = package.description();
        let description =
            description.map_err(|error| JobError::permanent(NOT_DEPLOYED, error.to_string()))?;
        self.renew();
        let job = &mut *self.0;
        make_members(job.context, &job.project, &mut job.subject, &description, job.held).await?;
        let now = self.now();
        self.subject.work_state.advance(Stage::Members.step(), now);
        self.save().await?;
        self.reached(Stage::Members).await;
        Ok(())
    }

    /// Does the jobs of all members that do not rest yet, and waits a moment for those that somebody else has.
    pub(super) async fn work_on_members(&mut self) -> Result<(), JobError> {
        for _ in 1..LOOKS {
            match self.work_on_each().await {
                Err(JobError::Yield(_)) if !self.is_late() => self.wait_for_others().await?,
                done => return done,
            }
        }
        self.work_on_each().await
    }

    /// One that cannot be worked on now keeps no other from it.
    async fn work_on_each(&mut self) -> Result<(), JobError> {
        let mut left = None;
        for member in self.subject.members.clone() {
            let Some(deployment) = self.member(&member).await? else { continue };
            if !deployment.status.in_progress() {
                continue;
            }
            if self.is_late() {
                return Err(left.unwrap_or_else(more_to_do));
            }
            match self.work_on_member(&deployment).await {
                Ok(true) => self.progressed(Stage::Member).await?,
                Ok(false) => left = Some(more_urgent(left, self.left_by(deployment.id).await?)),
                Err(fault) => left = Some(more_urgent(left, fault)),
            }
        }
        left.map_or(Ok(()), Err)
    }

    /// Does the job of a deployment that belongs to the package. `false` when it does not rest then.
    pub(super) async fn work_on_member(&self, deployment: &Deployment) -> Result<bool, JobError> {
        let message = WorkMessage {
            project: self.project.project().clone(),
            kind: WorkKind::FlowDeployment,
            id: deployment.id.uuid(),
            operation_id: deployment.operation.id,
        };
        work_on::<FlowDeployments>(self.context, &message, self.witness).await?;
        let now = self.project.deployment(deployment.id).await?;
        Ok(now.is_none_or(|now| !now.entity.status.in_progress()))
    }

    /// Why a member does not rest: it waits for AWS, or somebody else has it.
    pub(super) async fn left_by(&self, id: DeploymentId) -> Result<JobError, JobError> {
        let now = self.now();
        let found = self.project.deployment(id).await?;
        let waits = found.is_some_and(|found| found.entity.work_state.is_waiting(now));
        let throttled =
            || JobError::Throttled("AWS takes no more requests for a member of the package".to_owned());
        Ok(if waits { throttled() } else { somebody_has(id) })
    }

    /// The deployment of a member, while it is there.
    pub(super) async fn member(&self, member: &MemberDeployment) -> Result<Option<Deployment>, JobError> {
        Ok(self.project.deployment(member.deployment).await?.map(|stored| stored.entity))
    }

    /// The deployments of all members, each while it is there.
    pub(super) async fn members(&self) -> Result<Vec<Option<Deployment>>, JobError> {
        try_join_all(self.subject.members.iter().map(|member| self.member(member))).await
    }

    /// All members rest: either all of them are switched on, or none is.
    pub(super) async fn decide(&mut self) -> Result<(), JobError> {
        let found = self.members().await?;
        let members = self.subject.members.iter().zip(&found);
        let reasons: Vec<_> =
            members.filter_map(|(member, deployment)| in_the_way(member, deployment.as_ref())).collect();
        if reasons.is_empty() {
            return self.switch_together().await;
        }
        let now = self.now();
        for reason in reasons {
            self.subject.report(EntryType::Error, NOT_DEPLOYED, Some(reason), now);
        }
        self.decide_to_withdraw().await
    }
}

/// The time of this attempt is over.
pub(super) fn more_to_do() -> JobError {
    JobError::Yield("there are members left for the next attempt".to_owned())
}

/// A member that waits for whoever has it.
pub(super) fn somebody_has(member: DeploymentId) -> JobError {
    JobError::Yield(format!("another worker has '{member}'"))
}

/// Of two reasons why members are left, the one that decides how the attempt ends: a failure counts, yielding does not.
pub(super) fn more_urgent(left: Option<JobError>, also: JobError) -> JobError {
    match left {
        Some(left) if urgency(&left) >= urgency(&also) => left,
        _ => also,
    }
}

const fn urgency(fault: &JobError) -> u8 {
    match fault {
        JobError::Yield(_) => 0,
        // What may pass comes before what does not: another attempt meets that again.
        JobError::Permanent { .. } => 1,
        JobError::Throttled(_) => 2,
        JobError::Transient(_) => 3,
        JobError::Fenced => 4,
    }
}

/// Why a member that rests cannot be switched on; nothing when it can.
fn in_the_way(member: &MemberDeployment, deployment: Option<&Deployment>) -> Option<String> {
    let release = member.member.release;
    let Some(deployment) = deployment else {
        let flow = member.member.flow;
        return Some(format!("Release {release} of the flow '{flow}' was undeployed meanwhile"));
    };
    let name = &deployment.name;
    match deployment.status {
        Status::Deployed => None,
        Status::Failed => {
            Some(format!("Release {release} of '{name}': {}", errors(&deployment.build.report)))
        }
        status => Some(format!("Release {release} of '{name}' is {status} by now")),
    }
}

/// The errors of a report in one line.
fn errors(report: &Report) -> String {
    let errors = report.entries.iter().filter(|entry| entry.entry_type == EntryType::Error);
    let words: Vec<&str> =
        errors.map(|entry| entry.message.as_deref().unwrap_or(entry.title.as_str())).collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use domain::package::PackageMember;

    use super::*;
    use crate::samples::{at, deployment};

    #[test]
    fn of_what_leaves_members_behind_a_failure_decides() {
        let permanent = || JobError::permanent(NOT_DEPLOYED, "no");
        let transient = || JobError::Transient("later".into());
        let throttled = || JobError::Throttled("later".to_owned());
        let leased = || somebody_has(deployment(1).id);
        for (one, other) in [(leased(), throttled()), (throttled(), permanent())] {
            assert!(matches!(more_urgent(Some(one), other), JobError::Throttled(_)));
        }
        assert!(matches!(more_urgent(None, leased()), JobError::Yield(_)));
        assert!(matches!(more_urgent(Some(leased()), more_to_do()), JobError::Yield(_)));
        for (one, other) in [(leased(), transient()), (transient(), leased()), (permanent(), transient())] {
            assert!(matches!(more_urgent(Some(one), other), JobError::Transient(_)));
        }
        assert!(matches!(more_urgent(Some(permanent()), leased()), JobError::Permanent { .. }));
        assert!(matches!(more_urgent(Some(JobError::Fenced), transient()), JobError::Fenced));
    }

    #[test]
    fn what_is_in_the_way_is_told_with_the_members_own_errors() {
        let mut deployment = deployment(1);
        let member = PackageMember { flow: deployment.flow, release: 3, priority: None };
        let member = MemberDeployment { member, deployment: deployment.id, request_number: 7, made: true };
        assert_eq!(in_the_way(&member, Some(&deployment)), None);
        deployment.report(EntryType::Information, "Release resolved", Some("fine".to_owned()), at());
        for reason in ["'a' is not set", "'b' is not set"] {
            deployment.report(EntryType::Error, "Configuration is incomplete", Some(reason.to_owned()), at());
        }
        deployment.status = Status::Failed;
        let words = in_the_way(&member, Some(&deployment)).unwrap();
        assert_eq!(words, "Release 3 of 'Orders': 'a' is not set; 'b' is not set");
        deployment.status = Status::UndeployFailed;
        let words = in_the_way(&member, Some(&deployment)).unwrap();
        assert_eq!(words, "Release 3 of 'Orders' is UndeployFailed by now");
        assert!(in_the_way(&member, None).unwrap().contains("was undeployed meanwhile"));
    }
}
