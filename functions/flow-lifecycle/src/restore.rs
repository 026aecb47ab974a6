//! Letting something answer from the state machine that it ran on before, with the values it ran with: its own again,
//! or that of another deployment.

use app::machines::name_of;
use domain::deployment::{Application, Deployment};
use domain::metadata::Timestamp;
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::route::{Enabled, MAX_ENABLED, NotEnabled, Route, RouteEntry, Switch};
use domain::wishes::{OVERTAKEN, Wishes};
use domain::work::Worked;
use runtime::aws::AwsError;
use store::StoreError;
use worker::{JobError, Stage};

use crate::job::FlowJob;
use crate::settle::SWITCHED;

const NOT_POSSIBLE: &str = ReportCode::CannotSwitchOn.title();

impl FlowJob<'_, '_> {
    /// Lets the deployment answer, in place of what does, or since then beside it.
    pub(crate) async fn enable(&mut self, beside: Option<Timestamp>) -> Result<(), JobError> {
        if !self.was_switched() {
            let switch = if beside.is_some() { Switch::Beside } else { Switch::TakeOver };
            self.switch_on(switch, beside).await?;
        }
        self.settle().await?;
        let done = if self.was_switched() { ReportCode::SwitchedOn } else { ReportCode::LeftOff };
        self.succeed(done.title()).await
    }

    async fn switch_on(&mut self, switch: Switch, since: Option<Timestamp>) -> Result<(), JobError> {
        let never_made = || JobError::permanent(NOT_POSSIBLE, "It was never built; redeploy it");
        let made = self.subject.application.clone().ok_or_else(never_made)?;
        let route = self.project.route(self.subject.flow, self.subject.placement).await?;
        let is_crowded =
            |route: &Route| route.enabled(self.subject.id).is_none() && route.entries.len() >= MAX_ENABLED;
        if switch == Switch::Beside && route.as_ref().is_some_and(is_crowded) {
            return Err(JobError::permanent(NOT_POSSIBLE, NotEnabled::Crowded.to_string()));
        }
        let message = format!("Release {}, with the values it was built with", self.subject.release);
        self.done(Stage::Resolve, ReportCode::SwitchingOn.title(), message).await?;
        let entry = RouteEntry::new(&self.subject, &made, None);
        self.keep(&entry).await?;
        self.restore(&entry, &made).await?;
        let now = self.enabled_now();
        let enabled = Enabled { at: since.unwrap_or(now.at), ..now.clone() };
        self.renew();
        let change = |deployment: &mut Deployment, routes: &mut [Route], wishes: &Wishes| {
            let Some(route) = routes.first_mut().filter(|_| !wishes.keeps_off()) else { return Ok(()) };
            let (title, words) = switch_on(deployment, route, switch, &enabled)?;
            deployment.report(EntryType::Information, title, Some(words), now.at);
            Ok(())
        };
        self.subject = self.project.switch_deployment(&self.subject, self.held, change).await?;
        self.reached(Stage::Switch).await;
        Ok(())
    }

    /// The route knows that an entry is provisioned before its state machine is made again: if this job never gets
    /// to the switch, the next one gives the machine up. Its own entry may have been forgotten there.
    pub(crate) async fn keep(&mut self, entry: &RouteEntry) -> Result<(), JobError> {
        let kept = self.project.save_with_route(&self.subject, self.held, |deployment, route| {
            let retired = keep(route, entry, entry.deployment == deployment.id);
            deployment.retiring.extend(retired);
            Ok(())
        });
        self.subject = kept.await?;
        Ok(())
    }

    /// Makes sure that an entry of the route has its state machine, as it was.
    pub(crate) async fn restore(&mut self, entry: &RouteEntry, made: &Application) -> Result<(), JobError> {
        let name = name_of(&made.state_machine);
        let blueprint = self.stored_blueprint(entry.deployment, name, &made.bundle).await?;
        let is_there = match self.context.machines().describe(&made.state_machine).await {
            Ok(machine) => machine.active,
            Err(AwsError::Missing { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        if is_there {
            // Whoever meant to delete it may have got half way.
            self.project.note_machine(name).await?;
        } else {
            self.make(made, &blueprint).await?;
        }
        self.verify(made, &blueprint.definition).await
    }
}

/// Switches a deployment on that is ready, unless a newer request has taken over. Says what became of it.
fn switch_on(
    deployment: &mut Deployment,
    route: &mut Route,
    switch: Switch,
    enabled: &Enabled,
) -> Result<(&'static str, String), StoreError> {
    let Deployment { id, release, request_number, .. } = *deployment;
    if let Some(newer) = route.overtaken_by(request_number).filter(|_| route.enabled(id).is_none()) {
        return Ok((OVERTAKEN, newer.keeps_off(release)));
    }
    // Given up since we looked, or crowded: the next attempt looks again.
    let switched = route.enable_by(request_number, id, switch, enabled.clone());
    deployment.retiring.extend(switched.map_err(|_| StoreError::Raced)?);
    Ok((SWITCHED, format!("Release {release} answers, with the values it was built with")))
}

/// Marks an entry that is off as provisioned, and puts it in, off, where it may have been forgotten. Gives the state
/// machines that nothing leads to any more.
fn keep(route: &mut Route, entry: &RouteEntry, may_be_forgotten: bool) -> Vec<String> {
    let mut known = route.retained.iter_mut().filter(|kept| kept.build == entry.build).peekable();
    if known.peek().is_some() {
        known.for_each(|kept| kept.provisioned = true);
        return Vec::new();
    }
    if may_be_forgotten && route.enabled(entry.deployment).is_none() {
        return route.put(entry.clone(), Switch::Off);
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use domain::route::RETAINED;

    use super::*;
    use crate::samples;

    fn entry(id: u128) -> RouteEntry {
        let deployment = samples::deployment(id);
        RouteEntry::new(&deployment, deployment.application.as_ref().unwrap(), None)
    }

    #[test]
    fn what_was_given_up_is_marked_where_it_stands() {
        let mut route = samples::route();
        for id in 1..=5 {
            route.put(entry(id), Switch::Off);
        }
        assert!(!route.retained[0].provisioned);
        let before: Vec<_> = route.retained.iter().map(|kept| kept.deployment).collect();
        assert_eq!(keep(&mut route, &entry(1), true), [""; 0]);
        assert!(route.retained[0].provisioned);
        assert_eq!(route.retained.iter().map(|kept| kept.deployment).collect::<Vec<_>>(), before);
    }

    #[test]
    fn what_was_forgotten_comes_back_switched_off_if_it_may() {
        let mut route = samples::route();
        for id in 1..=3 {
            route.put(entry(id), Switch::Off);
        }
        assert_eq!(keep(&mut route, &entry(9), false), [""; 0]);
        assert_eq!(route.retained.len(), RETAINED);
        assert_eq!(keep(&mut route, &entry(9), true), [entry(1).state_machine]);
        assert!(route.leads_to(&entry(9).state_machine) && route.entries.is_empty());
    }

    #[test]
    fn what_somebody_else_switched_on_meanwhile_stays_on() {
        let mut route = samples::route();
        route.put(entry(1), Switch::TakeOver);
        assert_eq!(keep(&mut route, &entry(1), true), [""; 0]);
        assert!(route.enabled(entry(1).deployment).is_some());
    }
}
