//! What is asked of a deployment while an operation is under way: to be switched on or off, another priority, to be taken
//! away. It is stored beside the deployment, and carried out in the write that ends the operation, well or badly.

use crate::report_code::ReportCode;
use serde::{Deserialize, Serialize};

use crate::deployment::{Deployment, OperationKind, Request};
use crate::lifecycle::Status;
use crate::metadata::{Principal, Timestamp};
use crate::report::EntryType;
use crate::route::{Enabled, NotEnabled, Route, Switch};
use crate::work::Worked;

#[cfg(test)]
pub(crate) mod tests;

/// The title of the entry of a report that says which newer request keeps a deployment off.
pub const OVERTAKEN: &str = ReportCode::Overtaken.title();

/// The title of the entry of a report that says why something that was asked for meanwhile was not done.
pub const NOT_DONE: &str = ReportCode::NotSwitchedOn.title();

/// Everything that is to be done when the operation under way is over. Of two that contradict each other the later counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Wishes {
    /// Whether to switch it on or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch: Option<SwitchWish>,
    /// The priority to give it. It counts from when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityWish>,
    /// Whether deploying leaves it switched off, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy_disabled: Option<bool>,
    /// Whether to take it away, and who asked for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undeploy: Option<Asked>,
}

/// How to switch a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "to")]
pub enum SwitchWish {
    /// Off. What is on is switched off when this is asked for, and stays so.
    Off,
    /// On.
    On {
        /// Whether beside whatever is on, instead of in its place.
        beside: bool,
        /// Since when it is to be on, and who asked for it.
        enabled: Enabled,
        /// Number of the request among all requests for the route.
        request: u64,
    },
}

/// The priority to give a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityWish {
    /// The priority; `null` takes it away.
    pub priority: Option<i32>,
}

/// Who asked for something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Principal,
}

impl Wishes {
    /// Whether the deployment is on once all this is carried out; `deploy_disabled` is whether deploying leaves it off.
    pub fn leave_it_on(&self, deploy_disabled: bool) -> bool {
        let on = match self.switch {
            Some(SwitchWish::Off) => false,
            Some(SwitchWish::On { .. }) => true,
            None => !self.deploy_disabled.unwrap_or(deploy_disabled),
        };
        on && self.undeploy.is_none()
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the operation under way is not to switch the deployment on any more.
    pub fn keeps_off(&self) -> bool {
        self.undeploy.is_some() || self.switch == Some(SwitchWish::Off)
    }

    /// The priority of a deployment, as it was asked for last.
    pub fn priority(&self, deployment: &Deployment) -> Option<i32> {
        self.priority.map_or(deployment.priority, |wish| wish.priority)
    }

    /// Whether deploying leaves a deployment switched off, as it was asked for last.
    pub fn deploy_disabled(&self, deployment: &Deployment) -> bool {
        self.deploy_disabled.unwrap_or(deployment.deploy_disabled)
    }

    /// Gives a deployment what was asked for and takes effect without being switched.
    pub fn amend(&self, deployment: &mut Deployment) {
        deployment.priority = self.priority(deployment);
        deployment.deploy_disabled = self.deploy_disabled(deployment);
    }

    /// Does what was asked for to a deployment whose operation is over. `request` has the ids of the operation that may
    /// come of it; who asked for that is known here.
    pub fn carry_out(&self, deployment: &mut Deployment, routes: &mut [Route], request: &Request) {
        if self.is_empty() {
            return;
        }
        self.amend(deployment);
        let Some(route) = routes.iter_mut().find(|route| route.placement == deployment.placement) else {
            return;
        };
        if self.priority.is_some() {
            route.amend(deployment.id, deployment.priority.unwrap_or_default(), None);
        }
        // The worker may have set the schedule before it was switched off.
        deployment.follow_up |= self.switch.is_some() || self.priority.is_some();
        if let Some(Asked { at, by }) = self.undeploy.clone() {
            let request = Request { at, by, ..request.clone() };
            if deployment.request(OperationKind::Undeploy, &request).is_ok() {
                return;
            }
        }
        match self.switch.clone() {
            Some(SwitchWish::Off) => {
                let retired = route.disable(deployment.id);
                deployment.retiring.extend(retired);
            }
            Some(SwitchWish::On { beside, enabled, request: number }) => {
                let how = if beside { Switch::Beside } else { Switch::TakeOver };
                let request = Request { at: request.at, by: enabled.by.clone(), ..request.clone() };
                switch_on(deployment, route, (how, enabled, number), &request);
            }
            None => {}
        }
    }
}

/// Switches on what rests, by an earlier request of that number.
fn switch_on(
    deployment: &mut Deployment,
    route: &mut Route,
    (how, enabled, number): (Switch, Enabled, u64),
    request: &Request,
) {
    let (id, release, at) = (deployment.id, deployment.release, request.at);
    let is_on = route.enabled(id).is_some();
    if !is_on && deployment.status != Status::Deployed {
        let words = format!("It was asked to be switched on meanwhile; it is {}", deployment.status);
        return deployment.report(EntryType::Warning, NOT_DONE, Some(words), at);
    }
    if let Some(newer) = route.overtaken_by(number).filter(|_| !is_on) {
        return deployment.report(EntryType::Information, OVERTAKEN, Some(newer.keeps_off(release)), at);
    }
    match route.enable_by(number, id, how, enabled.clone()) {
        Ok(retired) => deployment.retiring.extend(retired),
        Err(NotEnabled::NotReady) => {
            let kind = OperationKind::Enable { beside: (how == Switch::Beside).then_some(enabled.at) };
            if deployment.request(kind, request).is_ok() {
                deployment.request_number = number;
                route.pending_operations.insert(id);
            }
        }
        Err(crowded @ NotEnabled::Crowded) => {
            deployment.report(EntryType::Warning, NOT_DONE, Some(crowded.to_string()), at);
        }
    }
}
