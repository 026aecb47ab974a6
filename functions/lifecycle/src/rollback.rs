//! Rolling back: what answered before answers again, from the state machine it ran on and with the values it ran
//! with.

use domain::deployment::{Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::route::{Route, RouteEntry};
use store::{Kind, StoreError};

use crate::fault::Fault;
use crate::job::Job;
use crate::stage::Stage;

const NOT_POSSIBLE: &str = "Cannot roll back";

impl Job<'_, Deployment> {
    pub(crate) async fn roll_back(&mut self, to: Option<DeploymentId>) -> Result<(), Fault> {
        let (flow, environment) = (self.subject.flow, self.subject.environment);
        let nothing =
            || Fault::permanent(NOT_POSSIBLE, "There is nothing that answered before this deployment");
        let route = self.project.route(flow, environment).await?.ok_or_else(nothing)?;
        let target = to.or_else(|| route.previous().map(|entry| entry.deployment)).ok_or_else(nothing)?;
        // Written down with the first stage: once the route is switched, another one is the last that answered.
        self.subject.operation.kind = OperationKind::Rollback { to: Some(target) };
        // An attempt before this one may have been killed after the switch.
        if route.answering().is_none_or(|entry| entry.deployment != target) {
            self.return_to(&route, target).await?;
        }
        self.settle().await?;
        self.succeed("Rolled back").await
    }

    async fn return_to(&mut self, route: &Route, target: DeploymentId) -> Result<(), Fault> {
        if !route.entries.iter().any(|entry| entry.deployment == self.subject.id) {
            return Err(Fault::permanent(NOT_POSSIBLE, "This deployment does not answer any more"));
        }
        let gone = || Fault::permanent(NOT_POSSIBLE, format!("The deployment '{target}' is no longer there"));
        let entry = route.retained.iter().find(|entry| entry.deployment == target).ok_or_else(gone)?;
        let stored = self.project.deployment(target).await?.ok_or_else(gone)?;
        let application = stored.entity.application.ok_or_else(gone)?;
        let message = format!("Back to release {}, deployed as '{target}'", entry.release);
        self.done(Stage::Resolve, "Rolling back", message).await?;
        self.keep(entry).await?;
        self.restore(entry, &application).await?;
        self.switch_back(entry).await
    }

    /// The route knows that an entry is provisioned before its state machine is made again: if this job never gets
    /// to the switch, the next one gives the machine up.
    async fn keep(&mut self, entry: &RouteEntry) -> Result<(), Fault> {
        if entry.provisioned {
            return Ok(());
        }
        let kept = self.project.save_with_route(&self.subject, self.held, |_, route| {
            let same = route.retained.iter_mut().filter(|kept| kept.build == entry.build);
            same.for_each(|kept| kept.provisioned = true);
            Ok(())
        });
        self.subject = kept.await?;
        Ok(())
    }

    async fn switch_back(&mut self, entry: &RouteEntry) -> Result<(), Fault> {
        let again = RouteEntry { enabled_at: self.now(), provisioned: true, ..entry.clone() };
        let switched = self.project.save_with_route(&self.subject, self.held, |deployment, route| {
            // Undeployed or superseded since we looked: there is nothing to go back to, or nothing to go back from.
            let kept = route.retained.iter().find(|kept| kept.build == again.build);
            let is_answering = route.entries.iter().any(|entry| entry.deployment == deployment.id);
            let Some(kept) = kept.filter(|_| is_answering) else {
                let address = format!("'{}' that can be gone back to", again.deployment);
                return Err(StoreError::NotFound { kind: Kind::Deployment, address });
            };
            // Its state machine was given up since we looked; the next attempt makes it again.
            if entry.provisioned && !kept.provisioned {
                return Err(StoreError::Raced);
            }
            let displaced = route.roll_back(again.clone());
            deployment.retiring.extend(displaced.retired);
            Ok(())
        });
        self.subject = switched.await?;
        let message = format!("Release {} answers again, with the values it ran with", entry.release);
        self.done(Stage::Switch, "Switched", message).await
    }
}
