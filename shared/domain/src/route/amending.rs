//! What changes of a deployment and of its route when one of them does.

use crate::deployment::Deployment;
use crate::metadata::{Principal, Timestamp};
use crate::route::Route;

impl Deployment {
    /// Holds a route that the operation of this deployment may change, so that neither flow nor environment can be
    /// deleted under it. The request gets its number from the route of its destination.
    pub fn hold(&mut self, route: &mut Route) {
        let before = route.clone();
        route.pending_operations.insert(self.id);
        if route.placement == self.destination() {
            self.request_number = route.begin(self);
        }
        // A priority that comes with the request counts from now on, whatever becomes of the operation.
        route.amend(self.id, self.priority.unwrap_or_default(), None);
        self.note_trigger(&before, route);
    }

    /// Notes that this deployment, which no worker has, was amended and its route changed from `before` to `after`.
    pub fn amended(&mut self, (before, after): (&Route, &Route), at: Timestamp, by: &Principal) {
        self.note_trigger(before, after);
        self.metadata.touch(at, by);
    }

    /// When another trigger is wanted than before, the schedule has yet to follow.
    fn note_trigger(&mut self, before: &Route, after: &Route) {
        self.follow_up |= before.wanted_trigger() != after.wanted_trigger();
    }
}
