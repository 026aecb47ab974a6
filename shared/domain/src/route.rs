//! Routes: which deployment of a flow answers in an environment, or everywhere. Every change is one write of one item,
//! so at no instant do two answer or none.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::flow::Trigger;
use crate::ids::{DeploymentId, FlowId};
use crate::metadata::Timestamp;
use crate::placement::Placement;

mod amending;
mod entry;
mod requests;
#[cfg(test)]
mod tests;

pub use entry::{Enabled, OffReason, RouteEntry};

/// So many deployments that are switched off keep their state machines, so that switching one on is one write. Older
/// ones are made again from their stored bundle when they are wanted.
pub const RETAINED: usize = 3;

/// So many deployments that are switched off can be gone back to at all. An item of 400 KB has to hold them, and every
/// write of the route costs what it holds; whatever is older can be switched on by itself, or deployed again.
pub const REMEMBERED: usize = 50;

/// So many deployments of one flow can be switched on in one place at the same time.
pub const MAX_ENABLED: usize = 10;

/// The route of one flow in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// The flow.
    pub flow: FlowId,
    /// The place.
    #[serde(rename = "environment")]
    pub placement: Placement,
    /// The deployments that are switched on. The best of them answers.
    pub entries: Vec<RouteEntry>,
    /// Those that are switched off, the last to have answered at the end. The newest few are still provisioned.
    pub retained: Vec<RouteEntry>,
    /// Deployments with an operation under way, which may want to switch this route.
    pub pending_operations: BTreeSet<DeploymentId>,
    /// Deployments of packages that are under way. Until its package is switched or withdrawn, each keeps its state
    /// machine.
    #[serde(default)]
    pub reserved: BTreeSet<DeploymentId>,
    /// Number of the newest request that was accepted for this route. The next one gets the next number.
    #[serde(default)]
    pub requests: u64,
    /// The newest request by which a deployment was switched on in place of the others.
    #[serde(default)]
    pub takeover: Option<Takeover>,
}

/// A request by which a deployment was switched on in place of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Takeover {
    /// Number of the request. Whatever was requested earlier does not switch this deployment off.
    pub request: u64,
    /// The deployment that was switched on.
    pub deployment: DeploymentId,
    /// Its release.
    pub release: u32,
}

/// How a deployment is put into a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// On, and everything else off.
    TakeOver,
    /// On, beside whatever is on.
    Beside,
    /// Off.
    Off,
}

/// Why a deployment cannot be switched on by changing the route alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotEnabled {
    /// The route does not know it, or its state machine was given up.
    #[error("its state machine has to be made again first")]
    NotReady,
    /// As many are on as there may be.
    #[error("{MAX_ENABLED} deployments of the flow are switched on there already; switch one off first")]
    Crowded,
}

/// What answers in an environment: the best of what is switched on there and of what is switched on everywhere.
pub fn answering<'r>(own: Option<&'r Route>, global: Option<&'r Route>) -> Option<&'r RouteEntry> {
    match (own.and_then(Route::answering), global.and_then(Route::answering)) {
        (Some(own), Some(global)) => Some(if own.outranks(global) { own } else { global }),
        (own, global) => own.or(global),
    }
}

impl Route {
    /// A route that leads nowhere yet.
    pub fn new(flow: FlowId, placement: Placement) -> Self {
        Self {
            flow,
            placement,
            entries: Vec::new(),
            retained: Vec::new(),
            pending_operations: BTreeSet::new(),
            reserved: BTreeSet::new(),
            requests: 0,
            takeover: None,
        }
    }

    /// The deployment that answers a trigger now, among those in this place.
    pub fn answering(&self) -> Option<&RouteEntry> {
        self.entries.iter().max_by_key(|entry| entry.rank())
    }

    /// What has to follow the route: the trigger with the schedule of what answers here.
    pub fn wanted_trigger(&self) -> Option<&Trigger> {
        let trigger = self.answering().map(|entry| &entry.trigger);
        trigger.filter(|trigger| matches!(trigger, Trigger::Job { .. }))
    }

    /// Whether nothing answers, nothing is kept and nothing is under way: the route can go.
    pub fn is_idle(&self) -> bool {
        self.entries.is_empty()
            && self.retained.is_empty()
            && self.pending_operations.is_empty()
            && self.reserved.is_empty()
    }

    /// The entry of a deployment that is switched on.
    pub fn enabled(&self, deployment: DeploymentId) -> Option<&RouteEntry> {
        self.entries.iter().find(|entry| entry.deployment == deployment)
    }

    /// Puts an entry in, in place of any earlier one of the same deployment: redeploying is not a release of its own.
    /// What a newer request than the entry's switched on stays on, and where a newer one has taken over, the entry is
    /// put in switched off. Running it twice changes nothing more. Returns the state machines that nothing leads to any
    /// more.
    pub fn put(&mut self, mut entry: RouteEntry, switch: Switch) -> Vec<String> {
        let own = |old: &RouteEntry| old.deployment == entry.deployment;
        let on = self.entries.iter().find(|old| own(old)).map(|old| old.request);
        let mut retired = take(&mut self.entries, own);
        retired.extend(take(&mut self.retained, own));
        let switch = match switch {
            Switch::Off => Switch::Off,
            _ if on.is_none() && self.overtaken_by(entry.request).is_some() => {
                entry.off = Some(OffReason::Overtaken);
                entry.enabled = retired.iter().find_map(|old| old.enabled.clone());
                Switch::Off
            }
            switch => switch,
        };
        entry.request = entry.request.max(on.unwrap_or_default());
        retired.retain(|old| old.state_machine != entry.state_machine);
        match switch {
            Switch::TakeOver => {
                let displaced = self.take_over(&entry);
                self.retained.extend(displaced);
                self.entries.push(entry);
            }
            Switch::Beside => self.entries.push(entry),
            Switch::Off => self.retained.push(entry),
        }
        self.displaced(retired)
    }

    /// Switches on what is off, and ready, by a request of this moment. What is on has been since it was; taking over,
    /// it is the only one from now on. Returns the state machines that nothing leads to any more.
    ///
    /// # Errors
    ///
    /// When it is not known here, has no state machine any more, or there are [`MAX_ENABLED`] already.
    pub fn enable(
        &mut self,
        deployment: DeploymentId,
        switch: Switch,
        enabled: Enabled,
    ) -> Result<Vec<String>, NotEnabled> {
        if self.is_settled(deployment, switch) {
            return Ok(Vec::new());
        }
        let request = self.requests + 1;
        let retired = self.enable_by(request, deployment, switch, enabled)?;
        self.requests = request;
        Ok(retired)
    }

    /// The same by a request that was accepted earlier, under its number. Where a newer one has taken over since, the
    /// deployment stays off: [`Route::overtaken_by`] tells.
    ///
    /// # Errors
    ///
    /// Those of [`Route::enable`].
    pub fn enable_by(
        &mut self,
        request: u64,
        deployment: DeploymentId,
        switch: Switch,
        enabled: Enabled,
    ) -> Result<Vec<String>, NotEnabled> {
        if let Some(on) = self.enabled(deployment) {
            let again = RouteEntry { request: on.request.max(request), ..on.clone() };
            return Ok(self.put(again, switch));
        }
        if switch == Switch::Beside && self.entries.len() >= MAX_ENABLED {
            return Err(NotEnabled::Crowded);
        }
        let ready = |entry: &&RouteEntry| entry.deployment == deployment && entry.provisioned;
        let entry = self.retained.iter().find(ready).ok_or(NotEnabled::NotReady)?;
        let entry = RouteEntry { enabled: Some(enabled), request, off: None, ..entry.clone() };
        Ok(self.put(entry, switch))
    }

    /// Switches off what is on. What is off stays as it is, and a package that is under way does not switch it on any
    /// more. Returns the state machines that nothing leads to any more.
    pub fn disable(&mut self, deployment: DeploymentId) -> Vec<String> {
        self.withhold(deployment);
        self.displaced(Vec::new())
    }

    /// The same without giving up state machines: a worker has the deployment, and whatever nothing leads to any more
    /// is given up when its operation ends.
    pub fn withhold(&mut self, deployment: DeploymentId) {
        let off = take(&mut self.entries, |entry| entry.deployment == deployment);
        self.retained.extend(off);
        self.reserved.remove(&deployment);
    }

    /// Gives a deployment another priority, and who switched it on another time to have done so.
    pub fn amend(&mut self, deployment: DeploymentId, priority: i32, enabled_at: Option<Timestamp>) {
        let known = self.entries.iter_mut().chain(&mut self.retained);
        for entry in known.filter(|entry| entry.deployment == deployment) {
            entry.priority = priority;
            if let (Some(enabled), Some(at)) = (&mut entry.enabled, enabled_at) {
                enabled.at = at;
            }
        }
    }

    /// Lets `to` answer in place of everything that does, which goes to the far end of what can be gone back to:
    /// rolling back twice goes two steps back, not forth and back. What a newer request than that of `to` switched on
    /// stays on. Gives the state machines that nothing leads to any more.
    pub fn roll_back(&mut self, to: RouteEntry) -> Vec<String> {
        let own = |old: &RouteEntry| old.deployment == to.deployment;
        let mut retired = take(&mut self.entries, own);
        retired.extend(take(&mut self.retained, own));
        retired.retain(|old| old.state_machine != to.state_machine);
        let displaced = self.take_over(&to).into_iter();
        self.entries.push(to);
        let off = Some(OffReason::RolledBack);
        self.retained.splice(0..0, displaced.map(|entry| RouteEntry { off, ..entry }));
        self.displaced(retired)
    }

    /// Whether a state machine answers or can be gone back to.
    pub fn leads_to(&self, state_machine: &str) -> bool {
        let mut entries = self.entries.iter().chain(&self.retained);
        entries.any(|entry| entry.provisioned && entry.state_machine == state_machine)
    }

    /// What was on before what answers now. What never was is nothing to go back to, and neither is what was gone back
    /// from.
    pub fn previous(&self) -> Option<&RouteEntry> {
        self.retained
            .iter()
            .rfind(|entry| entry.enabled.is_some() && entry.off != Some(OffReason::RolledBack))
    }

    /// Takes a deployment out. When it was on and nothing is left that is, what was kept to go back to goes too; what was
    /// deployed to be switched on later stays, and so does what has an operation under way.
    pub fn take_out(&mut self, deployment: DeploymentId) -> Vec<String> {
        let leaving = |entry: &RouteEntry| entry.deployment == deployment;
        let mut retired = take(&mut self.entries, leaving);
        let was_the_last = !retired.is_empty() && self.entries.is_empty();
        let (pending_operations, reserved) = (&self.pending_operations, &self.reserved);
        let is_wanted = |id: &DeploymentId| pending_operations.contains(id) || reserved.contains(id);
        let was_superseded = |entry: &RouteEntry| {
            let was_to_be_on = entry.enabled.is_some() || entry.off == Some(OffReason::Overtaken);
            was_to_be_on && !is_wanted(&entry.deployment)
        };
        let going = |entry: &RouteEntry| leaving(entry) || (was_the_last && was_superseded(entry));
        retired.extend(take(&mut self.retained, going));
        self.pending_operations.remove(&deployment);
        self.reserved.remove(&deployment);
        provisioned_machines(retired)
    }

    /// Ends the pending operation of a deployment, whose operation is over. Gives the state machines that nothing leads to any more.
    pub fn release(&mut self, deployment: DeploymentId) -> Vec<String> {
        self.pending_operations.remove(&deployment);
        self.displaced(Vec::new())
    }

    /// Ends the reservation of a deployment, whose package was switched or withdrawn. Returns the state machines that
    /// nothing leads to any more.
    pub fn unreserve(&mut self, deployment: DeploymentId) -> Vec<String> {
        self.reserved.remove(&deployment);
        self.displaced(Vec::new())
    }

    fn displaced(&mut self, mut retired: Vec<RouteEntry>) -> Vec<String> {
        retired.extend(self.prune());
        provisioned_machines(retired)
    }

    /// Forgets the oldest, and gives up the state machines of all but the newest few that are kept. What has an operation
    /// under way may have been made again for it a moment ago, and stays until that is over; what a package is about to
    /// switch on stays until that is decided. Neither takes the place of others.
    fn prune(&mut self) -> Vec<RouteEntry> {
        let (pending_operations, reserved) = (&self.pending_operations, &self.reserved);
        let may_go = |entry: &RouteEntry| {
            !pending_operations.contains(&entry.deployment) && !reserved.contains(&entry.deployment)
        };
        let count = |entries: &[RouteEntry]| entries.iter().filter(|entry| may_go(entry)).count();
        let mut surplus = count(&self.retained).saturating_sub(REMEMBERED);
        let forgotten = take(&mut self.retained, |entry| {
            let goes = surplus > 0 && may_go(entry);
            surplus -= usize::from(goes);
            goes
        });
        let surplus = count(&self.retained).saturating_sub(RETAINED);
        let old = self.retained.iter_mut().filter(|entry| may_go(entry)).take(surplus);
        let old = old.filter(|entry| entry.provisioned);
        let given_up =
            old.map(|entry| std::mem::replace(entry, RouteEntry { provisioned: false, ..entry.clone() }));
        given_up.chain(forgotten).collect()
    }
}

fn take(entries: &mut Vec<RouteEntry>, leaving: impl FnMut(&RouteEntry) -> bool) -> Vec<RouteEntry> {
    let (gone, stay) = std::mem::take(entries).into_iter().partition(leaving);
    *entries = stay;
    gone
}

fn provisioned_machines(entries: Vec<RouteEntry>) -> Vec<String> {
    entries.into_iter().filter(|entry| entry.provisioned).map(|entry| entry.state_machine).collect()
}
