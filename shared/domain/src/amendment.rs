//! Changing a deployment: switching it on or off, its priority, where it serves. What is ready is switched at once; what
//! has to be built first is left to the worker. While a worker has the deployment, what is asked for is kept and done
//! when the operation is over (`later.rs`).

use crate::deployment::{Arrival, Deployment, OperationKind};
use crate::lifecycle::{Event, IllegalTransition, Status};
use crate::metadata::Timestamp;
use crate::placement::Placement;
use crate::route::{Enabled, NotEnabled, Route, Switch};
use crate::wishes::Wishes;

mod later;
#[cfg(test)]
mod tests;

/// What is to be changed. What is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Amendment {
    /// The priority; `Some(None)` takes it away.
    pub priority: Option<Option<i32>>,
    /// Whether deploying leaves it switched off.
    pub deploy_disabled: Option<bool>,
    /// On or off.
    pub switch: Option<Wanted>,
    /// Where it is to serve. It is built there first.
    pub placement: Option<Placement>,
}

/// What a deployment is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// On, and everything else off. What is on already stays as it is.
    TakeOver,
    /// On, beside whatever is on. What is on already stays as it is.
    Beside,
    /// Off.
    Off,
    /// On since then, beside whatever is on, or off. To be since when it is asks for nothing: whoever sends a whole
    /// object back names it without meaning it.
    EnabledAt(Option<Timestamp>),
}

/// Why a deployment cannot be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAmended {
    /// Its status does not allow it.
    #[error(transparent)]
    NotNow(IllegalTransition),
    /// No more can be switched on beside what is.
    #[error("{}", NotEnabled::Crowded)]
    Crowded,
}

impl Amendment {
    /// Changes a deployment, what is asked of it, and its route; `enabled` is who asks, and when. Doing it twice is
    /// doing it once. Returns the operation that the worker has to carry out, on the deployment as it is otherwise
    /// changed; the route is then left as it was.
    ///
    /// # Errors
    ///
    /// [`NotAmended`]. What was changed by then is to be thrown away.
    pub fn apply(
        &self,
        deployment: &mut Deployment,
        wishes: &mut Wishes,
        route: &mut Route,
        enabled: &Enabled,
    ) -> Result<Option<OperationKind>, NotAmended> {
        let switch = self.switch_of(deployment, route);
        if deployment.status.in_progress() {
            return later::keep(deployment, wishes, route, (self, switch), enabled).map(|()| None);
        }
        if let Some(to) = self.placement.filter(|to| *to != deployment.placement) {
            let arrival = arrival(deployment, route, switch, enabled.at);
            let kind = OperationKind::Move { from: deployment.placement, to, arrival };
            self.amend_both(deployment, route, switch);
            return Ok(Some(kind));
        }
        self.amend_both(deployment, route, switch);
        match switch {
            Some(Wanted::Off | Wanted::EnabledAt(None)) => {
                let retired = route.disable(deployment.id);
                deployment.retiring.extend(retired);
                Ok(None)
            }
            Some(Wanted::TakeOver) => switch_on(deployment, route, Switch::TakeOver, enabled),
            Some(Wanted::Beside) => switch_on(deployment, route, Switch::Beside, enabled),
            Some(Wanted::EnabledAt(Some(at))) => {
                switch_on(deployment, route, Switch::Beside, &Enabled { at, by: enabled.by.clone() })
            }
            None => Ok(None),
        }
    }

    /// How a deployment is to be switched, if it is.
    fn switch_of(&self, deployment: &Deployment, route: &Route) -> Option<Wanted> {
        self.switch.filter(|wanted| *wanted != Wanted::EnabledAt(enabled_at(deployment, route)))
    }

    /// Changes what a deployment and its entry say, and nothing of what is on.
    fn amend_both(&self, deployment: &mut Deployment, route: &mut Route, switch: Option<Wanted>) {
        deployment.priority = self.priority.unwrap_or(deployment.priority);
        deployment.deploy_disabled = self.deploy_disabled.unwrap_or(deployment.deploy_disabled);
        let since = match switch {
            Some(Wanted::EnabledAt(at)) => at,
            _ => None,
        };
        route.amend(deployment.id, deployment.priority.unwrap_or_default(), since);
    }
}

/// Since when a deployment is on, as everybody is told.
fn enabled_at(deployment: &Deployment, route: &Route) -> Option<Timestamp> {
    let entry = route.enabled(deployment.id).filter(|_| deployment.status != Status::Undeploying)?;
    entry.enabled.as_ref().map(|enabled| enabled.at)
}

/// Whether what moves is switched on where it moves to: as it was, or would have been had it been deployed.
fn arrival(deployment: &Deployment, route: &Route, switch: Option<Wanted>, now: Timestamp) -> Arrival {
    let since = enabled_at(deployment, route);
    let goes_live = deployment.application.is_none() && !deployment.deploy_disabled;
    match switch {
        Some(Wanted::TakeOver) => Arrival::TakeOver,
        Some(Wanted::Beside) => Arrival::Beside(since.unwrap_or(now)),
        Some(Wanted::EnabledAt(Some(at))) => Arrival::Beside(at),
        None if since.is_some() || goes_live => Arrival::TakeOver,
        Some(Wanted::Off | Wanted::EnabledAt(None)) | None => Arrival::Off,
    }
}

fn switch_on(
    deployment: &mut Deployment,
    route: &mut Route,
    how: Switch,
    enabled: &Enabled,
) -> Result<Option<OperationKind>, NotAmended> {
    let Deployment { id, status, .. } = *deployment;
    if route.enabled(id).is_none() && status != Status::Deployed {
        return Err(NotAmended::NotNow(IllegalTransition { status, event: Event::Enable }));
    }
    match route.enable(id, how, enabled.clone()) {
        Ok(retired) => {
            deployment.retiring.extend(retired);
            Ok(None)
        }
        Err(NotEnabled::NotReady) => {
            Ok(Some(OperationKind::Enable { beside: (how == Switch::Beside).then_some(enabled.at) }))
        }
        Err(NotEnabled::Crowded) => Err(NotAmended::Crowded),
    }
}
