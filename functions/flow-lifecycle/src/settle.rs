//! Switch the route, then bring what follows the route in line: the schedule, and what nothing leads to any more.

use std::slice;

use app::schedules::NOT_SCHEDULED;
use domain::deployment::{Application, Arrival, Deployment, OperationKind};
use domain::placement::Placement;
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::route::{Enabled, MAX_ENABLED, NotEnabled, Route, RouteEntry, Switch, Takeover};
use domain::wishes::{OVERTAKEN, Wishes};
use domain::work::Worked;
use store::StoreError;
use worker::{JobError, Stage};

use crate::job::FlowJob;
use crate::retire::{RetirePolicy, retire};
use crate::schedule::align;

/// The title of the entry that is written in the transaction that switches: it is there exactly if that was done.
pub(crate) const SWITCHED: &str = ReportCode::Switched.title();

impl FlowJob<'_, '_> {
    /// Puts the application into the route, and the deployment where it is going to serve: one transaction. It is not
    /// switched on where a newer request has taken over, or where it was asked meanwhile to be off.
    pub(crate) async fn switch_to(&mut self, application: &Application) -> Result<(), JobError> {
        let enabled = self.enabled_now();
        self.renew();
        let change = |deployment: &mut Deployment, routes: &mut [Route], wishes: &Wishes| {
            // Crowded since we looked: the next attempt says so.
            let switched = switch(deployment, routes, application, (&enabled, wishes));
            let (title, words) = switched.map_err(|_| StoreError::Raced)?;
            deployment.report(EntryType::Information, title, Some(words), enabled.at);
            Ok(())
        };
        let switched = self.project.switch_deployment(&self.subject, self.held, change);
        self.subject = switched.await?;
        self.reached(Stage::Switch).await;
        Ok(())
    }

    /// Whether where it is to serve there is room for it: better said before it is built.
    pub(crate) async fn is_welcome(&self) -> Result<(), JobError> {
        let OperationKind::Move { to, arrival: Arrival::Beside(_), .. } = self.subject.operation.kind else {
            return Ok(());
        };
        match self.project.route(self.subject.flow, to).await? {
            Some(route) if is_crowded(&route, &self.subject) => {
                Err(JobError::permanent(ReportCode::CannotMove.title(), NotEnabled::Crowded.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// What a route notes of whoever is switched on by this operation.
    pub(crate) fn enabled_now(&self) -> Enabled {
        Enabled { at: self.now(), by: self.subject.operation.requested_by.clone() }
    }

    /// Whether an attempt before this one got as far as the switch, of an operation that makes no application.
    pub(crate) fn was_switched(&self) -> bool {
        self.subject.build.report.entries.iter().any(|entry| entry.title == SWITCHED)
    }

    /// Everything that follows from the route.
    pub(crate) async fn settle(&mut self) -> Result<(), JobError> {
        for place in self.places() {
            align(self.context, &self.project, self.subject.flow, place).await?;
        }
        self.subject.follow_up = false;
        self.reached(Stage::Schedule).await;
        // What was switched off a moment ago may still be used: it is left to the sweeper. What is undeployed goes.
        if self.subject.operation.kind == OperationKind::Undeploy {
            self.retire().await?;
        }
        self.reached(Stage::Retire).await;
        Ok(())
    }

    /// Where routes were switched: where the deployment serves, and where it served if it has moved.
    fn places(&self) -> Vec<Placement> {
        let mut places = vec![self.subject.placement];
        if let OperationKind::Move { from, .. } = self.subject.operation.kind {
            places.push(from);
        }
        places.dedup();
        places
    }

    /// Deletes the state machines that nothing leads to any more, whatever runs on them.
    async fn retire(&mut self) -> Result<(), JobError> {
        let machines = &self.subject.retiring;
        self.subject.retiring =
            retire(self.context, &self.project, &self.subject, machines, RetirePolicy::Now).await?;
        self.save().await
    }

    /// Deletes what was made for an operation that fails. What cannot be deleted now is left to the sweeper.
    pub(crate) async fn discard_candidate(&mut self) {
        let Some(made) = self.subject.candidate.take().map(|candidate| candidate.state_machine) else {
            return;
        };
        let all = slice::from_ref(&made);
        if let Err(cause) = retire(self.context, &self.project, &self.subject, all, RetirePolicy::Now).await {
            tracing::warn!(deployment = %self.subject.id, %cause, "not everything could be deleted");
            self.subject.retiring.push(made);
        }
    }

    /// Once a route is switched its schedule has to follow, as far as it can, even if the operation fails.
    pub(crate) async fn align_schedules_at_last(&mut self) {
        let may_have_switched = match self.subject.operation.kind {
            OperationKind::Deploy | OperationKind::Redeploy { .. } | OperationKind::Move { .. } => {
                self.is_switched()
            }
            OperationKind::Rollback { .. } | OperationKind::Enable { .. } | OperationKind::Undeploy => true,
        };
        if !may_have_switched {
            return;
        }
        let mut wrong = Vec::new();
        for place in self.places() {
            let aligned = align(self.context, &self.project, self.subject.flow, place).await;
            wrong.extend(aligned.err());
        }
        self.subject.follow_up &= !wrong.is_empty();
        let now = self.now();
        for fault in wrong {
            tracing::warn!(deployment = %self.subject.id, cause = %fault, "the schedule is not what it should be");
            for reason in fault.reasons() {
                self.subject.report(EntryType::Error, NOT_SCHEDULED, Some(reason), now);
            }
        }
    }
}

/// Puts a deployment's new application into the route of its destination, and takes it out of any other. What is on is
/// replaced in place, and stays on since when it was. Says what became of it: the title and the words of an entry.
fn switch(
    deployment: &mut Deployment,
    routes: &mut [Route],
    application: &Application,
    (enabled, wishes): (&Enabled, &Wishes),
) -> Result<(&'static str, String), NotEnabled> {
    wishes.amend(deployment);
    let destination = deployment.destination();
    let (mut how, mut newer) = (Switch::Off, None);
    for route in routes {
        if route.placement != destination {
            deployment.retiring.extend(route.take_out(deployment.id));
            continue;
        }
        let since;
        (how, since) = wanted(deployment, route, (enabled, wishes));
        newer = newer_request(deployment, route, how);
        if how == Switch::Beside && newer.is_none() && is_crowded(route, deployment) {
            return Err(NotEnabled::Crowded);
        }
        let entry = RouteEntry::new(deployment, application, since);
        deployment.retiring.extend(route.put(entry, how));
    }
    deployment.placement = destination;
    deployment.application = deployment.candidate.take();
    let (release, kind) = (deployment.release, &deployment.operation.kind);
    if let Some(newer) = newer {
        return Ok((OVERTAKEN, newer.keeps_off(release)));
    }
    let words = match (how, kind) {
        (Switch::TakeOver, _) => format!("Release {release} answers"),
        (Switch::Beside, OperationKind::Move { .. }) => {
            format!("Release {release} is switched on, beside what is on there")
        }
        (Switch::Beside, _) => format!("Release {release} is switched on, in place of its build before"),
        (Switch::Off, OperationKind::Redeploy { in_place: true }) => {
            format!("Release {release} is ready; it was switched off meanwhile, and stays off")
        }
        (Switch::Off, _) => format!("Release {release} is ready; it is switched off"),
    };
    Ok((SWITCHED, words))
}

/// The newer request that keeps a deployment off which would be on otherwise.
fn newer_request(deployment: &Deployment, route: &Route, how: Switch) -> Option<Takeover> {
    let was_on = deployment.operation.kind == OperationKind::Redeploy { in_place: true };
    let may_be_on = how != Switch::Off || was_on;
    if !may_be_on || route.enabled(deployment.id).is_some() {
        return None;
    }
    route.overtaken_by(deployment.request_number)
}

/// Whether a deployment is to be on in the route of its destination, and since when.
fn wanted(
    deployment: &Deployment,
    route: &Route,
    (enabled, wishes): (&Enabled, &Wishes),
) -> (Switch, Option<Enabled>) {
    // What is taken away next is left as it is until then.
    let is_left = wishes.undeploy.is_some() && route.enabled(deployment.id).is_some();
    if wishes.keeps_off() && !is_left {
        return (Switch::Off, None);
    }
    let kind = &deployment.operation.kind;
    if let OperationKind::Move { arrival, .. } = kind {
        return match arrival {
            Arrival::TakeOver => (Switch::TakeOver, Some(enabled.clone())),
            Arrival::Beside(at) => (Switch::Beside, Some(Enabled { at: *at, by: enabled.by.clone() })),
            Arrival::Off => (Switch::Off, None),
        };
    }
    // What was on, and was switched off while it was built, stays off: that is newer than what was asked for.
    let stays_off = deployment.deploy_disabled || matches!(kind, OperationKind::Redeploy { in_place: true });
    match route.enabled(deployment.id) {
        Some(before) => (Switch::Beside, before.enabled.clone()),
        None if stays_off => (Switch::Off, None),
        None => (Switch::TakeOver, Some(enabled.clone())),
    }
}

/// Whether a route has no room for one more that is on.
fn is_crowded(route: &Route, deployment: &Deployment) -> bool {
    route.enabled(deployment.id).is_none() && route.entries.len() >= MAX_ENABLED
}

#[cfg(test)]
mod tests;
