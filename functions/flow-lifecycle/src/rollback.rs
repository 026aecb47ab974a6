//! Rolling back: what answered before answers again, from the state machine it ran on and with the values it ran
//! with.

use domain::deployment::{Deployment, OperationKind};
use domain::ids::{BuildId, DeploymentId};
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::route::{Route, RouteEntry};
use domain::wishes::OVERTAKEN;
use domain::work::Worked;
use store::{Kind, StoreError};
use worker::{JobError, Stage};

use crate::job::FlowJob;
use crate::settle::SWITCHED;

const NOT_POSSIBLE: &str = ReportCode::CannotRollBack.title();

impl FlowJob<'_, '_> {
    pub(crate) async fn roll_back(&mut self, to: Option<DeploymentId>) -> Result<(), JobError> {
        if !self.was_switched() {
            self.return_to(to).await?;
        }
        self.settle().await?;
        let done = if self.was_switched() { ReportCode::RolledBack } else { ReportCode::LeftOff };
        self.succeed(done.title()).await
    }

    async fn return_to(&mut self, to: Option<DeploymentId>) -> Result<(), JobError> {
        let (own, flow, placement) = (self.subject.id, self.subject.flow, self.subject.placement);
        let nothing =
            || JobError::permanent(NOT_POSSIBLE, "There is nothing that answered before this deployment");
        let route = self.project.route(flow, placement).await?.ok_or_else(nothing)?;
        let target = to.or_else(|| route.previous().map(|entry| entry.deployment)).ok_or_else(nothing)?;
        // Written down with the first stage: what answered last may be another one when it is tried again.
        self.subject.operation.kind = OperationKind::Rollback { to: Some(target) };
        if let Some(words) = overtaken(&route, &self.subject) {
            let now = self.now();
            self.subject.report(EntryType::Information, OVERTAKEN, Some(words), now);
            return Ok(());
        }
        if route.enabled(own).is_none() {
            return Err(JobError::permanent(NOT_POSSIBLE, "This deployment does not answer any more"));
        }
        let gone =
            || JobError::permanent(NOT_POSSIBLE, format!("The deployment '{target}' is no longer there"));
        let mut others = others(&route, own);
        let entry = others.find(|entry| entry.deployment == target).ok_or_else(gone)?;
        let stored = self.project.deployment(target).await?.ok_or_else(gone)?;
        let application = stored.entity.application.ok_or_else(gone)?;
        let message = format!("Back to release {}, deployed as '{target}'", entry.release);
        self.done(Stage::Resolve, ReportCode::RollingBack.title(), message).await?;
        if !entry.provisioned {
            self.keep(entry).await?;
        }
        self.restore(entry, &application).await?;
        self.switch_back(entry).await
    }

    async fn switch_back(&mut self, entry: &RouteEntry) -> Result<(), JobError> {
        let enabled = self.enabled_now();
        let again = RouteEntry {
            enabled: Some(enabled.clone()),
            provisioned: true,
            request: self.subject.request_number,
            off: None,
            ..entry.clone()
        };
        self.renew();
        let switched = self.project.save_with_route(&self.subject, self.held, |deployment, route| {
            if let Some(words) = overtaken(route, deployment) {
                deployment.report(EntryType::Information, OVERTAKEN, Some(words), enabled.at);
                return Ok(());
            }
            is_ready(route, deployment.id, again.build)?;
            let retired = route.roll_back(again.clone());
            deployment.retiring.extend(retired);
            let words = format!("Release {} answers again, with the values it ran with", again.release);
            deployment.report(EntryType::Information, SWITCHED, Some(words), enabled.at);
            Ok(())
        });
        self.subject = switched.await?;
        self.reached(Stage::Switch).await;
        Ok(())
    }
}

/// What to say of a deployment that does not answer any more because of a newer request.
fn overtaken(route: &Route, own: &Deployment) -> Option<String> {
    let newer = route.overtaken_by(own.request_number).filter(|_| route.enabled(own.id).is_none());
    newer.map(|newer| newer.keeps_off(own.release))
}

/// What could be gone back to from `own`: what is off, or on beside it.
fn others(route: &Route, own: DeploymentId) -> impl Iterator<Item = &RouteEntry> {
    route.retained.iter().chain(&route.entries).filter(move |entry| entry.deployment != own)
}

/// Whether the route can go back from `own` to a build, as it is now.
fn is_ready(route: &Route, own: DeploymentId, build: BuildId) -> Result<(), StoreError> {
    let kept = others(route, own).find(|kept| kept.build == build);
    match kept.filter(|_| route.enabled(own).is_some()) {
        // Undeployed or superseded since we looked: there is nothing to go back to, or nothing to go back from.
        None => {
            let address = "that can be gone back to, or from".to_owned();
            Err(StoreError::NotFound { kind: Kind::Deployment, address })
        }
        // Its state machine was given up since we looked; the next attempt makes it again.
        Some(kept) if !kept.provisioned => Err(StoreError::Raced),
        Some(_) => Ok(()),
    }
}
