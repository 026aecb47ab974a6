//! All members of a package are switched on in one transaction, and their schedules follow.

use domain::deployment::Deployment;
use domain::lifecycle::Status;
use domain::package::{PackageDeployment, Verdict};
use domain::report::EntryType;
use domain::route::{Enabled, Route, Switch};
use domain::work::Worked;
use store::Stored;

use super::NOT_DEPLOYED;
use crate::fault::Fault;
use crate::follow_up::follow_up;
use crate::job::Job;
use crate::settle::SWITCHED;
use crate::stage::Stage;

impl Job<'_, PackageDeployment> {
    /// Switches all members on, or none of them.
    pub(super) async fn switch_together(&mut self) -> Result<(), Fault> {
        let by = self.subject.operation.requested_by.clone();
        let enabled = Enabled { at: self.now(), by: by.clone() };
        self.renew();
        let mut switched = self.subject.clone();
        switched.verdict = Some(Verdict::Switched);
        let words = format!("Releases that were switched on together: {}", switched.members.len());
        switched.report(EntryType::Information, SWITCHED, Some(words), enabled.at);
        let change = |stored: &mut Stored<Deployment>, route: &mut Route| {
            switch_on(&mut stored.entity, route, &enabled)
        };
        self.project.save_with_members(&switched, self.held, (enabled.at, &by), change).await?;
        self.subject = switched;
        self.reached(Stage::Together).await;
        Ok(())
    }

    /// Lets the schedules follow. What does not is left to the sweeper: the package is deployed all the same.
    pub(super) async fn follow(&mut self) -> Result<(), Fault> {
        for deployment in self.members().await?.into_iter().flatten() {
            if deployment.status.in_progress() || !deployment.follow_up {
                continue;
            }
            let (name, release) = (deployment.name.clone(), deployment.release);
            let followed = follow_up(self.context, &self.project, deployment).await?;
            if !followed {
                let words =
                    format!("Release {release} of '{name}': its schedule is tried again every so often");
                let now = self.now();
                self.subject.report(EntryType::Warning, "A schedule is late", Some(words), now);
            }
            self.save().await?;
        }
        self.reached(Stage::Follow).await;
        Ok(())
    }
}

/// Lets one member take over where it serves.
fn switch_on(deployment: &mut Deployment, route: &mut Route, enabled: &Enabled) -> Result<(), Fault> {
    let (name, release) = (&deployment.name, deployment.release);
    match deployment.status {
        Status::Deployed => {}
        // Somebody asked for another operation since we looked.
        status if status.in_progress() => {
            return Err(Fault::Transient(format!("release {release} of '{name}' is {status}").into()));
        }
        status => {
            let reason = format!("Release {release} of '{name}' is {status} by now");
            return Err(Fault::permanent(NOT_DEPLOYED, reason));
        }
    }
    let retired = route.enable(deployment.id, Switch::TakeOver, enabled.clone()).map_err(|_| {
        let reason = format!(
            "Release {release} of '{name}' lost its state machine while others were deployed; deploy the package again"
        );
        Fault::permanent(NOT_DEPLOYED, reason)
    })?;
    deployment.retiring.extend(retired);
    deployment.deploy_disabled = false;
    Ok(())
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
            switch_on(&mut member, &mut route, &enabled()).unwrap();
            assert_eq!(route.enabled(member.id).unwrap().enabled, Some(enabled()));
            assert!(!member.deploy_disabled);
        }
    }

    #[test]
    fn a_member_that_is_not_ready_keeps_all_of_them_off() {
        let (mut member, mut route) = (deployment(1), route());
        let lost = switch_on(&mut member, &mut route, &enabled()).unwrap_err();
        assert!(matches!(lost, Fault::Permanent { .. }), "{lost}");
        member.status = Status::Failed;
        let failed = switch_on(&mut member, &mut route, &enabled()).unwrap_err();
        assert!(matches!(failed, Fault::Permanent { .. }), "{failed}");
        member.status = Status::Queued;
        let busy = switch_on(&mut member, &mut route, &enabled()).unwrap_err();
        assert!(matches!(busy, Fault::Transient(_)), "{busy}");
    }
}
