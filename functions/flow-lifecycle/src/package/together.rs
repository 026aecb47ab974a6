//! All members of a package are switched on in one transaction, and their schedules follow.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::lifecycle::Status;
use domain::package::Verdict;
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::route::{Enabled, Route, Switch};
use domain::wishes::OVERTAKEN;
use domain::work::Worked;
use retry::Retry;
use store::StoreError;
use worker::{JobError, Stage};

use super::NOT_DEPLOYED;
use crate::follow_up::follow_up;
use crate::job::PackageJob;
use crate::settle::SWITCHED;

impl PackageJob<'_, '_> {
    /// Switches all members on, or none of them.
    pub(super) async fn switch_together(&mut self) -> Result<(), JobError> {
        let by = self.subject.operation.requested_by.clone();
        let enabled = Enabled { at: self.now(), by: by.clone() };
        self.renew();
        let mut switched = self.subject.clone();
        switched.verdict = Some(Verdict::Switched);
        let words = format!("Releases that were switched together: {}", switched.members.len());
        switched.report(EntryType::Information, SWITCHED, Some(words), enabled.at);
        let ids: Vec<DeploymentId> = switched.members.iter().map(|member| member.deployment).collect();
        let mut retry = Retry::patient();
        loop {
            let mut members = self.project.all_routed(&ids).await?;
            for (member, routed) in switched.members.iter().zip(&mut members) {
                switch_on(&mut routed.stored.entity, &mut routed.route, &enabled, member.request_number)?;
            }
            match self.project.save_with_members(&switched, self.held, (enabled.at, &by), members).await {
                Err(StoreError::Raced) => retry.again("the routes are being changed too often").await?,
                done => break done.map(drop)?,
            }
        }
        self.subject = switched;
        self.reached(Stage::Together).await;
        Ok(())
    }

    /// Lets the schedules follow. What does not is left to the sweeper: the package is deployed all the same. Tells of the
    /// members that a newer request keeps off.
    pub(super) async fn follow(&mut self) -> Result<(), JobError> {
        for deployment in self.members().await?.into_iter().flatten() {
            if self.tell_of(&deployment) {
                self.save().await?;
            }
            if deployment.status.in_progress() || !deployment.follow_up {
                continue;
            }
            let (name, release) = (deployment.name.clone(), deployment.release);
            let followed = follow_up(self.context, &self.project, deployment).await?;
            if !followed {
                let words =
                    format!("Release {release} of '{name}': its schedule is tried again every so often");
                let now = self.now();
                self.subject.report(EntryType::Warning, ReportCode::ScheduleLate.title(), Some(words), now);
            }
            self.save().await?;
        }
        self.reached(Stage::Follow).await;
        Ok(())
    }

    /// Repeats in the package's report, once, why a member stays off. `false` when there is nothing new to tell.
    fn tell_of(&mut self, member: &Deployment) -> bool {
        let of_member = &member.build.report.entries;
        let Some(why) = of_member.iter().rfind(|entry| entry.title == OVERTAKEN) else { return false };
        let words = why.message.as_ref().map(|why| format!("'{}': {why}", member.name));
        let told = &self.subject.build.report.entries;
        if told.iter().any(|entry| entry.title == OVERTAKEN && entry.message == words) {
            return false;
        }
        let now = self.now();
        self.subject.report(EntryType::Information, OVERTAKEN, words, now);
        true
    }
}

/// Lets one member take over where it serves, unless a newer request than that for the package has, or it was asked
/// meanwhile to be off.
fn switch_on(
    deployment: &mut Deployment,
    route: &mut Route,
    enabled: &Enabled,
    request: u64,
) -> Result<(), JobError> {
    let (name, release) = (&deployment.name, deployment.release);
    match deployment.status {
        Status::Deployed => {}
        // Somebody asked for another operation since we looked.
        status if status.in_progress() => {
            return Err(JobError::Transient(format!("release {release} of '{name}' is {status}").into()));
        }
        status => {
            let reason = format!("Release {release} of '{name}' is {status} by now");
            return Err(JobError::permanent(NOT_DEPLOYED, reason));
        }
    }
    let (id, is_on) = (deployment.id, route.enabled(deployment.id).is_some());
    // A package that was asked for before requests were counted has reserved nothing.
    let is_wanted = is_on || request == 0 || route.reserved.contains(&id);
    if is_wanted {
        let newer = route.overtaken_by(request).filter(|_| !is_on);
        let switched = route.enable_by(request, id, Switch::TakeOver, enabled.clone());
        let retired = switched.map_err(|_| lost(deployment))?;
        deployment.retiring.extend(retired);
        deployment.deploy_disabled = false;
        if let Some(newer) = newer {
            let words = newer.keeps_off(release);
            deployment.report(EntryType::Information, OVERTAKEN, Some(words), enabled.at);
        }
    }
    let retired = route.unreserve(id);
    deployment.retiring.extend(retired);
    Ok(())
}

fn lost(deployment: &Deployment) -> JobError {
    let Deployment { name, release, .. } = deployment;
    let reason =
        format!("Release {release} of '{name}' has no state machine any more; deploy the package again");
    JobError::permanent(NOT_DEPLOYED, reason)
}

#[cfg(test)]
mod tests {
    use domain::route::RouteEntry;

    use super::*;
    use crate::samples::{deployment, enabled, route};

    #[test]
    fn a_member_that_is_ready_takes_over() {
        let (mut member, mut route) = (deployment(1), route());
        member.deploy_disabled = true;
        let entry = RouteEntry::new(&member, member.application.as_ref().unwrap(), None);
        route.put(entry, Switch::Off);
        for _ in 0..2 {
            switch_on(&mut member, &mut route, &enabled(), 0).unwrap();
            assert_eq!(route.enabled(member.id).unwrap().enabled, Some(enabled()));
            assert!(!member.deploy_disabled);
        }
    }

    #[test]
    fn a_member_that_something_newer_keeps_off_or_somebody_switched_off_does_not_take_over() {
        for (is_disabled, titles) in [(false, vec![OVERTAKEN]), (true, vec![])] {
            let (mut member, mut newer, mut route) = (deployment(1), deployment(2), route());
            member.deploy_disabled = true;
            let request = route.reserve(member.id);
            let entry = RouteEntry::new(&member, member.application.as_ref().unwrap(), None);
            route.put(entry, Switch::Off);
            newer.request_number = route.accept();
            let entry = RouteEntry::new(&newer, newer.application.as_ref().unwrap(), Some(enabled()));
            route.put(entry, Switch::TakeOver);
            if is_disabled {
                route.disable(member.id);
            }
            for _ in 0..2 {
                switch_on(&mut member, &mut route, &enabled(), request).unwrap();
                assert!(route.enabled(member.id).is_none() && route.enabled(newer.id).is_some());
            }
            let told = member.build.report.entries.iter().map(|entry| entry.title.as_str());
            assert_eq!(told.collect::<Vec<_>>(), titles);
            assert!(route.reserved.is_empty());
        }
    }

    #[test]
    fn a_member_that_is_not_ready_keeps_all_of_them_off() {
        let (mut member, mut route) = (deployment(1), route());
        let lost = switch_on(&mut member, &mut route, &enabled(), 0).unwrap_err();
        assert!(matches!(lost, JobError::Permanent { .. }), "{lost}");
        member.status = Status::Failed;
        let failed = switch_on(&mut member, &mut route, &enabled(), 0).unwrap_err();
        assert!(matches!(failed, JobError::Permanent { .. }), "{failed}");
        member.status = Status::Queued;
        let busy = switch_on(&mut member, &mut route, &enabled(), 0).unwrap_err();
        assert!(matches!(busy, JobError::Transient(_)), "{busy}");
    }
}
