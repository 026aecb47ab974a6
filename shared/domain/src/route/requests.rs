//! The order of requests. Every request that may switch a route gets a number in the transaction that accepts it, and
//! whatever switches the route later compares numbers. So what is on once all requests are carried out is what would be
//! on if each had been carried out the moment it was accepted, however long each took to build.

use crate::deployment::{Deployment, OperationKind};
use crate::ids::DeploymentId;
use crate::route::{MAX_ENABLED, Route, RouteEntry, Switch, Takeover, take};

impl Route {
    /// Accepts a request and returns its number, which is higher than that of every request before it.
    pub fn accept(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Accepts the request for the operation of a deployment, holds the route for it, and returns the number of the
    /// request. What is on and is asked to be built again, or to be rolled back, is not switched off by an older
    /// request from now on.
    pub fn begin(&mut self, deployment: &Deployment) -> u64 {
        self.pending_operations.insert(deployment.id);
        let request = self.accept();
        let kind = &deployment.operation.kind;
        if matches!(kind, OperationKind::Redeploy { in_place: true } | OperationKind::Rollback { .. }) {
            self.confirm(deployment.id, request);
        }
        request
    }

    /// Accepts the request for a package, of which this will be a deployment, and returns the number of the request.
    pub fn reserve(&mut self, deployment: DeploymentId) -> u64 {
        self.reserved.insert(deployment);
        self.accept()
    }

    /// The newer request that keeps a request of this number from switching anything on, if there is one: the one that
    /// took over last, or the last of as many as can be on.
    pub fn overtaken_by(&self, request: u64) -> Option<Takeover> {
        let newer = self.takeover.filter(|newer| newer.request > request);
        newer.or_else(|| {
            let on = self.entries.iter().filter(|entry| entry.request > request);
            let is_full = on.clone().count() >= MAX_ENABLED;
            on.max_by_key(|entry| entry.request).filter(|_| is_full).map(Takeover::by)
        })
    }

    /// Notes that an entry takes over, and takes out what that switches off: all that no newer request switched on, the
    /// one that answered at the end.
    pub(super) fn take_over(&mut self, entry: &RouteEntry) -> Vec<RouteEntry> {
        self.note(entry);
        let mut displaced = take(&mut self.entries, |other| other.request <= entry.request);
        displaced.sort_by_key(RouteEntry::rank);
        displaced
    }

    /// Whether switching a deployment on changes nothing: it is on, alone if it is to take over, and nothing that is
    /// under way could switch it off again.
    pub(super) fn is_settled(&self, deployment: DeploymentId, switch: Switch) -> bool {
        let Some(on) = self.enabled(deployment) else { return false };
        let is_as_wanted = switch == Switch::Beside || self.entries.len() == 1;
        let mut pending = self.pending_operations.iter().chain(&self.reserved);
        let is_last_word = on.request == self.requests
            && (switch == Switch::Beside || self.takeover == Some(Takeover::by(on)));
        is_as_wanted && (is_last_word || pending.all(|other| *other == deployment))
    }

    /// A deployment that is on stays on by a newer request.
    fn confirm(&mut self, deployment: DeploymentId, request: u64) {
        let own = self.entries.iter_mut().find(|entry| entry.deployment == deployment);
        let confirmed = own.map(|entry| {
            entry.request = request;
            entry.clone()
        });
        if let Some(entry) = confirmed {
            self.note(&entry);
        }
    }

    fn note(&mut self, entry: &RouteEntry) {
        let newest = self.takeover.map_or(0, |takeover| takeover.request);
        if entry.request >= newest {
            self.takeover = Some(Takeover::by(entry));
        }
    }
}

impl Takeover {
    /// What is told of a release of the same flow that stays off because of this request.
    pub fn keeps_off(&self, release: u32) -> String {
        format!(
            "Release {release} is ready and stays off: release {}, deployed as '{}', was asked for later and is in its \
             place",
            self.release, self.deployment
        )
    }

    fn by(entry: &RouteEntry) -> Self {
        Self { request: entry.request, deployment: entry.deployment, release: entry.release }
    }
}
